//! The user's cache folder.

use std::path::PathBuf;

/// `$XDG_CACHE_HOME/omnit/<name>`, or the same below `~/.cache`. Nothing, when neither is known: then nothing is kept between runs.
pub(crate) fn folder(name: &str) -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = folder("XDG_CACHE_HOME").or_else(|| folder("HOME").map(|home| home.join(".cache")))?;
    Some(base.join("omnit").join(name))
}
