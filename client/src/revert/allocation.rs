//! Errors of the campaigns and of the swap, in words.

use alloy::sol_types::SolInterface as _;
use omnit_abi::{IAllocation::IAllocationErrors, ISwap::ISwapErrors};

use crate::amounts::Amount;

/// What an error of either contract means to whoever called it.
pub(super) fn sentence(data: &[u8]) -> Option<String> {
    let campaign = IAllocationErrors::abi_decode(data).ok().map(|error| campaign_sentence(&error));
    campaign.or_else(|| ISwapErrors::abi_decode(data).ok().map(|error| swap_sentence(&error)))
}

fn campaign_sentence(error: &IAllocationErrors) -> String {
    use IAllocationErrors as E;
    match error {
        E::AlreadyInitialized(_) => "the contract is set up already".to_owned(),
        E::ZeroAddress(_) => "the zero address cannot stand here".to_owned(),
        E::NotToken(e) => format!("only OMNIT may call this, by transferAndCall; {} did", e.caller),
        E::UnknownAction(e) => format!("OMNIT came with the call {}, which the contract does not take", e.selector),
        E::UnknownCampaign(e) => format!("there is no campaign {}", e.id),
        E::ZeroRoot(_) => "a root of zero is the root of no list".to_owned(),
        E::ZeroAmount(_) => "nothing was paid in".to_owned(),
        E::InvalidExpiry(e) => {
            format!(
                "unix time {} is no end of a campaign: it lies after now and at {} at the latest",
                e.expiresAt, e.latest
            )
        }
        E::NotOwner(e) => format!("campaign {} belongs to {}, not to {}", e.id, e.owner, e.caller),
        E::Expired(e) => format!("campaign {} ended at unix time {}", e.id, e.expiresAt),
        E::NotExpired(e) => format!("campaign {} goes on until unix time {}", e.id, e.expiresAt),
        E::AlreadyClaimed(e) => format!("entry {} of campaign {} was claimed before", e.index, e.id),
        E::InvalidProof(e) => format!("entry {} is not on the list of campaign {} with these values", e.index, e.id),
        E::FundExhausted(e) => {
            let [left, needed] = [e.left, e.needed].map(Amount);
            format!("campaign {} has {left} OMNIT left, the entry needs {needed}; anybody may top it up", e.id)
        }
        E::NothingLeft(e) => format!("nothing is left of campaign {}", e.id),
    }
}

fn swap_sentence(error: &ISwapErrors) -> String {
    use ISwapErrors as E;
    match error {
        E::AlreadyInitialized(_) => "the contract is set up already".to_owned(),
        E::InvalidAddress(e) => format!("{} cannot stand here", e.value),
        E::InvalidWindow(e) => format!("{} to {} is no window: it is empty, over, or too late", e.opensAt, e.closesAt),
        E::InvalidDecimals(e) => format!("token {} states {} decimals; 18 are needed", e.legacy, e.decimals),
        E::NotOpen(e) => format!("the swap is open from unix time {} until {}", e.opensAt, e.closesAt),
        E::NotClosed(e) => format!("the swap goes on until unix time {}", e.closesAt),
        E::LegacyRefused(e) => format!("token {} did not move", e.legacy),
        E::NothingArrived(e) => format!("{} tokens were asked for and none arrived", Amount(e.amount)),
        E::ReserveExhausted(e) => {
            let [remaining, needed] = [e.remaining, e.needed].map(Amount);
            format!("the swap has {remaining} OMNIT left to pay, the call needs {needed}")
        }
        E::NothingToSweep(_) => "nothing is left to sweep".to_owned(),
        E::Reentered(_) => "the first token called back while it was being moved".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use alloy::{primitives::U256, sol_types::SolError as _};
    use omnit_abi::{IAllocation, ISwap};

    use crate::revert::Revert;

    #[test]
    fn errors_are_told_with_their_numbers_and_names() {
        let number = |number: u64| U256::from(number);
        let error = IAllocation::FundExhausted { id: number(3), left: number(0), needed: number(10).pow(number(18)) };
        let text = Revert::new(error.abi_encode().into()).to_string();
        assert_eq!(text, "campaign 3 has 0 OMNIT left, the entry needs 1; anybody may top it up (FundExhausted)");
        let error = ISwap::NotOpen { opensAt: number(5), closesAt: number(9) };
        let text = Revert::new(error.abi_encode().into()).to_string();
        assert_eq!(text, "the swap is open from unix time 5 until 9 (NotOpen)");
    }
}
