//! What people write: percentages, durations, sizes; and how times are shown.

use std::{fmt, str::FromStr};

use serde::Deserialize;

use crate::date::{span, utc};

/// A share in hundredths of a percent, written `87.5` or `87.5%`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Percent(pub(super) u16);

/// A duration in seconds, written `90s`, `30m`, `12h`, `7d`, or a plain number of seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Secs(pub(super) u64);

/// Bytes or items, written `12`, `64KiB`, `5MiB`, `2GiB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Size(pub(super) u64);

macro_rules! from_text {
    ($($name:ident)*) => {$(
        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                text.parse()
            }
        }
    )*};
}

from_text! { Percent Secs Size }

impl FromStr for Percent {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let rule = || format!("\"{text}\" is no percentage from 0 to 100 with at most two decimals, such as 87.5%");
        let number = text.strip_suffix('%').unwrap_or(text).trim_end();
        let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
        let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_digits(whole) || !is_digits(part) || part.len() > 2 || whole.len() > 3 {
            return Err(rule());
        }
        let hundredths: u16 = format!("{part:0<2}").parse().map_err(|_| rule())?;
        let whole: u16 = whole.parse().map_err(|_| rule())?;
        let bps = 100 * whole + hundredths;
        if bps > 10_000 { Err(rule()) } else { Ok(Self(bps)) }
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02} %", self.0 / 100, self.0 % 100)
    }
}

impl FromStr for Secs {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let factors = [("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400), ("", 1)];
        multiple(text, &factors).map(Self).ok_or_else(|| {
            format!("\"{text}\" is no duration such as 90s, 30m, 12h or 7d (a plain number counts seconds)")
        })
    }
}

impl fmt::Display for Secs {
    /// The two largest units.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&span(self.0))
    }
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let factors = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("", 1)];
        multiple(text, &factors)
            .map(Self)
            .ok_or_else(|| format!("\"{text}\" is no size such as 12, 64KiB, 5MiB or 2GiB"))
    }
}

/// A whole number with one of these units behind it.
fn multiple(text: &str, factors: &[(&str, u64)]) -> Option<u64> {
    factors.iter().find_map(|(unit, factor)| {
        let number = text.strip_suffix(unit)?;
        let is_digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        is_digits.then(|| number.parse::<u64>().ok()?.checked_mul(*factor)).flatten()
    })
}

/// A deadline: when, and how far from `now` it is.
pub(super) fn deadline(at: u64, now: u64) -> String {
    match at.checked_sub(now) {
        Some(0) | None => format!("{}, {} ago", utc(at), Secs(now - at)),
        Some(left) => format!("{}, in {}", utc(at), Secs(left)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_takes_up_to_two_decimals() {
        for (text, bps) in [("0", 0), ("87.5", 8_750), ("87.55%", 8_755), ("100 %", 10_000), ("0.01", 1)] {
            assert_eq!(text.parse(), Ok(Percent(bps)), "{text}");
        }
        for text in ["", "%", "-1", "100.01", "1.234", "1.", ".5", "1e2", "101", "+3"] {
            assert!(text.parse::<Percent>().is_err(), "{text}");
        }
        assert_eq!(Percent(8_705).to_string(), "87.05 %");
    }

    #[test]
    fn durations_and_sizes_take_units() {
        for (text, secs) in [("90", 90), ("90s", 90), ("30m", 1_800), ("12h", 43_200), ("7d", 604_800)] {
            assert_eq!(text.parse(), Ok(Secs(secs)), "{text}");
        }
        for (text, size) in [("12", 12), ("64KiB", 65_536), ("2GiB", 2_147_483_648)] {
            assert_eq!(text.parse(), Ok(Size(size)), "{text}");
        }
        for text in ["", "d", "1.5d", "-1s", "1w", "99999999999999999999d", "400000000000000d"] {
            assert!(text.parse::<Secs>().is_err(), "{text}");
        }
        let shown = [0, 59, 3_600, 3_661, 90_061].map(|secs| Secs(secs).to_string());
        assert_eq!(shown, ["0 s", "59 s", "1 h", "1 h 1 min", "1 d 1 h"]);
    }

    #[test]
    fn deadlines_say_how_far_they_are() {
        assert_eq!(deadline(60, 0), "1970-01-01 00:01:00 UTC (60), in 1 min");
        assert_eq!(deadline(60, 120), "1970-01-01 00:01:00 UTC (60), 1 min ago");
    }
}
