//! The invariants of `README.md` after every block of thousands of random actions, checked on the chain itself, and the reference model
//! beside it. `OMNIT_MODEL_BLOCKS` and `OMNIT_MODEL_SEED` repeat or lengthen a run.

use crate::{
    model::{Action, Model, at},
    world::{CAP, World, logs, units},
};
use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    sol_types::{SolCall, SolEvent as _, SolStruct},
};
use omnit_abi::IToken::{self, Transfer};
use omnit_fixtures::shrink::{Dice, setting};
use omnit_fixtures::{Chain, Outcome};
use omnit_node::Config;
use std::collections::BTreeMap;

mod message {
    alloy::sol! {
        struct Permit { address owner; address spender; uint256 value; uint256 nonce; uint256 deadline; }
        struct Delegation { address delegatee; uint256 nonce; uint256 expiry; }
        struct TransferWithAuthorization {
            address from; address to; uint256 value; uint256 validAfter; uint256 validBefore; bytes32 nonce;
        }
        struct CancelAuthorization { address authorizer; bytes32 nonce; }
    }
}

const ACTORS: usize = 6;

/// A world and its model, moved in step.
struct Run {
    world: World,
    model: Model,
    dice: Dice,
    /// Successful signed calls, to be replayed.
    spent: Vec<(Action, Bytes)>,
    succeeded: usize,
    failed: usize,
}

impl Run {
    async fn start(seed: u64) -> Self {
        // Room for several transactions of the fixtures' generous gas limit in one block, so that checkpoints share seconds.
        let config = Config { block_gas_limit: 1_000_000_000, ..Config::test() };
        let world = World::on(Chain::node_with(config).await.unwrap()).await;
        let mut model = Model::default();
        model.balances.insert(world.who(0), CAP);
        model.supply.push((world.chain.now().await.unwrap(), CAP));
        world.chain.set_automine(false).await.unwrap();
        Self { world, model, dice: Dice(seed), spent: Vec::new(), succeeded: 0, failed: 0 }
    }

    fn actor(&mut self) -> Address {
        let index = self.dice.roll(ACTORS as u64) as usize;
        self.world.who(index)
    }

    /// An actor, or now and then the zero address.
    fn target(&mut self) -> Address {
        if self.dice.roll(12) == 0 { Address::ZERO } else { self.actor() }
    }

    /// Mostly a part of what `account` has; now and then nothing, everything, or too much.
    fn amount(&mut self, account: Address) -> U256 {
        let balance = self.model.balance(account);
        match self.dice.roll(10) {
            0 => U256::ZERO,
            1 => U256::from(balance),
            2 => U256::from(balance) + units(1),
            3 => U256::MAX - units(self.dice.roll(3)),
            _ => U256::from(balance / u128::from(2 + self.dice.roll(20))),
        }
    }

    fn action(&mut self, now: u64) -> Action {
        let (from, to) = (self.actor(), self.target());
        let amount = self.amount(from);
        let nonce = B256::with_last_byte(self.dice.roll(40) as u8);
        // A nonce of the state before this block: it may be taken by an earlier action of the block.
        let next = self.model.nonce(from);
        match self.dice.roll(11) {
            0 | 1 => Action::Transfer { to, amount },
            2 => Action::Approve { spender: to, amount },
            3 | 4 => Action::TransferFrom { from, to, amount },
            5 => Action::Burn { amount: amount / units(50) },
            6 => Action::BurnFrom { from, amount: amount / units(50) },
            7 => Action::Delegate { to },
            8 => Action::Permit { owner: from, spender: to, amount, nonce: next },
            9 if self.dice.roll(4) == 0 => Action::Cancel { from, nonce },
            9 => Action::Authorized { from, to, amount, nonce, before: now + self.dice.roll(3) },
            _ => Action::DelegateBySig { signer: from, to, nonce: next },
        }
    }

    fn signed(&self, signer: Address, message: &impl SolStruct) -> crate::world::Signed {
        let index = (0..ACTORS).find(|index| self.world.who(*index) == signer).expect("signers are actors");
        self.world.sign(index, message)
    }

