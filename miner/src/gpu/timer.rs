//! How long a program runs: by the device's clock where it has one, else by this machine's.

use std::sync::Arc;
use std::time::Duration;

use super::device::Device;
use super::engine::words_of;
use super::kernel::{Kernel, View};
use super::pool::{Buffer, scoped};
use super::product::ProductParams;
use super::record::Recorder;
use super::transfer::Readback;
use super::tune::by_clock;
use crate::BackendError;

/// Measures single dispatches.
pub(crate) struct Timer<'d> {
    device: &'d Device,
    queries: Option<(wgpu::QuerySet, Arc<Resolve>)>,
}

/// Where the device writes the times.
struct Resolve {
    raw: wgpu::Buffer,
    copy: Arc<Buffer>,
}

impl<'d> Timer<'d> {
    /// A timer for a device.
    ///
    /// # Errors
    /// When the device has a fault or no memory.
    pub(crate) fn new(device: &'d Device) -> Result<Self, BackendError> {
        let raw = device.raw();
        if !raw.features().contains(wgpu::Features::TIMESTAMP_QUERY) {
            return Ok(Self { device, queries: None });
        }
        let (set, resolve) = scoped(raw, 256, || {
            let set = raw.create_query_set(&wgpu::QuerySetDescriptor {
                label: None,
                ty: wgpu::QueryType::Timestamp,
                count: 2,
            });
            let usage = wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC;
            let place = wgpu::BufferDescriptor { label: None, size: 256, usage, mapped_at_creation: false };
            (set, raw.create_buffer(&place))
        })?;
        let resolve = Arc::new(Resolve { raw: resolve, copy: device.storage(256)? });
        Ok(Self { device, queries: Some((set, resolve)) })
    }

    /// How long one dispatch takes.
    ///
    /// # Errors
    /// A fault of the device.
    pub(crate) fn time(
        &self,
        kernel: &Kernel,
        params: &ProductParams,
        views: &[View<'_>],
        groups: [u32; 2],
    ) -> Result<Duration, BackendError> {
        self.device.finish()?;
        let Some((set, resolve)) = &self.queries else {
            return by_clock(|| {
                let mut recorder = Recorder::new(self.device)?;
                recorder.run(kernel, params, views, groups)?;
                recorder.submit()?;
                self.device.finish()
            });
        };
        let mut words = Vec::new();
        let clock = by_clock(|| {
            let mut recorder = Recorder::new(self.device)?;
            recorder.run_timed(kernel, params, views, groups, Some(set))?;
            recorder.commands().resolve_query_set(set, 0..2, &resolve.raw, 0);
            recorder.commands().copy_buffer_to_buffer(&resolve.raw, 0, resolve.copy.raw(), 0, Some(16));
            words = Readback::start(self.device, recorder, (&resolve.copy, 0), 16)?.finish(self.device, words_of)?;
            Ok(())
        })?;
        let [begin, end] = [0, 2].map(|at| u64::from(words[at]) | u64::from(words[at + 1]) << 32);
        let ticks = end.wrapping_sub(begin) as f64 * f64::from(self.device.queue().get_timestamp_period());
        // A clock that stood still or ran backwards is no clock.
        let measured = Duration::from_secs_f64(ticks.clamp(0.0, 1e18) / 1e9);
        Ok(if measured.is_zero() || measured > clock { clock } else { measured })
    }
}
