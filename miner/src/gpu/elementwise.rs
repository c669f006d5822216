//! LUT, ADD_RQ and the search for operands out of range.

use bytemuck::{Pod, Zeroable};
use omnit_proof::ProofError;
use omnit_proof::ops::check_table;
use omnit_proof::profile::{AddRequant, Bounds};

use super::engine::{Engine, note_bounds};
use super::kernel::View;
use super::record::line_up;
use super::shader::{ADD_RQ, FIND_BAD, LUT};
use super::tensor::{Layout, Part, Storage};
use crate::BackendError;

/// A shift from which on the rounded sum of two scaled operands is 0: |a·M + b·M_b| < 2^23.
const MAX_ADD_SHIFT: u8 = 24;

#[derive(Clone, Copy, Default, Pod, Zeroable)]
#[repr(C)]
struct Params {
    words: u32,
    stride: u32,
    rows: u32,
    cols: u32,
    multipliers: [u32; 2],
    shift: u32,
    threads_x: u32,
    lo: i32,
    hi: i32,
    pad: [u32; 2],
}

impl Params {
    /// Sizes of one part, and the workgroups for it.
    fn new(engine: &Engine, layout: &Layout, part: &Part) -> Result<(Self, [u32; 2]), BackendError> {
        let words = u64::from(part.rows) * u64::from(layout.stride());
        let (groups, threads_x) = line_up(words, &engine.device)?;
        let (stride, cols) = (layout.stride(), layout.cols);
        Ok((Self { words: words as u32, stride, rows: part.rows, cols, threads_x, ..Self::default() }, groups))
    }
}

/// LUT.
///
/// # Errors
/// When the table breaks the profile, or the device has a fault.
pub(crate) fn lut(engine: &Engine, x: &Storage, table: &[i8; 256]) -> Result<Storage, BackendError> {
    check_table(table, Bounds::FULL)?;
    let kernel = engine.programs.get(&engine.device, &LUT)?;
    let out = engine.room(x.layout.rows, x.layout.cols)?;
    let entries: Vec<u32> = table.iter().map(|entry| i32::from(*entry).cast_unsigned()).collect();
    let place = engine.device.small(&entries, 0)?;
    let mut recorder = engine.record()?;
    for (from, to) in x.parts.iter().zip(&out.parts) {
        let (params, groups) = Params::new(engine, &x.layout, from)?;
        recorder.run(&kernel, &params, &[from.view(), View::new(&place, 1_024), to.view()], groups)?;
    }
    recorder.submit()?;
    let lo = table.iter().copied().min().unwrap_or_default();
    let hi = table.iter().copied().max().unwrap_or_default();
    note_bounds(&out, Bounds::new(lo, hi)?);
    Ok(out)
}

/// ADD_RQ of two matrices of one size.
///
/// # Errors
/// A fault of the device.
pub(crate) fn add_rq(engine: &Engine, a: &Storage, b: &Storage, requant: AddRequant) -> Result<Storage, BackendError> {
    let kernel = engine.programs.get(&engine.device, &ADD_RQ)?;
    let out = engine.room(a.layout.rows, a.layout.cols)?;
    let mut recorder = engine.record()?;
    for ((a_part, b_part), to) in a.parts.iter().zip(&b.parts).zip(&out.parts) {
        let (sizes, groups) = Params::new(engine, &a.layout, a_part)?;
        let params = Params {
            multipliers: requant.multipliers().map(u32::from),
            shift: requant.shift().min(MAX_ADD_SHIFT).into(),
            lo: requant.bounds().lo().into(),
            hi: requant.bounds().hi().into(),
            ..sizes
        };
        recorder.run(&kernel, &params, &[a_part.view(), b_part.view(), to.view()], groups)?;
    }
    recorder.submit()?;
    note_bounds(&out, requant.bounds());
    Ok(out)
}

/// The first operand outside `bounds`, if there is one.
///
/// # Errors
/// A fault of the device.
pub(crate) fn find_bad(engine: &Engine, x: &Storage, bounds: Bounds) -> Result<Result<(), ProofError>, BackendError> {
    let kernel = engine.programs.get(&engine.device, &FIND_BAD)?;
    for part in &x.parts {
        let place = engine.device.small(&[u32::MAX], 16)?;
        let (sizes, groups) = Params::new(engine, &x.layout, part)?;
        let params = Params { lo: bounds.lo().into(), hi: bounds.hi().into(), ..sizes };
        let mut recorder = engine.record()?;
        recorder.run(&kernel, &params, &[part.view(), View::new(&place, 16)], groups)?;
        let found = engine.read_words(recorder, (&place, 0), 1)?[0];
        if found != u32::MAX {
            return bad_operand(engine, x, part, found).map(Err);
        }
    }
    Ok(Ok(()))
}

/// The error for element `found` of a part, padding counted.
fn bad_operand(engine: &Engine, x: &Storage, part: &Part, found: u32) -> Result<ProofError, BackendError> {
    let word = engine.read_words(engine.record()?, (&part.buffer, u64::from(found & !3)), 1)?[0];
    let value = i32::from(word.to_le_bytes()[found as usize % 4].cast_signed());
    let (row, col) = (found / (4 * x.layout.stride()), found % (4 * x.layout.stride()));
    let index = u64::from(part.first + row) * u64::from(x.layout.cols) + u64::from(col);
    Ok(ProofError::BadOperand { index: index as u32, value })
}
