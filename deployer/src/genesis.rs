//! The genesis file: who holds OMNIT when the token starts, and on what terms the rest of the suite does.
//!
//! A file is read whole and every broken rule is reported at once, with the name of the allocation and the numbers, so
//! that one edit repairs it. Nothing is sent before a file passes.

use std::{collections::BTreeMap, path::Path};

use alloy::primitives::{Address, B256, U256, keccak256};
use omnit_client::{addresses::parse_address, amounts::Amount};

use crate::{
    economy::Economy,
    genesis_file::{AllocationTable, File},
    genesis_rules::{GenesisProblem, Problems},
    locks::Lock,
};

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
    /// Everything besides the token; `None` where the token is deployed alone.
    pub economy: Option<Economy>,
    /// keccak256 of what the file says: its values without comments, in the order of their names.
    pub file_hash: B256,
}

/// One line of the genesis table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allocation {
    /// Name of the bucket or holder, unique in the file.
    pub name: String,
    /// Who receives it.
    pub receiver: Receiver,
    /// How much, never zero.
    pub amount: Amount,
}

/// Who receives an allocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Receiver {
    /// An account holds it from the start.
    Account(Address),
    /// A contract of the suite, by name, holds it and lets go of it by its rules.
    Contract(String),
    /// The vesting contract holds it in these locks.
    Locks(Vec<Lock>),
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
        let file_hash = content_hash(toml::from_str(text)?);
        let mut problems = Problems::default();
        let cap = problems.cap(&file.token.cap);
        let allocations: Vec<_> = file.allocation.iter().filter_map(|table| problems.allocation(table)).collect();
        problems.check_unique_names(file.allocation.iter().map(|table| table.name.as_str()));
        problems.check_unique_receivers(&allocations);
        if let Some(cap) = cap.filter(|_| allocations.len() == file.allocation.len()) {
            problems.check_sum(cap, &allocations);
        }
        let economy = file.economy.as_ref().and_then(|table| problems.economy(table));
        if file.economy.is_none() {
            problems.check_needs_no_economy(&allocations);
        }
        problems.into_result().map_err(GenesisError::Rules)?;
        let cap = cap.expect("an unreadable cap is a recorded problem");
        Ok(Self { network: file.network, chain_ids: file.chain_ids, cap, allocations, economy, file_hash })
    }

    /// Initial holders of the token with their base units: accounts in file order, and `sender` with what it will hand on to contracts.
    #[must_use]
    pub fn holders(&self, sender: Address) -> Vec<(Address, U256)> {
        let mut holders: Vec<(Address, U256)> = Vec::new();
        for allocation in &self.allocations {
            let holder = match allocation.receiver {
                Receiver::Account(account) => account,
                Receiver::Contract(_) | Receiver::Locks(_) => sender,
            };
            match holders.iter_mut().find(|(known, _)| *known == holder) {
                Some((_, sum)) => *sum += allocation.amount.0,
                None => holders.push((holder, allocation.amount.0)),
            }
        }
        holders
    }

    /// What an account holds once everything is handed on: its own allocations.
    pub fn accounts(&self) -> impl Iterator<Item = (&str, Address, Amount)> {
        self.allocations.iter().filter_map(|allocation| match allocation.receiver {
            Receiver::Account(account) => Some((allocation.name.as_str(), account, allocation.amount)),
            Receiver::Contract(_) | Receiver::Locks(_) => None,
        })
    }
}

/// Hash of the values of a file, whatever its comments, spacing and order of tables are.
fn content_hash(mut file: toml::Table) -> B256 {
    strip_comments(&mut file);
    keccak256(toml::to_string(&file).expect("what was read as TOML can be written as TOML"))
}

fn strip_comments(table: &mut toml::Table) {
    table.remove("comment");
    for value in table.iter_mut().map(|(_, value)| value) {
        match value {
            toml::Value::Table(inner) => strip_comments(inner),
            toml::Value::Array(items) => {
                items.iter_mut().filter_map(toml::Value::as_table_mut).for_each(strip_comments)
            }
            _ => {}
        }
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
            let address = table.address.clone().unwrap_or_default();
            self.keep::<()>(Err(GenesisProblem::NoName { address }));
        }
        let amount = table
            .amount
            .parse::<Amount>()
            .map_err(|reason| GenesisProblem::Amount { name: name.clone(), reason })
            .and_then(|amount| match amount.0.is_zero() {
                true => Err(GenesisProblem::ZeroAmount { name: name.clone() }),
                false => Ok(amount),
            });
        let amount = self.keep(amount);
        let receiver = self.receiver(table, amount);
        Some(Allocation { name, receiver: receiver?, amount: amount? })
    }

    fn receiver(&mut self, table: &AllocationTable, amount: Option<Amount>) -> Option<Receiver> {
        match (&table.address, &table.contract, &table.lock[..]) {
            (Some(address), None, []) => self.account(&table.name, address).map(Receiver::Account),
            (None, Some(contract), []) if ["rewards", "swap", "timelock"].contains(&contract.as_str()) => {
                Some(Receiver::Contract(contract.clone()))
            }
            (None, Some(contract), []) => {
                let (name, contract) = (table.name.clone(), contract.clone());
                self.keep(Err(GenesisProblem::Contract { name, contract }))
            }
            (None, None, locks @ [_, ..]) => self.locks(&table.name, locks, amount?),
            (address, contract, locks) => {
                let given =
                    [(address.is_some(), "address"), (contract.is_some(), "contract"), (!locks.is_empty(), "lock")];
                let given: Vec<_> = given.into_iter().filter_map(|(given, kind)| given.then_some(kind)).collect();
                let found = if given.is_empty() { "none".to_owned() } else { given.join(" and ") };
                self.keep(Err(GenesisProblem::Receiver { name: table.name.clone(), found }))
            }
        }
    }

    fn account(&mut self, name: &str, text: &str) -> Option<Address> {
        let address = parse_address(text)
            .map_err(|reason| GenesisProblem::Address { name: name.to_owned(), reason })
            .and_then(|address| match address.is_zero() {
                true => Err(GenesisProblem::ZeroAddress { name: name.to_owned() }),
                false => Ok(address),
            });
        self.keep(address)
    }

    fn check_unique_receivers(&mut self, allocations: &[Allocation]) {
        let mut names: BTreeMap<Address, Vec<&str>> = BTreeMap::new();
        for allocation in allocations {
            if let Receiver::Account(address) = allocation.receiver {
                names.entry(address).or_default().push(&allocation.name);
            }
        }
        for (address, names) in names.into_iter().filter(|(_, names)| names.len() > 1) {
            let names = names.into_iter().map(str::to_owned).collect();
            self.keep::<()>(Err(GenesisProblem::DuplicateAddress { address, names }));
        }
    }

    fn check_needs_no_economy(&mut self, allocations: &[Allocation]) {
        for allocation in allocations.iter().filter(|other| !matches!(other.receiver, Receiver::Account(_))) {
            self.keep::<()>(Err(GenesisProblem::NoEconomy { name: allocation.name.clone() }));
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
