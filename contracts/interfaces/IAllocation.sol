// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// @title Merkle campaigns: one transaction promises OMNIT to any number of accounts, as locks or liquid
/// @notice The owner of a campaign pays its fund in and publishes the root of a list. Whoever shows that an entry is on the list makes this
/// contract pay it, once: as a lock in the vesting contract, or as OMNIT. After the expiry the owner takes back what is left.
/// @dev Units. Amounts are base units of OMNIT (1 OMNIT = 1e18); `start`, `cliff` and `At` are unix seconds.
/// An entry is (uint256 index, address account, uint256 amount, bytes32 terms). Its leaf is keccak256(keccak256(abi.encode(entry))), and nodes hash
/// their two children in ascending order, so that the root is that of OpenZeppelin's StandardMerkleTree over the same columns. `terms` is
/// zero for liquid OMNIT, else keccak256(abi.encode(uint64 start, uint64 cliff, uint8 flags, bytes32[] points)), see IVesting.
/// An index must be used once in a list: entries with the same index exclude each other. The leaf does not name the campaign: a list
/// that is opened twice is paid twice.
/// Every campaign pays out of its own fund only. Nobody owns the contract, nothing in it can be changed, it approves nobody, and locks are made
/// in one vesting contract, set at deployment.
/// Every function refuses value. Malformed calldata and unknown selectors revert without data.
interface IAllocation {
    /// @notice `owner` opened campaign `id` over the list with `root` and paid `amount` in. `uri` is where the list is said to be: not to be
    /// trusted, but what is found there can be checked against the root.
    event CampaignOpened(
        uint256 indexed id, address indexed owner, bytes32 indexed root, uint256 amount, uint256 expiresAt, string uri
    );
    /// @notice `from` added `amount` to the fund of campaign `id`.
    event ToppedUp(uint256 indexed id, address indexed from, uint256 amount);
    /// @notice Entry `index` of campaign `id` was paid to `account`: liquid when `terms` is zero, else as a lock.
    event Claimed(uint256 indexed id, uint256 indexed index, address indexed account, uint256 amount, bytes32 terms);
    /// @notice `amount`, all that was left, went back to the owner.
    event ClawedBack(uint256 indexed id, address indexed owner, uint256 amount);

    /// @notice `initialize` was done before.
    error AlreadyInitialized();
    /// @notice The address is zero where somebody is needed.
    error ZeroAddress();
    /// @notice Only OMNIT calls this.
    error NotToken(address caller);
    /// @notice The data of a transfer is neither `open` nor `topUp`.
    error UnknownAction(bytes4 selector);
    /// @notice There is no such campaign.
    error UnknownCampaign(uint256 id);
    /// @notice A root of zero is the root of no list.
    error ZeroRoot();
    /// @notice The fund, or what is added to it, is zero.
    error ZeroAmount();
    /// @notice A campaign ends after now and at `latest`, ten years from now, at the latest.
    error InvalidExpiry(uint256 expiresAt, uint256 latest);
    /// @notice The campaign is `owner`'s.
    error NotOwner(uint256 id, address owner, address caller);
    /// @notice The campaign ended at `expiresAt`.
    error Expired(uint256 id, uint256 expiresAt);
    /// @notice The campaign goes on until `expiresAt`.
    error NotExpired(uint256 id, uint256 expiresAt);
    /// @notice Entry `index` was paid.
    error AlreadyClaimed(uint256 id, uint256 index);
    /// @notice The proof does not lead from this entry to the root of the campaign.
    error InvalidProof(uint256 id, uint256 index);
    /// @notice The fund holds `left`, less than the `needed` amount: its owner paid in less than the list promises. Anybody may top it up.
    error FundExhausted(uint256 id, uint256 left, uint256 needed);
    /// @notice The fund is empty.
    error NothingLeft(uint256 id);

    /// @notice Sets the two contracts, once. Sent in the transaction that deploys, because anybody may call it first.
    function initialize(address token, address vesting) external;

    /// @notice As the data of `IToken.transferAndCall(allocation, amount, data)`: opens the next campaign with the amount as its fund. Its owner is
    /// who the tokens came from.
    /// @dev Refused when called directly (NotToken). Ids run from 1. Reverts with ZeroRoot, ZeroAmount, InvalidExpiry.
    function open(bytes32 root, uint64 expiresAt, string calldata uri) external;
    /// @notice As the data of `IToken.transferAndCall(allocation, amount, data)`: adds the amount to the fund of campaign `id`. Whoever pays it in, it
    /// is the owner who takes it back if nobody claims it.
    /// @dev Refused when called directly (NotToken). Reverts with UnknownCampaign, ZeroAmount, Expired.
    function topUp(uint256 id) external;
    /// @notice Pays entry `index` of campaign `id` to `account`. Anybody may deliver it.
    /// @dev Without points and with `start`, `cliff` and `flags` zero the entry is liquid. Otherwise a lock is made with `account` as beneficiary and
    /// the campaign's owner as funder; if the vesting contract refuses it, the whole call reverts with its reason and the entry stays claimable.
    /// Reverts with UnknownCampaign, Expired, InvalidProof (also beyond 32 hashes), AlreadyClaimed, FundExhausted.
    function claim(
        uint256 id,
        uint32 index,
        address account,
        uint256 amount,
        uint64 start,
        uint64 cliff,
        uint8 flags,
        bytes32[] calldata points,
        bytes32[] calldata proof
    ) external;
    /// @notice Sends all that is left of an expired campaign to its owner, who must be the caller.
    /// @dev Reverts with UnknownCampaign, NotOwner, NotExpired, NothingLeft.
    function clawBack(uint256 id) external returns (uint256 amount);

    /// @notice OMNIT.
    function token() external view returns (address);
    /// @notice Where locks are made.
    function vesting() external view returns (address);
    /// @notice How many campaigns there were; ids run from 1.
    function campaigns() external view returns (uint256);
    /// @notice A campaign; `funded` is all that was paid in, `left` what can still be claimed or taken back.
    /// @dev Reverts with UnknownCampaign.
    function campaign(uint256 id)
        external
        view
        returns (address owner, bytes32 root, uint256 funded, uint256 left, uint256 expiresAt);
    /// @notice Whether entry `index` of campaign `id` was paid.
    function isClaimed(uint256 id, uint32 index) external view returns (bool);
    /// @notice 256 answers of `isClaimed` at once: bit i, counted from the lowest, is entry 256 * word + i.
    function claimedWord(uint256 id, uint32 word) external view returns (uint256);

    /// @notice Receives OMNIT with `open` or `topUp` as data (ERC-1363).
    function onTransferReceived(address operator, address from, uint256 value, bytes calldata data)
        external
        returns (bytes4);
    /// @notice True for ERC-165 and the ERC-1363 receiver.
    function supportsInterface(bytes4 interfaceId) external view returns (bool);
}
