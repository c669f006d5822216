//! The invariants of `README.md` after every one of thousands of random actions, on the chain itself, with the reference model beside it.
//! `OMNIT_MODEL_BLOCKS` and `OMNIT_MODEL_SEED` repeat or lengthen a run. A failing run is made shorter before it is shown.

use crate::{
    model::{Action, Expected, Model, is_valid},
    world::{ALL, OMNIT, OPERATOR, Plan, THAW, VALIDATOR, World, omnit, point, units, withdraw},
};
use alloy::{
    primitives::{Address, B256, Bytes, LogData, U256},
    sol_types::SolCall,
};
use eyre::{Result, ensure};
use omnit_abi::{IStaking, IToken, IVesting};
use omnit_fixtures::shrink::Dice;
use omnit_fixtures::vesting;
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// Accounts 1 to 5 act.
const ACTORS: std::ops::RangeInclusive<usize> = 1..=5;
/// Operators: some, because one whose stake is slashed to nothing takes no more.
const OPERATORS: std::ops::RangeInclusive<usize> = OPERATOR..=8;
/// How long a failing run is made shorter.
const PATIENCE: Duration = Duration::from_secs(90);

/// The dice of one action; what it means depends on the state it meets.
#[derive(Clone, Copy, Debug)]
struct Roll {
    kind: u64,
    who: u64,
    lock: u64,
    seed: u64,
    secs: u64,
}

impl Roll {
    fn new(dice: &mut Dice) -> Self {
        // Mostly minutes, now and then weeks, so that tickets thaw and locks end.
        let secs = match dice.roll(12) {
            0 => dice.roll(2 * THAW),
            1..=3 => 0,
            _ => dice.roll(50_000),
        };
        Self { kind: dice.roll(32), who: dice.roll(1 << 32), lock: dice.roll(1 << 32), seed: dice.roll(1 << 63), secs }
    }
}

/// A world and its model, moved in step.
struct Run {
    world: World,
    model: Model,
    actors: Vec<Address>,
    /// Votes and total by second, to be asked for again at the end.
    past: BTreeMap<u64, Vec<u128>>,
    /// OMNIT of the actors at the start.
    at_first: BTreeMap<Address, u128>,
    /// How often every kind of action succeeded, and failed.
    kinds: BTreeMap<String, [usize; 2]>,
    /// Tickets that brought something back: each may leave one unit behind.
    unstakes: u128,
    /// When the programs were kept alive.
    kept: u64,
}

impl Run {
    fn new(world: World, at_first: BTreeMap<Address, u128>) -> Self {
        let actors = ACTORS.map(|index| world.who(index)).collect();
        let (model, past) = (Model::default(), BTreeMap::new());
        Self { world, model, actors, past, at_first, kinds: BTreeMap::new(), unstakes: 0, kept: 0 }
    }

    fn actor(&self, number: u64) -> Address {
        self.actors[(number % self.actors.len() as u64) as usize]
    }

    /// An amount around what there is: nothing, everything, too much, or a part.
    fn amount(dice: &mut Dice, there: u128) -> U256 {
        match dice.roll(12) {
            0 => U256::ZERO,
            1 => U256::from(there) + U256::ONE,
            2 => U256::from(dice.roll(u64::MAX)),
            3..=5 => ALL,
            _ => U256::from(there / u128::from(1 + dice.roll(9))),
        }
    }

    fn plan(&self, dice: &mut Dice, now: u64) -> Plan {
        let start = if dice.roll(40) == 0 { 0 } else { now + dice.roll(200_000) - 100_000 };
        let mut at = start;
        let points: Vec<B256> = (0..=dice.roll(4))
            .map(|_| {
                at += dice.roll(3) * dice.roll(4_000_000);
                let most = if dice.roll(30) == 0 { 12 } else { 6 };
                let exponent = dice.roll(most) as u8;
                let is_stepped = exponent > 0 || dice.roll(30) == 0;
                let steps = if is_stepped { (dice.roll(2) * dice.roll(40)) as u16 } else { 0 };
                point(at, steps, exponent, u128::from(dice.roll(1 << 62)) * u128::from(dice.roll(200)))
            })
            .collect();
        let cliff = if dice.roll(3) == 0 { start + dice.roll(at - start + 2) } else { 0 };
        let funder = if dice.roll(4) == 0 { self.actor(dice.roll(9)) } else { Address::ZERO };
        let beneficiary = if dice.roll(30) == 0 { Address::ZERO } else { self.actor(dice.roll(9)) };
        let flags = if dice.roll(2) == 0 { dice.roll(4) as u8 } else { 3 };
        Plan { beneficiary, funder, start, cliff, flags, points }
    }

