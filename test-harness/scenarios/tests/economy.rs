//! Random actors on the whole suite: holders, stakers, operators, a slasher, funders and beneficiaries of locks, time that jumps. After every few
//! actions all OMNIT must be somewhere and every vault must cover what it owes; in the end everybody gets out.
//! `OMNIT_MODEL_SEED` and `OMNIT_MODEL_BLOCKS` repeat or lengthen a run.

use alloy::{
    primitives::{Address, B256, U256},
    sol_types::SolCall,
};
use omnit_abi::{
    IStaking,
    IToken::burnCall,
    IVesting::{self, lockCall, lockCountCall, stakeOfCall},
};
use omnit_fixtures::shrink::{Dice, hold, setting};

use crate::world::{TIMELOCK, World, omnit};

const OPERATORS: [usize; 2] = [1, 2];
/// Everybody who acts.
const ACTORS: u64 = 8;
const VALIDATOR: u8 = 1;
const DAY: u64 = 86_400;
const CHECK_EVERY: usize = 20;

#[derive(Clone, Debug)]
enum Action {
    Wait { secs: u64 },
    Give { from: usize, to: usize, amount: U256 },
    Burn { from: usize, amount: U256 },
    Stake { from: usize, operator: usize, amount: U256 },
    Thaw { from: usize, operator: usize, amount: U256 },
    Withdraw { from: usize, ticket: u64 },
    Restake { from: usize, ticket: u64 },
    Claim { owner: usize, operator: usize },
    Commission { operator: usize },
    Slash { operator: usize, amount: U256, share: u64, cut: u64 },
    Report { operator: usize, outcome: u8 },
    Unjail { operator: usize },
    Bind { operator: usize, amount: U256, is_free: bool },
    Lock { from: usize, to: usize, amount: U256, secs: u64, flags: u8 },
    Take { from: usize, id: u64 },
    Cancel { from: usize, id: u64 },
    Renounce { from: usize, id: u64 },
    Pass { from: usize, id: u64, to: usize },
    LockStake { from: usize, id: u64, operator: usize, amount: U256 },
    LockThaw { from: usize, id: u64, amount: U256 },
    Unstake { from: usize, id: u64, ticket: u64 },
    LockClaim { id: u64, operator: usize },
    Terms { thaw: u64, base: u64 },
    Gift { from: usize, to: &'static str, amount: U256 },
}

fn action(dice: &mut Dice) -> Action {
    let actor = |dice: &mut Dice| dice.roll(ACTORS) as usize;
    let (from, to) = (actor(dice), actor(dice));
    let operator = OPERATORS[dice.index(OPERATORS.len())];
    let amount = match dice.roll(8) {
        0 => U256::MAX,
        1 => U256::from(dice.roll(1_000)),
        2 => omnit(1 + dice.roll(50_000)),
        _ => omnit(1 + dice.roll(900)),
    };
    let (ticket, id) = (1 + dice.roll(40), 1 + dice.roll(30));
    match dice.roll(26) {
        0 | 1 => Action::Wait { secs: [60, DAY, 5 * DAY, 15 * DAY][dice.index(4)] },
        2 => Action::Give { from, to, amount },
        3 => Action::Burn { from, amount: amount.min(omnit(100)) },
        4..=6 => Action::Stake { from, operator, amount },
        7 | 8 => Action::Thaw { from, operator, amount },
        9 => Action::Withdraw { from, ticket },
        10 => Action::Restake { from, ticket },
        11 => Action::Claim { owner: from, operator },
        12 => Action::Commission { operator },
        13 => Action::Slash { operator, amount: amount.min(omnit(500)), share: dice.roll(300), cut: dice.roll(12_000) },
        14 => Action::Report { operator, outcome: dice.roll(4) as u8 },
        15 => Action::Unjail { operator },
        16 => Action::Bind { operator, amount: amount.min(omnit(5_000)), is_free: dice.roll(2) == 0 },
        17 | 18 => Action::Lock { from, to, amount, secs: dice.roll(90) * DAY + 1, flags: dice.roll(5) as u8 },
        19 => Action::Take { from, id },
        20 => match dice.roll(3) {
            0 => Action::Cancel { from, id },
            1 => Action::Renounce { from, id },
            _ => Action::Pass { from, id, to },
        },
        21 | 22 => Action::LockStake { from, id, operator, amount },
        23 => Action::LockThaw { from, id, amount },
        24 => match dice.roll(2) {
            0 => Action::LockClaim { id, operator },
            _ => Action::Unstake { from, id, ticket },
        },
        _ => match dice.roll(3) {
            0 => Action::Terms { thaw: 3_600 + dice.roll(20 * DAY), base: dice.roll(900) },
            1 => Action::Gift { from, to: ["staking", "vesting", "rewards"][dice.index(3)], amount: omnit(1) },
            _ => Action::Unstake { from: to, id, ticket },
        },
    }
}

/// A schedule of one point: everything evenly until `at`.
fn linear(at: u64, amount: U256) -> Vec<B256> {
    vec![B256::from(U256::from(at) << 120 | U256::from(1) << 96 | amount)]
}

impl World {
    async fn prepare(&self) {
        self.act(
            TIMELOCK,
            "staking",
            &IStaking::setSlasherCall { service: VALIDATOR, slasher: self.who(TIMELOCK), isSlasher: true },
        )
        .await;
        for operator in OPERATORS {
            let register = IStaking::registerCall { service: VALIDATOR, commissionBps: U256::from(1_000) };
            self.act(operator, "staking", &register).await;
            assert!(self.pay(operator, "staking", omnit(40_000), &self.stake_call(operator)).await);
        }
    }

