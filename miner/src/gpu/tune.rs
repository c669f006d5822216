//! Which program is fastest on this device: timed once, then remembered.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::adapter::DeviceInfo;
use super::device::Device;
use super::engine::{Engine, whole};
use super::kernel::{Kernel, View};
use super::limits::Tuning;
use super::pool::Buffer;
use super::product::{Cut, Kind, ProductParams, Variant};
use super::programs::{ASSUMED_RATE, Choices, Chosen, source_of};
use super::record::Recorder;
use super::timer::Timer;
use super::tune_file;
use crate::BackendError;

/// Kinds of product.
pub(crate) const KINDS: [Kind; 4] = [Kind::Requant, Kind::Limbs, Kind::Fold, Kind::FoldRequant];
/// Sizes to time at: the smallest that takes a while.
const SIDES: [u32; 5] = [256, 512, 1_024, 2_048, 4_096];
/// A while.
const LONG_ENOUGH: Duration = Duration::from_millis(4);
/// Words of pseudorandom operands, repeated where more are needed.
const NOISE_WORDS: usize = 1 << 18;
/// Runs of each program; the fastest counts.
const RUNS: usize = 3;
/// A program this many times slower than the best in its first run is not run again.
const HOPELESS: u32 = 3;

/// The programs to use on a device.
///
/// # Errors
/// When none runs on it.
pub(crate) fn choices(engine: &Engine, info: &DeviceInfo) -> Result<Choices, BackendError> {
    match &engine.options.tuning {
        Tuning::Fixed(name) => KINDS.iter().map(|kind| Ok((*kind, fixed(engine, *kind, name)?))).collect(),
        Tuning::Auto(folder) => {
            let key = tune_file::key(info, engine.programs.source());
            let path = folder.as_ref().map(|folder| folder.join(tune_file::NAME));
            let known =
                path.as_ref().and_then(|path| tune_file::load(path, &key, &engine.device, engine.programs.source()));
            if let Some(known) = known {
                return Ok(known);
            }
            let timed =
                KINDS.iter().map(|kind| Ok((*kind, fastest(engine, *kind)?))).collect::<Result<_, BackendError>>()?;
            if let Some(path) = path {
                // Without the file the next start takes longer, and nothing else.
                let _ = tune_file::store(&path, &key, &timed);
            }
            Ok(timed)
        }
    }
}

/// The variant with this name, or where a kind has none of this name, its safest.
fn fixed(engine: &Engine, kind: Kind, name: &str) -> Result<Chosen, BackendError> {
    let mut variants = variants(engine, kind);
    let at = variants.iter().position(|variant| variant.name == name).unwrap_or(0);
    if variants.is_empty() {
        return Err(BackendError::Unsupported(format!("no program for {kind:?} fits the device")));
    }
    Ok(Chosen { variant: variants.swap_remove(at), rate: ASSUMED_RATE })
}

fn variants(engine: &Engine, kind: Kind) -> Vec<Variant> {
    source_of(engine.programs.source(), &engine.device, kind).variants(kind, engine.device.limits())
}

/// Times all variants of a kind. Those that the driver refuses do not count.
fn fastest(engine: &Engine, kind: Kind) -> Result<Chosen, BackendError> {
    let source = source_of(engine.programs.source(), &engine.device, kind);
    let mut bench: Option<Bench<'_>> = None;
    let mut best: Option<(Duration, Variant)> = None;
    let mut refusal = BackendError::Unsupported(format!("no program for {kind:?} fits the device"));
    for variant in variants(engine, kind) {
        let kernel = match engine.programs.variant(&engine.device, source, kind, &variant) {
            Ok(kernel) => kernel,
            Err(error) => {
                engine.device.check()?;
                refusal = error;
                continue;
            }
        };
        let bench = match &mut bench {
            Some(bench) => bench,
            none => none.insert(Bench::sized(&engine.device, kind, &kernel, &variant)?),
        };
        let limit = best.as_ref().map(|(time, _)| *time);
        let time = bench.time(&kernel, &variant, limit)?;
        if limit.is_none_or(|limit| time < limit) {
            best = Some((time, variant));
        }
    }
    match (best, bench) {
        (Some((time, variant)), Some(bench)) => {
            Ok(Chosen { variant, rate: (bench.macs() / time.as_secs_f64()).round() })
        }
        _ => Err(refusal),
    }
}

/// Seconds of the chosen program for one product of `side`³, by the device's clock where it has one; the shortest of some runs.
///
/// # Errors
/// When the device cannot hold the matrices in one piece each, or has a fault.
pub(crate) fn product_secs(engine: &Engine, side: u32) -> Result<f64, BackendError> {
    let kind = Kind::Requant;
    let source = source_of(engine.programs.source(), &engine.device, kind);
    let Some(chosen) = engine.programs.choices().get(&kind) else {
        return Err(BackendError::Unsupported("no program for products is chosen".to_owned()));
    };
    let kernel = engine.programs.variant(&engine.device, source, kind, &chosen.variant)?;
    let bench = Bench::new(&engine.device, kind, side)?;
    Ok(bench.time(&kernel, &chosen.variant, None)?.as_secs_f64())
}

