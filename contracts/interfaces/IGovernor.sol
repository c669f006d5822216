// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// @title The governor of OmniTensor: proposals, votes, and their way into the timelock
/// @notice Whoever has enough votes proposes calls; everybody votes with the OMNIT they held, staked or had locked when voting began; what
/// passes is queued in the timelock, which owns every parameter of the suite, and executed after its delay.
/// @dev Units. Votes are base units of OMNIT (1e18), times are unix seconds of the block, durations seconds, values wei. A snapshot is the
/// end of its second. Functions, events with their order, errors, states, ids and signed types equal OpenZeppelin Contracts 5.7 (Governor
/// with Settings, Storage, CountingFractional, PreventLateQuorum, VotesQuorumFraction, TimelockControl, ProposalGuardian and NoncesKeyed)
/// except where a line below says "Differs". Events are not indexed, because indexers of Governor Bravo decode them so.
/// Only `execute`, `relay` and calls with empty calldata may carry value, and the last are refused. Malformed calldata and unknown
/// selectors revert without data.
interface IGovernor {
    /// @notice Where a proposal is. Expired never happens.
    enum ProposalState {
        Pending,
        Active,
        Canceled,
        Defeated,
        Succeeded,
        Queued,
        Expired,
        Executed
    }

    // Proposals

    /// @notice `proposer` proposed calls; votes are taken after `voteStart` until the end of `voteEnd`. `signatures` are empty.
    event ProposalCreated(
        uint256 proposalId,
        address proposer,
        address[] targets,
        uint256[] values,
        string[] signatures,
        bytes[] calldatas,
        uint256 voteStart,
        uint256 voteEnd,
        string description
    );
    /// @notice The proposal waits in the timelock until `etaSeconds`.
    event ProposalQueued(uint256 proposalId, uint256 etaSeconds);
    /// @notice The calls of the proposal were made.
    event ProposalExecuted(uint256 proposalId);
    /// @notice The proposal was canceled.
    event ProposalCanceled(uint256 proposalId);
    /// @notice The quorum was reached late, so voting goes on until `extendedDeadline`.
    event ProposalExtended(uint256 indexed proposalId, uint64 extendedDeadline);

    // Votes

    /// @notice `voter` voted with `weight`: `support` 0 against, 1 for, 2 abstain.
    event VoteCast(address indexed voter, uint256 proposalId, uint8 support, uint256 weight, string reason);
    /// @notice `voter` voted with `weight`, split as `params` says.
    event VoteCastWithParams(
        address indexed voter, uint256 proposalId, uint8 support, uint256 weight, string reason, bytes params
    );
    /// @notice A staker took `weight` out of what its operator `delegate` had voted (`support`; 255 when that was split).
    event VoteReduced(address indexed delegate, uint256 proposalId, uint8 support, uint256 weight);
    /// @notice A staker voted with the votes of its own position.
    event OverrideVoteCast(address indexed voter, uint256 proposalId, uint8 support, uint256 weight, string reason);

    // Parameters

    /// @notice Seconds between proposal and voting, for proposals from now on.
    event VotingDelaySet(uint256 oldVotingDelay, uint256 newVotingDelay);
    /// @notice Seconds of voting, for proposals from now on.
    event VotingPeriodSet(uint256 oldVotingPeriod, uint256 newVotingPeriod);
    /// @notice Votes that a proposer needs.
    event ProposalThresholdSet(uint256 oldProposalThreshold, uint256 newProposalThreshold);
    /// @notice Seconds that voting goes on for after a late quorum.
    event LateQuorumVoteExtensionSet(uint64 oldVoteExtension, uint64 newVoteExtension);
    /// @notice Parts of 10,000 of the voting supply that have to vote, for snapshots from now on.
    event QuorumNumeratorUpdated(uint256 oldQuorumNumerator, uint256 newQuorumNumerator);
    /// @notice The account that may cancel until the sunset.
    event ProposalGuardianSet(address oldProposalGuardian, address newProposalGuardian);
    /// @notice The timelock that proposals go through.
    event TimelockChange(address oldTimelock, address newTimelock);
    /// @notice `source` counts votes for snapshots from now on; `hasPositions` if stakers may override their operator there.
    event SourceAdded(address indexed source, bool hasPositions);
    /// @notice `source` counts no votes for snapshots from now on.
    event SourceRemoved(address indexed source);
    /// @notice Whether the balance of `holder` is left out of the supply that the quorum is a part of.
    event ExcludedSet(address indexed holder, bool isExcluded);
    /// @notice The excluded holders have `amount` together, for snapshots from now on.
    event ExcludedRecorded(uint256 amount);
    /// @notice Part of ERC-5267. Never emitted: name and version are constants of the code.
    event EIP712DomainChanged();

