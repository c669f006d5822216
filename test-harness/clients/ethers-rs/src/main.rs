//! Drives the token through ethers-rs: its ABI coder, its EIP-712 code, its transactions and its logs.
//!
//! Usage: `omnit-client-ethers-rs RPC-URL TOKEN`. Account 0 of the test mnemonic must hold tokens. Exits with 1 and a sentence on any
//! mismatch.

mod session;
mod steps;

use std::process::ExitCode;

use eyre::{eyre, Result, WrapErr};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(checks) => {
            println!("ethers-rs: {checks} checks passed");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("ethers-rs: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<usize> {
    let mut arguments = std::env::args().skip(1);
    let (Some(url), Some(token)) = (arguments.next(), arguments.next()) else {
        return Err(eyre!("usage: omnit-client-ethers-rs RPC-URL TOKEN"));
    };
    let token = token.parse().wrap_err("the token's address cannot be read")?;
    let session = session::Session::connect(&url, token).await?;
    steps::metadata(&session).await.wrap_err("metadata")?;
    steps::transfer(&session).await.wrap_err("transfer")?;
    steps::allowance(&session).await.wrap_err("allowance")?;
    steps::permit(&session).await.wrap_err("permit")?;
    steps::authorization(&session).await.wrap_err("authorization")?;
    steps::votes(&session).await.wrap_err("votes")?;
    Ok(session.checks())
}
