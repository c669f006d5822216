//! GPUs through wgpu: every operation of [`crate::Backend`] as WGSL programs, with int8 dot products (`dot4I8Packed`).
//!
//! [`devices`] lists what there is, [`open`] opens one, [`GpuBackend::prove`] compares it with known answers. Results are the bits of `SPEC.md` or an error: every
//! fault that the device reports at any time makes all later calls fail.

mod adapter;
mod backend;
mod commit;
mod coop;
pub mod coopmat;
mod device;
mod elementwise;
mod engine;
mod fault;
mod kernel;
mod limits;
mod matmul;
mod mined;
mod pool;
mod product;
mod programs;
mod record;
mod shader;
mod syn;
mod tensor;
mod timer;
mod transfer;
mod tune;
mod tune_file;
mod winners;

pub use adapter::{Choice, DeviceInfo, DeviceKind, devices, open, open_with};
pub use backend::GpuBackend;
pub use coop::{CoopRow, VulkanFacts};
pub use kernel::Bind;
pub use limits::{Limits, Options, Tuning};
pub use product::{Dp4a, Kind, ProductParams, ProductSource, Variant};
pub use shader::{Family, Tile};
