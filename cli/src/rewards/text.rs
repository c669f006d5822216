//! Times and shares as people read them.

use alloy::primitives::U256;

const DAY: i64 = 86_400;

/// Unix seconds with the same moment in UTC: `1798761600 (2027-01-01 00:00:00 UTC)`.
pub(super) fn time(seconds: U256) -> String {
    match utc(seconds) {
        Some(utc) => format!("{seconds} ({utc} UTC)"),
        None => seconds.to_string(),
    }
}

/// The moment in UTC, if it lies before the year 10000.
fn utc(seconds: U256) -> Option<String> {
    let seconds = i64::try_from(seconds).ok().filter(|seconds| *seconds < 253_402_300_800)?;
    let (days, rest) = (seconds / DAY, seconds % DAY);
    let (year, month, day) = date(days);
    Some(format!("{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02}", rest / 3_600, rest / 60 % 60, rest % 60))
}

/// Year, month and day of a day since 1970-01-01 in the Gregorian calendar. Years are counted from March, so that the leap day is the last.
fn date(days: i64) -> (i64, i64, i64) {
    const ERA: i64 = 146_097;
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / ERA, shifted % ERA);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / (ERA - 1)) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (era * 400 + year + i64::from(month <= 2), month, day)
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
