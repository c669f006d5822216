//! Which devices there are, and opening one.

use super::backend::GpuBackend;
use super::coop::{VulkanFacts, vulkan_facts};
use super::device::Device;
use super::limits::{Limits, Options};
use super::product::ProductSource;
use crate::BackendError;

/// Kinds of device, the one to prefer first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeviceKind {
    /// A card of its own.
    Discrete,
    /// Part of the processor.
    Integrated,
    /// Of a virtual machine.
    Virtual,
    /// The driver does not say.
    Other,
    /// Software on the processor: for tests.
    Cpu,
}

/// A device as it presents itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceInfo {
    /// Place in the list of [`devices`].
    pub index: usize,
    /// Name.
    pub name: String,
    /// API it is reached through: `vulkan`, `gl`, `metal`, `dx12`.
    pub api: String,
    /// Kind.
    pub kind: DeviceKind,
    /// PCI numbers of vendor and device, where it has them.
    pub ids: [u32; 2],
    /// Place on the PCI bus; empty where unknown.
    pub bus: String,
    /// Name of the driver.
    pub driver: String,
    /// Version of the driver, as it writes it.
    pub driver_version: String,
    /// Smallest and largest number of threads that run in lockstep.
    pub subgroup: [u32; 2],
    /// What it allows.
    pub limits: Limits,
    /// Features of wgpu that it has.
    pub features: Vec<String>,
    /// What Vulkan says about it.
    pub vulkan: VulkanFacts,
}

impl DeviceInfo {
    /// Place among devices, the one to prefer first: by kind, Vulkan before other APIs, as listed.
    pub(crate) fn rank(&self) -> (DeviceKind, bool, usize) {
        (self.kind, self.api != "vulkan", self.index)
    }
}

/// Which device to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// The best by kind, Vulkan before other APIs; never one in software.
    Best,
    /// The one at this place of the list.
    Index(usize),
    /// The first whose name contains this text, in any case.
    Name(String),
}

/// All devices of this machine. Does not open any.
#[must_use]
pub fn devices() -> Vec<DeviceInfo> {
    adapters().iter().enumerate().map(|(index, adapter)| describe(index, adapter)).collect()
}

/// Opens a device with the portable path.
///
/// # Errors
/// [`BackendError::Unsupported`] when there is no such device or it lacks something; what [`GpuBackend::new`] refuses.
pub fn open(choice: &Choice, options: Options) -> Result<GpuBackend, BackendError> {
    open_with(choice, options, Box::new(super::product::Dp4a))
}

/// Opens a device with another source of products.
///
/// # Errors
/// As [`open`].
pub fn open_with(
    choice: &Choice,
    options: Options,
    source: Box<dyn ProductSource>,
) -> Result<GpuBackend, BackendError> {
    let adapters = adapters();
    let infos: Vec<_> = adapters.iter().enumerate().map(|(index, adapter)| describe(index, adapter)).collect();
    let info = choose(&infos, choice)?;
    let device = request(&adapters[info.index], source.features(), &options)?;
    GpuBackend::new(device, info.clone(), options, source)
}

fn choose<'i>(infos: &'i [DeviceInfo], choice: &Choice) -> Result<&'i DeviceInfo, BackendError> {
    let found = match choice {
        Choice::Best => {
            let real = infos.iter().filter(|info| info.kind != DeviceKind::Cpu);
            real.min_by_key(|info| info.rank())
        }
        Choice::Index(index) => infos.get(*index),
        Choice::Name(part) => {
            let part = part.to_lowercase();
            infos.iter().find(|info| info.name.to_lowercase().contains(&part))
        }
    };
    found.ok_or_else(|| BackendError::Unsupported(format!("none of {} devices is {choice:?}", infos.len())))
}

/// Every adapter of the APIs that are compiled in.
fn adapters() -> Vec<wgpu::Adapter> {
    let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
    descriptor.backends = wgpu::Backends::PRIMARY | wgpu::Backends::GL;
    descriptor.flags = wgpu::InstanceFlags::empty();
    // An error at creation instead of a device that swaps or dies.
    descriptor.memory_budget_thresholds.for_resource_creation = Some(95);
    let instance = wgpu::Instance::new(descriptor);
    pollster::block_on(instance.enumerate_adapters(wgpu::Backends::all()))
}

