"""Post-training quantisation of the digits network to OT-INT8, one scale per tensor.

A tensor of scale c holds the integer round-half-up(c * value) for a real value. Only IEEE 754 additions, multiplications,
divisions and roundings occur, so that the result is the same everywhere for the same float weights.
"""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from network import INPUT_SCALE, INT7, INT8, forward, tanh  # noqa: E402
from otm import ot  # noqa: E402

# M of the profile has 15 bits; the largest shift that keeps M below this limit is the most precise.
MAX_MULTIPLIER, MAX_SHIFT = 32_767, 46
BENT_SCALE = float(INT7)


def half_up(x):
    """floor(x + 1/2), as int64."""
    return np.floor(x + 0.5).astype(np.int64)


def multipliers(*ratios):
    """(M of each ratio, the common shift s): ratio = M / 2^s as closely as the profile allows."""
    for shift in range(MAX_SHIFT, 0, -1):
        found = [int(half_up(np.float64(ratio * 2.0**shift))) for ratio in ratios]
        if max(found) <= MAX_MULTIPLIER:
            ot.require(min(found) >= 1, "a ratio is too small beside the largest")
            return found, shift
    raise ot.OtError("a ratio is too large")


def scale_of(values, limit):
    """The scale at which the largest magnitude becomes `limit`."""
    return limit / np.abs(values).max()


class Product:
    """A MATMUL_RQ layer's parameters: W^T and the bias, and the scale of its accumulator."""

    def __init__(self, weights, name, input_scale, limit):
        transposed = weights["w" + name].T
        weight_scale = scale_of(transposed, limit)
        self.scale = input_scale * weight_scale
        self.wt = half_up(transposed * weight_scale).clip(-limit, limit)
        self.bias = half_up(weights["b" + name] * self.scale)
        self.params = [self.wt, self.bias]

    def layer(self, source, bounds, output_scale, mineable):
        """The record of this layer."""
        (m,), s = multipliers(output_scale / self.scale)
        lo, hi = bounds
        return ot.Layer(ot.OP_MATMUL, len(self.wt), lo, hi, source, mineable=mineable, m=m, s=s)


def table_of_tanh(input_scale):
    """The 256 entries of the quantised tanh; entry 0 is 0 because -128 cannot occur."""
    values = np.arange(-128, 128) / input_scale
    table = half_up(tanh(values) * BENT_SCALE)
    table[0] = 0
    return table.reshape(1, 256)


def quantise(weights, calibration):
    """(model, params) of the float weights; the scales come from the largest magnitudes over the calibration inputs."""
    seen = forward(weights, calibration)
    hidden_scale, joined_scale = scale_of(seen["hidden"], INT7), scale_of(seen["joined"], INT7)
    inner_scale, logit_scale = scale_of(seen["inner"], INT8), scale_of(seen["logits"], INT8)
    first = Product(weights, "1", float(INPUT_SCALE), INT7)
    second = Product(weights, "2", hidden_scale, INT7)
    last = Product(weights, "3", joined_scale, INT8)
    width = len(first.wt)
    (m, m_b), s = multipliers(joined_scale / hidden_scale, joined_scale / BENT_SCALE)
    layers = [
        first.layer(0, (0, INT7), hidden_scale, mineable=True),
        second.layer(1, (-INT8, INT8), inner_scale, mineable=True),
        ot.Layer(ot.OP_LUT, width, -INT7, INT7, 2),
        ot.Layer(ot.OP_ADD, width, -INT7, INT7, 1, 3, m=m, m_b=m_b, s=s),
        last.layer(4, (-INT8, INT8), logit_scale, mineable=False),
    ]
    model = ot.Model(1, 0, INPUT_SCALE, first.wt.shape[1], layers)
    return model, first.params + second.params + [table_of_tanh(inner_scale)] + last.params