    fn calldata(&self, action: &Action) -> Bytes {
        let never = U256::MAX;
        let data = match *action {
            Action::Transfer { to, amount } => IToken::transferCall { to, amount }.abi_encode(),
            Action::Approve { spender, amount } => IToken::approveCall { spender, amount }.abi_encode(),
            Action::TransferFrom { from, to, amount } => IToken::transferFromCall { from, to, amount }.abi_encode(),
            Action::Burn { amount } => IToken::burnCall { amount }.abi_encode(),
            Action::BurnFrom { from, amount } => IToken::burnFromCall { account: from, amount }.abi_encode(),
            Action::Delegate { to } => IToken::delegateCall { delegatee: to }.abi_encode(),
            Action::Permit { owner, spender, amount: value, nonce } => {
                let message = message::Permit { owner, spender, value, nonce: units(nonce), deadline: never };
                let signature = self.signed(owner, &message).bytes();
                IToken::permit_1Call { owner, spender, value, deadline: never, signature }.abi_encode()
            }
            Action::DelegateBySig { signer, to: delegatee, nonce } => {
                let nonce = units(nonce);
                let by = self.signed(signer, &message::Delegation { delegatee, nonce, expiry: never });
                let (v, r, s) = (by.v(), by.r(), by.s());
                IToken::delegateBySigCall { delegatee, nonce, expiry: never, v, r, s }.abi_encode()
            }
            Action::Authorized { from, to, amount: value, nonce, before } => {
                let (after, before) = (units(0), units(before));
                let message = message::TransferWithAuthorization {
                    from,
                    to,
                    value,
                    validAfter: after,
                    validBefore: before,
                    nonce,
                };
                let by = self.signed(from, &message);
                let (v, r, s) = (by.v(), by.r(), by.s());
                IToken::transferWithAuthorization_0Call {
                    from,
                    to,
                    value,
                    validAfter: after,
                    validBefore: before,
                    nonce,
                    v,
                    r,
                    s,
                }
                .abi_encode()
            }
            Action::Cancel { from: authorizer, nonce } => {
                let by = self.signed(authorizer, &message::CancelAuthorization { authorizer, nonce });
                let (v, r, s) = (by.v(), by.r(), by.s());
                IToken::cancelAuthorization_0Call { authorizer, nonce, v, r, s }.abi_encode()
            }
        };
        data.into()
    }

    /// Puts one to four actions into a block and compares what they did.
    async fn block(&mut self) {
        let now = self.world.chain.now().await.unwrap() + 1 + self.dice.roll(3);
        let mut sent = Vec::new();
        for _ in 0..1 + self.dice.roll(4) {
            let sender = self.actor();
            let replay = (!self.spent.is_empty() && self.dice.roll(12) == 0)
                .then(|| self.dice.roll(self.spent.len() as u64) as usize)
                .map(|index| self.spent[index].clone());
            let (action, data) = match replay {
                Some(spent) => spent,
                None => {
                    let action = self.action(now);
                    let data = self.calldata(&action);
                    (action, data)
                }
            };
            let hash = self.world.chain.submit(sender, self.world.token, data.clone()).await.unwrap();
            sent.push((hash, sender, action, data));
        }
        self.world.chain.mine_at(now).await.unwrap();
        let mut done = Vec::new();
        for (hash, sender, action, data) in sent {
            done.push((self.world.chain.receipt(hash).await.unwrap(), sender, action, data));
        }
        done.sort_by_key(|(receipt, ..)| receipt.transaction_index);
        for (receipt, sender, action, data) in done {
            let expected = self.model.apply(now, sender, &action);
            assert_eq!(receipt.status(), expected.is_some(), "{action:?} of {sender} at {now}");
            assert_eq!(logs(&receipt), expected.clone().unwrap_or_default(), "{action:?} of {sender} at {now}");
            match expected {
                Some(_) => self.succeeded += 1,
                None => self.failed += 1,
            }
            let is_signed =
                !matches!(action, Action::Transfer { .. } | Action::Approve { .. } | Action::Delegate { .. });
            if expected.is_some() && is_signed && self.spent.len() < 200 {
                self.spent.push((action, data));
            }
        }
    }

