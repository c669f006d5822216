//! Input from strangers is refused or runs; it never takes the machine down.

use std::fs;
use std::sync::LazyLock;

use omnit_vm::{CodeError, Outcome, ProgramSource, code_kind, decode, decode_root, encode_with_quality};
use proptest::prelude::*;

use crate::support::{Call, MACHINE, activate, params, vectors, wasm};

/// Small programs of the vectors, as seeds for mutation.
static SEEDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let mut files: Vec<_> = fs::read_dir(vectors()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let programs = files.iter().filter(|path| path.extension().is_some_and(|extension| extension == "wat"));
    programs.filter_map(|path| wat::parse_file(path).ok()).filter(|program| program.len() < 2_000).collect()
});

/// Activates, and runs what was accepted.
fn survive(program: &[u8], arbos: u64) {
    let limits = params(arbos);
    if MACHINE.activate(program, &limits, 128, false, &mut 100_000_000).is_ok() {
        let mut call = Call::of(program, arbos).gas(200_000);
        let result = call.run();
        assert!(result.gas_left <= 200_000);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_are_refused(mut bytes in proptest::collection::vec(any::<u8>(), 0..300), header in any::<bool>()) {
        if header {
            bytes.splice(0..0, *b"\0asm\x01\0\0\0");
        }
        survive(&bytes, 51);
        let _ = ProgramSource::parse(&bytes);
        let _ = decode_root(&bytes, 262_144, 4);
        let code: Vec<u8> = [&[0xef, 0xf0, 0, 0][..], &bytes].concat();
        let _ = decode(&code, 131_072);
    }

    #[test]
    fn mutated_programs_are_refused_or_run(
        seed in any::<prop::sample::Index>(),
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..4),
        arbos in prop_oneof![Just(51_u64), Just(59), Just(60)],
    ) {
        let programs = &*SEEDS;
        let mut program = programs[seed.index(programs.len())].clone();
        for (at, byte, kind) in edits {
            let at = at.index(program.len());
            match kind {
                0 => program[at] = byte,
                1 => program.insert(at, byte),
                _ => { program.remove(at); }
            }
        }
        survive(&program, arbos);
    }

    #[test]
    fn code_round_trips(program in proptest::collection::vec(any::<u8>(), 0..5_000), quality in 0..5_u32) {
        let code = encode_with_quality(&program, quality);
        let decoded = decode(&code, 5_000).unwrap();
        prop_assert_eq!(decoded.as_ref(), program.as_slice());
        if let Some(max) = program.len().checked_sub(1) {
            let max = u32::try_from(max).unwrap();
            prop_assert_eq!(decode(&code, max), Err(CodeError::TooLarge { max }));
        }
    }
}

#[test]
fn a_small_stream_that_decompresses_to_much_is_refused() {
    let bomb = encode_with_quality(&vec![0; 50_000_000], 5);
    assert!(bomb.len() < 10_000);
    assert_eq!(decode(&bomb, 131_072), Err(CodeError::TooLarge { max: 131_072 }));
}

#[test]
fn code_with_a_dictionary_is_refused_by_name() {
    assert_eq!(decode(&[0xef, 0xf0, 0, 1, 5], 1_000), Err(CodeError::DictionaryUnavailable));
    assert_eq!(decode(&[0xef, 0xf0, 0, 2, 5], 1_000), Err(CodeError::UnknownDictionary(2)));
    assert_eq!(decode(&[0xef, 0xf0, 0], 1_000), Err(CodeError::TooShort(3)));
    assert_eq!(decode(&[0xef, 0xf0, 1, 0], 1_000), Err(CodeError::IsFragment));
    assert_eq!(decode(&[0xef, 0xf0, 2, 0], 1_000), Err(CodeError::NeedsFragments));
    assert_eq!(decode(&[0xef, 0xf1, 0, 0], 1_000), Err(CodeError::NotStylus));
    assert_eq!(code_kind(&[0xef, 0xf0, 3]), None);
}