/// Buffers of a product of `side`³ (of `side`²·64 for limbs).
struct Bench<'d> {
    device: &'d Device,
    timer: Timer<'d>,
    kind: Kind,
    side: u32,
    buffers: Vec<(Arc<Buffer>, u64)>,
}

impl<'d> Bench<'d> {
    /// Large enough that a run of this program takes a while, and small enough for the device.
    fn sized(device: &'d Device, kind: Kind, kernel: &Kernel, variant: &Variant) -> Result<Self, BackendError> {
        let mut sized = None;
        for side in SIDES {
            let largest = u64::from(side) * u64::from(side).max(u64::from(side / 64).pow(2));
            if largest > device.limits().binding_bytes && sized.is_some() {
                break;
            }
            let bench = Self::new(device, kind, side)?;
            // The first run may compile.
            bench.run(kernel, variant)?;
            let time = bench.run(kernel, variant)?;
            sized = Some(bench);
            if time >= LONG_ENOUGH {
                break;
            }
        }
        sized.ok_or_else(|| BackendError::Unsupported("no size to time at".to_owned()))
    }

    fn new(device: &'d Device, kind: Kind, side: u32) -> Result<Self, BackendError> {
        let side64 = u64::from(side);
        let (operand, folds, peel) = (side64 * side64, (side64 / 64).pow(3) * 64, side64 * 384);
        let bytes: &[u64] = match kind {
            Kind::Requant => &[operand, operand, 4 * side64, operand],
            Kind::Limbs => &[operand, operand, 16, peel],
            Kind::Fold => &[operand, operand, folds],
            Kind::FoldRequant => &[operand, operand, peel, peel, 16, 4 * side64, operand, folds],
        };
        let buffers = bytes
            .iter()
            .map(|bytes| Ok((device.storage(*bytes)?, *bytes)))
            .collect::<Result<Vec<_>, BackendError>>()?;
        let bench = Self { device, timer: Timer::new(device)?, kind, side, buffers };
        bench.fill()?;
        Ok(bench)
    }

    /// Operands that look like real ones, since cards that are held back by their power run faster on zeros; zeros elsewhere.
    fn fill(&self) -> Result<(), BackendError> {
        let mut state = 1u32;
        let words: Vec<u32> = std::iter::repeat_with(|| {
            // xorshift32.
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state
        })
        .take(NOISE_WORDS)
        .collect();
        let (noise, step) = (self.device.small(&words, 0)?, 4 * NOISE_WORDS as u64);
        let mut recorder = Recorder::new(self.device)?;
        for (at, (buffer, bytes)) in self.buffers.iter().enumerate() {
            if at < 2 {
                for offset in (0..*bytes).step_by(step as usize) {
                    recorder.copy((&noise, 0), (buffer, offset), step.min(bytes - offset));
                }
            } else {
                recorder.clear(buffer, *bytes);
            }
        }
        recorder.submit().map(drop)
    }

    fn cols(&self) -> u32 {
        if self.kind == Kind::Limbs { 64 } else { self.side }
    }

    fn macs(&self) -> f64 {
        f64::from(self.side) * f64::from(self.side) * f64::from(self.cols())
    }

    /// The shortest of some runs.
    fn time(&self, kernel: &Kernel, variant: &Variant, best: Option<Duration>) -> Result<Duration, BackendError> {
        self.run(kernel, variant)?;
        let mut shortest = self.run(kernel, variant)?;
        if best.is_some_and(|best| shortest > best * HOPELESS) {
            return Ok(shortest);
        }
        for _ in 1..RUNS {
            shortest = shortest.min(self.run(kernel, variant)?);
        }
        Ok(shortest)
    }

    fn run(&self, kernel: &Kernel, variant: &Variant) -> Result<Duration, BackendError> {
        let cut = Cut { tile: [variant.rows, variant.cols], tiles: u64::MAX, groups: self.device.limits().groups };
        let (rows, cols) = (self.side, self.cols());
        let mut total = Duration::ZERO;
        for rect in cut.rects(rows, cols) {
            let params = ProductParams {
                slabs: self.side / 64,
                a_row: rect.row,
                a_rows: rows,
                b_row: rect.col,
                b_rows: cols,
                rows: rect.rows,
                cols: rect.cols,
                valid_rows: rect.rows,
                valid_cols: cols,
                out_row: rect.row,
                out_col: rect.col,
                out_stride: self.side / 4,
                multiplier: 1,
                shift: 16,
                lo: -127,
                hi: 127,
                fold_cols: rect.cols / 64,
                ..ProductParams::default()
            };
            let views: Vec<View<'_>> = self.buffers.iter().map(|(buffer, bytes)| whole(buffer, *bytes)).collect();
            total += self.timer.time(kernel, &params, &views, cut.workgroups(&rect))?;
        }
        Ok(total)
    }
}

/// Time by this machine's clock, for devices without one.
pub(super) fn by_clock(work: impl FnOnce() -> Result<(), BackendError>) -> Result<Duration, BackendError> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed())
}
