//! Deciding one element of one layer, on a run of a model with all three operations.

mod faults;
mod verdicts;

use omnit_proof::dispute::{Openings, Place, Roots, Verdict, decide};
use omnit_proof::model::{Layer, Op};
use omnit_proof::profile::{Bounds, Profile};
use omnit_proof::prover::Tree;
use omnit_proof::{Hash, Result, Role};

use crate::model::layers;
use crate::support::Matrix;
use crate::support::run::{Parameter, descriptor, run};

/// Rows of the run.
const ROWS: u32 = 5;

/// A layer with everything that is committed about it.
#[derive(Clone)]
struct Case {
    layer: Layer,
    inputs: Vec<Matrix<i8>>,
    parameters: Vec<Parameter>,
    output: Matrix<i8>,
}

impl Case {
    /// The trees over everything.
    fn committed(&self) -> Committed {
        let parameters: Vec<Tree> = self
            .parameters
            .iter()
            .map(|parameter| match parameter {
                Parameter::Weight(weights) => weights.tree(Role::Weight),
                Parameter::Bias(biases) => biases.tree(Role::Bias),
                Parameter::Table(table) => table.tree(Role::Lut),
            })
            .collect();
        Committed {
            layer: self.layer,
            inputs: self.inputs.iter().map(|input| input.tree(Role::Activation)).collect(),
            roots: parameters.iter().map(Tree::root).collect(),
            parameters,
            first: self.inputs[0].clone(),
            output: self.output.tree(Role::Activation),
        }
    }

    /// The places of all elements of the result.
    fn places(&self) -> Vec<Place> {
        let cols = self.output.cols;
        (0..ROWS).flat_map(|row| (0..cols).map(move |col| Place { rows: ROWS, row, col })).collect()
    }
}

/// The trees of a case.
struct Committed {
    layer: Layer,
    inputs: Vec<Tree>,
    parameters: Vec<Tree>,
    roots: Vec<Hash>,
    first: Matrix<i8>,
    output: Tree,
}

/// Openings as somebody sends them: input, other, bias, output.
type Sent = [Vec<u8>; 4];

impl Committed {
    /// The openings an honest challenger sends.
    fn open(&self, place: &Place) -> Sent {
        let Place { row, col, .. } = *place;
        let element = |tree: &Tree| tree.open_element(row, col / 64).unwrap();
        let output = element(&self.output);
        match self.layer.op {
            Op::MatmulRq { .. } => [
                self.inputs[0].open_row(row).unwrap(),
                self.parameters[0].open_row(col).unwrap(),
                self.parameters[1].open_element(0, col / 16).unwrap(),
                output,
            ],
            Op::Lut { .. } => {
                let entry = (i32::from(self.first.at(row, col)) + 128) as u32;
                [element(&self.inputs[0]), self.parameters[0].open_element(0, entry / 64).unwrap(), Vec::new(), output]
            }
            Op::AddRq { .. } => [element(&self.inputs[0]), element(&self.inputs[1]), Vec::new(), output],
        }
    }

    fn decide(&self, place: &Place, sent: &Sent) -> Result<Verdict> {
        let [input, other, bias, output] = sent.each_ref().map(Vec::as_slice);
        let inputs = [self.inputs[0].root(), self.inputs[self.inputs.len() - 1].root()];
        let roots = Roots { inputs: inputs.each_ref(), parameters: &self.roots, output: &self.output.root() };
        decide(&self.layer, place, &roots, &Openings { input, other, bias, output })
    }

    /// What comes of the openings of an honest challenger.
    fn verdict(&self, place: &Place) -> Result<Verdict> {
        self.decide(place, &self.open(place))
    }
}

/// Every layer of one run: a mineable product, a table, a sum, a product.
fn cases() -> Vec<Case> {
    let layers = layers();
    let bytes = descriptor(Profile::Scale, (70, Bounds::INT7), &layers);
    let mut table = Matrix::random(1, 256, 13, [-100, 90]);
    table = table.with(0, 0, 0);
    let parameters = vec![
        Parameter::Weight(Matrix::random(66, 70, 11, [-63, 63])),
        Parameter::Bias(Matrix::random(1, 66, 12, [-500, 500])),
        Parameter::Table(table),
        Parameter::Weight(Matrix::random(5, 66, 14, [-127, 127])),
        Parameter::Bias(Matrix::random(1, 5, 15, [-500, 500])),
    ];
    let tensors = run(&bytes, &parameters, &Matrix::random(ROWS, 70, 10, [-63, 63])).unwrap();
    let sources: [(&[usize], core::ops::Range<usize>); 4] = [(&[0], 0..2), (&[1], 2..3), (&[1, 2], 3..3), (&[3], 3..5)];
    let case = |(layer, (inputs, range)): (usize, (&[usize], core::ops::Range<usize>))| Case {
        layer: layers[layer],
        inputs: inputs.iter().map(|tensor| tensors[*tensor].clone()).collect(),
        parameters: parameters[range].to_vec(),
        output: tensors[layer + 1].clone(),
    };
    sources.into_iter().enumerate().map(case).collect()
}
