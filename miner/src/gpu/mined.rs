//! MATMUL_RQ with JOB tickets from the same multiplications.
//!
//! With N = L·R (L: 64 basis values a row; R: what each column takes of them) the noise comes off again as two skinny products,
//! `A·Bᵀ = A'·B'ᵀ − U·L_Bᵀ − L_A·Vᵀ` with `U = A·R_Bᵀ` and `V = B'·R_Aᵀ`, both 64 columns wide and below 2^22 in absolute value. U and V are cut into
//! signed bytes, so that the skinny products are more slabs of the same int8 product; the third byte is skipped when the device finds it
//! zero everywhere. All sums are exact modulo 2^32, and the result fits 32 bits.

use std::sync::Arc;

use omnit_proof::Hash;
use omnit_proof::blake3::{Words, words};
use omnit_proof::noise::Slab;
use omnit_proof::ticket::Ticket;

use super::engine::{Engine, note_bounds, vectors, whole};
use super::kernel::View;
use super::matmul::{Biases, layer_params, overlap, weights};
use super::pool::Buffer;
use super::product::{Kind, ProductParams};
use super::programs::Ready;
use super::record::{Recorder, line_up};
use super::shader::{ADD_NOISE, BASIS};
use super::syn::{NoiseParams, fold_cut, folds_of};
use super::tensor::{Part, SLAB, Storage, Strip};
use super::winners::Winners;
use crate::{BackendError, JobMining, Layer};

/// Bytes of a row of a peel operand: six slabs.
const PEEL_ROW: u64 = 6 * SLAB as u64;

/// Noise of one operand: what is the same for all its rows.
struct Noise {
    key: Words,
    /// 0 for X, 1 for Wᵀ.
    side: u32,
    /// A word for every column: π(c) | q_c << 8 | sign << 16.
    columns: Arc<Buffer>,
    /// R, 64 rows of as many slabs as the operand has.
    spread: Arc<Buffer>,
    slabs: u32,
}

impl Noise {
    fn new(engine: &Engine, key: &Hash, side: u32, slabs: u32) -> Result<Self, BackendError> {
        let key = words(key);
        let width = (SLAB * slabs) as usize;
        let mut columns = Vec::with_capacity(width);
        let mut spread = vec![0i8; SLAB as usize * width];
        for index in 0..slabs {
            let slab = Slab::new(&key, index);
            for c in 0..SLAB as usize {
                let (first, second, negative) = (slab.first(c), slab.second(c), slab.is_negative(c));
                columns.push(first as u32 | (second as u32) << 8 | u32::from(negative) << 16);
                let at = (SLAB * index) as usize + c;
                spread[first * width + at] += 1;
                spread[second * width + at] += if negative { -1 } else { 1 };
            }
        }
        let columns = engine.device.small(&columns, 0)?;
        let words: Vec<u32> =
            spread.as_chunks::<4>().0.iter().map(|four| u32::from_le_bytes(four.map(i8::cast_unsigned))).collect();
        Ok(Self { key, side, columns, spread: engine.device.small(&words, 0)?, slabs })
    }

    fn columns(&self) -> View<'_> {
        whole(&self.columns, 4 * u64::from(SLAB * self.slabs))
    }

    fn spread(&self) -> View<'_> {
        whole(&self.spread, u64::from(SLAB) * u64::from(SLAB * self.slabs))
    }
}

/// Some rows of an operand with their noise, and their operand for the peel.
struct Noised {
    first: u32,
    /// Rows that the operand has.
    valid: u32,
    /// Those, up to a multiple of 64.
    rows: u32,
    operand: Arc<Buffer>,
    peel: Arc<Buffer>,
    slabs: u32,
}

