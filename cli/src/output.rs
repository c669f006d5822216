//! Results on stdout, as text for people or JSON for machines.

use std::io::{self, ErrorKind, Write};

use alloy::primitives::U256;
use omnit_client::{Sent, amounts::Amount};
use serde_json::{Value, json};

/// Lines of a result, label and value, in order.
#[derive(Default)]
pub(crate) struct Lines(Vec<(String, String)>);

impl Lines {
    /// Adds one line.
    pub(crate) fn add(&mut self, label: impl Into<String>, value: impl ToString) -> &mut Self {
        self.0.push((label.into(), value.to_string()));
        self
    }

    /// Adds what a mined transaction cost.
    pub(crate) fn add_sent(&mut self, sent: &Sent) -> &mut Self {
        self.add("transaction", sent.tx_hash)
            .add("block", sent.block)
            .add("gas used", sent.gas_used)
            .add("fee", format!("{} ETH", fee(sent)))
    }

    /// The lines with their values in one column.
    fn text(&self) -> String {
        let width = self.0.iter().map(|(label, _)| label.len()).max().unwrap_or(0);
        self.0.iter().map(|(label, value)| format!("{label:width$}  {value}\n")).collect()
    }
}

/// Writes `json` when it is asked for, else `lines`.
pub(crate) fn print(as_json: bool, lines: &Lines, json: &Value) -> eyre::Result<()> {
    write_all(&if as_json { format!("{json}\n") } else { lines.text() })
}

/// Writes a finished text.
pub(crate) fn write_all(text: &str) -> eyre::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        // The reader went away (`omnit … | head`): it has what it wanted.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

/// An amount for machines: exact base units and OMNIT, both as strings.
pub(crate) fn amount_json(amount: Amount) -> Value {
    json!({ "base_units": amount, "omnit": amount.to_string() })
}

/// A mined transaction for machines.
pub(crate) fn sent_json(sent: &Sent) -> Value {
    json!({
        "tx_hash": sent.tx_hash,
        "block": sent.block,
        "gas_used": sent.gas_used,
        "gas_price_wei": sent.gas_price.to_string(),
    })
}

/// What a transaction cost, in the chain's coin, which has 18 decimals as OMNIT has.
fn fee(sent: &Sent) -> Amount {
    Amount(U256::from(sent.gas_used).saturating_mul(U256::from(sent.gas_price)))
}
