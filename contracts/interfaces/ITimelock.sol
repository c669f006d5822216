// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// @title The timelock of OmniTensor: what governance decides happens after a delay, in public
/// @notice Owns every parameter of the suite. A proposer schedules an operation (a call, or calls in order); an executor may carry it out
/// once its delay is over; a canceller may withdraw it before. Anybody can see what is coming and leave in time.
/// @dev Units. Delays and times are unix seconds of the block, values are wei. An operation is known by the hash of its calls, its
/// predecessor and its salt, so that nothing else can be executed in its name.
/// Functions, events with their order, errors, states and returns equal OpenZeppelin Contracts 5.7 (TimelockController with
/// AccessControl, ERC721Holder, ERC1155Holder) except where a line below says "Differs". Only `execute`, `executeBatch` and calls with
/// empty calldata may carry value. Malformed calldata (too short, dirty high bits, offsets that leave it) and unknown selectors revert
/// without data. Differs: an offset within `payloads` that points before its array is malformed here; no encoder writes one.
interface ITimelock {
    /// @notice Where an operation is: not known, waiting for its delay, ready to execute, done.
    enum OperationState {
        Unset,
        Waiting,
        Ready,
        Done
    }

    // Operations

    /// @notice Call `index` of operation `id` was scheduled: `target` gets `data` and `value` wei, not before `delay` seconds have passed, and
    /// not before operation `predecessor` is done (zero: no such condition).
    event CallScheduled(
        bytes32 indexed id,
        uint256 indexed index,
        address target,
        uint256 value,
        bytes data,
        bytes32 predecessor,
        uint256 delay
    );
    /// @notice Call `index` of operation `id` was made. Emitted behind whatever the call itself emitted.
    event CallExecuted(bytes32 indexed id, uint256 indexed index, address target, uint256 value, bytes data);
    /// @notice Operation `id` was scheduled with this salt. Not emitted for salt zero.
    event CallSalt(bytes32 indexed id, bytes32 salt);
    /// @notice Operation `id` was withdrawn. It can be scheduled again.
    event Cancelled(bytes32 indexed id);
    /// @notice Operations scheduled from now on wait at least `newDuration` seconds.
    event MinDelayChange(uint256 oldDuration, uint256 newDuration);

    // Roles

    /// @notice Part of AccessControl. Never emitted: the admin of every role is DEFAULT_ADMIN_ROLE.
    event RoleAdminChanged(bytes32 indexed role, bytes32 indexed previousAdminRole, bytes32 indexed newAdminRole);
    /// @notice `account` has `role` from now on; `sender` gave it.
    event RoleGranted(bytes32 indexed role, address indexed account, address indexed sender);
    /// @notice `account` has `role` no longer; `sender` took it, which is `account` itself when it renounced.
    event RoleRevoked(bytes32 indexed role, address indexed account, address indexed sender);

    /// @notice The timelock is set up already.
    error AlreadyInitialized();
    /// @notice A batch needs as many values and payloads as targets.
    error TimelockInvalidOperationLength(uint256 targets, uint256 payloads, uint256 values);
    /// @notice The delay is shorter than the shortest one allowed, in seconds.
    error TimelockInsufficientDelay(uint256 delay, uint256 minDelay);
    /// @notice The operation is not in a state that allows this. Bit n of `expectedStates` stands for state n of Unset, Waiting, Ready, Done.
    error TimelockUnexpectedOperationState(bytes32 operationId, bytes32 expectedStates);
    /// @notice Another operation has to be executed before this one.
    error TimelockUnexecutedPredecessor(bytes32 predecessorId);
    /// @notice Only the timelock itself may do this, by an operation that was scheduled.
    error TimelockUnauthorizedCaller(address caller);
    /// @notice The account does not have the role that this needs.
    error AccessControlUnauthorizedAccount(address account, bytes32 neededRole);
    /// @notice A role is renounced by the account itself, which names itself to confirm.
    error AccessControlBadConfirmation();
    /// @notice A call of the operation failed and gave no reason, for instance because the timelock has less than the value.
    error FailedCall();

    /// @notice Sets the shortest delay and the first roles, once: proposers are cancellers as well, the timelock itself is admin, and `admin` is
    /// one too unless it is zero. Sent in the transaction that deploys.
    /// @dev In place of OpenZeppelin's constructor, with its events in its order. `address(0)` among the executors lets everybody execute. An
    /// `admin` can grant and take roles without a delay: it should renounce when the roles are set.
    function initialize(uint256 minDelay, address[] calldata proposers, address[] calldata executors, address admin)
        external;

    // Operations

