//! What the contract should do, written the obvious way: lists of entries, sets of paid ones, no trees and no bits.

use crate::list::Entry;
use std::collections::BTreeSet;

/// How a claim is bent before it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Twist {
    None,
    Index,
    Account,
    Amount,
    Schedule,
    Liquid,
    EmptyProof,
    LongProof,
    /// The entry and proof of another list.
    OtherList,
}

/// Something an actor tries. Accounts are numbers of test accounts, lists and campaigns are counted around.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    Open {
        from: usize,
        list: usize,
        percent: u64,
        secs: u64,
    },
    TopUp {
        from: usize,
        campaign: usize,
        amount: u64,
    },
    Claim {
        from: usize,
        campaign: usize,
        entry: usize,
        twist: Twist,
    },
    ClawBack {
        from: usize,
        campaign: usize,
    },
    /// Whether the vesting contract refuses from now on.
    Refuse(bool),
    Wait {
        secs: u64,
    },
}

#[derive(Clone, Debug)]
pub(crate) struct Campaign {
    pub(crate) owner: usize,
    pub(crate) list: usize,
    pub(crate) funded: u64,
    pub(crate) left: u64,
    pub(crate) expires_at: u64,
    pub(crate) claimed: BTreeSet<u32>,
}

/// A claim as it is sent.
pub(crate) struct Sent {
    pub(crate) entry: Entry,
    /// Whether the proof is the one of this very entry in the list of the campaign.
    pub(crate) is_proven: bool,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    pub(crate) campaigns: Vec<Campaign>,
    pub(crate) refuses: bool,
    /// OMNIT in locks.
    pub(crate) locked: u64,
}

/// Where a successful action moved how much; nothing if it must fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moved {
    Nothing,
    In(u64),
    Out(u64),
    Locked(u64),
}

impl Model {
    pub(crate) fn open(&mut self, now: u64, owner: usize, list: usize, amount: u64, expires_at: u64) -> Option<Moved> {
        (amount > 0 && expires_at > now).then_some(())?;
        let claimed = BTreeSet::new();
        self.campaigns.push(Campaign { owner, list, funded: amount, left: amount, expires_at, claimed });
        Some(Moved::In(amount))
    }

    pub(crate) fn top_up(&mut self, now: u64, campaign: usize, amount: u64) -> Option<Moved> {
        let campaign = self.campaigns.get_mut(campaign)?;
        (amount > 0 && now < campaign.expires_at).then_some(())?;
        campaign.funded += amount;
        campaign.left += amount;
        Some(Moved::In(amount))
    }

    pub(crate) fn claim(&mut self, now: u64, campaign: usize, sent: &Sent) -> Option<Moved> {
        let refuses = self.refuses;
        let campaign = self.campaigns.get_mut(campaign)?;
        let amount: u64 = sent.entry.amount.to();
        let is_liquid = sent.entry.schedule.points.is_empty();
        (sent.is_proven && now < campaign.expires_at && campaign.left >= amount).then_some(())?;
        (is_liquid || !refuses).then_some(())?;
        campaign.claimed.insert(sent.entry.index).then_some(())?;
        campaign.left -= amount;
        if is_liquid {
            return Some(Moved::Out(amount));
        }
        self.locked += amount;
        Some(Moved::Locked(amount))
    }

    pub(crate) fn claw_back(&mut self, now: u64, from: usize, campaign: usize) -> Option<Moved> {
        let campaign = self.campaigns.get_mut(campaign)?;
        (campaign.owner == from && now >= campaign.expires_at && campaign.left > 0).then_some(())?;
        Some(Moved::Out(std::mem::take(&mut campaign.left)))
    }
}
