//! What every Arbitrum chain with Stylus has at fixed addresses.

use alloy_primitives::{Address, address};

alloy_sol_types::sol!(
    #[sol(all_derives)]
    "../interfaces/IArbWasm.sol"
);
alloy_sol_types::sol!(
    #[sol(all_derives)]
    "../interfaces/IArbWasmCache.sol"
);
alloy_sol_types::sol!(
    #[sol(all_derives)]
    "../interfaces/IStylusDeployer.sol"
);

/// Precompile that activates programs, see [`IArbWasm`].
pub const ARB_WASM: Address = address!("0000000000000000000000000000000000000071");

/// Precompile that keeps programs cached, see [`IArbWasmCache`].
pub const ARB_WASM_CACHE: Address = address!("0000000000000000000000000000000000000072");

/// Deploys, activates and initialises a program in one transaction, see [`IStylusDeployer`].
pub const STYLUS_DEPLOYER: Address = address!("cEcba2F1DC234f70Dd89F2041029807F8D03A990");

/// The deterministic deployment proxy: calldata is a 32-byte salt followed by init code.
pub const CREATE2_FACTORY: Address = address!("4e59b44847b379578588920cA78FbF26c0B4956C");

/// First bytes of the code of a Stylus program, then brotli of its WASM (`00`: no dictionary).
pub const PROGRAM_PREFIX: [u8; 4] = [0xef, 0xf0, 0x00, 0x00];

/// Largest code of one account, in bytes (EIP-170).
pub const MAX_CODE_BYTES: usize = 24_576;
