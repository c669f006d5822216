"""What `check.py` computes for every kind of case that FORMAT.md lists.

`KINDS` maps a file and a kind to `Kind`: the fields that are inputs, the fields that are results, and the function that
computes the results from the inputs. A result is compared with the field of the same name, see `same`.
"""

import re
from dataclasses import dataclass

import numpy as np

import chain
import hashes
import ot_int8 as ot
import tickets
import tree
from tree import require

TYPES = {"i8": "<i1", "i16": "<i2", "i32": "<i4"}
LCG_A, LCG_C, MASK = 6364136223846793005, 1442695040888963407, (1 << 64) - 1


class FormatError(Exception):
    """A case that FORMAT.md does not allow."""


def expect_format(condition, message):
    """Raises FormatError(message) unless the condition holds."""
    if not condition:
        raise FormatError(message)


def unhex(text):
    """Bytes of lowercase hex."""
    expect_format(isinstance(text, str) and re.fullmatch("([0-9a-f]{2})*", text), f"not lowercase hex: {text!r:.40}")
    return bytes.fromhex(text)


def number(text):
    """A number written as a decimal string."""
    expect_format(isinstance(text, str) and re.fullmatch("0|[1-9][0-9]*", text), f"not a decimal string: {text!r:.40}")
    return int(text)


def _lcg(seed, lo, hi, count):
    state, values = number(seed), np.empty(count, dtype=np.int64)
    for index in range(count):
        state = (state * LCG_A + LCG_C) & MASK
        values[index] = lo + (state >> 33) % (hi - lo + 1)
    return values


def array(value):
    """The numpy array of a matrix in one of its three forms."""
    expect_format(isinstance(value, dict) and len(value) == 4, "a matrix has type, rows, cols and one of hex, fill, lcg")
    dtype, rows, cols = TYPES[value["type"]], value["rows"], value["cols"]
    if "hex" in value:
        flat = np.frombuffer(unhex(value["hex"]), dtype=dtype)
        expect_format(len(flat) == rows * cols, "the hex of a matrix has another length than rows x cols")
    elif "fill" in value:
        flat = np.full(rows * cols, value["fill"], dtype=np.int64)
    else:
        flat = _lcg(*value["lcg"], rows * cols)
    narrow = flat.astype(dtype)
    expect_format(bool(np.all(narrow == flat)), "an element exceeds the type of the matrix")
    return narrow.reshape(rows, cols)


def same(expected, result):
    """Whether a field's value equals a computed result: bytes as hex, arrays as matrices, the rest by type and value."""
    if isinstance(result, bytes):
        return unhex(expected) == result
    if isinstance(result, np.ndarray):
        wanted = array(expected)
        return wanted.dtype == result.dtype and np.array_equal(wanted, result)
    if isinstance(result, dict):
        keys_fit = isinstance(expected, dict) and expected.keys() == result.keys()
        return keys_fit and all(same(expected[key], result[key]) for key in result)
    if isinstance(result, list):
        fits = isinstance(expected, list) and len(expected) == len(result)
        return fits and all(same(e, r) for e, r in zip(expected, result, strict=True))
    return type(expected) is type(result) and expected == result


@dataclass(frozen=True)
class Kind:
    """Inputs and results of a kind as space-separated field names; `checked` kinds carry `valid` (and `wrong`)."""

    compute: object
    inputs: str
    results: str
    checked: bool = True


def _rescale(case):
    return ot.Rescale(case["m"], case["s"], case["lo"], case["hi"], case.get("profile", 1))


def _rq(case):
    return {"out": [int(v) for v in _rescale(case).of_sum(np.array(case["in"], dtype=np.int32))]}


def _matmul_rq(case):
    x, wt, bias = array(case["x"]), array(case["wt"]), array(case["bias"])
    require(bias.shape[0] == 1, "a bias has one row")
    return {"out": ot.matmul_rq(x, wt, bias, _rescale(case), case["mineable"])}


def _lut(case):
    return {"out": ot.lut(array(case["x"]), array(case["table"]), case["lo"], case["hi"])}


def _add_rq(case):
    return {"out": ot.add_rq(array(case["a"]), array(case["b"]), _rescale(case), case["m_b"])}


def _matmul_t(case):
    return {"out": ot.matmul_t(array(case["delta"]), array(case["wt"]), _rescale(case))}


def _outer(case):
    return {"out": ot.outer(array(case["delta"]), array(case["x"]))}


def _update(case):
    after, view = ot.update(array(case["master"]), array(case["g"]), case["r"])
    return {"out": after, "view": view}


def _hash(case):
    return {"out": hashes.hash_one(unhex(case["key"]), unhex(case["message"]))}


def _xof(case):
    return {"out": hashes.xof(unhex(case["key"]), unhex(case["message"]), number(case["counter"]))}


def _keccak(case):
    return {"out": hashes.keccak256(unhex(case["message"]))}


