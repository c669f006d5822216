//! `omnit renew`: contracts of a Stylus chain live for a year, then somebody has to pay for the next one.

use alloy::{
    network::TransactionBuilder as _,
    primitives::{Address, B256, U256},
    rpc::types::TransactionRequest,
    sol_types::SolCall as _,
};
use clap::Args;
use omnit_abi::arbos::{
    ARB_WASM,
    IArbWasm::{IArbWasmErrors, activateProgramCall, codehashKeepaliveCall, programTimeLeftCall},
};
use omnit_client::{Client, ClientError, Sent, amounts::Amount};
use serde_json::{Value, json};

use crate::{
    connection::KeyArgs,
    output::{Lines, print, sent_json},
    session::{Session, SharedArgs},
};

/// Added to the fee that the chain asks for, in percent, because it may rise before ours is mined. The surplus comes back.
const MARGIN_PERCENT: u64 = 20;

/// Arguments of `omnit renew`.
#[derive(Args)]
pub(crate) struct RenewArgs {
    #[command(flatten)]
    shared: SharedArgs,
    #[command(flatten)]
    key: KeyArgs,
    /// Show how long every contract has, and send nothing
    #[arg(long)]
    dry_run: bool,
}

/// What became of one contract.
enum Renewal {
    /// Paid for another year.
    Kept(Sent),
    /// It had ended, and works again.
    Revived(Sent),
    /// Too young to be paid for again: the chain takes it from its second month on.
    TooYoung,
    /// Nothing was sent, as asked for.
    Left(u64),
    /// It shares its code with one that was paid for.
    Shared,
}

impl RenewArgs {
    /// Runs the command.
    pub(crate) async fn run(self) -> eyre::Result<()> {
        let session =
            if self.dry_run { self.shared.connect().await? } else { self.shared.connect_with(&self.key).await? };
        let (mut lines, mut contracts, mut paid) = (Lines::default(), Vec::new(), Vec::new());
        for (name, contract) in session.contracts()? {
            let renewal = match paid.contains(&contract.code_hash) {
                true => Renewal::Shared,
                false => renew(&session, contract.address, contract.code_hash, self.dry_run).await?,
            };
            paid.push(contract.code_hash);
            let (text, json) = describe(&renewal);
            lines.add(&name, text);
            contracts.push(json!({ "name": name, "address": contract.address, "renewal": json }));
        }
        print(session.json, &lines, &json!({ "contracts": contracts }))
    }
}

async fn renew(session: &Session, program: Address, codehash: B256, is_dry: bool) -> eyre::Result<Renewal> {
    let client = &session.client;
    let left = match client.call(ARB_WASM, &programTimeLeftCall { program }).await {
        Ok(left) => Some(left),
        Err(ClientError::Reverted(revert)) => match revert.arb_wasm_error() {
            Some(IArbWasmErrors::ProgramExpired(_) | IArbWasmErrors::ProgramNeedsUpgrade(_)) => None,
            _ => return Err(ClientError::Reverted(revert).into()),
        },
        Err(error) => return Err(error.into()),
    };
    if is_dry {
        return Ok(Renewal::Left(left.unwrap_or(0)));
    }
    let data = match left {
        Some(_) => codehashKeepaliveCall { codehash }.abi_encode(),
        None => activateProgramCall { program }.abi_encode(),
    };
    let Some(fee) = fee(client, &data).await? else { return Ok(Renewal::TooYoung) };
    let sent = client.transact(ARB_WASM, data.into(), fee).await?;
    Ok(if left.is_some() { Renewal::Kept(sent) } else { Renewal::Revived(sent) })
}

/// Wei to send along: what the chain says it wants when it is offered nothing. `None` when it is too early.
async fn fee(client: &Client, data: &[u8]) -> eyre::Result<Option<U256>> {
    let request =
        TransactionRequest::default().with_from(client.signer()?.address()).with_to(ARB_WASM).with_input(data.to_vec());
    match client.execute(request, None).await {
        Ok(_) => Ok(Some(U256::ZERO)),
        Err(ClientError::Reverted(revert)) => match revert.arb_wasm_error() {
            Some(IArbWasmErrors::ProgramInsufficientValue(error)) => Ok(Some(
                error.want.saturating_add(error.want.saturating_mul(U256::from(MARGIN_PERCENT)) / U256::from(100)),
            )),
            Some(IArbWasmErrors::ProgramKeepaliveTooSoon(_)) => Ok(None),
            _ => Err(ClientError::Reverted(revert).into()),
        },
        Err(error) => Err(error.into()),
    }
}

fn describe(renewal: &Renewal) -> (String, Value) {
    let paid = |sent: &Sent| Amount(U256::from(sent.gas_used).saturating_mul(U256::from(sent.gas_price)));
    match renewal {
        Renewal::Kept(sent) => {
            (format!("kept alive for another year; {} ETH of gas", paid(sent)), json!({ "kept": sent_json(sent) }))
        }
        Renewal::Revived(sent) => {
            (format!("had ended, and works again; {} ETH of gas", paid(sent)), json!({ "revived": sent_json(sent) }))
        }
        Renewal::TooYoung => ("in its first month; nothing to pay yet".to_owned(), json!("too_young")),
        Renewal::Left(secs) => (format!("{} days left", secs / 86_400), json!({ "left_secs": secs })),
        Renewal::Shared => ("shares its code with one above".to_owned(), json!("shared")),
    }
}
