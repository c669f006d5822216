//! The wire of OMNIT: Rust types of every interface file, chain-fixed contracts, protocol constants.
//!
//! The Solidity files under `contracts/interfaces` are the definition; nothing here repeats a signature. The generated types implement
//! alloy's `SolCall`, `SolEvent` and `SolError`, so contracts, clients, the indexer and tests all speak through them.
#![no_std]
#![allow(clippy::too_many_arguments, reason = "constructors of generated calls have one argument per parameter")]

pub mod arbos;
pub mod params;
pub mod sources;
pub mod standard;

macro_rules! interfaces {
    ($($file:literal)+) => {$(
        alloy_sol_types::sol!(
            #[sol(all_derives)]
            $file
        );
    )+};
}

interfaces! {
    "../interfaces/IAllocation.sol"
    "../interfaces/IBadge.sol"
    "../interfaces/IData.sol"
    "../interfaces/IRewards.sol"
    "../interfaces/ISeason.sol"
    "../interfaces/IStaking.sol"
    "../interfaces/ISwap.sol"
    "../interfaces/IToken.sol"
    "../interfaces/IVesting.sol"
}

pub use described::{IGovernor, ITimelock};

#[allow(
    missing_docs,
    reason = "the files describe the values of their enums above them; an interface has no place for more"
)]
mod described {
    interfaces! {
        "../interfaces/IGovernor.sol"
        "../interfaces/ITimelock.sol"
    }
}
