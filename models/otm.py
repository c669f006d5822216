"""Writes and reads `.otm` model files; the format is in FORMAT.md beside this file."""

import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "contracts" / "proof" / "vectors"))

import ot_int8 as ot  # noqa: E402  (found through the path above)

MAGIC = b"OTMODEL1"
HASH_BYTES = 32
DTYPES = {ot.WEIGHT: "<i1", ot.BIAS: "<i4", ot.LUT: "<i1"}


def _sized(data):
    return len(data).to_bytes(4, "little") + data


def pack(model, params, metadata):
    """The bytes of a model file.

    model: `ot_int8.Model`. params: matrices in the order of `Model.parameter_shapes`. metadata: a dict for JSON.
    Raises `OtError` when the parameters do not fit the model.
    """
    version = model.version(model.parameter_roots(params))
    shapes = model.parameter_shapes()
    body = b"".join(np.asarray(p).astype(DTYPES[role]).tobytes() for p, (role, _, _) in zip(params, shapes, strict=True))
    text = json.dumps(metadata, separators=(",", ":")).encode("utf-8")
    return MAGIC + _sized(model.encode()) + body + _sized(text) + version


def unpack(data):
    """(model, params, metadata, version) of a model file; raises `OtError` when it is malformed."""
    at = 0

    def take(count):
        nonlocal at
        ot.require(at + count <= len(data), "the file is too short")
        at += count
        return data[at - count : at]

    def take_sized():
        return take(int.from_bytes(take(4), "little"))

    ot.require(take(len(MAGIC)) == MAGIC, "a model file begins with OTMODEL1")
    model, params = ot.Model.decode(take_sized()), []
    for role, rows, cols in model.parameter_shapes():
        raw = take(rows * cols * np.dtype(DTYPES[role]).itemsize)
        params.append(np.frombuffer(raw, dtype=DTYPES[role]).reshape(rows, cols))
    metadata = json.loads(take_sized().decode("utf-8"))
    version = take(HASH_BYTES)
    ot.require(at == len(data), "nothing follows the version")
    ot.require(model.version(model.parameter_roots(params)) == version, "the version is not that of the content")
    # A run on one row checks the range of every parameter.
    model.run(params, np.full((1, model.cols), model.lo))
    return model, params, metadata, version
