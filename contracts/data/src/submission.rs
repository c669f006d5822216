//! Submissions and the seats of their reviewers.

use crate::{
    Result,
    campaign::{self, Frame, Offer, Tally},
    field::{Reader, Writer},
    rules::{Rules, between, name},
    score::{self, WEIGHT_UNIT, weight_down},
    slot::{self, Domain, Own},
    vault::{Totals, VALIDATION, known, number},
};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::abi::token::WordToken;
use omnit_abi::{IData, IStaking};
use omnit_runtime::{
    amount::{narrow, widen},
    call, chain, emit, storage,
};

/// Where a submission stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum State {
    /// Waits for scores or to be resolved.
    Open = 1,
    /// Paid by its accuracy.
    Accepted = 2,
    /// Below the accuracy that is paid.
    Rejected = 3,
    /// Without accuracy, because too little was revealed.
    Unreviewed = 4,
}

/// Word 0 of a submission: whose it is and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Who is paid.
    pub submitter: Address,
    /// Its campaign.
    pub campaign: u32,
    /// Unix seconds of the submission.
    pub at: u64,
    /// Seats taken.
    pub seats: u8,
    /// A [`State`]; zero when there is no submission.
    pub state: u8,
    /// Fewest reveals for an accuracy.
    pub min_reveals: u8,
}

impl Entry {
    /// Reads the word.
    pub fn unpack(word: B256) -> Self {
        let mut fields = Reader::new(word);
        Self {
            submitter: fields.address(),
            campaign: fields.take(4) as u32,
            at: fields.take(5) as u64,
            seats: fields.take(1) as u8,
            state: fields.take(1) as u8,
            min_reveals: fields.take(1) as u8,
        }
    }

    /// The word.
    pub fn pack(self) -> B256 {
        Writer::default()
            .address(self.submitter)
            .put(self.campaign.into(), 4)
            .put(self.at.into(), 5)
            .put(self.seats.into(), 1)
            .put(self.state.into(), 1)
            .put(self.min_reveals.into(), 1)
            .word()
    }

    pub(crate) fn peek(id: u64) -> Self {
        Self::unpack(load(id, 0))
    }

    /// A submission that waits, and its campaign.
    #[inline(never)]
    pub(crate) fn open(id: u64) -> Result<(Self, Frame)> {
        let entry = Self::peek(id);
        if entry.state == 0 {
            return Err(IData::UnknownSubmission { id }.into());
        }
        if entry.state != State::Open as u8 {
            return Err(IData::AlreadyResolved { id }.into());
        }
        Ok((entry, Frame::peek(entry.campaign)))
    }

    #[inline(never)]
    pub(crate) fn store(self, id: u64) {
        store(id, 0, self.pack());
    }

    /// The second at whose end stake counts: over before anybody can react to the submission.
    pub(crate) fn snapshot(&self) -> u64 {
        self.at.saturating_sub(1)
    }

    /// When committing ends and revealing begins.
    pub(crate) fn commit_ends(&self, frame: &Frame) -> u64 {
        self.at + u64::from(frame.commit_secs)
    }

    /// When revealing ends.
    pub(crate) fn reveal_ends(&self, frame: &Frame) -> u64 {
        self.commit_ends(frame) + u64::from(frame.reveal_secs)
    }
}

/// Word 1 of a submission: its size, and the rules it was made under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    /// Bond in base units, a multiple of [`WEIGHT_UNIT`].
    pub bond: u128,
    /// Size.
    pub size: u64,
    /// Weight of all validators at the snapshot.
    pub total_weight: u64,
    /// As in [`Rules`].
    pub quorum: u16,
    /// As in [`Rules`].
    pub floor: u16,
    /// As in [`Rules`].
    pub distance: u16,
    /// As in [`Rules`].
    pub wrong: u16,
    /// The median, once there is one.
    pub accuracy: u16,
}

impl Case {
    /// Reads the word.
    pub fn unpack(word: B256) -> Self {
        let mut fields = Reader::new(word);
        Self {
            bond: fields.take(7) * u128::from(WEIGHT_UNIT),
            size: fields.take(6) as u64,
            total_weight: fields.take(8) as u64,
            quorum: fields.take(2) as u16,
            floor: fields.take(2) as u16,
            distance: fields.take(2) as u16,
            wrong: fields.take(2) as u16,
            accuracy: fields.take(2) as u16,
        }
    }

    /// The word.
    pub fn pack(self) -> B256 {
        Writer::default()
            .put(weight_down(self.bond).into(), 7)
            .put(self.size.into(), 6)
            .put(self.total_weight.into(), 8)
            .put(self.quorum.into(), 2)
            .put(self.floor.into(), 2)
            .put(self.distance.into(), 2)
            .put(self.wrong.into(), 2)
            .put(self.accuracy.into(), 2)
            .word()
    }

    #[inline(never)]
    pub(crate) fn load(id: u64) -> Self {
        Self::unpack(load(id, 1))
    }

    #[inline(never)]
    pub(crate) fn store(self, id: u64) {
        store(id, 1, self.pack());
    }
}

/// A seat: who sits there and what it showed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seat {
    /// The reviewer; zero while the seat is free.
    pub operator: Address,
    /// Its stake at the snapshot, in 1e-9 OMNIT.
    pub weight: u64,
    /// Its score, once revealed.
    pub score: u16,
    /// Whether it showed its score.
    pub is_revealed: bool,
}

impl Seat {
    /// Reads the word.
    pub fn unpack(word: B256) -> Self {
        let mut fields = Reader::new(word);
        Self {
            operator: fields.address(),
            weight: fields.take(8) as u64,
            score: fields.take(2) as u16,
            is_revealed: fields.take(1) == 1,
        }
    }

