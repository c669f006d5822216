//! Reading the chain back: is what stands there what the genesis file and the contracts' bytes say?

use alloy::primitives::{Address, U256, keccak256};
use omnit_abi::IToken::{Transfer, balanceOfCall, totalSupplyCall};
use omnit_client::{Client, amounts::Amount};

use crate::{DeployError, artifact::Artifact, genesis::Genesis, run::Run};

/// Compares the code at `address` with the contract's bytes.
pub(crate) async fn code_difference(
    client: &Client,
    name: &str,
    address: Address,
    artifact: &Artifact,
) -> Result<Option<String>, DeployError> {
    let code_hash = keccak256(client.code(address).await?);
    let expected = artifact.code_hash;
    Ok((code_hash != expected)
        .then(|| format!("{name} at {address}: code hash is {code_hash}, that of the contract's bytes is {expected}")))
}

/// Compares supply and balances of a token that was set up just now.
pub(crate) async fn balances(client: &Client, token: Address, genesis: &Genesis) -> Result<Vec<String>, DeployError> {
    let mut differences = Vec::new();
    let supply = Amount(client.call(token, &totalSupplyCall {}).await?);
    if supply != genesis.cap {
        differences.push(format!("total supply is {supply} OMNIT, the genesis says {}", genesis.cap));
    }
    for (name, account, amount) in genesis.accounts() {
        let balance = Amount(client.call(token, &balanceOfCall { account }).await?);
        if balance != amount {
            differences.push(format!("{name} ({account}) holds {balance} OMNIT, the genesis says {amount}"));
        }
    }
    Ok(differences)
}

/// Compares the `Transfer` events from the zero address with the genesis, for a token whose balances may have moved since.
pub(crate) async fn minted(
    run: &Run<'_>,
    token: Address,
    holders: &[(Address, U256)],
) -> Result<Vec<String>, DeployError> {
    let transfers = run.events::<Transfer>(token).await?;
    let minted = transfers.iter().filter(|found| found.event.from.is_zero());
    let minted: Vec<_> = minted.map(|found| (found.event.to, found.event.amount)).collect();
    if minted == holders {
        return Ok(Vec::new());
    }
    Ok(vec![format!(
        "{} genesis transfers were recorded by the chain, and they are not the {} of the genesis file",
        minted.len(),
        holders.len()
    )])
}
