"""Commitments and openings: SPEC.md section 2.

A matrix is a numpy array of two dimensions; its role fixes the element type. Every check that fails raises `OtError`.
"""

import numpy as np

from hashes import hash_many, hash_one

ACTIVATION, WEIGHT, BIAS, LUT, MASTER, GRADIENT = range(1, 7)
DTYPES = {ACTIVATION: "<i1", WEIGHT: "<i1", BIAS: "<i4", LUT: "<i1", MASTER: "<i2", GRADIENT: "<i4"}
MAX_DIMENSION = 1 << 24
CHUNK = 64
BLOCK_ROWS = 64
# A block's 64 leaves are one subtree of this height.
BLOCK_LEVEL = 6


class OtError(ValueError):
    """Input that the definition refuses; the message says which rule it breaks."""


def require(condition, rule):
    """Raises OtError(rule) unless the condition holds."""
    if not condition:
        raise OtError(rule)


def ascii32(text):
    """The ASCII text padded with zero bytes to 32."""
    data = text.encode("ascii")
    require(len(data) <= 32, "a label has at most 32 bytes")
    return data.ljust(32, b"\0")


KEY_LEAF = ascii32("OmniTensor OT-PROOF/1 leaf")
KEY_NODE = ascii32("OmniTensor OT-PROOF/1 node")
KEY_ROOT = ascii32("OmniTensor OT-PROOF/1 root")


