//! Whether matrix units may be used on a device, and their programs as a source of products.

use super::tile::{Fragment, MatrixTile};
use super::tune::candidates;
use crate::gpu::{DeviceInfo, Kind, Limits, ProductSource, Variant};

/// Why matrix units are not used on a device.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// The device is reached through another interface.
    #[error("matrix units are reached through Vulkan, not through {0}")]
    Api(String),
    /// wgpu offers less than is needed.
    #[error("the device lacks {0}")]
    Features(String),
    /// wgpu cannot fix the subgroup size of a pipeline, and fragments are spread over exactly one subgroup.
    #[error("subgroups have {min} to {max} invocations; fragments need a fixed number")]
    SubgroupSize {
        /// Smallest.
        min: u32,
        /// Largest.
        max: u32,
    },
    /// The driver has no int8 product of a usable size.
    #[error("none of the driver's {listed} matrix products is s8 x s8 -> s32 of a subgroup in a usable size")]
    NoProduct {
        /// Products listed.
        listed: usize,
    },
}

/// The path through matrix units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MatrixUnits {
    fragment: Fragment,
    subgroup: u32,
}

impl MatrixUnits {
    /// The path for a device.
    ///
    /// # Errors
    /// The first condition that the device does not meet, as a text for people.
    pub fn of(info: &DeviceInfo) -> Result<Self, Unfit> {
        if info.api != "vulkan" {
            return Err(Unfit::Api(info.api.clone()));
        }
        let has = |name: &str| info.features.iter().any(|feature| feature == name);
        let missing: Vec<&str> = needed().iter_names().map(|(name, _)| name).filter(|name| !has(name)).collect();
        if !missing.is_empty() {
            return Err(Unfit::Features(missing.join(", ")));
        }
        let [min, max] = info.subgroup;
        if min != max {
            return Err(Unfit::SubgroupSize { min, max });
        }
        let rows = info.vulkan.coop.iter().filter(|row| row.is_int8());
        let fragments = rows.map(|row| Fragment { m: row.size[0], n: row.size[1], k: row.size[2] });
        let fragment = fragments
            .filter(Fragment::is_usable)
            // Most multiplications in one instruction.
            .max_by_key(|fragment| fragment.m * fragment.n * fragment.k)
            .ok_or(Unfit::NoProduct { listed: info.vulkan.coop.len() })?;
        Ok(Self { fragment, subgroup: min })
    }

    /// The fragment that its programs use.
    #[must_use]
    pub fn fragment(&self) -> Fragment {
        self.fragment
    }

    /// Tiles for a kind of product, the smallest first.
    #[must_use]
    pub fn tiles(&self, kind: Kind, limits: &Limits) -> Vec<MatrixTile> {
        candidates(self.fragment, self.subgroup, kind, limits)
    }

    fn tile(&self, kind: Kind, name: &str) -> MatrixTile {
        let any = Limits { threads: u32::MAX, shared_bytes: u32::MAX, ..Limits::of(&wgpu::Limits::default()) };
        let tiles = self.tiles(kind, &any);
        tiles.into_iter().find(|tile| tile.name() == name).expect("the variant is one of this source")
    }
}

/// Features that a device must be opened with.
fn needed() -> wgpu::Features {
    wgpu::Features::PASSTHROUGH_SHADERS | wgpu::Features::EXPERIMENTAL_COOPERATIVE_MATRIX
}