    /// @notice Schedules one call. For proposers.
    /// @dev Reverts with TimelockUnexpectedOperationState when the operation is known already (executed ones stay known), with
    /// TimelockInsufficientDelay, and with Panic(0x11) when the time is beyond 2^256.
    function schedule(
        address target,
        uint256 value,
        bytes calldata data,
        bytes32 predecessor,
        bytes32 salt,
        uint256 delay
    ) external;
    /// @notice Schedules calls that are made in their order, all or none. For proposers.
    /// @dev As `schedule`; reverts with TimelockInvalidOperationLength when the lists have different lengths.
    function scheduleBatch(
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata payloads,
        bytes32 predecessor,
        bytes32 salt,
        uint256 delay
    ) external;
    /// @notice Withdraws an operation that waits or is ready. For cancellers.
    function cancel(bytes32 id) external;
    /// @notice Makes the call of an operation that is ready. For executors, or everybody if the zero address is one.
    /// @dev Value sent along stays with the timelock; what the call carries comes out of all it has. A failure of the target is passed on
    /// unchanged, FailedCall if it gave no data; a target without code succeeds. The operation must still be ready when the call is over, so
    /// that nobody executes it a second time, or cancels it, from inside.
    function execute(address target, uint256 value, bytes calldata payload, bytes32 predecessor, bytes32 salt)
        external
        payable;
    /// @notice Makes the calls of an operation that is ready. For executors, or everybody if the zero address is one.
    /// @dev As `execute`.
    function executeBatch(
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata payloads,
        bytes32 predecessor,
        bytes32 salt
    ) external payable;
    /// @notice Changes the shortest delay. For the timelock itself, so only by an operation; those that are scheduled keep their time.
    function updateDelay(uint256 newDelay) external;

    // Views of operations

    /// @notice Whether an operation is known: it waits, is ready, or is done.
    function isOperation(bytes32 id) external view returns (bool);
    /// @notice Whether an operation waits or is ready.
    function isOperationPending(bytes32 id) external view returns (bool);
    /// @notice Whether an operation can be executed, as far as its delay goes.
    function isOperationReady(bytes32 id) external view returns (bool);
    /// @notice Whether an operation was executed.
    function isOperationDone(bytes32 id) external view returns (bool);
    /// @notice When an operation becomes ready: 0 if it is not known, 1 if it is done.
    function getTimestamp(bytes32 id) external view returns (uint256);
    /// @notice State of an operation.
    function getOperationState(bytes32 id) external view returns (OperationState);
    /// @notice Shortest delay of operations scheduled now.
    function getMinDelay() external view returns (uint256);
    /// @notice Id of an operation of one call: keccak256 of the ABI-encoded parameters.
    function hashOperation(address target, uint256 value, bytes calldata data, bytes32 predecessor, bytes32 salt)
        external
        pure
        returns (bytes32);
    /// @notice Id of an operation of several calls: keccak256 of the ABI-encoded parameters. The lengths are not compared.
    function hashOperationBatch(
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata payloads,
        bytes32 predecessor,
        bytes32 salt
    ) external pure returns (bytes32);

    // Roles (AccessControl)

    /// @notice Role of those who may schedule.
    function PROPOSER_ROLE() external view returns (bytes32);
    /// @notice Role of those who may execute.
    function EXECUTOR_ROLE() external view returns (bytes32);
    /// @notice Role of those who may cancel.
    function CANCELLER_ROLE() external view returns (bytes32);
    /// @notice Role of those who may grant and take roles, zero: the timelock itself.
    function DEFAULT_ADMIN_ROLE() external view returns (bytes32);
    /// @notice Whether `account` has `role`.
    function hasRole(bytes32 role, address account) external view returns (bool);
    /// @notice The role whose members grant and take `role`: DEFAULT_ADMIN_ROLE for every one.
    function getRoleAdmin(bytes32 role) external view returns (bytes32);
    /// @notice Gives a role. For admins. Nothing happens, and nothing is emitted, if `account` has it.
    function grantRole(bytes32 role, address account) external;
    /// @notice Takes a role. For admins. Nothing happens, and nothing is emitted, if `account` does not have it.
    function revokeRole(bytes32 role, address account) external;
    /// @notice Gives up a role of the caller, who is `callerConfirmation`.
    function renounceRole(bytes32 role, address callerConfirmation) external;

    // Holding

    /// @notice Accepts an ERC-721 token of anybody.
    function onERC721Received(address operator, address from, uint256 tokenId, bytes calldata data)
        external
        returns (bytes4);
    /// @notice Accepts ERC-1155 tokens of anybody.
    function onERC1155Received(address operator, address from, uint256 id, uint256 value, bytes calldata data)
        external
        returns (bytes4);
    /// @notice Accepts several kinds of ERC-1155 tokens of anybody.
    function onERC1155BatchReceived(
        address operator,
        address from,
        uint256[] calldata ids,
        uint256[] calldata values,
        bytes calldata data
    ) external returns (bytes4);
    /// @notice Accepts value of anybody.
    receive() external payable;

    /// @notice True for ERC-165, AccessControl and the ERC-1155 receiver.
    function supportsInterface(bytes4 interfaceId) external view returns (bool);
}
