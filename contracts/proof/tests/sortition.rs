//! Draws against a series with 256 bits of fraction.

use omnit_proof::ProofError;
use omnit_proof::sortition::{draw, threshold};
use proptest::prelude::*;
use ruint::Uint;

use crate::support::{Lcg, Library, address, hash};

/// Numbers with `FRACTION` bits after the point, with room for their products.
type Fixed = Uint<1024, 16>;
const FRACTION: usize = 256;
/// Times that the argument of the series is halved: 64 / 2^8 is below 1.
const HALVINGS: usize = 8;
/// floor(ln 2 · 2^64).
const LN2: u128 = 12_786_308_645_202_655_659;

fn one() -> Fixed {
    Fixed::ONE << FRACTION
}

/// e^(−committee·stake/total) with an error below 2^−200.
fn survival(committee: u32, stake: u128, total: u128) -> Fixed {
    let x = ((Fixed::from(committee) * Fixed::from(stake)) << FRACTION) / Fixed::from(total);
    let small = x >> HALVINGS;
    // Even and odd terms apart, since nothing is negative here.
    let mut sums = [Fixed::ZERO; 2];
    let mut term = one();
    for index in 0..60u64 {
        sums[(index % 2) as usize] += term;
        term = ((term * small) >> FRACTION) / Fixed::from(index + 1);
    }
    let mut power = sums[0] - sums[1];
    for _ in 0..HALVINGS {
        power = (power * power) >> FRACTION;
    }
    power
}

/// Distance of a threshold from `2^64 · (1 − e^−x)`, rounded up.
fn error(committee: u32, stake: u128, total: u128) -> u128 {
    let exact: Fixed = (one() - survival(committee, stake, total)) << 64;
    let found = Fixed::from(threshold(committee, stake, total).unwrap()) << FRACTION;
    let distance: Fixed = (exact.max(found) - exact.min(found)) >> FRACTION;
    distance.saturating_to::<u128>() + 1
}

