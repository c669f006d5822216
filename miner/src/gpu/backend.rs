//! The backend for people who do not care what is inside.

use omnit_proof::profile::AddRequant;
use omnit_proof::ticket::{Target, Ticket};
use omnit_proof::{Hash, Role};

use super::adapter::DeviceInfo;
use super::commit::commit;
use super::device::Device;
use super::elementwise::{add_rq, lut};
use super::engine::Engine;
use super::limits::Options;
use super::matmul::matmul_rq;
use super::mined::matmul_rq_mined;
use super::product::ProductSource;
use super::programs::Programs;
use super::syn::syn_tickets;
use super::transfer::download;
use super::tune::{choices, product_secs};
use crate::selftest::{self, Depth};
use crate::{Backend, BackendError, Grid, JobMining, Layer, Matrix, Tensor};

/// A GPU (or its software double) through wgpu. Let it [`GpuBackend::prove`] itself before relying on it.
pub struct GpuBackend {
    engine: Engine,
    info: DeviceInfo,
}

impl GpuBackend {
    /// Takes over an open device and finds the best programs for it.
    ///
    /// # Errors
    /// When no program for products runs on the device.
    pub(crate) fn new(
        device: Device,
        info: DeviceInfo,
        options: Options,
        source: Box<dyn ProductSource>,
    ) -> Result<Self, BackendError> {
        let mut engine = Engine::new(device, Programs::new(source), options);
        let choices = choices(&engine, &info)?;
        engine.programs.choose(choices);
        Ok(Self { engine, info })
    }

    /// The device.
    #[must_use]
    pub fn info(&self) -> &DeviceInfo {
        &self.info
    }

    /// Name of the chosen program and measured multiply-accumulates a second for every kind of product, by kind.
    #[must_use]
    pub fn programs(&self) -> Vec<(String, String, f64)> {
        let chosen = self.engine.programs.choices().iter();
        let mut programs: Vec<_> =
            chosen.map(|(kind, chosen)| (format!("{kind:?}"), chosen.variant.name.clone(), chosen.rate)).collect();
        programs.sort_by(|a, b| a.0.cmp(&b.0));
        programs
    }

    /// Waits until the device has nothing left to do.
    ///
    /// # Errors
    /// A fault of the device.
    pub fn finish(&self) -> Result<(), BackendError> {
        self.engine.device.finish()
    }

    /// Gives the device up, also while tensors on it are still around. Every later call is [`BackendError::Lost`].
    pub fn close(&self) {
        self.engine.device.raw().destroy();
        // The loss is reported while waiting, to this call too: it is what was asked for.
        let _ = self.engine.device.finish();
    }

    /// Compares with known answers ([`selftest::check`]). When the device gives a wrong one, every later call fails with it.
    ///
    /// # Errors
    /// Those of the test.
    pub fn prove(&mut self) -> Result<(), BackendError> {
        let result = selftest::check(self, Depth::Start);
        if let Err(error @ BackendError::WrongAnswer(_)) = &result {
            self.engine.device.condemn(error.clone());
        }
        result
    }
}

impl Backend for GpuBackend {
    fn name(&self) -> &str {
        self.engine.programs.source().name()
    }

    fn upload(&mut self, matrix: &Matrix) -> Result<Tensor, BackendError> {
        Ok(self.engine.upload(matrix)?.into_tensor())
    }

    fn download(&mut self, tensor: &Tensor) -> Result<Matrix, BackendError> {
        download(&self.engine.device, self.engine.storage(tensor)?)
    }

    fn matmul_rq(&mut self, x: &Tensor, layer: &Layer) -> Result<Tensor, BackendError> {
        Ok(matmul_rq(&self.engine, self.engine.storage(x)?, layer)?.into_tensor())
    }

    fn lut(&mut self, x: &Tensor, table: &[i8; 256]) -> Result<Tensor, BackendError> {
        Ok(lut(&self.engine, self.engine.storage(x)?, table)?.into_tensor())
    }

    fn add_rq(&mut self, a: &Tensor, b: &Tensor, requant: AddRequant) -> Result<Tensor, BackendError> {
        for (what, left, right) in [("rows of A and B", a.rows(), b.rows()), ("columns of A and B", a.cols(), b.cols())]
        {
            if left != right {
                return Err(BackendError::Shape { what, left, right });
            }
        }
        Ok(add_rq(&self.engine, self.engine.storage(a)?, self.engine.storage(b)?, requant)?.into_tensor())
    }

    fn commit(&mut self, x: &Tensor, role: Role) -> Result<Hash, BackendError> {
        commit(&self.engine, self.engine.storage(x)?, role)
    }

    fn syn_tickets(&mut self, seed: &Hash, grid: &Grid, target: &Target) -> Result<Vec<Ticket>, BackendError> {
        self.engine.device.check()?;
        syn_tickets(&self.engine, seed, grid, target)
    }

    fn matmul_rq_mined(
        &mut self,
        x: &Tensor,
        layer: &Layer,
        mining: &JobMining,
    ) -> Result<(Tensor, Vec<Ticket>), BackendError> {
        let (out, tickets) = matmul_rq_mined(&self.engine, self.engine.storage(x)?, layer, mining)?;
        Ok((out.into_tensor(), tickets))
    }

    fn kernel_secs(&mut self, side: u32) -> Result<Option<f64>, BackendError> {
        self.engine.device.check()?;
        product_secs(&self.engine, side).map(Some)
    }
}
