//! Words made once: a contract with many events, errors and views turns its values into words by one function per type, where alloy's
//! tokens repeat the conversion of every field.
#![allow(unsafe_code, reason = "host calls; every buffer is passed with its own length")]

use crate::{Buffer, Encode, Interface, Params, Revert, Status, buffer::word_of, entry, event::Signature, host};
use alloy_primitives::{Address, B256, FixedBytes, FixedBytesSliceExt as _, U256};
use alloy_sol_types::{SolCall, SolError, SolEvent, TopicList};

/// A value of one word, as the wire spells it.
pub trait ToWord {
    /// The word.
    fn to_word(self) -> B256;
}

impl ToWord for B256 {
    #[inline(always)]
    fn to_word(self) -> B256 {
        self
    }
}

impl ToWord for FixedBytes<4> {
    #[inline(never)]
    fn to_word(self) -> B256 {
        let mut word = B256::ZERO;
        word[..4].copy_from_slice(self.as_slice());
        word
    }
}

impl ToWord for Address {
    #[inline(never)]
    fn to_word(self) -> B256 {
        self.into_word()
    }
}

impl ToWord for U256 {
    #[inline(never)]
    fn to_word(self) -> B256 {
        B256::from(self)
    }
}

impl ToWord for u128 {
    #[inline(never)]
    fn to_word(self) -> B256 {
        let mut word = B256::ZERO;
        word[16..].copy_from_slice(&self.to_be_bytes());
        word
    }
}

impl ToWord for u64 {
    #[inline(never)]
    fn to_word(self) -> B256 {
        word_of(self)
    }
}

macro_rules! small {
    ($($native:ty)*) => {$(
        impl ToWord for $native {
            #[inline(always)]
            fn to_word(self) -> B256 {
                u64::from(self).to_word()
            }
        }
    )*};
}

small! { bool u8 u16 u32 }

/// Word of a field: its own value, or the one given for it.
#[doc(hidden)]
#[macro_export]
macro_rules! word_of_field {
    ($name:ident) => {
        $crate::ToWord::to_word($name)
    };
    ($name:ident $value:expr) => {
        $crate::ToWord::to_word($value)
    };
}

/// Emits an event of an interface module: its indexed fields, then the others, both in the order of the interface. A field that is missing or too
/// many does not compile. Contracts wrap it in a macro of their own that names their interface.
#[macro_export]
macro_rules! log_event {
    ([$($interface:tt)+] $event:ident { $($topic:ident $(: $indexed:expr)?),* } { $($name:ident $(: $value:expr)?),* }) => {{
        const _: fn($($interface)+::$event) = |$($interface)+::$event { $($topic: _,)* $($name: _),* }| ();
        $crate::log::<$($interface)+::$event, _, _>(
            [$($crate::word_of_field!($topic $($indexed)?)),*],
            [$($crate::word_of_field!($name $($value)?)),*],
        )
    }};
}

/// Revert data of an error of an interface module, for the contract of this type; its fields in the order of the interface.
#[macro_export]
macro_rules! refuse_with {
    ([$($interface:tt)+] $contract:ty, $error:ident { $($name:ident $(: $value:expr)?),* }) => {{
        const _: fn($($interface)+::$error) = |$($interface)+::$error { $($name: _),* }| ();
        $crate::refusal::<$contract, $($interface)+::$error, _>([$($crate::word_of_field!($name $($value)?)),*])
    }};
}

/// Emits an event of static fields, from its words: the indexed ones behind the signature, and the others, both in the order of the event.
#[inline(always)]
pub fn log<E: SolEvent, const TOPICS: usize, const WORDS: usize>(topics: [B256; TOPICS], words: [B256; WORDS])
where
    for<'a> E::DataToken<'a>: Encode,
{
    const {
        assert!(TOPICS + 1 == <E::TopicList as TopicList>::COUNT, "the event has another number of topics");
        assert!(WORDS == <E::DataToken<'_> as Encode>::HEAD, "the event has another number of words");
    };
    log_words(&crate::word::<Signature<E>>(), &topics, &words);
}

#[inline(never)]
fn log_words(signature: &B256, topics: &[B256], words: &[B256]) {
    let mut out = Buffer::with_capacity(32 * (1 + topics.len() + words.len()));
    out.push_word(*signature);
    out.push(topics.as_flattened());
    out.push(words.as_flattened());
    let log = out.as_slice();
    unsafe { host::emit_log(log.as_ptr(), log.len(), 1 + topics.len()) };
}

/// Revert data of an error of static fields, from its words in the order of the error.
#[inline(always)]
pub fn refusal<I: Interface, E: SolError, const WORDS: usize>(words: [B256; WORDS]) -> Revert<I>
where
    for<'a> E::Token<'a>: Encode,
{
    const {
        assert!(crate::revert::declares(I::ERRORS, E::SELECTOR), "the interface does not declare this error");
        assert!(WORDS == <E::Token<'_> as Encode>::HEAD, "the error has another number of words");
    };
    Revert::raw(refusal_words(u32::from_le_bytes(E::SELECTOR), &words))
}

#[cold]
#[inline(never)]
fn refusal_words(selector: u32, words: &[B256]) -> &'static [u8] {
    let mut out = Buffer::with_capacity(4 + 32 * words.len());
    out.push(&selector.to_le_bytes());
    out.push(words.as_flattened());
    out.into_bytes()
}

/// Decodes the parameters of `C`, runs it and sets the words of its result.
#[inline(always)]
pub fn answer_words<'a, C: SolCall, Calls, I, const WORDS: usize>(
    _: fn(C) -> Calls,
    args: &'a [u8],
    function: impl FnOnce(<C::Parameters<'a> as Params>::Borrowed<'a>) -> Result<[B256; WORDS], Revert<I>>,
) -> Status
where
    C::Parameters<'a>: Params,
    for<'b> C::ReturnToken<'b>: Encode,
{
    const { assert!(WORDS == <C::ReturnToken<'_> as Encode>::HEAD, "the function returns another number of words") };
    let Some(params) = <C::Parameters<'a> as Params>::read(args) else { return Status::Revert };
    match function(params) {
        Ok(words) => {
            entry::write(words.as_flattened());
            Status::Success
        }
        Err(revert) => entry::fail(&revert),
    }
}
