//! Times and shares as people read them.

use alloy::primitives::U256;

use crate::date::moment;

/// The first second of the year 10000, from which on a moment is not spelled out.
const FAR: u64 = 253_402_300_800;

/// Unix seconds with the same moment in UTC: `1798761600 (2027-01-01 00:00:00 UTC)`.
pub(super) fn time(seconds: U256) -> String {
    match u64::try_from(seconds).ok().filter(|seconds| *seconds < FAR) {
        Some(near) => format!("{seconds} ({} UTC)", moment(near)),
        None => seconds.to_string(),
    }
}

/// Basis points as percent: `35 %`, `0.01 %`.
pub(super) fn percent(bps: U256) -> String {
    let (whole, rest) = bps.div_rem(U256::from(100));
    match rest.is_zero() {
        true => format!("{whole} %"),
        false => format!("{} %", format!("{whole}.{rest:0>2}").trim_end_matches('0')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_readable() {
        for (seconds, text) in [
            (0u64, "0 (1970-01-01 00:00:00 UTC)"),
            (951_782_399, "951782399 (2000-02-28 23:59:59 UTC)"),
            (951_782_400, "951782400 (2000-02-29 00:00:00 UTC)"),
            (1_798_761_600, "1798761600 (2027-01-01 00:00:00 UTC)"),
            (4_107_542_400, "4107542400 (2100-03-01 00:00:00 UTC)"),
        ] {
            assert_eq!(time(U256::from(seconds)), text);
        }
        assert_eq!(time(U256::MAX), U256::MAX.to_string());
    }

    #[test]
    fn percent_has_no_trailing_zeros() {
        for (bps, text) in [(3_500u64, "35 %"), (1, "0.01 %"), (10_000, "100 %"), (1_250, "12.5 %")] {
            assert_eq!(percent(U256::from(bps)), text);
        }
    }
}