fn describe(index: usize, adapter: &wgpu::Adapter) -> DeviceInfo {
    let info = adapter.get_info();
    DeviceInfo {
        index,
        api: info.backend.to_string().to_lowercase(),
        kind: match info.device_type {
            wgpu::DeviceType::DiscreteGpu => DeviceKind::Discrete,
            wgpu::DeviceType::IntegratedGpu => DeviceKind::Integrated,
            wgpu::DeviceType::VirtualGpu => DeviceKind::Virtual,
            wgpu::DeviceType::Other => DeviceKind::Other,
            wgpu::DeviceType::Cpu => DeviceKind::Cpu,
        },
        ids: [info.vendor, info.device],
        bus: info.device_pci_bus_id,
        driver: info.driver,
        driver_version: info.driver_info,
        subgroup: [info.subgroup_min_size, info.subgroup_max_size],
        limits: Limits::of(&adapter.limits()),
        features: adapter.features().iter_names().map(|(name, _)| name.to_owned()).collect(),
        vulkan: vulkan_facts(adapter),
        name: info.name,
    }
}

/// Opens an adapter with all its limits and the features that are of use.
fn request(adapter: &wgpu::Adapter, wanted: wgpu::Features, options: &Options) -> Result<Device, BackendError> {
    let missing = wanted - adapter.features();
    if !missing.is_empty() {
        return Err(BackendError::Unsupported(format!("the device lacks {missing}")));
    }
    let descriptor = wgpu::DeviceDescriptor {
        label: Some("omnit"),
        required_features: wanted | (adapter.features() & wgpu::Features::TIMESTAMP_QUERY),
        required_limits: adapter.limits(),
        experimental_features: experimental(wanted),
        memory_hints: wgpu::MemoryHints::Performance,
        trace: wgpu::Trace::Off,
    };
    match pollster::block_on(adapter.request_device(&descriptor)) {
        Ok((device, queue)) => Ok(Device::new(device, queue, options)),
        Err(error) => Err(BackendError::Unsupported(error.to_string())),
    }
}

#[expect(unsafe_code, reason = "wgpu asks for an acknowledgement where features are experimental")]
fn experimental(wanted: wgpu::Features) -> wgpu::ExperimentalFeatures {
    if wanted.intersects(wgpu::Features::all_experimental_mask()) {
        // SAFETY: an acknowledgement that such features may have defects; only a source of products that needs them asks for them, and
        // every backend proves itself by known answers before it is used.
        unsafe { wgpu::ExperimentalFeatures::enabled() }
    } else {
        wgpu::ExperimentalFeatures::disabled()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(index: usize, name: &str, api: &str, kind: DeviceKind) -> DeviceInfo {
        DeviceInfo {
            index,
            name: name.to_owned(),
            api: api.to_owned(),
            kind,
            ids: [0; 2],
            bus: String::new(),
            driver: String::new(),
            driver_version: String::new(),
            subgroup: [32; 2],
            limits: Limits::of(&wgpu::Limits::default()),
            features: Vec::new(),
            vulkan: VulkanFacts::default(),
        }
    }

    #[test]
    fn choose_takes_the_card_over_vulkan_when_asked_for_the_best() {
        let infos = [
            info(0, "llvmpipe", "vulkan", DeviceKind::Cpu),
            info(1, "Small", "vulkan", DeviceKind::Integrated),
            info(2, "Big", "gl", DeviceKind::Discrete),
            info(3, "Big", "vulkan", DeviceKind::Discrete),
        ];
        assert_eq!(choose(&infos, &Choice::Best).map(|info| info.index), Ok(3));
        assert_eq!(choose(&infos, &Choice::Index(1)).map(|info| info.index), Ok(1));
        assert_eq!(choose(&infos, &Choice::Name("LLVM".to_owned())).map(|info| info.index), Ok(0));
        assert!(choose(&infos, &Choice::Index(4)).is_err());
        assert!(choose(&infos[..1], &Choice::Best).is_err(), "software is never the best");
    }
}
