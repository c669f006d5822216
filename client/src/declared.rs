//! Errors as the interface files declare them: name, values, and the sentence in front of the declaration.

use std::{collections::BTreeMap, sync::LazyLock};

use alloy::{
    dyn_abi::{DynSolValue, ErrorExt as _},
    json_abi,
    primitives::U256,
};
use omnit_abi::sources::SOURCES;

use crate::amounts::Amount;

/// From here on a number is shown in OMNIT as well: no count, time or share of the suite is that large.
const AMOUNT_FROM: u64 = 1_000_000_000_000;
/// Numbers of names that end like this are times; from this second on they are shown as dates (2001-09-09).
const TIME_FROM: u64 = 1_000_000_000;
/// The first second of the year 10000, from which on there is no such date.
const TIME_UNTIL: u64 = 253_402_300_800;

/// One declared error.
struct Declared {
    error: json_abi::Error,
    /// The `@notice` in front of it, without the last full stop.
    notice: String,
}

/// Every error of every interface by selector; where two interfaces declare the same one, the first is kept.
static DECLARED: LazyLock<BTreeMap<[u8; 4], Declared>> = LazyLock::new(|| {
    let mut all = BTreeMap::new();
    for declared in SOURCES.iter().flat_map(|(_, source)| errors(source)) {
        all.entry(declared.error.selector().0).or_insert(declared);
    }
    all
});

/// Name of the error with this selector.
pub(crate) fn name(selector: [u8; 4]) -> Option<&'static str> {
    DECLARED.get(&selector).map(|declared| declared.error.name.as_str())
}

/// One sentence for revert data of a declared error: what it means, its name, its values.
pub(crate) fn sentence(data: &[u8]) -> Option<String> {
    let declared = DECLARED.get(data.first_chunk::<4>()?)?;
    let decoded = declared.error.decode_error(data).ok()?;
    let values: Vec<_> = declared
        .error
        .inputs
        .iter()
        .zip(&decoded.body)
        .map(|(param, value)| format!("{} = {}", param.name, shown(&param.name, value)))
        .collect();
    let name = &declared.error.name;
    let values = if values.is_empty() { String::new() } else { format!(": {}", values.join(", ")) };
    Some(format!("{} ({name}{values})", declared.notice))
}

/// The errors of one interface file.
fn errors(source: &str) -> Vec<Declared> {
    let (mut found, mut notice, mut statement) = (Vec::new(), String::new(), String::new());
    for line in source.lines().map(str::trim) {
        if let Some(text) = line.strip_prefix("/// ") {
            match text.strip_prefix("@notice ") {
                Some(first) => notice = first.to_owned(),
                None if !text.starts_with('@') => notice = format!("{notice} {text}"),
                None => {}
            }
        } else if line.starts_with("error ") || !statement.is_empty() {
            statement = format!("{statement} {line}");
            if line.ends_with(';') {
                let error = json_abi::Error::parse(statement.trim().trim_end_matches(';'));
                let error = error.expect("interface files are compiled, so their errors parse");
                found.push(Declared { error, notice: notice.trim_end_matches('.').to_owned() });
                statement.clear();
            }
        } else {
            notice.clear();
        }
    }
    found
}

/// A value for people: large numbers in OMNIT as well, times as dates as well, short texts in `bytes32` as text.
fn shown(name: &str, value: &DynSolValue) -> String {
    match value {
        DynSolValue::Uint(number, _) => number_shown(name, *number),
        DynSolValue::Int(number, _) => number.to_string(),
        DynSolValue::Bool(truth) => truth.to_string(),
        DynSolValue::Address(address) => address.to_string(),
        DynSolValue::FixedBytes(word, len) => match text(&word[..*len]) {
            Some(text) => text,
            None => alloy::hex::encode_prefixed(&word[..*len]),
        },
        DynSolValue::Bytes(bytes) => alloy::hex::encode_prefixed(bytes),
        DynSolValue::String(text) => text.clone(),
        other => format!("{other:?}"),
    }
}

fn number_shown(name: &str, number: U256) -> String {
    let lower = name.to_ascii_lowercase();
    let is_time = ["at", "until", "clock", "timepoint", "deadline", "expiry"].iter().any(|end| lower.ends_with(end));
    match u64::try_from(number) {
        Ok(u64::MAX) if is_time => "never".to_owned(),
        Ok(secs) if is_time && (TIME_FROM..TIME_UNTIL).contains(&secs) => format!("{number} ({})", utc(secs)),
        Ok(small) if small < AMOUNT_FROM => number.to_string(),
        _ if number == U256::MAX => "2^256-1".to_owned(),
        _ => format!("{number} ({} OMNIT)", Amount(number)),
    }
}

/// Unix seconds before the year 10000 as a date and time of day, UTC.
fn utc(secs: u64) -> String {
    humantime::format_rfc3339_seconds(std::time::UNIX_EPOCH + std::time::Duration::from_secs(secs)).to_string()
}

/// The text in a word that is padded with zeros, if it is one.
fn text(word: &[u8]) -> Option<String> {
    let end = word.iter().rposition(|byte| *byte != 0)? + 1;
    let is_text = word[..end].iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
    is_text.then(|| String::from_utf8_lossy(&word[..end]).into_owned())
}
