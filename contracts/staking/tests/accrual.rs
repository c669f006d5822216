//! The arithmetic of yield and shares against exact rationals.

use num_bigint::BigInt;
use num_rational::BigRational;
use omnit_abi::params::TOKEN_CAP;
use omnit_staking::{
    accrual::{BPS, LEAST_SHARES, Ledger, YEAR, Yield, earned_down, rise_down, yield_down},
    share::{ONE, PRICE_BITS, bought_down, loss_up, sold_up, split, value_down},
};
use proptest::{prelude::*, sample::Index};

fn exact(number: u128) -> BigRational {
    BigRational::from(BigInt::from(number))
}

fn ratio(a: u128, b: u128) -> BigRational {
    exact(a) / exact(b)
}

#[derive(Clone, Debug)]
enum Step {
    Wait(u64),
    Settle,
    Collect(Index),
    Stake(Index, u128),
    Score(Index, u128),
    Terms(u128, u128),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let amount = prop_oneof![Just(0), 10u128.pow(18)..TOKEN_CAP / 4, (0u32..88).prop_map(|bits| 1 << bits)];
    let step = prop_oneof![
        4 => (1u64..40_000_000).prop_map(Step::Wait),
        4 => (1u64..100).prop_map(Step::Wait),
        2 => Just(Step::Settle),
        3 => any::<Index>().prop_map(Step::Collect),
        3 => (any::<Index>(), amount).prop_map(|(who, amount)| Step::Stake(who, amount)),
        2 => (any::<Index>(), 0..=BPS).prop_map(|(who, score)| Step::Score(who, score)),
        1 => (0u128..=5_000, 0u128..=5_000).prop_map(|(base, bonus)| Step::Terms(base, bonus)),
    ];
    prop::collection::vec(step, 1..80)
}

#[derive(Clone, Default)]
struct Earner {
    stake: u128,
    score: u128,
    collected: [u128; 2],
    left: u128,
    got: u128,
}

/// A service with four provisions, as the contract runs it, and what each should have.
struct Service {
    ledger: Ledger,
    terms: Yield,
    now: u64,
    earners: Vec<Earner>,
    exact: Vec<BigRational>,
    granted: u128,
}

impl Service {
    fn settle(&mut self) {
        self.ledger.reserve = u128::MAX;
        let owed = self.ledger.accrue(self.terms, self.now);
        self.granted += self.ledger.grant(self.terms, owed);
    }

    fn collect(&mut self, who: usize) {
        self.settle();
        let earner = &mut self.earners[who];
        let rise = [0, 1].map(|i| self.ledger.rates[i].wrapping_sub(earner.collected[i]));
        let got;
        (got, earner.left) = earned_down(earner.stake, earner.score, rise, earner.left);
        earner.got += got;
        earner.collected = self.ledger.rates;
    }

    fn change(&mut self, who: usize, stake: u128, score: u128) {
        self.collect(who);
        let earner = &mut self.earners[who];
        self.ledger.staked = self.ledger.staked - earner.stake + stake;
        self.ledger.scored = self.ledger.scored - earner.stake * earner.score + stake * score;
        (earner.stake, earner.score) = (stake, score);
    }

    fn run(&mut self, step: &Step) {
        let len = self.earners.len();
        match step {
            Step::Wait(secs) => {
                self.now += secs;
                for (earner, exact) in self.earners.iter().zip(&mut self.exact) {
                    let weight = ratio(BPS * self.terms.base_bps + self.terms.bonus_bps * earner.score, BPS * BPS);
                    *exact += weight * ratio(u128::from(*secs), YEAR) * self::exact(earner.stake);
                }
            }
            Step::Settle => self.settle(),
            Step::Collect(who) => self.collect(who.index(len)),
            Step::Stake(who, stake) => {
                let who = who.index(len);
                self.change(who, *stake, self.earners[who].score);
            }
            Step::Score(who, score) => {
                let who = who.index(len);
                self.change(who, self.earners[who].stake, *score);
            }
            Step::Terms(base_bps, bonus_bps) => {
                self.settle();
                self.terms = Yield { base_bps: *base_bps, bonus_bps: *bonus_bps };
            }
        }
    }
}

