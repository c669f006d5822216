//! Times as people write them, all of them UTC: dates, dates with a time of day, unix seconds, and distances from a start.

/// Seconds of a day.
const DAY: u64 = 86_400;
/// Largest time of a lock: 40 bits.
const MAX: u64 = (1 << 40) - 1;

/// What a time may look like.
pub(crate) const RULE: &str =
    "a time is a date such as 2027-01-31, a date with time such as 2027-01-31T12:00Z, or unix seconds (9 to 13 digits)";
/// What a time after a start may look like.
pub(crate) const RULE_AFTER: &str = "a time is a date such as 2027-01-31, a date with time such as 2027-01-31T12:00Z, unix seconds \
    (9 to 13 digits), or a distance from the start such as 90d, 6mo, 2y";

/// Reads a time; the error is the rule it breaks.
pub(crate) fn parse_time(text: &str) -> Result<u64, String> {
    let secs = match text.bytes().all(|byte| byte.is_ascii_digit()) {
        true if (9..=13).contains(&text.len()) => text.parse().ok(),
        true => None,
        false => calendar(text),
    };
    secs.filter(|secs| (1..=MAX).contains(secs)).ok_or_else(|| RULE.to_owned())
}

/// Reads a time, or a distance from `start`: hours, days, calendar months, calendar years.
pub(crate) fn parse_after(text: &str, start: Option<u64>) -> Result<u64, String> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    if !["h", "d", "mo", "y"].contains(&unit) {
        return parse_time(text).map_err(|_| RULE_AFTER.to_owned());
    }
    let start = start.ok_or("a distance counts from the start, which is missing or wrong")?;
    let number: u32 = number.parse().map_err(|_| RULE_AFTER.to_owned())?;
    let end = match unit {
        "h" => start.checked_add(u64::from(number) * 3_600),
        "d" => start.checked_add(u64::from(number) * DAY),
        "mo" => Some(add_months(start, u64::from(number))),
        _ => Some(add_months(start, 12 * u64::from(number))),
    };
    end.filter(|end| *end <= MAX).ok_or_else(|| format!("the time lies beyond {}", utc(MAX)))
}

/// A time for people, with its unix seconds: `2026-11-24 12:30:00 UTC (1795523400)`.
pub(crate) fn utc(secs: u64) -> String {
    format!("{} UTC ({secs})", moment(secs))
}

/// Date and time of day: `2026-11-24 12:30:00`.
pub(crate) fn moment(secs: u64) -> String {
    let (hour, minute, second) = (secs % DAY / 3_600, secs % 3_600 / 60, secs % 60);
    format!("{} {hour:02}:{minute:02}:{second:02}", day(secs))
}

/// A length of time in its two largest units: `1 d 1 h`.
pub(crate) fn span(secs: u64) -> String {
    let parts = [(secs / DAY, "d"), (secs / 3_600 % 24, "h"), (secs / 60 % 60, "min"), (secs % 60, "s")];
    let shown: Vec<_> = parts.iter().skip_while(|part| part.0 == 0).take(2).filter(|part| part.0 != 0).collect();
    if shown.is_empty() {
        return "0 s".to_owned();
    }
    shown.iter().map(|(number, unit)| format!("{number} {unit}")).collect::<Vec<_>>().join(" ")
}

/// The date of a time.
pub(crate) fn day(secs: u64) -> String {
    let (year, month, day) = civil(secs / DAY);
    format!("{year:04}-{month:02}-{day:02}")
}

/// `YYYY-MM-DD`, with `Thh:mm`, `Thh:mm:ss` behind it, and with or without `Z`. A space may stand for the T.
fn calendar(text: &str) -> Option<u64> {
    let (date, time) = match text.split_once(['T', ' ']) {
        Some((date, time)) => (date, time.strip_suffix('Z').unwrap_or(time)),
        None => (text, "00:00"),
    };
    let [year, month, day] = numbers(date, '-', &[4, 2, 2])?.try_into().ok()?;
    let is_date = year >= 1970 && (1..=12).contains(&month) && (1..=month_days(year, month)).contains(&day);
    let clock = numbers(time, ':', &[2, 2]).or_else(|| numbers(time, ':', &[2, 2, 2]))?;
    let (hour, minute, second) = (clock[0], clock[1], clock.get(2).copied().unwrap_or(0));
    let is_time = hour < 24 && minute < 60 && second < 60;
    (is_date && is_time).then(|| DAY * days(year, month, day) + 3_600 * hour + 60 * minute + second)
}

