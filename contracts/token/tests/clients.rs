//! Other people's client software drives the token: `cast`, ethers-rs, ethers v6, viem. Each brings its own ABI coder, EIP-712 code,
//! transaction encoding and idea of JSON-RPC. Each also drives OpenZeppelin's token on stock anvil in the same way, which shows that
//! what it expects is the field's behaviour and not ours.

use std::process::Command;

use alloy::primitives::{Address, U256};
use alloy::sol_types::SolValue as _;
use eyre::{Context, Result, ensure, eyre};
use omnit_fixtures::{Chain, Reference, files, token};
use serde_json::{Value, json};

/// A chain with a token that has OMNIT's functions, everything held by account 0.
async fn ours() -> Result<(Chain, Address)> {
    let chain = Chain::node().await?;
    let token = token::deploy(&chain, &token::all_to(chain.account(0))).await?;
    Ok((chain, token))
}

/// The same with OpenZeppelin's token on stock anvil.
async fn theirs() -> Result<(Chain, Address)> {
    let chain = Chain::anvil().await?;
    let arguments = (chain.account(0), omnit_abi::params::TOKEN_CAP_WORD).abi_encode_params();
    let token = Reference::OpenZeppelinFull.deploy(&chain, chain.account(0), &arguments).await?;
    Ok((chain, token))
}

/// Runs a program to its end; the result is its standard output.
fn output(command: &mut Command) -> Result<String> {
    // The node is on this machine, whatever proxy is set for the internet.
    command.env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1").env_remove("ETH_RPC_URL");
    let done = command.output().with_context(|| format!("{command:?} could not be started"))?;
    let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    ensure!(done.status.success(), "{command:?} failed\n{out}{err}");
    Ok(out.into_owned())
}

/// Runs a client that does and checks everything itself.
fn drive(command: &mut Command, (chain, token): &(Chain, Address)) -> Result<()> {
    let said = output(command.arg(chain.http_url()).arg(token.to_string()))?;
    ensure!(said.contains("checks passed"), "{command:?} checked nothing: {said}");
    println!("{}", said.trim());
    Ok(())
}

fn script(name: &str) -> Result<Command> {
    files::npm_packages()?;
    let mut command = Command::new("node");
    command.arg(files::root().join("test-harness/clients/node").join(name));
    Ok(command)
}

/// The client on ethers-rs, built when it is not.
fn ethers_rs() -> Result<Command> {
    let folder = files::root().join("test-harness/clients/ethers-rs");
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build.args(["build", "--quiet", "--locked", "--manifest-path"]).arg(folder.join("Cargo.toml"));
    // Cargo tells its tests things about this workspace that the other one must not hear.
    output(build.env_remove("CARGO_TARGET_DIR").current_dir(&folder))?;
    Ok(Command::new(folder.join("target/debug/omnit-client-ethers-rs")))
}

#[tokio::test]
async fn ethers_v6_drives_the_token() -> Result<()> {
    drive(&mut script("ethers.mjs")?, &ours().await?)
}

#[tokio::test]
async fn ethers_v6_drives_openzeppelins_token_alike() -> Result<()> {
    drive(&mut script("ethers.mjs")?, &theirs().await?)
}

#[tokio::test]
async fn viem_drives_the_token() -> Result<()> {
    drive(&mut script("viem.mjs")?, &ours().await?)
}

#[tokio::test]
async fn viem_drives_openzeppelins_token_alike() -> Result<()> {
    drive(&mut script("viem.mjs")?, &theirs().await?)
}

#[tokio::test]
async fn ethers_rs_drives_the_token() -> Result<()> {
    drive(&mut ethers_rs()?, &ours().await?)
}

#[tokio::test]
async fn ethers_rs_drives_openzeppelins_token_alike() -> Result<()> {
    drive(&mut ethers_rs()?, &theirs().await?)
}

#[tokio::test]
async fn a_client_fails_when_the_token_does_not_behave() -> Result<()> {
    let chain = Chain::anvil().await?;
    // The plain ERC-20 has no permit: a client that passes here checks nothing.
    let plain = Reference::OpenZeppelin.deploy_token(&chain, chain.account(0)).await?;
    let target = (chain, plain);
    for mut client in [script("ethers.mjs")?, script("viem.mjs")?, ethers_rs()?] {
        assert!(drive(&mut client, &target).is_err(), "{client:?} passed on a token without permit");
    }
    Ok(())
}

#[tokio::test]
async fn cast_drives_the_token() -> Result<()> {
    Cast::new(ours().await?)?.drive()
}

#[tokio::test]
async fn cast_drives_openzeppelins_token_alike() -> Result<()> {
    Cast::new(theirs().await?)?.drive()
}

/// The real `cast`, on one chain and one token.
struct Cast {
    chain: Chain,
    token: String,
    program: std::path::PathBuf,
}

impl Cast {
    fn new((chain, token): (Chain, Address)) -> Result<Self> {
        Ok(Self { chain, token: token.to_string(), program: files::foundry("cast")? })
    }

    fn drive(&self) -> Result<()> {
        self.transfers()?;
        self.permits()?;
        self.delegates()?;
        self.shows_errors()
    }

