//! `omnit mine`: what this machine can compute with, and how fast.

mod bench;
mod devices;

use omnit_miner::path::{Device, OpenOptions, Path, devices as find_devices, open};
use omnit_miner::selftest::{Depth, check};
use omnit_miner::{Backend, BackendError};

use crate::cache;

/// Subcommands of `omnit mine`.
#[derive(clap::Subcommand)]
pub(crate) enum MineCommand {
    /// List what can compute here, the path each device takes, and whether it computes rightly.
    Devices(devices::DevicesArgs),
    /// Measure products, commitments and tickets on every device.
    Bench(bench::BenchArgs),
}

impl MineCommand {
    /// Runs the command on this thread.
    pub(crate) async fn run(self) -> eyre::Result<()> {
        match self {
            Self::Devices(args) => args.run(),
            Self::Bench(args) => args.run(),
        }
    }
}

/// A path, and how to open it.
#[derive(Clone)]
pub(crate) struct Chosen {
    pub(crate) path: Path,
    pub(crate) open: OpenOptions,
}

impl Chosen {
    /// The path of a device.
    fn of(device: &Device) -> Self {
        Self { path: device.path, open: OpenOptions { device: Some(device.id.clone()), ..open_options() } }
    }

    /// Opens the path and tests it.
    ///
    /// # Errors
    /// When it cannot be opened or computes wrongly.
    fn start(&self, depth: Depth) -> Result<Box<dyn Backend>, BackendError> {
        let mut backend = open(self.path, &self.open)?;
        check(backend.as_mut(), depth)?;
        Ok(backend)
    }
}

/// The path with this name, or that of the device with this id.
pub(crate) fn choose(name: &str) -> eyre::Result<Chosen> {
    if let Ok(path) = name.parse() {
        return Ok(Chosen { path, open: open_options() });
    }
    let devices = find_devices();
    let ids = || devices.iter().map(|device| device.id.as_str()).collect::<Vec<_>>().join(", ");
    let found = devices.iter().find(|device| device.id == name).map(Chosen::of);
    found.ok_or_else(|| {
        let paths = Path::ALL.map(Path::name).join(", ");
        eyre::eyre!("--device {name:?} is neither a path ({paths}) nor a device of this machine ({})", ids())
    })
}

/// How paths are opened unless more is said: what was found out about a device is kept in the user's cache folder.
pub(crate) fn open_options() -> OpenOptions {
    OpenOptions { cache: cache::folder("kernels"), ..OpenOptions::default() }
}