impl ProductSource for MatrixUnits {
    fn name(&self) -> &'static str {
        "wgpu-coopmat"
    }

    fn features(&self) -> wgpu::Features {
        needed()
    }

    fn variants(&self, kind: Kind, limits: &Limits) -> Vec<Variant> {
        let variant = |tile: &MatrixTile| {
            let [rows, cols] = tile.extent();
            Variant { name: tile.name(), rows, cols }
        };
        self.tiles(kind, limits).iter().map(variant).collect()
    }

    #[expect(unsafe_code, reason = "wgpu's shader compiler has no int8 cooperative matrices")]
    fn module(&self, device: &wgpu::Device, kind: Kind, variant: &Variant) -> wgpu::ShaderModule {
        let words = super::module(&self.tile(kind, &variant.name), kind);
        let entry = wgpu::PassthroughShaderEntryPoint { name: super::asm::ENTRY.into(), workgroup_size: (0, 0, 0) };
        let descriptor = wgpu::ShaderModuleDescriptorPassthrough {
            label: Some(&variant.name),
            entry_points: vec![entry].into(),
            spirv: Some(words.into()),
            ..Default::default()
        };
        // SAFETY: every module passes spirv-val in the tests. Rows that are read are limited to those of the buffers by the module itself, and
        // every write is guarded by the sizes of the dispatch, which the callers keep within the buffers they bind.
        unsafe { device.create_shader_module_passthrough(descriptor) }
    }

    fn fingerprint(&self) -> u64 {
        let any = Limits { threads: u32::MAX, shared_bytes: u32::MAX, ..Limits::of(&wgpu::Limits::default()) };
        let kinds = [Kind::Requant, Kind::Limbs, Kind::Fold, Kind::FoldRequant];
        let modules =
            kinds.iter().flat_map(|kind| self.tiles(*kind, &any).into_iter().map(|tile| super::module(&tile, *kind)));
        // FNV-1a over words: nothing here needs to withstand an attack.
        modules
            .flatten()
            .fold(0xcbf2_9ce4_8422_2325, |hash, word| (hash ^ u64::from(word)).wrapping_mul(0x0000_0100_0000_01b3))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpu::{CoopRow, DeviceKind, VulkanFacts};

    fn row(size: [u32; 3]) -> CoopRow {
        CoopRow { size, types: ["s8", "s8", "s32", "s32"], scope: "subgroup", saturating: false }
    }

    fn card(coop: Vec<CoopRow>) -> DeviceInfo {
        DeviceInfo {
            index: 0,
            name: "card".to_owned(),
            api: "vulkan".to_owned(),
            kind: DeviceKind::Discrete,
            ids: [0; 2],
            bus: String::new(),
            driver: String::new(),
            driver_version: String::new(),
            subgroup: [32; 2],
            limits: Limits::of(&wgpu::Limits::default()),
            features: needed().iter_names().map(|(name, _)| name.to_owned()).collect(),
            vulkan: VulkanFacts { coop, fast_dot: None },
        }
    }

    #[test]
    fn of_takes_largest_product_when_several_are_usable() {
        let units = MatrixUnits::of(&card(vec![row([16, 8, 32]), row([16, 16, 32]), row([8, 8, 16])]));
        assert_eq!(units.map(|units| units.fragment()), Ok(Fragment { m: 16, n: 16, k: 32 }));
    }

    #[test]
    fn of_refuses_when_no_product_is_usable() {
        let rows = vec![
            CoopRow { saturating: true, ..row([16, 16, 32]) },
            CoopRow { scope: "workgroup", ..row([16, 16, 32]) },
            CoopRow { types: ["u8", "u8", "u32", "u32"], ..row([16, 16, 32]) },
            row([16, 16, 128]),
            row([12, 16, 32]),
        ];
        assert_eq!(MatrixUnits::of(&card(rows)), Err(Unfit::NoProduct { listed: 5 }));
    }

    #[test]
    fn of_names_what_is_missing_when_device_is_unfit() {
        let good = card(vec![row([16, 16, 32])]);
        assert!(MatrixUnits::of(&good).is_ok());
        let gl = DeviceInfo { api: "gl".to_owned(), ..good.clone() };
        assert_eq!(MatrixUnits::of(&gl), Err(Unfit::Api("gl".to_owned())));
        let varying = DeviceInfo { subgroup: [32, 64], ..good.clone() };
        assert_eq!(MatrixUnits::of(&varying), Err(Unfit::SubgroupSize { min: 32, max: 64 }));
        let bare = DeviceInfo { features: Vec::new(), ..good };
        let message = MatrixUnits::of(&bare).expect_err("it has no features").to_string();
        assert!(message.contains("COOPERATIVE_MATRIX") && message.contains("PASSTHROUGH"), "{message}");
    }
}
