//! `traces.json`.

use omnit_proof::model::{Descriptor, Layer, Model, Op};
use omnit_proof::profile::{AddRequant, Bounds, Profile, Requant};
use omnit_proof::seed::Keccak;
use omnit_proof::trace::Trace;
use omnit_proof::{Result, Role};

use super::json::{Fields, File, Json, Vector, fields, hex};
use crate::support::run::{self, Parameter};
use crate::support::{Library, Matrix};

#[derive(Clone)]
struct Run {
    descriptor: Vec<u8>,
    parameters: Vec<Parameter>,
    input: Matrix<i8>,
}

fn parameter(parameter: &Parameter) -> Json {
    match parameter {
        Parameter::Weight(weights) => weights.into(),
        Parameter::Bias(biases) => biases.into(),
        Parameter::Table(table) => table.into(),
    }
}

impl Vector for Run {
    const KIND: &'static str = "trace";

    fn inputs(&self) -> Fields {
        let params: Vec<Json> = self.parameters.iter().map(parameter).collect();
        fields! { "descriptor": hex(&self.descriptor), "params": params, "input": &self.input }
    }

    fn results(&self) -> Result<Fields> {
        let tensors = run::run(&self.descriptor, &self.parameters, &self.input)?;
        let bytes = run::model_bytes(&self.descriptor, &self.parameters);
        let model = Model::parse(&bytes)?;
        let trace: Vec<u8> = tensors.iter().flat_map(|tensor| tensor.root(Role::Activation)).collect();
        let parsed = Trace::parse(&Descriptor::parse(&self.descriptor)?.0, &trace)?;
        assert_eq!(parsed.hash::<Library>(), Library::keccak256(&trace));
        Ok(fields! {
            "roots": model.roots.iter().map(hex).collect::<Vec<_>>(),
            "version": hex(model.version::<Library>()),
            "outputs": tensors[1..].iter().map(Json::from).collect::<Vec<_>>(),
            "trace": hex(&trace),
            "trace_hash": hex(parsed.hash::<Library>()),
        })
    }
}

/// The model of the tests on `rows` rows.
fn sample(rows: u32) -> Run {
    Run {
        descriptor: run::descriptor(Profile::Scale, (70, Bounds::INT7), &crate::model::layers()),
        parameters: vec![
            Parameter::Weight(Matrix::random(66, 70, 11, [-63, 63])),
            Parameter::Bias(Matrix::random(1, 66, 12, [-500, 500])),
            Parameter::Table(Matrix::random(1, 256, 13, [-100, 90]).with(0, 0, 0)),
            Parameter::Weight(Matrix::random(5, 66, 14, [-127, 127])),
            Parameter::Bias(Matrix::random(1, 5, 15, [-500, 500])),
        ],
        input: Matrix::random(rows, 70, 10, [-63, 63]),
    }
}

/// Two products and a sum in profile 0.
fn shifts() -> Run {
    let full = Bounds::FULL;
    let relu = Bounds::new(0, 127).unwrap();
    let matmul = |input, bounds, s| Op::MatmulRq {
        input,
        requant: Requant::new(Profile::Shift, 1, s, bounds).unwrap(),
        is_mineable: false,
    };
    let add = AddRequant::new(Profile::Shift, [1, 1], 1, full).unwrap();
    let layers = [
        Layer { op: matmul(0, relu, 8), cols_in: 20, cols_out: 33 },
        Layer { op: matmul(1, full, 9), cols_in: 33, cols_out: 20 },
        Layer { op: Op::AddRq { inputs: [0, 2], requant: add }, cols_in: 20, cols_out: 20 },
    ];
    Run {
        descriptor: run::descriptor(Profile::Shift, (20, full), &layers),
        parameters: vec![
            Parameter::Weight(Matrix::random(33, 20, 21, [-127, 127])),
            Parameter::Bias(Matrix::random(1, 33, 22, [-9_000, 9_000])),
            Parameter::Weight(Matrix::random(20, 33, 23, [-127, 127])),
            Parameter::Bias(Matrix::random(1, 20, 24, [-9_000, 9_000])),
        ],
        input: Matrix::random(7, 20, 20, [-127, 127]),
    }
}

/// The file.
pub(super) fn file() -> File {
    let mut file = File::new("SPEC.md section 3: runs of models, layer by layer, and their traces.");
    for rows in [1, 5, 65] {
        file.accept(&format!("four layers on {rows} rows"), &sample(rows));
    }
    file.accept("profile 0", &shifts());
    let base = sample(3);
    for (name, value) in [("-128 in the input", -128), ("64 in the input", 64), ("-64 in the input", -64)] {
        file.refuse(name, &Run { input: base.input.clone().with(2, 69, value), ..base.clone() });
    }
    let mut bad = |name: &str, index: usize, parameter: Parameter| {
        let mut parameters = base.parameters.clone();
        parameters[index] = parameter;
        file.refuse(name, &Run { parameters, ..base.clone() });
    };
    let weights = |cols| Matrix::random(66, cols, 11, [-63, 63]);
    bad("64 in the weights of a mineable layer", 0, Parameter::Weight(weights(70).with(0, 0, 64)));
    bad("weights of 69 columns", 0, Parameter::Weight(weights(69)));
    bad("bias beyond 2^30", 1, Parameter::Bias(Matrix::random(1, 66, 12, [-500, 500]).with(0, 65, (1 << 30) + 1)));
    let table = || Matrix::random(1, 256, 13, [-100, 90]).with(0, 0, 0);
    bad("table with an entry above hi", 2, Parameter::Table(table().with(0, 255, 91)));
    bad("table whose unreachable entry is not zero", 2, Parameter::Table(table().with(0, 0, 1)));
    bad("-128 in the weights", 3, Parameter::Weight(Matrix::random(5, 66, 14, [-127, 127]).with(4, 65, -128)));
    file.refuse("input of 69 columns", &Run { input: Matrix::random(3, 69, 10, [-63, 63]), ..base.clone() });
    let mut parameters = base.parameters.clone();
    parameters.pop();
    file.refuse("one parameter missing", &Run { parameters, ..base });
    file
}
