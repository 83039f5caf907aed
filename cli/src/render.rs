//! `cultivar render`: one note of a patch as a WAV file.

use std::path::{Path, PathBuf};

use clap::Args;
use cultivar_dsp::{Note, Oversampling, Studio, Tuning};
use cultivar_formats::{Depth, Mapping, Scale, read_scala, tuning, write_wav};
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
    /// A Scala scale (.scl) that tunes the keys
    #[arg(long, value_name = "FILE.scl")]
    tuning: Option<PathBuf>,
    /// A Scala mapping (.kbm) of keys to the scale
    #[arg(long, value_name = "FILE.kbm")]
    mapping: Option<PathBuf>,
    /// Sampling rate in hertz
    #[arg(long, default_value_t = 48_000, value_parser = clap::value_parser!(u32).range(1000..=768_000))]
    rate: u32,
    /// Samples worked out for each one written
    #[arg(long, default_value = "1", value_parser = oversampling)]
    oversampling: Oversampling,
    /// Write 16-bit whole numbers instead
    #[arg(long)]
    int16: bool,
}

impl Render {
    pub(crate) fn run(self) -> Result<Done, Failure> {
        let preset = shell::patch(&self.patch)?;
        let (key, velocity, gate) = (self.note, self.velocity, self.gate);
        let note = Note { key, velocity, gate, length: gate + self.tail };
        let tuning = self.tuning()?;
        let pitch = self.pitch(&tuning)?;
        let mut studio = Studio::oversampled(self.rate as f32, self.oversampling);
        studio.tune(&tuning);
        let length = studio.samples(&note);
        let (mut left, mut right) = (vec![0.0; length], vec![0.0; length]);
        studio.render(&preset, &note, &mut left, &mut right);
        let depth = if self.int16 { Depth::Int16 } else { Depth::Float32 };
        write_wav(&self.output, &[&left, &right], self.rate, depth)
            .map_err(|e| Failure::new(&self.output, e))?;
        let seconds = left.len() as f64 / f64::from(self.rate);
        let peak = shell::peak(&[&left, &right]);
        let text = format!("{}: {seconds:.2} s, peak {peak:.1} dB", self.output.display());
        let json = json!({
            "file": self.output,
            "patch": preset.meta.name,
            "pitch": (1e4 * f64::from(pitch)).round() / 1e4,
            "seconds": seconds,
            "rate": self.rate,
            "peak": shell::level(peak),
        });
        Ok(Done::new(text, json))
    }

    /// The pitch of every key.
    fn tuning(&self) -> Result<Tuning, Failure> {
        if self.tuning.is_none() && self.mapping.is_none() {
            return Ok(Tuning::equal());
        }
        let scale = self.tuning.as_deref().map_or(Ok(Scale::default()), |file| {
            Scale::parse(&text(file)?).map_err(|e| Failure::new(file, e))
        })?;
        let mapping = self.mapping.as_deref().map_or(Ok(Mapping::default()), |file| {
            Mapping::parse(&text(file)?).map_err(|e| Failure::new(file, e))
        })?;
        let file = self.mapping.as_deref().unwrap_or(Path::new(""));
        tuning(&scale, &mapping).map_err(|e| Failure::new(file, e))
    }

    /// Where the note sounds, in MIDI note numbers.
    fn pitch(&self, tuning: &Tuning) -> Result<f32, Failure> {
        let key = self.note.round();
        let home = tuning.pitch(key as i16).ok_or_else(|| {
            let file = self.mapping.as_deref().unwrap_or(Path::new("the tuning"));
            Failure::new(file, format!("key {key} is not mapped"))
        })?;
        Ok(home + (self.note - key))
    }
}

fn oversampling(factor: &str) -> Result<Oversampling, String> {
    let known = factor.parse().ok().and_then(Oversampling::of);
    known.ok_or_else(|| "it is 1, 2 or 4".to_owned())
}

fn text(file: &Path) -> Result<String, Failure> {
    read_scala(file).map_err(|e| Failure::new(file, e))
}
