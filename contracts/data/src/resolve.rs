//! The end of a submission: its accuracy, who is paid what, which duties were done.
//!
//! Order: everything that ends the submission is written; then the reserve is asked, because what it grants has to be credited; then credits
//! are written; then duties and points are told; then OMNIT moves. Reserve, staking and season cannot make resolving fail, and a caller who
//! gives so little gas that one of them fails leaves a 64th of it, which does not pay for the last call: a bond is never nothing, so the
//! token is always called.

use crate::{
    Result,
    campaign::{Budget, Offer, Tally},
    rules::Rules,
    score::{self, MAX_REVIEWERS, Score},
    slot::Own,
    submission::{self, Case, Entry, Seat, State},
    vault::{self, HOOK_GAS, VALIDATION, known, number},
};
use alloy_primitives::{Address, B256};
use alloy_sol_types::abi::token::WordToken;
use omnit_abi::{IData, ISeason, IStaking};
use omnit_runtime::{amount::widen, call, chain, emit};

/// Kinds of points.
const POINTS_DATA: u8 = 1;
const POINTS_VALIDATION: u8 = 2;

/// How a duty went, as staking wants to know it.
const DONE: u8 = 0;
const MISSED: u8 = 1;
const WRONG: u8 = 2;

/// A reviewer and what becomes of it.
#[derive(Clone, Copy, Default)]
struct Juror {
    seat: Seat,
    outcome: u8,
    /// Out of the budget.
    pay: u128,
    /// Out of the reserve.
    bonus: u128,
}

/// All reviewers of a submission.
struct Panel {
    jurors: [Juror; MAX_REVIEWERS],
    len: usize,
    scores: [Score; MAX_REVIEWERS],
    revealed: usize,
}

impl Panel {
    #[inline(never)]
    fn load(id: u64, seats: u8) -> Self {
        let mut panel = Self {
            jurors: [Juror::default(); MAX_REVIEWERS],
            len: usize::from(seats),
            scores: [Score { weight: 0, bps: 0 }; MAX_REVIEWERS],
            revealed: 0,
        };
        for number in 0..seats {
            let seat = Seat::load(id, number);
            let outcome = if seat.is_revealed { DONE } else { MISSED };
            panel.jurors[usize::from(number)] = Juror { seat, outcome, pay: 0, bonus: 0 };
            if seat.is_revealed {
                panel.scores[panel.revealed] = Score { weight: seat.weight, bps: seat.score };
                panel.revealed += 1;
            }
        }
        panel
    }

    fn scores(&self) -> &[Score] {
        &self.scores[..self.revealed]
    }

    fn weight(&self) -> u128 {
        score::total(self.scores())
    }

    /// The accuracy, if enough was revealed.
    fn verdict(&self, entry: &Entry, case: &Case) -> Option<u16> {
        let is_enough = self.revealed >= usize::from(entry.min_reveals)
            && score::reaches(self.weight(), case.quorum, case.total_weight);
        if is_enough { score::median_down(self.scores()) } else { None }
    }

    /// Judges everybody who revealed; answers what they earn together.
    #[inline(never)]
    fn judge(&mut self, median: u16, pool: u128, case: &Case) -> u128 {
        let total = self.weight();
        let mut sum = 0;
        for juror in &mut self.jurors[..self.len] {
            if juror.outcome == DONE {
                let own = Score { weight: juror.seat.weight, bps: juror.seat.score };
                juror.pay = score::reviewer_pay_down(pool, own, median, total, case.distance);
                sum += juror.pay;
                if own.bps.abs_diff(median) > case.wrong {
                    juror.outcome = WRONG;
                }
            }
        }
        sum
    }

    /// Credits everybody, with its part of what was granted on top of `paid` for all; answers what reviewers get together.
    #[inline(never)]
    fn credit(&mut self, granted: u128, paid: u128) -> u128 {
        let mut sum = 0;
        for juror in &mut self.jurors[..self.len] {
            if juror.pay > 0 {
                juror.bonus = score::mul_div_down(granted, juror.pay, paid);
                vault::credit(juror.seat.operator, juror.pay + juror.bonus);
                sum += juror.pay + juror.bonus;
            }
        }
        sum
    }

    /// Tells staking how duties went.
    #[inline(never)]
    fn report(&self, id: u64) {
        let staking = known(Own::Staking);
        for Juror { seat, outcome, pay, bonus } in &self.jurors[..self.len] {
            let (operator, outcome) = (seat.operator, *outcome);
            emit(&IData::Reviewed { id, operator, outcome, amount: widen(pay + bonus) });
            let args = (WordToken(operator.into_word()), number(VALIDATION), number(outcome));
            let _ = call::call_with_gas::<IStaking::reportCall>(staking, &args, HOOK_GAS);
        }
    }

    /// Tells the season what everybody earned out of the budget.
    #[inline(never)]
    fn add_points(&self, submitter: Address, paid: u128) {
        let season = known(Own::Season);
        if season.is_zero() {
            return;
        }
        add_points(season, submitter, POINTS_DATA, paid);
        for Juror { seat, pay, .. } in &self.jurors[..self.len] {
            add_points(season, seat.operator, POINTS_VALIDATION, *pay);
        }
    }
}

