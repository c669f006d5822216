//! The two tokens side by side: OMNIT on our node, OpenZeppelin's on stock anvil, at the same address of chains with the same id, with
//! the same accounts and times. Everything either of them answers must be equal byte by byte.

use alloy::primitives::{Address, Bytes, LogData, TxHash, U256, address};
use alloy::sol;
use alloy::sol_types::{Eip712Domain, SolCall, SolValue as _};
use eyre::{Result, ensure};
use omnit_abi::IToken;
use omnit_fixtures::{Chain, Outcome, Reference, token};
use omnit_node::Config;

use super::action::{Action, PARTIES, SENDERS, Step, Who};
use super::calldata;
use super::sign::domain;

sol! {
    function read(address token, address[] actors, uint256[] times) external view returns (uint256[] memory words);
}

/// Unix seconds of the first block of both chains.
pub(super) const GENESIS: u64 = 1_800_000_000;
/// Somebody whom nothing else concerns.
const STRANGER: Address = address!("00000000000000000000000000000000deadbeef");
/// Creates the tokens, so that both have the address of its first contract.
const TOKEN_CREATOR: usize = 8;
/// Creates everything else.
const CREATOR: usize = 7;

/// Both chains and what stands on them.
pub(super) struct Pair {
    pub(super) ours: Chain,
    pub(super) theirs: Chain,
    pub(super) token: Address,
    pub(super) contract: Address,
    pub(super) domain: Eip712Domain,
    probe: Address,
}

/// A call that somebody makes.
pub(super) struct Call {
    pub(super) from: Address,
    pub(super) data: Bytes,
}

/// What came of a transaction.
#[derive(Debug, PartialEq, Eq)]
struct Done {
    is_success: bool,
    logs: Vec<(Address, LogData)>,
}

impl Pair {
    /// Starts both chains and puts both tokens on them; account 0 holds everything.
    pub(super) async fn start() -> Result<Self> {
        let ours = Chain::node_with(Config { genesis_timestamp: Some(GENESIS), ..Config::test() }).await?;
        let genesis = GENESIS.to_string();
        let theirs = Chain::anvil_with(&["--timestamp", &genesis]).await?;
        ensure!(ours.chain_id() == theirs.chain_id(), "signatures hold on one chain id only");
        let holder = ours.account(0);
        let token = token::create(&ours, ours.account(TOKEN_CREATOR), &token::all_to(holder)).await?;
        let arguments = (holder, omnit_abi::params::TOKEN_CAP_WORD).abi_encode_params();
        // The first checkpoint of the supply carries the time of creation.
        theirs.set_next_time(ours.now().await?).await?;
        let twin = Reference::OpenZeppelinFull.deploy(&theirs, theirs.account(TOKEN_CREATOR), &arguments).await?;
        ensure!(token == twin, "the tokens have two addresses, {token} and {twin}");
        let (mut probe, mut contract) = (Address::ZERO, Address::ZERO);
        for chain in [&ours, &theirs] {
            probe = Reference::Probe.deploy(chain, chain.account(CREATOR), &[]).await?;
            contract = Reference::Counterparty.deploy(chain, chain.account(CREATOR), &holder.abi_encode()).await?;
        }
        let domain = domain(ours.chain_id(), token);
        let pair = Self { ours, theirs, token, contract, domain, probe };
        pair.spread().await?;
        Ok(pair)
    }

    /// Gives every account something, so that not all begins with refusals.
    async fn spread(&self) -> Result<()> {
        for index in 1..SENDERS {
            let call = IToken::transferCall {
                to: self.address(Who(index)),
                amount: U256::from(10).pow(U256::from(18 + index)),
            };
            self.block(1, &[Call { from: self.ours.account(0), data: call.abi_encode().into() }]).await?;
        }
        Ok(())
    }

    /// Address of a party.
    pub(super) fn address(&self, who: Who) -> Address {
        match who.0 {
            index if index < SENDERS => self.ours.account(index.into()),
            6 => self.contract,
            7 => Address::ZERO,
            8 => self.token,
            _ => STRANGER,
        }
    }

    /// Plays `steps` and compares everything, from the present state and back to it.
    pub(super) async fn play(&self, steps: &[Step]) -> Result<()> {
        let snapshots = (self.ours.snapshot().await?, self.theirs.snapshot().await?);
        let outcome = self.play_on(steps).await;
        self.ours.revert(snapshots.0).await?;
        self.theirs.revert(snapshots.1).await?;
        outcome
    }

