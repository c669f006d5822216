//! The same random calls against OpenZeppelin's governor, timelock and votes on stock anvil and against ours on our node.
//!
//! All contracts have one address on chains with one id, one set of accounts and one clock, so that everything is compared byte by byte: what
//! calls return or revert with, whether transactions succeed, their logs (governor, timelock and callee) with topics, data and order, and
//! what can be read about every proposal and account. Differences on purpose are in the table of the README; the random calls avoid them.
//!
//! `OMNIT_DIFFERENTIAL_SEED=<number>` plays other sequences, `OMNIT_DIFFERENTIAL_STEPS=<number>` longer ones.

use crate::world::{ICallee, Proposal, omnit, params};
use alloy::{
    primitives::{Address, B256, Bytes, LogData, U256, aliases::U48, keccak256},
    signers::SignerSync as _,
    sol_types::{SolCall, SolStruct as _, SolValue as _},
};
use omnit_abi::{IGovernor, ITimelock, IToken, params as protocol};
use omnit_fixtures::{
    Chain, Outcome, Reference,
    governor::{self, Ballot, ExtendedBallot, governor_domain},
    shrink::{Dice, setting, shortest},
    timelock, token,
};
use omnit_node::Config;

const GENESIS: u64 = 1_800_000_000;
const STEPS: u64 = 220;
const ACTORS: u64 = 6;
const GUARDIAN: usize = 5;
const LOCK: u64 = 20;

/// One thing that happens on both chains.
#[derive(Clone, Debug)]
enum Step {
    Wait(u64),
    Propose { who: usize, number: u64, kind: u64, flaw: u64 },
    Vote { who: usize, pick: u64, support: u8, split: [u64; 3], form: u64 },
    Signed { who: usize, pick: u64, support: u8, is_split: bool, nonce: u64 },
    Queue { pick: u64, by_id: bool },
    Execute { pick: u64, by_id: bool },
    Cancel { who: usize, pick: u64, by_id: bool },
    Timelock { pick: u64, cancels: bool },
    Transfer { who: usize, to: usize, amount: u64 },
    Delegate { who: usize, to: usize },
}

fn step(dice: &mut Dice) -> Step {
    let who = dice.index(ACTORS as usize);
    let (pick, by_id) = (dice.roll(3), dice.roll(2) == 0);
    match dice.roll(24) {
        0..6 => Step::Wait([1, 2, 11, 30, 95, 130][dice.index(6)]),
        6..9 => Step::Propose { who, number: dice.roll(30), kind: dice.roll(9), flaw: dice.roll(12) },
        9..14 => Step::Vote {
            who,
            pick,
            support: [0, 1, 1, 1, 2, 255, 255, 3][dice.index(8)],
            split: [(); 3].map(|()| dice.roll(3) * 1_000_000),
            form: dice.roll(3),
        },
        14 => Step::Signed { who, pick, support: dice.roll(3) as u8, is_split: by_id, nonce: dice.roll(3) },
        15..17 => Step::Queue { pick, by_id },
        17..19 => Step::Execute { pick, by_id },
        19 => Step::Cancel { who, pick, by_id },
        20 => Step::Timelock { pick, cancels: by_id },
        21..23 => Step::Transfer { who, to: dice.index(ACTORS as usize), amount: dice.roll(40) },
        _ => Step::Delegate { who, to: dice.index(ACTORS as usize) },
    }
}

/// Both chains and what stands on them.
struct Pair {
    ours: Chain,
    theirs: Chain,
    token: Address,
    timelock: Address,
    governor: Address,
    callee: Address,
}

