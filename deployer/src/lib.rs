//! Checks a genesis file, deploys the token and records where it is.
//!
//! One transaction deploys, activates and initialises (`StylusDeployer`), so nobody can come in between. The address follows
//! from contract bytes, genesis and salt, so a run that was cut off is completed by running it again: the token is found in
//! place, checked, and recorded. A record is written only after the chain has been read back and agrees with the genesis.

pub mod artifact;
mod deploy;
mod error;
pub mod genesis;
pub mod genesis_rules;
mod plan;
pub mod probe;
mod verify;

use omnit_abi::params::TOKEN_CAP_WORD;
use omnit_client::amounts::Amount;

pub use artifact::{Artifact, init_code, program_code};
pub use deploy::{Outcome, Request, deploy};
pub use error::DeployError;
pub use genesis::Genesis;
pub use plan::{DEFAULT_SALT, Plan};

/// What the token mints at genesis.
pub const TOKEN_CAP: Amount = Amount(TOKEN_CAP_WORD);
/// Name of the token in records, and of its file without `.wasm`.
pub const TOKEN: &str = "token";
