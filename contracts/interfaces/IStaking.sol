// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// @title Stake behind operators: provisions per service, delegation, thawing, slashing, yield, votes
/// @notice An operator offers a service (1 validator, 2 compute) and puts OMNIT behind it, its own and that of delegators. Whoever the
/// timelock registered as slasher of a service may lock, slash, jail and report its operators. Stake earns yield from the rewards reserve and votes.
/// @dev Units. Amounts are base units of OMNIT (1 OMNIT = 1e18); `bps` are 1/10,000; `secs` and `At` are seconds and unix seconds.
/// A position is what one `owner` staked under one `tag` with one operator and service; an ordinary owner uses tag 0, the vesting contract one tag
/// per lock. `holder` is the person behind a position: it receives the yield. A position is *own* stake when its holder is the operator at the time it
/// is opened, *delegated* otherwise, for as long as it has shares. Losses are taken from own stake first, from delegated stake when that is used
/// up, and within each from stake that thaws as well, pro rata.
/// Shares never become dearer, because yield is not added to stake: a first staker cannot be robbed by a gift.
/// Every function refuses value. Malformed calldata and unknown selectors revert without data. No function loops over anything.
interface IStaking {
    // Operators

    /// @notice `operator` offers `service` from now on.
    event Registered(address indexed operator, uint8 indexed service, uint256 commissionBps);
    /// @notice The share of yield that `operator` keeps for itself before the rest goes to all stake.
    event CommissionSet(address indexed operator, uint8 indexed service, uint256 commissionBps);
    /// @notice The provision became able to serve and to earn, or ceased to be: its own stake, jail or tombstone changed.
    event EligibilityChanged(address indexed operator, uint8 indexed service, bool isEligible);
    /// @notice `operator` may not serve before `until`.
    event Jailed(address indexed operator, uint8 indexed service, uint256 until);
    /// @notice `operator` left jail.
    event Unjailed(address indexed operator, uint8 indexed service);
    /// @notice `operator` can never offer `service` again.
    event Tombstoned(address indexed operator, uint8 indexed service);

    // Positions

    /// @notice `amount` was staked and made `shares`.
    event Staked(
        address indexed owner,
        address indexed operator,
        uint8 indexed service,
        uint64 tag,
        address holder,
        uint256 amount,
        uint256 shares
    );
    /// @notice `amount` at present value began to thaw as ticket `id`.
    event Thawing(
        uint256 indexed id, address indexed owner, address indexed operator, uint8 service, uint64 tag, uint256 amount, uint256 endsAt
    );
    /// @notice Ticket `id` was paid out: `amount` is what slashing left of it.
    event Withdrawn(uint256 indexed id, address indexed owner, uint256 amount);
    /// @notice Ticket `id` was taken back and is stake again.
    event Restaked(uint256 indexed id, address indexed owner, uint256 amount);
    /// @notice The yield of a position goes to `holder` from now on.
    event HolderSet(address indexed owner, address indexed operator, uint8 indexed service, uint64 tag, address holder);

    // Yield

    /// @notice `amount` of yield was added for all eligible stake of `service`.
    event YieldAccrued(uint8 indexed service, uint256 amount);
    /// @notice `amount` was added for all stake of one provision.
    event Rewarded(address indexed operator, uint8 indexed service, address indexed from, uint256 amount);
    /// @notice `holder` received the yield of a position.
    event YieldClaimed(address indexed owner, address indexed operator, uint8 indexed service, uint64 tag, address holder, uint256 amount);
    /// @notice `operator` received its commission.
    event CommissionClaimed(address indexed operator, uint8 indexed service, uint256 amount);

    // Slashers

    /// @notice `locked` of the operator's own stake cannot thaw.
    event Locked(address indexed operator, uint8 indexed service, uint256 locked);
    /// @notice `own` and `delegated` were taken; `cut` of it went to `challenger`, the rest was burned.
    event Slashed(
        address indexed operator, uint8 indexed service, uint256 own, uint256 delegated, address challenger, uint256 cut
    );
    /// @notice A duty was done (0), missed (1) or done wrongly (2); `scoreBps` is the performance from now on.
    event Reported(address indexed operator, uint8 indexed service, uint8 outcome, uint256 scoreBps);

    // Parameters