impl Pair {
    async fn start() -> Self {
        let ours = Chain::node_with(Config { genesis_timestamp: Some(GENESIS), ..Config::test() }).await.unwrap();
        let theirs = Chain::anvil_with(&["--timestamp", &GENESIS.to_string()]).await.unwrap();
        let (admin, supply) = (ours.account(0), protocol::TOKEN_CAP_WORD);
        let token = token::create(&ours, ours.account(8), &token::all_to(admin)).await.unwrap();
        let twin = Reference::OpenZeppelinVotes;
        let twin = twin.deploy(&theirs, theirs.account(8), &(admin, supply).abi_encode_params()).await.unwrap();
        assert_eq!(token, twin);
        let executors = vec![Address::ZERO];
        let terms = ITimelock::initializeCall { minDelay: U256::from(LOCK), proposers: vec![], executors, admin };
        let timelock = timelock::create(&ours, ours.account(7), &terms).await.unwrap();
        let arguments = (terms.minDelay, terms.proposers, terms.executors, admin).abi_encode_params();
        let twin = Reference::OpenZeppelinTimelock.deploy(&theirs, theirs.account(7), &arguments).await.unwrap();
        assert_eq!(timelock, twin);
        let governor = Self::governors(&ours, &theirs, token, timelock).await;
        let mut callee = Address::ZERO;
        for chain in [&ours, &theirs] {
            governor::appoint(chain, admin, timelock, governor).await.unwrap();
            let canceller = ITimelock::grantRoleCall { role: keccak256("CANCELLER_ROLE"), account: chain.account(4) };
            chain.act(admin, timelock, &canceller).await.unwrap();
            callee = Reference::Callee.deploy(chain, chain.account(8), &[]).await.unwrap();
        }
        let pair = Self { ours, theirs, token, timelock, governor, callee };
        for index in 1..ACTORS as usize {
            let call = IToken::transferCall { to: pair.who(index), amount: omnit(8_000_000 * index as u64) };
            pair.both(pair.who(0), pair.token, call.abi_encode()).await.unwrap();
        }
        for index in 0..ACTORS as usize - 1 {
            let call = IToken::delegateCall { delegatee: pair.who(index) };
            pair.both(pair.who(index), pair.token, call.abi_encode()).await.unwrap();
        }
        pair
    }

    async fn governors(ours: &Chain, theirs: &Chain, token: Address, timelock: Address) -> Address {
        let terms = IGovernor::initializeCall {
            clerk: Address::ZERO,
            token,
            staking: Address::ZERO,
            vesting: Address::ZERO,
            reserve: Address::ZERO,
            votingDelay: U48::from(10),
            votingPeriod: 100,
            proposalThreshold: omnit(1_000_000),
            voteExtension: U48::from(30),
            quorumNumerator: U256::from(400),
            guardian: ours.account(GUARDIAN),
            guardianSunset: GENESIS * 2,
            timelock,
        };
        let twin = governor::peer(theirs, theirs.account(6), &terms).await.unwrap();
        let governor = governor::create(ours, ours.account(6), terms).await.unwrap();
        assert_eq!(governor, twin);
        governor
    }

    fn who(&self, index: usize) -> Address {
        self.ours.account(index)
    }

    /// Calls, then sends on both chains at one time: the same end, data, success and logs.
    async fn both(&self, from: Address, to: Address, data: Vec<u8>) -> Result<(), String> {
        self.same_call(from, to, &data).await?;
        let at = self.ours.now().await.unwrap().max(self.theirs.now().await.unwrap()) + 1;
        let mut ends = Vec::new();
        for chain in [&self.ours, &self.theirs] {
            chain.set_next_time(at).await.unwrap();
            let receipt = chain.send(from, to, data.clone()).await.unwrap();
            let logs: Vec<(Address, LogData)> =
                receipt.inner.logs().iter().map(|log| (log.address(), log.inner.data.clone())).collect();
            ends.push((receipt.status(), logs));
        }
        equal("transactions", &ends[0], &ends[1])
    }

    async fn same_call(&self, from: Address, to: Address, data: &[u8]) -> Result<(), String> {
        let ours = self.ours.call(from, to, data.to_vec()).await.unwrap();
        let theirs = self.theirs.call(from, to, data.to_vec()).await.unwrap();
        match (&ours, &theirs) {
            (Outcome::Refused(_), Outcome::Refused(_)) => Ok(()),
            _ => equal("calls", &ours, &theirs),
        }
    }

    async fn wait(&self, secs: u64) {
        let at = self.ours.now().await.unwrap().max(self.theirs.now().await.unwrap()) + secs;
        self.ours.mine_at(at).await.unwrap();
        self.theirs.mine_at(at).await.unwrap();
    }

