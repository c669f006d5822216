//! Several numbers in one word, front to back.

use alloy_primitives::{Address, B256};

/// Reads a word field by field.
pub struct Reader {
    word: B256,
    at: usize,
}

impl Reader {
    /// Starts at the first byte.
    #[inline(always)]
    pub fn new(word: B256) -> Self {
        Self { word, at: 0 }
    }

    /// The number in the next `len` bytes, at most 16.
    #[inline(never)]
    pub fn take(&mut self, len: usize) -> u128 {
        let mut number = 0;
        for byte in &self.word[self.at..self.at + len] {
            number = number << 8 | u128::from(*byte);
        }
        self.at += len;
        number
    }

    /// The address in the next 20 bytes.
    #[inline(never)]
    pub fn address(&mut self) -> Address {
        let address = Address::from_slice(&self.word[self.at..self.at + 20]);
        self.at += 20;
        address
    }
}

/// Writes a word field by field; what is not written is zero.
#[derive(Default)]
pub struct Writer {
    word: B256,
    at: usize,
}

impl Writer {
    /// Puts a number into the next `len` bytes, at most 16. It has to fit.
    #[inline(never)]
    #[must_use]
    pub fn put(mut self, number: u128, len: usize) -> Self {
        self.word[self.at..self.at + len].copy_from_slice(&number.to_be_bytes()[16 - len..]);
        self.at += len;
        self
    }

    /// Puts an address into the next 20 bytes.
    #[inline(never)]
    #[must_use]
    pub fn address(mut self, address: Address) -> Self {
        self.word[self.at..self.at + 20].copy_from_slice(address.as_slice());
        self.at += 20;
        self
    }

    /// The word.
    #[inline(always)]
    pub fn word(self) -> B256 {
        self.word
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn reader_gives_back_what_was_written(a: [u8; 20], b: u32, c: u64) {
            let address = Address::new(a);
            let word = Writer::default().address(address).put(b.into(), 4).put(c.into(), 8).word();
            let mut fields = Reader::new(word);
            prop_assert_eq!((fields.address(), fields.take(4), fields.take(8)), (address, b.into(), c.into()));
        }
    }
}
