//! Making locks out of OMNIT that arrives.

use crate::{
    Result, gate,
    lock::Lock,
    out_of_range, pay,
    schedule::{POINTS_MAX, Point, TIME_MAX},
    slot::{self, Domain},
    somebody,
    word::{CANCELABLE, Gate, Pair, TRANSFERABLE, Terms},
};
use alloc::vec::Vec;
use alloy_primitives::{Address, B256, FixedBytes, U256};
use alloy_sol_types::{SolCall, sol_data};
use omnit_abi::{IVesting, standard::IERC1363Receiver};
use omnit_runtime::{Param, Params, Revert, Words, amount::narrow, chain, emit, storage};

type PointWords<'a> = Words<'a, sol_data::FixedBytes<32>>;
type Create<'a> = <IVesting::createCall as SolCall>::Parameters<'a>;
type CreateMany<'a> = <IVesting::createManyCall as SolCall>::Parameters<'a>;
type Batch<'a> = <CreateMany<'a> as Params>::Borrowed<'a>;

/// What may only come with OMNIT.
#[inline(never)]
pub(crate) fn refuse() -> Result<[B256; 0]> {
    Err(refusal!(NotToken { caller: chain::sender() }))
}

/// `onTransferReceived`.
#[inline(never)]
pub(crate) fn receive(from: Address, value: U256, data: &[u8]) -> Result<FixedBytes<4>> {
    let gate = gate::open()?;
    let caller = chain::sender();
    if caller != gate.token() {
        return Err(refusal!(NotToken { caller }));
    }
    let (selector, args) = data.split_first_chunk::<4>().unwrap_or((&[0; 4], &[]));
    let wanted = u32::from_be_bytes(*selector);
    if wanted == const { selector_of::<IVesting::createCall>() } {
        create(from, value, args, gate)?;
    } else if wanted == const { selector_of::<IVesting::createManyCall>() } {
        create_many(from, value, args, gate)?;
    } else {
        return Err(refusal!(UnknownAction { selector: FixedBytes::<4>(*selector) }));
    }
    Ok(IERC1363Receiver::onTransferReceivedCall::SELECTOR.into())
}

const fn selector_of<C: SolCall>() -> u32 {
    u32::from_be_bytes(C::SELECTOR)
}

#[inline(never)]
fn create(from: Address, value: U256, args: &[u8], gate: Gate) -> Result<()> {
    let (beneficiary, funder, start, cliff, flags, points) =
        <Create<'_> as Params>::read(args).ok_or_else(Revert::empty)?;
    let count = points.len();
    let funder = if funder.is_zero() { from } else { funder };
    let record = Record { beneficiary, funder, times: [start, cliff], flags, points: &points, first: 0, count };
    let terms = record.check()?;
    // Not what the terms say: they have 96 bits for it.
    let promised = sum(&points, 0, count);
    if narrow(value) != Some(promised) {
        return Err(refusal!(AmountMismatch { sent: value, promised }));
    }
    let id = gate.count() + 1;
    gate::store(Gate::new(gate.token(), id));
    record.store(terms, id, from);
    Ok(())
}

#[inline(never)]
fn create_many(from: Address, value: U256, args: &[u8], gate: Gate) -> Result<()> {
    let batch = <CreateMany<'_> as Params>::read(args).ok_or_else(Revert::empty)?;
    check_batch(value, &batch)?;
    let (mut funder, beneficiaries, starts, cliffs, flags, counts, points) = batch;
    if funder.is_zero() {
        funder = from;
    }
    let (mut id, mut first, mut back) = (gate.count(), 0, 0);
    for index in 0..beneficiaries.len() {
        let count = usize::from(item(&counts, index)?);
        let record = Record {
            beneficiary: item(&beneficiaries, index)?,
            funder,
            times: [item(&starts, index)?, item(&cliffs, index)?],
            flags: item(&flags, index)?,
            points: &points,
            first,
            count,
        };
        match record.check() {
            Ok(terms) => {
                id += 1;
                record.store(terms, id, from);
            }
            Err(reason) => back += record.refuse(index, &reason),
        }
        first += count;
    }
    gate::store(Gate::new(gate.token(), id));
    pay(gate.token(), from, back)
}

