//! Events and errors of the interface, from their fields by name.

/// Emits an event, see [`omnit_runtime::log_event`].
macro_rules! log {
    ($($event:tt)+) => { omnit_runtime::log_event!([omnit_abi::IStaking] $($event)+) };
}

/// An error, see [`omnit_runtime::refuse_with`].
macro_rules! refusal {
    ($($error:tt)+) => { omnit_runtime::refuse_with!([omnit_abi::IStaking] crate::Staking, $($error)+) };
}
