//! Services, shares and times as people write and read them.

/// Service 1 or 2 by name, or any by number.
pub(super) fn parse_service(text: &str) -> Result<u8, String> {
    match text {
        "validator" => Ok(1),
        "compute" => Ok(2),
        _ => match text.parse() {
            Ok(service @ 1..=8) => Ok(service),
            _ => Err(format!("the service \"{text}\" is none of validator, compute, 1 to 8")),
        },
    }
}

/// A service in words.
pub(super) fn service_name(service: u8) -> String {
    match service {
        1 => "validator (1)".to_owned(),
        2 => "compute (2)".to_owned(),
        _ => service.to_string(),
    }
}

/// Percent with up to two decimals, as basis points.
pub(super) fn parse_percent(text: &str) -> Result<u64, String> {
    let rule = || format!("the share \"{text}\" is not 0 to 100 percent with up to two decimals, such as 2.5");
    let digits = text.strip_suffix('%').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(part) || part.len() > 2 || whole.len() > 3 {
        return Err(rule());
    }
    let number = |text: &str| text.parse::<u64>().map_err(|_| rule());
    let bps = number(whole)? * 100 + number(&format!("{part:0<2}"))?;
    if bps > 10_000 { Err(rule()) } else { Ok(bps) }
}

/// Basis points as percent.
pub(super) fn percent(bps: u64) -> String {
    let (whole, part) = (bps / 100, bps % 100);
    match part {
        0 => format!("{whole} %"),
        _ if part % 10 == 0 => format!("{whole}.{} %", part / 10),
        _ => format!("{whole}.{part:02} %"),
    }
}

/// Seconds, or a number of minutes (m), hours (h) or days (d).
pub(super) fn parse_secs(text: &str) -> Result<u64, String> {
    let rule =
        || format!("the time \"{text}\" is not a number of seconds, or one with m, h or d behind it, such as 14d");
    let (digits, unit) = match text.as_bytes().last() {
        Some(b's') => (&text[..text.len() - 1], 1),
        Some(b'm') => (&text[..text.len() - 1], 60),
        Some(b'h') => (&text[..text.len() - 1], 3_600),
        Some(b'd') => (&text[..text.len() - 1], 86_400),
        _ => (text, 1),
    };
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(rule());
    }
    digits.parse::<u64>().ok().and_then(|number| number.checked_mul(unit)).ok_or_else(rule)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::{span, utc};

    #[test]
    fn parse_percent_takes_two_decimals_and_no_more() {
        for (text, bps) in [("0", 0), ("10", 1_000), ("2.5", 250), ("2.5%", 250), ("0.01", 1), ("100", 10_000)] {
            assert_eq!(parse_percent(text), Ok(bps), "{text}");
        }
        for text in ["", "%", ".5", "5.", "0.001", "100.01", "-1", "1e2", "99999999999999999999"] {
            assert!(parse_percent(text).is_err(), "{text}");
        }
        assert_eq!([0, 1_000, 250, 1, 12_345].map(percent), ["0 %", "10 %", "2.5 %", "0.01 %", "123.45 %"]);
    }

    #[test]
    fn parse_secs_takes_units() {
        for (text, secs) in [("5", 5), ("5s", 5), ("2m", 120), ("1h", 3_600), ("14d", 1_209_600)] {
            assert_eq!(parse_secs(text), Ok(secs), "{text}");
        }
        for text in ["", "d", "1w", "-1", "1.5h", "999999999999999999d"] {
            assert!(parse_secs(text).is_err(), "{text}");
        }
        assert_eq!([0, 59, 3_660, 1_209_600, 90_001].map(span), ["0 s", "59 s", "1 h 1 min", "14 d", "1 d 1 h"]);
    }

    #[test]
    fn utc_tells_the_calendar_day() {
        assert_eq!(utc(0), "1970-01-01 00:00:00 UTC (0)");
        assert_eq!(utc(951_782_400), "2000-02-29 00:00:00 UTC (951782400)");
        assert_eq!(utc(1_795_523_400), "2026-11-24 12:30:00 UTC (1795523400)");
    }

    #[test]
    fn parse_service_takes_names_and_numbers() {
        assert_eq!(["validator", "compute", "8"].map(parse_service), [Ok(1), Ok(2), Ok(8)]);
        assert!(["0", "9", "miner", ""].iter().all(|text| parse_service(text).is_err()));
    }
}
