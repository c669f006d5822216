// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice The plain OpenZeppelin ERC-20: the peer that a transfer of OMNIT is measured against.
contract OpenZeppelinToken is ERC20 {
    constructor(address holder, uint256 supply) ERC20("OmniTensor", "OMNIT") {
        _mint(holder, supply);
    }
}
