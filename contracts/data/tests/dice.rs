//! What random actors try: mostly what can work, now and then what must not.

use crate::{
    invariants::VALIDATORS,
    model::{Action, Model, worth},
    world::{FUNDER, MIB, OMNIT, OWNER, V, units},
};
use alloy::primitives::keccak256;
use omnit_abi::IData::{createCall, setRulesCall};
use omnit_fixtures::shrink;

/// What actors decide by.
pub(crate) struct Dice(pub(crate) shrink::Dice);

impl Dice {
    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.0.roll(sides)
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len() as u64) as usize]
    }

    /// One of `1..=count`, mostly one of the last few, now and then one that does not exist.
    fn recent(&mut self, count: u64) -> u64 {
        match self.roll(30) {
            0 => count + 1,
            1 => 0,
            2 | 3 => 1 + self.roll(count.max(1)),
            _ => count.saturating_sub(self.roll(4)).max(1),
        }
    }

    fn actor(&mut self) -> usize {
        FUNDER + self.roll((V + VALIDATORS.len() - FUNDER) as u64) as usize
    }

    fn validator(&mut self) -> usize {
        V + self.roll(VALIDATORS.len() as u64) as usize
    }

    /// A score for content that is as good as its root says, now and then any.
    fn score(&mut self, root: u8) -> u16 {
        match self.roll(12) {
            0 => 10_000,
            1 => 0,
            2 => self.roll(10_001) as u16,
            _ => [500, 3_500, 6_500, 9_000][usize::from(root) % 4] + self.roll(1_000) as u16,
        }
    }

    pub(crate) fn action(&mut self, now: u64, model: &Model) -> Action {
        let campaigns = model.campaigns.len() as u64;
        let who = self.actor();
        let campaign = self.recent(campaigns) as u32;
        match self.roll(64) {
            0..=1 => {
                let terms = self.terms(now);
                let (value, pool) = worth(&terms, terms.maxSize);
                // Enough, or a unit too little.
                let budget = (value + pool) * u128::from(1 + self.roll(12)) - u128::from(self.roll(12) == 0);
                Action::Create { who, budget, terms }
            }
            2 => Action::Fund { who, campaign, amount: u128::from(self.roll(5_000)) * OMNIT / 7 },
            3..=8 => {
                let bond = model.rules.bond.to::<u128>() + u128::from(self.roll(20) == 0);
                let size = self.roll(7) * MIB / 4 + self.roll(1_200);
                Action::Submit { who, campaign, root: self.roll(40) as u8, size, bond }
            }
            9..=26 => self.commit(now, model),
            27..=48 => self.reveal(now, model),
            49..=53 => Action::Resolve { who, id: self.ripe(now, model) },
            54..=55 => Action::Distribute { who, operator: self.actor() },
            56..=57 => Action::Close { who, campaign: self.recent(campaigns) as u32 },
            58 => Action::Rules { who: self.pick(&[OWNER, OWNER, OWNER, who]), rules: self.rules() },
            59 => Action::Mood { mood: self.roll(5) as u8 },
            60 => Action::Gift { amount: u128::from(self.roll(1_000)) },
            61..=62 => Action::Stake { who: self.validator(), amount: 1 + self.roll(20) },
            _ => Action::Unjail { who: self.validator() },
        }
    }

    fn terms(&mut self, now: u64) -> createCall {
        createCall {
            kind: keccak256("anything"),
            price: self.pick(&[OMNIT, OMNIT / 3, 123_456_789, 1, OMNIT * 20]),
            minSize: 1 + self.roll(1_000),
            maxSize: MIB * (1 + self.roll(4)),
            maxSubmissions: 1 + self.roll(12) as u32,
            minAccuracyBps: self.pick(&[0, 3_000, 7_000]),
            validatorBps: self.pick(&[0, 500, 1_000, 10_000]),
            submitUntil: now + self.roll(9_000),
            commitSecs: 60 + self.roll(400) as u32,
            revealSecs: 60 + self.roll(400) as u32,
            maxReviewers: 2 + self.roll(5) as u8,
        }
    }

    fn rules(&mut self) -> setRulesCall {
        setRulesCall {
            bond: units(self.pick(&[10 * OMNIT, OMNIT / 2, OMNIT / 1_000])),
            minReveals: 1 + self.roll(3) as u8,
            quorumBps: self.pick(&[0, 1_000, 3_000]),
            floorBps: self.pick(&[0, 2_000, 5_000]),
            distanceBps: self.pick(&[1, 500, 2_000, 10_000]),
            wrongBps: self.pick(&[500, 3_000, 10_000]),
            matchBps: self.pick(&[0, 1_234, 5_000, 10_000]),
            matchQuorumBps: self.pick(&[1_000, 4_000]),
            minWindowSecs: 60,
        }
    }

    /// Mostly a submission that takes scores.
    fn commit(&mut self, now: u64, model: &Model) -> Action {
        let who = if self.roll(20) == 0 { self.actor() } else { self.validator() };
        let owner = if self.roll(20) == 0 { self.validator() } else { who };
        let ripe: Vec<_> = (1..)
            .zip(&model.submissions)
            .filter(|(_, submission)| {
                let terms = &model.campaigns[submission.campaign as usize - 1].terms;
                let is_new = submission.seats.iter().all(|seat| seat.operator != who);
                now < submission.at + u64::from(terms.commitSecs) && is_new
            })
            .map(|(id, submission)| (id, submission.root))
            .collect();
        let (id, root) = match ripe.is_empty() || self.roll(12) == 0 {
            true => (self.recent(model.submissions.len() as u64), 0),
            false => self.pick(&ripe),
        };
        let (score, salt) = (self.score(root), self.roll(3) as u8);
        Action::Commit { who, id, owner, score, salt }
    }

    /// Mostly what somebody hid, at a time when it may be shown.
    fn reveal(&mut self, now: u64, model: &Model) -> Action {
        let (early, again) = (self.roll(20), self.roll(20) == 0);
        let ripe: Vec<_> = (1..)
            .zip(&model.submissions)
            .filter(|(_, submission)| {
                let terms = &model.campaigns[submission.campaign as usize - 1].terms;
                submission.state == 1 && now >= submission.at + u64::from(terms.commitSecs) - early
            })
            .flat_map(|(id, submission)| submission.seats.iter().map(move |seat| (id, seat)))
            .filter(|(_, seat)| seat.revealed.is_none() || again)
            .collect();
        if ripe.is_empty() || self.roll(20) == 0 {
            let id = self.recent(model.submissions.len() as u64);
            return Action::Reveal { who: self.actor(), id, score: self.score(0), salt: 0 };
        }
        let (id, seat) = ripe[self.roll(ripe.len() as u64) as usize];
        let (_, score, salt) = seat.hidden;
        match self.roll(30) {
            0 => Action::Reveal { who: seat.operator, id, score: score ^ 1, salt },
            1 => Action::Reveal { who: seat.operator, id, score, salt: salt + 1 },
            2 => Action::Reveal { who: self.validator(), id, score, salt },
            3 => Action::Reveal { who: seat.operator, id, score: 10_001, salt },
            _ => Action::Reveal { who: seat.operator, id, score, salt },
        }
    }

    /// A submission that waits to be resolved, if there is one.
    fn ripe(&mut self, now: u64, model: &Model) -> u64 {
        let ripe = (1..).zip(&model.submissions).find(|(_, submission)| {
            let terms = &model.campaigns[submission.campaign as usize - 1].terms;
            submission.state == 1 && now >= submission.at + u64::from(terms.commitSecs) + u64::from(terms.revealSecs)
        });
        match ripe {
            Some((id, _)) if self.roll(8) > 0 => id,
            _ => self.recent(model.submissions.len() as u64),
        }
    }
}