    async fn play_on(&self, steps: &[Step]) -> Result<()> {
        for (index, step) in steps.iter().enumerate() {
            let outcome = self.step(step).await;
            outcome.map_err(|error| error.wrap_err(format!("step {index}: {step:?}")))?;
            if index % 8 == 7 || index + 1 == steps.len() {
                self.compare_states().await.map_err(|error| error.wrap_err(format!("after step {index}: {step:?}")))?;
            }
        }
        Ok(())
    }

    async fn step(&self, step: &Step) -> Result<()> {
        let mut calls = Vec::new();
        for action in &step.actions {
            let call = calldata::of(self, action).await?;
            self.compare_call(&call).await?;
            if !matches!(action, Action::Read { .. }) {
                calls.push(call);
            }
        }
        self.block(step.pause, &calls).await
    }

    /// Executes a call on both newest blocks: same end, same data.
    async fn compare_call(&self, call: &Call) -> Result<()> {
        let ours = self.ours.call(call.from, self.token, call.data.clone()).await?;
        let theirs = self.theirs.call(call.from, self.token, call.data.clone()).await?;
        let is_equal = match (&ours, &theirs) {
            // The nodes word their refusals differently; that neither executes is what counts.
            (Outcome::Refused(_), Outcome::Refused(_)) => true,
            _ => ours == theirs,
        };
        ensure!(
            is_equal,
            "a call with {} from {} ends differently\n  ours   {ours:?}\n  theirs {theirs:?}",
            call.data,
            call.from
        );
        Ok(())
    }

    /// Mines one block with these transactions on both chains: same success, same logs in the same order.
    async fn block(&self, pause: u32, calls: &[Call]) -> Result<()> {
        let at = self.theirs.now().await?.max(self.ours.now().await?) + u64::from(pause);
        let ours = self.mine(&self.ours, at, calls).await?;
        let theirs = self.mine(&self.theirs, at, calls).await?;
        ensure!(ours == theirs, "transactions end differently\n  ours   {ours:#?}\n  theirs {theirs:#?}");
        Ok(())
    }

    async fn mine(&self, chain: &Chain, at: u64, calls: &[Call]) -> Result<Vec<Done>> {
        let hashes = match calls {
            [] => {
                chain.mine_at(at).await?;
                Vec::new()
            }
            [call] => {
                chain.set_next_time(at).await?;
                vec![chain.submit(call.from, self.token, call.data.clone()).await?]
            }
            calls => self.mine_together(chain, at, calls).await?,
        };
        let mut done = Vec::new();
        for hash in hashes {
            let receipt = chain.receipt(hash).await?;
            let logs = receipt.inner.logs().iter().map(|log| (log.address(), log.data().clone())).collect();
            done.push(Done { is_success: receipt.status(), logs });
        }
        Ok(done)
    }

    async fn mine_together(&self, chain: &Chain, at: u64, calls: &[Call]) -> Result<Vec<TxHash>> {
        chain.set_automine(false).await?;
        let mut hashes = Vec::new();
        for call in calls {
            hashes.push(chain.submit(call.from, self.token, call.data.clone()).await?);
        }
        chain.mine_at(at).await?;
        chain.set_automine(true).await?;
        Ok(hashes)
    }

    /// Everything that can be read about every party, at the present and at three times before.
    pub(super) async fn compare_states(&self) -> Result<()> {
        let actors: Vec<_> = (0..PARTIES).map(|index| self.address(Who(index))).collect();
        let now = self.theirs.now().await?;
        let times = [now - 1, now - (now - GENESIS) / 2, GENESIS].map(U256::from).to_vec();
        let call = readCall { token: self.token, actors, times };
        let ours = self.ours.read(self.probe, &call).await?;
        let theirs = self.theirs.read(self.probe, &call).await?;
        let differing = ours.iter().zip(&theirs).position(|(ours, theirs)| ours != theirs);
        ensure!(
            ours == theirs,
            "the states differ from word {differing:?} on (of {} and {}): ours {:?}, theirs {:?}",
            ours.len(),
            theirs.len(),
            differing.map(|at| ours[at]),
            differing.map(|at| theirs[at]),
        );
        Ok(())
    }
}