    fn plans(&self, dice: &mut Dice, now: u64) -> Vec<Plan> {
        let is_batch = dice.roll(3) == 0;
        let count = if is_batch { 1 + dice.roll(4) } else { 1 };
        let mut plans: Vec<_> = (0..count).map(|_| self.plan(dice, now)).collect();
        if is_batch {
            // One funder for all of a batch.
            plans.iter_mut().for_each(|plan| plan.funder = Address::ZERO);
        } else if !is_valid(&plans[0]) && dice.roll(2) == 0 {
            plans[0] = Plan { flags: 3, ..self.world.plan(vec![point(now + 500_000, 0, 1, 5_000 * OMNIT)]) };
        }
        plans
    }

    /// Who acts, and how.
    fn decode(&self, roll: Roll, now: u64) -> (Address, Action) {
        let mut dice = Dice(roll.seed);
        // Mostly one of the newest locks, so that each sees much, and mostly somebody who may.
        let count = self.model.locks.len() as u64;
        let id = if roll.lock.is_multiple_of(4) { dice.roll(count + 2) } else { count.saturating_sub(dice.roll(8)) };
        let lock = self.model.lock(id);
        let is_right = !roll.who.is_multiple_of(5);
        let stranger = self.actor(roll.who);
        let beneficiary = lock.filter(|_| is_right).map_or(stranger, |lock| lock.beneficiary);
        let funder = lock.filter(|_| is_right).map_or(stranger, |lock| lock.plan.funder);
        let (held, out) = lock.map_or((0, 0), |lock| (lock.held, lock.out));
        let to = self.actor(dice.roll(9));
        let operator = self.world.who(OPERATORS.start() + dice.roll(5) as usize);
        match roll.kind {
            0..=2 => (stranger, Action::Create(self.plans(&mut dice, now))),
            3..=9 => (beneficiary, Action::Withdraw { id, to, amount: Self::amount(&mut dice, held) }),
            10 => {
                let count = dice.roll(6);
                let ids = (0..count).map(|_| dice.roll(self.model.locks.len() as u64 + 2)).collect();
                (stranger, Action::WithdrawMany { ids })
            }
            11 if dice.roll(2) == 0 => (stranger, Action::Gift { amount: units(dice.roll(1_000).into()) }),
            11 => (funder, Action::Renounce { id }),
            12 | 13 => (funder, Action::Cancel { id }),
            14 | 15 => (beneficiary, Action::Transfer { id, to }),
            16 => (beneficiary, Action::Delegate { id, to: if dice.roll(5) == 0 { Address::ZERO } else { to } }),
            17..=21 => (beneficiary, Action::Stake { id, operator, amount: Self::amount(&mut dice, held) }),
            22..=24 => (beneficiary, Action::Thaw { id, amount: Self::amount(&mut dice, out) }),
            25..=28 => {
                let own = lock.and_then(|lock| lock.tickets.first().copied());
                let ticket = own.filter(|_| dice.roll(8) != 0).unwrap_or_else(|| units(dice.roll(40).into()));
                (beneficiary, Action::Unstake { id, ticket })
            }
            29 => (stranger, Action::WriteOff { id }),
            _ => (
                self.world.who(crate::world::SLASHER),
                Action::Slash { operator, bps: if dice.roll(40) == 0 { 10_000 } else { 1 + dice.roll(2_000) } },
            ),
        }
    }

