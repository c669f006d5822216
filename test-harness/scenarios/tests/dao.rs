//! Random actors around proposals: OMNIT moves between holders, stake and locks while they vote, split and take votes back. Whatever happens,
//! votes are those of the snapshot, each counted once, and what the timelock does is what passed.
//!
//! `OMNIT_MODEL_SEED=<number>` plays another run, `OMNIT_MODEL_BLOCKS=<number>` a longer one. A failing one is shrunk and printed.

use std::cell::RefCell;
use std::collections::BTreeMap;

use alloy::primitives::{Address, B256, U256};
use alloy::rpc::types::TransactionReceipt;
use alloy::sol_types::{SolCall as _, SolEvent as _};
use omnit_abi::{
    IGovernor::{self, ProposalState},
    IStaking, IToken, IVesting,
};
use omnit_client::proposals::proposal_id;
use omnit_fixtures::shrink::{Dice, hold, setting};

use crate::world::{TIMELOCK, World, omnit};

const OPERATORS: [usize; 2] = [1, 2];
/// Everybody who acts.
const ACTORS: u64 = 6;
const GUARDIAN: usize = 9;
const VALIDATOR: u8 = 1;
const DAY: u64 = 86_400;
const CHECK_EVERY: usize = 15;

#[derive(Clone, Debug)]
enum Action {
    Wait {
        secs: u64,
    },
    Give {
        from: usize,
        to: usize,
        amount: U256,
    },
    Delegate {
        from: usize,
        to: usize,
    },
    Stake {
        from: usize,
        operator: usize,
        amount: U256,
    },
    Thaw {
        from: usize,
        operator: usize,
        amount: U256,
    },
    Withdraw {
        from: usize,
        ticket: u64,
    },
    Slash {
        operator: usize,
        amount: U256,
    },
    Lock {
        from: usize,
        to: usize,
        amount: U256,
    },
    DelegateLock {
        from: usize,
        id: u64,
        to: usize,
    },
    StakeLock {
        from: usize,
        id: u64,
        operator: usize,
        amount: U256,
    },
    Propose {
        from: usize,
    },
    Vote {
        from: usize,
        back: usize,
        support: u8,
    },
    /// Everybody votes for it.
    Rally {
        back: usize,
    },
    Split {
        from: usize,
        back: usize,
        parts: [u128; 3],
    },
    TokenVote {
        from: usize,
        back: usize,
        support: u8,
    },
    Override {
        from: usize,
        operator: usize,
        lock: u64,
        back: usize,
        support: u8,
    },
    Queue {
        back: usize,
    },
    Execute {
        back: usize,
    },
    Cancel {
        from: usize,
        back: usize,
    },
}

fn action(dice: &mut Dice) -> Action {
    let actor = |dice: &mut Dice| dice.roll(ACTORS) as usize;
    let (from, to, back) = (actor(dice), actor(dice), dice.index(2));
    let (operator, support) = (OPERATORS[dice.index(OPERATORS.len())], [0, 1, 1, 1, 1, 1, 1, 2][dice.index(8)]);
    let amount = omnit(1 + dice.roll(500_000));
    let lock = 4 + dice.roll(12);
    match dice.roll(40) {
        30 => Action::Rally { back },
        31..38 => Action::Vote { from, back, support },
        38 => Action::Queue { back },
        39 => Action::Execute { back },
        0..4 => Action::Wait { secs: [1, 60, DAY / 2, DAY, 2 * DAY, 3 * DAY][dice.index(6)] },
        4 | 5 => Action::Give { from, to, amount },
        6 => Action::Delegate { from, to: if dice.roll(4) == 0 { to } else { from } },
        7 | 8 => Action::Stake { from, operator, amount },
        9 => Action::Thaw { from, operator, amount },
        10 => Action::Withdraw { from, ticket: 1 + dice.roll(12) },
        11 => Action::Slash { operator, amount: omnit(dice.roll(3_000)) },
        12 | 13 => Action::Lock { from, to, amount },
        14 => Action::DelegateLock { from, id: lock, to },
        15 => Action::StakeLock { from, id: lock, operator, amount },
        16 => Action::Propose { from },
        17..21 => Action::Vote { from, back, support },
        21 | 22 => {
            let parts = [(); 3].map(|()| u128::from(dice.roll(3)) * 500_000 * 10u128.pow(18));
            Action::Split { from, back, parts }
        }
        23 => Action::TokenVote { from, back, support },
        24 | 25 => Action::Override { from, operator, lock: dice.roll(2) * lock, back, support },
        26 | 27 => Action::Queue { back },
        28 => Action::Execute { back },
        _ => Action::Cancel { from: if dice.roll(4) == 0 { GUARDIAN } else { from }, back },
    }
}

