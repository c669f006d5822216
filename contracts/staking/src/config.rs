//! What the contract knows once, and who may do what.

use crate::{
    Result,
    slot::{self, Config, Domain},
    word::{Pair, Tagged, field},
};
use alloy_primitives::{Address, B256, U256};
use omnit_runtime::{
    amount::{narrow, widen},
    chain, erc20, storage,
};

#[inline(never)]
pub(crate) fn address(index: Config) -> Address {
    Tagged::load(slot::config(index)).0
}

pub(crate) fn set_address(index: Config, address: Address) {
    Tagged(address, 0).store(slot::config(index));
}

/// Limits for all services, in bps.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) max_commission: u128,
    pub(crate) commission_step: u128,
    pub(crate) max_cut: u128,
}

impl Limits {
    #[inline(never)]
    pub(crate) fn load() -> Self {
        let word = Pair::load(slot::config(Config::Limits)).1;
        Self { max_commission: field(word, 0, 16), commission_step: field(word, 16, 16), max_cut: field(word, 32, 16) }
    }

    pub(crate) fn store(&self) {
        let word = self.max_commission | self.commission_step << 16 | self.max_cut << 32;
        Pair(tickets(), word).store(slot::config(Config::Limits));
    }
}

/// How many tickets there were.
pub(crate) fn tickets() -> u128 {
    Pair::load(slot::config(Config::Limits)).0
}

/// The id of the next ticket, which is taken.
pub(crate) fn next_ticket() -> u64 {
    let slot = slot::config(Config::Limits);
    let Pair(count, limits) = Pair::load(slot);
    Pair(count + 1, limits).store(slot);
    count as u64 + 1
}

#[inline(never)]
pub(crate) fn only_timelock() -> Result<()> {
    let caller = chain::sender();
    if caller == address(Config::Timelock) { Ok(()) } else { Err(refusal!(NotTimelock { caller })) }
}

pub(crate) fn is_slasher(service: u8, account: Address) -> bool {
    !storage::load(slot::service(Domain::Slasher, account, service)).is_zero()
}

#[inline(never)]
pub(crate) fn only_slasher(service: u8) -> Result<()> {
    let caller = chain::sender();
    if is_slasher(service, caller) { Ok(()) } else { Err(refusal!(NotSlasher { caller, service })) }
}

/// Sends OMNIT of this contract; nothing, if there is nothing to send.
#[inline(never)]
pub(crate) fn pay(to: Address, amount: u128) -> Result<()> {
    if amount == 0 {
        return Ok(());
    }
    erc20::transfer(address(Config::Token), to, widen(amount))
}

/// A name in an error, padded with zeros behind.
pub(crate) const fn name(text: &[u8; 16]) -> u128 {
    u128::from_be_bytes(*text)
}

/// The value, if it is within its limits.
#[inline(never)]
pub(crate) fn in_range(name: u128, value: U256, minimum: u128, maximum: u128) -> Result<u128> {
    match narrow(value) {
        Some(units) if minimum <= units && units <= maximum => Ok(units),
        _ => {
            let name: B256 = Pair(name, 0).pack();
            Err(refusal!(OutOfRange { name, value, minimum, maximum }))
        }
    }
}
