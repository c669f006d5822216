//! Where every word of storage is: the domains of the scheme in [`omnit_runtime::slot`].

use alloy_primitives::{Address, B256};
use omnit_runtime::slot;

/// What a word of storage is; the first byte of its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Domain {
    /// Token and what every vote reads: [`Config`](crate::config::Config).
    Config = 1,
    /// Timelock and threshold: [`Authority`](crate::config::Authority).
    Authority = 2,
    /// Guardian and counters: [`Seat`](crate::config::Seat).
    Seat = 3,
    /// A further source of votes, by place: [`Source`](crate::config::Source).
    Source = 4,
    /// A holder left out of the quorum's supply, by place.
    Excluded = 5,
    /// Latest quorum numerator: [`Head`](omnit_runtime::checkpoint::Head).
    Quorum = 6,
    /// Older quorum numerators.
    QuorumArchive = 7,
    /// Latest sum of excluded balances: [`Head`](omnit_runtime::checkpoint::Head).
    Reserve = 8,
    /// Older sums of excluded balances.
    ReserveArchive = 9,
    /// Votes and times of a proposal: [`Progress`](crate::proposal::Progress).
    Progress = 10,
    /// Proposer, number and eta of a proposal: [`Origin`](crate::proposal::Origin).
    Origin = 11,
    /// Abstaining votes of a proposal.
    Abstain = 12,
    /// Calls of a proposal, word by word.
    Details = 13,
    /// How an account voted on 64 proposals in a row: [`Ballots`](crate::ballot::Ballots).
    Ballots = 14,
    /// Against and for votes of an account that split its vote.
    Split = 15,
    /// Abstaining votes of an account that split its vote.
    SplitAbstain = 16,
    /// Votes that stakers took back from an operator.
    Overridden = 17,
    /// One if the votes of a staked position were taken back.
    Position = 18,
    /// Next nonce of an account.
    Nonce = 19,
    /// Next nonce of an account under a key.
    KeyedNonce = 20,
    /// The program that serves parameters and views. Not zero once initialised.
    Clerk = 21,
}

/// Every domain with its name, how its slots are made, and what its words hold: the golden file `storage-layout.json`.
pub const DOMAINS: &[(Domain, &str, &str, &str)] = &[
    (
        Domain::Config,
        "config",
        "zero",
        "voting delay (24) | voting period (24) | extension (24) | places of sources (8) | zero (16) | token (160)",
    ),
    (Domain::Authority, "authority", "zero", "proposal threshold in base units (96) | timelock (160)"),
    (
        Domain::Seat,
        "seat",
        "zero",
        "zero (16) | places of excluded holders (8) | proposals (32) | guardian sunset (40) | guardian (160)",
    ),
    (Domain::Source, "source", "place", "has positions (8) | zero (8) | until (40) | from (40) | source (160)"),
    (Domain::Excluded, "excluded", "place", "holder (160)"),
    (Domain::Quorum, "quorum", "zero", "count (32) | zero (96) | latest: unix seconds (38), numerator (90)"),
    (Domain::QuorumArchive, "quorum archive", "index / 2", "even checkpoint (128) | odd checkpoint (128)"),
    (Domain::Reserve, "reserve", "zero", "count (32) | zero (96) | latest: unix seconds (38), base units (90)"),
    (Domain::ReserveArchive, "reserve archive", "index / 2", "even checkpoint (128) | odd checkpoint (128)"),
    (
        Domain::Progress,
        "progress",
        "keccak256(proposal)",
        "zero (10) | has abstain (1) | is extended (1) | span of voting (26) | for (90) | is canceled (1) | is executed (1) | snapshot (36) | against (90)",
    ),
    (
        Domain::Origin,
        "origin",
        "keccak256(proposal)",
        "zero (8) | eta (40) | zero (16) | number from 1 (32) | proposer (160)",
    ),
    (Domain::Abstain, "abstain", "keccak256(proposal)", "abstain in base units (256)"),
    (
        Domain::Details,
        "details",
        "word, number of the proposal",
        "hash of the description; then per call: calls, in the first (16) | zero (15) | has value (1) | selector (32) | bytes (32) | target (160); value if it has one; calldata behind the selector",
    ),
    (Domain::Ballots, "ballots", "number / 64, account", "64 times 0 none, 1 against, 2 for, 3 abstain, 4 split (4)"),
    (Domain::Split, "split", "keccak256(proposal | account)", "against (128) | for (128)"),
    (Domain::SplitAbstain, "split abstain", "keccak256(proposal | account)", "abstain (256)"),
    (Domain::Overridden, "overridden", "keccak256(proposal | operator)", "base units (256)"),
    (Domain::Position, "position", "keccak256(proposal | owner | operator | service | tag)", "1 if overridden (256)"),
    (Domain::Nonce, "nonce", "account", "next nonce (256)"),
    (Domain::KeyedNonce, "keyed nonce", "keccak256(key | account)", "next nonce without its key (256)"),
    (Domain::Clerk, "clerk", "zero", "clerk (160)"),
];

/// The slot of a word of the contract itself, or of an account.
#[inline(always)]
pub fn of(domain: Domain, account: Address, index: u32) -> B256 {
    slot::of(domain as u8, account, index)
}

/// The slot of the contract's own word.
#[inline(always)]
pub fn own(domain: Domain) -> B256 {
    of(domain, Address::ZERO, 0)
}

/// The slot of a word of a proposal. Its id is hashed, because the first byte of a slot is the domain.
#[inline(never)]
pub fn proposal(domain: Domain, id: B256) -> B256 {
    slot::keyed(domain as u8, id.as_slice())
}

/// The slot of a word of an account on a proposal, or under a key.
#[inline(never)]
pub fn pair(domain: Domain, id: B256, account: Address) -> B256 {
    let mut key = [0; 52];
    key[..32].copy_from_slice(id.as_slice());
    key[32..].copy_from_slice(account.as_slice());
    slot::keyed(domain as u8, &key)
}
