//! Services: their terms, and their yield in storage.

use crate::{
    Result,
    accrual::{Ledger, Yield, day_of},
    config,
    slot::{self, Config, Domain},
    votes::Trace,
    word::{Pair, Tagged, field},
};
use alloy_primitives::{Address, B256};
use alloy_sol_types::abi::token::WordToken;
use omnit_abi::IRewards;
use omnit_runtime::{
    amount::{narrow, widen},
    call, chain, erc20,
};

/// What a source may tell besides `IRewards.draw`; views ask it, nothing else does.
mod source {
    alloy_sol_types::sol! {
        function purposeOf(uint8 purpose)
            external view returns (uint256 shareBps, uint256 budgeted, uint256 drawn, uint256 available);
    }
}

/// Gas that a source gets: several times what it needs.
const SOURCE_GAS: u64 = 400_000;
/// Gas that there must be for a draw, so that the source gets all of its.
const DRAW_GAS: u64 = 500_000;
/// Services are numbered from 1.
pub(crate) const LAST_SERVICE: u8 = 8;

/// Terms of a service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Terms {
    /// Least own stake of an eligible operator, base units. Zero: there is no such service.
    pub(crate) minimum: u128,
    pub(crate) thaw_secs: u64,
    pub(crate) jail_secs: u64,
    /// Cost of a miss.
    pub(crate) miss_bps: u128,
    pub(crate) misses_to_jail: u8,
    pub(crate) yields: Yield,
}

impl Terms {
    #[inline(never)]
    pub(crate) fn load(service: u8) -> Self {
        let Pair(minimum, word) = Pair::load(slot::service(Domain::Terms, Address::ZERO, service));
        Self {
            minimum,
            thaw_secs: field(word, 0, 24) as u64,
            jail_secs: field(word, 24, 24) as u64,
            miss_bps: field(word, 48, 16),
            misses_to_jail: field(word, 64, 8) as u8,
            yields: Yield { base_bps: field(word, 72, 16), bonus_bps: field(word, 88, 16) },
        }
    }

    /// The terms of a service that there is.
    pub(crate) fn known(service: u8) -> Result<Self> {
        let terms = Self::load(service);
        if terms.minimum == 0 { Err(refusal!(UnknownService { service })) } else { Ok(terms) }
    }

    pub(crate) fn store(&self, service: u8) {
        let word = u128::from(self.thaw_secs)
            | u128::from(self.jail_secs) << 24
            | self.miss_bps << 48
            | u128::from(self.misses_to_jail) << 64
            | self.yields.base_bps << 72
            | self.yields.bonus_bps << 88;
        Pair(self.minimum, word).store(slot::service(Domain::Terms, Address::ZERO, service));
    }
}

/// Reads the yield of a service.
#[inline(never)]
pub(crate) fn ledger(service: u8) -> Ledger {
    let [clock, rates, scored] = words(service).map(Pair::load);
    Ledger {
        settled_at: field(clock.0, 0, 40) as u64,
        numerator: clock.0 >> 40,
        reserve: clock.1,
        rates: [rates.0, rates.1],
        scored: scored.0,
        dust: scored.1,
        staked: Trace::Total(service).latest(),
    }
}

/// Writes all of the yield of a service but its eligible stake.
#[inline(never)]
pub(crate) fn store(ledger: &Ledger, service: u8) {
    let [clock, rates, scored] = words(service);
    Pair(u128::from(ledger.settled_at) | ledger.numerator << 40, ledger.reserve).store(clock);
    Pair(ledger.rates[0], ledger.rates[1]).store(rates);
    Pair(ledger.scored, ledger.dust).store(scored);
}

fn words(service: u8) -> [B256; 3] {
    [Domain::Clock, Domain::Rates, Domain::Scored].map(|domain| slot::service(domain, Address::ZERO, service))
}

/// Brings the yield of a service up to this second. It may call out, so it comes before everything else: nothing that was read before it is
/// used after it, and time that was counted is written down before the call.
#[inline(never)]
pub(crate) fn settle(service: u8) {
    let yields = Terms::load(service).yields;
    let mut ledger = ledger(service);
    let owed = ledger.accrue(yields, chain::now());
    store(&ledger, service);
    if owed == 0 {
        return;
    }
    if ledger.reserve < owed {
        let wanted = owed - ledger.reserve + day_of(ledger.weight(yields));
        let drawn = draw(wanted);
        ledger = self::ledger(service);
        ledger.reserve += drawn;
    }
    let granted = ledger.grant(yields, owed);
    store(&ledger, service);
    if granted != 0 {
        log!(YieldAccrued { service } { amount: granted });
    }
}

/// Draws up to `wanted` from the source; answers how much came. What the source says is not asked: the balance is. A source that fails, or is
/// none, gives nothing. While it runs no OMNIT can be brought in, so nothing is counted twice.
#[inline(never)]
fn draw(wanted: u128) -> u128 {
    let source = config::address(Config::Source);
    let (Tagged(token, is_drawing), this) = (Tagged::load(slot::config(Config::Token)), chain::this());
    if source.is_zero() || is_drawing != 0 {
        return 0;
    }
    // A caller who gives the source too little gas must not make it fail and yield be forgone: then there is too little for all of it.
    assert!(chain::gas_left() >= DRAW_GAS, "out of gas");
    let balance = || erc20::balance_of::<crate::Staking>(token, this).ok().and_then(narrow);
    let Some(before) = balance() else { return 0 };
    Tagged(token, 1).store(slot::config(Config::Token));
    let args = (WordToken(B256::ZERO), WordToken(B256::from(widen(wanted))));
    let is_drawn = call::call_with_gas::<IRewards::drawCall>(source, &args, SOURCE_GAS).is_success();
    Tagged(token, 0).store(slot::config(Config::Token));
    if !is_drawn {
        return 0;
    }
    balance().map_or(0, |after| after.saturating_sub(before).min(wanted))
}

/// What a draw would bring now, as far as the source tells. Nothing if it does not.
#[inline(never)]
pub(crate) fn drawable() -> u128 {
    let source = config::address(Config::Source);
    if source.is_zero() {
        return 0;
    }
    let answer = call::static_call::<source::purposeOfCall>(source, &(WordToken(B256::ZERO),));
    let available = answer.is_success().then(|| answer.data().get(96..128)).flatten();
    available.map_or(0, |word| Pair::unpack(B256::from_slice(word)).1)
}
