//! Programs called lately in a block (`stylus-node.md` §12).

use alloy::primitives::B256;

/// Least recently used list of code hashes; lives for one block and is not undone by reverts.
#[derive(Clone, Default)]
pub(crate) struct RecentPrograms {
    /// Oldest first. The list has at most `blockCacheSize` entries (32 by default), so that a scan beats a map.
    hashes: Vec<B256>,
}

impl RecentPrograms {
    /// Notes a call of `code_hash`; true if it was among the last `capacity` programs.
    pub(crate) fn touch(&mut self, code_hash: B256, capacity: usize) -> bool {
        let position = self.hashes.iter().position(|hash| *hash == code_hash);
        if let Some(position) = position {
            self.hashes.remove(position);
        }
        self.hashes.push(code_hash);
        let excess = self.hashes.len().saturating_sub(capacity);
        self.hashes.drain(..excess);
        position.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn touch_forgets_the_oldest_when_full() {
        let hash = B256::repeat_byte;
        let mut recent = RecentPrograms::default();
        assert!(!recent.touch(hash(1), 2));
        assert!(!recent.touch(hash(2), 2));
        assert!(recent.touch(hash(1), 2));
        assert!(!recent.touch(hash(3), 2));
        assert!(!recent.touch(hash(2), 2), "2 was the oldest and made room for 3");
    }
}
