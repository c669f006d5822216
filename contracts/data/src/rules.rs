//! What the timelock decides.

use crate::{
    Result,
    field::{Reader, Writer},
    score::{BPS, MAX_REVIEWERS, WEIGHT_UNIT, weight_down},
    slot::{self, Own},
    vault::known,
};
use alloy_primitives::{Address, B256};
use omnit_abi::IData;
use omnit_runtime::{
    amount::{narrow, widen},
    chain, emit, storage,
};

/// Rules for submissions from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Bond of a submission in base units, a multiple of [`WEIGHT_UNIT`].
    pub bond: u128,
    /// Fewest reveals for an accuracy. Zero until the rules are set.
    pub min_reveals: u8,
    /// Least revealed share of the total stake for an accuracy.
    pub quorum: u16,
    /// Accuracy below which the bond is burned.
    pub floor: u16,
    /// Distance from the median at which pay is zero.
    pub distance: u16,
    /// Distance from the median beyond which a duty was done wrongly.
    pub wrong: u16,
    /// Share of the pay that the reserve matches.
    pub match_bps: u16,
    /// Least revealed share of the total stake for that.
    pub match_quorum: u16,
    /// Shortest window in seconds.
    pub min_window: u32,
}

impl Rules {
    /// Reads the word.
    pub fn unpack(word: B256) -> Self {
        let mut fields = Reader::new(word);
        Self {
            bond: fields.take(12),
            min_reveals: fields.take(1) as u8,
            quorum: fields.take(2) as u16,
            floor: fields.take(2) as u16,
            distance: fields.take(2) as u16,
            wrong: fields.take(2) as u16,
            match_bps: fields.take(2) as u16,
            match_quorum: fields.take(2) as u16,
            min_window: fields.take(3) as u32,
        }
    }

    /// The word.
    pub fn pack(self) -> B256 {
        Writer::default()
            .put(self.bond, 12)
            .put(self.min_reveals.into(), 1)
            .put(self.quorum.into(), 2)
            .put(self.floor.into(), 2)
            .put(self.distance.into(), 2)
            .put(self.wrong.into(), 2)
            .put(self.match_bps.into(), 2)
            .put(self.match_quorum.into(), 2)
            .put(self.min_window.into(), 3)
            .word()
    }

    #[inline(never)]
    pub(crate) fn load() -> Self {
        Self::unpack(storage::load(slot::own(Own::Rules)))
    }

    /// The rules, once there are any.
    pub(crate) fn set() -> Result<Self> {
        let rules = Self::load();
        if rules.min_reveals == 0 { Err(IData::RulesNotSet {}.into()) } else { Ok(rules) }
    }

    fn check(&self) -> Result<()> {
        // 0.001 to 1,000,000 OMNIT. Never nothing, so that resolving always ends with a call of the token: see `resolve`.
        between(name(b"bond"), self.bond, 1_000_000_000_000_000, 1_000_000_000_000_000_000_000_000)?;
        between(name(b"minReveals"), self.min_reveals.into(), 1, MAX_REVIEWERS as u128)?;
        between(name(b"quorumBps"), self.quorum.into(), 0, 5_000)?;
        between(name(b"floorBps"), self.floor.into(), 0, 5_000)?;
        between(name(b"distanceBps"), self.distance.into(), 1, BPS.into())?;
        between(name(b"wrongBps"), self.wrong.into(), 1, BPS.into())?;
        between(name(b"matchBps"), self.match_bps.into(), 0, BPS.into())?;
        between(name(b"matchQuorumBps"), self.match_quorum.into(), 1_000, BPS.into())?;
        between(name(b"minWindowSecs"), self.min_window.into(), 60, 86_400)
    }
}

/// A name as [`between`] takes it: the front of a bytes32.
pub(crate) const fn name(text: &[u8]) -> u128 {
    let mut name = 0;
    let mut at = 0;
    while at < 16 {
        name = name << 8 | if at < text.len() { text[at] as u128 } else { 0 };
        at += 1;
    }
    name
}

/// Refuses a value outside of what is allowed.
#[inline(never)]
pub(crate) fn between(name: u128, value: u128, minimum: u128, maximum: u128) -> Result<()> {
    if minimum <= value && value <= maximum {
        return Ok(());
    }
    let mut word = B256::ZERO;
    word[..16].copy_from_slice(&name.to_be_bytes());
    let [value, minimum, maximum] = [value, minimum, maximum].map(widen);
    Err(IData::OutOfRange { name: word, value, minimum, maximum }.into())
}

#[inline(never)]
fn only_timelock() -> Result<Address> {
    let caller = chain::sender();
    if caller == known(Own::Timelock) { Ok(caller) } else { Err(IData::NotTimelock { caller }.into()) }
}

pub(crate) fn set(c: IData::setRulesCall) -> Result<()> {
    only_timelock()?;
    let bond = narrow(c.bond).unwrap_or(u128::MAX);
    let rules = Rules {
        // Stored in whole units of 1e-9 OMNIT with every submission: the rest would be lost.
        bond: if u128::from(weight_down(bond)) * u128::from(WEIGHT_UNIT) == bond { bond } else { 0 },
        min_reveals: c.minReveals,
        quorum: c.quorumBps,
        floor: c.floorBps,
        distance: c.distanceBps,
        wrong: c.wrongBps,
        match_bps: c.matchBps,
        match_quorum: c.matchQuorumBps,
        min_window: c.minWindowSecs,
    };
    rules.check()?;
    storage::store(slot::own(Own::Rules), rules.pack());
    emit(&IData::RulesSet {
        bond: c.bond,
        minReveals: c.minReveals,
        quorumBps: c.quorumBps,
        floorBps: c.floorBps,
        distanceBps: c.distanceBps,
        wrongBps: c.wrongBps,
        matchBps: c.matchBps,
        matchQuorumBps: c.matchQuorumBps,
        minWindowSecs: c.minWindowSecs,
    });
    Ok(())
}

#[inline(never)]
fn link(own: Own, to: Address) -> Result<Address> {
    let caller = only_timelock()?;
    storage::store(slot::own(own), to.into_word());
    Ok(caller)
}

pub(crate) fn set_source(source: Address) -> Result<()> {
    link(Own::Source, source)?;
    emit(&IData::SourceSet { source });
    Ok(())
}

pub(crate) fn set_season(season: Address) -> Result<()> {
    link(Own::Season, season)?;
    emit(&IData::SeasonSet { season });
    Ok(())
}

pub(crate) fn hand_over(timelock: Address) -> Result<()> {
    if timelock.is_zero() {
        return Err(IData::ZeroAddress {}.into());
    }
    let from = link(Own::Timelock, timelock)?;
    emit(&IData::HandedOver { from, timelock });
    Ok(())
}
