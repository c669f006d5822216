//! Season badges. Interface and specification: `contracts/interfaces/IBadge.sol`.
//!
//! Guarantees the invariants I1 to I4 of `README.md`: a badge never moves, and only the minter makes any. Trusts the minter in who earned what.
//! Calls nobody.
#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

pub mod slot;
pub mod uri;

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::abi::token::PackedSeqToken;
use omnit_abi::IBadge::{self, IBadgeCalls, IBadgeErrors};
use omnit_runtime::{Constant, Interface, Revert, Status, chain, constant, dispatch, emit, storage, text};
use slot::Domain;

/// Seasons have 24 bits of a token's number, ranks the low 8.
const SEASONS: u32 = 1 << 24;

/// This contract, as far as its errors go.
enum Badge {}

impl Interface for Badge {
    const ERRORS: &'static [[u8; 4]] = IBadgeErrors::SELECTORS;
}

type Result<T> = core::result::Result<T, Revert<Badge>>;

constant! {
    Name = b"OmniTensor Season Badge";
    Symbol = b"OMNITBADGE";
}

omnit_runtime::contract!(serve);

/// Serves one call.
pub fn serve(calldata: &[u8]) -> Status {
    dispatch! { calldata => IBadgeCalls, Badge;
        initialize(c) => initialize(c.minter),
        mint(c) => mint(c.to, c.season, c.rank),
        burn(c) => burn(c.tokenId),

        name => tokens::<Name>(),
        symbol => tokens::<Symbol>(),
        tokenURI(c) => token_uri(c.tokenId),
        balanceOf(c) => balance_of(c.owner),
        ownerOf(c) => holder_of(c.tokenId),
        getApproved(c) => holder_of(c.tokenId).map(|_| Address::ZERO),
        isApprovedForAll(_) => Ok(false),
        transferFrom(_) => soulbound(),
        safeTransferFrom_0(_) => soulbound(),
        safeTransferFrom_1[_from, _to, _id, _data] => soulbound(),
        approve(_) => soulbound(),
        setApprovalForAll(_) => soulbound(),

        locked(c) => holder_of(c.tokenId).map(|_| true),
        minter(_) => Ok(minter()),
        supportsInterface(c) => Ok(supports_interface(u32::from_be_bytes(c.interfaceId.0))),
    }
}

fn initialize(minter: Address) -> Result<()> {
    if !self::minter().is_zero() {
        return Err(IBadge::AlreadyInitialized {}.into());
    }
    if minter.is_zero() {
        return Err(IBadge::ZeroAddress {}.into());
    }
    storage::store(minter_slot(), minter.into_word());
    Ok(())
}

fn mint(to: Address, season: u32, rank: u8) -> Result<U256> {
    let caller = chain::sender();
    if caller != minter() {
        return Err(IBadge::NotMinter { caller }.into());
    }
    if season >= SEASONS || rank == 0 {
        return Err(IBadge::NoSuchRank { season, rank }.into());
    }
    if to.is_zero() {
        return Err(IBadge::ERC721InvalidReceiver { receiver: to }.into());
    }
    let id = season << 8 | u32::from(rank);
    if !load_holder(id).is_zero() {
        return Err(IBadge::ERC721InvalidSender { sender: Address::ZERO }.into());
    }
    move_badge(Address::ZERO, to, id);
    emit(&IBadge::Locked { tokenId: U256::from(id) });
    Ok(U256::from(id))
}

fn burn(id: U256) -> Result<()> {
    let (holder, caller) = (holder_of(id)?, chain::sender());
    if holder != caller {
        return Err(IBadge::NotHolder { tokenId: id, caller }.into());
    }
    move_badge(holder, Address::ZERO, id.into_limbs()[0] as u32);
    Ok(())
}

/// The only place where badges change hands: from or to nobody.
fn move_badge(from: Address, to: Address, id: u32) {
    storage::store(slot::of(Domain::Holder, Address::ZERO, id), to.into_word());
    for (account, is_gain) in [(from, false), (to, true)] {
        if !account.is_zero() {
            let slot = slot::of(Domain::Balance, account, 0);
            let balance = U256::from_be_bytes(storage::load(slot).0);
            let one = U256::from(1);
            storage::store(slot, B256::from(if is_gain { balance + one } else { balance - one }));
        }
    }
    emit(&IBadge::Transfer { from, to, tokenId: U256::from(id) });
}

fn token_uri(id: U256) -> Result<alloc::string::String> {
    holder_of(id)?;
    let id = id.into_limbs()[0] as u32;
    let uri = uri::uri(id >> 8, id as u8);
    Ok(uri.iter().map(|byte| char::from(*byte)).collect())
}

fn balance_of(owner: Address) -> Result<U256> {
    if owner.is_zero() {
        return Err(IBadge::ERC721InvalidOwner { owner }.into());
    }
    Ok(U256::from_be_bytes(storage::load(slot::of(Domain::Balance, owner, 0)).0))
}

/// Who holds a badge that exists.
#[inline(never)]
fn holder_of(id: U256) -> Result<Address> {
    let holder = if id >> 32 == U256::ZERO { load_holder(id.into_limbs()[0] as u32) } else { Address::ZERO };
    if holder.is_zero() {
        return Err(IBadge::ERC721NonexistentToken { tokenId: id }.into());
    }
    Ok(holder)
}

#[inline(never)]
fn soulbound() -> Result<()> {
    Err(IBadge::Soulbound {}.into())
}

fn supports_interface(id: u32) -> bool {
    macro_rules! is_one_of {
        ($($($function:ident)+;)+) => { $(id == const { 0 $(^ omnit_runtime::selector_of(IBadgeCalls::$function))+ })||+ };
    }
    is_one_of! {
        supportsInterface;
        balanceOf ownerOf safeTransferFrom_0 safeTransferFrom_1 transferFrom approve setApprovalForAll getApproved isApprovedForAll;
        name symbol tokenURI;
        locked;
    }
}

fn tokens<C: Constant>() -> (PackedSeqToken<'static>,) {
    (PackedSeqToken(text::<C>()),)
}

#[inline(never)]
fn load_holder(id: u32) -> Address {
    Address::from_word(storage::load(slot::of(Domain::Holder, Address::ZERO, id)))
}

fn minter() -> Address {
    Address::from_word(storage::load(minter_slot()))
}

fn minter_slot() -> B256 {
    slot::of(Domain::Minter, Address::ZERO, 0)
}