    /// @notice Terms of a service, see `setService`.
    event ServiceSet(
        uint8 indexed service, uint256 minimum, uint256 thawSecs, uint256 jailSecs, uint256 missBps, uint256 missesToJail
    );
    /// @notice Yield of a service, see `setYield`.
    event YieldSet(uint8 indexed service, uint256 baseBps, uint256 bonusBps);
    /// @notice Limits for all services, see `setLimits`.
    event LimitsSet(uint256 maxCommissionBps, uint256 commissionStepBps, uint256 maxCutBps);
    /// @notice Who may lock, slash, jail and report operators of a service.
    event SlasherSet(uint8 indexed service, address indexed slasher, bool isSlasher);
    /// @notice Where yield is drawn from; zero is nowhere.
    event SourceSet(address indexed source);
    /// @notice Parameters belong to `timelock` from now on.
    event HandedOver(address indexed from, address indexed timelock);

    /// @notice The contract is set up already.
    error AlreadyInitialized();
    /// @notice The address is zero where somebody is needed.
    error ZeroAddress();
    /// @notice Only the timelock may do this.
    error NotTimelock(address caller);
    /// @notice Only a registered slasher of `service` may do this.
    error NotSlasher(address caller, uint8 service);
    /// @notice Only OMNIT calls this.
    error NotToken(address caller);
    /// @notice The data of a transfer is neither `stake` nor `reward`.
    error UnknownAction(bytes4 selector);
    /// @notice There is no such service, or its terms are not set.
    error UnknownService(uint8 service);
    /// @notice `operator` does not offer `service`.
    error NotRegistered(address operator, uint8 service);
    /// @notice `operator` offers `service` already.
    error AlreadyRegistered(address operator, uint8 service);
    /// @notice A value is outside what is allowed; `name` says which one.
    error OutOfRange(bytes32 name, uint256 value, uint256 minimum, uint256 maximum);
    /// @notice The commission was changed in this day already, or by more than `step`.
    error CommissionStep(uint256 present, uint256 wanted, uint256 step, uint256 nextChangeAt);
    /// @notice Less than the least that can be staked at once.
    error StakeTooSmall(uint256 amount, uint256 minimum);
    /// @notice Slashing took so much of this provision that shares can no longer be counted: stake with another operator.
    error ProvisionSpent(address operator, uint8 service);
    /// @notice The operator is jailed until `until`; for ever if that is 2^64-1.
    error OperatorJailed(address operator, uint8 service, uint256 until);
    /// @notice The operator is not in jail.
    error NotJailed(address operator, uint8 service);
    /// @notice The position is worth `stake`, less than `wanted`, or nothing at all.
    error InsufficientStake(uint256 stake, uint256 wanted);
    /// @notice `locked` of the operator's own stake is bound by jobs; `free` may thaw.
    error StakeLocked(uint256 locked, uint256 free);
    /// @notice There is no such ticket, or it is not the caller's.
    error NotTicketOwner(uint256 id, address caller);
    /// @notice The ticket thaws until `endsAt`.
    error StillThawing(uint256 id, uint256 endsAt);
    /// @notice The position was opened again as the other class of stake since: withdraw the ticket when it is thawed.
    error ClassChanged(uint256 id);
    /// @notice Past figures are final only for times before the present `clock`.
    error ERC5805FutureLookup(uint256 timepoint, uint48 clock);

    /// @notice Sets token and timelock, once. Sent in the transaction that deploys.
    function initialize(address token, address timelock) external;

    // Operators

    /// @notice Offers `service` with the caller as operator. Stake follows by `stake`.
    function register(uint8 service, uint256 commissionBps) external;
    /// @notice Changes the commission: once a day, by at most the step, up to the maximum. Lowering is bound by the step as well.
    function setCommission(uint8 service, uint256 commissionBps) external;
    /// @notice Leaves jail when its time is over and own stake reaches the minimum.
    function unjail(uint8 service) external;

    // Positions

