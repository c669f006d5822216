//! What data campaigns should do, written the obvious way: lists, maps, big integers, no packing.

use crate::world::OMNIT;
use num_bigint::BigUint;
use omnit_abi::IData::{createCall, setRulesCall};
use std::collections::BTreeMap;

/// Something an actor tries, with everything it needs: replayed, it is the same attempt. Accounts are indexes of the world's.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    Create {
        who: usize,
        budget: u128,
        terms: createCall,
    },
    Fund {
        who: usize,
        campaign: u32,
        amount: u128,
    },
    Submit {
        who: usize,
        campaign: u32,
        root: u8,
        size: u64,
        bond: u128,
    },
    /// `owner` is whose hidden score it is: somebody else's is a copied commitment.
    Commit {
        who: usize,
        id: u64,
        owner: usize,
        score: u16,
        salt: u8,
    },
    Reveal {
        who: usize,
        id: u64,
        score: u16,
        salt: u8,
    },
    Resolve {
        who: usize,
        id: u64,
    },
    Distribute {
        who: usize,
        operator: usize,
    },
    Close {
        who: usize,
        campaign: u32,
    },
    Rules {
        who: usize,
        rules: setRulesCall,
    },
    /// How the reserve behaves from now on.
    Mood {
        mood: u8,
    },
    /// OMNIT that just arrive.
    Gift {
        amount: u128,
    },
    Stake {
        who: usize,
        amount: u64,
    },
    Unjail {
        who: usize,
    },
}

/// What staking says about an operator: eligible stake now, and at the snapshot.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Stake {
    pub(crate) now: u128,
    pub(crate) then: u128,
}

#[derive(Clone, Debug)]
pub(crate) struct Campaign {
    pub(crate) funder: usize,
    pub(crate) terms: createCall,
    pub(crate) free: u128,
    pub(crate) reserved: u128,
    pub(crate) paid: u128,
    pub(crate) matched: u128,
    pub(crate) open: u32,
    pub(crate) count: u32,
    pub(crate) is_closed: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Seat {
    pub(crate) operator: usize,
    pub(crate) weight: u64,
    /// Whose score, which, with which salt.
    pub(crate) hidden: (usize, u16, u8),
    pub(crate) revealed: Option<u16>,
}

#[derive(Clone, Debug)]
pub(crate) struct Submission {
    pub(crate) campaign: u32,
    pub(crate) submitter: usize,
    pub(crate) root: u8,
    pub(crate) size: u64,
    pub(crate) bond: u128,
    pub(crate) at: u64,
    pub(crate) state: u8,
    pub(crate) accuracy: u16,
    pub(crate) rules: setRulesCall,
    pub(crate) total: u64,
    pub(crate) seats: Vec<Seat>,
}

#[derive(Clone)]
pub(crate) struct Model {
    pub(crate) rules: setRulesCall,
    pub(crate) campaigns: Vec<Campaign>,
    pub(crate) submissions: Vec<Submission>,
    pub(crate) earned: BTreeMap<usize, u128>,
    /// OMNIT that actors have, beside what they staked.
    pub(crate) purses: BTreeMap<usize, u128>,
    /// OMNIT of the reserve.
    pub(crate) reserve: u128,
    pub(crate) mood: u8,
    /// OMNIT of the contract that belong to nobody.
    pub(crate) surplus: u128,
    pub(crate) burned: u128,
    pub(crate) owner: usize,
}

impl Model {
    /// All that somebody is owed.
    pub(crate) fn held(&self) -> u128 {
        let budgets: u128 = self.campaigns.iter().map(|campaign| campaign.free + campaign.reserved).sum();
        let bonds: u128 = self.submissions.iter().filter(|s| s.state == 1).map(|s| s.bond).sum();
        budgets + bonds + self.earned.values().sum::<u128>()
    }

    pub(crate) fn purse(&self, who: usize) -> u128 {
        self.purses.get(&who).copied().unwrap_or_default()
    }

    /// Nothing if it must fail, and then nothing changes. `stake` is of the actor, `total` of all at the second before now.
    pub(crate) fn apply(&mut self, now: u64, action: &Action, stake: Stake, total: u128) -> Option<()> {
        let mut next = self.clone();
        next.attempt(now, action, stake, total)?;
        *self = next;
        Some(())
    }

    fn attempt(&mut self, now: u64, action: &Action, stake: Stake, total: u128) -> Option<()> {
        match action {
            Action::Create { who, budget, terms } => self.create(now, *who, *budget, terms),
            Action::Fund { who, campaign, amount } => {
                self.spend(*who, *amount)?;
                let campaign = self.campaign(*campaign)?;
                require(!campaign.is_closed)?;
                campaign.free += amount;
                Some(())
            }
            Action::Submit { who, campaign, root, size, bond } => {
                self.spend(*who, *bond)?;
                self.submit(now, (*who, *campaign, *root, *size, *bond), total)
            }
            Action::Commit { who, id, owner, score, salt } => {
                self.commit(now, *who, *id, (*owner, *score, *salt), stake)
            }
            Action::Reveal { who, id, score, salt } => self.reveal(now, *who, *id, *score, *salt),
            Action::Resolve { id, .. } => self.resolve(now, *id),
            Action::Distribute { operator, .. } => require(self.earned.remove(operator).unwrap_or_default() > 0),
            Action::Close { campaign, .. } => self.close(now, *campaign),
            Action::Rules { who, rules } => {
                require(*who == self.owner)?;
                self.rules = rules.clone();
                Some(())
            }
            Action::Mood { mood } => {
                self.mood = *mood;
                Some(())
            }
            Action::Gift { amount } => {
                self.surplus += amount;
                self.spend(self.owner, *amount)
            }
            Action::Stake { who, amount } => self.spend(*who, u128::from(*amount) * OMNIT),
            Action::Unjail { .. } => Some(()),
        }
    }

