//! The choice of programs.

use std::fs;

use omnit_miner::gpu::{Options, Tuning};

use super::{on_device, options};

#[test]
fn open_tunes_once_and_remembers_when_a_folder_is_given() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("deeper").join("gpu-tuning.json");
    let auto = || Options { tuning: Tuning::Auto(Some(folder.path().join("deeper"))), ..options() };
    let mut first = Vec::new();
    on_device(auto(), |backend| first = backend.programs());
    if first.is_empty() {
        return;
    }
    assert_eq!(first.len(), 4);
    assert!(first.iter().all(|(_, _, rate)| *rate > 1e6), "{first:?}");
    let written = fs::read_to_string(&file).expect("the file was written");
    on_device(auto(), |backend| assert_eq!(backend.programs(), first, "nothing is timed again"));
    assert_eq!(fs::read_to_string(&file).expect("still there"), written);
    // What cannot be used is replaced without a word.
    let unknown = written.replace("direct-", "other-").replace("shared-", "other-");
    let newer = written.replace("\"format\": 1", "\"format\": 99");
    for damaged in [&written[..written.len() / 2], &unknown, &newer] {
        fs::write(&file, damaged).expect("written");
        on_device(auto(), |backend| assert_eq!(backend.programs().len(), 4));
        assert_ne!(fs::read_to_string(&file).expect("still there"), damaged);
    }
    let left: Vec<_> = fs::read_dir(folder.path().join("deeper")).expect("a folder").collect();
    assert_eq!(left.len(), 1, "no temporary file is left");
}
