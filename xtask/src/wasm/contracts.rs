//! Which crates are Stylus programs: members directly below `contracts/` or `test-harness/` that make a `cdylib`.

use crate::setup;
use cargo_metadata::{CrateType, MetadataCommand};
use eyre::{Context as _, Result, bail};
use std::path::PathBuf;

/// The workspace as far as contracts go.
pub(super) struct Workspace {
    /// Where build outputs go.
    pub(super) target: PathBuf,
    /// Every program, by name.
    pub(super) contracts: Vec<Contract>,
}

/// One program's crate.
pub(super) struct Contract {
    /// Folder name.
    pub(super) name: String,
    /// Package name.
    pub(super) package: String,
    /// File name of the linked module, without its extension.
    pub(super) library: String,
    /// Whether it is a contract of the suite; the others exist for tests and figures.
    pub(super) is_deployed: bool,
}

/// Asks cargo.
///
/// # Errors
/// When cargo cannot read the workspace.
pub(super) fn read() -> Result<Workspace> {
    let metadata = MetadataCommand::new()
        .current_dir(setup::root())
        .no_deps()
        .exec()
        .wrap_err("cargo cannot read the workspace")?;
    let [suite, harness] = ["contracts", "test-harness"].map(|folder| metadata.workspace_root.join(folder));
    let mut contracts: Vec<_> = metadata
        .packages
        .iter()
        .filter_map(|package| {
            let home = package.manifest_path.parent()?;
            let library = package.targets.iter().find(|target| target.crate_types.contains(&CrateType::CDyLib))?;
            let folder = home.parent()?;
            (folder == suite || folder == harness).then(|| Contract {
                name: home.file_name().unwrap_or(&package.name).to_owned(),
                package: package.name.to_string(),
                library: library.name.replace('-', "_"),
                is_deployed: folder == suite,
            })
        })
        .collect();
    contracts.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Workspace { target: metadata.target_directory.into_std_path_buf(), contracts })
}

/// The contracts named, or all.
///
/// # Errors
/// When a name is not a contract; the message lists those that are.
pub(super) fn choose<'a>(all: &'a [Contract], names: &[String]) -> Result<Vec<&'a Contract>> {
    if names.is_empty() {
        return Ok(all.iter().collect());
    }
    let known = || all.iter().map(|contract| contract.name.as_str()).collect::<Vec<_>>().join(", ");
    let find = |name: &String| match all.iter().find(|contract| contract.name == *name) {
        Some(contract) => Ok(contract),
        None => bail!("there is no contract `{name}`; there are: {}", known()),
    };
    names.iter().map(find).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_finds_the_token() {
        let workspace = read().expect("the workspace is readable");
        let token =
            workspace.contracts.iter().find(|contract| contract.name == "token").expect("the token is a contract");
        assert_eq!((token.package.as_str(), token.library.as_str()), ("omnit-token", "omnit_token"));
        assert!(workspace.contracts.iter().all(|contract| contract.name != "abi"));
    }

    #[test]
    fn choose_lists_the_contracts_when_a_name_is_unknown() {
        let all = read().expect("the workspace is readable").contracts;
        let Err(error) = choose(&all, &["tokn".to_owned()]) else { panic!("`tokn` is no contract") };
        assert!(error.to_string().contains("token"), "{error}");
    }
}
