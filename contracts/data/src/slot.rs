//! Where every word of storage is: the domains of the scheme in [`omnit_runtime::slot`].

use alloy_primitives::{Address, B256};
use omnit_runtime::slot;

/// What a word of storage is; the first byte of its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Domain {
    /// The contract's own words, by index: see [`Own`].
    Own = 1,
    /// Five words of a campaign, by index: [`crate::campaign`].
    Campaign = 2,
    /// Three words of a submission, by index: [`crate::submission`].
    Submission = 3,
    /// Seats of a submission, by index: [`Seat`](crate::submission::Seat).
    Seat = 4,
    /// The submission of a content in a campaign.
    Content = 5,
    /// What an operator committed to: [`Review`](crate::submission::Review).
    Review = 6,
    /// What an operator earned.
    Earned = 7,
}

/// Indexes within [`Domain::Own`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Own {
    /// OMNIT. Not zero once initialised.
    Token = 0,
    /// Where validators stake.
    Staking = 1,
    /// Who owns the parameters.
    Timelock = 2,
    /// Where matching rewards are drawn from, or zero.
    Source = 3,
    /// Who counts points, or zero.
    Season = 4,
    /// [`Rules`](crate::rules::Rules).
    Rules = 5,
    /// [`Totals`](crate::vault::Totals).
    Totals = 6,
}

/// Every domain with its name, how its slots are made, and what its words hold: the golden file `storage-layout.json`.
pub const DOMAINS: &[(Domain, &str, &str, &str)] = &[
    (
        Domain::Own,
        "own",
        "index",
        "0 token (160), 1 staking (160), 2 timelock (160), 3 source (160), 4 season (160), 5 rules: bond (96) | \
         min reveals (8) | quorum, floor, distance, wrong, match, match quorum in bps (6 x 16) | min window secs (24) | \
         zero (32), 6 totals: held in base units (96) | campaigns (32) | submissions (64) | zero (64)",
    ),
    (
        Domain::Campaign,
        "campaign",
        "index, campaign",
        "0 funder (160) | submit until (40) | commit secs (24) | reveal secs (24) | max reviewers (8), 1 kind (256), \
         2 price (128) | min size (64) | max size (64), 3 free (96) | reserved (96) | open (24) | count (24) | closed (8) | \
         zero (8), 4 paid (96) | matched (96) | max submissions (32) | min accuracy bps (16) | validator bps (16)",
    ),
    (
        Domain::Submission,
        "submission",
        "index, submission",
        "0 submitter (160) | campaign (32) | unix seconds (40) | seats taken (8) | state (8) | min reveals (8), \
         1 bond in 1e9 base units (56) | size (48) | total weight (64) | quorum, floor, distance, wrong, accuracy in bps \
         (5 x 16) | zero (8), 2 root (256)",
    ),
    (
        Domain::Seat,
        "seat",
        "seat, submission",
        "operator (160) | weight in 1e9 base units (64) | score bps (16) | revealed (8) | zero (8)",
    ),
    (Domain::Content, "content", "keccak256(campaign (32) | root (256))", "submission (256)"),
    (
        Domain::Review,
        "review",
        "keccak256(submission (64) | operator (160))",
        "seat + 1 (8) | last 31 bytes of the commitment (248)",
    ),
    (Domain::Earned, "earned", "operator", "base units (256)"),
];

/// The slot of one of the contract's own words.
#[inline(always)]
pub fn own(own: Own) -> B256 {
    slot::of(Domain::Own as u8, Address::ZERO, own as u32)
}

/// The slot of word `index` of a numbered thing.
#[inline(always)]
pub fn numbered(domain: Domain, id: u64, index: u32) -> B256 {
    let mut account = Address::ZERO;
    account[12..].copy_from_slice(&id.to_be_bytes());
    slot::of(domain as u8, account, index)
}

/// The slot of what an operator earned.
#[inline(always)]
pub fn earned(operator: Address) -> B256 {
    slot::of(Domain::Earned as u8, operator, 0)
}

/// The slot that tells which submission has a content.
#[inline(never)]
pub fn content(campaign: u32, root: B256) -> B256 {
    let mut key = [0; 36];
    key[..4].copy_from_slice(&campaign.to_be_bytes());
    key[4..].copy_from_slice(root.as_slice());
    slot::keyed(Domain::Content as u8, &key)
}

/// The slot of an operator's review of a submission.
#[inline(never)]
pub fn review(id: u64, operator: Address) -> B256 {
    let mut key = [0; 28];
    key[..8].copy_from_slice(&id.to_be_bytes());
    key[8..].copy_from_slice(operator.as_slice());
    slot::keyed(Domain::Review as u8, &key)
}
