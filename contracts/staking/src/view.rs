//! What can be read of the present.

use crate::{
    config::Limits,
    pool::Pool,
    position::{Name, Position},
    service::{self, Terms},
    share::{DELEGATED, OWN},
    thawing::{Thawing, Ticket},
};
use alloy_primitives::{Address, B256, U256};
use omnit_runtime::{ToWord, amount::narrow, chain};

#[inline(never)]
pub(crate) fn limits() -> [B256; 3] {
    let limits = Limits::load();
    [limits.max_commission.to_word(), limits.commission_step.to_word(), limits.max_cut.to_word()]
}

#[inline(never)]
pub(crate) fn terms(service: u8) -> [B256; 7] {
    let terms = Terms::load(service);
    [
        terms.minimum.to_word(),
        terms.thaw_secs.to_word(),
        terms.jail_secs.to_word(),
        terms.miss_bps.to_word(),
        terms.misses_to_jail.to_word(),
        terms.yields.base_bps.to_word(),
        terms.yields.bonus_bps.to_word(),
    ]
}

/// A provision with its yield up to this second, as far as reserve and source reach; nothing is written.
#[inline(never)]
fn peek(operator: Address, service: u8) -> Pool {
    let mut pool = Pool::load(operator, service);
    let mut ledger = service::ledger(service);
    let owed = ledger.accrue(pool.terms.yields, chain::now());
    if ledger.reserve < owed {
        ledger.reserve = ledger.reserve.saturating_add(service::drawable());
    }
    ledger.grant(pool.terms.yields, owed);
    pool.collect(ledger.rates);
    pool
}

#[inline(never)]
pub(crate) fn provision(operator: Address, service: u8) -> [B256; 11] {
    let pool = Pool::load(operator, service);
    let thawing = Thawing::load(operator, service);
    [
        pool.stake[OWN].to_word(),
        pool.stake[DELEGATED].to_word(),
        thawing.stake[OWN].to_word(),
        thawing.stake[DELEGATED].to_word(),
        pool.status.locked.to_word(),
        pool.status.commission_bps.to_word(),
        pool.status.score.to_word(),
        pool.status.misses.to_word(),
        pool.status.jail_end().to_word(),
        pool.status.is_registered.to_word(),
        pool.status.is_eligible.to_word(),
    ]
}

#[inline(never)]
pub(crate) fn position(name: Name) -> [B256; 5] {
    let pool = peek(name.operator, name.service);
    let position = Position::load(name, &pool);
    [
        pool.value(position.class(), position.shares).to_word(),
        position.shares.to_word(),
        position.holder.to_word(),
        position.is_own.to_word(),
        position.unclaimed.to_word(),
    ]
}

pub(crate) fn commission(operator: Address, service: u8) -> u128 {
    peek(operator, service).commission
}

#[inline(never)]
pub(crate) fn ticket(id: U256) -> [B256; 6] {
    let number = narrow(id).and_then(|id| u64::try_from(id).ok()).unwrap_or(0);
    let ticket = Ticket::load(number);
    let thawing = Thawing::load(ticket.operator, ticket.service);
    [
        ticket.owner.to_word(),
        ticket.operator.to_word(),
        ticket.service.to_word(),
        ticket.tag.to_word(),
        thawing.value(&ticket).to_word(),
        ticket.ends_at.to_word(),
    ]
}