    async fn check(&mut self) {
        let chain = Snapshot::of(&self.world).await;
        i1_balances_add_up_to_the_supply(&chain);
        assert!(chain.supply <= CAP, "I2");
        i3_votes_are_the_balances_delegated(&chain);
        for (account, state) in &chain.accounts {
            assert_eq!(state.balance, self.model.balance(*account));
            assert_eq!(state.votes, self.model.votes_of(*account));
            assert_eq!(state.delegate, self.model.delegate_of(*account));
            assert_eq!(state.nonce, self.model.nonce(*account));
        }
        assert_eq!(chain.supply, self.model.supply());
        let (owner, spender) = (self.actor(), self.actor());
        let allowance = self.world.read(&IToken::allowanceCall { owner, spender }).await;
        assert_eq!(allowance, self.model.allowance(owner, spender));
        self.i4_the_past_never_changes().await;
    }

    async fn i4_the_past_never_changes(&mut self) {
        let (first, now) = (self.model.supply[0].0, self.world.chain.now().await.unwrap());
        let time = first - 2 + self.dice.roll(now - first + 2);
        let (account, timepoint) = (self.actor(), units(time));
        let votes = self.world.read(&IToken::getPastVotesCall { account, timepoint }).await;
        assert_eq!(votes, U256::from(at(self.model.votes_history(account), time)), "votes of {account} at {time}");
        let supply = self.world.read(&IToken::getPastTotalSupplyCall { timepoint }).await;
        assert_eq!(supply, U256::from(at(&self.model.supply, time)), "supply at {time}");
        let history = self.model.votes_history(account).to_vec();
        let count = self.world.read(&IToken::numCheckpointsCall { account }).await;
        assert_eq!(count as usize, history.len());
        if count > 0 {
            let pos = self.dice.roll(u64::from(count)) as u32;
            let checkpoint = self.world.read(&IToken::checkpointsCall { account, pos }).await;
            assert_eq!((checkpoint._key.to::<u64>(), checkpoint._value.to::<u128>()), history[pos as usize]);
        }
    }
}

struct AccountState {
    balance: u128,
    votes: u128,
    delegate: Address,
    nonce: u64,
}

/// What the chain says of everybody who can hold tokens in a run.
struct Snapshot {
    supply: u128,
    accounts: BTreeMap<Address, AccountState>,
}

impl Snapshot {
    async fn of(world: &World) -> Self {
        let mut accounts = BTreeMap::new();
        for account in (0..ACTORS).map(|index| world.who(index)) {
            let state = AccountState {
                balance: world.balance(account).await.to(),
                votes: world.votes(account).await.to(),
                delegate: world.read(&IToken::delegatesCall { account }).await,
                nonce: world.read(&IToken::noncesCall { owner: account }).await.to(),
            };
            accounts.insert(account, state);
        }
        Self { supply: world.read(&IToken::totalSupplyCall {}).await.to(), accounts }
    }
}

fn i1_balances_add_up_to_the_supply(chain: &Snapshot) {
    assert_eq!(chain.accounts.values().map(|state| state.balance).sum::<u128>(), chain.supply);
}

fn i3_votes_are_the_balances_delegated(chain: &Snapshot) {
    for (account, state) in &chain.accounts {
        let delegated = chain.accounts.values().filter(|other| other.delegate == *account).map(|other| other.balance);
        assert_eq!(state.votes, delegated.sum::<u128>(), "votes of {account}");
    }
}

#[tokio::test]
async fn i1_to_i4_and_the_model_hold_when_anybody_does_anything() {
    let mut run = Run::start(setting("OMNIT_MODEL_SEED", 7)).await;
    for _ in 0..setting("OMNIT_MODEL_BLOCKS", 800) {
        run.block().await;
        run.check().await;
    }
    println!("{} actions succeeded, {} failed", run.succeeded, run.failed);
    assert!(run.succeeded > run.failed / 4, "the run tried almost nothing that works");
}

#[tokio::test]
async fn i2_the_supply_only_falls() {
    let world = World::new().await;
    let mut supply = CAP;
    for amount in [0, 5, 1_000_000] {
        world.act(0, &IToken::burnCall { amount: units(amount) }).await;
        supply -= u128::from(amount);
        assert_eq!(world.read(&IToken::totalSupplyCall {}).await, U256::from(supply));
    }
}

