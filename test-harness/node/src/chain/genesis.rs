//! The world a chain starts with: funded accounts, ArbOS, precompile markers, and the contracts every deploy tool expects.

use alloy::primitives::{Address, Bytes, address, bytes};
use omnit_vm::ArbosVersion;

use super::precompile::ARBITRUM;
use super::{ChainConfig, State, arbos};

/// The deterministic CREATE2 factory that deploy tools share.
pub const CREATE2_FACTORY: Address = address!("4e59b44847b379578588920cA78FbF26c0B4956C");

/// Where the official tools look for a contract that deploys, activates and initialises a program in one transaction.
pub const STYLUS_DEPLOYER: Address = address!("cEcba2F1DC234f70Dd89F2041029807F8D03A990");

const CREATE2_FACTORY_CODE: Bytes = bytes!(
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
);

/// `INVALID`, what Arbitrum shows as the code of its precompiles.
const PRECOMPILE_CODE: [u8; 1] = [0xfe];

/// Runtime code of `contracts/StylusDeployer.sol`, compiled by `contracts/build.mjs`.
const DEPLOYER_CODE: &str = include_str!("../../contracts/StylusDeployer.hex");

/// State of block 0. The first funded account owns the chain.
pub(super) fn state(config: &ChainConfig, version: ArbosVersion) -> State {
    let mut state = State::default();
    let owner = config.accounts.first().map(|(address, _)| *address);
    arbos::initialize(&mut state, version, owner);
    for address in ARBITRUM {
        state.set_code(address, Bytes::from_static(&PRECOMPILE_CODE));
    }
    for (address, code) in [(CREATE2_FACTORY, CREATE2_FACTORY_CODE), (STYLUS_DEPLOYER, deployer_code())] {
        state.set_code(address, code);
        state.set_nonce(address, 1);
    }
    for (address, balance) in &config.accounts {
        state.set_balance(*address, *balance);
    }
    state
}

fn deployer_code() -> Bytes {
    DEPLOYER_CODE.trim().parse().expect("the committed deployer code is hexadecimal, a test parses it")
}
