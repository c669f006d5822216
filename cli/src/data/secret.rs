//! What a reviewer committed to, kept in a file until it is revealed: without it a stake is lost.

use std::{
    fs::{self, File, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
};

use alloy::{
    primitives::{Address, B256, U256, keccak256},
    signers::local::PrivateKeySigner,
    sol_types::SolValue as _,
};
use eyre::{Context, bail, ensure};
use serde::{Deserialize, Serialize};

use super::units::Percent;

/// One hidden score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Secret {
    /// The chain.
    pub(super) chain_id: u64,
    /// The contract of data campaigns.
    pub(super) contract: Address,
    /// The submission.
    pub(super) submission: u64,
    /// Whose score it is.
    pub(super) operator: Address,
    /// The score in hundredths of a percent.
    pub(super) score_bps: u16,
    /// What hides it.
    pub(super) salt: B256,
}

impl Secret {
    /// A score under a new salt.
    pub(super) fn new(chain_id: u64, contract: Address, submission: u64, operator: Address, score: Percent) -> Self {
        // A private key nobody uses: 32 bytes of the system's randomness.
        let salt = PrivateKeySigner::random().to_bytes();
        Self { chain_id, contract, submission, operator, score_bps: score.0, salt }
    }

    /// What goes on chain, as `IData.commitment` defines it.
    pub(super) fn commitment(&self) -> B256 {
        let [chain_id, submission] = [self.chain_id, self.submission].map(U256::from);
        let words = (chain_id, self.contract, submission, self.operator, U256::from(self.score_bps), self.salt);
        keccak256(words.abi_encode())
    }

    fn path(&self, folder: &Path) -> PathBuf {
        path(folder, self.chain_id, self.contract, self.submission, self.operator)
    }

    /// Stores a new secret, readable by its owner only, on the disk before this returns. Nothing is ever overwritten.
    pub(super) fn store(&self, folder: &Path) -> eyre::Result<PathBuf> {
        fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        let path = self.path(folder);
        let text = serde_json::to_string_pretty(self)?;
        let write = || {
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(&path)?;
            writeln!(file, "{text}")?;
            file.sync_all()?;
            // The name is as precious as the bytes.
            if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
        };
        write().with_context(|| format!("the score cannot be stored in {}, so it is not committed", path.display()))?;
        Ok(path)
    }
}

fn path(folder: &Path, chain_id: u64, contract: Address, submission: u64, operator: Address) -> PathBuf {
    folder.join(format!("{chain_id}-{contract}-{submission}-{operator}.json"))
}

/// The stored score of a submission, and its file.
pub(super) fn load(
    folder: &Path,
    (chain_id, contract): (u64, Address),
    submission: u64,
    operator: Address,
) -> eyre::Result<Option<(Secret, PathBuf)>> {
    let path = path(folder, chain_id, contract, submission, operator);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("{} cannot be read", path.display())),
    };
    let secret: Secret = serde_json::from_str(&text).with_context(|| format!("{} is damaged", path.display()))?;
    let is_ours = (secret.chain_id, secret.contract, secret.submission, secret.operator)
        == (chain_id, contract, submission, operator);
    ensure!(is_ours, "{} holds the score of something else than its name says", path.display());
    Ok(Some((secret, path)))
}

/// The secret to commit with: the stored one if there is one with this score, else a new one, stored.
pub(super) fn load_or_store(folder: &Path, new: Secret) -> eyre::Result<(Secret, PathBuf)> {
    match load(folder, (new.chain_id, new.contract), new.submission, new.operator)? {
        Some((secret, path)) if secret.score_bps == new.score_bps => Ok((secret, path)),
        Some((secret, path)) => bail!(
            "a score of {} for submission {} is stored in {}; commit that score, or move the file away if it was never committed",
            Percent(secret.score_bps),
            new.submission,
            path.display()
        ),
        None => {
            let path = new.store(folder)?;
            Ok((new, path))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(score: u16) -> Secret {
        Secret::new(7, Address::repeat_byte(1), 3, Address::repeat_byte(2), Percent(score))
    }

    #[test]
    fn store_keeps_the_first_secret_whatever_follows() {
        let folder = tempfile::tempdir().unwrap();
        let (first, path) = load_or_store(folder.path(), secret(5_000)).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(load_or_store(folder.path(), secret(5_000)).unwrap().0, first, "the same score is the same secret");
        let refusal = load_or_store(folder.path(), secret(6_000)).unwrap_err().to_string();
        assert!(refusal.contains("50.00 %") && refusal.contains(&path.display().to_string()), "{refusal}");
        assert!(secret(6_000).store(folder.path()).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn load_refuses_when_the_file_is_damaged_or_of_something_else() {
        let folder = tempfile::tempdir().unwrap();
        let (kept, path) = load_or_store(folder.path(), secret(5_000)).unwrap();
        let again = || load(folder.path(), (7, kept.contract), 3, kept.operator);
        fs::write(&path, "{}").unwrap();
        assert!(again().unwrap_err().to_string().contains("damaged"));
        let other = Secret { submission: 4, ..kept.clone() };
        fs::write(&path, serde_json::to_string(&other).unwrap()).unwrap();
        assert!(again().unwrap_err().to_string().contains("something else"));
        assert!(load(folder.path(), (8, kept.contract), 3, kept.operator).unwrap().is_none());
    }

    #[test]
    fn salts_are_never_the_same() {
        assert_ne!(secret(1).salt, secret(1).salt);
    }
}
