//! The ways to compute that this build knows, and what this machine has for them.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::cpu::{self, CpuOptions, Isa};
use crate::gpu::coopmat::MatrixUnits;
use crate::gpu::{self, Choice, DeviceInfo, DeviceKind, Dp4a, ProductSource, Tuning};
use crate::reference::Reference;
use crate::{Backend, BackendError};

/// A way to compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Path {
    /// int8 matrix units of a GPU, through Vulkan.
    WgpuCoopmat,
    /// Sums of four int8 products on any GPU, through wgpu.
    WgpuDp4a,
    /// The processor.
    Cpu,
    /// The definition itself, on one thread. Never chosen unless it is named.
    Reference,
}

impl Path {
    /// All paths.
    pub const ALL: [Self; 4] = [Self::WgpuCoopmat, Self::WgpuDp4a, Self::Cpu, Self::Reference];
    /// What is tried when nobody names a path, best first.
    pub const BEST_FIRST: [Self; 3] = [Self::WgpuCoopmat, Self::WgpuDp4a, Self::Cpu];

    /// Name in options, messages and figures.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::WgpuCoopmat => "wgpu-coopmat",
            Self::WgpuDp4a => "wgpu-dp4a",
            Self::Cpu => "cpu",
            Self::Reference => "reference",
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Path {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let names = || Self::ALL.map(Self::name).join(", ");
        let found = Self::ALL.into_iter().find(|path| path.name() == text);
        found.ok_or_else(|| format!("{text:?} is not a path; there are {}", names()))
    }
}

/// How a path is to be opened.
#[derive(Debug, Clone, Default)]
pub struct OpenOptions {
    /// Which adapter GPU paths use: its [`Device::id`]. The best one unless given.
    pub device: Option<String>,
    /// Folder where GPU paths remember which programs are the fastest on a device; they find out anew at every start unless given.
    pub cache: Option<PathBuf>,
    /// How the processor works.
    pub cpu: CpuOptions,
}

/// Something that can compute on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Stable name within this machine: `cpu`, `gpu0`.
    pub id: String,
    /// What its maker calls it.
    pub name: String,
    /// Kind: `cpu`, `discrete GPU`, `software GPU`.
    pub kind: String,
    /// Driver and its version; empty where there is none.
    pub driver: String,
    /// The path it takes.
    pub path: Path,
    /// Why it takes no better path. Nothing, if there is none.
    pub why_not_better: Option<String>,
    /// Names and values of what limits it.
    pub limits: Vec<(String, String)>,
}

/// Opens a path. It has not been tested yet: see [`crate::selftest`].
///
/// # Errors
/// [`BackendError::Unsupported`] when this machine or this build lacks it, and what the device says.
pub fn open(path: Path, options: &OpenOptions) -> Result<Box<dyn Backend>, BackendError> {
    match path {
        Path::Reference => Ok(Box::new(Reference)),
        Path::Cpu => cpu::open(options.cpu),
        Path::WgpuDp4a | Path::WgpuCoopmat => open_gpu(path, options),
    }
}

/// What this machine has, best first; the processor is always there.
#[must_use]
pub fn devices() -> Vec<Device> {
    let mut infos = gpu::devices();
    infos.sort_by_key(DeviceInfo::rank);
    let mut devices: Vec<_> = infos.iter().map(gpu_device).collect();
    devices.push(processor());
    devices
}

/// The processor as a device.
fn processor() -> Device {
    Device {
        id: "cpu".to_owned(),
        name: format!("{} threads, {}", rayon::current_num_threads(), std::env::consts::ARCH),
        kind: "cpu".to_owned(),
        driver: String::new(),
        path: Path::Cpu,
        why_not_better: None,
        limits: vec![
            ("threads".to_owned(), rayon::current_num_threads().to_string()),
            ("block products".to_owned(), Isa::best().name().to_owned()),
            ("crate products".to_owned(), cpu::crate_gemm().unwrap_or_else(|| "none that is exact".to_owned())),
        ],
    }
}

/// Opens a GPU path: on the device with this id, else on the best card that has the path. Never on software unless it is named.
fn open_gpu(path: Path, options: &OpenOptions) -> Result<Box<dyn Backend>, BackendError> {
    let infos = gpu::devices();
    let units =
        |info: &DeviceInfo| MatrixUnits::of(info).map_err(|reason| BackendError::Unsupported(reason.to_string()));
    let info = match &options.device {
        Some(id) => {
            let found = infos.iter().find(|info| gpu_id(info) == *id);
            found.ok_or_else(|| BackendError::Unsupported(format!("there is no device {id:?}")))?
        }
        None => {
            let cards = infos.iter().filter(|info| info.kind != DeviceKind::Cpu);
            let fit = cards.filter(|info| path != Path::WgpuCoopmat || units(info).is_ok());
            let best = fit.min_by_key(|info| info.rank());
            best.ok_or_else(|| BackendError::Unsupported(format!("no GPU of this machine has {path}")))?
        }
    };
    let source: Box<dyn ProductSource> = match path {
        Path::WgpuCoopmat => Box::new(units(info)?),
        _ => Box::new(Dp4a),
    };
    let tuning = Tuning::Auto(options.cache.clone());
    let gpu_options = gpu::Options { tuning, ..gpu::Options::default() };
    Ok(Box::new(gpu::open_with(&Choice::Index(info.index), gpu_options, source)?))
}

fn gpu_id(info: &DeviceInfo) -> String {
    format!("gpu{}", info.index)
}

/// A GPU as a device: its best path, and why not a better one.
fn gpu_device(info: &DeviceInfo) -> Device {
    let unfit = MatrixUnits::of(info).err();
    let coop = info.vulkan.coop.iter().map(|row| {
        let [m, n, k] = row.size;
        format!("{m}x{n}x{k} {} ({})", row.types.join(" "), row.scope)
    });
    let limits = [
        ("interface", info.api.clone()),
        ("subgroup", format!("{} to {}", info.subgroup[0], info.subgroup[1])),
        ("bytes of a binding", info.limits.binding_bytes.to_string()),
        ("bytes of a buffer", info.limits.buffer_bytes.to_string()),
        ("shared bytes of a workgroup", info.limits.shared_bytes.to_string()),
        ("threads of a workgroup", info.limits.threads.to_string()),
        ("int8 dot product", fast_dot(info).to_owned()),
        (
            "cooperative matrices",
            Some(coop.collect::<Vec<_>>().join("; ")).filter(|rows| !rows.is_empty()).unwrap_or("none".into()),
        ),
    ];
    Device {
        id: gpu_id(info),
        name: info.name.clone(),
        kind: match info.kind {
            DeviceKind::Discrete => "discrete GPU",
            DeviceKind::Integrated => "integrated GPU",
            DeviceKind::Virtual => "virtual GPU",
            DeviceKind::Other => "GPU",
            DeviceKind::Cpu => "software GPU",
        }
        .to_owned(),
        driver: format!("{} {}", info.driver, info.driver_version).trim().to_owned(),
        path: if unfit.is_none() { Path::WgpuCoopmat } else { Path::WgpuDp4a },
        why_not_better: unfit.map(|reason| reason.to_string()),
        limits: limits.map(|(name, value)| (name.to_owned(), value)).to_vec(),
    }
}

fn fast_dot(info: &DeviceInfo) -> &'static str {
    match info.vulkan.fast_dot {
        Some(true) => "one instruction",
        Some(false) => "several instructions",
        None => "not said by the driver",
    }
}