/// Refuses a batch whose lists do not fit each other, or whose points do not add up to what was sent.
#[inline(never)]
fn check_batch(value: U256, batch: &Batch<'_>) -> Result<()> {
    let (_, beneficiaries, starts, cliffs, flags, counts, points) = batch;
    let len = beneficiaries.len();
    let mut taken = 0;
    for index in 0..counts.len() {
        taken += usize::from(item(counts, index)?);
    }
    let is_even = [starts.len(), cliffs.len(), flags.len(), counts.len()] == [len; 4];
    if !is_even || taken != points.len() {
        return Err(refusal!(LengthMismatch {}));
    }
    let promised = sum(points, 0, taken);
    if narrow(value) != Some(promised) {
        return Err(refusal!(AmountMismatch { sent: value, promised }));
    }
    Ok(())
}

#[inline(always)]
fn item<'a, T: Param>(list: &Words<'a, T>, index: usize) -> Result<T::Borrowed<'a>> {
    list.get(index).ok_or_else(Revert::empty)
}

/// The amounts of some points. Every one is below 2^96, and calldata holds less than 2^27 of them.
#[inline(never)]
fn sum(points: &PointWords<'_>, first: usize, count: usize) -> u128 {
    (first..first + count).filter_map(|index| points.get(index)).map(|word| Point(word).amount()).sum()
}

/// A lock that somebody asks for.
struct Record<'a> {
    beneficiary: Address,
    funder: Address,
    /// Start and cliff.
    times: [u64; 2],
    flags: u8,
    points: &'a PointWords<'a>,
    first: usize,
    count: usize,
}

impl Record<'_> {
    fn point(&self, index: usize) -> Point {
        Point(self.points.get(self.first + index).unwrap_or_default())
    }

    /// The terms, if everything is allowed. Changes nothing.
    #[inline(never)]
    fn check(&self) -> Result<Terms> {
        somebody(self.beneficiary)?;
        somebody(self.funder)?;
        let [start, cliff] = self.times;
        in_range(b"start\0\0\0", start, 1, TIME_MAX)?;
        in_range(b"flags\0\0\0", self.flags.into(), 0, const { (CANCELABLE | TRANSFERABLE) as u64 })?;
        in_range(b"points\0\0", self.count as u64, 1, POINTS_MAX as u64)?;
        let mut end = start;
        for index in 0..self.count {
            let point = self.point(index);
            if !point.may_follow(end) {
                return Err(refusal!(InvalidPoint { index: index as u64, point: point.0 }));
            }
            end = point.at();
        }
        if cliff != 0 {
            in_range(b"cliff\0\0\0", cliff, start, end)?;
        }
        let amount = sum(self.points, self.first, self.count);
        if amount == 0 {
            in_range(b"amount\0\0", 0, 1, u64::MAX)?;
        }
        let point = if self.count == 1 { self.point(0) } else { Point::new(end, 0, 0, amount) };
        Ok(Terms::new(self.times, self.flags, self.count as u8, point))
    }

    #[inline(never)]
    fn store(&self, terms: Terms, id: u64, from: Address) {
        let (beneficiary, funder, amount) = (self.beneficiary, self.funder, terms.deposited());
        let lock = Lock { id, right: Pair::new(beneficiary, amount), terms };
        lock.write(Domain::Right, lock.right.0);
        lock.write(Domain::Funder, Pair::new(funder, 0).0);
        lock.write(Domain::Terms, terms.0);
        let mut points = Vec::with_capacity(self.count);
        for index in 0..self.count {
            let point = self.point(index).0;
            if self.count > 1 {
                storage::store(slot::lock(Domain::Point, id, index as u32), point);
            }
            points.push(point);
        }
        let ([start, cliff], flags) = (self.times, self.flags);
        let amount = U256::from(amount);
        emit(&IVesting::LockCreated { id, beneficiary, funder, from, amount, start, cliff, flags, points });
    }

    /// Tells that the record is refused; answers what goes back.
    #[inline(never)]
    fn refuse(&self, index: usize, reason: &Revert<crate::Vesting>) -> u128 {
        let amount = sum(self.points, self.first, self.count);
        emit(&IVesting::LockRefused {
            index: U256::from(index),
            beneficiary: self.beneficiary,
            amount: U256::from(amount),
            reason: reason.data().into(),
        });
        amount
    }
}

#[inline(never)]
fn in_range(name: &[u8; 8], value: u64, minimum: u64, maximum: u64) -> Result<()> {
    if value < minimum || value > maximum { Err(out_of_range(name, value, minimum, maximum)) } else { Ok(()) }
}
