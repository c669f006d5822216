//! What users of this crate hold: the best way to compute that works, and the next one when it stops working.
//!
//! Nothing wrong leaves an engine unnoticed: a path is tested before its first work, every winning ticket is recomputed by `omnit-proof`, and a
//! path that failed once is never asked again.

mod session;

pub use self::session::{Resident, Session};

use crate::path::{OpenOptions, Path, open};
use crate::selftest::{self, Depth};
use crate::{Backend, BackendError};

/// Opens one way to compute.
type Open = Box<dyn Fn() -> Result<Box<dyn Backend>, BackendError> + Send>;

/// A way to compute that an engine may use.
pub struct Candidate {
    name: String,
    open: Open,
}

impl Candidate {
    /// A way with a name for messages.
    pub fn new<F>(name: impl Into<String>, open: F) -> Self
    where
        F: Fn() -> Result<Box<dyn Backend>, BackendError> + Send + 'static,
    {
        Self { name: name.into(), open: Box::new(open) }
    }

    /// A path of this machine.
    #[must_use]
    pub fn path(path: Path, options: OpenOptions) -> Self {
        Self::new(path.name(), move || open(path, &options))
    }
}

/// What happened to a path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Event {
    /// It passed its self-test and computes from now on.
    #[error("{path} passed its self-test")]
    Opened {
        /// Its name.
        path: String,
    },
    /// It cannot be opened, or failed its self-test.
    #[error("{path} is not used: {reason}")]
    Refused {
        /// Its name.
        path: String,
        /// Why.
        reason: BackendError,
    },
    /// It failed at work and is not asked again.
    #[error("{path} is dropped: {reason}")]
    Dropped {
        /// Its name.
        path: String,
        /// Why.
        reason: BackendError,
    },
}

/// Whoever wants to know what happens to paths.
type Watch = Box<dyn FnMut(&Event) + Send>;

/// How an engine chooses.
#[derive(Debug, Clone, Default)]
pub struct EngineOptions {
    /// The path to start with. Unless given, the best that this machine has.
    pub path: Option<Path>,
    /// Whether the processor takes over when the path given is not there or fails. Without a given path it always does.
    pub has_fallback: bool,
    /// How paths are opened.
    pub open: OpenOptions,
}

impl EngineOptions {
    /// What is tried, in order.
    fn candidates(&self) -> Vec<Candidate> {
        let paths = match self.path {
            None => Path::BEST_FIRST.to_vec(),
            Some(path) if self.has_fallback && path != Path::Cpu => vec![path, Path::Cpu],
            Some(path) => vec![path],
        };
        paths.into_iter().map(|path| Candidate::path(path, self.open.clone())).collect()
    }
}

/// The way to compute that is used now, and those that are left.
pub struct Engine {
    session: Option<Session>,
    left: std::vec::IntoIter<Candidate>,
    /// Why there is no session any more.
    last: BackendError,
    watch: Watch,
}

impl Engine {
    /// Opens and tests the first path that works.
    ///
    /// # Errors
    /// What the last path says when none works.
    pub fn open(options: &EngineOptions, watch: impl FnMut(&Event) + Send + 'static) -> Result<Self, BackendError> {
        Self::with_candidates(options.candidates(), watch)
    }

    /// The same with other ways to compute, best first.
    ///
    /// # Errors
    /// As [`Engine::open`].
    pub fn with_candidates(
        candidates: Vec<Candidate>,
        watch: impl FnMut(&Event) + Send + 'static,
    ) -> Result<Self, BackendError> {
        let mut engine = Self {
            session: None,
            left: candidates.into_iter(),
            last: BackendError::Unsupported("there is no path to try".to_owned()),
            watch: Box::new(watch),
        };
        engine.open_next()?;
        Ok(engine)
    }

    /// Name of the path that computes. Nothing, if all have failed.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.session.as_ref().map(Session::name)
    }

    /// Does work. When a device fails on the way, its path is dropped and the whole work is done again on the next one, so `work` has to bring its
    /// own matrices; what should stay on a device between calls goes into a [`Resident`].
    ///
    /// # Errors
    /// What `work` says where another device would say the same; what the device says when it was the last.
    pub fn run<T>(&mut self, mut work: impl FnMut(&mut Session) -> Result<T, BackendError>) -> Result<T, BackendError> {
        loop {
            let session = self.session.as_mut().ok_or_else(|| self.last.clone())?;
            match work(session) {
                Err(reason) if reason.is_of_device() => self.replace(reason)?,
                result => return result,
            }
        }
    }

    /// Drops the path and opens the next.
    fn replace(&mut self, reason: BackendError) -> Result<(), BackendError> {
        if let Some(session) = self.session.take() {
            (self.watch)(&Event::Dropped { path: session.name().to_owned(), reason: reason.clone() });
        }
        self.last = reason;
        self.open_next()
    }

    fn open_next(&mut self) -> Result<(), BackendError> {
        for candidate in self.left.by_ref() {
            match tested(&candidate) {
                Ok(session) => {
                    (self.watch)(&Event::Opened { path: session.name().to_owned() });
                    self.session = Some(session);
                    return Ok(());
                }
                Err(reason) => {
                    (self.watch)(&Event::Refused { path: candidate.name, reason: reason.clone() });
                    self.last = reason;
                }
            }
        }
        Err(self.last.clone())
    }
}

/// Opens a path and lets it show that it computes rightly.
fn tested(candidate: &Candidate) -> Result<Session, BackendError> {
    let mut backend = (candidate.open)()?;
    selftest::check(backend.as_mut(), Depth::Start)?;
    Ok(Session::new(backend))
}
