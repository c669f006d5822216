//! What is done to the token, and what has to come of it.

use ethers_core::abi::Token;
use ethers_core::rand::thread_rng;
use ethers_core::types::{Address, BlockNumber, Filter, Signature, H256, U256};
use ethers_providers::Middleware;
use ethers_signers::{LocalWallet, Signer};
use eyre::{ensure, Result};
use serde_json::json;

use crate::session::{Named, Session};

fn fresh() -> Address {
    LocalWallet::new(&mut thread_rng()).address()
}

fn number(value: impl Into<U256>) -> Token {
    Token::Uint(value.into())
}

fn word(value: U256) -> Token {
    let mut bytes = [0; 32];
    value.to_big_endian(&mut bytes);
    Token::FixedBytes(bytes.to_vec())
}

fn rsv(signature: &Signature) -> [Token; 3] {
    [number(signature.v), word(signature.r), word(signature.s)]
}

fn event(name: &str, arguments: &[Token]) -> Named {
    (name.to_owned(), arguments.to_vec())
}

async fn soon(session: &Session) -> Result<U256> {
    Ok(session.number("clock", &[]).await? + 3600)
}

pub async fn metadata(session: &Session) -> Result<()> {
    session.same("name", session.read("name", &[]).await?, Token::String("OmniTensor".to_owned()))?;
    session.same("symbol", session.read("symbol", &[]).await?, Token::String("OMNIT".to_owned()))?;
    session.same("decimals", session.number("decimals", &[]).await?, 18.into())?;
    let code = session.provider.get_code(session.token, None).await?;
    ensure!(!code.is_empty(), "the token has no code");
    Ok(())
}

pub async fn transfer(session: &Session) -> Result<()> {
    let (holder, receiver) = (Token::Address(session.account(0)), Token::Address(fresh()));
    let before = session.number("balanceOf", &[holder.clone()]).await?;
    let amount = U256::exp10(18) * 3;
    let events = session.act(0, "transfer", &[receiver.clone(), number(amount)]).await?;
    let expected = event("Transfer", &[holder.clone(), receiver.clone(), number(amount)]);
    session.same("event", events.first(), Some(&expected))?;
    session.same("receiver", session.number("balanceOf", &[receiver.clone()]).await?, amount)?;
    session.same("sender", session.number("balanceOf", &[holder]).await?, before - amount)?;

    let topic = H256::from(receiver.into_address().expect("it was made from an address"));
    let filter = Filter::new().address(session.token).topic2(topic).from_block(BlockNumber::Earliest);
    session.same("logs found again", session.provider.get_logs(&filter).await?.len(), 1)?;

    let poor = Token::Address(session.account(2));
    let balance = session.number("balanceOf", &[poor.clone()]).await?;
    let refused = session.refusal(2, "transfer", &[poor.clone(), number(balance + 1)]).await?;
    session.same("refusal", refused, event("ERC20InsufficientBalance", &[poor, number(balance), number(balance + 1)]))
}

pub async fn allowance(session: &Session) -> Result<()> {
    let (holder, spender) = (Token::Address(session.account(0)), Token::Address(session.account(1)));
    let events = session.act(0, "approve", &[spender.clone(), number(50)]).await?;
    session.same("event", events, vec![event("Approval", &[holder.clone(), spender.clone(), number(50)])])?;
    let receiver = Token::Address(fresh());
    session.act(1, "transferFrom", &[holder.clone(), receiver.clone(), number(20)]).await?;
    session.same("left", session.number("allowance", &[holder.clone(), spender.clone()]).await?, 30.into())?;
    let refused = session.refusal(1, "transferFrom", &[holder, receiver, number(31)]).await?;
    session.same("refusal", refused, event("ERC20InsufficientAllowance", &[spender, number(30), number(31)]))
}

pub async fn permit(session: &Session) -> Result<()> {
    let (owner, spender) = (session.account(0), session.account(1));
    let nonce = session.number("nonces", &[Token::Address(owner)]).await?;
    let deadline = soon(session).await?;
    let fields = [
        ("owner", "address", json!(owner)),
        ("spender", "address", json!(spender)),
        ("value", "uint256", json!("900")),
        ("nonce", "uint256", json!(nonce.to_string())),
        ("deadline", "uint256", json!(deadline.to_string())),
    ];
    let signature = session.sign("Permit", &fields).await?;
    let (owner, spender) = (Token::Address(owner), Token::Address(spender));
    let terms = [owner.clone(), spender.clone(), number(900), number(deadline)];
    let arguments = [&terms[..], &rsv(&signature)].concat();
    let events = session.act(2, "permit", &arguments).await?;
    session.same("event", events, vec![event("Approval", &[owner.clone(), spender.clone(), number(900)])])?;
    session.same("granted", session.number("allowance", &[owner.clone(), spender]).await?, 900.into())?;
    session.same("nonce", session.number("nonces", &[owner.clone()]).await?, nonce + 1)?;
    let (name, mut named) = session.refusal(2, "permit", &arguments).await?;
    session.same("replay", (name.as_str(), named.pop()), ("ERC2612InvalidSigner", Some(owner)))
}

pub async fn authorization(session: &Session) -> Result<()> {
    let (from, to, nonce) = (session.account(0), fresh(), H256::random());
    let before = soon(session).await?;
    let fields = [
        ("from", "address", json!(from)),
        ("to", "address", json!(to)),
        ("value", "uint256", json!("11")),
        ("validAfter", "uint256", json!("0")),
        ("validBefore", "uint256", json!(before.to_string())),
        ("nonce", "bytes32", json!(nonce)),
    ];
    let signature = session.sign("TransferWithAuthorization", &fields).await?;
    let (from, to, nonce) = (Token::Address(from), Token::Address(to), Token::FixedBytes(nonce.as_bytes().to_vec()));
    let terms = [from.clone(), to.clone(), number(11), number(0), number(before), nonce.clone()];
    let arguments = [&terms[..], &rsv(&signature)].concat();
    let events = session.act(2, "transferWithAuthorization", &arguments).await?;
    session.same("first event", events.first(), Some(&event("AuthorizationUsed", &[from.clone(), nonce.clone()])))?;
    session.same("second event", events.get(1), Some(&event("Transfer", &[from.clone(), to, number(11)])))?;
    let used = session.read("authorizationState", &[from.clone(), nonce.clone()]).await?;
    session.same("state", used, Token::Bool(true))?;
    let refused = session.refusal(2, "transferWithAuthorization", &arguments).await?;
    session.same("replay", refused, event("ERC3009UsedAuthorization", &[from, nonce]))
}

pub async fn votes(session: &Session) -> Result<()> {
    let (holder, delegatee) = (Token::Address(session.account(0)), Token::Address(fresh()));
    let weight = session.number("balanceOf", &[holder.clone()]).await?;
    let events = session.act(0, "delegate", &[delegatee.clone()]).await?;
    session.same("first event", events[0].0.as_str(), "DelegateChanged")?;
    let gained = event("DelegateVotesChanged", &[delegatee.clone(), number(0), number(weight)]);
    session.same("last event", events.last(), Some(&gained))?;
    session.same("votes", session.number("getVotes", &[delegatee]).await?, weight)?;
    let supply = session.number("totalSupply", &[]).await?;
    ensure!(weight <= supply, "one account holds {weight}, more than the supply {supply}");
    Ok(())
}
