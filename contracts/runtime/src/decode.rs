//! Reading calldata as strictly as Solidity's decoder: whatever it refuses is refused here.

use alloc::vec::Vec;
use alloy_primitives::{Address, FixedBytes, U256, Uint};
use alloy_sol_types::{
    abi::token::{DynSeqToken, PackedSeqToken, WordToken},
    sol_data,
};

/// A parameter type and what it reads as. Dynamic types borrow the calldata.
pub trait Param {
    /// The value.
    type Borrowed<'a>;

    /// Reads the value whose head word is at byte `at`. Nothing, if the calldata does not hold one.
    fn read(args: &[u8], at: usize) -> Option<Self::Borrowed<'_>>;
}

/// A list of parameters.
pub trait Params {
    /// The values.
    type Borrowed<'a>;

    /// Reads all of them.
    fn read(args: &[u8]) -> Option<Self::Borrowed<'_>>;
}

/// A list of static values in calldata, not looked at yet.
pub struct Words<'a, T> {
    bytes: &'a [u8],
    item: core::marker::PhantomData<T>,
}

impl<'a, T: Param> Words<'a, T> {
    /// How many.
    pub fn len(&self) -> usize {
        self.bytes.len() / 32
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The value at `index`. Nothing, if it is out of bounds or malformed.
    pub fn get(&self, index: usize) -> Option<T::Borrowed<'a>> {
        T::read(self.bytes, 32 * index)
    }
}

impl<'a, T: Param> Words<'a, T> {
    /// The values in order; nothing for a malformed one.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Option<T::Borrowed<'a>>> {
        (0..self.len()).map(|index| self.get(index))
    }

    /// The values as they are encoded. Nothing, if one is malformed.
    pub fn tokens(&self) -> Option<DynSeqToken<WordToken>> {
        let mut tokens = Vec::with_capacity(self.len());
        for (value, bytes) in self.iter().zip(self.bytes.chunks_exact(32)) {
            value?;
            tokens.push(WordToken(FixedBytes::from_slice(bytes)));
        }
        Some(DynSeqToken(tokens))
    }
}

/// A list of dynamic values in calldata, such as `bytes[]` or `string[]`, not looked at yet.
///
/// Offsets count from behind the length of the list, and must not point before it. (Solidity takes negative ones in calldata, not in
/// memory; no encoder writes them.)
pub struct Tails<'a, T> {
    len: usize,
    /// The heads and whatever follows them in the calldata.
    content: &'a [u8],
    item: core::marker::PhantomData<T>,
}

impl<'a, T: Param> Tails<'a, T> {
    /// How many.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The value at `index`. Nothing, if it is out of bounds or malformed.
    #[inline(always)]
    pub fn get(&self, index: usize) -> Option<T::Borrowed<'a>> {
        if index < self.len { T::read(self.content, 32 * index) } else { None }
    }

    /// The values in order; nothing for a malformed one.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Option<T::Borrowed<'a>>> {
        (0..self.len).map(|index| self.get(index))
    }
}

impl<'a, T> Tails<'a, T>
where
    T: Param<Borrowed<'a> = &'a [u8]>,
{
    /// The values as they are encoded. Nothing, if one is malformed.
    pub fn tokens(&self) -> Option<DynSeqToken<PackedSeqToken<'a>>> {
        let mut tokens = Vec::with_capacity(self.len);
        for value in self.iter() {
            tokens.push(PackedSeqToken(value?));
        }
        Some(DynSeqToken(tokens))
    }
}

#[inline(always)]
fn word(args: &[u8], at: usize) -> Option<&[u8; 32]> {
    args.get(at..)?.first_chunk()
}

/// A number that can be a length or an offset here.
fn size(args: &[u8], at: usize) -> Option<usize> {
    let number = number(word(args, at)?, 4)?;
    Some(u32::from_be_bytes(*number.last_chunk()?) as usize)
}

/// The word, if all but its last `len` bytes are zero.
#[inline(always)]
fn number(word: &[u8; 32], len: usize) -> Option<&[u8; 32]> {
    let mut dirt = 0;
    for byte in &word[..32 - len] {
        dirt |= byte;
    }
    (dirt == 0).then_some(word)
}

/// The part of the calldata that a head word at `at` points to: its length, and what follows the length.
fn tail(args: &[u8], at: usize) -> Option<(usize, &[u8])> {
    let offset = size(args, at)?;
    let len = size(args, offset)?;
    Some((len, &args[offset + 32..]))
}

