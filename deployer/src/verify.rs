//! Reading the chain back: is what stands there what the genesis file and the contract's bytes say?

use alloy::{
    eips::BlockNumberOrTag,
    primitives::{Address, B256, U256, keccak256},
};
use omnit_abi::IToken::{Transfer, balanceOfCall, totalSupplyCall};
use omnit_client::{Client, amounts::Amount};

use crate::{DeployError, TOKEN, artifact::Artifact, genesis::Genesis};

/// The transaction that handed out the genesis allocations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Origin {
    /// Its hash.
    pub(crate) tx_hash: B256,
    /// Its block.
    pub(crate) block: u64,
}

/// Checks a token that was deployed just now: code, supply and every balance.
pub(crate) async fn fresh(
    client: &Client,
    address: Address,
    artifact: &Artifact,
    genesis: &Genesis,
) -> Result<(), DeployError> {
    let mut differences = code_difference(client, address, artifact).await?;
    if differences.is_empty() {
        let supply = client.call(address, &totalSupplyCall {}).await?;
        if supply != genesis.cap.0 {
            differences.push(format!("total supply is {} OMNIT, the genesis says {}", Amount(supply), genesis.cap));
        }
        for holder in &genesis.allocations {
            let balance = Amount(client.call(address, &balanceOfCall { account: holder.address }).await?);
            if balance != holder.amount {
                differences.push(format!(
                    "{} ({}) holds {balance} OMNIT, the genesis says {}",
                    holder.name, holder.address, holder.amount
                ));
            }
        }
    }
    settle(address, differences)
}

/// Checks a token found in place. Balances may have moved since, so the genesis is compared with the `Transfer` events from
/// the zero address, which also tell when it was deployed.
pub(crate) async fn in_place(
    client: &Client,
    address: Address,
    artifact: &Artifact,
    genesis: &Genesis,
) -> Result<Origin, DeployError> {
    let mut differences = code_difference(client, address, artifact).await?;
    let transfers = client.events::<Transfer>(address, BlockNumberOrTag::Earliest, BlockNumberOrTag::Latest).await?;
    let minted: Vec<_> = transfers.iter().filter(|found| found.event.from.is_zero()).collect();
    let handed_out: Vec<(Address, U256)> = minted.iter().map(|found| (found.event.to, found.event.amount)).collect();
    let wanted: Vec<_> = genesis.allocations.iter().map(|holder| (holder.address, holder.amount.0)).collect();
    if handed_out != wanted {
        differences.push(format!(
            "{} genesis transfers were recorded by the chain, and they are not the {} of the genesis file",
            handed_out.len(),
            wanted.len()
        ));
    }
    settle(address, differences)?;
    let first = minted.first().expect("a genesis file with a non-zero cap has an allocation");
    Ok(Origin { tx_hash: first.tx_hash, block: first.block })
}

async fn code_difference(client: &Client, address: Address, artifact: &Artifact) -> Result<Vec<String>, DeployError> {
    let code_hash = keccak256(client.code(address).await?);
    if code_hash == artifact.code_hash {
        return Ok(Vec::new());
    }
    Ok(vec![format!("code hash is {code_hash}, that of the contract's bytes is {}", artifact.code_hash)])
}

fn settle(address: Address, differences: Vec<String>) -> Result<(), DeployError> {
    if differences.is_empty() {
        return Ok(());
    }
    Err(DeployError::Verification { name: TOKEN.to_owned(), address, differences })
}
