//! Model files and runs.

use omnit_miner::cpu::{self, CpuOptions, Isa, Products};
use omnit_miner::engine::{Engine, EngineOptions, Resident};
use omnit_miner::model::{JobTerms, Loaded, Model, ModelError, Parameters};
use omnit_miner::path::{OpenOptions, devices, open};
use omnit_miner::reference::Reference;
use omnit_miner::{Backend, BackendError, Matrix};
use omnit_proof::ProofError;
use omnit_proof::seed::Place;
use omnit_proof::ticket::Target;

use crate::vectors::{bytes, cases, matrix, model};

/// The reference, the processor in all its ways, and whatever else this machine has.
fn backends() -> Vec<Box<dyn Backend>> {
    let mut backends: Vec<Box<dyn Backend>> = vec![Box::new(Reference)];
    for isa in Isa::ALL.into_iter().filter(|isa| isa.is_available()) {
        backends.push(cpu::open(CpuOptions { isa, products: Products::Blocks }).unwrap());
    }
    for device in devices() {
        let options = OpenOptions { device: Some(device.id.clone()), ..OpenOptions::default() };
        backends.push(open(device.path, &options).unwrap());
    }
    backends
}

fn digits_file() -> Vec<u8> {
    std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../models/digits/digits.otm")).unwrap()
}

fn digits() -> Model {
    Model::read(&digits_file()).unwrap()
}

/// Pixels and labels of the test samples.
fn samples() -> (Vec<Vec<String>>, Vec<usize>) {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../models/digits/test.csv")).unwrap();
    let split = |line: &str| {
        let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        let label: usize = cells.pop().unwrap().parse().unwrap();
        (cells, label)
    };
    text.lines().skip(1).map(split).unzip()
}

#[test]
fn run_gives_the_published_outputs_and_trace_on_every_backend() {
    let mut runs = 0;
    for case in cases("traces.json").iter().filter(|case| case["valid"] == true) {
        let model = model(case).unwrap();
        assert_eq!(
            model.roots().as_flattened(),
            case["roots"].as_array().unwrap().iter().flat_map(bytes).collect::<Vec<_>>()
        );
        assert_eq!(model.version()[..], bytes(&case["version"])[..]);
        let input = matrix(&case["input"]).unwrap();
        for backend in &mut backends() {
            let run = model.load(backend.as_mut()).unwrap().run(backend.as_mut(), &input, None).unwrap();
            let name = (&case["name"], backend.name());
            assert_eq!(run.trace.as_flattened(), bytes(&case["trace"]), "{name:?}");
            assert_eq!(run.trace_hash()[..], bytes(&case["trace_hash"])[..], "{name:?}");
            let outputs = case["outputs"].as_array().unwrap();
            assert_eq!(run.output, matrix(&outputs[outputs.len() - 1]).unwrap(), "{name:?}");
            runs += 1;
        }
    }
    assert!(runs > 0);
}

#[test]
fn vectors_are_refused_when_they_are_invalid() {
    let invalid: Vec<_> = cases("traces.json").into_iter().filter(|case| case["valid"] == false).collect();
    assert!(!invalid.is_empty());
    for case in invalid {
        let run = || -> Result<(), ModelError> {
            let model = model(&case)?;
            let input = matrix(&case["input"]).map_err(BackendError::Proof)?;
            let mut backend = cpu::open(CpuOptions::default())?;
            model.load(backend.as_mut())?.run(backend.as_mut(), &input, None)?;
            Ok(())
        };
        assert!(run().is_err(), "{}: {}", case["name"], case["wrong"]);
    }
}

#[test]
fn digits_are_classified_as_well_as_recorded_on_every_backend() {
    let model = digits();
    let (pixels, labels) = samples();
    let input = model.quantise(&pixels).unwrap();
    let expected = model.load(&mut Reference).unwrap().run(&mut Reference, &input, None).unwrap();
    let right =
        labels.iter().enumerate().filter(|(at, label)| best(expected.output.row(*at as u32)) == **label).count();
    let accuracy = right as f64 / labels.len() as f64;
    assert!((accuracy - model.metadata().accuracy.int8).abs() < 1e-6, "{accuracy}");
    assert_eq!(labels.len(), model.metadata().dataset.test_samples as usize);
    for backend in &mut backends() {
        let run = model.load(backend.as_mut()).unwrap().run(backend.as_mut(), &input, None).unwrap();
        assert_eq!(run, expected, "{}", backend.name());
    }
}

