// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {VestingWallet} from "@openzeppelin/contracts/finance/VestingWallet.sol";

/// @notice OpenZeppelin's linear vesting, to compare locks with.
contract LinearWallet is VestingWallet {
    constructor(address beneficiary, uint64 start, uint64 secs) VestingWallet(beneficiary, start, secs) {}
}
