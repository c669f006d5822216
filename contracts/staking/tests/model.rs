//! What staking should do, written the obvious way: maps, no packing, no accumulators. Stake follows the rounding of the interface to the
//! unit; yield is counted for every position in every second, with 128 bits behind the point.

use alloy::primitives::{Address, U256, U512};
use omnit_fixtures::token::OMNIT;
use std::collections::BTreeMap;

pub(crate) const MINIMUM: u128 = 1_000 * OMNIT;
pub(crate) const THAW: u64 = 3 * 86_400;
pub(crate) const JAIL: u64 = 86_400;
pub(crate) const MISS_BPS: u128 = 10;
pub(crate) const MISSES: u8 = 3;
pub(crate) const BASE: u128 = 500;
pub(crate) const BONUS: u128 = 200;
pub(crate) const COMMISSION: u128 = 1_000;
const YEAR: u128 = 31_557_600;
const FOREVER: u64 = u64::MAX;

pub(crate) type Pool = (Address, u8);
pub(crate) type Key = (Address, Address, u8, u64);

/// Something an actor tries, at a time.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    Stake { owner: Address, pool: Pool, holder: Address, tag: u64, amount: u128 },
    Thaw { owner: Address, pool: Pool, tag: u64, amount: U256 },
    Withdraw { caller: Address, id: u64 },
    Restake { caller: Address, id: u64 },
    Claim { key: Key },
    ClaimCommission { pool: Pool },
    SetHolder { owner: Address, pool: Pool, tag: u64, holder: Address },
    Reward { pool: Pool, amount: u128 },
    Settle { service: u8 },
    Lock { pool: Pool, amount: u128 },
    Release { pool: Pool, amount: u128 },
    Slash { caller: Address, pool: Pool, amount: U256, share_bps: U256, challenger: Address, cut_bps: U256 },
    Report { pool: Pool, outcome: u8 },
    Jail { pool: Pool },
    Tombstone { pool: Pool },
    Unjail { pool: Pool },
}

/// Base units with 128 bits behind the point.
#[derive(Clone, Copy, Default)]
pub(crate) struct Exact(pub(crate) U512);

impl Exact {
    fn part(self, of: u128, all: u128) -> Self {
        Self(self.0 * U512::from(of) / U512::from(all))
    }

    pub(crate) fn floor(self) -> u128 {
        (self.0 >> 128usize).to()
    }
}

#[derive(Clone, Copy, Default)]
pub(crate) struct Class {
    pub(crate) stake: u128,
    pub(crate) shares: u128,
    pub(crate) thawing: u128,
    pub(crate) thaw_shares: u128,
    pub(crate) generation: u32,
}

#[derive(Clone, Default)]
pub(crate) struct Provision {
    pub(crate) classes: [Class; 2],
    pub(crate) locked: u128,
    pub(crate) score: u128,
    pub(crate) misses: u8,
    pub(crate) jailed_until: u64,
    pub(crate) is_eligible: bool,
    pub(crate) commission: Exact,
}

impl Provision {
    pub(crate) fn total(&self) -> u128 {
        self.classes[0].stake + self.classes[1].stake
    }
}

#[derive(Clone, Copy, Default)]
pub(crate) struct Position {
    pub(crate) shares: u128,
    pub(crate) class: usize,
    pub(crate) holder: Address,
    pub(crate) due: Exact,
}

#[derive(Clone, Copy)]
pub(crate) struct Ticket {
    pub(crate) key: Key,
    pub(crate) class: usize,
    pub(crate) shares: u128,
    pub(crate) generation: u32,
    pub(crate) ends_at: u64,
}

#[derive(Clone, Default)]
pub(crate) struct Model {
    pub(crate) now: u64,
    pub(crate) slasher: Address,
    pub(crate) provisions: BTreeMap<Pool, Provision>,
    pub(crate) positions: BTreeMap<Key, Position>,
    /// Ticket `id` is at `id - 1`.
    pub(crate) tickets: Vec<Option<Ticket>>,
    /// Yield that went out, to whomever: compared in total.
    pub(crate) paid: Exact,
}

