// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

/// @notice Reads the whole observable state of a timelock in one call, so that two of them on two chains can be compared as bytes.
contract TimelockProbe {
    /// @notice What `timelock` says about itself, about every one of `ids`, and about every one of `accounts` in every one of `roles`.
    function read(
        address payable timelock,
        bytes32[] calldata ids,
        bytes32[] calldata roles,
        address[] calldata accounts
    ) external view returns (uint256[] memory words) {
        TimelockController lock = TimelockController(timelock);
        words = new uint256[](2 + 3 * ids.length + roles.length * (1 + accounts.length));
        words[0] = timelock.balance;
        words[1] = lock.getMinDelay();
        uint256 next = 2;
        for (uint256 i = 0; i < ids.length; ++i) {
            words[next++] = lock.getTimestamp(ids[i]);
            words[next++] = uint256(lock.getOperationState(ids[i]));
            words[next++] = _flags(lock, ids[i]);
        }
        for (uint256 i = 0; i < roles.length; ++i) {
            words[next++] = uint256(lock.getRoleAdmin(roles[i]));
            for (uint256 j = 0; j < accounts.length; ++j) {
                words[next++] = lock.hasRole(roles[i], accounts[j]) ? 1 : 0;
            }
        }
    }

    function _flags(TimelockController lock, bytes32 id) private view returns (uint256) {
        return (lock.isOperation(id) ? 1 : 0) | (lock.isOperationPending(id) ? 2 : 0)
            | (lock.isOperationReady(id) ? 4 : 0) | (lock.isOperationDone(id) ? 8 : 0);
    }
}
