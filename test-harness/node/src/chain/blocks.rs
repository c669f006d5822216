//! The chain: history, latest state, mining, snapshots.

use std::collections::BTreeMap;
use std::sync::Arc;

use alloy::primitives::{Address, B256, address};
use omnit_vm::ArbosVersion;

use super::evm::{Evm, Rules};
use super::programs::Programs;
use super::seal::{Executed, PREVRANDAO, seal};
use super::validate::{Limits, check_transaction};
use super::{
    Block, BlockEnv, CallMessage, ChainConfig, Execution, ExecutionStatus, Executor, Mined, MinedTransaction, Receipt,
    SignedTransaction, State, TransactionError, dump, genesis,
};

/// Coinbase of a chain until another is set: the address Arbitrum's sequencer uses.
pub const SEQUENCER: Address = address!("A4b000000000000000000073657175656e636572");

/// Seconds per block of the L1 estimate.
const L1_BLOCK_SECONDS: u64 = 12;

/// The chain: blocks, the latest state, and what the next block starts with.
pub struct Chain {
    present: Present,
    programs: Arc<Programs>,
    arbos: ArbosVersion,
    snapshots: BTreeMap<u64, Present>,
    next_snapshot: u64,
}

/// All that a snapshot must remember. Cloning costs O(1).
#[derive(Clone)]
pub(super) struct Present {
    pub(super) config: ChainConfig,
    pub(super) coinbase: Address,
    pub(super) blocks: imbl::Vector<Arc<Block>>,
    pub(super) hashes: imbl::Vector<B256>,
    pub(super) numbers: imbl::HashMap<B256, u64>,
    pub(super) transactions: imbl::HashMap<B256, (u64, usize)>,
    /// The head's state with the edits made since.
    pub(super) state: State,
}

/// Why a chain cannot start, or a dump cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// A configuration value is out of its range.
    #[error("{0}")]
    Config(String),
    /// The bytes are not a dump of this program.
    #[error("cannot read the state dump: {0}")]
    Dump(String),
    /// The folder of compiled programs cannot be used.
    #[error("cannot use the program cache: {0}")]
    Cache(String),
}

impl Present {
    fn genesis(config: ChainConfig, arbos: ArbosVersion) -> Self {
        let start = genesis::state(&config, arbos);
        let mut present = Self::empty(config, SEQUENCER);
        let env = present.env_at(0, present.config.genesis_timestamp);
        let executed = Executed { state: start.clone(), transactions: Vec::new(), start };
        present.push(seal(B256::ZERO, &env, arbos, executed));
        present
    }

    /// No blocks and no accounts: to be filled before use.
    pub(super) fn empty(config: ChainConfig, coinbase: Address) -> Self {
        Self {
            config,
            coinbase,
            blocks: imbl::Vector::new(),
            hashes: imbl::Vector::new(),
            numbers: imbl::HashMap::new(),
            transactions: imbl::HashMap::new(),
            state: State::default(),
        }
    }

    fn env_at(&self, number: u64, timestamp: u64) -> BlockEnv {
        let age = timestamp.saturating_sub(self.config.genesis_timestamp);
        BlockEnv {
            number,
            timestamp,
            base_fee: self.config.base_fee,
            gas_limit: self.config.block_gas_limit,
            coinbase: self.coinbase,
            prevrandao: PREVRANDAO,
            l1_block_number: 1 + age / L1_BLOCK_SECONDS,
        }
    }

    fn head(&self) -> &Arc<Block> {
        self.blocks.last().expect("a chain always has its genesis block")
    }

    /// Appends a sealed block; its state becomes the latest.
    pub(super) fn push(&mut self, block: Block) -> Arc<Block> {
        let number = block.header.number;
        for (index, mined) in block.transactions.iter().enumerate() {
            self.transactions.insert(mined.transaction.hash, (number, index));
        }
        self.hashes.push_back(block.hash);
        self.numbers.insert(block.hash, number);
        self.state = block.state.clone();
        let block = Arc::new(block);
        self.blocks.push_back(block.clone());
        block
    }