fn wide(a: u128, b: u128, c: u128) -> (U512, U512) {
    (U512::from(a) * U512::from(b)).div_rem(U512::from(c))
}

fn down(a: u128, b: u128, c: u128) -> u128 {
    wide(a, b, c).0.to()
}

fn up(a: u128, b: u128, c: u128) -> u128 {
    let (quotient, remainder) = wide(a, b, c);
    quotient.to::<u128>() + u128::from(!remainder.is_zero())
}

fn saturated(number: U256) -> u128 {
    u128::try_from(number).unwrap_or(u128::MAX)
}

impl Model {
    /// Lets time pass, and yield grow.
    pub(crate) fn pass(&mut self, now: u64) {
        let elapsed = u128::from(now - self.now);
        self.now = now;
        let pools: Vec<_> = self.provisions.keys().copied().collect();
        for pool in pools {
            let p = &self.provisions[&pool];
            if p.is_eligible {
                let weight = U512::from(p.total()) * U512::from(BASE * 10_000 + BONUS * p.score) * U512::from(elapsed);
                self.share_out(pool, Exact((weight << 128usize) / U512::from(YEAR * 100_000_000)));
            }
        }
    }

    fn share_out(&mut self, pool: Pool, amount: Exact) {
        let p = self.provisions.get_mut(&pool).expect("known");
        let mut commission = amount;
        if p.total() != 0 {
            let rest = Exact(amount.0 - amount.part(COMMISSION, 10_000).0);
            for (index, class) in p.classes.iter().enumerate() {
                let part = rest.part(class.stake, p.total());
                // A class of too few shares earns nothing.
                if class.shares < OMNIT {
                    continue;
                }
                commission.0 -= part.0;
                for (key, position) in &mut self.positions {
                    if (key.1, key.2) == pool && position.class == index {
                        position.due.0 += part.part(position.shares, class.shares).0;
                    }
                }
            }
        }
        p.commission.0 += commission.0;
    }

    /// Does the action if it is allowed; answers whether it was. Nothing changes if not.
    pub(crate) fn apply(&mut self, action: &Action) -> bool {
        let mut next = self.clone();
        let is_allowed = next.attempt(action).is_some();
        if is_allowed {
            *self = next;
        }
        is_allowed
    }

