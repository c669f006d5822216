//! Transactions that wait for a block.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap, VecDeque};
use std::sync::Arc;

use alloy::consensus::Transaction;
use alloy::primitives::{Address, B256};

use crate::chain::SignedTransaction;
use crate::config::Order;

/// How many reasons of dropped transactions are remembered.
const REMEMBERED_REASONS: usize = 4_096;

/// Why the pool does not take a transaction.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PoolError {
    /// The very same transaction waits already.
    #[error("already known: transaction {0} is in the pool")]
    Known(B256),
    /// Another one with this sender and nonce pays too much to be replaced.
    #[error(
        "replacement transaction underpriced: gas price is {got} wei, replacing {hash} needs at least {needed} wei"
    )]
    Underpriced {
        /// The transaction that stays.
        hash: B256,
        /// Fee cap offered, wei per gas.
        got: u128,
        /// Least fee cap that replaces it (10 % more), wei per gas.
        needed: u128,
    },
    /// Below the node's minimum.
    #[error("transaction underpriced: gas price is {got} wei, the node's minimum is {minimum} wei")]
    BelowMinimum {
        /// Fee cap offered, wei per gas.
        got: u128,
        /// Minimum, wei per gas.
        minimum: u128,
    },
}

/// A waiting transaction.
#[derive(Clone)]
struct Waiting {
    transaction: Arc<SignedTransaction>,
    arrival: u64,
}

impl Waiting {
    fn fee_cap(&self) -> u128 {
        self.transaction.envelope.max_fee_per_gas()
    }
}

/// Transactions by sender and nonce. A clone is cheap enough for snapshots.
#[derive(Clone, Default)]
pub(crate) struct Pool {
    senders: HashMap<Address, BTreeMap<u64, Waiting>>,
    hashes: HashMap<B256, (Address, u64)>,
    next_arrival: u64,
    minimum_price: u128,
    dropped: HashMap<B256, String>,
    dropped_order: VecDeque<B256>,
}

impl Pool {
    /// Adds a transaction, replacing one with the same sender and nonce if it pays 10 % more.
    pub(crate) fn insert(&mut self, transaction: SignedTransaction) -> Result<(), PoolError> {
        let (hash, sender, nonce) = (transaction.hash, transaction.sender, transaction.envelope.nonce());
        if self.hashes.contains_key(&hash) {
            return Err(PoolError::Known(hash));
        }
        let got = transaction.envelope.max_fee_per_gas();
        if got < self.minimum_price {
            return Err(PoolError::BelowMinimum { got, minimum: self.minimum_price });
        }
        if let Some(present) = self.senders.get(&sender).and_then(|slots| slots.get(&nonce)) {
            let needed = present.fee_cap() + (present.fee_cap() / 10).max(1);
            let replaced = present.transaction.hash;
            if got < needed {
                return Err(PoolError::Underpriced { hash: replaced, got, needed });
            }
            self.hashes.remove(&replaced);
            self.remember_reason(replaced, format!("replaced by {hash}"));
        }
        let waiting = Waiting { transaction: Arc::new(transaction), arrival: self.next_arrival };
        self.next_arrival += 1;
        self.senders.entry(sender).or_default().insert(nonce, waiting);
        self.hashes.insert(hash, (sender, nonce));
        if self.dropped.remove(&hash).is_some() {
            self.dropped_order.retain(|dropped| *dropped != hash);
        }
        Ok(())
    }

    /// A waiting transaction.
    pub(crate) fn get(&self, hash: B256) -> Option<Arc<SignedTransaction>> {
        let (sender, nonce) = self.hashes.get(&hash)?;
        self.by_nonce(*sender, *nonce)
    }

    /// A waiting transaction by sender and nonce.
    pub(crate) fn by_nonce(&self, sender: Address, nonce: u64) -> Option<Arc<SignedTransaction>> {
        Some(Arc::clone(&self.senders.get(&sender)?.get(&nonce)?.transaction))
    }

    /// Removes a transaction; the reason can be asked for later.
    pub(crate) fn drop_with_reason(&mut self, hash: B256, reason: String) -> bool {
        let is_known = self.remove(hash);
        if is_known {
            self.remember_reason(hash, reason);
        }
        is_known
    }

