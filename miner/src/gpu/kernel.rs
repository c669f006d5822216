//! Compiled programs.

use super::device::Device;
use super::pool::{Buffer, scoped};
use super::shader::Program;
use crate::BackendError;

/// What a program does with a buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bind {
    /// Only reads it.
    Read,
    /// Reads and writes it.
    Write,
}

/// A compiled program: binding 0 holds its parameters, then come its buffers.
pub(crate) struct Kernel {
    pub(super) pipeline: wgpu::ComputePipeline,
    pub(super) layout: wgpu::BindGroupLayout,
}

impl Kernel {
    /// Compiles a program.
    ///
    /// # Errors
    /// [`BackendError::Unsupported`] when the driver refuses it.
    pub(crate) fn new(device: &Device, program: &Program) -> Result<Self, BackendError> {
        let source = wgpu::ShaderSource::Wgsl(program.source().into());
        let descriptor = wgpu::ShaderModuleDescriptor { label: Some(program.entry), source };
        let module = scoped(device.raw(), 0, || device.raw().create_shader_module(descriptor))?;
        Self::of_module(device, &module, program.entry, program.binds)
    }

    /// Compiles an entry point of a module.
    ///
    /// # Errors
    /// As [`Kernel::new`].
    pub(crate) fn of_module(
        device: &Device,
        module: &wgpu::ShaderModule,
        entry: &str,
        binds: &[Bind],
    ) -> Result<Self, BackendError> {
        if binds.len() as u32 > device.limits().storage_buffers {
            return Err(BackendError::Unsupported(format!("{entry} needs {} buffers in a program", binds.len())));
        }
        device.check()?;
        let made = scoped(device.raw(), 0, || create(device.raw(), module, entry, binds))?;
        device.check()?;
        Ok(made)
    }
}

fn create(device: &wgpu::Device, module: &wgpu::ShaderModule, entry: &str, binds: &[Bind]) -> Kernel {
    let entries: Vec<_> = (0..=binds.len()).map(|at| layout_entry(at, binds)).collect();
    let layout =
        device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some(entry), entries: &entries });
    let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: Some(entry),
        bind_group_layouts: &[Some(&layout)],
        immediate_size: 0,
    });
    let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: Some(entry),
        layout: Some(&pipeline_layout),
        module,
        entry_point: Some(entry),
        // Every program writes its shared memory before it reads it.
        compilation_options: wgpu::PipelineCompilationOptions {
            zero_initialize_workgroup_memory: false,
            ..Default::default()
        },
        cache: None,
    });
    Kernel { pipeline, layout }
}

fn layout_entry(at: usize, binds: &[Bind]) -> wgpu::BindGroupLayoutEntry {
    let ty = match at.checked_sub(1).map(|at| binds[at]) {
        None => wgpu::BufferBindingType::Uniform,
        Some(bind) => wgpu::BufferBindingType::Storage { read_only: bind == Bind::Read },
    };
    wgpu::BindGroupLayoutEntry {
        binding: at as u32,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
        count: None,
    }
}

/// A part of a buffer that a program sees.
#[derive(Clone, Copy)]
pub(crate) struct View<'b> {
    pub(super) buffer: &'b Buffer,
    pub(super) offset: u64,
    pub(super) bytes: u64,
}

impl<'b> View<'b> {
    /// The first `bytes` bytes.
    pub(crate) fn new(buffer: &'b Buffer, bytes: u64) -> Self {
        Self { buffer, offset: 0, bytes }
    }

    /// `bytes` bytes from `offset`, a multiple of 256.
    pub(crate) fn at(buffer: &'b Buffer, offset: u64, bytes: u64) -> Self {
        Self { buffer, offset, bytes }
    }
}
