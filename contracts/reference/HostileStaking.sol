// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @notice A staking contract that lies about what it pays back, and calls back into whoever stakes with it.
contract HostileStaking {
    IERC20 private immutable TOKEN;

    address private _owner;
    uint64 private _tag;
    bytes private _attack;
    /// @notice What the attack ended with.
    bool public succeeded;
    /// @notice What the attack was answered.
    bytes public answer;
    /// @notice What a ticket pays.
    uint256 public pays;
    /// @notice What a ticket says that it pays, and what a position is worth.
    uint256 public claims;

    constructor(IERC20 token) {
        TOKEN = token;
    }

    /// @notice The call to make into the owner, and the figures to tell.
    function arm(bytes calldata attack, uint256 pays_, uint256 claims_) external {
        (_attack, pays, claims) = (attack, pays_, claims_);
    }

    function onTransferReceived(address, address from, uint256, bytes calldata data) external returns (bytes4) {
        (,,, _tag) = abi.decode(data[4:], (address, uint8, address, uint64));
        _owner = from;
        _strike();
        return this.onTransferReceived.selector;
    }

    function thaw(address, uint8, uint64, uint256) external returns (uint256) {
        _strike();
        return 7;
    }

    function withdraw(uint256) external returns (uint256) {
        _strike();
        TOKEN.transfer(_owner, pays);
        return claims;
    }

    function setHolder(address, uint8, uint64, address) external {
        _strike();
    }

    function ticket(uint256) external view returns (address, address, uint8, uint64, uint256, uint256) {
        return (_owner, address(this), 1, _tag, claims, 0);
    }

    function position(address, address, uint8, uint64) external view returns (uint256, uint256, address, bool, uint256) {
        return (claims, claims, address(0), false, 0);
    }

    function _strike() private {
        if (_attack.length != 0) (succeeded, answer) = msg.sender == address(TOKEN) ? _owner.call(_attack) : msg.sender.call(_attack);
    }
}
