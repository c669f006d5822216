// Element by element: tables, sums of two matrices, and the search for operands that are not int7. One thread, one word of four int8.

struct Params {
    words: u32,
    stride: u32,
    rows: u32,
    cols: u32,
    multipliers: vec2<u32>,
    shift: u32,
    threads_x: u32,
    lo: i32,
    hi: i32,
    pad: vec2<u32>,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> a: array<u32>;
@group(0) @binding(2) var<storage, read> b: array<u32>;
@group(0) @binding(2) var<storage, read> table: array<u32>;
@group(0) @binding(3) var<storage, read_write> out: array<u32>;
@group(0) @binding(2) var<storage, read_write> first_bad: array<atomic<u32>>;

// Elements of word `index` that are inside the matrix, one bit each.
fn inside(index: u32) -> u32 {
    let row = index / p.stride;
    let col = 4u * (index % p.stride);
    if (row >= p.rows || col >= p.cols) {
        return 0u;
    }
    return select(15u, (1u << (p.cols - col)) - 1u, p.cols - col < 4u);
}

fn put(index: u32, values: vec4<i32>) {
    let mask = inside(index);
    let kept = select(vec4<i32>(0), values, (vec4<u32>(mask) & vec4<u32>(1u, 2u, 4u, 8u)) != vec4<u32>(0u));
    out[index] = pack4xI8(kept);
}

@compute @workgroup_size(64)
fn lut(@builtin(global_invocation_id) id: vec3<u32>) {
    let index = id.y * p.threads_x + id.x;
    if (index >= p.words) {
        return;
    }
    let at = unpack4xU8(a[index] ^ 0x80808080u);
    put(index, bitcast<vec4<i32>>(vec4<u32>(table[at.x], table[at.y], table[at.z], table[at.w])));
}

// |a·M + b·M_b| < 2^23, so that with a shift of 24 and more the rounded quotient is 0: the host lowers such shifts to 24.
@compute @workgroup_size(64)
fn add_rq(@builtin(global_invocation_id) id: vec3<u32>) {
    let index = id.y * p.threads_x + id.x;
    if (index >= p.words) {
        return;
    }
    let m = bitcast<vec2<i32>>(p.multipliers);
    let sum = unpack4xI8(a[index]) * m.x + unpack4xI8(b[index]) * m.y + vec4<i32>(1i << (p.shift - 1u));
    put(index, clamp(sum >> vec4<u32>(p.shift), vec4<i32>(p.lo), vec4<i32>(p.hi)));
}

// Smallest index (element of the buffer, padding counted) of an operand outside [lo, hi].
@compute @workgroup_size(64)
fn find_bad(@builtin(global_invocation_id) id: vec3<u32>) {
    let index = id.y * p.threads_x + id.x;
    if (index >= p.words) {
        return;
    }
    let values = unpack4xI8(a[index]);
    let bad = (values < vec4<i32>(p.lo)) | (values > vec4<i32>(p.hi));
    let marks = dot(select(vec4<u32>(0u), vec4<u32>(1u, 2u, 4u, 8u), bad), vec4<u32>(1u)) & inside(index);
    if (marks != 0u) {
        atomicMin(&first_bad[0], 4u * index + countTrailingZeros(marks));
    }
}
