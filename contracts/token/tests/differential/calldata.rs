//! From an action to the transaction that carries it out, on the present state.

use alloy::primitives::{Address, B256, Bytes, U256, keccak256};
use alloy::signers::local::PrivateKeySigner;
use alloy::sol_types::{SolCall, SolStruct};
use eyre::Result;
use omnit_abi::IToken;

use super::action::{Action, Amount, Flaw, SENDERS, Signed, Who};
use super::pair::{Call, Pair};
use super::sign::{
    self, CancelAuthorization, Delegation, Parts, Permit, ReceiveWithAuthorization, TransferWithAuthorization,
};

/// The call that carries out `action`.
pub(super) async fn of(pair: &Pair, action: &Action) -> Result<Call> {
    let address = |who| pair.address(who);
    let call = |from: Who, data: Vec<u8>| Ok(Call { from: pair.address(from), data: data.into() });
    match *action {
        Action::Transfer { from, to, amount } => {
            let amount = units(pair, from, amount).await?;
            call(from, IToken::transferCall { to: address(to), amount }.abi_encode())
        }
        Action::Approve { owner, spender, amount } => {
            let amount = units(pair, owner, amount).await?;
            call(owner, IToken::approveCall { spender: address(spender), amount }.abi_encode())
        }
        Action::TransferFrom { spender, from, to, amount } => {
            let amount = units(pair, from, amount).await?;
            call(spender, IToken::transferFromCall { from: address(from), to: address(to), amount }.abi_encode())
        }
        Action::Burn { from, amount } => {
            call(from, IToken::burnCall { amount: units(pair, from, amount).await? }.abi_encode())
        }
        Action::BurnFrom { spender, from, amount } => {
            let amount = units(pair, from, amount).await?;
            call(spender, IToken::burnFromCall { account: address(from), amount }.abi_encode())
        }
        Action::Delegate { from, to } => call(from, IToken::delegateCall { delegatee: address(to) }.abi_encode()),
        Action::Permit { owner, spender, amount, signed } => permit(pair, owner, spender, amount, signed).await,
        Action::DelegateBySig { from, to, signed } => delegate_by_sig(pair, from, to, signed).await,
        Action::Authorize { from, to, amount, nonce, signed } => {
            let terms = Terms::of(pair, from, to, amount, nonce, signed).await?;
            call(signed.by, terms.transfer(pair, signed)?)
        }
        Action::Receive { from, to, amount, nonce, signed } => {
            let terms = Terms::of(pair, from, to, amount, nonce, signed).await?;
            // Mostly delivered by the receiver, as it must be.
            let by = if to.0 < SENDERS && nonce % 4 != 0 { to } else { signed.by };
            call(by, terms.receive(pair, signed)?)
        }
        Action::Cancel { from, nonce, signed } => call(signed.by, cancel(pair, from, nonce, signed)?),
        Action::TransferAndCall { from, to, amount, answer } => {
            let value = units(pair, from, amount).await?;
            call(from, transfer_and_call(address(to), value, answer))
        }
        Action::TransferFromAndCall { spender, from, to, amount, answer } => {
            let value = units(pair, from, amount).await?;
            call(spender, transfer_from_and_call(address(from), address(to), value, answer))
        }
        Action::ApproveAndCall { owner, spender, amount, answer } => {
            let value = units(pair, owner, amount).await?;
            call(owner, approve_and_call(address(spender), value, answer))
        }
        Action::Read { function, about, other, seconds_ago } => {
            let time = U256::from(pair.theirs.now().await?.saturating_add_signed(-i64::from(seconds_ago)));
            call(Who(0), read(function, address(about), address(other), time))
        }
        Action::Malformed { from, to, shape } => call(from, malformed(address(to), shape)),
    }
}

/// The amount in base units, as of the present balance of `payer`.
async fn units(pair: &Pair, payer: Who, amount: Amount) -> Result<U256> {
    let account = pair.address(payer);
    let balance = pair.theirs.read(pair.token, &IToken::balanceOfCall { account }).await?;
    Ok(match amount {
        Amount::Units(units) => U256::from(units),
        Amount::Share(share) => balance * U256::from(share) / U256::from(u8::MAX),
        Amount::TooMuch => balance + U256::ONE,
        Amount::Max => U256::MAX,
    })
}

/// The key that signs for `who`: its own, or for the contract its keeper's.
fn key(pair: &Pair, who: Who) -> &PrivateKeySigner {
    let index = if who.0 < SENDERS { who.0 } else { 0 };
    &pair.ours.signers()[usize::from(index)]
}

fn signature(pair: &Pair, who: Who, message: &impl SolStruct, flaw: Flaw) -> Result<Parts> {
    sign::sign(&pair.domain, message, key(pair, who), &pair.ours.signers()[9], flaw)
}

async fn nonce(pair: &Pair, who: Who, flaw: Flaw) -> Result<U256> {
    let nonce = pair.theirs.read(pair.token, &IToken::noncesCall { owner: pair.address(who) }).await?;
    Ok(match flaw {
        Flaw::WrongNonce(true) => nonce + U256::ONE,
        Flaw::WrongNonce(false) => nonce.saturating_sub(U256::ONE),
        _ => nonce,
    })
}

