// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// @title Seasons: points, ranking, payouts
/// @notice Accounts earn points in a season. When it is over, whoever knows the best list of accounts proposes it, and after a time for better lists
/// anybody has it paid out of the participation budget of the rewards reserve.
/// @dev Units. Amounts are base units of OMNIT (1 OMNIT = 1e18); points are whole numbers that reporters define; `bps` are 1/10,000; `secs` and
/// `At` are seconds and unix seconds. Kinds of points: 0 compute, 1 data, 2 validation, 3 vote. Seasons count from 0.
/// The pool of a season is the participation budget (`IRewards.budget(3, endsAt)`) emitted until its end, less all that was paid for seasons
/// before it: what an earlier season left is in it. Seasons are settled one after the other, so a pool depends on no call's time.
/// An account of the list gets `pool * points / (points of the list)`, but at most `pool * maxShareBps / 10,000`; each rounded down.
/// Splitting points over accounts gains nothing but what the maximum withheld. What is not paid stays in the pool of the next season.
/// OMNIT that arrive by plain transfer are in no pool and stay in the contract for ever.
/// Every function refuses value. Malformed calldata and unknown selectors revert without data. No loop is longer than 64 accounts.
interface ISeason {
    /// @notice Season 0 begins at `startsAt`.
    event Started(uint256 startsAt);
    /// @notice Season `first` and those after it have these terms.
    event TermsSet(uint256 indexed first, uint256 startsAt, uint256 lengthSecs, uint256 windowSecs, uint256 maxShareBps);
    /// @notice `account` did `amount` of `kind`, which gave `points`. The points of these events add up to the ranking.
    event PointsAdded(uint256 indexed season, address indexed account, uint8 indexed kind, address reporter, uint256 amount, uint256 points);
    /// @notice The best list of `season` so far, by rank, with the points of all its accounts.
    event Proposed(uint256 indexed season, address indexed proposer, uint256 points, address[] accounts);
    /// @notice `account` got `amount` for its `rank` in `season`.
    event Paid(uint256 indexed season, address indexed account, uint256 rank, uint256 points, uint256 amount);
    /// @notice The badge of `rank` could not be minted.
    event BadgeFailed(uint256 indexed season, address indexed account, uint256 rank);
    /// @notice `season` is over and done: `paid` of its `pool` were paid, the rest is in the next one.
    event Settled(uint256 indexed season, uint256 pool, uint256 paid);
    /// @notice `reporter` may, or may no longer, add points of `kind`.
    event ReporterSet(uint8 indexed kind, address indexed reporter, bool isReporter);
    /// @notice Points of `kind` count `baseBps`, and on top of that `eventBps` from `eventFrom` until before `eventUntil`.
    event MultiplierSet(uint8 indexed kind, uint256 baseBps, uint256 eventBps, uint256 eventFrom, uint256 eventUntil);
    /// @notice Badges are minted by `badge`; zero: none are.
    event BadgeSet(address indexed badge);
    /// @notice Parameters belong to `timelock` from now on.
    event HandedOver(address indexed from, address indexed timelock);

    /// @notice The contract is set up already.
    error AlreadyInitialized();
    /// @notice The address is zero where somebody is needed.
    error ZeroAddress();
    /// @notice Only the timelock may do this.
    error NotTimelock(address caller);
    /// @notice `caller` is not registered to add points of `kind`.
    error NotReporter(address caller, uint8 kind);
    /// @notice There are kinds 0 to 3 only.
    error UnknownKind(uint8 kind);
    /// @notice Season 0 has not been started.
    error NotStarted();
    /// @notice Season 0 was started already.
    error AlreadyStarted();
    /// @notice A value is outside what is allowed; `name` says which one.
    error OutOfRange(bytes32 name, uint256 value, uint256 minimum, uint256 maximum);
    /// @notice The season runs until `endsAt`; lists are proposed after that.
    error SeasonRunning(uint256 season, uint256 endsAt);
    /// @notice Lists of this season could be proposed until `closedAt`.
    error ProposalsClosed(uint256 season, uint256 closedAt);
    /// @notice Lists of this season can be proposed until `closesAt`; it is settled after that.
    error ProposalsOpen(uint256 season, uint256 closesAt);
    /// @notice A list has 1 to `maximum` accounts, not `length`.
    error ListLength(uint256 length, uint256 maximum);
    /// @notice The account at `index` has no points in this season.
    error NotRanked(uint256 index, address account);
    /// @notice The account at `index` does not come after the one before it: by fewer points, or by equal points and a larger address.
    error OutOfOrder(uint256 index);
    /// @notice A better or equal list was proposed: it has `best` points, this one `points`.
    error NotBetter(uint256 points, uint256 best);
    /// @notice This is not the accepted list of the season. Both are keccak256 of the accounts as words; `accepted` is zero when there is none.
    error WrongList(bytes32 list, bytes32 accepted);
    /// @notice Season `next` has to be settled first, or this one was settled before.
    error NotNext(uint256 season, uint256 next);
    /// @notice The reserve gave `granted` instead of `wanted`: this contract is not its drawer of participation, or not the only one.
    error Underfunded(uint256 granted, uint256 wanted);

