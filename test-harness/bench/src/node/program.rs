//! The two nodes as processes.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use eyre::{Context, Result, ensure, eyre};
use omnit_fixtures::files;

use super::wire::Connection;

/// Longest start that is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// Which node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Omnit,
    Anvil,
}

/// A running node; dropping it ends the process.
pub(super) struct Program {
    process: Child,
    pub(super) url: String,
    /// From the start of the process to its first answer.
    pub(super) started_in: Duration,
}

impl Program {
    /// Starts a node without a banner, with the same chain id and block gas limit for both.
    pub(super) async fn start(kind: Kind) -> Result<Self> {
        let port = free_port()?.to_string();
        let (program, arguments) = match kind {
            Kind::Omnit => (omnit()?, vec!["node", "--silent", "--port", &port]),
            Kind::Anvil => {
                let settings = ["--chain-id", "412346", "--gas-limit", "32000000"];
                (files::foundry("anvil")?, [vec!["--silent", "--port", &port], settings.to_vec()].concat())
            }
        };
        let mut command = Command::new(&program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let started = Instant::now();
        let process = command.spawn().with_context(|| format!("{} could not be started", program.display()))?;
        let mut node = Self { process, url: format!("http://127.0.0.1:{port}"), started_in: Duration::ZERO };
        node.wait(started).await?;
        node.started_in = started.elapsed();
        Ok(node)
    }

    /// Asks until there is an answer.
    async fn wait(&mut self, started: Instant) -> Result<()> {
        while started.elapsed() < PATIENCE {
            if let Some(status) = self.process.try_wait()? {
                return Err(eyre!("the node at {} ended at once ({status})", self.url));
            }
            if let Ok(mut connection) = Connection::open(&self.url).await {
                connection.request("eth_chainId", "[]").await?;
                return Ok(());
            }
            tokio::time::sleep(Duration::from_micros(500)).await;
        }
        Err(eyre!("the node at {} did not answer within {} s", self.url, PATIENCE.as_secs()))
    }

    /// Resident memory in MiB.
    pub(super) fn memory_mib(&self) -> Result<f64> {
        let path = format!("/proc/{}/status", self.process.id());
        let status = std::fs::read_to_string(&path).with_context(|| format!("{path} cannot be read"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().next()).ok_or_else(|| eyre!("{path} has no VmRSS"))?;
        Ok(kib.parse::<f64>()? / 1024.0)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Both fail only if it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The `omnit` program of the release build, which `cargo xtask bench` makes.
fn omnit() -> Result<PathBuf> {
    let path = files::root().join("target/release").join(format!("omnit{}", std::env::consts::EXE_SUFFIX));
    ensure!(path.is_file(), "{} does not exist; `cargo xtask bench node` builds it", path.display());
    Ok(path)
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
