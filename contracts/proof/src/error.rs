//! Why something is not a valid proof.

/// What is wrong. Every refusal in this crate is one of these; numbers are the offending ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// An operand outside its range: −128, or outside [−63, 63] where operands are mineable.
    #[error("operand {value} at index {index} is out of range")]
    BadOperand {
        /// Where, counted from the start of what was checked.
        index: u32,
        /// Its value.
        value: i32,
    },
    /// A multiplier outside 1 ..= 32,767, or not 1 in profile 0.
    #[error("multiplier {multiplier} is not allowed in this profile")]
    BadMultiplier {
        /// The multiplier.
        multiplier: u32,
    },
    /// A shift outside 1 ..= 46, or a learning rate outside 1 ..= 31.
    #[error("shift {shift} is out of range")]
    BadShift {
        /// The shift.
        shift: u32,
    },
    /// Bounds that are not −127 ≤ lo ≤ hi ≤ 127.
    #[error("bounds {lo} and {hi} are not an interval within -127 and 127")]
    BadBounds {
        /// Lower bound.
        lo: i8,
        /// Upper bound.
        hi: i8,
    },
    /// A bias outside [−2^30, 2^30].
    #[error("bias {bias} at index {index} is out of range")]
    BadBias {
        /// Column of the result.
        index: u32,
        /// The bias.
        bias: i32,
    },
    /// Rows, columns or an inner length that the profile does not allow.
    #[error("{rows} rows of {cols} columns are not allowed")]
    BadDims {
        /// Rows, or the inner length of a product.
        rows: u32,
        /// Columns, or the inner length of a product.
        cols: u32,
    },
    /// Bytes or elements of another number than the dimensions ask for.
    #[error("{found} given where {expected} are needed")]
    BadLength {
        /// What there should be.
        expected: usize,
        /// What there is.
        found: usize,
    },
    /// A row, chunk or block outside its matrix or grid.
    #[error("position {position} is not below {limit}")]
    OutOfRange {
        /// The position.
        position: u32,
        /// First position that does not exist.
        limit: u32,
    },
    /// Padding that is not zero.
    #[error("padding is not zero")]
    BadPadding,
    /// An opening does not lead to the committed root.
    #[error("the opening does not lead to the root")]
    RootMismatch,
    /// A matrix of another role than its place asks for.
    #[error("role {found} stands where role {expected} is needed")]
    BadRole {
        /// Number of the role that is needed.
        expected: u8,
        /// Number found.
        found: u8,
    },
    /// A model descriptor that breaks a rule; layer 0xffff is the header.
    #[error("descriptor of layer {layer}: byte {byte} breaks a rule")]
    BadDescriptor {
        /// Layer, or 0xffff for the header.
        layer: u16,
        /// First byte of the field within header or record.
        byte: u8,
    },
    /// A number of a ticket, a retarget or a draw that its formula does not allow.
    #[error("parameter {position} of the formula is out of range")]
    BadParameter {
        /// Place of the parameter, counted from zero.
        position: u8,
    },
    /// A lookup table whose entry is outside its declared bounds, or whose unreachable entry is not zero.
    #[error("table entry {index} is {value}")]
    BadTable {
        /// Index into the table.
        index: u16,
        /// The entry.
        value: i8,
    },
}

/// Result of everything here that can be refused.
pub type Result<T> = core::result::Result<T, ProofError>;
