//! AI work and its proofs: the kernels of OT-INT8 on whatever hardware there is.

mod backend;
pub mod bench;
pub mod check;
pub mod cpu;
pub mod engine;
pub mod gpu;
mod matrix;
pub mod model;
pub mod path;
pub mod reference;
pub mod selftest;

pub use backend::{Backend, BackendError, Grid, JobMining, Layer, Tensor};
pub use matrix::Matrix;
pub use omnit_proof;