    fn spend(&mut self, who: usize, amount: u128) -> Option<()> {
        let left = self.purse(who).checked_sub(amount)?;
        self.purses.insert(who, left);
        Some(())
    }

    fn campaign(&mut self, id: u32) -> Option<&mut Campaign> {
        self.campaigns.get_mut((id as usize).checked_sub(1)?)
    }

    fn create(&mut self, now: u64, who: usize, budget: u128, terms: &createCall) -> Option<()> {
        self.spend(who, budget)?;
        require(terms.submitUntil > now && terms.maxReviewers >= self.rules.minReveals)?;
        require(terms.commitSecs >= self.rules.minWindowSecs && terms.revealSecs >= self.rules.minWindowSecs)?;
        let (value, pool) = worth(terms, terms.maxSize);
        require(value > 0 && worth(terms, terms.minSize).0 > 0 && value + pool <= budget)?;
        let terms = terms.clone();
        let campaign = Campaign {
            funder: who,
            terms,
            free: budget,
            reserved: 0,
            paid: 0,
            matched: 0,
            open: 0,
            count: 0,
            is_closed: false,
        };
        self.campaigns.push(campaign);
        Some(())
    }

    fn submit(
        &mut self,
        now: u64,
        (submitter, campaign, root, size, bond): (usize, u32, u8, u64, u128),
        total: u128,
    ) -> Option<()> {
        let rules = self.rules.clone();
        let is_known = self.submissions.iter().any(|s| s.campaign == campaign && s.root == root && s.state != 4);
        let it = self.campaign(campaign)?;
        require(!it.is_closed && now < it.terms.submitUntil && it.count < it.terms.maxSubmissions)?;
        require(bond == rules.bond.to::<u128>() && !is_known && root != 0)?;
        require(it.terms.minSize <= size && size <= it.terms.maxSize)?;
        let (value, pool) = worth(&it.terms, size);
        it.free = it.free.checked_sub(value + pool)?;
        it.reserved += value + pool;
        it.open += 1;
        it.count += 1;
        let rules = setRulesCall { minReveals: rules.minReveals.min(it.terms.maxReviewers), ..rules };
        self.submissions.push(Submission {
            campaign,
            submitter,
            root,
            size,
            bond,
            at: now,
            state: 1,
            accuracy: 0,
            rules,
            total: (total / 1_000_000_000) as u64,
            seats: Vec::new(),
        });
        Some(())
    }

    /// An open submission with the ends of its windows, and its campaign.
    fn case(&mut self, id: u64) -> Option<(&mut Submission, &mut Campaign, u64, u64)> {
        let submission = self.submissions.get_mut((id as usize).checked_sub(1)?)?;
        require(submission.state == 1)?;
        let campaign = &mut self.campaigns[submission.campaign as usize - 1];
        let commit_ends = submission.at + u64::from(campaign.terms.commitSecs);
        let reveal_ends = commit_ends + u64::from(campaign.terms.revealSecs);
        Some((submission, campaign, commit_ends, reveal_ends))
    }

    fn commit(&mut self, now: u64, who: usize, id: u64, hidden: (usize, u16, u8), stake: Stake) -> Option<()> {
        let (submission, campaign, commit_ends, _) = self.case(id)?;
        require(now < commit_ends && who != submission.submitter && who != campaign.funder)?;
        require(submission.seats.iter().all(|seat| seat.operator != who))?;
        let weight = (stake.then / 1_000_000_000) as u64;
        require(weight > 0 && stake.now >= 1_000_000_000)?;
        let seat = Seat { operator: who, weight, hidden, revealed: None };
        if submission.seats.len() < usize::from(campaign.terms.maxReviewers) {
            submission.seats.push(seat);
            return Some(());
        }
        let lightest = submission.seats.iter().map(|seat| seat.weight).min()?;
        require(weight > lightest)?;
        *submission.seats.iter_mut().rev().find(|seat| seat.weight == lightest)? = seat;
        Some(())
    }

    fn reveal(&mut self, now: u64, who: usize, id: u64, score: u16, salt: u8) -> Option<()> {
        let (submission, _, commit_ends, reveal_ends) = self.case(id)?;
        require(commit_ends <= now && now < reveal_ends && score <= 10_000)?;
        let seat = submission.seats.iter_mut().find(|seat| seat.operator == who)?;
        require(seat.revealed.is_none() && seat.hidden == (who, score, salt))?;
        seat.revealed = Some(score);
        Some(())
    }

