//! Where the chain is and how long to wait for it: command line, then environment, then file, then default.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use alloy::transports::http::reqwest::Url;
use serde::Deserialize;

/// Endpoint used when nothing else is said: the default of `omnit node` and of a Nitro development node.
pub const DEFAULT_RPC: &str = "http://127.0.0.1:8547";
/// Folder of deployment records used when nothing else is said.
pub const DEFAULT_DEPLOYMENTS: &str = "deployments";
/// File read from the working directory when it exists.
pub const DEFAULT_FILE: &str = "omnit.toml";
const DEFAULT_REQUEST_SECS: u64 = 30;
const DEFAULT_RECEIPT_SECS: u64 = 120;

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The endpoint is not a URL this client speaks.
    #[error("the RPC endpoint \"{given}\" (from {origin}) is not an http://, https://, ws:// or wss:// URL")]
    Endpoint {
        /// The text as given.
        given: String,
        /// Where it came from.
        origin: &'static str,
    },
    /// A number of seconds that is not one.
    #[error("{origin} is \"{given}\"; it must be a whole number of seconds above 0")]
    Seconds {
        /// The text as given.
        given: String,
        /// Where it came from.
        origin: &'static str,
    },
    /// A chain id that is not a number.
    #[error("OMNIT_CHAIN_ID is \"{given}\"; it must be a whole number")]
    ChainId {
        /// The text as given.
        given: String,
    },
    /// The file cannot be read.
    #[error("the settings file {path} cannot be read: {reason}")]
    File {
        /// Path of the file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// What the command line says; `None` where it says nothing.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// `--rpc`.
    pub rpc: Option<String>,
    /// `--chain-id`: refuse any other chain.
    pub chain_id: Option<u64>,
    /// `--deployments`.
    pub deployments: Option<PathBuf>,
    /// `--timeout`, in seconds.
    pub receipt_secs: Option<u64>,
}

/// The contents of `omnit.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileSettings {
    rpc: Option<String>,
    chain_id: Option<u64>,
    deployments: Option<PathBuf>,
    receipt_secs: Option<u64>,
}

/// Settled connection settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainConfig {
    /// Endpoint.
    pub rpc: Url,
    /// The only chain id accepted, where one was given.
    pub chain_id: Option<u64>,
    /// Folder of deployment records.
    pub deployments: PathBuf,
    /// How long one request may take.
    pub request_timeout: Duration,
    /// How long a sent transaction may take to be mined.
    pub receipt_timeout: Duration,
}

impl ChainConfig {
    /// Settings for `rpc` with every default, as tests use them.
    ///
    /// # Errors
    /// [`ConfigError::Endpoint`].
    pub fn for_endpoint(rpc: &str) -> Result<Self, ConfigError> {
        let overrides = Overrides { rpc: Some(rpc.to_owned()), ..Default::default() };
        Self::from_layers(overrides, &|_| None, FileSettings::default())
    }

    /// Settles every setting from, in this order: `overrides` (the command line), the environment (`OMNIT_RPC`,
    /// `OMNIT_CHAIN_ID`, `OMNIT_DEPLOYMENTS`, `OMNIT_TIMEOUT`), `omnit.toml` in the working directory, the defaults.
    ///
    /// # Errors
    /// Any [`ConfigError`].
    pub fn resolve(overrides: Overrides) -> Result<Self, ConfigError> {
        let environment = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        Self::from_layers(overrides, &environment, read_file(Path::new(DEFAULT_FILE))?)
    }

    fn from_layers(
        overrides: Overrides,
        environment: &dyn Fn(&str) -> Option<String>,
        file: FileSettings,
    ) -> Result<Self, ConfigError> {
        let (rpc, origin) =
            first([(overrides.rpc, "--rpc"), (environment("OMNIT_RPC"), "OMNIT_RPC"), (file.rpc, "rpc in omnit.toml")])
                .unwrap_or_else(|| (DEFAULT_RPC.to_owned(), "the default"));
        let chain_id = environment("OMNIT_CHAIN_ID")
            .map(|given| given.parse().map_err(|_| ConfigError::ChainId { given }))
            .transpose()?;
        let (seconds, seconds_origin) = first([
            (overrides.receipt_secs.map(|secs| secs.to_string()), "--timeout"),
            (environment("OMNIT_TIMEOUT"), "OMNIT_TIMEOUT"),
            (file.receipt_secs.map(|secs| secs.to_string()), "receipt_secs in omnit.toml"),
        ])
        .unwrap_or_else(|| (DEFAULT_RECEIPT_SECS.to_string(), "the default"));
        let deployments = overrides
            .deployments
            .or_else(|| environment("OMNIT_DEPLOYMENTS").map(PathBuf::from))
            .or(file.deployments)
            .unwrap_or_else(|| DEFAULT_DEPLOYMENTS.into());
        Ok(Self {
            rpc: endpoint(rpc, origin)?,
            chain_id: overrides.chain_id.or(chain_id).or(file.chain_id),
            deployments,
            request_timeout: Duration::from_secs(DEFAULT_REQUEST_SECS),
            receipt_timeout: positive_secs(seconds, seconds_origin)?,
        })
    }
}

