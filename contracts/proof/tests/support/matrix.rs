//! Matrices that remember how they were made, so that vectors stay small.

use omnit_proof::prover::Tree;
use omnit_proof::{Hash, Role, Shape};

use super::Lcg;

/// Type of an element: signed, little-endian where bytes are asked for.
pub(crate) trait Element: Copy + PartialEq + core::fmt::Debug {
    /// Its name in the vectors.
    const NAME: &'static str;

    /// The element for a number that it can hold.
    fn from_number(number: i64) -> Self;

    /// Its number.
    fn number(self) -> i64;

    /// Its bytes.
    fn bytes(self) -> Vec<u8>;

    /// The element of its bytes.
    fn read(bytes: &[u8]) -> Self;
}

macro_rules! element {
    ($type:ty, $name:literal) => {
        impl Element for $type {
            const NAME: &'static str = $name;

            fn from_number(number: i64) -> Self {
                <$type>::try_from(number).expect("the number fits the type")
            }

            fn number(self) -> i64 {
                self.into()
            }

            fn bytes(self) -> Vec<u8> {
                self.to_le_bytes().to_vec()
            }

            fn read(bytes: &[u8]) -> Self {
                <$type>::from_le_bytes(bytes.try_into().expect("the bytes of one element"))
            }
        }
    };
}

element!(i8, "i8");
element!(i16, "i16");
element!(i32, "i32");

/// How the elements of a matrix came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// One by one.
    Listed,
    /// All the same.
    Fill(i64),
    /// From the generator: seed, smallest and largest.
    Lcg(u64, i64, i64),
}

/// Rows by columns, row by row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Matrix<T> {
    /// Rows.
    pub(crate) rows: u32,
    /// Columns.
    pub(crate) cols: u32,
    /// Elements.
    pub(crate) data: Vec<T>,
    /// Where they are from.
    pub(crate) source: Source,
}

impl<T: Element> Matrix<T> {
    /// A matrix of listed elements.
    pub(crate) fn of(rows: u32, cols: u32, data: Vec<T>) -> Self {
        assert_eq!(data.len(), (rows * cols) as usize, "elements of the matrix");
        Self { rows, cols, data, source: Source::Listed }
    }

    /// A matrix whose elements are all `value`.
    pub(crate) fn fill(rows: u32, cols: u32, value: i64) -> Self {
        let data = vec![T::from_number(value); (rows * cols) as usize];
        Self { rows, cols, data, source: Source::Fill(value) }
    }

    /// Pseudorandom elements from `lo` to `hi`.
    pub(crate) fn random(rows: u32, cols: u32, seed: u64, [lo, hi]: [i64; 2]) -> Self {
        let mut lcg = Lcg(seed);
        let data = (0..rows * cols).map(|_| T::from_number(lcg.within(lo, hi))).collect();
        Self { rows, cols, data, source: Source::Lcg(seed, lo, hi) }
    }

    /// The same with another element at `(row, col)`.
    pub(crate) fn with(mut self, row: u32, col: u32, value: T) -> Self {
        let at = row * self.cols + col;
        self.data[at as usize] = value;
        self.source = Source::Listed;
        self
    }

    /// An element.
    pub(crate) fn at(&self, row: u32, col: u32) -> T {
        self.data[(row * self.cols + col) as usize]
    }

    /// Bytes of all elements, without padding.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.data.iter().flat_map(|element| element.bytes()).collect()
    }

    /// The tree over it.
    pub(crate) fn tree(&self, role: Role) -> Tree {
        let shape = Shape::new(role, self.rows, self.cols).expect("the shape fits the role");
        Tree::new(shape, &self.bytes()).expect("the bytes fit the shape")
    }

    /// root* of it.
    pub(crate) fn root(&self, role: Role) -> Hash {
        self.tree(role).root()
    }
}
