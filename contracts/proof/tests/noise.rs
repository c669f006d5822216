//! Noise against its plain form, its range and its rank.

use omnit_proof::Hash;
use omnit_proof::blake3::words;
use omnit_proof::noise::{Slab, basis, noised};
use omnit_proof::ticket;
use proptest::prelude::*;

use crate::support::{Lcg, hash};
use crate::tickets::xof;

/// N of one block, as the definition words it.
pub(crate) fn plain_noise(key: &Hash, block: u32, slab: u32) -> [[i64; 64]; 64] {
    let (mut rows, mut slabs) = ([0; 64], [0; 64]);
    (rows[0], slabs[0]) = (1, 2);
    let b = xof(key, &slabs, slab.into());
    let top_bit = |byte: u8| usize::from(byte / 128);
    let a = 1 + 2 * (0..5).map(|j| top_bit(b[j]) << j).sum::<usize>();
    let d = (0..6).map(|j| top_bit(b[5 + j]) << j).sum::<usize>();
    core::array::from_fn(|row| {
        let output = xof(key, &rows, 64 * u64::from(block) + row as u64);
        let l = output.map(|byte| i64::from(byte.cast_signed()).div_euclid(4));
        core::array::from_fn(|c| {
            let sign = if b[c] / 64 % 2 == 1 { -1 } else { 1 };
            l[(a * c + d) % 64] + sign * l[usize::from(b[c] % 64)]
        })
    })
}

/// N as the crate makes it: what it adds to zeros.
fn noise(key: &Hash, block: u32, slab: u32) -> [[i64; 64]; 64] {
    noised(&words(key), block, slab, &[[0; 64]; 64]).map(|row| row.map(i64::from))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn noise_is_its_plain_form(key: [u8; 32], block in 0u32..1 << 20, slab in 0u32..256) {
        prop_assert_eq!(noise(&key, block, slab), plain_noise(&key, block, slab));
    }

    #[test]
    fn noised_operands_stay_operands(key: [u8; 32], block in 0u32..1 << 20, slab in 0u32..256, seed: u64) {
        let mut lcg = Lcg(seed);
        let mut operands = [[0; 64]; 64];
        operands.as_flattened_mut().fill_with(|| if lcg.next().is_multiple_of(2) { -63 } else { 63 });
        let noise = plain_noise(&key, block, slab);
        let result = noised(&words(&key), block, slab, &operands);
        for (r, row) in result.iter().enumerate() {
            for (c, value) in row.iter().enumerate() {
                prop_assert!((-64..=63).contains(&noise[r][c]));
                prop_assert!((-127..=126).contains(value));
                prop_assert_eq!(i64::from(*value), noise[r][c] + i64::from(operands[r][c]));
            }
        }
    }

    #[test]
    fn every_column_gets_another_basis_value(key: [u8; 32], slab in 0u32..256) {
        let slab = Slab::new(&words(&key), slab);
        let mut firsts: Vec<usize> = (0..64).map(|c| slab.first(c)).collect();
        firsts.sort_unstable();
        prop_assert_eq!(firsts, (0..64).collect::<Vec<_>>());
        prop_assert!((0..64).all(|c| slab.second(c) < 64));
    }
}

#[test]
fn noise_reaches_both_ends_of_its_range() {
    let (mut least, mut most) = (0, 0);
    for key in 0..40 {
        for value in noise(&hash(key), 0, 0).as_flattened() {
            (least, most) = (least.min(*value), most.max(*value));
        }
    }
    assert_eq!((least, most), (-64, 63));
}

#[test]
fn row_of_a_slab_is_exact_when_basis_values_are_extreme() {
    for key in 0..16 {
        let slab = Slab::new(&words(&hash(key)), 0);
        for extremes in [[-32; 64], [31; 64], core::array::from_fn(|i| if i % 2 == 0 { -32 } else { 31 })] {
            for (c, value) in slab.row(&extremes).iter().enumerate() {
                let second = i32::from(extremes[slab.second(c)]);
                let sign = if slab.is_negative(c) { -1 } else { 1 };
                assert_eq!(i32::from(*value), i32::from(extremes[slab.first(c)]) + sign * second);
            }
        }
    }
}