    fn attempt(&mut self, action: &Action) -> Option<()> {
        // There is a slasher of the first two services only.
        match action {
            Action::Lock { pool, .. }
            | Action::Release { pool, .. }
            | Action::Slash { pool, .. }
            | Action::Report { pool, .. }
            | Action::Jail { pool }
            | Action::Tombstone { pool } => (1..=2).contains(&pool.1).then_some(())?,
            _ => (),
        }
        match *action {
            Action::Stake { owner, pool, holder, tag, amount } => self.stake(owner, pool, holder, tag, amount),
            Action::Thaw { owner, pool, tag, amount } => self.thaw(owner, pool, tag, amount),
            Action::Withdraw { caller, id } => {
                let ticket = self.ticket(caller, id)?;
                (self.now >= ticket.ends_at).then_some(())?;
                self.cash(id);
                Some(())
            }
            Action::Restake { caller, id } => self.restake(caller, id),
            Action::Claim { key } => {
                self.provisions.get(&(key.1, key.2))?;
                if let Some(position) = self.positions.get_mut(&key) {
                    self.paid.0 += std::mem::take(&mut position.due).0;
                }
                self.touch((key.1, key.2))
            }
            Action::ClaimCommission { pool } => {
                self.paid.0 += std::mem::take(&mut self.provisions.get_mut(&pool)?.commission).0;
                self.touch(pool)
            }
            Action::SetHolder { owner, pool, tag, holder } => {
                (!holder.is_zero()).then_some(())?;
                self.provisions.get(&pool)?;
                let position = self
                    .positions
                    .entry((owner, pool.0, pool.1, tag))
                    .or_insert(Position { class: 1, ..Position::default() });
                self.paid.0 += std::mem::take(&mut position.due).0;
                position.holder = holder;
                self.touch(pool)
            }
            Action::Reward { pool, amount } => {
                self.provisions.get(&pool)?;
                self.share_out(pool, Exact(U512::from(amount) << 128usize));
                self.touch(pool)
            }
            Action::Settle { .. } => Some(()),
            Action::Lock { pool, amount } => {
                let p = self.provisions.get_mut(&pool)?;
                let enough = p.classes[0].stake >= (p.locked + amount).max(MINIMUM);
                (p.jailed_until == 0 && enough).then_some(())?;
                p.locked += amount;
                self.touch(pool)
            }
            Action::Release { pool, amount } => {
                if let Some(p) = self.provisions.get_mut(&pool) {
                    p.locked = p.locked.saturating_sub(amount);
                    self.touch(pool);
                }
                Some(())
            }
            Action::Slash { caller, pool, amount, share_bps, .. } => {
                (caller == self.slasher).then_some(())?;
                if self.provisions.contains_key(&pool) {
                    self.slash(pool, saturated(amount), saturated(share_bps));
                    self.touch(pool);
                }
                Some(())
            }
            Action::Report { pool, outcome } => self.report(pool, outcome),
            Action::Jail { pool } => {
                self.jail(pool);
                self.touch(pool).or(Some(()))
            }
            Action::Tombstone { pool } => {
                if let Some(p) = self.provisions.get_mut(&pool) {
                    p.jailed_until = FOREVER;
                    self.touch(pool);
                }
                Some(())
            }
            Action::Unjail { pool } => {
                let p = self.provisions.get_mut(&pool)?;
                (p.jailed_until != 0 && p.jailed_until <= self.now && p.classes[0].stake >= MINIMUM).then_some(())?;
                p.jailed_until = 0;
                self.touch(pool)
            }
        }
    }

    fn touch(&mut self, pool: Pool) -> Option<()> {
        let p = self.provisions.get_mut(&pool)?;
        p.is_eligible = p.jailed_until == 0 && p.classes[0].stake >= MINIMUM;
        Some(())
    }

    fn stake(&mut self, owner: Address, pool: Pool, holder: Address, tag: u64, amount: u128) -> Option<()> {
        (amount >= OMNIT).then_some(())?;
        self.provisions.get(&pool)?;
        let holder = if holder.is_zero() { owner } else { holder };
        let key = (owner, pool.0, pool.1, tag);
        let mut position = self.positions.get(&key).copied().unwrap_or_default();
        if position.shares == 0 {
            if position.holder != holder {
                self.paid.0 += std::mem::take(&mut position.due).0;
            }
            position.holder = holder;
            position.class = usize::from(holder != pool.0);
        }
        self.put(key, position, amount)
    }

    fn put(&mut self, key: Key, mut position: Position, amount: u128) -> Option<()> {
        let pool = (key.1, key.2);
        let p = self.provisions.get_mut(&pool)?;
        (p.jailed_until != FOREVER).then_some(())?;
        let class = &mut p.classes[position.class];
        let shares = match class.shares {
            0 => amount,
            all if class.stake == 0 || all >> 20 > class.stake => return None,
            all => down(amount, all, class.stake),
        };
        class.stake += amount;
        class.shares += shares;
        position.shares += shares;
        self.positions.insert(key, position);
        self.touch(pool)
    }

    pub(crate) fn value(&self, key: &Key) -> u128 {
        let Some(position) = self.positions.get(key) else { return 0 };
        let class = self.provisions[&(key.1, key.2)].classes[position.class];
        if class.shares == 0 { 0 } else { down(position.shares, class.stake, class.shares) }
    }

