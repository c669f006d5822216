//! The genesis file: who holds OMNIT when the token starts.
//!
//! A file is read whole and every broken rule is reported at once, with the name of the allocation and the numbers, so
//! that one edit repairs it. Nothing is sent before a file passes.

use std::{collections::BTreeMap, path::Path};

use alloy::primitives::{Address, B256, U256, keccak256};
use omnit_client::{addresses::parse_address, amounts::Amount};
use serde::Deserialize;

use crate::genesis_rules::{GenesisProblem, Problems};

/// Why a genesis file is refused.
#[derive(Debug, thiserror::Error)]
pub enum GenesisError {
    /// The file cannot be read.
    #[error("the genesis file {path} cannot be read")]
    Unreadable {
        /// Path looked at.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not TOML of the expected shape.
    #[error("the genesis file is not of the expected form: {0}")]
    Syntax(#[from] toml::de::Error),
    /// The file breaks rules; all of them are listed.
    #[error("the genesis file breaks {} rule(s), so nothing was sent:\n{}", .0.len(), listed(.0))]
    Rules(Vec<GenesisProblem>),
}

fn listed(problems: &[GenesisProblem]) -> String {
    problems.iter().map(|problem| format!("  - {problem}")).collect::<Vec<_>>().join("\n")
}

/// A genesis file that has passed every check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Genesis {
    /// Name of the network, for messages.
    pub network: String,
    /// Chains this file may be used on; empty means any.
    pub chain_ids: Vec<u64>,
    /// Total supply at genesis.
    pub cap: Amount,
    /// Who gets what, in file order.
    pub allocations: Vec<Allocation>,
    /// keccak256 of the file's text.
    pub file_hash: B256,
}

/// One line of the genesis table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allocation {
    /// Name of the bucket or holder, unique in the file.
    pub name: String,
    /// Who receives it.
    pub address: Address,
    /// How much, never zero.
    pub amount: Amount,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    network: String,
    #[serde(default)]
    chain_ids: Vec<u64>,
    token: TokenTable,
    #[serde(default)]
    allocation: Vec<AllocationTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenTable {
    cap: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AllocationTable {
    name: String,
    address: String,
    amount: String,
    /// For readers of the file only.
    #[serde(rename = "comment")]
    _comment: Option<String>,
}

impl Genesis {
    /// Reads and checks a genesis file.
    ///
    /// # Errors
    /// Any [`GenesisError`].
    pub fn load(path: &Path) -> Result<Self, GenesisError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| GenesisError::Unreadable { path: path.display().to_string(), source })?;
        Self::parse(&text)
    }

    /// Checks the text of a genesis file.
    ///
    /// # Errors
    /// [`GenesisError::Syntax`] or [`GenesisError::Rules`].
    pub fn parse(text: &str) -> Result<Self, GenesisError> {
        let file: File = toml::from_str(text)?;
        let mut problems = Problems::default();
        let cap = problems.cap(&file.token.cap);
        let allocations: Vec<_> = file.allocation.iter().filter_map(|table| problems.allocation(table)).collect();
        problems.check_unique_names(file.allocation.iter().map(|table| table.name.as_str()));
        problems.check_unique_addresses(&allocations);
        if let Some(cap) = cap.filter(|_| allocations.len() == file.allocation.len()) {
            problems.check_sum(cap, &allocations);
        }
        problems.into_result().map_err(GenesisError::Rules)?;
        let cap = cap.expect("an unreadable cap is a recorded problem");
        Ok(Self { network: file.network, chain_ids: file.chain_ids, cap, allocations, file_hash: keccak256(text) })
    }

    /// Addresses in file order, as `initialize` takes them.
    #[must_use]
    pub fn holders(&self) -> Vec<Address> {
        self.allocations.iter().map(|allocation| allocation.address).collect()
    }

    /// Base units in file order, as `initialize` takes them.
    #[must_use]
    pub fn amounts(&self) -> Vec<U256> {
        self.allocations.iter().map(|allocation| allocation.amount.0).collect()
    }
}

impl Problems {
    /// Reads the cap; `None` when it does not parse. A cap other than the token's is kept, so that the sum is still checked.
    fn cap(&mut self, text: &str) -> Option<Amount> {
        let cap = self.keep(text.parse::<Amount>().map_err(GenesisProblem::Cap))?;
        if cap != crate::TOKEN_CAP {
            self.keep::<()>(Err(GenesisProblem::WrongCap { given: cap, token: crate::TOKEN_CAP }));
        }
        Some(cap)
    }

    /// Reads one allocation; `None` when a problem was recorded that leaves no usable line.
    fn allocation(&mut self, table: &AllocationTable) -> Option<Allocation> {
        let name = table.name.clone();
        if name.trim().is_empty() {
            self.keep::<()>(Err(GenesisProblem::NoName { address: table.address.clone() }));
        }
        let address = parse_address(&table.address)
            .map_err(|reason| GenesisProblem::Address { name: name.clone(), reason })
            .and_then(|address| match address.is_zero() {
                true => Err(GenesisProblem::ZeroAddress { name: name.clone() }),
                false => Ok(address),
            });
        let amount = table
            .amount
            .parse::<Amount>()
            .map_err(|reason| GenesisProblem::Amount { name: name.clone(), reason })
            .and_then(|amount| match amount.0.is_zero() {
                true => Err(GenesisProblem::ZeroAmount { name: name.clone() }),
                false => Ok(amount),
            });
        let (address, amount) = (self.keep(address), self.keep(amount));
        Some(Allocation { name, address: address?, amount: amount? })
    }

    fn check_unique_addresses(&mut self, allocations: &[Allocation]) {
        let mut names: BTreeMap<Address, Vec<&str>> = BTreeMap::new();
        for allocation in allocations {
            names.entry(allocation.address).or_default().push(&allocation.name);
        }
        for (address, names) in names.into_iter().filter(|(_, names)| names.len() > 1) {
            let names = names.into_iter().map(str::to_owned).collect();
            self.keep::<()>(Err(GenesisProblem::DuplicateAddress { address, names }));
        }
    }

    fn check_sum(&mut self, cap: Amount, allocations: &[Allocation]) {
        let sum = allocations.iter().try_fold(U256::ZERO, |sum, allocation| sum.checked_add(allocation.amount.0));
        match sum {
            None => self.keep::<()>(Err(GenesisProblem::SumOverflow)),
            Some(sum) if sum != cap.0 => self.keep(Err(GenesisProblem::Sum {
                sum: sum.into(),
                cap,
                difference: sum.abs_diff(cap.0).into(),
                relation: if sum > cap.0 { "above" } else { "below" },
            })),
            Some(_) => None,
        };
    }
}
