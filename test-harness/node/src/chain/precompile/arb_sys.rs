//! ArbSys (0x64): facts of the chain. Messages to L1 have no L1 to go to here, so that their methods are refused.

use alloy::primitives::{Address, U160, U256, address};
use alloy::sol;
use alloy::sol_types::SolCall;

use super::frame::{Access, Failure, Frame};

sol! {
    interface ArbSys {
        function arbBlockNumber() external view returns (uint256);
        function arbBlockHash(uint256 arbBlockNum) external view returns (bytes32);
        function arbChainID() external view returns (uint256);
        function arbOSVersion() external view returns (uint256);
        function getStorageGasAvailable() external view returns (uint256);
        function isTopLevelCall() external view returns (bool);
        function mapL1SenderContractAddressToL2Alias(address sender, address unused) external pure returns (address);
        function wasMyCallersAddressAliased() external view returns (bool);
        function myCallersAddressWithoutAliasing() external view returns (address);

        error InvalidBlockNumber(uint256 requested, uint256 current);
    }
}

use ArbSys as S;
pub(super) use ArbSys::ArbSysCalls;

/// Added to the address of an L1 contract that sends a message.
const ALIAS_OFFSET: Address = address!("1111000000000000000000000000000000001111");
/// `arbOSVersion` counts on from the classic Arbitrum chain.
const CLASSIC_VERSIONS: u64 = 55;
/// Blocks whose hash can be asked for.
const KEPT_HASHES: u64 = 256;

pub(super) fn run(frame: &mut Frame<'_>, method: ArbSysCalls) -> Result<Vec<u8>, Failure> {
    if let ArbSysCalls::mapL1SenderContractAddressToL2Alias(call) = method {
        frame.enter(Access::Pure)?;
        let alias =
            U160::from_be_bytes(call.sender.into_array()).wrapping_add(U160::from_be_bytes(ALIAS_OFFSET.into_array()));
        let alias = Address::from(alias.to_be_bytes::<20>());
        return Ok(S::mapL1SenderContractAddressToL2AliasCall::abi_encode_returns(&alias));
    }
    frame.enter(Access::View)?;
    let scope = frame.scope();
    Ok(match method {
        ArbSysCalls::arbBlockNumber(_) => S::arbBlockNumberCall::abi_encode_returns(&U256::from(scope.env.number)),
        ArbSysCalls::arbBlockHash(call) => return block_hash(frame, call.arbBlockNum),
        ArbSysCalls::arbChainID(_) => S::arbChainIDCall::abi_encode_returns(&U256::from(scope.rules.chain_id)),
        ArbSysCalls::arbOSVersion(_) => {
            S::arbOSVersionCall::abi_encode_returns(&U256::from(CLASSIC_VERSIONS + scope.rules.arbos.number()))
        }
        ArbSysCalls::getStorageGasAvailable(_) => S::getStorageGasAvailableCall::abi_encode_returns(&U256::ZERO),
        ArbSysCalls::isTopLevelCall(_) => S::isTopLevelCallCall::abi_encode_returns(&(scope.open_frames.len() <= 1)),
        ArbSysCalls::wasMyCallersAddressAliased(_) => S::wasMyCallersAddressAliasedCall::abi_encode_returns(&false),
        ArbSysCalls::myCallersAddressWithoutAliasing(_) => {
            let caller = scope.open_frames.last().map_or(Address::ZERO, |frame| frame.caller);
            S::myCallersAddressWithoutAliasingCall::abi_encode_returns(&caller)
        }
        ArbSysCalls::mapL1SenderContractAddressToL2Alias(_) => return Err(Failure::Refused),
    })
}

fn block_hash(frame: &mut Frame<'_>, requested: U256) -> Result<Vec<u8>, Failure> {
    let scope = frame.scope();
    let current = scope.env.number;
    let number = u64::try_from(requested).ok().filter(|number| *number < current && number + KEPT_HASHES >= current);
    let hash = number.and_then(|number| scope.rules.block_hashes.get(number as usize)).copied();
    match hash {
        Some(hash) => Ok(S::arbBlockHashCall::abi_encode_returns(&hash)),
        None => Err(Failure::error(S::InvalidBlockNumber { requested, current: U256::from(current) })),
    }
}
