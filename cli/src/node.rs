//! `omnit node`: a local Stylus chain until it is told to stop.

use std::io::{self, IsTerminal, Write};
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use alloy::primitives::utils::{format_ether, parse_ether};
use alloy::primitives::{Address, U256, address};
use clap::{ArgAction, Args, ValueEnum};
use eyre::WrapErr;
use omnit_node::{Config, MiningMode, Node, NodeError, NodeHandle, Order, TEST_MNEMONIC};

use crate::cache;

/// Precompiles that contracts and tools ask for by address (`stylus-node.md` §14).
const PRECOMPILES: [(&str, u64); 7] = [
    ("ArbSys", 0x64),
    ("ArbInfo", 0x65),
    ("ArbGasInfo", 0x6c),
    ("ArbOwner", 0x70),
    ("ArbWasm", 0x71),
    ("ArbWasmCache", 0x72),
    ("ArbDebug", 0xff),
];

/// Deploys, activates and initialises a program in one transaction (`stylus-node.md` §15).
const STYLUS_DEPLOYER: Address = address!("cEcba2F1DC234f70Dd89F2041029807F8D03A990");

/// Arguments of `omnit node`.
#[derive(Args)]
pub(crate) struct NodeArgs {
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1", value_name = "IP")]
    host: IpAddr,
    /// Port to listen on; 0 takes a free one
    #[arg(long, short, default_value_t = omnit_node::DEFAULT_PORT)]
    port: u16,
    /// Chain id
    #[arg(long, default_value_t = omnit_node::DEFAULT_CHAIN_ID, value_name = "ID")]
    chain_id: u64,
    /// Rules of the chain: ArbOS version 51, 59 or 60
    #[arg(long, default_value_t = 51, value_name = "VERSION")]
    arbos: u64,
    /// Refuse `console` and `debug` imports and ArbDebug, as a live chain does
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    mining: MiningArgs,
    #[command(flatten)]
    accounts: AccountArgs,
    #[command(flatten)]
    state: StateArgs,
    /// Print no banner
    #[arg(long, short)]
    silent: bool,
    /// Log blocks and requests on stderr; twice for more
    #[arg(long, short, action = ArgAction::Count)]
    verbose: u8,
}

#[derive(Args)]
struct MiningArgs {
    /// Make a block every so many seconds instead of one per transaction
    #[arg(long, short, value_name = "SECONDS", value_parser = block_time)]
    block_time: Option<Duration>,
    /// Make blocks on request only (`evm_mine`)
    #[arg(long, conflicts_with = "block_time")]
    no_mining: bool,
    /// Order of waiting transactions in a block
    #[arg(long, value_enum, default_value_t = OrderArg::Fifo)]
    order: OrderArg,
    /// Timestamp of block 0, unix seconds; the clock if left out
    #[arg(long, value_name = "SECONDS")]
    timestamp: Option<u64>,
    /// Gas limit of a block
    #[arg(long, default_value_t = 32_000_000, value_name = "GAS")]
    gas_limit: u64,
    /// Base fee in wei per gas
    #[arg(long, default_value_t = 100_000_000, value_name = "WEI")]
    base_fee: u64,
}

#[derive(Args)]
struct AccountArgs {
    /// Number of funded accounts
    #[arg(long, short, default_value_t = 10, value_name = "NUMBER")]
    accounts: u32,
    /// Balance of each in ether
    #[arg(long, default_value = "10000", value_name = "ETHER", value_parser = ether)]
    balance: U256,
    /// Mnemonic they come from
    #[arg(long, short, default_value = TEST_MNEMONIC, value_name = "PHRASE")]
    mnemonic: String,
}

#[derive(Args)]
struct StateArgs {
    /// Load this state file if it exists, and save to it at the end
    #[arg(long, value_name = "FILE", conflicts_with_all = ["load_state", "dump_state"])]
    state: Option<PathBuf>,
    /// Load this state file
    #[arg(long, value_name = "FILE")]
    load_state: Option<PathBuf>,
    /// Save the state to this file at the end
    #[arg(long, value_name = "FILE")]
    dump_state: Option<PathBuf>,
    /// Folder for compiled programs, kept between runs; the user's cache folder if left out
    #[arg(long, value_name = "DIR")]
    cache_dir: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum OrderArg {
    /// First come, first served, as an Arbitrum sequencer
    Fifo,
    /// Highest fee cap first
    Fees,
}

impl NodeArgs {
    /// Runs the node until SIGINT or SIGTERM.
    pub(crate) async fn run(self) -> eyre::Result<()> {
        log_to_stderr(self.verbose);
        let is_silent = self.silent;
        let mnemonic = self.accounts.mnemonic.clone();
        let node = match Node::start(self.config()).await {
            Err(NodeError::AddressInUse { address }) => {
                eyre::bail!(
                    "port {} of {} is in use by another program: stop it, or choose another with --port",
                    address.port(),
                    address.ip()
                )
            }
            started => started?,
        };
        // Before the banner: whoever reads it may send a signal at once.
        let stop = StopSignal::listen().wrap_err("cannot listen for signals")?;
        if !is_silent {
            io::stdout().lock().write_all(banner(&node, &mnemonic).as_bytes()).wrap_err("cannot write to stdout")?;
        }
        stop.received().await;
        node.shutdown().await.wrap_err("the node did not stop cleanly")
    }