    /// Removes a transaction that was mined.
    pub(crate) fn remove(&mut self, hash: B256) -> bool {
        let Some((sender, nonce)) = self.hashes.remove(&hash) else { return false };
        if let Some(slots) = self.senders.get_mut(&sender) {
            slots.remove(&nonce);
            if slots.is_empty() {
                self.senders.remove(&sender);
            }
        }
        true
    }

    /// Removes all transactions of a sender.
    pub(crate) fn remove_sender(&mut self, sender: Address) {
        for waiting in self.senders.remove(&sender).unwrap_or_default().into_values() {
            self.hashes.remove(&waiting.transaction.hash);
            self.remember_reason(waiting.transaction.hash, format!("all transactions of {sender} were dropped"));
        }
    }

    /// Removes everything; the minimum price stays.
    pub(crate) fn clear(&mut self) {
        *self = Self { minimum_price: self.minimum_price, next_arrival: self.next_arrival, ..Self::default() };
    }

    /// Why a transaction left without being mined.
    pub(crate) fn dropped_reason(&self, hash: B256) -> Option<&str> {
        self.dropped.get(&hash).map(String::as_str)
    }

    /// Least fee cap taken, wei per gas.
    pub(crate) fn set_minimum_price(&mut self, price: u128) {
        self.minimum_price = price;
    }

    /// Nonce after the transactions of `sender` that follow `nonce` without a gap.
    pub(crate) fn nonce_after(&self, sender: Address, nonce: u64) -> u64 {
        let Some(slots) = self.senders.get(&sender) else { return nonce };
        let mut next = nonce;
        while slots.contains_key(&next) {
            next += 1;
        }
        next
    }

    /// Removes what can never be mined, because the account's nonce has passed it.
    pub(crate) fn drop_stale(&mut self, nonce_of: impl Fn(Address) -> u64) {
        let stale: Vec<_> = self
            .senders
            .iter()
            .flat_map(|(sender, slots)| {
                let next = nonce_of(*sender);
                slots.range(..next).map(move |(nonce, waiting)| (waiting.transaction.hash, *nonce, next))
            })
            .collect();
        for (hash, nonce, next) in stale {
            self.drop_with_reason(hash, format!("nonce too low: next nonce is {next}, the transaction has {nonce}"));
        }
    }

    /// Every transaction that could be mined now, in block order. `nonce_of` gives the next nonce of an account.
    pub(crate) fn ready(&self, order: Order, nonce_of: impl Fn(Address) -> u64) -> Vec<Arc<SignedTransaction>> {
        let rank = |waiting: &Waiting| match order {
            Order::Fifo => (Reverse(0), waiting.arrival),
            Order::Fees => (Reverse(waiting.fee_cap()), waiting.arrival),
        };
        let mut heads: BinaryHeap<_> = self
            .senders
            .iter()
            .filter_map(|(sender, slots)| {
                let nonce = nonce_of(*sender);
                Some((Reverse(rank(slots.get(&nonce)?)), *sender, nonce))
            })
            .collect();
        let mut ready = Vec::with_capacity(heads.len());
        while let Some((_, sender, nonce)) = heads.pop() {
            let slots = &self.senders[&sender];
            ready.push(Arc::clone(&slots[&nonce].transaction));
            if let Some(next) = slots.get(&(nonce + 1)) {
                heads.push((Reverse(rank(next)), sender, nonce + 1));
            }
        }
        ready
    }

    /// Transactions by sender and nonce, split into those that could be mined now and those behind a gap.
    pub(crate) fn content(&self, nonce_of: impl Fn(Address) -> u64) -> PoolContent {
        let mut content = PoolContent::default();
        for (sender, slots) in &self.senders {
            let first_gap = self.nonce_after(*sender, nonce_of(*sender));
            for (nonce, waiting) in slots {
                let half = if *nonce < first_gap { &mut content.pending } else { &mut content.queued };
                half.entry(*sender).or_default().insert(*nonce, Arc::clone(&waiting.transaction));
            }
        }
        content
    }

