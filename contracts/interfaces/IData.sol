// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// @title Data campaigns: budgets for data, hidden scores by stake, pay by accuracy
/// @notice A funder puts OMNIT behind a kind of data. Submitters hand in content by its root. Validators (operators of service 1 of IStaking)
/// commit to a score, then reveal it; the stake-weighted median of what was revealed is the accuracy. The submitter is paid value x accuracy, a
/// validator by its stake and its closeness to the median. What is not spent goes back to the funder.
/// @dev Units. Amounts are base units of OMNIT (1 OMNIT = 1e18); `bps` are 1/10,000; `secs` and `At`, `Until`, `Ends` are seconds and unix seconds.
/// `size` counts bytes or items, as the kind of the data says. Weights are stake in 1e-9 OMNIT, rounded down.
/// Value of a submission = floor(price x size / 2^20). Pool of its reviewers = floor(value x validatorBps / 10,000), on top of the value.
/// Windows are half open: committing works before `commitEnds`, revealing from then on and before `revealEnds`, resolving from then on.
/// Every function refuses value. Malformed calldata and unknown selectors revert without data. No function loops over more than 16 reviewers.
interface IData {
    // Campaigns

    /// @notice `funder` put `budget` behind data of `kind`; see `create` for the terms.
    event CampaignCreated(
        uint32 indexed id,
        address indexed funder,
        bytes32 indexed kind,
        uint256 budget,
        uint128 price,
        uint64 minSize,
        uint64 maxSize,
        uint32 maxSubmissions,
        uint16 minAccuracyBps,
        uint16 validatorBps,
        uint64 submitUntil,
        uint32 commitSecs,
        uint32 revealSecs,
        uint8 maxReviewers
    );
    /// @notice `from` added `amount` to the budget.
    event CampaignFunded(uint32 indexed id, address indexed from, uint256 amount);
    /// @notice The campaign is over; `refund` went to the funder.
    event CampaignClosed(uint32 indexed id, address indexed funder, uint256 refund);

    // Submissions and reviews

    /// @notice Content was submitted. `reserved` of the budget waits for it, stake counts as it was at the end of second `snapshot`.
    event Submitted(
        uint64 indexed id,
        uint32 indexed campaign,
        address indexed submitter,
        bytes32 root,
        uint64 size,
        uint256 bond,
        uint256 reserved,
        uint64 snapshot,
        uint64 commitEnds,
        uint64 revealEnds
    );
    /// @notice `operator` took a seat and hid its score.
    event Committed(uint64 indexed id, address indexed operator, uint8 seat, uint64 weight);
    /// @notice `operator` lost its seat, and its duty, to a heavier one.
    event Displaced(uint64 indexed id, address indexed operator, uint8 seat);
    /// @notice `operator` showed its score.
    event Revealed(uint64 indexed id, address indexed operator, uint16 scoreBps);
    /// @notice How a reviewer did its duty: 0 done, 1 not revealed, 2 far from the median; `amount` is what it earned.
    event Reviewed(uint64 indexed id, address indexed operator, uint8 outcome, uint256 amount);
    /// @notice The submission has its accuracy. `paid` and `bondBack` went to the submitter, `reviewers` was earned by them; both contain their part
    /// of `matched`, which came from the rewards reserve. A bond that did not go back was burned.
    event Resolved(
        uint64 indexed id,
        uint32 indexed campaign,
        address indexed submitter,
        uint16 accuracyBps,
        uint256 paid,
        uint256 reviewers,
        uint256 matched,
        uint256 bondBack
    );
    /// @notice Too little was revealed for an accuracy: `reveals` scores of `weight`. The bond went back, the reserved budget is free.
    event Unreviewed(uint64 indexed id, uint32 indexed campaign, address indexed submitter, uint8 reveals, uint64 weight);
    /// @notice What `operator` earned went into its provision, or to itself when staking refused it.
    event Distributed(address indexed operator, uint256 amount, bool isStaked);

    // Parameters

    /// @notice Rules for submissions from now on, see `setRules`.
    event RulesSet(
        uint256 bond,
        uint8 minReveals,
        uint16 quorumBps,
        uint16 floorBps,
        uint16 distanceBps,
        uint16 wrongBps,
        uint16 matchBps,
        uint16 matchQuorumBps,
        uint32 minWindowSecs
    );
    /// @notice Where matching rewards are drawn from; zero is nowhere.
    event SourceSet(address indexed source);
    /// @notice Who counts points; zero is nobody.
    event SeasonSet(address indexed season);
    /// @notice Parameters belong to `timelock` from now on.
    event HandedOver(address indexed from, address indexed timelock);

