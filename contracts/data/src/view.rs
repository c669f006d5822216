//! What anybody can read.

use crate::{
    campaign::{self, Budget, Frame, Offer, Tally},
    rules::Rules,
    submission::{self, Case, Entry, Review, Seat},
};
use alloy_primitives::Address;
use omnit_abi::IData;
use omnit_runtime::amount::widen;

pub(crate) fn rules() -> IData::rulesReturn {
    let rules = Rules::load();
    IData::rulesReturn {
        bond: widen(rules.bond),
        minReveals: rules.min_reveals,
        quorumBps: rules.quorum,
        floorBps: rules.floor,
        distanceBps: rules.distance,
        wrongBps: rules.wrong,
        matchBps: rules.match_bps,
        matchQuorumBps: rules.match_quorum,
        minWindowSecs: rules.min_window,
    }
}

pub(crate) fn terms(id: u32) -> IData::termsReturn {
    let (frame, offer, tally) = (Frame::peek(id), Offer::load(id), Tally::load(id));
    IData::termsReturn {
        funder: frame.funder,
        kind: campaign::kind(id),
        price: offer.price,
        minSize: offer.min_size,
        maxSize: offer.max_size,
        maxSubmissions: tally.max_submissions,
        minAccuracyBps: tally.min_accuracy,
        validatorBps: tally.validator_bps,
        submitUntil: frame.submit_until,
        commitSecs: frame.commit_secs,
        revealSecs: frame.reveal_secs,
        maxReviewers: frame.max_reviewers,
    }
}

pub(crate) fn budget(id: u32) -> IData::budgetReturn {
    let (budget, tally) = (Budget::load(id), Tally::load(id));
    IData::budgetReturn {
        free: widen(budget.free),
        reserved: widen(budget.reserved),
        paid: widen(tally.paid),
        matched: widen(tally.matched),
        open: budget.open,
        count: budget.count,
        isClosed: budget.is_closed,
    }
}

pub(crate) fn submission(id: u64) -> IData::submissionReturn {
    let (entry, case) = (Entry::peek(id), Case::load(id));
    let frame = Frame::peek(entry.campaign);
    IData::submissionReturn {
        submitter: entry.submitter,
        campaign: entry.campaign,
        root: submission::root(id),
        size: case.size,
        bond: widen(case.bond),
        state: entry.state,
        accuracyBps: case.accuracy,
        reviewers: entry.seats,
        snapshot: entry.snapshot(),
        commitEnds: entry.commit_ends(&frame),
        revealEnds: entry.reveal_ends(&frame),
    }
}

pub(crate) fn rules_of(id: u64) -> IData::rulesOfReturn {
    let (entry, case) = (Entry::peek(id), Case::load(id));
    IData::rulesOfReturn {
        minReveals: entry.min_reveals,
        quorumBps: case.quorum,
        floorBps: case.floor,
        distanceBps: case.distance,
        wrongBps: case.wrong,
        totalWeight: case.total_weight,
    }
}

pub(crate) fn reviewer(id: u64, seat: u8) -> IData::reviewerReturn {
    let Seat { operator, weight, score, is_revealed } = Seat::load(id, seat);
    IData::reviewerReturn { operator, weight, scoreBps: score, isRevealed: is_revealed }
}

pub(crate) fn review_of(id: u64, operator: Address) -> IData::reviewOfReturn {
    let review = Review::load(id, operator);
    IData::reviewOfReturn {
        isSeated: review.seat().is_some(),
        seat: review.seat().unwrap_or_default(),
        commitment: review.commitment(),
    }
}