/// What the model knows of a proposal: what events said.
#[derive(Default, Clone)]
struct Known {
    number: u64,
    id: U256,
    snapshot: U256,
    /// Votes cast and overridden by account, less what was taken back.
    used: BTreeMap<Address, U256>,
    /// Whether its calls were made.
    executed: u32,
    /// The quorum when it was first asked for.
    quorum: Option<U256>,
}

struct Model<'a> {
    world: &'a World,
    proposals: RefCell<Vec<Known>>,
}

/// The call that proposal `number` makes: a yield that no other one sets.
fn parts(world: &World, number: u64) -> IGovernor::proposeCall {
    let call = IStaking::setYieldCall {
        service: VALIDATOR,
        baseBps: U256::from(number % 5_000),
        bonusBps: U256::from(number / 5_000),
    };
    IGovernor::proposeCall {
        targets: vec![world.at("staking")],
        values: vec![U256::ZERO],
        calldatas: vec![call.abi_encode().into()],
        description: format!("Yield {number}"),
    }
}

impl Model<'_> {
    /// Does one action; most may fail. Answers whether it did not.
    async fn perform(&self, action: &Action) -> bool {
        let (world, staking, vesting) = (self.world, "staking", "vesting");
        let operator_at = |operator: usize| world.who(operator);
        match action.clone() {
            Action::Wait { secs } => {
                world.wait(secs).await;
                true
            }
            Action::Give { from, to, amount } => {
                world.try_to(from, "token", &IToken::transferCall { to: world.who(to), amount }).await
            }
            Action::Delegate { from, to } => {
                world.try_to(from, "token", &IToken::delegateCall { delegatee: world.who(to) }).await
            }
            Action::Stake { from, operator, amount } => {
                let (operator, holder) = (operator_at(operator), Address::ZERO);
                let call = IStaking::stakeCall { operator, service: VALIDATOR, holder, tag: 0 };
                world.pay(from, staking, amount, &call).await
            }
            Action::Thaw { from, operator, amount } => {
                let operator = operator_at(operator);
                world.try_to(from, staking, &IStaking::thawCall { operator, service: VALIDATOR, tag: 0, amount }).await
            }
            Action::Withdraw { from, ticket } => {
                world.try_to(from, staking, &IStaking::withdrawCall { id: U256::from(ticket) }).await
            }
            Action::Slash { operator, amount } => {
                let (operator, challenger) = (operator_at(operator), Address::ZERO);
                let (service, share, cut) = (VALIDATOR, U256::ZERO, U256::ZERO);
                let call = IStaking::slashCall { operator, service, amount, shareBps: share, challenger, cutBps: cut };
                world.try_to(TIMELOCK, staking, &call).await
            }
            Action::Lock { from, to, amount } => self.lock(from, to, amount).await,
            Action::DelegateLock { from, id, to } => {
                world.try_to(from, vesting, &IVesting::delegateLockCall { id, to: world.who(to) }).await
            }
            Action::StakeLock { from, id, operator, amount } => {
                let operator = operator_at(operator);
                world.try_to(from, vesting, &IVesting::stakeCall { id, operator, service: VALIDATOR, amount }).await
            }
            other => self.govern(&other).await,
        }
    }

    async fn lock(&self, from: usize, to: usize, amount: U256) -> bool {
        let start = self.world.chain.now().await.unwrap();
        let points = vec![B256::from(U256::from(start + 900 * DAY) << 120 | U256::from(1) << 96 | amount)];
        let (beneficiary, funder) = (self.world.who(to), Address::ZERO);
        let create = IVesting::createCall { beneficiary, funder, start, cliff: 0, flags: 0, points };
        self.world.pay(from, "vesting", amount, &create).await
    }

    async fn govern(&self, action: &Action) -> bool {
        let world = self.world;
        if let Action::Propose { from } = action {
            return self.propose(*from).await;
        }
        let back = match action {
            Action::Vote { back, .. }
            | Action::Split { back, .. }
            | Action::TokenVote { back, .. }
            | Action::Rally { back } => back,
            Action::Override { back, .. } | Action::Queue { back } | Action::Execute { back } => back,
            Action::Cancel { back, .. } => back,
            other => panic!("{other:?} is not about a proposal"),
        };
        let Some(id) = self.proposals.borrow().iter().rev().nth(*back).map(|known| known.id) else { return false };
        match action.clone() {
            Action::Vote { from, support, .. } => {
                self.ballot(from, &IGovernor::castVoteCall { proposalId: id, support }).await
            }
            Action::Rally { .. } => {
                let mut any = false;
                for actor in 0..ACTORS as usize {
                    any |= self.ballot(actor, &IGovernor::castVoteCall { proposalId: id, support: 1 }).await;
                }
                any
            }
            Action::Split { from, parts, .. } => {
                let params = parts.map(u128::to_be_bytes).concat().into();
                let (support, reason) = (255, String::new());
                let call = IGovernor::castVoteWithReasonAndParamsCall { proposalId: id, support, reason, params };
                self.ballot(from, &call).await
            }
            Action::TokenVote { from, support, .. } => {
                let call = IGovernor::castTokenVoteCall { proposalId: id, support, reason: String::new() };
                self.ballot(from, &call).await
            }
            Action::Override { from, operator, lock, support, .. } => {
                let owner = if lock == 0 { world.who(from) } else { world.at("vesting") };
                let (operator, service, tag, reason) = (world.who(operator), VALIDATOR, lock, String::new());
                let call =
                    IGovernor::castOverrideVoteCall { proposalId: id, support, reason, operator, service, owner, tag };
                self.ballot(from, &call).await
            }
            Action::Queue { .. } => world.try_to(0, "governor", &IGovernor::queue_1Call { proposalId: id }).await,
            Action::Execute { .. } => {
                let done = world.try_to(0, "governor", &IGovernor::execute_1Call { proposalId: id }).await;
                if done {
                    self.change(id, |known| known.executed += 1);
                }
                done
            }
            Action::Cancel { from, .. } => {
                world.try_to(from, "governor", &IGovernor::cancel_1Call { proposalId: id }).await
            }
            other => panic!("{other:?} is not about a proposal"),
        }
    }

    fn change(&self, id: U256, change: impl FnOnce(&mut Known)) {
        let mut all = self.proposals.borrow_mut();
        change(all.iter_mut().find(|known| known.id == id).expect("only known proposals are acted on"));
    }

    async fn propose(&self, from: usize) -> bool {
        let (world, number) = (self.world, self.proposals.borrow().len() as u64 + 1);
        let call = parts(world, number);
        let id = proposal_id(&call);
        if !world.try_to(from, "governor", &call).await {
            return false;
        }
        let snapshot = world.read("governor", &IGovernor::proposalSnapshotCall { proposalId: id }).await;
        self.proposals.borrow_mut().push(Known { number, id, snapshot, ..Known::default() });
        true
    }

    /// Sends a vote and notes what its events say.
    async fn ballot(&self, from: usize, call: &impl alloy::sol_types::SolCall) -> bool {
        let (world, governor) = (self.world, self.world.at("governor"));
        let receipt = world.chain.send(world.who(from), governor, call.abi_encode()).await.unwrap();
        self.note(&receipt);
        receipt.status()
    }

    fn note(&self, receipt: &TransactionReceipt) {
        for log in receipt.inner.logs() {
            let data = log.data();
            if let Ok(cast) = IGovernor::VoteCast::decode_log_data(data) {
                self.change(cast.proposalId, |known| *known.used.entry(cast.voter).or_default() += cast.weight);
            } else if let Ok(cast) = IGovernor::VoteCastWithParams::decode_log_data(data) {
                self.change(cast.proposalId, |known| *known.used.entry(cast.voter).or_default() += cast.weight);
            } else if let Ok(cast) = IGovernor::OverrideVoteCast::decode_log_data(data) {
                // Counted apart from the account's own votes.
                self.change(cast.proposalId, |known| *known.used.entry(Address::ZERO).or_default() += cast.weight);
            } else if let Ok(taken) = IGovernor::VoteReduced::decode_log_data(data) {
                self.change(taken.proposalId, |known| *known.used.entry(taken.delegate).or_default() -= taken.weight);
            }
        }
    }

    /// What must hold at any time; says what does not.
    async fn check(&self) -> Result<(), String> {
        let known = self.proposals.borrow().clone();
        for proposal in known.iter().rev().take(4) {
            self.check_proposal(proposal).await.map_err(|reason| format!("proposal {}: {reason}", proposal.number))?;
        }
        Ok(())
    }

    async fn check_proposal(&self, known: &Known) -> Result<(), String> {
        let (world, id, timepoint) = (self.world, known.id, known.snapshot);
        if U256::from(world.chain.now().await.unwrap()) <= timepoint {
            return Ok(());
        }
        let holds = |is: bool, what: String| if is { Ok(()) } else { Err(what) };
        let votes = world.read("governor", &IGovernor::proposalVotesCall { proposalId: id }).await;
        let (present, tally) =
            (votes.forVotes + votes.abstainVotes, votes.againstVotes + votes.forVotes + votes.abstainVotes);
        let used = known.used.values().fold(U256::ZERO, |sum, votes| sum + votes);
        holds(tally == used, format!("I1: the tally is {tally}, the events say {used}"))?;
        let mut all = U256::ZERO;
        for account in (0..10).map(|index| world.who(index)) {
            let votes = world.read("governor", &IGovernor::getVotesCall { account, timepoint }).await;
            let used = known.used.get(&account).copied().unwrap_or_default();
            holds(used <= votes, format!("I2: {account} used {used} of {votes}"))?;
            all += votes;
        }
        let supply = world.read("token", &IToken::getPastTotalSupplyCall { timepoint }).await;
        holds(all <= supply, format!("I3: {all} votes over a supply of {supply}"))?;
        holds(tally <= all, format!("I3: a tally of {tally} over {all} votes"))?;
        let quorum = world.read("governor", &IGovernor::quorumCall { timepoint }).await;
        let first = known.quorum.unwrap_or(quorum);
        holds(first == quorum, format!("I6: the quorum went from {first} to {quorum}"))?;
        self.change(id, |known| known.quorum = Some(quorum));
        let passed = votes.forVotes > votes.againstVotes && present >= quorum;
        let state = world.read("governor", &IGovernor::stateCall { proposalId: id }).await;
        let is_open = [ProposalState::Active, ProposalState::Canceled].iter().any(|open| *open as u8 == state as u8);
        let says = state as u8 != ProposalState::Defeated as u8;
        holds(is_open || passed == says, format!("it is {state:?} with {votes:?} and a quorum of {quorum}"))?;
        let is_executed = u32::from(state as u8 == ProposalState::Executed as u8);
        holds(known.executed == is_executed, format!("I4: executed {} times, {state:?}", known.executed))
    }
}

