//! OMNIT. Interface and specification: `contracts/interfaces/IToken.sol`.
//!
//! Guarantees the invariants I1 to I9 of `README.md`: balances add up to the supply, the supply only falls, votes follow balances, the past
//! is final, a signature works once. Trusts nobody: there is no owner, and the contracts it calls (ERC-1271 signers by a static call,
//! ERC-1363 receivers as the last thing it does) can at most make their own call fail.
#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

pub mod account;
pub mod slot;
pub mod typed_data;

mod genesis;
mod signed;
mod votes;

use account::Account;
use alloy_primitives::{Address, B256, U256, aliases::U48};
use alloy_sol_types::{
    SolCall,
    abi::token::{PackedSeqToken, WordToken},
};
use omnit_abi::{
    IToken::{self, ITokenCalls, ITokenErrors},
    params,
    standard::{IERC1363Receiver, IERC1363Spender},
};
use omnit_runtime::{
    Constant, Interface, Revert, Status,
    amount::{narrow, widen},
    call,
    call::Answer,
    chain, constant, dispatch, emit, signature, storage, text,
};
use signed::{Authorization, Proof};
use slot::Domain;
use votes::Trace;

/// This contract, as far as its errors go.
enum Token {}

impl Interface for Token {
    const ERRORS: &'static [[u8; 4]] = ITokenErrors::SELECTORS;
}

type Result<T> = core::result::Result<T, Revert<Token>>;

constant! {
    Name = params::TOKEN_NAME.as_bytes();
    Symbol = params::TOKEN_SYMBOL.as_bytes();
    DomainVersion = params::TOKEN_DOMAIN_VERSION.as_bytes();
    ClockMode = b"mode=timestamp";
    ContractUri = b"data:application/json,{\"name\":\"OmniTensor\",\"symbol\":\"OMNIT\",\"decimals\":18,\
        \"description\":\"Pays for, and is earned by, verified AI work on the OmniTensor network.\"}";
}

omnit_runtime::contract!(serve);

/// Serves one call.
pub fn serve(calldata: &[u8]) -> Status {
    dispatch! { calldata => ITokenCalls, Token;
        initialize[holders, amounts] => genesis::initialize(&holders, &amounts),

        name => tokens::<Name>(),
        symbol => tokens::<Symbol>(),
        decimals(_) => Ok(params::TOKEN_DECIMALS),
        totalSupply(_) => Ok(widen(Trace::Supply.latest())),
        balanceOf(c) => Ok(widen(load_account(c.account).balance())),
        transfer(c) => transfer(chain::sender(), c.to, c.amount),
        allowance(c) => Ok(allowance(c.owner, c.spender)),
        approve(c) => approve(chain::sender(), c.spender, c.amount),
        transferFrom(c) => transfer_from(chain::sender(), c.from, c.to, c.amount),

        burn(c) => burn(chain::sender(), c.amount),
        burnFrom(c) => burn_from(chain::sender(), c.account, c.amount),

        permit_0(c) => signed::permit([c.owner, c.spender], c.value, c.deadline, Proof::Key { v: c.v, r: c.r, s: c.s }),
        permit_1[owner, spender, value, deadline, signature] =>
            signed::permit([owner, spender], value, deadline, Proof::Bytes(signature)),
        nonces(c) => Ok(signed::nonce(c.owner)),
        DOMAIN_SEPARATOR(_) => Ok(signed::domain_separator()),
        eip712Domain => signature::declared_domain::<Name, DomainVersion>(),

        clock(_) => Ok(U48::from(chain::now())),
        CLOCK_MODE => tokens::<ClockMode>(),
        getVotes(c) => Ok(widen(Trace::Votes(c.account).latest())),
        getPastVotes(c) => Trace::Votes(c.account).past(c.timepoint),
        getPastTotalSupply(c) => Trace::Supply.past(c.timepoint),
        delegates(c) => Ok(load_account(c.account).delegate()),
        delegate(c) => delegate(chain::sender(), c.delegatee),
        delegateBySig(c) => signed::delegate_by_sig(c),
        numCheckpoints(c) => Ok(Trace::Votes(c.account).count()),
        checkpoints(c) => Trace::Votes(c.account).checkpoint(c.pos),

        authorizationState(c) => Ok(signed::is_used(c.authorizer, c.nonce)),
        transferWithAuthorization_0(c) => Authorization::new(c.from, c.to, c.value, [c.validAfter, c.validBefore], c.nonce)
            .transfer(Proof::Key { v: c.v, r: c.r, s: c.s }),
        transferWithAuthorization_1[from, to, value, after, before, nonce, signature] =>
            Authorization::new(from, to, value, [after, before], nonce).transfer(Proof::Bytes(signature)),
        receiveWithAuthorization_0(c) => Authorization::new(c.from, c.to, c.value, [c.validAfter, c.validBefore], c.nonce)
            .receive(Proof::Key { v: c.v, r: c.r, s: c.s }),
        receiveWithAuthorization_1[from, to, value, after, before, nonce, signature] =>
            Authorization::new(from, to, value, [after, before], nonce).receive(Proof::Bytes(signature)),
        cancelAuthorization_0(c) => signed::cancel(c.authorizer, c.nonce, Proof::Key { v: c.v, r: c.r, s: c.s }),
        cancelAuthorization_1[authorizer, nonce, signature] => signed::cancel(authorizer, nonce, Proof::Bytes(signature)),

        transferAndCall_0(c) => transfer_and_call(c.to, c.value, &[]),
        transferAndCall_1[to, value, data] => transfer_and_call(to, value, data),
        transferFromAndCall_0(c) => transfer_from_and_call(c.from, c.to, c.value, &[]),
        transferFromAndCall_1[from, to, value, data] => transfer_from_and_call(from, to, value, data),
        approveAndCall_0(c) => approve_and_call(c.spender, c.value, &[]),
        approveAndCall_1[spender, value, data] => approve_and_call(spender, value, data),

        supportsInterface(c) => Ok(supports_interface(u32::from_be_bytes(c.interfaceId.0))),
        contractURI => tokens::<ContractUri>(),
    }
}

