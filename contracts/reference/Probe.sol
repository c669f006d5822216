// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IERC6372} from "@openzeppelin/contracts/interfaces/IERC6372.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";

interface ICheckpoints {
    function numCheckpoints(address account) external view returns (uint32);
    function checkpoints(address account, uint32 pos) external view returns (Checkpoints.Checkpoint208 memory);
}

/// @notice Reads the whole observable state of a votes token in one call, so that two tokens on two chains can be compared as bytes.
contract Probe {
    /// @notice What `token` says about itself and about every one of `actors`, with past votes at every one of `times`, as words.
    /// @dev `times` must lie before the present.
    function read(address token, address[] calldata actors, uint256[] calldata times)
        external
        view
        returns (uint256[] memory words)
    {
        words = new uint256[](_size(token, actors, times.length));
        words[0] = IERC20(token).totalSupply();
        words[1] = IERC6372(token).clock();
        uint256 at = 2;
        for (uint256 i = 0; i < times.length; ++i) {
            words[at++] = IVotes(token).getPastTotalSupply(times[i]);
        }
        for (uint256 i = 0; i < actors.length; ++i) {
            at = _readActor(token, actors, times, i, words, at);
        }
    }

    function _size(address token, address[] calldata actors, uint256 times) private view returns (uint256 size) {
        size = 2 + times + actors.length * (5 + actors.length + times);
        for (uint256 i = 0; i < actors.length; ++i) {
            size += 2 * ICheckpoints(token).numCheckpoints(actors[i]);
        }
    }

    function _readActor(
        address token,
        address[] calldata actors,
        uint256[] calldata times,
        uint256 index,
        uint256[] memory words,
        uint256 at
    ) private view returns (uint256) {
        address actor = actors[index];
        words[at++] = IERC20(token).balanceOf(actor);
        words[at++] = IERC20Permit(token).nonces(actor);
        words[at++] = IVotes(token).getVotes(actor);
        words[at++] = uint160(IVotes(token).delegates(actor));
        for (uint256 i = 0; i < actors.length; ++i) {
            words[at++] = IERC20(token).allowance(actor, actors[i]);
        }
        for (uint256 i = 0; i < times.length; ++i) {
            words[at++] = IVotes(token).getPastVotes(actor, times[i]);
        }
        return _readCheckpoints(token, actor, words, at);
    }

    function _readCheckpoints(address token, address actor, uint256[] memory words, uint256 at)
        private
        view
        returns (uint256)
    {
        uint32 count = ICheckpoints(token).numCheckpoints(actor);
        words[at++] = count;
        for (uint32 i = 0; i < count; ++i) {
            Checkpoints.Checkpoint208 memory checkpoint = ICheckpoints(token).checkpoints(actor, i);
            words[at++] = checkpoint._key;
            words[at++] = checkpoint._value;
        }
        return at;
    }
}
