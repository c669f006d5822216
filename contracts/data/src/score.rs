//! What scores are worth: pure integer maths, rounded down throughout.

/// One in basis points.
pub const BPS: u16 = 10_000;
/// Most reviewers of a submission.
pub const MAX_REVIEWERS: usize = 16;
/// Base units per unit of weight.
pub const WEIGHT_UNIT: u64 = 1_000_000_000;

/// A revealed score and the stake behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Score {
    /// Stake in 1e-9 OMNIT.
    pub weight: u64,
    /// Score in bps.
    pub bps: u16,
}

/// `floor(a * b / d)` without ever holding the product. `b` is at most `d`, and `d` below `2^126`.
#[inline(never)]
pub fn mul_div_down(a: u128, b: u128, d: u128) -> u128 {
    let (mut quotient, mut rest) = (0, 0);
    for bit in (0..128).rev() {
        quotient <<= 1;
        rest <<= 1;
        if a >> bit & 1 == 1 {
            rest += b;
        }
        // At most twice: the rest was below `d` before it was doubled, and `b` is not above it.
        while rest >= d {
            rest -= d;
            quotient += 1;
        }
    }
    quotient
}

/// `bps` of an amount.
#[inline(always)]
pub fn part_down(amount: u128, bps: u16) -> u128 {
    mul_div_down(amount, bps.into(), BPS.into())
}

/// Base units for `size` at `price` per 2^20. Nothing, if that is more than 128 bits hold.
#[inline(always)]
pub fn value_down(price: u128, size: u64) -> Option<u128> {
    price.checked_mul(size.into()).map(|product| product >> 20)
}

/// Stake in 1e-9 OMNIT as a number of 64 bits; the cap of OMNIT is 1e18 of them.
#[inline(always)]
pub fn weight_down(stake: u128) -> u64 {
    mul_div_down(stake, 1, WEIGHT_UNIT.into()) as u64
}

/// Weight of all scores.
pub fn total(scores: &[Score]) -> u128 {
    scores.iter().map(|score| u128::from(score.weight)).sum()
}

/// The smallest score `s` such that scores up to `s` have at least half of the weight. Nothing without weight.
///
/// Whoever has more than half of the weight bounds it: it lies between their smallest and their largest score.
#[inline(never)]
pub fn median_down(scores: &[Score]) -> Option<u16> {
    let total = total(scores);
    let mut median = None;
    for candidate in scores {
        let below = scores.iter().filter(|score| score.bps <= candidate.bps).map(|score| u128::from(score.weight));
        if 2 * below.sum::<u128>() >= total && median.is_none_or(|found| candidate.bps < found) {
            median = Some(candidate.bps);
        }
    }
    median.filter(|_| total > 0)
}

/// What a reviewer earns of `pool`: by its part of the revealed weight, falling linearly to zero at `distance` from the median.
///
/// It does not depend on how close others are, so nobody gains when somebody else is wrong.
#[inline(always)]
pub fn reviewer_pay_down(pool: u128, score: Score, median: u16, total: u128, distance: u16) -> u128 {
    let closeness = distance.saturating_sub(score.bps.abs_diff(median));
    mul_div_down(pool, u128::from(score.weight) * u128::from(closeness), total * u128::from(distance))
}