    /// Everything that both can tell about proposals and voters.
    async fn compare(&self, proposals: &[Proposal]) -> Result<(), String> {
        let stranger = self.who(9);
        let mut calls: Vec<Vec<u8>> = vec![
            IGovernor::votingDelayCall {}.abi_encode(),
            IGovernor::votingPeriodCall {}.abi_encode(),
            IGovernor::proposalThresholdCall {}.abi_encode(),
            IGovernor::lateQuorumVoteExtensionCall {}.abi_encode(),
            IGovernor::quorumNumerator_0Call {}.abi_encode(),
            IGovernor::proposalGuardianCall {}.abi_encode(),
            IGovernor::proposalCountCall {}.abi_encode(),
            IGovernor::proposalDetailsAtCall { index: U256::ZERO }.abi_encode(),
        ];
        for proposal in proposals {
            let proposal_id = proposal.id();
            calls.extend([
                IGovernor::stateCall { proposalId: proposal_id }.abi_encode(),
                IGovernor::proposalVotesCall { proposalId: proposal_id }.abi_encode(),
                IGovernor::proposalSnapshotCall { proposalId: proposal_id }.abi_encode(),
                IGovernor::proposalDeadlineCall { proposalId: proposal_id }.abi_encode(),
                IGovernor::proposalEtaCall { proposalId: proposal_id }.abi_encode(),
                IGovernor::proposalProposerCall { proposalId: proposal_id }.abi_encode(),
                IGovernor::proposalDetailsCall { proposalId: proposal_id }.abi_encode(),
            ]);
            for index in 0..ACTORS as usize {
                let account = self.who(index);
                calls.push(IGovernor::hasVotedCall { proposalId: proposal_id, account }.abi_encode());
                calls.push(IGovernor::usedVotesCall { proposalId: proposal_id, account }.abi_encode());
            }
        }
        for data in calls {
            self.same_call(stranger, self.governor, &data).await?;
        }
        Ok(())
    }

    fn proposal(&self, number: u64, kind: u64) -> Proposal {
        let text = format!("Proposal {number}");
        let record = ICallee::recordCall { number: U256::from(number) };
        let base = Proposal::new(&text);
        match kind {
            0 => base.call(self.callee, &record).call(self.callee, &record),
            1 => base
                .call(self.governor, &IGovernor::setVotingDelayCall { newVotingDelay: U48::from(5 + number) })
                .call(self.governor, &IGovernor::setVotingPeriodCall { newVotingPeriod: 60 + number as u32 }),
            2 => base.call(
                self.governor,
                &IGovernor::updateQuorumNumeratorCall { newQuorumNumerator: U256::from(100 + 20 * number) },
            ),
            3 => base.call(
                self.governor,
                &IGovernor::setLateQuorumVoteExtensionCall { newVoteExtension: U48::from(number) },
            ),
            4 => base.call(self.governor, &IGovernor::setProposalThresholdCall { newProposalThreshold: omnit(number) }),
            5 => base.call(self.callee, &ICallee::failCall { data: Bytes::from(vec![7; number as usize]) }),
            6 => base.call(self.callee, &record).value(number),
            7 => base.call(self.token, &IToken::transferCall { to: self.who(1), amount: U256::from(number % 2) }),
            _ => Proposal {
                description: format!("{text} #proposer={}", self.who(number as usize % ACTORS as usize)),
                ..base.call(self.callee, &record)
            },
        }
    }

    async fn play(&self, steps: &[Step]) -> Result<(), String> {
        let snapshots = (self.ours.snapshot().await.unwrap(), self.theirs.snapshot().await.unwrap());
        let mut proposals = Vec::new();
        let mut outcome = Ok(());
        for (index, step) in steps.iter().enumerate() {
            outcome = self.step(step, &mut proposals).await.map_err(|error| format!("step {index}, {step:?}: {error}"));
            if outcome.is_ok() && index % 10 == 9 {
                outcome = self.compare(&proposals).await.map_err(|error| format!("after step {index}: {error}"));
            }
            if outcome.is_err() {
                break;
            }
        }
        let mut states = [0; 8];
        for proposal in &proposals {
            let state = IGovernor::stateCall { proposalId: proposal.id() };
            states[self.ours.read(self.governor, &state).await.unwrap() as usize] += 1;
        }
        println!("{} steps, {} proposals, in their states {states:?}", steps.len(), proposals.len());
        self.ours.revert(snapshots.0).await.unwrap();
        self.theirs.revert(snapshots.1).await.unwrap();
        outcome
    }