#[test]
fn fragments_join_to_the_program_their_root_announces() {
    let program = wasm(
        r#"(module (memory (export "memory") 1 1) (func (export "user_entrypoint") (param i32) (result i32) i32.const 0))"#,
    );
    let stream = encode_with_quality(&program, 11).slice(4..);
    let (first, second) = stream.split_at(20);
    let fragment = |piece: &[u8]| alloy_primitives::Bytes::from([&[0xef, 0xf0, 1][..], piece].concat());
    let root = |len: usize, addresses: &[u8]| {
        [&[0xef, 0xf0, 2, 0][..], &u32::try_from(len).unwrap().to_be_bytes(), addresses].concat()
    };
    let fragments = [fragment(first), fragment(second)];
    let parsed = decode_root(&root(program.len(), &[7; 40]), 262_144, 4).unwrap();
    assert_eq!(parsed.fragments.len(), 2);
    assert_eq!(omnit_vm::join_fragments(&parsed, &fragments).unwrap(), program);
    let longer = decode_root(&root(program.len() + 1, &[7; 40]), 262_144, 4).unwrap();
    assert!(matches!(omnit_vm::join_fragments(&longer, &fragments), Err(CodeError::WrongLength { .. })));
    let shorter = decode_root(&root(program.len() - 1, &[7; 40]), 262_144, 4).unwrap();
    assert!(matches!(omnit_vm::join_fragments(&shorter, &fragments), Err(CodeError::TooLarge { .. })));
    for (len, addresses) in [(9, 0), (9, 39), (9, 41), (9, 100)] {
        assert!(matches!(
            decode_root(&root(len, &vec![7; addresses]), 262_144, 4),
            Err(CodeError::BadFragments { .. })
        ));
    }
    assert!(matches!(decode_root(&root(262_145, &[7; 20]), 262_144, 4), Err(CodeError::TooLarge { .. })));
    assert!(matches!(decode_root(&[0xef, 0xf0, 2, 0, 0], 262_144, 4), Err(CodeError::TooShort(5))));
}

#[test]
fn endless_programs_end() {
    for body in [
        "(loop (br 0))",
        "(loop (memory.fill (i32.const 0) (i32.const 0) (i32.const 65536)) (br 0))",
        "(loop (drop (memory.grow (i32.const 1))) (br 0))",
        "(loop (call $f (i32.const 1)) (drop) (br 0))",
    ] {
        let text = format!(
            r#"(module (memory (export "memory") 1 1) (func $f (param i32) (result i32) (local.get 0))
                (func (export "user_entrypoint") (param i32) (result i32) {body} (i32.const 0)))"#
        );
        let result = Call::new(&text).gas(1_000_000).run();
        assert_eq!((result.outcome, result.gas_left), (Outcome::OutOfInk, 0), "{body}");
    }
}

#[test]
fn memory_cannot_grow_beyond_what_can_be_paid() {
    let text = |pages: &str| {
        format!(
            r#"(module (import "vm_hooks" "pay_for_memory_grow" (func (param i32))) (memory (export "memory") 0)
                (func (export "user_entrypoint") (param i32) (result i32) (memory.grow (i32.const {pages}))))"#
        )
    };
    // Below ArbOS 59 the price of 65 536 pages is that of none, but no memory has so many.
    for pages in ["65536", "131072", "-65536", "65535", "65534", "129"] {
        let result = Call::new(&text(pages)).gas(u64::MAX / 20_000).run();
        assert!(result.costs.final_pages == 0, "{pages}: {result:?}");
    }
    let result = Call::new(&text("128")).gas(40_000_000).run();
    assert_eq!(result.costs.final_pages, 128);
}

#[test]
fn a_refused_program_is_never_run() {
    assert!(activate(b"\0asm\x02\0\0\0", 51).is_err());
    assert!(activate(b"", 51).is_err());
}
