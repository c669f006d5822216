//! How much is emitted until when, in integers.
//!
//! `r = 2^(-1/1461)`: what an epoch emits halves every 1,461 epochs. `C(e) = E0 (1 - r^e) / (1 - r)` is what epochs before `e` emit. Two numbers
//! make it: the limit `E0 / (1 - r)`, computed once with 38 fraction bits and rounded down, and `r^e` with 128 fraction bits, rounded up.
//! Their errors (below `2^-38` and 22 units of the 128th bit) make `C(e)` too small by less than `2^-33` base units before the last
//! rounding, never too large, and never falling: neighbouring powers are 4 million units apart until they no longer matter.

use alloy_primitives::U256;
use omnit_abi::params::TOKEN_CAP;
use omnit_runtime::amount::{narrow, widen};

/// Seconds of an epoch.
pub const EPOCH_SECS: u64 = 86_400;
/// Epochs until emission has halved: four years of 365.25 days.
pub const HALVING_EPOCHS: u64 = 1_461;
/// Halvings after which less than one base unit of any limit is left, so that all of it counts as emitted.
const LAST_HALVING: u64 = 96;
/// Fraction bits of the limit.
const LIMIT_BITS: usize = 38;
/// `1 / (1 - r)` with 128 fraction bits, rounded down.
const INVERSE: U256 = U256::from_limbs([0x3302_c5b9_e409_6992, 0x4709_dd63_7c07_9cab, 0x083c, 0]);

/// An emission: what its first epoch emits, when that begins, and where all of them end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Emission {
    /// Base units of epoch 0, below `2^79`.
    pub first: u128,
    /// Unix seconds, below `2^40`.
    pub starts_at: u64,
    /// `E0 / (1 - r)` in base units with 38 fraction bits, rounded down.
    pub limit: u128,
}

impl Emission {
    /// The emission with these terms. Nothing, if it would come to the cap of OMNIT or more.
    pub fn new(first: u128, starts_at: u64) -> Option<Self> {
        if first > TOKEN_CAP {
            return None;
        }
        let scaled: U256 = (widen(first) * INVERSE) >> (128 - LIMIT_BITS);
        let limit = narrow(scaled).filter(|limit| limit >> LIMIT_BITS < TOKEN_CAP)?;
        Some(Self { first, starts_at, limit })
    }

    /// What all epochs emit together, in base units, rounded down.
    pub fn limit_down(&self) -> u128 {
        self.limit >> LIMIT_BITS
    }

    /// What epochs before `epoch` emit together, in base units, rounded down: `C(epoch)`.
    #[inline(never)]
    pub fn before_epoch_down(&self, epoch: u64) -> u128 {
        let halvings = epoch / HALVING_EPOCHS;
        if halvings >= LAST_HALVING {
            return self.limit_down();
        }
        // At least one, so the difference from one fits again.
        let power = shift_up(power_up(epoch % HALVING_EPOCHS), halvings as u32);
        high(widen(self.limit) * widen(0u128.wrapping_sub(power))) >> LIMIT_BITS
    }

    /// What epoch `epoch` emits, in base units.
    pub fn of_epoch(&self, epoch: u64) -> u128 {
        self.before_epoch_down(epoch.saturating_add(1)) - self.before_epoch_down(epoch)
    }

    /// The epoch of second `time`; 0 before the start.
    pub fn epoch_at(&self, time: u64) -> u64 {
        time.saturating_sub(self.starts_at) / EPOCH_SECS
    }

    /// What is emitted until second `time`, in base units, rounded down. Within an epoch it grows evenly.
    #[inline(never)]
    pub fn until_down(&self, time: u64) -> u128 {
        let elapsed = time.saturating_sub(self.starts_at);
        let (epoch, into) = (elapsed / EPOCH_SECS, elapsed % EPOCH_SECS);
        let before = self.before_epoch_down(epoch);
        before + (self.before_epoch_down(epoch + 1) - before) * u128::from(into) / u128::from(EPOCH_SECS)
    }
}

/// `r^exponent` with 128 fraction bits, rounded up, for exponents below 1,461. One is written as `2^128 - 1`.
fn power_up(exponent: u64) -> u128 {
    // A factor of 2^128 - 1 changes nothing: the product, rounded up, is the other factor.
    let mut power = u128::MAX;
    // Spelled out, because a table would be a data segment.
    macro_rules! factors {
        ($($bit:literal $factor:literal;)*) => {
            $(if exponent >> $bit & 1 == 1 {
                power = multiply_up(power, $factor);
            })*
        };
    }
    factors! {
        0 0xffe0_ea37_681c_2ea7_bdb2_3560_ee04_dc1c;
        1 0xffc1_d835_18a7_ac95_3d32_9a14_5749_5a37;
        2 0xff83_bf81_7dc6_db41_b3fa_4080_2e0e_1430;
        3 0xff07_bb51_865b_5d80_052b_8dfa_3c91_b96b;
        4 0xfe10_6768_312f_9183_ee3b_0648_cfe8_9592;
        5 0xfc24_8e3f_d865_8cb0_446c_8b49_970a_0246;
        6 0xf857_fd46_0307_ad87_7943_411b_e9de_cdf9;
        7 0xf0ea_98f5_c608_6491_4240_93ed_b572_02d3;
        8 0xe2b8_b5c8_d002_8b06_d274_2bf8_c51c_bd38;
        9 0xc8ca_a63c_6105_14c9_2af8_a6d5_1aed_0cd3;
        10 0x9d7d_4429_1ad3_688f_56b7_d0f5_2367_9de1;
    }
    power
}

/// The product of two fractions of 128 bits, rounded up.
#[inline(never)]
fn multiply_up(a: u128, b: u128) -> u128 {
    let product = widen(a) * widen(b);
    let [low, more, ..] = product.into_limbs();
    // At most (2^128 - 1)^2 / 2^128, so one more still fits.
    high(product) + u128::from(low | more != 0)
}

/// `fraction / 2^halvings`, rounded up, for at least one and at most 95 halvings; the fraction itself for none.
fn shift_up(fraction: u128, halvings: u32) -> u128 {
    if halvings == 0 { fraction } else { ((fraction - 1) >> halvings) + 1 }
}

/// The upper 128 bits.
fn high(product: U256) -> u128 {
    let [.., a, b] = product.into_limbs();
    u128::from(a) | u128::from(b) << 64
}