    fn stake_call(&self, operator: usize) -> IStaking::stakeCall {
        IStaking::stakeCall { operator: self.who(operator), service: VALIDATOR, holder: Address::ZERO, tag: 0 }
    }

    /// Does one action; most may fail. Answers whether it did not.
    async fn perform(&self, action: &Action) -> bool {
        let (staking, vesting) = ("staking", "vesting");
        match action.clone() {
            Action::Wait { secs } => {
                self.wait(secs).await;
                true
            }
            Action::Give { from, to, amount } => {
                self.try_to(from, "token", &omnit_abi::IToken::transferCall { to: self.who(to), amount }).await
            }
            Action::Burn { from, amount } => self.try_to(from, "token", &burnCall { amount }).await,
            Action::Stake { from, operator, amount } => {
                self.pay(from, staking, amount, &self.stake_call(operator)).await
            }
            Action::Thaw { from, operator, amount } => {
                let operator = self.who(operator);
                self.try_to(from, staking, &IStaking::thawCall { operator, service: VALIDATOR, tag: 0, amount }).await
            }
            Action::Withdraw { from, ticket } => {
                self.try_to(from, staking, &IStaking::withdrawCall { id: U256::from(ticket) }).await
            }
            Action::Restake { from, ticket } => {
                self.try_to(from, staking, &IStaking::restakeCall { id: U256::from(ticket) }).await
            }
            Action::Claim { owner, operator } => self.claim(self.who(owner), operator, 0).await,
            Action::Commission { operator } => {
                let operator = self.who(operator);
                self.try_to(0, staking, &IStaking::claimCommissionCall { operator, service: VALIDATOR }).await
            }
            Action::Slash { operator, amount, share, cut } => {
                let (operator, challenger) = (self.who(operator), self.who(4));
                let (share, cut) = (U256::from(share), U256::from(cut));
                let call = IStaking::slashCall {
                    operator,
                    service: VALIDATOR,
                    amount,
                    shareBps: share,
                    challenger,
                    cutBps: cut,
                };
                self.act(TIMELOCK, staking, &call).await;
                true
            }
            Action::Report { operator, outcome } => {
                let operator = self.who(operator);
                self.try_to(TIMELOCK, staking, &IStaking::reportCall { operator, service: VALIDATOR, outcome }).await
            }
            Action::Unjail { operator } => {
                self.try_to(operator, staking, &IStaking::unjailCall { service: VALIDATOR }).await
            }
            Action::Bind { operator, amount, is_free } => {
                let operator = self.who(operator);
                match is_free {
                    true => {
                        let call = IStaking::releaseCall { operator, service: VALIDATOR, amount };
                        self.try_to(TIMELOCK, staking, &call).await
                    }
                    false => {
                        let call = IStaking::lockCall { operator, service: VALIDATOR, amount };
                        self.try_to(TIMELOCK, staking, &call).await
                    }
                }
            }
            Action::Terms { thaw, base } => self.change_terms(thaw, base).await,
            Action::Gift { from, to, amount } => {
                let to = self.at(to);
                self.try_to(from, "token", &omnit_abi::IToken::transferCall { to, amount }).await
            }
            lock => self.perform_on_lock(&lock, vesting).await,
        }
    }

