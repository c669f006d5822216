//! Traces.

use omnit_proof::model::Descriptor;
use omnit_proof::profile::{Bounds, Profile};
use omnit_proof::trace::Trace;
use omnit_proof::{Hash, ProofError};

use crate::model::layers;
use crate::support::{Library, hash, run};

fn bytes(roots: u64) -> Vec<u8> {
    (0..roots).flat_map(hash).collect()
}

fn with_descriptor(test: impl Fn(&Descriptor<'_>)) {
    let bytes = run::descriptor(Profile::Scale, (70, Bounds::INT7), &layers());
    test(&Descriptor::parse(&bytes).unwrap().0);
}

#[test]
fn trace_has_a_root_for_the_input_and_every_layer() {
    with_descriptor(|model| {
        let bytes = bytes(5);
        let trace = Trace::parse(model, &bytes).unwrap();
        let roots: Vec<Option<&Hash>> = (0..6).map(|tensor| trace.root(tensor)).collect();
        assert_eq!(roots[..5], [0, 1, 2, 3, 4].map(hash).each_ref().map(Some));
        assert_eq!((roots[5], trace.input(), trace.output()), (None, &hash(0), &hash(4)));
        assert_eq!(trace.hash::<Library>(), alloy_primitives::keccak256(&bytes).0);
    });
}

#[test]
fn trace_is_refused_when_of_another_length() {
    with_descriptor(|model| {
        for found in (0..=224).filter(|found| *found != 160) {
            let error = ProofError::BadLength { expected: 160, found };
            assert_eq!(Trace::parse(model, &vec![0; found]), Err(error));
        }
    });
}

#[test]
fn first_difference_is_the_first_tensor_that_differs() {
    with_descriptor(|model| {
        let bytes = bytes(5);
        let trace = Trace::parse(model, &bytes).unwrap();
        assert_eq!(trace.first_difference(&trace), None);
        for at in 0..160 {
            let mut other = bytes.clone();
            other[at..].iter_mut().for_each(|byte| *byte ^= 1);
            let other = Trace::parse(model, &other).unwrap();
            assert_eq!(trace.first_difference(&other), Some((at / 32) as u16));
            assert_eq!(other.first_difference(&trace), Some((at / 32) as u16));
            assert_ne!(trace.hash::<Library>(), other.hash::<Library>());
        }
    });
}
