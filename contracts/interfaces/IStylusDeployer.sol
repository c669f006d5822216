// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// @title StylusDeployer, at 0xcEcba2F1DC234f70Dd89F2041029807F8D03A990 on chains that have it
/// @notice Deploys a Stylus program, activates it and calls it once, in one transaction.
interface IStylusDeployer {
    /// @notice `deployedContract` was created, activated if it had to be, and initialised.
    event ContractDeployed(address deployedContract);

    /// @notice Creates `bytecode` (CREATE2 with a salt, CREATE when `salt` is zero), activates it, and calls it with `initData` and `initValue`.
    /// @dev The value beyond `initValue` pays the activation; the rest comes back to the caller.
    function deploy(bytes calldata bytecode, bytes calldata initData, uint256 initValue, bytes32 salt)
        external
        payable
        returns (address);
}