    /// @notice The contract is set up already.
    error AlreadyInitialized();
    /// @notice The address is zero where somebody is needed.
    error ZeroAddress();
    /// @notice Only the timelock may do this.
    error NotTimelock(address caller);
    /// @notice Only OMNIT calls this: send it as the data of transferAndCall.
    error NotToken(address caller);
    /// @notice The data of a transfer is none of `create`, `fund` and `submit`.
    error UnknownAction(bytes4 selector);
    /// @notice The timelock has not set the rules yet.
    error RulesNotSet();
    /// @notice A value is outside what is allowed; `name` says which one.
    error OutOfRange(bytes32 name, uint256 value, uint256 minimum, uint256 maximum);
    /// @notice There is no campaign with this number.
    error UnknownCampaign(uint32 id);
    /// @notice The campaign is closed already.
    error AlreadyClosed(uint32 id);
    /// @notice The campaign took submissions until `submitUntil`.
    error CampaignEnded(uint32 id, uint64 submitUntil);
    /// @notice The campaign takes submissions until `submitUntil` and cannot be closed before.
    error CampaignRunning(uint32 id, uint64 submitUntil);
    /// @notice The campaign has all of its `maxSubmissions`.
    error CampaignFull(uint32 id, uint32 maxSubmissions);
    /// @notice Submissions of the campaign, `open` of them, are not resolved yet.
    error SubmissionsOpen(uint32 id, uint32 open);
    /// @notice The free budget is `free`, less than the `needed` amount that has to be reserved.
    error BudgetShort(uint256 free, uint256 needed);
    /// @notice A submission needs a bond of exactly `bond`; `amount` was sent.
    error WrongBond(uint256 amount, uint256 bond);
    /// @notice A root of zero stands for no content.
    error ZeroRoot();
    /// @notice The campaign has this content already, as submission `id`.
    error DuplicateContent(uint32 campaign, bytes32 root, uint64 id);
    /// @notice There is no submission with this number.
    error UnknownSubmission(uint64 id);
    /// @notice The submission is resolved already.
    error AlreadyResolved(uint64 id);
    /// @notice Scores could be committed before `commitEnds`.
    error CommitEnded(uint64 id, uint64 commitEnds);
    /// @notice Scores can be revealed from `commitEnds` on, not earlier.
    error RevealNotOpen(uint64 id, uint64 commitEnds);
    /// @notice Scores could be revealed before `revealEnds`.
    error RevealEnded(uint64 id, uint64 revealEnds);
    /// @notice Scores can be revealed before `revealEnds`; the submission can be resolved from then on.
    error RevealRunning(uint64 id, uint64 revealEnds);
    /// @notice Submitter and funder do not review the submission.
    error OwnWork(uint64 id, address operator);
    /// @notice The operator has no eligible validator stake now, or had none at the end of second `snapshot`.
    error NoWeight(uint64 id, address operator, uint64 snapshot);
    /// @notice The operator committed to a score of this submission already.
    error AlreadyCommitted(uint64 id, address operator);
    /// @notice All seats are taken by operators of weight `lightest` or more; `weight` is not above it.
    error SeatsTaken(uint64 id, uint64 weight, uint64 lightest);
    /// @notice The operator has no seat on this submission.
    error NotCommitted(uint64 id, address operator);
    /// @notice The operator revealed its score already.
    error AlreadyRevealed(uint64 id, address operator);
    /// @notice Score and salt are not what the operator committed to.
    error WrongReveal(uint64 id, address operator);
    /// @notice The operator has earned nothing that was not distributed.
    error NothingEarned(address operator);

    /// @notice Sets token, staking and timelock, once. Sent in the transaction that deploys.
    function initialize(address token, address staking, address timelock) external;

    // Campaigns

