//! `cargo xtask up`: from a fresh machine to a local chain with OMNIT on it.

mod dao;

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use eyre::{Context, OptionExt as _, Result, bail, ensure};
use serde_json::Value;

use crate::setup::{self, Need};
use crate::{print, wasm};

/// The mnemonic whose accounts the local node funds, known to everybody.
const TEST_MNEMONIC: &str = "test test test test test test test test test test test junk";
/// What the node prints when it answers requests.
const READY: &str = "Listening on ";
/// How long the node may take to write its state and end.
const FAREWELL: Duration = Duration::from_secs(10);
/// How often a running node is looked at.
const GLANCE: Duration = Duration::from_millis(50);

/// Arguments of `cargo xtask up`.
#[derive(clap::Args)]
pub(crate) struct UpArgs {
    /// Port of the local chain
    #[arg(long, default_value_t = 8547, value_parser = clap::value_parser!(u16).range(1..))]
    port: u16,
    /// Stop after the tour instead of staying up
    #[arg(long)]
    once: bool,
}

impl UpArgs {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<()> {
        let stop = stop_signals()?;
        check_port(self.port)?;
        setup::ensure(&Need::CONTRACTS)?;
        setup::eprintln(format_args!("building the contracts"));
        wasm::build(&[], false)?;
        setup::eprintln(format_args!("building omnit"));
        let omnit = build_omnit()?;
        let mut node = Node::start(&omnit, self.port)?;
        let tour = Tour { omnit: &omnit, rpc: format!("http://127.0.0.1:{}", self.port) };
        print(&tour.run(&stop)?)?;
        if self.once {
            return node.stop();
        }
        print("\nThe chain stays up; Ctrl-C stops it.\n")?;
        node.serve(&stop)
    }
}

/// Receives once for every SIGINT, SIGTERM or SIGHUP from now on.
fn stop_signals() -> Result<Receiver<()>> {
    let (sender, receiver) = mpsc::channel();
    let handler = move || {
        // Nobody listens any more only when this process is ending already.
        let _ = sender.send(());
    };
    ctrlc::set_handler(handler).context("cannot listen for signals")?;
    Ok(receiver)
}

/// Fails when another program listens on the port, which would then answer in place of the node.
fn check_port(port: u16) -> Result<()> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            bail!("port {port} is in use by another program: stop it, or choose another port with --port")
        }
        Err(error) => Err(error).with_context(|| format!("cannot listen on port {port}")),
    }
}

/// Builds `omnit` and returns the path of the program.
fn build_omnit() -> Result<PathBuf> {
    setup::run(setup::cargo().args(["build", "--quiet", "--locked", "--package", "omnit"]))?;
    let metadata = cargo_metadata::MetadataCommand::new().current_dir(setup::root()).no_deps().exec()?;
    let program = format!("debug/omnit{}", std::env::consts::EXE_SUFFIX);
    Ok(metadata.target_directory.join(program).into_std_path_buf())
}

/// A running `omnit node`, ended when dropped.
struct Node {
    process: Child,
}

impl Node {
    /// Starts it, passes on what it prints, and returns when it answers requests.
    fn start(omnit: &Path, port: u16) -> Result<Self> {
        let mut command = Command::new(omnit);
        command.args(["node", "--port", &port.to_string(), "--cache-dir"]).arg(setup::root().join("target/programs"));
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        apart(&mut command);
        let mut process = command.spawn().with_context(|| format!("{} could not be started", omnit.display()))?;
        let output = process.stdout.take().ok_or_eyre("the node has no standard output")?;
        let mut node = Self { process };
        if !pass_on_until_ready(output)? {
            let status = node.process.wait()?;
            bail!("the node ended before it listened ({status}); its own message is above");
        }
        Ok(node)
    }

    /// Waits for a stop signal and stops the node; fails when the node ends by itself.
    fn serve(&mut self, stop: &Receiver<()>) -> Result<()> {
        loop {
            if stop.recv_timeout(GLANCE).is_ok() {
                setup::eprintln(format_args!("stopping"));
                return self.stop();
            }
            if let Some(status) = self.process.try_wait()? {
                bail!("the node ended by itself ({status}); its own message is above");
            }
        }
    }

    /// Asks the node to end, and waits until it has.
    fn stop(&mut self) -> Result<()> {
        let status = self.end()?;
        ensure!(status.success(), "the node did not stop cleanly ({status}); its own message is above");
        Ok(())
    }