    fn config(self) -> Config {
        let mining = match (self.mining.block_time, self.mining.no_mining) {
            (Some(period), _) => MiningMode::Interval(period),
            (None, true) => MiningMode::Manual,
            (None, false) => MiningMode::Auto,
        };
        Config {
            host: self.host,
            port: self.port,
            chain_id: self.chain_id,
            arbos: self.arbos,
            mining,
            order: match self.mining.order {
                OrderArg::Fifo => Order::Fifo,
                OrderArg::Fees => Order::Fees,
            },
            genesis_timestamp: self.mining.timestamp,
            block_gas_limit: self.mining.gas_limit,
            base_fee: u128::from(self.mining.base_fee),
            mnemonic: self.accounts.mnemonic,
            accounts: self.accounts.accounts,
            balance: self.accounts.balance,
            is_strict: self.strict,
            load_state: self.state.load_state,
            dump_state: self.state.dump_state,
            state: self.state.state,
            cache_dir: self.state.cache_dir.or_else(|| cache::folder("programs")),
            ..Config::default()
        }
    }
}

/// SIGINT and SIGTERM, caught from the moment this exists.
struct StopSignal {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl StopSignal {
    #[cfg(unix)]
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    #[cfg(unix)]
    async fn received(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    #[cfg(not(unix))]
    fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    #[cfg(not(unix))]
    async fn received(self) {
        if tokio::signal::ctrl_c().await.is_err() {
            // Without signals only the end of the process stops the node.
            std::future::pending::<()>().await;
        }
    }
}

fn banner(node: &NodeHandle, mnemonic: &str) -> String {
    let (config, accounts) = (node.config(), node.accounts());
    let balance = format_ether(config.balance);
    let balance = balance.trim_end_matches('0').trim_end_matches('.');
    let mut text = format!("omnit node {}\n\nAccounts ({balance} ETH each)\n", env!("CARGO_PKG_VERSION"));
    for (index, account) in accounts.iter().enumerate() {
        text += &format!("({index}) {}\n", account.address);
    }
    text += "\nPrivate keys\n";
    for (index, account) in accounts.iter().enumerate() {
        text += &format!("({index}) {}\n", account.private_key);
    }
    text += &format!("\nMnemonic:         {mnemonic}\nDerivation path:  m/44'/60'/0'/0/\n");
    text += &format!("\nChain id:         {}\nArbOS:            {}\n", node.chain_id(), config.arbos);
    text += &format!("Base fee:         {} wei\nBlock gas limit:  {}\n", config.base_fee, config.block_gas_limit);
    text += &format!("Genesis time:     {}\nMining:           {}\n", genesis_time(node), mining(config.mining));
    text += &format!("Stylus deployer:  {STYLUS_DEPLOYER}\n\nPrecompiles\n");
    for (name, number) in PRECOMPILES {
        text += &format!("{:<16}  {}\n", format!("{name}:"), Address::from_word(U256::from(number).into()));
    }
    text += &format!("\nListening on {} ({} too)\n", node.http_url(), node.ws_url());
    text
}

fn genesis_time(node: &NodeHandle) -> u64 {
    node.chain().block_by_number(0).map_or(0, |genesis| genesis.header.timestamp)
}

fn mining(mode: MiningMode) -> String {
    match mode {
        MiningMode::Auto => "each transaction at once".to_owned(),
        MiningMode::Interval(period) => format!("every {period:?}"),
        MiningMode::Manual => "on request (evm_mine)".to_owned(),
    }
}

fn block_time(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "must be a number of seconds".to_owned())?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(period) if !period.is_zero() => Ok(period),
        _ => Err("must be greater than 0 seconds".to_owned()),
    }
}

fn ether(text: &str) -> Result<U256, String> {
    parse_ether(text).map_err(|error| format!("must be an amount of ether with up to 18 decimals: {error}"))
}

fn log_to_stderr(verbosity: u8) {
    let filter = match verbosity {
        0 => "warn",
        1 => "warn,omnit_node=info",
        2 => "info,omnit_node=debug",
        _ => "debug,omnit_node=trace",
    };
    // Fails only if a subscriber exists, which then serves as well.
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_target(false).with_writer(io::stderr);
    let _ = log.with_ansi(io::stderr().is_terminal()).try_init();
}
