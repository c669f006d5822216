//! Random actions, mostly sensible, often not.

use crate::model::{Action, Model, Pool};
use alloy::primitives::{Address, U256};
use omnit_fixtures::{shrink, token::OMNIT};

/// What actors decide by.
pub(crate) struct Dice(pub(crate) shrink::Dice);

/// Who takes part.
pub(crate) struct Stage {
    /// Owners; the first three operate.
    pub(crate) actors: Vec<Address>,
    pub(crate) slasher: Address,
    /// An address nothing should be paid to.
    pub(crate) nobody: Address,
}

impl Dice {
    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.0.roll(sides)
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len() as u64) as usize]
    }

    fn pool(&mut self, model: &Model, stage: &Stage) -> Pool {
        if self.roll(40) == 0 {
            return (self.pick(&stage.actors), self.pick(&[0, 1, 2, 3, 255]));
        }
        let pools: Vec<_> = model.provisions.keys().copied().collect();
        self.pick(&pools)
    }

    /// From 1 to some thousand OMNIT, rarely a round number.
    fn amount(&mut self) -> u128 {
        match self.roll(8) {
            0 => OMNIT,
            1 => OMNIT - 1,
            2 => OMNIT + u128::from(self.roll(5)),
            _ => OMNIT * u128::from(1 + self.roll(3_000)) + u128::from(self.roll(u64::MAX)),
        }
    }

    /// A part of `there`, or an extreme.
    fn part(&mut self, there: u128) -> U256 {
        match self.roll(9) {
            0 => U256::MAX,
            1 => U256::from(there),
            2 => U256::from(there) + U256::ONE,
            3 => U256::from(self.roll(3)),
            4 => U256::from(u128::MAX),
            _ => U256::from(there / u128::from(1 + self.roll(9)) + u128::from(self.roll(2))),
        }
    }

    /// Seconds until the next action: often minutes, now and then a day. A program lives for a year without being kept alive, which
    /// is some 6,000 actions.
    fn wait(&mut self) -> u64 {
        match self.roll(12) {
            0 => 1 + self.roll(86_400),
            1 | 2 => 1 + self.roll(10_000),
            _ => 1 + self.roll(900),
        }
    }

    pub(crate) fn action(&mut self, model: &Model, stage: &Stage) -> (u64, Action) {
        let pool = self.pool(model, stage);
        let (owner, tag) = (self.pick(&stage.actors), self.roll(2));
        let holder = self.pick(&[Address::ZERO, owner, pool.0, stage.actors[4]]);
        let action = match self.roll(40) {
            0..=10 => Action::Stake { owner, pool, holder, tag, amount: self.amount() },
            11..=16 => {
                let keys: Vec<_> = model.positions.keys().filter(|key| model.value(key) != 0).copied().collect();
                let key =
                    if keys.is_empty() || self.roll(9) == 0 { (owner, pool.0, pool.1, tag) } else { self.pick(&keys) };
                let there = if model.provisions.contains_key(&(key.1, key.2)) { model.value(&key) } else { 0 };
                Action::Thaw { owner: key.0, pool: (key.1, key.2), tag: key.3, amount: self.part(there) }
            }
            17..=19 => self.ticket(model, owner, true),
            20..=21 => self.ticket(model, owner, false),
            22..=24 => Action::Claim { key: (owner, pool.0, pool.1, tag) },
            25 => Action::ClaimCommission { pool },
            26 => Action::SetHolder { owner, pool, tag, holder },
            27 => Action::Reward { pool, amount: self.amount() % (1_000 * OMNIT) },
            28 => Action::Settle { service: 1 + self.roll(2) as u8 },
            29 => Action::Lock { pool, amount: self.amount() },
            30..=31 => Action::Release { pool, amount: self.amount() * 3 },
            32..=33 => self.slash(model, stage, pool),
            34..=36 => Action::Report { pool, outcome: self.pick(&[0, 0, 0, 0, 0, 1, 1, 2, 3]) },
            37 if self.roll(3) == 0 => Action::Jail { pool },
            37 if self.roll(60) == 0 => Action::Tombstone { pool },
            _ => Action::Unjail { pool },
        };
        (self.wait(), action)
    }

    fn ticket(&mut self, model: &Model, caller: Address, is_withdrawal: bool) -> Action {
        let open: Vec<_> = (1u64..).zip(&model.tickets).filter_map(|(id, t)| t.map(|t| (id, t))).collect();
        let (mut id, mut caller) = (self.roll(model.tickets.len() as u64 + 2), caller);
        if let Some(first) = open.first().filter(|_| self.roll(6) != 0) {
            // Mostly an old one, which has thawed.
            let (chosen, ticket) = if self.roll(3) == 0 { self.pick(&open) } else { *first };
            (id, caller) = (chosen, ticket.key.0);
        }
        if is_withdrawal { Action::Withdraw { caller, id } } else { Action::Restake { caller, id } }
    }

    fn slash(&mut self, model: &Model, stage: &Stage, pool: Pool) -> Action {
        let there = model.provisions.get(&pool).map_or(0, |p| p.total());
        let amount = match self.roll(14) {
            // A total loss ends a provision, so it is rare.
            0 => self.part(there),
            _ => U256::from(there / u128::from(3 + self.roll(60)) + u128::from(self.roll(3))),
        };
        let share_bps = if self.roll(3) == 0 { U256::from(self.roll(700)) } else { U256::ZERO };
        let challenger = self.pick(&[Address::ZERO, stage.actors[3], pool.0, stage.nobody]);
        let cut_bps = self.pick(&[U256::ZERO, U256::from(2_000), U256::from(9_000), U256::MAX]);
        let caller = if self.roll(10) == 0 { stage.actors[0] } else { stage.slasher };
        Action::Slash { caller, pool, amount, share_bps, challenger, cut_bps }
    }
}