    fn end(&mut self) -> Result<ExitStatus> {
        if let Some(status) = self.process.try_wait()? {
            return Ok(status);
        }
        terminate(&mut self.process)?;
        let deadline = Instant::now() + FAREWELL;
        while Instant::now() < deadline {
            if let Some(status) = self.process.try_wait()? {
                return Ok(status);
            }
            thread::sleep(GLANCE);
        }
        self.process.kill()?;
        Ok(self.process.wait()?)
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // An error is on its way out already, or the node has ended.
        let _ = self.end();
    }
}

/// Keeps the terminal's Ctrl-C from the child: it is told to stop by us, once.
#[cfg(unix)]
fn apart(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    command.process_group(0);
}

#[cfg(not(unix))]
fn apart(_: &mut Command) {}

#[cfg(unix)]
fn terminate(process: &mut Child) -> Result<()> {
    use rustix::process::{Pid, Signal, kill_process};
    kill_process(Pid::from_child(process), Signal::TERM).context("the node cannot be told to stop")
}

#[cfg(not(unix))]
fn terminate(process: &mut Child) -> Result<()> {
    Ok(process.kill()?)
}

/// Prints the child's lines until it is ready; whatever comes later is printed from a thread. False when it ended before.
fn pass_on_until_ready(output: ChildStdout) -> Result<bool> {
    let mut lines = BufReader::new(output).lines();
    for line in lines.by_ref() {
        let line = line.context("the node's output cannot be read")?;
        print(&format!("{line}\n"))?;
        if line.starts_with(READY) {
            thread::spawn(move || lines.map_while(|line| line.ok()).try_for_each(|line| print(&format!("{line}\n"))));
            return Ok(true);
        }
    }
    Ok(false)
}

/// What is done on the chain once it runs.
struct Tour<'a> {
    omnit: &'a Path,
    rpc: String,
}

