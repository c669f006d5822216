// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @notice What staking draws yield from in tests: a budget that grows by a rate nobody raises, or one of several kinds of bad faith.
contract YieldSource {
    /// @notice How a draw behaves.
    enum Mode {
        Honest,
        Reverts,
        LiesAndSendsNothing,
        SendsTwice,
        CallsBack,
        Loops,
        Costly
    }

    /// @notice The refusal of `Reverts`.
    error Refused();

    IERC20 private immutable TOKEN;
    Mode private mode;
    uint256 private rate;
    uint256 private since;
    uint256 private budget;
    uint256 private drawnAmount;
    address private target;
    bytes private payload;
    /// @notice Whether the call back of `CallsBack` succeeded, and what it answered.
    bool public didCallBack;
    /// @notice The answer of the call back.
    bytes public answer;

    constructor(IERC20 token, uint256 perSecond) {
        TOKEN = token;
        rate = perSecond;
        since = block.timestamp;
    }

    /// @notice Sets how a draw behaves, and what `CallsBack` calls.
    function behave(Mode newMode, address to, bytes calldata data) external {
        (mode, target, payload) = (newMode, to, data);
    }

    /// @notice The budget grows by `perSecond` from now on.
    function setRate(uint256 perSecond) external {
        budget = _emitted();
        (since, rate) = (block.timestamp, perSecond);
    }

    /// @notice Sends up to `amount` to the caller.
    function draw(uint8, uint256 amount) external returns (uint256 granted) {
        if (mode == Mode.Reverts) revert Refused();
        if (mode == Mode.LiesAndSendsNothing) return amount;
        if (mode == Mode.CallsBack) {
            (didCallBack, answer) = target.call(payload);
            return amount;
        }
        uint256 start = gasleft();
        while (mode == Mode.Loops || (mode == Mode.Costly && start - gasleft() < 300_000)) {}
        granted = available();
        if (granted > amount) granted = amount;
        drawnAmount += granted;
        TOKEN.transfer(msg.sender, mode == Mode.SendsTwice ? 2 * granted : granted);
    }

    /// @notice A purpose as the rewards contract tells it.
    function purposeOf(uint8) external view returns (uint256, uint256, uint256, uint256) {
        return (10_000, _emitted(), drawnAmount, available());
    }

    /// @notice What a draw gives at most.
    function available() public view returns (uint256) {
        uint256 left = _emitted() - drawnAmount;
        uint256 balance = TOKEN.balanceOf(address(this));
        return left < balance ? left : balance;
    }

    function _emitted() private view returns (uint256) {
        return budget + rate * (block.timestamp - since);
    }
}
