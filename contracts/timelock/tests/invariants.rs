//! The invariants of `README.md` after every transaction of random runs, checked on what the chain says alone; and the reference model beside
//! it. `OMNIT_MODEL_BLOCKS` and `OMNIT_MODEL_SEED` repeat or lengthen a run, and a failing one is made shorter.

use crate::{
    model::Model,
    operation::Operation,
    play::{Call, Cast, Run, play, runs},
    stage::{DELAY, Done, Stage},
    world::{ADMIN_ROLE, role},
};
use alloy::{
    primitives::{Address, B256, Bytes, LogData, U256},
    providers::Provider as _,
    sol_types::{SolCall as _, SolEventInterface as _, SolInterface as _},
};
use eyre::{Result, WrapErr as _, ensure};
use omnit_abi::ITimelock::{
    self, CallExecuted, CallScheduled, ITimelockCalls, ITimelockEvents, OperationState, RoleGranted, RoleRevoked,
    updateDelayCall,
};
use omnit_fixtures::{Chain, Outcome, shrink::setting};
use std::collections::{BTreeMap, BTreeSet};

/// Transactions of one run.
const STEPS: u64 = 250;
/// Transactions of all runs, if nothing else is said.
const BLOCKS: u64 = 5_000;

/// What was scheduled, as far as events tell it.
#[derive(Default)]
struct Scheduled {
    at: u64,
    delay: U256,
    predecessor: B256,
    calls: BTreeMap<U256, (Address, U256, Bytes)>,
    executed: BTreeSet<U256>,
}

/// What follows from events alone: it knows neither the model nor the contract.
#[derive(Default)]
struct Ledger {
    pending: BTreeMap<B256, Scheduled>,
    done: BTreeSet<B256>,
    roles: BTreeSet<(B256, Address)>,
    min_delay: U256,
}

impl Ledger {
    /// Takes the events of one transaction. Answers the operations of which calls were made, and the value that left by them.
    fn take(&mut self, timelock: Address, now: u64, logs: &[(Address, LogData)]) -> Result<(BTreeSet<B256>, U256)> {
        let (mut touched, mut left, mut delays) = (BTreeSet::new(), U256::ZERO, Vec::new());
        for (_, log) in logs.iter().filter(|log| log.0 == timelock) {
            match ITimelockEvents::decode_raw_log(log.topics(), &log.data)? {
                ITimelockEvents::CallScheduled(event) => self.schedule(now, event)?,
                ITimelockEvents::CallExecuted(event) => {
                    if event.target != timelock {
                        left += event.value;
                    }
                    if let (true, Ok(call)) = (event.target == timelock, updateDelayCall::abi_decode(&event.data)) {
                        ensure!(delays.pop() == Some(call.newDelay), "I5: the delay did not become {call:?}");
                    }
                    touched.insert(event.id);
                    self.execute(now, event)?;
                }
                ITimelockEvents::Cancelled(event) => {
                    ensure!(!self.done.contains(&event.id), "I1: {} was cancelled when it was done", event.id);
                    self.pending.remove(&event.id);
                }
                ITimelockEvents::MinDelayChange(event) => {
                    ensure!(event.oldDuration == self.min_delay, "I5: the delay was {}", self.min_delay);
                    self.min_delay = event.newDuration;
                    delays.push(event.newDuration);
                }
                ITimelockEvents::RoleGranted(event) => self.grant(event)?,
                ITimelockEvents::RoleRevoked(event) => self.revoke(event)?,
                ITimelockEvents::CallSalt(_) | ITimelockEvents::RoleAdminChanged(_) => {}
            }
        }
        ensure!(delays.is_empty(), "I5: the delay changed without an operation that changes it");
        Ok((touched, left))
    }

    fn schedule(&mut self, now: u64, event: CallScheduled) -> Result<()> {
        ensure!(!self.done.contains(&event.id), "I1: {} was scheduled when it was done", event.id);
        ensure!(event.delay >= self.min_delay, "I2: {} waits less than {}", event.id, self.min_delay);
        let entry = self.pending.entry(event.id).or_default();
        ensure!(entry.calls.len() == event.index.to::<usize>(), "I1: {} was scheduled when it was pending", event.id);
        (entry.at, entry.delay, entry.predecessor) = (now, event.delay, event.predecessor);
        entry.calls.insert(event.index, (event.target, event.value, event.data));
        Ok(())
    }