/// Whether `weight` is at least `bps` of `total`.
#[inline(always)]
pub fn reaches(weight: u128, bps: u16, total: u64) -> bool {
    weight * u128::from(BPS) >= u128::from(total) * u128::from(bps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::BigUint;
    use num_rational::Ratio;
    use proptest::{collection::vec, prelude::*};

    const POOL: u128 = 1 << 90;
    const CAP_WEIGHT: u64 = 1_000_000_000_000_000_000;

    fn scores(max_weight: u64) -> impl Strategy<Value = Vec<Score>> {
        let score = (1..=max_weight, 0..=BPS).prop_map(|(weight, bps)| Score { weight, bps });
        vec(score, 1..=MAX_REVIEWERS)
    }

    /// Every unit of weight as an element of its own, sorted; the element in the middle, the lower one of two.
    fn naive_median(scores: &[Score]) -> u16 {
        let mut all: Vec<u16> = scores.iter().flat_map(|score| vec![score.bps; score.weight as usize]).collect();
        all.sort_unstable();
        all[(all.len() - 1) / 2]
    }

    fn big(number: u128) -> BigUint {
        BigUint::from(number)
    }

    proptest! {
        #[test]
        fn mul_div_down_is_exact(a: u128, b: u128, d in 1..1u128 << 126) {
            let b = b % (d + 1);
            prop_assert_eq!(big(mul_div_down(a, b, d)), big(a) * big(b) / big(d));
        }

        #[test]
        fn median_is_the_middle_of_all_units_of_weight(scores in scores(50)) {
            prop_assert_eq!(median_down(&scores), Some(naive_median(&scores)));
        }

        #[test]
        fn median_does_not_depend_on_the_order(scores in scores(CAP_WEIGHT).prop_shuffle(), seed in scores(9)) {
            let mut other = scores.clone();
            other.rotate_left(seed.len() % scores.len());
            prop_assert_eq!(median_down(&scores), median_down(&other));
        }

        #[test]
        fn median_stays_within_honest_scores_when_attackers_have_less_than_half(
            honest in vec((1..=CAP_WEIGHT / 16, 4_000..=6_000u16), 1..=8),
            attackers in vec((1..=CAP_WEIGHT / 16, 0..=BPS), 1..=8),
        ) {
            let mut scores: Vec<_> = honest.iter().map(|(weight, bps)| Score { weight: *weight, bps: *bps }).collect();
            let honest_weight = total(&scores);
            let mut left = honest_weight - 1;
            for (weight, bps) in attackers {
                // Less than half, to the last unit.
                let weight = weight.min(left as u64);
                left -= u128::from(weight);
                scores.push(Score { weight, bps });
            }
            let median = median_down(&scores).expect("there is weight");
            let bounds = honest.iter().map(|(_, bps)| *bps);
            prop_assert!(bounds.clone().min() <= Some(median) && Some(median) <= bounds.max());
        }

        #[test]
        fn median_obeys_whoever_has_more_than_half(scores in scores(CAP_WEIGHT / 16), wanted in 0..=BPS) {
            let mut all = scores.clone();
            all.push(Score { weight: total(&scores) as u64 + 1, bps: wanted });
            prop_assert_eq!(median_down(&all), Some(wanted));
        }

        #[test]
        fn reviewers_never_get_more_than_the_pool_nor_a_unit_less_than_their_share(
            scores in scores(CAP_WEIGHT / 16), pool in 0..POOL, distance in 1..=BPS,
        ) {
            let (total, median) = (total(&scores), median_down(&scores).expect("there is weight"));
            let mut sum = 0;
            for score in &scores {
                let pay = reviewer_pay_down(pool, *score, median, total, distance);
                let closeness = u128::from(distance).saturating_sub(u128::from(score.bps.abs_diff(median)));
                let exact = Ratio::new(
                    big(pool) * big(score.weight.into()) * big(closeness),
                    big(total) * big(distance.into()),
                );
                prop_assert_eq!(big(pay), exact.floor().to_integer());
                sum += pay;
            }
            prop_assert!(sum <= pool);
        }

        #[test]
        fn pay_of_a_reviewer_does_not_rise_when_it_splits_its_stake(
            pool in 0..POOL, weight in 2..CAP_WEIGHT / 4, others in 1..CAP_WEIGHT / 4, cut: u64, distance in 1..=BPS,
        ) {
            let total = u128::from(weight) + u128::from(others);
            let first = 1 + cut % (weight - 1);
            let pay = |weight| reviewer_pay_down(pool, Score { weight, bps: 5_000 }, 5_000, total, distance);
            prop_assert!(pay(first) + pay(weight - first) <= pay(weight));
        }

        #[test]
        fn value_and_parts_are_rounded_down(price in 0..1u128 << 70, size in 0..1u64 << 48, bps in 0..=BPS) {
            let value = value_down(price, size).expect("118 bits");
            prop_assert_eq!(big(value), big(price) * big(size.into()) / big(1 << 20));
            prop_assert_eq!(big(part_down(value, bps)), big(value) * big(bps.into()) / big(BPS.into()));
        }

        #[test]
        fn weight_counts_whole_units(stake in 0..1u128 << 90) {
            prop_assert_eq!(u128::from(weight_down(stake)), stake / u128::from(WEIGHT_UNIT));
        }

        #[test]
        fn reaches_compares_exactly(weight in 0..=CAP_WEIGHT, total in 0..=CAP_WEIGHT, bps in 0..=BPS) {
            let exact = big(weight.into()) * big(BPS.into()) >= big(total.into()) * big(bps.into());
            prop_assert_eq!(reaches(weight.into(), bps, total), exact);
        }
    }

    #[test]
    fn median_takes_the_lower_score_when_two_halves_are_equal() {
        let score = |weight, bps| Score { weight, bps };
        assert_eq!(median_down(&[score(5, 9_000), score(5, 1_000)]), Some(1_000));
        assert_eq!(median_down(&[score(5, 9_000), score(4, 1_000)]), Some(9_000));
        assert_eq!(median_down(&[]), None);
        assert_eq!(median_down(&[score(0, 7)]), None);
    }
}
