//! `openings.json`.

use omnit_proof::prover::Tree;
use omnit_proof::{Hash, ProofError, Result, Role, Shape, opening};

use super::json::{Fields, File, Json, fields, hex};
use crate::support::matrix::Element;
use crate::support::{Matrix, PlainTree, flipped, hash};

/// What is opened.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Part {
    /// Row and column of an element.
    Element(u32, u32),
    /// A row.
    Row(u32),
    /// Block of rows and chunk.
    Block(u32, u32),
}

impl Part {
    const fn kind(self) -> &'static str {
        match self {
            Self::Element(..) => "element",
            Self::Row(_) => "row",
            Self::Block(..) => "block",
        }
    }

    fn fields(self) -> Fields {
        match self {
            Self::Element(row, col) => fields! { "row": row, "col": col },
            Self::Row(row) => fields! { "row": row },
            Self::Block(block, chunk) => fields! { "block_row": block, "chunk": chunk },
        }
    }

    /// The opened bytes of a role's elements, or the whole block.
    fn check(self, shape: &Shape, root: &Hash, bytes: &[u8]) -> Result<Vec<u8>> {
        let width = shape.role().width();
        match self {
            Self::Element(_, col) if col >= shape.cols() => {
                Err(ProofError::OutOfRange { position: col, limit: shape.cols() })
            }
            Self::Element(row, col) => {
                let at = col as usize * width;
                let chunk = opening::element(shape, root, row, (at / 64) as u32, bytes)?;
                Ok(chunk[at % 64..at % 64 + width].to_vec())
            }
            Self::Row(row) => {
                let row = opening::row(shape, root, row, bytes)?;
                Ok(row.chunks().flatten().copied().take(shape.row_bytes()).collect())
            }
            Self::Block(block, chunk) => Ok(opening::block(shape, root, block, chunk, bytes)?.concat()),
        }
    }

    fn open(self, tree: &Tree) -> Vec<u8> {
        match self {
            Self::Element(row, col) => tree.open_element(row, (col as usize * tree.shape().role().width() / 64) as u32),
            Self::Row(row) => tree.open_row(row),
            Self::Block(block, chunk) => tree.open_block(block, chunk),
        }
        .expect("the part is in the matrix")
    }

    /// Bytes before the first neighbour.
    const fn content(self) -> usize {
        if matches!(self, Self::Block(..)) { 4_096 } else { 64 }
    }
}

/// A committed matrix whose parts are opened.
struct Target {
    name: String,
    matrix: Json,
    shape: Shape,
    tree: Tree,
    plain: PlainTree,
    numbers: fn(&[u8]) -> Vec<i64>,
}

/// An opening as it is claimed.
struct Claim {
    part: Part,
    root: Hash,
    bytes: Vec<u8>,
    dimensions: Option<[u32; 3]>,
}

impl Target {
    fn new<T: Element>(role: Role, matrix: &Matrix<T>) -> Self {
        let tree = matrix.tree(role);
        let shape = *tree.shape();
        Self {
            name: format!("{role:?} {}x{}", matrix.rows, matrix.cols),
            matrix: matrix.into(),
            shape,
            plain: PlainTree::new(shape, &matrix.bytes()),
            tree,
            numbers: |bytes| bytes.chunks(size_of::<T>()).map(|element| T::read(element).number()).collect(),
        }
    }

    fn inputs(&self, claim: &Claim, fault: &str) -> Fields {
        let head = fields! { "role": self.shape.role() as u8, "matrix": self.matrix.clone(), "root": hex(claim.root) };
        let tail = fields! { "opening": hex(&claim.bytes), "expect": fault.is_empty(), "fault": fault };
        [head, claim.part.fields(), tail].concat()
    }

    fn claim(&self, part: Part) -> Claim {
        Claim { part, root: self.tree.root(), bytes: part.open(&self.tree), dimensions: None }
    }

    fn accept(&self, file: &mut File, part: Part) {
        let claim = self.claim(part);
        let opened = part.check(&self.shape, &claim.root, &claim.bytes).expect("the opening is right");
        let result = match part {
            Part::Element(..) => fields! { "value": (self.numbers)(&opened)[0] },
            Part::Row(_) => fields! { "values": (self.numbers)(&opened) },
            Part::Block(..) => fields! { "block": hex(&opened) },
        };
        let name = format!("{}, {part:?}", self.name);
        file.plain(part.kind(), &name, [self.inputs(&claim, ""), result].concat());
    }

