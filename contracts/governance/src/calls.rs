//! The calls of a proposal: from calldata or from storage, hashed, stored.

use crate::{
    Result,
    slot::{self, Domain},
};
use alloc::vec::Vec;
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{
    abi::token::{DynSeqToken, PackedSeqToken, WordToken},
    sol_data,
};
use omnit_abi::IGovernor;
use omnit_runtime::{Buffer, Revert, Tails, Words, amount::widen, chain, encode_params, storage};

/// Most calls of one proposal.
pub const MAX_CALLS: usize = 4_095;
const SELECTOR_BYTES: usize = 4;

/// Targets in calldata.
pub type Targets<'a> = Words<'a, sol_data::Address>;
/// Values in calldata.
pub type Values<'a> = Words<'a, sol_data::Uint<256>>;
/// Payloads in calldata.
pub type Payloads<'a> = Tails<'a, sol_data::Bytes>;

/// The parts of a proposal as they are encoded.
pub struct Calls<'a> {
    /// Whom to call.
    pub targets: DynSeqToken<WordToken>,
    /// With how many wei.
    pub values: DynSeqToken<WordToken>,
    /// With which calldata.
    pub payloads: DynSeqToken<PackedSeqToken<'a>>,
    /// Keccak-256 of the description.
    pub description: B256,
}

impl<'a> Calls<'a> {
    /// Calls of a caller. Malformed ones revert without data.
    #[inline(never)]
    pub fn given(
        targets: &Targets<'a>,
        values: &Values<'a>,
        payloads: &Payloads<'a>,
        description: B256,
    ) -> Result<Self> {
        let tokens = || {
            let (targets, values, payloads) = (targets.tokens()?, values.tokens()?, payloads.tokens()?);
            Some(Self { targets, values, payloads, description })
        };
        tokens().ok_or_else(Revert::empty)
    }

    /// The id of the proposal.
    #[inline(never)]
    pub fn id(&self) -> B256 {
        chain::keccak256(encode_params(&(&self.targets, &self.values, &self.payloads, WordToken(self.description))))
    }

    /// The salt of its operation in the timelock: proposals of two governors differ.
    pub fn salt(&self) -> B256 {
        let mut salt = self.description;
        for (byte, part) in salt.iter_mut().zip(chain::this()) {
            *byte ^= part;
        }
        salt
    }

    /// The id of its operation in the timelock.
    #[inline(never)]
    pub fn operation(&self) -> B256 {
        let (predecessor, salt) = (WordToken(B256::ZERO), WordToken(self.salt()));
        chain::keccak256(encode_params(&(&self.targets, &self.values, &self.payloads, predecessor, salt)))
    }

    /// Refuses lists that differ in length, are empty or too long.
    #[inline(never)]
    pub fn check(&self) -> Result<()> {
        let (targets, values, calldatas) = (self.targets.0.len(), self.values.0.len(), self.payloads.0.len());
        if targets != values || targets != calldatas || targets == 0 || targets > MAX_CALLS {
            let [targets, calldatas, values] = [targets, calldatas, values].map(|len| widen(len as u128));
            return Err(IGovernor::GovernorInvalidProposalLength { targets, calldatas, values }.into());
        }
        Ok(())
    }

    /// Writes them as the details of proposal `number`.
    #[inline(never)]
    pub fn store(&self, number: u32) {
        let mut words = Cursor::new(number);
        words.write(self.description);
        let mut count = self.targets.0.len() as u16;
        for ((target, value), payload) in self.targets.0.iter().zip(&self.values.0).zip(&self.payloads.0) {
            let (bytes, has_value) = (payload.0, !value.0.is_zero());
            let (selector, args) = bytes.split_at(bytes.len().min(SELECTOR_BYTES));
            let mut head = target.0;
            head[8..12].copy_from_slice(&(bytes.len() as u32).to_be_bytes());
            head[4..4 + selector.len()].copy_from_slice(selector);
            head[3] = u8::from(has_value);
            head[..2].copy_from_slice(&count.to_be_bytes());
            count = 0;
            words.write(head);
            if has_value {
                words.write(value.0);
            }
            for chunk in args.chunks(32) {
                let mut word = B256::ZERO;
                word[..chunk.len()].copy_from_slice(chunk);
                words.write(word);
            }
        }
    }
}

impl Calls<'static> {
    /// Reads the details of proposal `number`, which exists.
    #[inline(never)]
    pub fn load(number: u32) -> Self {
        let mut words = Cursor::new(number);
        let description = words.read();
        let (mut targets, mut values, mut payloads) = (Vec::new(), Vec::new(), Vec::new());
        let mut count = 1;
        while targets.len() < count {
            let head = words.read();
            if targets.is_empty() {
                // The first call tells how many there are.
                count = usize::from(u16::from_be_bytes([head[0], head[1]]));
            }
            let len = head[8..12].first_chunk().map_or(0, |len| u32::from_be_bytes(*len)) as usize;
            targets.push(WordToken(Address::from_word(head).into_word()));
            values.push(WordToken(if head[3] == 1 { words.read() } else { B256::ZERO }));
            let arguments = len.saturating_sub(SELECTOR_BYTES).div_ceil(32);
            let mut payload = Buffer::with_capacity(SELECTOR_BYTES + 32 * arguments);
            payload.push(&head[4..8]);
            for _ in 0..arguments {
                payload.push_word(words.read());
            }
            payloads.push(PackedSeqToken(&payload.into_bytes()[..len]));
        }
        let (targets, values, payloads) = (DynSeqToken(targets), DynSeqToken(values), DynSeqToken(payloads));
        Self { targets, values, payloads, description }
    }
}

/// A place in the details of a proposal.
struct Cursor {
    number: Address,
    at: u32,
}

impl Cursor {
    fn new(number: u32) -> Self {
        Self { number: Address::from_word(B256::from(U256::from(number))), at: 0 }
    }

    #[inline(never)]
    fn next(&mut self) -> B256 {
        let slot = slot::of(Domain::Details, self.number, self.at);
        self.at += 1;
        slot
    }

    fn read(&mut self) -> B256 {
        storage::load(self.next())
    }

    fn write(&mut self, word: B256) {
        let slot = self.next();
        storage::store(slot, word);
    }
}