/// Numbers of exactly these lengths between separators.
fn numbers(text: &str, separator: char, lengths: &[usize]) -> Option<Vec<u64>> {
    let parts: Vec<_> = text.split(separator).collect();
    let fits = |(part, len): (&&str, &usize)| part.len() == *len && part.bytes().all(|byte| byte.is_ascii_digit());
    (parts.len() == lengths.len() && parts.iter().zip(lengths).all(fits)).then_some(())?;
    parts.iter().map(|part| part.parse().ok()).collect()
}

fn add_months(secs: u64, months: u64) -> u64 {
    let (year, month, day) = civil(secs / DAY);
    let month = year * 12 + month - 1 + months;
    let (year, month) = (month / 12, month % 12 + 1);
    DAY * days(year, month, day.min(month_days(year, month))) + secs % DAY
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn month_days(year: u64, month: u64) -> u64 {
    match month {
        2 => 28 + u64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01. Years are counted from March, so that the leap day is the last of its year.
fn days(year: u64, month: u64, day: u64) -> u64 {
    let year = year - u64::from(month <= 2);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    365 * year + year / 4 - year / 100 + year / 400 + day_of_year - 719_468
}

/// The date `day` days after 1970-01-01: eras of 400 years, then years and months counted from March.
fn civil(day: u64) -> (u64, u64, u64) {
    let day = day + 719_468;
    let (era, day) = (day / 146_097, day % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let from_march = (5 * day + 2) / 153;
    let (month, carry) = if from_march < 10 { (from_march + 3, 0) } else { (from_march - 9, 1) };
    (era * 400 + year + carry, month, day - (153 * from_march + 2) / 5 + 1)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        // As `date -u -d @SECS` prints them.
        for (text, secs) in [
            ("1970-01-02", 86_400),
            ("2000-02-29", 951_782_400),
            ("2027-01-31T12:00Z", 1_801_396_800),
            ("2100-03-01 00:00:01", 4_107_542_401),
            ("1801396800", 1_801_396_800),
        ] {
            assert_eq!(parse_time(text), Ok(secs), "{text}");
        }
        assert_eq!(utc(1_801_396_800), "2027-01-31 12:00:00 UTC (1801396800)");
        let mut expected = (1970, 1, 1);
        for day in 0..80_000 {
            assert_eq!((civil(day), days(expected.0, expected.1, expected.2)), (expected, day));
            expected.2 += 1;
            if expected.2 > month_days(expected.0, expected.1) {
                expected = (expected.0 + expected.1 / 12, expected.1 % 12 + 1, 1);
            }
        }
    }

    #[test]
    fn times_are_refused_when_they_are_not_quite_dates() {
        for text in [
            "",
            "2027-02-29",
            "2027-13-01",
            "27-01-01",
            "2027-1-1",
            "20270101",
            "01.02.2027",
            "2027-01-01T24:00Z",
            "2027-01-01T1:00",
            "1969-12-31",
            "-5",
            "6mo",
            "99999999999999",
            "2027-01-01+01:00",
        ] {
            assert!(parse_time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn distances_follow_the_calendar_and_need_a_start() {
        let start = parse_time("2027-08-31T06:30Z").ok();
        for (text, end) in [
            ("6mo", "2028-02-29T06:30Z"),
            ("1y", "2028-08-31T06:30Z"),
            ("30d", "2027-09-30T06:30Z"),
            ("18h", "2027-09-01T00:30Z"),
            ("0d", "2027-08-31T06:30Z"),
            ("2029-01-01", "2029-01-01"),
        ] {
            assert_eq!(parse_after(text, start), parse_time(end), "{text}");
        }
        assert!(parse_after("6mo", None).unwrap_err().contains("counts from the start"));
        for text in ["mo", "6m", "1.5y", "6 mo", "99999999999y", "4000000000y"] {
            assert!(parse_after(text, start).is_err(), "{text}");
        }
    }
}