    // Proposals

    /// @notice A proposal needs at least one call (at most 4,095), and as many values and calldatas as targets.
    error GovernorInvalidProposalLength(uint256 targets, uint256 calldatas, uint256 values);
    /// @notice There is no such proposal.
    error GovernorNonexistentProposal(uint256 proposalId);
    /// @notice The proposal is not in a state that allows this. Bit n of `expectedStates` stands for state n of Pending, Active, Canceled,
    /// Defeated, Succeeded, Queued, Expired, Executed; none is set when the proposal should not exist yet.
    error GovernorUnexpectedProposalState(uint256 proposalId, ProposalState current, bytes32 expectedStates);
    /// @notice The proposer had `votes` in the last second, less than the `threshold`.
    error GovernorInsufficientProposerVotes(address proposer, uint256 votes, uint256 threshold);
    /// @notice The description names another proposer behind `#proposer=`.
    error GovernorRestrictedProposer(address proposer);
    /// @notice Only the guardian, or the proposer before voting begins (at any time when there is no guardian), may cancel the proposal.
    error GovernorUnableToCancel(uint256 proposalId, address account);

    // Votes

    /// @notice The account has no votes at the snapshot of this proposal, or has used them all.
    error GovernorAlreadyCastVote(address voter);
    /// @notice Support is 0 (against), 1 (for), 2 (abstain), or 255 (split) where a split is allowed.
    error GovernorInvalidVoteType();
    /// @notice Split votes need 48 bytes of params (against, for, abstain, 16 bytes each), others none.
    error GovernorInvalidVoteParams();
    /// @notice The split uses more votes than the account has left.
    error GovernorExceedRemainingWeight(address voter, uint256 usedVotes, uint256 remainingWeight);
    /// @notice The ballot was not signed by the voter, or its nonce was used.
    error GovernorInvalidSignature(address voter);
    /// @notice A source of votes does not answer. Vote with `castTokenVote` meanwhile; governance can remove the source.
    error SourceFailed(address source);
    /// @notice No source that counts for this proposal has positions of stakers.
    error NoPositions(uint256 proposalId);
    /// @notice The position belongs to `holder`, not to the caller.
    error NotHolder(address caller, address holder);
    /// @notice The position had no votes within those of its operator at the snapshot.
    error NothingToOverride(address owner, address operator);
    /// @notice The votes of this position were taken back on this proposal already.
    error GovernorAlreadyOverriddenVote(address account);

    // Parameters

    /// @notice Only an executed proposal may do this, through the timelock.
    error GovernorOnlyExecutor(address account);
    /// @notice Voting has to last at least one second.
    error GovernorInvalidVotingPeriod(uint256 votingPeriod);
    /// @notice Voting may be extended by at most the voting period.
    error GovernorPreventLateQuorumVoteExtensionTooLarge(uint256 newVoteExtension, uint256 maxVoteExtension);
    /// @notice The quorum is at most the whole supply.
    error GovernorInvalidQuorumFraction(uint256 quorumNumerator, uint256 quorumDenominator);
    /// @notice A value is above what is allowed; `name` says which one.
    error OutOfRange(bytes32 name, uint256 value, uint256 maximum);
    /// @notice The address is counted or excluded already, or is zero or the token.
    error InvalidSource(address source);
    /// @notice The address is not on the list.
    error UnknownSource(address source);
    /// @notice The list is full. A removed source keeps its place for 60 days, for proposals that still count it.
    error TooManySources(uint256 maximum);

    // The contract

    /// @notice The governor is set up already.
    error AlreadyInitialized();
    /// @notice The address is zero where somebody is needed.
    error ZeroAddress();
    /// @notice The governor takes no ether and no tokens: send them to the timelock.
    error GovernorDisabledDeposit();
    /// @notice A relayed call failed and gave no reason.
    error FailedCall();

    /// @notice Sets the governor up, once. Sent in the transaction that deploys.
    /// @dev In place of OpenZeppelin's constructor, with its events. `clerk` is the program that serves what is marked so below, by a delegate
    /// call: no word of that program can change, and neither can its address. `staking` and `vesting` become sources of votes, the first
    /// with positions; the timelock and `reserve` are excluded from the quorum's supply; zero is nobody. The guardian may cancel until
    /// `guardianSunset`, which nothing can move.
    function initialize(
        address clerk,
        address token,
        address staking,
        address vesting,
        address reserve,
        uint48 votingDelay,
        uint32 votingPeriod,
        uint256 proposalThreshold,
        uint48 voteExtension,
        uint256 quorumNumerator,
        address guardian,
        uint64 guardianSunset,
        address timelock
    ) external;

