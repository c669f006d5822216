//! MATMUL_RQ.

use std::sync::Arc;

use omnit_proof::profile::{Requant, check_biases, check_inner};

use super::engine::{Engine, note_bounds};
use super::kernel::View;
use super::pool::Buffer;
use super::product::{Kind, ProductParams};
use super::programs::Ready;
use super::tensor::{Part, SLAB, Storage};
use crate::{BackendError, Layer};

/// Biases on the device, with zeros up to a multiple of 64.
pub(super) struct Biases {
    buffer: Arc<Buffer>,
    bytes: u64,
}

impl Biases {
    /// Brings checked biases to the device.
    pub(super) fn new(engine: &Engine, biases: &[i32]) -> Result<Self, BackendError> {
        let bytes = 4 * u64::from((biases.len() as u32).next_multiple_of(SLAB));
        let words: &[u32] = bytemuck::cast_slice(biases);
        Ok(Self { buffer: engine.device.small(words, bytes)?, bytes })
    }

    /// Those of some rows of Wᵀ, of which the first is a multiple of 64.
    pub(super) fn view(&self, (first, rows): (u32, u32)) -> View<'_> {
        let offset = 4 * u64::from(first);
        let bytes = 4 * u64::from(rows.next_multiple_of(SLAB));
        View::at(&self.buffer, offset, bytes.min(self.bytes - offset))
    }
}

/// The weights of a layer.
///
/// # Errors
/// When the layer does not go with X or breaks the profile, or its tensor is of another device.
pub(super) fn weights<'l>(engine: &Engine, x: &Storage, layer: &'l Layer) -> Result<&'l Storage, BackendError> {
    let w = engine.storage(&layer.weights)?;
    if w.layout.cols != x.layout.cols {
        let (left, right) = (x.layout.cols, w.layout.cols);
        return Err(BackendError::Shape { what: "columns of X and of the weights", left, right });
    }
    if layer.bias.len() != w.layout.rows as usize {
        let (left, right) = (layer.bias.len() as u32, w.layout.rows);
        return Err(BackendError::Shape { what: "biases and rows of the weights", left, right });
    }
    check_inner(x.layout.cols)?;
    check_biases(&layer.bias)?;
    Ok(w)
}

/// Parameters that are the same for all dispatches of a layer.
pub(super) fn layer_params(x: &Storage, out: &Storage, requant: Requant) -> ProductParams {
    ProductParams {
        slabs: x.layout.slabs(),
        valid_cols: out.layout.cols,
        out_stride: out.layout.stride(),
        multiplier: requant.multiplier().into(),
        shift: requant.shift().into(),
        lo: requant.bounds().lo().into(),
        hi: requant.bounds().hi().into(),
        ..ProductParams::default()
    }
}

/// Rows that two ranges share. Ranges are first rows and numbers.
pub(super) fn overlap(a: (u32, u32), b: (u32, u32)) -> Option<(u32, u32)> {
    let first = a.0.max(b.0);
    let end = (a.0 + a.1).min(b.0 + b.1);
    (first < end).then(|| (first, end - first))
}

/// MATMUL_RQ.
///
/// # Errors
/// As [`weights`], or a fault of the device.
pub(crate) fn matmul_rq(engine: &Engine, x: &Storage, layer: &Layer) -> Result<Storage, BackendError> {
    let w = weights(engine, x, layer)?;
    let ready = engine.programs.product(&engine.device, Kind::Requant, x.layout.rows)?;
    let biases = Biases::new(engine, &layer.bias)?;
    let out = engine.room(x.layout.rows, w.layout.rows)?;
    let params = layer_params(x, &out, layer.requant);
    for w_part in &w.parts {
        for x_part in &x.parts {
            for out_part in &out.parts {
                let views = [x_part.view(), w_part.view(), biases.view((w_part.first, w_part.rows)), out_part.view()];
                piece(engine, &ready, &params, [x_part, w_part, out_part], &views)?;
            }
        }
    }
    note_bounds(&out, layer.requant.bounds());
    Ok(out)
}

/// What a part of X, one of Wᵀ and one of the result have in common; one submission for every dispatch.
fn piece(
    engine: &Engine,
    ready: &Ready,
    params: &ProductParams,
    [x, w, out]: [&Part; 3],
    views: &[View<'_>],
) -> Result<(), BackendError> {
    let Some((first, rows)) = overlap((x.first, x.rows), (out.first, out.rows)) else {
        return Ok(());
    };
    let cut = ready.cut(&engine.device, SLAB * params.slabs, engine.dispatch_secs());
    for rect in cut.rects(rows, w.rows.next_multiple_of(SLAB)) {
        let params = ProductParams {
            a_row: first - x.first + rect.row,
            a_rows: x.rows,
            b_row: rect.col,
            b_rows: w.rows,
            rows: rect.rows,
            cols: rect.cols,
            valid_rows: rect.rows,
            out_row: first - out.first + rect.row,
            out_col: w.first + rect.col,
            ..*params
        };
        let mut recorder = engine.record()?;
        recorder.run(&ready.kernel, &params, views, cut.workgroups(&rect))?;
        recorder.submit()?;
    }
    Ok(())
}
