//! Products of matrices: which programs make them, and how one is cut into dispatches.
//!
//! [`ProductSource`] is where another path (cooperative matrices) is plugged in: same buffers, same parameters, other programs.

use bytemuck::{Pod, Zeroable};

use super::device::Device;
use super::kernel::{Bind, Kernel};
use super::limits::Limits;
use super::pool::scoped;
use super::shader::{self, Tile};
use crate::BackendError;

/// What becomes of the sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Bias, requantised, int8. Buffers: A, B, bias, result.
    Requant,
    /// Three signed bytes of each of 64 columns, for the peel. Buffers: A, B, the mark "a third byte is needed", peel operand.
    Limbs,
    /// Folds of 64×64×64 blocks. Buffers: A, B, folds.
    Fold,
    /// Folds; the noise's share taken off the sum of the blocks; then as [`Kind::Requant`]. Buffers: A', B', peel operand of A, of B, the mark,
    /// bias, result, folds.
    FoldRequant,
}

impl Kind {
    /// Whether blocks are folded. Such programs need tiles of whole 64×64 blocks.
    #[must_use]
    pub const fn folds(self) -> bool {
        matches!(self, Self::Fold | Self::FoldRequant)
    }

    /// What the program's buffers are for it, in order.
    #[must_use]
    pub const fn binds(self) -> &'static [Bind] {
        use Bind::{Read, Write};
        match self {
            Self::Requant => &[Read, Read, Read, Write],
            Self::Limbs => &[Read, Read, Write, Write],
            Self::Fold => &[Read, Read, Write],
            Self::FoldRequant => &[Read, Read, Read, Read, Read, Read, Write, Write],
        }
    }
}

/// Parameters of a product's dispatch: the words of uniform binding 0. Rows and columns of the dispatch count from its first ones.
#[derive(Debug, Clone, Copy, Default, Pod, Zeroable)]
#[repr(C)]
pub struct ProductParams {
    /// Slabs of 64 in a row of A and B.
    pub slabs: u32,
    /// Row of A's buffer that is row 0 here.
    pub a_row: u32,
    /// Rows in A's buffer; later ones must not be read.
    pub a_rows: u32,
    /// Row of B's buffer that is column 0 here; also its place among the biases.
    pub b_row: u32,
    /// Rows in B's buffer.
    pub b_rows: u32,
    /// Rows of this dispatch; multiple of 64 where blocks are folded.
    pub rows: u32,
    /// Columns of this dispatch; multiple of 64.
    pub cols: u32,
    /// Rows of this dispatch that are in the result.
    pub valid_rows: u32,
    /// Columns of the whole result; later ones are written as zero.
    pub valid_cols: u32,
    /// Row of the result's buffer that is row 0 here.
    pub out_row: u32,
    /// Column of the whole result that is column 0 here.
    pub out_col: u32,
    /// Words of a row of the result.
    pub out_stride: u32,
    /// Multiplier.
    pub multiplier: u32,
    /// Shift.
    pub shift: u32,
    /// Smallest result.
    pub lo: i32,
    /// Largest result.
    pub hi: i32,
    /// Limbs only: 0 for the side of A, 1 for B.
    pub side: u32,
    /// Blocks of a row of folds.
    pub fold_cols: u32,
    /// Unused.
    pub pad: [u32; 2],
}

/// A program for one kind of product.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Variant {
    /// Unique among the variants of its source; kept in the tuning file.
    pub name: String,
    /// Rows of a workgroup. A dispatch has a workgroup for every tile, columns on the first axis.
    pub rows: u32,
    /// Columns of a workgroup.
    pub cols: u32,
}

/// Where programs for products come from.
pub trait ProductSource: Send {
    /// Name of the path, such as `wgpu-dp4a`.
    fn name(&self) -> &'static str;

    /// Features that the device must be opened with.
    fn features(&self) -> wgpu::Features;

    /// Programs that this device could run, the safest first. None: products of this kind are left to [`Dp4a`].
    fn variants(&self, kind: Kind, limits: &Limits) -> Vec<Variant>;

    /// The text or code of a variant. Its entry point is `main`, its bindings are parameters and then [`Kind::binds`]. Runs within an error
    /// scope of the caller.
    fn module(&self, device: &wgpu::Device, kind: Kind, variant: &Variant) -> wgpu::ShaderModule;

    /// Changes when any of the programs does, so that old tuning results are not used for new programs.
    fn fingerprint(&self) -> u64;
}

/// The portable path: dot products of four int8 in WGSL.
#[derive(Debug, Clone, Copy, Default)]
pub struct Dp4a;

impl Dp4a {
    fn tile(variant: &Variant) -> Tile {
        let known = Tile::by_name(&variant.name).unwrap_or(Tile::SKINNY);
        debug_assert_eq!(known.name(), variant.name, "the variant is of another source");
        known
    }

    fn variant(tile: &Tile) -> Variant {
        Variant { name: tile.name(), rows: tile.rows(), cols: tile.cols() }
    }

    /// The program for products of few rows, not folded.
    #[must_use]
    pub fn skinny() -> Variant {
        Self::variant(&Tile::SKINNY)
    }
}

