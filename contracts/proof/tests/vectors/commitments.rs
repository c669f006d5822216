//! `commitments.json`.

use omnit_proof::blake3::{block, bytes, extended, halves, keyed, words};
use omnit_proof::seed::Keccak;
use omnit_proof::{Hash, Role};

use super::json::{File, Json, dec, fields, hex};
use crate::support::matrix::Element;
use crate::support::{Library, Matrix, hash};

/// The file.
pub(super) fn file() -> File {
    let mut file = File::new("SPEC.md section 2: the hashes, and commitments of matrices of every role.");
    hashes(&mut file);
    narrow(&mut file);
    wide(&mut file);
    file
}

fn message(seed: u64) -> [u8; 64] {
    [hash(seed), hash(seed + 1)].concat().try_into().unwrap()
}

fn ascii32(text: &str) -> Hash {
    bytes(&omnit_proof::blake3::key(text))
}

fn hashes(file: &mut File) {
    let elvish = *b"whats the Elvish word for friend";
    let keys = [
        ("zeros", [0; 32], [0; 64]),
        ("BLAKE3's own vector of 64 bytes", elvish, core::array::from_fn(|i| i as u8)),
        ("leaf", ascii32("OmniTensor OT-PROOF/1 leaf"), message(1)),
        ("node", ascii32("OmniTensor OT-PROOF/1 node"), message(1)),
        ("root", ascii32("OmniTensor OT-PROOF/1 root"), message(1)),
        ("ones", [0xff; 32], [0xff; 64]),
    ];
    for (name, key, message) in keys {
        let [left, right] = halves(&message);
        let out = bytes(&keyed(&words(&key), left, right));
        file.plain("hash", name, fields! { "key": hex(key), "message": hex(message), "out": hex(out) });
    }
    for counter in [0, 1, 63, 1 << 20, (1 << 32) - 1, 1 << 32, (1 << 48) - 1] {
        let (key, message) = (hash(9), message(10));
        let out: Vec<u8> =
            extended(&words(&key), &block(&message), counter).iter().flat_map(|word| word.to_le_bytes()).collect();
        let fields = fields! { "key": hex(key), "message": hex(message), "counter": dec(counter), "out": hex(out) };
        file.plain("xof", &format!("counter {counter}"), fields);
    }
    for len in [0, 1, 32, 64, 135, 136, 137, 160, 272] {
        let message: Vec<u8> = (0..len).map(|i| (i * 7 + 1) as u8).collect();
        let out = Library::keccak256(&message);
        file.plain("keccak256", &format!("{len} bytes"), fields! { "message": hex(message), "out": hex(out) });
    }
}

fn commitment<T: Element>(file: &mut File, name: &str, role: Role, matrix: &Matrix<T>) {
    let tree = matrix.tree(role);
    let tops: Vec<Json> = tree.chunk_tops().map(hex).collect();
    let fields = fields! {
        "role": role as u8, "matrix": matrix,
        "m_pad": tree.shape().padded_rows(), "chunk_roots": tops, "tree_root": hex(tree.top()), "root": hex(tree.root()),
    };
    file.plain("commitment", name, fields);
}

/// Roles of one byte an element.
fn narrow(file: &mut File) {
    let sizes =
        [(1, 1), (1, 64), (1, 65), (2, 63), (63, 2), (64, 64), (65, 65), (127, 3), (128, 128), (129, 129), (300, 192)];
    for (rows, cols) in sizes {
        let matrix = Matrix::<i8>::random(rows, cols, (rows * cols).into(), [-127, 127]);
        commitment(file, &format!("Activation {rows}x{cols}"), Role::Activation, &matrix);
    }
    // Three, five, six and seven chunks: an odd last one moves up at different levels.
    for (rows, cols) in [(3, 192), (3, 257), (65, 321), (2, 384), (5, 448), (1, 16_384)] {
        let matrix = Matrix::<i8>::random(rows, cols, (rows * cols).into(), [-127, 127]);
        commitment(file, &format!("Weight {rows}x{cols}"), Role::Weight, &matrix);
    }
    let same = Matrix::<i8>::random(65, 65, 65 * 65, [-127, 127]);
    commitment(file, "Weight 65x65, the elements of the Activation", Role::Weight, &same);
    commitment(file, "Activation of zeros", Role::Activation, &Matrix::<i8>::fill(64, 64, 0));
    commitment(file, "Activation of zeros, one column less", Role::Activation, &Matrix::<i8>::fill(64, 63, 0));
    commitment(file, "Activation of zeros, one row less", Role::Activation, &Matrix::<i8>::fill(63, 64, 0));
    commitment(file, "Activation of zeros, many rows", Role::Activation, &Matrix::<i8>::fill(1_025, 1, 0));
    let table = Matrix::<i8>::random(1, 256, 19, [-127, 127]).with(0, 0, 0);
    commitment(file, "Lut", Role::Lut, &table);
}

/// Roles of two and four bytes an element.
fn wide(file: &mut File) {
    for cols in [1, 15, 16, 17, 100] {
        let matrix = Matrix::<i32>::random(1, cols, cols.into(), [-(1 << 30), 1 << 30]);
        commitment(file, &format!("Bias of {cols}"), Role::Bias, &matrix);
    }
    for (rows, cols) in [(1, 1), (3, 32), (65, 33), (70, 100)] {
        let matrix = Matrix::<i16>::random(rows, cols, (rows * cols).into(), [-32_512, 32_767]);
        commitment(file, &format!("Master {rows}x{cols}"), Role::Master, &matrix);
    }
    for (rows, cols) in [(1, 1), (3, 16), (65, 17), (70, 50)] {
        let matrix = Matrix::<i32>::random(rows, cols, (rows * cols).into(), [-(1 << 28), 1 << 28]);
        commitment(file, &format!("Gradient {rows}x{cols}"), Role::Gradient, &matrix);
    }
    commitment(file, "Gradient of ones in two's complement", Role::Gradient, &Matrix::<i32>::fill(2, 20, -1));
}
