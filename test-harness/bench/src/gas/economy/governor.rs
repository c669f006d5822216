//! Proposals and votes, beside OpenZeppelin's governor with the modules that do the same work (`OpenZeppelinGovernor.sol`).
//!
//! The governor of the first cases counts tokens alone, as the peer does; `.sources` counts staking and locks as well, which the voter has
//! none of. A vote is an account's `first` ever, or on the `next` proposal after it voted on one.

use alloy::primitives::{Address, Bytes, U256, Uint, aliases::U48, keccak256};
use alloy::sol_types::{SolCall as _, SolValue as _};
use eyre::Result;
use omnit_abi::{IGovernor, ITimelock, IToken};
use omnit_client::proposals::proposal_id;
use omnit_client::typed_data::{Ballot, governor_domain, sign};
use omnit_fixtures::token::OMNIT;
use omnit_fixtures::{Chain, Reference, governor, staking, timelock, token, vesting};

use super::{Action, Row, Site};

/// Holds most, proposes, votes.
const PROPOSER: usize = 0;
/// Votes too.
const VOTERS: [usize; 2] = [1, 3];
/// Queues, executes, delivers, and has nothing.
const STRANGER: usize = 4;
const GUARDIAN: usize = 5;
const DELAY: u64 = 100;
const PERIOD: u64 = 10_000;
/// In the timelock.
const HOLD: u64 = 500;

/// What is measured, in the order of the table.
const CASES: [&str; 11] = [
    "governor.propose",
    "governor.cast_vote.first",
    "governor.cast_vote.next",
    "governor.cast_vote_by_sig",
    "governor.cast_vote_by_sig.next",
    "governor.queue",
    "governor.execute",
    "governor.cancel",
    "governor.propose.sources",
    "governor.cast_vote.first.sources",
    "governor.cast_vote.next.sources",
];

pub(super) async fn measure() -> Result<Vec<Row>> {
    let plain = Stand::ours(Site::node().await?, false).await?;
    let sources = Stand::ours(Site::node().await?, true).await?;
    let peer = Stand::peer(Site::anvil().await?).await?;
    let mut rows = Vec::new();
    for case in CASES {
        let row = match case.strip_suffix(".sources") {
            Some(name) => {
                let (cached, cold) = sources.measure(name).await?;
                Row { case, cached, cold, peers: Vec::new() }
            }
            None => {
                let (cached, cold) = plain.measure(case).await?;
                let (theirs, _) = peer.measure(case).await?;
                Row { case, cached, cold, peers: vec![("openzeppelin-5", theirs)] }
            }
        };
        rows.push(row);
    }
    Ok(rows)
}

/// A governor with two proposals that can be voted on.
struct Stand {
    site: Site,
    governor: Address,
    /// Called by proposals; nobody is there.
    target: Address,
    programs: Vec<Address>,
}

impl Stand {
    async fn ours(site: Site, has_sources: bool) -> Result<Self> {
        let (chain, admin) = (&site.chain, site.account(PROPOSER));
        let token = token::deploy(chain, &token::all_to(admin)).await?;
        let terms = ITimelock::initializeCall {
            minDelay: U256::from(HOLD),
            proposers: vec![],
            executors: vec![Address::ZERO],
            admin,
        };
        let timelock = timelock::deploy(chain, &terms).await?;
        let (mut staked, mut locked) = (Address::ZERO, Address::ZERO);
        if has_sources {
            staked = staking::deploy(chain, token, admin).await?;
            locked = vesting::deploy(chain, token, staked).await?;
        }
        let governor = governor::deploy(chain, terms_of(&site, token, timelock, [staked, locked])).await?;
        governor::appoint(chain, admin, timelock, governor).await?;
        let clerk = chain.read(governor, &IGovernor::clerkCall {}).await?;
        let programs = [token, timelock, governor, clerk, staked, locked].into_iter();
        let programs = programs.filter(|program| !program.is_zero()).collect();
        let target = Address::repeat_byte(0x77);
        Self { site, governor, target, programs }.opened(token).await
    }

    async fn peer(site: Site) -> Result<Self> {
        let (chain, admin) = (&site.chain, site.account(PROPOSER));
        let token = Reference::OpenZeppelinVotes.deploy_token(chain, admin).await?;
        let arguments = (U256::from(HOLD), Vec::<Address>::new(), vec![Address::ZERO], admin).abi_encode_params();
        let timelock = Reference::OpenZeppelinTimelock.deploy(chain, admin, &arguments).await?;
        let terms = terms_of(&site, token, timelock, [Address::ZERO; 2]);
        let governor = governor::peer(chain, admin, &terms).await?;
        governor::appoint(chain, admin, timelock, governor).await?;
        let target = Address::repeat_byte(0x77);
        Self { site, governor, target, programs: Vec::new() }.opened(token).await
    }