#[inline(never)]
fn add_points(season: Address, account: Address, kind: u8, amount: u128) {
    if amount > 0 {
        let amount: B256 = widen(amount).into();
        let args = (WordToken(account.into_word()), number(kind), WordToken(amount));
        let _ = call::call_with_gas::<ISeason::addPointsCall>(season, &args, HOOK_GAS);
    }
}

/// What a resolved submission costs and gives.
struct Bill {
    /// To the submitter out of the budget.
    base: u128,
    /// To the submitter, its part of `matched` included.
    paid: u128,
    /// To the reviewers, their part of `matched` included.
    reviewers: u128,
    /// Out of the reserve.
    matched: u128,
    /// Whether enough stake was revealed for the reserve and the season to count it.
    is_backed: bool,
}

/// Ends submission `id`.
pub(crate) fn resolve(id: u64) -> Result<()> {
    let (mut entry, frame) = Entry::open(id)?;
    let ends = entry.reveal_ends(&frame);
    if chain::now() < ends {
        return Err(IData::RevealRunning { id, revealEnds: ends }.into());
    }
    let mut case = Case::load(id);
    let mut panel = Panel::load(id, entry.seats);
    match panel.verdict(&entry, &case) {
        Some(median) => {
            case.accuracy = median;
            let bill = settle(id, &mut entry, case, &mut panel)?;
            finish(id, &entry, &case, &panel, &bill)
        }
        None => give_up(id, &mut entry, &case, &panel),
    }
}

/// Value and reviewers' pool of a submission.
#[inline(never)]
fn worth(entry: &Entry, case: &Case, tally: &Tally) -> (u128, u128) {
    let value = Offer::load(entry.campaign).value(case.size);
    (value, score::part_down(value, tally.validator_bps))
}

/// Ends the submission with an accuracy: books, grant, credits.
#[inline(never)]
fn settle(id: u64, entry: &mut Entry, case: Case, panel: &mut Panel) -> Result<Bill> {
    let campaign = entry.campaign;
    let (mut budget, mut tally) = (Budget::load(campaign), Tally::load(campaign));
    let (value, pool) = worth(entry, &case, &tally);
    let is_accepted = case.accuracy >= tally.min_accuracy;
    let base = if is_accepted { score::part_down(value, case.accuracy) } else { 0 };
    let spent = base + panel.judge(case.accuracy, pool, &case);
    entry.state = if is_accepted { State::Accepted } else { State::Rejected } as u8;
    entry.store(id);
    case.store(id);
    budget.settle(value + pool, spent);
    budget.store(campaign);
    tally.paid += spent;
    tally.store(campaign);

    let rules = Rules::load();
    let is_backed = score::reaches(panel.weight(), rules.match_quorum, case.total_weight);
    let granted = if is_backed { vault::draw(score::part_down(spent, rules.match_bps)) } else { 0 };
    let paid = base + score::mul_div_down(granted, base, spent.max(1));
    let reviewers = panel.credit(granted, spent);
    let matched = paid + reviewers - spent;
    if granted > 0 {
        // Loaded again: the reserve may have called back.
        let (mut budget, mut tally) = (Budget::load(campaign), Tally::load(campaign));
        budget.free += granted - matched;
        budget.store(campaign);
        tally.matched += matched;
        tally.store(campaign);
    }
    Ok(Bill { base, paid, reviewers, matched, is_backed })
}

/// Tells how it went and pays the submitter.
#[inline(never)]
fn finish(id: u64, entry: &Entry, case: &Case, panel: &Panel, bill: &Bill) -> Result<()> {
    let (submitter, campaign) = (entry.submitter, entry.campaign);
    let back = if case.accuracy < case.floor { 0 } else { case.bond };
    emit(&IData::Resolved {
        id,
        campaign,
        submitter,
        accuracyBps: case.accuracy,
        paid: widen(bill.paid),
        reviewers: widen(bill.reviewers),
        matched: widen(bill.matched),
        bondBack: widen(back),
    });
    panel.report(id);
    if bill.is_backed {
        panel.add_points(submitter, bill.base);
    }
    if back == 0 {
        vault::burn(case.bond)?;
    }
    vault::pay_out(submitter, bill.paid + back)
}

/// Ends the submission without an accuracy: nobody is paid, everybody gets back what it put in.
#[inline(never)]
fn give_up(id: u64, entry: &mut Entry, case: &Case, panel: &Panel) -> Result<()> {
    let Entry { submitter, campaign, .. } = *entry;
    let (mut budget, tally) = (Budget::load(campaign), Tally::load(campaign));
    let (value, pool) = worth(entry, case, &tally);
    entry.state = State::Unreviewed as u8;
    entry.store(id);
    budget.settle(value + pool, 0);
    budget.store(campaign);
    submission::name_content(campaign, submission::root(id), 0);
    let weight = panel.weight() as u64;
    emit(&IData::Unreviewed { id, campaign, submitter, reveals: panel.revealed as u8, weight });
    panel.report(id);
    vault::pay_out(submitter, case.bond)
}
