//! Where every word of storage is: the domains of the scheme in [`omnit_runtime::slot`].

use alloy_primitives::{Address, B256};
use omnit_runtime::slot;

/// What a word of storage is; the first byte of its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Domain {
    /// What the contract knows once, by index: [`Config`].
    Config = 1,
    /// Terms of a service.
    Terms = 2,
    /// Whether an account is a slasher of a service.
    Slasher = 3,
    /// When the yield of a service was last settled, and what is left to grant.
    Clock = 4,
    /// Yield per unit of stake and of stake times score of a service.
    Rates = 5,
    /// Sum of stake times score of a service, and yield that its accumulators do not hold yet.
    Scored = 6,
    /// Eligible stake of a service now.
    Total = 7,
    /// Eligible stake of a service before.
    TotalArchive = 8,
    /// Services that an operator offers.
    Services = 9,
    /// Everything small about a provision.
    Status = 10,
    /// Active stake of a provision, by class.
    Stake = 11,
    /// Shares of active stake, by class.
    Shares = 12,
    /// Stake of a provision that thaws, by class.
    Thawing = 13,
    /// Shares of thawing stake, by class.
    ThawShares = 14,
    /// Accumulators of the service that the provision has collected up to.
    Collected = 15,
    /// Yield per share of a provision, by class.
    PerShare = 16,
    /// Commission of a provision.
    Commission = 17,
    /// Active stake of a provision now: votes of the operator.
    Votes = 18,
    /// Active stake of a provision before.
    VotesArchive = 19,
    /// Whether a provision is eligible now.
    Eligible = 20,
    /// Whether a provision was eligible before.
    EligibleArchive = 21,
    /// What slashing took of a share of delegated stake, now.
    Loss = 22,
    /// What slashing had taken before.
    LossArchive = 23,
    /// A position, two words.
    Position = 24,
    /// Shares of a delegated position now.
    PositionShares = 25,
    /// Shares of a delegated position before.
    PositionSharesArchive = 26,
    /// A ticket, three words.
    Ticket = 27,
}

/// Index of a word of [`Domain::Config`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Config {
    /// OMNIT, and whether a draw is under way.
    Token = 0,
    /// Owner of the parameters.
    Timelock = 1,
    /// Source of yield.
    Source = 2,
    /// Number of tickets, limits.
    Limits = 3,
}

