//! Transactions as clients describe them.

use alloy::consensus::{TxEip1559, TxEip2930, TxEip7702, TxLegacy, TypedTransaction};
use alloy::eips::eip7702::SignedAuthorization;
use alloy::primitives::{Address, Bytes, TxKind, U64, U128, U256};
use alloy::rpc::types::AccessList;
use serde::Deserialize;
use serde_json::Value;

use crate::chain::{BlockEnv, CallMessage};
use crate::rpc::error::RpcError;

/// Fields of `eth_call`, `eth_estimateGas` and `eth_sendTransaction`. Own type instead of alloy's: no flattened fields, which makes
/// parsing several times faster, and unusable fields are refused by name.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct CallRequest {
    pub(crate) from: Option<Address>,
    pub(crate) to: Option<Address>,
    pub(crate) gas: Option<U64>,
    gas_price: Option<U128>,
    max_fee_per_gas: Option<U128>,
    max_priority_fee_per_gas: Option<U128>,
    pub(crate) value: Option<U256>,
    pub(crate) nonce: Option<U64>,
    data: Option<Bytes>,
    input: Option<Bytes>,
    pub(crate) chain_id: Option<U64>,
    access_list: Option<AccessList>,
    authorization_list: Option<Vec<SignedAuthorization>>,
    #[serde(rename = "type")]
    kind: Option<U64>,
    blob_versioned_hashes: Option<Value>,
}

impl CallRequest {
    /// Calldata, which two names may carry.
    pub(crate) fn input(&self) -> Result<Bytes, RpcError> {
        match (&self.input, &self.data) {
            (Some(input), Some(data)) if input != data => {
                Err(RpcError::params("input and data are both set and differ: give one of them"))
            }
            (Some(bytes), _) | (None, Some(bytes)) => Ok(bytes.clone()),
            (None, None) => Ok(Bytes::new()),
        }
    }

    /// The most the sender offers per gas, in wei; `None` if it names no price.
    fn fee_cap(&self) -> Result<Option<u128>, RpcError> {
        let is_dynamic = self.max_fee_per_gas.is_some() || self.max_priority_fee_per_gas.is_some();
        if self.gas_price.is_some() && is_dynamic {
            return Err(RpcError::params("gasPrice and maxFeePerGas/maxPriorityFeePerGas are both set: give one kind"));
        }
        if let (Some(cap), Some(tip)) = (self.max_fee_per_gas, self.max_priority_fee_per_gas)
            && tip > cap
        {
            return Err(RpcError::params(format!(
                "maxPriorityFeePerGas is {tip}, it must not exceed maxFeePerGas {cap}"
            )));
        }
        Ok(self.gas_price.or(self.max_fee_per_gas).map(|price| price.to()))
    }

    /// The simulated call. `default_gas` is used when the request has none.
    pub(crate) fn message(&self, env: &BlockEnv, gas_limit: u64) -> Result<CallMessage, RpcError> {
        self.refuse_blobs()?;
        let gas_price = self.fee_cap()?.unwrap_or(0);
        if gas_price > 0 && gas_price < env.base_fee {
            return Err(RpcError::refused(format!(
                "max fee per gas less than block base fee: maxFeePerGas is {gas_price} wei, baseFee is {} wei",
                env.base_fee
            )));
        }
        Ok(CallMessage {
            from: self.from.unwrap_or_default(),
            to: self.to,
            value: self.value.unwrap_or_default(),
            input: self.input()?,
            gas: self.gas.map_or(gas_limit, |gas| gas.to::<u64>().min(gas_limit)),
            gas_price,
            access_list: self.access_list.clone().unwrap_or_default(),
            authorizations: self.authorization_list.clone().unwrap_or_default(),
            nonce: self.nonce.map(|nonce| nonce.to()),
        })
    }

    /// The same without a nonce, to simulate it on any state.
    pub(crate) fn without_nonce(&self) -> Self {
        Self { nonce: None, ..self.clone() }
    }

    /// The unsigned transaction, once nonce and gas are known. The kind follows `type`, or else the fields given.
    pub(crate) fn typed(&self, blanks: Blanks) -> Result<TypedTransaction, RpcError> {
        self.refuse_blobs()?;
        let Blanks { chain_id, nonce, gas_limit, base_fee } = blanks;
        let fee_cap = self.fee_cap()?;
        let (value, input) = (self.value.unwrap_or_default(), self.input()?);
        let to = self.to.map_or(TxKind::Create, TxKind::Call);
        let access_list = self.access_list.clone().unwrap_or_default();
        let gas_price = fee_cap.unwrap_or(base_fee);
        let tip = self.max_priority_fee_per_gas.map_or(0, |tip| tip.to::<u128>());
        // Room for the base fee to rise between filling and mining, as wallets leave it.
        let max_fee_per_gas = fee_cap.unwrap_or(base_fee.saturating_mul(2).saturating_add(tip));
        Ok(match self.kind()? {
            0 => TxLegacy { chain_id: Some(chain_id), nonce, gas_price, gas_limit, to, value, input }.into(),
            1 => TxEip2930 { chain_id, nonce, gas_price, gas_limit, to, value, access_list, input }.into(),
            4 => TxEip7702 {
                chain_id,
                nonce,
                gas_limit,
                max_fee_per_gas,
                max_priority_fee_per_gas: tip,
                to: self
                    .to
                    .ok_or_else(|| RpcError::params("a type 4 transaction needs to: it cannot create a contract"))?,
                value,
                access_list,
                authorization_list: self.authorization_list.clone().unwrap_or_default(),
                input,
            }
            .into(),
            _ => TxEip1559 {
                chain_id,
                nonce,
                gas_limit,
                max_fee_per_gas,
                max_priority_fee_per_gas: tip,
                to,
                value,
                access_list,
                input,
            }
            .into(),
        })
    }

    fn kind(&self) -> Result<u64, RpcError> {
        match self.kind.map(|kind| kind.to::<u64>()) {
            Some(kind @ (0 | 1 | 2 | 4)) => Ok(kind),
            Some(kind) => Err(RpcError::params(format!("type is {kind}, it must be 0, 1, 2 or 4"))),
            None if self.authorization_list.is_some() => Ok(4),
            None if self.gas_price.is_some() && self.access_list.is_some() => Ok(1),
            None if self.gas_price.is_some() => Ok(0),
            None => Ok(2),
        }
    }

    fn refuse_blobs(&self) -> Result<(), RpcError> {
        match self.blob_versioned_hashes {
            Some(_) => {
                Err(RpcError::params("blobVersionedHashes is set: an Arbitrum chain takes no blob transactions"))
            }
            None => Ok(()),
        }
    }
}

/// What the node fills in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Blanks {
    pub(crate) chain_id: u64,
    pub(crate) nonce: u64,
    pub(crate) gas_limit: u64,
    pub(crate) base_fee: u128,
}
