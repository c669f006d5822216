//! Devices that fail.

use omnit_miner::gpu::{Options, open};
use omnit_miner::{Backend, BackendError, Grid, Layer};
use omnit_proof::Role;
use omnit_proof::profile::{Bounds, Profile, Requant};
use omnit_proof::ticket::Target;

use super::{choice, constant, on_device, options};

#[test]
fn every_call_is_lost_when_the_device_is_gone() {
    on_device(options(), |backend| {
        let x = backend.upload(&constant(70, 70, 1)).expect("upload");
        backend.close();
        let lost =
            |result: Result<(), BackendError>| assert!(matches!(result, Err(BackendError::Lost(_))), "{result:?}");
        let requant = Requant::new(Profile::Scale, 1, 1, Bounds::FULL).expect("valid");
        let layer = Layer { weights: x.clone(), bias: vec![0; 70].into(), requant };
        for _ in 0..2 {
            lost(backend.upload(&constant(1, 1, 1)).map(drop));
            lost(backend.download(&x).map(drop));
            lost(backend.matmul_rq(&x, &layer).map(drop));
            lost(backend.lut(&x, &[0; 256]).map(drop));
            lost(backend.commit(&x, Role::Activation).map(drop));
            lost(backend.syn_tickets(&[0; 32], &Grid::FULL, &Target::EASIEST).map(drop));
            lost(backend.prove());
        }
    });
}

#[test]
fn upload_is_out_of_memory_when_too_much_is_taken_and_works_again_when_it_is_not() {
    // The ring of uploads takes 12 MiB, a download 4, parameters a little.
    on_device(Options { memory_bytes: 25 << 20, ..options() }, |backend| {
        let large = constant(1 << 16, 64, 2);
        let first = backend.upload(&large).expect("4 MiB fit");
        let mut held = Vec::new();
        let refused = loop {
            match backend.upload(&large) {
                Ok(tensor) => held.push(tensor),
                Err(error) => break error,
            }
            assert!(held.len() < 5, "32 MiB do not fit");
        };
        assert!(matches!(refused, BackendError::OutOfMemory { bytes: 4_194_304, .. }), "{refused}");
        held.clear();
        assert_eq!(backend.download(&first).expect("what was there stays"), large);
        let again = backend.upload(&large).expect("room again");
        assert_eq!(backend.download(&again).expect("download"), large);
    });
}

#[test]
fn upload_is_refused_when_no_part_fits_a_binding_and_later_calls_work() {
    on_device(Options { binding_bytes: 1 << 20, ..options() }, |backend| {
        let x = backend.upload(&constant(64, 20_000, 1));
        assert!(matches!(x, Err(BackendError::Unsupported(_))), "{x:?}");
        let fine = backend.upload(&constant(3, 3, 2)).expect("upload");
        assert_eq!(backend.download(&fine).expect("download"), constant(3, 3, 2));
    });
}

#[test]
fn tensors_of_another_device_are_foreign() {
    on_device(options(), |backend| {
        let mut other = open(&choice(), options()).expect("opens twice");
        let x = other.upload(&constant(3, 3, 2)).expect("upload");
        assert_eq!(backend.download(&x).map(drop), Err(BackendError::ForeignTensor));
        assert_eq!(backend.lut(&x, &[0; 256]).map(drop), Err(BackendError::ForeignTensor));
        assert_eq!(other.download(&x).expect("its own"), constant(3, 3, 2));
    });
}
