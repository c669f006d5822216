//! ArbOwnerPublic (0x6b): who owns the chain.

use alloy::primitives::Address;
use alloy::sol;
use alloy::sol_types::SolCall;
use omnit_vm::ArbosVersion;

use super::arb_wasm;
use super::frame::{Access, Failure, Frame, READ_GAS};

sol! {
    interface ArbOwnerPublic {
        function isChainOwner(address addr) external view returns (bool);
        function getAllChainOwners() external view returns (address[]);
        function getNetworkFeeAccount() external view returns (address);
        function getInfraFeeAccount() external view returns (address);
        function getMaxStylusContractFragments() external view returns (uint8);
    }
}

use ArbOwnerPublic as O;
pub(super) use ArbOwnerPublic::ArbOwnerPublicCalls;

pub(super) fn run(frame: &mut Frame<'_>, method: ArbOwnerPublicCalls) -> Result<Vec<u8>, Failure> {
    frame.enter(Access::View)?;
    match method {
        ArbOwnerPublicCalls::isChainOwner(call) => {
            frame.charge(READ_GAS)?;
            let answer = frame.state().chain_owners().contains(call.addr);
            Ok(O::isChainOwnerCall::abi_encode_returns(&answer))
        }
        ArbOwnerPublicCalls::getAllChainOwners(_) => {
            let owners = frame.state().chain_owners().all();
            frame.charge(READ_GAS * (1 + owners.len() as u64))?;
            Ok(O::getAllChainOwnersCall::abi_encode_returns(&owners))
        }
        ArbOwnerPublicCalls::getNetworkFeeAccount(_) => {
            frame.charge(READ_GAS)?;
            Ok(O::getNetworkFeeAccountCall::abi_encode_returns(&frame.state().network_fee_account()))
        }
        ArbOwnerPublicCalls::getInfraFeeAccount(_) => {
            frame.charge(READ_GAS)?;
            Ok(O::getInfraFeeAccountCall::abi_encode_returns(&Address::ZERO))
        }
        ArbOwnerPublicCalls::getMaxStylusContractFragments(_) => {
            if frame.scope().rules.arbos < ArbosVersion::V60 {
                return Err(Failure::Refused);
            }
            let params = arb_wasm::params(frame)?;
            Ok(O::getMaxStylusContractFragmentsCall::abi_encode_returns(&params.max_fragment_count))
        }
    }
}
