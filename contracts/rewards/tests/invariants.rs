//! The invariants of `README.md` after every block of thousands of random actions, and the reference model beside the chain.
//! `OMNIT_MODEL_BLOCKS` and `OMNIT_MODEL_SEED` repeat or lengthen a run; a failure names the block, and a run of as many blocks ends there.

use crate::{
    model::{Action, Model},
    world::{DAY, TIMELOCK, World, logs, units, wide},
};
use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::SolCall as _,
};
use omnit_abi::{
    IRewards::{self, budgetCall, emittedCall, handOverCall, scheduleCall, setDrawerCall},
    IToken,
    params::TOKEN_CAP,
};
use omnit_fixtures::rewards::{FIRST_EMISSION, RESERVE, SHARES, shares};
use omnit_fixtures::shrink::{Dice, setting};
use std::collections::BTreeMap;

/// Accounts that act; the timelock is one of them.
const ACTORS: [usize; 5] = [1, 2, 3, 4, TIMELOCK];
const YEAR: u64 = 31_557_600;

/// A world and its model, moved in step.
struct Run {
    world: World,
    model: Model,
    dice: Dice,
    /// Budgets that were seen, which must never change.
    seen: Vec<(u8, u64, u128)>,
    succeeded: usize,
    failed: usize,
}

impl Run {
    async fn start(seed: u64) -> Self {
        let world = World::new().await;
        let mut balances = BTreeMap::from([(world.rewards, RESERVE)]);
        for actor in ACTORS {
            let transfer = IToken::transferCall { to: world.who(actor), amount: wide(10u128.pow(24)) };
            world.chain.act(world.who(0), world.token, &transfer).await.unwrap();
            balances.insert(world.who(actor), 10u128.pow(24));
        }
        world.chain.set_automine(false).await.unwrap();
        let model = Model {
            emission: world.emission,
            rewards: world.rewards,
            timelock: world.who(TIMELOCK),
            shares: vec![(0, SHARES)],
            drawn: [0; 4],
            limits: BTreeMap::new(),
            taken: BTreeMap::new(),
            balances,
        };
        Self { world, model, dice: Dice(seed), seen: Vec::new(), succeeded: 0, failed: 0 }
    }

    fn actor(&mut self) -> Address {
        self.world.who(ACTORS[self.dice.roll(ACTORS.len() as u64) as usize])
    }

    fn shares(&mut self) -> [u64; 4] {
        let mut cuts = [self.dice.roll(10_001), self.dice.roll(10_001), self.dice.roll(10_001)];
        cuts.sort_unstable();
        let wrong = u64::from(self.dice.roll(10) == 0);
        [cuts[0] + wrong, cuts[1] - cuts[0], cuts[2] - cuts[1], 10_000 - cuts[2]]
    }

    fn amount(&mut self) -> U256 {
        match self.dice.roll(6) {
            0 => units(self.dice.roll(3)),
            1 => U256::MAX - units(self.dice.roll(2)),
            2 => wide(u128::MAX) + units(self.dice.roll(2)),
            _ => wide(10u128.pow(12 + self.dice.roll(12) as u32)) * units(1 + self.dice.roll(99)),
        }
    }

    fn action(&mut self) -> (Address, Action) {
        let purpose = self.dice.roll(5) as u8;
        let (sender, other, amount) = (self.actor(), self.actor(), self.amount());
        // The timelock tries most of what only it may do, and everybody else the rest.
        let ruler = if self.dice.roll(6) == 0 { sender } else { self.model.timelock };
        match self.dice.roll(20) {
            0..=1 => (ruler, Action::SetShares { shares: self.shares() }),
            2..=4 => {
                let limit = match self.dice.roll(4) {
                    0 => U256::ZERO,
                    1 => amount,
                    _ => U256::MAX,
                };
                (ruler, Action::SetDrawer { purpose, drawer: other, limit })
            }
            5 if self.dice.roll(4) == 0 => (ruler, Action::HandOver { timelock: other }),
            6 => (sender, Action::Gift { amount: u128::from(self.dice.roll(1 << 40)) }),
            _ => (sender, Action::Draw { purpose, amount }),
        }
    }

    fn calldata(&self, action: &Action) -> (Address, Bytes) {
        let data = match *action {
            Action::Draw { purpose, amount } => IRewards::drawCall { purpose, amount }.abi_encode(),
            Action::SetShares { shares: next } => shares(next).abi_encode(),
            Action::SetDrawer { purpose, drawer, limit } => {
                setDrawerCall { purpose, drawer, epochLimit: limit }.abi_encode()
            }
            Action::HandOver { timelock } => handOverCall { timelock }.abi_encode(),
            Action::Gift { amount } => {
                let call = IToken::transferCall { to: self.world.rewards, amount: wide(amount) };
                return (self.world.token, call.abi_encode().into());
            }
        };
        (self.world.rewards, data.into())
    }