    /// The word.
    pub fn pack(self) -> B256 {
        Writer::default()
            .address(self.operator)
            .put(self.weight.into(), 8)
            .put(self.score.into(), 2)
            .put(self.is_revealed.into(), 1)
            .word()
    }

    #[inline(never)]
    pub(crate) fn load(id: u64, seat: u8) -> Self {
        Self::unpack(storage::load(slot::numbered(Domain::Seat, id, seat.into())))
    }

    #[inline(never)]
    pub(crate) fn store(self, id: u64, seat: u8) {
        storage::store(slot::numbered(Domain::Seat, id, seat.into()), self.pack());
    }
}

/// What an operator committed to: its seat plus one in the first byte, the last 31 bytes of the commitment behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Review(pub B256);

impl Review {
    /// A commitment on a seat.
    pub fn new(seat: u8, mut commitment: B256) -> Self {
        commitment[0] = seat + 1;
        Self(commitment)
    }

    /// The seat, if there is one.
    pub fn seat(&self) -> Option<u8> {
        self.0[0].checked_sub(1)
    }

    /// What was committed to.
    pub fn commitment(mut self) -> B256 {
        self.0[0] = 0;
        self.0
    }

    #[inline(never)]
    pub(crate) fn load(id: u64, operator: Address) -> Self {
        Self(storage::load(slot::review(id, operator)))
    }

    #[inline(never)]
    pub(crate) fn store(self, id: u64, operator: Address) {
        storage::store(slot::review(id, operator), self.0);
    }
}

#[inline(never)]
fn load(id: u64, index: u32) -> B256 {
    storage::load(slot::numbered(Domain::Submission, id, index))
}

#[inline(never)]
fn store(id: u64, index: u32, word: B256) {
    storage::store(slot::numbered(Domain::Submission, id, index), word);
}

/// The root of a submission.
pub(crate) fn root(id: u64) -> B256 {
    load(id, 2)
}

/// The submission of a content; zero if there is none.
pub(crate) fn of_content(campaign: u32, root: B256) -> u64 {
    narrow(U256::from_be_bytes(storage::load(slot::content(campaign, root)).0)).unwrap_or_default() as u64
}

/// Names the submission of a content; zero makes it new again.
#[inline(never)]
pub(crate) fn name_content(campaign: u32, root: B256, id: u64) {
    storage::store(slot::content(campaign, root), widen(id.into()).into());
}

/// Takes a submission of `submitter`, who sent `bond`.
#[inline(never)]
pub(crate) fn submit(submitter: Address, bond: u128, c: IData::submitCall) -> Result<()> {
    let IData::submitCall { campaign, root, size } = c;
    let frame = Frame::load(campaign)?;
    let rules = Rules::set()?;
    let mut budget = campaign::open_budget(campaign)?;
    let tally = Tally::load(campaign);
    let now = chain::now();
    if now >= frame.submit_until {
        return Err(IData::CampaignEnded { id: campaign, submitUntil: frame.submit_until }.into());
    }
    if budget.count >= tally.max_submissions {
        return Err(IData::CampaignFull { id: campaign, maxSubmissions: tally.max_submissions }.into());
    }
    if bond != rules.bond {
        return Err(IData::WrongBond { amount: widen(bond), bond: widen(rules.bond) }.into());
    }
    check_content(campaign, root)?;
    let offer = Offer::load(campaign);
    between(name(b"size"), size.into(), offer.min_size.into(), offer.max_size.into())?;
    let value = offer.value(size);
    let reserved = value + score::part_down(value, tally.validator_bps);
    budget.reserve(reserved)?;
    let mut totals = Totals::load();
    totals.submissions += 1;
    totals.held += bond;
    let id = totals.submissions;
    let entry = Entry {
        submitter,
        campaign,
        at: now,
        seats: 0,
        state: State::Open as u8,
        // Rules may have become stricter than the campaign has seats.
        min_reveals: rules.min_reveals.min(frame.max_reviewers),
    };
    let snapshot = entry.snapshot();
    let case = Case {
        bond,
        size,
        total_weight: total_weight(snapshot)?,
        quorum: rules.quorum,
        floor: rules.floor,
        distance: rules.distance,
        wrong: rules.wrong,
        accuracy: 0,
    };
    totals.store();
    budget.store(campaign);
    entry.store(id);
    case.store(id);
    store(id, 2, root);
    name_content(campaign, root, id);
    emit(&IData::Submitted {
        id,
        campaign,
        submitter,
        root,
        size,
        bond: widen(bond),
        reserved: widen(reserved),
        snapshot,
        commitEnds: entry.commit_ends(&frame),
        revealEnds: entry.reveal_ends(&frame),
    });
    Ok(())
}

fn check_content(campaign: u32, root: B256) -> Result<()> {
    if root.is_zero() {
        return Err(IData::ZeroRoot {}.into());
    }
    match of_content(campaign, root) {
        0 => Ok(()),
        id => Err(IData::DuplicateContent { campaign, root, id }.into()),
    }
}

/// Weight of all validators at the end of second `at`. The reason of staking when it does not answer.
#[inline(never)]
fn total_weight(at: u64) -> Result<u64> {
    let args = (number(VALIDATION), WordToken(widen(at.into()).into()));
    stake(&call::static_call::<IStaking::getPastTotalStakeCall>(known(Own::Staking), &args))
}

/// An answer of staking as a weight.
#[inline(never)]
pub(crate) fn stake(answer: &call::Answer) -> Result<u64> {
    match answer.word() {
        Some(word) => Ok(weight_down(narrow(word.into()).unwrap_or_default())),
        None => Err(omnit_runtime::Revert::raw(answer.data())),
    }
}