#[inline(never)]
fn transfer(from: Address, to: Address, amount: U256) -> Result<bool> {
    if from.is_zero() {
        return Err(IToken::ERC20InvalidSender { sender: from }.into());
    }
    if to.is_zero() {
        return Err(IToken::ERC20InvalidReceiver { receiver: to }.into());
    }
    move_balance(from, to, amount)?;
    Ok(true)
}

#[inline(never)]
fn approve(owner: Address, spender: Address, amount: U256) -> Result<bool> {
    check_approval(owner, spender)?;
    storage::store(allowance_slot(owner, spender), B256::from(amount));
    emit(&IToken::Approval { owner, spender, amount });
    Ok(true)
}

#[inline(never)]
fn transfer_from(spender: Address, from: Address, to: Address, amount: U256) -> Result<bool> {
    spend_allowance(from, spender, amount)?;
    transfer(from, to, amount)
}

#[inline(never)]
fn burn(from: Address, amount: U256) -> Result<()> {
    if from.is_zero() {
        return Err(IToken::ERC20InvalidSender { sender: from }.into());
    }
    move_balance(from, Address::ZERO, amount)
}

fn burn_from(spender: Address, from: Address, amount: U256) -> Result<()> {
    spend_allowance(from, spender, amount)?;
    burn(from, amount)
}

#[inline(never)]
fn delegate(delegator: Address, to: Address) -> Result<()> {
    let account = load_account(delegator);
    let from = account.delegate();
    store_account(delegator, account.with_delegate(to));
    emit(&IToken::DelegateChanged { delegator, fromDelegate: from, toDelegate: to });
    votes::shift(from, to, account.balance());
    Ok(())
}

#[inline(never)]
fn transfer_and_call(to: Address, value: U256, data: &[u8]) -> Result<bool> {
    let sender = chain::sender();
    transfer(sender, to, value)?;
    notify_receiver(sender, sender, to, value, data)
}

#[inline(never)]
fn transfer_from_and_call(from: Address, to: Address, value: U256, data: &[u8]) -> Result<bool> {
    let sender = chain::sender();
    transfer_from(sender, from, to, value)?;
    notify_receiver(sender, from, to, value, data)
}

#[inline(never)]
fn approve_and_call(spender: Address, value: U256, data: &[u8]) -> Result<bool> {
    let owner = chain::sender();
    approve(owner, spender, value)?;
    let args = (WordToken(owner.into_word()), WordToken(B256::from(value)), PackedSeqToken(data));
    type OnApproval = IERC1363Spender::onApprovalReceivedCall;
    accepted::<OnApproval>(&call::call::<OnApproval>(spender, &args), || {
        IToken::ERC1363InvalidSpender { spender }.into()
    })
}

