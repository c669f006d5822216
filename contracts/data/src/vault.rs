//! Money: all that is held for others, what validators earned, and the calls that move it.

use crate::{
    Result, Revert,
    field::{Reader, Writer},
    slot::{self, Own},
};
use alloy_primitives::{Address, B256};
use alloy_sol_types::{SolCall, abi::token::WordToken};
use omnit_abi::{IData, IRewards, IStaking};
use omnit_runtime::{
    Buffer,
    amount::{narrow, widen},
    call, chain, emit, erc20, storage,
};

/// Validators' service of staking.
pub(crate) const VALIDATION: u8 = 1;
/// Gas of one call of the reserve, of staking for a report, or of the season. All of them together leave a block room for the rest of
/// resolving, so that none can block it by burning what it gets.
pub(crate) const HOOK_GAS: u64 = 500_000;
/// Purpose of the rewards reserve that matches pay.
const PURPOSE_DATA: u8 = 2;

/// Money held and how many things were numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Totals {
    /// Base units that belong to somebody.
    pub held: u128,
    /// Campaigns so far.
    pub campaigns: u32,
    /// Submissions so far.
    pub submissions: u64,
}

impl Totals {
    /// Reads the word.
    pub fn unpack(word: B256) -> Self {
        let mut fields = Reader::new(word);
        Self { held: fields.take(12), campaigns: fields.take(4) as u32, submissions: fields.take(8) as u64 }
    }

    /// The word.
    pub fn pack(self) -> B256 {
        Writer::default().put(self.held, 12).put(self.campaigns.into(), 4).put(self.submissions.into(), 8).word()
    }

    #[inline(never)]
    pub(crate) fn load() -> Self {
        Self::unpack(storage::load(slot::own(Own::Totals)))
    }

    #[inline(never)]
    pub(crate) fn store(self) {
        storage::store(slot::own(Own::Totals), self.pack());
    }
}

/// One of the addresses this contract knows.
#[inline(never)]
pub(crate) fn known(own: Own) -> Address {
    Address::from_word(storage::load(slot::own(own)))
}

/// A word of a call.
pub(crate) fn number(number: u8) -> WordToken {
    WordToken(B256::with_last_byte(number))
}

/// Books money that came in.
#[inline(never)]
pub(crate) fn take_in(amount: u128) {
    let mut totals = Totals::load();
    totals.held += amount;
    totals.store();
}

/// Books money out and sends it: the only way OMNIT leaves to an account. Nothing happens for nothing.
#[inline(never)]
pub(crate) fn pay_out(to: Address, amount: u128) -> Result<()> {
    if amount == 0 {
        return Ok(());
    }
    let_go(amount);
    erc20::transfer(known(Own::Token), to, widen(amount))
}

/// Books money out and burns it.
#[inline(never)]
pub(crate) fn burn(amount: u128) -> Result<()> {
    let_go(amount);
    erc20::burn(known(Own::Token), widen(amount))
}

fn let_go(amount: u128) {
    let mut totals = Totals::load();
    totals.held = totals.held.checked_sub(amount).expect("held is the sum of what everybody is owed (I2)");
    totals.store();
}

/// What an operator earned and was not distributed.
pub(crate) fn earned(operator: Address) -> u128 {
    narrow(storage::load(slot::earned(operator)).into()).unwrap_or_default()
}

/// Adds to what an operator earned. The money is held already.
#[inline(never)]
pub(crate) fn credit(operator: Address, amount: u128) {
    if amount > 0 {
        let sum = earned(operator) + amount;
        storage::store(slot::earned(operator), widen(sum).into());
    }
}

/// Moves what an operator earned into its provision, or to itself when staking refuses.
///
/// A caller cannot starve the first way of gas to take the second: what a failed call leaves, a 64th, does not pay for the transfer.
pub(crate) fn distribute(operator: Address) -> Result<alloy_primitives::U256> {
    let amount = earned(operator);
    if amount == 0 {
        return Err(IData::NothingEarned { operator }.into());
    }
    storage::store(slot::earned(operator), B256::ZERO);
    let_go(amount);
    let token = known(Own::Token);
    let mut data = Buffer::with_capacity(4 + 2 * 32);
    data.push(&IStaking::rewardCall::SELECTOR);
    data.push_word(operator.into_word());
    data.push_word(B256::with_last_byte(VALIDATION));
    let staked: core::result::Result<(), Revert> =
        erc20::transfer_and_call(token, known(Own::Staking), widen(amount), data.as_slice());
    let is_staked = staked.is_ok();
    emit(&IData::Distributed { operator, amount: widen(amount), isStaked: is_staked });
    if !is_staked {
        erc20::transfer(token, operator, widen(amount))?;
    }
    Ok(widen(amount))
}

/// Draws up to `wanted` from the rewards reserve, and books what really came. Nothing when there is no reserve or it refuses.
///
/// What counts is OMNIT that nobody here owns, so a reserve that answers wrongly, or calls back, cannot make this contract owe more than it has.
#[inline(never)]
pub(crate) fn draw(wanted: u128) -> u128 {
    let source = known(Own::Source);
    if source.is_zero() || wanted == 0 {
        return 0;
    }
    let args = (number(PURPOSE_DATA), WordToken(widen(wanted).into()));
    let answer = call::call_with_gas::<IRewards::drawCall>(source, &args, HOOK_GAS).word();
    let balance: Result<_> = erc20::balance_of(known(Own::Token), chain::this());
    let (Some(answer), Ok(balance)) = (answer, balance) else { return 0 };
    let granted = narrow(answer.into()).unwrap_or(wanted).min(wanted);
    let surplus = narrow(balance).unwrap_or_default().saturating_sub(Totals::load().held);
    let came = granted.min(surplus);
    take_in(came);
    came
}