#[test]
fn basis_values_take_every_value_of_their_range() {
    let mut counts = [0u32; 64];
    for row in 0..200 {
        basis(&words(&hash(1)), row).iter().for_each(|value| counts[(i32::from(*value) + 32) as usize] += 1);
    }
    assert!(counts.iter().all(|count| *count > 100), "{counts:?}");
}

#[test]
fn noise_differs_between_blocks_slabs_and_keys() {
    let own = noise(&hash(1), 0, 0);
    for other in [noise(&hash(1), 1, 0), noise(&hash(1), 0, 1), noise(&hash(2), 0, 0)] {
        assert_ne!(own, other);
    }
    // The slab spreads the same basis values in another way.
    let sorted = |key, row| {
        let mut basis = basis(&words(&hash(key)), row);
        basis.sort_unstable();
        basis
    };
    assert_ne!(sorted(1, 0), sorted(1, 64));
}

/// 2^61 − 1. A rank modulo a prime is never above the rank over the rationals.
const PRIME: i128 = (1 << 61) - 1;

fn inverse(number: i128) -> i128 {
    let (mut result, mut power, mut exponent) = (1, number, PRIME - 2);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result * power % PRIME;
        }
        power = power * power % PRIME;
        exponent >>= 1;
    }
    result
}

fn rank(matrix: &[[i64; 64]; 64]) -> usize {
    let mut rows = matrix.map(|row| row.map(|value| i128::from(value).rem_euclid(PRIME)));
    let mut rank = 0;
    for column in 0..64 {
        let Some(pivot) = (rank..64).find(|row| rows[*row][column] != 0) else { continue };
        rows.swap(rank, pivot);
        let (above, below) = rows.split_at_mut(rank + 1);
        let lead = &above[rank];
        let scale = inverse(lead[column]);
        for row in below {
            let factor = row[column] * scale % PRIME;
            row.iter_mut()
                .zip(lead)
                .for_each(|(value, lead)| *value = (*value - factor * lead % PRIME).rem_euclid(PRIME));
        }
        rank += 1;
    }
    rank
}

#[test]
fn slabs_of_noise_have_nearly_full_rank() {
    let ranks: Vec<usize> = (0..12).map(|key| rank(&noise(&hash(100 + key), key as u32, key as u32))).collect();
    assert!(ranks.iter().all(|rank| *rank >= 60), "{ranks:?}");
    // What is counted is a rank: of a product of two thin matrices it is their inner length.
    let mut lcg = Lcg(1);
    let thin: [[i64; 7]; 64] = core::array::from_fn(|_| core::array::from_fn(|_| lcg.within(-9, 9)));
    let product = |i: usize, j: usize| (0..7).map(|t| thin[i][t] * thin[63 - j][t]).sum();
    assert_eq!(rank(&core::array::from_fn(|i| core::array::from_fn(|j| product(i, j)))), 7);
}

#[test]
fn peeling_gives_the_plain_product() {
    let mut lcg = Lcg(3);
    let mut operands = [[[0i8; 64]; 64]; 2];
    operands.as_flattened_mut().as_flattened_mut().fill_with(|| lcg.within(-63, 63) as i8);
    let [a, b] = operands;
    let blocks = [(hash(1), &a), (hash(2), &b)].map(|(key, block)| noised(&words(&key), 5, 6, block));
    let noises = [hash(1), hash(2)].map(|key| noised(&words(&key), 5, 6, &[[0; 64]; 64]));
    let full = ticket::product(&blocks[0], &blocks[1]);
    let (beside_a, beside_b) = (ticket::product(&a, &noises[1]), ticket::product(&noises[0], &blocks[1]));
    let plain = ticket::product(&a, &b);
    for i in 0..64 {
        for j in 0..64 {
            assert_eq!(plain[i][j], full[i][j] - beside_a[i][j] - beside_b[i][j]);
        }
    }
}
