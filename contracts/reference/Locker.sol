// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {IERC1363Receiver} from "@openzeppelin/contracts/interfaces/IERC1363Receiver.sol";

/// @notice Stands where a vesting contract would, tells what it was given, and can refuse it or call somebody before it accepts.
contract Locker is IERC1363Receiver {
    /// @notice What was given, and with which call as data.
    event Given(address indexed operator, address indexed from, uint256 value, bytes data);
    /// @notice How the call before accepting ended.
    event CalledBack(bool success, bytes data);
    /// @notice The refusal.
    error Refused(uint256 value);

    bool private _refuses;
    address private _target;
    bytes private _call;

    /// @notice Whether to refuse, and whom to call with what before accepting; the zero address is nobody.
    function behave(bool refuses, address target, bytes calldata call) external {
        (_refuses, _target, _call) = (refuses, target, call);
    }

    /// @inheritdoc IERC1363Receiver
    function onTransferReceived(address operator, address from, uint256 value, bytes calldata data)
        external
        returns (bytes4)
    {
        if (_refuses) revert Refused(value);
        if (_target != address(0)) {
            (bool success, bytes memory answer) = _target.call(_call);
            emit CalledBack(success, answer);
        }
        emit Given(operator, from, value, data);
        return IERC1363Receiver.onTransferReceived.selector;
    }
}
