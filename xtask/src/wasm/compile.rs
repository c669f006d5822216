//! The compiler and the optimiser of contracts.

use super::{
    Flavour,
    contracts::{Contract, Workspace},
    toolchain::Toolchain,
};
use crate::setup::{self, WASM_TARGET};
use eyre::{Context as _, Result, ensure};
use std::{fs, path::Path, process::Command};

/// Major version of binaryen that `package.json` pins; another one gives other bytes.
const BINARYEN: &str = "132";

/// The features that a Stylus chain accepts and rustc uses. Never all features: newer encodings are refused at activation.
const WASM_OPT: &[&str] = &[
    "-Oz",
    "--converge",
    "--enable-bulk-memory",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
];

/// Shadow stack in bytes. It and the heap start within one page of 64 KiB; the default of 1 MiB would cost page gas on every call.
const STACK_BYTES: u32 = 32_768;

/// Compiles and links one contract; answers the module as the linker made it.
///
/// One contract per call of cargo: with several, features would be the union of what all of them ask for.
///
/// # Errors
/// When it does not compile. The compiler has said why.
pub(super) fn module(
    contract: &Contract,
    workspace: &Workspace,
    flavour: Flavour,
    toolchain: &Toolchain,
) -> Result<Vec<u8>> {
    let (profile, folder) =
        ("contract", workspace.target.join(if flavour == Flavour::Plain { "wasm-plain" } else { "wasm" }));
    let mut cargo = toolchain.command("cargo");
    cargo
        .args(["build", "--quiet", "--lib", "--target", WASM_TARGET, "--profile", profile])
        .args(["--package", &contract.package])
        .arg("--target-dir")
        .arg(&folder)
        // Flags of the caller's environment would change the bytes.
        .env_remove("RUSTFLAGS")
        .env("CARGO_ENCODED_RUSTFLAGS", rustc_flags(flavour, toolchain)?.join("\x1f"));
    for name in ["OPT_LEVEL", "LTO", "CODEGEN_UNITS", "PANIC", "STRIP", "DEBUG", "INHERITS"] {
        cargo.env_remove(format!("CARGO_PROFILE_CONTRACT_{name}"));
    }
    if flavour == Flavour::Canonical {
        cargo.env("RUSTC_BOOTSTRAP", "1").arg("-Zbuild-std=core,alloc,panic_abort");
    }
    setup::run(&mut cargo).with_context(|| format!("{} does not compile to WASM", contract.package))?;
    let file = folder.join(WASM_TARGET).join(profile).join(&contract.library).with_extension("wasm");
    fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))
}

fn rustc_flags(flavour: Flavour, toolchain: &Toolchain) -> Result<Vec<String>> {
    let mut flags = vec![format!("-Clink-arg=-zstack-size={STACK_BYTES}")];
    // Tables of a match would be data, and every byte of data is paid for on every call.
    flags.push("-Cjump-tables=no".to_owned());
    if flavour == Flavour::Canonical {
        flags.extend(
            ["-Zunstable-options", "-Cpanic=immediate-abort", "-Zlocation-detail=none", "-Zfmt-debug=none"]
                .map(str::to_owned),
        );
    }
    let cargo_home = match std::env::var("CARGO_HOME") {
        Ok(home) => home,
        Err(_) => format!("{}/.cargo", std::env::var("HOME").wrap_err("neither CARGO_HOME nor HOME is set")?),
    };
    let places = [
        (setup::root().display().to_string(), "/omnit"),
        (cargo_home, "/cargo"),
        (toolchain.sysroot.display().to_string(), "/rust"),
    ];
    flags.extend(places.map(|(from, to)| format!("--remap-path-prefix={from}={to}")));
    Ok(flags)
}

/// Runs wasm-opt; `scratch` names the files it works on.
///
/// # Errors
/// When it is not the pinned version or refuses the module.
pub(super) fn optimise(module: &[u8], scratch: &Path) -> Result<Vec<u8>> {
    let program = setup::npm_bin("wasm-opt");
    let version = setup::output(Command::new(&program).arg("--version"))?;
    ensure!(
        version.split_whitespace().any(|word| word == BINARYEN),
        "wasm-opt {BINARYEN} is needed, not `{}`; remove node_modules and run this again",
        version.trim()
    );
    let (input, output) = (scratch.with_extension("linked.wasm"), scratch.with_extension("optimised.wasm"));
    fs::write(&input, module).with_context(|| format!("{} cannot be written", input.display()))?;
    setup::run(Command::new(&program).args(WASM_OPT).arg(&input).arg("-o").arg(&output))?;
    fs::read(&output).with_context(|| format!("{} cannot be read", output.display()))
}
