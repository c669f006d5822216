//! A proposal from file to execution: it changes a parameter of staking with the votes of a holder, a staker and a lock.

use std::fs;

use eyre::{Context as _, Result, ensure};
use serde_json::Value;

use super::{Tour, json, number, text};
use crate::setup;

/// What is proposed: a yield of 6 % instead of 5 % for validators.
const PROPOSAL: &str = "description = \"Validators earn 6 % a year on their stake instead of 5 %\"\n\n[[call]]\n\
    contract = \"staking\"\nfunction = \"setYield\"\narguments = [\"1\", \"600\", \"200\"]\n";
/// Who votes with what: test accounts.
const HOLDER: &str = "1";
const STAKER: &str = "2";
const BENEFICIARY: &str = "3";

impl Tour<'_> {
    /// Proposes, votes, queues and executes, letting time pass in between; tells what happened.
    pub(super) fn govern(&self) -> Result<String> {
        self.omnit(&["gov", "delegate", HOLDER, "--from", HOLDER])?;
        self.omnit(&["stake", "register", "validator", "--from", STAKER])?;
        self.omnit(&["stake", "add", STAKER, "6000000", "--from", STAKER])?;
        // 2100-01-01.
        let lock =
            self.omnit(&["lock", "create", BENEFICIARY, "5000000", "--end", "4102444800", "--from", BENEFICIARY])?;
        let lock = number(&lock, "/id")?.to_string();
        self.omnit(&["lock", "delegate", &lock, BENEFICIARY, "--from", BENEFICIARY])?;
        self.pass_until(self.next_time()? + 2)?;
        let file = setup::root().join("target/proposal.toml");
        fs::write(&file, PROPOSAL).with_context(|| format!("{} cannot be written", file.display()))?;
        let before = self.base_yield()?;
        let proposed = self.omnit(&["gov", "propose", &file.to_string_lossy(), "--from", HOLDER])?;
        self.pass_until(number(&proposed, "/voting_opens_after")? + 1)?;
        let mut report = format!(
            "\nA proposal\n  {}\n  played on a copy of the chain first: {} gas to execute\n",
            text(&proposed, "/calls/0/text")?,
            number(&proposed, "/rehearsal/gas")?
        );
        for (who, what) in [(HOLDER, "tokens"), (STAKER, "stake"), (BENEFICIARY, "a lock")] {
            let vote = self.omnit(&["gov", "vote", "1", "for", "--from", who])?;
            let (votes, gas) = (text(&vote, "/votes/omnit")?, number(&vote, "/transaction/gas_used")?);
            report += &format!("  voted for with {what:<7} {votes:>18} OMNIT {gas:>10} gas\n");
        }
        self.pass_until(number(&proposed, "/voting_closes_after")? + 1)?;
        let queued = self.omnit(&["gov", "queue", "1"])?;
        self.pass_until(number(&queued, "/eta")?)?;
        let executed = self.omnit(&["gov", "execute", "1"])?;
        let after = self.base_yield()?;
        ensure!((before, after) == (500, 600), "the yield of validators went from {before} to {after} bps");
        for (what, done) in [("proposed", &proposed), ("queued", &queued), ("executed", &executed)] {
            let (gas, hash) = (number(done, "/transaction/gas_used")?, text(done, "/transaction/tx_hash")?);
            report += &format!("  {what:<18}  {gas:>10} gas  {hash}\n");
        }
        report += &format!(
            "  yield of validators: {before} bps before, {after} bps now; the chain's clock was set 8 days ahead\n"
        );
        Ok(report)
    }

    fn base_yield(&self) -> Result<u64> {
        number(&self.omnit(&["stake", "services"])?, "/services/0/base_bps")
    }

    /// Time of the next block, in unix seconds.
    fn next_time(&self) -> Result<u64> {
        let block = self.cast_rpc(&["eth_getBlockByNumber", "pending", "false"])?;
        Ok(u64::from_str_radix(text(&block, "/timestamp")?.trim_start_matches("0x"), 16)?)
    }

    /// Lets time pass until `at`, in unix seconds.
    fn pass_until(&self, at: u64) -> Result<()> {
        self.cast_rpc(&["evm_setNextBlockTimestamp", &at.to_string()])?;
        self.cast_rpc(&["evm_mine"]).map(drop)
    }

    /// Sends a request that wallets do not make, with Foundry's `cast`.
    fn cast_rpc(&self, words: &[&str]) -> Result<Value> {
        let mut command = std::process::Command::new(setup::npm_bin("cast"));
        command.arg("rpc").args(words).args(["--rpc-url", &self.rpc]);
        json(command.env("NO_PROXY", "127.0.0.1"))
    }
}