#[tokio::test]
async fn i5_a_nonce_rises_by_one_per_accepted_signature() {
    let world = World::new().await;
    let owner = world.who(1);
    for nonce in 0..3 {
        let permit =
            message::Permit { owner, spender: world.who(2), value: units(1), nonce: units(nonce), deadline: U256::MAX };
        let by = world.sign(1, &permit);
        let (v, r, s) = (by.v(), by.r(), by.s());
        let call = IToken::permit_0Call { owner, spender: world.who(2), value: units(1), deadline: U256::MAX, v, r, s };
        world.act(3, &call).await;
        let again = world.chain.send(world.who(3), world.token, call.abi_encode()).await.unwrap();
        assert!(!again.status());
        assert_eq!(world.read(&IToken::noncesCall { owner }).await, units(nonce + 1));
    }
}

#[tokio::test]
async fn i6_an_authorization_works_at_most_once() {
    let world = World::new().await;
    let (from, to, nonce) = (world.who(0), world.who(1), keccak256("once"));
    let (value, after, before) = (units(3), units(0), U256::MAX);
    let transfer =
        message::TransferWithAuthorization { from, to, value, validAfter: after, validBefore: before, nonce };
    let signature = world.sign(0, &transfer).bytes();
    let call = IToken::transferWithAuthorization_1Call {
        from,
        to,
        value,
        validAfter: after,
        validBefore: before,
        nonce,
        signature,
    };
    world.act(4, &call).await;
    for sender in [0, 1, 4] {
        world.refuses(sender, &call, IToken::ERC3009UsedAuthorization { authorizer: from, nonce }).await;
    }
    assert_eq!(world.balance(to).await, value);
}

#[tokio::test]
async fn i7_what_is_spent_never_exceeds_the_allowance() {
    let world = World::new().await;
    let (from, spender) = (world.who(0), world.who(1));
    world.act(0, &IToken::approveCall { spender, amount: units(10) }).await;
    let mut spent = 0;
    for amount in [4, 7, 6, 1, 0] {
        let call = IToken::transferFromCall { from, to: spender, amount: units(amount) };
        if world.chain.send(spender, world.token, call.abi_encode()).await.unwrap().status() {
            spent += amount;
        }
        assert_eq!(world.read(&IToken::allowanceCall { owner: from, spender }).await, units(10 - spent));
    }
    assert_eq!((spent, world.balance(spender).await), (10, units(10)));
}

#[tokio::test]
async fn i8_the_token_is_initialised_once() {
    let world = World::new().await;
    let call = IToken::initializeCall { holders: vec![world.who(1)], amounts: vec![U256::from(CAP)] };
    world.refuses(1, &call, IToken::AlreadyInitialized {}).await;
    // Not even when everything was burned.
    world.act(0, &IToken::burnCall { amount: U256::from(CAP) }).await;
    world.refuses(1, &call, IToken::AlreadyInitialized {}).await;
    assert!(matches!(world.outcome(world.who(1), call.abi_encode()).await, Outcome::Reverted(_)));
}

/// Balances added up from `Transfer` events alone equal what the chain says.
#[tokio::test]
async fn i9_no_balance_changes_without_a_transfer_event() {
    let mut run = Run::start(99).await;
    for _ in 0..60 {
        run.block().await;
    }
    let filter = alloy::rpc::types::Filter::new().address(run.world.token).from_block(0);
    let logs = alloy::providers::Provider::get_logs(run.world.chain.provider(), &filter).await.unwrap();
    let mut balances: BTreeMap<Address, i128> = BTreeMap::new();
    for event in logs.iter().filter_map(|log| Transfer::decode_log_data(&log.inner.data).ok()) {
        *balances.entry(event.from).or_default() -= event.amount.to::<u128>() as i128;
        *balances.entry(event.to).or_default() += event.amount.to::<u128>() as i128;
    }
    for index in 0..ACTORS {
        let account = run.world.who(index);
        let summed = balances.get(&account).copied().unwrap_or_default();
        assert_eq!(run.world.balance(account).await, U256::from(summed as u128));
    }
}
