//! Every program passes `spirv-val`, those for devices that no machine here has as well.

use std::io::Write as _;
use std::process::{Command, Stdio};

use omnit_miner::gpu::coopmat::{Fragment, MatrixTile, Staging, TileError, candidates, module};
use omnit_miner::gpu::{Kind, Limits};

const KINDS: [Kind; 4] = [Kind::Requant, Kind::Limbs, Kind::Fold, Kind::FoldRequant];
const NVIDIA: Fragment = Fragment { m: 16, n: 16, k: 32 };

fn limits() -> Limits {
    Limits { threads: 1_024, shared_bytes: 48 << 10, ..Limits::of(&wgpu::Limits::default()) }
}

/// A validator that knows cooperative matrices (SPIRV-Tools 2023.3 or later): the one named in `SPIRV_VAL`, else `spirv-val`.
fn validate(words: &[u32]) -> Result<(), String> {
    let validator = std::env::var_os("SPIRV_VAL").unwrap_or_else(|| "spirv-val".into());
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    let mut child = Command::new(validator)
        .args(["--target-env", "vulkan1.3", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    child.stdin.take().expect("it was piped").write_all(&bytes).map_err(|error| error.to_string())?;
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

/// Whether the validator is there and knows the extension: it accepts the smallest program.
fn has_validator() -> bool {
    let tile = MatrixTile {
        fragment: Fragment { m: 8, n: 8, k: 8 },
        subgroup: 8,
        fragments: [1, 1],
        subgroups: [1, 1],
        staging: Staging::Direct,
        depth: 64,
    };
    match validate(&module(&tile, Kind::Requant)) {
        Ok(()) => true,
        Err(reason) => {
            assert!(std::env::var_os("OMNIT_REQUIRE_COOPMAT").is_none(), "{reason}");
            eprintln!("skipped: no spirv-val that knows cooperative matrices ({})", reason.trim());
            false
        }
    }
}

#[test]
fn module_is_valid_when_tile_is_a_candidate() {
    if !has_validator() {
        return;
    }
    let devices = [
        (NVIDIA, 32),
        (Fragment { m: 16, n: 8, k: 32 }, 32),
        (Fragment { m: 16, n: 16, k: 16 }, 64),
        (Fragment { m: 8, n: 8, k: 8 }, 8),
    ];
    for (fragment, subgroup) in devices {
        for kind in KINDS {
            let tiles = candidates(fragment, subgroup, kind, &limits());
            assert!(!tiles.is_empty(), "{fragment:?} {kind:?}");
            for tile in tiles {
                validate(&module(&tile, kind)).unwrap_or_else(|reason| panic!("{kind:?} {tile:?}: {reason}"));
            }
        }
    }
}

#[test]
fn validator_refuses_when_module_is_damaged() {
    if !has_validator() {
        return;
    }
    let tile = candidates(NVIDIA, 32, Kind::Fold, &limits())[0];
    let mut words = module(&tile, Kind::Fold);
    words.truncate(words.len() - 1);
    assert!(validate(&words).is_err());
}

#[test]
fn check_names_the_rule_when_tile_breaks_one() {
    let limits = limits();
    let good = MatrixTile {
        fragment: NVIDIA,
        subgroup: 32,
        fragments: [1, 1],
        subgroups: [4, 4],
        staging: Staging::Direct,
        depth: 64,
    };
    assert_eq!(good.check(Kind::Fold, &limits), Ok(()));
    let fragment = Fragment { m: 24, ..NVIDIA };
    let odd = MatrixTile { fragment, ..good };
    assert_eq!(odd.check(Kind::Requant, &limits), Err(TileError::Fragment(fragment)));
    let few = Limits { threads: 64, ..limits };
    assert_eq!(good.check(Kind::Requant, &few), Err(TileError::Threads { needed: 512, available: 64 }));
    let small = Limits { shared_bytes: 1_024, ..limits };
    assert!(matches!(good.check(Kind::Requant, &small), Err(TileError::Shared { available: 1_024, .. })));
    let broken = |tile: MatrixTile| match tile.check(Kind::Fold, &limits) {
        Err(TileError::Field { field, value, .. }) => (field, value),
        other => panic!("{other:?}"),
    };
    assert_eq!(broken(MatrixTile { depth: 32, ..good }), ("depth", 32));
    assert_eq!(broken(MatrixTile { subgroups: [3, 4], ..good }), ("subgroups[0]", 3));
    assert_eq!(broken(MatrixTile { subgroups: [4, 2], ..good }), ("columns of a workgroup", 32));
    let tall = MatrixTile { fragments: [8, 2], subgroups: [1, 2], staging: Staging::Direct, ..good };
    assert_eq!(broken(tall), ("rows of a subgroup", 128));
}