    fn calldata(&self, action: &Action) -> (Address, Bytes) {
        let vault = self.world.vesting;
        let own = |data: Vec<u8>| (vault, Bytes::from(data));
        let service = VALIDATOR;
        match action.clone() {
            Action::Create(plans) => {
                let amount = plans.iter().map(Plan::amount).sum();
                let call = match plans.as_slice() {
                    [plan] => vesting::with(vault, amount, &plan.call()),
                    plans => vesting::with(vault, amount, &Plan::batch(plans)),
                };
                (self.world.token, call.abi_encode().into())
            }
            Action::Withdraw { id, to, amount } => own(withdraw(id, to, amount).abi_encode()),
            Action::WithdrawMany { ids } => own(IVesting::withdrawManyCall { ids }.abi_encode()),
            Action::Cancel { id } => own(IVesting::cancelCall { id }.abi_encode()),
            Action::Renounce { id } => own(IVesting::renounceCall { id }.abi_encode()),
            Action::Transfer { id, to } => own(IVesting::transferLockCall { id, to }.abi_encode()),
            Action::Delegate { id, to } => own(IVesting::delegateLockCall { id, to }.abi_encode()),
            Action::Stake { id, operator, amount } => {
                own(IVesting::stakeCall { id, operator, service, amount }.abi_encode())
            }
            Action::Thaw { id, amount } => own(IVesting::thawCall { id, amount }.abi_encode()),
            Action::Unstake { id, ticket } => own(IVesting::unstakeCall { id, ticket }.abi_encode()),
            Action::WriteOff { id } => own(IVesting::writeOffCall { id }.abi_encode()),
            Action::Gift { amount } => {
                (self.world.token, IToken::transferCall { to: vault, amount }.abi_encode().into())
            }
            Action::Slash { operator, bps } => {
                let (amount, challenger, cut) = (U256::ZERO, Address::ZERO, U256::ZERO);
                let share = U256::from(bps);
                let call = IStaking::slashCall { operator, service, amount, shareBps: share, challenger, cutBps: cut };
                (self.world.staking, call.abi_encode().into())
            }
        }
    }

    async fn position(&self, id: u64) -> Result<u128> {
        let stake = self.world.read(&IVesting::stakeOfCall { id }).await;
        let (owner, operator, service) = (self.world.vesting, stake.operator, stake.service);
        let call = IStaking::positionCall { owner, operator, service, tag: id };
        Ok(self.world.chain.read(self.world.staking, &call).await?.amount.to())
    }

    /// What staking says about the locks that an action needs it for.
    async fn positions(&self, action: &Action) -> Result<BTreeMap<u64, u128>> {
        let ids = match action {
            Action::Withdraw { id, .. } => vec![*id],
            Action::WithdrawMany { ids } => ids.clone(),
            _ => Vec::new(),
        };
        let mut found = BTreeMap::new();
        for id in ids {
            if self.model.lock(id).is_some_and(|lock| lock.out > 0) {
                found.insert(id, self.position(id).await?);
            }
        }
        Ok(found)
    }

    async fn step(&mut self, roll: Roll) -> Result<()> {
        self.keep_alive().await?;
        let now = self.world.chain.now().await? + 1 + roll.secs;
        let (from, action) = self.decode(roll, now);
        self.carry_out(now, from, &action)
            .await
            .map_err(|error| error.wrap_err(format!("{action:?} by {from} at {now}")))
    }

    async fn keep_alive(&mut self) -> Result<()> {
        let now = self.world.chain.now().await?;
        if self.kept == 0 {
            self.kept = now;
        }
        if now > self.kept + 100 * 86_400 {
            self.world.keep_alive().await;
            self.kept = now;
        }
        Ok(())
    }

    async fn carry_out(&mut self, now: u64, from: Address, action: &Action) -> Result<()> {
        // A single record that is refused fails as a whole.
        let is_hopeless = matches!(action, Action::Create(plans) if plans.len() == 1 && !is_valid(&plans[0]));
        let positions = self.positions(action).await?;
        let mut next = self.model.clone();
        let expected = match is_hopeless {
            true => Expected::Failure,
            false => next.apply(now, from, action, |id| positions.get(&id).copied().unwrap_or(0)),
        };
        self.world.chain.set_next_time(now).await?;
        let (to, data) = self.calldata(action);
        let receipt = self.world.chain.send(from, to, data).await?;
        let is_success = receipt.status();
        let agrees = expected == Expected::Any || is_success == (expected == Expected::Success);
        ensure!(agrees, "it should end as {expected:?}, its success is {is_success}");
        let kind = format!("{action:?}").split([' ', '(']).next().unwrap_or_default().to_owned();
        self.kinds.entry(kind).or_default()[usize::from(!is_success)] += 1;
        if !is_success {
            return Ok(());
        }
        if expected == Expected::Any {
            let logs = receipt.inner.logs().iter().filter(|log| log.address() == self.world.vesting);
            let logs: Vec<LogData> = logs.map(|log| log.inner.data.clone()).collect();
            next.follow(from, action, &logs)?;
            self.unstakes += u128::from(matches!(action, Action::Unstake { .. }));
        }
        self.model = next;
        let votes = self.actors.iter().map(|account| self.model.votes(*account)).collect();
        self.past.insert(now, votes);
        self.check(action).await
    }

