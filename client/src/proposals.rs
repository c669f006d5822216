//! Proposals of the governor, as far as they are known before they are on chain.

use alloy::{
    primitives::{U256, keccak256},
    sol_types::SolValue as _,
};
use omnit_abi::IGovernor::proposeCall;

/// The id that the governor gives a proposal: the hash of its calls and of the hash of its description (OpenZeppelin's `hashProposal`).
#[must_use]
pub fn proposal_id(proposal: &proposeCall) -> U256 {
    let proposeCall { targets, values, calldatas, description } = proposal;
    let hash = keccak256(description);
    keccak256((targets.as_slice(), values.as_slice(), calldatas.as_slice(), hash).abi_encode_params()).into()
}