/// Every domain with its name, how its slots are made, and what its words hold: the golden file `storage-layout.json`.
pub const DOMAINS: &[(Domain, &str, &str, &str)] = &[
    (
        Domain::Config,
        "config",
        "index",
        "0 token (160) | zero (95) | 1 while yield is drawn (1); 1 timelock (160) | zero (96); 2 source (160) | zero (96); 3 tickets (128) | zero \
         (80) | cut (16) | commission step (16) | maximal commission (16), in bps",
    ),
    (
        Domain::Terms,
        "terms",
        "index service",
        "minimum in base units (128) | zero (24) | bonus (16) | base (16) | misses to jail (8) | miss (16) | jail (24) | thaw (24), in bps and \
         seconds",
    ),
    (Domain::Slasher, "slasher", "index service, account", "1 if a slasher (256)"),
    (
        Domain::Clock,
        "clock",
        "index service",
        "zero (24) | numerator left of owed yield (64) | settled at, unix seconds (40) | reserve in base units (128)",
    ),
    (
        Domain::Rates,
        "rates",
        "index service",
        "yield in 2^-96 base units per unit of stake (128) | per unit of stake times 1 bps of score (128)",
    ),
    (
        Domain::Scored,
        "scored",
        "index service",
        "sum of stake times score in bps (128) | yield not in the rates yet in 2^-96 base units (128)",
    ),
    (
        Domain::Total,
        "total",
        "index service",
        "count (32) | zero (96) | latest: unix seconds (38), eligible stake in base units (90)",
    ),
    (
        Domain::TotalArchive,
        "total archive",
        "service in byte 1, index / 2",
        "even checkpoint (128) | odd checkpoint (128)",
    ),
    (Domain::Services, "services", "operator", "bit s - 1 for service s (256)"),
    (
        Domain::Status,
        "status",
        "service in byte 1, operator",
        "zero (38) | eligible (1) | registered (1) | misses (8) | commission in bps (16) | day of the last change of it (24) | jailed until (40) | \
         zero (22) | score in bps (16) | locked in base units (90)",
    ),
    (Domain::Stake, "stake", "as status", "own in base units (128) | delegated (128)"),
    (Domain::Shares, "shares", "as status", "own (128) | delegated (128)"),
    (
        Domain::Thawing,
        "thawing",
        "as status",
        "own: generation (32) | base units (96); delegated: generation (32) | base units (96)",
    ),
    (Domain::ThawShares, "thawing shares", "as status", "own (128) | delegated (128)"),
    (Domain::Collected, "collected", "as status", "the rates of the service collected up to (128) | (128)"),
    (Domain::PerShare, "yield per share", "as status", "own in 2^-64 base units (128) | delegated (128)"),
    (
        Domain::Commission,
        "commission",
        "as status",
        "base units (128) | yield not shared out yet in 2^-96 base units (128)",
    ),
    (Domain::Votes, "votes", "as status", "count (32) | zero (96) | latest: unix seconds (38), active stake (90)"),
    (Domain::VotesArchive, "votes archive", "as status, index / 2", "even checkpoint (128) | odd checkpoint (128)"),
    (Domain::Eligible, "eligible", "as status", "count (32) | zero (96) | latest: unix seconds (38), 0 or 1 (90)"),
    (
        Domain::EligibleArchive,
        "eligible archive",
        "as status, index / 2",
        "even checkpoint (128) | odd checkpoint (128)",
    ),
    (
        Domain::Loss,
        "loss",
        "as status",
        "count (32) | zero (96) | latest: unix seconds (38), lost of a delegated share in 2^-89 base units (90)",
    ),
    (Domain::LossArchive, "loss archive", "as status, index / 2", "even checkpoint (128) | odd checkpoint (128)"),
    (
        Domain::Position,
        "position",
        "keccak256(owner | operator | service | tag), index",
        "0 holder (160) | own (1) | zero (5) | unclaimed in base units (90); 1 shares (128) | yield per share collected up to (128)",
    ),
    (
        Domain::PositionShares,
        "position shares",
        "as position",
        "count (32) | zero (96) | latest: unix seconds (38), delegated shares / 2^20 (90)",
    ),
    (
        Domain::PositionSharesArchive,
        "position shares archive",
        "as position, index / 2",
        "even checkpoint (128) | odd checkpoint (128)",
    ),
    (
        Domain::Ticket,
        "ticket",
        "index, id in the last 8 bytes",
        "0 owner (160) | zero (15) | own (1) | service (8) | generation (32) | ends at (40); 1 operator (160) | zero (32) | tag (64); 2 zero \
         (128) | thawing shares (128)",
    ),
];

/// A word of the contract's own.
#[inline(always)]
pub fn config(index: Config) -> B256 {
    slot::of(Domain::Config as u8, Address::ZERO, index as u32)
}

/// A word of a service, or of an account with a service.
#[inline(always)]
pub fn service(domain: Domain, account: Address, service: u8) -> B256 {
    slot::of(domain as u8, account, u32::from(service))
}

/// A word of a provision. The service is in the second byte, so that the index stays free for archives. Operator zero: of a service.
#[inline(never)]
pub fn provision(domain: Domain, operator: Address, service: u8) -> B256 {
    let mut slot = slot::of(domain as u8, operator, 0);
    slot[1] = service;
    slot
}

/// The word of an operator.
#[inline(always)]
pub fn operator(operator: Address) -> B256 {
    slot::of(Domain::Services as u8, operator, 0)
}

/// Word `index` of a ticket.
#[inline(always)]
pub fn ticket(id: u64, index: u32) -> B256 {
    let mut slot = slot::of(Domain::Ticket as u8, Address::ZERO, index);
    slot[24..].copy_from_slice(&id.to_be_bytes());
    slot
}

/// The key of a position: a hash of fixed-width fields, so no two positions can share it.
#[must_use]
pub fn position_key(owner: Address, operator: Address, service: u8, tag: u64) -> [u8; 49] {
    let mut key = [0; 49];
    key[..20].copy_from_slice(owner.as_slice());
    key[20..40].copy_from_slice(operator.as_slice());
    key[40] = service;
    key[41..].copy_from_slice(&tag.to_be_bytes());
    key
}

/// Word `index` of what is keyed by the hash of a position.
#[inline(always)]
pub fn position(domain: Domain, hash: B256, index: u32) -> B256 {
    slot::at(slot::hashed(domain as u8, hash), index)
}
