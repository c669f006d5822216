//! Speed of this machine's paths as JSON lines, one figure each. Arguments: `--quick`, `--size N`, and names of paths (all unless given).

use std::io::Write as _;
use std::process::ExitCode;

use omnit_miner::BackendError;
use omnit_miner::bench::{BenchOptions, Figure, Peers, kernels, run};
use omnit_miner::path::{OpenOptions, Path, devices, open};

/// What the command line asks for.
struct Arguments {
    options: BenchOptions,
    /// Paths, each with the device that takes it where it was not named.
    paths: Vec<(Path, OpenOptions)>,
}

fn main() -> ExitCode {
    let arguments = match parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(message) => {
            say(&message);
            return ExitCode::from(2);
        }
    };
    match measure(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            say(&message);
            ExitCode::FAILURE
        }
    }
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let mut options = BenchOptions { size: BenchOptions::SIZE, is_quick: false };
    let mut paths = Vec::new();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--quick" => options.is_quick = true,
            "--size" => {
                let size = arguments.next().and_then(|size| size.parse().ok());
                options.size = size.filter(|size| (64..=16_384).contains(size)).ok_or("--size needs 64 to 16384")?;
            }
            name => paths.push((name.parse()?, OpenOptions::default())),
        }
    }
    if paths.is_empty() {
        let open = |id: &String| OpenOptions { device: Some(id.clone()), ..OpenOptions::default() };
        paths = devices().iter().map(|device| (device.path, open(&device.id))).collect();
    }
    Ok(Arguments { options, paths })
}

fn measure(arguments: &Arguments) -> Result<(), String> {
    let mut progress = |what: &str, _: f64| say(what);
    print(&kernels(&arguments.options))?;
    let peers = Peers::measure(&arguments.options, &mut progress);
    for (path, how) in &arguments.paths {
        let figures = open(*path, how)
            .and_then(|mut backend| run(backend.as_mut(), &arguments.options, &peers, &mut progress))
            .map_err(|error: BackendError| format!("{path}: {error}"))?;
        print(&figures)?;
    }
    Ok(())
}

fn print(figures: &[Figure]) -> Result<(), String> {
    let mut stdout = std::io::stdout().lock();
    for figure in figures {
        let line = serde_json::to_string(figure).map_err(|error| error.to_string())?;
        writeln!(stdout, "{line}").map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn say(text: &str) {
    // Nobody can be told when stderr is gone; the exit code still says how it ended.
    let _ = writeln!(std::io::stderr(), "{text}");
}