    /// @notice As the data of `IToken.transferAndCall(staking, amount, data)`: stakes the amount. The owner is who the tokens came from.
    /// @dev Refused when called directly. `holder` zero means the owner; it counts only while the position has no shares, and yield of the holder
    /// before is then paid out. Reverts with StakeTooSmall below 1 OMNIT, NotRegistered, ProvisionSpent;
    /// OperatorJailed when the operator is tombstoned (a jailed one may be topped up).
    function stake(address operator, uint8 service, address holder, uint64 tag) external;
    /// @notice Begins to thaw `amount` (2^256-1: all) of the caller's position; answers the ticket. The end is fixed now, whatever the terms become.
    /// @dev Shares given up are rounded up. Reverts with InsufficientStake, StakeLocked, OutOfRange for nothing.
    function thaw(address operator, uint8 service, uint64 tag, uint256 amount) external returns (uint256 id);
    /// @notice Pays ticket `id` to its owner, the caller, when it is thawed. Slashing until this call was taken from it.
    function withdraw(uint256 id) external returns (uint256 amount);
    /// @notice Makes ticket `id` of the caller stake again, thawed or not. It keeps its class: ClassChanged if the position has shares of the other.
    /// @dev Reverts with InsufficientStake when slashing left nothing, ProvisionSpent, OperatorJailed when tombstoned.
    function restake(uint256 id) external returns (uint256 amount);
    /// @notice Pays the yield of a position to its holder. Anybody may call it.
    function claim(address owner, address operator, uint8 service, uint64 tag) external returns (uint256 amount);
    /// @notice Pays the commission of a provision to the operator. Anybody may call it.
    function claimCommission(address operator, uint8 service) external returns (uint256 amount);
    /// @notice Pays the yield so far to the old holder of the caller's position, and names a new one.
    function setHolder(address operator, uint8 service, uint64 tag, address holder) external;

    // Yield

    /// @notice As the data of `IToken.transferAndCall(staking, amount, data)`: adds the amount to the yield of one provision, commission first.
    /// @dev Refused when called directly. While the provision has no stake, it all is commission.
    function reward(address operator, uint8 service) external;
    /// @notice Brings the yield of `service` up to this second. Everything that needs it does so by itself; when it is called changes nobody's yield.
    /// @dev Draws from the source what is owed and a day in advance; then 500,000 gas must be left. A source that fails gives nothing.
    function settle(uint8 service) external;

    // Slashers of the service. Nothing here has an effect on an operator that does not offer it, and only `lock` refuses one.

    /// @notice Binds `amount` more of the operator's own stake. The provision must be eligible, and its own stake must cover all that is bound.
    function lock(address operator, uint8 service, uint256 amount) external;
    /// @notice Frees `amount`, or all that is bound if that is less.
    function release(address operator, uint8 service, uint256 amount) external;
    /// @notice Takes `amount` plus `shareBps` of the provision's stake (rounded up), thawing stake included, or all there is if that is less.
    /// `cutBps` of it, at most the limit, goes to `challenger` (zero: nothing does), the rest is burned.
    /// @dev Never reverts when a slasher calls it. Answers what was taken.
    function slash(address operator, uint8 service, uint256 amount, uint256 shareBps, address challenger, uint256 cutBps)
        external
        returns (uint256 taken);
    /// @notice Tells how a duty went: 0 done, 1 missed, 2 done wrongly. It moves the performance that the bonus follows; a miss also costs
    /// `missBps` of the stake, and `missesToJail` of them since the last jail put the operator in jail.
    /// @dev Reverts for a slasher only with OutOfRange, for another outcome.
    function report(address operator, uint8 service, uint8 outcome) external;
    /// @notice Puts the operator in jail for the jail time.
    function jail(address operator, uint8 service) external;
    /// @notice Ends the service of the operator for ever. Stake can still thaw.
    function tombstone(address operator, uint8 service) external;

    // The timelock

    /// @notice Terms of `service` (1 to 8): least own stake of an eligible operator (1 OMNIT to 1e27), thaw (1 hour to 60 days), jail
    /// (0 to 30 days), cost of a miss (0 to 1,000 bps), misses until jail (1 to 255). Tickets that thaw keep their time.
    /// @dev A raised minimum reaches a provision when it is next touched.
    function setService(
        uint8 service,
        uint256 minimum,
        uint256 thawSecs,
        uint256 jailSecs,
        uint256 missBps,
        uint256 missesToJail
    ) external;
    /// @notice Yield a year (365.25 days) of `service`: for all eligible stake (0 to 5,000 bps), and on top for full performance (0 to 5,000 bps).
    function setYield(uint8 service, uint256 baseBps, uint256 bonusBps) external;
    /// @notice Largest commission (to 10,000), largest change of it a day (to 10,000), largest cut of a challenger (to 5,000), in bps.
    function setLimits(uint256 maxCommissionBps, uint256 commissionStepBps, uint256 maxCutBps) external;
    /// @notice Registers or removes a slasher of `service`.
    function setSlasher(uint8 service, address slasher, bool isSlasher) external;
    /// @notice Where yield is drawn from (`IRewards.draw`).
    function setSource(address source) external;
    /// @notice Gives the parameters to another timelock.
    function handOver(address timelock) external;