impl Noised {
    /// Makes both but for the limbs.
    fn new(
        engine: &Engine,
        recorder: &mut Recorder<'_>,
        strip: &Strip<'_>,
        noise: &Noise,
    ) -> Result<Self, BackendError> {
        let rows = strip.rows.next_multiple_of(SLAB);
        let noised = Self {
            first: strip.first,
            valid: strip.rows,
            rows,
            operand: engine.device.storage(u64::from(rows) * u64::from(SLAB * noise.slabs))?,
            peel: engine.device.storage(u64::from(rows) * PEEL_ROW)?,
            slabs: noise.slabs,
        };
        let params = |threads: u32| -> Result<_, BackendError> {
            let (groups, threads_x) = line_up(threads.into(), &engine.device)?;
            let (key, slabs, option) = (vectors(&noise.key), noise.slabs, noise.side);
            let sizes = NoiseParams {
                key,
                first: strip.first,
                rows: strip.rows,
                threads,
                threads_x,
                slabs,
                option,
                pad: [0; 2],
            };
            Ok((sizes, groups))
        };
        let (sizes, groups) = params(rows)?;
        recorder.run(&*engine.programs.get(&engine.device, &BASIS)?, &sizes, &[noised.peel()], groups)?;
        let (sizes, groups) = params(rows * noise.slabs * (SLAB / 4))?;
        let views = [strip.view, noise.columns(), noised.peel(), noised.operand()];
        recorder.run(&*engine.programs.get(&engine.device, &ADD_NOISE)?, &sizes, &views, groups)?;
        Ok(noised)
    }

    fn operand(&self) -> View<'_> {
        whole(&self.operand, u64::from(self.rows) * u64::from(SLAB * self.slabs))
    }

    fn peel(&self) -> View<'_> {
        whole(&self.peel, u64::from(self.rows) * PEEL_ROW)
    }
}

/// One call of [`matmul_rq_mined`].
struct Mine<'e> {
    engine: &'e Engine,
    product: Ready,
    limbs: Ready,
    params: ProductParams,
    biases: Biases,
    /// Not zero when a third byte is needed somewhere.
    wide: Arc<Buffer>,
    winners: Winners<'e>,
}

/// MATMUL_RQ and its winning JOB tickets.
///
/// # Errors
/// As MATMUL_RQ, and when an operand is not int7.
pub(crate) fn matmul_rq_mined(
    engine: &Engine,
    x: &Storage,
    layer: &Layer,
    mining: &JobMining,
) -> Result<(Storage, Vec<Ticket>), BackendError> {
    let w = weights(engine, x, layer)?;
    engine.check_int7(x)?;
    engine.check_int7(w)?;
    let out = engine.room(x.layout.rows, w.layout.rows)?;
    let mut mine = Mine {
        engine,
        product: engine.programs.product(&engine.device, Kind::FoldRequant, x.layout.rows)?,
        limbs: engine.programs.product(&engine.device, Kind::Limbs, x.layout.rows)?,
        params: layer_params(x, &out, layer.requant),
        biases: Biases::new(engine, &layer.bias)?,
        wide: engine.device.small(&[0; 4], 16)?,
        winners: Winners::new(engine, &mining.seed, &mining.target),
    };
    mine.run(x, w, &out, mining)?;
    let tickets = mine.winners.finish()?;
    note_bounds(&out, layer.requant.bounds());
    Ok((out, tickets))
}

