//! The invariants of `README.md` after every one of thousands of random actions, and the reference model beside the chain.
//! `OMNIT_MODEL_BLOCKS` and `OMNIT_MODEL_SEED` lengthen or repeat a run.

use crate::{
    model::{Action, Model},
    world::{Behaviour, ILegacy, LEGACY_SUPPLY, OPEN, WAIT, World, logs, units},
};
use alloy::{
    primitives::{Address, Bytes},
    rpc::types::TransactionReceipt,
    sol_types::{SolCall as _, SolEvent as _},
};
use omnit_abi::{ISwap, IToken};
use omnit_fixtures::shrink::{self, Dice, setting};

/// Accounts 1 to this one swap.
const ACTORS: usize = 4;
/// Legacy tokens of each actor.
const START: u64 = 100_000;
/// Actions from one deployment on.
const ROUND: u64 = 120;

const BEHAVIOURS: [Behaviour; 13] = [
    Behaviour::Standard,
    Behaviour::TakesFee,
    Behaviour::AnswersNothing,
    Behaviour::AnswersFalse,
    Behaviour::AnswersTwo,
    Behaviour::AnswersOneByte,
    Behaviour::AnswersMuch,
    Behaviour::MovesNothing,
    Behaviour::GivesTooMuch,
    Behaviour::RevertsWithReason,
    Behaviour::RevertsSilently,
    Behaviour::CallsBack,
    Behaviour::Burns,
];

fn action(dice: &mut Dice) -> Action {
    let from = 1 + dice.index(ACTORS);
    let amount = match dice.roll(8) {
        0 => 0,
        1 => START + dice.roll(START),
        _ => 1 + dice.roll(START / 8),
    };
    match dice.roll(16) {
        0..=5 => Action::Swap { from, to: 1 + dice.index(ACTORS), amount },
        6..=8 => Action::Approve { from, amount: amount * dice.roll(4) },
        9 => Action::Gift { from, amount: amount / 4 },
        10 => Action::Fund { amount: amount / 2 },
        // Mostly behaviours that work, so that something happens.
        11 if dice.roll(2) == 0 => Action::Behave(Behaviour::Standard),
        11 | 12 => Action::Behave(BEHAVIOURS[dice.index(BEHAVIOURS.len())]),
        13 => Action::Sweep { from },
        _ => Action::Wait { secs: dice.roll((WAIT + OPEN) / 8) },
    }
}

/// A world at the start of every round, and what happened so far.
struct Run {
    world: World,
    succeeded: usize,
    failed: usize,
}

impl Run {
    async fn start() -> Self {
        let world = World::new().await;
        for actor in 1..=ACTORS {
            world.give_legacy(actor, START).await;
        }
        world.fund(START).await;
        Self { world, succeeded: 0, failed: 0 }
    }

    /// Plays the actions and returns to the start.
    async fn round(&mut self, actions: &[Action]) -> Result<(), String> {
        let start = self.world.chain.snapshot().await.unwrap();
        let result = self.play(actions).await;
        self.world.chain.revert(start).await.unwrap();
        result
    }

    async fn play(&mut self, actions: &[Action]) -> Result<(), String> {
        let mut model =
            Model { window: (self.world.opens_at, self.world.closes_at), remaining: START, ..Model::default() };
        for actor in 1..=ACTORS {
            model.legacy.insert(actor, START);
            model.allowance.insert(actor, START);
        }
        let mut funded = START;
        for (step, action) in actions.iter().enumerate() {
            let wait = if let Action::Wait { secs } = action { *secs } else { 0 };
            let now = self.world.chain.now().await.unwrap() + 1 + wait;
            self.world.chain.set_next_time(now).await.unwrap();
            let receipt = self.send(action).await;
            let held_before = model.legacy_held;
            let expected = model.apply(now, action);
            let paid = receipt.as_ref().map_or(Some(0), paid);
            if expected != paid {
                return Err(format!("step {step}, {action:?} at {now} paid {paid:?} instead of {expected:?}"));
            }
            if let Action::Fund { amount } = action {
                funded += amount;
            }
            match expected {
                Some(_) => self.succeeded += 1,
                None => self.failed += 1,
            }
            self.check(&model, funded, held_before)
                .await
                .map_err(|reason| format!("step {step}, {action:?}: {reason}"))?;
        }
        self.end(&model, funded).await
    }

