//! ABI encoding of alloy's tokens, without the general encoder's stack of offsets.

use crate::{Buffer, Status, entry::write};
use alloy_sol_types::abi::token::{DynSeqToken, PackedSeqToken, WordToken};

/// A token, or a sequence of them, that can be written head first, tail after.
pub trait Encode {
    /// Words in the head.
    const HEAD: usize;
    /// Words in the tail.
    fn tail_words(&self) -> usize;
    /// Writes the head; `offset` is where in bytes the next tail starts, counted from the start of the sequence.
    fn head(&self, out: &mut Buffer, offset: &mut usize);
    /// Writes the tail.
    fn tail(&self, out: &mut Buffer);

    /// Makes the sequence the return data.
    #[inline(always)]
    fn reply(&self) -> Status {
        let mut out = Buffer::with_capacity(32 * (Self::HEAD + self.tail_words()));
        encode_into(self, &mut out);
        write(out.as_slice());
        Status::Success
    }
}

/// Writes `selector` and a sequence.
pub(crate) fn encode<T: Encode>(selector: [u8; 4], tokens: &T) -> &'static [u8] {
    let mut out = Buffer::with_capacity(4 + 32 * (T::HEAD + tokens.tail_words()));
    out.push(&selector);
    encode_into(tokens, &mut out);
    out.into_bytes()
}

/// A sequence as `abi.encode` writes it, to be hashed for instance.
#[inline(always)]
pub fn encode_params<T: Encode>(tokens: &T) -> &'static [u8] {
    let mut out = Buffer::with_capacity(32 * (T::HEAD + tokens.tail_words()));
    encode_into(tokens, &mut out);
    out.into_bytes()
}

/// Writes a sequence.
#[inline(always)]
pub(crate) fn encode_into<T: Encode + ?Sized>(tokens: &T, out: &mut Buffer) {
    tokens.head(out, &mut (32 * T::HEAD));
    tokens.tail(out);
}

impl Encode for WordToken {
    const HEAD: usize = 1;

    #[inline(always)]
    fn tail_words(&self) -> usize {
        0
    }

    #[inline(always)]
    fn head(&self, out: &mut Buffer, _: &mut usize) {
        out.push_word(self.0);
    }

    #[inline(always)]
    fn tail(&self, _: &mut Buffer) {}
}

/// A token that is encoded more than once.
impl<T: Encode> Encode for &T {
    const HEAD: usize = T::HEAD;

    #[inline(always)]
    fn tail_words(&self) -> usize {
        (**self).tail_words()
    }

    #[inline(always)]
    fn head(&self, out: &mut Buffer, offset: &mut usize) {
        (**self).head(out, offset);
    }

    #[inline(always)]
    fn tail(&self, out: &mut Buffer) {
        (**self).tail(out);
    }
}

impl Encode for PackedSeqToken<'_> {
    const HEAD: usize = 1;

    fn tail_words(&self) -> usize {
        1 + self.0.len().div_ceil(32)
    }

    fn head(&self, out: &mut Buffer, offset: &mut usize) {
        out.push_usize(*offset);
        *offset += 32 * self.tail_words();
    }

    fn tail(&self, out: &mut Buffer) {
        out.push_usize(self.0.len());
        out.push(self.0);
        for _ in self.0.len()..32 * self.0.len().div_ceil(32) {
            out.push(&[0]);
        }
    }
}

/// Lists of words, of `bytes` or `string`, of lists.
impl<T: Encode> Encode for DynSeqToken<T> {
    const HEAD: usize = 1;

    fn tail_words(&self) -> usize {
        let mut words = 1 + T::HEAD * self.0.len();
        for token in &self.0 {
            words += token.tail_words();
        }
        words
    }

    fn head(&self, out: &mut Buffer, offset: &mut usize) {
        out.push_usize(*offset);
        *offset += 32 * self.tail_words();
    }

    fn tail(&self, out: &mut Buffer) {
        out.push_usize(self.0.len());
        let mut offset = 32 * T::HEAD * self.0.len();
        for token in &self.0 {
            token.head(out, &mut offset);
        }
        for token in &self.0 {
            token.tail(out);
        }
    }
}

impl Encode for () {
    const HEAD: usize = 0;

    #[inline(always)]
    fn tail_words(&self) -> usize {
        0
    }