    /// Puts one to six actions into a block, seconds or weeks after the one before, and compares what they did.
    async fn block(&mut self, number: u64) {
        let wait = match self.dice.roll(4) {
            0 => 1,
            1 => self.dice.roll(DAY),
            2 => self.dice.roll(3 * DAY),
            _ => self.dice.roll(30 * DAY),
        };
        let now = self.world.chain.now().await.unwrap() + 1 + wait;
        let mut sent = Vec::new();
        for _ in 0..1 + self.dice.roll(6) {
            let (sender, action) = self.action();
            let (to, data) = self.calldata(&action);
            sent.push((self.world.chain.submit(sender, to, data).await.unwrap(), sender, action));
        }
        self.world.chain.mine_at(now).await.unwrap();
        let mut done = Vec::new();
        for (hash, sender, action) in sent {
            done.push((self.world.chain.receipt(hash).await.unwrap(), sender, action));
        }
        done.sort_by_key(|(receipt, ..)| receipt.transaction_index);
        for (receipt, sender, action) in done {
            let expected = self.model.apply(now, sender, &action);
            let place = format!("block {number}: {action:?} of {sender} at {now}");
            assert_eq!(receipt.status(), expected.is_some(), "{place}");
            assert_eq!(logs(&receipt), expected.clone().unwrap_or_default(), "{place}");
            match expected {
                Some(_) => self.succeeded += 1,
                None => self.failed += 1,
            }
        }
    }

    async fn check(&mut self) {
        let now = self.world.chain.now().await.unwrap();
        let emitted: u128 = self.world.read(&emittedCall { timepoint: units(now) }).await.to();
        let (mut drawn, mut budgets) = (0, 0);
        for purpose in 0..4 {
            let state = self.world.purpose(purpose).await;
            let budget = self.model.budget(purpose, now);
            assert_eq!(state.budgeted, wide(budget), "purpose {purpose}");
            assert_eq!(state.drawn, wide(self.model.drawn[usize::from(purpose)]));
            assert!(state.drawn <= state.budgeted, "I2");
            drawn += state.drawn.to::<u128>();
            budgets += budget;
            self.seen.push((purpose, now, budget));
        }
        assert!(drawn <= emitted && budgets <= emitted && emitted < RESERVE, "I1");
        assert!(emitted - budgets < 4, "I3: the purposes share all that is emitted");
        let held = self.world.balance(self.world.rewards).await;
        assert_eq!(held, self.model.balance(self.world.rewards));
        assert!(held >= RESERVE - drawn, "I4");
        let mut sum = held + self.world.balance(self.world.who(0)).await;
        for actor in ACTORS {
            let balance = self.world.balance(self.world.who(actor)).await;
            assert_eq!(balance, self.model.balance(self.world.who(actor)));
            sum += balance;
        }
        assert_eq!(sum, TOKEN_CAP, "OMNIT appeared or vanished");
        let index = self.dice.roll(self.seen.len() as u64) as usize;
        let (purpose, time, budget) = self.seen[index];
        let past = self.world.read(&budgetCall { purpose, timepoint: units(time) }).await;
        assert_eq!(past, wide(budget), "I5: budget of purpose {purpose} at {time}");
    }

    /// Everything that is ever emitted is drawn; what stays is what nobody was promised.
    async fn end(mut self) {
        let gifts = self.model.balance(self.world.rewards) + self.model.drawn.iter().sum::<u128>() - RESERVE;
        let drawer = self.world.who(5);
        let timelock = self.model.timelock;
        let mut now = self.world.chain.now().await.unwrap() + 110 * YEAR;
        self.world.chain.set_automine(true).await.unwrap();
        for purpose in 0..4 {
            now += 10;
            let call = setDrawerCall { purpose, drawer, epochLimit: U256::MAX };
            self.world.chain.act(timelock, self.world.rewards, &call).await.unwrap();
            self.model.apply(now, timelock, &Action::SetDrawer { purpose, drawer, limit: U256::MAX });
            self.world.draw_all(5, purpose, now).await;
            self.model.apply(now, drawer, &Action::Draw { purpose, amount: U256::MAX });
        }
        let held = self.world.balance(self.world.rewards).await;
        assert_eq!(held, self.model.balance(self.world.rewards));
        let undrawn = held - gifts - (RESERVE - self.world.emission.limit_down());
        let later = self.world.emission.limit_down() - self.world.emission.until_down(now - 40);
        assert!(undrawn <= later + 4, "{undrawn} stay behind, {later} come later");
    }
}

#[tokio::test]
async fn i1_to_i5_and_the_model_hold_when_anybody_does_anything() {
    let mut run = Run::start(setting("OMNIT_MODEL_SEED", 11)).await;
    for number in 0..setting("OMNIT_MODEL_BLOCKS", 500) {
        run.block(number).await;
        run.check().await;
    }
    println!("{} actions succeeded, {} failed", run.succeeded, run.failed);
    assert!(run.succeeded > run.failed / 3, "the run tried almost nothing that works");
    run.end().await;
}

#[tokio::test]
async fn i6_emission_is_started_once() {
    let world = World::new().await;
    let call = IRewards::startCall { firstEmission: wide(FIRST_EMISSION), startsAt: U256::ZERO };
    world.refuses(TIMELOCK, &call, IRewards::AlreadyStarted {}).await;
    let schedule = world.read(&scheduleCall {}).await;
    assert_eq!(schedule.firstEmission, wide(FIRST_EMISSION));
}

#[tokio::test]
async fn i7_nothing_leaves_but_by_draw() {
    let world = World::new().await;
    world.chain.mine_at(world.emission.starts_at + 500 * DAY).await.unwrap();
    for call in [shares([10_000, 0, 0, 0]).abi_encode(), handOverCall { timelock: world.who(3) }.abi_encode()] {
        assert!(world.chain.send(world.who(TIMELOCK), world.rewards, call).await.unwrap().status());
    }
    assert_eq!(world.balance(world.rewards).await, RESERVE);
}
