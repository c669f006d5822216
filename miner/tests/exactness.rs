//! Every backend against the reference, bit for bit.

use omnit_miner::Backend;
use omnit_miner::cpu::{self, CpuOptions, Isa, Products};
use omnit_miner::path::{OpenOptions, Path, devices, open};
use omnit_miner::selftest::{Depth, cases};

/// Runs every case and names all that fail.
fn check_backend(name: &str, backend: &mut dyn Backend) {
    let results = cases(Depth::Full).into_iter().map(|case| case.run(backend));
    let failed: Vec<_> = results.filter_map(Result::err).map(|error| error.to_string()).collect();
    assert!(failed.is_empty(), "{name}:\n{}", failed.join("\n"));
}

fn check(options: CpuOptions) {
    check_backend(&format!("{options:?}"), cpu::open(options).unwrap().as_mut());
}

/// The path that the device takes, and the portable one where it takes a better one.
#[test]
fn every_gpu_equals_the_reference_on_each_of_its_paths() {
    let gpus: Vec<_> = devices().into_iter().filter(|device| device.path != Path::Cpu).collect();
    if gpus.is_empty() {
        assert!(std::env::var_os("OMNIT_REQUIRE_GPU").is_none(), "OMNIT_REQUIRE_GPU is set, but there is no GPU");
        println!("skipped: there is no GPU, not even a software one");
    }
    for device in gpus {
        let mut paths = vec![device.path, Path::WgpuDp4a];
        paths.dedup();
        for path in paths {
            let options = OpenOptions { device: Some(device.id.clone()), ..OpenOptions::default() };
            check_backend(&format!("{path} on {}", device.name), open(path, &options).unwrap().as_mut());
        }
    }
}

#[test]
fn cpu_equals_the_reference_when_the_crate_multiplies() {
    if cpu::crate_gemm().is_none() {
        println!("skipped: rten-gemm has no exact kernel for this processor");
        return;
    }
    check(CpuOptions { isa: Isa::best(), products: Products::Crate });
}

#[test]
fn cpu_equals_the_reference_when_the_fastest_multiplies() {
    check(CpuOptions::default());
}

#[test]
fn cpu_equals_the_reference_with_portable_vectors() {
    check(CpuOptions { isa: Isa::Portable, products: Products::Blocks });
}

#[test]
fn cpu_equals_the_reference_with_avx2() {
    check_if_available(Isa::Avx2);
}

#[test]
fn cpu_equals_the_reference_with_vnni() {
    check_if_available(Isa::Avx512Vnni);
}

fn check_if_available(isa: Isa) {
    if isa.is_available() {
        check(CpuOptions { isa, products: Products::Blocks });
    } else {
        println!("skipped: this processor has no {}", isa.name());
    }
}