    /// What must hold after every action.
    async fn check(&self, action: &Action) -> Result<()> {
        let touched = match action {
            Action::Create(_) => vec![self.model.locks.len() as u64],
            Action::WithdrawMany { ids } => ids.clone(),
            Action::Withdraw { id, .. }
            | Action::Cancel { id }
            | Action::Renounce { id }
            | Action::Transfer { id, .. }
            | Action::Delegate { id, .. }
            | Action::Stake { id, .. }
            | Action::Thaw { id, .. }
            | Action::Unstake { id, .. }
            | Action::WriteOff { id } => vec![*id],
            Action::Slash { .. } | Action::Gift { .. } => Vec::new(),
        };
        for id in touched {
            self.check_lock(id).await?;
        }
        let held = U256::from(self.model.held());
        let dust = self.world.balance(self.world.vesting).await.saturating_sub(held + U256::from(self.model.gifts));
        let balance = self.world.balance(self.world.vesting).await;
        ensure!(balance >= held + U256::from(self.model.gifts), "I1: the vault holds {balance}, less than it owes");
        ensure!(dust <= U256::from(self.unstakes), "I1: {dust} units belong to nobody");
        Ok(())
    }

    async fn check_lock(&self, id: u64) -> Result<()> {
        let Some(lock) = self.model.lock(id) else { return Ok(()) };
        lock.equals(&self.world.lock(id).await)?;
        let now = self.world.chain.now().await?;
        ensure!(lock.withdrawn <= lock.streamed(now), "I2: lock {id} paid more than is unlocked");
        if let Some(at) = lock.canceled_at {
            ensure!(
                lock.refunded + lock.owed <= lock.deposited() - lock.streamed(at),
                "I4: lock {id} refunds too much"
            );
            ensure!(lock.owed == 0 || lock.held == 0, "I4: lock {id} holds something while a refund is owed");
            ensure!(lock.owed <= lock.out, "I4: lock {id} owes more than can come back");
        }
        Ok(())
    }

    async fn check_all(&self) -> Result<()> {
        for id in 1..=self.model.locks.len() as u64 {
            self.check_lock(id).await?;
        }
        for account in &self.actors {
            let votes = self.world.read(&IVesting::getVotesCall { account: *account }).await;
            ensure!(votes == U256::from(self.model.votes(*account)), "I3: {account} has {votes} votes");
        }
        Ok(())
    }

    async fn check_past(&self) -> Result<()> {
        for (time, votes) in self.past.iter().rev().skip(1).step_by(7) {
            let timepoint = U256::from(*time);
            for (account, votes) in self.actors.iter().zip(votes) {
                let past = self.world.read(&IVesting::getPastVotesCall { account: *account, timepoint }).await;
                ensure!(past == U256::from(*votes), "I3: {account} had {past} votes at {time}, the model has {votes}");
            }
        }
        Ok(())
    }

    /// Everybody leaves: afterwards the vault holds gifts and dust.
    async fn exit(&mut self) -> Result<()> {
        let end =
            self.model.locks.iter().map(|lock| crate::exact::fields(*lock.plan.points.last().expect("valid")).0).max();
        let later = end.unwrap_or(0).max(self.world.chain.now().await?) + 1;
        for id in 1..=self.model.locks.len() as u64 {
            let Some(lock) = self.model.lock(id).cloned() else { continue };
            if lock.out > 0 && self.position(id).await? > 0 {
                let now = self.world.chain.now().await? + 1;
                self.carry_out(now, lock.beneficiary, &Action::Thaw { id, amount: ALL }).await?;
            }
        }
        while self.world.chain.now().await? < later + THAW {
            let next = self.world.chain.now().await? + 110 * 86_400;
            self.world.chain.mine_at(next.min(later + THAW)).await?;
            self.keep_alive().await?;
        }
        for id in 1..=self.model.locks.len() as u64 {
            for ticket in self.model.lock(id).map(|lock| lock.tickets.clone()).unwrap_or_default() {
                let (now, from) = (self.world.chain.now().await? + 1, self.model.locks[id as usize - 1].beneficiary);
                self.carry_out(now, from, &Action::Unstake { id, ticket }).await?;
            }
            let lock = self.model.locks[id as usize - 1].clone();
            let now = self.world.chain.now().await? + 1;
            if lock.out > 0 {
                self.carry_out(now, lock.beneficiary, &Action::WriteOff { id }).await?;
            }
            if lock.held > 0 {
                let action = Action::Withdraw { id, to: lock.beneficiary, amount: ALL };
                self.carry_out(now + 1, lock.beneficiary, &action).await?;
            }
            let status = self.world.status(id).await;
            ensure!(status == 4, "I5: lock {id} ends with status {status}");
            let lock = &self.model.locks[id as usize - 1];
            let sum = lock.withdrawn + lock.refunded + lock.lost;
            ensure!(sum == lock.deposited(), "I5: lock {id} ends with {sum} of {}", lock.deposited());
        }
        ensure!(self.model.held() == 0, "I5: {} is left", self.model.held());
        Ok(())
    }

