//! ArbDebug (0xff): shortcuts of debug chains; refused on any other chain.

use alloy::sol;

use super::frame::{Access, Failure, Frame};

sol! {
    interface ArbDebug {
        function becomeChainOwner() external;
    }
}

pub(super) use ArbDebug::ArbDebugCalls;

pub(super) fn run(frame: &mut Frame<'_>, method: ArbDebugCalls) -> Result<Vec<u8>, Failure> {
    if !frame.scope().rules.is_debug {
        return Err(Failure::Refused);
    }
    let ArbDebugCalls::becomeChainOwner(_) = method;
    frame.enter(Access::Write)?;
    let caller = frame.caller();
    frame.state().chain_owners().insert(caller);
    Ok(Vec::new())
}
