//! Every backend against the reference, bit for bit.

use omnit_miner::cpu::{self, CpuOptions, Isa, Products};
use omnit_miner::path::{OpenOptions, Path, devices, open};
use omnit_miner::reference::Reference;
use omnit_miner::selftest::{Depth, cases};
use omnit_miner::{Backend, JobMining, Layer, Matrix};
use omnit_proof::profile::{Bounds, Profile, Requant};
use omnit_proof::ticket::{NoiseKeys, Target, Ticket};

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

/// Tickets of one layer that stays on the device while the keys of its noise change.
fn tickets_of_changing_keys(backend: &mut dyn Backend) -> Vec<Vec<Ticket>> {
    let matrix = |rows: u32| Matrix::new(rows, 70, (0..rows * 70).map(|at| (at % 127) as i8 - 63).collect()).unwrap();
    let x = backend.upload(&matrix(65)).unwrap();
    let requant = Requant::new(Profile::Shift, 1, 9, Bounds::FULL).unwrap();
    let layer = Layer { weights: backend.upload(&matrix(66)).unwrap(), bias: vec![0; 66].into(), requant };
    let mut mine = |[x_key, w_key]: [u8; 2]| {
        let keys = NoiseKeys { x: [x_key; 32], w: [w_key; 32] };
        let mining = JobMining { seed: [1; 32], keys, target: Target::EASIEST };
        let (_, mut tickets) = backend.matmul_rq_mined(&x, &layer, &mining).unwrap();
        tickets.sort_unstable_by_key(|ticket| ticket.position);
        tickets
    };
    [[1, 1], [1, 2], [2, 2], [1, 1]].map(&mut mine).to_vec()
}

#[test]
fn mined_tickets_follow_the_keys_when_the_layer_stays() {
    let expected = tickets_of_changing_keys(&mut Reference);
    assert_eq!(expected[0], expected[3]);
    for device in devices() {
        let options = OpenOptions { device: Some(device.id.clone()), ..OpenOptions::default() };
        let mut backend = open(device.path, &options).unwrap();
        assert_eq!(tickets_of_changing_keys(backend.as_mut()), expected, "{} on {}", device.path, device.name);
    }
}
