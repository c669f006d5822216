// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// @title Token locks: OMNIT that unlocks over time, votes and may be staked meanwhile
/// @notice A lock is fully funded when it is made and pays its beneficiary by a schedule of points. Nobody owns the contract: no parameter, no pause.
/// @dev Units. Amounts and votes are base units of OMNIT (1 OMNIT = 1e18); times are unix seconds below 2^40. Lock ids run from 1.
/// A *point* is one word: zero (96 bits) | at (40) | steps (16) | exponent (8) | amount (96). Its amount unlocks between the time of the point
/// before it (`start` for the first) and its own `at`: exponent 0 all at once at `at`; exponent n from 1 to 8 as amount * (elapsed / duration)^n,
/// exact and rounded down; with `steps` > 0 only whole periods count as elapsed, of `steps` equal ones (exponent >= 1). A point with amount 0 and
/// exponent 0 is a pause. Nothing is streamed before `cliff` (0: no cliff); from then on whatever the points say.
/// Flags of a lock: 1 the funder may cancel it until it renounces that, 2 the beneficiary may give it to somebody else.
/// For every lock: deposited = held + out + withdrawn + refunded + lost. `held` lies in this contract, `out` was sent to staking and has neither come
/// back nor been written off. Votes of a lock are `held`: what is staked votes in staking, and nothing is counted twice.
/// Staking is not trusted with more than what is out: what came back is measured, and a loss is the lock's own. A loss reduces what the beneficiary
/// gets first, the funder's refund only after that.
/// Every function refuses value. Malformed calldata and unknown selectors revert without data.
interface IVesting {
    // Locks

    /// @notice `amount` of `from` was locked for `beneficiary`.
    event LockCreated(
        uint64 indexed id,
        address indexed beneficiary,
        address indexed funder,
        address from,
        uint256 amount,
        uint64 start,
        uint64 cliff,
        uint8 flags,
        bytes32[] points
    );
    /// @notice Record `index` of a batch was refused and its `amount` sent back; `reason` is the error that `create` would have reverted with.
    event LockRefused(uint256 indexed index, address indexed beneficiary, uint256 amount, bytes reason);
    /// @notice `amount` of the lock was paid to `to`.
    event Withdrawn(uint64 indexed id, address indexed to, uint256 amount);
    /// @notice A lock of a batch was not paid; `reason` is the error that `withdraw` would have reverted with.
    event WithdrawalRefused(uint64 indexed id, bytes reason);
    /// @notice The funder canceled: `streamed` stays with the beneficiary, `refund` is the funder's, paid now or owed out of what is staked.
    event Canceled(uint64 indexed id, address indexed funder, uint256 streamed, uint256 refund);
    /// @notice `amount` of the refund was paid.
    event Refunded(uint64 indexed id, address indexed funder, uint256 amount);
    /// @notice The lock can never be canceled again.
    event Renounced(uint64 indexed id);
    /// @notice The lock belongs to `to` from now on.
    event LockTransferred(uint64 indexed id, address indexed from, address indexed to);

    // Votes

    /// @notice The votes of the lock belong to `to` from now on. Zero means to nobody.
    event LockDelegated(uint64 indexed id, address indexed from, address indexed to);
    /// @notice The votes that `delegate` has from locks changed.
    event DelegateVotesChanged(address indexed delegate, uint256 previousVotes, uint256 newVotes);

    // Staking

    /// @notice `amount` of the lock was staked.
    event LockStaked(uint64 indexed id, address indexed operator, uint8 indexed service, uint256 amount);
    /// @notice Stake of the lock thaws as `ticket` of staking.
    event LockThawing(uint64 indexed id, uint256 indexed ticket);
    /// @notice `ticket` brought `amount` back.
    event LockUnstaked(uint64 indexed id, uint256 indexed ticket, uint256 amount);
    /// @notice `amount` of the lock was slashed.
    event LockSlashed(uint64 indexed id, uint256 amount);

