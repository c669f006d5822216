// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

/// @notice OpenZeppelin's timelock as it is: the behaviour that OMNIT's must equal, and the gas it is compared with.
contract OpenZeppelinTimelock is TimelockController {
    constructor(uint256 minDelay, address[] memory proposers, address[] memory executors, address admin)
        TimelockController(minDelay, proposers, executors, admin)
    {}
}
