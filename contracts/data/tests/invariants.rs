//! The invariants of `README.md` after every one of thousands of random actions, checked on the chain itself, and the reference model beside it.
//! `OMNIT_MODEL_BLOCKS` and `OMNIT_MODEL_SEED` lengthen or repeat a run. A run that fails is cut down by leaving actions out.

use crate::{
    dice::Dice,
    model::{Action, Model, Stake},
    world::{FUNDER, OMNIT, OWNER, PURSE, SERVICE, STRANGER, V, World, rules, units},
};
use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    sol,
    sol_types::{SolCall, SolValue as _},
};
use omnit_abi::{IData, IStaking, IToken};
use omnit_fixtures::Reference;
use omnit_fixtures::shrink::{self, setting};

sol! {
    function become(uint8 mood, address target, bytes data) external;
}

/// Stakes in OMNIT: one whale, four of the middle, one dwarf.
pub(crate) const VALIDATORS: [u64; 6] = [500, 200, 200, 150, 100, 3];
const LAST: usize = V + VALIDATORS.len() - 1;
const RESERVE: u128 = 10_000 * OMNIT;
/// How often a failing run may be played again to make it shorter.
const CUTS: usize = 60;

/// A world that can go back to its start.
struct Stage {
    world: World,
    patron: Address,
    start: U256,
    supply: u128,
}

/// When it went wrong.
struct Broken {
    step: usize,
}

impl Stage {
    async fn set() -> Self {
        let world = World::with_stakes(&VALIDATORS).await;
        let owner = world.who(OWNER);
        let patron = Reference::Patron.deploy(&world.chain, owner, &world.token.abi_encode()).await.unwrap();
        world.act(OWNER, &IData::setSourceCall { source: patron }).await;
        let fund = IToken::transferCall { to: patron, amount: units(RESERVE) };
        world.send(OWNER, world.token, &fund).await;
        let service = IStaking::setServiceCall {
            service: SERVICE,
            minimum: units(OMNIT),
            thawSecs: units(14 * 86_400),
            jailSecs: units(600),
            missBps: units(10),
            missesToJail: units(4),
        };
        world.send(OWNER, world.staking, &service).await;
        let supply = world.chain.read(world.token, &IToken::totalSupplyCall {}).await.unwrap().to();
        let start = world.chain.snapshot().await.unwrap();
        Self { world, patron, start, supply }
    }

    async fn reset(&mut self) {
        self.world.chain.revert(self.start).await.unwrap();
        self.start = self.world.chain.snapshot().await.unwrap();
    }

    async fn model(&self) -> Model {
        let mut purses: std::collections::BTreeMap<_, _> = (FUNDER..=LAST).map(|who| (who, PURSE)).collect();
        purses.insert(OWNER, self.world.balance(self.world.who(OWNER)).await);
        Model {
            rules: rules(),
            campaigns: Vec::new(),
            submissions: Vec::new(),
            earned: Default::default(),
            purses,
            reserve: RESERVE,
            mood: 0,
            surplus: 0,
            burned: 0,
            owner: OWNER,
        }
    }

    fn salt(tag: u8) -> B256 {
        keccak256([tag])
    }

    fn hidden(&self, id: u64, owner: usize, score: u16, salt: u8) -> B256 {
        let world = &self.world;
        let chain_id = units(world.chain.chain_id().into());
        let words = (chain_id, world.data, units(id.into()), world.who(owner), units(score.into()), Self::salt(salt));
        keccak256(words.abi_encode())
    }

