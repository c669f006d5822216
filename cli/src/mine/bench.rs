//! `omnit mine bench`.

use eyre::WrapErr;
use indicatif::{ProgressBar, ProgressStyle};
use omnit_miner::bench::{BenchOptions, Figure, Peers, kernels, run};
use omnit_miner::path::devices;
use omnit_miner::selftest::Depth;

use super::{Chosen, choose};
use crate::output::write_all;

/// Arguments of `omnit mine bench`.
#[derive(clap::Args)]
pub(crate) struct BenchArgs {
    /// Path or device to measure [default: every device]
    #[arg(long, value_name = "PATH")]
    device: Option<String>,
    /// Rows and columns of the matrices.
    #[arg(long, default_value_t = BenchOptions::SIZE, value_parser = clap::value_parser!(u32).range(64..=16_384))]
    size: u32,
    /// Take fewer and shorter samples.
    #[arg(long)]
    quick: bool,
    /// Print one JSON object per figure.
    #[arg(long)]
    json: bool,
}

impl BenchArgs {
    /// Measures and prints.
    pub(crate) fn run(self) -> eyre::Result<()> {
        let chosen = match &self.device {
            Some(name) => vec![choose(name)?],
            None => devices().iter().map(Chosen::of).collect(),
        };
        let options = BenchOptions { size: self.size, is_quick: self.quick };
        // Whatever cannot be measured is known before anything is; what computes wrongly has no speed.
        let start = |chosen: &Chosen| {
            chosen.start(Depth::Start).wrap_err_with(|| format!("{} cannot be measured", chosen.path))
        };
        let mut backends = chosen.iter().map(start).collect::<eyre::Result<Vec<_>>>()?;
        let bar = Bar::new(chosen.len() + 1)?;
        let mut figures = kernels(&options);
        let peers = Peers::measure(&options, &mut |what, share| bar.show(0, what, share));
        for (at, backend) in backends.iter_mut().enumerate() {
            let measured = run(backend.as_mut(), &options, &peers, &mut |what, share| bar.show(at + 1, what, share));
            figures.extend(measured.wrap_err_with(|| format!("{} cannot be measured", backend.name()))?);
        }
        bar.0.finish_and_clear();
        let text = if self.json { json_lines(&figures)? } else { table(&figures) };
        write_all(&text)
    }
}

/// How far the measurements are. indicatif draws only when stderr is a terminal.
struct Bar(ProgressBar);

impl Bar {
    /// Steps of the bar within one part.
    const PART: u64 = 100;

    fn new(parts: usize) -> eyre::Result<Self> {
        let style = ProgressStyle::with_template("{bar:30} {percent:>3} % {msg}")?;
        Ok(Self(ProgressBar::new(Self::PART * parts as u64).with_style(style)))
    }

    fn show(&self, part: usize, what: &str, share: f64) {
        self.0.set_message(what.to_owned());
        self.0.set_position(Self::PART * part as u64 + (share * Self::PART as f64) as u64);
    }
}

fn json_lines(figures: &[Figure]) -> eyre::Result<String> {
    let mut text = String::new();
    for figure in figures {
        text += &serde_json::to_string(figure)?;
        text.push('\n');
    }
    Ok(text)
}

fn table(figures: &[Figure]) -> String {
    let mut rows = vec![["case".to_owned(), "figure".to_owned(), "unit".to_owned(), "beside".to_owned()]];
    for figure in figures {
        let peers: Vec<_> = figure.peers.iter().map(|(name, rate)| format!("{name} {}", rounded(*rate))).collect();
        rows.push([figure.case.clone(), rounded(figure.ours), figure.unit.to_owned(), peers.join(", ")]);
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let [a, b, c] = [0, 1, 2].map(width);
    let line = |[case, rate, unit, peers]: &[String; 4]| format!("{case:a$}  {rate:>b$}  {unit:c$}  {peers}");
    rows.iter().map(|row| line(row).trim_end().to_owned() + "\n").collect()
}

/// Three digits that mean something.
fn rounded(rate: f64) -> String {
    match rate {
        rate if rate >= 100.0 => format!("{rate:.0}"),
        rate if rate >= 10.0 => format!("{rate:.1}"),
        rate => format!("{rate:.2}"),
    }
}
