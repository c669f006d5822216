//! `omnit model run`.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use alloy::primitives::B256;
use eyre::WrapErr;
use omnit_miner::engine::{Engine, EngineOptions, Event};
use omnit_miner::model::{Model, Run};
use omnit_miner::{BackendError, Matrix};
use serde_json::{Value, json};

use super::csv::Samples;
use super::load;
use crate::mine::{choose, open_options};
use crate::output::{Lines, print};

/// Arguments of `omnit model run`.
#[derive(clap::Args)]
pub(crate) struct RunArgs {
    /// Model file.
    file: PathBuf,
    /// Lines of numbers with commas between them, or `-` for standard input. The last column may be the label; a header is skipped.
    input: PathBuf,
    /// Path or device that computes; without one, the best that works.
    #[arg(long, value_name = "PATH")]
    device: Option<String>,
    /// Print one JSON object, with the roots of everything computed.
    #[arg(long)]
    json: bool,
}

impl RunArgs {
    /// Classifies every line.
    pub(crate) fn run(self) -> eyre::Result<()> {
        let model = load(&self.file)?;
        let text = read(&self.input)?;
        let samples = Samples::parse(&text, model.descriptor().input_cols() as usize)
            .and_then(|samples| check_labels(&model, samples))
            .map_err(|reason| eyre::eyre!("{}: {reason}", self.input.display()))?;
        let input = model.quantise(&samples.rows).wrap_err_with(|| format!("{}", self.input.display()))?;
        let mut engine = self.engine()?;
        let run = compute(&mut engine, &model, &input)?;
        let results = Results { model: &model, samples: &samples, run: &run, path: engine.path().unwrap_or_default() };
        print(self.json, &results.lines(), &results.object())
    }

    fn engine(&self) -> eyre::Result<Engine> {
        let mut options = EngineOptions { has_fallback: true, open: open_options(), ..EngineOptions::default() };
        if let Some(name) = &self.device {
            let chosen = choose(name)?;
            options = EngineOptions { path: Some(chosen.path), has_fallback: false, open: chosen.open };
        }
        Engine::open(&options, warn).wrap_err("nothing on this machine can run the model")
    }
}

fn compute(engine: &mut Engine, model: &Model, input: &Matrix) -> eyre::Result<Run> {
    let run = engine.run(|session| model.load(session)?.run(session, input, None));
    run.wrap_err("the run failed")
}

/// Tells what happened to paths that should have worked. That a machine lacks a path is no news.
fn warn(event: &Event) {
    if matches!(event, Event::Opened { .. } | Event::Refused { reason: BackendError::Unsupported(_), .. }) {
        return;
    }
    // Nobody can be told if stderr is gone, and the result does not depend on it.
    let _ = writeln!(std::io::stderr().lock(), "warning: {event}");
}

fn read(path: &Path) -> eyre::Result<String> {
    if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).wrap_err("cannot read standard input")?;
        return Ok(text);
    }
    std::fs::read_to_string(path).wrap_err_with(|| format!("cannot read {}", path.display()))
}

fn check_labels(model: &Model, samples: Samples) -> Result<Samples, String> {
    let classes = &model.metadata().classes;
    for (label, line) in samples.labels.iter().zip(&samples.lines) {
        if !classes.contains(label) {
            return Err(format!("line {line}: label {label:?} is no class of the model ({})", classes.join(", ")));
        }
    }
    Ok(samples)
}

/// A finished run and what it was for.
struct Results<'a> {
    model: &'a Model,
    samples: &'a Samples,
    run: &'a Run,
    path: &'a str,
}

impl Results<'_> {
    /// The name of the class with the highest score in a row; of equal ones the first.
    fn class(&self, row: usize) -> &str {
        let scores = self.scores(row);
        let best = (0..scores.len()).rev().max_by_key(|class| scores[*class]).unwrap_or(0);
        &self.model.metadata().classes[best]
    }

    fn scores(&self, row: usize) -> &[i8] {
        self.run.output.row(row as u32)
    }

    /// How many labels are right.
    fn right(&self) -> usize {
        self.samples.labels.iter().enumerate().filter(|(row, label)| self.class(*row) == label.as_str()).count()
    }

    fn lines(&self) -> Lines {
        let mut lines = Lines::default();
        for (row, line) in self.samples.lines.iter().enumerate() {
            let label = self.samples.labels.get(row).filter(|label| label.as_str() != self.class(row));
            let wrong = label.map(|label| format!(" (labelled {label})")).unwrap_or_default();
            lines.add(format!("line {line}"), format!("{}  {:?}{wrong}", self.class(row), self.scores(row)));
        }
        if !self.samples.labels.is_empty() {
            let (right, labels) = (self.right(), self.samples.labels.len());
            let share = 100.0 * right as f64 / labels as f64;
            lines.add("accuracy", format!("{right} of {labels}, {share:.2} %"));
        }
        lines.add("computed by", self.path);
        lines
    }

    fn object(&self) -> Value {
        let results: Vec<_> = (0..self.samples.rows.len()).map(|row| self.result(row)).collect();
        let mut object = json!({
            "model": self.model.metadata().name,
            "version": B256::from(*self.model.version()),
            "path": self.path,
            "results": results,
            "trace": self.run.trace.iter().copied().map(B256::from).collect::<Vec<_>>(),
            "trace_hash": B256::from(self.run.trace_hash()),
        });
        if !self.samples.labels.is_empty() {
            let (right, labels) = (self.right(), self.samples.labels.len());
            object["labelled"] = labels.into();
            object["right"] = right.into();
            object["accuracy"] = (right as f64 / labels as f64).into();
        }
        object
    }

    fn result(&self, row: usize) -> Value {
        let mut result = json!({
            "line": self.samples.lines[row],
            "class": self.class(row),
            "scores": self.scores(row),
        });
        if let Some(label) = self.samples.labels.get(row) {
            result["label"] = label.as_str().into();
        }
        result
    }
}
