//! Token locks. Interface and specification: `contracts/interfaces/IVesting.sol`.
//!
//! Guarantees the invariants I1 to I9 of `README.md`: what it holds covers every lock, nobody gets more than the schedule says, a loss stays with
//! the lock that was staked. Trusts OMNIT. Staking is called in the middle of three functions, behind a lock, and can at most keep or lose what was
//! sent to it.
#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

#[macro_use]
mod wire;

pub mod schedule;
pub mod slot;
pub mod word;

mod create;
mod gate;
mod lock;
mod right;
mod stake;
mod view;
mod votes;

use alloy_primitives::{Address, B256};
use alloy_sol_types::{SolCall, abi::token::PackedSeqToken};
use omnit_abi::{
    IVesting::{IVestingCalls, IVestingErrors},
    standard::IERC1363Receiver,
};
use omnit_runtime::{Interface, Revert, Status, ToWord, amount::widen, chain, constant, dispatch, text};

/// This contract, as far as its errors go.
enum Vesting {}

impl Interface for Vesting {
    const ERRORS: &'static [[u8; 4]] = IVestingErrors::SELECTORS;
}

type Result<T> = core::result::Result<T, Revert<Vesting>>;

constant! {
    ClockMode = b"mode=timestamp";
}

omnit_runtime::contract!(serve);

/// Serves one call.
pub fn serve(calldata: &[u8]) -> Status {
    dispatch! { calldata => IVestingCalls, Vesting;
        initialize(c) => gate::initialize(c.token, c.staking),

        create[_a, _b, _c, _d, _e, _f] as words => create::refuse(),
        createMany[_a, _b, _c, _d, _e, _f, _g] as words => create::refuse(),

        withdraw[id, to, amount] as words => word(right::withdraw(id, to, amount)),
        withdrawMany[ids] as words => word(right::withdraw_many(&ids)),
        transferLock(c) => right::transfer_lock(c.id, c.to),
        delegateLock(c) => right::delegate_lock(c.id, c.to),
        stake(c) => stake::stake(c.id, c.operator, c.service, c.amount),
        thaw[id, amount] as words => word(stake::thaw(id, amount)),
        unstake[id, ticket] as words => word(stake::unstake(id, ticket)),
        writeOff[id] as words => word(stake::write_off(id)),

        cancel(c) => right::cancel(c.id),
        renounce(c) => right::renounce(c.id),

        token[] as words => word(Ok(gate::load().token())),
        staking[] as words => word(Ok(gate::staking())),
        lockCount[] as words => word(Ok(gate::load().count())),
        lock[id] as words => view::lock(id),
        points(c) => view::points(c.id),
        stakeOf[id] as words => view::stake_of(id),
        statusOf[id] as words => word(view::status_of(id)),
        streamedAmountOf[id] as words => word(view::streamed(id)),
        withdrawableAmountOf[id] as words => word(view::withdrawable(id)),
        refundableAmountOf[id] as words => word(view::refundable(id)),

        clock[] as words => word(Ok(chain::now())),
        CLOCK_MODE => (PackedSeqToken(text::<ClockMode>()),),
        delegates[id] as words => word(view::delegate(id)),
        getVotes[account] as words => word(Ok(votes::latest(account))),
        getPastVotes[account, time] as words => word(votes::past(account, time)),
        getPastTotalSupply[time] as words => word(votes::past_total_supply(time)),

        onTransferReceived[_operator, from, value, data] as words => word(create::receive(from, value, data)),
        supportsInterface[id] as words => word(Ok(supports_interface(u32::from_be_bytes(id.0)))),
    }
}

/// The one word of a result.
#[inline(always)]
fn word<T: ToWord>(result: Result<T>) -> Result<[B256; 1]> {
    result.map(|value| [value.to_word()])
}

/// The address, if it can own something here.
#[inline(never)]
fn somebody(account: Address) -> Result<Address> {
    if account.is_zero() || account == chain::this() {
        return Err(refusal!(InvalidAddress { account }));
    }
    Ok(account)
}

/// Sends OMNIT of this contract; nothing, if there is nothing to send.
#[inline(never)]
fn pay(token: Address, to: Address, amount: u128) -> Result<()> {
    if amount == 0 {
        return Ok(());
    }
    omnit_runtime::erc20::transfer(token, to, widen(amount))
}

/// A value that is outside of its limits. The name is padded with zeros behind.
#[cold]
fn out_of_range(name: &[u8; 8], value: u64, minimum: u64, maximum: u64) -> Revert<Vesting> {
    let mut word = B256::ZERO;
    word[..8].copy_from_slice(name);
    refusal!(OutOfRange { name: word, value, minimum, maximum })
}

fn supports_interface(id: u32) -> bool {
    let clock = const {
        omnit_runtime::selector_of(IVestingCalls::clock) ^ omnit_runtime::selector_of(IVestingCalls::CLOCK_MODE)
    };
    let erc165 = const { omnit_runtime::selector_of(IVestingCalls::supportsInterface) };
    let receiver = const { u32::from_be_bytes(IERC1363Receiver::onTransferReceivedCall::SELECTOR) };
    id == clock || id == erc165 || id == receiver
}
