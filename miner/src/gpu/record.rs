//! Recording what a device shall do, and sending it.

use std::sync::Arc;

use bytemuck::NoUninit;
use wgpu::SubmissionIndex;

use super::device::Device;
use super::kernel::{Kernel, View};
use super::pool::{Buffer, Use};
use crate::BackendError;

/// Bytes for the parameters of one submission.
const PARAMS_BYTES: usize = 16 << 10;

/// Commands that are not sent yet. Dropping it sends nothing.
pub(crate) struct Recorder<'d> {
    device: &'d Device,
    commands: wgpu::CommandEncoder,
    params: Vec<u8>,
    place: Arc<Buffer>,
}

impl<'d> Recorder<'d> {
    /// Nothing recorded.
    ///
    /// # Errors
    /// When the device has a fault or no memory.
    pub(crate) fn new(device: &'d Device) -> Result<Self, BackendError> {
        Ok(Self {
            device,
            commands: device.raw().create_command_encoder(&wgpu::CommandEncoderDescriptor { label: None }),
            params: Vec::new(),
            place: device.buffer(Use::Params, PARAMS_BYTES as u64)?,
        })
    }

    /// Zeros for the first `bytes` bytes of a buffer.
    pub(crate) fn clear(&mut self, buffer: &Buffer, bytes: u64) {
        self.commands.clear_buffer(buffer.raw(), 0, Some(bytes));
    }

    /// A copy of `bytes` bytes.
    pub(crate) fn copy(&mut self, from: (&Buffer, u64), to: (&Buffer, u64), bytes: u64) {
        self.commands.copy_buffer_to_buffer(from.0.raw(), from.1, to.0.raw(), to.1, bytes);
    }

    /// A run of a program on `groups` workgroups. Views are in the order of the program's bindings.
    ///
    /// # Errors
    /// When the device has a fault.
    pub(crate) fn run<P: NoUninit>(
        &mut self,
        kernel: &Kernel,
        params: &P,
        views: &[View<'_>],
        groups: [u32; 2],
    ) -> Result<(), BackendError> {
        self.run_timed(kernel, params, views, groups, None)
    }

    /// As [`Recorder::run`], with the times of begin and end written to a query set.
    ///
    /// # Errors
    /// When the device has a fault.
    pub(crate) fn run_timed<P: NoUninit>(
        &mut self,
        kernel: &Kernel,
        params: &P,
        views: &[View<'_>],
        groups: [u32; 2],
        times: Option<&wgpu::QuerySet>,
    ) -> Result<(), BackendError> {
        self.check(views, groups)?;
        let params = self.place_params(bytemuck::bytes_of(params))?;
        let group = self.bind(kernel, params, views);
        let timestamp_writes = times.map(|query_set| wgpu::ComputePassTimestampWrites {
            query_set,
            beginning_of_pass_write_index: Some(0),
            end_of_pass_write_index: Some(1),
        });
        let descriptor = wgpu::ComputePassDescriptor { label: None, timestamp_writes };
        let mut pass = self.commands.begin_compute_pass(&descriptor);
        pass.set_pipeline(&kernel.pipeline);
        pass.set_bind_group(0, &group, &[]);
        pass.dispatch_workgroups(groups[0], groups[1], 1);
        Ok(())
    }

    /// The encoder, for commands that have no name here.
    pub(crate) fn commands(&mut self) -> &mut wgpu::CommandEncoder {
        &mut self.commands
    }

    /// Sends what is recorded.
    ///
    /// # Errors
    /// When the device has a fault.
    pub(crate) fn submit(self) -> Result<SubmissionIndex, BackendError> {
        if !self.params.is_empty() {
            self.device.queue().write_buffer(self.place.raw(), 0, &self.params);
        }
        self.device.submit(self.commands)
    }

    /// Work is cut by the callers; a cut that forgot a limit must not reach the driver, which may do anything with it.
    fn check(&self, views: &[View<'_>], groups: [u32; 2]) -> Result<(), BackendError> {
        let limits = self.device.limits();
        if let Some(view) = views.iter().find(|view| view.bytes > limits.binding_bytes) {
            return Err(BackendError::Unsupported(format!(
                "a binding of {} bytes, at most {}",
                view.bytes, limits.binding_bytes
            )));
        }
        if groups.iter().any(|groups| *groups > limits.groups) {
            return Err(BackendError::Unsupported(format!("{groups:?} workgroups, at most {}", limits.groups)));
        }
        Ok(())
    }

    /// Sends what is recorded so far when there is no room for more parameters, and gives the place of the new ones.
    fn place_params(&mut self, params: &[u8]) -> Result<(u64, u64), BackendError> {
        let align = self.device.limits().params_align as usize;
        if self.params.len() + params.len().next_multiple_of(align) > PARAMS_BYTES {
            let full = std::mem::replace(self, Self::new(self.device)?);
            full.submit()?;
        }
        let offset = self.params.len();
        self.params.extend_from_slice(params);
        self.params.resize(self.params.len().next_multiple_of(align), 0);
        Ok((offset as u64, params.len() as u64))
    }

    fn bind(&self, kernel: &Kernel, (offset, bytes): (u64, u64), views: &[View<'_>]) -> wgpu::BindGroup {
        let params = View::at(&self.place, offset, bytes);
        let entries: Vec<_> = std::iter::once(&params)
            .chain(views)
            .enumerate()
            .map(|(binding, view)| wgpu::BindGroupEntry {
                binding: binding as u32,
                resource: wgpu::BindingResource::Buffer(wgpu::BufferBinding {
                    buffer: view.buffer.raw(),
                    offset: view.offset,
                    size: std::num::NonZeroU64::new(view.bytes),
                }),
            })
            .collect();
        let descriptor = wgpu::BindGroupDescriptor { label: None, layout: &kernel.layout, entries: &entries };
        self.device.raw().create_bind_group(&descriptor)
    }
}

/// `threads` threads in workgroups of 64, on two axes; with the number of threads of a line.
///
/// # Errors
/// [`BackendError::Unsupported`] when a dispatch cannot have as many. On real devices it can have 2^38.
pub(crate) fn line_up(threads: u64, device: &Device) -> Result<([u32; 2], u32), BackendError> {
    let most = u64::from(device.limits().groups);
    let groups = threads.div_ceil(64).max(1);
    if groups > most * most {
        return Err(BackendError::Unsupported(format!(
            "{groups} workgroups in one dispatch, at most {most} on an axis"
        )));
    }
    let wide = groups.min(most);
    Ok(([wide as u32, groups.div_ceil(wide) as u32], 64 * wide as u32))
}
