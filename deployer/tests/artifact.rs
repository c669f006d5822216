use std::{fs, io::Read};

use alloy::primitives::{Bytes, U256, keccak256};
use omnit_deployer::{
    Artifact,
    artifact::{ArtifactError, init_code, program_code},
};

const EMPTY_MODULE: [u8; 8] = *b"\0asm\x01\0\0\0";

fn decompressed(code: &Bytes) -> Vec<u8> {
    let mut wasm = Vec::new();
    brotli::Decompressor::new(&code[4..], 4_096).read_to_end(&mut wasm).unwrap();
    wasm
}

#[test]
fn program_code_decompresses_to_the_module_after_its_mark() {
    let wasm: Vec<u8> = EMPTY_MODULE.into_iter().chain((0..100_000u32).flat_map(|n| (n / 7).to_le_bytes())).collect();
    let code = program_code(&wasm);
    assert_eq!(code[..4], [0xef, 0xf0, 0x00, 0x00]);
    assert!(code.len() < wasm.len() / 2, "{} bytes", code.len());
    assert_eq!(decompressed(&code), wasm);
}

/// The layout of stylus-node.md section 2, instruction by instruction.
#[test]
fn init_code_copies_the_code_that_follows_it() {
    let code = [0xef, 0xf0, 0x00, 0x00, 0x0b];
    let init = init_code(&code);
    assert_eq!(init[0], 0x7f, "PUSH32");
    assert_eq!(U256::from_be_slice(&init[1..33]), U256::from(code.len()));
    assert_eq!(init[33..42], [0x80, 0x60, 43, 0x60, 0, 0x39, 0x60, 0, 0xf3]);
    assert_eq!(init[42], 0, "version byte");
    assert_eq!(init[43..], code);
}

#[test]
fn load_hashes_file_and_code() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("token.wasm"), EMPTY_MODULE).unwrap();
    let artifact = Artifact::load(folder.path(), "token").unwrap();
    assert_eq!(artifact.wasm_hash, keccak256(EMPTY_MODULE));
    assert_eq!(artifact.code, program_code(&EMPTY_MODULE));
    assert_eq!(artifact.code_hash, keccak256(&artifact.code));
    assert_eq!(artifact.wasm_size, EMPTY_MODULE.len());
    assert_eq!(artifact.init_code(), init_code(&artifact.code));
}

#[test]
fn load_names_the_command_that_builds_when_the_file_is_missing_or_not_wasm() {
    let folder = tempfile::tempdir().unwrap();
    let missing = Artifact::load(folder.path(), "token").unwrap_err().to_string();
    assert!(missing.contains("token.wasm") && missing.contains("cargo xtask wasm"), "{missing}");
    fs::write(folder.path().join("token.wasm"), "#!/bin/sh").unwrap();
    let error = Artifact::load(folder.path(), "token").unwrap_err();
    assert!(matches!(error, ArtifactError::NotWasm { .. }), "{error}");
    fs::create_dir(folder.path().join("other.wasm")).unwrap();
    assert!(matches!(Artifact::load(folder.path(), "other"), Err(ArtifactError::Unreadable { .. })));
}

#[test]
fn from_wasm_gives_both_sizes_when_the_code_does_not_fit() {
    let noise = (0..2_000u32).flat_map(|n| keccak256(n.to_be_bytes()).0);
    let wasm: Vec<u8> = EMPTY_MODULE.into_iter().chain(noise).collect();
    let error = Artifact::from_wasm("token", &wasm).unwrap_err();
    let ArtifactError::TooLarge { size, .. } = error else { panic!("{error}") };
    assert!(size > 24_576);
    assert!(error.to_string().contains(&size.to_string()) && error.to_string().contains("24576"), "{error}");
}
