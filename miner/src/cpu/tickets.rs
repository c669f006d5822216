//! Which of many tickets win.

use omnit_proof::Hash;
use omnit_proof::blake3::{Words, words};
use omnit_proof::ticket::{Position, Target, Ticket};

use super::hash::many_counted;

/// A seed and a target, ready for many tickets.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judge {
    seed: Words,
    target: Target,
    /// Hashes whose last eight bytes are above these of the target lose, whatever the rest is.
    highest: u64,
}

impl Judge {
    /// Tickets of `seed` are to be below `target`.
    pub(super) fn new(seed: &Hash, target: &Target) -> Self {
        let bytes: [u8; 32] = target.0.to_le_bytes();
        Self { seed: words(seed), target: *target, highest: last_eight(&bytes) }
    }

    /// Winners among tickets with the I from `first` on, one for each fold, and the same J and Λ.
    pub(super) fn winners(&self, first: Position, folds: &[[u32; 16]]) -> Vec<Ticket> {
        let blocks: Vec<[u8; 64]> = folds.iter().map(folded_bytes).collect();
        let messages: Vec<_> = blocks.iter().collect();
        let mut hashes = vec![[0; 32]; folds.len()];
        many_counted(&self.seed, &messages, first.counter(), &mut hashes);
        let won = |(i, hash): (u32, &Hash)| {
            if last_eight(hash) > self.highest || !self.target.is_met(hash) {
                return None;
            }
            let position = Position::new(first.i() + i, first.j(), first.slab()).ok()?;
            Some(Ticket { position, hash: *hash })
        };
        (0..).zip(&hashes).filter_map(won).collect()
    }
}

fn folded_bytes(folded: &[u32; 16]) -> [u8; 64] {
    let mut bytes = [0; 64];
    for (place, word) in bytes.chunks_exact_mut(4).zip(folded) {
        place.copy_from_slice(&word.to_le_bytes());
    }
    bytes
}

fn last_eight(hash: &Hash) -> u64 {
    let [.., a, b, c, d, e, f, g, h] = *hash;
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
}

#[cfg(test)]
mod tests {
    use omnit_proof::ticket;
    use ruint::aliases::U256;

    use super::*;

    const SEED: Hash = [7; 32];

    fn won(folds: &[[u32; 16]], target: Target) -> Vec<Ticket> {
        let first = Position::new(5, 6, 7).expect("a position");
        Judge::new(&SEED, &target).winners(first, folds)
    }

    #[test]
    fn winners_are_those_strictly_below_the_target() {
        let folds: Vec<[u32; 16]> = (0..20).map(|i| [i; 16]).collect();
        let all = won(&folds, Target::EASIEST);
        assert_eq!(all.len(), folds.len());
        for (i, ticket) in (0..).zip(&all) {
            assert_eq!((ticket.position.i(), ticket.position.j(), ticket.position.slab()), (5 + i, 6, 7));
            assert_eq!(ticket.hash, ticket::hash(&SEED, ticket.position, &folds[i as usize]));
            // The same last eight bytes as the hash, so that only the whole comparison can tell.
            let hash = U256::from_le_bytes(ticket.hash);
            assert!(!won(&folds, Target(hash)).contains(ticket));
            assert!(won(&folds, Target(hash + U256::ONE)).contains(ticket));
        }
    }
}
