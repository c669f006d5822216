// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// @title OMNIT, the token of the OmniTensor network
/// @notice An ERC-20 with votes, permits and transfer authorizations. 1,000,000,000 OMNIT exist from genesis on; burning is the
/// only way the supply changes. Nobody owns the contract: no mint, no pause, no fee, no list.
/// @dev Units. Amounts, votes and supplies are base units (1 OMNIT = 1e18). Times are unix seconds of the block. `nonces` count
/// accepted signatures of one account; ERC-3009 nonces are arbitrary 32-byte words chosen by the signer.
/// Every function refuses value. Malformed calldata (too short, dirty high bits) and unknown selectors revert without data.
/// Balances, returns, events with their order, and errors equal OpenZeppelin Contracts 5.7 (ERC20, ERC20Burnable, ERC20Permit,
/// ERC20Votes with a timestamp clock, ERC3009, ERC1363) except where a line below says "Differs".
interface IToken {
    // ERC-20

    /// @notice `amount` moved from `from` to `to`; `from` is zero at genesis, `to` is zero when burned.
    event Transfer(address indexed from, address indexed to, uint256 amount);
    /// @notice `owner` set the allowance of `spender` to `amount`. Spending an allowance emits no event.
    event Approval(address indexed owner, address indexed spender, uint256 amount);

    // ERC-5805

    /// @notice The votes of `delegator` belong to `toDelegate` from now on. Zero means to nobody.
    event DelegateChanged(address indexed delegator, address indexed fromDelegate, address indexed toDelegate);
    /// @notice The votes held by `delegate` changed. Never emitted when a move has amount zero.
    event DelegateVotesChanged(address indexed delegate, uint256 previousVotes, uint256 newVotes);

    // ERC-3009

    /// @notice An authorization was consumed by a transfer; emitted before the `Transfer`.
    event AuthorizationUsed(address indexed authorizer, bytes32 indexed nonce);
    /// @notice An authorization was consumed by its signer's cancellation.
    event AuthorizationCanceled(address indexed authorizer, bytes32 indexed nonce);

    // ERC-5267

    /// @notice Part of ERC-5267. Never emitted: name and version are constants of the code.
    event EIP712DomainChanged();

    // ERC-6093