def _commitment(case):
    made = tree.Tree(_typed(case), case["role"])
    return {
        "m_pad": made.shape.m_pad,
        "chunk_roots": made.chunk_roots,
        "tree_root": made.tree_root,
        "root": made.root,
    }


def _typed(case):
    matrix = array(case["matrix"])
    expect_format(matrix.dtype == tree.DTYPES[case["role"]], "the type of the matrix is not the role's")
    return matrix


OPENINGS = {
    "element": (tree.verify_element, "open_element", ("row", "col"), "value"),
    "row": (tree.verify_row, "open_row", ("row",), "values"),
    "block": (tree.verify_block, "open_block", ("block_row", "chunk"), "block"),
}


def opening_matches(case):
    """Whether an opening case verifies exactly when it should, with the right result; and is what the prover makes."""
    verify, prove, place, result = OPENINGS[case["kind"]]
    matrix, position = _typed(case), [case[name] for name in place]
    claimed = case.get("claimed", [case["role"], *matrix.shape])
    where = position[0] if len(position) == 1 else tuple(position)
    try:
        opened = verify(unhex(case["root"]), tree.Shape(*claimed), where, unhex(case["opening"]))
    except tree.OtError:
        return case["expect"] is False
    if case["expect"] is not True:
        return False
    opened = opened.tolist() if isinstance(opened, np.ndarray) else opened
    made = tree.Tree(matrix, case["role"])
    is_own = made.root == unhex(case["root"]) and getattr(made, prove)(*position) == unhex(case["opening"])
    return is_own and same(case[result], opened)


def _model(case):
    model = ot.Model.decode(unhex(case["descriptor"]))
    require(model.encode() == unhex(case["descriptor"]), "a descriptor is what encode writes")
    names = ("op", "mineable", "a", "b", "m", "m_b", "s", "lo", "hi", "cols")
    result = {name: getattr(model, name) for name in ("profile", "lo", "hi", "cols")}
    result["layers"] = [{name: getattr(layer, name) for name in names} for layer in model.layers]
    if case["valid"]:
        roots = [unhex(root) for root in case["roots"]]
        result |= {"roots": roots, "version": model.version(roots)}
    return result


def _trace(case):
    model = ot.Model.decode(unhex(case["descriptor"]))
    params = [array(value) for value in case["params"]]
    roots = model.parameter_roots(params)
    tensors = model.run(params, array(case["input"]))
    trace = ot.trace_of(tensors)
    return {
        "roots": roots,
        "version": model.version(roots),
        "outputs": tensors[1:],
        "trace": trace,
        "trace_hash": hashes.keccak256(trace),
    }


def _position(case):
    return case["i"], case["j"], case["l"]


def _target(case):
    target = number(case["target"])
    require(1 <= target <= chain.MAX_TARGET, "a target is 1 to 2^256 - 1")
    return target


def _outcome(case, seed, blocks):
    """The results that all tickets share."""
    folded = tickets.fold(*blocks)
    t = tickets.ticket(seed, folded, _position(case))
    wins = t < _target(case)
    return {"fold": folded, "t": str(t), "wins": wins, "nullifier": tickets.nullifier(seed, _position(case))}


def _block(case):
    result = _outcome(case, unhex(case["seed"]), (array(case["a"]), array(case["b"])))
    return result | {"counter": str(tickets.counter_of(*_position(case)))}


def _bytes_of(values):
    return np.asarray(values).astype(np.int8).tobytes()


def _operands(run, blocks):
    """Seed, keys and what identifies both blocks."""
    key_a, key_b = run.keys()
    result = {"seed": run.seed(), "k_a": key_a, "k_b": key_b}
    for name, block in zip("ab", blocks, strict=True):
        result[f"{name}_row"] = _bytes_of(block[0])
        result[f"{name}_hash"] = hashes.keccak256(_bytes_of(block))
    return result


def _syn(case):
    run = tickets.Syn(
        number(case["chain_id"]), unhex(case["contract"]), unhex(case["epoch_anchor"]), unhex(case["miner"]),
        number(case["nonce"]),
    )  # fmt: skip
    blocks = run.blocks(_position(case))
    return _operands(run, blocks) | _outcome(case, run.seed(), blocks)


def _describe(noise):
    return {
        "l_row": _bytes_of(noise.left[0]),
        "q": bytes(noise.q),
        "sign": _bytes_of(noise.sign),
        "a": noise.a,
        "d": noise.d,
        "row": _bytes_of(noise.block[0]),
    }


