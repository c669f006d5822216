//! The file that remembers which programs are fastest. A file that is missing, damaged or of another version counts as empty.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use serde::{Deserialize, Serialize};

use super::adapter::DeviceInfo;
use super::device::Device;
use super::product::{Kind, ProductSource};
use super::programs::{Choices, Chosen, source_of};
use super::tune::KINDS;

/// Name of the file within the caller's folder.
pub(crate) const NAME: &str = "gpu-tuning.json";
/// Version of the file's form.
const FORMAT: u32 = 1;
/// Version of wgpu, whose compilers decide how fast a text is.
const WGPU: &str = "30.0";
/// Larger files are not ours.
const MAX_BYTES: u64 = 1 << 20;

#[derive(Debug, Serialize, Deserialize)]
struct File {
    format: u32,
    devices: BTreeMap<String, BTreeMap<String, Entry>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    variant: String,
    macs_per_sec: u64,
}

impl File {
    fn read(path: &Path) -> Self {
        let read = || -> Option<Self> {
            if fs::metadata(path).ok()?.len() > MAX_BYTES {
                return None;
            }
            let file: Self = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
            (file.format == FORMAT).then_some(file)
        };
        read().unwrap_or(Self { format: FORMAT, devices: BTreeMap::new() })
    }
}

/// Whatever makes timings differ: device, driver, wgpu, and the programs themselves.
pub(crate) fn key(info: &DeviceInfo, source: &dyn ProductSource) -> String {
    format!(
        "{} | {} | {} {} | wgpu {WGPU} | {} {:016x}",
        info.name,
        info.api,
        info.driver,
        info.driver_version,
        source.name(),
        source.fingerprint()
    )
}

/// What is remembered for a key, if all of it can still be used.
pub(crate) fn load(path: &Path, key: &str, device: &Device, source: &dyn ProductSource) -> Option<Choices> {
    let mut file = File::read(path);
    let mut entries = file.devices.remove(key)?;
    KINDS.iter().map(|kind| Some((*kind, usable(entries.remove(&name(*kind))?, *kind, device, source)?))).collect()
}

fn usable(entry: Entry, kind: Kind, device: &Device, source: &dyn ProductSource) -> Option<Chosen> {
    let variants = source_of(source, device, kind).variants(kind, device.limits());
    let variant = variants.into_iter().find(|variant| variant.name == entry.variant)?;
    (entry.macs_per_sec > 0).then_some(Chosen { variant, rate: entry.macs_per_sec as f64 })
}

/// Adds a key to the file. Readers see the old file or the new one, never a part.
///
/// # Errors
/// When the folder cannot be written to.
pub(crate) fn store(path: &Path, key: &str, choices: &Choices) -> io::Result<()> {
    let mut file = File::read(path);
    let entry = |chosen: &Chosen| Entry { variant: chosen.variant.name.clone(), macs_per_sec: chosen.rate as u64 };
    let entries = choices.iter().map(|(kind, chosen)| (name(*kind), entry(chosen))).collect();
    file.devices.insert(key.to_owned(), entries);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let fresh = path.with_extension(format!("{}.tmp", std::process::id()));
    fs::write(&fresh, serde_json::to_vec_pretty(&file)?)?;
    fs::rename(&fresh, path)
}

fn name(kind: Kind) -> String {
    format!("{kind:?}")
}
