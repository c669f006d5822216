// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// @title Season badges: soulbound tokens of the top ranks
/// @notice An ERC-721 whose tokens never move (ERC-5192). The season contract mints them; a holder may burn its own.
/// @dev `tokenId` is `season * 256 + rank`; ranks count from 1. Every function refuses value. Malformed calldata and unknown selectors revert
/// without data. Minting calls nobody back. Errors are those of ERC-6093 where it has one.
interface IBadge {
    /// @notice `tokenId` was minted (`from` zero) or burned (`to` zero).
    event Transfer(address indexed from, address indexed to, uint256 indexed tokenId);
    /// @notice Part of ERC-721. Never emitted.
    event Approval(address indexed owner, address indexed approved, uint256 indexed tokenId);
    /// @notice Part of ERC-721. Never emitted.
    event ApprovalForAll(address indexed owner, address indexed operator, bool approved);
    /// @notice ERC-5192: `tokenId` does not move. Emitted when it is minted.
    event Locked(uint256 tokenId);
    /// @notice Part of ERC-5192. Never emitted.
    event Unlocked(uint256 tokenId);

    /// @notice The contract is set up already.
    error AlreadyInitialized();
    /// @notice The address is zero where somebody is needed.
    error ZeroAddress();
    /// @notice Only the season contract mints badges.
    error NotMinter(address caller);
    /// @notice There are ranks 1 to 255 and seasons below 2^24.
    error NoSuchRank(uint32 season, uint8 rank);
    /// @notice Badges stay with the account that earned them.
    error Soulbound();
    /// @notice Only the holder of a badge may burn it.
    error NotHolder(uint256 tokenId, address caller);
    /// @notice The zero address holds nothing.
    error ERC721InvalidOwner(address owner);
    /// @notice There is no badge with this number.
    error ERC721NonexistentToken(uint256 tokenId);
    /// @notice A badge cannot go to this account (the zero address).
    error ERC721InvalidReceiver(address receiver);
    /// @notice The badge was minted before.
    error ERC721InvalidSender(address sender);

    /// @notice Sets who mints, for ever. Works once; sent in the transaction that deploys.
    function initialize(address minter) external;

    /// @notice Gives the badge of a rank to `to`; answers its number. The minter only, once for each rank while the badge exists.
    /// @dev Reverts with NotMinter, NoSuchRank, ERC721InvalidReceiver for zero, ERC721InvalidSender for a badge that exists.
    function mint(address to, uint32 season, uint8 rank) external returns (uint256 tokenId);
    /// @notice Destroys a badge of the caller.
    function burn(uint256 tokenId) external;

    // ERC-721 and its metadata

    /// @notice "OmniTensor Season Badge".
    function name() external view returns (string memory);
    /// @notice "OMNITBADGE".
    function symbol() external view returns (string memory);
    /// @notice JSON in a data URI: name, description, and the attributes season and rank.
    /// @dev Reverts with ERC721NonexistentToken.
    function tokenURI(uint256 tokenId) external view returns (string memory);
    /// @notice How many badges `owner` holds. Reverts with ERC721InvalidOwner for zero.
    function balanceOf(address owner) external view returns (uint256);
    /// @notice Who holds a badge. Reverts with ERC721NonexistentToken.
    function ownerOf(uint256 tokenId) external view returns (address);
    /// @notice Nobody: zero. Reverts with ERC721NonexistentToken.
    function getApproved(uint256 tokenId) external view returns (address);
    /// @notice Nobody: false.
    function isApprovedForAll(address owner, address operator) external view returns (bool);
    /// @notice Reverts with Soulbound.
    function transferFrom(address from, address to, uint256 tokenId) external;
    /// @notice Reverts with Soulbound.
    function safeTransferFrom(address from, address to, uint256 tokenId) external;
    /// @notice Reverts with Soulbound.
    function safeTransferFrom(address from, address to, uint256 tokenId, bytes calldata data) external;
    /// @notice Reverts with Soulbound.
    function approve(address to, uint256 tokenId) external;
    /// @notice Reverts with Soulbound.
    function setApprovalForAll(address operator, bool approved) external;

    // ERC-5192 and ERC-165

    /// @notice True for every badge. Reverts with ERC721NonexistentToken.
    function locked(uint256 tokenId) external view returns (bool);
    /// @notice Who mints.
    function minter() external view returns (address);
    /// @notice True for ERC-165, ERC-721, its metadata and ERC-5192.
    function supportsInterface(bytes4 interfaceId) external view returns (bool);
}