fn first<const N: usize>(layers: [(Option<String>, &'static str); N]) -> Option<(String, &'static str)> {
    layers.into_iter().find_map(|(value, origin)| Some((value?, origin)))
}

fn endpoint(given: String, origin: &'static str) -> Result<Url, ConfigError> {
    match Url::parse(&given) {
        Ok(url) if matches!(url.scheme(), "http" | "https" | "ws" | "wss") && url.has_host() => Ok(url),
        _ => Err(ConfigError::Endpoint { given, origin }),
    }
}

fn positive_secs(given: String, origin: &'static str) -> Result<Duration, ConfigError> {
    match given.parse() {
        Ok(secs) if secs > 0 => Ok(Duration::from_secs(secs)),
        _ => Err(ConfigError::Seconds { given, origin }),
    }
}

fn read_file(path: &Path) -> Result<FileSettings, ConfigError> {
    let fail = |reason: String| ConfigError::File { path: path.display().to_string(), reason };
    match std::fs::read_to_string(path) {
        Ok(text) => toml::from_str(&text).map_err(|error| fail(error.to_string())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(FileSettings::default()),
        Err(error) => Err(fail(error.to_string())),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn settle(rpc: [Option<&str>; 3]) -> ChainConfig {
        let [flag, env, file] = rpc.map(|text| text.map(str::to_owned));
        let overrides = Overrides { rpc: flag, ..Default::default() };
        let file = FileSettings { rpc: file, chain_id: Some(7), ..Default::default() };
        let environment = |name: &str| env.clone().filter(|_| name == "OMNIT_RPC");
        ChainConfig::from_layers(overrides, &environment, file).unwrap()
    }

    #[test]
    fn resolve_takes_the_first_layer_when_several_speak() {
        let [a, b, c] = [Some("http://a.example"), Some("ws://b.example"), Some("https://c.example")];
        assert_eq!(settle([a, b, c]).rpc.as_str(), "http://a.example/");
        assert_eq!(settle([None, b, c]).rpc.as_str(), "ws://b.example/");
        assert_eq!(settle([None, None, c]).rpc.as_str(), "https://c.example/");
        let bare = settle([None; 3]);
        assert_eq!(bare.rpc.as_str(), "http://127.0.0.1:8547/");
        assert_eq!(bare.chain_id, Some(7));
        assert_eq!(bare.deployments, Path::new("deployments"));
    }

    #[test]
    fn resolve_names_the_origin_when_the_endpoint_is_not_a_url() {
        for given in ["localhost:8547", "8547", "ftp://host", "http://"] {
            let error = ChainConfig::for_endpoint(given).unwrap_err().to_string();
            assert!(error.contains(given) && error.contains("--rpc"), "{error}");
        }
    }

    #[test]
    fn resolve_refuses_a_timeout_when_it_is_not_a_positive_number() {
        for given in ["0", "soon", "-1", "1.5"] {
            let environment = |name: &str| (name == "OMNIT_TIMEOUT").then(|| given.to_owned());
            let error = ChainConfig::from_layers(Overrides::default(), &environment, FileSettings::default());
            let error = error.unwrap_err().to_string();
            assert!(error.contains("OMNIT_TIMEOUT") && error.contains(given), "{error}");
        }
    }

    #[test]
    fn read_file_refuses_a_key_when_it_is_unknown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("omnit.toml");
        std::fs::write(&path, "rcp = \"http://host\"").unwrap();
        assert!(read_file(&path).unwrap_err().to_string().contains("rcp"));
    }
}
