//! What a model is on chain: a descriptor of its layers and the roots of its parameters (`SPEC.md` section 3).

use crate::blake3::Hash;
use crate::ops::Dims;
use crate::profile::{AddRequant, Bounds, Profile, Requant, check_dims, check_inner};
use crate::seed::Keccak;
use crate::{ProofError, Result};

/// Bytes of the header and of every layer's record.
pub const RECORD: usize = 32;
/// Most layers of a model.
pub const MAX_LAYERS: u16 = 256;
/// First bytes of a descriptor.
pub const MAGIC: u32 = u32::from_le_bytes(*b"OTM1");
/// Stands for the header where an error names a layer.
pub const HEADER: u16 = 0xffff;

const OP_MATMUL_RQ: u8 = 1;
const OP_LUT: u8 = 2;
const OP_ADD_RQ: u8 = 3;

type Record = [u8; RECORD];

/// A checked descriptor.
#[derive(Debug, Clone, Copy)]
pub struct Descriptor<'a> {
    header: &'a Record,
    records: &'a [Record],
}

/// One layer: what it reads, what it does, and how wide its result is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layer {
    /// What it does.
    pub op: Op,
    /// Columns of its input, k.
    pub cols_in: u32,
    /// Columns of its result, n.
    pub cols_out: u32,
}

impl Layer {
    /// Sizes of its product on `rows` rows.
    #[must_use]
    pub const fn dims(&self, rows: u32) -> Dims {
        Dims { m: rows, n: self.cols_out, k: self.cols_in }
    }
}

/// Operation of a layer. Tensor 0 is the model's input, tensor ℓ + 1 the result of layer ℓ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// Product with weights, bias, requantisation.
    MatmulRq {
        /// Tensor it reads.
        input: u16,
        /// From accumulators to int8.
        requant: Requant,
        /// Whether its operands are int7, so that it can be mined beside.
        is_mineable: bool,
    },
    /// Table of 256 entries.
    Lut {
        /// Tensor it reads.
        input: u16,
        /// What the entries lie in.
        bounds: Bounds,
    },
    /// Sum of two tensors.
    AddRq {
        /// Tensors it reads.
        inputs: [u16; 2],
        /// From two operands to int8.
        requant: AddRequant,
    },
}

impl Op {
    /// Interval of the results.
    #[must_use]
    pub const fn bounds(&self) -> Bounds {
        match self {
            Self::MatmulRq { requant, .. } => requant.bounds(),
            Self::Lut { bounds, .. } => *bounds,
            Self::AddRq { requant, .. } => requant.bounds(),
        }
    }

    /// Roots among a model's parameter roots.
    #[must_use]
    pub const fn parameters(&self) -> usize {
        match self {
            Self::MatmulRq { .. } => 2,
            Self::Lut { .. } => 1,
            Self::AddRq { .. } => 0,
        }
    }
}

impl<'a> Descriptor<'a> {
    /// Reads the descriptor at the start of `bytes`; answers it and what follows it.
    ///
    /// # Errors
    /// [`ProofError::BadLength`] when bytes are missing, [`ProofError::BadDescriptor`] where a rule is broken.
    pub fn parse(bytes: &'a [u8]) -> Result<(Self, &'a [u8])> {
        let found = bytes.len();
        let (header, rest) =
            bytes.split_first_chunk::<RECORD>().ok_or(ProofError::BadLength { expected: RECORD, found })?;
        check_header(header)?;
        let layers = usize::from(le16(header, 12));
        let (records, _) = rest.as_chunks::<RECORD>();
        let expected = RECORD * (layers + 1);
        let records = records.get(..layers).ok_or(ProofError::BadLength { expected, found })?;
        let descriptor = Self { header, records };
        for (layer, record) in records.iter().enumerate() {
            descriptor.check_layer(layer as u16, record)?;
        }
        Ok((descriptor, &rest[RECORD * layers..]))
    }

    /// Profile of the arithmetic.
    #[must_use]
    pub fn profile(&self) -> Profile {
        profile(self.header)
    }

    /// Columns of the input.
    #[must_use]
    pub fn input_cols(&self) -> u32 {
        le32(self.header, 8)
    }

    /// Interval of the input.
    #[must_use]
    pub fn input_bounds(&self) -> Bounds {
        bounds(self.header, 5).unwrap_or(Bounds::FULL)
    }

    /// Number of layers, 1 ..= 256.
    #[must_use]
    pub fn layers(&self) -> u16 {
        self.records.len() as u16
    }

    /// Number of parameter roots.
    #[must_use]
    pub fn parameters(&self) -> usize {
        (0..self.layers()).filter_map(|layer| self.layer(layer).ok()).map(|layer| layer.op.parameters()).sum()
    }