    /// @notice As the data of `IToken.transferAndCall(data, amount, data)`: opens a campaign with the amount as its budget. The funder is who the
    /// tokens came from.
    /// @dev Refused when called directly. `kind` is the hash of what the data has to be. `price` is base units for 2^20 of size: the price of a MiB,
    /// or 2^20 times the price of an item. `minSize` to `maxSize` (below 2^48) bound a submission. Below `minAccuracyBps` a submitter is paid nothing.
    /// `validatorBps` of the value pays the reviewers, on top. `submitUntil` is at most 365 days away. Windows are `minWindowSecs` to 7 days each.
    /// `maxReviewers` is `minReveals` to 16. Reverts with OutOfRange, with BudgetShort when the budget does not cover one submission of the
    /// largest size, with RulesNotSet. The smallest submission has to be worth something.
    function create(
        bytes32 kind,
        uint128 price,
        uint64 minSize,
        uint64 maxSize,
        uint32 maxSubmissions,
        uint16 minAccuracyBps,
        uint16 validatorBps,
        uint64 submitUntil,
        uint32 commitSecs,
        uint32 revealSecs,
        uint8 maxReviewers
    ) external;
    /// @notice As the data of `IToken.transferAndCall(data, amount, data)`: adds the amount to the budget of a campaign that is not closed. What is
    /// left goes to the funder in the end, whoever paid.
    /// @dev Refused when called directly.
    function fund(uint32 campaign) external;
    /// @notice Ends a campaign after `submitUntil` when all its submissions are resolved: what is left of the budget goes to the funder. Anybody
    /// may call it.
    function close(uint32 campaign) external returns (uint256 refund);

    // Submissions

    /// @notice As the data of `IToken.transferAndCall(data, amount, data)`: submits content; the amount is the bond. The submitter is who the tokens
    /// came from. Value and pool at full accuracy are reserved from the budget.
    /// @dev Refused when called directly. Rules and the total stake (at the end of the second before) are fixed now. WARNING: whoever sees a root can
    /// submit it first; it earns nothing without the content, so serve the content after your own submission stands.
    function submit(uint32 campaign, bytes32 root, uint64 size) external;

    // Reviews

    /// @notice Hides the caller's score of a submission: `commitment(id, caller, scoreBps, salt)`. The caller is an operator with eligible stake now
    /// and at the snapshot, neither submitter nor funder. While seats are free anybody gets one; later a heavier operator takes that of the lightest.
    /// @dev Of the commitment the last 31 bytes are kept. A committed score that is not revealed is a missed duty. A lost seat is no duty any more.
    function commit(uint64 id, bytes32 commitment) external;
    /// @notice Shows the caller's score, 0 to 10,000.
    function reveal(uint64 id, uint16 scoreBps, bytes32 salt) external;
    /// @notice Counts the scores once revealing is over, pays, reports duties to staking. Anybody may call it.
    /// @dev Accuracy is the smallest revealed score s such that scores up to s have at least half of the revealed weight. It needs `minReveals` scores
    /// and `quorumBps` of the total stake at the snapshot; without, the bond goes back, the budget is free again, and the content may be submitted again.
    /// Submitter: floor(value x accuracy / 10,000), nothing below `minAccuracyBps`. Its bond is burned below `floorBps`, else goes back.
    /// Reviewer: floor(pool x weight x (distanceBps - distance) / (revealed weight x distanceBps)), nothing at `distanceBps` and beyond.
    /// Everything else of the reserved budget is free again. With `matchQuorumBps` of the total stake revealed, up to `matchBps` of what was paid is
    /// drawn from the reserve and shared in the same proportion, rounded down; its dust goes to the budget. Failures of staking, reserve and season
    /// are ignored.
    function resolve(uint64 id) external;
    /// @notice Puts what `operator` earned into its provision (`IStaking.reward`), or sends it to the operator when staking refuses. Anybody may call it.
    function distribute(address operator) external returns (uint256 amount);

    // The timelock

    /// @notice Rules for campaigns and submissions from now on. `bond` of a submission (1e15 to 1e24, a multiple of 1e9); fewest reveals (1 to 16)
    /// and least share of the total stake (0 to 5,000) for an accuracy; accuracy below which the bond is burned (0 to 5,000); distance from the
    /// median at which pay is zero (1 to 10,000) and beyond which a duty was done wrongly (1 to 10,000); share of the pay that is matched (0 to
    /// 10,000), and least share of the total stake for that (1,000 to 10,000); shortest window (60 to 86,400 seconds).
    /// @dev Submissions that exist keep the rules they were made under, but for the matching.
    function setRules(
        uint256 bond,
        uint8 minReveals,
        uint16 quorumBps,
        uint16 floorBps,
        uint16 distanceBps,
        uint16 wrongBps,
        uint16 matchBps,
        uint16 matchQuorumBps,
        uint32 minWindowSecs
    ) external;
    /// @notice Where matching rewards are drawn from (`IRewards.draw`, purpose 2); zero is nowhere.
    function setSource(address source) external;
    /// @notice Who counts points (`ISeason.addPoints`, kinds 1 data and 2 validation); zero is nobody.
    function setSeason(address season) external;
    /// @notice Gives the parameters to another timelock.
    function handOver(address timelock) external;

