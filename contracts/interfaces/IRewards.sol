// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// @title The rewards reserve: emission, budgets per purpose, draws
/// @notice Holds the OMNIT that the network pays out, and lets go of it no faster than the emission schedule. Purposes: 0 validation,
/// 1 computation, 2 data, 3 participation.
/// @dev Units. Amounts are base units (1 OMNIT = 1e18); shares are `bps` of 1/10,000; an epoch is a day of 86,400 s from `startsAt`.
/// Emission. r = 2^(-1/1461), so that the emission of an epoch halves every 1,461 days. C(e) = E0 * (1 - r^e) / (1 - r) is what epochs
/// before e emit together; the function in `contracts/rewards/src/emission.rs` computes it in integers, never above the real number, and below
/// it by less than 1 + 2^-33 base units. Within an epoch C grows evenly, rounded down. C never falls, and never reaches what the contract held at the start.
/// Budgets. The budget of a purpose is its share of C, integrated over all changes of shares without rounding, then rounded down. What was not
/// drawn stays available, so missed epochs lose nothing and the time of a call decides nothing.
/// OMNIT that arrive by plain transfer after the start change no budget and stay in the contract for ever.
/// Every function refuses value. Malformed calldata and unknown selectors revert without data. No function loops over what others can lengthen.
interface IRewards {
    /// @notice Emission began, or will at `startsAt`, with `firstEmission` in the first epoch; all epochs together stay below `limit`.
    event Started(uint256 firstEmission, uint256 startsAt, uint256 limit);
    /// @notice Budgets grow by these shares from now on, in bps.
    event SharesSet(uint256 validation, uint256 computation, uint256 data, uint256 participation);
    /// @notice `drawer` may draw from `purpose`, at most `epochLimit` in an epoch (2^96-1: without limit); 0 means it no longer may.
    event DrawerSet(uint8 indexed purpose, address indexed drawer, uint256 epochLimit);
    /// @notice `amount` went to `drawer` out of the budget of `purpose`.
    event Drawn(uint8 indexed purpose, address indexed drawer, uint256 amount);
    /// @notice Parameters belong to `timelock` from now on.
    event HandedOver(address indexed from, address indexed timelock);

    /// @notice The contract is set up already.
    error AlreadyInitialized();
    /// @notice The address is zero where somebody is needed.
    error ZeroAddress();
    /// @notice Only the timelock may do this.
    error NotTimelock(address caller);
    /// @notice `caller` is not registered to draw from `purpose`.
    error NotDrawer(address caller, uint8 purpose);
    /// @notice There are purposes 0 to 3 only.
    error UnknownPurpose(uint8 purpose);
    /// @notice The shares add up to `sum` bps, not to 10,000.
    error SharesSum(uint256 sum);
    /// @notice Emission was started already.
    error AlreadyStarted();
    /// @notice A value is outside what is allowed; `name` says which one.
    error OutOfRange(bytes32 name, uint256 value, uint256 minimum, uint256 maximum);
    /// @notice The reserve holds `balance`, and this emission would come to `limit` in the end, which is not below it.
    error ReserveTooSmall(uint256 limit, uint256 balance);

    /// @notice Sets token, staking contract and timelock, once. Sent in the transaction that deploys.
    /// @dev `staking` is settled before shares change, see `setShares`.
    function initialize(address token, address staking, address timelock) external;

    /// @notice Sends up to `amount` of what `purpose` (0 validation, 1 computation, 2 data, 3 participation) has to the caller, a drawer of
    /// that purpose; answers how much. Never more than was emitted for the purpose and not drawn yet, never more than the contract holds.
    /// @dev Reverts only with NotDrawer.
    function draw(uint8 purpose, uint256 amount) external returns (uint256 granted);

    // The timelock

    /// @notice Starts emission, once, when the reserve has arrived and shares are set. `startsAt` 0 is now; otherwise now or at most a year ahead.
    /// @dev Reverts with AlreadyStarted, SharesSum when there are no shares, OutOfRange, ReserveTooSmall.
    function start(uint256 firstEmission, uint256 startsAt) external;
    /// @notice Sets the shares of the purposes in bps; they must add up to 10,000. What was emitted before keeps the shares of its time.
    /// @dev First tells the staking contract to settle services 1 and 2, so that their yield so far is drawn under the shares of its time.
    /// A failure of that call is ignored: staking can delay a vote's effect on itself, never stop the vote.
    function setShares(uint256 validation, uint256 computation, uint256 data, uint256 participation) external;
    /// @notice Lets `drawer` draw from `purpose`, at most `epochLimit` in an epoch (from 2^96-1 on: without limit); 0 removes it.
    /// @dev A limit bounds what a defect of a young drawer can take before a vote removes it. A limited drawer that misses an epoch misses its
    /// allowance of that epoch, while the budget stays in the purpose: drawers that must not depend on the time of calls have no limit.
    function setDrawer(uint8 purpose, address drawer, uint256 epochLimit) external;
    /// @notice Gives the parameters to another timelock.
    function handOver(address timelock) external;

    // Views

    /// @notice OMNIT.
    function token() external view returns (address);
    /// @notice The staking contract.
    function staking() external view returns (address);
    /// @notice Who owns the parameters.
    function timelock() external view returns (address);
    /// @notice The emission; all zero until it is started. `limit` is what all epochs emit together.
    function schedule() external view returns (uint256 firstEmission, uint256 startsAt, uint256 limit);
    /// @notice What epoch `index` emits, the first being 0.
    function emission(uint256 index) external view returns (uint256 amount);
    /// @notice C: what is emitted until second `timepoint`, which may lie ahead.
    function emitted(uint256 timepoint) external view returns (uint256 amount);
    /// @notice The budget of `purpose` until second `timepoint`, whatever was drawn. Never changes once `timepoint` is over; ahead of now it is
    /// what the present shares would give.
    function budget(uint8 purpose, uint256 timepoint) external view returns (uint256 amount);
    /// @notice A purpose now: its share, its budget so far, what was drawn of it, and what can be drawn.
    function purposeOf(uint8 purpose) external view returns (uint256 shareBps, uint256 budgeted, uint256 drawn, uint256 available);
    /// @notice What `drawer` may draw from `purpose` in an epoch, and what it drew in the present one (counted only when there is a limit).
    function drawerOf(uint8 purpose, address drawer) external view returns (uint256 epochLimit, uint256 drawnInEpoch);
}
