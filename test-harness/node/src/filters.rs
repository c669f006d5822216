//! Filters that clients poll (`eth_newFilter` and its kin).

use std::collections::HashMap;
use std::time::{Duration, Instant};

use alloy::primitives::{B256, U256};
use alloy::rpc::types::Filter;

/// A filter nobody polls for this long is removed, as in geth.
const IDLE_LIMIT: Duration = Duration::from_secs(300);

/// What a filter collects.
pub(crate) enum FilterKind {
    /// Logs that match; blocks from `next` on have not been given out.
    Logs {
        /// What matches.
        filter: Box<Filter>,
        /// First block not given out.
        next: u64,
    },
    /// Hashes of blocks from `next` on.
    Blocks {
        /// First block not given out.
        next: u64,
    },
    /// Hashes of transactions accepted since the last poll.
    Pending {
        /// Not given out yet.
        hashes: Vec<B256>,
    },
}

struct Polled {
    kind: FilterKind,
    polled_at: Instant,
}

/// Filters by id.
#[derive(Default)]
pub(crate) struct Filters {
    filters: HashMap<U256, Polled>,
    last_id: u64,
}

impl Filters {
    /// Installs a filter and gives its id.
    pub(crate) fn install(&mut self, kind: FilterKind) -> U256 {
        self.filters.retain(|_, polled| polled.polled_at.elapsed() < IDLE_LIMIT);
        self.last_id += 1;
        let id = U256::from(self.last_id);
        self.filters.insert(id, Polled { kind, polled_at: Instant::now() });
        id
    }

    /// Removes a filter; false if there is none of that id.
    pub(crate) fn uninstall(&mut self, id: U256) -> bool {
        self.filters.remove(&id).is_some()
    }

    /// A filter, now polled.
    pub(crate) fn poll(&mut self, id: U256) -> Option<&mut FilterKind> {
        let polled = self.filters.get_mut(&id)?;
        polled.polled_at = Instant::now();
        Some(&mut polled.kind)
    }

    /// Records an accepted transaction.
    pub(crate) fn note_pending(&mut self, hash: B256) {
        for polled in self.filters.values_mut() {
            if let FilterKind::Pending { hashes } = &mut polled.kind {
                hashes.push(hash);
            }
        }
    }

    /// The chain went back: blocks from `next` on will be given out again.
    pub(crate) fn rewind(&mut self, next_block: u64) {
        for polled in self.filters.values_mut() {
            if let FilterKind::Logs { next, .. } | FilterKind::Blocks { next } = &mut polled.kind {
                *next = (*next).min(next_block);
            }
        }
    }
}
