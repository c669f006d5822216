//! The invariants of `README.md` after every one of thousands of random actions, and the reference model beside the chain.
//! `OMNIT_MODEL_BLOCKS` and `OMNIT_MODEL_SEED` lengthen or repeat a run.

use crate::{
    list::{Entry, List, Schedule},
    model::{Action, Model, Moved, Sent, Twist},
    world::{World, logs, opening, units},
};
use alloy::{
    primitives::{Address, B256, Bytes, U256},
    rpc::types::TransactionReceipt,
    sol_types::{SolCall as _, SolEvent as _},
};
use omnit_abi::{IAllocation, IToken};
use omnit_fixtures::shrink::{self, Dice, setting};

/// Accounts 1 to this one own campaigns, are on lists, and deliver claims.
const ACTORS: usize = 5;
/// OMNIT of each actor, in base units.
const START: u64 = 1_000_000;
/// Actions from one start on.
const ROUND: u64 = 120;
/// Lists that campaigns are opened over.
const LISTS: usize = 6;

const TWISTS: [Twist; 8] = [
    Twist::Index,
    Twist::Account,
    Twist::Amount,
    Twist::Schedule,
    Twist::Liquid,
    Twist::EmptyProof,
    Twist::LongProof,
    Twist::OtherList,
];

fn action(dice: &mut Dice) -> Action {
    let from = 1 + dice.index(ACTORS);
    let campaign = dice.index(8);
    match dice.roll(20) {
        0 | 1 => {
            let (percent, secs) = (dice.roll(130), dice.roll(500));
            Action::Open { from, list: dice.index(LISTS), percent, secs }
        }
        2 => Action::TopUp { from, campaign, amount: dice.roll(400) },
        3..=5 => Action::ClawBack { from, campaign },
        6 => Action::Refuse(dice.roll(3) == 0),
        7..=8 => Action::Wait { secs: dice.roll(120) },
        _ => {
            let twist = if dice.roll(4) == 0 { TWISTS[dice.index(TWISTS.len())] } else { Twist::None };
            Action::Claim { from, campaign, entry: dice.index(12), twist }
        }
    }
}

/// Lists of 1 to 12 entries for the actors, half of them locked.
fn lists(world: &World, dice: &mut Dice) -> Vec<List> {
    let mut list = |_| {
        let entries = (0..1 + dice.roll(12)).map(|index| {
            let amount = 1 + dice.roll(300);
            let account = world.who(1 + dice.index(ACTORS));
            let entry = Entry::liquid(300 * index as u32, account, amount);
            match dice.roll(2) {
                0 => entry,
                _ => Entry { schedule: Schedule::tranche(2_000_000_000 + dice.roll(1_000), amount), ..entry },
            }
        });
        List::new(entries.collect())
    };
    (0..LISTS).map(&mut list).collect()
}

/// A world at the start of every round, and what happened so far.
struct Run {
    world: World,
    lists: Vec<List>,
    succeeded: usize,
    failed: usize,
}

impl Run {
    async fn start(dice: &mut Dice) -> Self {
        let world = World::new().await;
        for actor in 1..=ACTORS {
            let give = IToken::transferCall { to: world.who(actor), amount: units(START) };
            world.chain.act(world.who(0), world.token, &give).await.unwrap();
        }
        let lists = lists(&world, dice);
        Self { world, lists, succeeded: 0, failed: 0 }
    }

    /// Plays the actions and returns to the start.
    async fn round(&mut self, actions: &[Action]) -> Result<(), String> {
        let start = self.world.chain.snapshot().await.unwrap();
        let result = self.play(actions).await;
        self.world.chain.revert(start).await.unwrap();
        result
    }