    /// Index of the first parameter root of a layer.
    #[must_use]
    pub fn first_parameter(&self, layer: u16) -> usize {
        (0..layer).filter_map(|layer| self.layer(layer).ok()).map(|layer| layer.op.parameters()).sum()
    }

    /// A layer.
    ///
    /// # Errors
    /// [`ProofError::OutOfRange`].
    pub fn layer(&self, layer: u16) -> Result<Layer> {
        let out_of_range = ProofError::OutOfRange { position: layer.into(), limit: self.layers().into() };
        self.read(layer, self.records.get(usize::from(layer)).ok_or(out_of_range)?)
    }

    /// Columns of a tensor; those of tensors that do not exist yet are zero.
    fn tensor_cols(&self, tensor: u16) -> u32 {
        match tensor.checked_sub(1) {
            None => self.input_cols(),
            Some(layer) => self.records.get(usize::from(layer)).map_or(0, |record| le32(record, 16)),
        }
    }

    fn tensor_bounds(&self, tensor: u16) -> Bounds {
        let record = tensor.checked_sub(1).and_then(|layer| self.records.get(usize::from(layer)));
        record.map_or(self.input_bounds(), |record| bounds(record, 11).unwrap_or(Bounds::FULL))
    }

    /// The layer a record stands for; numbers that the profile refuses are errors.
    fn read(&self, layer: u16, record: &Record) -> Result<Layer> {
        let bad = |byte| ProofError::BadDescriptor { layer, byte };
        let input = le16(record, 2);
        let bounds = bounds(record, 11).map_err(|_| bad(11))?;
        let by_number = |error| match error {
            ProofError::BadMultiplier { .. } => bad(6),
            _ => bad(10),
        };
        let (profile, multiplier, shift) = (self.profile(), le16(record, 6), record[10]);
        let op = match record[0] {
            OP_MATMUL_RQ => Op::MatmulRq {
                input,
                requant: Requant::new(profile, multiplier, shift, bounds).map_err(by_number)?,
                is_mineable: record[1] == 1,
            },
            OP_LUT => Op::Lut { input, bounds },
            OP_ADD_RQ => {
                Requant::new(profile, multiplier, shift, bounds).map_err(by_number)?;
                // The first multiplier and the shift are fine, so that only the second one can be refused here.
                let multipliers = [multiplier, le16(record, 8)];
                let requant = AddRequant::new(profile, multipliers, shift, bounds).map_err(|_| bad(8))?;
                Op::AddRq { inputs: [input, le16(record, 4)], requant }
            }
            _ => return Err(bad(0)),
        };
        Ok(Layer { op, cols_in: self.tensor_cols(input), cols_out: le32(record, 16) })
    }

    fn check_layer(&self, layer: u16, record: &Record) -> Result<()> {
        let bad = |byte| ProofError::BadDescriptor { layer, byte };
        let read = self.read(layer, record)?;
        check_zeros(record, &[13..16, 20..RECORD], bad)?;
        if le16(record, 2) > layer {
            return Err(bad(2));
        }
        let is_matmul = matches!(read.op, Op::MatmulRq { .. });
        if record[1] > u8::from(is_matmul) {
            return Err(bad(1));
        }
        match read.op {
            Op::MatmulRq { input, is_mineable, .. } => {
                check_zeros(record, &[4..6, 8..10], bad)?;
                check_inner(read.cols_in).map_err(|_| bad(2))?;
                check_dims(1, read.cols_out).map_err(|_| bad(16))?;
                if is_mineable && !self.tensor_bounds(input).is_within(Bounds::INT7) {
                    return Err(bad(1));
                }
            }
            Op::Lut { .. } => {
                check_zeros(record, &[4..6, 6..8, 8..10, 10..11], bad)?;
                check_same(read.cols_in, read.cols_out, bad(16))?;
            }
            Op::AddRq { inputs: [_, second], .. } => {
                if second > layer {
                    return Err(bad(4));
                }
                check_same(read.cols_in, self.tensor_cols(second), bad(4))?;
                check_same(read.cols_in, read.cols_out, bad(16))?;
            }
        }
        Ok(())
    }
}

/// A model as contracts are given it: descriptor and parameter roots, one after the other.
#[derive(Debug, Clone, Copy)]
pub struct Model<'a> {
    /// The layers.
    pub descriptor: Descriptor<'a>,
    /// Roots of the parameters, in the order of the layers.
    pub roots: &'a [Hash],
    bytes: &'a [u8],
}

