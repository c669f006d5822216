//! A backend whose tickets are recomputed.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};

use omnit_proof::profile::AddRequant;
use omnit_proof::ticket::{self, Target, Ticket};
use omnit_proof::tree::operand_bytes;
use omnit_proof::{Hash, Role, Shape};

use crate::reference::block_of;
use crate::{Backend, BackendError, Grid, JobMining, Layer, Matrix, Tensor, cpu};

/// One opened and tested path. Does what its backend does, and answers [`BackendError::WrongAnswer`] instead of a ticket that is not one.
pub struct Session {
    backend: Box<dyn Backend>,
    id: u64,
}

impl Session {
    pub(super) fn new(backend: Box<dyn Backend>) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self { backend, id: NEXT.fetch_add(1, Ordering::Relaxed) }
    }

    /// Refuses tickets of a layer that are not what `omnit-proof` computes from the operands as they are on the device, or if the device commits
    /// to other operands.
    fn check_job(&mut self, x: &Tensor, w: &Tensor, mining: &JobMining, won: &[Ticket]) -> Result<(), BackendError> {
        if won.is_empty() {
            return Ok(());
        }
        let [x, w] = [(x, Role::Activation), (w, Role::Weight)].map(|(tensor, role)| self.committed(tensor, role));
        let (x, w) = (x?, w?);
        check_each(won, &mining.target, |position| {
            let (a, b) = (block_of(&x, position.i(), position.slab()), block_of(&w, position.j(), position.slab()));
            ticket::job(&mining.seed, &mining.keys, position, &a, &b)
        })
    }

    /// A matrix as it is on the device, and whose root the device knows.
    fn committed(&mut self, tensor: &Tensor, role: Role) -> Result<Matrix, BackendError> {
        let matrix = self.backend.download(tensor)?;
        let shape = Shape::new(role, matrix.rows(), matrix.cols())?;
        if cpu::commit(&shape, operand_bytes(matrix.data())) != self.backend.commit(tensor, role)? {
            return Err(BackendError::WrongAnswer(format!("another root for a matrix of {tensor:?}")));
        }
        Ok(matrix)
    }
}

/// Refuses tickets twice, above the target, or with another hash than `recompute` gives.
fn check_each(
    won: &[Ticket],
    target: &Target,
    recompute: impl Fn(ticket::Position) -> omnit_proof::Result<Hash>,
) -> Result<(), BackendError> {
    let wrong = |ticket: &Ticket, what: &str| {
        let (i, j, slab) = (ticket.position.i(), ticket.position.j(), ticket.position.slab());
        Err(BackendError::WrongAnswer(format!("ticket {i}, {j}, {slab}: {what}")))
    };
    let mut seen = HashSet::new();
    for ticket in won {
        if !seen.insert(ticket.position) {
            return wrong(ticket, "answered twice");
        }
        match recompute(ticket.position) {
            Ok(hash) if hash != ticket.hash => return wrong(ticket, "its hash is another"),
            Ok(hash) if !target.is_met(&hash) => return wrong(ticket, "it does not win"),
            Ok(_) => {}
            Err(error) => return wrong(ticket, &error.to_string()),
        }
    }
    Ok(())
}

fn is_inside(ticket: &Ticket, start: [u32; 3], end: [u32; 3]) -> bool {
    let position = [ticket.position.i(), ticket.position.j(), ticket.position.slab()];
    (0..3).all(|axis| (start[axis]..end[axis]).contains(&position[axis]))
}

fn check_inside(won: &[Ticket], start: [u32; 3], end: [u32; 3]) -> Result<(), BackendError> {
    match won.iter().find(|ticket| !is_inside(ticket, start, end)) {
        None => Ok(()),
        Some(ticket) => {
            Err(BackendError::WrongAnswer(format!("a ticket at {:?}, which was not asked for", ticket.position)))
        }
    }
}

impl Backend for Session {
    fn name(&self) -> &str {
        self.backend.name()
    }

    fn upload(&mut self, matrix: &Matrix) -> Result<Tensor, BackendError> {
        self.backend.upload(matrix)
    }

    fn download(&mut self, tensor: &Tensor) -> Result<Matrix, BackendError> {
        self.backend.download(tensor)
    }

    fn matmul_rq(&mut self, x: &Tensor, layer: &Layer) -> Result<Tensor, BackendError> {
        self.backend.matmul_rq(x, layer)
    }

    fn lut(&mut self, x: &Tensor, table: &[i8; 256]) -> Result<Tensor, BackendError> {
        self.backend.lut(x, table)
    }

    fn add_rq(&mut self, a: &Tensor, b: &Tensor, requant: AddRequant) -> Result<Tensor, BackendError> {
        self.backend.add_rq(a, b, requant)
    }

    fn commit(&mut self, x: &Tensor, role: Role) -> Result<Hash, BackendError> {
        self.backend.commit(x, role)
    }

    fn syn_tickets(&mut self, seed: &Hash, grid: &Grid, target: &Target) -> Result<Vec<Ticket>, BackendError> {
        let won = self.backend.syn_tickets(seed, grid, target)?;
        check_inside(&won, grid.start, grid.end)?;
        check_each(&won, target, |position| ticket::syn(seed, position))?;
        Ok(won)
    }

    fn matmul_rq_mined(
        &mut self,
        x: &Tensor,
        layer: &Layer,
        mining: &JobMining,
    ) -> Result<(Tensor, Vec<Ticket>), BackendError> {
        let (y, won) = self.backend.matmul_rq_mined(x, layer, mining)?;
        let end = [x.rows(), layer.weights.rows(), x.cols()].map(|size| size.div_ceil(ticket::SIDE as u32));
        check_inside(&won, [0; 3], end)?;
        self.check_job(x, &layer.weights, mining, &won)?;
        Ok((y, won))
    }
}

/// Something that stays on a device between works, and is made again when the path changes.
#[derive(Debug, Default)]
pub struct Resident<T> {
    kept: Option<(u64, T)>,
}

impl<T> Resident<T> {
    /// Nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { kept: None }
    }

    /// What is on the session's device, made by `make` if it is not there yet.
    ///
    /// # Errors
    /// Those of `make`.
    pub fn get<E>(&mut self, session: &mut Session, make: impl FnOnce(&mut Session) -> Result<T, E>) -> Result<&T, E> {
        let kept = match self.kept.take() {
            Some(kept) if kept.0 == session.id => kept,
            _ => (session.id, make(session)?),
        };
        Ok(&self.kept.insert(kept).1)
    }
}
