//! Events and errors of the interface, from their fields by name. A field that is missing or too many does not compile.

macro_rules! field {
    ($name:ident) => {
        omnit_runtime::ToWord::to_word($name)
    };
    ($name:ident $value:expr) => {
        omnit_runtime::ToWord::to_word($value)
    };
}

/// Emits an event: its indexed fields, then the others, both in the order of the interface.
macro_rules! log {
    ($event:ident { $($topic:ident $(: $indexed:expr)?),* } { $($name:ident $(: $value:expr)?),* }) => {{
        const _: fn(omnit_abi::IVesting::$event) = |omnit_abi::IVesting::$event { $($topic: _,)* $($name: _),* }| ();
        omnit_runtime::log::<omnit_abi::IVesting::$event, _, _>(
            [$(field!($topic $($indexed)?)),*],
            [$(field!($name $($value)?)),*],
        )
    }};
}

/// An error, its fields in the order of the interface.
macro_rules! refusal {
    ($error:ident { $($name:ident $(: $value:expr)?),* }) => {{
        const _: fn(omnit_abi::IVesting::$error) = |omnit_abi::IVesting::$error { $($name: _),* }| ();
        omnit_runtime::refusal::<crate::Vesting, omnit_abi::IVesting::$error, _>([$(field!($name $($value)?)),*])
    }};
}