    /// Who sends what to whom.
    fn call(&self, action: &Action) -> (usize, Address, Vec<u8>) {
        let world = &self.world;
        let (data, staking) = (world.data, world.staking);
        let pay = |to, amount, data: Vec<u8>| {
            IToken::transferAndCall_1Call { to, value: units(amount), data: data.into() }.abi_encode()
        };
        match action {
            Action::Create { who, budget, terms } => (*who, world.token, pay(data, *budget, terms.abi_encode())),
            Action::Fund { who, campaign, amount } => {
                let call = IData::fundCall { campaign: *campaign };
                (*who, world.token, pay(data, *amount, call.abi_encode()))
            }
            Action::Submit { who, campaign, root, size, bond } => {
                let call = IData::submitCall { campaign: *campaign, root: B256::with_last_byte(*root), size: *size };
                (*who, world.token, pay(data, *bond, call.abi_encode()))
            }
            Action::Commit { who, id, owner, score, salt } => {
                let commitment = self.hidden(*id, *owner, *score, *salt);
                (*who, data, IData::commitCall { id: *id, commitment }.abi_encode())
            }
            Action::Reveal { who, id, score, salt } => {
                (*who, data, IData::revealCall { id: *id, scoreBps: *score, salt: Self::salt(*salt) }.abi_encode())
            }
            Action::Resolve { who, id } => (*who, data, IData::resolveCall { id: *id }.abi_encode()),
            Action::Distribute { who, operator } => {
                (*who, data, IData::distributeCall { operator: world.who(*operator) }.abi_encode())
            }
            Action::Close { who, campaign } => (*who, data, IData::closeCall { campaign: *campaign }.abi_encode()),
            Action::Rules { who, rules } => (*who, data, rules.abi_encode()),
            Action::Mood { mood } => {
                (OWNER, self.patron, becomeCall { mood: *mood, target: data, data: Bytes::new() }.abi_encode())
            }
            Action::Gift { amount } => {
                (OWNER, world.token, IToken::transferCall { to: data, amount: units(*amount) }.abi_encode())
            }
            Action::Stake { who, amount } => {
                let (operator, holder) = (world.who(*who), Address::ZERO);
                let call = IStaking::stakeCall { operator, service: SERVICE, holder, tag: 0 };
                (*who, world.token, pay(staking, u128::from(*amount) * OMNIT, call.abi_encode()))
            }
            Action::Unjail { who } => (*who, staking, IStaking::unjailCall { service: SERVICE }.abi_encode()),
        }
    }

    async fn stake_of(&self, model: &Model, action: &Action) -> Stake {
        let Action::Commit { who, id, .. } = action else { return Stake::default() };
        let Some(submission) = (*id as usize).checked_sub(1).and_then(|at| model.submissions.get(at)) else {
            return Stake::default();
        };
        let (world, operator) = (&self.world, self.world.who(*who));
        let now = IStaking::eligibleStakeCall { operator, service: SERVICE };
        let then =
            IStaking::getPastStakeCall { operator, service: SERVICE, timepoint: units(u128::from(submission.at) - 1) };
        Stake {
            now: world.chain.read(world.staking, &now).await.unwrap().to(),
            then: world.chain.read(world.staking, &then).await.unwrap().to(),
        }
    }

    /// One action on the chain and in the model.
    async fn step(&self, model: &mut Model, at: u64, action: &Action) -> Result<bool, String> {
        let world = &self.world;
        let stake = self.stake_of(model, action).await;
        let call = IStaking::totalEligibleStakeCall { service: SERVICE };
        // The second before `at` is not mined yet: what counts is what stands now.
        let total: u128 = world.chain.read(world.staking, &call).await.unwrap().to();
        let (who, to, data) = self.call(action);
        world.chain.set_next_time(at).await.unwrap();
        let receipt = world.try_send(who, to, data).await;
        if matches!(action, Action::Unjail { .. }) {
            return Ok(receipt.status());
        }
        let expected = model.apply(at, action, stake, total).is_some();
        if receipt.status() != expected {
            return Err(format!("succeeds: {}, should: {expected}", receipt.status()));
        }
        self.compare(model, action, who).await?;
        Ok(expected)
    }