impl ProductSource for Dp4a {
    fn name(&self) -> &'static str {
        "wgpu-dp4a"
    }

    fn features(&self) -> wgpu::Features {
        wgpu::Features::empty()
    }

    fn variants(&self, kind: Kind, limits: &Limits) -> Vec<Variant> {
        let fits = |tile: &Tile| {
            tile.threads() <= limits.threads
                && tile.shared_bytes(kind.folds()) <= limits.shared_bytes
                // The 64 columns of limbs are one tile wide.
                && (kind != Kind::Limbs || tile.cols() == 64)
        };
        Tile::CANDIDATES.iter().filter(|tile| fits(tile)).map(Self::variant).collect()
    }

    #[expect(unsafe_code, reason = "wgpu offers programs without injected checks only as unsafe")]
    fn module(&self, device: &wgpu::Device, kind: Kind, variant: &Variant) -> wgpu::ShaderModule {
        let source = wgpu::ShaderSource::Wgsl(shader::product(kind, &Self::tile(variant)).into());
        let descriptor = wgpu::ShaderModuleDescriptor { label: Some(&variant.name), source };
        let checks = wgpu::ShaderRuntimeChecks {
            bounds_checks: false,
            force_loop_bounding: false,
            ..wgpu::ShaderRuntimeChecks::checked()
        };
        // SAFETY: loops run over slabs and words, both bounded. Every row that is read is limited to the buffer's rows by the text itself, and
        // every write is guarded by the sizes of the dispatch, which `Cut` and the callers keep within the buffers they bind.
        unsafe { device.create_shader_module_trusted(descriptor, checks) }
    }

    fn fingerprint(&self) -> u64 {
        let kinds = [Kind::Requant, Kind::Limbs, Kind::Fold, Kind::FoldRequant];
        let texts = kinds.iter().flat_map(|kind| Tile::CANDIDATES.iter().map(|tile| shader::product(*kind, tile)));
        // FNV-1a: nothing here needs to withstand an attack.
        texts
            .flat_map(String::into_bytes)
            .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
    }
}

/// Compiles a variant.
///
/// # Errors
/// [`BackendError::Unsupported`] when the driver refuses it.
pub(crate) fn compile(
    device: &Device,
    source: &dyn ProductSource,
    kind: Kind,
    variant: &Variant,
) -> Result<Kernel, BackendError> {
    let module = scoped(device.raw(), 0, || source.module(device.raw(), kind, variant))?;
    Kernel::of_module(device, &module, "main", kind.binds())
}

/// A rectangle of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rect {
    /// First row.
    pub(crate) row: u32,
    /// First column.
    pub(crate) col: u32,
    /// Rows.
    pub(crate) rows: u32,
    /// Columns.
    pub(crate) cols: u32,
}

/// How a result is cut into dispatches: whole tiles, at most `tiles` of them, at most `groups` on an axis.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cut {
    /// Rows and columns of a tile.
    pub(crate) tile: [u32; 2],
    /// Tiles of a dispatch.
    pub(crate) tiles: u64,
    /// Tiles on an axis.
    pub(crate) groups: u32,
}

impl Cut {
    /// The dispatches for a result of this size.
    pub(crate) fn rects(&self, rows: u32, cols: u32) -> Vec<Rect> {
        let [tile_rows, tile_cols] = self.tile.map(u64::from);
        let limit = u64::from(self.groups).max(1);
        let tiles = self.tiles.max(1);
        let wide = u64::from(cols).div_ceil(tile_cols).min(limit).min(tiles);
        let high = (tiles / wide).clamp(1, limit);
        let step = |tiles: u64, side: u64, all: u32| (tiles * side).min(u64::from(all)) as usize;
        let (step_rows, step_cols) = (step(high, tile_rows, rows), step(wide, tile_cols, cols));
        let mut rects = Vec::new();
        for row in (0..rows).step_by(step_rows) {
            for col in (0..cols).step_by(step_cols) {
                let (rows, cols) = ((step_rows as u32).min(rows - row), (step_cols as u32).min(cols - col));
                rects.push(Rect { row, col, rows, cols });
            }
        }
        rects
    }

    /// Workgroups for a rectangle, columns first.
    pub(crate) fn workgroups(&self, rect: &Rect) -> [u32; 2] {
        [rect.cols.div_ceil(self.tile[1]), rect.rows.div_ceil(self.tile[0])]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rects_cover_the_result_once_when_cut_by_any_limit() {
        for (tiles, groups) in [(1, 9), (3, 2), (7, 100), (1_000, 3), (1_000, 1_000)] {
            let cut = Cut { tile: [4, 8], tiles, groups };
            let mut seen = vec![0; 30 * 50];
            for rect in cut.rects(30, 50) {
                let [x, y] = cut.workgroups(&rect);
                assert!(x <= groups && y <= groups && u64::from(x * y) <= tiles, "{rect:?} of {cut:?}");
                assert_eq!((rect.row % 4, rect.col % 8), (0, 0), "a dispatch starts at a tile");
                for row in rect.row..rect.row + rect.rows {
                    for col in rect.col..rect.col + rect.cols {
                        seen[(row * 50 + col) as usize] += 1;
                    }
                }
            }
            assert!(seen.iter().all(|times| *times == 1), "{cut:?}");
        }
    }

    #[test]
    fn variants_are_fewer_when_shared_memory_is_small() {
        let limits = Limits {
            binding_bytes: 1 << 27,
            buffer_bytes: 1 << 27,
            groups: 65_535,
            threads: 256,
            shared_bytes: 16_384,
            storage_buffers: 8,
            params_align: 256,
        };
        let names = |limits: &Limits| Dp4a.variants(Kind::FoldRequant, limits).len();
        assert!(names(&limits) < names(&Limits { shared_bytes: 49_152, ..limits }));
        assert!(names(&Limits { shared_bytes: 6_000, ..limits }) > 0, "the first one needs little");
    }
}