    async fn step(&self, step: &Step, proposals: &mut Vec<Proposal>) -> Result<(), String> {
        // The newest ones are the interesting ones.
        let picked = |pick: u64| {
            let at = proposals.len().checked_sub(1 + pick as usize);
            at.map_or_else(|| self.proposal(99, 0), |at: usize| proposals[at].clone())
        };
        let to_governor = async |who: usize, data: Vec<u8>| self.both(self.who(who), self.governor, data).await;
        match step {
            Step::Wait(secs) => {
                self.wait(*secs).await;
                Ok(())
            }
            Step::Propose { who, number, kind, flaw } => {
                let proposal = self.proposal(*number, *kind);
                let mut call = proposal.propose();
                match flaw {
                    0 => call.values.push(U256::ZERO),
                    1 => call.calldatas.clear(),
                    2 => (call.targets, call.values, call.calldatas) = (vec![], vec![], vec![]),
                    _ => {}
                }
                to_governor(*who, call.abi_encode()).await?;
                let is_new = proposals.iter().all(|known| known.id() != proposal.id());
                let snapshot = IGovernor::proposalSnapshotCall { proposalId: proposal.id() };
                if is_new && !self.theirs.read(self.governor, &snapshot).await.unwrap().is_zero() {
                    proposals.push(proposal);
                }
                Ok(())
            }
            Step::Vote { who, pick, support, split, form } => {
                let (id, support) = (picked(*pick).id(), *support);
                let parts = params(split.map(|part| u128::from(part) * token::OMNIT));
                let data = match form {
                    _ if support == 255 => IGovernor::castVoteWithReasonAndParamsCall {
                        proposalId: id,
                        support,
                        reason: "r".repeat(*form as usize * 20),
                        params: parts,
                    }
                    .abi_encode(),
                    0 => IGovernor::castVoteCall { proposalId: id, support }.abi_encode(),
                    1 => {
                        IGovernor::castVoteWithReasonCall { proposalId: id, support, reason: "yes".into() }.abi_encode()
                    }
                    _ => IGovernor::castVoteWithReasonAndParamsCall {
                        proposalId: id,
                        support,
                        reason: String::new(),
                        params: if split[0] == 0 { Bytes::new() } else { parts },
                    }
                    .abi_encode(),
                };
                to_governor(*who, data).await
            }
            Step::Signed { who, pick, support, is_split, nonce } => {
                let data = self.signed(*who, picked(*pick).id(), *support, *is_split, *nonce).await;
                to_governor(9, data).await
            }
            Step::Queue { pick, by_id } => {
                let proposal = picked(*pick);
                let id = IGovernor::queue_1Call { proposalId: proposal.id() }.abi_encode();
                to_governor(9, if *by_id { id } else { proposal.queue().abi_encode() }).await
            }
            Step::Execute { pick, by_id } => {
                let proposal = picked(*pick);
                let id = IGovernor::execute_1Call { proposalId: proposal.id() }.abi_encode();
                to_governor(9, if *by_id { id } else { proposal.execute().abi_encode() }).await
            }
            Step::Cancel { who, pick, by_id } => {
                let proposal = picked(*pick);
                let id = IGovernor::cancel_1Call { proposalId: proposal.id() }.abi_encode();
                to_governor(*who, if *by_id { id } else { proposal.cancel().abi_encode() }).await
            }
            Step::Timelock { pick, cancels } => {
                let call = picked(*pick).operation(self.governor);
                let operation: B256 = keccak256(call.abi_encode().split_at(4).1);
                let data =
                    if *cancels { ITimelock::cancelCall { id: operation }.abi_encode() } else { call.abi_encode() };
                self.both(self.who(4), self.timelock, data).await
            }
            Step::Transfer { who, to, amount } => {
                let call = IToken::transferCall { to: self.who(*to), amount: omnit(amount * 100_000) };
                self.token_only(*who, call.abi_encode()).await
            }
            Step::Delegate { who, to } => {
                self.token_only(*who, IToken::delegateCall { delegatee: self.who(*to) }.abi_encode()).await
            }
        }
    }

    async fn token_only(&self, who: usize, data: Vec<u8>) -> Result<(), String> {
        self.both(self.who(who), self.token, data).await
    }

    async fn signed(&self, who: usize, id: U256, support: u8, is_split: bool, nonce: u64) -> Vec<u8> {
        let voter = self.who(who);
        let key = alloy::primitives::Uint::from_limbs([id.as_limbs()[0], id.as_limbs()[1], id.as_limbs()[2]]);
        let nonce = match nonce {
            0 => self.ours.read(self.governor, &IGovernor::nonces_0Call { owner: voter }).await.unwrap(),
            1 => self.ours.read(self.governor, &IGovernor::nonces_1Call { owner: voter, key }).await.unwrap(),
            _ => U256::from(7),
        };
        let sign =
            |digest: B256| -> Bytes { self.ours.signers()[who].sign_hash_sync(&digest).unwrap().as_bytes().into() };
        if is_split {
            let (support, parts) = (255, params([token::OMNIT, 2 * token::OMNIT, 0]));
            let ballot = ExtendedBallot {
                proposalId: id,
                support,
                voter,
                nonce,
                reason: "signed".into(),
                params: parts.clone(),
            };
            let signature = sign(ballot.eip712_signing_hash(&governor_domain(self.ours.chain_id(), self.governor)));
            let reason = "signed".into();
            let call = IGovernor::castVoteWithReasonAndParamsBySigCall {
                proposalId: id,
                support,
                voter,
                reason,
                params: parts,
                signature,
            };
            return call.abi_encode();
        }
        let ballot = Ballot { proposalId: id, support, voter, nonce };
        let signature = sign(ballot.eip712_signing_hash(&governor_domain(self.ours.chain_id(), self.governor)));
        IGovernor::castVoteBySigCall { proposalId: id, support, voter, signature }.abi_encode()
    }
}