#[inline(never)]
fn notify_receiver(operator: Address, from: Address, to: Address, value: U256, data: &[u8]) -> Result<bool> {
    let words = [operator.into_word(), from.into_word(), B256::from(value)].map(WordToken);
    let args = (words[0], words[1], words[2], PackedSeqToken(data));
    type OnTransfer = IERC1363Receiver::onTransferReceivedCall;
    accepted::<OnTransfer>(&call::call::<OnTransfer>(to, &args), || {
        IToken::ERC1363InvalidReceiver { receiver: to }.into()
    })
}

/// True if the callee answered its selector; its own reason, or else `refusal`, if not. Nothing follows a callback, so there is no lock:
/// a receiver may use the token at once, which is what ERC-1363 is for.
#[inline(never)]
fn accepted<C: SolCall>(answer: &Answer, refusal: impl FnOnce() -> Revert<Token>) -> Result<bool> {
    match answer.word() {
        Some(word) if signature::is_selector(word, u32::from_be_bytes(C::SELECTOR)) => Ok(true),
        _ if answer.is_success() || answer.is_empty() => Err(refusal()),
        _ => Err(Revert::raw(answer.data())),
    }
}

fn allowance(owner: Address, spender: Address) -> U256 {
    U256::from_be_bytes(storage::load(allowance_slot(owner, spender)).0)
}

fn supports_interface(id: u32) -> bool {
    macro_rules! is_one_of {
        ($($($function:ident)+;)+) => { $(id == const { 0 $(^ omnit_runtime::selector_of(ITokenCalls::$function))+ })||+ };
    }
    is_one_of! {
        supportsInterface;
        totalSupply balanceOf transfer allowance approve transferFrom;
        name symbol decimals;
        permit_0 nonces DOMAIN_SEPARATOR;
        eip712Domain;
        clock CLOCK_MODE;
        getVotes getPastVotes getPastTotalSupply delegates delegate delegateBySig;
        transferAndCall_0 transferAndCall_1 transferFromAndCall_0 transferFromAndCall_1 approveAndCall_0 approveAndCall_1;
    }
}

fn tokens<C: Constant>() -> (PackedSeqToken<'static>,) {
    (PackedSeqToken(text::<C>()),)
}

fn load_account(account: Address) -> Account {
    Account(storage::load(slot::of(Domain::Account, account, 0)))
}

fn store_account(account: Address, word: Account) {
    storage::store(slot::of(Domain::Account, account, 0), word.0);
}

/// The only place where balances change after genesis. `to` zero burns.
fn move_balance(from: Address, to: Address, amount: U256) -> Result<()> {
    let source = load_account(from);
    let balance = source.balance();
    let Some(units) = narrow(amount).filter(|units| *units <= balance) else {
        return Err(IToken::ERC20InsufficientBalance { sender: from, balance: widen(balance), needed: amount }.into());
    };
    let mut to_delegate = source.delegate();
    if from != to {
        store_account(from, source.with_balance(balance - units));
        if to.is_zero() {
            to_delegate = Address::ZERO;
            Trace::Supply.change(-(units as i128));
        } else {
            let target = load_account(to);
            to_delegate = target.delegate();
            store_account(to, target.with_balance(target.balance() + units));
        }
    }
    emit(&IToken::Transfer { from, to, amount });
    votes::shift(source.delegate(), to_delegate, units);
    Ok(())
}

#[inline(never)]
fn allowance_slot(owner: Address, spender: Address) -> B256 {
    let mut key = [0; 40];
    key[..20].copy_from_slice(owner.as_slice());
    key[20..].copy_from_slice(spender.as_slice());
    slot::hashed(Domain::Allowance, chain::keccak256(&key))
}

#[inline(never)]
fn check_approval(owner: Address, spender: Address) -> Result<()> {
    if owner.is_zero() {
        return Err(IToken::ERC20InvalidApprover { approver: owner }.into());
    }
    if spender.is_zero() {
        return Err(IToken::ERC20InvalidSpender { spender }.into());
    }
    Ok(())
}

/// Takes `amount` out of an allowance, without an event. An allowance of 2^256-1 stays.
#[inline(never)]
fn spend_allowance(owner: Address, spender: Address, amount: U256) -> Result<()> {
    let slot = allowance_slot(owner, spender);
    let allowance = U256::from_be_bytes(storage::load(slot).0);
    if allowance == U256::MAX {
        return Ok(());
    }
    let Some(rest) = allowance.checked_sub(amount) else {
        return Err(IToken::ERC20InsufficientAllowance { spender, allowance, needed: amount }.into());
    };
    check_approval(owner, spender)?;
    storage::store(slot, B256::from(rest));
    Ok(())
}
