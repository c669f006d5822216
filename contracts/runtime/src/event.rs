//! Typed events.
#![allow(unsafe_code, reason = "host calls; the buffer is passed with its own length")]

use crate::{Buffer, Constant, Encode, buffer::word_of, encode, host};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{SolEvent, SolType, TopicList};

/// Emits an event.
#[inline(never)]
pub fn emit<E: SolEvent>(event: &E)
where
    for<'a> E::DataToken<'a>: Encode,
    <E::TopicList as SolType>::RustType: Topics,
{
    let topics = const { <E::TopicList as TopicList>::COUNT };
    let body = event.tokenize_body();
    let mut out = Buffer::with_capacity(32 * topics + 32 * (<E::DataToken<'_> as Encode>::HEAD + body.tail_words()));
    out.push_constant::<Signature<E>>();
    event.topics().push(&mut out);
    encode::encode_into(&body, &mut out);
    let log = out.as_slice();
    unsafe { host::emit_log(log.as_ptr(), log.len(), topics) };
}

/// First topic of an event.
pub(crate) struct Signature<E>(core::marker::PhantomData<E>);

impl<E: SolEvent> Constant for Signature<E> {
    const BYTES: &'static [u8] = &E::SIGNATURE_HASH.0;
}

/// The indexed values of an event, behind its signature.
pub trait Topics {
    /// Writes all but the signature.
    fn push(&self, out: &mut Buffer);
}

/// An indexed value of one word.
pub trait Topic {
    /// The word.
    fn word(&self) -> B256;
}

impl Topic for Address {
    #[inline(always)]
    fn word(&self) -> B256 {
        self.into_word()
    }
}

impl Topic for B256 {
    #[inline(always)]
    fn word(&self) -> B256 {
        *self
    }
}

impl Topic for U256 {
    #[inline(always)]
    fn word(&self) -> B256 {
        B256::from(*self)
    }
}

macro_rules! numbers {
    ($($native:ty)*) => {$(
        impl Topic for $native {
            #[inline(always)]
            fn word(&self) -> B256 {
                word_of(u64::from(*self))
            }
        }
    )*};
}

numbers! { u8 u16 u32 u64 }

macro_rules! tuples {
    ($($($name:ident $at:tt),*;)*) => {$(
        impl<$($name: Topic),*> Topics for (B256, $($name,)*) {
            #[inline(always)]
            fn push(&self, _out: &mut Buffer) {
                $(_out.push_word(self.$at.word());)*
            }
        }
    )*};
}

tuples! {
    ;
    A 1;
    A 1, B 2;
    A 1, B 2, C 3;
}
