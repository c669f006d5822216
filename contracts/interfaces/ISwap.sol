// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// @title The one-way swap of the first OmniTensor token to OMNIT
/// @notice Takes tokens of the first ERC-20 ("legacy") and pays one base unit of OMNIT for each that arrives, within a window of time.
/// @dev Units. Amounts are base units of 18 decimals on both sides; `At` are unix seconds.
/// Nobody owns the contract and nothing in it can be changed. Legacy tokens that arrive stay in it for ever: no function moves them.
/// The OMNIT it pays with are sent to it by a plain transfer; what the window leaves of them goes to the treasury.
/// The legacy token is foreign code: it may take a fee, answer nothing or false, call back, or revert. Its own revert reasons are passed on.
/// Every function refuses value. Malformed calldata and unknown selectors revert without data.
interface ISwap {
    /// @notice `amount` legacy tokens of `account` arrived, and as many OMNIT were paid to `to`.
    event Swapped(address indexed account, address indexed to, uint256 amount);
    /// @notice `amount` OMNIT that nobody claimed went to the treasury.
    event Swept(address indexed treasury, uint256 amount);

    /// @notice `initialize` was done before.
    error AlreadyInitialized();
    /// @notice This address cannot stand here: zero, this contract itself, or a token in place of the other one.
    error InvalidAddress(address value);
    /// @notice The window is empty, over already, or beyond 2^48 seconds.
    error InvalidWindow(uint256 opensAt, uint256 closesAt);
    /// @notice `legacy` does not say that it has 18 decimals; 2^256-1 where it says nothing.
    error InvalidDecimals(address legacy, uint256 decimals);
    /// @notice Swapping is possible from `opensAt` on and before `closesAt`.
    error NotOpen(uint256 opensAt, uint256 closesAt);
    /// @notice The rest can be swept from `closesAt` on.
    error NotClosed(uint256 closesAt);
    /// @notice The legacy token answered `transferFrom` with anything but true or nothing.
    error LegacyRefused(address legacy);
    /// @notice `amount` was asked for and no legacy token arrived.
    error NothingArrived(uint256 amount);
    /// @notice `needed` OMNIT would have to be paid, `remaining` are there.
    error ReserveExhausted(uint256 remaining, uint256 needed);
    /// @notice There is no OMNIT to sweep.
    error NothingToSweep();
    /// @notice The legacy token called back while it was being moved.
    error Reentered();

    /// @notice Sets everything, once. Sent in the transaction that deploys, because anybody may call it first.
    /// @dev Reverts with InvalidAddress, InvalidWindow, and with InvalidDecimals unless `legacy.decimals()` answers 18.
    function initialize(address token, address legacy, address treasury, uint64 opensAt, uint64 closesAt) external;

    /// @notice Takes `amount` legacy tokens of the caller, who approved this contract for them, and pays the caller OMNIT for those that arrived.
    /// @dev Answers what was paid: the growth of this contract's legacy balance, at most `amount`. Reverts with NotOpen, LegacyRefused or the
    /// legacy token's own reason, NothingArrived, ReserveExhausted, Reentered.
    function swap(uint256 amount) external returns (uint256 paid);
    /// @notice The same, paid to another account.
    /// @dev Reverts like `swap`, with InvalidAddress when `to` is this contract, and with OMNIT's ERC20InvalidReceiver when it is zero.
    function swapTo(address to, uint256 amount) external returns (uint256 paid);
    /// @notice Sends all OMNIT that is left to the treasury once the window is over. Anybody may call it, and again if more comes in.
    /// @dev Reverts with NotClosed, NothingToSweep.
    function sweep() external returns (uint256 amount);

    /// @notice OMNIT.
    function token() external view returns (address);
    /// @notice The first token.
    function legacy() external view returns (address);
    /// @notice Who gets what is left.
    function treasury() external view returns (address);
    /// @notice Swapping is possible from `opensAt` on and before `closesAt`.
    function window() external view returns (uint256 opensAt, uint256 closesAt);
    /// @notice 0 before the window, 1 while it is open, 2 after it.
    function status() external view returns (uint8);
    /// @notice OMNIT that can still be paid, or swept.
    function remaining() external view returns (uint256);
    /// @notice OMNIT paid so far. Counts to 2^95-1, which is beyond all OMNIT.
    function swapped() external view returns (uint256);
}
