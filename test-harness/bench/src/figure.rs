//! Figures as other programs read them, and tables as people do.

use std::collections::BTreeMap;
use std::io::Write as _;

use eyre::Result;
use serde::Serialize;

/// One measured case. Cases keep their names once published.
#[derive(Debug, Serialize)]
pub(crate) struct Figure {
    /// Its name, such as `token.transfer.existing.cached`.
    pub(crate) case: String,
    /// Unit of all figures.
    pub(crate) unit: &'static str,
    /// Ours.
    pub(crate) ours: f64,
    /// Whom `theirs` belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) peer: Option<&'static str>,
    /// The peer's figure from the same run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) theirs: Option<f64>,
    /// The figures of all peers that offer the same, `peer` included.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) peers: BTreeMap<&'static str, f64>,
}

/// Prints one JSON object per line; whole numbers have no decimals.
pub(crate) fn print_json(figures: &[Figure]) -> Result<()> {
    let mut text = String::new();
    for figure in figures {
        let mut value = serde_json::to_value(figure)?;
        shorten(&mut value);
        text.push_str(&format!("{value}\n"));
    }
    print(&text)
}

/// Whole numbers lose their decimal point, so that gas stays an integer.
fn shorten(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(fields) => fields.values_mut().for_each(shorten),
        serde_json::Value::Number(number) => {
            if let Some(whole) = number.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < 9e15) {
                *value = serde_json::Value::from(whole as i64);
            }
        }
        _ => {}
    }
}

/// Prints rows of cells; the first column is flush left, the others flush right.
pub(crate) fn print_table(rows: &[Vec<String>]) -> Result<()> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).enumerate();
        let cells = cells.map(
            |(column, (cell, width))| if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") },
        );
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    print(&text)
}

/// `12,345`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<_> =
        digits.as_bytes().rchunks(3).rev().map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    groups.join(",")
}

/// Results go to standard output.
pub(crate) fn print(text: &str) -> Result<()> {
    Ok(std::io::stdout().lock().write_all(text.as_bytes())?)
}
