//! `omnit model`.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use omnit_fixtures::files;
use serde_json::Value;

use crate::program::{Ended, ended, omnit};

const DIGITS: &str = "models/digits/digits.otm";
const TEST: &str = "models/digits/test.csv";
const SEVEN: &str = "models/digits/seven.csv";

fn run(args: &[&str]) -> Ended {
    ended(omnit(files::root()).arg("model").args(args).output().unwrap())
}

fn json(args: &[&str]) -> Value {
    let run = run(&[args, &["--json"]].concat());
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{args:?}");
    serde_json::from_str(&run.stdout).unwrap()
}

fn refused(args: &[&str]) -> String {
    let run = run(args);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{args:?}: {}", run.stderr);
    run.stderr
}

#[test]
fn info_shows_layers_version_and_origin() {
    let info = json(&["info", DIGITS]);
    let file = fs::read(files::root().join(DIGITS)).unwrap();
    let version: String = file[file.len() - 32..].iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(info["version"], format!("0x{version}"));
    assert_eq!(info["parameters"], 26_122);
    let ops: Vec<_> = info["layers"].as_array().unwrap().iter().map(|layer| layer["op"].as_str().unwrap()).collect();
    assert_eq!(ops, ["MATMUL_RQ", "MATMUL_RQ", "LUT", "ADD_RQ", "MATMUL_RQ"]);
    assert_eq!(info["layers"][0]["mineable"], true);
    assert_eq!(info["metadata"]["dataset"]["test_samples"], 360);
    let text = run(&["info", DIGITS]).stdout;
    for part in ["98.06 %", "97.78 %", "MIT OR Apache-2.0", &version, "ADD_RQ of tensors 1 and 3"] {
        assert!(text.contains(part), "{part} is missing in:\n{text}");
    }
}

#[test]
fn run_classifies_the_seven_on_every_path_with_one_trace() {
    let fast = json(&["run", DIGITS, SEVEN]);
    let [first] = &fast["results"].as_array().unwrap()[..] else { panic!("{fast}") };
    assert_eq!((&first["class"], first["scores"].as_array().unwrap().len()), (&"7".into(), 10));
    assert_eq!(fast["trace"].as_array().unwrap().len(), 6);
    let plain = json(&["run", DIGITS, SEVEN, "--device", "reference"]);
    assert_eq!(plain["path"], "reference");
    for field in ["results", "trace", "trace_hash", "version"] {
        assert_eq!(fast[field], plain[field], "{field}");
    }
    assert!(run(&["run", DIGITS, SEVEN]).stdout.starts_with("line 1 "));
}

#[test]
fn run_measures_the_recorded_accuracy_when_lines_have_labels() {
    let measured = json(&["run", DIGITS, TEST]);
    let info = json(&["info", DIGITS]);
    assert_eq!(measured["labelled"], 360);
    let recorded = info["metadata"]["accuracy"]["int8"].as_f64().unwrap();
    assert!((measured["accuracy"].as_f64().unwrap() - recorded).abs() < 1e-6, "{}", measured["accuracy"]);
    let text = run(&["run", DIGITS, TEST]).stdout;
    assert!(text.contains("353 of 360, 98.06 %") && text.contains("(labelled "), "{text}");
}

#[test]
fn run_reads_standard_input_when_the_input_is_a_dash() {
    let mut command = omnit(files::root());
    command.args(["model", "run", DIGITS, "-", "--json"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let seven = fs::read(files::root().join(SEVEN)).unwrap();
    child.stdin.take().unwrap().write_all(&seven).unwrap();
    let run = ended(child.wait_with_output().unwrap());
    assert_eq!(run.code, 0);
    let run: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(run["results"][0]["class"], "7");
}

#[test]
fn run_is_refused_with_line_and_rule_when_the_input_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("input.csv");
    let input = path.to_str().unwrap();
    let row = |first: &str| format!("{first}{}", ",0".repeat(63));
    for (text, message) in [
        (row("17"), "row 1 of the input: number 1: 17 is not from 0 to 16"),
        ("1,2,3".to_owned(), "line 1 has 3 values; the model takes 64"),
        (row("1") + ",ten", "line 1: label \"ten\" is no class of the model"),
        (String::new(), "there is no line of numbers"),
    ] {
        fs::write(&path, text).unwrap();
        let error = refused(&["run", DIGITS, input]);
        assert!(error.contains(message) && error.contains(input), "{error}");
    }
}

#[test]
fn model_is_refused_when_a_weight_was_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("changed.otm");
    let mut file = fs::read(files::root().join(DIGITS)).unwrap();
    file[1_000] ^= 1;
    fs::write(&path, file).unwrap();
    let error = refused(&["info", path.to_str().unwrap()]);
    assert!(error.contains("the file says version 0x"), "{error}");
    let error = refused(&["info", "models/digits/test.csv"]);
    assert!(error.contains("a model file begins with OTMODEL1"), "{error}");
    assert!(refused(&["info", "no-such-file"]).contains("cannot read no-such-file"));
}