    // Views

    /// @notice OMNIT.
    function token() external view returns (address);
    /// @notice Who owns the parameters.
    function timelock() external view returns (address);
    /// @notice Where yield is drawn from.
    function source() external view returns (address);
    /// @notice Limits for all services.
    function limits() external view returns (uint256 maxCommissionBps, uint256 commissionStepBps, uint256 maxCutBps);
    /// @notice Terms of a service.
    function terms(uint8 service)
        external
        view
        returns (
            uint256 minimum,
            uint256 thawSecs,
            uint256 jailSecs,
            uint256 missBps,
            uint256 missesToJail,
            uint256 baseBps,
            uint256 bonusBps
        );
    /// @notice Whether `slasher` may act on operators of `service`.
    function isSlasher(uint8 service, address slasher) external view returns (bool);
    /// @notice What stands behind an operator. `jailedUntil` is 2^64-1 for a tombstoned one, 0 for a free one.
    function provision(address operator, uint8 service)
        external
        view
        returns (
            uint256 own,
            uint256 delegated,
            uint256 ownThawing,
            uint256 delegatedThawing,
            uint256 locked,
            uint256 commissionBps,
            uint256 scoreBps,
            uint256 misses,
            uint256 jailedUntil,
            bool isRegistered,
            bool isEligible
        );
    /// @notice A position at present value, and the yield it can claim now: with all that the source says it has (`purposeOf`), with what was
    /// drawn before if it says nothing.
    function position(address owner, address operator, uint8 service, uint64 tag)
        external
        view
        returns (uint256 amount, uint256 shares, address holder, bool isOwn, uint256 yield);
    /// @notice Commission that the operator can claim now.
    function commission(address operator, uint8 service) external view returns (uint256 amount);
    /// @notice A ticket at present value; all zero when it was paid or taken back.
    function ticket(uint256 id)
        external
        view
        returns (address owner, address operator, uint8 service, uint64 tag, uint256 amount, uint256 endsAt);
    /// @notice How many tickets there were; ids run from 1.
    function tickets() external view returns (uint256);

    // The draw of auditors (dualproof.md section 3), from past stake. Zero for a provision that was not eligible.

    /// @notice Eligible stake of one operator now.
    function eligibleStake(address operator, uint8 service) external view returns (uint256);
    /// @notice Eligible stake of one operator at the end of second `timepoint`.
    function getPastStake(address operator, uint8 service, uint256 timepoint) external view returns (uint256);
    /// @notice Eligible stake of all operators now.
    function totalEligibleStake(uint8 service) external view returns (uint256);
    /// @notice Eligible stake of all operators at the end of second `timepoint`.
    function getPastTotalStake(uint8 service, uint256 timepoint) external view returns (uint256);

    // Votes (ERC-5805 reads, ERC-6372). Stake votes with its operator; a delegator may take the votes of its position back on a proposal.

    /// @notice Now, in unix seconds.
    function clock() external view returns (uint48);
    /// @notice "mode=timestamp".
    function CLOCK_MODE() external view returns (string memory);
    /// @notice Stake behind `account` as operator, over all services.
    function getVotes(address account) external view returns (uint256);
    /// @notice The same at the end of second `timepoint`.
    function getPastVotes(address account, uint256 timepoint) external view returns (uint256);
    /// @notice Votes of a delegated position within those of its operator at the end of second `timepoint`, rounded down; zero for own stake.
    function getPastPositionVotes(address owner, address operator, uint8 service, uint64 tag, uint256 timepoint)
        external
        view
        returns (uint256);

    // ERC-1363

    /// @notice Receives OMNIT with `stake` or `reward` as data.
    function onTransferReceived(address operator, address from, uint256 value, bytes calldata data) external returns (bytes4);
    /// @notice True for ERC-165, ERC-6372 and the ERC-1363 receiver.
    function supportsInterface(bytes4 interfaceId) external view returns (bool);
}
