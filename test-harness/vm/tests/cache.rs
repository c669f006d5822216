//! Compiled programs: in memory, on disk, from many threads.

use std::fs;
use std::path::Path;
use std::thread;

use omnit_vm::{Machine, MachineConfig, Outcome};

use crate::support::{Call, wasm};

const TEXT: &str = r#"(module (memory (export "memory") 1 1) (data (i32.const 0) "kept")
    (func (export "user_entrypoint") (param i32) (result i32) (i32.ne (i32.load8_u (i32.const 0)) (i32.const 107))))"#;

fn machine(folder: &Path, programs: usize) -> Machine {
    Machine::new(MachineConfig { cache_folder: Some(folder.into()), cached_programs: programs }).unwrap()
}

fn run(machine: &Machine, text: &str) -> Outcome {
    let mut call = Call::of(&wasm(text), 51);
    machine.call(&call.program, &call.params, call.context.clone(), &mut call.host).unwrap().outcome
}

fn only_file(folder: &Path) -> std::path::PathBuf {
    let files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files[0].clone()
}

#[test]
fn compiled_programs_survive_the_process_and_damage_is_repaired() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(&machine(folder.path(), 4), TEXT), Outcome::Success);
    let file = only_file(folder.path());
    let good = fs::read(&file).unwrap();
    let written = fs::metadata(&file).unwrap().modified().unwrap();
    assert_eq!(run(&machine(folder.path(), 4), TEXT), Outcome::Success);
    assert_eq!(fs::metadata(&file).unwrap().modified().unwrap(), written, "loaded, not compiled again");
    for damage in [&b""[..], &b"omnitvm1"[..], &good[..good.len() - 1]] {
        fs::write(&file, damage).unwrap();
        assert_eq!(run(&machine(folder.path(), 4), TEXT), Outcome::Success);
        assert!(fs::read(&file).unwrap().len() == good.len(), "rewritten");
    }
    for at in [0, 9, 20, good.len() / 2, good.len() - 1] {
        let mut bad = good.clone();
        bad[at] ^= 1;
        fs::write(&file, &bad).unwrap();
        assert_eq!(run(&machine(folder.path(), 4), TEXT), Outcome::Success, "byte {at}");
        assert_ne!(fs::read(&file).unwrap(), bad, "byte {at}");
    }
}

#[test]
fn a_file_of_another_program_is_ignored() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let other = TEXT.replace("kept", "lost");
    run(&machine(one.path(), 4), TEXT);
    run(&machine(two.path(), 4), &other);
    let (file, foreign) = (only_file(one.path()), only_file(two.path()));
    fs::copy(foreign, file).unwrap();
    assert_eq!(run(&machine(one.path(), 4), TEXT), Outcome::Success);
}

#[test]
fn a_small_memory_of_programs_still_runs_all_of_them_on_many_threads() {
    let machine = Machine::new(MachineConfig { cache_folder: None, cached_programs: 2 }).unwrap();
    thread::scope(|scope| {
        for thread in 0..4 {
            let machine = &machine;
            scope.spawn(move || {
                for round in 0..12 {
                    let text = TEXT.replace(
                        "(i32.const 107)",
                        &format!("(i32.add (i32.const 107) (i32.const {}))", (thread + round) % 5),
                    );
                    let expected = if (thread + round) % 5 == 0 { Outcome::Success } else { Outcome::Revert };
                    assert_eq!(run(machine, &text), expected);
                }
            });
        }
    });
}

#[test]
fn a_folder_that_cannot_be_made_is_an_error() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let config = MachineConfig { cache_folder: Some(file.path().join("below")), cached_programs: 1 };
    assert!(Machine::new(config).is_err());
}
