//! What a node starts with.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use alloy::primitives::{Address, U256};

/// Mnemonic of the accounts that every development tool knows. Never fund them on a public chain.
pub const TEST_MNEMONIC: &str = "test test test test test test test test test test test junk";

/// Chain id of a Nitro development chain.
pub const DEFAULT_CHAIN_ID: u64 = 412_346;

/// Port of a Nitro development chain.
pub const DEFAULT_PORT: u16 = 8547;

/// When blocks are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MiningMode {
    /// Each transaction at once, in a block of its own.
    Auto,
    /// A block at this interval, with every transaction that is ready.
    Interval(Duration),
    /// Only on request (`evm_mine`).
    Manual,
}

/// In which order waiting transactions enter a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// First come, first served: what an Arbitrum sequencer does.
    #[default]
    Fifo,
    /// Highest fee cap first; ties by arrival.
    Fees,
}

/// Configuration of a node. Start from [`Config::default`] (a program) or [`Config::test`] (a test) and change fields.
#[derive(Debug, Clone)]
pub struct Config {
    /// Address to listen on.
    pub host: IpAddr,
    /// Port to listen on; 0 takes a free one.
    pub port: u16,
    /// Chain id, at least 1.
    pub chain_id: u64,
    /// ArbOS version: 51, 59 or 60.
    pub arbos: u64,
    /// When blocks are made.
    pub mining: MiningMode,
    /// Order of transactions inside a block.
    pub order: Order,
    /// Unix seconds of block 0; `None` takes the clock.
    pub genesis_timestamp: Option<u64>,
    /// Gas limit of a block, at least 21,000.
    pub block_gas_limit: u64,
    /// Base fee in wei per gas, the same for every block until set.
    pub base_fee: u128,
    /// Mnemonic the development accounts come from.
    pub mnemonic: String,
    /// Number of development accounts, at most 1,000.
    pub accounts: u32,
    /// Balance of each development account in wei.
    pub balance: U256,
    /// Further accounts with a balance in wei at genesis, without a known key.
    pub funded: Vec<(Address, U256)>,
    /// Refuses `console` and `debug` imports and ArbDebug, as a live chain does.
    pub is_strict: bool,
    /// State file read at the start; the start fails if it is missing.
    pub load_state: Option<PathBuf>,
    /// State file written by [`crate::NodeHandle::shutdown`].
    pub dump_state: Option<PathBuf>,
    /// State file read at the start if it exists, and written by [`crate::NodeHandle::shutdown`].
    pub state: Option<PathBuf>,
    /// Folder of compiled programs, may be shared between nodes; `None` keeps them in memory.
    pub cache_dir: Option<PathBuf>,
    /// Threads that serve requests; `None` takes the number of processors.
    pub threads: Option<usize>,
    /// Greatest gas of `eth_call` and `eth_estimateGas`.
    pub call_gas_limit: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            host: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: DEFAULT_PORT,
            chain_id: DEFAULT_CHAIN_ID,
            arbos: 51,
            mining: MiningMode::Auto,
            order: Order::Fifo,
            genesis_timestamp: None,
            block_gas_limit: 32_000_000,
            base_fee: 100_000_000,
            mnemonic: TEST_MNEMONIC.to_owned(),
            accounts: 10,
            balance: U256::from(10_000u64) * U256::from(10u64).pow(U256::from(18u64)),
            funded: Vec::new(),
            is_strict: false,
            load_state: None,
            dump_state: None,
            state: None,
            cache_dir: None,
            threads: None,
            call_gas_limit: 50_000_000,
        }
    }
}

impl Config {
    /// For tests: a free port, two threads, every transaction mined at once. Any number of such nodes run side by side.
    pub fn test() -> Self {
        Self { port: 0, threads: Some(2), ..Self::default() }
    }

    /// Checks every value; the error names the field, the value and the rule.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let refuse = |field, value: String, rule| Err(ConfigError { field, value, rule });
        if self.chain_id == 0 {
            return refuse("chain_id", self.chain_id.to_string(), "must be at least 1");
        }
        if ![51, 59, 60].contains(&self.arbos) {
            return refuse("arbos", self.arbos.to_string(), "must be 51, 59 or 60");
        }
        if self.block_gas_limit < 21_000 {
            return refuse("block_gas_limit", self.block_gas_limit.to_string(), "must be at least 21000");
        }
        if self.accounts > 1_000 {
            return refuse("accounts", self.accounts.to_string(), "must be at most 1000");
        }
        if self.mining == MiningMode::Interval(Duration::ZERO) {
            return refuse(
                "mining",
                "an interval of 0 s".to_owned(),
                "must be longer than 0; manual mining makes no blocks",
            );
        }
        if self.threads == Some(0) {
            return refuse("threads", "0".to_owned(), "must be at least 1");
        }
        Ok(())
    }

    /// Unix seconds of block 0.
    pub(crate) fn genesis_time(&self) -> u64 {
        self.genesis_timestamp.unwrap_or_else(wall_clock)
    }
}

/// A configuration value that cannot be used.
#[derive(Debug, Clone, thiserror::Error)]
#[error("configuration: {field} is {value}, it {rule}")]
pub struct ConfigError {
    /// Field of [`Config`].
    pub field: &'static str,
    /// Its value.
    pub value: String,
    /// The rule it breaks.
    pub rule: &'static str,
}

/// Unix seconds now; 0 on a machine whose clock is before 1970.
pub(crate) fn wall_clock() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
}
