//! The one-way swap of the first token to OMNIT. Interface and specification: `contracts/interfaces/ISwap.sol`.
//!
//! Guarantees the invariants I1 to I6 of `README.md`: a unit is paid for a unit that arrived, within the window, out of what is there, and
//! nothing leaves otherwise. Trusts OMNIT. Of the legacy token it trusts only that its balances mean something: its answers are checked, its
//! callbacks meet a lock, and at worst it makes a swap fail or pays out what this contract holds to whoever it favours.
#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

pub mod book;
pub mod slot;
pub mod terms;

mod legacy;

use alloy_primitives::{Address, B256, U256};
use book::Book;
use omnit_abi::{
    ISwap::{self, ISwapCalls, ISwapErrors},
    params::TOKEN_DECIMALS,
};
use omnit_runtime::{
    Interface, Revert, Status,
    amount::{narrow, widen},
    chain, dispatch, emit, erc20, storage,
};
use slot::Domain;
use terms::Terms;

/// This contract, as far as its errors go.
enum Swap {}

impl Interface for Swap {
    const ERRORS: &'static [[u8; 4]] = ISwapErrors::SELECTORS;
}

type Result<T> = core::result::Result<T, Revert<Swap>>;

omnit_runtime::contract!(serve);

/// Serves one call.
pub fn serve(calldata: &[u8]) -> Status {
    dispatch! { calldata => ISwapCalls, Swap;
        initialize(c) => initialize(&c),

        swap(c) => swap(chain::sender(), c.amount),
        swapTo(c) => swap(c.to, c.amount),
        sweep(_) => sweep(),

        token(_) => Ok(load_terms().token()),
        legacy(_) => Ok(load_book().legacy()),
        treasury(_) => Ok(load_treasury()),
        window(_) => Ok(window()),
        status(_) => Ok(load_terms().status(chain::now())),
        remaining(_) => erc20::balance_of(load_terms().token(), chain::this()),
        swapped(_) => Ok(widen(load_book().swapped())),
    }
}

#[inline(never)]
fn initialize(c: &ISwap::initializeCall) -> Result<()> {
    if load_terms() != Terms::default() {
        return Err(ISwap::AlreadyInitialized {}.into());
    }
    let this = chain::this();
    for address in [c.token, c.legacy, c.treasury] {
        check_address(address, [Address::ZERO, this])?;
    }
    check_address(c.legacy, [c.token, c.treasury])?;
    check_address(c.treasury, [c.token, c.legacy])?;
    let terms = Terms::new(c.token, c.opensAt, c.closesAt).filter(|_| c.closesAt > chain::now());
    let Some(terms) = terms else {
        return Err(ISwap::InvalidWindow { opensAt: U256::from(c.opensAt), closesAt: U256::from(c.closesAt) }.into());
    };
    let decimals = legacy::decimals(c.legacy);
    if decimals != U256::from(TOKEN_DECIMALS) {
        return Err(ISwap::InvalidDecimals { legacy: c.legacy, decimals }.into());
    }
    storage::store(slot::of(Domain::Terms), terms.0);
    storage::store(slot::of(Domain::Book), Book::new(c.legacy).0);
    storage::store(slot::of(Domain::Treasury), c.treasury.into_word());
    Ok(())
}

/// Takes legacy tokens of the caller and pays `to` for those that arrived.
///
/// The amount is known only after the legacy token has run, so the book is written twice: locked before the call, with the sum after it.
#[inline(never)]
fn swap(to: Address, amount: U256) -> Result<U256> {
    let (terms, book) = (load_terms(), load_book());
    if book.is_locked() {
        return Err(ISwap::Reentered {}.into());
    }
    if terms.status(chain::now()) != 1 {
        let (opens, closes) = window();
        return Err(ISwap::NotOpen { opensAt: opens, closesAt: closes }.into());
    }
    let (sender, this) = (chain::sender(), chain::this());
    check_address(to, [this, this])?;
    store_book(book.locked());
    let paid = legacy::take(book.legacy(), sender, this, amount)?;
    if paid.is_zero() {
        return Err(ISwap::NothingArrived { amount }.into());
    }
    let remaining = erc20::balance_of(terms.token(), this)?;
    let Some(units) = narrow(paid).filter(|_| paid <= remaining) else {
        return Err(ISwap::ReserveExhausted { remaining, needed: paid }.into());
    };
    store_book(book.paid(units));
    emit(&ISwap::Swapped { account: sender, to, amount: paid });
    erc20::transfer(terms.token(), to, paid)?;
    Ok(paid)
}

#[inline(never)]
fn sweep() -> Result<U256> {
    let (terms, treasury) = (load_terms(), load_treasury());
    if terms.status(chain::now()) != 2 || terms == Terms::default() {
        return Err(ISwap::NotClosed { closesAt: U256::from(terms.closes_at()) }.into());
    }
    let amount = erc20::balance_of(terms.token(), chain::this())?;
    if amount.is_zero() {
        return Err(ISwap::NothingToSweep {}.into());
    }
    emit(&ISwap::Swept { treasury, amount });
    erc20::transfer(terms.token(), treasury, amount)?;
    Ok(amount)
}

fn window() -> (U256, U256) {
    let terms = load_terms();
    (U256::from(terms.opens_at()), U256::from(terms.closes_at()))
}

/// Refuses an address that is one of two others.
#[inline(never)]
fn check_address(value: Address, others: [Address; 2]) -> Result<()> {
    if others.contains(&value) {
        return Err(ISwap::InvalidAddress { value }.into());
    }
    Ok(())
}

fn load_terms() -> Terms {
    Terms(storage::load(slot::of(Domain::Terms)))
}

fn load_book() -> Book {
    Book(storage::load(slot::of(Domain::Book)))
}

fn store_book(book: Book) {
    storage::store(slot::of(Domain::Book), book.0);
}

fn load_treasury() -> Address {
    let word: B256 = storage::load(slot::of(Domain::Treasury));
    Address::from_word(word)
}
