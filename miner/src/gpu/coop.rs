//! What Vulkan says about a device beyond what wgpu passes on: int8 matrix instructions and dot products.
#![expect(unsafe_code, reason = "Vulkan is asked directly, through the handles that wgpu holds")]

use ash::vk;

/// A shape of matrices that the device multiplies in one instruction (`VK_KHR_cooperative_matrix`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoopRow {
    /// m, n, k: C (m×n) = A (m×k) · B (k×n).
    pub size: [u32; 3],
    /// Element types of A, B, C and the result, such as `s8`.
    pub types: [&'static str; 4],
    /// Who works together, such as `subgroup`.
    pub scope: &'static str,
    /// Whether sums saturate instead of wrapping.
    pub saturating: bool,
}

impl CoopRow {
    /// Whether it multiplies int8 and sums int32 without saturation.
    #[must_use]
    pub fn is_int8(&self) -> bool {
        self.types == ["s8", "s8", "s32", "s32"] && self.scope == "subgroup" && !self.saturating
    }
}

/// What Vulkan says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VulkanFacts {
    /// Shapes of cooperative matrices.
    pub coop: Vec<CoopRow>,
    /// Whether dot products of four packed int8 are one instruction. None: the driver does not say.
    pub fast_dot: Option<bool>,
}

/// Facts about an adapter; none when it is not of Vulkan.
pub(crate) fn vulkan_facts(adapter: &wgpu::Adapter) -> VulkanFacts {
    // SAFETY: the handle is only read, and lives as long as this function.
    let Some(hal) = (unsafe { adapter.as_hal::<wgpu::hal::api::Vulkan>() }) else {
        return VulkanFacts::default();
    };
    let physical = hal.raw_physical_device();
    let shared = hal.shared_instance();
    let capabilities = hal.physical_device_capabilities();
    let instance = shared.raw_instance();
    let coop = if capabilities.supports_extension(ash::khr::cooperative_matrix::NAME) {
        let asked = ash::khr::cooperative_matrix::Instance::new(shared.entry(), instance);
        // SAFETY: the device has the extension, and instance and device are alive.
        let rows = unsafe { asked.get_physical_device_cooperative_matrix_properties(physical) };
        rows.unwrap_or_default().iter().map(row).collect()
    } else {
        Vec::new()
    };
    let has_dot = capabilities.properties().api_version >= vk::API_VERSION_1_3
        || capabilities.supports_extension(ash::khr::shader_integer_dot_product::NAME);
    let fast_dot = (has_dot && shared.instance_api_version() >= vk::API_VERSION_1_1).then(|| {
        let mut dot = vk::PhysicalDeviceShaderIntegerDotProductProperties::default();
        let mut properties = vk::PhysicalDeviceProperties2::default().push_next(&mut dot);
        // SAFETY: instance and device are of Vulkan 1.1 or newer and alive, and the chained structure is one the device knows.
        unsafe { instance.get_physical_device_properties2(physical, &mut properties) };
        dot.integer_dot_product4x8_bit_packed_signed_accelerated == vk::TRUE
    });
    VulkanFacts { coop, fast_dot }
}

fn row(row: &vk::CooperativeMatrixPropertiesKHR<'_>) -> CoopRow {
    CoopRow {
        size: [row.m_size, row.n_size, row.k_size],
        types: [row.a_type, row.b_type, row.c_type, row.result_type].map(element),
        scope: match row.scope {
            vk::ScopeKHR::SUBGROUP => "subgroup",
            vk::ScopeKHR::WORKGROUP => "workgroup",
            vk::ScopeKHR::DEVICE => "device",
            _ => "other",
        },
        saturating: row.saturating_accumulation == vk::TRUE,
    }
}

fn element(kind: vk::ComponentTypeKHR) -> &'static str {
    match kind {
        vk::ComponentTypeKHR::FLOAT16 => "f16",
        vk::ComponentTypeKHR::FLOAT32 => "f32",
        vk::ComponentTypeKHR::FLOAT64 => "f64",
        vk::ComponentTypeKHR::SINT8 => "s8",
        vk::ComponentTypeKHR::SINT16 => "s16",
        vk::ComponentTypeKHR::SINT32 => "s32",
        vk::ComponentTypeKHR::SINT64 => "s64",
        vk::ComponentTypeKHR::UINT8 => "u8",
        vk::ComponentTypeKHR::UINT16 => "u16",
        vk::ComponentTypeKHR::UINT32 => "u32",
        vk::ComponentTypeKHR::UINT64 => "u64",
        _ => "other",
    }
}