/// The end of what is signed: over for an untimely one, else in half a year or never.
async fn end(pair: &Pair, flaw: Flaw) -> Result<U256> {
    let now = pair.theirs.now().await?;
    Ok(match flaw {
        Flaw::Untimely(_) => U256::from(now - 1),
        Flaw::None => U256::MAX,
        _ => U256::from(now + 15_000_000),
    })
}

async fn permit(pair: &Pair, owner: Who, spender: Who, amount: Amount, signed: Signed) -> Result<Call> {
    let value = units(pair, owner, amount).await?;
    let mut message = Permit {
        owner: pair.address(owner),
        spender: pair.address(spender),
        value,
        nonce: nonce(pair, owner, signed.flaw).await?,
        deadline: end(pair, signed.flaw).await?,
    };
    let Parts { v, r, s, .. } = signature(pair, owner, &message, signed.flaw)?;
    let bytes = signature(pair, owner, &message, signed.flaw)?.bytes();
    if signed.flaw == Flaw::Tampered {
        message.value = message.value.wrapping_add(U256::ONE);
    }
    let Permit { owner, spender, value, deadline, .. } = message;
    let data = match signed.in_bytes {
        true => IToken::permit_1Call { owner, spender, value, deadline, signature: bytes.into() }.abi_encode(),
        false => IToken::permit_0Call { owner, spender, value, deadline, v, r, s }.abi_encode(),
    };
    Ok(Call { from: pair.address(signed.by), data: data.into() })
}

async fn delegate_by_sig(pair: &Pair, from: Who, to: Who, signed: Signed) -> Result<Call> {
    let nonce = nonce(pair, from, signed.flaw).await?;
    let mut message = Delegation { delegatee: pair.address(to), nonce, expiry: end(pair, signed.flaw).await? };
    let Parts { v, r, s, .. } = signature(pair, from, &message, signed.flaw)?;
    if signed.flaw == Flaw::Tampered {
        message.delegatee = pair.contract;
    }
    let Delegation { delegatee, nonce, expiry } = message;
    let data = IToken::delegateBySigCall { delegatee, nonce, expiry, v, r, s }.abi_encode();
    Ok(Call { from: pair.address(signed.by), data: data.into() })
}

/// What an authorization says (ERC-3009).
struct Terms {
    signer: Who,
    from: Address,
    to: Address,
    value: U256,
    valid_after: U256,
    valid_before: U256,
    nonce: B256,
}

impl Terms {
    async fn of(pair: &Pair, from: Who, to: Who, amount: Amount, nonce: u8, signed: Signed) -> Result<Self> {
        let now = pair.theirs.now().await?;
        let is_early = signed.flaw == Flaw::Untimely(true);
        Ok(Self {
            signer: from,
            from: pair.address(from),
            to: pair.address(to),
            value: units(pair, from, amount).await?,
            valid_after: U256::from(if is_early { now + 90_000_000 } else { now - 1 }),
            valid_before: if is_early { U256::MAX } else { end(pair, signed.flaw).await? },
            nonce: authorization_nonce(nonce, signed.flaw),
        })
    }

    fn transfer(self, pair: &Pair, signed: Signed) -> Result<Vec<u8>> {
        let Self { signer, from, to, mut value, valid_after, valid_before, nonce } = self;
        let message =
            TransferWithAuthorization { from, to, value, validAfter: valid_after, validBefore: valid_before, nonce };
        let parts = signature(pair, signer, &message, signed.flaw)?;
        tamper(&mut value, signed.flaw);
        let signature = parts.bytes().into();
        let Parts { v, r, s, .. } = parts;
        Ok(match signed.in_bytes {
            true => {
                let call = IToken::transferWithAuthorization_1Call {
                    from,
                    to,
                    value,
                    validAfter: valid_after,
                    validBefore: valid_before,
                    nonce,
                    signature,
                };
                call.abi_encode()
            }
            false => {
                let call = IToken::transferWithAuthorization_0Call {
                    from,
                    to,
                    value,
                    validAfter: valid_after,
                    validBefore: valid_before,
                    nonce,
                    v,
                    r,
                    s,
                };
                call.abi_encode()
            }
        })
    }

    fn receive(self, pair: &Pair, signed: Signed) -> Result<Vec<u8>> {
        let Self { signer, from, to, mut value, valid_after, valid_before, nonce } = self;
        let message =
            ReceiveWithAuthorization { from, to, value, validAfter: valid_after, validBefore: valid_before, nonce };
        let parts = signature(pair, signer, &message, signed.flaw)?;
        tamper(&mut value, signed.flaw);
        let signature = parts.bytes().into();
        let Parts { v, r, s, .. } = parts;
        Ok(match signed.in_bytes {
            true => {
                let call = IToken::receiveWithAuthorization_1Call {
                    from,
                    to,
                    value,
                    validAfter: valid_after,
                    validBefore: valid_before,
                    nonce,
                    signature,
                };
                call.abi_encode()
            }
            false => {
                let call = IToken::receiveWithAuthorization_0Call {
                    from,
                    to,
                    value,
                    validAfter: valid_after,
                    validBefore: valid_before,
                    nonce,
                    v,
                    r,
                    s,
                };
                call.abi_encode()
            }
        })
    }
}