    /// What the action touched, and the books.
    async fn compare(&self, model: &Model, action: &Action, who: usize) -> Result<(), String> {
        let world = &self.world;
        let (held, balance) = (world.held().await, world.balance(world.data).await);
        same("I2: held is what everybody is owed", held, model.held())?;
        same("I1: the contract has what it owes and what nobody owns", balance, held + model.surplus)?;
        same("purse of the sender", world.balance(world.who(who)).await, model.purse(who))?;
        let (campaign, submission) = match action {
            Action::Fund { campaign, .. } | Action::Close { campaign, .. } | Action::Submit { campaign, .. } => {
                (*campaign, 0)
            }
            Action::Create { .. } => (model.campaigns.len() as u32, 0),
            Action::Commit { id, .. } | Action::Reveal { id, .. } | Action::Resolve { id, .. } => {
                let known = (*id as usize).checked_sub(1).and_then(|at| model.submissions.get(at));
                (known.map_or(0, |submission| submission.campaign), known.map_or(0, |_| *id))
            }
            _ => (0, 0),
        };
        if campaign > 0 && campaign as usize <= model.campaigns.len() {
            self.compare_campaign(model, campaign).await?;
        }
        if submission > 0 {
            self.compare_submission(model, submission).await?;
        }
        Ok(())
    }

    async fn compare_campaign(&self, model: &Model, id: u32) -> Result<(), String> {
        let (chain, expected) = (self.world.budget(id).await, &model.campaigns[id as usize - 1]);
        same("free budget", chain.free, units(expected.free))?;
        same("reserved budget", chain.reserved, units(expected.reserved))?;
        same("paid", chain.paid, units(expected.paid))?;
        same("matched", chain.matched, units(expected.matched))?;
        same("open and all submissions", (chain.open, chain.count), (expected.open, expected.count))?;
        same("closed", chain.isClosed, expected.is_closed)
    }

    async fn compare_submission(&self, model: &Model, id: u64) -> Result<(), String> {
        let world = &self.world;
        let (chain, expected) = (world.read(&IData::submissionCall { id }).await, &model.submissions[id as usize - 1]);
        same("state and accuracy", (chain.state, chain.accuracyBps), (expected.state, expected.accuracy))?;
        same("seats", usize::from(chain.reviewers), expected.seats.len())?;
        let submitter = expected.submitter;
        same("purse of the submitter", world.balance(world.who(submitter)).await, model.purse(submitter))?;
        for (number, seat) in expected.seats.iter().enumerate() {
            let chain = world.read(&IData::reviewerCall { id, seat: number as u8 }).await;
            same("operator of a seat", chain.operator, world.who(seat.operator))?;
            same("weight of a seat", chain.weight, seat.weight)?;
            let shown = chain.isRevealed.then_some(chain.scoreBps);
            same("score of a seat", shown, seat.revealed)?;
            let earned = model.earned.get(&seat.operator).copied().unwrap_or_default();
            same("earned", world.earned(seat.operator).await, earned)?;
        }
        Ok(())
    }

    /// Not a unit of OMNIT comes or goes but by burning.
    async fn i1_omnit_is_conserved(&self) -> Result<(), String> {
        let world = &self.world;
        let mut sum = 0;
        for account in (OWNER..=LAST).map(|who| world.who(who)).chain([world.data, world.staking, self.patron]) {
            sum += world.balance(account).await;
        }
        let supply: u128 = world.chain.read(world.token, &IToken::totalSupplyCall {}).await.unwrap().to();
        same("sum of all balances", sum, supply)?;
        if supply > self.supply { Err("supply grew".to_owned()) } else { Ok(()) }
    }

    /// Time alone ends everything: all can be resolved, closed and distributed, and then nothing is left but gifts.
    async fn i6_everybody_can_exit(&self, model: &mut Model) -> Result<(), String> {
        let mut at = self.world.now().await + 30 * 86_400;
        let resolve = (1..=model.submissions.len() as u64).map(|id| Action::Resolve { who: STRANGER, id });
        let close = (1..=model.campaigns.len() as u32).map(|campaign| Action::Close { who: STRANGER, campaign });
        let distribute = (OWNER..=LAST).map(|operator| Action::Distribute { who: STRANGER, operator });
        for action in resolve.chain(close).chain(distribute).collect::<Vec<_>>() {
            at += 1;
            self.step(model, at, &action).await.map_err(|how| format!("at the exit, {action:?}: {how}"))?;
        }
        same("held in the end", self.world.held().await, 0)?;
        same("left in the end", self.world.balance(self.world.data).await, model.surplus)?;
        for who in OWNER..=LAST {
            same("purse in the end", self.world.balance(self.world.who(who)).await, model.purse(who))?;
        }
        self.i1_omnit_is_conserved().await
    }

