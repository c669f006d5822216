//! ArbGasInfo (0x6c): prices. There is no L1 to pay for, so that all its prices are 0; the L2 base fee is the chain's constant one.

use alloy::primitives::U256;
use alloy::sol;
use alloy::sol_types::SolCall;

use super::frame::{Access, Failure, Frame, READ_GAS};

sol! {
    interface ArbGasInfo {
        function getPricesInWei() external view returns (
            uint256 perL2Tx, uint256 perL1CalldataUnit, uint256 perStorageAllocation,
            uint256 perArbGasBase, uint256 perArbGasCongestion, uint256 perArbGasTotal
        );
        function getPricesInArbGas() external view returns (
            uint256 perL2Tx, uint256 perL1CalldataUnit, uint256 perStorageAllocation
        );
        function getGasAccountingParams() external view returns (
            uint256 speedLimitPerSecond, uint256 gasPoolMax, uint256 maxTxGasLimit
        );
        function getMinimumGasPrice() external view returns (uint256);
        function getL1BaseFeeEstimate() external view returns (uint256);
        function getL1GasPriceEstimate() external view returns (uint256);
        function getCurrentTxL1GasFees() external view returns (uint256);
        function getGasBacklog() external view returns (uint64);
    }
}

use ArbGasInfo as G;
pub(super) use ArbGasInfo::ArbGasInfoCalls;

/// Gas of a new storage slot, the unit of storage prices.
const STORAGE_GAS: u64 = 20_000;
/// Gas per second an Arbitrum chain starts with as its target.
const SPEED_LIMIT: u64 = 7_000_000;

pub(super) fn run(frame: &mut Frame<'_>, method: ArbGasInfoCalls) -> Result<Vec<u8>, Failure> {
    frame.enter(Access::View)?;
    frame.charge(READ_GAS)?;
    let env = &frame.scope().env;
    let base_fee = U256::from(env.base_fee);
    let gas_limit = U256::from(env.gas_limit);
    Ok(match method {
        ArbGasInfoCalls::getPricesInWei(_) => G::getPricesInWeiCall::abi_encode_returns(&G::getPricesInWeiReturn {
            perL2Tx: U256::ZERO,
            perL1CalldataUnit: U256::ZERO,
            perStorageAllocation: base_fee * U256::from(STORAGE_GAS),
            perArbGasBase: base_fee,
            perArbGasCongestion: U256::ZERO,
            perArbGasTotal: base_fee,
        }),
        ArbGasInfoCalls::getPricesInArbGas(_) => {
            G::getPricesInArbGasCall::abi_encode_returns(&G::getPricesInArbGasReturn {
                perL2Tx: U256::ZERO,
                perL1CalldataUnit: U256::ZERO,
                perStorageAllocation: U256::from(STORAGE_GAS),
            })
        }
        ArbGasInfoCalls::getGasAccountingParams(_) => {
            G::getGasAccountingParamsCall::abi_encode_returns(&G::getGasAccountingParamsReturn {
                speedLimitPerSecond: U256::from(SPEED_LIMIT),
                gasPoolMax: gas_limit,
                maxTxGasLimit: gas_limit,
            })
        }
        ArbGasInfoCalls::getMinimumGasPrice(_) => G::getMinimumGasPriceCall::abi_encode_returns(&base_fee),
        ArbGasInfoCalls::getL1BaseFeeEstimate(_) => G::getL1BaseFeeEstimateCall::abi_encode_returns(&U256::ZERO),
        ArbGasInfoCalls::getL1GasPriceEstimate(_) => G::getL1GasPriceEstimateCall::abi_encode_returns(&U256::ZERO),
        ArbGasInfoCalls::getCurrentTxL1GasFees(_) => G::getCurrentTxL1GasFeesCall::abi_encode_returns(&U256::ZERO),
        ArbGasInfoCalls::getGasBacklog(_) => G::getGasBacklogCall::abi_encode_returns(&0),
    })
}