    fn refuse(&self, file: &mut File, fault: &str, claim: Claim) {
        let found = match claim.dimensions {
            None => claim.part.check(&self.shape, &claim.root, &claim.bytes),
            Some([role, rows, cols]) => Role::from_number(role as u8)
                .ok_or(ProofError::BadRole { expected: 0, found: role as u8 })
                .and_then(|role| Shape::new(role, rows, cols))
                .and_then(|shape| claim.part.check(&shape, &claim.root, &claim.bytes)),
        };
        let name = format!("{}, {:?}, {fault}", self.name, claim.part);
        assert!(found.is_err(), "{name} is accepted");
        let claimed = claim.dimensions.map(|claimed| ("claimed", claimed.to_vec().into()));
        let fields = self.inputs(&claim, fault).into_iter().chain(claimed).collect();
        file.plain(claim.part.kind(), &name, fields);
    }
}

/// The file.
pub(super) fn file() -> File {
    let mut file =
        File::new("SPEC.md section 2: openings that are right, and openings that are wrong in one way each.");
    honest(&mut file);
    let odd = Target::new(Role::Activation, &Matrix::<i8>::random(66, 70, 1, [-127, 127]));
    for part in [Part::Element(65, 69), Part::Row(65), Part::Block(1, 1)] {
        changed(&mut file, &odd, part);
        misplaced(&mut file, &odd, part);
        padded(&mut file, &odd, part);
    }
    for part in [Part::Element(65, 69), Part::Row(65)] {
        misnamed(&mut file, &odd, part);
    }
    let tables = Target::new(Role::Lut, &Matrix::<i8>::random(1, 256, 2, [-127, 127]));
    changed(&mut file, &tables, Part::Element(0, 255));
    file
}

fn honest(file: &mut File) {
    let narrow: [(Role, u32, u32, &[Part]); 6] = [
        (Role::Activation, 1, 1, &[Part::Element(0, 0), Part::Row(0)]),
        (Role::Activation, 65, 65, &[Part::Element(64, 64), Part::Element(0, 0), Part::Row(64), Part::Block(1, 1)]),
        (Role::Weight, 130, 192, &[Part::Element(129, 191), Part::Row(77), Part::Block(2, 2)]),
        (Role::Weight, 5, 320, &[Part::Element(4, 319), Part::Element(4, 255), Part::Row(3), Part::Block(0, 4)]),
        (Role::Weight, 2, 448, &[Part::Element(1, 440), Part::Element(1, 300), Part::Row(1)]),
        (Role::Lut, 1, 256, &[Part::Element(0, 128), Part::Element(0, 255), Part::Row(0)]),
    ];
    for (role, rows, cols, parts) in narrow {
        let target = Target::new(role, &Matrix::<i8>::random(rows, cols, u64::from(rows * cols) + 1, [-127, 127]));
        parts.iter().for_each(|part| target.accept(file, *part));
    }
    let bias = Target::new(Role::Bias, &Matrix::<i32>::random(1, 40, 41, [-(1 << 30), 1 << 30]));
    [Part::Element(0, 39), Part::Element(0, 15), Part::Row(0)].into_iter().for_each(|part| bias.accept(file, part));
    let master = Target::new(Role::Master, &Matrix::<i16>::random(66, 33, 42, [-32_512, 32_767]));
    [Part::Element(65, 32), Part::Row(2), Part::Block(1, 1)].into_iter().for_each(|part| master.accept(file, part));
    let gradient = Target::new(Role::Gradient, &Matrix::<i32>::random(3, 20, 43, [-(1 << 28), 1 << 28]));
    [Part::Element(2, 19), Part::Row(2), Part::Block(0, 0)].into_iter().for_each(|part| gradient.accept(file, part));
}