    fn execute(&mut self, now: u64, event: CallExecuted) -> Result<()> {
        let id = event.id;
        let entry =
            self.pending.get_mut(&id).ok_or_else(|| eyre::eyre!("I1: {id} was executed when it was not pending"))?;
        ensure!(U256::from(now) - U256::from(entry.at) >= entry.delay, "I2: {id} was executed before its time");
        let call = (event.target, event.value, event.data);
        ensure!(entry.calls.get(&event.index) == Some(&call), "I3: {id} made a call that was not scheduled");
        ensure!(entry.executed.insert(event.index), "I3: {id} made call {} twice", event.index);
        Ok(())
    }

    fn grant(&mut self, event: RoleGranted) -> Result<()> {
        ensure!(self.roles.contains(&(ADMIN_ROLE, event.sender)), "I6: {} granted without being admin", event.sender);
        ensure!(self.roles.insert((event.role, event.account)), "I6: {} had the role already", event.account);
        Ok(())
    }

    fn revoke(&mut self, event: RoleRevoked) -> Result<()> {
        let may = event.sender == event.account || self.roles.contains(&(ADMIN_ROLE, event.sender));
        ensure!(may, "I6: {} revoked without being admin", event.sender);
        ensure!(self.roles.remove(&(event.role, event.account)), "I6: {} had no such role", event.account);
        Ok(())
    }
}

/// A stage with its model and ledger, moved in step.
struct Play {
    stage: Stage,
    model: Model,
    ledger: Ledger,
    tally: Tally,
}

#[derive(Default)]
struct Tally {
    succeeded: usize,
    failed: usize,
    executed: usize,
    drained: usize,
}

impl Play {
    async fn start() -> Result<Self> {
        let stage = Stage::ours(Chain::node().await?).await?;
        let model = Model::new(&stage.cast, U256::from(DELAY), BTreeSet::new());
        Ok(Self { stage, model, ledger: Ledger::default(), tally: Tally::default() })
    }

    async fn play(&mut self, run: &Run) -> Result<()> {
        let snapshot = self.stage.chain.snapshot().await?;
        let outcome = self.play_on(run).await;
        self.stage.chain.revert(snapshot).await?;
        outcome
    }

    async fn play_on(&mut self, run: &Run) -> Result<()> {
        let terms = self.stage.terms();
        let mut roles = BTreeSet::from([(ADMIN_ROLE, self.stage.cast.timelock), (ADMIN_ROLE, terms.admin)]);
        for account in &terms.proposers {
            roles.extend([(role("PROPOSER"), *account), (role("CANCELLER"), *account)]);
        }
        roles.extend(terms.executors.iter().map(|account| (role("EXECUTOR"), *account)));
        self.model = Model::new(&self.stage.cast, terms.minDelay, roles.clone());
        self.ledger = Ledger { roles, min_delay: terms.minDelay, ..Ledger::default() };
        let operations = self.stage.cast.operations(&run.specs);
        let ids: Vec<B256> = operations.iter().map(Operation::id).collect();
        for (index, (pause, call)) in self.stage.cast.calls(run).iter().enumerate() {
            let context = || format!("step {index}: {:?}, {call:?}", run.steps[index]);
            self.step(*pause, call).await.wrap_err_with(context)?;
            if index % 16 == 15 || index + 1 == run.steps.len() {
                self.check_state(&ids).await.wrap_err_with(context)?;
            }
        }
        self.drain().await.wrap_err("the end")
    }

    async fn balance(&self) -> Result<U256> {
        Ok(self.stage.chain.provider().get_balance(self.stage.cast.timelock).await?)
    }

    async fn step(&mut self, pause: u32, call: &Call) -> Result<()> {
        let now = self.stage.chain.now().await?;
        let expected = match self.model.clone().transact(now, call) {
            Ok(data) => Outcome::Returned(data),
            Err(data) => Outcome::Reverted(data),
        };
        let outcome = self.stage.call(call).await?;
        // Lists in calldata are read when they are needed, so that a refusal of the caller can come before that of the calldata.
        let is_malformed = call.to == self.stage.cast.timelock && !is_well_formed(&call.data);
        // Nor does everything that the contract can read look as an encoder would write it.
        let is_equal = outcome == expected || is_malformed;
        ensure!(is_equal, "it ends with {outcome:?}, the model with {expected:?}");

        let (at, before) = (now + u64::from(pause), self.balance().await?);
        let done = self.stage.mine(at, call).await?;
        let is_success = self.model.transact(at, call).is_ok();
        if is_malformed {
            ensure!(done.logs.is_empty(), "malformed calldata did something: {done:?}");
            return Ok(());
        }
        ensure!(
            done == Done { is_success, logs: self.model.logs.clone() },
            "{done:#?}, the model {:#?}",
            self.model.logs
        );
        if !is_success {
            self.tally.failed += 1;
            return Ok(());
        }
        self.tally.succeeded += 1;
        let (touched, left) = self.ledger.take(self.stage.cast.timelock, at, &done.logs)?;
        let came = if call.to == self.stage.cast.timelock { call.value } else { U256::ZERO };
        ensure!(self.balance().await? + left >= before + came, "I7: value left by no operation");
        for id in touched {
            self.check_done(id).await?;
        }
        Ok(())
    }

