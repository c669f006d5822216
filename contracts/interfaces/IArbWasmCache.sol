// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// @title ArbWasmCache, precompile 0x72 of every Arbitrum chain with Stylus
/// @notice Programs in the cache skip their init cost. Only cache managers and chain owners change it.
interface IArbWasmCache {
    /// @notice The cached flag of a code hash changed.
    event UpdateProgramCache(address indexed manager, bytes32 indexed codehash, bool cached);

    /// @notice Whether `manager` may change the cache.
    function isCacheManager(address manager) external view returns (bool);
    /// @notice Everybody who may change the cache.
    function allCacheManagers() external view returns (address[] memory managers);
    /// @notice Caches the code of `program`.
    function cacheProgram(address program) external;
    /// @notice Takes a code hash out of the cache.
    function evictCodehash(bytes32 codehash) external;
    /// @notice Whether a code hash is cached.
    function codehashIsCached(bytes32 codehash) external view returns (bool);
}
