//! Staking. Interface and specification: `contracts/interfaces/IStaking.sol`.
//!
//! Guarantees the invariants of `README.md`: what it holds covers all stake, tickets and yield; everybody can leave; a slash reaches stake
//! that thaws, and never fails; yield does not depend on who calls when. Trusts OMNIT, and the timelock with the parameters; the source of
//! yield can at most give nothing.
#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

#[macro_use]
mod wire;

pub mod accrual;
pub mod share;
pub mod slot;
pub mod status;
pub mod word;

mod config;
mod operator;
mod pool;
mod position;
mod service;
mod slasher;
mod stake;
mod thawing;
mod timelock;
mod view;
mod votes;

use alloy_primitives::B256;
use alloy_sol_types::abi::token::PackedSeqToken;
use omnit_abi::{
    IStaking::{IStakingCalls, IStakingErrors},
    standard::IERC1363Receiver,
};
use omnit_runtime::{Interface, Revert, Status, ToWord, chain, constant, dispatch, text};
use position::Name;
use slasher::Bounty;
use slot::Config;
use votes::Trace;

/// This contract, as far as its errors go.
enum Staking {}

impl Interface for Staking {
    const ERRORS: &'static [[u8; 4]] = IStakingErrors::SELECTORS;
}

type Result<T> = core::result::Result<T, Revert<Staking>>;

constant! {
    ClockMode = b"mode=timestamp";
}

omnit_runtime::contract!(serve);

/// Serves one call.
pub fn serve(calldata: &[u8]) -> Status {
    dispatch! { calldata => IStakingCalls, Staking;
        initialize(c) => timelock::initialize(c.token, c.timelock),

        register(c) => operator::register(c.service, c.commissionBps),
        setCommission(c) => operator::set_commission(c.service, c.commissionBps),
        unjail(c) => operator::unjail(c.service),

        stake(_) => stake::refuse(),
        thaw[operator, service, tag, amount] as words => word(stake::thaw(operator, service, tag, amount)),
        withdraw[id] as words => word(stake::withdraw(id)),
        restake[id] as words => word(stake::restake(id)),
        claim[owner, operator, service, tag] as words => word(stake::claim(Name { owner, operator, service, tag })),
        claimCommission[operator, service] as words => word(stake::claim_commission(operator, service)),
        setHolder(c) => stake::set_holder(c.operator, c.service, c.tag, c.holder),

        reward(_) => stake::refuse(),
        settle(c) => settle(c.service),

        lock(c) => slasher::lock(c.operator, c.service, c.amount),
        release(c) => slasher::release(c.operator, c.service, c.amount),
        slash[operator, service, amount, share_bps, challenger, cut_bps] as words =>
            word(slasher::slash(operator, service, amount, share_bps, &Bounty { challenger, cut_bps })),
        report(c) => slasher::report(c.operator, c.service, c.outcome),
        jail(c) => slasher::jail(c.operator, c.service),
        tombstone(c) => slasher::tombstone(c.operator, c.service),

        setService[service, minimum, thaw, jail, miss, misses] as words =>
            timelock::set_service(service, [minimum, thaw, jail, miss, misses]),
        setYield(c) => timelock::set_yield(c.service, c.baseBps, c.bonusBps),
        setLimits(c) => timelock::set_limits(c.maxCommissionBps, c.commissionStepBps, c.maxCutBps),
        setSlasher(c) => timelock::set_slasher(c.service, c.slasher, c.isSlasher),
        setSource(c) => timelock::set_source(c.source),
        handOver(c) => timelock::hand_over(c.timelock),

        token[] as words => word(Ok(stake::token())),
        timelock[] as words => word(Ok(config::address(Config::Timelock))),
        source[] as words => word(Ok(config::address(Config::Source))),
        limits[] as words => Ok(view::limits()),
        terms[service] as words => Ok(view::terms(service)),
        isSlasher[service, slasher] as words => word(Ok(config::is_slasher(service, slasher))),
        provision[operator, service] as words => Ok(view::provision(operator, service)),
        position[owner, operator, service, tag] as words => Ok(view::position(Name { owner, operator, service, tag })),
        commission[operator, service] as words => word(Ok(view::commission(operator, service))),
        ticket[id] as words => Ok(view::ticket(id)),
        tickets[] as words => word(Ok(config::tickets())),

        eligibleStake[operator, service] as words => word(Ok(votes::eligible_stake(operator, service))),
        getPastStake[operator, service, time] as words => word(votes::past_stake(operator, service, time)),
        totalEligibleStake[service] as words => word(Ok(Trace::Total(service).latest())),
        getPastTotalStake[service, time] as words => word(votes::past_total(service, time)),

        clock[] as words => word(Ok(chain::now())),
        CLOCK_MODE => (PackedSeqToken(text::<ClockMode>()),),
        getVotes[account] as words => word(Ok(votes::votes(account))),
        getPastVotes[account, time] as words => word(votes::past_votes(account, time)),
        getPastPositionVotes[owner, operator, service, tag, time] as words =>
            word(votes::past_position_votes(Name { owner, operator, service, tag }, time)),

        onTransferReceived[_operator, from, value, data] as words => word(stake::receive(from, value, data)),
        supportsInterface[id] as words => word(Ok(supports_interface(u32::from_be_bytes(id.0)))),
    }
}

/// The one word of a result.
#[inline(always)]
fn word<T: ToWord>(result: Result<T>) -> Result<[B256; 1]> {
    result.map(|value| [value.to_word()])
}

fn settle(service: u8) -> Result<()> {
    service::Terms::known(service)?;
    service::settle(service);
    Ok(())
}

fn supports_interface(id: u32) -> bool {
    use alloy_sol_types::SolCall;
    let clock = const {
        omnit_runtime::selector_of(IStakingCalls::clock) ^ omnit_runtime::selector_of(IStakingCalls::CLOCK_MODE)
    };
    let erc165 = const { omnit_runtime::selector_of(IStakingCalls::supportsInterface) };
    let receiver = const { u32::from_be_bytes(IERC1363Receiver::onTransferReceivedCall::SELECTOR) };
    id == clock || id == erc165 || id == receiver
}
