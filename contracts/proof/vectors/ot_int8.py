"""OT-INT8: the arithmetic profile (SPEC.md section 1), models and traces (section 3), in Python and numpy.

An independent second implementation, written from SPEC.md alone; `check.py` compares it with the vectors. Matrices are
numpy arrays of two dimensions. Sums are formed in int64, where they are exact. Every refused input raises `OtError`.
"""

from dataclasses import dataclass, field

import numpy as np

from hashes import keccak256
from tree import ACTIVATION, BIAS, LUT, MAX_DIMENSION, WEIGHT, OtError, commit, require

__all__ = ["ACTIVATION", "BIAS", "LUT", "WEIGHT", "Layer", "Model", "OtError", "Rescale", "commit", "require"]

INT8, INT7 = 127, 63
MAX_INNER = 16_384
MAX_BIAS = 1 << 30
MIN_MASTER, MAX_MASTER = -32_512, 32_767
OP_MATMUL, OP_LUT, OP_ADD = 1, 2, 3
RECORD_BYTES = 32
MAX_LAYERS = 256


def _check_bounds(lo, hi):
    require(-INT8 <= lo <= hi <= INT8, "bounds are -127 <= lo <= hi <= 127")


def _check_multiplier(m, profile):
    require(profile in (0, 1), "profile is 0 or 1")
    require(1 <= m <= (32_767 if profile else 1), "M is 1 to 32,767, and 1 in profile 0")


@dataclass(frozen=True)
class Rescale:
    """How an accumulator becomes an int8: multiplier M, shift s, bounds lo and hi; checked when made."""

    m: int
    s: int
    lo: int
    hi: int
    profile: int = 1

    def __post_init__(self):
        _check_multiplier(self.m, self.profile)
        require(1 <= self.s <= 46, "s is 1 to 46")
        _check_bounds(self.lo, self.hi)

    def of_product(self, value):
        """clamp((value + 2^(s-1)) >> s, lo, hi) of int64 values that M has already multiplied."""
        shifted = (value + np.int64(1 << (self.s - 1))) >> np.int64(self.s)
        return np.clip(shifted, self.lo, self.hi).astype(np.int8)

    def of_sum(self, value):
        """rq(value) of int32 accumulators."""
        return self.of_product(np.asarray(value, dtype=np.int64) * np.int64(self.m))


def matrix(values, limit, name):
    """The values as an int64 matrix, when its dimensions are legal and every |value| <= limit."""
    values = np.asarray(values)
    require(values.ndim == 2, f"{name} has two dimensions")
    require(all(1 <= n <= MAX_DIMENSION for n in values.shape), f"a dimension of {name} is 1 to 2^24")
    values = values.astype(np.int64)
    require(int(np.abs(values).max()) <= limit, f"BadOperand: {name} has an element beyond {limit}")
    return values


def _check_inner(length):
    require(1 <= length <= MAX_INNER, "the inner length of a product is 1 to 16,384")


def matmul_rq(x, wt, bias, rescale, mineable=False):
    """MATMUL_RQ: x m x k, wt n x k, bias n (any shape of n elements); int8 m x n."""
    limit = INT7 if mineable else INT8
    x, wt = matrix(x, limit, "x"), matrix(wt, limit, "wt")
    bias = matrix(np.asarray(bias).reshape(1, -1), MAX_BIAS, "bias")
    require(x.shape[1] == wt.shape[1] and bias.shape[1] == wt.shape[0], "shapes do not fit")
    _check_inner(x.shape[1])
    return rescale.of_sum(x @ wt.T + bias)


def lut(x, table, lo, hi):
    """LUT: y = table[x + 128]; int8 of the shape of x."""
    x, table = matrix(x, INT8, "x"), np.asarray(table, dtype=np.int64).reshape(-1)
    _check_bounds(lo, hi)
    require(table.shape == (256,), "a table has 256 entries")
    require(table[0] == 0, "entry 0 of a table is 0")
    require(bool(np.all((table[1:] >= lo) & (table[1:] <= hi))), "entries of a table are within lo and hi")
    return table[x + 128].astype(np.int8)


def add_rq(a, b, rescale, m_b):
    """ADD_RQ: clamp((a M + b M_b + 2^(s-1)) >> s, lo, hi); int8 of the shape of both."""
    a, b = matrix(a, INT8, "a"), matrix(b, INT8, "b")
    _check_multiplier(m_b, rescale.profile)
    require(a.shape == b.shape, "shapes do not fit")
    return rescale.of_product(a * np.int64(rescale.m) + b * np.int64(m_b))


