//! Reading locks.

use crate::{
    Result,
    lock::Lock,
    word::{CANCELABLE, CANCELED, TRANSFERABLE},
};
use alloc::vec::Vec;
use alloy_primitives::{Address, B256};
use omnit_runtime::{ToWord, chain};

#[inline(never)]
pub(crate) fn lock(id: u64) -> Result<[B256; 16]> {
    let lock = Lock::load(id)?;
    let (funder, side, refund, terms) = (lock.funder(), lock.delegate(), lock.refund(), lock.terms);
    let (deposited, held, out) = (terms.deposited(), lock.right.amount(), side.amount());
    let (refunded, lost) = (refund.refunded(), funder.amount());
    Ok([
        lock.right.account().to_word(),
        funder.account().to_word(),
        side.account().to_word(),
        terms.start().to_word(),
        terms.cliff().to_word(),
        terms.end().to_word(),
        refund.at().to_word(),
        terms.is(CANCELABLE).to_word(),
        terms.is(TRANSFERABLE).to_word(),
        deposited.to_word(),
        held.to_word(),
        out.to_word(),
        (deposited - held - out - refunded - lost).to_word(),
        refunded.to_word(),
        refund.owed().to_word(),
        lost.to_word(),
    ])
}

#[inline(never)]
pub(crate) fn points(id: u64) -> Result<Vec<B256>> {
    let lock = Lock::load(id)?;
    Ok((0..lock.terms.count()).map(|index| lock.point(index).0).collect())
}

#[inline(never)]
pub(crate) fn stake_of(id: u64) -> Result<[B256; 4]> {
    let lock = Lock::load(id)?;
    let (place, out) = (lock.place(), lock.delegate().amount());
    if out == 0 && place.tickets() == 0 {
        return Ok([B256::ZERO; 4]);
    }
    Ok([place.operator().to_word(), place.service().to_word(), out.to_word(), place.tickets().to_word()])
}

#[inline(never)]
pub(crate) fn status_of(id: u64) -> Result<u8> {
    let lock = Lock::load(id)?;
    let terms = lock.terms;
    Ok(match () {
        () if lock.right.amount() == 0 && lock.delegate().amount() == 0 => 4,
        () if terms.is(CANCELED) => 3,
        () if chain::now() < terms.start() => 0,
        () if lock.streamed() < terms.deposited() => 1,
        () => 2,
    })
}

pub(crate) fn streamed(id: u64) -> Result<u128> {
    Ok(Lock::load(id)?.streamed())
}

#[inline(never)]
pub(crate) fn withdrawable(id: u64) -> Result<u128> {
    let lock = Lock::load(id)?;
    lock.withdrawable(lock.delegate().amount())
}

#[inline(never)]
pub(crate) fn refundable(id: u64) -> Result<u128> {
    let lock = Lock::load(id)?;
    if !lock.terms.is(CANCELABLE) {
        return Ok(lock.refund().owed());
    }
    Ok((lock.terms.deposited() - lock.streamed()).min(lock.right.amount() + lock.delegate().amount()))
}

pub(crate) fn delegate(id: u64) -> Result<Address> {
    Ok(Lock::load(id)?.delegate().account())
}