/// Everybody votes with something, and two operators have stake.
async fn prepare(world: &World) {
    let slasher = IStaking::setSlasherCall { service: VALIDATOR, slasher: world.who(TIMELOCK), isSlasher: true };
    world.act(TIMELOCK, "staking", &slasher).await;
    for operator in OPERATORS {
        let register = IStaking::registerCall { service: VALIDATOR, commissionBps: U256::ZERO };
        world.act(operator, "staking", &register).await;
        let (account, holder) = (world.who(operator), Address::ZERO);
        let call = IStaking::stakeCall { operator: account, service: VALIDATOR, holder, tag: 0 };
        assert!(world.pay(operator, "staking", omnit(3_000_000), &call).await);
    }
    for actor in 0..ACTORS as usize {
        world.act(actor, "token", &IToken::delegateCall { delegatee: world.who(actor) }).await;
    }
    world.wait(60).await;
}

/// Plays actions with checks in between; answers how many succeeded and how many proposals were executed.
async fn play(world: &World, actions: &[Action]) -> Result<(usize, u32, usize), String> {
    let model = Model { world, proposals: RefCell::default() };
    let mut done = 0;
    for (index, action) in actions.iter().enumerate() {
        done += usize::from(model.perform(action).await);
        if index % CHECK_EVERY == 0 {
            model.check().await?;
        }
    }
    model.check().await?;
    let all = model.proposals.into_inner();
    let overridden = all.iter().filter(|known| known.used.contains_key(&Address::ZERO)).count();
    Ok((done, all.iter().map(|known| known.executed).sum(), overridden))
}

#[tokio::test]
async fn votes_are_counted_once_and_what_passed_is_what_happens() {
    let world = World::new().await;
    prepare(&world).await;
    let mut dice = Dice(setting("OMNIT_MODEL_SEED", 5));
    let count = setting("OMNIT_MODEL_BLOCKS", 2_000) as usize;
    let actions: Vec<_> = (0..count).map(|_| action(&mut dice)).collect();
    let mut start = world.chain.snapshot().await.unwrap();
    let (done, executed, overridden) = hold(actions, async |actions: &[Action]| {
        world.return_to(&mut start).await;
        play(&world, actions).await
    })
    .await;
    println!("{done} of {count} actions succeeded, {executed} proposals executed, {overridden} overridden");
    assert!(done > count / 4 && executed > 1 && overridden > 3, "the run tried almost nothing that works");
}
