//! What is scheduled and executed: a call, or several in order, and the id that stands for exactly them.

use crate::Result;
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{
    abi::token::{PackedSeqToken, WordToken},
    sol_data,
};
use omnit_abi::ITimelock;
use omnit_runtime::{Revert, Tails, Words, chain, encode_params};

/// One call.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    /// Who is called.
    pub(crate) target: Address,
    /// Wei that go along.
    pub(crate) value: U256,
    /// Calldata.
    pub(crate) data: &'a [u8],
}

/// Several calls, as they lie in the calldata.
pub(crate) struct Batch<'a> {
    /// Who is called.
    pub(crate) targets: Words<'a, sol_data::Address>,
    /// Wei that go along with each call.
    pub(crate) values: Words<'a, sol_data::Uint<256>>,
    /// Calldata of each call.
    pub(crate) payloads: Tails<'a, sol_data::Bytes>,
}

/// The calls of an operation.
pub(crate) enum Calls<'a> {
    /// Of `schedule` and `execute`.
    One(Call<'a>),
    /// Of `scheduleBatch` and `executeBatch`.
    Many(Batch<'a>),
}

/// An operation.
pub(crate) struct Operation<'a> {
    /// What is called.
    pub(crate) calls: Calls<'a>,
    /// The operation that must be done before; zero for none.
    pub(crate) predecessor: B256,
    /// Tells operations with equal calls apart.
    pub(crate) salt: B256,
}

impl<'a> Operation<'a> {
    /// An operation of one call.
    pub(crate) fn one(target: Address, value: U256, data: &'a [u8], predecessor: B256, salt: B256) -> Self {
        Self { calls: Calls::One(Call { target, value, data }), predecessor, salt }
    }

    /// An operation of several calls.
    pub(crate) fn many(batch: Batch<'a>, predecessor: B256, salt: B256) -> Self {
        Self { calls: Calls::Many(batch), predecessor, salt }
    }

    /// How many calls there are. Fails when the lists of a batch have different lengths.
    pub(crate) fn len(&self) -> Result<usize> {
        let Calls::Many(batch) = &self.calls else { return Ok(1) };
        let (targets, values, payloads) = (batch.targets.len(), batch.values.len(), batch.payloads.len());
        if targets == values && targets == payloads {
            return Ok(targets);
        }
        let [targets, payloads, values] = [targets, payloads, values].map(U256::from);
        Err(ITimelock::TimelockInvalidOperationLength { targets, payloads, values }.into())
    }

    /// Call `index`, which is below the length. Fails when the calldata is malformed there.
    #[inline(never)]
    pub(crate) fn call(&self, index: usize) -> Result<Call<'a>> {
        match &self.calls {
            Calls::One(call) => Ok(*call),
            Calls::Many(batch) => batch.call(index).ok_or_else(Revert::empty),
        }
    }

    /// The hash of the ABI-encoded calls, predecessor and salt. Fails when the calldata is malformed anywhere.
    #[inline(never)]
    pub(crate) fn id(&self) -> Result<B256> {
        let [predecessor, salt] = [self.predecessor, self.salt].map(WordToken);
        let preimage = match &self.calls {
            Calls::One(call) => {
                let [target, value] = [call.target.into_word(), B256::from(call.value)].map(WordToken);
                encode_params(&(target, value, PackedSeqToken(call.data), predecessor, salt))
            }
            Calls::Many(batch) => {
                let lists = batch.targets.tokens().zip(batch.values.tokens()).zip(batch.payloads.tokens());
                let ((targets, values), payloads) = lists.ok_or_else(Revert::empty)?;
                encode_params(&(targets, values, payloads, predecessor, salt))
            }
        };
        Ok(chain::keccak256(preimage))
    }
}

impl<'a> Batch<'a> {
    fn call(&self, index: usize) -> Option<Call<'a>> {
        let (target, value) = (self.targets.get(index)?, self.values.get(index)?);
        Some(Call { target, value, data: self.payloads.get(index)? })
    }
}