    fn resolve(&mut self, now: u64, id: u64) -> Option<()> {
        let (_, _, _, reveal_ends) = self.case(id)?;
        require(now >= reveal_ends)?;
        let submission = self.submissions[id as usize - 1].clone();
        let shown: Vec<_> =
            submission.seats.iter().filter_map(|seat| Some((seat.revealed?, seat.weight, seat.operator))).collect();
        let weight: u128 = shown.iter().map(|shown| u128::from(shown.1)).sum();
        let is_enough = shown.len() >= usize::from(submission.rules.minReveals)
            && share(weight, submission.rules.quorumBps, submission.total)
            && weight > 0;
        let campaign = &mut self.campaigns[submission.campaign as usize - 1];
        let (value, pool) = worth(&campaign.terms, submission.size);
        campaign.reserved -= value + pool;
        campaign.open -= 1;
        let kept = &mut self.submissions[id as usize - 1];
        if !is_enough {
            campaign.free += value + pool;
            kept.state = 4;
            *self.purses.entry(submission.submitter).or_default() += submission.bond;
            return Some(());
        }
        let median = median(&shown);
        kept.accuracy = median;
        let is_accepted = median >= campaign.terms.minAccuracyBps;
        kept.state = if is_accepted { 2 } else { 3 };
        let base = if is_accepted { value * u128::from(median) / 10_000 } else { 0 };
        let distance = submission.rules.distanceBps;
        let pays: Vec<_> = shown
            .iter()
            .map(|(score, own, operator)| {
                let closeness = distance.saturating_sub(score.abs_diff(median));
                let top = BigUint::from(pool) * BigUint::from(*own) * BigUint::from(closeness);
                (*operator, down(top, BigUint::from(weight) * BigUint::from(distance)))
            })
            .collect();
        let spent = base + pays.iter().map(|pay| pay.1).sum::<u128>();
        campaign.free += value + pool - spent;
        campaign.paid += spent;
        let granted = self.grant(spent, share(weight, self.rules.matchQuorumBps, submission.total));
        let bonus = |pay: u128| if pay == 0 { 0 } else { down(BigUint::from(granted) * pay, BigUint::from(spent)) };
        let mut given = bonus(base);
        for (operator, pay) in pays {
            given += bonus(pay);
            *self.earned.entry(operator).or_default() += pay + bonus(pay);
        }
        let campaign = &mut self.campaigns[submission.campaign as usize - 1];
        campaign.matched += given;
        campaign.free += granted - given;
        let mut back = base + bonus(base);
        if median < submission.rules.floorBps {
            self.burned += submission.bond;
        } else {
            back += submission.bond;
        }
        *self.purses.entry(submission.submitter).or_default() += back;
        Some(())
    }

    /// What the reserve adds, as it behaves now: generous, stingy, lying, refusing, boasting.
    fn grant(&mut self, spent: u128, is_backed: bool) -> u128 {
        let wanted = spent * u128::from(self.rules.matchBps) / 10_000;
        if !is_backed || wanted == 0 || self.mood == 3 {
            return 0;
        }
        let sent = match self.mood {
            0 => wanted,
            1 => wanted / 3,
            4 => wanted / 2,
            _ => 0,
        };
        if sent > self.reserve {
            return 0;
        }
        self.reserve -= sent;
        self.surplus += sent;
        let told = if self.mood == 1 { sent } else { wanted };
        let granted = told.min(self.surplus);
        self.surplus -= granted;
        granted
    }

    fn close(&mut self, now: u64, id: u32) -> Option<()> {
        let campaign = self.campaign(id)?;
        require(!campaign.is_closed && now >= campaign.terms.submitUntil && campaign.open == 0)?;
        campaign.is_closed = true;
        let (refund, funder) = (core::mem::take(&mut campaign.free), campaign.funder);
        *self.purses.entry(funder).or_default() += refund;
        Some(())
    }
}

fn require(is_so: bool) -> Option<()> {
    is_so.then_some(())
}

fn down(top: BigUint, bottom: BigUint) -> u128 {
    u128::try_from(top / bottom).expect("an amount")
}

fn share(weight: u128, bps: u16, total: u64) -> bool {
    weight * 10_000 >= u128::from(total) * u128::from(bps)
}

/// Value and pool.
pub(crate) fn worth(terms: &createCall, size: u64) -> (u128, u128) {
    let value = down(BigUint::from(terms.price) * BigUint::from(size), BigUint::from(1u32 << 20));
    (value, down(BigUint::from(value) * BigUint::from(terms.validatorBps), BigUint::from(10_000u32)))
}

/// Sorted, then walked until half of the weight is behind.
fn median(shown: &[(u16, u64, usize)]) -> u16 {
    let mut sorted = shown.to_vec();
    sorted.sort_unstable();
    let total: u128 = sorted.iter().map(|shown| u128::from(shown.1)).sum();
    let mut seen = 0;
    for (score, weight, _) in sorted {
        seen += u128::from(weight);
        if 2 * seen >= total {
            return score;
        }
    }
    unreachable!("all of the weight is at least half of it")
}
