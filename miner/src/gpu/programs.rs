//! The programs of one device: compiled when first needed, products in the variant that was chosen for the device.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use super::device::Device;
use super::fault::lock;
use super::kernel::Kernel;
use super::product::{Cut, Dp4a, Kind, ProductSource, Variant, compile};
use super::shader::Program;
use crate::BackendError;

/// Multiply-accumulates a second that are assumed where nothing was measured: slow enough to keep dispatches short anywhere.
pub(crate) const ASSUMED_RATE: f64 = 5e9;
/// Products of at most this many rows use a program of their own.
const SKINNY_ROWS: u32 = 16;

/// A variant and how fast it was.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Chosen {
    /// Which.
    pub(crate) variant: Variant,
    /// Multiply-accumulates a second.
    pub(crate) rate: f64,
}

/// The variant for every kind of product.
pub(crate) type Choices = HashMap<Kind, Chosen>;

/// A product that is ready to run.
pub(crate) struct Ready {
    /// The program.
    pub(crate) kernel: Arc<Kernel>,
    /// Its tile.
    pub(crate) tile: [u32; 2],
    rate: f64,
}

impl Ready {
    /// How to cut a product with this inner length, for dispatches of about `secs` seconds.
    pub(crate) fn cut(&self, device: &Device, inner: u32, secs: f64) -> Cut {
        let tile_macs = f64::from(self.tile[0]) * f64::from(self.tile[1]) * f64::from(inner);
        Cut { tile: self.tile, tiles: (self.rate * secs / tile_macs) as u64, groups: device.limits().groups }
    }
}

/// The programs of a device.
pub(crate) struct Programs {
    source: Box<dyn ProductSource>,
    choices: Choices,
    compiled: Mutex<HashMap<String, Arc<Kernel>>>,
}

impl Programs {
    /// Nothing compiled, nothing chosen.
    pub(crate) fn new(source: Box<dyn ProductSource>) -> Self {
        Self { source, choices: Choices::new(), compiled: Mutex::default() }
    }

    /// Where products come from.
    pub(crate) fn source(&self) -> &dyn ProductSource {
        &*self.source
    }

    /// Sets the variants to use from now on.
    pub(crate) fn choose(&mut self, choices: Choices) {
        self.choices = choices;
    }

    /// The variants in use.
    pub(crate) fn choices(&self) -> &Choices {
        &self.choices
    }

    /// A program that is not a product.
    ///
    /// # Errors
    /// When the driver refuses it.
    pub(crate) fn get(&self, device: &Device, program: &Program) -> Result<Arc<Kernel>, BackendError> {
        self.cached(program.entry.to_owned(), || Kernel::new(device, program))
    }

    /// The chosen program for a kind of product of `rows` rows.
    ///
    /// # Errors
    /// When the driver refuses it.
    pub(crate) fn product(&self, device: &Device, kind: Kind, rows: u32) -> Result<Ready, BackendError> {
        if kind == Kind::Requant && rows <= SKINNY_ROWS {
            let variant = Dp4a::skinny();
            let kernel = self.variant(device, &Dp4a, kind, &variant)?;
            return Ok(Ready { kernel, tile: [variant.rows, variant.cols], rate: ASSUMED_RATE });
        }
        let Some(Chosen { variant, rate }) = self.choices.get(&kind) else {
            return Err(BackendError::Unsupported(format!("no program for {kind:?}")));
        };
        let kernel = self.variant(device, source_of(&*self.source, device, kind), kind, variant)?;
        Ok(Ready { kernel, tile: [variant.rows, variant.cols], rate: *rate })
    }

    /// A variant of a source.
    ///
    /// # Errors
    /// When the driver refuses it.
    pub(crate) fn variant(
        &self,
        device: &Device,
        source: &dyn ProductSource,
        kind: Kind,
        variant: &Variant,
    ) -> Result<Arc<Kernel>, BackendError> {
        let name = format!("{} {kind:?} {}", source.name(), variant.name);
        self.cached(name, || compile(device, source, kind, variant))
    }

    fn cached(
        &self,
        name: String,
        make: impl FnOnce() -> Result<Kernel, BackendError>,
    ) -> Result<Arc<Kernel>, BackendError> {
        if let Some(kernel) = lock(&self.compiled).get(&name) {
            return Ok(Arc::clone(kernel));
        }
        let kernel = Arc::new(make()?);
        lock(&self.compiled).insert(name, Arc::clone(&kernel));
        Ok(kernel)
    }
}

/// The source of a kind: the given one, or the portable one where that has nothing.
pub(crate) fn source_of<'s>(source: &'s dyn ProductSource, device: &Device, kind: Kind) -> &'s dyn ProductSource {
    if source.variants(kind, device.limits()).is_empty() { &Dp4a } else { source }
}
