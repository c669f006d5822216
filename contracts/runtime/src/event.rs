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
    log::<E>(&event.topics(), &event.tokenize_body());
}

/// Emits an event whose data is tokens already: dynamic values stay where they are instead of being copied into the event's struct.
/// `indexed` holds the indexed values in their order.
#[inline(never)]
pub fn emit_tokens<'a, E: SolEvent>(
    indexed: <<E::TopicList as SolType>::RustType as Topics>::Indexed,
    body: &E::DataToken<'a>,
) where
    E::DataToken<'a>: Encode,
    <E::TopicList as SolType>::RustType: Topics,
{
    log::<E>(&<<E::TopicList as SolType>::RustType as Topics>::of(indexed), body);
}

#[inline(always)]
fn log<'a, E: SolEvent>(topics: &<E::TopicList as SolType>::RustType, body: &E::DataToken<'a>)
where
    E::DataToken<'a>: Encode,
    <E::TopicList as SolType>::RustType: Topics,
{
    let count = const { <E::TopicList as TopicList>::COUNT };
    let mut out = Buffer::with_capacity(32 * count + 32 * (<E::DataToken<'a> as Encode>::HEAD + body.tail_words()));
    out.push_constant::<Signature<E>>();
    topics.push(&mut out);
    encode::encode_into(body, &mut out);
    let log = out.as_slice();
    unsafe { host::emit_log(log.as_ptr(), log.len(), count) };
}

/// First topic of an event.
pub(crate) struct Signature<E>(core::marker::PhantomData<E>);

impl<E: SolEvent> Constant for Signature<E> {
    const BYTES: &'static [u8] = &E::SIGNATURE_HASH.0;
}

/// The indexed values of an event, behind its signature.
pub trait Topics {
    /// The values, without the signature.
    type Indexed;

    /// The topics of these values. Their signature is not set, because [`Topics::push`] does not read it.
    fn of(indexed: Self::Indexed) -> Self;

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
            type Indexed = ($($name,)*);

            #[inline(always)]
            #[allow(non_snake_case, reason = "a value is named after its type")]
            fn of(($($name,)*): Self::Indexed) -> Self {
                (B256::ZERO, $($name,)*)
            }

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