#[test]
fn run_is_the_same_and_wins_tickets_when_it_is_mined_beside() {
    let model = digits();
    let input = model.quantise(&samples().0[..70]).unwrap();
    let terms = JobTerms {
        place: Place { chain_id: 42_161, contract: [1; 20] },
        job: [2; 32],
        provider: [3; 20],
        accept_beacon: [4; 32],
        epoch: 5,
        target: Target::EASIEST,
    };
    let plain = model.load(&mut Reference).unwrap().run(&mut Reference, &input, None).unwrap();
    let mut expected = None;
    for backend in &mut backends() {
        let mut mined = model.load(backend.as_mut()).unwrap().run(backend.as_mut(), &input, Some(&terms)).unwrap();
        assert_eq!((&mined.output, &mined.trace), (&plain.output, &plain.trace), "{}", backend.name());
        mined.tickets.sort_unstable_by_key(|won| (won.layer, won.ticket.position));
        // Two mineable layers of 70×128×64 and 70×128×128: 2·2·1 and 2·2·2 tickets.
        assert_eq!(mined.tickets.len(), 12, "{}", backend.name());
        let expected = expected.get_or_insert_with(|| mined.tickets.clone());
        assert_eq!(&mined.tickets, expected, "{}", backend.name());
    }
}

#[test]
fn engine_runs_a_model_that_stays_on_the_device() {
    let model = digits();
    let input = model.quantise(&samples().0[..3]).unwrap();
    let mut engine = Engine::open(&EngineOptions::default(), |_| {}).unwrap();
    let mut resident: Resident<Loaded> = Resident::new();
    let mut run =
        || engine.run(|session| resident.get(session, |session| model.load(session))?.run(session, &input, None));
    assert_eq!(run().unwrap(), run().unwrap());
}

#[test]
fn file_is_read_as_it_was_written() {
    let (file, digits) = (digits_file(), digits());
    assert_eq!(digits.parameter_count(), 26_122);
    assert_eq!(Model::read(&digits.write()).unwrap(), digits);
    assert_eq!(digits.version()[..], file[file.len() - 32..]);
    for case in cases("traces.json").iter().filter(|case| case["valid"] == true) {
        let model = model(case).unwrap();
        assert_eq!(Model::read(&model.write()).unwrap(), model);
    }
}

#[test]
fn file_is_refused_when_any_byte_before_the_metadata_is_changed() {
    let file = digits_file();
    let metadata = file.windows(7).position(|window| window == b"{\"name\"").unwrap();
    let step = file.len() / 400;
    for at in (0..metadata).step_by(step).chain(0..300).chain(metadata - 4..metadata).chain(file.len() - 32..file.len())
    {
        for bit in [1, 0x80] {
            let mut changed = file.clone();
            changed[at] ^= bit;
            assert!(Model::read(&changed).is_err(), "byte {at}");
        }
    }
}

#[test]
fn file_is_refused_when_its_length_is_another() {
    let file = digits_file();
    for len in (0..200).chain((200..file.len()).step_by(997)).chain(file.len() - 40..file.len()) {
        let error = Model::read(&file[..len]).unwrap_err();
        assert!(matches!(error, ModelError::Truncated { .. } | ModelError::Metadata { .. }), "{len}: {error}");
    }
    let longer = [&file[..], &[0]].concat();
    assert_eq!(Model::read(&longer).unwrap_err(), ModelError::Trailing { extra: 1 });
}

