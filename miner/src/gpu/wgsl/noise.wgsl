// Pseudorandom operands and noise. Needs the BLAKE3 prelude.

struct Params {
    key0: vec4<u32>,
    key1: vec4<u32>,
    // Row of the whole matrix (or block, for SYN) that row 0 of the buffers is.
    first: u32,
    // Rows that exist; later ones are zero before noise.
    rows: u32,
    // Threads that have something to do.
    threads: u32,
    threads_x: u32,
    // Slabs of 64 columns in a row.
    slabs: u32,
    // First slab (SYN), or side of the peel operands: 0 for X, 1 for Wᵀ.
    option: u32,
    pad: vec2<u32>,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> rows_out: array<vec4<u32>>;
@group(0) @binding(1) var<storage, read> operands: array<u32>;
@group(0) @binding(2) var<storage, read> columns: array<u32>;
@group(0) @binding(3) var<storage, read> basis_in: array<u32>;
@group(0) @binding(4) var<storage, read_write> noised: array<u32>;

// Four signed bytes of each word, shifted right by `by`.
fn shifted(word: u32, by: u32) -> vec4<i32> {
    return unpack4xI8(word) >> vec4<u32>(by);
}

fn halved(words: vec4<u32>) -> vec4<u32> {
    let low = vec4<i32>(-63i);
    return vec4<u32>(
        pack4xI8(max(shifted(words.x, 1u), low)), pack4xI8(max(shifted(words.y, 1u), low)),
        pack4xI8(max(shifted(words.z, 1u), low)), pack4xI8(max(shifted(words.w, 1u), low)));
}

fn quartered(words: vec4<u32>) -> vec4<u32> {
    return vec4<u32>(
        pack4xI8(shifted(words.x, 2u)), pack4xI8(shifted(words.y, 2u)),
        pack4xI8(shifted(words.z, 2u)), pack4xI8(shifted(words.w, 2u)));
}

// One thread, 64 operands of a SYN block's row.
@compute @workgroup_size(64)
fn syn_rows(@builtin(global_invocation_id) id: vec3<u32>) {
    let index = id.y * p.threads_x + id.x;
    if (index >= p.threads) {
        return;
    }
    let row = index / p.slabs;
    let message = vec4<u32>(p.first + row / 64u, p.option + index % p.slabs, 0u, 0u);
    let zero = vec4<u32>(0u);
    let stream = blake3(p.key0, p.key1, message, zero, zero, zero, row % 64u, 0u);
    rows_out[4u * index] = halved(stream.a);
    rows_out[4u * index + 1u] = halved(stream.b);
    rows_out[4u * index + 2u] = halved(stream.c);
    rows_out[4u * index + 3u] = halved(stream.d);
}

// One thread, the 64 basis values of a row. They go where the peel wants them: three times, beside the three limbs of the other side.
@compute @workgroup_size(64)
fn basis(@builtin(global_invocation_id) id: vec3<u32>) {
    let row = id.y * p.threads_x + id.x;
    if (row >= p.threads) {
        return;
    }
    let zero = vec4<u32>(0u);
    let stream = blake3(p.key0, p.key1, vec4<u32>(1u, 0u, 0u, 0u), zero, zero, zero, p.first + row, 0u);
    for (var copy = 0u; copy < 3u; copy++) {
        let at = 24u * row + 4u * (2u * copy + 1u - p.option);
        rows_out[at] = quartered(stream.a);
        rows_out[at + 1u] = quartered(stream.b);
        rows_out[at + 2u] = quartered(stream.c);
        rows_out[at + 3u] = quartered(stream.d);
    }
}

// Basis value `at` of the row whose basis starts at word `base`.
fn value(base: u32, at: u32) -> i32 {
    return extractBits(bitcast<i32>(basis_in[base + at / 4u]), 8u * (at % 4u), 8u);
}

// A column is π(c) | q_c << 8 | (1 where negative) << 16.
fn noise(base: u32, column: u32) -> i32 {
    let second = value(base, extractBits(column, 8u, 8u));
    return value(base, column & 0xffu) + select(second, -second, (column >> 16u) != 0u);
}

// One thread, one word of four noised operands.
@compute @workgroup_size(64)
fn add_noise(@builtin(global_invocation_id) id: vec3<u32>) {
    let index = id.y * p.threads_x + id.x;
    if (index >= p.threads) {
        return;
    }
    let row = index / (16u * p.slabs);
    let column = 4u * (index % (16u * p.slabs));
    let base = 96u * row + 16u * (1u - p.option);
    let extra = vec4<i32>(noise(base, columns[column]), noise(base, columns[column + 1u]),
        noise(base, columns[column + 2u]), noise(base, columns[column + 3u]));
    var clean = vec4<i32>(0i);
    if (row < p.rows) {
        clean = unpack4xI8(operands[index]);
    }
    noised[index] = pack4xI8(clean + extra);
}
