//! What the commands need besides cargo, brought in on first use: npm packages, the WASM target, the standard library's source, Python packages,
//! a Vulkan driver.
//!
//! Every function here is idempotent, says nothing when there is nothing to do, and may run in several processes at once.

mod python;
mod vulkan;

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use eyre::{Context, Result, bail, ensure, eyre};

pub(crate) use python::python;

/// The target that contracts are compiled for.
pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// One thing a command needs besides cargo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// The packages that `package-lock.json` pins, under `node_modules`.
    Npm,
    /// The standard library for [`WASM_TARGET`].
    WasmTarget,
    /// The standard library's source, from which the canonical contract build is made.
    RustSource,
    /// Python with the packages of the scripts, see [`python`].
    Python,
    /// A Vulkan driver, Debian's software one if there is no other.
    Vulkan,
}

impl Need {
    /// What building and running the contracts needs.
    pub(crate) const CONTRACTS: [Self; 3] = [Self::Npm, Self::WasmTarget, Self::RustSource];
    /// What the tests need.
    pub(crate) const TESTS: [Self; 5] = [Self::Npm, Self::WasmTarget, Self::RustSource, Self::Python, Self::Vulkan];
}

/// The directory that holds the workspace's `Cargo.toml`.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies one folder below the workspace")
}

/// Brings in whatever of `needs` is missing.
///
/// # Errors
/// When a program that would bring it in is missing or fails; the message says what to install.
pub(crate) fn ensure(needs: &[Need]) -> Result<()> {
    let _guard = lock()?;
    for need in needs {
        match need {
            Need::Npm => npm_packages()?,
            Need::WasmTarget => wasm_target()?,
            Need::RustSource => rust_source()?,
            Need::Python => python::ensure()?,
            Need::Vulkan => vulkan::ensure()?,
        }
    }
    Ok(())
}

/// The path of a program that an npm package brings, such as `wasm-opt`. [`Need::Npm`] must have been ensured.
pub(crate) fn npm_bin(name: &str) -> PathBuf {
    root().join("node_modules/.bin").join(name)
}

/// Runs `command` with its output on ours, and fails unless it exits with 0.
///
/// # Errors
/// When the program cannot be started or reports a failure.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let shown = show(command);
    let status = command.status().with_context(|| format!("`{shown}` could not be started"))?;
    ensure!(status.success(), "`{shown}` failed ({status})");
    Ok(())
}

/// Runs `command` and returns what it wrote to standard output; its standard error goes to ours.
///
/// # Errors
/// When the program cannot be started, reports a failure, or writes something that is not UTF-8.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let shown = show(command);
    let done = command.stderr(Stdio::inherit()).output().with_context(|| format!("`{shown}` could not be started"))?;
    ensure!(done.status.success(), "`{shown}` failed ({})", done.status);
    String::from_utf8(done.stdout).with_context(|| format!("`{shown}` wrote something that is not UTF-8"))
}

/// `cargo`, the one that runs us, in the workspace's root.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// The command line, for messages.
fn show(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

/// One set-up at a time: two commands that start together must not both fill `node_modules`.
fn lock() -> Result<File> {
    let folder = root().join("target");
    fs::create_dir_all(&folder).with_context(|| format!("{} cannot be created", folder.display()))?;
    let path = folder.join("setup.lock");
    let file = File::create(&path).with_context(|| format!("{} cannot be written", path.display()))?;
    file.lock().with_context(|| format!("{} cannot be locked", path.display()))?;
    Ok(file)
}

fn npm_packages() -> Result<()> {
    let wanted = fs::read(root().join("package-lock.json")).context("package-lock.json cannot be read")?;
    let stamp = root().join("node_modules/.installed-lock.json");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    need_program("node", "Node.js 20 or newer (nodejs.org or your system's package manager)")?;
    need_program("npm", "npm, which comes with Node.js")?;
    eprintln(format_args!("installing the npm packages of package-lock.json"));
    // Not `npm ci`: it refuses a lock file without every platform's binaries, and a mirror need not have those of other platforms.
    // The lock file binds all the same. The binaries lie inside the packages; the install scripts would only fetch them again.
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(root());
    run(npm.stdout(Stdio::null())).context("the npm packages could not be installed")?;
    fs::write(&stamp, wanted).with_context(|| format!("{} cannot be written", stamp.display()))
}

fn wasm_target() -> Result<()> {
    if sysroot()?.join("lib/rustlib").join(WASM_TARGET).is_dir() {
        return Ok(());
    }
    need_program("rustup", &format!("rustup (rustup.rs), or the Rust standard library for {WASM_TARGET}"))?;
    eprintln(format_args!("adding the Rust target {WASM_TARGET}"));
    run(Command::new("rustup").args(["target", "add", WASM_TARGET]).current_dir(root()))
}

fn rust_source() -> Result<()> {
    if sysroot()?.join("lib/rustlib/src/rust/library/Cargo.lock").is_file() {
        return Ok(());
    }
    need_program("rustup", "rustup (rustup.rs), or the Rust standard library's source (rust-src)")?;
    eprintln(format_args!("adding the Rust standard library's source (rust-src)"));
    run(Command::new("rustup").args(["component", "add", "rust-src"]).current_dir(root()))
}

/// The folder of the toolchain in use.
fn sysroot() -> Result<PathBuf> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let path = output(Command::new(rustc).args(["--print", "sysroot"]).current_dir(root()))?;
    Ok(PathBuf::from(path.trim()))
}

/// Fails with a sentence that says what to install when `program` cannot be started.
fn need_program(program: &str, install: &str) -> Result<()> {
    let started = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    match started {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => bail!("`{program} --version` failed ({status}); install {install} and run this again"),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err(eyre!("`{program}` was not found; install {install} and run this again"))
        }
        Err(error) => Err(error).with_context(|| format!("`{program}` could not be started")),
    }
}

/// Progress goes to standard error: standard output is data.
#[expect(clippy::print_stderr, reason = "talk for the person who runs the command")]
pub(crate) fn eprintln(message: std::fmt::Arguments<'_>) {
    eprintln!("{message}");
}
