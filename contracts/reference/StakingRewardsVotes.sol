// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Votes} from "@openzeppelin/contracts/governance/utils/Votes.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {StakingRewards} from "./StakingRewards.sol";

/// @notice The same with OpenZeppelin's checkpointed votes over stake, given to whom a staker names: closer to the work that `staking` does.
contract StakingRewardsVotes is StakingRewards, Votes {
    constructor(IERC20 token_, uint256 rewardRate_) StakingRewards(token_, rewardRate_) EIP712("StakingRewardsVotes", "1") {}

    function clock() public view override returns (uint48) {
        return uint48(block.timestamp);
    }

    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    function _moved(address from, address to, uint256 amount) internal override {
        _transferVotingUnits(from, to, amount);
    }

    function _getVotingUnits(address account) internal view override returns (uint256) {
        return balanceOf[account];
    }
}