    fn truncate(&mut self, number: u64) {
        let kept = usize::try_from(number).unwrap_or(usize::MAX).saturating_add(1);
        for block in self.blocks.split_off(kept.min(self.blocks.len())) {
            self.numbers.remove(&block.hash);
            for mined in &block.transactions {
                self.transactions.remove(&mined.transaction.hash);
            }
        }
        self.hashes.truncate(kept.min(self.hashes.len()));
        self.state = self.head().state.clone();
    }
}

impl Chain {
    /// Starts a chain with its genesis block.
    pub fn new(config: ChainConfig) -> Result<Self, ChainError> {
        let arbos = ArbosVersion::new(config.arbos).map_err(|error| ChainError::Config(error.to_string()))?;
        if u64::try_from(config.base_fee).is_err() {
            return Err(ChainError::Config(format!("base fee {} does not fit 64 bits", config.base_fee)));
        }
        let programs = Arc::new(Programs::new(config.cache_dir.clone())?);
        Ok(Self {
            present: Present::genesis(config, arbos),
            programs,
            arbos,
            snapshots: BTreeMap::new(),
            next_snapshot: 1,
        })
    }

    /// What it started with, with later changes of chain id, base fee and gas limit.
    pub fn config(&self) -> &ChainConfig {
        &self.present.config
    }

    /// Latest block.
    pub fn head(&self) -> Arc<Block> {
        self.present.head().clone()
    }

    /// Latest state, cheat edits since the head included.
    pub fn state(&self) -> State {
        self.present.state.clone()
    }

    /// Block by number.
    pub fn block_by_number(&self, number: u64) -> Option<Arc<Block>> {
        self.present.blocks.get(usize::try_from(number).ok()?).cloned()
    }

    /// Block by hash.
    pub fn block_by_hash(&self, hash: B256) -> Option<Arc<Block>> {
        self.block_by_number(*self.present.numbers.get(&hash)?)
    }

    /// Block with a transaction and its index in it.
    pub fn find_transaction(&self, hash: B256) -> Option<(Arc<Block>, usize)> {
        let (number, index) = *self.present.transactions.get(&hash)?;
        Some((self.block_by_number(number)?, index))
    }

    /// Environment of the block after the head, at `timestamp` (unix seconds).
    pub fn next_env(&self, timestamp: u64) -> BlockEnv {
        self.present.env_at(self.present.head().header.number + 1, timestamp)
    }

    /// Executor of this chain as it is now.
    pub fn executor(&self) -> Executor {
        Executor::new(self.rules())
    }

    fn rules(&self) -> Rules {
        Rules {
            chain_id: self.present.config.chain_id,
            arbos: self.arbos,
            is_debug: self.present.config.is_debug,
            programs: self.programs.clone(),
            block_hashes: self.present.hashes.clone(),
        }
    }

    /// Mines one block on the head; `env.number` is set to the next one.
    ///
    /// Transactions run in order. One that validation refuses is rejected; from the first that does not fit the block's gas on, all
    /// are postponed, so that nonces stay in order.
    pub fn mine(&mut self, transactions: Vec<SignedTransaction>, mut env: BlockEnv) -> Mined {
        let parent = self.present.head().clone();
        env.number = parent.header.number + 1;
        let limits = Limits { chain_id: self.present.config.chain_id, arbos: self.arbos };
        let start = std::mem::take(&mut self.present.state);
        let mut evm = Evm::new(self.rules(), start.clone(), &env);
        let mut builder = Builder::default();
        for transaction in transactions {
            if !builder.postponed.is_empty() {
                builder.postponed.push(transaction);
                continue;
            }
            match check_transaction(evm.state(), &env, &transaction, limits) {
                Err(reason) => builder.rejected.push((transaction, reason)),
                Ok(message) if message.gas > env.gas_limit - builder.gas_used => builder.postponed.push(transaction),
                Ok(message) => match evm.run(&message) {
                    Err(reason) => builder.rejected.push((transaction, reason)),
                    Ok(execution) => {
                        evm.commit();
                        builder.include(transaction, &message, execution, &env);
                    }
                },
            }
        }
        let Builder { mined, rejected, postponed, .. } = builder;
        let executed = Executed { start, transactions: mined, state: evm.into_state() };
        let block = self.present.push(seal(parent.hash, &env, self.arbos, executed));
        Mined { block, rejected, postponed }
    }