def _job(case):
    run = tickets.Job(
        number(case["chain_id"]), unhex(case["contract"]), unhex(case["job_id"]), case["layer"],
        unhex(case["provider"]), unhex(case["accept_beacon"]), number(case["epoch"]), array(case["x"]),
        array(case["wt"]),
    )  # fmt: skip
    i, j, slab = _position(case)
    blocks, plain = run.blocks((i, j, slab)), run.plain_blocks((i, j, slab))
    key_a, key_b = run.keys()
    noise_a, noise_b = tickets.Noise(key_a, i, slab), tickets.Noise(key_b, j, slab)
    peeled = tickets.peel(blocks, noise_a.block, noise_b.block, plain[0])
    expect_format(np.array_equal(peeled, plain[0] @ plain[1].T), "the peel identity does not hold")
    root_x, root_w = run.roots()
    result = {"root_x": root_x, "root_w": root_w, "noise_a": _describe(noise_a), "noise_b": _describe(noise_b)}
    return result | _operands(run, blocks) | _outcome(case, run.seed(), blocks)


def _retarget(case):
    x = chain.exponent(case["elapsed"], case["wins"], case["tau"], case["half_life"])
    target, factor = chain.retarget(number(case["target"]), x)
    expect_format(chain.cubic_error(x & 0xFFFF) < 0.00013, "the cubic's error is beyond its bound")
    return {"x": x, "factor": factor, "out": str(target)}


def _threshold(case):
    values = case["c"], number(case["stake"]), number(case["total"])
    result = chain.threshold(*values)
    expect_format(chain.threshold_error(*values) < 1 << 6, "the threshold's error is beyond its bound")
    return {"threshold": str(result)}


def _draw(case):
    drawn = chain.draw(unhex(case["beacon"]), unhex(case["job_id"]), unhex(case["validator"]))
    limit = _threshold(case)["threshold"]
    return {"draw": str(drawn), "threshold": limit, "drawn": drawn < int(limit)}


def _step(case):
    x, delta, master = array(case["x"]), array(case["delta"]), array(case["master"])
    before = ot.view_of(master)
    delta_x = ot.matmul_t(delta, before, _rescale(case))
    gradient = ot.outer(delta, x)
    after, view = ot.update(master, gradient, case["r"])
    values = {
        "x": (x, tree.ACTIVATION),
        "delta": (delta, tree.ACTIVATION),
        "master": (master, tree.MASTER),
        "wt": (before, tree.WEIGHT),
        "delta_x": (delta_x, tree.ACTIVATION),
        "gradient": (gradient, tree.GRADIENT),
        "master_after": (after, tree.MASTER),
        "wt_after": (view, tree.WEIGHT),
    }
    result = {name: values[name][0] for name in ("wt", "delta_x", "gradient", "master_after", "wt_after")}
    return result | {"roots": {name: tree.commit(*value) for name, value in values.items()}}


TICKET_RESULTS = "seed k_a k_b a_row b_row a_hash b_hash fold t wins nullifier"
OPENING_INPUTS = "role matrix root opening expect fault"
KINDS = {
    "arithmetic": {
        "rq": Kind(_rq, "m s lo hi in", "out"),
        "matmul_rq": Kind(_matmul_rq, "profile mineable x wt bias m s lo hi", "out"),
        "lut": Kind(_lut, "x table lo hi", "out"),
        "add_rq": Kind(_add_rq, "profile a b m m_b s lo hi", "out"),
        "matmul_t": Kind(_matmul_t, "profile delta wt m s lo hi", "out"),
        "outer": Kind(_outer, "delta x", "out"),
        "update": Kind(_update, "master g r", "out view"),
    },
    "commitments": {
        "hash": Kind(_hash, "key message", "out", checked=False),
        "xof": Kind(_xof, "key message counter", "out", checked=False),
        "keccak256": Kind(_keccak, "message", "out", checked=False),
        "commitment": Kind(_commitment, "role matrix", "m_pad chunk_roots tree_root root", checked=False),
    },
    "openings": {
        kind: Kind(None, f"{OPENING_INPUTS} {' '.join(place)}", result, checked=False)
        for kind, (_, _, place, result) in OPENINGS.items()
    },
    "models": {"model": Kind(_model, "descriptor", "profile lo hi cols layers roots version")},
    "traces": {"trace": Kind(_trace, "descriptor params input", "roots version outputs trace trace_hash")},
    "tickets": {
        "block": Kind(_block, "seed a b i j l target", "counter fold t wins nullifier"),
        "syn": Kind(_syn, "chain_id contract epoch_anchor miner nonce i j l target", TICKET_RESULTS),
        "job": Kind(
            _job,
            "chain_id contract job_id layer provider accept_beacon epoch x wt i j l target",
            f"root_x root_w noise_a noise_b {TICKET_RESULTS}",
        ),
    },
    "retarget": {"retarget": Kind(_retarget, "target elapsed wins tau half_life", "x factor out")},
    "sortition": {
        "threshold": Kind(_threshold, "c stake total", "threshold"),
        "draw": Kind(_draw, "beacon job_id validator c stake total", "draw threshold drawn", checked=False),
    },
    "training": {
        "step": Kind(_step, "profile x delta master m s lo hi r", "wt delta_x gradient master_after wt_after roots"),
    },
}
