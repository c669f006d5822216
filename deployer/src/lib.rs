//! Checks a genesis file, deploys the suite, hands out what the file says, and records where everything is.
//!
//! One transaction deploys, activates and initialises each contract (`StylusDeployer`), so nobody can come in between. Addresses follow
//! from contract bytes, initialising calls and salt, and every step looks at the chain first, so a run that was cut off is completed by running
//! it again. A record is written only after the chain has been read back and agrees with the genesis.

pub mod artifact;
mod dao;
mod deploy;
pub mod economy;
mod error;
pub mod genesis;
mod genesis_file;
pub mod genesis_rules;
mod genesis_terms;
mod grants;
pub mod locks;
mod plan;
pub mod probe;
mod run;
mod suite;
mod terms;
mod verify;

use omnit_abi::params::TOKEN_CAP_WORD;
use omnit_client::amounts::Amount;

pub use artifact::{Artifact, init_code, program_code};
pub use deploy::{Outcome, Request, deploy};
pub use error::DeployError;
pub use genesis::Genesis;
pub use plan::{DEFAULT_SALT, Plan};
pub use run::total_gas;

/// What the token mints at genesis.
pub const TOKEN_CAP: Amount = Amount(TOKEN_CAP_WORD);
/// Name of the token in records, and of its file without `.wasm`.
pub const TOKEN: &str = "token";