/// Any committee, total stake and part of it.
fn any_stake() -> impl Strategy<Value = (u32, u128, u128)> {
    (1u32..=64, 1u128..1 << 96, 0usize..96, any::<u128>(), 0usize..96).prop_map(
        |(committee, total, less, part, fewer)| {
            let total = (total >> less).max(1);
            (committee, (part % (total + 1)) >> fewer, total)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn threshold_is_the_probability_within_its_error((committee, stake, total) in any_stake()) {
        prop_assert!(error(committee, stake, total) <= 1 << 6);
    }

    #[test]
    fn threshold_never_falls_with_stake((committee, stake, total) in any_stake(), more: u128) {
        let higher = stake + more % (total - stake + 1);
        prop_assert!(threshold(committee, higher, total)? >= threshold(committee, stake, total)?);
        let next = u128::min(stake + 1, total);
        prop_assert!(threshold(committee, next, total)? >= threshold(committee, stake, total)?);
    }

    #[test]
    fn splitting_a_stake_changes_nothing((committee, stake, total) in any_stake(), part: u128) {
        let first = part % (stake + 1);
        let missed = |stake| Fixed::from((1u128 << 64) - u128::from(threshold(committee, stake, total).unwrap()));
        let apart = missed(first) * missed(stake - first);
        let together: Fixed = missed(stake) << 64;
        let distance: Fixed = (apart.max(together) - apart.min(together)) >> 64;
        prop_assert!(distance < Fixed::from(3 << 6), "{distance} of 2^64");
    }
}

/// The threshold for an exponent of `x / 2^64`, at most 64.
fn at_exponent(x: u128) -> u64 {
    threshold(64, x, 1 << 70).unwrap()
}

#[test]
fn threshold_never_falls_where_another_halving_begins() {
    for halvings in 1..=64 {
        let edge = halvings * LN2;
        let near: Vec<u64> = (edge - 40..edge + 40).map(at_exponent).collect();
        assert!(near.is_sorted(), "at {halvings} halvings");
        assert!((edge - 40..edge + 40).all(|x| error(64, x, 1 << 70) <= 1 << 6), "at {halvings} halvings");
    }
}

#[test]
fn threshold_is_zero_when_the_stake_is() {
    for committee in 1..=64 {
        assert_eq!(threshold(committee, 0, 1), Ok(0));
        assert_eq!(threshold(committee, 0, (1 << 96) - 1), Ok(0));
    }
    assert_eq!([0, 1].map(at_exponent), [0, 1]);
}

#[test]
fn threshold_leaves_one_draw_when_the_stake_is_nearly_certain() {
    assert_eq!(threshold(64, 1, 1), Ok(u64::MAX));
    assert_eq!(threshold(45, (1 << 96) - 1, (1 << 96) - 1), Ok(u64::MAX));
    assert_eq!([63, 64].map(|halvings| at_exponent(halvings * LN2)), [u64::MAX - 1, u64::MAX]);
}

#[test]
fn threshold_is_refused_when_a_number_is_out_of_range() {
    let bad = |position| Err(ProofError::BadParameter { position });
    assert_eq!(threshold(0, 1, 2), bad(0));
    assert_eq!(threshold(65, 1, 2), bad(0));
    assert_eq!(threshold(1, 3, 2), bad(1));
    assert_eq!(threshold(1, 0, 0), bad(2));
    assert_eq!(threshold(1, 1, 1 << 96), bad(2));
    assert_eq!(threshold(1, u128::MAX, u128::MAX), bad(2));
    assert!(threshold(64, (1 << 96) - 1, (1 << 96) - 1).is_ok());
}

#[test]
fn draw_is_the_hash_of_its_words() {
    let (beacon, job, validator) = (hash(1), hash(2), address(3));
    let mut bytes = [b"OT-PROOF/1 sortition".as_slice(), &[0; 12], &beacon, &job, &[0; 12], &validator].concat();
    let expected = alloy_primitives::keccak256(&bytes);
    assert_eq!(draw::<Library>(&beacon, &job, &validator), u64::from_be_bytes(expected[..8].try_into().unwrap()));
    bytes[127] ^= 1;
    assert_ne!(alloy_primitives::keccak256(&bytes), expected);
    for other in [draw::<Library>(&job, &beacon, &validator), draw::<Library>(&beacon, &job, &address(4))] {
        assert_ne!(other, draw::<Library>(&beacon, &job, &validator));
    }
}

#[test]
fn draws_come_as_often_as_thresholds_say() {
    const VALIDATORS: u64 = 20_000;
    let mut lcg = Lcg(5);
    let stakes: Vec<u128> = (0..VALIDATORS).map(|_| 32_000 + u128::from(lcg.next() % 1_000_000)).collect();
    // As if each held a share of up to 8 %, so that small and large probabilities are drawn.
    let total: u128 = stakes.iter().sum::<u128>() / 800;
    let (mut drawn, mut mean, mut variance) = (0u32, 0.0, 0.0);
    for (validator, stake) in stakes.iter().enumerate() {
        let limit = threshold(16, *stake, total).unwrap();
        let p = limit as f64 / 2f64.powi(64);
        mean += p;
        variance += p * (1.0 - p);
        drawn += u32::from(draw::<Library>(&hash(7), &hash(8), &address(validator as u64)) < limit);
    }
    assert!(mean > 4_000.0 && mean < 16_000.0, "{mean} expected");
    let deviations = (f64::from(drawn) - mean).abs() / variance.sqrt();
    assert!(deviations < 5.0, "{drawn} drawn, {mean} expected");
}

#[test]
fn committees_have_their_size_on_average() {
    const VALIDATORS: u64 = 20_000;
    let size = |job: u64| {
        let limit = threshold(6, 1, VALIDATORS.into()).unwrap();
        (0..VALIDATORS).filter(|validator| draw::<Library>(&hash(1), &hash(job), &address(*validator)) < limit).count()
    };
    let sizes: Vec<usize> = (0..8).map(size).collect();
    // Poisson with mean 6, eight times: 48 with a deviation of 6.9.
    let sum: usize = sizes.iter().sum();
    assert!((14..=82).contains(&sum), "{sizes:?}");
}
