//! Entry of an activated program (`stylus-node.md` §4, §13).

use alloy::primitives::B256;
use omnit_vm::StylusParams;

/// Seconds per unit of an entry's activation time.
pub(crate) const HOUR: u64 = 3_600;

const DAY: u64 = 86_400;

/// Unix second from which activation hours count.
pub(crate) const fn start_of_hours() -> u64 {
    1_421_388_000
}

/// Hours of `now` (unix seconds) since [`start_of_hours`].
pub(crate) fn hours_since_start(now: u64) -> u32 {
    u32::try_from(now.saturating_sub(start_of_hours()) / HOUR).unwrap_or(u32::MAX)
}

/// What the chain stores of an activated program, 32 bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ProgramEntry {
    /// Stylus version; 0 if never activated.
    pub(crate) version: u16,
    pub(crate) init_cost: u16,
    pub(crate) cached_cost: u16,
    /// Initial pages.
    pub(crate) footprint: u16,
    /// Hours since [`start_of_hours`], 24 bits.
    pub(crate) activated_at: u32,
    /// KiB of machine code, 24 bits.
    pub(crate) asm_kib: u32,
    pub(crate) is_cached: bool,
}

/// Why a program cannot be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Inactive {
    #[error("program not activated")]
    NotActivated,
    #[error("program needs upgrade: activated for Stylus version {version}, the chain runs {current}")]
    NeedsUpgrade { version: u16, current: u16 },
    #[error("program expired: {age} s old")]
    Expired { age: u64 },
}

impl ProgramEntry {
    pub(crate) fn unpack(word: B256) -> Self {
        let short = |at: usize| u16::from_be_bytes([word[at], word[at + 1]]);
        let medium = |at: usize| u32::from_be_bytes([0, word[at], word[at + 1], word[at + 2]]);
        Self {
            version: short(0),
            init_cost: short(2),
            cached_cost: short(4),
            footprint: short(6),
            activated_at: medium(8),
            asm_kib: medium(11),
            is_cached: word[14] != 0,
        }
    }

    pub(crate) fn pack(&self) -> B256 {
        let mut bytes = Vec::with_capacity(15);
        for field in [self.version, self.init_cost, self.cached_cost, self.footprint] {
            bytes.extend(field.to_be_bytes());
        }
        for field in [self.activated_at, self.asm_kib] {
            bytes.extend(&field.to_be_bytes()[1..]);
        }
        bytes.push(self.is_cached.into());
        B256::right_padding_from(&bytes)
    }

    /// Age in seconds at unix second `now`.
    pub(crate) fn age(&self, now: u64) -> u64 {
        now.saturating_sub(start_of_hours() + HOUR * u64::from(self.activated_at))
    }

    /// Seconds until it expires, 0 if it has.
    pub(crate) fn time_left(&self, params: &StylusParams, now: u64) -> u64 {
        (DAY * u64::from(params.expiry_days)).saturating_sub(self.age(now))
    }

    /// Whether it is old enough to be kept alive.
    pub(crate) fn may_be_kept_alive(&self, params: &StylusParams, now: u64) -> bool {
        self.age(now) >= DAY * u64::from(params.keepalive_days)
    }

    fn is_expired(&self, params: &StylusParams, now: u64) -> bool {
        self.age(now) > DAY * u64::from(params.expiry_days)
    }

    /// Refuses an entry that must not run at unix second `now`.
    pub(crate) fn check_active(&self, params: &StylusParams, now: u64) -> Result<(), Inactive> {
        if self.version == 0 {
            return Err(Inactive::NotActivated);
        }
        if self.version != params.version {
            return Err(Inactive::NeedsUpgrade { version: self.version, current: params.version });
        }
        if self.is_expired(params, now) {
            return Err(Inactive::Expired { age: self.age(now) });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unpack_gives_the_entry_back_when_packed() {
        let entry = ProgramEntry {
            version: 2,
            init_cost: 0x1234,
            cached_cost: 0x5678,
            footprint: 17,
            activated_at: 0x01_02_03,
            asm_kib: 0x0a_0b_0c,
            is_cached: true,
        };
        assert_eq!(ProgramEntry::unpack(entry.pack()), entry);
        assert_eq!(ProgramEntry::unpack(B256::ZERO), ProgramEntry::default());
    }
}