    async fn perform_on_lock(&self, action: &Action, vesting: &str) -> bool {
        match action.clone() {
            Action::Lock { from, to, amount, secs, flags } => {
                let start = self.chain.now().await.unwrap();
                let points = linear(start + secs, amount.min(omnit(1_000_000)));
                let (beneficiary, funder) = (self.who(to), Address::ZERO);
                let create = IVesting::createCall { beneficiary, funder, start, cliff: 0, flags, points };
                self.pay(from, vesting, amount.min(omnit(1_000_000)), &create).await
            }
            Action::Take { from, id } => {
                let lock = self.read(vesting, &lockCall { id: id.min(self.locks().await) }).await;
                let call = IVesting::withdrawCall { id, to: lock.beneficiary, amount: U256::MAX };
                self.try_to(from, vesting, &call).await
            }
            Action::Cancel { from, id } => self.try_to(from, vesting, &IVesting::cancelCall { id }).await,
            Action::Renounce { from, id } => self.try_to(from, vesting, &IVesting::renounceCall { id }).await,
            Action::Pass { from, id, to } => {
                self.try_to(from, vesting, &IVesting::transferLockCall { id, to: self.who(to) }).await
            }
            Action::LockStake { from, id, operator, amount } => {
                let operator = self.who(operator);
                self.try_to(from, vesting, &IVesting::stakeCall { id, operator, service: VALIDATOR, amount }).await
            }
            Action::LockThaw { from, id, amount } => {
                self.try_to(from, vesting, &IVesting::thawCall { id, amount }).await
            }
            Action::Unstake { from, id, ticket } => {
                self.try_to(from, vesting, &IVesting::unstakeCall { id, ticket: U256::from(ticket) }).await
            }
            Action::LockClaim { id, operator } => self.claim(self.at("vesting"), operator, id).await,
            other => panic!("{other:?} is not about a lock"),
        }
    }

    async fn claim(&self, owner: Address, operator: usize, tag: u64) -> bool {
        let operator = self.who(operator);
        self.try_to(0, "staking", &IStaking::claimCall { owner, operator, service: VALIDATOR, tag }).await
    }

    async fn change_terms(&self, thaw: u64, base: u64) -> bool {
        let service = IStaking::setServiceCall {
            service: VALIDATOR,
            minimum: omnit(32_000),
            thawSecs: U256::from(thaw),
            jailSecs: U256::from(DAY),
            missBps: U256::from(10),
            missesToJail: U256::from(3),
        };
        let yields =
            IStaking::setYieldCall { service: VALIDATOR, baseBps: U256::from(base), bonusBps: U256::from(200) };
        self.try_to(TIMELOCK, "staking", &service).await && self.try_to(TIMELOCK, "staking", &yields).await
    }

    async fn locks(&self) -> u64 {
        self.read("vesting", &lockCountCall {}).await
    }

    /// Everybody who can hold OMNIT.
    fn places(&self) -> Vec<Address> {
        let accounts = (0..10).map(|index| self.who(index));
        let contracts = self.contracts.iter().filter(|(name, _)| *name != "legacy").map(|(_, address)| *address);
        let named = self.genesis.accounts().map(|(_, account, _)| account);
        let mut places: Vec<_> = accounts.chain(contracts).chain(named).chain(self.beneficiaries()).collect();
        places.sort();
        places.dedup();
        places
    }

    fn beneficiaries(&self) -> Vec<Address> {
        use omnit_deployer::genesis::Receiver;
        let receivers = self.genesis.allocations.iter().map(|allocation| &allocation.receiver);
        let locks =
            receivers.filter_map(|receiver| if let Receiver::Locks(locks) = receiver { Some(locks) } else { None });
        locks.flatten().map(|lock| lock.beneficiary).collect()
    }

    /// What must hold at any time; says what does not.
    async fn check(&self) -> Result<(), String> {
        let mut sum = U256::ZERO;
        for place in self.places() {
            sum += self.balance(place).await;
        }
        let supply = self.supply().await;
        let holds = |is: bool, what: String| if is { Ok(()) } else { Err(what) };
        holds(sum == supply, format!("{sum} base units are known to be somewhere, {supply} exist"))?;
        let vault = self.balance(self.at("vesting")).await;
        let mut held = U256::ZERO;
        for id in 1..=self.locks().await {
            let lock = self.read("vesting", &lockCall { id }).await;
            held += lock.held;
            let accounted = lock.held + lock.out + lock.withdrawn + lock.refunded + lock.lost;
            holds(accounted == lock.deposited, format!("lock {id}: {accounted} of {} accounted for", lock.deposited))?;
        }
        holds(vault >= held, format!("vesting holds {vault}, its locks {held}"))?;
        self.check_staking().await
    }