fn equal<T: PartialEq + std::fmt::Debug>(what: &str, ours: &T, theirs: &T) -> Result<(), String> {
    if ours == theirs { Ok(()) } else { Err(format!("{what} differ\n  ours   {ours:?}\n  theirs {theirs:?}")) }
}

async fn compare(default_seed: u64) {
    let seed = setting("OMNIT_DIFFERENTIAL_SEED", default_seed);
    let count = setting("OMNIT_DIFFERENTIAL_STEPS", STEPS);
    println!("OMNIT_DIFFERENTIAL_SEED={seed} OMNIT_DIFFERENTIAL_STEPS={count}");
    let pair = Pair::start().await;
    let mut dice = Dice(seed);
    for _ in 0..3 {
        let steps: Vec<_> = (0..count).map(|_| step(&mut dice)).collect();
        if let Err(reason) = pair.play(&steps).await {
            println!("{reason}");
            let (steps, reason) = shortest(steps, async |steps| pair.play(steps).await).await;
            panic!("seed {seed}: {reason}\n{steps:#?}");
        }
    }
}

#[tokio::test]
async fn random_calls_equal_openzeppelin_with_first_seed() {
    compare(1).await;
}

#[tokio::test]
async fn random_calls_equal_openzeppelin_with_second_seed() {
    compare(0x4f4d_4e49_5420_4141).await;
}

#[tokio::test]
async fn interfaces_are_known_to_both_or_to_neither() {
    let pair = Pair::start().await;
    for id in [
        0x01ff_c9a7_u32,
        0x4e23_12e0,
        0x7b04_a2d0,
        0x1626_ba7e,
        0xffff_ffff,
        0,
        0x150b_7a02,
        0xda28_7a1d,
        0x65cf_9d1c,
        0x7c4b_c3bb,
    ] {
        let data = IGovernor::supportsInterfaceCall { interfaceId: id.to_be_bytes().into() }.abi_encode();
        pair.same_call(pair.who(0), pair.governor, &data).await.unwrap();
    }
    // type(IGovernor).interfaceId, with and without getProposalId, as OpenZeppelin's governor knows them.
    let selectors = [
        IGovernor::nameCall::SELECTOR,
        IGovernor::versionCall::SELECTOR,
        IGovernor::COUNTING_MODECall::SELECTOR,
        IGovernor::hashProposalCall::SELECTOR,
        IGovernor::stateCall::SELECTOR,
        IGovernor::proposalThresholdCall::SELECTOR,
        IGovernor::proposalSnapshotCall::SELECTOR,
        IGovernor::proposalDeadlineCall::SELECTOR,
        IGovernor::proposalProposerCall::SELECTOR,
        IGovernor::proposalEtaCall::SELECTOR,
        IGovernor::proposalNeedsQueuingCall::SELECTOR,
        IGovernor::votingDelayCall::SELECTOR,
        IGovernor::votingPeriodCall::SELECTOR,
        IGovernor::quorumCall::SELECTOR,
        IGovernor::getVotesCall::SELECTOR,
        IGovernor::getVotesWithParamsCall::SELECTOR,
        IGovernor::hasVotedCall::SELECTOR,
        IGovernor::proposeCall::SELECTOR,
        IGovernor::queue_0Call::SELECTOR,
        IGovernor::execute_0Call::SELECTOR,
        IGovernor::cancel_0Call::SELECTOR,
        IGovernor::castVoteCall::SELECTOR,
        IGovernor::castVoteWithReasonCall::SELECTOR,
        IGovernor::castVoteWithReasonAndParamsCall::SELECTOR,
        IGovernor::castVoteBySigCall::SELECTOR,
        IGovernor::castVoteWithReasonAndParamsBySigCall::SELECTOR,
    ];
    let without = selectors.iter().fold(0, |id, selector| id ^ u32::from_be_bytes(*selector));
    for id in [without, without ^ u32::from_be_bytes(IGovernor::getProposalIdCall::SELECTOR)] {
        let call = IGovernor::supportsInterfaceCall { interfaceId: id.to_be_bytes().into() };
        assert!(pair.theirs.read(pair.governor, &call).await.unwrap(), "{id:x}");
        assert!(pair.ours.read(pair.governor, &call).await.unwrap(), "{id:x}");
    }
}
