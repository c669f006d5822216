//! Python with the packages of the scripts in this repository, in an environment of its own below `target`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use eyre::{Context as _, Result};

use super::{eprintln, need_program, root, run};

/// Files that pin the packages.
const REQUIREMENTS: [&str; 2] = ["contracts/proof/vectors/requirements.txt", "models/digits/requirements.txt"];

/// A Python that has the packages. [`super::Need::Python`] must have been ensured.
pub(crate) fn python() -> Command {
    let program = if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" };
    let mut command = Command::new(environment().join(program));
    // Compiled modules would land beside the scripts, in the checkout.
    command.env("PYTHONDONTWRITEBYTECODE", "1").current_dir(root());
    command
}

/// Makes the environment unless it is there with these very packages.
pub(super) fn ensure() -> Result<()> {
    let read = |file| fs::read_to_string(root().join(file)).with_context(|| format!("{file} cannot be read"));
    let wanted = REQUIREMENTS.into_iter().map(read).collect::<Result<String>>()?;
    let stamp = environment().join("installed.txt");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    let advice = "Python 3.11 or newer with its venv module (python.org, or python3 and python3-venv of your system)";
    need_program("python3", advice)?;
    eprintln(format_args!("installing the Python packages of {}", REQUIREMENTS.join(" and ")));
    let mut venv = Command::new("python3");
    run(venv.args(["-m", "venv", "--clear"]).arg(environment())).with_context(|| format!("install {advice}"))?;
    let mut pip = python();
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    for file in REQUIREMENTS {
        pip.args(["--requirement", file]);
    }
    run(&mut pip).context("the Python packages could not be installed")?;
    fs::write(&stamp, wanted).with_context(|| format!("{} cannot be written", stamp.display()))
}

fn environment() -> PathBuf {
    root().join("target/python")
}
