// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// @title ERC-1363: what a contract answers that takes tokens by transferAndCall
interface IERC1363Receiver {
    /// @notice Called after `value` tokens of `from` arrived, moved by `operator`. Answers its own selector to accept them.
    function onTransferReceived(address operator, address from, uint256 value, bytes calldata data)
        external
        returns (bytes4);
}

/// @title ERC-1363: what a contract answers that takes allowances by approveAndCall
interface IERC1363Spender {
    /// @notice Called after `owner` approved `value` tokens. Answers its own selector to accept.
    function onApprovalReceived(address owner, uint256 value, bytes calldata data) external returns (bytes4);
}