impl Mine<'_> {
    /// X is noised once; strips of Wᵀ come one after the other, so that only one noised strip of it takes memory.
    fn run(&mut self, x: &Storage, w: &Storage, out: &Storage, mining: &JobMining) -> Result<(), BackendError> {
        let slabs = x.layout.slabs();
        let x_noise = Noise::new(self.engine, &mining.keys.x, 0, slabs)?;
        let w_noise = Noise::new(self.engine, &mining.keys.w, 1, slabs)?;
        let rows = strip_rows(self.engine);
        let mut x_noised = Vec::new();
        for strip in x.parts.iter().flat_map(|part| part.strips(&x.layout, rows)) {
            let noised = self.noise(&strip, &x_noise)?;
            // U is of the operand as it is.
            self.limbs(strip.view, strip.rows, &w_noise, &noised)?;
            x_noised.push(noised);
        }
        for strip in w.parts.iter().flat_map(|part| part.strips(&w.layout, rows)) {
            let noised = self.noise(&strip, &w_noise)?;
            // V is of the noised one.
            self.limbs(noised.operand(), noised.rows, &x_noise, &noised)?;
            for x_noised in &x_noised {
                for out in &out.parts {
                    self.multiply(x_noised, &noised, out)?;
                }
            }
        }
        Ok(())
    }

    fn noise(&self, strip: &Strip<'_>, noise: &Noise) -> Result<Noised, BackendError> {
        let mut recorder = self.engine.record()?;
        let noised = Noised::new(self.engine, &mut recorder, strip, noise)?;
        recorder.submit()?;
        Ok(noised)
    }

    /// U or V: `operand` times the other side's spread, as limbs into the peel operand of `of`.
    fn limbs(&self, operand: View<'_>, rows: u32, other: &Noise, of: &Noised) -> Result<(), BackendError> {
        let device = &self.engine.device;
        let cut = self.limbs.cut(device, SLAB * other.slabs, self.engine.dispatch_secs());
        for rect in cut.rects(rows, SLAB) {
            let params = ProductParams {
                slabs: other.slabs,
                a_row: rect.row,
                a_rows: rows,
                b_row: rect.col,
                b_rows: SLAB,
                rows: rect.rows,
                cols: rect.cols,
                out_row: rect.row,
                // Limbs of X's side come of the spread of Wᵀ's noise, and the other way round.
                side: 1 - other.side,
                ..ProductParams::default()
            };
            let mut recorder = self.engine.record()?;
            let views = [operand, other.spread(), whole(&self.wide, 16), of.peel()];
            recorder.run(&self.limbs.kernel, &params, &views, cut.workgroups(&rect))?;
            recorder.submit()?;
        }
        Ok(())
    }

    fn multiply(&mut self, a: &Noised, b: &Noised, out: &Part) -> Result<(), BackendError> {
        let Some((first, rows)) = overlap((a.first, a.valid), (out.first, out.rows)) else {
            return Ok(());
        };
        let slabs = self.params.slabs;
        let cut = self.product.cut(&self.engine.device, SLAB * slabs, self.engine.dispatch_secs());
        let cut = fold_cut(self.engine, cut, slabs);
        for rect in cut.rects(rows.next_multiple_of(SLAB), b.rows) {
            let folds = folds_of(self.engine, &rect, [first / SLAB, b.first / SLAB, 0], slabs)?;
            let params = ProductParams {
                a_row: first - a.first + rect.row,
                a_rows: a.rows,
                b_row: rect.col,
                b_rows: b.rows,
                rows: rect.rows,
                cols: rect.cols,
                valid_rows: rect.rows.min(rows - rect.row),
                out_row: first - out.first + rect.row,
                out_col: b.first + rect.col,
                fold_cols: folds.extent[1],
                ..self.params
            };
            let mut recorder = self.engine.record()?;
            let (wide, biases) = (whole(&self.wide, 16), self.biases.view((b.first, b.valid)));
            let folds_view = whole(&folds.buffer, folds.bytes());
            let views = [a.operand(), b.operand(), a.peel(), b.peel(), wide, biases, out.view(), folds_view];
            recorder.run(&self.product.kernel, &params, &views, cut.workgroups(&rect))?;
            self.winners.look(recorder, folds)?;
        }
        Ok(())
    }
}

/// Rows of an operand that are noised together: their operand for the peel, which can be wider than they are, must fit a binding. A multiple
/// of 64, so that blocks do not straddle strips.
fn strip_rows(engine: &Engine) -> u64 {
    let fitting = engine.device.limits().binding_bytes / PEEL_ROW;
    (fitting / u64::from(SLAB) * u64::from(SLAB)).max(SLAB.into())
}
