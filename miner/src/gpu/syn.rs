//! SYN tickets.

use std::ops::Range;
use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use omnit_proof::blake3::Words;
use omnit_proof::ticket::{SYN_GRID, SynKeys, Target, Ticket};
use omnit_proof::{Hash, ProofError};

use super::engine::{Engine, vectors, whole};
use super::kernel::View;
use super::pool::Buffer;
use super::product::{Cut, Kind, ProductParams, Rect};
use super::record::{Recorder, line_up};
use super::shader::SYN_ROWS;
use super::tensor::SLAB;
use super::winners::{Folds, Winners, blocks_at_once};
use crate::{BackendError, Grid};

/// Parameters of all programs that make noise or pseudorandom operands.
#[derive(Clone, Copy, Default, Pod, Zeroable)]
#[repr(C)]
pub(super) struct NoiseParams {
    pub(super) key: [[u32; 4]; 2],
    pub(super) first: u32,
    pub(super) rows: u32,
    pub(super) threads: u32,
    pub(super) threads_x: u32,
    pub(super) slabs: u32,
    pub(super) option: u32,
    pub(super) pad: [u32; 2],
}

/// Operand blocks on the device: all slabs of some blocks of rows.
struct Blocks {
    buffer: Arc<Buffer>,
    rows: u32,
    slabs: u32,
}

impl Blocks {
    fn view(&self) -> View<'_> {
        whole(&self.buffer, u64::from(self.rows) * u64::from(self.slabs * SLAB))
    }
}

/// Winning SYN tickets of a seed within a grid.
///
/// # Errors
/// When the grid leaves 0 .. 64, or the device has a fault.
pub(crate) fn syn_tickets(
    engine: &Engine,
    seed: &Hash,
    grid: &Grid,
    target: &Target,
) -> Result<Vec<Ticket>, BackendError> {
    if let Some(end) = grid.end.iter().find(|end| **end > SYN_GRID) {
        return Err(ProofError::OutOfRange { position: end - 1, limit: SYN_GRID }.into());
    }
    let mut winners = Winners::new(engine, seed, target);
    if !grid.is_empty() {
        let keys = SynKeys::new(seed);
        let slabs = grid.start[2]..grid.end[2];
        let wide = operand_blocks(engine, slabs.len() as u32)?;
        for i in ranges(grid.start[0]..grid.end[0], wide) {
            for j in ranges(grid.start[1]..grid.end[1], wide) {
                box_of_tickets(engine, &mut winners, &keys, [i.clone(), j, slabs.clone()])?;
            }
        }
    }
    winners.finish()
}

/// Blocks of rows whose operands fit a binding.
fn operand_blocks(engine: &Engine, slabs: u32) -> Result<u32, BackendError> {
    let bytes = u64::from(SLAB * SLAB * slabs);
    match engine.device.limits().binding_bytes / bytes {
        0 => Err(BackendError::Unsupported(format!("a binding of {bytes} bytes"))),
        blocks => Ok(blocks.min(SYN_GRID.into()) as u32),
    }
}

fn ranges(all: Range<u32>, step: u32) -> impl Iterator<Item = Range<u32>> {
    all.clone().step_by(step as usize).map(move |start| start..all.end.min(start + step))
}

fn box_of_tickets(
    engine: &Engine,
    winners: &mut Winners<'_>,
    keys: &SynKeys,
    [i, j, slabs]: [Range<u32>; 3],
) -> Result<(), BackendError> {
    let mut recorder = engine.record()?;
    let a = operands(engine, &mut recorder, &keys.a, &i, &slabs)?;
    let b = operands(engine, &mut recorder, &keys.b, &j, &slabs)?;
    recorder.submit()?;
    let ready = engine.programs.product(&engine.device, Kind::Fold, a.rows)?;
    let cut = fold_cut(engine, ready.cut(&engine.device, SLAB * a.slabs, engine.dispatch_secs()), a.slabs);
    for rect in cut.rects(a.rows, b.rows) {
        let folds = folds_of(engine, &rect, [i.start, j.start, slabs.start], a.slabs)?;
        let params = ProductParams {
            slabs: a.slabs,
            a_row: rect.row,
            a_rows: a.rows,
            b_row: rect.col,
            b_rows: b.rows,
            rows: rect.rows,
            cols: rect.cols,
            fold_cols: folds.extent[1],
            ..ProductParams::default()
        };
        let mut recorder = engine.record()?;
        let views = [a.view(), b.view(), whole(&folds.buffer, folds.bytes())];
        recorder.run(&ready.kernel, &params, &views, cut.workgroups(&rect))?;
        winners.look(recorder, folds)?;
    }
    Ok(())
}

/// A cut whose dispatches also have no more folds than may wait.
pub(super) fn fold_cut(engine: &Engine, cut: Cut, slabs: u32) -> Cut {
    let tile_blocks = u64::from(cut.tile[0] / SLAB * (cut.tile[1] / SLAB));
    Cut { tiles: cut.tiles.min(blocks_at_once(engine, slabs) / tile_blocks).max(1), ..cut }
}

/// Room for the folds of a rectangle of rows of A and B, whose first blocks are at `first`.
pub(super) fn folds_of(engine: &Engine, rect: &Rect, first: [u32; 3], slabs: u32) -> Result<Folds, BackendError> {
    let [i, j, slab] = first;
    let extent = [rect.rows.div_ceil(SLAB), rect.cols.div_ceil(SLAB), slabs];
    Folds::new(engine, [i + rect.row / SLAB, j + rect.col / SLAB, slab], extent)
}

fn operands(
    engine: &Engine,
    recorder: &mut Recorder<'_>,
    key: &Words,
    blocks: &Range<u32>,
    slabs: &Range<u32>,
) -> Result<Blocks, BackendError> {
    let (rows, count) = (SLAB * blocks.len() as u32, slabs.len() as u32);
    let threads = rows * count;
    let made = Blocks { buffer: engine.device.storage(u64::from(threads) * u64::from(SLAB))?, rows, slabs: count };
    let (groups, threads_x) = line_up(threads.into(), &engine.device)?;
    let params = NoiseParams {
        key: vectors(key),
        first: blocks.start,
        rows,
        threads,
        threads_x,
        slabs: count,
        option: slabs.start,
        ..NoiseParams::default()
    };
    let kernel = engine.programs.get(&engine.device, &SYN_ROWS)?;
    recorder.run(&kernel, &params, &[made.view()], groups)?;
    Ok(made)
}
