// From folds to winning tickets. One thread, one ticket. Needs the BLAKE3 prelude.

struct Params {
    seed0: vec4<u32>,
    seed1: vec4<u32>,
    // Little-endian words of the target.
    target0: vec4<u32>,
    target1: vec4<u32>,
    // Position of fold 0, and how many J and Λ the folds run over; folds are ordered by I, then J, then Λ.
    first: vec3<u32>,
    room: u32,
    extent: vec3<u32>,
    threads_x: u32,
    // Folds to look at.
    from_fold: u32,
    to_fold: u32,
    pad: vec2<u32>,
}

struct Winner {
    i: u32,
    j: u32,
    slab: u32,
    pad: u32,
    hash0: vec4<u32>,
    hash1: vec4<u32>,
}

struct Winners {
    count: atomic<u32>,
    pad0: u32,
    pad1: u32,
    pad2: u32,
    list: array<Winner>,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> folds: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read_write> winners: Winners;

// Whether the little-endian number h is below the target.
fn wins(h0: vec4<u32>, h1: vec4<u32>) -> bool {
    for (var at = 3i; at >= 0i; at--) {
        if (h1[at] != p.target1[at]) {
            return h1[at] < p.target1[at];
        }
    }
    for (var at = 3i; at >= 0i; at--) {
        if (h0[at] != p.target0[at]) {
            return h0[at] < p.target0[at];
        }
    }
    return false;
}

@compute @workgroup_size(64)
fn tickets(@builtin(global_invocation_id) id: vec3<u32>) {
    let index = p.from_fold + id.y * p.threads_x + id.x;
    if (index >= p.to_fold) {
        return;
    }
    let slab = p.first.z + index % p.extent.z;
    let block = index / p.extent.z;
    let j = p.first.y + block % p.extent.y;
    let i = p.first.x + block / p.extent.y;
    let at = 4u * index;
    let hash = blake3(p.seed0, p.seed1, folds[at], folds[at + 1u], folds[at + 2u], folds[at + 3u],
        i | (j << 20u), (j >> 12u) | (slab << 8u));
    if (wins(hash.a, hash.b)) {
        // Counts on when the list is full: the host then sees how many there are and asks again for fewer folds.
        let place = atomicAdd(&winners.count, 1u);
        if (place < p.room) {
            winners.list[place].i = i;
            winners.list[place].j = j;
            winners.list[place].slab = slab;
            winners.list[place].hash0 = hash.a;
            winners.list[place].hash1 = hash.b;
        }
    }
}
