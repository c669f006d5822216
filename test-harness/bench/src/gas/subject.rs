//! A token on a chain, and how one of its actions is measured.

use alloy::primitives::{Address, Bytes};
use alloy::signers::SignerSync as _;
use alloy::sol_types::{SolCall, SolStruct, eip712_domain};
use eyre::{Result, ensure, eyre};
use omnit_fixtures::Chain;
use omnit_node::chain::CallMessage;

use super::cases::Case;

/// Seconds between two transactions, so that checkpoints are new ones.
const PAUSE: u64 = 12;
/// Ink per gas.
pub(super) const INK_PRICE: u64 = 10_000;

/// A token whose actions are measured.
pub(super) struct Subject<'a> {
    pub(super) chain: &'a Chain,
    pub(super) token: Address,
}

/// What an action cost.
pub(super) struct Measured {
    /// Gas used, everything included.
    pub(super) gas: u64,
    /// Gas of the transaction before anything runs: 21,000 and its calldata.
    pub(super) base: u64,
    /// Where the gas of WASM frames went; nothing on an EVM chain.
    pub(super) ink: Ink,
}

/// Gas of WASM frames by kind; each is rounded down from ink.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Ink {
    /// Loading the program and its memory.
    pub(super) loading: u64,
    /// Instructions.
    pub(super) wasm: u64,
    /// Host functions' own prices.
    pub(super) host: u64,
    /// What host functions charge as the EVM does.
    pub(super) evm: u64,
}

/// `v`, `r`, `s`.
pub(super) struct Signature {
    pub(super) v: u8,
    pub(super) r: alloy::primitives::B256,
    pub(super) s: alloy::primitives::B256,
}

impl<'a> Subject<'a> {
    pub(super) fn new(chain: &'a Chain, token: Address) -> Self {
        Self { chain, token }
    }

    /// Prepares a case, measures its action, and returns to the state before.
    pub(super) async fn measure(&self, case: Case) -> Result<Measured> {
        let snapshot = self.chain.snapshot().await?;
        let (from, data) = case.prepare(self).await?;
        self.pause().await?;
        let ink = self.ink(from, &data)?;
        let receipt = self.chain.send(from, self.token, data.clone()).await?;
        if !receipt.status() {
            let reason = self.chain.call(from, self.token, data).await?;
            return Err(eyre!("{} failed at {}: {reason:?}", case.name(), self.token));
        }
        self.chain.revert(snapshot).await?;
        Ok(Measured { gas: receipt.gas_used, base: base_gas(&data), ink })
    }

    /// Does something that is not measured.
    pub(super) async fn act<C: SolCall>(&self, account: usize, call: &C) -> Result<()> {
        self.pause().await?;
        self.chain.act(self.chain.account(account), self.token, call).await?;
        Ok(())
    }

    /// Signs a struct of the token's domain with the key of `account`.
    pub(super) fn sign(&self, account: usize, message: &impl SolStruct) -> Result<Signature> {
        let domain = eip712_domain! {
            name: "OmniTensor", version: "1", chain_id: self.chain.chain_id(), verifying_contract: self.token,
        };
        let signature = self.chain.signers()[account].sign_hash_sync(&message.eip712_signing_hash(&domain))?;
        Ok(Signature { v: 27 + u8::from(signature.v()), r: signature.r().into(), s: signature.s().into() })
    }

    /// The next block is some seconds after the last one.
    async fn pause(&self) -> Result<()> {
        let now = self.chain.now().await?;
        self.chain.set_next_time(now + PAUSE).await
    }

    /// Executes the action on our node without sending it, for the costs inside WASM frames.
    fn ink(&self, from: Address, data: &Bytes) -> Result<Ink> {
        let Some(handle) = self.chain.handle() else { return Ok(Ink::default()) };
        let chain = handle.chain();
        let env = chain.next_env(chain.head().header.timestamp + PAUSE);
        let message =
            CallMessage { from, to: Some(self.token), input: data.clone(), gas: 10_000_000, ..CallMessage::default() };
        let execution = chain.executor().call(chain.state(), &env, message)?;
        let Some((program, costs)) = execution.program_costs.first() else { return Err(eyre!("no WASM ran")) };
        ensure!(*program == self.token, "the outermost program is {program}, not the token");
        Ok(Ink {
            loading: costs.memory_gas.unwrap_or(0) + costs.cached_gas,
            wasm: costs.wasm_ink / INK_PRICE,
            host: costs.host_ink / INK_PRICE,
            evm: costs.evm_ink / INK_PRICE,
        })
    }
}

/// 21,000, and 4 gas per zero byte and 16 per other byte of calldata (EIP-2028).
fn base_gas(data: &[u8]) -> u64 {
    21_000 + data.iter().map(|byte| if *byte == 0 { 4 } else { 16 }).sum::<u64>()
}