def matmul_t(delta, wt, rescale):
    """MATMUL_T: delta m x n, wt n x k; int8 m x k."""
    delta, wt = matrix(delta, INT8, "delta"), matrix(wt, INT8, "wt")
    require(delta.shape[1] == wt.shape[0], "shapes do not fit")
    _check_inner(delta.shape[1])
    return rescale.of_sum(delta @ wt)


def outer(delta, x):
    """OUTER: delta m x n, x m x k; the gradient, int32 n x k."""
    delta, x = matrix(delta, INT8, "delta"), matrix(x, INT8, "x")
    require(delta.shape[0] == x.shape[0], "shapes do not fit")
    _check_inner(delta.shape[0])
    return (delta.T @ x).astype(np.int32)


def view_of(master):
    """The int8 view of an int16 master."""
    master = matrix(master, 1 << 15, "master")
    legal = master.min() >= MIN_MASTER and master.max() <= MAX_MASTER
    require(bool(legal), "BadOperand: master is -32,512 to 32,767")
    return (master >> 8).astype(np.int8)


def update(master, g, rate):
    """UPDATE: the next int16 master and its int8 view."""
    require(1 <= rate <= 31, "the rate is 1 to 31")
    view_of(master)
    master, g = matrix(master, 1 << 15, "master"), matrix(g, 1 << 31, "g")
    require(master.shape == g.shape, "shapes do not fit")
    step = (g + np.int64(1 << (rate - 1))) >> np.int64(rate)
    after = np.clip(master - step, MIN_MASTER, MAX_MASTER).astype(np.int16)
    return after, view_of(after)


@dataclass(frozen=True)
class Layer:
    """One record of a descriptor; `m`, `m_b`, `s` and `b` are 0 where the op has none."""

    op: int
    cols: int
    lo: int
    hi: int
    a: int
    b: int = 0
    mineable: bool = False
    m: int = 0
    m_b: int = 0
    s: int = 0

    def encode(self):
        """The 32 bytes of the record."""
        numbers = ((self.op, 1), (self.mineable, 1), (self.a, 2), (self.b, 2), (self.m, 2), (self.m_b, 2), (self.s, 1))
        head = b"".join(int(value).to_bytes(size, "little") for value, size in numbers)
        bounds = bytes([self.lo & 255, self.hi & 255])
        return head + bounds + bytes(3) + self.cols.to_bytes(4, "little") + bytes(12)

    def rescale(self, profile):
        """The rescale of a MATMUL_RQ or ADD_RQ layer."""
        return Rescale(self.m, self.s, self.lo, self.hi, profile)


def _signed(byte):
    return byte - 256 if byte > 127 else byte


def _decode_layer(record):
    require(record[1] <= 1, "only bit 0 of the flags is used")
    require(not any(record[13:16]) and not any(record[20:32]), "reserved bytes are zero")
    a, b, m, m_b = (int.from_bytes(record[start : start + 2], "little") for start in (2, 4, 6, 8))
    cols = int.from_bytes(record[16:20], "little")
    lo, hi = _signed(record[11]), _signed(record[12])
    return Layer(record[0], cols, lo, hi, a, b, bool(record[1]), m, m_b, record[10])


