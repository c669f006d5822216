//! Campaigns: terms that never change, and the money behind them.

use crate::{
    Result,
    field::{Reader, Writer},
    rules::{Rules, between, name},
    score::{self, BPS, MAX_REVIEWERS},
    slot::{self, Domain},
    vault::{self, Totals},
};
use alloy_primitives::{Address, B256, U256};
use omnit_abi::{IData, params::TOKEN_CAP};
use omnit_runtime::{amount::widen, chain, emit, storage};

/// Longest time that submissions are taken.
const MAX_LIFE_SECS: u64 = 365 * 86_400;
/// Longest window.
const MAX_WINDOW_SECS: u128 = 7 * 86_400;
/// Most submissions: three bytes count them.
const MAX_SUBMISSIONS: u128 = (1 << 24) - 1;
/// Largest submission: six bytes hold its size.
const MAX_SIZE: u128 = (1 << 48) - 1;

/// Word 0: who pays and when what ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Who gets back what is left.
    pub funder: Address,
    /// Submissions are taken before this second.
    pub submit_until: u64,
    /// Length of committing.
    pub commit_secs: u32,
    /// Length of revealing.
    pub reveal_secs: u32,
    /// Seats of a submission.
    pub max_reviewers: u8,
}

impl Frame {
    /// Reads the word.
    pub fn unpack(word: B256) -> Self {
        let mut fields = Reader::new(word);
        Self {
            funder: fields.address(),
            submit_until: fields.take(5) as u64,
            commit_secs: fields.take(3) as u32,
            reveal_secs: fields.take(3) as u32,
            max_reviewers: fields.take(1) as u8,
        }
    }

    /// The word.
    pub fn pack(self) -> B256 {
        Writer::default()
            .address(self.funder)
            .put(self.submit_until.into(), 5)
            .put(self.commit_secs.into(), 3)
            .put(self.reveal_secs.into(), 3)
            .put(self.max_reviewers.into(), 1)
            .word()
    }

    /// The frame of a campaign that exists.
    #[inline(never)]
    pub(crate) fn load(id: u32) -> Result<Self> {
        let frame = Self::peek(id);
        if frame.funder.is_zero() { Err(IData::UnknownCampaign { id }.into()) } else { Ok(frame) }
    }

    /// The frame of any number; all zero when there is no campaign.
    pub(crate) fn peek(id: u32) -> Self {
        Self::unpack(load(id, 0))
    }
}

/// Word 2: what is bought at what price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Base units for 2^20 of size.
    pub price: u128,
    /// Smallest submission.
    pub min_size: u64,
    /// Largest submission.
    pub max_size: u64,
}

impl Offer {
    /// Reads the word.
    pub fn unpack(word: B256) -> Self {
        let mut fields = Reader::new(word);
        Self { price: fields.take(16), min_size: fields.take(8) as u64, max_size: fields.take(8) as u64 }
    }

    /// The word.
    pub fn pack(self) -> B256 {
        Writer::default().put(self.price, 16).put(self.min_size.into(), 8).put(self.max_size.into(), 8).word()
    }

    pub(crate) fn load(id: u32) -> Self {
        Self::unpack(load(id, 2))
    }

    /// Value of a submission of an allowed size.
    pub(crate) fn value(self, size: u64) -> u128 {
        score::value_down(self.price, size).expect("the largest size was checked when the campaign was created")
    }
}

/// Word 3: the budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Base units that can be reserved.
    pub free: u128,
    /// Base units reserved for open submissions.
    pub reserved: u128,
    /// Submissions that are not resolved.
    pub open: u32,
    /// Submissions so far.
    pub count: u32,
    /// Whether the campaign is closed.
    pub is_closed: bool,
}

impl Budget {
    /// Reads the word.
    pub fn unpack(word: B256) -> Self {
        let mut fields = Reader::new(word);
        Self {
            free: fields.take(12),
            reserved: fields.take(12),
            open: fields.take(3) as u32,
            count: fields.take(3) as u32,
            is_closed: fields.take(1) == 1,
        }
    }

