// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// @title ArbWasm, precompile 0x71 of every Arbitrum chain with Stylus
/// @notice Activates programs and tells what they cost. Gas and page units are those of the chain; prices are wei.
interface IArbWasm {
    /// @notice A program with this code hash may run from now on.
    event ProgramActivated(
        bytes32 indexed codehash, bytes32 moduleHash, address program, uint256 dataFee, uint16 version
    );
    /// @notice The year of a program started anew.
    event ProgramLifetimeExtended(bytes32 indexed codehash, uint256 dataFee);

    /// @notice The account holds no WASM.
    error ProgramNotWasm();
    /// @notice The program was never activated.
    error ProgramNotActivated();
    /// @notice The program was activated under an older Stylus version.
    error ProgramNeedsUpgrade(uint16 version, uint16 stylusVersion);
    /// @notice The program was activated too long ago.
    error ProgramExpired(uint64 ageInSeconds);
    /// @notice The program needs no activation.
    error ProgramUpToDate();
    /// @notice The program is too young to be kept alive.
    error ProgramKeepaliveTooSoon(uint64 ageInSeconds);
    /// @notice The value sent does not pay the data fee.
    error ProgramInsufficientValue(uint256 have, uint256 want);

    /// @notice Activates the code of `program`; the value pays the data fee, the rest comes back.
    function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee);
    /// @notice Pays for another year.
    function codehashKeepalive(bytes32 codehash) external payable;
    /// @notice Version that new activations get.
    function stylusVersion() external view returns (uint16 version);
    /// @notice Version a code hash was activated under.
    function codehashVersion(bytes32 codehash) external view returns (uint16 version);
    /// @notice Estimated native size in bytes.
    function codehashAsmSize(bytes32 codehash) external view returns (uint32 size);
    /// @notice Version the program was activated under.
    function programVersion(address program) external view returns (uint16 version);
    /// @notice Gas charged on entry, uncached (cached part included) and cached.
    function programInitGas(address program) external view returns (uint64 gas, uint64 gasWhenCached);
    /// @notice Initial pages.
    function programMemoryFootprint(address program) external view returns (uint16 footprint);
    /// @notice Seconds until the program expires.
    function programTimeLeft(address program) external view returns (uint64 secs);
    /// @notice Ink per gas.
    function inkPrice() external view returns (uint32 price);
    /// @notice Words of stack a program may use.
    function maxStackDepth() external view returns (uint32 depth);
    /// @notice Pages that cost nothing.
    function freePages() external view returns (uint16 pages);
    /// @notice Gas per further page.
    function pageGas() external view returns (uint16 gas);
    /// @notice Ramp of the exponential page price.
    function pageRamp() external view returns (uint64 ramp);
    /// @notice Pages a transaction may open.
    function pageLimit() external view returns (uint16 limit);
    /// @notice Least gas charged on entry, uncached and cached.
    function minInitGas() external view returns (uint64 gas, uint64 cached);
    /// @notice Percent applied to the init cost.
    function initCostScalar() external view returns (uint64 percent);
    /// @notice Days until a program expires.
    function expiryDays() external view returns (uint16 _days);
    /// @notice Days before keepalive is possible.
    function keepaliveDays() external view returns (uint16 _days);
    /// @notice Programs a block remembers.
    function blockCacheSize() external view returns (uint16 count);
}
