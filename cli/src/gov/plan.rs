//! Calls of a proposal as people write them: a TOML file of names, checked against the interface files.

use std::{fmt::Write as _, fs, path::Path};

use alloy::{
    dyn_abi::{DynSolType, DynSolValue, JsonAbiExt as _, Specifier as _},
    json_abi::Function,
    primitives::{Address, Bytes, U256},
};
use eyre::{Context as _, Result, bail, ensure, eyre};
use omnit_abi::sources::SOURCES;
use omnit_client::addresses::parse_address;
use serde::Deserialize;

use crate::session::Session;

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    description: String,
    #[serde(default)]
    call: Vec<Line>,
}

/// One call of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    /// A recorded name, or an address.
    contract: String,
    /// `name`, or `name(types)` where the name alone means several; `name(types)` is enough for a contract of others.
    function: String,
    #[serde(default)]
    arguments: Vec<String>,
    /// Wei.
    #[serde(default)]
    value: Option<String>,
}

/// A proposal, ready to be sent.
pub(super) struct Plan {
    pub(super) description: String,
    pub(super) calls: Vec<Call>,
}

/// One call, encoded.
pub(super) struct Call {
    pub(super) target: Address,
    pub(super) value: U256,
    pub(super) data: Bytes,
    /// The call in words.
    pub(super) text: String,
}

impl Plan {
    /// Reads and encodes a file.
    pub(super) fn read(session: &Session, path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
        let file: File = toml::from_str(&text).with_context(|| format!("{} is no proposal", path.display()))?;
        ensure!(!file.description.trim().is_empty(), "description: it is empty; say what the proposal is for");
        ensure!(!file.call.is_empty(), "call: there is none; a proposal makes at least one call");
        let encode = |(index, line): (usize, &Line)| {
            encode(session, line).wrap_err_with(|| format!("call {}: {}.{}", index + 1, line.contract, line.function))
        };
        let calls = file.call.iter().enumerate().map(encode).collect::<Result<_>>()?;
        Ok(Self { description: file.description, calls })
    }
}

fn encode(session: &Session, line: &Line) -> Result<Call> {
    let target = match line.contract.starts_with("0x") {
        true => parse_address(&line.contract).wrap_err("contract")?,
        false => session.contract(&line.contract).wrap_err("contract")?,
    };
    let function = function(line)?;
    let (want, got) = (function.inputs.len(), line.arguments.len());
    ensure!(want == got, "arguments: {} takes {want}, not {got}", function.signature());
    let mut values = Vec::new();
    for (input, text) in function.inputs.iter().zip(&line.arguments) {
        let ty: DynSolType = input.resolve().wrap_err_with(|| format!("type of {}", input.name))?;
        let value = ty.coerce_str(text);
        values.push(value.wrap_err_with(|| format!("arguments: {} = \"{text}\" is no {}", input.name, input.ty))?);
    }
    let data = function.abi_encode_input(&values)?.into();
    let value = match &line.value {
        Some(text) => text.parse().map_err(|_| eyre!("value: \"{text}\" is no number of wei"))?,
        None => U256::ZERO,
    };
    Ok(Call { target, value, data, text: words(&line.contract, &function, &values) })
}

/// The function that a line means.
fn function(line: &Line) -> Result<Function> {
    let of = if line.contract.starts_with("0x") { None } else { interface(&line.contract) };
    let Some(source) = of else {
        ensure!(line.function.contains('('), "function: write it with its types, such as transfer(address,uint256)");
        return Function::parse(&line.function).wrap_err("function");
    };
    let all = functions(source);
    let found: Vec<_> =
        all.iter().filter(|known| known.name == line.function || known.signature() == line.function).collect();
    match found.as_slice() {
        [one] => Ok((*one).clone()),
        [] => bail!("function: the interface has no such one; it has {}", names(&all)),
        several => {
            let list: Vec<_> = several.iter().map(|known| known.signature()).collect();
            bail!("function: the name means several: {}", list.join(", "))
        }
    }
}

fn names(functions: &[Function]) -> String {
    let mut names: Vec<_> = functions.iter().map(|function| function.name.as_str()).collect();
    names.dedup();
    names.join(", ")
}

/// The interface file of a recorded contract: `staking` is described by IStaking.sol.
fn interface(contract: &str) -> Option<&'static str> {
    SOURCES.iter().find(|(name, _)| name[1..].eq_ignore_ascii_case(contract)).map(|(_, source)| *source)
}

/// The functions of an interface file that change something.
fn functions(source: &str) -> Vec<Function> {
    let mut found = Vec::new();
    let mut statement = String::new();
    for line in source.lines().map(str::trim).filter(|line| !line.starts_with("//")) {
        if line.starts_with("function ") || !statement.is_empty() {
            let _ = write!(statement, " {line}");
            if line.ends_with(';') {
                let text = statement.trim().trim_end_matches(';').to_owned();
                statement.clear();
                let reads = [" view", " pure"].iter().any(|word| text.contains(word));
                found.extend(Function::parse(&text).ok().filter(|_| !reads));
            }
        }
    }
    found
}

/// `contract.function(name = value, …)`.
fn words(contract: &str, function: &Function, values: &[DynSolValue]) -> String {
    let values: Vec<_> = function
        .inputs
        .iter()
        .zip(values)
        .map(|(input, value)| match input.name.as_str() {
            "" => shown(value),
            name => format!("{name} = {}", shown(value)),
        })
        .collect();
    format!("{contract}.{}({})", function.name, values.join(", "))
}

/// What the calldata of a recorded contract says, in words; its hexadecimal digits where no interface knows it.
pub(super) fn read_call(contract: &str, data: &[u8]) -> String {
    let function = interface(contract).map(functions).unwrap_or_default();
    let function = function.into_iter().find(|known| data.starts_with(known.selector().as_slice()));
    let decoded = function.and_then(|known| known.abi_decode_input(&data[4..]).ok().map(|values| (known, values)));
    match decoded {
        Some((function, values)) => words(contract, &function, &values),
        None => format!("{contract} with {}", alloy::hex::encode_prefixed(data)),
    }
}

fn shown(value: &DynSolValue) -> String {
    match value {
        DynSolValue::Uint(number, _) => number.to_string(),
        DynSolValue::Int(number, _) => number.to_string(),
        DynSolValue::Address(address) => address.to_string(),
        DynSolValue::Bool(bool) => bool.to_string(),
        DynSolValue::String(text) => format!("{text:?}"),
        DynSolValue::Bytes(bytes) => alloy::hex::encode_prefixed(bytes),
        DynSolValue::FixedBytes(word, size) => alloy::hex::encode_prefixed(&word[..*size]),
        DynSolValue::Array(list) | DynSolValue::FixedArray(list) | DynSolValue::Tuple(list) => {
            format!("[{}]", list.iter().map(shown).collect::<Vec<_>>().join(", "))
        }
        other => format!("{other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_of_every_interface_parse() {
        for (name, source) in SOURCES {
            let declared = source.lines().filter(|line| line.trim().starts_with("function ")).count();
            assert!(declared > 0 && !functions(source).is_empty(), "{name}");
        }
        let governor = functions(interface("governor").unwrap_or_default());
        let delay = governor.iter().find(|function| function.name == "setVotingDelay");
        assert_eq!(delay.map(Function::signature), Some("setVotingDelay(uint48)".into()));
        assert_eq!(governor.iter().filter(|function| function.name == "queue").count(), 2);
    }
}
