//! 256-bit arithmetic on big-endian words in memory; results replace the first operand.

use alloy_primitives::{U256, keccak256};

use super::frame::{Escape, Hook};

const DIV_INK: u64 = 43_520;
const POW_INK: u64 = 26_520;
const POW_BYTE_INK: u64 = 17_500;
const ADD_MOD_INK: u64 = 49_560;
const MUL_MOD_INK: u64 = 52_660;
const KECCAK_INK: u64 = 121_800;
const KECCAK_WORD_INK: u64 = 21_000;

/// `math_div`; by zero gives zero.
pub(super) fn div(hook: &mut Hook<'_>, value: u32, divisor: u32) -> Result<(), Escape> {
    binary(hook, value, divisor, |left, right| left.checked_div(right).unwrap_or_default())
}

/// `math_mod`; by zero gives zero.
pub(super) fn modulo(hook: &mut Hook<'_>, value: u32, modulus: u32) -> Result<(), Escape> {
    binary(hook, value, modulus, |left, right| left.checked_rem(right).unwrap_or_default())
}

/// `math_pow`, modulo 2^256.
pub(super) fn pow(hook: &mut Hook<'_>, value: u32, exponent: u32) -> Result<(), Escape> {
    hook.buy_ink(POW_INK)?;
    let (base, exponent_bytes) = (hook.read_array::<32>(value)?, hook.read_array::<32>(exponent)?);
    let zeros = exponent_bytes.iter().take_while(|byte| **byte == 0).count() as u64;
    hook.buy_ink(POW_BYTE_INK * (33 - zeros))?;
    let result = U256::from_be_bytes(base).wrapping_pow(U256::from_be_bytes(exponent_bytes));
    finish(hook, value, &[base, exponent_bytes], result)
}

/// `math_add_mod`; modulo zero gives zero.
pub(super) fn add_mod(hook: &mut Hook<'_>, value: u32, addend: u32, modulus: u32) -> Result<(), Escape> {
    hook.buy_ink(ADD_MOD_INK)?;
    ternary(hook, [value, addend, modulus], U256::add_mod)
}

/// `math_mul_mod`; modulo zero gives zero.
pub(super) fn mul_mod(hook: &mut Hook<'_>, value: u32, factor: u32, modulus: u32) -> Result<(), Escape> {
    hook.buy_ink(MUL_MOD_INK)?;
    ternary(hook, [value, factor, modulus], U256::mul_mod)
}

/// `native_keccak256`.
pub(super) fn keccak(hook: &mut Hook<'_>, data: u32, len: u32, dest: u32) -> Result<(), Escape> {
    let words = u64::from(len).div_ceil(32);
    hook.buy_ink(KECCAK_INK + KECCAK_WORD_INK * words.saturating_sub(2))?;
    let preimage = hook.read_bytes(data, len)?;
    let digest = keccak256(&preimage);
    hook.arg(preimage);
    hook.out(digest);
    hook.write(dest, digest.as_slice())
}

fn binary(hook: &mut Hook<'_>, left: u32, right: u32, operation: fn(U256, U256) -> U256) -> Result<(), Escape> {
    hook.buy_ink(DIV_INK)?;
    let (first, second) = (hook.read_array::<32>(left)?, hook.read_array::<32>(right)?);
    let result = operation(U256::from_be_bytes(first), U256::from_be_bytes(second));
    finish(hook, left, &[first, second], result)
}

fn ternary(hook: &mut Hook<'_>, operands: [u32; 3], operation: fn(U256, U256, U256) -> U256) -> Result<(), Escape> {
    let [first, second, third] = operands;
    let words = [hook.read_array::<32>(first)?, hook.read_array::<32>(second)?, hook.read_array::<32>(third)?];
    let [left, right, modulus] = words.map(U256::from_be_bytes);
    finish(hook, first, &words, operation(left, right, modulus))
}

fn finish(hook: &mut Hook<'_>, dest: u32, operands: &[[u8; 32]], result: U256) -> Result<(), Escape> {
    for operand in operands {
        hook.arg(operand);
    }
    let bytes = result.to_be_bytes::<32>();
    hook.out(bytes);
    hook.write(dest, &bytes)
}