impl Tour<'_> {
    /// Deploys, transfers with `omnit` and with `cast`, passes a proposal, and tells what happened.
    fn run(&self, stop: &Receiver<()>) -> Result<String> {
        let interrupted = || if stop.try_recv().is_ok() { bail!("interrupted") } else { Ok(()) };
        // The target directory need not be inside the checkout; the contracts are built beside the program's profile folder.
        let target = self.omnit.ancestors().nth(2).ok_or_eyre("the program lies outside a target directory")?;
        let contracts = target.join("contracts");
        let deployed = self.omnit(&["deploy", "--force", "--contracts", &contracts.to_string_lossy()])?;
        let token = text(&deployed, "/deployment/contracts/token/address")?;
        interrupted()?;
        let by_omnit = self.omnit(&["token", "transfer", "1", "10"])?;
        interrupted()?;
        let holders = self.omnit(&["token", "balance", "0", "2"])?;
        let to = text(&holders, "/balances/1/account")?;
        let by_cast = self.cast_transfer(token, to)?;
        interrupted()?;
        let after = self.omnit(&["token", "balance", "0", "1", "2"])?;
        interrupted()?;
        let proposal = self.govern()?;
        self.report(&deployed, [&by_omnit, &by_cast, &after], &proposal)
    }

    /// Runs `omnit … --json` against the chain, from the workspace's root, with the first test account's key.
    fn omnit(&self, args: &[&str]) -> Result<Value> {
        let mut command = Command::new(self.omnit);
        command.args(args).args(["--rpc", &self.rpc, "--json"]);
        // A person's own key or endpoint must not decide what is done on this chain.
        for variable in ["OMNIT_PRIVATE_KEY", "OMNIT_MNEMONIC", "OMNIT_CHAIN_ID", "OMNIT_TIMEOUT", "OMNIT_RPC"] {
            command.env_remove(variable);
        }
        json(&mut command)
    }

    /// Sends 1 OMNIT from test account 0 with Foundry's `cast`, an independent wallet tool.
    fn cast_transfer(&self, token: &str, to: &str) -> Result<Value> {
        let mut command = Command::new(setup::npm_bin("cast"));
        command.args(["send", token, "transfer(address,uint256)(bool)", to, "1000000000000000000", "--json"]);
        command.args(["--rpc-url", &self.rpc, "--mnemonic", TEST_MNEMONIC, "--mnemonic-index", "0"]);
        let receipt = json(command.env("NO_PROXY", "127.0.0.1"))?;
        ensure!(text(&receipt, "/status")? == "0x1", "the transfer by cast failed: {receipt}");
        Ok(receipt)
    }

    fn report(&self, deployed: &Value, [by_omnit, by_cast, after]: [&Value; 3], proposal: &str) -> Result<String> {
        let cast_gas = u64::from_str_radix(text(by_cast, "/gasUsed")?.trim_start_matches("0x"), 16)?;
        let rows = [
            ("deployment", number(deployed, "/gas_used")?, text(deployed, "/transactions/0/tx_hash")?),
            ("transfer by omnit", number(by_omnit, "/transaction/gas_used")?, text(by_omnit, "/transaction/tx_hash")?),
            ("transfer by cast", cast_gas, text(by_cast, "/transactionHash")?),
        ];
        let token = text(deployed, "/deployment/contracts/token/address")?;
        let chain = number(deployed, "/deployment/chain_id")?;
        let mut report = format!(
            "\nOMNIT, its economy and its DAO are deployed\n{contracts}  chain        {chain} at {rpc}\n  record       {record}\n\nTransactions\n",
            contracts = contracts(deployed)?,
            rpc = self.rpc,
            record = text(deployed, "/record")?,
        );
        for (what, gas, hash) in rows {
            report += &format!("  {what:<18}  {gas:>10} gas  {hash}\n");
        }
        report += "\nBalances\n";
        for (index, holder) in after["balances"].as_array().into_iter().flatten().enumerate() {
            let (account, omnit) = (text(holder, "/account")?, text(holder, "/balance/omnit")?);
            report += &format!("  ({index}) {account}  {omnit} OMNIT\n");
        }
        report += proposal;
        let program = self.omnit.strip_prefix(setup::root()).unwrap_or(self.omnit).display();
        report += &format!("\nTry\n  {program} token info --rpc {rpc}\n", rpc = self.rpc);
        report += &format!("  {program} token transfer 3 2.5 --rpc {rpc}\n", rpc = self.rpc);
        report += &format!("  {program} lock show 1 2 3 --rpc {rpc}\n", rpc = self.rpc);
        report += &format!("  {program} rewards info --rpc {rpc}\n", rpc = self.rpc);
        report += &format!("  {program} gov show 1 --rpc {rpc}\n", rpc = self.rpc);
        report += &format!("  node_modules/.bin/cast call {token} \"totalSupply()(uint256)\" --rpc-url {}\n", self.rpc);
        Ok(report)
    }
}

/// One line per deployed contract, the token first.
fn contracts(deployed: &Value) -> Result<String> {
    let contracts = deployed["deployment"]["contracts"].as_object().ok_or_eyre("the deployment lists no contracts")?;
    let mut names: Vec<_> = contracts.keys().collect();
    names.sort_by_key(|name| (*name != "token", *name));
    let line = |name: &&String| Ok(format!("  {name:<11}  {}\n", text(&contracts[*name], "/address")?));
    names.iter().map(line).collect()
}

/// Runs a program from the workspace's root and reads the JSON it prints; all it said is in the error.
fn json(command: &mut Command) -> Result<Value> {
    let name =
        Path::new(command.get_program()).file_name().map_or_else(String::new, |name| name.to_string_lossy().into());
    let words: Vec<_> = command.get_args().map(OsStr::to_string_lossy).collect();
    let shown = format!("{name} {}", words.join(" "));
    let done = command.current_dir(setup::root()).stdin(Stdio::null()).output();
    let done = done.with_context(|| format!("`{shown}` could not be started"))?;
    let (output, complaint) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    ensure!(done.status.success(), "`{shown}` failed ({}):\n{output}{complaint}", done.status);
    serde_json::from_str(&output).with_context(|| format!("`{shown}` did not print JSON:\n{output}{complaint}"))
}

fn text<'a>(value: &'a Value, pointer: &str) -> Result<&'a str> {
    value.pointer(pointer).and_then(Value::as_str).ok_or_else(|| eyre::eyre!("no text at {pointer} in {value}"))
}

fn number(value: &Value, pointer: &str) -> Result<u64> {
    value.pointer(pointer).and_then(Value::as_u64).ok_or_else(|| eyre::eyre!("no number at {pointer} in {value}"))
}