impl<'a> Model<'a> {
    /// Reads `descriptor ‖ roots`.
    ///
    /// # Errors
    /// As [`Descriptor::parse`], and when there is not exactly one root for every parameter.
    pub fn parse(bytes: &'a [u8]) -> Result<Self> {
        let (descriptor, rest) = Descriptor::parse(bytes)?;
        let (roots, tail) = rest.as_chunks();
        let expected = descriptor.parameters();
        if roots.len() != expected || !tail.is_empty() {
            return Err(ProofError::BadLength { expected: 32 * expected, found: rest.len() });
        }
        Ok(Self { descriptor, roots, bytes })
    }

    /// What pins this version of the model: Keccak-256 of its bytes.
    #[must_use]
    pub fn version<K: Keccak>(&self) -> Hash {
        K::keccak256(self.bytes)
    }
}

fn check_header(header: &Record) -> Result<()> {
    let bad = |byte| ProofError::BadDescriptor { layer: HEADER, byte };
    if le32(header, 0) != MAGIC {
        return Err(bad(0));
    }
    Profile::from_number(header[4]).ok_or(bad(4))?;
    bounds(header, 5).map_err(|_| bad(5))?;
    check_zeros(header, &[7..8, 14..RECORD], bad)?;
    check_dims(1, le32(header, 8)).map_err(|_| bad(8))?;
    if le16(header, 12) == 0 || le16(header, 12) > MAX_LAYERS {
        return Err(bad(12));
    }
    Ok(())
}

/// Refuses the first field of which a byte is not zero.
fn check_zeros(record: &Record, fields: &[core::ops::Range<usize>], bad: impl Fn(u8) -> ProofError) -> Result<()> {
    for field in fields {
        if record[field.clone()].iter().any(|byte| *byte != 0) {
            return Err(bad(field.start as u8));
        }
    }
    Ok(())
}

fn check_same(left: u32, right: u32, error: ProofError) -> Result<()> {
    if left != right { Err(error) } else { Ok(()) }
}

fn profile(header: &Record) -> Profile {
    Profile::from_number(header[4]).unwrap_or(Profile::Shift)
}

fn bounds(record: &Record, at: usize) -> Result<Bounds> {
    Bounds::new(record[at].cast_signed(), record[at + 1].cast_signed())
}

fn le16(record: &Record, at: usize) -> u16 {
    u16::from_le_bytes([record[at], record[at + 1]])
}

fn le32(record: &Record, at: usize) -> u32 {
    u32::from_le_bytes([record[at], record[at + 1], record[at + 2], record[at + 3]])
}

/// Writes descriptors. What it writes still has to pass [`Descriptor::parse`].
pub mod write {
    use super::{Layer, MAGIC, OP_ADD_RQ, OP_LUT, OP_MATMUL_RQ, Op, Record};
    use crate::profile::{Bounds, Profile};

    /// The header of a model.
    #[must_use]
    pub fn header(profile: Profile, input_cols: u32, input_bounds: Bounds, layers: u16) -> Record {
        let mut header = [0; 32];
        header[..4].copy_from_slice(&MAGIC.to_le_bytes());
        header[4] = profile as u8;
        put_bounds(&mut header, 5, input_bounds);
        header[8..12].copy_from_slice(&input_cols.to_le_bytes());
        header[12..14].copy_from_slice(&layers.to_le_bytes());
        header
    }

    /// The record of a layer.
    #[must_use]
    pub fn record(layer: &Layer) -> Record {
        let mut record = [0; 32];
        let (op, inputs, multipliers, shift) = match layer.op {
            Op::MatmulRq { input, requant, is_mineable } => {
                record[1] = is_mineable.into();
                (OP_MATMUL_RQ, [input, 0], [requant.multiplier(), 0], requant.shift())
            }
            Op::Lut { input, .. } => (OP_LUT, [input, 0], [0, 0], 0),
            Op::AddRq { inputs, requant } => (OP_ADD_RQ, inputs, requant.multipliers(), requant.shift()),
        };
        record[0] = op;
        for (at, number) in [(2, inputs[0]), (4, inputs[1]), (6, multipliers[0]), (8, multipliers[1])] {
            record[at..at + 2].copy_from_slice(&number.to_le_bytes());
        }
        record[10] = shift;
        put_bounds(&mut record, 11, layer.op.bounds());
        record[16..20].copy_from_slice(&layer.cols_out.to_le_bytes());
        record
    }

    fn put_bounds(record: &mut Record, at: usize, bounds: Bounds) {
        record[at] = bounds.lo().cast_unsigned();
        record[at + 1] = bounds.hi().cast_unsigned();
    }
}
