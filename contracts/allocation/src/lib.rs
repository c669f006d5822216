//! Merkle campaigns. Interface and specification: `contracts/interfaces/IAllocation.sol`.
//!
//! Guarantees the invariants I1 to I6 of `README.md`: an entry is paid once, as the list says, out of its own campaign's fund; what is left
//! goes back to the owner after the end and not before. Trusts OMNIT, and the vesting contract to make the locks it is paid for: it is called
//! last, after every write, so at worst it makes a claim fail.
#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

pub mod fund;
pub mod slot;

mod campaign;
mod entry;

use alloy_primitives::{Address, B256, FixedBytes, U256};
use alloy_sol_types::{SolCall, sol_data};
use campaign::Campaign;
use entry::{Schedule, WordList};
use omnit_abi::{
    IAllocation::{
        self, IAllocationCalls, IAllocationErrors, onTransferReceivedCall, openCall, supportsInterfaceCall, topUpCall,
    },
    standard::IERC1363Receiver,
};
use omnit_runtime::{Interface, Params, Revert, Status, amount::widen, chain, dispatch, emit, erc20, storage};
use slot::Domain;

/// This contract, as far as its errors go.
enum Allocation {}

impl Interface for Allocation {
    const ERRORS: &'static [[u8; 4]] = IAllocationErrors::SELECTORS;
}

type Result<T> = core::result::Result<T, Revert<Allocation>>;

omnit_runtime::contract!(serve);

/// Serves one call.
pub fn serve(calldata: &[u8]) -> Status {
    dispatch! { calldata => IAllocationCalls, Allocation;
        initialize(c) => initialize(c.token, c.vesting),

        open[_root, _expires_at, _uri] => check_token(),
        topUp(_) => check_token(),
        claim[id, index, account, amount, start, cliff, flags, points, proof] =>
            claim(id, Entry { index, account, amount }, Schedule::new(start, cliff, flags, &points), &proof),
        clawBack(c) => claw_back(c.id),

        token(_) => Ok(load_token()),
        vesting(_) => Ok(load_vesting()),
        campaigns(_) => Ok(U256::from(campaign::count())),
        campaign(c) => view(c.id),
        isClaimed(c) => is_claimed(c.id, c.index),
        claimedWord(c) => Ok(U256::from_be_bytes(Campaign::find(c.id)?.claimed_word(c.word).0)),

        onTransferReceived[_operator, from, value, data] => receive(from, value, data),
        supportsInterface(c) => Ok(supports_interface(u32::from_be_bytes(c.interfaceId.0))),
    }
}

/// The columns of an entry but its schedule.
struct Entry {
    index: u32,
    account: Address,
    amount: U256,
}

fn initialize(token: Address, vesting: Address) -> Result<()> {
    if !load_token().is_zero() {
        return Err(IAllocation::AlreadyInitialized {}.into());
    }
    if token.is_zero() || vesting.is_zero() {
        return Err(IAllocation::ZeroAddress {}.into());
    }
    storage::store(slot::own(Domain::Token), token.into_word());
    storage::store(slot::own(Domain::Vesting), vesting.into_word());
    Ok(())
}

/// What OMNIT arrives for: `open` or `topUp`.
fn receive(from: Address, value: U256, data: &[u8]) -> Result<FixedBytes<4>> {
    check_token()?;
    let Some((selector, args)) = data.split_first_chunk::<4>() else {
        return Err(IAllocation::UnknownAction { selector: FixedBytes::ZERO }.into());
    };
    if *selector == openCall::SELECTOR {
        let Some((root, expires_at, uri)) = <<openCall as SolCall>::Parameters<'_> as Params>::read(args) else {
            return Err(Revert::empty());
        };
        campaign::open(from, value, root, expires_at, uri)?;
    } else if *selector == topUpCall::SELECTOR {
        let Some((id,)) = <(sol_data::Uint<256>,) as Params>::read(args) else { return Err(Revert::empty()) };
        Campaign::find(id)?.top_up(from, value)?;
    } else {
        return Err(IAllocation::UnknownAction { selector: FixedBytes(*selector) }.into());
    }
    Ok(FixedBytes(IERC1363Receiver::onTransferReceivedCall::SELECTOR))
}

#[inline(never)]
fn claim(id: U256, entry: Entry, schedule: Option<Schedule>, proof: &WordList<'_>) -> Result<()> {
    let Some(schedule) = schedule else { return Err(Revert::empty()) };
    let Entry { index, account, amount } = entry;
    let mut campaign = Campaign::find(id)?;
    campaign.check_runs()?;
    let terms = schedule.terms();
    if !entry::is_proven(entry::leaf(index, account, amount, terms), proof, campaign.root()) {
        return Err(IAllocation::InvalidProof { id, index: U256::from(index) }.into());
    }
    campaign.mark(index)?;
    campaign.spend(amount)?;
    emit(&IAllocation::Claimed { id, index: U256::from(index), account, amount, terms });
    let token = load_token();
    if schedule.is_liquid() {
        return erc20::transfer(token, account, amount);
    }
    erc20::transfer_and_call(token, load_vesting(), amount, schedule.create(account, campaign.owner()))
}

fn claw_back(id: U256) -> Result<U256> {
    let mut campaign = Campaign::find(id)?;
    let (owner, caller) = (campaign.owner(), chain::sender());
    if owner != caller {
        return Err(IAllocation::NotOwner { id, owner, caller }.into());
    }
    campaign.check_ended()?;
    let amount = widen(campaign.left());
    if amount.is_zero() {
        return Err(IAllocation::NothingLeft { id }.into());
    }
    campaign.spend(amount)?;
    emit(&IAllocation::ClawedBack { id, owner, amount });
    erc20::transfer(load_token(), owner, amount)?;
    Ok(amount)
}

fn view(id: U256) -> Result<(Address, B256, U256, U256, U256)> {
    let campaign = Campaign::find(id)?;
    let terms = campaign.terms();
    let (funded, expires_at) = (widen(terms.funded()), U256::from(terms.expires_at()));
    Ok((campaign.owner(), campaign.root(), funded, widen(campaign.left()), expires_at))
}

fn is_claimed(id: U256, index: u32) -> Result<bool> {
    Ok(Campaign::find(id)?.is_claimed(index))
}

/// Refuses everybody but OMNIT, whose callback is the only way to pay in.
#[inline(never)]
fn check_token() -> Result<()> {
    let caller = chain::sender();
    if caller != load_token() {
        return Err(IAllocation::NotToken { caller }.into());
    }
    Ok(())
}

fn load_token() -> Address {
    Address::from_word(storage::load(slot::own(Domain::Token)))
}

fn load_vesting() -> Address {
    Address::from_word(storage::load(slot::own(Domain::Vesting)))
}

fn supports_interface(id: u32) -> bool {
    id == const { u32::from_be_bytes(supportsInterfaceCall::SELECTOR) }
        || id == const { u32::from_be_bytes(onTransferReceivedCall::SELECTOR) }
}
