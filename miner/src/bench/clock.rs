//! Medians of work that a device may do behind the caller's back.

use std::time::Instant;

use omnit_proof::Role;

use crate::{Backend, BackendError, Matrix};

/// How long and how often work is measured.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    /// Seconds that one sample takes at least.
    sample: f64,
    samples: usize,
}

impl Clock {
    pub(super) const fn new(is_quick: bool) -> Self {
        if is_quick { Self { sample: 0.02, samples: 3 } } else { Self { sample: 0.2, samples: 7 } }
    }

    /// Median of the seconds that `work` takes. A device may still be busy when a call returns, so each sample ends with a tiny commitment, whose
    /// result cannot be there before everything else is.
    pub(super) fn seconds(
        &self,
        backend: &mut dyn Backend,
        mut work: impl FnMut(&mut dyn Backend) -> Result<(), BackendError>,
    ) -> Result<f64, BackendError> {
        let tiny = backend.upload(&Matrix::computed(1, 1, vec![1]))?;
        let mut sample = |repeats: usize| {
            let start = Instant::now();
            for _ in 0..repeats {
                work(backend)?;
            }
            backend.commit(&tiny, Role::Activation)?;
            Ok::<_, BackendError>(start.elapsed().as_secs_f64() / repeats as f64)
        };
        // The first run warms caches and compiles; the second tells how many fill a sample.
        sample(1)?;
        let repeats = (self.sample / sample(1)?.max(1e-9)).ceil().clamp(1.0, 10_000.0) as usize;
        let seconds = (0..self.samples).map(|_| sample(repeats)).collect::<Result<Vec<_>, _>>()?;
        Ok(median(seconds))
    }

    /// The same for work on this thread.
    pub(super) fn plain_seconds(&self, mut work: impl FnMut()) -> f64 {
        let mut sample = |repeats: usize| {
            let start = Instant::now();
            (0..repeats).for_each(|_| work());
            start.elapsed().as_secs_f64() / repeats as f64
        };
        sample(1);
        let repeats = (self.sample / sample(1).max(1e-9)).ceil().clamp(1.0, 1e6) as usize;
        median((0..self.samples).map(|_| sample(repeats)).collect())
    }
}

fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}
