// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {ERC20} from "solady/tokens/ERC20.sol";

/// @notice Solady's ERC-20 (with its permit): the cheapest well-known Solidity token, measured beside OMNIT.
contract SoladyToken is ERC20 {
    constructor(address holder, uint256 supply) {
        _mint(holder, supply);
    }

    /// @inheritdoc ERC20
    function name() public pure override returns (string memory) {
        return "OmniTensor";
    }

    /// @inheritdoc ERC20
    function symbol() public pure override returns (string memory) {
        return "OMNIT";
    }
}
