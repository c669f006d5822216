//! The cooperative-matrix kernels: validated where there is `spirv-val`, run where a device has int8 matrices (a GPU, or Mesa 26.2 through
//! `scripts/mesa-coopmat.sh`).

mod bench;
mod case;
mod device;
mod spirv;