    // Proposals. Every function takes the calls of a proposal and keccak256 of its description, or only its id.

    /// @notice Proposes calls, to be made in their order by the timelock. Answers the id.
    /// @dev Needs `proposalThreshold` votes in the last second (OMNIT is counted first, other sources only as far as needed). A description
    /// that ends with `#proposer=0x` and 40 hexadecimal digits can be proposed by that account only. Records the excluded balances.
    /// Reverts with GovernorRestrictedProposer, GovernorInsufficientProposerVotes, GovernorInvalidProposalLength,
    /// GovernorUnexpectedProposalState when the same was proposed before.
    function propose(
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata calldatas,
        string calldata description
    ) external returns (uint256 proposalId);
    /// @notice Schedules a succeeded proposal in the timelock. Anybody may.
    function queue(
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata calldatas,
        bytes32 descriptionHash
    ) external returns (uint256 proposalId);
    /// @notice The same by id.
    function queue(uint256 proposalId) external;
    /// @notice Makes the calls of a queued proposal when its delay is over. Anybody may; value goes to the timelock.
    function execute(
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata calldatas,
        bytes32 descriptionHash
    ) external payable returns (uint256 proposalId);
    /// @notice The same by id.
    function execute(uint256 proposalId) external payable;
    /// @notice Ends a proposal, and its operation in the timelock if it is queued.
    /// @dev For the guardian in every state but the last ones, for the proposer while it is pending, and in every such state when there
    /// is no guardian or its sunset is over. Reverts with GovernorUnableToCancel, GovernorUnexpectedProposalState.
    function cancel(
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata calldatas,
        bytes32 descriptionHash
    ) external returns (uint256 proposalId);
    /// @notice The same by id.
    function cancel(uint256 proposalId) external;

    // Votes. All revert with GovernorUnexpectedProposalState unless the proposal is active, and with GovernorAlreadyCastVote.

    /// @notice Votes with everything the caller has left: `support` 0 against, 1 for, 2 abstain. Answers the votes used.
    /// @dev Differs: a vote is summed over OMNIT and every source that counts at the snapshot; SourceFailed when one does not answer.
    function castVote(uint256 proposalId, uint8 support) external returns (uint256 weight);
    /// @notice The same with a reason, which is only emitted.
    function castVoteWithReason(uint256 proposalId, uint8 support, string calldata reason)
        external
        returns (uint256 weight);
    /// @notice The same; `support` 255 splits as params say: against, for and abstain, 16 bytes each. The rest can be voted later.
    function castVoteWithReasonAndParams(
        uint256 proposalId,
        uint8 support,
        string calldata reason,
        bytes calldata params
    ) external returns (uint256 weight);
    /// @notice Votes as signed: Ballot(uint256 proposalId,uint8 support,address voter,uint256 nonce). Anybody may deliver it.
    /// @dev The nonce is `nonces(voter, uint192(proposalId))`, or `nonces(voter)`. It is used up, so a ballot works once.
    /// Differs: ECDSA is tried first, ERC-1271 second, whether or not the voter has code.
    function castVoteBySig(uint256 proposalId, uint8 support, address voter, bytes calldata signature)
        external
        returns (uint256 weight);
    /// @notice Votes as signed: ExtendedBallot(uint256 proposalId,uint8 support,address voter,uint256 nonce,string reason,bytes params).
    function castVoteWithReasonAndParamsBySig(
        uint256 proposalId,
        uint8 support,
        address voter,
        string calldata reason,
        bytes calldata params,
        bytes calldata signature
    ) external returns (uint256 weight);
    /// @notice Votes with delegated OMNIT only, so that a source that fails keeps nobody from voting. The rest can be voted later.
    function castTokenVote(uint256 proposalId, uint8 support, string calldata reason) external returns (uint256 weight);
    /// @notice Takes the votes of a staked position out of its operator's, and votes with them: once per position and proposal.
    /// @dev The caller is the present holder of the position. The votes are those of the position at the snapshot, rounded down. Where the
    /// operator has voted, they leave what it has not used first, then its votes: from a split in proportion, rounded against "abstain".
    /// Reverts with NoPositions, NotHolder, NothingToOverride, GovernorAlreadyOverriddenVote, GovernorInvalidVoteType.
    function castOverrideVote(
        uint256 proposalId,
        uint8 support,
        string calldata reason,
        address operator,
        uint8 service,
        address owner,
        uint64 tag
    ) external returns (uint256 weight);

