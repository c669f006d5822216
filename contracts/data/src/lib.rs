//! Data campaigns. Interface and specification: `contracts/interfaces/IData.sol`.
//!
//! Guarantees the invariants of `README.md`: the contract holds what it owes, a submission is paid once and at most what was reserved for it,
//! every state ends by time alone. Trusts OMNIT. Staking decides who may review and with what weight; it, the rewards reserve and the season can
//! neither block a payment nor make the contract owe more than it has.
#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

pub mod campaign;
pub mod field;
pub mod rules;
pub mod score;
pub mod slot;
pub mod submission;
pub mod vault;

mod resolve;
mod review;
mod view;

use alloy_primitives::{Address, FixedBytes, U256};
use alloy_sol_types::SolCall;
use omnit_abi::{
    IData::{self, IDataCalls, IDataErrors},
    standard::IERC1363Receiver,
};
use omnit_runtime::{
    Interface, Params, Status,
    amount::{narrow, widen},
    chain, dispatch, storage,
};
use slot::Own;
use vault::{Totals, known};

/// This contract, as far as its errors go.
enum Data {}

impl Interface for Data {
    const ERRORS: &'static [[u8; 4]] = IDataErrors::SELECTORS;
}

type Revert = omnit_runtime::Revert<Data>;
type Result<T> = core::result::Result<T, Revert>;

omnit_runtime::contract!(serve);

/// Serves one call.
pub fn serve(calldata: &[u8]) -> Status {
    dispatch! { calldata => IDataCalls, Data;
        initialize(c) => initialize(c),

        create(_) => by_transfer_only(),
        fund(_) => by_transfer_only(),
        close(c) => campaign::close(c.campaign),

        submit(_) => by_transfer_only(),

        commit(c) => review::commit(c.id, c.commitment),
        reveal(c) => review::reveal(c.id, c.scoreBps, c.salt),
        resolve(c) => resolve::resolve(c.id),
        distribute(c) => vault::distribute(c.operator),

        setRules(c) => rules::set(c),
        setSource(c) => rules::set_source(c.source),
        setSeason(c) => rules::set_season(c.season),
        handOver(c) => rules::hand_over(c.timelock),

        token(_) => Ok(known(Own::Token)),
        staking(_) => Ok(known(Own::Staking)),
        timelock(_) => Ok(known(Own::Timelock)),
        source(_) => Ok(known(Own::Source)),
        season(_) => Ok(known(Own::Season)),
        rules(_) => Ok(view::rules()),
        held(_) => Ok(widen(Totals::load().held)),
        campaigns(_) => Ok(Totals::load().campaigns),
        submissions(_) => Ok(Totals::load().submissions),
        terms(c) => Ok(view::terms(c.campaign)),
        budget(c) => Ok(view::budget(c.campaign)),
        submission(c) => Ok(view::submission(c.id)),
        rulesOf(c) => Ok(view::rules_of(c.id)),
        submissionOf(c) => Ok(submission::of_content(c.campaign, c.root)),
        reviewer(c) => Ok(view::reviewer(c.id, c.seat)),
        reviewOf(c) => Ok(view::review_of(c.id, c.operator)),
        commitment(c) => Ok(review::commitment(c.id, c.operator, c.scoreBps, c.salt)),
        earned(c) => Ok(widen(vault::earned(c.operator))),

        onTransferReceived[_operator, from, value, data] => on_transfer_received(from, value, data),
        supportsInterface(c) => Ok(supports_interface(u32::from_be_bytes(c.interfaceId.0))),
    }
}

fn initialize(c: IData::initializeCall) -> Result<()> {
    if !known(Own::Token).is_zero() {
        return Err(IData::AlreadyInitialized {}.into());
    }
    for (own, address) in [(Own::Token, c.token), (Own::Staking, c.staking), (Own::Timelock, c.timelock)] {
        if address.is_zero() {
            return Err(IData::ZeroAddress {}.into());
        }
        storage::store(slot::own(own), address.into_word());
    }
    Ok(())
}

/// Refuses a function whose money has to come with it.
#[inline(never)]
fn by_transfer_only() -> Result<()> {
    Err(IData::NotToken { caller: chain::sender() }.into())
}

/// Serves the function that came with a transfer of OMNIT.
fn on_transfer_received(from: Address, value: U256, data: &[u8]) -> Result<FixedBytes<4>> {
    let caller = chain::sender();
    if caller != known(Own::Token) {
        return Err(IData::NotToken { caller }.into());
    }
    let amount = narrow(value).expect("OMNIT moves at most its cap");
    let (selector, args) = data.split_first_chunk::<4>().unwrap_or((&[0; 4], &[]));
    match u32::from_be_bytes(*selector) {
        SUBMIT => submission::submit(from, amount, decoded::<IData::submitCall>(args)?)?,
        FUND => campaign::fund(from, amount, decoded::<IData::fundCall>(args)?.campaign)?,
        CREATE => campaign::create(from, amount, decoded::<IData::createCall>(args)?)?,
        _ => return Err(IData::UnknownAction { selector: (*selector).into() }.into()),
    }
    Ok(IERC1363Receiver::onTransferReceivedCall::SELECTOR.into())
}

const CREATE: u32 = u32::from_be_bytes(IData::createCall::SELECTOR);
const FUND: u32 = u32::from_be_bytes(IData::fundCall::SELECTOR);
const SUBMIT: u32 = u32::from_be_bytes(IData::submitCall::SELECTOR);

/// Parameters as strict as those of a call: what does not decode reverts without data.
#[inline(always)]
fn decoded<'a, C: SolCall>(args: &'a [u8]) -> Result<C>
where
    C::Parameters<'a>: Params<Borrowed<'a> = <C::Parameters<'a> as alloy_sol_types::SolType>::RustType>,
{
    <C::Parameters<'a> as Params>::read(args).map(C::new).ok_or_else(Revert::empty)
}

fn supports_interface(id: u32) -> bool {
    id == const { omnit_runtime::selector_of(IDataCalls::supportsInterface) }
        || id == const { omnit_runtime::selector_of(IDataCalls::onTransferReceived) }
}
