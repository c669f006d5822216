//! What a device allows, and what the caller wants of it.

use std::path::PathBuf;
use std::time::Duration;

/// Numbers of a device that the work is cut by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a buffer that a program can see at once.
    pub binding_bytes: u64,
    /// Bytes of a buffer.
    pub buffer_bytes: u64,
    /// Workgroups of a dispatch on each axis.
    pub groups: u32,
    /// Threads of a workgroup.
    pub threads: u32,
    /// Shared memory of a workgroup in bytes.
    pub shared_bytes: u32,
    /// Storage buffers of a program.
    pub storage_buffers: u32,
    /// Alignment of parameters within a buffer.
    pub params_align: u32,
}

impl Limits {
    /// What a device with these limits of wgpu allows.
    #[must_use]
    pub fn of(limits: &wgpu::Limits) -> Self {
        Self {
            // A word index must fit 32 bits, and every size here is a multiple of 256.
            binding_bytes: limits.max_storage_buffer_binding_size.min(limits.max_buffer_size).min((1 << 32) - 256),
            buffer_bytes: limits.max_buffer_size,
            groups: limits.max_compute_workgroups_per_dimension,
            threads: limits.max_compute_invocations_per_workgroup.min(limits.max_compute_workgroup_size_x),
            shared_bytes: limits.max_compute_workgroup_storage_size,
            storage_buffers: limits.max_storage_buffers_per_shader_stage,
            params_align: limits.min_uniform_buffer_offset_alignment.max(256),
        }
    }
}

/// Which cut of the products to use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tuning {
    /// Times the cuts once and remembers the result in this folder, if one is given.
    Auto(Option<PathBuf>),
    /// The cut with this name ([`crate::gpu::Tile::name`]) for everything.
    Fixed(String),
}

/// What the caller wants of a device. The numbers only ever lower what the device allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Cuts of the products.
    pub tuning: Tuning,
    /// How long a dispatch should take at most; longer ones make desktops stutter or trip the driver's watchdog.
    pub dispatch: Duration,
    /// Most bytes of a binding.
    pub binding_bytes: u64,
    /// Most workgroups of a dispatch on each axis.
    pub groups: u32,
    /// Room for winning tickets in one list; when more win, the list is made again in smaller pieces.
    pub winners: u32,
    /// Most bytes of ticket folds that wait for their hashes at once.
    pub fold_bytes: u64,
    /// Most bytes of unused buffers that are kept for later.
    pub pool_bytes: u64,
    /// Most bytes of buffers at all, for those who want some of the device's memory for something else.
    pub memory_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            tuning: Tuning::Auto(None),
            dispatch: Duration::from_millis(50),
            binding_bytes: u64::MAX,
            groups: u32::MAX,
            winners: 1_024,
            fold_bytes: 64 << 20,
            pool_bytes: 2 << 30,
            memory_bytes: u64::MAX,
        }
    }
}

impl Options {
    /// The device's limits, lowered to what is wanted.
    pub(crate) fn lower(&self, limits: Limits) -> Limits {
        Limits {
            binding_bytes: limits.binding_bytes.min(self.binding_bytes),
            groups: limits.groups.min(self.groups).max(1),
            ..limits
        }
    }
}
