//! The emission against real numbers of 600 bits, for every epoch until the end of it.

use num_bigint::BigUint;
use omnit_abi::params::TOKEN_CAP;
use omnit_fixtures::rewards::{FIRST_EMISSION, RESERVE};
use omnit_rewards::emission::{EPOCH_SECS, Emission, HALVING_EPOCHS};
use proptest::prelude::*;

/// Fraction bits of the reference.
const BITS: u64 = 600;

/// `r = exp(-ln 2 / 1461)` by the series of both functions: nothing here is shared with the contract.
fn ratio() -> BigUint {
    let one = BigUint::from(1u8) << BITS;
    let ln_2: BigUint = (1..=BITS).map(|k| (&one >> k) / k).sum();
    let x = ln_2 / HALVING_EPOCHS;
    let (mut sum, mut term) = (one.clone(), one);
    for k in 1u64..60 {
        term = ((term * &x) >> BITS) / k;
        if k % 2 == 1 { sum -= &term } else { sum += &term }
    }
    sum
}

/// `C(e)` for e = 0, 1, … as real numbers with [`BITS`] fraction bits.
fn reference(first: u128) -> impl Iterator<Item = BigUint> {
    let one = BigUint::from(1u8) << BITS;
    let ratio = ratio();
    let limit = (BigUint::from(first) << (2 * BITS)) / (&one - &ratio);
    let mut power = one.clone();
    std::iter::from_fn(move || {
        let emitted = (&limit * (&one - &power)) >> BITS;
        power = (&power * &ratio) >> BITS;
        Some(emitted)
    })
}

/// Whether `computed` is not above `exact`, and below it by less than `1 + 2^-33`.
fn is_floor(computed: u128, exact: &BigUint) -> bool {
    let computed = BigUint::from(computed) << BITS;
    // The reference errs by much less than 2^-400 base units.
    let slack = BigUint::from(1u8) << (BITS - 400);
    let bound = (BigUint::from(1u8) << BITS) + (BigUint::from(1u8) << (BITS - 33));
    computed <= exact + slack && *exact < computed + bound
}

#[test]
fn emission_equals_the_real_number_rounded_down_in_every_epoch() {
    assert_eq!(ratio() >> (BITS - 128), BigUint::from(0xffe0_ea37_681c_2ea7_bdb2_3560_ee04_dc1bu128));
    // A test that could not fail would not see this.
    assert!(!is_floor(5, &(BigUint::from(7u8) << BITS)) && !is_floor(8, &(BigUint::from(7u8) << BITS)));
    for first in [1, FIRST_EMISSION, 474_000 * 10u128.pow(18) + 7] {
        let emission = Emission::new(first, 0).unwrap();
        let mut before = 0;
        let mut equal = 0;
        for (epoch, exact) in (0..97 * HALVING_EPOCHS).zip(reference(first)) {
            let computed = emission.before_epoch_down(epoch);
            assert!(is_floor(computed, &exact), "epoch {epoch} of first emission {first}: {computed}");
            assert!(computed >= before, "epoch {epoch} falls");
            equal += u64::from(BigUint::from(computed) == exact >> BITS);
            before = computed;
        }
        assert!(equal > 97 * HALVING_EPOCHS - 3, "{equal} epochs are exact for first emission {first}");
        assert_eq!(before, emission.limit_down());
    }
}

#[test]
fn emission_halves_every_1461_epochs() {
    let emission = Emission::new(FIRST_EMISSION, 0).unwrap();
    assert_eq!(emission.of_epoch(0), FIRST_EMISSION - 1, "rounding down takes a base unit");
    for halving in 1..40 {
        let expected = FIRST_EMISSION >> halving;
        assert!(emission.of_epoch(halving * HALVING_EPOCHS).abs_diff(expected) <= 1, "halving {halving}");
    }
    assert_eq!(emission.of_epoch(u64::MAX), 0);
}

#[test]
fn emission_stays_below_the_reserve_for_ever() {
    let emission = Emission::new(FIRST_EMISSION, 0).unwrap();
    assert!(emission.limit_down() < RESERVE);
    assert_eq!(emission.until_down(u64::MAX), emission.limit_down());
    assert_eq!(RESERVE - emission.limit_down() - 1, 59_759_336_053_159_094_625_223, "what no epoch emits");
}

#[test]
fn emission_is_refused_when_it_would_come_to_the_cap() {
    let most =
        (1..).map(|step| TOKEN_CAP / 2_108 - step * 10u128.pow(18)).find(|first| Emission::new(*first, 0).is_some());
    assert!(most.unwrap() > 474_000 * 10u128.pow(18));
    assert_eq!(Emission::new(TOKEN_CAP / 2_108, 0), None);
    assert_eq!(Emission::new(u128::MAX, 0), None);
}

proptest! {
    #[test]
    fn emission_never_falls_and_never_passes_its_limit(first in 1u128..474_000 * 10u128.pow(18), starts_at in 0u64..1 << 33, a: u64, b in 0u64..1 << 34) {
        let emission = Emission::new(first, starts_at).unwrap();
        for (early, late) in [(a.min(b), a.max(b)), (b, b.saturating_add(1)), (b, b + EPOCH_SECS)] {
            prop_assert!(emission.until_down(early) <= emission.until_down(late));
            prop_assert!(emission.until_down(late) <= emission.limit_down());
        }
    }

    #[test]
    fn emission_grows_evenly_within_an_epoch(first in 1u128..474_000 * 10u128.pow(18), starts_at in 0u64..1 << 33, epoch in 0u64..20_000, into in 0u64..EPOCH_SECS) {
        let emission = Emission::new(first, starts_at).unwrap();
        let (before, whole) = (emission.before_epoch_down(epoch), emission.of_epoch(epoch));
        let time = starts_at + epoch * EPOCH_SECS + into;
        prop_assert_eq!(emission.until_down(time), before + whole * u128::from(into) / u128::from(EPOCH_SECS));
        prop_assert_eq!(emission.epoch_at(time), epoch);
        prop_assert_eq!(emission.until_down(starts_at.saturating_sub(into)), 0);
    }
}