    /// @notice The contract is set up already.
    error AlreadyInitialized();
    /// @notice The address is zero, or this contract, where somebody else is needed.
    error InvalidAddress(address account);
    /// @notice Only OMNIT calls this: send OMNIT by transferAndCall, with this call as its data.
    error NotToken(address caller);
    /// @notice The data of a transfer is neither `create` nor `createMany`.
    error UnknownAction(bytes4 selector);
    /// @notice Another call of this contract is not finished yet.
    error Reentered();
    /// @notice A value is outside what is allowed; `name` says which one.
    error OutOfRange(bytes32 name, uint256 value, uint256 minimum, uint256 maximum);
    /// @notice Point `index` is malformed, goes back in time, or has steps without an exponent.
    error InvalidPoint(uint256 index, bytes32 point);
    /// @notice The points add up to `promised`, which is not what was sent.
    error AmountMismatch(uint256 sent, uint256 promised);
    /// @notice The lists of a batch do not fit each other.
    error LengthMismatch();
    /// @notice There is no such lock.
    error UnknownLock(uint64 id);
    /// @notice Only the beneficiary of the lock may do this.
    error NotBeneficiary(uint64 id, address caller);
    /// @notice Only the funder of the lock may do this.
    error NotFunder(uint64 id, address caller);
    /// @notice The lock was made irrevocable, or its funder renounced, or canceled already.
    error NotCancelable(uint64 id);
    /// @notice The lock was made for its beneficiary only.
    error NotTransferable(uint64 id);
    /// @notice The lock is canceled.
    error LockCanceled(uint64 id);
    /// @notice Everything is unlocked, or nothing is left: a cancellation would refund nothing.
    error NothingToRefund(uint64 id);
    /// @notice Nothing of the lock can be withdrawn now.
    error NothingToWithdraw(uint64 id);
    /// @notice Only `available` of the lock can be used now.
    error InsufficientAmount(uint64 id, uint256 available, uint256 wanted);
    /// @notice The lock has stake with another operator or service; it can be with one at a time.
    error StakedElsewhere(uint64 id, address operator, uint8 service);
    /// @notice The ticket does not belong to the lock.
    error NotTicketOfLock(uint64 id, uint256 ticket);
    /// @notice Nothing was lost: the lock has nothing out, a position, or tickets that are not paid out.
    error NothingLost(uint64 id);
    /// @notice The answer of staking is not what its interface says.
    error InvalidAnswer(address staking);
    /// @notice Past figures are final only for times before the present `clock`.
    error ERC5805FutureLookup(uint256 timepoint, uint48 clock);

    /// @notice Sets token and staking, once. Sent in the transaction that deploys.
    function initialize(address token, address staking) external;

    // Making locks

    /// @notice As the data of `IToken.transferAndCall(vesting, amount, data)`: locks the amount, which must be the sum of the points.
    /// @dev Refused when called directly. `funder` zero is who the tokens came from. 1 to 64 points; start >= 1; cliff 0 or from `start` to the time of
    /// the last point; amount >= 1. Start and cliff may be in the past. Reverts with OutOfRange, InvalidPoint, AmountMismatch, InvalidAddress.
    function create(address beneficiary, address funder, uint64 start, uint64 cliff, uint8 flags, bytes32[] calldata points)
        external;
    /// @notice As the data of `IToken.transferAndCall(vesting, amount, data)`: makes one lock per beneficiary. Lock i takes the next `counts[i]` of
    /// the points. A record that `create` would refuse is refused alone (LockRefused), and its amount goes back to where it came from.
    /// @dev Refused when called directly. Reverts as a whole only with LengthMismatch, and AmountMismatch when all points do not add up to the amount.
    function createMany(
        address funder,
        address[] calldata beneficiaries,
        uint64[] calldata starts,
        uint64[] calldata cliffs,
        uint8[] calldata flags,
        uint8[] calldata counts,
        bytes32[] calldata points
    ) external;

    // The beneficiary

    /// @notice Pays `amount` (2^256-1: all that can be withdrawn) of the lock to `to`.
    /// @dev The beneficiary may name any address. Anybody else may pay the beneficiary itself, unless the lock is delegated: then that would take
    /// votes away against the beneficiary's will. Reverts with NothingToWithdraw, InsufficientAmount, NotBeneficiary, InvalidAddress.
    function withdraw(uint64 id, address to, uint256 amount) external returns (uint256 paid);
    /// @notice Pays all that can be withdrawn of each lock to its beneficiary, under the rules of `withdraw`. A lock that cannot be paid does not
    /// stop the others (WithdrawalRefused).
    function withdrawMany(uint64[] calldata ids) external returns (uint256 paid);
    /// @notice Gives the lock to somebody else, with all that was not withdrawn. Its delegation ends; yield goes to the new beneficiary from now on.
    function transferLock(uint64 id, address to) external;
    /// @notice Gives the votes of the lock to `to`; zero gives them to nobody.
    function delegateLock(uint64 id, address to) external;
    /// @notice Stakes `amount` (2^256-1: all that is held) of the lock, unlocked or not, behind an operator. Yield goes to the beneficiary by
    /// `IStaking.claim(vesting, operator, service, id)`.
    /// @dev Reverts with LockCanceled, InsufficientAmount, StakedElsewhere, and with staking's own reasons.
    function stake(uint64 id, address operator, uint8 service, uint256 amount) external;
    /// @notice Begins to thaw `amount` (2^256-1: all) of the lock's stake; answers staking's ticket.
    /// @dev While a refund is owed anybody may do it, with all or at least 1 OMNIT.
    function thaw(uint64 id, uint256 amount) external returns (uint256 ticket);
    /// @notice Brings a thawed ticket back, pays a refund that is owed out of it, and writes off what was lost when nothing is left in staking.
    /// @dev While a refund is owed anybody may do it.
    function unstake(uint64 id, uint256 ticket) external returns (uint256 amount);
    /// @notice Writes off what slashing took when nothing of the lock is left in staking. Anybody may call it.
    function writeOff(uint64 id) external returns (uint256 lost);