    fn thaw(&mut self, owner: Address, pool: Pool, tag: u64, amount: U256) -> Option<()> {
        let key = (owner, pool.0, pool.1, tag);
        let now = self.now;
        self.provisions.get(&pool)?;
        let there = self.value(&key);
        let amount = if amount == U256::MAX { there } else { u128::try_from(amount).ok()? };
        (amount != 0 && amount <= there).then_some(())?;
        let p = self.provisions.get_mut(&pool)?;
        let position = self.positions.get_mut(&key)?;
        (position.class == 1 || p.classes[0].stake - amount >= p.locked).then_some(())?;
        let class = &mut p.classes[position.class];
        let sold = if amount == there { position.shares } else { up(amount, class.shares, class.stake) };
        position.shares -= sold;
        class.shares -= sold;
        class.stake -= amount;
        let shares = match class.thaw_shares {
            0 => amount,
            all if class.thawing == 0 || all >> 36 > class.thawing => {
                p.commission.0 += U512::from(class.thawing) << 128usize;
                (class.thawing, class.thaw_shares) = (0, 0);
                class.generation += 1;
                amount
            }
            all => down(amount, all, class.thawing),
        };
        class.thawing += amount;
        class.thaw_shares += shares;
        let (class, generation) = (position.class, class.generation);
        self.tickets.push(Some(Ticket { key, class, shares, generation, ends_at: now + THAW }));
        self.touch(pool)
    }

    fn ticket(&self, caller: Address, id: u64) -> Option<Ticket> {
        let ticket = (*self.tickets.get(id.checked_sub(1)? as usize)?)?;
        (ticket.key.0 == caller).then_some(ticket)
    }

    pub(crate) fn worth(&self, ticket: &Ticket) -> u128 {
        let class = self.provisions[&(ticket.key.1, ticket.key.2)].classes[ticket.class];
        let is_alive = class.generation == ticket.generation && class.thaw_shares != 0;
        if is_alive { down(ticket.shares, class.thawing, class.thaw_shares) } else { 0 }
    }

    fn cash(&mut self, id: u64) -> u128 {
        let ticket = self.tickets[id as usize - 1].take().expect("checked");
        let amount = self.worth(&ticket);
        let p = self.provisions.get_mut(&(ticket.key.1, ticket.key.2)).expect("known");
        let class = &mut p.classes[ticket.class];
        if class.generation == ticket.generation {
            class.thawing -= amount;
            class.thaw_shares -= ticket.shares;
        }
        amount
    }

    fn restake(&mut self, caller: Address, id: u64) -> Option<()> {
        let ticket = self.ticket(caller, id)?;
        let mut position = self.positions[&ticket.key];
        if position.shares == 0 {
            position.class = ticket.class;
        }
        (position.class == ticket.class).then_some(())?;
        let amount = self.cash(id);
        (amount != 0).then_some(())?;
        self.put(ticket.key, position, amount)
    }

    fn slash(&mut self, pool: Pool, amount: u128, share_bps: u128) {
        let p = self.provisions.get_mut(&pool).expect("known");
        let all: u128 = p.classes.iter().map(|class| class.stake + class.thawing).sum();
        let mut left = amount.saturating_add(up(all, share_bps.min(10_000), 10_000)).min(all);
        for class in &mut p.classes {
            let there = class.stake + class.thawing;
            let loss = left.min(there);
            left -= loss;
            if loss != 0 {
                let active = down(loss, class.stake, there);
                class.stake -= active;
                class.thawing -= loss - active;
            }
        }
        p.locked = p.locked.min(p.classes[0].stake);
    }

    fn jail(&mut self, pool: Pool) {
        let now = self.now;
        if let Some(p) = self.provisions.get_mut(&pool) {
            p.misses = 0;
            p.jailed_until = p.jailed_until.max(now + JAIL);
        }
    }

    fn report(&mut self, pool: Pool, outcome: u8) -> Option<()> {
        (outcome <= 2).then_some(())?;
        let Some(p) = self.provisions.get_mut(&pool) else { return Some(()) };
        match outcome {
            0 => p.score += (10_000 - p.score).div_ceil(16),
            1 => p.score -= p.score.div_ceil(4),
            _ => p.score = 0,
        }
        if outcome == 1 {
            p.misses += 1;
            if p.misses >= MISSES {
                self.jail(pool);
            }
            self.slash(pool, 0, MISS_BPS);
        }
        self.touch(pool)
    }
}
