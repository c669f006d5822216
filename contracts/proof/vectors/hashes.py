"""BLAKE3 compression (vectorised over many blocks) and Keccak-256, written from their specifications.

Only the parts that SPEC.md uses: BLAKE3 keyed hashing of single 64-byte messages and their extended output
(BLAKE3 paper, sections 2.2 to 2.6), and Keccak-256 with the padding byte 0x01 (Keccak reference, section 1.3).
"""

import numpy as np

IV = np.array(
    [0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19], dtype=np.uint32
)
PERMUTATION = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8]
# CHUNK_START | CHUNK_END | ROOT | KEYED_HASH: a message of one block is the first, the last and the root block.
KEYED_SINGLE_BLOCK = 1 | 2 | 8 | 16
BLOCK_BYTES = 64
MASK64 = (1 << 64) - 1

# The eight quarter rounds of one round: four columns, then four diagonals.
QUARTERS = [
    (0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
    (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14),
]  # fmt: skip


def _rotr(x, n):
    return (x >> np.uint32(n)) | (x << np.uint32(32 - n))


def _quarter(v, index, mx, my):
    a, b, c, d = index
    v[a] = v[a] + v[b] + mx
    v[d] = _rotr(v[d] ^ v[a], 16)
    v[c] = v[c] + v[d]
    v[b] = _rotr(v[b] ^ v[c], 12)
    v[a] = v[a] + v[b] + my
    v[d] = _rotr(v[d] ^ v[a], 8)
    v[c] = v[c] + v[d]
    v[b] = _rotr(v[b] ^ v[c], 7)


def compress(key, blocks, counters):
    """The keyed single-block compression of N blocks under one key, all 64 output bytes.

    key: 32 bytes. blocks: uint8 array N x 64. counters: N numbers below 2^64. Returns a uint8 array N x 64.
    """
    blocks = np.ascontiguousarray(blocks, dtype=np.uint8).reshape(-1, BLOCK_BYTES)
    count = blocks.shape[0]
    words = blocks.view("<u4").astype(np.uint32)
    counters = np.asarray(counters, dtype=np.uint64).reshape(count)
    cv = np.frombuffer(key, dtype="<u4").astype(np.uint32)
    assert cv.shape == (8,), "a key has 32 bytes"
    message = [words[:, i] for i in range(16)]
    state = [np.full(count, word, dtype=np.uint32) for word in np.concatenate([cv, IV[:4]])]
    state.append((counters & np.uint64(0xFFFFFFFF)).astype(np.uint32))
    state.append((counters >> np.uint64(32)).astype(np.uint32))
    state.append(np.full(count, BLOCK_BYTES, dtype=np.uint32))
    state.append(np.full(count, KEYED_SINGLE_BLOCK, dtype=np.uint32))
    for round_number in range(7):
        for q, index in enumerate(QUARTERS):
            _quarter(state, index, message[2 * q], message[2 * q + 1])
        if round_number < 6:
            message = [message[p] for p in PERMUTATION]
    low = [state[i] ^ state[i + 8] for i in range(8)]
    high = [state[i + 8] ^ cv[i] for i in range(8)]
    return np.stack(low + high, axis=1).astype("<u4").view(np.uint8).reshape(count, BLOCK_BYTES)


def hash_many(key, blocks):
    """H(key, m) of SPEC.md section 2 for N messages: uint8 N x 64 to uint8 N x 32."""
    blocks = np.asarray(blocks, dtype=np.uint8).reshape(-1, BLOCK_BYTES)
    return compress(key, blocks, np.zeros(blocks.shape[0], dtype=np.uint64))[:, :32]


def hash_one(key, message):
    """H(key, m) for one message of 64 bytes; returns 32 bytes."""
    return xof(key, message, 0)[:32]


def xof(key, message, counter):
    """XOF(key, msg, t) of SPEC.md section 4: 64 bytes."""
    if len(message) != BLOCK_BYTES or len(key) != 32:
        raise ValueError("a key has 32 bytes and a message 64")
    block = np.frombuffer(message, dtype=np.uint8)
    return compress(key, block, [counter]).tobytes()


def xof_rows(key, message, first, count):
    """XOF(key, msg, t) for t = first .. first + count - 1, as a uint8 array count x 64."""
    block = np.frombuffer(message, dtype=np.uint8)
    return compress(key, np.tile(block, (count, 1)), [first + i for i in range(count)])


def _round_constants():
    """The 24 constants of iota, from the 8-bit feedback register of the reference (section 1.2)."""
    constants, register = [], 1
    for _ in range(24):
        constant = 0
        for j in range(7):
            if register & 1:
                constant |= 1 << ((1 << j) - 1)
            register = (register << 1) ^ (0x171 if register & 0x80 else 0)
        constants.append(constant)
    return constants


def _rotations():
    """The offsets of rho by lane index x + 5y, from the recurrence of the reference."""
    offsets, x, y = [0] * 25, 1, 0
    for t in range(24):
        offsets[x + 5 * y] = (t + 1) * (t + 2) // 2 % 64
        x, y = y, (2 * x + 3 * y) % 5
    return offsets


ROUND_CONSTANTS = _round_constants()
ROTATIONS = _rotations()


def _rotl64(x, n):
    return ((x << n) | (x >> (64 - n))) & MASK64


def _keccak_f(lanes):
    for constant in ROUND_CONSTANTS:
        parity = [lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20] for x in range(5)]
        theta = [parity[(x + 4) % 5] ^ _rotl64(parity[(x + 1) % 5], 1) for x in range(5)]
        moved = [0] * 25
        for y in range(5):
            for x in range(5):
                lane = _rotl64(lanes[x + 5 * y] ^ theta[x], ROTATIONS[x + 5 * y])
                moved[y + 5 * ((2 * x + 3 * y) % 5)] = lane
        for i in range(25):
            x, row = i % 5, i - i % 5
            lanes[i] = moved[i] ^ (~moved[row + (x + 1) % 5] & MASK64 & moved[row + (x + 2) % 5])
        lanes[0] ^= constant


def keccak256(message):
    """Keccak-256 of bytes (rate 136, padding 0x01 .. 0x80); returns 32 bytes."""
    rate = 136
    padded = bytearray(message) + bytes(rate - len(message) % rate)
    padded[len(message)] ^= 0x01
    padded[-1] ^= 0x80
    lanes = [0] * 25
    for start in range(0, len(padded), rate):
        for i in range(rate // 8):
            lanes[i] ^= int.from_bytes(padded[start + 8 * i : start + 8 * i + 8], "little")
        _keccak_f(lanes)
    return b"".join(lane.to_bytes(8, "little") for lane in lanes[:4])


def self_check():
    """Compares both functions with published answers; raises AssertionError when one differs."""
    empty = "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    assert keccak256(b"").hex() == empty, "keccak256 of the empty string (Ethereum's well-known constant)"
    # BLAKE3's official test vectors, keyed_hash case of input length 64 (bytes 0, 1, .. 63).
    key = b"whats the Elvish word for friend"
    digest = hash_one(key, bytes(range(64))).hex()
    assert digest == "ba8ced36f327700d213f120b1a207a3b8c04330528586f414d09f2f7d9ccb7e6", digest
