//! A bounded table of values that are expensive to make.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::{Mutex, RwLock};

type Slot<V> = Arc<Entry<V>>;

/// A value being made or made, and when it was last used.
struct Entry<V> {
    value: Mutex<Option<Arc<V>>>,
    used_at: AtomicU64,
}

/// Keeps the most recently used values; each is made once even when many threads want it at the same time.
pub(crate) struct Table<K, V> {
    entries: RwLock<HashMap<K, Slot<V>>>,
    capacity: usize,
    clock: AtomicU64,
}

impl<K: Eq + Hash + Copy, V> Table<K, V> {
    /// A table of at most `capacity` values, at least one.
    pub(crate) fn new(capacity: usize) -> Self {
        Self { entries: RwLock::default(), capacity: capacity.max(1), clock: AtomicU64::new(0) }
    }

    /// The value of `key`, made by `make` if there is none. A failure is not kept.
    pub(crate) fn get_or_insert<E>(&self, key: K, make: impl FnOnce() -> Result<Arc<V>, E>) -> Result<Arc<V>, E> {
        let now = self.clock.fetch_add(1, Ordering::Relaxed);
        let known = self.entries.read().get(&key).cloned();
        let entry = known.unwrap_or_else(|| self.reserve(key));
        entry.used_at.store(now, Ordering::Relaxed);
        let mut value = entry.value.lock();
        if let Some(value) = &*value {
            return Ok(value.clone());
        }
        let made = make()?;
        *value = Some(made.clone());
        Ok(made)
    }

    fn reserve(&self, key: K) -> Slot<V> {
        let mut entries = self.entries.write();
        if let Some(entry) = entries.get(&key) {
            return entry.clone();
        }
        if entries.len() >= self.capacity {
            let oldest =
                entries.iter().min_by_key(|(_, entry)| entry.used_at.load(Ordering::Relaxed)).map(|(key, _)| *key);
            oldest.and_then(|key| entries.remove(&key));
        }
        let entry = Arc::new(Entry { value: Mutex::new(None), used_at: AtomicU64::new(0) });
        entries.insert(key, entry.clone());
        entry
    }
}