    /// Staking covers all stake, all that thaws and all yield.
    async fn check_staking(&self) -> Result<(), String> {
        let mut owed = U256::ZERO;
        for operator in OPERATORS.map(|index| self.who(index)) {
            let all = self.read("staking", &IStaking::provisionCall { operator, service: VALIDATOR }).await;
            owed += all.own + all.delegated + all.ownThawing + all.delegatedThawing;
            owed += self.read("staking", &IStaking::commissionCall { operator, service: VALIDATOR }).await;
            let mut stake = U256::ZERO;
            for (owner, tag) in self.positions().await {
                let position =
                    self.read("staking", &IStaking::positionCall { owner, operator, service: VALIDATOR, tag }).await;
                owed += position.r#yield;
                stake += position.amount;
            }
            if stake > all.own + all.delegated {
                return Err(format!("positions of {operator} are worth {stake}, more than its stake"));
            }
        }
        let vault = self.balance(self.at("staking")).await + self.drawable().await;
        if vault < owed {
            return Err(format!("staking holds {vault} with what it can draw, and owes {owed}"));
        }
        Ok(())
    }

    /// What views count in because the next call would draw it.
    async fn drawable(&self) -> U256 {
        self.read("rewards", &omnit_abi::IRewards::purposeOfCall { purpose: 0 }).await.available
    }

    /// Owners and tags of everything that can be staked.
    async fn positions(&self) -> Vec<(Address, u64)> {
        let accounts = (0..ACTORS as usize).map(|index| (self.who(index), 0));
        let locks = (1..=self.locks().await).map(|id| (self.at("vesting"), id));
        accounts.chain(locks).collect()
    }

    /// Everybody takes everything out, and can.
    async fn exit(&self) -> Result<(), String> {
        let free = |operator| IStaking::releaseCall { operator, service: VALIDATOR, amount: U256::MAX };
        for operator in OPERATORS {
            self.act(TIMELOCK, "staking", &free(self.who(operator))).await;
        }
        for index in 0..ACTORS as usize {
            for operator in OPERATORS {
                self.exit_position(index, operator).await?;
            }
        }
        for id in 1..=self.locks().await {
            self.exit_lock_stake(id).await?;
        }
        self.wait(61 * DAY).await;
        let tickets: u64 = self.read("staking", &IStaking::ticketsCall {}).await.to();
        for id in 1..=tickets {
            self.exit_ticket(id).await?;
        }
        self.wait(6 * 366 * DAY).await;
        for id in 1..=self.locks().await {
            self.exit_lock(id).await?;
            let left = self.read("vesting", &lockCall { id }).await.held;
            if !left.is_zero() {
                return Err(format!("{left} base units stay in lock {id}"));
            }
        }
        self.check().await
    }

    async fn exit_position(&self, index: usize, operator: usize) -> Result<(), String> {
        let (owner, service, tag, address) = (self.who(index), VALIDATOR, 0, self.who(operator));
        let position = self.read("staking", &IStaking::positionCall { owner, operator: address, service, tag }).await;
        if !position.amount.is_zero() {
            let thaw = IStaking::thawCall { operator: address, service, tag, amount: U256::MAX };
            self.must(index, "staking", &thaw).await?;
        }
        self.claim(owner, operator, 0).await;
        Ok(())
    }

    async fn exit_lock_stake(&self, id: u64) -> Result<(), String> {
        let stake = self.read("vesting", &stakeOfCall { id }).await;
        let position = IStaking::positionCall {
            owner: self.at("vesting"),
            operator: stake.operator,
            service: stake.service,
            tag: id,
        };
        if stake.out.is_zero() || self.read("staking", &position).await.amount.is_zero() {
            return Ok(());
        }
        let beneficiary = self.read("vesting", &lockCall { id }).await.beneficiary;
        let thaw = IVesting::thawCall { id, amount: U256::MAX };
        self.must(self.index_of(beneficiary), "vesting", &thaw).await
    }

