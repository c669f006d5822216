// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {ERC1155} from "@openzeppelin/contracts/token/ERC1155/ERC1155.sol";

/// @notice ERC-1155 tokens for anybody who asks.
contract Collectible1155 is ERC1155("") {
    /// @notice Makes tokens of one kind, and tells a contract that it received them.
    function mint(address to, uint256 id, uint256 value) external {
        _mint(to, id, value, "");
    }

    /// @notice Makes tokens of several kinds, and tells a contract that it received them.
    function mintBatch(address to, uint256[] calldata ids, uint256[] calldata values) external {
        _mintBatch(to, ids, values, "some data");
    }
}
