//! The running node without its sockets: chain, pool, clock, accounts, and what subscribers hear.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;

use alloy::primitives::{B256, keccak256};
use parking_lot::{Mutex, RwLock};
use tokio::sync::watch;

use crate::accounts::Accounts;
use crate::chain::{Block, BlockEnv, CallMessage, Chain, ChainConfig, Executor, SignedTransaction, State};
use crate::clock::Clock;
use crate::config::{Config, MiningMode, wall_clock};
use crate::events::{Event, Events};
use crate::filters::Filters;
use crate::handle::NodeError;
use crate::logs::LogIndex;
use crate::pool::Pool;
use crate::rpc::Slots;

/// A node. Locks are taken in the order of the fields and never the other way round.
pub struct Node {
    pub(crate) config: Config,
    pub(crate) sequencer: Mutex<Sequencer>,
    pub(crate) chain: RwLock<Chain>,
    pub(crate) index: Mutex<LogIndex>,
    pub(crate) filters: Mutex<Filters>,
    pub(crate) accounts: RwLock<Accounts>,
    pub(crate) events: Events,
    pub(crate) mode: watch::Sender<MiningMode>,
    pub(crate) slots: Slots,
    /// Distinguishes this run from others (`anvil_metadata`).
    pub(crate) instance: B256,
}

/// What decides the next block.
pub(crate) struct Sequencer {
    pub(crate) pool: Pool,
    pub(crate) clock: Clock,
    pub(crate) snapshots: BTreeMap<u64, Snapshot>,
}

/// The half of a snapshot that the chain does not keep.
pub(crate) struct Snapshot {
    pub(crate) pool: Pool,
    pub(crate) clock: Clock,
    /// Wall clock when it was taken.
    pub(crate) taken_at: u64,
    /// Head when it was taken.
    pub(crate) number: u64,
    /// Its hash.
    pub(crate) hash: B256,
}

/// State and environment to simulate on.
pub(crate) struct View {
    pub(crate) state: State,
    pub(crate) env: BlockEnv,
    pub(crate) executor: Executor,
}

impl Node {
    /// A node with its genesis block, or the state file's chain.
    pub(crate) fn new(config: Config, threads: usize) -> Result<Self, NodeError> {
        config.validate()?;
        let accounts = Accounts::derive(&config.mnemonic, config.accounts)?;
        let genesis_timestamp = config.genesis_time();
        let funded = accounts.list().iter().map(|account| (account.address, config.balance));
        let mut chain = Chain::new(ChainConfig {
            chain_id: config.chain_id,
            arbos: config.arbos,
            genesis_timestamp,
            block_gas_limit: config.block_gas_limit,
            base_fee: config.base_fee,
            accounts: funded.chain(config.funded.iter().copied()).collect(),
            is_debug: !config.is_strict,
            cache_dir: config.cache_dir.clone(),
        })?;
        load_state_file(&config, &mut chain)?;
        let mut clock = Clock::default();
        if config.genesis_timestamp.is_some() {
            clock = Clock::starting_at(chain.head().header.timestamp, wall_clock());
        }
        let (mode, _) = watch::channel(config.mining);
        Ok(Self {
            sequencer: Mutex::new(Sequencer { pool: Pool::default(), clock, snapshots: BTreeMap::new() }),
            chain: RwLock::new(chain),
            index: Mutex::default(),
            filters: Mutex::default(),
            accounts: RwLock::new(accounts),
            events: Events::default(),
            mode,
            slots: Slots::new(threads.saturating_sub(1).max(1)),
            instance: instance_id(),
            config,
        })
    }

    /// The chain, to read. Do not hold it across a request to the same node: mining waits for it.
    pub fn chain(&self) -> impl Deref<Target = Chain> + '_ {
        self.chain.read()
    }

    /// Chain id.
    pub fn chain_id(&self) -> u64 {
        self.chain.read().config().chain_id
    }

    /// State, environment and executor at the head.
    pub(crate) fn latest(&self) -> View {
        let chain = self.chain.read();
        View { state: chain.state(), env: chain.head().env(), executor: chain.executor() }
    }

    /// As the next block would find it: every ready transaction applied, the next block's number and time.
    pub(crate) fn pending(&self) -> View {
        let sequencer = self.sequencer.lock();
        let chain = self.chain.read();
        let mut view =
            View { state: chain.state(), env: next_env(&sequencer.clock, &chain), executor: chain.executor() };
        let ready = sequencer.pool.ready(self.config.order, |account| view.state.nonce(account));
        drop(chain);
        drop(sequencer);
        for transaction in ready {
            let message = CallMessage::from_transaction(&transaction);
            if let Ok((_, state)) = view.executor.call_and_commit(view.state.clone(), &view.env, message) {
                view.state = state;
            }
        }
        view
    }

    /// Transactions the next block would hold, and its environment.
    pub(crate) fn pending_block(&self) -> (Vec<Arc<SignedTransaction>>, BlockEnv, Arc<Block>) {
        let sequencer = self.sequencer.lock();
        let chain = self.chain.read();
        let state = chain.state();
        let ready = sequencer.pool.ready(self.config.order, |account| state.nonce(account));
        (ready, next_env(&sequencer.clock, &chain), chain.head())
    }

    /// Tells subscribers and polling filters.
    pub(crate) fn announce(&self, event: Event) {
        if let Event::Pending(transaction) = &event {
            self.filters.lock().note_pending(transaction.hash);
        }
        self.events.send(&event);
    }
}

impl CallMessage {
    /// The call a transaction makes, unsigned.
    pub(crate) fn from_transaction(transaction: &SignedTransaction) -> Self {
        use alloy::consensus::Transaction;
        let envelope = &transaction.envelope;
        Self {
            from: transaction.sender,
            to: envelope.to(),
            value: envelope.value(),
            input: envelope.input().clone(),
            gas: envelope.gas_limit(),
            gas_price: envelope.max_fee_per_gas(),
            access_list: envelope.access_list().cloned().unwrap_or_default(),
            authorizations: envelope.authorization_list().map(<[_]>::to_vec).unwrap_or_default(),
            nonce: Some(envelope.nonce()),
        }
    }
}

/// Environment the next block would have now.
pub(crate) fn next_env(clock: &Clock, chain: &Chain) -> BlockEnv {
    chain.next_env(clock.peek(chain.head().header.timestamp, wall_clock()))
}

fn load_state_file(config: &Config, chain: &mut Chain) -> Result<(), NodeError> {
    let path = match (&config.load_state, &config.state) {
        (Some(path), _) => path,
        (None, Some(path)) if path.exists() => path,
        _ => return Ok(()),
    };
    let dump = std::fs::read(path).map_err(|source| NodeError::StateFile { path: path.clone(), source })?;
    chain.load(&dump).map_err(|source| NodeError::StateDump { path: path.clone(), source })
}

fn instance_id() -> B256 {
    let nanos =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_nanos());
    keccak256([nanos.to_be_bytes().as_slice(), &std::process::id().to_be_bytes()].concat())
}
