//! Lists of accounts: their order, which of two is better, and what each account gets.

use alloy_primitives::{Address, B256, U160, U256};

/// Most accounts of a list.
pub const MOST_RANKS: usize = 64;
/// Ranks that get a badge.
pub const BADGE_RANKS: usize = 10;
/// 10,000 bps are the whole.
const WHOLE_BPS: u64 = 10_000;
const ADDRESS_BITS: usize = 166;

/// What decides between two lists. Sixty-four accounts of most points and largest addresses still fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Points of all accounts, below `2^90`.
    pub points: u128,
    /// Sum of their addresses, below `2^166`.
    pub addresses: U256,
}

impl Standing {
    /// With one more account.
    #[must_use]
    pub fn with(self, account: Address, points: u128) -> Self {
        Self { points: self.points + points, addresses: self.addresses + value(account) }
    }

    /// More points, or as many and the smaller sum of addresses. Of the lists that the order allows, the 64 best accounts are better than any
    /// other: another set has fewer points, or puts an account of equal points in the place of one with a smaller address.
    pub fn is_better_than(&self, other: &Self) -> bool {
        self.points > other.points || (self.points == other.points && self.addresses < other.addresses)
    }

    /// As a word: points (90), addresses (166).
    pub fn pack(self) -> B256 {
        B256::from(U256::from(self.points) << ADDRESS_BITS | self.addresses)
    }

    /// From a word.
    pub fn unpack(word: B256) -> Self {
        let word = U256::from_be_bytes(word.0);
        let points: U256 = word >> ADDRESS_BITS;
        let [low, high, ..] = points.into_limbs();
        Self {
            points: u128::from(low) | u128::from(high) << 64,
            addresses: word & ((U256::from(1) << ADDRESS_BITS) - U256::from(1)),
        }
    }
}

/// Whether an account may follow another one in a list: by fewer points, or equal points and a larger address. So no account is in it twice.
pub fn follows(before: (u128, Address), after: (u128, Address)) -> bool {
    after.0 < before.0 || (after.0 == before.0 && value(after.1) > value(before.1))
}

/// What an account with `points` of `sum` gets of `pool`, at most `max_share_bps` of it. Rounded down.
pub fn share_down(pool: u128, points: u128, sum: u128, max_share_bps: u16) -> u128 {
    let pool_wide = U256::from(pool);
    let by_points: U256 = pool_wide * U256::from(points) / U256::from(sum);
    let most: U256 = pool_wide * U256::from(max_share_bps) / U256::from(WHOLE_BPS);
    let [low, high, ..] = by_points.min(most).into_limbs();
    u128::from(low) | u128::from(high) << 64
}

fn value(account: Address) -> U256 {
    U256::from(U160::from_be_bytes(account.0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::points::MOST_POINTS;
    use proptest::prelude::*;

    #[test]
    fn standing_holds_the_largest_list() {
        let account = Address::repeat_byte(0xff);
        let list = (0..MOST_RANKS).fold(Standing::default(), |list, _| list.with(account, MOST_POINTS));
        assert_eq!(Standing::unpack(list.pack()), list);
        assert_eq!(list.points, 64 * MOST_POINTS);
    }

    /// Few points and addresses, so that ties are common.
    fn field() -> impl Strategy<Value = Vec<(u128, Address)>> {
        prop::collection::btree_map(1u8..40, 1u128..5, 1..12).prop_map(|accounts| {
            accounts.into_iter().map(|(last, points)| (points, Address::with_last_byte(last))).collect()
        })
    }

    fn standing(list: &[(u128, Address)]) -> Standing {
        list.iter().fold(Standing::default(), |sum, (points, account)| sum.with(*account, *points))
    }

    proptest! {
        #[test]
        fn the_best_accounts_beat_every_other_list(mut field in field(), keep: u16, ranks in 1usize..6) {
            field.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
            prop_assert!(field.windows(2).all(|pair| follows(pair[0], pair[1]) && !follows(pair[1], pair[0]) && !follows(pair[0], pair[0])));
            let best = &field[..ranks.min(field.len())];
            let other: Vec<_> = field.iter().enumerate().filter(|(index, _)| keep >> index & 1 == 1).map(|(_, entry)| *entry).take(ranks).collect();
            let (best_standing, other_standing) = (standing(best), standing(&other));
            prop_assert_eq!(best_standing.is_better_than(&other_standing), best != other);
            prop_assert!(!other_standing.is_better_than(&best_standing));
        }

        #[test]
        fn shares_add_up_to_no_more_than_the_pool(pool in 0u128..1 << 96, points in prop::collection::vec(1..=MOST_POINTS, 1..=64), max in 1u16..=10_000) {
            let sum = points.iter().sum();
            let shares: Vec<_> = points.iter().map(|points| share_down(pool, *points, sum, max)).collect();
            prop_assert!(shares.iter().sum::<u128>() <= pool);
            for (share, points) in shares.iter().zip(&points) {
                let exact = (U256::from(pool) * U256::from(*points) / U256::from(sum)).min(U256::from(pool) * U256::from(max) / U256::from(10_000));
                prop_assert_eq!(U256::from(*share), exact);
            }
        }
    }
}
