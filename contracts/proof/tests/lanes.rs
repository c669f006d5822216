//! The fast forms equal the plain ones.

use omnit_proof::ticket::{Block, fold, product};
use omnit_proof::{lanes, ops};
use proptest::prelude::*;

use crate::support::Lcg;

/// A block of which element `(r, c)` is `value(r, c)`.
fn block(value: impl Fn(usize, usize) -> i8) -> Block {
    core::array::from_fn(|r| core::array::from_fn(|c| value(r, c)))
}

fn random(seed: u64, lo: i64, hi: i64) -> Block {
    let mut lcg = Lcg(seed);
    let mut block = [[0; 64]; 64];
    block.as_flattened_mut().fill_with(|| lcg.within(lo, hi) as i8);
    block
}

/// Blocks whose sums are as large, as small, or as uneven between neighbouring lanes as they can be.
fn extreme() -> Vec<Block> {
    let sign = |is_negative: bool| if is_negative { -127 } else { 127 };
    vec![
        block(|_, _| 0),
        block(|_, _| 127),
        block(|_, _| -127),
        block(|r, _| sign(r % 2 == 0)),
        block(|_, c| sign(c % 2 == 0)),
        block(|r, c| sign((r + c) % 2 == 0)),
        block(|r, _| sign(r % 3 == 0)),
        block(|r, _| sign(r % 3 == 1)),
        block(|r, _| if r % 3 == 0 { -1 } else { 0 }),
        block(|r, c| i8::from(r == c)),
        block(|r, c| -i8::from(r == c)),
        random(1, -127, 126),
        random(2, -63, 63),
    ]
}

fn compare(a: &Block, b: &Block) {
    let plain = product(a, b);
    for (i, row) in plain.iter().enumerate() {
        for (j, sum) in row.iter().enumerate() {
            let exact: i64 = (0..64).map(|c| i64::from(a[i][c]) * i64::from(b[j][c])).sum();
            assert_eq!(i64::from(*sum), exact);
        }
    }
    assert_eq!(lanes::product(a, b), plain);
    assert_eq!(lanes::fold_product(a, b), fold(&plain));
}

#[test]
fn products_are_equal_when_blocks_are_extreme() {
    let blocks = extreme();
    for a in &blocks {
        for b in &blocks {
            compare(a, b);
        }
    }
}

#[test]
fn fold_takes_every_element_to_its_word() {
    for i in 0..64 {
        for j in 0..64 {
            let mut sums = [[0; 64]; 64];
            sums[i][j] = -2;
            let expected: [u32; 16] =
                core::array::from_fn(|word| if word == 4 * (i % 4) + j % 4 { u32::MAX - 1 } else { 0 });
            assert_eq!(fold(&sums), expected);
            sums[63 - i][63 - j] ^= 5;
            assert_eq!(fold(&sums).iter().fold(0, |all, word| all ^ word), (u32::MAX - 1) ^ 5);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn products_are_equal_when_blocks_are_random(seeds: [u64; 2], bound in 1i64..=127) {
        compare(&random(seeds[0], -127, 127), &random(seeds[1], -bound, bound));
    }
}

proptest! {
    #[test]
    fn dot_is_the_plain_sum(seeds: [u64; 2], row in 0usize..64) {
        let (a, b) = (random(seeds[0], -127, 127)[row], random(seeds[1], -127, 127)[row]);
        prop_assert_eq!(lanes::dot(&a.map(i8::cast_unsigned), &b.map(i8::cast_unsigned)), ops::dot(&a, &b));
    }

    #[test]
    fn minimum_is_found_exactly_when_there_is_one(mut operands: [u8; 32], at in 0usize..64, is_there: bool) {
        operands.iter_mut().filter(|operand| **operand == 0x80).for_each(|operand| *operand = 0x7f);
        let mut chunk: [u8; 64] = core::array::from_fn(|i| operands[i % 32]);
        if is_there {
            chunk[at] = 0x80;
        }
        prop_assert_eq!(lanes::has_minimum(&chunk), is_there);
    }
}

#[test]
fn dot_is_the_plain_sum_when_rows_are_extreme() {
    for a in extreme() {
        for b in extreme() {
            let (a, b) = (a[3], b[4]);
            assert_eq!(lanes::dot(&a.map(i8::cast_unsigned), &b.map(i8::cast_unsigned)), ops::dot(&a, &b));
        }
    }
}

#[test]
fn minimum_is_found_at_every_place_beside_every_other_value() {
    for other in 0..=255u8 {
        for at in 0..64 {
            let mut chunk = [other; 64];
            chunk[at] = 0x80;
            assert!(lanes::has_minimum(&chunk));
        }
        assert_eq!(lanes::has_minimum(&[other; 64]), other == 0x80);
    }
}

#[test]
fn int7_is_exceeded_at_every_place_by_exactly_the_values_outside() {
    for value in i8::MIN..=i8::MAX {
        for other in [-63, -1, 0, 63] {
            for at in 0..64 {
                let mut chunk = [other; 64];
                chunk[at] = value;
                let expected = !(-63..=63).contains(&value);
                assert_eq!(lanes::exceeds_int7(&chunk.map(i8::cast_unsigned)), expected, "{value} among {other}");
            }
        }
    }
}
