//! Block timestamps.

/// Decides the timestamp of the next block. Timestamps strictly increase, as in anvil and Hardhat, so that two blocks never share one
/// (time-keyed checkpoints of contracts stay distinct); a chain that mines more than a block per second runs ahead of the wall clock.
#[derive(Debug, Clone, Default)]
pub(crate) struct Clock {
    /// Seconds the chain is ahead of the wall clock (negative: behind).
    offset: i128,
    /// Timestamp the next block must have.
    exact: Option<u64>,
    /// Seconds between blocks, whatever the wall clock says.
    interval: Option<u64>,
}

impl Clock {
    /// A clock that shows `genesis` when the wall clock shows `now` (both unix seconds).
    pub(crate) fn starting_at(genesis: u64, now: u64) -> Self {
        Self { offset: i128::from(genesis) - i128::from(now), exact: None, interval: None }
    }

    /// Unix seconds the chain would show now.
    pub(crate) fn time(&self, now: u64) -> u64 {
        u64::try_from((i128::from(now) + self.offset).max(0)).unwrap_or(u64::MAX)
    }

    /// Timestamp of a block after one at `previous`, without using up [`Clock::set_exact`].
    pub(crate) fn peek(&self, previous: u64, now: u64) -> u64 {
        let wished = match (self.exact, self.interval) {
            (Some(exact), _) => exact,
            (None, Some(interval)) => previous.saturating_add(interval),
            (None, None) => self.time(now),
        };
        wished.max(previous.saturating_add(1))
    }

    /// Timestamp of the block now being made after one at `previous`; later blocks go on from it.
    pub(crate) fn advance(&mut self, previous: u64, now: u64) -> u64 {
        let timestamp = self.peek(previous, now);
        if self.exact.take().is_some() {
            self.offset = i128::from(timestamp) - i128::from(now);
        }
        timestamp
    }

    /// Moves the clock forward; gives the total offset in seconds.
    pub(crate) fn increase(&mut self, seconds: u64) -> i128 {
        self.offset += i128::from(seconds);
        self.offset
    }

    /// Sets the clock to `timestamp` (unix seconds) now; gives the seconds it jumped.
    pub(crate) fn set(&mut self, timestamp: u64, now: u64) -> i128 {
        let before = self.time(now);
        self.offset = i128::from(timestamp) - i128::from(now);
        i128::from(timestamp) - i128::from(before)
    }

    /// The next block gets exactly `timestamp`, and the clock goes on from there.
    pub(crate) fn set_exact(&mut self, timestamp: u64) {
        self.exact = Some(timestamp);
    }

    /// Seconds between blocks; `None` follows the wall clock again. Tells whether an interval was set before.
    pub(crate) fn set_interval(&mut self, interval: Option<u64>) -> bool {
        let had = self.interval.is_some();
        self.interval = interval;
        had
    }

    /// As it was when cloned at `then`, as if no wall-clock time had passed until `now`.
    pub(crate) fn resumed(mut self, then: u64, now: u64) -> Self {
        self.offset -= i128::from(now) - i128::from(then);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::Clock;

    #[test]
    fn advance_adds_one_second_when_blocks_share_a_second() {
        let mut clock = Clock::starting_at(1_000, 50);
        assert_eq!(clock.advance(1_000, 50), 1_001);
        assert_eq!(clock.advance(1_001, 50), 1_002);
        assert_eq!(clock.advance(1_002, 80), 1_030);
    }

    #[test]
    fn advance_goes_on_from_the_exact_time_when_one_was_set() {
        let mut clock = Clock::starting_at(1_000, 50);
        clock.set_exact(5_000);
        assert_eq!(clock.peek(1_000, 50), 5_000);
        assert_eq!(clock.advance(1_000, 50), 5_000);
        assert_eq!(clock.advance(5_000, 60), 5_010);
    }

    #[test]
    fn advance_follows_the_interval_when_one_is_set() {
        let mut clock = Clock::starting_at(1_000, 50);
        assert!(!clock.set_interval(Some(12)));
        assert_eq!(clock.advance(1_000, 90), 1_012);
        assert!(clock.set_interval(None));
        assert_eq!(clock.advance(1_012, 90), 1_040);
    }

    #[test]
    fn resumed_forgets_the_time_between_when_a_snapshot_is_restored() {
        let clock = Clock::starting_at(1_000, 50);
        let saved = clock.clone();
        assert_eq!(saved.resumed(50, 70).time(70), 1_000);
    }
}