    /// The word.
    pub fn pack(self) -> B256 {
        Writer::default()
            .put(self.free, 12)
            .put(self.reserved, 12)
            .put(self.open.into(), 3)
            .put(self.count.into(), 3)
            .put(self.is_closed.into(), 1)
            .word()
    }

    #[inline(never)]
    pub(crate) fn load(id: u32) -> Self {
        Self::unpack(load(id, 3))
    }

    #[inline(never)]
    pub(crate) fn store(self, id: u32) {
        store(id, 3, self.pack());
    }

    /// Binds `amount` for one more submission.
    pub(crate) fn reserve(&mut self, amount: u128) -> Result<()> {
        let Some(rest) = self.free.checked_sub(amount) else {
            return Err(IData::BudgetShort { free: widen(self.free), needed: widen(amount) }.into());
        };
        self.free = rest;
        self.reserved += amount;
        self.open += 1;
        self.count += 1;
        Ok(())
    }

    /// Ends one submission: `spent` of the `amount` that was bound for it leaves the budget, the rest is free.
    pub(crate) fn settle(&mut self, amount: u128, spent: u128) {
        self.reserved = self.reserved.checked_sub(amount).expect("the amount was reserved (I3)");
        self.free += amount.checked_sub(spent).expect("pay is at most what was reserved (I3)");
        self.open -= 1;
    }
}

/// Word 4: what was paid, and the rest of the terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// Base units paid out of the budget.
    pub paid: u128,
    /// Base units added by the rewards reserve.
    pub matched: u128,
    /// Most submissions.
    pub max_submissions: u32,
    /// Accuracy below which nothing is paid to the submitter.
    pub min_accuracy: u16,
    /// Reviewers' part of the value, on top.
    pub validator_bps: u16,
}

impl Tally {
    /// Reads the word.
    pub fn unpack(word: B256) -> Self {
        let mut fields = Reader::new(word);
        Self {
            paid: fields.take(12),
            matched: fields.take(12),
            max_submissions: fields.take(4) as u32,
            min_accuracy: fields.take(2) as u16,
            validator_bps: fields.take(2) as u16,
        }
    }

    /// The word.
    pub fn pack(self) -> B256 {
        Writer::default()
            .put(self.paid, 12)
            .put(self.matched, 12)
            .put(self.max_submissions.into(), 4)
            .put(self.min_accuracy.into(), 2)
            .put(self.validator_bps.into(), 2)
            .word()
    }

    #[inline(never)]
    pub(crate) fn load(id: u32) -> Self {
        Self::unpack(load(id, 4))
    }

    #[inline(never)]
    pub(crate) fn store(self, id: u32) {
        store(id, 4, self.pack());
    }
}

#[inline(never)]
fn load(id: u32, index: u32) -> B256 {
    storage::load(slot::numbered(Domain::Campaign, id.into(), index))
}

#[inline(never)]
fn store(id: u32, index: u32, word: B256) {
    storage::store(slot::numbered(Domain::Campaign, id.into(), index), word);
}

/// The hash of what the data of a campaign has to be.
pub(crate) fn kind(id: u32) -> B256 {
    load(id, 1)
}

/// Opens a campaign with `budget` of `funder`.
#[inline(never)]
pub(crate) fn create(funder: Address, budget: u128, c: IData::createCall) -> Result<()> {
    let rules = Rules::set()?;
    check_terms(&c, &rules)?;
    let offer = Offer { price: c.price, min_size: c.minSize, max_size: c.maxSize };
    let most = check_prices(offer, c.validatorBps)?;
    if budget < most {
        return Err(IData::BudgetShort { free: widen(budget), needed: widen(most) }.into());
    }
    let mut totals = Totals::load();
    totals.campaigns += 1;
    totals.held += budget;
    let id = totals.campaigns;
    totals.store();
    let frame = Frame {
        funder,
        submit_until: c.submitUntil,
        commit_secs: c.commitSecs,
        reveal_secs: c.revealSecs,
        max_reviewers: c.maxReviewers,
    };
    store(id, 0, frame.pack());
    store(id, 1, c.kind);
    store(id, 2, offer.pack());
    Budget { free: budget, reserved: 0, open: 0, count: 0, is_closed: false }.store(id);
    let (max_submissions, min_accuracy) = (c.maxSubmissions, c.minAccuracyBps);
    Tally { paid: 0, matched: 0, max_submissions, min_accuracy, validator_bps: c.validatorBps }.store(id);
    announce(id, funder, budget, c);
    Ok(())
}

