//! Gas of staking with few and with very many stakers behind one operator: it must be the same.

use alloy::network::TransactionBuilder as _;
use alloy::primitives::{Address, B256, U256, keccak256};
use alloy::providers::Provider as _;
use alloy::rpc::types::TransactionRequest;
use alloy::sol_types::SolCall as _;
use eyre::{Result, ensure};
use omnit_abi::{IStaking, IToken};
use omnit_fixtures::token::OMNIT;

use super::staking::{OPERATOR, OWNER, Ours};
use crate::figure::{Figure, grouped, print, print_json, print_table};

/// Actions whose gas is compared.
const ACTIONS: [&str; 4] = ["staking.stake.first", "staking.stake.more", "staking.thaw", "staking.claim"];
/// Stakers that come in one block.
const PER_BLOCK: u32 = 5_000;

/// Measures with the stakers that every figure has, then with `stakers` more.
pub(crate) async fn run(stakers: u32, json: bool) -> Result<()> {
    let ours = Ours::start().await?;
    let before = figures(&ours).await?;
    fill(&ours, stakers).await?;
    let after = figures(&ours).await?;
    let rows: Vec<_> = before.into_iter().zip(after).map(|((case, few), (_, many))| (case, few, many)).collect();
    if json {
        let figure = |(case, few, many): &(String, u64, u64)| Figure {
            case: format!("{case}.{stakers}"),
            unit: "gas",
            ours: *many as f64,
            peer: Some("one-staker"),
            theirs: Some(*few as f64),
            peers: std::iter::once(("one-staker", *few as f64)).collect(),
        };
        return print_json(&rows.iter().map(figure).collect::<Vec<_>>());
    }
    print(&format!("Gas with one staker and with {} more behind the same operator.\n\n", grouped(u64::from(stakers))))?;
    let headings = ["gas", "one", "many"].map(str::to_owned).to_vec();
    let lines = rows.into_iter().map(|(case, few, many)| vec![case, grouped(few), grouped(many)]);
    print_table(&std::iter::once(headings).chain(lines).collect::<Vec<_>>())
}

async fn figures(ours: &Ours) -> Result<Vec<(String, u64)>> {
    let mut figures = Vec::new();
    for action in ACTIONS {
        // Two checkpoints share a word, so every second one is dearer: the mean of two in a row is compared.
        let first = ours.measure(action).await?.0;
        let snapshot = ours.site.chain.snapshot().await?;
        let call = ours.stake_for(OMNIT, Address::repeat_byte(9), u64::MAX);
        ours.site.act(OWNER, ours.token, &call).await?;
        let second = ours.measure(action).await?.0;
        ours.site.chain.revert(snapshot).await?;
        figures.push((format!("{action}.cached"), (first + second) / 2));
    }
    figures.push(("staking.getPastVotes.call".to_owned(), votes(ours).await?));
    Ok(figures)
}

/// Gas of reading the operator's votes of an hour ago, as a governor does.
async fn votes(ours: &Ours) -> Result<u64> {
    let now = ours.site.chain.now().await?;
    let account = ours.site.account(OPERATOR);
    let call = IStaking::getPastVotesCall { account, timepoint: U256::from(now - 3_600) };
    let request = TransactionRequest::default().with_to(ours.staking).with_from(account).with_input(call.abi_encode());
    Ok(ours.site.chain.provider().estimate_gas(request).await?)
}

/// Adds positions of as many holders, one OMNIT and more each.
async fn fill(ours: &Ours, stakers: u32) -> Result<()> {
    let chain = &ours.site.chain;
    chain.set_automine(false).await?;
    let mut last = None;
    for index in 0..stakers {
        let holder = Address::from_word(keccak256(B256::from(U256::from(index))));
        let call = ours.stake_for(OMNIT + u128::from(index), holder, u64::from(index) + 1);
        let request = TransactionRequest::default()
            .with_from(ours.site.account(OWNER))
            .with_to(ours.token)
            .with_gas_limit(700_000)
            .with_input(IToken::transferAndCall_1Call::abi_encode(&call));
        last = Some(chain.transact(request).await?);
        if index % PER_BLOCK == PER_BLOCK - 1 {
            chain.mine().await?;
        }
    }
    chain.mine().await?;
    chain.set_automine(true).await?;
    if let Some(hash) = last {
        ensure!(chain.receipt(hash).await?.status(), "the last of {stakers} stakers was refused");
    }
    Ok(())
}
