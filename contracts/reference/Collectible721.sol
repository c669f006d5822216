// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

/// @notice ERC-721 tokens for anybody who asks.
contract Collectible721 is ERC721("Collectible", "C") {
    /// @notice Makes a token, and tells a contract that it received one.
    function mint(address to, uint256 id) external {
        _safeMint(to, id);
    }
}