impl Param for sol_data::Address {
    type Borrowed<'a> = Address;

    #[inline(never)]
    fn read(args: &[u8], at: usize) -> Option<Address> {
        let word = word(args, at)?;
        // Compared as numbers: three operations instead of twelve.
        let high = u64::from_le_bytes(*word.first_chunk()?);
        let low = u32::from_le_bytes(*word[8..].first_chunk()?);
        (high | u64::from(low) == 0).then(|| Address::from_slice(&word[12..]))
    }
}

impl Param for sol_data::Uint<256> {
    type Borrowed<'a> = U256;

    #[inline(never)]
    fn read(args: &[u8], at: usize) -> Option<U256> {
        word(args, at).map(|word| U256::from_be_bytes(*word))
    }
}

impl Param for sol_data::Bool {
    type Borrowed<'a> = bool;

    #[inline(always)]
    fn read(args: &[u8], at: usize) -> Option<bool> {
        <sol_data::Uint<8> as Param>::read(args, at).filter(|byte| *byte < 2).map(|byte| byte == 1)
    }
}

macro_rules! numbers {
    ($($bits:literal $native:ty;)*) => {$(
        impl Param for sol_data::Uint<$bits> {
            type Borrowed<'a> = $native;

            #[inline(always)]
            fn read(args: &[u8], at: usize) -> Option<$native> {
                number(word(args, at)?, $bits / 8).and_then(|word| Some(<$native>::from_be_bytes(*word.last_chunk()?)))
            }
        }
    )*};
}

numbers! {
    8 u8;
    16 u16;
    32 u32;
    64 u64;
    128 u128;
}

macro_rules! long_numbers {
    ($($bits:literal $limbs:literal;)*) => {$(
        impl Param for sol_data::Uint<$bits> {
            type Borrowed<'a> = Uint<$bits, $limbs>;

            #[inline(always)]
            fn read(args: &[u8], at: usize) -> Option<Uint<$bits, $limbs>> {
                number(word(args, at)?, $bits / 8).map(|word| Uint::from_be_bytes::<{ $bits / 8 }>(*word.last_chunk().unwrap_or(&[0; $bits / 8])))
            }
        }
    )*};
}

long_numbers! {
    48 1;
    192 3;
}

impl Param for sol_data::FixedBytes<32> {
    type Borrowed<'a> = FixedBytes<32>;

    #[inline(always)]
    fn read(args: &[u8], at: usize) -> Option<FixedBytes<32>> {
        word(args, at).map(FixedBytes::from)
    }
}

impl Param for sol_data::FixedBytes<4> {
    type Borrowed<'a> = FixedBytes<4>;

    #[inline(always)]
    fn read(args: &[u8], at: usize) -> Option<FixedBytes<4>> {
        let word = word(args, at)?;
        word[4..].iter().all(|byte| *byte == 0).then(|| FixedBytes::from_slice(&word[..4]))
    }
}

impl Param for sol_data::Bytes {
    type Borrowed<'a> = &'a [u8];

    fn read(args: &[u8], at: usize) -> Option<&[u8]> {
        let (len, rest) = tail(args, at)?;
        rest.get(..len)
    }
}

/// Read as bytes: like Solidity, nobody looks whether they are UTF-8.
impl Param for sol_data::String {
    type Borrowed<'a> = &'a [u8];

    #[inline(always)]
    fn read(args: &[u8], at: usize) -> Option<&[u8]> {
        <sol_data::Bytes as Param>::read(args, at)
    }
}

/// A type that lists can be made of.
pub trait Item: Param {
    /// A list of them in calldata.
    type List<'a>;

    /// The list of `len` values in front of `rest`. Nothing, if their heads are not all there.
    fn list(len: usize, rest: &[u8]) -> Option<Self::List<'_>>;
}

macro_rules! items {
    ($list:ident: $($item:ty)*; |$len:ident, $rest:ident, $heads:ident| $fields:tt) => {$(
        impl Item for $item {
            type List<'a> = $list<'a, Self>;

            fn list($len: usize, $rest: &[u8]) -> Option<$list<'_, Self>> {
                let $heads = $rest.get(..$len.checked_mul(32)?)?;
                Some($list $fields)
            }
        }
    )*};
}