    async fn play(&mut self, actions: &[Action]) -> Result<(), String> {
        let mut model = Model::default();
        for (step, action) in actions.iter().enumerate() {
            let failure = |reason: String| format!("step {step}, {action:?}: {reason}");
            let wait = if let Action::Wait { secs } = action { *secs } else { 0 };
            let now = self.world.chain.now().await.unwrap() + 1 + wait;
            self.world.chain.set_next_time(now).await.unwrap();
            let (expected, call) = self.step(&mut model, now, action);
            let moved = match call {
                Some((from, to, data)) => self.moved(&self.world.chain.send(from, to, data).await.unwrap()),
                None => {
                    self.world.chain.mine().await.unwrap();
                    Some(Moved::Nothing)
                }
            };
            if moved != expected {
                return Err(failure(format!("moved {moved:?} instead of {expected:?}")));
            }
            match expected {
                Some(_) => self.succeeded += 1,
                None => self.failed += 1,
            }
            self.check(&model).await.map_err(failure)?;
        }
        self.end(&mut model).await
    }

    /// What the model says of an action, and the transaction that tries it.
    fn step(&self, model: &mut Model, now: u64, action: &Action) -> (Option<Moved>, Option<(Address, Address, Bytes)>) {
        let world = &self.world;
        let count = model.campaigns.len().max(1);
        match *action {
            Action::Open { from, list, percent, secs } => {
                let total: u64 = self.lists[list].total().to();
                let (amount, expires_at) = (total * percent / 100, now + secs);
                let call = world.payment(units(amount), &opening(self.lists[list].root(), expires_at)).abi_encode();
                let moved = model.open(now, from, list, amount, expires_at);
                (moved, Some((world.who(from), world.token, call.into())))
            }
            Action::TopUp { from, campaign, amount } => {
                let campaign = campaign % count;
                let top_up = IAllocation::topUpCall { id: units(1 + campaign as u64) };
                let call = world.payment(units(amount), &top_up).abi_encode();
                (model.top_up(now, campaign, amount), Some((world.who(from), world.token, call.into())))
            }
            Action::Claim { from, campaign, entry, twist } => {
                let campaign = campaign % count;
                let list = model.campaigns.get(campaign).map_or(0, |campaign| campaign.list);
                let (sent, proof) = self.twisted(list, entry, twist);
                let call = sent.entry.claim(1 + campaign as u64, proof).abi_encode();
                (model.claim(now, campaign, &sent), Some((world.who(from), world.allocation, call.into())))
            }
            Action::ClawBack { from, campaign } => {
                let campaign = campaign % count;
                let call = IAllocation::clawBackCall { id: units(1 + campaign as u64) }.abi_encode();
                (model.claw_back(now, from, campaign), Some((world.who(from), world.allocation, call.into())))
            }
            Action::Refuse(refuses) => {
                model.refuses = refuses;
                let behave = crate::world::ILocker::behaveCall { refuses, target: Address::ZERO, call: Bytes::new() };
                (Some(Moved::Nothing), Some((world.who(0), world.locker, behave.abi_encode().into())))
            }
            Action::Wait { .. } => (Some(Moved::Nothing), None),
        }
    }

    /// An entry of a list with its proof, bent.
    fn twisted(&self, list: usize, at: usize, twist: Twist) -> (Sent, Vec<B256>) {
        let own = &self.lists[list];
        let source = if twist == Twist::OtherList { &self.lists[(list + 1) % LISTS] } else { own };
        let at = at % source.entries.len();
        let (mut entry, mut proof) = (source.entries[at].clone(), source.proof(at));
        match twist {
            Twist::Index => entry.index += 1,
            Twist::Account => entry.account = self.world.who(8),
            Twist::Amount => entry.amount += units(1),
            Twist::Schedule => entry.schedule.cliff += 1,
            Twist::Liquid => entry.schedule = Schedule::default(),
            Twist::EmptyProof => proof.clear(),
            Twist::LongProof => proof.push(own.root()),
            Twist::OtherList | Twist::None => {}
        }
        let is_proven = own.entries.iter().position(|other| *other == entry).is_some_and(|at| own.proof(at) == proof);
        (Sent { entry, is_proven }, proof)
    }

