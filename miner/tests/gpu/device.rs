//! Devices and their description.

use omnit_miner::Backend;
use omnit_miner::gpu::{Choice, devices, open};

use super::{on_device, options};

#[test]
fn devices_describe_themselves() {
    for (at, info) in devices().iter().enumerate() {
        assert_eq!(info.index, at);
        assert!(!info.name.is_empty() && !info.api.is_empty());
        assert!(info.limits.binding_bytes >= 1 << 27, "{info:?}");
        assert!(info.subgroup[0] <= info.subgroup[1], "{info:?}");
    }
}

#[test]
fn open_finds_a_device_by_place_and_name() {
    on_device(options(), |backend| {
        let info = backend.info().clone();
        let by_place = open(&Choice::Index(info.index), options()).expect("opens");
        assert_eq!(by_place.info(), &info);
        let by_name = open(&Choice::Name(info.name.to_uppercase()), options()).expect("opens");
        assert_eq!(by_name.info().name, info.name);
        assert!(open(&Choice::Index(1_000), options()).is_err());
    });
}

#[test]
fn prove_succeeds_on_a_device_that_computes_right() {
    on_device(options(), |backend| backend.prove().expect("the device computes right"));
}

#[test]
fn kernel_secs_are_some_when_the_device_multiplies() {
    on_device(options(), |backend| {
        let secs = backend.kernel_secs(128).expect("a small product fits").expect("there is a clock");
        assert!(secs > 0.0 && secs.is_finite(), "{secs}");
    });
}
