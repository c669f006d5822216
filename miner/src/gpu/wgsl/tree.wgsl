// Commitment trees. One workgroup of 64 threads, one subtree of up to six levels; only tops leave it. Needs the BLAKE3 prelude.

struct Params {
    leaf0: vec4<u32>,
    leaf1: vec4<u32>,
    node0: vec4<u32>,
    node1: vec4<u32>,
    // What stands where an input does not exist.
    pad0: vec4<u32>,
    pad1: vec4<u32>,
    // Leaves: rows of the part. Nodes: inputs of a chunk.
    count: u32,
    // Leaves: vec4 of a row.
    stride: u32,
    levels: u32,
    // Nodes: 1 where missing inputs are `pad`, 0 where an odd last node moves up unchanged.
    padded: u32,
    // First group and first chunk of this dispatch.
    group: u32,
    chunk: u32,
    // Place of group 0 among the outputs of a chunk, and their number.
    out_first: u32,
    out_count: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> input: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read_write> output: array<vec4<u32>>;

var<workgroup> nodes: array<vec4<u32>, 128>;

// Replaces the first `inputs` nodes by the level above, `levels` times, and writes the top.
fn climb(t: u32, inputs: u32, levels: u32, place: u32) {
    var count = inputs;
    for (var level = 0u; level < levels; level++) {
        workgroupBarrier();
        let half = (count + 1u) / 2u;
        var top0 = vec4<u32>(0u);
        var top1 = vec4<u32>(0u);
        if (t < half) {
            top0 = nodes[4u * t];
            top1 = nodes[4u * t + 1u];
            if (2u * t + 1u < count) {
                let parent = blake3(p.node0, p.node1, top0, top1, nodes[4u * t + 2u], nodes[4u * t + 3u], 0u, 0u);
                top0 = parent.a;
                top1 = parent.b;
            }
        }
        workgroupBarrier();
        if (t < half) {
            nodes[2u * t] = top0;
            nodes[2u * t + 1u] = top1;
        }
        count = half;
    }
    if (t == 0u) {
        output[2u * place] = nodes[0];
        output[2u * place + 1u] = nodes[1];
    }
}

// 64 chunks of 64 rows to one hash. Inputs are the rows of a matrix.
@compute @workgroup_size(64)
fn leaves(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let group = p.group + wg.x;
    let chunk = p.chunk + wg.y;
    let row = 64u * group + t;
    var m0 = vec4<u32>(0u);
    var m1 = vec4<u32>(0u);
    var m2 = vec4<u32>(0u);
    var m3 = vec4<u32>(0u);
    if (row < p.count) {
        let at = row * p.stride + 4u * chunk;
        m0 = input[at];
        m1 = input[at + 1u];
        m2 = input[at + 2u];
        m3 = input[at + 3u];
    }
    let leaf = blake3(p.leaf0, p.leaf1, m0, m1, m2, m3, 0u, 0u);
    nodes[2u * t] = leaf.a;
    nodes[2u * t + 1u] = leaf.b;
    climb(t, 64u, 6u, wg.y * p.out_count + p.out_first + group);
}

// Up to 64 hashes of one chunk to one hash, `levels` up.
@compute @workgroup_size(64)
fn tops(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let group = p.group + wg.x;
    let chunk = p.chunk + wg.y;
    let width = 1u << p.levels;
    let index = width * group + t;
    if (t < width) {
        if (index < p.count) {
            let at = 2u * (chunk * p.count + index);
            nodes[2u * t] = input[at];
            nodes[2u * t + 1u] = input[at + 1u];
        } else {
            nodes[2u * t] = p.pad0;
            nodes[2u * t + 1u] = p.pad1;
        }
    }
    let present = select(min(width, p.count - width * group), width, p.padded != 0u);
    climb(t, present, p.levels, chunk * p.out_count + p.out_first + group);
}
