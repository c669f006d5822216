//! A device with its queue, faults and buffers; everything that is sent to it goes through here.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use wgpu::{PollError, PollType, SubmissionIndex};

use super::fault::{Faults, lock, meaning};
use super::limits::{Limits, Options};
use super::pool::{Buffer, Pool, Use};
use crate::BackendError;

/// Submissions that may be unfinished at a time. Bounds the memory they hold and how long a wait for the oldest takes.
const IN_FLIGHT: usize = 4;
/// How long one submission may take before the device counts as lost. Submissions are cut to well below a second.
const PATIENCE: Duration = Duration::from_secs(120);

/// An open device.
pub(crate) struct Device {
    raw: wgpu::Device,
    queue: wgpu::Queue,
    limits: Limits,
    faults: Arc<Faults>,
    pool: Arc<Pool>,
    flight: Mutex<VecDeque<SubmissionIndex>>,
}

impl Device {
    /// Takes over a device of wgpu.
    pub(crate) fn new(raw: wgpu::Device, queue: wgpu::Queue, options: &Options) -> Self {
        let faults = Arc::new(Faults::default());
        let lost = Arc::clone(&faults);
        raw.set_device_lost_callback(move |reason, message| {
            lost.record(BackendError::Lost(format!("{reason:?} {message}").trim_end().to_owned()));
        });
        let uncaptured = Arc::clone(&faults);
        raw.on_uncaptured_error(Arc::new(move |error| uncaptured.record(meaning(error, 0))));
        let limits = options.lower(Limits::of(&raw.limits()));
        let pool = Pool::new(raw.clone(), Arc::clone(&faults), limits.buffer_bytes, options);
        Self { raw, queue, limits, faults, pool, flight: Mutex::default() }
    }

    /// wgpu's device.
    pub(crate) fn raw(&self) -> &wgpu::Device {
        &self.raw
    }

    /// wgpu's queue.
    pub(crate) fn queue(&self) -> &wgpu::Queue {
        &self.queue
    }

    /// What the device allows.
    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// # Errors
    /// The first fault of the device, if it had one.
    pub(crate) fn check(&self) -> Result<(), BackendError> {
        self.faults.check()
    }

    /// Declares the device unfit for any further use.
    pub(crate) fn condemn(&self, fault: BackendError) {
        self.faults.record(fault);
    }

    /// A buffer for operands and results, with undefined content.
    ///
    /// # Errors
    /// As [`Pool::take`].
    pub(crate) fn storage(&self, bytes: u64) -> Result<Arc<Buffer>, BackendError> {
        self.pool.take(Use::Storage, bytes)
    }

    /// A buffer for another use.
    ///
    /// # Errors
    /// As [`Pool::take`].
    pub(crate) fn buffer(&self, purpose: Use, bytes: u64) -> Result<Arc<Buffer>, BackendError> {
        self.pool.take(purpose, bytes)
    }

    /// A buffer with these words, then zeros up to `bytes`.
    ///
    /// # Errors
    /// As [`Pool::take`].
    pub(crate) fn small(&self, words: &[u32], bytes: u64) -> Result<Arc<Buffer>, BackendError> {
        let mut content = bytemuck::cast_slice::<u32, u8>(words).to_vec();
        content.resize(content.len().max(bytes as usize), 0);
        let buffer = self.storage(content.len() as u64)?;
        self.queue.write_buffer(buffer.raw(), 0, &content);
        Ok(buffer)
    }

    /// Sends commands, and waits for the oldest ones if too many are under way.
    ///
    /// # Errors
    /// A fault of the device.
    pub(crate) fn submit(&self, commands: wgpu::CommandEncoder) -> Result<SubmissionIndex, BackendError> {
        self.check()?;
        let index = self.queue.submit([commands.finish()]);
        let oldest = {
            let mut flight = lock(&self.flight);
            flight.push_back(index.clone());
            if flight.len() > IN_FLIGHT { flight.pop_front() } else { None }
        };
        match oldest {
            Some(oldest) => self.wait(oldest)?,
            None => self.check()?,
        }
        Ok(index)
    }

    /// Waits until a submission is finished.
    ///
    /// # Errors
    /// A fault of the device; not to answer in two minutes is one.
    pub(crate) fn wait(&self, index: SubmissionIndex) -> Result<(), BackendError> {
        self.poll(PollType::Wait { submission_index: Some(index), timeout: Some(PATIENCE) })
    }

    /// Waits until everything sent is finished.
    ///
    /// # Errors
    /// As [`Device::wait`].
    pub(crate) fn finish(&self) -> Result<(), BackendError> {
        self.poll(PollType::Wait { submission_index: None, timeout: Some(PATIENCE) })
    }

    /// Lets callbacks run that need not wait for the device.
    ///
    /// # Errors
    /// As [`Device::wait`].
    pub(crate) fn turn(&self) -> Result<(), BackendError> {
        self.poll(PollType::Poll)
    }

    fn poll(&self, poll: PollType) -> Result<(), BackendError> {
        match self.raw.poll(poll) {
            Ok(_) => {}
            Err(PollError::Timeout) => {
                self.condemn(BackendError::Lost(format!("no answer within {} s", PATIENCE.as_secs())));
            }
            Err(error) => self.condemn(BackendError::Lost(error.to_string())),
        }
        self.check()
    }
}
