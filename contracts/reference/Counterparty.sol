// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IERC1363Receiver} from "@openzeppelin/contracts/interfaces/IERC1363Receiver.sol";
import {IERC1363Spender} from "@openzeppelin/contracts/interfaces/IERC1363Spender.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @notice A contract that tokens are sent to, and that signs through ERC-1271 with the key of its keeper. The first byte of the data it
/// gets with a callback says how it answers.
contract Counterparty is IERC1363Receiver, IERC1363Spender, IERC1271 {
    /// @notice The refusal that data beginning with 2 asks for.
    error Refused(uint256 value);

    /// @notice What the callback was told.
    event Called(address indexed operator, address indexed from, uint256 value, bytes data);

    address private immutable KEEPER;

    constructor(address keeper) {
        KEEPER = keeper;
    }

    /// @inheritdoc IERC1363Receiver
    function onTransferReceived(address operator, address from, uint256 value, bytes calldata data)
        external
        returns (bytes4)
    {
        emit Called(operator, from, value, data);
        return _answer(from, value, data, IERC1363Receiver.onTransferReceived.selector);
    }

    /// @inheritdoc IERC1363Spender
    function onApprovalReceived(address owner, uint256 value, bytes calldata data) external returns (bytes4) {
        emit Called(owner, address(0), value, data);
        if (data.length > 0 && data[0] == 0x04) {
            IERC20(msg.sender).transferFrom(owner, address(this), value);
        }
        return _answer(owner, value, data, IERC1363Spender.onApprovalReceived.selector);
    }

    /// @inheritdoc IERC1271
    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        (address signer, ECDSA.RecoverError failure,) = ECDSA.tryRecover(hash, signature);
        bool isKeeper = failure == ECDSA.RecoverError.NoError && signer == KEEPER;
        return isKeeper ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }

    function _answer(address from, uint256 value, bytes calldata data, bytes4 accepted) private returns (bytes4) {
        if (data.length == 0) return accepted;
        if (data[0] == 0x01) return 0xffffffff;
        if (data[0] == 0x02) revert Refused(value);
        if (data[0] == 0x03) {
            assembly {
                revert(0, 0)
            }
        }
        if (data[0] == 0x05) IERC20(msg.sender).transfer(from, value / 2);
        return accepted;
    }
}