    /// Gives votes to everybody, proposes twice, and waits until voting is open.
    async fn opened(self, token: Address) -> Result<Self> {
        for voter in VOTERS {
            let call = IToken::transferCall { to: self.site.account(voter), amount: U256::from(50_000_000 * OMNIT) };
            self.site.act(PROPOSER, token, &call).await?;
        }
        for voter in [PROPOSER].into_iter().chain(VOTERS) {
            let call = IToken::delegateCall { delegatee: self.site.account(voter) };
            self.site.act(voter, token, &call).await?;
        }
        for number in [1, 2] {
            self.site.act(PROPOSER, self.governor, &self.proposal(number)).await?;
        }
        self.site.skip(DELAY + 1).await?;
        Ok(self)
    }

    fn proposal(&self, number: u64) -> IGovernor::proposeCall {
        let call = IToken::transferCall { to: self.target, amount: U256::from(number) };
        IGovernor::proposeCall {
            targets: vec![self.target],
            values: vec![U256::ZERO],
            calldatas: vec![call.abi_encode().into()],
            description: "Send a number to nobody".into(),
        }
    }

    fn id(&self, number: u64) -> U256 {
        proposal_id(&self.proposal(number))
    }

    fn vote(&self, number: u64) -> IGovernor::castVoteCall {
        IGovernor::castVoteCall { proposalId: self.id(number), support: 1 }
    }

    async fn signed(&self, number: u64) -> Result<IGovernor::castVoteBySigCall> {
        let (chain, id, who): (&Chain, _, _) = (&self.site.chain, self.id(number), VOTERS[1]);
        let [a, b, c, _] = *id.as_limbs();
        let voter = self.site.account(who);
        let next = IGovernor::nonces_1Call { owner: voter, key: Uint::from_limbs([a, b, c]) };
        let nonce = chain.read(self.governor, &next).await?;
        let ballot = Ballot { proposalId: id, support: 1, voter, nonce };
        let signed = sign(&chain.signers()[who], &ballot, &governor_domain(chain.chain_id(), self.governor))?;
        let signature = Bytes::from(signed.signature.as_bytes());
        Ok(IGovernor::castVoteBySigCall { proposalId: id, support: 1, voter, signature })
    }

    async fn measure(&self, case: &str) -> Result<(u64, u64)> {
        let snapshot = self.site.chain.snapshot().await?;
        let action = self.prepare(case).await?;
        let gas = self.site.cached_and_cold(&self.programs, &action).await?;
        self.site.chain.revert(snapshot).await?;
        Ok(gas)
    }

    async fn prepare(&self, case: &str) -> Result<Action> {
        let (governor, site) = (self.governor, &self.site);
        let (proposer, stranger) = (site.account(PROPOSER), site.account(STRANGER));
        let IGovernor::proposeCall { targets, values, calldatas, description } = self.proposal(1);
        let hash = keccak256(description);
        let queue = IGovernor::queue_0Call {
            targets: targets.clone(),
            values: values.clone(),
            calldatas: calldatas.clone(),
            descriptionHash: hash,
        };
        let execute = IGovernor::execute_0Call {
            targets: targets.clone(),
            values: values.clone(),
            calldatas: calldatas.clone(),
            descriptionHash: hash,
        };
        Ok(match case {
            "governor.propose" => Action::new(proposer, governor, &self.proposal(3)),
            "governor.cast_vote.first" => Action::new(proposer, governor, &self.vote(1)),
            "governor.cast_vote.next" => {
                site.act(PROPOSER, governor, &self.vote(1)).await?;
                site.act(VOTERS[0], governor, &self.vote(2)).await?;
                Action::new(proposer, governor, &self.vote(2))
            }
            "governor.cast_vote_by_sig" => Action::new(stranger, governor, &self.signed(1).await?),
            "governor.cast_vote_by_sig.next" => {
                site.act(VOTERS[1], governor, &self.vote(1)).await?;
                site.act(VOTERS[0], governor, &self.vote(2)).await?;
                Action::new(stranger, governor, &self.signed(2).await?)
            }
            stage => {
                site.act(PROPOSER, governor, &self.vote(1)).await?;
                site.skip(PERIOD).await?;
                if stage == "governor.queue" {
                    return Ok(Action::new(stranger, governor, &queue));
                }
                site.act(STRANGER, governor, &queue).await?;
                site.skip(HOLD).await?;
                if stage == "governor.execute" {
                    return Ok(Action::new(stranger, governor, &execute));
                }
                let cancel = IGovernor::cancel_0Call { targets, values, calldatas, descriptionHash: hash };
                Action::new(site.account(GUARDIAN), governor, &cancel)
            }
        })
    }
}

fn terms_of(
    site: &Site,
    token: Address,
    timelock: Address,
    [staking, vesting]: [Address; 2],
) -> IGovernor::initializeCall {
    IGovernor::initializeCall {
        clerk: Address::ZERO,
        token,
        staking,
        vesting,
        reserve: Address::ZERO,
        votingDelay: U48::from(DELAY),
        votingPeriod: PERIOD as u32,
        proposalThreshold: U256::from(100_000 * OMNIT),
        voteExtension: U48::from(100),
        quorumNumerator: U256::from(400),
        guardian: site.account(GUARDIAN),
        guardianSunset: super::super::GENESIS + 1_000_000,
        timelock,
    }
}