@dataclass
class Model:
    """A descriptor: the declared input and its layers; checked when made."""

    profile: int
    lo: int
    hi: int
    cols: int
    layers: list = field(default_factory=list)

    def __post_init__(self):
        require(self.profile in (0, 1), "profile is 0 or 1")
        _check_bounds(self.lo, self.hi)
        require(1 <= self.cols <= MAX_DIMENSION, "columns are 1 to 2^24")
        require(1 <= len(self.layers) <= MAX_LAYERS, "a model has 1 to 256 layers")
        # (lo, hi, columns) of every tensor so far.
        tensors = [(self.lo, self.hi, self.cols)]
        for layer in self.layers:
            self._check_layer(layer, tensors)
            tensors.append((layer.lo, layer.hi, layer.cols))

    def _check_layer(self, layer, tensors):
        require(layer.op in (OP_MATMUL, OP_LUT, OP_ADD), "op is 1, 2 or 3")
        require(layer.a < len(tensors) and layer.b < len(tensors), "a layer reads earlier tensors")
        _check_bounds(layer.lo, layer.hi)
        require(1 <= layer.cols <= MAX_DIMENSION, "columns are 1 to 2^24")
        lo, hi, cols = tensors[layer.a]
        require(not layer.mineable or layer.op == OP_MATMUL, "only MATMUL_RQ is mineable")
        require(not layer.mineable or (lo >= -INT7 and hi <= INT7), "the input of a mineable layer is int7")
        if layer.op == OP_MATMUL:
            _check_inner(cols)
        else:
            require(layer.cols == cols, "this op keeps the columns of its input")
        if layer.op == OP_ADD:
            require(tensors[layer.b][2] == cols, "both inputs have the same columns")
            _check_multiplier(layer.m_b, self.profile)
        else:
            require(layer.b == 0 and layer.m_b == 0, "fields of a second input are zero")
        if layer.op == OP_LUT:
            require(layer.m == 0 and layer.s == 0, "M and s of a LUT are zero")
        else:
            layer.rescale(self.profile)

    def encode(self):
        """The descriptor's bytes."""
        head = b"OTM1" + bytes([self.profile, self.lo & 255, self.hi & 255, 0])
        head += self.cols.to_bytes(4, "little") + len(self.layers).to_bytes(2, "little") + bytes(18)
        return head + b"".join(layer.encode() for layer in self.layers)

    @classmethod
    def decode(cls, data):
        """The model of a descriptor; refuses anything that `encode` would not write."""
        require(len(data) >= RECORD_BYTES and data[:4] == b"OTM1", "a descriptor begins with OTM1")
        require(data[7] == 0 and not any(data[14:32]), "reserved bytes are zero")
        count = int.from_bytes(data[12:14], "little")
        require(len(data) == RECORD_BYTES * (count + 1), "a descriptor has 32 bytes and 32 per layer")
        records = [data[start : start + RECORD_BYTES] for start in range(RECORD_BYTES, len(data), RECORD_BYTES)]
        layers = [_decode_layer(record) for record in records]
        cols = int.from_bytes(data[8:12], "little")
        return cls(data[4], _signed(data[5]), _signed(data[6]), cols, layers)

    def parameter_shapes(self):
        """(role, rows, columns) of every parameter, in the order of their roots."""
        shapes, columns = [], [self.cols]
        for layer in self.layers:
            if layer.op == OP_MATMUL:
                shapes += [(WEIGHT, layer.cols, columns[layer.a]), (BIAS, 1, layer.cols)]
            elif layer.op == OP_LUT:
                shapes.append((LUT, 1, 256))
            columns.append(layer.cols)
        return shapes

    def parameter_roots(self, params):
        """The roots of parameters given in the order of `parameter_shapes`."""
        shapes = self.parameter_shapes()
        require(len(params) == len(shapes), "the number of parameters fits the layers")
        roots = []
        for value, (role, rows, cols) in zip(params, shapes, strict=True):
            require(np.asarray(value).shape == (rows, cols), "the shape of a parameter fits its layer")
            roots.append(commit(value, role))
        return roots

    def version(self, roots):
        """keccak256(descriptor, roots)."""
        require(len(roots) == len(self.parameter_shapes()), "the number of roots fits the layers")
        return keccak256(self.encode() + b"".join(roots))

    def run(self, params, x):
        """Every tensor of a run, X_0 first."""
        x = matrix(x, INT8, "the input")
        require(x.shape[1] == self.cols, "the input has the declared columns")
        require(x.min() >= self.lo and x.max() <= self.hi, "the input is within its declared bounds")
        tensors, params = [x.astype(np.int8)], iter(params)
        for layer in self.layers:
            source = tensors[layer.a]
            if layer.op == OP_MATMUL:
                rescale = layer.rescale(self.profile)
                tensors.append(matmul_rq(source, next(params), next(params), rescale, layer.mineable))
            elif layer.op == OP_LUT:
                tensors.append(lut(source, next(params), layer.lo, layer.hi))
            else:
                tensors.append(add_rq(source, tensors[layer.b], layer.rescale(self.profile), layer.m_b))
        return tensors


def trace_of(tensors):
    """T: the roots of all tensors, joined."""
    return b"".join(commit(tensor, ACTIVATION) for tensor in tensors)
