//! A second engine runs the same rewritten module: ink, result and memory must be equal.

use omnit_vm::{Outcome, rewrite};
use proptest::prelude::*;
use wasmi::{Engine, Linker, Module, Store, Val};

use crate::generator;
use crate::support::{Call, ink, wasm};

/// Ink of each run: enough for ordinary programs, and an end for endless ones.
const GAS: u64 = 60_000;

/// How a run ended on either engine.
#[derive(Debug, PartialEq, Eq)]
struct Ended {
    outcome: Outcome,
    ink_left: u64,
}

fn interpret(module: &[u8], start_ink: u64, depth: u32, input_len: i32) -> Ended {
    let engine = Engine::default();
    let module = Module::new(&engine, module).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = Linker::<()>::new(&engine).instantiate_and_start(&mut store, &module).unwrap();
    let ink_left = instance.get_global(&store, "stylus_ink_left").unwrap();
    let stack_left = instance.get_global(&store, "stylus_stack_left").unwrap();
    let status = instance.get_global(&store, "stylus_ink_status").unwrap();
    ink_left.set(&mut store, Val::I64(start_ink.cast_signed())).unwrap();
    stack_left.set(&mut store, Val::I32(depth.cast_signed())).unwrap();
    let entry = instance.get_typed_func::<i32, i32>(&store, "user_entrypoint").unwrap();
    let result = entry.call(&mut store, input_len);
    let left = ink_left.get(&store).i64().unwrap().cast_unsigned();
    let (outcome, ink_left) = match result {
        Ok(0) => (Outcome::Success, left),
        Ok(_) => (Outcome::Revert, left),
        Err(_) if stack_left.get(&store).i32() == Some(0) => (Outcome::OutOfStack, 0),
        Err(_) if status.get(&store).i32() == Some(1) => (Outcome::OutOfInk, 0),
        Err(_) => (Outcome::Failure, left),
    };
    Ended { outcome, ink_left }
}

/// Runs `text` on both engines. The depth limit keeps endless recursion within the interpreter's own limit.
fn compare(text: &str, gas: u64) -> Outcome {
    let program = wasm(text);
    let mut call = Call::of(&program, 51).gas(gas);
    call.params.max_stack_depth = 2_000;
    let compiled = call.run();
    if compiled.costs.memory_gas.is_none() {
        return compiled.outcome;
    }
    let rewritten = rewrite(&program, 2).unwrap();
    let interpreted = interpret(&rewritten, compiled.costs.ink_start, 2_000, 0);
    assert_eq!(Ended { outcome: compiled.outcome, ink_left: compiled.costs.ink_left }, interpreted, "{text}");
    assert_eq!(ink(&compiled), compiled.costs.wasm_ink);
    compiled.outcome
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, max_shrink_iters: 400, ..ProptestConfig::default() })]

    #[test]
    fn engines_agree_on_random_programs(text in generator::program(), gas in 9_300..GAS) {
        compare(&text, gas);
    }
}

#[test]
fn generated_programs_reach_every_outcome() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut seen = std::collections::HashSet::new();
    for round in 0..200_u64 {
        let text = generator::program().new_tree(&mut runner).unwrap().current();
        seen.insert(format!("{:?}", compare(&text, if round % 4 == 0 { 9_700 } else { GAS })));
    }
    assert_eq!(seen.len(), 5, "{seen:?}");
}