fn announce(id: u32, funder: Address, budget: u128, c: IData::createCall) {
    emit(&IData::CampaignCreated {
        id,
        funder,
        kind: c.kind,
        budget: widen(budget),
        price: c.price,
        minSize: c.minSize,
        maxSize: c.maxSize,
        maxSubmissions: c.maxSubmissions,
        minAccuracyBps: c.minAccuracyBps,
        validatorBps: c.validatorBps,
        submitUntil: c.submitUntil,
        commitSecs: c.commitSecs,
        revealSecs: c.revealSecs,
        maxReviewers: c.maxReviewers,
    });
}

fn check_terms(c: &IData::createCall, rules: &Rules) -> Result<()> {
    let (now, shortest) = (chain::now(), rules.min_window.into());
    between(name(b"maxSize"), c.maxSize.into(), 1, MAX_SIZE)?;
    between(name(b"minSize"), c.minSize.into(), 1, c.maxSize.into())?;
    between(name(b"maxSubmissions"), c.maxSubmissions.into(), 1, MAX_SUBMISSIONS)?;
    between(name(b"minAccuracyBps"), c.minAccuracyBps.into(), 0, BPS.into())?;
    between(name(b"validatorBps"), c.validatorBps.into(), 0, BPS.into())?;
    between(name(b"submitUntil"), c.submitUntil.into(), (now + 1).into(), (now + MAX_LIFE_SECS).into())?;
    between(name(b"commitSecs"), c.commitSecs.into(), shortest, MAX_WINDOW_SECS)?;
    between(name(b"revealSecs"), c.revealSecs.into(), shortest, MAX_WINDOW_SECS)?;
    between(name(b"maxReviewers"), c.maxReviewers.into(), rules.min_reveals.into(), MAX_REVIEWERS as u128)
}

/// The most that one submission can cost, if the smallest is worth something and the largest is worth no more than all OMNIT.
fn check_prices(offer: Offer, validator_bps: u16) -> Result<u128> {
    // At the cap the product stays below 2^90 * 2^20, so that no size overflows.
    let largest = score::value_down(offer.price, offer.max_size).unwrap_or(u128::MAX);
    between(name(b"value of maxSize"), largest, 1, TOKEN_CAP)?;
    between(name(b"value of minSize"), offer.value(offer.min_size), 1, TOKEN_CAP)?;
    Ok(largest + score::part_down(largest, validator_bps))
}

/// Adds to the budget of a campaign.
#[inline(never)]
pub(crate) fn fund(from: Address, amount: u128, id: u32) -> Result<()> {
    Frame::load(id)?;
    let mut budget = open_budget(id)?;
    budget.free += amount;
    budget.store(id);
    vault::take_in(amount);
    emit(&IData::CampaignFunded { id, from, amount: widen(amount) });
    Ok(())
}

/// Pays out what is left when nothing can be submitted and nothing is open any more.
pub(crate) fn close(id: u32) -> Result<U256> {
    let Frame { funder, submit_until, .. } = Frame::load(id)?;
    let mut budget = open_budget(id)?;
    if chain::now() < submit_until {
        return Err(IData::CampaignRunning { id, submitUntil: submit_until }.into());
    }
    if budget.open > 0 {
        return Err(IData::SubmissionsOpen { id, open: budget.open }.into());
    }
    let refund = budget.free;
    budget.free = 0;
    budget.is_closed = true;
    budget.store(id);
    emit(&IData::CampaignClosed { id, funder, refund: widen(refund) });
    vault::pay_out(funder, refund)?;
    Ok(widen(refund))
}

#[inline(never)]
pub(crate) fn open_budget(id: u32) -> Result<Budget> {
    let budget = Budget::load(id);
    if budget.is_closed { Err(IData::AlreadyClosed { id }.into()) } else { Ok(budget) }
}
