//! Errors of staking in words.

use alloy::{
    primitives::{B256, U256},
    sol_types::SolInterface,
};
use omnit_abi::IStaking::IStakingErrors;

use crate::amounts::Amount;

/// What an error of staking means to whoever called it.
pub(super) fn sentence(data: &[u8]) -> Option<String> {
    use IStakingErrors as E;
    Some(match IStakingErrors::abi_decode(data).ok()? {
        E::AlreadyInitialized(_) => "the contract is set up already".to_owned(),
        E::ZeroAddress(_) => "the zero address stands where somebody is needed".to_owned(),
        E::NotTimelock(e) => format!("only the timelock may do this, not {}", e.caller),
        E::NotSlasher(e) => format!("{} is no slasher of service {}", e.caller, e.service),
        E::NotToken(e) => format!("this works by sending OMNIT with it only; {} called it directly", e.caller),
        E::UnknownAction(e) => format!("OMNIT came with {}, which is no action of staking", e.selector),
        E::UnknownService(e) => format!("there is no service {}, or its terms are not set", e.service),
        E::NotRegistered(e) => format!("{} does not offer service {}", e.operator, e.service),
        E::AlreadyRegistered(e) => format!("{} offers service {} already", e.operator, e.service),
        E::OutOfRange(e) => {
            let name = text(e.name);
            format!("{name} is {}, allowed is {} to {}", e.value, e.minimum, e.maximum)
        }
        E::CommissionStep(e) => format!(
            "the commission is {} bps and moves by at most {} bps a day, next from unix time {} on; {} bps were wanted",
            e.present, e.step, e.nextChangeAt, e.wanted
        ),
        E::StakeTooSmall(e) => {
            format!("{} OMNIT are too little to stake, the least is {}", Amount(e.amount), Amount(e.minimum))
        }
        E::ProvisionSpent(e) => format!(
            "slashing took almost all stake of {} in service {}, so that its shares cannot be counted any more: choose another operator",
            e.operator, e.service
        ),
        E::OperatorJailed(e) if e.until == U256::from(u64::MAX) => {
            format!("{} can never offer service {} again (tombstoned)", e.operator, e.service)
        }
        E::OperatorJailed(e) => {
            format!("{} is jailed in service {} until unix time {}", e.operator, e.service, e.until)
        }
        E::NotJailed(e) => format!("{} is not in jail in service {}", e.operator, e.service),
        E::InsufficientStake(e) if e.stake.is_zero() => "there is no stake here that could be moved".to_owned(),
        E::InsufficientStake(e) => {
            format!("the stake is {} OMNIT, the call needs {}", Amount(e.stake), Amount(e.wanted))
        }
        E::StakeLocked(e) => format!(
            "{} OMNIT of the operator's own stake are bound by jobs, {} may thaw",
            Amount(e.locked),
            Amount(e.free)
        ),
        E::NotTicketOwner(e) => format!("ticket {} does not exist any more or is not owned by {}", e.id, e.caller),
        E::StillThawing(e) => format!("ticket {} thaws until unix time {}", e.id, e.endsAt),
        E::ClassChanged(e) => format!(
            "the position of ticket {} was opened again as the other class of stake: withdraw the ticket when it is thawed",
            e.id
        ),
        E::ERC5805FutureLookup(e) => {
            format!("past figures are final only before now: {} was asked for, now is {}", e.timepoint, e.clock)
        }
    })
}

/// A name that is padded with zeros behind.
fn text(name: B256) -> String {
    String::from_utf8_lossy(&name.0).trim_end_matches('\0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::{primitives::Address, sol_types::SolError};
    use omnit_abi::IStaking;

    #[test]
    fn sentence_names_field_value_and_rule() {
        let mut name = B256::ZERO;
        name[..7].copy_from_slice(b"missBps");
        let [value, minimum, maximum] = [1_001u64, 0, 1_000].map(U256::from);
        let error = IStaking::OutOfRange { name, value, minimum, maximum };
        assert_eq!(sentence(&error.abi_encode()).as_deref(), Some("missBps is 1001, allowed is 0 to 1000"));
        let (operator, service) = (Address::ZERO, 1);
        let error = IStaking::OperatorJailed { operator, service, until: U256::from(u64::MAX) };
        assert!(sentence(&error.abi_encode()).is_some_and(|text| text.contains("never")));
        assert_eq!(sentence(&[1, 2, 3, 4]), None);
    }
}
