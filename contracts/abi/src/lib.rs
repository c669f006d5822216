//! The wire of OMNIT: Rust types of every interface file, chain-fixed contracts, protocol constants.
//!
//! The Solidity files under `contracts/interfaces` are the definition; nothing here repeats a signature. The generated types implement
//! alloy's `SolCall`, `SolEvent` and `SolError`, so contracts, clients, the indexer and tests all speak through them.
#![no_std]

pub mod arbos;
pub mod params;
pub mod standard;

alloy_sol_types::sol!(
    #[sol(all_derives)]
    "../interfaces/IToken.sol"
);