fn service() -> Service {
    Service {
        ledger: Ledger::default(),
        terms: Yield { base_bps: 500, bonus_bps: 200 },
        now: 0,
        earners: vec![Earner::default(); 4],
        exact: vec![exact(0); 4],
        granted: 0,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Nobody gets more than the exact amount and what a service can carry over (below 2^22 base units), nor less than a unit below it, but
    /// for the same carry; together they never get more than was granted, and that is the exact amount rounded down.
    #[test]
    fn yield_equals_exact_rationals_but_for_the_carry(steps in steps()) {
        let mut service = service();
        for step in &steps {
            service.run(step);
        }
        for who in 0..4 {
            service.collect(who);
        }
        let carry = exact(1 << 22);
        let mut sum = exact(0);
        let mut got = 0;
        for (earner, exact) in service.earners.iter().zip(&service.exact) {
            sum += exact;
            got += earner.got;
            let told = self::exact(earner.got);
            prop_assert!(told <= exact + &carry, "{told} is more than {exact}");
            prop_assert!(&(&told + &carry) > exact, "{told} is less than {exact}");
        }
        prop_assert!(got <= service.granted);
        prop_assert_eq!(exact(service.granted), sum.floor());
    }

    /// Whoever settles in between, and however often, owed yield is the same to the unit.
    #[test]
    fn owed_yield_does_not_depend_on_the_calls(staked in 1u128..TOKEN_CAP, cuts in prop::collection::vec(1u64..1_000_000, 1..40)) {
        let terms = Yield { base_bps: 500, bonus_bps: 0 };
        let start = Ledger { staked, ..Ledger::default() };
        let (mut often, mut once, mut now, mut sum) = (start, start, 0, 0);
        for cut in cuts {
            now += cut;
            sum += often.accrue(terms, now);
        }
        prop_assert_eq!(sum, once.accrue(terms, now));
        prop_assert_eq!(often, once);
    }

    #[test]
    fn yield_per_share_gives_no_more_than_there_is(
        amount in 0..TOKEN_CAP,
        parts in prop::collection::vec(1u128..1 << 88, 1..6),
    ) {
        let shares: u128 = parts.iter().sum();
        let (rise, over) = rise_down(amount, shares);
        let paid: u128 = parts.iter().map(|part| yield_down(*part, rise)).sum();
        prop_assert!(paid + over <= amount);
        // The documented speck: a base unit per position, and one per 2^64 shares.
        prop_assert!(amount - paid <= over + parts.len() as u128);
        prop_assert!(over <= (shares >> 64) + 1 || shares < LEAST_SHARES);
    }

    /// No rounding theft: buying and selling shares never gains, never makes a share dearer than a unit, and moves less than a unit.
    #[test]
    fn shares_never_gain_by_rounding(
        stake in 1u128..TOKEN_CAP,
        lost in 0u32..PRICE_BITS,
        amount in 1u128..TOKEN_CAP,
        back in any::<Index>(),
    ) {
        let shares = stake << lost;
        let bought = bought_down(amount, stake, shares, PRICE_BITS).expect("the price is high enough");
        prop_assert!(bought >= amount, "a share is worth more than a unit");
        let (stake, shares) = (stake + amount, shares + bought);
        let worth = value_down(bought, stake, shares);
        prop_assert!(worth <= amount && worth + 1 >= amount);
        prop_assert!(shares >= stake);
        let wanted = 1 + back.index(worth.min(u64::MAX.into()) as usize).min(usize::MAX - 1) as u128;
        if wanted <= worth {
            let sold = sold_up(wanted, stake, shares);
            prop_assert!(sold <= bought && sold > 0);
            prop_assert!(value_down(sold, stake, shares) >= wanted);
        }
    }

    #[test]
    fn losses_add_up_and_fit(active in 0..TOKEN_CAP / 2, thawing in 0..TOKEN_CAP / 2, part in 0..=BPS) {
        let loss = (active + thawing) / BPS * part;
        let [from_active, from_thawing] = split(loss, active, thawing);
        prop_assert_eq!(from_active + from_thawing, loss);
        prop_assert!(from_active <= active && from_thawing <= thawing);
    }

    /// The recorded price is never above the real one.
    #[test]
    fn recorded_losses_round_up(stake in 0..TOKEN_CAP, more in 0u128..1 << 100) {
        let shares = stake + more;
        let price = ONE - loss_up(stake, shares);
        prop_assert!(shares == 0 || ratio(price, ONE) <= ratio(stake, shares));
    }
}