    // Views

    /// @notice OMNIT.
    function token() external view returns (address);
    /// @notice Where validators stake.
    function staking() external view returns (address);
    /// @notice Who owns the parameters.
    function timelock() external view returns (address);
    /// @notice Where matching rewards are drawn from.
    function source() external view returns (address);
    /// @notice Who counts points.
    function season() external view returns (address);
    /// @notice Rules for submissions from now on.
    function rules()
        external
        view
        returns (
            uint256 bond,
            uint8 minReveals,
            uint16 quorumBps,
            uint16 floorBps,
            uint16 distanceBps,
            uint16 wrongBps,
            uint16 matchBps,
            uint16 matchQuorumBps,
            uint32 minWindowSecs
        );
    /// @notice All OMNIT that belongs to somebody here: free and reserved budgets, bonds, and what validators earned.
    function held() external view returns (uint256);
    /// @notice How many campaigns there were; numbers run from 1.
    function campaigns() external view returns (uint32);
    /// @notice How many submissions there were; numbers run from 1.
    function submissions() external view returns (uint64);
    /// @notice Terms of a campaign; all zero when there is none.
    function terms(uint32 campaign)
        external
        view
        returns (
            address funder,
            bytes32 kind,
            uint128 price,
            uint64 minSize,
            uint64 maxSize,
            uint32 maxSubmissions,
            uint16 minAccuracyBps,
            uint16 validatorBps,
            uint64 submitUntil,
            uint32 commitSecs,
            uint32 revealSecs,
            uint8 maxReviewers
        );
    /// @notice Money of a campaign: `free` to be reserved, `reserved` for open submissions, `paid` out of the budget, `matched` by the reserve; how
    /// many submissions are open and how many there were.
    function budget(uint32 campaign)
        external
        view
        returns (
            uint256 free,
            uint256 reserved,
            uint256 paid,
            uint256 matched,
            uint32 open,
            uint32 count,
            bool isClosed
        );
    /// @notice A submission. `state`: 0 none, 1 open, 2 accepted (paid), 3 rejected (below the accuracy that is paid), 4 unreviewed.
    function submission(uint64 id)
        external
        view
        returns (
            address submitter,
            uint32 campaign,
            bytes32 root,
            uint64 size,
            uint256 bond,
            uint8 state,
            uint16 accuracyBps,
            uint8 reviewers,
            uint64 snapshot,
            uint64 commitEnds,
            uint64 revealEnds
        );
    /// @notice The rules a submission was made under, and the total stake at its snapshot.
    function rulesOf(uint64 id)
        external
        view
        returns (
            uint8 minReveals,
            uint16 quorumBps,
            uint16 floorBps,
            uint16 distanceBps,
            uint16 wrongBps,
            uint64 totalWeight
        );
    /// @notice The submission of this content; zero when there is none, or when it ended unreviewed.
    function submissionOf(uint32 campaign, bytes32 root) external view returns (uint64 id);
    /// @notice Who sits on seat `seat` (from 0) of a submission, and its score once `isRevealed`.
    function reviewer(uint64 id, uint8 seat)
        external
        view
        returns (address operator, uint64 weight, uint16 scoreBps, bool isRevealed);
    /// @notice The seat of `operator` on a submission, and what it committed to (31 bytes).
    function reviewOf(uint64 id, address operator) external view returns (bool isSeated, uint8 seat, bytes32 commitment);
    /// @notice What `operator` has to commit to: keccak256(abi.encode(chain id, this contract, id, operator, scoreBps, salt)).
    /// @dev WARNING: asking a node tells it score and salt; the hash can be computed at home.
    function commitment(uint64 id, address operator, uint16 scoreBps, bytes32 salt) external view returns (bytes32);
    /// @notice What `operator` earned and was not distributed yet.
    function earned(address operator) external view returns (uint256);

    // ERC-1363

    /// @notice Receives OMNIT with `create`, `fund` or `submit` as data.
    function onTransferReceived(address operator, address from, uint256 value, bytes calldata data) external returns (bytes4);
    /// @notice True for ERC-165 and the ERC-1363 receiver.
    function supportsInterface(bytes4 interfaceId) external view returns (bool);
}