    fn remember_reason(&mut self, hash: B256, reason: String) {
        if self.dropped.insert(hash, reason).is_none() {
            self.dropped_order.push_back(hash);
        }
        if self.dropped_order.len() > REMEMBERED_REASONS
            && let Some(oldest) = self.dropped_order.pop_front()
        {
            self.dropped.remove(&oldest);
        }
    }
}

/// Waiting transactions of each sender, by nonce.
pub(crate) type BySender = BTreeMap<Address, BTreeMap<u64, Arc<SignedTransaction>>>;

/// What `txpool_content` shows.
#[derive(Default)]
pub(crate) struct PoolContent {
    /// Could be mined now.
    pub(crate) pending: BySender,
    /// Behind a nonce gap.
    pub(crate) queued: BySender,
}

#[cfg(test)]
mod tests {
    use alloy::consensus::{SignableTransaction, TxEnvelope, TxLegacy};
    use alloy::primitives::Address;

    use super::{Pool, PoolError};
    use crate::accounts::placeholder_signature;
    use crate::chain::SignedTransaction;
    use crate::config::Order;

    fn transaction(sender: u8, nonce: u64, gas_price: u128) -> SignedTransaction {
        let sender = Address::repeat_byte(sender);
        let inner = TxLegacy { nonce, gas_price, ..TxLegacy::default() };
        let envelope = TxEnvelope::from(inner.into_signed(placeholder_signature(sender)));
        SignedTransaction { hash: *envelope.tx_hash(), sender, envelope }
    }

    fn nonces(pool: &Pool, order: Order) -> Vec<(u8, u64)> {
        let ready = pool.ready(order, |_| 0);
        ready.iter().map(|tx| (tx.sender[0], alloy::consensus::Transaction::nonce(&tx.envelope))).collect()
    }

    #[test]
    fn ready_keeps_arrival_order_when_fifo() {
        let mut pool = Pool::default();
        for tx in [transaction(1, 1, 5), transaction(2, 0, 9), transaction(1, 0, 5), transaction(3, 1, 5)] {
            pool.insert(tx).expect("fits");
        }
        assert_eq!(nonces(&pool, Order::Fifo), [(2, 0), (1, 0), (1, 1)]);
        assert_eq!(pool.nonce_after(Address::repeat_byte(1), 0), 2);
        assert_eq!(pool.nonce_after(Address::repeat_byte(3), 0), 0);
    }

    #[test]
    fn ready_puts_the_best_payer_first_when_ordered_by_fees() {
        let mut pool = Pool::default();
        for tx in [transaction(1, 0, 5), transaction(1, 1, 100), transaction(2, 0, 9)] {
            pool.insert(tx).expect("fits");
        }
        assert_eq!(nonces(&pool, Order::Fees), [(2, 0), (1, 0), (1, 1)]);
    }

    #[test]
    fn insert_refuses_a_replacement_when_it_pays_less_than_ten_percent_more() {
        let mut pool = Pool::default();
        let first = transaction(1, 0, 100);
        pool.insert(first.clone()).expect("fits");
        assert_eq!(pool.insert(first.clone()), Err(PoolError::Known(first.hash)));
        let refused = PoolError::Underpriced { hash: first.hash, got: 109, needed: 110 };
        assert_eq!(pool.insert(transaction(1, 0, 109)), Err(refused));
        let second = transaction(1, 0, 110);
        pool.insert(second.clone()).expect("pays enough");
        assert!(pool.get(first.hash).is_none());
        assert!(pool.dropped_reason(first.hash).expect("kept").contains(&second.hash.to_string()));
        assert_eq!(nonces(&pool, Order::Fifo), [(1, 0)]);
    }

    #[test]
    fn drop_stale_removes_passed_nonces_when_the_account_moved_on() {
        let mut pool = Pool::default();
        let stale = transaction(1, 0, 1);
        pool.insert(stale.clone()).expect("fits");
        pool.insert(transaction(1, 1, 1)).expect("fits");
        pool.drop_stale(|_| 1);
        assert!(pool.get(stale.hash).is_none());
        assert!(pool.dropped_reason(stale.hash).expect("kept").contains("nonce too low"));
        assert_eq!(pool.ready(Order::Fifo, |_| 1).len(), 1);
    }
}
