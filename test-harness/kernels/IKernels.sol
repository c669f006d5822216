// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

/// @notice What contracts check compute proofs with, one function each, for tests and gas figures. Never deployed for use.
/// @dev Every function runs its kernel `times` times on the same input and answers the last result, so that the cost of one run is the
/// difference of two calls. Results longer than a word are answered as their Keccak-256. Refusals revert with {Refused}.
interface IKernels {
    /// @notice The input is not a valid proof.
    error Refused();

    /// @notice Folded product of two blocks of 64×64 operands, A then Bᵀ; fast form.
    function foldProduct(uint256 times, bytes calldata blocks) external returns (bytes32);
    /// @notice The same in its plain form.
    function foldProductPlain(uint256 times, bytes calldata blocks) external returns (bytes32);
    /// @notice Sum of products of two rows of whole chunks; fast form.
    function dot(uint256 times, bytes calldata a, bytes calldata b) external returns (int256);
    /// @notice The same in its plain form.
    function dotPlain(uint256 times, bytes calldata a, bytes calldata b) external returns (int256);
    /// @notice Keyed BLAKE3 of 64 bytes, 64 times over, each hash being the next one's key.
    function keyed(uint256 times, bytes32 key, bytes calldata message) external returns (bytes32);
    /// @notice A block of 64×64 operands with its noise.
    function noised(uint256 times, bytes32 key, uint32 index, uint32 slab, bytes calldata operands)
        external
        returns (bytes32);
    /// @notice Hash of a SYN ticket.
    function synTicket(uint256 times, bytes32 seed, uint32 i, uint32 j, uint32 slab) external returns (bytes32);
    /// @notice Hash of a JOB ticket from committed blocks, X then Wᵀ; `keys` are k_A and k_B.
    function jobTicket(
        uint256 times,
        bytes32 seed,
        bytes calldata keys,
        uint32 i,
        uint32 j,
        uint32 slab,
        bytes calldata blocks
    ) external returns (bytes32);
    /// @notice Checks a row opening of an activation and answers the row's Keccak-256, padding included.
    function openRow(uint256 times, bytes32 root, uint32 rows, uint32 cols, uint32 row, bytes calldata opening)
        external
        returns (bytes32);
    /// @notice Checks a block opening of an activation and answers the block's Keccak-256.
    function openBlock(
        uint256 times,
        bytes32 root,
        uint32 rows,
        uint32 cols,
        uint32 index,
        uint32 chunk,
        bytes calldata opening
    ) external returns (bytes32);
    /// @notice Decides one element of layer 0. `model` is descriptor, parameter roots and the trace of layer 0 (two roots). Answers 0 if the
    /// element is right, 1 if it is wrong, 2 if an operand breaks the profile.
    function decide(
        uint256 times,
        uint32 rows,
        uint32 row,
        uint32 col,
        bytes calldata model,
        bytes calldata input,
        bytes calldata other,
        bytes calldata bias,
        bytes calldata output
    ) external returns (uint256);
    /// @notice The next target.
    function retarget(uint256 times, uint256 target, uint256 elapsed, uint256 wins, uint32 secondsPerWin, uint32 halfLife)
        external
        returns (uint256);
    /// @notice The threshold below which a draw wins.
    function threshold(uint256 times, uint32 committee, uint256 stake, uint256 total) external returns (uint256);
}
