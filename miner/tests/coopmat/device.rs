//! The programs on a device, against the definition.

use omnit_miner::gpu::coopmat::{MatrixTile, MatrixUnits, Staging};
use omnit_miner::gpu::{Choice, Kind, Options, Tuning, open_with};
use omnit_proof::profile::Bounds;

use super::bench::Gpu;
use super::case::{Case, Fill, check, requant};

const KINDS: [Kind; 4] = [Kind::Requant, Kind::Limbs, Kind::Fold, Kind::FoldRequant];

/// Shapes that are multiples of nothing, with all kinds of operands.
fn ragged() -> Vec<Case> {
    let mut cases = Vec::new();
    let shapes = [[1, 1, 1], [33, 65, 129], [127, 129, 130], [130, 1, 513], [64, 64, 64], [65, 63, 191]];
    for (at, dims) in (0..).zip(shapes) {
        for fill in [Fill::Random, Fill::Corners, Fill::Small, Fill::Zero] {
            let requant = requant(30_001 - 5_000 * at, 20 + at as u8, Bounds::FULL);
            let (is_part, is_wide) = (fill != Fill::Corners, at % 2 == 0);
            cases.push(Case { requant, is_part, is_wide, ..Case::new(dims, fill) });
        }
    }
    cases
}

fn small_tiles_equal_definition(kind: Kind) {
    let Some(gpu) = Gpu::open() else { return };
    for tile in gpu.small_tiles(kind) {
        let program = gpu.program(&tile, kind);
        ragged().iter().for_each(|case| check(&program, case));
    }
}

#[test]
fn requant_equals_definition_when_shapes_are_ragged() {
    small_tiles_equal_definition(Kind::Requant);
}

#[test]
fn limbs_equal_definition_when_shapes_are_ragged() {
    small_tiles_equal_definition(Kind::Limbs);
}

#[test]
fn fold_equals_definition_when_shapes_are_ragged() {
    small_tiles_equal_definition(Kind::Fold);
}

#[test]
fn fold_requant_equals_definition_when_shapes_are_ragged() {
    small_tiles_equal_definition(Kind::FoldRequant);
}

#[test]
fn programs_equal_definition_when_sums_are_longest_and_largest() {
    let Some(gpu) = Gpu::open() else { return };
    for kind in KINDS {
        let program = gpu.program(gpu.small_tiles(kind).last().expect("there are some"), kind);
        for fill in [Fill::Extreme, Fill::Random, Fill::Corners] {
            check(&program, &Case { requant: requant(3, 23, Bounds::FULL), ..Case::new([9, 10, 16_384], fill) });
        }
    }
}

#[test]
fn requant_equals_definition_when_multiplier_and_shift_take_every_kind_of_value() {
    let Some(gpu) = Gpu::open() else { return };
    let program = gpu.program(&gpu.tile([2, 2], [1, 1], Staging::Single, 64), Kind::Requant);
    let bounds = [Bounds::FULL, Bounds::new(3, 9).expect("3 < 9"), Bounds::new(-127, -100).expect("-127 < -100")];
    for shift in 1..=46 {
        for multiplier in [1, 2, 255, 16_385, 32_767] {
            let requant = requant(multiplier, shift, bounds[shift as usize % 3]);
            check(&program, &Case { requant, ..Case::new([40, 70, 70], Fill::Random) });
        }
    }
}

#[test]
fn folds_equal_definition_when_a_subgroup_holds_a_block() {
    let Some(gpu) = Gpu::open() else { return };
    let block = [64 / gpu.units.fragment().m, 64 / gpu.units.fragment().n];
    for (kind, staging) in [(Kind::Fold, Staging::Double), (Kind::FoldRequant, Staging::Direct)] {
        let program = gpu.program(&gpu.tile(block, [2, 1], staging, 64), kind);
        ragged().iter().for_each(|case| check(&program, case));
    }
}

/// The candidates of the device. A driver without a GPU takes a quarter of a second to compile each fragment of a tile, so it gets small ones.
fn candidates(gpu: &Gpu, kind: Kind) -> Vec<MatrixTile> {
    let most = if gpu.info.kind == omnit_miner::gpu::DeviceKind::Cpu { 8 } else { u32::MAX };
    let mut tiles = gpu.units.tiles(kind, gpu.limits());
    tiles.retain(|tile| tile.fragments[0] * tile.fragments[1] <= most);
    assert!(!tiles.is_empty());
    tiles
}

#[test]
fn candidates_equal_definition_when_there_are_several_workgroups() {
    let Some(gpu) = Gpu::open() else { return };
    for kind in KINDS {
        for tile in candidates(&gpu, kind) {
            let program = gpu.program(&tile, kind);
            let [rows, cols] = tile.extent();
            for is_wide in [false, true] {
                let dims = [rows + 1, cols + 1, 130];
                check(&program, &Case { is_wide, is_part: is_wide, ..Case::new(dims, Fill::Random) });
            }
        }
    }
}

#[test]
fn backend_proves_itself_when_products_are_made_by_matrix_units() {
    let Some(gpu) = Gpu::open() else { return };
    for variant in candidates(&gpu, Kind::FoldRequant) {
        let options = Options { tuning: Tuning::Fixed(variant.name()), ..Options::default() };
        let units = MatrixUnits::of(&gpu.info).expect("it was opened");
        let mut backend = open_with(&Choice::Index(gpu.info.index), options, Box::new(units))
            .unwrap_or_else(|error| panic!("{}: {error}", variant.name()));
        backend.prove().unwrap_or_else(|error| panic!("{}: {error}", variant.name()));
        assert!(backend.programs().iter().all(|(_, name, _)| name.starts_with("matrix")), "{:?}", backend.programs());
    }
}

#[test]
#[should_panic(expected = "of buffer 3 is")]
fn check_panics_when_a_program_is_wrong() {
    let Some(gpu) = Gpu::open() else { panic!("skipped: there is no program of buffer 3 is") };
    // A program that is told half the size of subgroups starts half of those that a workgroup needs, and rows are missing.
    let wrong = MatrixTile { subgroup: gpu.info.subgroup[0] / 2, ..gpu.tile([1, 1], [2, 1], Staging::Direct, 64) };
    check(&gpu.program(&wrong, Kind::Requant), &Case::new([64, 64, 64], Fill::Random));
}
