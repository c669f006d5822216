//! A backend that computes rightly until it is told not to.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use omnit_miner::cpu::{self, CpuOptions};
use omnit_miner::{Backend, BackendError, Grid, JobMining, Layer, Matrix, Tensor};
use omnit_proof::profile::AddRequant;
use omnit_proof::ticket::{Position, Target, Ticket};
use omnit_proof::{Hash, Role};

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Fault {
    None,
    WrongElement,
    WrongTicket,
    TicketTwice,
    TicketElsewhere,
    LosingTicket,
    WrongRoot,
    Lost,
    OutOfMemory,
}

const FAULTS: [Fault; 9] = [
    Fault::None,
    Fault::WrongElement,
    Fault::WrongTicket,
    Fault::TicketTwice,
    Fault::TicketElsewhere,
    Fault::LosingTicket,
    Fault::WrongRoot,
    Fault::Lost,
    Fault::OutOfMemory,
];

/// Sets the fault while the backend is in use.
#[derive(Clone, Default)]
pub(crate) struct Switch(Arc<AtomicU8>);

impl Switch {
    pub(crate) fn set(&self, fault: Fault) {
        self.0.store(fault as u8, Ordering::Relaxed);
    }

    fn get(&self) -> Fault {
        FAULTS[usize::from(self.0.load(Ordering::Relaxed))]
    }
}

/// The processor with faults.
pub(crate) struct Faulty {
    inner: Box<dyn Backend>,
    switch: Switch,
}

impl Faulty {
    pub(crate) fn open(switch: &Switch) -> Result<Box<dyn Backend>, BackendError> {
        Ok(Box::new(Self { inner: cpu::open(CpuOptions::default())?, switch: switch.clone() }))
    }

    fn fail(&self) -> Result<(), BackendError> {
        match self.switch.get() {
            Fault::Lost => Err(BackendError::Lost("pulled out".to_owned())),
            Fault::OutOfMemory => Err(BackendError::OutOfMemory { bytes: 1 << 40, reason: "full".to_owned() }),
            _ => Ok(()),
        }
    }

    /// What tickets are really compared with.
    fn target(&self, target: Target) -> Target {
        if self.switch.get() == Fault::LosingTicket { Target::EASIEST } else { target }
    }

    fn spoil(&self, mut won: Vec<Ticket>) -> Vec<Ticket> {
        let Some(first) = won.first_mut() else { return won };
        match self.switch.get() {
            Fault::WrongTicket => first.hash[0] ^= 1,
            Fault::TicketElsewhere => first.position = Position::new(63, 63, 63).unwrap(),
            Fault::TicketTwice => {
                let first = *first;
                won.push(first);
            }
            _ => {}
        }
        won
    }

    fn spoil_element(&mut self, tensor: Tensor) -> Result<Tensor, BackendError> {
        if self.switch.get() != Fault::WrongElement {
            return Ok(tensor);
        }
        let matrix = self.inner.download(&tensor)?;
        let mut data = matrix.data().to_vec();
        let last = data.last_mut().unwrap();
        *last = if *last == 0 { 1 } else { 0 };
        self.inner.upload(&Matrix::computed(matrix.rows(), matrix.cols(), data))
    }
}

impl Backend for Faulty {
    fn name(&self) -> &str {
        "faulty"
    }

    fn upload(&mut self, matrix: &Matrix) -> Result<Tensor, BackendError> {
        self.fail()?;
        self.inner.upload(matrix)
    }

    fn download(&mut self, tensor: &Tensor) -> Result<Matrix, BackendError> {
        self.fail()?;
        self.inner.download(tensor)
    }

    fn matmul_rq(&mut self, x: &Tensor, layer: &Layer) -> Result<Tensor, BackendError> {
        self.fail()?;
        let y = self.inner.matmul_rq(x, layer)?;
        self.spoil_element(y)
    }

    fn lut(&mut self, x: &Tensor, table: &[i8; 256]) -> Result<Tensor, BackendError> {
        self.fail()?;
        self.inner.lut(x, table)
    }

    fn add_rq(&mut self, a: &Tensor, b: &Tensor, requant: AddRequant) -> Result<Tensor, BackendError> {
        self.fail()?;
        self.inner.add_rq(a, b, requant)
    }

    fn commit(&mut self, x: &Tensor, role: Role) -> Result<Hash, BackendError> {
        self.fail()?;
        let mut root = self.inner.commit(x, role)?;
        root[31] ^= u8::from(self.switch.get() == Fault::WrongRoot);
        Ok(root)
    }

    fn syn_tickets(&mut self, seed: &Hash, grid: &Grid, target: &Target) -> Result<Vec<Ticket>, BackendError> {
        self.fail()?;
        let won = self.inner.syn_tickets(seed, grid, &self.target(*target))?;
        Ok(self.spoil(won))
    }

    fn matmul_rq_mined(
        &mut self,
        x: &Tensor,
        layer: &Layer,
        mining: &JobMining,
    ) -> Result<(Tensor, Vec<Ticket>), BackendError> {
        self.fail()?;
        let mining = JobMining { target: self.target(mining.target), ..*mining };
        let (y, won) = self.inner.matmul_rq_mined(x, layer, &mining)?;
        Ok((self.spoil_element(y)?, self.spoil(won)))
    }
}
