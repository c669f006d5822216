// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {VestingWallet} from "@openzeppelin/contracts/finance/VestingWallet.sol";
import {VestingWalletCliff} from "@openzeppelin/contracts/finance/VestingWalletCliff.sol";

/// @notice OpenZeppelin's linear vesting with a cliff, to compare locks with.
contract CliffWallet is VestingWalletCliff {
    constructor(address beneficiary, uint64 start, uint64 secs, uint64 cliff)
        VestingWallet(beneficiary, start, secs)
        VestingWalletCliff(cliff)
    {}
}
