//! What beneficiary and funder do with a lock: withdraw, give away, delegate, cancel, renounce.

use crate::{
    Result, gate,
    lock::Lock,
    out_of_range, pay,
    slot::Domain,
    somebody, stake, votes,
    word::{CANCELABLE, CANCELED, Pair, Refund, TRANSFERABLE},
};
use alloy_primitives::{Address, U256};
use alloy_sol_types::sol_data;
use omnit_abi::IVesting;
use omnit_runtime::{Revert, Words, amount::narrow, chain, emit};

/// A withdrawal that is allowed.
struct Payment {
    lock: Lock,
    delegate: Address,
    to: Address,
    amount: u128,
}

impl Payment {
    /// Checks a withdrawal of `wanted`, to the beneficiary if `to` is zero. Changes nothing.
    #[inline(never)]
    fn check(id: u64, to: Address, wanted: U256) -> Result<Self> {
        let lock = Lock::load(id)?;
        let side = lock.delegate();
        let (caller, beneficiary) = (chain::sender(), lock.right.account());
        let to = if to.is_zero() { beneficiary } else { to };
        if caller != beneficiary && (to != beneficiary || !side.account().is_zero()) {
            return Err(refusal!(NotBeneficiary { id, caller }));
        }
        let available = lock.withdrawable(side.amount())?;
        if available == 0 {
            return Err(refusal!(NothingToWithdraw { id }));
        }
        if wanted.is_zero() {
            return Err(out_of_range(b"amount\0\0", 0, 1, u64::MAX));
        }
        let amount = share(id, available, wanted)?;
        Ok(Self { lock, delegate: side.account(), to, amount })
    }

    #[inline(never)]
    fn pay(mut self, token: Address) -> Result<u128> {
        self.lock.hold(self.lock.right.amount() - self.amount, self.delegate);
        log!(Withdrawn { id: self.lock.id, to: self.to } { amount: self.amount });
        pay(token, self.to, self.amount)?;
        Ok(self.amount)
    }
}

/// `wanted` of what is available; 2^256-1 is all of it.
#[inline(never)]
pub(crate) fn share(id: u64, available: u128, wanted: U256) -> Result<u128> {
    if wanted == U256::MAX {
        return Ok(available);
    }
    narrow(wanted)
        .filter(|wanted| *wanted <= available)
        .ok_or_else(|| refusal!(InsufficientAmount { id, available, wanted }))
}

#[inline(never)]
pub(crate) fn withdraw(id: u64, to: Address, amount: U256) -> Result<u128> {
    let gate = gate::open()?;
    Payment::check(id, somebody(to)?, amount)?.pay(gate.token())
}

#[inline(never)]
pub(crate) fn withdraw_many(ids: &Words<'_, sol_data::Uint<64>>) -> Result<u128> {
    let token = gate::open()?.token();
    let mut paid = 0;
    for index in 0..ids.len() {
        let id = ids.get(index).ok_or_else(Revert::empty)?;
        match Payment::check(id, Address::ZERO, U256::MAX) {
            Ok(payment) => paid += payment.pay(token)?,
            Err(reason) => emit(&IVesting::WithdrawalRefused { id, reason: reason.data().into() }),
        }
    }
    Ok(paid)
}

#[inline(never)]
pub(crate) fn transfer_lock(id: u64, to: Address) -> Result<()> {
    let gate = gate::open()?;
    somebody(to)?;
    let mut lock = Lock::load(id)?;
    lock.only_beneficiary()?;
    if !lock.terms.is(TRANSFERABLE) {
        return Err(refusal!(NotTransferable { id }));
    }
    delegate(&lock, Address::ZERO);
    let from = lock.right.account();
    lock.right = lock.right.with_account(to);
    lock.write(Domain::Right, lock.right.0);
    log!(LockTransferred { id, from, to } {});
    stake::set_holder(&lock, gate)
}

#[inline(never)]
pub(crate) fn delegate_lock(id: u64, to: Address) -> Result<()> {
    gate::open()?;
    let lock = Lock::load(id)?;
    lock.only_beneficiary()?;
    delegate(&lock, to);
    Ok(())
}

/// Moves the votes of a lock.
#[inline(never)]
fn delegate(lock: &Lock, to: Address) {
    let (side, held) = (lock.delegate(), lock.right.amount() as i128);
    let from = side.account();
    if from == to {
        return;
    }
    lock.write(Domain::Delegate, side.with_account(to).0);
    log!(LockDelegated { id: lock.id, from, to } {});
    votes::change(from, -held);
    votes::change(to, held);
}

/// The lock and its funder, who must be the caller and be able to cancel.
#[inline(never)]
fn cancelable(id: u64) -> Result<(Lock, Address)> {
    let lock = Lock::load(id)?;
    let (caller, funder) = (chain::sender(), lock.funder().account());
    if caller != funder {
        return Err(refusal!(NotFunder { id, caller }));
    }
    if !lock.terms.is(CANCELABLE) {
        return Err(refusal!(NotCancelable { id }));
    }
    Ok((lock, funder))
}

#[inline(never)]
pub(crate) fn renounce(id: u64) -> Result<()> {
    gate::open()?;
    let (lock, _) = cancelable(id)?;
    lock.write(Domain::Terms, lock.terms.with(CANCELABLE, 0).0);
    log!(Renounced { id } {});
    Ok(())
}

#[inline(never)]
pub(crate) fn cancel(id: u64) -> Result<()> {
    let gate = gate::open()?;
    let (mut lock, funder) = cancelable(id)?;
    let (side, held, streamed): (Pair, _, _) = (lock.delegate(), lock.right.amount(), lock.streamed());
    let refund = (lock.terms.deposited() - streamed).min(held + side.amount());
    if refund == 0 {
        return Err(refusal!(NothingToRefund { id }));
    }
    let paid = refund.min(held);
    lock.terms = lock.terms.with(CANCELABLE, CANCELED);
    lock.write(Domain::Terms, lock.terms.0);
    lock.write(Domain::Refund, Refund::new(chain::now(), paid, refund - paid).0);
    log!(Canceled { id, funder } { streamed, refund });
    lock.hold(held - paid, side.account());
    refunded(id, funder, paid);
    pay(gate.token(), funder, paid)
}

/// Tells that a refund is paid, unless it is nothing.
#[inline(never)]
pub(crate) fn refunded(id: u64, funder: Address, amount: u128) {
    if amount != 0 {
        log!(Refunded { id, funder } { amount });
    }
}