    /// @notice Sets token, rewards reserve and timelock, once. Sent in the transaction that deploys.
    function initialize(address token, address rewards, address timelock) external;

    // Reporters

    /// @notice Adds `amount` times the multiplier of `kind` to the points of `account` in the season that runs; answers the points added. A
    /// registered reporter of `kind` only.
    /// @dev Rounded down. An account holds at most 2^84-1 points of a season; what would come on top is not counted. Before season 0 nothing is
    /// counted, and nothing emitted, when nothing is added. Reverts with NotReporter, ZeroAddress.
    function addPoints(address account, uint8 kind, uint256 amount) external returns (uint256 points);

    // Anybody

    /// @notice Proposes the ranking of a season that is over: at most 64 accounts, by points falling, equal points by address rising.
    /// It is accepted when it has more points together than the best list so far, or as many and the smaller sum of addresses. So the list of the
    /// 64 best accounts beats every other.
    /// @dev Reverts with SeasonRunning, ProposalsClosed, ListLength, NotRanked, OutOfOrder, NotBetter.
    function propose(uint32 season, address[] calldata accounts) external;
    /// @notice Pays a season whose time for proposals is over. `accounts` is the accepted list; empty when there is none, and then all of
    /// the pool stays for the next season. The first ranks (10) get a badge; a badge that cannot be minted stops nothing.
    /// @dev Reverts with NotNext, ProposalsOpen, WrongList, Underfunded.
    function settleSeason(uint32 season, address[] calldata accounts) external returns (uint256 paid);

    // The timelock

    /// @notice Starts season 0, once, at `startsAt` (0: now; otherwise now or at most a year ahead), with terms as in `setTerms`.
    function start(uint256 startsAt, uint256 lengthSecs, uint256 windowSecs, uint256 maxShareBps) external;
    /// @notice Terms of the seasons after the one that runs: length (1 day to 366 days), time for proposals (1 hour to 30 days), largest part
    /// of the pool for one account (1 to 10,000 bps).
    function setTerms(uint256 lengthSecs, uint256 windowSecs, uint256 maxShareBps) external;
    /// @notice Registers or removes a reporter of `kind`.
    function setReporter(uint8 kind, address reporter, bool isReporter) external;
    /// @notice What points of `kind` count: `baseBps` always, times `eventBps` from `eventFrom` until before `eventUntil`; both 0 to 20,000.
    /// Together never more than 20,000 (twice). No event: `eventUntil` 0.
    function setMultiplier(uint8 kind, uint256 baseBps, uint256 eventBps, uint256 eventFrom, uint256 eventUntil) external;
    /// @notice Sets the contract of badges; zero for none.
    function setBadge(address badge) external;
    /// @notice Gives the parameters to another timelock.
    function handOver(address timelock) external;

    // Views

    /// @notice OMNIT.
    function token() external view returns (address);
    /// @notice The rewards reserve.
    function rewards() external view returns (address);
    /// @notice Who owns the parameters.
    function timelock() external view returns (address);
    /// @notice The contract of badges.
    function badge() external view returns (address);
    /// @notice The season that runs. Reverts with NotStarted before season 0.
    function current() external view returns (uint256 season);
    /// @notice When a season begins and ends, until when lists are proposed, and its largest part for one account. Of seasons after the next, as the
    /// terms are now. Reverts with NotStarted before `start`.
    function seasonOf(uint32 season)
        external
        view
        returns (uint256 startsAt, uint256 endsAt, uint256 closesAt, uint256 maxShareBps);
    /// @notice Points of `account` in `season`.
    function pointsOf(uint32 season, address account) external view returns (uint256 points);
    /// @notice The best list of a season so far: points, sum of addresses, keccak256 of the accounts as words. All zero when there is none.
    function proposalOf(uint32 season) external view returns (uint256 points, uint256 addresses, bytes32 list);
    /// @notice How many seasons are settled, which is the next one to settle, and what was paid for all of them.
    function settled() external view returns (uint256 seasons, uint256 paid);
    /// @notice The pool of the next season to settle; before its end, as the reserve's present shares would make it.
    function pool() external view returns (uint256 amount);
    /// @notice What points of `kind` count now, and how that is made up.
    function multiplierOf(uint8 kind)
        external
        view
        returns (uint256 bps, uint256 baseBps, uint256 eventBps, uint256 eventFrom, uint256 eventUntil);
    /// @notice Whether `reporter` may add points of `kind`.
    function isReporter(uint8 kind, address reporter) external view returns (bool);
}
