//! The conformance vectors of `vectors/FORMAT.md`, made by this crate. `OMNIT_BLESS=1` writes them anew.

mod arithmetic;
mod chain;
mod commitments;
mod json;
mod models;
mod openings;
mod tickets;
mod traces;
mod training;

use std::fs;
use std::path::PathBuf;

use json::File;

/// Bytes that all files together may have.
const MAX_TOTAL: usize = 1_500_000;

/// Every file: its name and what is in it.
fn files() -> [(&'static str, File); 9] {
    [
        ("arithmetic", arithmetic::file()),
        ("commitments", commitments::file()),
        ("openings", openings::file()),
        ("tickets", tickets::file()),
        ("models", models::file()),
        ("traces", traces::file()),
        ("retarget", chain::retarget_file()),
        ("sortition", chain::sortition_file()),
        ("training", training::file()),
    ]
}

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors").join(name).with_extension("json")
}

#[test]
fn vectors_are_current() {
    let is_blessed = std::env::var_os("OMNIT_BLESS").is_some_and(|value| value == "1");
    let mut total = 0;
    for (name, file) in files() {
        let text = file.text();
        total += text.len();
        if is_blessed {
            fs::write(path(name), &text).unwrap();
        }
        let committed = fs::read_to_string(path(name)).unwrap_or_default();
        // Not `assert_eq`, which would print hundreds of kilobytes.
        let line = committed.lines().zip(text.lines()).position(|(old, new)| old != new);
        assert!(committed == text, "{name}.json is not current, first at line {line:?}; OMNIT_BLESS=1 writes it");
    }
    assert!(total < MAX_TOTAL, "{total} bytes of vectors");
}