items! {
    Words: sol_data::Address sol_data::Bool sol_data::Uint<8> sol_data::Uint<16> sol_data::Uint<32> sol_data::Uint<64>
        sol_data::Uint<128> sol_data::Uint<256> sol_data::FixedBytes<4> sol_data::FixedBytes<32>;
    |len, rest, heads| { bytes: heads, item: core::marker::PhantomData }
}

items! {
    Tails: sol_data::Bytes sol_data::String;
    |len, rest, _heads| { len, content: rest, item: core::marker::PhantomData }
}

impl<T: Item> Param for sol_data::Array<T> {
    type Borrowed<'a> = T::List<'a>;

    fn read(args: &[u8], at: usize) -> Option<T::List<'_>> {
        let (len, rest) = tail(args, at)?;
        T::list(len, rest)
    }
}

impl Params for () {
    type Borrowed<'a> = ();

    #[inline(always)]
    fn read(_: &[u8]) -> Option<()> {
        Some(())
    }
}

macro_rules! tuples {
    ($($($name:ident $at:tt),+;)*) => {$(
        impl<$($name: Param),+> Params for ($($name,)+) {
            type Borrowed<'a> = ($($name::Borrowed<'a>,)+);

            #[inline(always)]
            fn read(args: &[u8]) -> Option<Self::Borrowed<'_>> {
                Some(($($name::read(args, 32 * $at)?,)+))
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use alloy_primitives::B256;
    use alloy_sol_types::{SolType, SolValue};

    type Pair = (sol_data::Address, sol_data::Uint<256>);
    type WithBytes = (sol_data::Uint<8>, sol_data::Bytes, sol_data::Array<sol_data::Address>);

    #[test]
    fn read_refuses_when_calldata_is_short() {
        let args = (Address::repeat_byte(1), U256::from(5)).abi_encode_sequence();
        assert!(Pair::read(&args[..63]).is_none());
        assert_eq!(Pair::read(&args), Some((Address::repeat_byte(1), U256::from(5))));
    }

    #[test]
    fn read_refuses_when_any_high_bit_is_dirty() {
        for at in 0..12 {
            let mut args = (Address::repeat_byte(1), U256::from(5)).abi_encode_sequence();
            args[at] = 1;
            assert!(Pair::read(&args).is_none(), "byte {at}");
        }
        for at in 0..31 {
            let mut args = [0; 32];
            args[at] = 1;
            assert!(<(sol_data::Uint<8>,)>::read(&args).is_none(), "byte {at}");
            assert_eq!(<(sol_data::Uint<16>,)>::read(&args).is_none(), at < 30, "byte {at}");
            assert_eq!(<(sol_data::Uint<32>,)>::read(&args).is_none(), at < 28, "byte {at}");
            assert_eq!(<(sol_data::Uint<48>,)>::read(&args).is_none(), at < 26, "byte {at}");
            assert_eq!(<(sol_data::Uint<192>,)>::read(&args).is_none(), at < 8, "byte {at}");
            assert_eq!(<(sol_data::Uint<64>,)>::read(&args).is_none(), at < 24, "byte {at}");
            assert_eq!(<(sol_data::Uint<128>,)>::read(&args).is_none(), at < 16, "byte {at}");
            assert!(<(sol_data::Bool,)>::read(&args).is_none(), "byte {at}");
            assert_eq!(<(sol_data::FixedBytes<4>,)>::read(&args).is_none(), at >= 4, "byte {at}");
        }
    }

    #[test]
    fn read_takes_a_bool_only_when_it_is_zero_or_one() {
        let read = |byte| <(sol_data::Bool,)>::read(B256::with_last_byte(byte).as_slice());
        assert_eq!((read(0), read(1), read(2)), (Some((false,)), Some((true,)), None));
    }

    #[test]
    fn read_borrows_bytes_and_lists() {
        let holders = vec![Address::repeat_byte(7), Address::repeat_byte(8)];
        let args =
            WithBytes::abi_encode_sequence(&(9u8, alloy_primitives::Bytes::from_static(b"data"), holders.clone()));
        let (number, bytes, list) = WithBytes::read(&args).expect("well formed");
        assert_eq!((number, bytes, list.len()), (9, b"data".as_slice(), 2));
        assert_eq!(list.get(1), Some(holders[1]));
        assert_eq!(list.get(2), None);
    }

    #[test]
    fn read_refuses_when_an_offset_or_length_leaves_the_calldata() {
        let good =
            WithBytes::abi_encode_sequence(&(9u8, alloy_primitives::Bytes::from_static(b"data"), vec![Address::ZERO]));
        for (at, byte) in [(32, 1), (62, 0xff), (63, 0xff), (96, 1), (127, 0xff), (92, 0x80)] {
            let mut args = good.clone();
            args[at] = byte;
            assert!(WithBytes::read(&args).is_none(), "byte {at}");
        }
        for len in 0..good.len() {
            assert!(WithBytes::read(&good[..len]).is_none(), "{len} bytes");
        }
    }
    type Lists = (sol_data::Array<sol_data::Bytes>, sol_data::Array<sol_data::String>, sol_data::Uint<8>);

    fn lists(bytes: &[&[u8]], strings: &[&str]) -> Vec<u8> {
        let bytes: Vec<_> = bytes.iter().map(|item| alloy_primitives::Bytes::copy_from_slice(item)).collect();
        let strings: Vec<_> = strings.iter().map(|item| alloc::string::String::from(*item)).collect();
        Lists::abi_encode_sequence(&(bytes, strings, 7u8))
    }

    #[test]
    fn read_borrows_lists_of_dynamic_values() {
        let long = [9; 70];
        let args = lists(&[b"", b"one", &long], &["a text", ""]);
        let (bytes, strings, number) = Lists::read(&args).expect("well formed");
        assert_eq!((bytes.len(), strings.len(), number), (3, 2, 7));
        let items: Vec<_> = bytes.iter().collect();
        assert_eq!(items, [Some(b"".as_slice()), Some(b"one"), Some(&long)]);
        assert_eq!((strings.get(0), strings.get(1), strings.get(2)), (Some(b"a text".as_slice()), Some(&[][..]), None));
        let args = lists(&[], &[]);
        let (bytes, strings, _) = Lists::read(&args).expect("well formed");
        assert!(bytes.is_empty() && strings.is_empty() && bytes.get(0).is_none());
    }

    /// Whether the lists and every item can be read.
    fn is_sound(args: &[u8]) -> bool {
        Lists::read(args).is_some_and(|(bytes, strings, _)| bytes.tokens().is_some() && strings.tokens().is_some())
    }

    #[test]
    fn read_refuses_when_a_list_of_dynamic_values_is_cut_short() {
        // The padding of the very last item is not read, as in Solidity.
        let args = lists(&[b"one", b"two"], &["three"]);
        let needed = args.len() - 27;
        for len in 0..args.len() {
            assert_eq!(is_sound(&args[..len]), len >= needed, "{len} bytes");
        }
    }

    #[test]
    fn read_refuses_when_any_offset_or_length_in_a_list_is_too_large() {
        let good = lists(&[b"one", b"two"], &["three"]);
        // Words: 3 heads; 2, offsets, 3 "one", 3 "two"; 1, offset, 5 "three".
        for at in [0, 1, 3, 4, 5, 6, 8, 10, 11, 12] {
            for byte in 0..31 {
                let mut args = good.clone();
                args[32 * at + byte] |= 0x80;
                assert!(!is_sound(&args), "word {at}, byte {byte}");
            }
        }
    }

    #[test]
    fn read_refuses_when_an_offset_in_a_list_is_negative() {
        let mut args = lists(&[b"one"], &[]);
        assert!(is_sound(&args));
        args[32 * 4..32 * 5].fill(0xff);
        assert!(!is_sound(&args));
    }

    #[test]
    fn read_leaves_malformed_items_alone_until_they_are_asked_for() {
        let mut args = lists(&[b"one", b"two"], &[]);
        args[32 * 5] = 1;
        let (bytes, ..) = Lists::read(&args).expect("the list itself is well formed");
        assert_eq!((bytes.get(0), bytes.get(1)), (Some(b"one".as_slice()), None));
        assert!(bytes.tokens().is_none());
    }

    #[test]
    fn tokens_refuse_when_a_word_is_malformed() {
        let mut args = (vec![Address::repeat_byte(1), Address::repeat_byte(2)],).abi_encode_sequence();
        let read = |args: &[u8]| <(sol_data::Array<sol_data::Address>,)>::read(args).expect("a list").0.tokens();
        let words: Vec<_> = [1, 2].map(|byte| WordToken(Address::repeat_byte(byte).into_word())).into();
        assert_eq!(read(&args), Some(DynSeqToken(words)));
        args[32 * 3] = 1;
        assert_eq!(read(&args), None);
    }
}
