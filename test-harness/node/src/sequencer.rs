//! From an accepted transaction to a block.

use std::sync::Arc;

use alloy::consensus::Transaction;
use alloy::primitives::{Address, B256};

use crate::chain::{Block, Chain, ChainError, SignedTransaction, State, TransactionError};
use crate::clock::Clock;
use crate::config::{MiningMode, wall_clock};
use crate::events::Event;
use crate::node::{Node, Sequencer, Snapshot, next_env};
use crate::pool::PoolError;

/// Why a transaction was not accepted.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum SubmitError {
    /// It is in a block already.
    #[error("already known: transaction {hash} is in block {block}")]
    Mined {
        /// The transaction.
        hash: B256,
        /// Number of the block.
        block: u64,
    },
    /// The pool does not take it.
    #[error(transparent)]
    Pool(#[from] PoolError),
    /// It cannot be in a block.
    #[error(transparent)]
    Transaction(#[from] TransactionError),
    /// Validation passed, and yet the block left it out.
    #[error("transaction dropped: {0}")]
    Dropped(String),
}

/// A timestamp the next block cannot have.
#[derive(Debug, Clone, thiserror::Error)]
#[error("timestamp {timestamp} is not after block {number}, which is at {previous}")]
pub(crate) struct TimestampError {
    /// Wished, unix seconds.
    pub(crate) timestamp: u64,
    /// The head.
    pub(crate) number: u64,
    /// Its timestamp, unix seconds.
    pub(crate) previous: u64,
}

impl Node {
    /// Accepts a transaction; with automine it is in a block when this returns.
    pub(crate) fn submit(&self, transaction: SignedTransaction) -> Result<B256, SubmitError> {
        let (hash, sender) = (transaction.hash, transaction.sender);
        let mut sequencer = self.sequencer.lock();
        self.check(&sequencer, &transaction)?;
        sequencer.pool.insert(transaction)?;
        if let Some(accepted) = sequencer.pool.get(hash) {
            self.announce(Event::Pending(accepted));
        }
        if *self.mode.borrow() == MiningMode::Auto {
            self.mine_each_of(&mut sequencer, sender);
            if let Some(reason) = sequencer.pool.dropped_reason(hash) {
                return Err(SubmitError::Dropped(reason.to_owned()));
            }
        }
        Ok(hash)
    }

    /// Mines `blocks` blocks `interval` seconds apart, the first with the ready transactions; each later one takes what is left.
    pub fn mine(&self, blocks: u64, interval: Option<u64>) -> Vec<Arc<Block>> {
        let mut sequencer = self.sequencer.lock();
        let mut mined = Vec::new();
        for index in 0..blocks {
            if let (Some(seconds), true) = (interval, index > 0) {
                let previous = self.chain.read().head().header.timestamp;
                sequencer.clock.set_exact(previous.saturating_add(seconds));
            }
            let ready = self.ready(&mut sequencer);
            mined.push(self.mine_block(&mut sequencer, &ready));
        }
        mined
    }

    /// The next block gets exactly `timestamp` (unix seconds).
    pub(crate) fn set_next_timestamp(&self, timestamp: u64) -> Result<(), TimestampError> {
        let mut sequencer = self.sequencer.lock();
        self.check_timestamp(timestamp)?;
        sequencer.clock.set_exact(timestamp);
        Ok(())
    }

    /// Moves the clock forward by `seconds`; the next block shows it.
    pub fn increase_time(&self, seconds: u64) {
        self.sequencer.lock().clock.increase(seconds);
    }

    /// Changes when blocks are made. Switching to automine mines what waits.
    pub(crate) fn set_mode(&self, mode: MiningMode) {
        let mut sequencer = self.sequencer.lock();
        self.mode.send_replace(mode);
        if mode == MiningMode::Auto {
            for transaction in self.ready(&mut sequencer) {
                self.mine_block(&mut sequencer, &[transaction]);
            }
        }
    }

    /// Remembers chain, pool and clock.
    pub fn snapshot(&self) -> u64 {
        let mut sequencer = self.sequencer.lock();
        let mut chain = self.chain.write();
        let head = chain.head();
        let id = chain.snapshot();
        let snapshot = Snapshot {
            pool: sequencer.pool.clone(),
            clock: sequencer.clock.clone(),
            taken_at: wall_clock(),
            number: head.header.number,
            hash: head.hash,
        };
        sequencer.snapshots.insert(id, snapshot);
        id
    }

    /// Goes back to a snapshot: chain, pool, and the clock as if no time had passed. False if there is none of that id.
    pub fn revert(&self, id: u64) -> bool {
        let mut sequencer = self.sequencer.lock();
        let Some(snapshot) = sequencer.snapshots.remove(&id) else { return false };
        sequencer.snapshots.split_off(&id);
        let is_done = self.go_back(snapshot.number, |chain| chain.revert(id));
        sequencer.pool = snapshot.pool;
        sequencer.clock = snapshot.clock.resumed(snapshot.taken_at, wall_clock());
        is_done
    }

    /// Drops the blocks above `number`. False if there is no such block.
    pub fn rollback(&self, number: u64) -> bool {
        let _sequencer = self.sequencer.lock();
        self.go_back(number, |chain| chain.rollback(number))
    }

    /// Back to genesis: no blocks, no waiting transactions, no snapshots, the wall clock again.
    pub(crate) fn reset(&self) {
        let mut sequencer = self.sequencer.lock();
        self.go_back(0, |chain| {
            chain.reset();
            true
        });
        sequencer.pool.clear();
        sequencer.snapshots.clear();
        sequencer.clock = match self.config.genesis_timestamp {
            Some(timestamp) => Clock::starting_at(timestamp, wall_clock()),
            None => Clock::default(),
        };
    }

    /// Replaces the chain by a dump. Waiting transactions are dropped.
    pub(crate) fn load_state(&self, dump: &[u8]) -> Result<(), ChainError> {
        let mut sequencer = self.sequencer.lock();
        let mut chain = self.chain.write();
        chain.load(dump)?;
        self.filters.lock().rewind(chain.head().header.number + 1);
        sequencer.pool.clear();
        sequencer.snapshots.clear();
        Ok(())
    }

    /// Changes the latest state (cheat methods).
    pub fn edit_state(&self, edit: impl FnOnce(&mut State)) {
        let _sequencer = self.sequencer.lock();
        self.chain.write().edit_state(edit);
    }

    fn check(&self, sequencer: &Sequencer, transaction: &SignedTransaction) -> Result<(), SubmitError> {
        let chain = self.chain.read();
        if let Some((block, _)) = chain.find_transaction(transaction.hash) {
            return Err(SubmitError::Mined { hash: transaction.hash, block: block.header.number });
        }
        let env = next_env(&sequencer.clock, &chain);
        match chain.executor().validate(&chain.state(), &env, transaction) {
            // It waits for the missing nonces.
            Ok(()) | Err(TransactionError::NonceTooHigh { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn check_timestamp(&self, timestamp: u64) -> Result<(), TimestampError> {
        let head = self.chain.read().head();
        let previous = head.header.timestamp;
        if timestamp > previous {
            Ok(())
        } else {
            Err(TimestampError { timestamp, number: head.header.number, previous })
        }
    }

    fn ready(&self, sequencer: &mut Sequencer) -> Vec<Arc<SignedTransaction>> {
        let state = self.chain.read().state();
        sequencer.pool.drop_stale(|account| state.nonce(account));
        sequencer.pool.ready(self.config.order, |account| state.nonce(account))
    }

    /// Mines every transaction of `sender` that has become ready, each in its own block.
    fn mine_each_of(&self, sequencer: &mut Sequencer, sender: Address) {
        loop {
            let nonce = self.chain.read().state().nonce(sender);
            let Some(next) = sequencer.pool.by_nonce(sender, nonce) else { return };
            let hash = next.hash;
            self.mine_block(sequencer, &[next]);
            // A transaction that stayed is alone too great for a block; trying again would never end.
            if sequencer.pool.drop_with_reason(hash, "it does not fit into an empty block".to_owned()) {
                return;
            }
        }
    }

    fn mine_block(&self, sequencer: &mut Sequencer, transactions: &[Arc<SignedTransaction>]) -> Arc<Block> {
        let block = {
            let mut chain = self.chain.write();
            let timestamp = sequencer.clock.advance(chain.head().header.timestamp, wall_clock());
            let env = chain.next_env(timestamp);
            let mined = chain.mine(transactions.iter().map(|transaction| (**transaction).clone()).collect(), env);
            for included in &mined.block.transactions {
                sequencer.pool.remove(included.transaction.hash);
            }
            for (rejected, error) in mined.rejected {
                if !matches!(error, TransactionError::NonceTooHigh { .. }) {
                    tracing::warn!(target: "omnit_node", hash = %rejected.hash, nonce = rejected.envelope.nonce(), "dropped: {error}");
                    sequencer.pool.drop_with_reason(rejected.hash, error.to_string());
                }
            }
            mined.block
        };
        tracing::info!(
            target: "omnit_node",
            "block {} {}: {} transactions, {} gas",
            block.header.number, block.hash, block.transactions.len(), block.header.gas_used
        );
        self.announce(Event::Mined(Arc::clone(&block)));
        block
    }

    /// Takes the chain back to block `number` and tells subscribers which blocks are gone.
    fn go_back(&self, number: u64, change: impl FnOnce(&mut Chain) -> bool) -> bool {
        let removed: Vec<_> = {
            let mut chain = self.chain.write();
            let head = chain.head().header.number;
            let blocks =
                (number.saturating_add(1)..=head).rev().filter_map(|number| chain.block_by_number(number)).collect();
            if !change(&mut chain) {
                return false;
            }
            self.filters.lock().rewind(number.saturating_add(1));
            blocks
        };
        for block in removed {
            self.announce(Event::Removed(block));
        }
        true
    }
}