/// Bytes of the opening or of the root that are not what they were.
fn changed(file: &mut File, target: &Target, part: Part) {
    let own = target.claim(part);
    let len = own.bytes.len();
    let places = if part.content() > 64 {
        vec![0, 4_100, len - 1]
    } else {
        vec![0, 5, 63, 64, 95, 96, len / 2, len - 32, len - 1]
    };
    for (index, at) in places.into_iter().enumerate() {
        let by = 1 << (index % 8);
        let bytes = flipped(&own.bytes, at, by);
        target.refuse(file, &format!("byte {at} xor {by:02x}"), Claim { bytes, ..target.claim(part) });
    }
    let with = |bytes| Claim { bytes, ..target.claim(part) };
    let lengths = [
        ("one byte short", len - 1),
        ("one byte long", len + 1),
        ("one hash short", len - 32),
        ("one hash long", len + 32),
    ];
    for (fault, len) in lengths.into_iter().take(if part.content() > 64 { 2 } else { 4 }) {
        let mut bytes = own.bytes.clone();
        bytes.resize(len, 0);
        target.refuse(file, fault, with(bytes));
    }
    target.refuse(file, "empty", with(Vec::new()));
    let mut swapped = own.bytes.clone();
    swapped[part.content()..part.content() + 64].rotate_left(32);
    target.refuse(file, "first two neighbours swapped", with(swapped));
    for (fault, root) in [
        ("root xor 01", flipped(&own.root, 31, 1)),
        ("root of nothing", vec![0; 32]),
        ("tree root instead of root*", target.tree.top().to_vec()),
    ] {
        target.refuse(file, fault, Claim { root: root.try_into().expect("32 bytes"), ..target.claim(part) });
    }
}

/// Openings of another place than the one they are claimed for.
fn misplaced(file: &mut File, target: &Target, part: Part) {
    let others: Vec<(&str, Part)> = match part {
        Part::Element(row, col) => vec![
            ("wrong row", Part::Element(row - 1, col)),
            ("wrong row in another block", Part::Element(row - 64, col)),
            ("wrong chunk", Part::Element(row, col - 64)),
            ("row outside the matrix", Part::Element(66, col)),
            ("row outside the padded matrix", Part::Element(128 + row, col)),
            ("column outside the matrix", Part::Element(row, 70)),
            ("column outside the last chunk", Part::Element(row, 128 + col)),
        ],
        Part::Row(row) => vec![
            ("wrong row", Part::Row(row - 1)),
            ("wrong row in another block", Part::Row(row - 64)),
            ("row outside the matrix", Part::Row(66)),
            ("row outside the padded matrix", Part::Row(128 + row)),
        ],
        Part::Block(block, chunk) => vec![
            ("wrong block", Part::Block(block - 1, chunk)),
            ("wrong chunk", Part::Block(block, chunk - 1)),
            ("block outside the matrix", Part::Block(2, chunk)),
            ("chunk outside the matrix", Part::Block(block, 2)),
        ],
    };
    for (fault, other) in others {
        target.refuse(file, fault, Claim { part: other, ..target.claim(part) });
    }
}

/// Trees of a forger: paths that are right over padding that is not zero.
fn padded(file: &mut File, target: &Target, part: Part) {
    let mut forge = |fault: &str, part: Part, (chunk, row, byte): (usize, usize, usize)| {
        let mut tree = target.plain.clone();
        tree.chunks[chunk][row][byte] = 1;
        let bytes = match part {
            Part::Element(row, col) => tree.element(row, col / 64),
            Part::Row(row) => tree.row(row),
            Part::Block(block, chunk) => tree.block(block, chunk),
        };
        target.refuse(file, fault, Claim { part, root: tree.root(), bytes, dimensions: None });
    };
    forge("padding not zero: first column beyond the matrix", part, (1, 65, 6));
    forge("padding not zero: last column of the chunk", part, (1, 65, 63));
    match part {
        Part::Element(..) => forge("row of the padding", Part::Element(127, 3), (0, 127, 3)),
        Part::Row(_) => forge("row of the padding", Part::Row(127), (0, 127, 3)),
        Part::Block(..) => forge("padding not zero: row beyond the matrix", part, (1, 66, 0)),
    }
}

/// Openings that are right, but for another role or other dimensions.
fn misnamed(file: &mut File, target: &Target, part: Part) {
    for (fault, dimensions) in [
        ("role claimed to be Weight", [2, 66, 70]),
        ("role claimed to be 0", [0, 66, 70]),
        ("role claimed to be 7", [7, 66, 70]),
        ("Bias claimed with 66 rows", [3, 66, 70]),
        ("Lut claimed with 66 rows", [4, 66, 256]),
        ("Master claimed", [5, 66, 70]),
        ("one row more claimed", [1, 67, 70]),
        ("another depth claimed", [1, 129, 70]),
        ("one column more claimed", [1, 66, 71]),
        ("one chunk more claimed", [1, 66, 129]),
        ("no rows claimed", [1, 0, 70]),
        ("2^24 + 1 rows claimed", [1, (1 << 24) + 1, 70]),
    ] {
        target.refuse(file, fault, Claim { dimensions: Some(dimensions), ..target.claim(part) });
    }
    let other = Claim { root: hash(1), ..target.claim(part) };
    target.refuse(file, "root of something else", other);
}
