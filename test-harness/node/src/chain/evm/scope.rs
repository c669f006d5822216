//! What execution knows beyond revm's own context.

use alloy::primitives::{Address, B256};
use omnit_vm::{ArbosVersion, CallCosts, ChainEnv, PageCounters};
use revm::context::TxEnv;
use std::sync::Arc;

use super::super::arbos::ArbosState;
use super::super::programs::Programs;
use super::{BlockEnv, ChainJournal, HostSteps, RecentPrograms};

/// What stays the same for all blocks a chain executes, cheap to clone.
#[derive(Clone)]
pub(crate) struct Rules {
    pub(crate) chain_id: u64,
    pub(crate) arbos: ArbosVersion,
    pub(crate) is_debug: bool,
    pub(crate) programs: Arc<Programs>,
    /// Hashes of the chain's blocks by number.
    pub(crate) block_hashes: imbl::Vector<B256>,
}

/// An EVM or Stylus frame that has not ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OpenFrame {
    /// Who called it.
    pub(crate) caller: Address,
    /// Address it acts as, `None` if it borrows its caller's.
    pub(crate) acting: Option<Address>,
}

/// State of execution that is not in the journal: some for a block, most for a transaction.
pub(crate) struct Scope {
    pub(crate) rules: Rules,
    /// Block being executed.
    pub(crate) env: BlockEnv,
    /// Transaction facts programs can read.
    pub(crate) chain_env: ChainEnv,
    /// Where base fees go.
    pub(crate) network_fee_account: Address,
    /// Pages of the transaction, never journaled.
    pub(crate) pages: PageCounters,
    /// Open frames, outermost first.
    pub(crate) open_frames: Vec<OpenFrame>,
    /// Programs called in this block, never journaled.
    pub(crate) recent: RecentPrograms,
    /// Host functions called, if someone wants to see them.
    pub(crate) steps: Option<HostSteps>,
    /// Why programs and precompiles failed, for people, in the order it happened.
    pub(crate) diagnostics: Vec<String>,
    program_costs: Vec<(Address, CallCosts)>,
}

impl Scope {
    pub(crate) fn new(rules: Rules, env: &BlockEnv) -> Self {
        Self {
            rules,
            env: env.clone(),
            chain_env: ChainEnv::default(),
            network_fee_account: Address::ZERO,
            pages: PageCounters::default(),
            open_frames: Vec::new(),
            recent: RecentPrograms::default(),
            steps: None,
            diagnostics: Vec::new(),
            program_costs: Vec::new(),
        }
    }

    /// Forgets the last transaction.
    pub(crate) fn start_transaction(&mut self, tx: &TxEnv, journal: &mut ChainJournal) {
        self.network_fee_account = ArbosState::new(journal, self.rules.arbos).network_fee_account();
        self.pages = PageCounters::default();
        self.open_frames.clear();
        self.program_costs.clear();
        self.diagnostics.clear();
        self.chain_env = ChainEnv {
            chain_id: self.rules.chain_id,
            origin: tx.caller,
            gas_price: alloy::primitives::U256::from(tx.gas_price.min(self.env.base_fee)),
            base_fee: alloy::primitives::U256::from(self.env.base_fee),
            coinbase: self.env.coinbase,
            gas_limit: self.env.gas_limit,
            block_number: self.env.l1_block_number,
            timestamp: self.env.timestamp,
        };
    }

    /// Whether the acting address has an open non-delegate frame besides the current one (`stylus-node.md` §10).
    pub(crate) fn is_reentrant(&self, acting: Address) -> bool {
        self.open_frames.iter().filter(|open| open.acting == Some(acting)).nth(1).is_some()
    }

    /// Keeps a place in call order for the costs of a program frame that starts now.
    pub(crate) fn reserve_costs(&mut self, program: Address) -> usize {
        self.program_costs.push((program, CallCosts::default()));
        self.program_costs.len() - 1
    }

    /// Fills the place kept by [`Scope::reserve_costs`].
    pub(crate) fn record_costs(&mut self, place: usize, costs: CallCosts) {
        self.program_costs[place].1 = costs;
    }

    pub(crate) fn take_program_costs(&mut self) -> Vec<(Address, CallCosts)> {
        std::mem::take(&mut self.program_costs)
    }
}