    /// Sends an action; nothing for one that only waits.
    async fn send(&self, action: &Action) -> Option<TransactionReceipt> {
        let world = &self.world;
        let (from, to, data) = match *action {
            Action::Swap { from, to, amount } => {
                (from, world.swap, ISwap::swapToCall { to: world.who(to), amount: units(amount) }.abi_encode())
            }
            Action::Approve { from, amount } => {
                (from, world.legacy, ILegacy::approveCall { spender: world.swap, amount: units(amount) }.abi_encode())
            }
            Action::Gift { from, amount } => {
                (from, world.legacy, ILegacy::transferCall { to: world.swap, amount: units(amount) }.abi_encode())
            }
            Action::Fund { amount } => {
                (0, world.token, IToken::transferCall { to: world.swap, amount: units(amount) }.abi_encode())
            }
            Action::Behave(behaviour) => {
                let (target, call) = (world.swap, Bytes::from(ISwap::swapCall { amount: units(1) }.abi_encode()));
                (0, world.legacy, ILegacy::behaveCall { behaviour: behaviour as u8, target, call }.abi_encode())
            }
            Action::Sweep { from } => (from, world.swap, ISwap::sweepCall {}.abi_encode()),
            Action::Wait { .. } => {
                world.chain.mine().await.unwrap();
                return None;
            }
        };
        Some(world.chain.send(world.who(from), to, data).await.unwrap())
    }

    async fn check(&self, model: &Model, funded: u64, held_before: u64) -> Result<(), String> {
        let world = &self.world;
        let remaining: u64 = world.read(&ISwap::remainingCall {}).await.to();
        let swapped: u64 = world.read(&ISwap::swappedCall {}).await.to();
        let held: u64 = world.legacy_of(world.swap).await.to();
        let swept: u64 = world.omnit(world.who(9)).await.to();
        let same = |what: &str, chain: u64, model: u64| {
            if chain == model { Ok(()) } else { Err(format!("{what} is {chain}, the model says {model}")) }
        };
        same("the legacy balance", held, model.legacy_held)?;
        same("swapped()", swapped, model.swapped)?;
        same("the treasury", swept, model.swept)?;
        same("I1: remaining + swapped + swept", remaining + swapped + swept, funded)?;
        if held < held_before {
            return Err(format!("I3: legacy tokens left: {held_before} before, {held} now"));
        }
        if held < swapped {
            return Err(format!("I4: {swapped} were paid for {held} that arrived"));
        }
        for actor in 1..=ACTORS {
            let omnit: u64 = world.omnit(world.who(actor)).await.to();
            same("OMNIT of an actor", omnit, model.omnit.get(&actor).copied().unwrap_or_default())?;
        }
        Ok(())
    }

    /// After the window, whatever happened in it, a sweep empties the contract.
    async fn end(&self, model: &Model, funded: u64) -> Result<(), String> {
        let world = &self.world;
        let after = world.chain.now().await.unwrap().max(world.closes_at) + 1;
        world.chain.mine_at(after).await.unwrap();
        if model.remaining > 0 {
            world.act(3, &ISwap::sweepCall {}).await;
        }
        let (left, swept) = (world.omnit(world.swap).await, world.omnit(world.who(9)).await);
        if left != units(0) || swept != units(funded - model.swapped) {
            return Err(format!("the end: {left} are left and {swept} were swept of {funded}"));
        }
        Ok(())
    }
}

/// What a transaction paid out of the swap; nothing if it failed.
fn paid(receipt: &TransactionReceipt) -> Option<u64> {
    let events = logs(receipt);
    let swapped = events.iter().find_map(|log| ISwap::Swapped::decode_log_data(log).ok()).map(|event| event.amount);
    let swept = events.iter().find_map(|log| ISwap::Swept::decode_log_data(log).ok()).map(|event| event.amount);
    receipt.status().then(|| swapped.or(swept).unwrap_or_default().to())
}

#[tokio::test]
async fn i1_to_i4_and_the_model_hold_when_anybody_does_anything() {
    let mut dice = Dice(setting("OMNIT_MODEL_SEED", 7));
    let mut run = Run::start().await;
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

#[tokio::test]
async fn i5_nobody_is_approved_and_legacy_tokens_stay() {
    let world = World::opened(1_000, 100).await;
    world.act(1, &ISwap::swapCall { amount: units(100) }).await;
    world.chain.mine_at(world.closes_at).await.unwrap();
    world.act(1, &ISwap::sweepCall {}).await;
    for spender in (0..10).map(|index| world.who(index)).chain([world.legacy, world.token, world.swap]) {
        let allowance = IToken::allowanceCall { owner: world.swap, spender };
        assert_eq!(world.chain.read(world.token, &allowance).await.unwrap(), units(0));
        assert_eq!(world.chain.read(world.legacy, &allowance).await.unwrap(), units(0));
    }
    assert_eq!(world.legacy_of(world.swap).await, units(100));
    assert_eq!(world.legacy_of(Address::ZERO).await, units(0));
    assert_eq!(world.legacy_of(world.who(0)).await, units(LEGACY_SUPPLY - 100));
}
