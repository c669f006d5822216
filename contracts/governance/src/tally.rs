//! How votes are split, added, and taken back. No storage.

/// Votes against, for, and abstaining; base units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// Against.
    pub against: u128,
    /// For.
    pub in_favour: u128,
    /// Abstaining.
    pub abstain: u128,
}

/// Why a vote cannot be split as asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsplit {
    /// The support is none of 0, 1, 2, 255.
    Support,
    /// Params of the wrong length for the support.
    Params,
    /// The split is worth more than there is: the low 128 bits of the sum, and the high ones.
    Exceeds(u128, u64),
}

impl Split {
    /// Everything on one side: 0 against, 1 for, 2 abstain.
    pub fn whole(support: u8, votes: u128) -> Option<Self> {
        let none = Self::default();
        match support {
            0 => Some(Self { against: votes, ..none }),
            1 => Some(Self { in_favour: votes, ..none }),
            2 => Some(Self { abstain: votes, ..none }),
            _ => None,
        }
    }

    /// How a vote with `remaining` votes is split by support and params (GovernorCountingFractional).
    ///
    /// # Errors
    /// Why it cannot be.
    pub fn of(support: u8, params: &[u8], remaining: u128) -> Result<Self, Unsplit> {
        if let Some(whole) = Self::whole(support, remaining) {
            return if params.is_empty() { Ok(whole) } else { Err(Unsplit::Params) };
        }
        if support != u8::MAX {
            return Err(Unsplit::Support);
        }
        if params.len() != 48 {
            return Err(Unsplit::Params);
        }
        let part = |at: usize| params[at..].first_chunk().copied().map_or(0, u128::from_be_bytes);
        let split = Self { against: part(0), in_favour: part(16), abstain: part(32) };
        let (sum, over) = split.against.overflowing_add(split.in_favour);
        let (sum, over_again) = sum.overflowing_add(split.abstain);
        let high = u64::from(over) + u64::from(over_again);
        if high > 0 || sum > remaining { Err(Unsplit::Exceeds(sum, high)) } else { Ok(split) }
    }

    /// All votes.
    pub fn sum(&self) -> u128 {
        self.against + self.in_favour + self.abstain
    }

    /// Votes that count for the quorum.
    pub fn present(&self) -> u128 {
        self.in_favour + self.abstain
    }

    /// Both together.
    #[must_use]
    pub fn plus(&self, other: Self) -> Self {
        Self {
            against: self.against + other.against,
            in_favour: self.in_favour + other.in_favour,
            abstain: self.abstain + other.abstain,
        }
    }

    /// What is left without `other`, which is a part of this.
    #[must_use]
    pub fn minus(&self, other: Self) -> Self {
        Self {
            against: self.against - other.against,
            in_favour: self.in_favour - other.in_favour,
            abstain: self.abstain - other.abstain,
        }
    }

    /// `votes` of these, in the proportion of these: against and for rounded down, in this order, the rest from abstain. Never more than
    /// there is of each. `votes` is at most the sum.
    #[must_use]
    pub fn share_down(&self, votes: u128) -> Self {
        let against = portion_down(votes, self.against, self.sum());
        let rest = votes - against;
        let in_favour = portion_down(rest, self.in_favour, self.present());
        Self { against, in_favour, abstain: rest - in_favour }
    }
}

/// `votes * part / whole`, rounded down, for `part <= whole < 2^126`; zero for zero. Smaller than a division of 256 bits.
#[inline(never)]
pub fn portion_down(votes: u128, part: u128, whole: u128) -> u128 {
    if whole == 0 {
        return 0;
    }
    let (mut quotient, mut rest) = (0, 0);
    for bit in (0..u128::BITS - votes.leading_zeros()).rev() {
        quotient <<= 1;
        rest <<= 1;
        if votes >> bit & 1 == 1 {
            rest += part;
        }
        while rest >= whole {
            rest -= whole;
            quotient += 1;
        }
    }
    quotient
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::U256;
    use proptest::prelude::*;

    fn params(split: Split) -> Vec<u8> {
        [split.against, split.in_favour, split.abstain].map(u128::to_be_bytes).concat()
    }

    #[test]
    fn of_refuses_when_support_and_params_do_not_fit() {
        let some = params(Split { against: 1, in_favour: 1, abstain: 1 });
        assert_eq!(Split::of(3, &[], 9), Err(Unsplit::Support));
        assert_eq!(Split::of(254, &some, 9), Err(Unsplit::Support));
        assert_eq!(Split::of(1, &some, 9), Err(Unsplit::Params));
        assert_eq!(Split::of(255, &[], 9), Err(Unsplit::Params));
        assert_eq!(Split::of(255, &some[1..], 9), Err(Unsplit::Params));
        assert_eq!(Split::of(255, &some, 2), Err(Unsplit::Exceeds(3, 0)));
        let huge = params(Split { against: u128::MAX, in_favour: 3, abstain: 0 });
        assert_eq!(Split::of(255, &huge, 9), Err(Unsplit::Exceeds(2, 1)));
    }

    #[test]
    fn of_splits_as_support_and_params_say() {
        let split = Split { against: 1, in_favour: 2, abstain: 3 };
        assert_eq!(Split::of(255, &params(split), 6), Ok(split));
        assert_eq!(Split::of(0, &[], 6), Ok(Split { against: 6, ..Split::default() }));
        assert_eq!(Split::of(1, &[], 6), Ok(Split { in_favour: 6, ..Split::default() }));
        assert_eq!(Split::of(2, &[], 6), Ok(Split { abstain: 6, ..Split::default() }));
    }

    fn splits() -> impl Strategy<Value = Split> {
        let votes = || prop_oneof![0u128..5, 0u128..1 << 88];
        (votes(), votes(), votes()).prop_map(|(against, in_favour, abstain)| Split { against, in_favour, abstain })
    }

    proptest! {
        #[test]
        fn share_takes_exactly_the_votes_and_never_more_than_there_is(split in splits(), part in 0.0f64..=1.0) {
            let votes = ((split.sum() as f64 * part) as u128).min(split.sum());
            let share = split.share_down(votes);
            prop_assert_eq!(share.sum(), votes);
            let rest = split.minus(share);
            prop_assert_eq!(rest.plus(share), split);
        }

        #[test]
        fn share_is_within_one_unit_of_the_exact_proportion(split in splits(), part in 0.0f64..=1.0) {
            let votes = ((split.sum() as f64 * part) as u128).min(split.sum());
            prop_assume!(split.sum() > 0);
            let share = split.share_down(votes);
            let exact = |of: u128| (U256::from(votes) * U256::from(of) / U256::from(split.sum())).to::<u128>();
            prop_assert_eq!(share.against, exact(split.against));
            prop_assert!(share.in_favour.abs_diff(exact(split.in_favour)) <= 1);
            prop_assert!(share.abstain.abs_diff(exact(split.abstain)) <= 2);
        }

        #[test]
        fn portion_equals_wide_arithmetic(votes in 0u128..1 << 90, part in 0u128..1 << 90, more in 0u128..1 << 90) {
            let whole = part + more;
            prop_assume!(whole > 0);
            let exact = (U256::from(votes) * U256::from(part) / U256::from(whole)).to::<u128>();
            prop_assert_eq!(portion_down(votes, part, whole), exact);
        }
    }
}