class Shape:
    """What a verifier knows beforehand: the role and dimensions, and what follows from them."""

    def __init__(self, role, rows, cols):
        require(role in DTYPES, "role is 1 to 6")
        require(1 <= rows <= MAX_DIMENSION and 1 <= cols <= MAX_DIMENSION, "a dimension is 1 to 2^24")
        require(role != BIAS or rows == 1, "a bias has one row")
        require(role != LUT or (rows, cols) == (1, 256), "a table is 1 x 256")
        self.role, self.rows, self.cols = role, rows, cols
        self.width = np.dtype(DTYPES[role]).itemsize
        self.row_bytes = cols * self.width
        self.chunks = -(-self.row_bytes // CHUNK)
        self.log2_rows = max((rows - 1).bit_length(), BLOCK_LEVEL)
        self.m_pad = 1 << self.log2_rows

    def pad_of_chunk(self, chunk):
        """The number of bytes of this chunk that hold elements; those after them are padding."""
        return min(CHUNK, self.row_bytes - chunk * CHUNK)

    def seal(self, tree_root):
        """root*: the root bound to role and dimensions."""
        tail = b"".join(n.to_bytes(4, "little") for n in (self.role, self.rows, self.cols))
        return hash_one(KEY_ROOT, tree_root + tail + bytes(20))


def _fold_pairs(nodes):
    """The level above a full level: uint8 2N x 32 to N x 32."""
    return hash_many(KEY_NODE, nodes.reshape(-1, 64))


class Tree:
    """All levels of a matrix's commitment, so that openings can be made."""

    def __init__(self, matrix, role):
        matrix = np.asarray(matrix)
        require(matrix.ndim == 2, "a matrix has two dimensions")
        self.shape = Shape(role, *matrix.shape)
        shape = self.shape
        info = np.iinfo(DTYPES[role])
        require(info.min <= matrix.min() and matrix.max() <= info.max, "an element exceeds the width of the role")
        padded = np.zeros((shape.m_pad, shape.chunks * CHUNK), dtype=np.uint8)
        elements = np.ascontiguousarray(matrix.astype(DTYPES[role]))
        padded[: shape.rows, : shape.row_bytes] = elements.view(np.uint8).reshape(shape.rows, shape.row_bytes)
        # Chunk-major: leaf (c, i) has index c * m_pad + i.
        self.leaves = np.ascontiguousarray(padded.reshape(shape.m_pad, shape.chunks, CHUNK).transpose(1, 0, 2))
        self._build()

    def _build(self):
        """Hashes `self.leaves` (chunks x m_pad x 64 bytes) up to the roots."""
        shape = self.shape
        level = hash_many(KEY_LEAF, self.leaves.reshape(-1, CHUNK))
        self.levels = [level.reshape(shape.chunks, shape.m_pad, 32)]
        while self.levels[-1].shape[1] > 1:
            above = _fold_pairs(self.levels[-1].reshape(-1, 32))
            self.levels.append(above.reshape(shape.chunks, -1, 32))
        self.chunk_roots = [row.tobytes() for row in self.levels[-1][:, 0]]
        self.top = [self.chunk_roots]
        while len(self.top[-1]) > 1:
            below = self.top[-1]
            above = [hash_one(KEY_NODE, below[i] + below[i + 1]) for i in range(0, len(below) - 1, 2)]
            self.top.append(above + below[len(above) * 2 :])
        self.tree_root = self.top[-1][0]
        self.root = shape.seal(self.tree_root)

    def _side_path(self, chunk, index, level):
        """Siblings of node `index` of `level`, up to the chunk root."""
        path = b""
        for nodes in self.levels[level:-1]:
            path += nodes[chunk, index ^ 1].tobytes()
            index >>= 1
        return path

    def _top_path(self, chunk):
        """Siblings among the chunk roots, bottom up, skipping levels where the node moves up alone."""
        path = b""
        for level in self.top[:-1]:
            if chunk ^ 1 < len(level):
                path += level[chunk ^ 1]
            chunk >>= 1
        return path

    def open_element(self, row, col):
        """The opening of the element at (row, col)."""
        chunk = col * self.shape.width // CHUNK
        leaf = self.leaves[chunk, row].tobytes()
        return leaf + self._side_path(chunk, row, 0) + self._top_path(chunk)

    def open_row(self, row):
        """The opening of a row."""
        parts = [self.leaves[c, row].tobytes() + self._side_path(c, row, 0) for c in range(self.shape.chunks)]
        return b"".join(parts)

    def open_block(self, block_row, chunk):
        """The opening of the 64 rows from 64 * block_row of one chunk."""
        leaves = self.leaves[chunk, block_row * BLOCK_ROWS : (block_row + 1) * BLOCK_ROWS].tobytes()
        return leaves + self._side_path(chunk, block_row, BLOCK_LEVEL) + self._top_path(chunk)


def commit(matrix, role):
    """root* of a matrix."""
    return Tree(matrix, role).root


class _Reader:
    """Takes an opening apart from the front."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        require(self.at + count <= len(self.data), "the opening is too short")
        part = self.data[self.at : self.at + count]
        self.at += count
        return part

    def finish(self):
        require(self.at == len(self.data), "the opening is too long")


def _climb_side(reader, node, index, levels):
    """The chunk root above a node, whose siblings the reader holds."""
    for _ in range(levels):
        sibling = reader.take(32)
        node = hash_one(KEY_NODE, sibling + node if index & 1 else node + sibling)
        index >>= 1
    return node


def _climb_top(reader, node, chunk, count):
    """The tree root above chunk root number `chunk` of `count`."""
    while count > 1:
        if chunk & 1:
            node = hash_one(KEY_NODE, reader.take(32) + node)
        elif chunk + 1 < count:
            node = hash_one(KEY_NODE, node + reader.take(32))
        chunk, count = chunk >> 1, (count + 1) >> 1
    return node


def _top_of(roots):
    """The tree root of all chunk roots."""
    while len(roots) > 1:
        above = [hash_one(KEY_NODE, roots[i] + roots[i + 1]) for i in range(0, len(roots) - 1, 2)]
        roots = above + roots[len(above) * 2 :]
    return roots[0]


def _take_chunk(reader, shape, chunk):
    """The next 64 bytes, whose padding must be zero."""
    data = reader.take(CHUNK)
    require(not any(data[shape.pad_of_chunk(chunk) :]), "padding is not zero")
    return data


def verify_element(root, shape, position, opening):
    """The element at position (row, col) under root*, when the opening proves it."""
    row, col = position
    require(0 <= row < shape.rows and 0 <= col < shape.cols, "the position is outside the matrix")
    chunk, offset = divmod(col * shape.width, CHUNK)
    reader = _Reader(opening)
    data = _take_chunk(reader, shape, chunk)
    node = _climb_side(reader, hash_one(KEY_LEAF, data), row, shape.log2_rows)
    node = _climb_top(reader, node, chunk, shape.chunks)
    reader.finish()
    require(shape.seal(node) == root, "the opening leads to another root")
    return int(np.frombuffer(data[offset : offset + shape.width], dtype=DTYPES[shape.role])[0])


def verify_row(root, shape, row, opening):
    """The elements of a row under root*, when the opening proves them."""
    require(0 <= row < shape.rows, "the position is outside the matrix")
    reader, data, chunk_roots = _Reader(opening), b"", []
    for chunk in range(shape.chunks):
        part = _take_chunk(reader, shape, chunk)
        chunk_roots.append(_climb_side(reader, hash_one(KEY_LEAF, part), row, shape.log2_rows))
        data += part
    reader.finish()
    require(shape.seal(_top_of(chunk_roots)) == root, "the opening leads to another root")
    return np.frombuffer(data[: shape.row_bytes], dtype=DTYPES[shape.role])


def verify_block(root, shape, position, opening):
    """The 4,096 bytes of block (block_row, chunk) under root*, when the opening proves them."""
    block_row, chunk = position
    require(block_row >= 0 and block_row * BLOCK_ROWS < shape.rows, "the position is outside the matrix")
    require(0 <= chunk < shape.chunks, "the position is outside the matrix")
    reader = _Reader(opening)
    data = reader.take(BLOCK_ROWS * CHUNK)
    block = np.frombuffer(data, dtype=np.uint8).reshape(BLOCK_ROWS, CHUNK)
    used_rows = min(BLOCK_ROWS, shape.rows - block_row * BLOCK_ROWS)
    padding_is_zero = not block[used_rows:].any() and not block[:, shape.pad_of_chunk(chunk) :].any()
    require(padding_is_zero, "padding is not zero")
    nodes = hash_many(KEY_LEAF, block)
    while len(nodes) > 1:
        nodes = _fold_pairs(nodes)
    node = _climb_side(reader, nodes[0].tobytes(), block_row, shape.log2_rows - BLOCK_LEVEL)
    node = _climb_top(reader, node, chunk, shape.chunks)
    reader.finish()
    require(shape.seal(node) == root, "the opening leads to another root")
    return data
