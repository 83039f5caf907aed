//! What all commands share: patches by name, results, failures.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use cultivar_library::factory;
use cultivar_patch::{Preset, Table, disk};
use serde_json::{Value, json};

/// What a command has done.
pub(crate) struct Done {
    /// For people.
    pub(crate) text: String,
    /// For programs.
    pub(crate) json: Value,
    /// What did not work out on the way.
    pub(crate) failures: Vec<Failure>,
}

impl Done {
    pub(crate) fn new(text: String, json: Value) -> Self {
        Done { text, json, failures: Vec::new() }
    }
}

/// What went wrong with which file.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    file: String,
    reason: String,
}

impl Failure {
    pub(crate) fn new(file: impl AsRef<Path>, reason: impl ToString) -> Self {
        let file = file.as_ref().display().to_string();
        let reason = reason.to_string().lines().collect::<Vec<_>>().join(" ");
        Failure { file, reason }
    }

    /// Says it in one line on stderr.
    pub(crate) fn say(&self) {
        eprintln!("cultivar: {}: {}", self.file, self.reason);
    }

    pub(crate) fn json(&self) -> Value {
        json!({ "file": self.file, "reason": self.reason })
    }
}

/// Shows a result and gives the exit code that belongs to it.
pub(crate) fn finish(done: Result<Done, Failure>, as_json: bool) -> ExitCode {
    let done = done.unwrap_or_else(|failure| {
        failure.say();
        Done { failures: vec![failure], ..Done::new(String::new(), json!({})) }
    });
    if as_json {
        let mut json = done.json;
        json["ok"] = done.failures.is_empty().into();
        if !done.failures.is_empty() {
            json["failed"] = done.failures.iter().map(Failure::json).collect();
        }
        print_all(&json.to_string());
    } else if !done.text.is_empty() {
        print_all(done.text.trim_end());
    }
    if done.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Prints a text; a reader that has gone away is no failure.
fn print_all(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// The patch that a word on the command line means. What is odd about its file is said on
/// stderr.
pub(crate) fn patch(word: &Path) -> Result<Preset, Failure> {
    if let Some(name) = word.to_str().and_then(|word| word.strip_prefix("factory:")) {
        let preset = factory::preset(name).cloned();
        return preset.ok_or_else(|| Failure::new(word, "there is no such factory preset"));
    }
    let loaded = Preset::load(word).map_err(|e| Failure::new(word, e))?;
    loaded.notices.iter().for_each(|notice| Failure::new(word, notice).say());
    for table in &loaded.preset.tables {
        if let Table::Factory(name) = table
            && cultivar_dsp::factory::title(name).is_none()
        {
            let notice = format!("there is no wavetable {name:?} here; a saw plays in its place");
            Failure::new(word, notice).say();
        }
    }
    Ok(loaded.preset)
}

/// Replaces a file whole or not at all.
pub(crate) fn save(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    disk::replace(path, |out| out.write_all(bytes))
        .map_err(|e: std::io::Error| Failure::new(path, disk::reason(&e)))
}

/// Reads a number between two others from the command line.
pub(crate) fn within(
    least: f32,
    most: f32,
) -> impl Fn(&str) -> Result<f32, String> + Clone + Send + Sync + 'static {
    move |text| match text.parse::<f32>() {
        Ok(value) if (least..=most).contains(&value) => Ok(value),
        _ => Err(format!("it must be a number from {least} to {most}")),
    }
}

/// Decibels of the highest sample; silence is −∞.
pub(crate) fn peak(channels: &[&[f32]]) -> f32 {
    let samples = channels.iter().flat_map(|channel| channel.iter());
    20.0 * samples.fold(0.0f32, |peak, sample| peak.max(sample.abs())).log10()
}

/// A level for JSON, which knows no infinity.
pub(crate) fn level(decibels: f32) -> Value {
    if decibels.is_finite() { json!((100.0 * decibels).round() / 100.0) } else { Value::Null }
}
