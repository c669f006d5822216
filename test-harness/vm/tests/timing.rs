//! Prints how long things take; asserts nothing about it. Run with `--ignored --nocapture`.

use std::time::Instant;

use omnit_vm::{Machine, MachineConfig};

use crate::support::{Call, MACHINE, wasm};

#[test]
#[ignore = "prints timings"]
fn timings() {
    for (name, text) in [
        ("trivial call", r#"(module (memory (export "memory") 1 1) (func (export "user_entrypoint") (param i32) (result i32) i32.const 0))"#.to_owned()),
        ("msg_sender", crate::hostio::program(&[("msg_sender", "(param i32)")], "(call $msg_sender (i32.const 0))")),
        ("msg_sender x100", crate::hostio::program(&[("msg_sender", "(param i32)")], &"(call $msg_sender (i32.const 0))".repeat(100))),
    ] {
        let mut call = Call::new(&text);
        call.run();
        for is_wrapped in [false, true] {
            let rounds = 20_000;
            let call = &mut call;
            let mut measure = || {
                let start = Instant::now();
                for _ in 0..rounds {
                    MACHINE.call(&call.program, &call.params, call.context.clone(), &mut call.host).unwrap();
                }
                start.elapsed() / rounds
            };
            let each = if is_wrapped { stacker_like(measure) } else { measure() };
            println!("{name} (own stack {is_wrapped}): {each:?}");
        }
    }
    if let Ok(path) = std::env::var("OMNIT_TIMING_WASM") {
        let program = std::fs::read(path).unwrap();
        compile("given program", &program);
    }
    let loops = wasm(
        r#"(module (memory (export "memory") 1 1) (func (export "user_entrypoint") (param i32) (result i32) (local i64 i32)
        (local.set 2 (i32.const 1000000))
        (loop (local.set 1 (i64.add (i64.mul (local.get 1) (i64.const 31)) (i64.extend_i32_u (local.get 2))))
          (i64.store (i32.and (local.get 2) (i32.const 0xfff8)) (local.get 1))
          (br_if 0 (local.tee 2 (i32.sub (local.get 2) (i32.const 1)))))
        (i32.wrap_i64 (i64.and (local.get 1) (i64.const 1)))))"#,
    );
    let mut call = Call::of(&loops, 51);
    call.run();
    let start = Instant::now();
    call.run();
    println!("a million rounds of a loop: {:?}", start.elapsed());
}

fn stacker_like<R: Send>(body: impl FnOnce() -> R + Send) -> R {
    std::thread::scope(|scope| {
        std::thread::Builder::new().stack_size(256 << 20).spawn_scoped(scope, body).unwrap().join().unwrap()
    })
}

fn compile(name: &str, program: &[u8]) {
    let mut call = Call::of(program, 51);
    let rewritten = omnit_vm::rewrite(program, 2).unwrap();
    println!("{name}: {} bytes, {} rewritten", program.len(), rewritten.len());
    let folder = tempfile::tempdir().unwrap();
    let config = MachineConfig { cache_folder: Some(folder.path().into()), cached_programs: 4 };
    for _ in 0..2 {
        let machine = Machine::new(config.clone()).unwrap();
        let start = Instant::now();
        machine.call(&call.program, &call.params, call.context.clone(), &mut call.host).unwrap();
        println!("  first call of a machine: {:?}", start.elapsed());
        let rounds = 2_000;
        let each = stacker_like(|| {
            let start = Instant::now();
            for _ in 0..rounds {
                machine.call(&call.program, &call.params, call.context.clone(), &mut call.host).unwrap();
            }
            start.elapsed() / rounds
        });
        println!("  each further call: {each:?}");
    }
    let start = Instant::now();
    omnit_vm::rewrite(program, 2).unwrap();
    println!("  rewriting: {:?}", start.elapsed());
}
