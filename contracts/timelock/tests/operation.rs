//! An operation as a value, and the calls about it.

use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    sol_types::{SolCall, SolValue as _},
};
use omnit_abi::ITimelock;

/// What is scheduled, executed and cancelled. Equal to what the contract hashes, and hashed here by alloy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Operation {
    pub(crate) targets: Vec<Address>,
    pub(crate) values: Vec<U256>,
    pub(crate) payloads: Vec<Bytes>,
    pub(crate) predecessor: B256,
    pub(crate) salt: B256,
    pub(crate) is_batch: bool,
}

impl Operation {
    /// One call without value, no predecessor, salt zero.
    pub(crate) fn one(target: Address, payload: impl Into<Bytes>) -> Self {
        Self { is_batch: false, ..Self::many([(target, 0, payload.into())]) }
    }

    /// Calls in order: target, value, payload.
    pub(crate) fn many(calls: impl IntoIterator<Item = (Address, u64, Bytes)>) -> Self {
        let mut batch = Self {
            targets: Vec::new(),
            values: Vec::new(),
            payloads: Vec::new(),
            predecessor: B256::ZERO,
            salt: B256::ZERO,
            is_batch: true,
        };
        for (target, value, payload) in calls {
            batch.targets.push(target);
            batch.values.push(U256::from(value));
            batch.payloads.push(payload);
        }
        batch
    }

    /// One typed call.
    pub(crate) fn calling(target: Address, call: &impl SolCall) -> Self {
        Self::one(target, call.abi_encode())
    }

    pub(crate) fn with_value(mut self, value: u64) -> Self {
        self.values[0] = U256::from(value);
        self
    }

    pub(crate) fn with_salt(self, salt: u8) -> Self {
        Self { salt: B256::repeat_byte(salt), ..self }
    }

    pub(crate) fn after(self, predecessor: B256) -> Self {
        Self { predecessor, ..self }
    }

    pub(crate) fn id(&self) -> B256 {
        keccak256(match self.is_batch {
            true => (self.targets.clone(), self.values.clone(), self.payloads.clone(), self.predecessor, self.salt)
                .abi_encode_params(),
            false => (self.targets[0], self.values[0], self.payloads[0].clone(), self.predecessor, self.salt)
                .abi_encode_params(),
        })
    }

    pub(crate) fn schedule(&self, delay: U256) -> Bytes {
        let Self { targets, values, payloads, predecessor, salt, is_batch } = self.clone();
        if is_batch {
            return ITimelock::scheduleBatchCall { targets, values, payloads, predecessor, salt, delay }
                .abi_encode()
                .into();
        }
        let (target, value, data) = (targets[0], values[0], payloads[0].clone());
        ITimelock::scheduleCall { target, value, data, predecessor, salt, delay }.abi_encode().into()
    }

    pub(crate) fn execute(&self) -> Bytes {
        let Self { targets, values, payloads, predecessor, salt, is_batch } = self.clone();
        if is_batch {
            return ITimelock::executeBatchCall { targets, values, payloads, predecessor, salt }.abi_encode().into();
        }
        let (target, value, payload) = (targets[0], values[0], payloads[0].clone());
        ITimelock::executeCall { target, value, payload, predecessor, salt }.abi_encode().into()
    }

    pub(crate) fn hash(&self) -> Bytes {
        let Self { targets, values, payloads, predecessor, salt, is_batch } = self.clone();
        if is_batch {
            return ITimelock::hashOperationBatchCall { targets, values, payloads, predecessor, salt }
                .abi_encode()
                .into();
        }
        let (target, value, data) = (targets[0], values[0], payloads[0].clone());
        ITimelock::hashOperationCall { target, value, data, predecessor, salt }.abi_encode().into()
    }
}