    // Served by the clerk from here on, but for `hashProposal`, `getProposalId` and `state`; `castOverrideVote` is, too.

    // Parameters. Only by an executed proposal: the caller is the timelock, and the call is one that the proposal makes now.

    /// @notice Sets the delay before voting, at most 30 days.
    function setVotingDelay(uint48 newVotingDelay) external;
    /// @notice Sets the time of voting, 1 second to 30 days.
    function setVotingPeriod(uint32 newVotingPeriod) external;
    /// @notice Sets the votes that a proposer needs, at most 10,000,000 OMNIT.
    function setProposalThreshold(uint256 newProposalThreshold) external;
    /// @notice Sets the extension after a late quorum, at most the voting period.
    function setLateQuorumVoteExtension(uint48 newVoteExtension) external;
    /// @notice Sets the quorum in parts of 10,000. Proposals keep the quorum of their snapshot.
    function updateQuorumNumerator(uint256 newQuorumNumerator) external;
    /// @notice Names another guardian; zero is nobody. The sunset stays.
    function setProposalGuardian(address newProposalGuardian) external;
    /// @notice Names another timelock. Differs: zero is refused. What the old one has queued counts as canceled here.
    function updateTimelock(address newTimelock) external;
    /// @notice Counts the votes of another source (`getPastVotes`), at most 3 beside OMNIT. With `hasPositions` it answers like IStaking.
    function addSource(address source, bool hasPositions) external;
    /// @notice Stops counting a source, for snapshots from now on.
    function removeSource(address source) external;
    /// @notice Leaves the balance of `holder` out of the quorum's supply, or takes it back in; at most 4 beside the timelock.
    function setExcluded(address holder, bool isExcluded) external;
    /// @notice Calls `target` from here, for whatever came here by mistake.
    function relay(address target, uint256 value, bytes calldata data) external payable;

    /// @notice Records what the excluded holders have now, for snapshots from now on. Anybody may; `propose` does.
    function recordExcluded() external returns (uint256 amount);

    // Views of proposals

    /// @notice Id of a proposal: keccak256 of its ABI-encoded parts.
    function hashProposal(
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata calldatas,
        bytes32 descriptionHash
    ) external pure returns (uint256);
    /// @notice The same.
    function getProposalId(
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata calldatas,
        bytes32 descriptionHash
    ) external view returns (uint256);
    /// @notice State of a proposal; GovernorNonexistentProposal if there is none.
    function state(uint256 proposalId) external view returns (ProposalState);
    /// @notice End of the second at which votes are counted; 0 for no proposal.
    function proposalSnapshot(uint256 proposalId) external view returns (uint256);
    /// @notice Last second of voting; 0 for no proposal.
    function proposalDeadline(uint256 proposalId) external view returns (uint256);
    /// @notice Who proposed it.
    function proposalProposer(uint256 proposalId) external view returns (address);
    /// @notice When a queued proposal can be executed; 0 before it is queued.
    function proposalEta(uint256 proposalId) external view returns (uint256);
    /// @notice True.
    function proposalNeedsQueuing(uint256 proposalId) external view returns (bool);
    /// @notice Votes so far.
    function proposalVotes(uint256 proposalId)
        external
        view
        returns (uint256 againstVotes, uint256 forVotes, uint256 abstainVotes);
    /// @notice Whether `account` has voted.
    function hasVoted(uint256 proposalId, address account) external view returns (bool);
    /// @notice Votes that `account` has used, less what stakers took back.
    function usedVotes(uint256 proposalId, address account) external view returns (uint256);
    /// @notice Votes that stakers took back from `operator`.
    function overriddenVotes(uint256 proposalId, address operator) external view returns (uint256);
    /// @notice How many proposals there are.
    function proposalCount() external view returns (uint256);
    /// @notice Parts of a proposal; GovernorNonexistentProposal if there is none.
    function proposalDetails(uint256 proposalId)
        external
        view
        returns (address[] memory targets, uint256[] memory values, bytes[] memory calldatas, bytes32 descriptionHash);
    /// @notice Parts of proposal `index`, counted from 0 in the order of proposing; Panic(0x32) if there is none.
    function proposalDetailsAt(uint256 index)
        external
        view
        returns (
            uint256 proposalId,
            address[] memory targets,
            uint256[] memory values,
            bytes[] memory calldatas,
            bytes32 descriptionHash
        );

