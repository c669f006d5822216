//! Why a call failed.

use crate::{Buffer, Encode};
use alloy_sol_types::SolError;
use core::marker::PhantomData;

/// What a contract may revert with.
pub trait Interface {
    /// Selectors of the generated error enum.
    const ERRORS: &'static [[u8; 4]];
}

/// Revert data, encoded. Raising an error that the interface `I` of the contract does not declare is an error at compile time.
///
/// Encoding where the error is raised keeps the enum, whose encoder is several kilobytes, out of the program.
pub struct Revert<I> {
    data: &'static [u8],
    interface: PhantomData<I>,
}

impl<I> Revert<I> {
    /// Solidity's `Panic(0x32)`: an index that is out of bounds.
    #[cold]
    pub fn out_of_bounds() -> Self {
        Self::panic(0x32)
    }

    /// Solidity's `Panic(0x11)`: a sum or difference that leaves 256 bits.
    #[cold]
    pub fn overflow() -> Self {
        Self::panic(0x11)
    }

    #[inline(always)]
    fn panic(code: usize) -> Self {
        let mut data = Buffer::with_capacity(36);
        data.push(&alloy_sol_types::Panic::SELECTOR);
        data.push_usize(code);
        Self::raw(data.into_bytes())
    }

    /// No reason at all, as Solidity answers malformed calldata.
    pub fn empty() -> Self {
        Self::raw(&[])
    }

    /// Data of somebody else's revert, passed on unchanged.
    pub fn raw(data: &'static [u8]) -> Self {
        Self { data, interface: PhantomData }
    }

    /// The encoded data.
    pub fn data(&self) -> &'static [u8] {
        self.data
    }
}

impl<I: Interface, E: SolError> From<E> for Revert<I>
where
    for<'a> E::Token<'a>: Encode,
{
    #[cold]
    fn from(error: E) -> Self {
        const { assert!(declares(I::ERRORS, E::SELECTOR), "the interface does not declare this error") };
        Self::raw(crate::encode::encode(E::SELECTOR, &error.tokenize()))
    }
}

pub(crate) const fn declares(errors: &[[u8; 4]], selector: [u8; 4]) -> bool {
    let mut i = 0;
    while i < errors.len() {
        if u32::from_be_bytes(errors[i]) == u32::from_be_bytes(selector) {
            return true;
        }
        i += 1;
    }
    false
}
