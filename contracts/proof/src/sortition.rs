//! Drawing validators in proportion to stake, each by itself (`SPEC.md` section 5).
//!
//! Being drawn with probability `1 − e^(−c·s/S)` is neutral to splitting: two accounts with half the stake each are drawn at least once
//! with the same probability as one with all of it.

use ruint::aliases::U256;

use crate::blake3::{Hash, Words};
use crate::seed::{Address, Buffer, Keccak, domain};
use crate::{ProofError, Result};

/// floor(ln 2 · 2^64).
const LN2: u128 = 12_786_308_645_202_655_659;
/// Terms of the Taylor series; the first one left out is below 2^−71.
const TERMS: u128 = 20;
/// Largest expected size of a committee.
pub const MAX_COMMITTEE: u32 = 64;

/// Draws below it win, out of 2^64: `2^64 · (1 − e^(−committee·stake/total))`, off by less than 2^6.
///
/// # Errors
/// [`ProofError::BadParameter`] unless 1 ≤ committee ≤ 64 and stake ≤ total, with 0 < total < 2^96.
pub fn threshold(committee: u32, stake: u128, total: u128) -> Result<u64> {
    if committee == 0 || committee > MAX_COMMITTEE {
        return Err(ProofError::BadParameter { position: 0 });
    }
    if stake > total {
        return Err(ProofError::BadParameter { position: 1 });
    }
    if total == 0 || total >> 96 != 0 {
        return Err(ProofError::BadParameter { position: 2 });
    }
    let x: U256 = ((U256::from(stake) * U256::from(committee)) << 64) / U256::from(total);
    // At most 64 · 2^64, so it fits.
    let x = x.as_limbs()[0] as u128 | (x.as_limbs()[1] as u128) << 64;
    let (halvings, z) = (x / LN2, x % LN2);
    let survival = if halvings < 64 { exp_minus(z) >> halvings } else { 0 };
    Ok(((1 << 64) - u128::max(survival, 1)) as u64)
}

/// 2^64 · e^(−z/2^64), for z < ln 2 · 2^64.
fn exp_minus(z: u128) -> u128 {
    let mut e = 1 << 64;
    for j in (1..=TERMS).rev() {
        // e <= 2^64 and z < 2^64.
        e = (1 << 64) - ((z * e) >> 64) / j;
    }
    e
}

/// The draw of one validator for one job.
#[must_use]
pub fn draw<K: Keccak>(randomness: &Hash, job: &Hash, validator: &Address) -> u64 {
    const DOMAIN: Words = domain("OT-PROOF/1 sortition");
    let mut buffer = Buffer::<4>::new(&DOMAIN);
    buffer.push(randomness).push(job).address(validator);
    let hash = K::keccak256(buffer.bytes());
    u64::from_be_bytes([hash[0], hash[1], hash[2], hash[3], hash[4], hash[5], hash[6], hash[7]])
}