fn tamper(value: &mut U256, flaw: Flaw) {
    if flaw == Flaw::Tampered {
        *value = value.wrapping_add(U256::ONE);
    }
}

/// Few different nonces, so that used ones come again.
fn authorization_nonce(nonce: u8, flaw: Flaw) -> B256 {
    match flaw {
        Flaw::WrongNonce(_) => B256::ZERO,
        _ => keccak256([nonce]),
    }
}

fn cancel(pair: &Pair, from: Who, nonce: u8, signed: Signed) -> Result<Vec<u8>> {
    let (authorizer, nonce) = (pair.address(from), authorization_nonce(nonce, signed.flaw));
    let parts = signature(pair, from, &CancelAuthorization { authorizer, nonce }, signed.flaw)?;
    let nonce = if signed.flaw == Flaw::Tampered { keccak256(nonce) } else { nonce };
    let Parts { v, r, s, .. } = parts.clone();
    Ok(match signed.in_bytes {
        true => IToken::cancelAuthorization_1Call { authorizer, nonce, signature: parts.bytes().into() }.abi_encode(),
        false => IToken::cancelAuthorization_0Call { authorizer, nonce, v, r, s }.abi_encode(),
    })
}

/// Data that asks the contract for `answer`; none for 0.
fn answer_data(answer: u8) -> Bytes {
    if answer == 0 { Bytes::new() } else { vec![answer, 0xaa, 0xbb].into() }
}

fn transfer_and_call(to: Address, value: U256, answer: u8) -> Vec<u8> {
    match answer {
        0 => IToken::transferAndCall_0Call { to, value }.abi_encode(),
        answer => IToken::transferAndCall_1Call { to, value, data: answer_data(answer) }.abi_encode(),
    }
}

fn transfer_from_and_call(from: Address, to: Address, value: U256, answer: u8) -> Vec<u8> {
    match answer {
        0 => IToken::transferFromAndCall_0Call { from, to, value }.abi_encode(),
        answer => IToken::transferFromAndCall_1Call { from, to, value, data: answer_data(answer) }.abi_encode(),
    }
}

fn approve_and_call(spender: Address, value: U256, answer: u8) -> Vec<u8> {
    match answer {
        0 => IToken::approveAndCall_0Call { spender, value }.abi_encode(),
        answer => IToken::approveAndCall_1Call { spender, value, data: answer_data(answer) }.abi_encode(),
    }
}

fn read(function: u8, account: Address, other: Address, timepoint: U256) -> Vec<u8> {
    match function % 17 {
        0 => IToken::nameCall {}.abi_encode(),
        1 => IToken::symbolCall {}.abi_encode(),
        2 => IToken::decimalsCall {}.abi_encode(),
        3 => IToken::CLOCK_MODECall {}.abi_encode(),
        4 => IToken::clockCall {}.abi_encode(),
        5 => IToken::DOMAIN_SEPARATORCall {}.abi_encode(),
        6 => IToken::eip712DomainCall {}.abi_encode(),
        7 => IToken::totalSupplyCall {}.abi_encode(),
        8 => IToken::balanceOfCall { account }.abi_encode(),
        9 => IToken::allowanceCall { owner: account, spender: other }.abi_encode(),
        10 => IToken::getVotesCall { account }.abi_encode(),
        11 => IToken::getPastTotalSupplyCall { timepoint }.abi_encode(),
        12 => IToken::numCheckpointsCall { account }.abi_encode(),
        13 => IToken::checkpointsCall { account, pos: timepoint.as_limbs()[0] as u32 % 9 }.abi_encode(),
        14 => IToken::authorizationStateCall { authorizer: account, nonce: keccak256([function % 24]) }.abi_encode(),
        15 => IToken::supportsInterfaceCall { interfaceId: [0x01, 0xff, 0xc9, 0xa7].into() }.abi_encode(),
        _ => IToken::getPastVotesCall { account, timepoint }.abi_encode(),
    }
}

fn malformed(to: Address, shape: u8) -> Vec<u8> {
    let mut data = IToken::transferCall { to, amount: U256::from(1) }.abi_encode();
    match shape % 6 {
        0 => data.truncate(usize::from(shape) % 68),
        1 => data[4 + usize::from(shape) % 12] = 1,
        2 => data[0] ^= 0xff,
        // Longer calldata than needed is fine.
        3 => data.extend_from_slice(&[shape; 40]),
        4 => data.clear(),
        _ => {
            // An offset of dynamic data that leads nowhere.
            data = IToken::transferAndCall_1Call { to, value: U256::from(1), data: Bytes::new() }.abi_encode();
            data[4 + 64] = 0xff;
        }
    }
    data
}
