//! Tiles worth timing on a device.

use super::tile::{Fragment, MatrixTile, Staging};
use crate::gpu::{Kind, Limits};

use Staging::{Direct, Double, Single};

/// Side of the fragments that [`CUTS`] is written for. On a device with others there are as many as cover the same elements.
const SIDE: u32 = 16;

/// Fragments of a subgroup, subgroups of a workgroup (rows, columns), staging, depth; small workgroups first.
///
/// 64x64 elements of C in 32 lanes are 128 registers of sums, about what fits beside operands on NVIDIA. Large workgroups read operands less
/// often; small ones keep a device busy when a layer has few rows, and the first is compiled in a second even by drivers without a GPU.
const CUTS: [([u32; 2], [u32; 2], Staging, u32); 20] = [
    ([1, 1], [4, 4], Direct, 64), // 64x64
    ([2, 2], [2, 2], Double, 64), // 64x64
    ([2, 2], [2, 2], Direct, 64), // 64x64
    ([4, 2], [1, 2], Double, 64), // 64x64
    ([4, 2], [2, 2], Double, 64), // 128x64
    ([2, 4], [4, 1], Double, 64), // 128x64
    ([2, 4], [2, 2], Double, 64), // 64x128
    ([4, 4], [1, 2], Double, 64), // 64x128
    ([4, 4], [2, 2], Double, 64), // 128x128
    ([4, 4], [2, 2], Double, 32), // 128x128
    ([4, 4], [2, 2], Single, 64), // 128x128
    ([4, 4], [2, 2], Direct, 64), // 128x128
    ([2, 4], [4, 2], Double, 64), // 128x128
    ([2, 4], [4, 2], Single, 64), // 128x128
    ([4, 2], [2, 4], Double, 64), // 128x128
    ([2, 2], [4, 4], Single, 64), // 128x128
    ([4, 4], [2, 4], Single, 64), // 128x256
    ([4, 4], [2, 4], Double, 32), // 128x256
    ([4, 4], [4, 2], Single, 64), // 256x128
    ([4, 4], [4, 2], Double, 32), // 256x128
];

/// Tiles for a kind of product that a device can run, the smallest first. Which one is fastest is for a measurement to say.
#[must_use]
pub fn candidates(fragment: Fragment, subgroup: u32, kind: Kind, limits: &Limits) -> Vec<MatrixTile> {
    let mut tiles = Vec::new();
    for (fragments, subgroups, staging, depth) in CUTS {
        let scaled = [fragments[0] * SIDE / fragment.m, fragments[1] * SIDE / fragment.n].map(|count| count.max(1));
        let tile = MatrixTile { fragment, subgroup, fragments: scaled, subgroups, staging, depth };
        // Limbs have 64 columns in all.
        let is_wanted = kind != Kind::Limbs || tile.extent()[1] == 64;
        if is_wanted && tile.check(kind, limits).is_ok() && !tiles.contains(&tile) {
            tiles.push(tile);
        }
    }
    tiles
}

#[cfg(test)]
mod tests {
    use super::*;

    const NVIDIA: Fragment = Fragment { m: 16, n: 16, k: 32 };
    const KINDS: [Kind; 4] = [Kind::Requant, Kind::Limbs, Kind::Fold, Kind::FoldRequant];

    fn limits(threads: u32, shared_bytes: u32) -> Limits {
        Limits { threads, shared_bytes, ..Limits::of(&wgpu::Limits::default()) }
    }

    #[test]
    fn candidates_fit_48_kib_and_double_buffer_when_device_is_of_nvidia() {
        for kind in KINDS {
            let tiles = candidates(NVIDIA, 32, kind, &limits(1_024, 48 << 10));
            assert!(tiles.iter().all(|tile| tile.shared_bytes(kind) <= 48 << 10 && tile.threads() <= 1_024));
            assert!(tiles.iter().any(|tile| tile.staging == Double && tile.extent()[0] == 128));
            assert!(tiles.iter().any(|tile| tile.staging == Direct) || kind == Kind::Limbs);
        }
        let all = candidates(NVIDIA, 32, Kind::Requant, &limits(1_024, 48 << 10));
        assert_eq!(all.len(), CUTS.len());
    }

    #[test]
    fn candidates_have_different_names_when_all_fit() {
        let tiles = candidates(NVIDIA, 32, Kind::Requant, &limits(1_024, 48 << 10));
        let names: std::collections::HashSet<String> = tiles.iter().map(MatrixTile::name).collect();
        assert_eq!(names.len(), tiles.len());
    }

    #[test]
    fn candidates_are_none_when_device_has_no_usable_fragment_or_too_few_invocations() {
        let all = limits(1_024, 48 << 10);
        assert!(candidates(Fragment { m: 24, ..NVIDIA }, 32, Kind::Requant, &all).is_empty());
        assert!(candidates(NVIDIA, 32, Kind::Requant, &limits(32, 48 << 10)).is_empty());
    }

    #[test]
    fn candidates_of_limbs_are_64_columns_wide_when_there_are_any() {
        let tiles = candidates(NVIDIA, 32, Kind::Limbs, &limits(1_024, 48 << 10));
        assert!(tiles.len() >= 4 && tiles.iter().all(|tile| tile.extent()[1] == 64));
    }
}