    /// What a transaction moved; nothing if it failed.
    fn moved(&self, receipt: &TransactionReceipt) -> Option<Moved> {
        receipt.status().then_some(())?;
        let transfer = logs(receipt).iter().find_map(|log| IToken::Transfer::decode_log_data(log).ok());
        Some(match transfer {
            None => Moved::Nothing,
            Some(event) if event.to == self.world.allocation => Moved::In(event.amount.to()),
            Some(event) if event.to == self.world.locker => Moved::Locked(event.amount.to()),
            Some(event) => Moved::Out(event.amount.to()),
        })
    }

    async fn check(&self, model: &Model) -> Result<(), String> {
        let world = &self.world;
        let same = |what: String, chain: U256, model: u64| {
            if chain == units(model) { Ok(()) } else { Err(format!("{what} is {chain}, the model says {model}")) }
        };
        let held = world.balance(world.allocation).await;
        let mut sum = 0;
        for (at, campaign) in model.campaigns.iter().enumerate() {
            let id = units(1 + at as u64);
            let view = world.read(&IAllocation::campaignCall { id }).await;
            same(format!("I2: left of {id}"), view.left, campaign.left)?;
            same(format!("funded of {id}"), view.funded, campaign.funded)?;
            if view.left > view.funded || view.owner != world.who(campaign.owner) {
                return Err(format!("campaign {id} has {} left of {}, owner {}", view.left, view.funded, view.owner));
            }
            sum += campaign.left;
        }
        same("I1: what is held".to_owned(), held, sum)?;
        same("what is locked".to_owned(), world.balance(world.locker).await, model.locked)?;
        same(
            "the number of campaigns".to_owned(),
            world.read(&IAllocation::campaignsCall {}).await,
            model.campaigns.len() as u64,
        )?;
        self.conservation().await
    }

    /// OMNIT neither appears nor vanishes.
    async fn conservation(&self) -> Result<(), String> {
        let world = &self.world;
        let mut sum = world.balance(world.allocation).await + world.balance(world.locker).await;
        for actor in (1..=ACTORS).chain([8]) {
            sum += world.balance(world.who(actor)).await;
        }
        let all = units(START * ACTORS as u64);
        if sum == all { Ok(()) } else { Err(format!("I1: {sum} of {all} are accounted for")) }
    }

    /// Whatever happened, the owners can take everything out when the campaigns are over, and every mark is right.
    async fn end(&self, model: &mut Model) -> Result<(), String> {
        let world = &self.world;
        for (at, campaign) in model.campaigns.iter().enumerate() {
            for entry in &self.lists[campaign.list].entries {
                let is_claimed = world.is_claimed(1 + at as u64, entry.index).await;
                if is_claimed != campaign.claimed.contains(&entry.index) {
                    return Err(format!("I3: entry {} of campaign {} is claimed: {is_claimed}", entry.index, at + 1));
                }
            }
        }
        let now = world.chain.now().await.unwrap() + 1_000;
        world.chain.mine_at(now).await.unwrap();
        for (at, campaign) in model.campaigns.iter().enumerate().filter(|(_, campaign)| campaign.left > 0) {
            world.act(campaign.owner, &IAllocation::clawBackCall { id: units(1 + at as u64) }).await;
        }
        let held = world.balance(world.allocation).await;
        if held.is_zero() { self.conservation().await } else { Err(format!("I6: {held} cannot be taken out")) }
    }
}

#[tokio::test]
async fn i1_to_i6_and_the_model_hold_when_anybody_does_anything() {
    let mut dice = Dice(setting("OMNIT_MODEL_SEED", 7));
    let mut run = Run::start(&mut dice).await;
    let mut left = setting("OMNIT_MODEL_BLOCKS", 2_400);
    while left > 0 {
        let actions: Vec<_> = (0..left.min(ROUND)).map(|_| action(&mut dice)).collect();
        left -= actions.len() as u64;
        if run.round(&actions).await.is_err() {
            let (actions, failure) = shrink::shortest(actions, async |actions| run.round(actions).await).await;
            panic!("{failure}\nafter {actions:#?}");
        }
    }
    println!("{} actions succeeded, {} failed", run.succeeded, run.failed);
    assert!(run.succeeded > run.failed / 4, "the run tried almost nothing that works");
}