    /// @notice `sender` holds `balance`, less than the `needed` amount.
    error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed);
    /// @notice Tokens cannot leave this account (the zero address).
    error ERC20InvalidSender(address sender);
    /// @notice Tokens cannot go to this account (the zero address), or the caller may not receive on its behalf.
    error ERC20InvalidReceiver(address receiver);
    /// @notice `spender` may spend `allowance`, less than the `needed` amount.
    error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed);
    /// @notice This account cannot grant an allowance (the zero address).
    error ERC20InvalidApprover(address approver);
    /// @notice This account cannot receive an allowance (the zero address).
    error ERC20InvalidSpender(address spender);

    // Signatures

    /// @notice No account signed this digest with these v, r, s.
    error ECDSAInvalidSignature();
    /// @notice `s` lies in the upper half of the curve order: the malleable twin of a signature.
    error ECDSAInvalidSignatureS(bytes32 s);
    /// @notice The permit ended at `deadline`.
    error ERC2612ExpiredSignature(uint256 deadline);
    /// @notice The permit was signed by `signer`, not by `owner`. `signer` is zero when the signature names nobody.
    error ERC2612InvalidSigner(address signer, address owner);
    /// @notice The delegation by signature ended at `expiry`.
    error VotesExpiredSignature(uint256 expiry);
    /// @notice The signed nonce is not `currentNonce`, the next one of `account`.
    error InvalidAccountNonce(address account, uint256 currentNonce);
    /// @notice The authorization was not signed by its authorizer.
    error ERC3009InvalidSignature();
    /// @notice Now is not strictly between `validAfter` and `validBefore`.
    error ERC3009InvalidAuthorizationTime(uint256 validAfter, uint256 validBefore);
    /// @notice `authorizer` already used or canceled `nonce`.
    error ERC3009UsedAuthorization(address authorizer, bytes32 nonce);

    // ERC-5805 and ERC-1363

    /// @notice Past votes are final only for times before the present `clock`.
    error ERC5805FutureLookup(uint256 timepoint, uint48 clock);
    /// @notice `receiver` has no code or did not accept the tokens.
    error ERC1363InvalidReceiver(address receiver);
    /// @notice `spender` has no code or did not accept the approval.
    error ERC1363InvalidSpender(address spender);

    // Genesis

    /// @notice The token has its holders already.
    error AlreadyInitialized();
    /// @notice Every holder needs exactly one amount.
    error GenesisLengthMismatch(uint256 holders, uint256 amounts);
    /// @notice Entry `index` names the zero address.
    error GenesisZeroHolder(uint256 index);
    /// @notice Entry `index` is worth nothing.
    error GenesisZeroAmount(uint256 index);
    /// @notice `holder` is listed twice.
    error GenesisDuplicateHolder(address holder);
    /// @notice The amounts add up to `sum`, not to the cap of 1e27; `sum` is what was counted when the cap was passed.
    error GenesisSupplyMismatch(uint256 sum, uint256 cap);

    /// @notice A vote count and the time from which it holds. Votes fit 96 bits; the shape is OpenZeppelin's.
    struct Checkpoint208 {
        uint48 _key;
        uint208 _value;
    }

    /// @notice Creates the whole supply and hands it to `holders`, entry by entry. Works once.
    /// @dev Sent by the deployer in the same transaction as the deployment, because anybody may call it first.
    /// The amounts must add up to exactly 1e27. Emits one `Transfer` from zero per entry. Reverts with the errors of "Genesis".
    function initialize(address[] calldata holders, uint256[] calldata amounts) external;

    // ERC-20. Zero-amount transfers succeed and emit.

    /// @notice "OmniTensor".
    function name() external view returns (string memory);
    /// @notice "OMNIT".
    function symbol() external view returns (string memory);
    /// @notice 18.
    function decimals() external view returns (uint8);
    /// @notice All tokens: 1e27 at genesis, less what was burned.
    function totalSupply() external view returns (uint256);
    /// @notice Tokens held by `account`.
    function balanceOf(address account) external view returns (uint256);
    /// @notice Moves `amount` from the caller to `to`, with the votes that ride on it. Always returns true.
    /// @dev Reverts with ERC20InvalidReceiver for zero, ERC20InsufficientBalance.
    function transfer(address to, uint256 amount) external returns (bool);
    /// @notice What `spender` may still spend of `owner`.
    function allowance(address owner, address spender) external view returns (uint256);
    /// @notice Sets what `spender` may spend of the caller; 2^256-1 is never used up. Always returns true.
    /// @dev Reverts with ERC20InvalidSpender for zero. WARNING: a change from one non-zero value to another can be raced by the spender.
    function approve(address spender, uint256 amount) external returns (bool);
    /// @notice Moves `amount` from `from` to `to` out of the caller's allowance. Always returns true.
    /// @dev Reverts with ERC20InsufficientAllowance first, then like `transfer`.
    function transferFrom(address from, address to, uint256 amount) external returns (bool);

    // Burning

    /// @notice Destroys `amount` of the caller. Lowers the total supply and the votes that ride on it.
    /// @dev Reverts with ERC20InsufficientBalance.
    function burn(uint256 amount) external;
    /// @notice Destroys `amount` of `account` out of the caller's allowance.
    /// @dev Reverts with ERC20InsufficientAllowance first, then like `burn`.
    function burnFrom(address account, uint256 amount) external;

    // ERC-2612. Anybody may deliver a permit.

    /// @notice Sets the allowance as `owner` signed it: Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline).
    /// @dev ECDSA only. Reverts with ERC2612ExpiredSignature after `deadline`, ECDSAInvalidSignature, ECDSAInvalidSignatureS,
    /// ERC2612InvalidSigner (also for a used nonce), ERC20InvalidSpender. WARNING: a permit can be delivered by anyone who sees it, so a
    /// contract that calls it must go on when the allowance is already there.
    function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;
    /// @notice The same for any kind of account: a 65-byte ECDSA signature r, s, v, or whatever `owner` accepts through ERC-1271.
    /// @dev ECDSA is tried first, so that an EIP-7702 account can always sign with its key. Reverts like the other form, with
    /// ERC2612InvalidSigner for every bad signature.
    function permit(address owner, address spender, uint256 value, uint256 deadline, bytes calldata signature) external;
    /// @notice The next nonce of `owner`, shared by permit and delegateBySig.
    function nonces(address owner) external view returns (uint256);
    /// @notice Hash of the EIP-712 domain of this contract on the present chain.
    function DOMAIN_SEPARATOR() external view returns (bytes32);
    /// @notice ERC-5267: fields 0x0f, name "OmniTensor", version "1", chain id, this contract, no salt, no extensions.
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

    // ERC-5805 and ERC-6372. Votes count for the delegate that an account named; an account that named nobody has no votes.

    /// @notice Now, in unix seconds.
    function clock() external view returns (uint48);
    /// @notice "mode=timestamp".
    function CLOCK_MODE() external view returns (string memory);
    /// @notice Votes of `account` now.
    function getVotes(address account) external view returns (uint256);
    /// @notice Votes of `account` at the end of second `timepoint`. Never changes once readable.
    /// @dev Reverts with ERC5805FutureLookup unless `timepoint` is before now.
    function getPastVotes(address account, uint256 timepoint) external view returns (uint256);
    /// @notice Total supply at the end of second `timepoint`, votes that nobody was given included.
    /// @dev Reverts with ERC5805FutureLookup unless `timepoint` is before now.
    function getPastTotalSupply(uint256 timepoint) external view returns (uint256);
    /// @notice Who votes with the tokens of `account`; zero means nobody.
    function delegates(address account) external view returns (address);
    /// @notice Gives the votes of the caller, now and in future, to `delegatee`; zero takes them back from everybody.
    function delegate(address delegatee) external;
    /// @notice Delegates as signed: Delegation(address delegatee,uint256 nonce,uint256 expiry). Anybody may deliver it.
    /// @dev ECDSA only. Reverts with VotesExpiredSignature after `expiry`, ECDSAInvalidSignature, ECDSAInvalidSignatureS, InvalidAccountNonce.
    function delegateBySig(address delegatee, uint256 nonce, uint256 expiry, uint8 v, bytes32 r, bytes32 s) external;
    /// @notice How many checkpoints the votes of `account` have: one per second in which they changed.
    function numCheckpoints(address account) external view returns (uint32);
    /// @notice Checkpoint `pos` of `account`, oldest first.
    /// @dev Reverts with Panic(0x32) when there is no such checkpoint.
    function checkpoints(address account, uint32 pos) external view returns (Checkpoint208 memory);

    // ERC-3009. Times are exclusive on both sides. Differs: validAfter and validBefore are always seconds, never block numbers.

    /// @notice Whether `nonce` of `authorizer` was used or canceled.
    function authorizationState(address authorizer, bytes32 nonce) external view returns (bool);
    /// @notice Moves `value` as `from` signed it: TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256
    /// validBefore,bytes32 nonce). Anybody may deliver it.
    /// @dev ECDSA only. Reverts with ECDSAInvalidSignature, ECDSAInvalidSignatureS, ERC3009InvalidSignature, ERC3009InvalidAuthorizationTime,
    /// ERC3009UsedAuthorization, then like `transfer`. WARNING: contracts should take `receiveWithAuthorization`, which cannot be front-run.
    function transferWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;
    /// @notice The same with ECDSA (65 bytes r, s, v) first and ERC-1271 second. Every bad signature is ERC3009InvalidSignature.
    function transferWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external;
    /// @notice Like transferWithAuthorization over ReceiveWithAuthorization(…), delivered by `to` itself.
    /// @dev Reverts with ERC20InvalidReceiver(to) when the caller is not `to`.
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;
    /// @notice The same with ECDSA (65 bytes r, s, v) first and ERC-1271 second.
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external;
    /// @notice Makes `nonce` unusable as signed: CancelAuthorization(address authorizer,bytes32 nonce). Anybody may deliver it.
    /// @dev Reverts like transferWithAuthorization, without the times.
    function cancelAuthorization(address authorizer, bytes32 nonce, uint8 v, bytes32 r, bytes32 s) external;
    /// @notice The same with ECDSA (65 bytes r, s, v) first and ERC-1271 second.
    function cancelAuthorization(address authorizer, bytes32 nonce, bytes calldata signature) external;

    // ERC-1363. The callback is the last thing that happens; it may use the token. Always return true.

    /// @notice `transfer`, then onTransferReceived on `to` with empty data.
    /// @dev Reverts with what `to` reverts with, or with ERC1363InvalidReceiver when it has no code, no reason, or a wrong answer.
    /// Differs: an answer shorter than a word is ERC1363InvalidReceiver here, not a revert without data.
    function transferAndCall(address to, uint256 value) external returns (bool);
    /// @notice The same with `data` for the receiver.
    function transferAndCall(address to, uint256 value, bytes calldata data) external returns (bool);
    /// @notice `transferFrom`, then onTransferReceived on `to` with empty data.
    function transferFromAndCall(address from, address to, uint256 value) external returns (bool);
    /// @notice The same with `data` for the receiver.
    function transferFromAndCall(address from, address to, uint256 value, bytes calldata data) external returns (bool);
    /// @notice `approve`, then onApprovalReceived on `spender` with empty data.
    /// @dev Reverts with what `spender` reverts with, or with ERC1363InvalidSpender.
    function approveAndCall(address spender, uint256 value) external returns (bool);
    /// @notice The same with `data` for the spender.
    function approveAndCall(address spender, uint256 value, bytes calldata data) external returns (bool);

    // ERC-165 and ERC-7572

    /// @notice True for ERC-165, ERC-20, its metadata, ERC-2612, ERC-5267, ERC-6372, IVotes and ERC-1363.
    function supportsInterface(bytes4 interfaceId) external view returns (bool);
    /// @notice Metadata of the token as a data: URI with JSON; a constant of the code.
    function contractURI() external view returns (string memory);
}
