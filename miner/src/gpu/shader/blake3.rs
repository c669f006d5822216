//! BLAKE3's keyed compression of one block of 64 bytes as WGSL, unrolled into scalars: arrays in registers are slow on many drivers.

use std::fmt::Write;

/// How a round's message words are those of the round before.
const PERMUTATION: [usize; 16] = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];
/// State words of the eight mixing steps of a round.
const STEPS: [[usize; 4]; 8] = [
    [0, 4, 8, 12],
    [1, 5, 9, 13],
    [2, 6, 10, 14],
    [3, 7, 11, 15],
    [0, 5, 10, 15],
    [1, 6, 11, 12],
    [2, 7, 8, 13],
    [3, 4, 9, 14],
];
const COMPONENTS: [char; 4] = ['x', 'y', 'z', 'w'];

/// `blake3(key, message, counter)`: 16 words of extended output for the counter; the first eight with counter 0 are the keyed hash.
pub(super) fn prelude() -> String {
    let mut text = String::from(
        "struct Stream { a: vec4<u32>, b: vec4<u32>, c: vec4<u32>, d: vec4<u32> }\n\
         fn blake3(k0: vec4<u32>, k1: vec4<u32>, m0: vec4<u32>, m1: vec4<u32>, m2: vec4<u32>, m3: vec4<u32>, \
         t0: u32, t1: u32) -> Stream {\n",
    );
    start(&mut text);
    let mut order: [usize; 16] = std::array::from_fn(|i| i);
    for _ in 0..7 {
        for (step, lanes) in STEPS.iter().enumerate() {
            mix(&mut text, *lanes, order[2 * step], order[2 * step + 1]);
        }
        order = PERMUTATION.map(|from| order[from]);
    }
    text.push_str(
        "return Stream(\
         vec4<u32>(v0, v1, v2, v3) ^ vec4<u32>(v8, v9, v10, v11), vec4<u32>(v4, v5, v6, v7) ^ vec4<u32>(v12, v13, v14, v15), \
         vec4<u32>(v8, v9, v10, v11) ^ k0, vec4<u32>(v12, v13, v14, v15) ^ k1);\n}\n",
    );
    text
}

/// State before the first round. 64 is the length of the block, 27 the flags CHUNK_START, CHUNK_END, ROOT and KEYED_HASH.
fn start(text: &mut String) {
    const TAIL: [&str; 8] = ["0x6a09e667u", "0xbb67ae85u", "0x3c6ef372u", "0xa54ff53au", "t0", "t1", "64u", "27u"];
    for word in 0..16 {
        let value = match word {
            0..8 => format!("k{}.{}", word / 4, COMPONENTS[word % 4]),
            _ => TAIL[word - 8].to_owned(),
        };
        line(text, format_args!("var v{word} = {value};"));
        line(text, format_args!("let w{word} = m{}.{};", word / 4, COMPONENTS[word % 4]));
    }
}

fn mix(text: &mut String, [a, b, c, d]: [usize; 4], x: usize, y: usize) {
    for (word, turns) in [(x, [16, 12]), (y, [8, 7])] {
        line(text, format_args!("v{a} = v{a} + v{b} + w{word};"));
        turn(text, d, a, turns[0]);
        line(text, format_args!("v{c} = v{c} + v{d};"));
        turn(text, b, c, turns[1]);
    }
}

/// `target = (target ^ other) rotated right`.
fn turn(text: &mut String, target: usize, other: usize, by: u32) {
    line(text, format_args!("v{target} = v{target} ^ v{other};"));
    line(text, format_args!("v{target} = (v{target} >> {by}u) | (v{target} << {}u);", 32 - by));
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("writing to a string cannot fail");
}
