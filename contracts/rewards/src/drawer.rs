//! Who may draw, and how fast.

use alloy_primitives::B256;

/// The limit that is none.
pub const UNLIMITED: u128 = (1 << 96) - 1;

/// The right of one account to draw from one purpose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drawer {
    /// Base units of an epoch; zero for who may not draw.
    pub limit: u128,
    /// What was drawn in `epoch`. Not counted without a limit.
    pub drawn: u128,
    /// The epoch of the latest counted draw, below `2^40`.
    pub epoch: u64,
}

impl Drawer {
    /// What was drawn in `epoch`.
    pub fn drawn_in(&self, epoch: u64) -> u128 {
        if self.epoch == epoch { self.drawn } else { 0 }
    }

    /// What may still be drawn in `epoch`.
    pub fn left(&self, epoch: u64) -> u128 {
        match self.limit {
            UNLIMITED => UNLIMITED,
            limit => limit.saturating_sub(self.drawn_in(epoch)),
        }
    }

    /// After a draw of at most [`left`](Self::left).
    #[must_use]
    pub fn after(self, epoch: u64, amount: u128) -> Self {
        Self { drawn: self.drawn_in(epoch) + amount, epoch, ..self }
    }

    /// As a word: zero (24), epoch (40), drawn (96), limit (96).
    pub fn pack(self) -> B256 {
        let mut word = B256::ZERO;
        word[3..8].copy_from_slice(&self.epoch.to_be_bytes()[3..]);
        word[8..20].copy_from_slice(&self.drawn.to_be_bytes()[4..]);
        word[20..].copy_from_slice(&self.limit.to_be_bytes()[4..]);
        word
    }

    /// From a word.
    pub fn unpack(word: B256) -> Self {
        let mut parts = [[0; 16]; 3];
        parts[0][11..].copy_from_slice(&word[3..8]);
        parts[1][4..].copy_from_slice(&word[8..20]);
        parts[2][4..].copy_from_slice(&word[20..]);
        let [epoch, drawn, limit] = parts.map(u128::from_be_bytes);
        Self { limit, drawn, epoch: epoch as u64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn unpack_undoes_pack(limit in 0u128..1 << 96, drawn in 0u128..1 << 96, epoch in 0u64..1 << 40) {
            let drawer = Drawer { limit, drawn, epoch };
            prop_assert_eq!(Drawer::unpack(drawer.pack()), drawer);
        }

        #[test]
        fn draws_of_an_epoch_stay_within_the_limit(limit in 1u128..1_000, wanted in prop::collection::vec(0u128..400, 1..20)) {
            let mut drawer = Drawer { limit, ..Drawer::default() };
            let mut sum = 0;
            for amount in wanted {
                let granted = amount.min(drawer.left(7));
                drawer = drawer.after(7, granted);
                sum += granted;
                prop_assert!(sum <= limit);
            }
            prop_assert_eq!((drawer.left(7), drawer.left(8)), (limit - sum, limit));
        }
    }
}
