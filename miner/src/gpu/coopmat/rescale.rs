//! Requantisation without 64-bit numbers (`SPEC.md` section 1).
//!
//! v = h·2^16 + l with l in 0 .. 2^16, so v·M = hM·2^16 + lM where both products fit 32 bits (M < 2^15). Then
//! - s > 16: `(v·M + 2^(s−1)) >> s = (hM + (lM >> 16) + 2^(s−17)) >> (s−16)`, because the low 16 bits of lM are below every carry;
//! - s ≤ 16: it is `hM·2^(16−s) + ((lM + 2^(s−1)) >> s)`. The second term is in 0 ..= 2^(31−s), so that hM can be held within
//!   [−2^15 − 129, 128] first: outside, the sum is beyond ±127 anyway. Nothing wraps then.

use rspirv::spirv::Op;

use super::asm::{Asm, Id};

/// Numbers that are the same for all elements.
pub(super) struct Rescale {
    multiplier: Id,
    lo: Id,
    hi: Id,
    /// Whether s > 16.
    is_wide: Id,
    wide_round: Id,
    wide_shift: Id,
    narrow_round: Id,
    narrow_shift: Id,
    narrow_up: Id,
}

impl Rescale {
    /// From multiplier, shift, lower and upper bound.
    pub(super) fn new(asm: &mut Asm, [multiplier, shift, lo, hi]: [Id; 4]) -> Self {
        let sixteen = asm.word_constant(16);
        let is_wide = asm.less(sixteen, shift);
        let one = asm.word_constant(1);
        // A shift by 32 or more is undefined; the results of the case that is not taken are dropped.
        let [wide_round_at, wide_shift, narrow_round_at] = [17, 16, 1].map(|less| {
            let amount = asm.add_constant(shift, u32::wrapping_neg(less));
            within_word(asm, amount)
        });
        let narrow_up = asm.sub(sixteen, shift);
        Self {
            multiplier,
            lo,
            hi,
            is_wide,
            wide_round: asm.op(Op::ShiftLeftLogical, asm.word, [one, wide_round_at]),
            wide_shift,
            narrow_round: asm.op(Op::ShiftLeftLogical, asm.word, [one, narrow_round_at]),
            narrow_shift: within_word(asm, shift),
            narrow_up: within_word(asm, narrow_up),
        }
    }

    /// The result of an accumulator, within the bounds, as a signed word.
    pub(super) fn apply(&self, asm: &mut Asm, value: Id) -> Id {
        let word = asm.word;
        let [sixteen, low_half] = [16, 0xffff].map(|value| asm.word_constant(value));
        let high = asm.op(Op::ShiftRightArithmetic, word, [value, sixteen]);
        let high = asm.mul(high, self.multiplier);
        let low = asm.op(Op::BitwiseAnd, word, [value, low_half]);
        let low = asm.mul(low, self.multiplier);

        let carry = asm.op(Op::ShiftRightLogical, word, [low, sixteen]);
        let wide = asm.add(high, carry);
        let wide = asm.add(wide, self.wide_round);
        let wide = asm.op(Op::ShiftRightArithmetic, word, [wide, self.wide_shift]);

        let [least, most] = [-(1 << 15) - 129i32, 128].map(|value| asm.word_constant(value.cast_unsigned()));
        let held = clamp(asm, high, [least, most]);
        let held = asm.op(Op::ShiftLeftLogical, word, [held, self.narrow_up]);
        let rounded = asm.add(low, self.narrow_round);
        let rounded = asm.op(Op::ShiftRightLogical, word, [rounded, self.narrow_shift]);
        let narrow = asm.add(held, rounded);

        let result = asm.select(self.is_wide, wide, narrow);
        clamp(asm, result, [self.lo, self.hi])
    }
}

fn within_word(asm: &mut Asm, amount: Id) -> Id {
    let mask = asm.word_constant(31);
    asm.op(Op::BitwiseAnd, asm.word, [amount, mask])
}

/// Signed clamp.
fn clamp(asm: &mut Asm, value: Id, [lo, hi]: [Id; 2]) -> Id {
    let below = asm.op(Op::SLessThan, asm.truth, [value, lo]);
    let value = asm.select(below, lo, value);
    let above = asm.op(Op::SGreaterThan, asm.truth, [value, hi]);
    asm.select(above, hi, value)
}
