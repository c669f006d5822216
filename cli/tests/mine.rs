//! `omnit mine`.

use omnit_fixtures::files;
use serde_json::Value;

use crate::program::{Ended, ended, omnit};

fn run(args: &[&str]) -> Ended {
    ended(omnit(files::root()).arg("mine").args(args).output().unwrap())
}

#[test]
fn devices_lists_the_processor_with_a_passed_self_test() {
    let listed = run(&["devices", "--json"]);
    assert_eq!(listed.code, 0, "{}", listed.stderr);
    let listed: Value = serde_json::from_str(&listed.stdout).unwrap();
    let processor = listed["devices"].as_array().unwrap().iter().find(|device| device["id"] == "cpu").unwrap();
    assert_eq!((&processor["path"], &processor["self_test"]), (&"cpu".into(), &"passed".into()));
    let text = run(&["devices"]);
    assert!(text.stdout.contains("self-test"), "{}", text.stdout);
}

#[test]
fn bench_prints_one_figure_a_line_when_json_is_asked_for() {
    let measured = run(&["bench", "--device", "cpu", "--size", "64", "--quick", "--json"]);
    assert_eq!((measured.code, measured.stderr.as_str()), (0, ""));
    let figures: Vec<Value> = measured.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for case in ["miner.matmul.64.cpu", "miner.matmul_mined.64.cpu", "miner.tree.64.cpu", "miner.syn.cpu"] {
        let figure =
            figures.iter().find(|figure| figure["case"] == case).unwrap_or_else(|| panic!("{case} is missing"));
        assert!(figure["ours"].as_f64().unwrap() > 0.0, "{figure}");
    }
    let product = figures.iter().find(|figure| figure["case"] == "miner.matmul.64.cpu").unwrap();
    assert!(product["peers"]["plain loop"].as_f64().unwrap() > 0.0, "{product}");
}

#[test]
fn bench_fails_with_the_names_there_are_when_the_device_is_unknown() {
    let refused = run(&["bench", "--device", "gpu99"]);
    assert_eq!((refused.code, refused.stdout.as_str()), (1, ""));
    assert!(refused.stderr.contains("gpu99") && refused.stderr.contains("wgpu-dp4a"), "{}", refused.stderr);
}

#[test]
fn bench_is_wrong_usage_when_the_size_is_out_of_range() {
    let refused = run(&["bench", "--size", "63"]);
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""));
    assert!(refused.stderr.contains("64..=16384"), "{}", refused.stderr);
}
