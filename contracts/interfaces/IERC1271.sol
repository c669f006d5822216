// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// @title ERC-1271: signatures of accounts with code
interface IERC1271 {
    /// @notice Answers 0x1626ba7e (this function's selector) when `signature` signs `hash` for this account.
    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4 magicValue);
}
