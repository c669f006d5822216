//! One match from calldata to the contract's functions.

use crate::{Encode, Params, Revert, Status, entry::fail};
use alloy_sol_types::{SolCall, SolType};

/// Serves calldata with the functions of a generated call enum.
///
/// Five kinds of arm, one per function of the interface, in its order:
/// `transfer(c) => …` decodes to the generated call struct and answers its return type;
/// `transferAndCall_1[to, value, data] => …` borrows dynamic parameters from the calldata instead of copying them;
/// `name => …` takes nothing and answers with alloy's tokens;
/// `proposalDetails[id] as tokens => …` borrows, and answers with alloy's tokens;
/// `terms[service] as words => …` borrows, and answers an array of the words of its static results.
///
/// `ICalls, Contract, elsewhere(name symbol) => …` gives calldata for these functions, and for none, to another contract.
///
/// The generated enum decides what compiles: a function that is missing or too many, a parameter or return type that changed, is an error.
/// Calldata for no function, or that Solidity's decoder would refuse, reverts without data.
#[macro_export]
macro_rules! dispatch {
    ($calldata:expr => $calls:ident, $interface:ty; $($arms:tt)+) => {
        $crate::dispatch! { $calldata => $calls, $interface, elsewhere() => $crate::Status::Revert; $($arms)+ }
    };
    ($calldata:expr => $calls:ident, $interface:ty, elsewhere($($other:ident)*) => $else:expr; $($function:ident $(($call:pat))? $([$($param:ident),*])? $(as $words:ident)? => $body:expr,)+) => {{
        // Exhaustive over the interface; optimised away.
        const _: fn(&$calls) = |call| match call {
            $($calls::$function(_) => (),)+
            $($calls::$other(_) => (),)*
        };
        let Some((selector, args)) = $calldata.split_first_chunk::<4>() else {
            return $crate::Status::Revert;
        };
        let selector = u32::from_be_bytes(*selector);
        $(
            if selector == const { $crate::selector_of($calls::$function) } {
                return $crate::dispatch!(@arm $calls, $interface, $function $(($call))? $([$($param),*])? $(as $words)?, args, $body);
            }
        )+
        $else
    }};
    (@arm $calls:ident, $interface:ty, $function:ident ($call:pat), $args:ident, $body:expr) => {
        $crate::answer::<_, _, $interface, _>($calls::$function, $args, |$call| $body)
    };
    (@arm $calls:ident, $interface:ty, $function:ident [$($param:ident),*] as words, $args:ident, $body:expr) => {
        $crate::answer_words::<_, _, $interface, _>($calls::$function, $args, |($($param,)*)| $body)
    };
    (@arm $calls:ident, $interface:ty, $function:ident [$($param:ident),+] as tokens, $args:ident, $body:expr) => {
        $crate::answer_encoded::<_, _, $interface>($calls::$function, $args, |($($param,)+)| $body)
    };
    (@arm $calls:ident, $interface:ty, $function:ident [$($param:ident),+], $args:ident, $body:expr) => {
        $crate::answer_borrowed::<_, _, $interface, _>($calls::$function, $args, |($($param,)+)| $body)
    };
    (@arm $calls:ident, $interface:ty, $function:ident, $args:ident, $body:expr) => {
        $crate::answer_tokens($calls::$function, $body)
    };
}

/// The selector of the function whose variant constructor is given.
pub const fn selector_of<C: SolCall, Calls>(_: fn(C) -> Calls) -> u32 {
    u32::from_be_bytes(C::SELECTOR)
}

/// Decodes `C`, runs it and sets its result.
#[inline(always)]
pub fn answer<'a, C: SolCall, Calls, I, R: Into<C::Return>>(
    _: fn(C) -> Calls,
    args: &'a [u8],
    function: impl FnOnce(C) -> Result<R, Revert<I>>,
) -> Status
where
    C::Parameters<'a>: Params<Borrowed<'a> = <C::Parameters<'a> as SolType>::RustType>,
    for<'b> C::ReturnToken<'b>: Encode,
{
    match <C::Parameters<'a> as Params>::read(args) {
        Some(params) => finish::<C, I, R>(function(C::new(params))),
        None => Status::Revert,
    }
}

/// Decodes the parameters of `C` without copying the dynamic ones, runs it and sets its result.
#[inline(always)]
pub fn answer_borrowed<'a, C: SolCall, Calls, I, R: Into<C::Return>>(
    _: fn(C) -> Calls,
    args: &'a [u8],
    function: impl FnOnce(<C::Parameters<'a> as Params>::Borrowed<'a>) -> Result<R, Revert<I>>,
) -> Status
where
    C::Parameters<'a>: Params,
    for<'b> C::ReturnToken<'b>: Encode,
{
    match <C::Parameters<'a> as Params>::read(args) {
        Some(params) => finish::<C, I, R>(function(params)),
        None => Status::Revert,
    }
}

/// Decodes the parameters of `C` without copying the dynamic ones, runs it and sets its result, which is made of tokens already.
#[inline(always)]
pub fn answer_encoded<'a, C: SolCall, Calls, I>(
    _: fn(C) -> Calls,
    args: &'a [u8],
    function: impl FnOnce(<C::Parameters<'a> as Params>::Borrowed<'a>) -> Result<C::ReturnToken<'static>, Revert<I>>,
) -> Status
where
    C::Parameters<'a>: Params,
    C::ReturnToken<'static>: Encode,
{
    let Some(params) = <C::Parameters<'a> as Params>::read(args) else {
        return Status::Revert;
    };
    match function(params) {
        Ok(tokens) => tokens.reply(),
        Err(revert) => fail(&revert),
    }
}

/// Sets a result of `C` that is made of tokens already.
#[inline(always)]
pub fn answer_tokens<C: SolCall, Calls>(_: fn(C) -> Calls, tokens: C::ReturnToken<'static>) -> Status
where
    C::ReturnToken<'static>: Encode,
{
    tokens.reply()
}

#[inline(always)]
fn finish<C: SolCall, I, R: Into<C::Return>>(result: Result<R, Revert<I>>) -> Status
where
    for<'b> C::ReturnToken<'b>: Encode,
{
    match result {
        Ok(value) => C::tokenize_returns(&value.into()).reply(),
        Err(revert) => fail(&revert),
    }
}
