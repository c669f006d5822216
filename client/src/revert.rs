//! Why a contract refused, in words and with the numbers.

mod allocation;
mod staking;

use std::fmt;

use alloy::{
    primitives::{Bytes, Selector},
    sol_types::{self, Panic, SolError, SolInterface},
};
use omnit_abi::{IToken::ITokenErrors, arbos::IArbWasm::IArbWasmErrors};

use crate::{amounts::Amount, declared};

/// Data that a contract reverted with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Revert {
    data: Bytes,
}

impl Revert {
    /// Wraps the data of a revert; empty where the contract gave none.
    #[must_use]
    pub fn new(data: Bytes) -> Self {
        Self { data }
    }

    /// The data as the contract gave it.
    #[must_use]
    pub fn data(&self) -> &Bytes {
        &self.data
    }

    /// Selector of the error; `None` when the data is shorter than one.
    #[must_use]
    pub fn selector(&self) -> Option<Selector> {
        self.data.first_chunk::<4>().map(Selector::from)
    }

    /// Name of the error as its interface declares it; `None` when no interface known here does.
    #[must_use]
    pub fn name(&self) -> Option<&'static str> {
        let selector = self.selector()?.0;
        let solidity = match selector {
            sol_types::Revert::SELECTOR => Some("Error"),
            Panic::SELECTOR => Some("Panic"),
            _ => None,
        };
        declared::name(selector).or_else(|| IArbWasmErrors::name_by_selector(selector)).or(solidity)
    }

    /// The error of the token contract, where it is one.
    #[must_use]
    pub fn token_error(&self) -> Option<ITokenErrors> {
        ITokenErrors::abi_decode(&self.data).ok()
    }

    /// The error of ArbWasm, where it is one.
    #[must_use]
    pub fn arb_wasm_error(&self) -> Option<IArbWasmErrors> {
        IArbWasmErrors::abi_decode(&self.data).ok()
    }
}

impl fmt::Display for Revert {
    /// One sentence, which begins with the name of the error where it has one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(error) = self.token_error() {
            return write!(f, "{} ({})", token_sentence(&error), self.name().unwrap_or_default());
        }
        if let Some(error) = self.arb_wasm_error() {
            return write!(f, "{} ({})", activation_sentence(&error), self.name().unwrap_or_default());
        }
        if let Ok(error) = sol_types::Revert::abi_decode(&self.data) {
            return write!(f, "the contract refused: {}", error.reason);
        }
        if let Ok(panic) = Panic::abi_decode(&self.data) {
            return write!(f, "the contract stopped: {panic}");
        }
        if let Some(sentence) = allocation::sentence(&self.data).or_else(|| staking::sentence(&self.data)) {
            return write!(f, "{sentence} ({})", self.name().unwrap_or_default());
        }
        if let Some(sentence) = declared::sentence(&self.data) {
            return f.write_str(&sentence);
        }
        match self.selector() {
            None if self.data.is_empty() => f.write_str("the contract refused and gives no reason (empty revert data)"),
            _ => write!(f, "the contract refused with data that no known interface declares: {}", self.data),
        }
    }
}

/// What an error of the token means to whoever called it.
fn token_sentence(error: &ITokenErrors) -> String {
    use ITokenErrors as E;
    match error {
        E::ERC20InsufficientBalance(e) => {
            format!("account {} has {} OMNIT, the call needs {}", e.sender, Amount(e.balance), Amount(e.needed))
        }
        E::ERC20InsufficientAllowance(e) => {
            let [allowance, needed] = [e.allowance, e.needed].map(Amount);
            format!("{} may spend {allowance} OMNIT of that account, the call needs {needed}", e.spender)
        }
        E::ERC20InvalidSender(e) => format!("tokens cannot leave {}", e.sender),
        E::ERC20InvalidReceiver(e) => format!("tokens cannot go to {} in this call", e.receiver),
        E::ERC20InvalidApprover(e) => format!("{} cannot grant an allowance", e.approver),
        E::ERC20InvalidSpender(e) => format!("{} cannot receive an allowance", e.spender),
        E::ERC5805FutureLookup(e) => {
            format!("past votes are final only before now: {} was asked for, now is {}", e.timepoint, e.clock)
        }
        E::ERC1363InvalidReceiver(e) => format!("{} is not a contract that accepted the tokens", e.receiver),
        E::ERC1363InvalidSpender(e) => format!("{} is not a contract that accepted the approval", e.spender),
        E::ECDSAInvalidSignature(_) => "nobody signed this with these v, r and s".to_owned(),
        E::ECDSAInvalidSignatureS(e) => format!("s of the signature is in the upper half: {}", e.s),
        E::ERC2612ExpiredSignature(e) => format!("the permit ended at unix time {}", e.deadline),
        E::ERC2612InvalidSigner(e) => format!("the permit was signed by {}, not by {}", e.signer, e.owner),
        E::VotesExpiredSignature(e) => format!("the signed delegation ended at unix time {}", e.expiry),
        E::InvalidAccountNonce(e) => {
            format!("the next nonce of {} is {}, another one was signed", e.account, e.currentNonce)
        }
        E::ERC3009InvalidSignature(_) => "the authorization was not signed by its authorizer".to_owned(),
        E::ERC3009InvalidAuthorizationTime(e) => {
            format!("the authorization holds after unix time {} and before {} only", e.validAfter, e.validBefore)
        }
        E::ERC3009UsedAuthorization(e) => format!("{} already used or cancelled nonce {}", e.authorizer, e.nonce),
        genesis => genesis_sentence(genesis),
    }
}

/// What an error of `initialize` means; every other error is answered by its debug form.
fn genesis_sentence(error: &ITokenErrors) -> String {
    use ITokenErrors as E;
    match error {
        E::AlreadyInitialized(_) => "the contract is set up already".to_owned(),
        E::GenesisLengthMismatch(e) => format!("{} holders were given {} amounts", e.holders, e.amounts),
        E::GenesisZeroHolder(e) => format!("genesis entry {} names the zero address", e.index),
        E::GenesisZeroAmount(e) => format!("genesis entry {} is worth nothing", e.index),
        E::GenesisDuplicateHolder(e) => format!("{} is listed twice", e.holder),
        E::GenesisSupplyMismatch(e) => {
            format!("the amounts add up to {} OMNIT, the cap is {}", Amount(e.sum), Amount(e.cap))
        }
        other => format!("{other:?}"),
    }
}

/// What an error of ArbWasm means to whoever deploys or calls a program.
fn activation_sentence(error: &IArbWasmErrors) -> String {
    use IArbWasmErrors as E;
    match error {
        E::ProgramNotWasm(_) => "the account holds no Stylus program".to_owned(),
        E::ProgramNotActivated(_) => "the program was never activated on this chain".to_owned(),
        E::ProgramNeedsUpgrade(e) => {
            format!("the program was activated under version {}, the chain runs {}", e.version, e.stylusVersion)
        }
        E::ProgramExpired(e) => format!("the program expired {} seconds after its activation", e.ageInSeconds),
        E::ProgramUpToDate(_) => "the program needs no activation".to_owned(),
        E::ProgramKeepaliveTooSoon(e) => format!("the program is only {} seconds old", e.ageInSeconds),
        E::ProgramInsufficientValue(e) => format!("the data fee is {} wei, {} wei were sent", e.want, e.have),
    }
}