    async fn exit_ticket(&self, id: u64) -> Result<(), String> {
        let ticket = self.read("staking", &IStaking::ticketCall { id: U256::from(id) }).await;
        if ticket.owner.is_zero() {
            return Ok(());
        }
        if ticket.owner == self.at("vesting") {
            let unstake = IVesting::unstakeCall { id: ticket.tag, ticket: U256::from(id) };
            let beneficiary = self.read("vesting", &lockCall { id: ticket.tag }).await.beneficiary;
            return self.must(self.index_of(beneficiary), "vesting", &unstake).await;
        }
        let owner = self.index_of(ticket.owner);
        self.must(owner, "staking", &IStaking::withdrawCall { id: U256::from(id) }).await
    }

    async fn exit_lock(&self, id: u64) -> Result<(), String> {
        let lock = self.read("vesting", &lockCall { id }).await;
        if !lock.out.is_zero() {
            // Slashing took all that was out: there is nothing to thaw, only to write down.
            self.must(self.index_of(lock.beneficiary), "vesting", &IVesting::writeOffCall { id }).await?;
        }
        if self.read("vesting", &IVesting::withdrawableAmountOfCall { id }).await.is_zero() {
            return Ok(());
        }
        let withdraw = IVesting::withdrawCall { id, to: lock.beneficiary, amount: U256::MAX };
        self.must(0, "vesting", &withdraw).await
    }

    async fn must(&self, from: usize, name: &str, call: &impl SolCall) -> Result<(), String> {
        match self.try_to(from, name, call).await {
            true => Ok(()),
            false => {
                let outcome = self.chain.call(self.who(from), self.at(name), call.abi_encode()).await.unwrap();
                Err(format!("account {from} cannot get out of {name}: {outcome:?}"))
            }
        }
    }

    fn index_of(&self, account: Address) -> usize {
        (0..10).find(|index| self.who(*index) == account).expect("beneficiaries of the run are test accounts")
    }
}

#[tokio::test]
async fn omnit_is_conserved_and_everybody_gets_out_whatever_happens() {
    let world = World::new().await;
    world.prepare().await;
    let mut dice = Dice(setting("OMNIT_MODEL_SEED", 11));
    let count = setting("OMNIT_MODEL_BLOCKS", 1_500) as usize;
    let actions: Vec<_> = (0..count).map(|_| action(&mut dice)).collect();
    let mut start = world.chain.snapshot().await.unwrap();
    let done = hold(actions, async |actions: &[Action]| {
        world.return_to(&mut start).await;
        play(&world, actions).await
    })
    .await;
    println!("{done} of {count} actions succeeded");
    assert!(done > count / 4, "the run tried almost nothing that works");
}

/// Plays actions with checks in between, and everybody's exit; answers how many succeeded.
async fn play(world: &World, actions: &[Action]) -> Result<usize, String> {
    let mut done = 0;
    for (index, action) in actions.iter().enumerate() {
        done += usize::from(world.perform(action).await);
        if index % CHECK_EVERY == 0 {
            world.check().await?;
        }
    }
    world.check().await?;
    world.exit().await?;
    Ok(done)
}

#[tokio::test]
async fn votes_are_counted_once_when_locked_tokens_are_staked_in_the_same_second() {
    let world = World::new().await;
    world.prepare().await;
    let (holder, operator, id) = (5, OPERATORS[0], 4);
    let now = world.chain.now().await.unwrap();
    let points = linear(now + 400 * DAY, omnit(1_000));
    let create = IVesting::createCall {
        beneficiary: world.who(holder),
        funder: Address::ZERO,
        start: now,
        cliff: 0,
        flags: 0,
        points,
    };
    assert!(world.pay(0, "vesting", omnit(1_000), &create).await);
    world.act(holder, "vesting", &IVesting::delegateLockCall { id, to: world.who(holder) }).await;
    let total = async || {
        let locked = world.read("vesting", &IVesting::getVotesCall { account: world.who(holder) }).await;
        locked + world.read("staking", &IStaking::getVotesCall { account: world.who(operator) }).await
    };
    let before = total().await;
    let stake = IVesting::stakeCall { id, operator: world.who(operator), service: VALIDATOR, amount: omnit(600) };
    world.act(holder, "vesting", &stake).await;
    assert_eq!(world.read("vesting", &IVesting::getVotesCall { account: world.who(holder) }).await, omnit(400));
    assert_eq!(total().await, before);
}
