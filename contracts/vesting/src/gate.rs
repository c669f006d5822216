//! What the contract knows once: OMNIT, staking, the number of locks; and whether staking is being called.

use crate::{
    Result,
    slot::{self, Domain},
    somebody,
    word::{Gate, Pair},
};
use alloy_primitives::Address;
use omnit_runtime::storage;

pub(crate) fn initialize(token: Address, staking: Address) -> Result<()> {
    if !load().0.is_zero() {
        return Err(refusal!(AlreadyInitialized {}));
    }
    store(Gate::new(somebody(token)?, 0));
    storage::store(slot::own(Domain::Staking), Pair::new(somebody(staking)?, 0).0);
    Ok(())
}

#[inline(never)]
pub(crate) fn load() -> Gate {
    Gate(storage::load(slot::own(Domain::Gate)))
}

#[inline(never)]
pub(crate) fn store(gate: Gate) {
    storage::store(slot::own(Domain::Gate), gate.0);
}

/// The gate, if no call is under way. Every function that changes something begins with it.
#[inline(never)]
pub(crate) fn open() -> Result<Gate> {
    let gate = load();
    if gate.is_busy() { Err(refusal!(Reentered {})) } else { Ok(gate) }
}

#[inline(never)]
pub(crate) fn staking() -> Address {
    Pair(storage::load(slot::own(Domain::Staking))).account()
}
