// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";

/// @notice The staking contract that most of DeFi copied from Synthetix, written anew: one pool, a reward rate, an accumulator per token.
/// The peer of `staking` for stake, withdraw and claim. It has no operators, no slashing, no thawing and no votes.
contract StakingRewards is ReentrancyGuard {
    using SafeERC20 for IERC20;

    IERC20 public immutable token;
    uint256 public immutable rewardRate;

    uint256 public lastUpdate;
    uint256 public rewardPerToken;
    uint256 public totalSupply;
    mapping(address => uint256) public balanceOf;
    mapping(address => uint256) public rewardPerTokenPaid;
    mapping(address => uint256) public rewards;

    event Staked(address indexed user, uint256 amount);
    event Withdrawn(address indexed user, uint256 amount);
    event RewardPaid(address indexed user, uint256 reward);

    constructor(IERC20 token_, uint256 rewardRate_) {
        token = token_;
        rewardRate = rewardRate_;
        lastUpdate = block.timestamp;
    }

    function stake(uint256 amount) external virtual nonReentrant {
        _update(msg.sender);
        totalSupply += amount;
        balanceOf[msg.sender] += amount;
        _moved(address(0), msg.sender, amount);
        token.safeTransferFrom(msg.sender, address(this), amount);
        emit Staked(msg.sender, amount);
    }

    function withdraw(uint256 amount) external virtual nonReentrant {
        _update(msg.sender);
        totalSupply -= amount;
        balanceOf[msg.sender] -= amount;
        _moved(msg.sender, address(0), amount);
        token.safeTransfer(msg.sender, amount);
        emit Withdrawn(msg.sender, amount);
    }

    function getReward() external nonReentrant {
        _update(msg.sender);
        uint256 reward = rewards[msg.sender];
        if (reward > 0) {
            rewards[msg.sender] = 0;
            token.safeTransfer(msg.sender, reward);
            emit RewardPaid(msg.sender, reward);
        }
    }

    function _update(address account) private {
        if (totalSupply > 0) {
            rewardPerToken += (block.timestamp - lastUpdate) * rewardRate * 1e18 / totalSupply;
        }
        lastUpdate = block.timestamp;
        rewards[account] += balanceOf[account] * (rewardPerToken - rewardPerTokenPaid[account]) / 1e18;
        rewardPerTokenPaid[account] = rewardPerToken;
    }

    /// @dev Stake moved; the derived contract counts votes.
    function _moved(address from, address to, uint256 amount) internal virtual {}
}
