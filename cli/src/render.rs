//! `cultivar render`: one note of a patch as a WAV file.

use std::path::PathBuf;

use clap::Args;
use cultivar_dsp::Note;
use cultivar_formats::{Depth, write_wav};
use serde_json::json;

use crate::shell::{self, Done, Failure, within};

/// What to play and where to write it.
#[derive(Args)]
pub(crate) struct Render {
    /// A .cultivar file or factory:NAME
    patch: PathBuf,
    /// The WAV file to write (stereo, 32-bit float)
    #[arg(short, long)]
    output: PathBuf,
    /// MIDI note, with a fraction for other tunings
    #[arg(long, default_value = "60", value_parser = within(0.0, 127.0))]
    note: f32,
    /// How hard the key is struck, 0 to 1
    #[arg(long, default_value = "0.8", value_parser = within(0.0, 1.0))]
    velocity: f32,
    /// Seconds the key is held
    #[arg(long, default_value = "1", value_parser = within(0.0, 600.0))]
    gate: f32,
    /// Seconds after the key is let go
    #[arg(long, default_value = "1", value_parser = within(0.0, 600.0))]
    tail: f32,
    /// Sampling rate in hertz
    #[arg(long, default_value_t = 48_000, value_parser = clap::value_parser!(u32).range(1000..=768_000))]
    rate: u32,
    /// Write 16-bit whole numbers instead
    #[arg(long)]
    int16: bool,
}

impl Render {
    pub(crate) fn run(self) -> Result<Done, Failure> {
        let preset = shell::patch(&self.patch)?;
        let (key, velocity, gate) = (self.note, self.velocity, self.gate);
        let note = Note { key, velocity, gate, length: gate + self.tail };
        let [left, right] = cultivar_dsp::render(&preset, &note, self.rate as f32);
        let depth = if self.int16 { Depth::Int16 } else { Depth::Float32 };
        write_wav(&self.output, &[&left, &right], self.rate, depth)
            .map_err(|e| Failure::new(&self.output, e))?;
        let seconds = left.len() as f64 / f64::from(self.rate);
        let peak = shell::peak(&[&left, &right]);
        let text = format!("{}: {seconds:.2} s, peak {peak:.1} dB", self.output.display());
        let json = json!({
            "file": self.output,
            "patch": preset.meta.name,
            "seconds": seconds,
            "rate": self.rate,
            "peak": shell::level(peak),
        });
        Ok(Done::new(text, json))
    }
}