    // Views of votes

    /// @notice Votes of `account` at the end of second `timepoint`, which must be over, summed over the sources that count then.
    function getVotes(address account, uint256 timepoint) external view returns (uint256);
    /// @notice The same; params do not matter.
    function getVotesWithParams(address account, uint256 timepoint, bytes calldata params)
        external
        view
        returns (uint256);
    /// @notice Votes for and abstain that a proposal with this snapshot needs: numerator parts of 10,000 of the past total supply less
    /// what the excluded holders had as last recorded, rounded down. Differs in what it leaves out.
    function quorum(uint256 timepoint) external view returns (uint256);
    /// @notice Parts of 10,000 now.
    function quorumNumerator() external view returns (uint256);
    /// @notice Parts of 10,000 at `timepoint`.
    function quorumNumerator(uint256 timepoint) external view returns (uint256);
    /// @notice 10,000.
    function quorumDenominator() external view returns (uint256);
    /// @notice Balances of the excluded holders as recorded at `timepoint`.
    function excludedAt(uint256 timepoint) external view returns (uint256);
    /// @notice Whether the balance of `holder` is left out.
    function isExcluded(address holder) external view returns (bool);
    /// @notice Source `index` from 0 to 2: it counts for snapshots from `from` to before `until` (0: without end). Zero for an empty place.
    function sourceAt(uint256 index)
        external
        view
        returns (address source, bool hasPositions, uint64 from, uint64 until);
    /// @notice "support=bravo,fractional&quorum=for,abstain&params=fractional".
    function COUNTING_MODE() external view returns (string memory);

    // Views of parameters

    /// @notice The program that serves parameters and views in the place of the governor.
    function clerk() external view returns (address);
    /// @notice "OmniTensor Governor".
    function name() external view returns (string memory);
    /// @notice "1".
    function version() external view returns (string memory);
    /// @notice OMNIT.
    function token() external view returns (address);
    /// @notice Where proposals are queued, and who executes them.
    function timelock() external view returns (address);
    /// @notice Seconds between proposal and voting.
    function votingDelay() external view returns (uint256);
    /// @notice Seconds of voting.
    function votingPeriod() external view returns (uint256);
    /// @notice Votes that a proposer needs.
    function proposalThreshold() external view returns (uint256);
    /// @notice Seconds that voting goes on for after a late quorum.
    function lateQuorumVoteExtension() external view returns (uint48);
    /// @notice Who may cancel; zero when the sunset is over.
    function proposalGuardian() external view returns (address);
    /// @notice From when on there is no guardian.
    function guardianSunset() external view returns (uint64);
    /// @notice Now, in unix seconds.
    function clock() external view returns (uint48);
    /// @notice "mode=timestamp".
    function CLOCK_MODE() external view returns (string memory);

    // Signatures (ERC-5267) and nonces

    /// @notice Type hash of Ballot.
    function BALLOT_TYPEHASH() external view returns (bytes32);
    /// @notice Type hash of ExtendedBallot.
    function EXTENDED_BALLOT_TYPEHASH() external view returns (bytes32);
    /// @notice Next nonce of `owner` without a key.
    function nonces(address owner) external view returns (uint256);
    /// @notice Next nonce of `owner` under `key`, with the key in its high 192 bits.
    function nonces(address owner, uint192 key) external view returns (uint256);
    /// @notice ERC-5267: fields 0x0f, name, version, chain id, this contract, no salt, no extensions.
    function eip712Domain()
        external
        view
        returns (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        );

    // Deposits, refused

    /// @notice Reverts with GovernorDisabledDeposit.
    function onERC721Received(address operator, address from, uint256 tokenId, bytes calldata data)
        external
        returns (bytes4);
    /// @notice Reverts with GovernorDisabledDeposit.
    function onERC1155Received(address operator, address from, uint256 id, uint256 value, bytes calldata data)
        external
        returns (bytes4);
    /// @notice Reverts with GovernorDisabledDeposit.
    function onERC1155BatchReceived(
        address operator,
        address from,
        uint256[] calldata ids,
        uint256[] calldata values,
        bytes calldata data
    ) external returns (bytes4);

    /// @notice True for ERC-165, the Governor (with and without getProposalId) and the ERC-1155 receiver.
    function supportsInterface(bytes4 interfaceId) external view returns (bool);
}