    // The funder

    /// @notice Ends the lock now: what is streamed stays the beneficiary's, the rest is paid to the funder. What of it is staked is owed, and paid before
    /// the beneficiary out of whatever comes back.
    function cancel(uint64 id) external;
    /// @notice Gives up the right to cancel, for ever.
    function renounce(uint64 id) external;

    // Views

    /// @notice OMNIT.
    function token() external view returns (address);
    /// @notice Where locks can be staked.
    function staking() external view returns (address);
    /// @notice How many locks there were; ids run from 1.
    function lockCount() external view returns (uint64);
    /// @notice Everything about a lock but its points and its stake. `canceledAt` is 0 for one that was not canceled, `owed` the refund not paid yet.
    function lock(uint64 id)
        external
        view
        returns (
            address beneficiary,
            address funder,
            address delegate,
            uint64 start,
            uint64 cliff,
            uint64 end,
            uint64 canceledAt,
            bool isCancelable,
            bool isTransferable,
            uint256 deposited,
            uint256 held,
            uint256 out,
            uint256 withdrawn,
            uint256 refunded,
            uint256 owed,
            uint256 lost
        );
    /// @notice The points of a lock, in order.
    function points(uint64 id) external view returns (bytes32[] memory);
    /// @notice Where a lock is staked, how much went out, and how many of its tickets are not paid out. All zero when nothing is out.
    function stakeOf(uint64 id) external view returns (address operator, uint8 service, uint256 out, uint256 tickets);
    /// @notice 0 pending (before start), 1 streaming, 2 settled (all unlocked, not all paid), 3 canceled (not all paid), 4 depleted (nothing left).
    function statusOf(uint64 id) external view returns (uint8);
    /// @notice What the schedule has unlocked by now, or by the cancellation.
    function streamedAmountOf(uint64 id) external view returns (uint256);
    /// @notice What can be withdrawn now: what is left in the lock less what is not unlocked, at most what is held.
    /// @dev As long as a lock can be canceled, its stake counts at present value and what thaws not at all, so that a loss that is not written off yet
    /// cannot be passed on to the funder.
    function withdrawableAmountOf(uint64 id) external view returns (uint256);
    /// @notice What the funder would get by canceling now, or is still owed after it. Zero when it cannot cancel.
    function refundableAmountOf(uint64 id) external view returns (uint256);

    // Votes (ERC-5805 reads, ERC-6372). The votes of a lock are what is held for it.

    /// @notice Now, in unix seconds.
    function clock() external view returns (uint48);
    /// @notice "mode=timestamp".
    function CLOCK_MODE() external view returns (string memory);
    /// @notice Who has the votes of a lock.
    function delegates(uint64 id) external view returns (address);
    /// @notice Votes that locks give to `account`.
    function getVotes(address account) external view returns (uint256);
    /// @notice The same at the end of second `timepoint`.
    function getPastVotes(address account, uint256 timepoint) external view returns (uint256);
    /// @notice All OMNIT at the end of second `timepoint`, as the token tells it: the votes of locks are votes of that supply.
    function getPastTotalSupply(uint256 timepoint) external view returns (uint256);

    // ERC-1363

    /// @notice Receives OMNIT with `create` or `createMany` as data.
    function onTransferReceived(address operator, address from, uint256 value, bytes calldata data) external returns (bytes4);
    /// @notice True for ERC-165, ERC-6372 and the ERC-1363 receiver.
    function supportsInterface(bytes4 interfaceId) external view returns (bool);
}
