//! A Vulkan driver for the GPU kernels; Debian's software driver where there is none.

use std::path::Path;
use std::process::{Command, Stdio};

use eyre::{Context as _, Result, bail};

use super::{eprintln, run};

/// Debian's packages: the loader, and drivers, among them one that needs no GPU.
const PACKAGES: [&str; 2] = ["libvulkan1", "mesa-vulkan-drivers"];

/// Folders where drivers announce themselves.
const DRIVERS: [&str; 3] = ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d", "/usr/local/share/vulkan/icd.d"];

/// Installs the software driver on a Debian system that has no driver. Elsewhere says what to install; in CI, where GPU tests must not be
/// skipped, that is an error.
pub(super) fn ensure() -> Result<()> {
    if !cfg!(target_os = "linux") || is_there() {
        return Ok(());
    }
    if is_root() && has("apt-get") {
        eprintln(format_args!("installing {}", PACKAGES.join(" and ")));
        return install().context("the software Vulkan driver could not be installed");
    }
    let advice = format!("there is no Vulkan driver: install {} (Debian's names)", PACKAGES.join(" and "));
    if std::env::var_os("CI").is_some() {
        bail!("{advice}; CI runs the GPU tests");
    }
    eprintln(format_args!("{advice}; until then the GPU tests are skipped"));
    Ok(())
}

fn is_there() -> bool {
    if ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"].iter().any(|name| std::env::var_os(name).is_some()) {
        return true;
    }
    let has_files = |folder: &str| Path::new(folder).read_dir().is_ok_and(|mut files| files.next().is_some());
    DRIVERS.into_iter().any(has_files)
}

fn install() -> Result<()> {
    let apt = |args: &[&str]| {
        let mut apt = Command::new("apt-get");
        run(apt.args(args).env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null()))
    };
    apt(&["update", "-qq"])?;
    apt(&[&["install", "-qq", "-y", "--no-install-recommends"], &PACKAGES[..]].concat())
}

fn is_root() -> bool {
    #[cfg(unix)]
    return rustix::process::geteuid().is_root();
    #[cfg(not(unix))]
    return false;
}

fn has(program: &str) -> bool {
    let asked = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    asked.is_ok_and(|status| status.success())
}