#[test]
fn file_is_refused_with_the_field_and_the_rule() {
    let file = digits_file();
    let changed = |at: usize, bytes: &[u8]| {
        let mut changed = file.clone();
        changed[at..at + bytes.len()].copy_from_slice(bytes);
        Model::read(&changed).unwrap_err().to_string()
    };
    assert_eq!(changed(0, b"OTMODEL2"), "the first bytes are \"OTMODEL2\"; a model file begins with OTMODEL1");
    // Header of 12 bytes, descriptor of 192: the first weight is at 204, the biases of layer 0 at 204 + 128·64.
    assert_eq!(changed(204, &[0x80]), "weights of layer 0: operand -128 at index 0 is out of range");
    assert_eq!(changed(205, &[64]), "weights of layer 0: operand 64 at index 1 is out of range");
    let biases = 204 + 128 * 64;
    assert_eq!(
        changed(biases, &i32::MAX.to_le_bytes()),
        "biases of layer 0: bias 2147483647 at index 0 is out of range"
    );
    let table = biases + 4 * 128 + 128 * 128 + 4 * 128;
    assert_eq!(changed(table, &[1]), "table of layer 2: table entry 0 is 1");
    assert_eq!(changed(table + 1, &[64]), "table of layer 2: table entry 1 is 64");
    assert_eq!(changed(12 + 4, &[2]), "descriptor: descriptor of layer 65535: byte 4 breaks a rule");
    let version = changed(file.len() - 1, &[file[file.len() - 1] ^ 1]);
    assert!(version.starts_with("the file says version 0x"), "{version}");
}

#[test]
fn metadata_are_refused_when_they_do_not_fit_the_layers() {
    let model = digits();
    let refused = |change: &dyn Fn(&mut omnit_miner::model::Metadata)| {
        let mut metadata = model.metadata().clone();
        change(&mut metadata);
        let descriptor = model.on_chain()[..192].to_vec();
        Model::new(descriptor, model.parameters().to_vec(), metadata).unwrap_err().to_string()
    };
    assert_eq!(refused(&|m| drop(m.classes.pop())), "metadata: classes has 9 names; the last tensor has 10 columns");
    assert_eq!(refused(&|m| m.input.shape = vec![8, 9]), "metadata: input.shape is [8, 9]; its product must be 64");
    assert_eq!(refused(&|m| m.input.denominator = 0), "metadata: input.denominator is 0; it must be positive");
    assert_eq!(refused(&|m| m.input.min = 17), "metadata: input.min is 17, above the maximum 16");
    assert_eq!(refused(&|m| m.input.max = 17), "metadata: input scales 17 by 63/16 to 67, outside 0 .. 63");
    assert_eq!(refused(&|m| m.accuracy.int8 = 1.5), "metadata: accuracy.int8 is 1.5; it must be from 0 to 1");
}

#[test]
fn model_is_refused_when_parameters_are_of_another_layer() {
    let model = digits();
    let descriptor = || model.on_chain()[..192].to_vec();
    let with =
        |parameters: Vec<Parameters>| Model::new(descriptor(), parameters, model.metadata().clone()).unwrap_err();
    let mut parameters = model.parameters().to_vec();
    parameters.swap(2, 3);
    assert_eq!(with(parameters), ModelError::Kind { layer: 2 });
    assert_eq!(with(model.parameters()[..4].to_vec()), ModelError::Layers { layers: 5, parameters: 4 });
    let mut parameters = model.parameters().to_vec();
    parameters.swap(0, 1);
    let source = ProofError::BadDims { rows: 128, cols: 128 };
    assert_eq!(with(parameters), ModelError::Parameter { layer: 0, part: "weights", source });
}

#[test]
fn run_is_refused_when_the_input_is_not_the_models() {
    let model = digits();
    for backend in &mut backends() {
        let loaded = model.load(backend.as_mut()).unwrap();
        let wide = Matrix::new(1, 65, vec![0; 65]).unwrap();
        let expected = BackendError::Shape { what: "columns of the input and of the model", left: 65, right: 64 };
        assert_eq!(loaded.run(backend.as_mut(), &wide, None).unwrap_err(), expected);
        let high = Matrix::new(1, 64, vec![64; 64]).unwrap();
        let expected = BackendError::Proof(ProofError::BadOperand { index: 0, value: 64 });
        assert_eq!(loaded.run(backend.as_mut(), &high, None).unwrap_err(), expected);
    }
}

#[test]
fn input_is_refused_with_its_row_when_a_number_is_outside() {
    let model = digits();
    let mut rows = samples().0[..2].to_vec();
    rows[1][3] = "17".to_owned();
    assert_eq!(model.quantise(&rows).unwrap_err().to_string(), "row 2 of the input: number 4: 17 is not from 0 to 16");
    rows[1].pop();
    assert_eq!(model.quantise(&rows).unwrap_err().to_string(), "row 2 of the input: 63 numbers; the model takes 64");
}

fn best(scores: &[i8]) -> usize {
    (0..scores.len()).rev().max_by_key(|class| scores[*class]).unwrap()
}
