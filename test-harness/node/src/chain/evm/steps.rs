//! Host functions of a transaction as the `stylusTracer` lists them.

use alloy::primitives::Address;
use omnit_vm::HostIo;
use serde::Serialize;

/// One host function, with the steps of the frame it opened, if it opened a Stylus frame.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HostStep {
    name: &'static str,
    args: alloy::primitives::Bytes,
    outs: alloy::primitives::Bytes,
    start_ink: u64,
    end_ink: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<Vec<HostStep>>,
}

/// Steps in call order, nested as the frames were.
#[derive(Debug, Clone, Default)]
pub(crate) struct HostSteps {
    /// Finished steps of each open Stylus frame, outermost first; the first list is the transaction's own.
    open: Vec<Vec<HostStep>>,
    /// Frames that ended since the last step of their caller.
    finished: Vec<Frame>,
}

/// What is known of a Stylus frame at its end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FrameEnd {
    /// Account whose code ran.
    pub(crate) address: Address,
    /// Bytes of calldata.
    pub(crate) args_len: u32,
    /// Ink at the start.
    pub(crate) start_ink: u64,
    /// 0 for success, else the number of the outcome.
    pub(crate) status: u32,
    /// Whether the gas was enough to start.
    pub(crate) has_started: bool,
}

#[derive(Debug, Clone)]
struct Frame {
    depth: usize,
    address: Address,
    steps: Vec<HostStep>,
}

impl HostSteps {
    /// A Stylus frame starts.
    pub(crate) fn enter(&mut self) {
        self.open.push(Vec::new());
    }

    /// The innermost Stylus frame ends. Its list is framed by the two pseudo events of Arbitrum's tracer, unless it never started.
    pub(crate) fn leave(&mut self, end: FrameEnd) {
        let mut steps = self.open.pop().unwrap_or_default();
        if end.has_started {
            let pseudo = |name, args: &[u8], outs: &[u8]| HostStep {
                name,
                args: args.to_vec().into(),
                outs: outs.to_vec().into(),
                start_ink: end.start_ink,
                end_ink: end.start_ink,
                address: None,
                steps: None,
            };
            steps.insert(0, pseudo("user_entrypoint", &end.args_len.to_be_bytes(), &[]));
            steps.push(pseudo("user_returned", &[], &end.status.to_be_bytes()));
        }
        self.finished.push(Frame { depth: self.open.len(), address: end.address, steps });
    }

    /// The innermost frame finished a host function; frames that ran meanwhile belong to it.
    pub(crate) fn push(&mut self, step: HostIo) {
        let depth = self.open.len();
        let inner = self.finished.pop_if(|frame| frame.depth == depth);
        let (address, steps) = inner.map(|frame| (frame.address, frame.steps)).unzip();
        let HostIo { name, args, outs, start_ink, end_ink } = step;
        let step = HostStep { name, args, outs, start_ink, end_ink, address, steps };
        if let Some(list) = self.open.last_mut() {
            list.push(step);
        }
    }

    /// Steps of the outermost frame, of a transaction that went straight to a program; else those of all frames one after another.
    pub(crate) fn into_steps(self) -> Vec<HostStep> {
        self.finished.into_iter().flat_map(|frame| frame.steps).collect()
    }
}