    fn cast(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments);
        command
    }

    fn rpc(&self, arguments: &[&str]) -> Command {
        let mut command = self.cast(arguments);
        command.args(["--rpc-url", self.chain.http_url()]);
        command
    }

    fn key(&self, account: usize) -> String {
        self.chain.signers()[account].to_bytes().to_string()
    }

    fn address(&self, account: usize) -> String {
        self.chain.account(account).to_string()
    }

    /// `cast call` of a function that returns one number, such as `balanceOf(address)(uint256)`.
    fn number(&self, function: &str, arguments: &[&str]) -> Result<U256> {
        let said = output(self.rpc(&["call", &self.token, function]).args(arguments))?;
        // Large numbers are followed by a rounded form in brackets.
        let digits = said.split_whitespace().next().ok_or_else(|| eyre!("{function} returned nothing"))?;
        Ok(digits.parse()?)
    }

    /// `cast send`, signed by cast, with the gas and fees it finds itself.
    fn send(&self, account: usize, function: &str, arguments: &[&str]) -> Result<Value> {
        // A checkpoint is cheaper in the second of the last one, which is when a node without a pending block estimates.
        output(&mut self.rpc(&["rpc", "evm_increaseTime", "1"]))?;
        output(&mut self.rpc(&["rpc", "evm_mine"]))?;
        let mut command = self.rpc(&["send", &self.token, function]);
        command.args(arguments).args(["--private-key", &self.key(account), "--json"]);
        let receipt: Value = serde_json::from_str(&output(&mut command)?)?;
        ensure!(receipt["status"] == "0x1", "{function} failed: {receipt}");
        Ok(receipt)
    }

    fn transfers(&self) -> Result<()> {
        let receiver = Address::repeat_byte(0x77).to_string();
        let receipt = self.send(0, "transfer(address,uint256)", &[&receiver, "1234567"])?;
        ensure!(receipt["logs"].as_array().map(Vec::len) == Some(1), "not one log: {receipt}");
        assert_eq!(self.number("balanceOf(address)(uint256)", &[&receiver])?, U256::from(1_234_567));
        let event = "Transfer(address,address,uint256)";
        let mut logs = self.rpc(&["logs", event, "--address", &self.token, "--from-block", "0", "--json"]);
        let logs: Value = serde_json::from_str(&output(&mut logs)?)?;
        ensure!(logs.as_array().is_some_and(|logs| logs.len() >= 2), "the transfers are not among the logs: {logs}");
        self.send(0, "approve(address,uint256)", &[&self.address(1), "100"])?;
        self.send(1, "transferFrom(address,address,uint256)", &[&self.address(0), &self.address(1), "60"])?;
        let left = self.number("allowance(address,address)(uint256)", &[&self.address(0), &self.address(1)])?;
        assert_eq!(left, U256::from(40));
        let supply = self.number("totalSupply()(uint256)", &[])?;
        self.send(1, "burn(uint256)", &["60"])?;
        assert_eq!(self.number("totalSupply()(uint256)", &[])?, supply - U256::from(60));
        Ok(())
    }

    /// The EIP-712 document of a permit, hashed and signed by `cast wallet sign`.
    fn permits(&self) -> Result<()> {
        let (owner, spender) = (self.address(0), self.address(2));
        let field = |name: &str, kind: &str| json!({"name": name, "type": kind});
        let document = json!({
            "types": {
                "EIP712Domain": [
                    field("name", "string"), field("version", "string"), field("chainId", "uint256"), field("verifyingContract", "address"),
                ],
                "Permit": [
                    field("owner", "address"), field("spender", "address"), field("value", "uint256"), field("nonce", "uint256"),
                    field("deadline", "uint256"),
                ],
            },
            "primaryType": "Permit",
            "domain": {"name": "OmniTensor", "version": "1", "chainId": self.chain.chain_id(), "verifyingContract": self.token},
            "message": {"owner": owner, "spender": spender, "value": "4321", "nonce": "0", "deadline": "99999999999"},
        });
        let signature = output(&mut self.cast(&[
            "wallet",
            "sign",
            "--data",
            &document.to_string(),
            "--private-key",
            &self.key(0),
        ]))?;
        let digits = signature.trim().strip_prefix("0x").ok_or_else(|| eyre!("cast signed {signature}"))?;
        let (r, s, v) =
            (format!("0x{}", &digits[..64]), format!("0x{}", &digits[64..128]), format!("0x{}", &digits[128..]));
        let v = u8::from_str_radix(&v[2..], 16)?.to_string();
        let permit = "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)";
        self.send(3, permit, &[&owner, &spender, "4321", "99999999999", &v, &r, &s])?;
        let allowance = self.number("allowance(address,address)(uint256)", &[&owner, &spender])?;
        assert_eq!((allowance, self.number("nonces(address)(uint256)", &[&owner])?), (U256::from(4321), U256::ONE));
        Ok(())
    }

    fn delegates(&self) -> Result<()> {
        let receipt = self.send(0, "delegate(address)", &[&self.address(4)])?;
        ensure!(receipt["logs"].as_array().map(Vec::len) == Some(2), "not two logs: {receipt}");
        let votes = self.number("getVotes(address)(uint256)", &[&self.address(4)])?;
        assert_eq!(votes, self.number("balanceOf(address)(uint256)", &[&self.address(0)])?);
        Ok(())
    }

    /// cast shows the selector of a custom error it does not know, from a call and from an estimate.
    fn shows_errors(&self) -> Result<()> {
        for command in ["call", "estimate"] {
            let mut refused = self.rpc(&[
                command,
                &self.token,
                "transfer(address,uint256)",
                &self.address(0),
                "1",
                "--from",
                &self.address(5),
            ]);
            let error =
                output(&mut refused).err().ok_or_else(|| eyre!("cast {command} succeeded without a balance"))?;
            // ERC20InsufficientBalance(address,uint256,uint256)
            ensure!(format!("{error:#}").contains("e450d38c"), "cast {command} does not name the error: {error:#}");
        }
        Ok(())
    }
}
