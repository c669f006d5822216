// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// @notice What operations of a timelock call in tests: it records, fails as told, answers a lot, and calls somebody back.
contract Callee {
    /// @notice Somebody called `record`.
    event Recorded(address indexed sender, uint256 value, uint256 number);
    /// @notice How a call back ended.
    event Fired(bool success, bytes answer);

    address private target;
    uint256 private worth;
    bytes private load;
    bool private mustSucceed;

    receive() external payable {}

    /// @notice Tells who called, with what.
    function record(uint256 number) external payable {
        emit Recorded(msg.sender, msg.value, number);
    }

    /// @notice Reverts with exactly these bytes.
    function fail(bytes calldata data) external payable {
        bytes memory copy = data;
        assembly {
            revert(add(copy, 32), mload(copy))
        }
    }

    /// @notice Answers `size` zero bytes.
    function answer(uint256 size) external payable {
        assembly {
            return(mload(64), size)
        }
    }

    /// @notice Sets what `fire` calls, and whether `fire` fails when that fails.
    function arm(address to, uint256 value, bytes calldata data, bool must) external {
        (target, worth, load, mustSucceed) = (to, value, data, must);
    }

    /// @notice Makes the call that was set, and forgets it before: a second `fire` from inside calls nobody.
    function fire() external payable {
        (address to, uint256 value, bytes memory calldata_, bool must) = (target, worth, load, mustSucceed);
        (target, worth, load, mustSucceed) = (address(0), 0, "", false);
        (bool success, bytes memory data) = to.call{value: value}(calldata_);
        if (must && !success) {
            assembly {
                revert(add(data, 32), mload(data))
            }
        }
        emit Fired(success, data);
    }
}