    /// What actors have is what they had, less what they locked and gave, plus what they were paid.
    async fn check_balances(&self) -> Result<()> {
        let mut sum = 0;
        for account in &self.actors {
            sum += self.world.balance(*account).await.to::<u128>();
        }
        let first: u128 = self.at_first.values().sum();
        let locked: u128 = self.model.locks.iter().map(super::model::Lock::deposited).sum();
        let paid: u128 = self.model.paid.values().sum();
        ensure!(sum == first - locked - self.model.gifts + paid, "I6: actors have {sum} of {first}");
        Ok(())
    }
}

/// Plays the rolls on a fresh copy of the world; answers the number of the roll that failed.
async fn play(run: &mut Run, rolls: &[Roll]) -> std::result::Result<(), (usize, eyre::Report)> {
    for (index, roll) in rolls.iter().enumerate() {
        run.step(*roll).await.map_err(|error| (index, error))?;
        if index % 40 == 39 {
            run.check_all().await.map_err(|error| (index, error))?;
        }
    }
    let last = rolls.len().saturating_sub(1);
    run.check_all().await.map_err(|error| (last, error))?;
    run.exit().await.map_err(|error| (last, error))?;
    run.check_all().await.map_err(|error| (last, error))?;
    run.check_past().await.map_err(|error| (last, error))?;
    run.check_balances().await.map_err(|error| (last, error))
}

/// A world with two operators and actors who have something.
async fn start() -> Run {
    let world = World::new().await;
    world.operator().await;
    for index in OPERATORS.skip(1) {
        world.register(index).await;
    }
    let mut at_first = BTreeMap::new();
    for index in ACTORS {
        world.give(index, omnit(20_000_000)).await;
    }
    // No own stake, which slashing takes first.
    world.slash(0).await;
    for index in ACTORS {
        at_first.insert(world.who(index), world.balance(world.who(index)).await.to());
    }
    Run::new(world, at_first)
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

#[tokio::test]
async fn i1_to_i6_hold_and_everybody_can_leave_when_anybody_does_anything() {
    let (seed, blocks) = (setting("OMNIT_MODEL_SEED", 1), setting("OMNIT_MODEL_BLOCKS", 2_500));
    println!("OMNIT_MODEL_SEED={seed} OMNIT_MODEL_BLOCKS={blocks}");
    let mut dice = Dice(seed);
    let mut rolls: Vec<_> = (0..blocks).map(|_| Roll::new(&mut dice)).collect();
    let mut run = start().await;
    let Err((mut index, mut error)) = play(&mut run, &rolls).await else {
        let lost = run.model.locks.iter().filter(|lock| lock.lost > 0).count();
        println!("{} locks, {lost} with losses; succeeded and failed: {:?}", run.model.locks.len(), run.kinds);
        // A run that never does something shows nothing about it.
        let rare: Vec<_> = run.kinds.iter().filter(|(_, counts)| counts[0] < 3).collect();
        assert!(blocks < 2_000 || (rare.is_empty() && run.kinds.len() == 13 && lost > 10), "too rare: {rare:?}");
        return;
    };
    println!("action {index}: {error:#}");
    // Shorter: whatever can be left out is left out, in ever smaller pieces.
    let started = Instant::now();
    rolls.truncate(index + 1);
    let mut piece = rolls.len() / 2;
    while piece > 0 && started.elapsed() < PATIENCE {
        let mut first = 0;
        while first + piece < rolls.len() && started.elapsed() < PATIENCE {
            let mut fewer = rolls.clone();
            fewer.drain(first..first + piece);
            match play(&mut start().await, &fewer).await {
                Ok(()) => first += piece,
                Err((at, found)) => {
                    (index, error) = (at, found);
                    fewer.truncate(index + 1);
                    rolls = fewer;
                }
            }
        }
        piece /= 2;
    }
    panic!("seed {seed}, {} actions are enough; at {index}: {error:#}\n{rolls:#?}", rolls.len());
}
