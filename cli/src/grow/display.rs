//! What grows, live on the terminal.

use std::time::Duration;

use cultivar_breed::{Growth, Strand};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::harvest::percent;

/// Steps of the bar.
const STEPS: u64 = 1000;

/// A bar for the time and a line for every strand, on stderr, gone when it is dropped. Shows
/// nothing where stderr is not a terminal.
pub(super) struct Display {
    bar: ProgressBar,
    lines: Vec<ProgressBar>,
}

impl Display {
    pub(super) fn new(name: &str, index: usize, count: usize, strands: usize) -> Self {
        let all = MultiProgress::new();
        let style = |template: &str| {
            ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
        };
        let bar = all.add(ProgressBar::new(STEPS));
        bar.set_style(style("{prefix} [{bar:32}] {msg}").progress_chars("━━ "));
        let place = if count > 1 { format!("{}/{count} ", index + 1) } else { String::new() };
        bar.set_prefix(format!("{place}{name}"));
        bar.set_message("listening");
        bar.tick();
        let line = |_| {
            let line = all.add(ProgressBar::new_spinner());
            line.set_style(style("  {msg}"));
            line
        };
        Display { bar, lines: (0..strands).map(line).collect() }
    }

    pub(super) fn show(&mut self, growth: &Growth, done: f32, elapsed: Duration) {
        self.bar.set_position((STEPS as f32 * done.clamp(0.0, 1.0)) as u64);
        let score = growth.best().map_or(0.0, |(_, node)| node.distances.score);
        let seconds = elapsed.as_secs_f32();
        self.bar.set_message(format!("{score:.1} · {} tries · {seconds:.0} s", growth.tries()));
        for (k, (line, strand)) in self.lines.iter().zip(growth.strands()).enumerate() {
            if let Some(text) = described(strand) {
                line.set_message(format!("{:2}  {text}", k + 1));
            }
        }
    }
}

fn described(strand: &Strand) -> Option<String> {
    let node = strand.best()?;
    let parts = node.distances.parts();
    let parts = parts.map(|(name, part)| format!("{name} {:>5}", percent(part)));
    Some(format!("{:5.1}  {}", node.distances.score, parts.join("  ")))
}

impl Drop for Display {
    fn drop(&mut self) {
        self.lines.iter().for_each(ProgressBar::finish_and_clear);
        self.bar.finish_and_clear();
    }
}
