//! Difficulty against exact numbers.

use omnit_proof::ProofError;
use omnit_proof::retarget::{Span, exponent, factor, retarget};
use omnit_proof::ticket::Target;
use proptest::prelude::*;
use ruint::aliases::{U256, U512};

fn span(elapsed: u64, wins: u64, seconds_per_win: u32, half_life: u32) -> Span {
    Span { elapsed, wins, seconds_per_win, half_life }
}

fn apply(target: U256, span: &Span) -> U256 {
    retarget(Target(target), span).unwrap().0
}

fn any_target() -> impl Strategy<Value = U256> {
    (any::<[u64; 4]>(), 0usize..256).prop_map(|(limbs, shift)| U256::max(U256::from_limbs(limbs) >> shift, U256::ONE))
}

/// Spans of all magnitudes.
fn any_span() -> impl Strategy<Value = Span> {
    (0u64..1 << 40, 0u64..1 << 40, 0u32..40, 1u32.., 1u32..)
        .prop_map(|(elapsed, wins, shift, tau, half_life)| span(elapsed >> shift, wins >> shift, tau, half_life))
}

/// Spans near their aim, so that the factor is not clamped.
fn mild_span() -> impl Strategy<Value = Span> {
    (1u64..100_000, 1u32..100_000, 1_000u32.., -2.0f64..2.0).prop_map(|(wins, tau, half_life, power)| {
        let aim = (wins * u64::from(tau)) as f64;
        let elapsed = (aim + power * f64::from(half_life)).max(0.0) as u64;
        span(elapsed.min((1 << 40) - 1), wins, tau, half_life)
    })
}

/// The rule of the definition in 512 bits.
fn exact(target: U256, x: i64, factor: u64) -> U256 {
    let target = U512::from(target);
    let n = x.div_euclid(1 << 16);
    let moved = (target * U512::from(factor)) >> (16 - n) as usize;
    let floor = U512::max(target / U512::from(4), U512::ONE);
    let ceiling = U512::min(target * U512::from(4), U512::from(U256::MAX));
    moved.clamp(floor, ceiling).to::<U256>()
}

fn as_f64(number: U256) -> f64 {
    number.as_limbs().iter().rev().fold(0.0, |sum, limb| sum * 2f64.powi(64) + *limb as f64)
}

#[test]
fn factor_is_the_power_of_two_within_its_error() {
    for fraction in 0..=u16::MAX {
        let exact = (f64::from(fraction) / 65_536.0).exp2() * 65_536.0;
        let error = (factor(fraction) as f64 - exact).abs() / exact;
        assert!(error < 0.000_13, "2^({fraction} / 2^16): {error}");
    }
    assert_eq!((factor(0), factor(1)), (65_536, 65_537));
}

#[test]
fn factor_never_falls() {
    assert!((1..=u16::MAX).all(|fraction| factor(fraction) >= factor(fraction - 1)));
    assert!(factor(u16::MAX) <= 1 << 17);
}

proptest! {
    #[test]
    fn target_is_the_rule_in_wide_numbers(target in any_target(), span in prop_oneof![any_span(), mild_span()]) {
        let ahead = i128::from(span.elapsed) - i128::from(span.seconds_per_win) * i128::from(span.wins);
        let x = (ahead << 16).div_euclid(span.half_life.into()).clamp(-(1 << 18), 1 << 18) as i64;
        prop_assert_eq!(exponent(&span), x);
        let fraction = x.rem_euclid(1 << 16) as u16;
        prop_assert_eq!(apply(target, &span), exact(target, x, factor(fraction)));
    }

    #[test]
    fn target_is_the_real_one_within_two_hundredths_of_a_percent(target in any_target(), span in mild_span()) {
        let ahead = span.elapsed as f64 - f64::from(span.seconds_per_win) * span.wins as f64;
        let real = (as_f64(target) * (ahead / f64::from(span.half_life)).clamp(-2.0, 2.0).exp2()).min(as_f64(U256::MAX));
        let found = as_f64(apply(target, &span));
        prop_assert!((found - real).abs() <= 0.000_2 * real + 1.0, "{found} and {real}");
    }

    #[test]
    fn target_grows_with_time_and_falls_with_wins(target in any_target(), span in mild_span(), more in 0u64..1 << 20) {
        let slower = Span { elapsed: span.elapsed.saturating_add(more).min((1 << 40) - 1), ..span };
        prop_assert!(apply(target, &slower) >= apply(target, &span));
        let busier = Span { wins: span.wins + more, ..span };
        prop_assert!(apply(target, &busier) <= apply(target, &span));
    }

    #[test]
    fn target_stays_within_a_factor_of_four(target in any_target(), span in any_span()) {
        let found = apply(target, &span);
        prop_assert!(found >= U256::max(target >> 2, U256::ONE));
        prop_assert!(found <= target.saturating_mul(U256::from(4)));
    }

    #[test]
    fn target_stays_when_time_is_as_wanted(target in any_target(), wins in 0u64..1 << 20, tau in 1u32..1 << 20, h in 1u32..) {
        prop_assert_eq!(apply(target, &span(wins * u64::from(tau), wins, tau, h)), target);
    }
}

#[test]
fn target_doubles_when_a_half_life_late_and_halves_when_early() {
    let target = U256::from(1_000_003);
    assert_eq!(apply(target, &span(600 + 3_600, 10, 60, 3_600)), U256::from(2_000_006));
    assert_eq!(apply(target, &span(0, 60, 60, 3_600)), U256::from(500_001));
    assert_eq!(apply(target, &span(7_200, 0, 60, 3_600)), U256::from(4_000_012));
    assert_eq!(apply(target, &span(0, 120, 60, 3_600)), U256::from(250_000));
}

#[test]
fn target_is_clamped_when_the_span_is_extreme() {
    let most = (1 << 40) - 1;
    for target in [1u64, 2, 3, 4, 7, 1 << 40].map(U256::from) {
        assert_eq!(apply(target, &span(most, 0, 1, 1)), target * U256::from(4));
        assert_eq!(apply(target, &span(0, most, u32::MAX, 1)), U256::max(target >> 2, U256::ONE));
    }
    for target in [U256::MAX, U256::MAX >> 1, (U256::MAX >> 2) + U256::ONE] {
        assert_eq!(apply(target, &span(most, 0, 1, 1)), U256::MAX);
        assert_eq!(apply(target, &span(0, most, 1, 1)), target >> 2);
    }
    assert_eq!(apply(U256::MAX, &span(1, 0, 1, u32::MAX)), U256::MAX);
}

#[test]
fn span_is_refused_when_a_number_is_out_of_range() {
    let one = Target(U256::ONE);
    let refused = |span: &Span, target| retarget(target, span).map(|_| ());
    let bad = |position| Err(ProofError::BadParameter { position });
    assert_eq!(refused(&span(1 << 40, 1, 1, 1), one), bad(0));
    assert_eq!(refused(&span(u64::MAX, 1, 1, 1), one), bad(0));
    assert_eq!(refused(&span(1, 1 << 40, 1, 1), one), bad(1));
    assert_eq!(refused(&span(1, 1, 0, 1), one), bad(2));
    assert_eq!(refused(&span(1, 1, 1, 0), one), bad(3));
    assert_eq!(refused(&span(1, 1, 1, 1), Target(U256::ZERO)), bad(4));
    assert_eq!(refused(&span((1 << 40) - 1, (1 << 40) - 1, u32::MAX, u32::MAX), one), Ok(()));
}