    /// Plays recorded actions; where it breaks.
    async fn replay(&mut self, actions: &[(u64, Action)]) -> Option<Broken> {
        self.reset().await;
        let mut model = self.model().await;
        for (step, (at, action)) in actions.iter().enumerate() {
            if let Err(how) = self.step(&mut model, *at, action).await {
                println!("played again, step {step}: {how}");
                return Some(Broken { step });
            }
        }
        self.i6_everybody_can_exit(&mut model).await.is_err().then_some(Broken { step: actions.len() })
    }

    /// Leaves actions out as long as it still breaks.
    async fn shorten(&mut self, mut actions: Vec<(u64, Action)>) -> Vec<(u64, Action)> {
        let (mut len, mut cuts) = (actions.len() / 2, 0);
        while len > 0 && cuts < CUTS {
            let mut from = 0;
            while from < actions.len() && cuts < CUTS {
                let mut fewer = actions.clone();
                fewer.drain(from..(from + len).min(actions.len()));
                cuts += 1;
                match self.replay(&fewer).await {
                    Some(broken) => actions = fewer[..fewer.len().min(broken.step + 1)].to_vec(),
                    None => from += len,
                }
            }
            len /= 2;
        }
        actions
    }
}

fn same<T: PartialEq + core::fmt::Debug>(what: &str, chain: T, expected: T) -> Result<(), String> {
    if chain == expected { Ok(()) } else { Err(format!("{what}: the chain says {chain:?}, the model {expected:?}")) }
}

#[tokio::test]
async fn i1_to_i6_and_the_model_hold_when_anybody_does_anything() {
    let mut stage = Stage::set().await;
    let mut dice = Dice(shrink::Dice(setting("OMNIT_MODEL_SEED", 7)));
    let mut model = stage.model().await;
    let (mut actions, mut succeeded) = (Vec::new(), 0);
    let mut at = stage.world.now().await;
    for step in 0..setting("OMNIT_MODEL_BLOCKS", 3_500) {
        at += 1 + dice.roll(9) + if dice.roll(60) == 0 { dice.roll(900) } else { 0 };
        let action = dice.action(at, &model);
        actions.push((at, action.clone()));
        let mut done = stage.step(&mut model, at, &action).await;
        if step % 100 == 0 && done.is_ok() {
            done = stage.i1_omnit_is_conserved().await.map(|()| true);
        }
        match done {
            Ok(is_done) => succeeded += usize::from(is_done),
            Err(how) => {
                let actions = stage.shorten(actions).await;
                for (at, action) in &actions {
                    println!("{at}: {action:?}");
                }
                panic!("{how}; {} actions suffice", actions.len());
            }
        }
    }
    let states = |state| model.submissions.iter().filter(|submission| submission.state == state).count();
    let ended = [states(2), states(3), states(4)];
    let matched: u128 = model.campaigns.iter().map(|campaign| campaign.matched).sum();
    println!(
        "{succeeded} of {} actions succeeded; {} campaigns; accepted, rejected, unreviewed: {ended:?}; {} base units matched, {} burned",
        actions.len(),
        model.campaigns.len(),
        matched,
        model.burned,
    );
    stage.i6_everybody_can_exit(&mut model).await.unwrap();
    let is_default = std::env::var_os("OMNIT_MODEL_SEED").is_none() && std::env::var_os("OMNIT_MODEL_BLOCKS").is_none();
    if is_default {
        assert!(ended.iter().all(|count| *count > 3) && matched > 0 && model.burned > 0, "the run tried too little");
    }
}
