"""The numbers the chain needs: SPEC.md section 5. Plain Python integers; every refused input raises `OtError`."""

from decimal import Decimal, localcontext

from hashes import keccak256
from tickets import address_word
from tree import ascii32, require

MAX_TARGET = (1 << 256) - 1
LN2 = 12_786_308_645_202_655_659
ONE = 1 << 64


def exponent(elapsed, wins, tau, half_life):
    """x: the exponent of the retarget in units of 2^-16, clamped."""
    require(1 <= tau < 1 << 32 and 1 <= half_life < 1 << 32, "τ and h are 1 to 2^32 - 1")
    require(0 <= elapsed < 1 << 40 and 0 <= wins < 1 << 40, "elapsed and wins are below 2^40")
    x = ((elapsed - tau * wins) << 16) // half_life
    return max(-(1 << 18), min(1 << 18, x))


def cubic(f):
    """factor: 2^(f / 2^16) in units of 2^-16, for f below 2^16."""
    return (1 << 16) + ((195_766_423_245_049 * f + 971_821_376 * f**2 + 5_127 * f**3 + (1 << 47)) >> 48)


def retarget(target, x):
    """T' from T and the exponent x; also returns the factor."""
    require(1 <= target <= MAX_TARGET, "a target is 1 to 2^256 - 1")
    n, factor = x >> 16, cubic(x & 0xFFFF)
    # n is at most 4, so that this is always a shift to the right.
    moved = (target * factor) >> (16 - n)
    return max(max(target // 4, 1), min(moved, 4 * target, MAX_TARGET)), factor


def threshold(c, stake, total):
    """The number below which a draw of 64 bits puts a validator into the committee."""
    require(1 <= c <= 64, "c is 1 to 64")
    require(1 <= total < 1 << 96 and 0 <= stake <= total, "stakes are below 2^96 and s is at most S")
    x = c * stake * ONE // total
    n, z = divmod(x, LN2)
    if n >= 64:
        return ONE - 1
    e = ONE
    for j in range(20, 0, -1):
        e = ONE - (z * e // ONE) // j
    return ONE - max(1, e >> n)


def threshold_error(c, stake, total):
    """The distance of `threshold` from 2^64 (1 - e^(-c s / S)), computed with 60 digits."""
    with localcontext() as context:
        context.prec = 60
        exact = ONE * (1 - (-(Decimal(c) * stake) / total).exp())
        return abs(threshold(c, stake, total) - exact)


def cubic_error(f):
    """The relative error of `cubic` against 2^(f / 2^16), computed with 60 digits."""
    with localcontext() as context:
        context.prec = 60
        exact = (1 << 16) * (Decimal(f) / (1 << 16) * Decimal(2).ln()).exp()
        return abs(cubic(f) - exact) / exact


def draw(beacon, job_id, validator):
    """The 64-bit draw of a validator for a job."""
    require(len(beacon) == 32 and len(job_id) == 32, "beacon and job have 32 bytes")
    digest = keccak256(ascii32("OT-PROOF/1 sortition") + beacon + job_id + address_word(validator))
    return int.from_bytes(digest[:8], "big")