    /// An operation of which calls were made in the last transaction.
    async fn check_done(&mut self, id: B256) -> Result<()> {
        let state = self.state(id).await?;
        ensure!(state == OperationState::Done, "I3: {id} is {state:?} after its calls");
        let entry = self.ledger.pending.remove(&id).unwrap_or_default();
        ensure!(entry.executed.len() == entry.calls.len(), "I3: {id} made some of its calls only");
        if !entry.predecessor.is_zero() {
            let state = self.state(entry.predecessor).await?;
            ensure!(state == OperationState::Done, "I4: the predecessor of {id} is {state:?}");
        }
        self.ledger.done.insert(id);
        self.tally.executed += 1;
        Ok(())
    }

    async fn state(&self, id: B256) -> Result<OperationState> {
        self.stage.chain.read(self.stage.cast.timelock, &ITimelock::getOperationStateCall { id }).await
    }

    /// Everything that can be read, against the model.
    async fn check_state(&mut self, ids: &[B256]) -> Result<()> {
        self.model.now = self.stage.chain.now().await?;
        let mut expected = vec![self.model.balances[&self.stage.cast.timelock], self.model.min_delay];
        for id in ids {
            let state = self.model.state(*id) as u8;
            // Known, pending, ready, done.
            let flags = [0, 1 | 2, 1 | 2 | 4, 1 | 8][usize::from(state)];
            expected.push(self.model.times.get(id).copied().unwrap_or_default());
            expected.extend([U256::from(state), U256::from(flags)]);
        }
        for role in Cast::roles() {
            expected.push(U256::ZERO);
            let has = |account: &Address| U256::from(self.model.roles.contains(&(role, *account)));
            expected.extend(self.stage.cast.everybody().iter().map(has));
            let known = |roles: &BTreeSet<(B256, Address)>| roles.iter().filter(|(id, _)| *id == role).count();
            ensure!(known(&self.ledger.roles) == known(&self.model.roles), "I6: events and roles differ");
        }
        let state = self.stage.state(ids).await?;
        ensure!(state == expected, "I8: the state is {state:?}, the model's {expected:?}");
        Ok(())
    }

    /// Whatever happened, the timelock's value is not stuck while somebody may propose and somebody may execute.
    async fn drain(&mut self) -> Result<()> {
        let holder = |name| {
            let has = |account: &&Address| self.model.roles.contains(&(role(name), **account));
            self.stage.cast.senders.iter().find(has).copied()
        };
        let (Some(proposer), Some(executor)) = (holder("PROPOSER"), holder("EXECUTOR")) else { return Ok(()) };
        let Ok(delay) = u64::try_from(self.model.min_delay) else { return Ok(()) };
        let cast = self.stage.cast.clone();
        let everything = Operation::one(cast.senders[0], []).with_value(self.balance().await?.to()).with_salt(0xaa);
        let call = |from, data| Call { from, to: cast.timelock, value: U256::ZERO, data };
        self.step(1, &call(proposer, everything.schedule(U256::from(delay)))).await?;
        self.step(u32::try_from(delay)?.max(1), &call(executor, everything.execute())).await?;
        ensure!(self.balance().await?.is_zero(), "value is stuck");
        self.tally.drained += 1;
        Ok(())
    }
}

fn is_well_formed(calldata: &[u8]) -> bool {
    calldata.is_empty() || ITimelockCalls::abi_decode_validate(calldata).is_ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i1_to_i8_hold_in_random_runs() -> Result<()> {
    let seed = setting("OMNIT_MODEL_SEED", 1);
    let cases = setting("OMNIT_MODEL_BLOCKS", BLOCKS).div_ceil(STEPS);
    println!("OMNIT_MODEL_SEED={seed}, {cases} runs");
    let mut table = Play::start().await?;
    play((seed, cases), &runs(STEPS as usize), async |run| table.play(run).await)?;
    let Tally { succeeded, failed, executed, drained } = table.tally;
    println!("{succeeded} succeeded, {failed} failed, {executed} operations executed, {drained} runs drained");
    ensure!(executed > 0 && failed > 0 && drained > 0, "the runs showed nothing");
    Ok(())
}
