//! Which work is tested.

use omnit_proof::Role;
use omnit_proof::ops::Dims;
use omnit_proof::profile::{AddRequant, Bounds, MAX_INNER, MAX_MULTIPLIER, MAX_SHIFT, Profile, Requant};
use omnit_proof::ticket::Target;
use ruint::aliases::U256;

use super::data;
use super::{Case, Depth, Fill};
use crate::Grid;

/// Sizes of products: single elements, ragged tiles, whole tiles, one row, one column, the longest sum.
const PRODUCTS: [[u32; 3]; 14] = [
    [1, 1, 1],
    [1, 1, 64],
    [2, 3, 5],
    [64, 64, 64],
    [33, 65, 129],
    [65, 64, 63],
    [127, 129, 130],
    [130, 1, 513],
    [1, 130, 513],
    [128, 256, 256],
    [300, 7, 31],
    [1100, 66, 70],
    [1, 1, MAX_INNER],
    [5, 70, MAX_INNER],
];
/// Sizes of products that are mined.
const MINED: [[u32; 3]; 9] = [
    [1, 1, 1],
    [64, 64, 64],
    [65, 64, 64],
    [64, 65, 64],
    [64, 64, 65],
    [33, 65, 129],
    [130, 70, 200],
    [1100, 66, 70],
    [3, 2, MAX_INNER],
];
/// Sizes of matrices that are committed to: below, at and above a block, odd numbers of chunks, odd numbers of rows.
const TREES: [[u32; 2]; 16] = [
    [1, 1],
    [1, 64],
    [1, 65],
    [64, 64],
    [65, 64],
    [64, 63],
    [3, 256],
    [5, 320],
    [7, 448],
    [127, 317],
    [128, 500],
    [257, 130],
    [513, 64],
    [1, 8_193],
    [1_000, 3],
    [4_097, 65],
];
/// Boxes of SYN positions.
const GRIDS: [Grid; 5] = [
    Grid { start: [0, 0, 0], end: [1, 1, 1] },
    Grid { start: [0, 0, 0], end: [3, 2, 2] },
    Grid { start: [62, 63, 61], end: [64, 64, 64] },
    Grid { start: [5, 9, 17], end: [27, 10, 18] },
    Grid { start: [4, 4, 4], end: [4, 8, 8] },
];

/// All cases of a depth.
#[must_use]
pub fn cases(depth: Depth) -> Vec<Case> {
    match depth {
        Depth::Start => start(),
        Depth::Full => full(),
    }
}

fn start() -> Vec<Case> {
    vec![
        product([127, 129, 130], Fill::Random),
        product([5, 70, MAX_INNER], Fill::Largest),
        product([33, 65, 129], Fill::Extreme),
        Case::Lut(33, 65),
        Case::Add(33, 65, add(Profile::Scale, [MAX_MULTIPLIER, 12_345], 16)),
        Case::Tree(127, 317, Role::Activation),
        Case::Syn(GRIDS[1], Target::EASIEST),
        Case::Syn(GRIDS[2], quarter()),
        job([130, 70, 200], Fill::Random),
        job([33, 65, 129], Fill::Extreme),
    ]
}

fn full() -> Vec<Case> {
    let fills = [Fill::Random, Fill::Largest, Fill::Extreme, Fill::Zero];
    let with_fills = |sizes: [u32; 3]| fills.map(move |fill| (sizes, fill));
    let mut cases: Vec<_> =
        PRODUCTS.into_iter().flat_map(with_fills).map(|(sizes, fill)| product(sizes, fill)).collect();
    cases.extend(rescales());
    cases.extend([[1, 1], [33, 65], [300, 301]].map(|[rows, cols]| Case::Lut(rows, cols)));
    cases.extend(sums());
    cases.extend(TREES.map(|[rows, cols]| Case::Tree(rows, cols, Role::Activation)));
    cases.extend([Case::Tree(65, 129, Role::Weight), Case::Tree(1, 256, Role::Lut)]);
    cases.extend(GRIDS.into_iter().flat_map(|grid| targets().map(|target| Case::Syn(grid, target))));
    cases.extend(MINED.into_iter().flat_map(with_fills).map(|(sizes, fill)| job(sizes, fill)));
    let dims = dims([130, 70, 200]);
    cases.extend(targets().map(|target| Case::Job { dims, fill: Fill::Random, target }));
    cases
}

/// The ends of every parameter, and ties.
fn rescales() -> Vec<Case> {
    let narrow = Bounds::new(-5, 100).expect("an interval");
    let parameters = [
        (Profile::Shift, 1, 1, Bounds::FULL),
        (Profile::Shift, 1, MAX_SHIFT, Bounds::FULL),
        (Profile::Shift, 1, 9, narrow),
        (Profile::Scale, 1, 1, Bounds::FULL),
        (Profile::Scale, MAX_MULTIPLIER, 1, Bounds::FULL),
        (Profile::Scale, MAX_MULTIPLIER, 31, narrow),
        (Profile::Scale, MAX_MULTIPLIER, 32, Bounds::FULL),
        (Profile::Scale, MAX_MULTIPLIER, MAX_SHIFT, Bounds::FULL),
        (Profile::Scale, 20_000, 33, Bounds::INT7),
    ];
    let requants = parameters.map(|(profile, multiplier, shift, bounds)| {
        Requant::new(profile, multiplier, shift, bounds).expect("within the profile")
    });
    let fills = [Fill::Random, Fill::Largest, Fill::Zero];
    let case = |requant| fills.map(|fill| Case::Product { dims: dims([9, 300, 33]), fill, requant });
    requants.into_iter().flat_map(case).collect()
}

fn sums() -> Vec<Case> {
    vec![
        Case::Add(1, 1, add(Profile::Shift, [1, 1], 1)),
        Case::Add(33, 65, add(Profile::Shift, [1, 1], 1)),
        Case::Add(65, 129, add(Profile::Scale, [MAX_MULTIPLIER; 2], 16)),
        Case::Add(65, 129, add(Profile::Scale, [1, MAX_MULTIPLIER], 1)),
        Case::Add(300, 301, add(Profile::Scale, [12_345, 6_789], MAX_SHIFT)),
    ]
}

fn product(sizes: [u32; 3], fill: Fill) -> Case {
    let dims = dims(sizes);
    Case::Product { dims, fill, requant: data::requant(dims.k) }
}

fn job(sizes: [u32; 3], fill: Fill) -> Case {
    Case::Job { dims: dims(sizes), fill, target: Target::EASIEST }
}

fn add(profile: Profile, multipliers: [u16; 2], shift: u8) -> AddRequant {
    AddRequant::new(profile, multipliers, shift, Bounds::FULL).expect("within the profile")
}

const fn dims([m, n, k]: [u32; 3]) -> Dims {
    Dims { m, n, k }
}

/// Every ticket wins, about every fourth does, none does.
fn targets() -> [Target; 3] {
    [Target::EASIEST, quarter(), Target(U256::ZERO)]
}

fn quarter() -> Target {
    Target(U256::ONE << 254)
}
