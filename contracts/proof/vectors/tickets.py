"""Tickets: SPEC.md section 4. Blocks are int64 arrays of 64 x 64; every refused input raises `OtError`."""

from dataclasses import dataclass

import numpy as np

from hashes import hash_one, keccak256, xof, xof_rows
from tree import ACTIVATION, WEIGHT, ascii32, commit, require

SIDE = 64
SYN_BLOCKS = 64


def word(number):
    """A number as 32 big-endian bytes."""
    require(0 <= number < 1 << 256, "a word holds 0 to 2^256 - 1")
    return number.to_bytes(32, "big")


def address_word(address):
    """20 bytes, left-padded to 32."""
    require(len(address) == 20, "an address has 20 bytes")
    return bytes(12) + address


def _word32(data, name):
    require(len(data) == 32, f"{name} has 32 bytes")
    return data


def _le32(number):
    return number.to_bytes(4, "little")


def counter_of(i, j, slab):
    """I + 2^20 J + 2^40 Λ."""
    require(0 <= i < 1 << 20 and 0 <= j < 1 << 20 and 0 <= slab < 1 << 8, "I, J < 2^20 and Λ < 2^8")
    return i + (j << 20) + (slab << 40)


def fold(a, b):
    """The 64 bytes of the XOR-fold of A' B'^T."""
    a, b = np.asarray(a, dtype=np.int64), np.asarray(b, dtype=np.int64)
    require(a.shape == b.shape == (SIDE, SIDE), "blocks are 64 x 64")
    require(max(np.abs(a).max(), np.abs(b).max()) <= 127, "BadOperand: a block has an element beyond 127")
    product = (a @ b.T).astype(np.int32).view(np.uint32)
    # Row i is 4 * (first axis) + (second axis), so that axes 1 and 3 are i mod 4 and j mod 4.
    words = np.bitwise_xor.reduce(product.reshape(16, 4, 16, 4), axis=(0, 2))
    return words.astype("<u4").tobytes()


def ticket(seed, folded, position):
    """t of a block at position (I, J, Λ)."""
    return int.from_bytes(xof(_word32(seed, "the seed"), folded, counter_of(*position))[:32], "little")


def nullifier(seed, position):
    """The number that can be used once."""
    return keccak256(ascii32("OT-PROOF/1 nullifier") + seed + b"".join(word(n) for n in position))


@dataclass(frozen=True)
class Syn:
    """What a SYN seed binds."""

    chain_id: int
    contract: bytes
    epoch_anchor: bytes
    miner: bytes
    nonce: int

    def seed(self):
        """σ."""
        head = ascii32("OT-PROOF/1 SYN seed") + word(self.chain_id) + address_word(self.contract)
        anchor = _word32(self.epoch_anchor, "the anchor")
        return keccak256(head + anchor + address_word(self.miner) + word(self.nonce))

    def keys(self):
        """(k_A, k_B)."""
        message = self.seed() + bytes(32)
        return hash_one(ascii32("OT-PROOF/1 SYN A"), message), hash_one(ascii32("OT-PROOF/1 SYN B"), message)

    def blocks(self, position):
        """(A', B') of the block at (I, J, Λ)."""
        i, j, slab = position
        require(all(0 <= n < SYN_BLOCKS for n in position), "I, J, Λ of SYN are below 64")
        key_a, key_b = self.keys()
        return _syn_block(key_a, i, slab), _syn_block(key_b, j, slab)


def _syn_block(key, index, slab):
    raw = xof_rows(key, _le32(index) + _le32(slab) + bytes(56), 0, SIDE).view(np.int8)
    return np.maximum(raw.astype(np.int64) >> 1, -63)


@dataclass(frozen=True)
class Job:
    """What a JOB seed binds, with the operands x (m x k) and wt (n x k) of the layer."""

    chain_id: int
    contract: bytes
    job_id: bytes
    layer: int
    provider: bytes
    accept_beacon: bytes
    epoch: int
    x: np.ndarray
    wt: np.ndarray

    def __post_init__(self):
        require(self.x.shape[1] == self.wt.shape[1], "x and wt have the same columns")
        require(self.x.shape[1] <= 16_384, "the inner length of a product is at most 16,384")
        for operand in (self.x, self.wt):
            require(np.abs(operand.astype(np.int64)).max() <= 63, "BadOperand: a mineable operand is beyond 63")

    def roots(self):
        """(root* of X, root* of W)."""
        return commit(self.x, ACTIVATION), commit(self.wt, WEIGHT)

    def seed(self):
        """σ."""
        root_x, root_w = self.roots()
        head = ascii32("OT-PROOF/1 JOB seed") + word(self.chain_id) + address_word(self.contract)
        run = _word32(self.job_id, "the job") + word(self.layer) + address_word(self.provider)
        dimensions = (self.x.shape[0], self.wt.shape[0], self.x.shape[1])
        beacon = _word32(self.accept_beacon, "the beacon")
        return keccak256(head + run + beacon + root_x + root_w + b"".join(word(n) for n in dimensions))

    def keys(self):
        """(k_A, k_B)."""
        _, root_w = self.roots()
        owner = word(self.epoch) + address_word(self.provider)
        key_b = keccak256(ascii32("OT-PROOF/1 JOB noise W") + owner + root_w)
        return keccak256(ascii32("OT-PROOF/1 JOB noise X") + key_b + self.seed()), key_b

    def blocks(self, position):
        """(A', B') of the block at (I, J, Λ)."""
        i, j, slab = position
        plain_a, plain_b = self.plain_blocks(position)
        key_a, key_b = self.keys()
        return plain_a + Noise(key_a, i, slab).block, plain_b + Noise(key_b, j, slab).block

    def plain_blocks(self, position):
        """The blocks of X and of W^T without noise."""
        i, j, slab = position
        return _cut(self.x, i, slab), _cut(self.wt, j, slab)


def _cut(values, block_row, slab):
    """Block (block_row, slab) of a matrix, with zeros beyond it."""
    rows, cols = values.shape
    require(0 <= block_row * SIDE < rows and 0 <= slab * SIDE < cols, "the block is outside the matrix")
    part = values[block_row * SIDE : (block_row + 1) * SIDE, slab * SIDE : (slab + 1) * SIDE]
    block = np.zeros((SIDE, SIDE), dtype=np.int64)
    block[: part.shape[0], : part.shape[1]] = part
    return block


class Noise:
    """The noise N of one block of 64 rows, with its intermediate values: rows of L, slab parameters, block."""

    def __init__(self, key, block_row, slab):
        raw = xof_rows(key, b"\1" + bytes(63), block_row * SIDE, SIDE).view(np.int8)
        self.left = raw.astype(np.int64) >> 2
        draw = xof(key, b"\2" + bytes(63), slab)
        self.q = [byte & 63 for byte in draw]
        self.sign = [-1 if byte & 64 else 1 for byte in draw]
        self.a = 1 + 2 * sum((draw[bit] >> 7) << bit for bit in range(5))
        self.d = sum((draw[5 + bit] >> 7) << bit for bit in range(6))
        moved = [(self.a * c + self.d) % SIDE for c in range(SIDE)]
        self.block = self.left[:, moved] + self.left[:, self.q] * np.array(self.sign)


def peel(noised, noise_a, noise_b, plain_a):
    """The plain product of one slab from the noised operands (A', B'): A' B'^T - A N_B^T - N_A B'^T."""
    a, b = noised
    return a @ b.T - plain_a @ noise_b.T - noise_a @ b.T