    /// Changes the latest state (cheat methods); the next block's root covers it.
    pub fn edit_state(&mut self, edit: impl FnOnce(&mut State)) {
        edit(&mut self.present.state);
    }

    /// Remembers the chain as it is; costs O(1).
    pub fn snapshot(&mut self) -> u64 {
        let id = self.next_snapshot;
        self.next_snapshot += 1;
        self.snapshots.insert(id, self.present.clone());
        id
    }

    /// Goes back to a snapshot, dropping it and all later ones. False if there is none of that id.
    pub fn revert(&mut self, id: u64) -> bool {
        let Some(present) = self.snapshots.remove(&id) else { return false };
        self.snapshots.split_off(&id);
        self.present = present;
        true
    }

    /// Drops every block above `number` and takes the state after it. False if there is no such block.
    pub fn rollback(&mut self, number: u64) -> bool {
        if number > self.present.head().header.number {
            return false;
        }
        self.present.truncate(number);
        true
    }

    /// Back to genesis, snapshots dropped; chain id, base fee and gas limit stay as they are now.
    pub fn reset(&mut self) {
        self.present = Present::genesis(self.present.config.clone(), self.arbos);
        self.snapshots.clear();
    }

    /// Blocks, receipts and the state after each block, as bytes for [`Chain::load`]. Snapshots are left out.
    pub fn dump(&self) -> Result<Vec<u8>, ChainError> {
        dump::write(&self.present)
    }

    /// Replaces blocks and state by a dump; snapshots are dropped.
    pub fn load(&mut self, dump: &[u8]) -> Result<(), ChainError> {
        self.present = dump::read(dump, self.present.config.clone())?;
        self.snapshots.clear();
        Ok(())
    }

    /// Chain id from the next transaction on.
    pub fn set_chain_id(&mut self, chain_id: u64) {
        self.present.config.chain_id = chain_id;
    }

    /// Base fee in wei of the next blocks; more than 64 bits are cut to the greatest that fits.
    pub fn set_base_fee(&mut self, base_fee: u128) {
        self.present.config.base_fee = base_fee.min(u64::MAX.into());
    }

    /// Gas limit of the next blocks.
    pub fn set_block_gas_limit(&mut self, gas_limit: u64) {
        self.present.config.block_gas_limit = gas_limit;
    }

    /// Coinbase of the next blocks.
    pub fn set_coinbase(&mut self, coinbase: Address) {
        self.present.coinbase = coinbase;
    }
}

/// A block in the making.
#[derive(Default)]
struct Builder {
    gas_used: u64,
    mined: Vec<MinedTransaction>,
    rejected: Vec<(SignedTransaction, TransactionError)>,
    postponed: Vec<SignedTransaction>,
}

impl Builder {
    fn include(&mut self, transaction: SignedTransaction, message: &CallMessage, execution: Execution, env: &BlockEnv) {
        self.gas_used += execution.gas_used;
        let creates = message.to.is_none().then(|| message.from.create(message.nonce.unwrap_or_default()));
        let receipt = Receipt {
            is_success: execution.status == ExecutionStatus::Success,
            gas_used: execution.gas_used,
            cumulative_gas_used: self.gas_used,
            effective_gas_price: message.gas_price.min(env.base_fee),
            logs: execution.logs,
            contract_address: execution.contract_address.or(creates),
            output: execution.output,
        };
        self.mined.push(MinedTransaction { transaction, receipt });
    }
}
