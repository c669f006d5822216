//! From folds on the device to the tickets that win.

use std::ops::Range;
use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use omnit_proof::Hash;
use omnit_proof::blake3::{bytes, words};
use omnit_proof::ticket::{Position, Target, Ticket};

use super::engine::{Engine, vectors, whole, words_of};
use super::pool::Buffer;
use super::record::{Recorder, line_up};
use super::shader::TICKETS;
use super::transfer::Readback;
use crate::BackendError;

/// Bytes of a fold.
pub(crate) const FOLD: u64 = 64;
/// Words before the list: the number of winners, and unused ones.
const HEAD: usize = 4;
/// Words of a winner: I, J, Λ, an unused one, hash.
const ENTRY: usize = 12;

#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct Params {
    seed: [[u32; 4]; 2],
    target: [[u32; 4]; 2],
    first: [u32; 3],
    room: u32,
    extent: [u32; 3],
    threads_x: u32,
    from_fold: u32,
    to_fold: u32,
    pad: [u32; 2],
}

/// Folds of a box of positions, ordered by I, then J, then Λ.
pub(crate) struct Folds {
    /// Where they are.
    pub(crate) buffer: Arc<Buffer>,
    /// Position of the first.
    pub(crate) first: [u32; 3],
    /// Positions on each axis.
    pub(crate) extent: [u32; 3],
}

impl Folds {
    /// Room for the folds of a box.
    ///
    /// # Errors
    /// When the device has too little memory.
    pub(crate) fn new(engine: &Engine, first: [u32; 3], extent: [u32; 3]) -> Result<Self, BackendError> {
        let count: u64 = extent.iter().map(|axis| u64::from(*axis)).product();
        Ok(Self { buffer: engine.device.storage(count * FOLD)?, first, extent })
    }

    /// Number of folds. Callers keep it below what fits a binding.
    pub(crate) fn count(&self) -> u32 {
        self.extent.iter().product()
    }

    /// Their bytes.
    pub(crate) fn bytes(&self) -> u64 {
        u64::from(self.count()) * FOLD
    }
}

/// Most 64×64 blocks whose folds over `slabs` slabs are kept at once.
pub(crate) fn blocks_at_once(engine: &Engine, slabs: u32) -> u64 {
    let bytes = engine.options.fold_bytes.min(engine.device.limits().binding_bytes);
    (bytes / FOLD / u64::from(slabs)).max(1)
}

/// A list on its way back.
struct Pending {
    folds: Folds,
    list: Readback,
}

/// Collects the winning tickets of one seed. While the list of one batch of folds travels, the device works on the next.
pub(crate) struct Winners<'e> {
    engine: &'e Engine,
    seed: Hash,
    target: Target,
    pending: Option<Pending>,
    found: Vec<Ticket>,
}

impl<'e> Winners<'e> {
    /// None found yet.
    pub(crate) fn new(engine: &'e Engine, seed: &Hash, target: &Target) -> Self {
        Self { engine, seed: *seed, target: *target, pending: None, found: Vec::new() }
    }

    /// Sends what is recorded, which makes the folds, and looks at them.
    ///
    /// # Errors
    /// A fault of the device.
    pub(crate) fn look(&mut self, recorder: Recorder<'_>, folds: Folds) -> Result<(), BackendError> {
        let list = self.list(recorder, &folds, 0..folds.count())?;
        let before = self.pending.replace(Pending { folds, list });
        before.map_or(Ok(()), |before| self.collect(before))
    }

    /// All winners.
    ///
    /// # Errors
    /// A fault of the device.
    pub(crate) fn finish(mut self) -> Result<Vec<Ticket>, BackendError> {
        if let Some(last) = self.pending.take() {
            self.collect(last)?;
        }
        Ok(self.found)
    }

    fn collect(&mut self, Pending { folds, list }: Pending) -> Result<(), BackendError> {
        let all = 0..folds.count();
        self.take(&folds, all, list)
    }

    /// Takes a list, or makes it again in pieces that cannot overflow all at once when more won than it has room for.
    fn take(&mut self, folds: &Folds, range: Range<u32>, list: Readback) -> Result<(), BackendError> {
        let words = list.finish(&self.engine.device, words_of)?;
        let (won, room) = (words[0], self.room());
        if won > range.end - range.start {
            return Err(BackendError::WrongAnswer(format!("{won} winners among {} tickets", range.end - range.start)));
        }
        if won <= room {
            for entry in words[HEAD..].chunks_exact(ENTRY).take(won as usize) {
                self.found.push(ticket(entry)?);
            }
            return Ok(());
        }
        // Twice as many pieces as an even spread needs, and never pieces of nothing.
        let pieces = 2 * won.div_ceil(room);
        let step = (range.end - range.start).div_ceil(pieces).max(1);
        for start in range.clone().step_by(step as usize) {
            let piece = start..range.end.min(start + step);
            let list = self.list(self.engine.record()?, folds, piece.clone())?;
            self.take(folds, piece, list)?;
        }
        Ok(())
    }

    fn room(&self) -> u32 {
        let bytes = self.engine.device.limits().binding_bytes;
        let fitting = (bytes / 4).saturating_sub(HEAD as u64) / ENTRY as u64;
        u64::from(self.engine.options.winners).min(fitting).clamp(1, 1 << 20) as u32
    }

    fn list(&self, mut recorder: Recorder<'_>, folds: &Folds, range: Range<u32>) -> Result<Readback, BackendError> {
        let device = &self.engine.device;
        let kernel = self.engine.programs.get(device, &TICKETS)?;
        let bytes = 4 * (HEAD + ENTRY * self.room() as usize) as u64;
        let list = device.storage(bytes)?;
        let (groups, threads_x) = line_up(u64::from(range.end - range.start), device)?;
        let params = Params {
            seed: vectors(&words(&self.seed)),
            target: vectors(&words(&self.target.0.to_le_bytes())),
            first: folds.first,
            room: self.room(),
            extent: folds.extent,
            threads_x,
            from_fold: range.start,
            to_fold: range.end,
            pad: [0; 2],
        };
        recorder.clear(&list, 4 * HEAD as u64);
        recorder.run(&kernel, &params, &[whole(&folds.buffer, folds.bytes()), whole(&list, bytes)], groups)?;
        Readback::start(device, recorder, (&list, 0), bytes)
    }
}

fn ticket(entry: &[u32]) -> Result<Ticket, BackendError> {
    let position = Position::new(entry[0], entry[1], entry[2])
        .map_err(|error| BackendError::WrongAnswer(format!("a ticket at an impossible position: {error}")))?;
    Ok(Ticket { position, hash: bytes(&std::array::from_fn(|i| entry[4 + i])) })
}
