//! The price of program data (`stylus-node.md` §13): an exponential of recent demand.

use alloy::primitives::{B256, U256};

use super::program::start_of_hours;
use super::{ArbosState, Mapping};

/// Fields of the pricer, each in a slot of its own.
#[derive(Clone, Copy)]
enum Field {
    Demand = 0,
    BytesPerSecond = 1,
    LastUpdate = 2,
    MinPrice = 3,
    Inertia = 4,
}

impl Field {
    fn slot(self) -> U256 {
        Mapping::Pricer.slot(B256::with_last_byte(self as u8))
    }
}

/// Slots of a fresh pricer.
pub(super) fn initial_slots() -> [(U256, U256); 5] {
    [
        (Field::Demand, 0),
        (Field::BytesPerSecond, 34_865),
        (Field::LastUpdate, start_of_hours()),
        (Field::MinPrice, 82_928_201),
        (Field::Inertia, 21_360_419),
    ]
    .map(|(field, value): (Field, u64)| (field.slot(), U256::from(value)))
}

/// View of the pricer in storage.
pub(crate) struct DataPricer<'s, 'a> {
    state: &'s mut ArbosState<'a>,
}

impl<'s, 'a> DataPricer<'s, 'a> {
    pub(super) fn new(state: &'s mut ArbosState<'a>) -> Self {
        Self { state }
    }

    fn field(&mut self, field: Field) -> u64 {
        self.state.get(field.slot()).saturating_to()
    }

    /// Adds `bytes` of demand at unix second `now` and gives their fee in wei.
    pub(crate) fn charge(&mut self, bytes: u32, now: u64) -> U256 {
        let demand = u32::try_from(self.field(Field::Demand)).unwrap_or(u32::MAX);
        let rate = self.field(Field::BytesPerSecond);
        let elapsed = now.saturating_sub(self.field(Field::LastUpdate));
        let drained = u32::try_from(rate.saturating_mul(elapsed)).unwrap_or(u32::MAX);
        let demand = demand.saturating_sub(drained).saturating_add(bytes);
        self.state.set(Field::Demand.slot(), U256::from(demand));
        self.state.set(Field::LastUpdate.slot(), U256::from(now));
        let exponent = 10_000 * u64::from(demand) / self.field(Field::Inertia).max(1);
        let multiplier = exponential_bps(exponent);
        let price = U256::from(self.field(Field::MinPrice)) * U256::from(multiplier) / U256::from(10_000);
        price * U256::from(bytes)
    }
}

/// `e^(exponent / 10 000)` in basis points, by twelve terms of its series.
fn exponential_bps(exponent: u64) -> u64 {
    let mut sum = 10_000 + exponent / 12;
    for term in (1..12).rev() {
        sum = 10_000 + sum.saturating_mul(exponent) / (term * 10_000);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponential_is_close_to_e_when_exponent_is_one() {
        assert_eq!(exponential_bps(0), 10_000);
        let e = exponential_bps(10_000);
        assert!((27_170..=27_183).contains(&e), "{e}");
        assert!(exponential_bps(50_000) > 1_470_000, "e^5 is about 148.4");
    }
}