    #[inline(always)]
    fn head(&self, _: &mut Buffer, _: &mut usize) {}

    #[inline(always)]
    fn tail(&self, _: &mut Buffer) {}

    #[inline(always)]
    fn reply(&self) -> Status {
        Status::Success
    }
}

// A tuple inside a tuple is written in place, which is right for structs of words and never reached by others: see `Encode for` above.
macro_rules! tuples {
    ($($($name:ident $at:tt),+;)*) => {$(
        impl<$($name: Encode),+> Encode for ($($name,)+) {
            const HEAD: usize = 0 $(+ $name::HEAD)+;

            #[inline(always)]
            fn tail_words(&self) -> usize {
                0 $(+ self.$at.tail_words())+
            }

            #[inline(always)]
            fn head(&self, out: &mut Buffer, offset: &mut usize) {
                $(self.$at.head(out, offset);)+
            }

            #[inline(always)]
            fn tail(&self, out: &mut Buffer) {
                $(self.$at.tail(out);)+
            }
        }
    )*};
}

tuples! {
    A 0;
    A 0, B 1;
    A 0, B 1, C 2;
    A 0, B 1, C 2, D 3;
    A 0, B 1, C 2, D 3, E 4;
    A 0, B 1, C 2, D 3, E 4, F 5;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13, O 14;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13, O 14, P 15;
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{string::String, vec};
    use alloy_primitives::{Address, B256, U256};
    use alloy_sol_types::{SolType, SolValue, sol_data};

    type Mixed = (sol_data::Address, sol_data::String, sol_data::Uint<256>, sol_data::Array<sol_data::Uint<256>>);

    #[test]
    fn encode_equals_alloy_when_heads_and_tails_mix() {
        let (address, number) = (Address::repeat_byte(3), U256::from(9));
        let text = String::from("a text that is longer than one word of thirty-two bytes");
        let list = vec![U256::from(1), U256::from(2)];
        let tokens = (
            WordToken(address.into_word()),
            PackedSeqToken(text.as_bytes()),
            WordToken(B256::from(number)),
            DynSeqToken(list.iter().map(|n| WordToken(B256::from(*n))).collect()),
        );
        let expected = Mixed::abi_encode_sequence(&(address, text.clone(), number, list.clone()));
        assert_eq!(encode([1, 2, 3, 4], &tokens)[4..], expected);
        assert_eq!(
            encode([0; 4], &(tokens.0, (tokens.2, tokens.0)))[4..],
            (address, (number, address)).abi_encode_sequence()
        );
    }

    #[test]
    fn encode_pads_nothing_when_bytes_are_empty() {
        assert_eq!(
            encode([0; 4], &(PackedSeqToken(&[]),))[4..],
            (alloy_primitives::Bytes::new(),).abi_encode_sequence()
        );
    }

    #[test]
    fn encode_equals_alloy_when_lists_hold_dynamic_values() {
        type Lists = (sol_data::Array<sol_data::Bytes>, sol_data::Uint<256>, sol_data::Array<sol_data::String>);
        let long = [7; 65];
        let items: [&[u8]; 4] = [b"", b"a", &long, &[1; 32]];
        for count in 0..=items.len() {
            let strings = vec![String::from("first"), String::new()];
            let tokens = (
                DynSeqToken(items[..count].iter().map(|item| PackedSeqToken(item)).collect()),
                WordToken(B256::with_last_byte(5)),
                DynSeqToken(strings.iter().map(|item| PackedSeqToken(item.as_bytes())).collect()),
            );
            let bytes: vec::Vec<_> =
                items[..count].iter().map(|item| alloy_primitives::Bytes::copy_from_slice(item)).collect();
            let expected = Lists::abi_encode_sequence(&(bytes, U256::from(5), strings.clone()));
            assert_eq!(encode_params(&tokens), expected, "{count} items");
        }
    }

    #[test]
    fn encode_equals_alloy_when_lists_nest() {
        let lists = vec![vec![U256::from(1)], vec![], vec![U256::from(2), U256::from(3)]];
        let list = |list: &vec::Vec<U256>| DynSeqToken(list.iter().map(|n| WordToken(B256::from(*n))).collect());
        let tokens = (DynSeqToken(lists.iter().map(list).collect()),);
        assert_eq!(encode_params(&tokens), (lists,).abi_encode_sequence());
    }
}
