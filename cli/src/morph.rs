//! `cultivar morph`: the way from one patch to another in even steps.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use cultivar_breed::morph::{at, morph, steps};
use cultivar_dsp::Note;
use cultivar_formats::{Depth, write_wav};
use cultivar_patch::{Preset, disk};
use serde_json::{Value, json};

use crate::shell::{self, Done, Failure, within};

/// Between what, and where to write it.
#[derive(Args)]
pub(crate) struct Morph {
    /// The first end: a .cultivar file or factory:NAME
    from: PathBuf,
    /// The second end
    to: PathBuf,
    /// The folder for morph.cultivar and the steps, each a .cultivar and a .wav file
    #[arg(short, long)]
    output: PathBuf,
    /// Sounds on the way, both ends among them
    #[arg(long, default_value_t = 33, value_parser = clap::value_parser!(u16).range(2..=999))]
    steps: u16,
    /// MIDI note that is played
    #[arg(long, default_value = "60", value_parser = within(0.0, 127.0))]
    note: f32,
    /// Seconds the key is held
    #[arg(long, default_value = "1", value_parser = within(0.0, 60.0))]
    gate: f32,
    /// Seconds after the key is let go
    #[arg(long, default_value = "1", value_parser = within(0.0, 60.0))]
    tail: f32,
}

/// Samples per second of the files.
const RATE: u32 = 48_000;

impl Morph {
    pub(crate) fn run(self) -> Result<Done, Failure> {
        let (a, b) = (shell::patch(&self.from)?, shell::patch(&self.to)?);
        fs::create_dir_all(&self.output)
            .map_err(|e| Failure::new(&self.output, disk::reason(&e)))?;
        let way = morph(&a, &b);
        self.keep("morph", &way)?;
        let last = f32::from(self.steps - 1);
        let positions: Vec<f32> = (0..self.steps).map(|k| f32::from(k) / last).collect();
        let mut sounds = Vec::new();
        for (k, position) in positions.iter().enumerate() {
            let there = at(&way, *position);
            let meta = if k == 0 { a.meta.clone() } else { there.meta.clone() };
            sounds.push(self.step(&format!("{k:03}"), &Preset { meta, ..there })?);
        }
        let sizes = steps(&sounds, RATE as f32);
        Ok(self.told(&positions, &sizes))
    }

    fn keep(&self, name: &str, preset: &Preset) -> Result<(), Failure> {
        let path = self.output.join(name).with_extension(cultivar_patch::EXTENSION);
        preset.save(&path).map_err(|e| Failure::new(&path, e))
    }

    /// Writes one step, and returns its sound in mono.
    fn step(&self, name: &str, preset: &Preset) -> Result<Vec<f32>, Failure> {
        self.keep(name, preset)?;
        let (key, gate, length) = (self.note, self.gate, self.gate + self.tail);
        let note = Note { key, velocity: 0.8, gate, length };
        let [left, right] = cultivar_dsp::render(preset, &note, RATE as f32);
        let path = self.output.join(name).with_extension("wav");
        write_wav(&path, &[&left, &right], RATE, Depth::Float32)
            .map_err(|e| Failure::new(&path, e))?;
        Ok(left.iter().zip(&right).map(|(l, r)| 0.5 * (l + r)).collect())
    }

    fn told(&self, positions: &[f32], sizes: &[f32]) -> Done {
        let mean = sizes.iter().sum::<f32>() / sizes.len() as f32;
        let most = sizes.iter().copied().fold(0.0, f32::max);
        let mut text = String::from("step  position  from the one before\n");
        for (k, position) in positions.iter().enumerate() {
            let size = k.checked_sub(1).map(|k| format!("{:8.4}", sizes[k])).unwrap_or_default();
            text += format!("{k:03}   {:6.1} %  {size}", 100.0 * position).trim_end();
            text.push('\n');
        }
        text += &format!("mean {mean:.4}, most {most:.4}: {}", self.output.display());
        let rows = positions.iter().enumerate().map(|(k, position)| {
            let size = k.checked_sub(1).map_or(Value::Null, |k| json!(sizes[k]));
            json!({ "step": k, "position": position, "size": size })
        });
        let rows: Vec<Value> = rows.collect();
        let json = json!({ "folder": self.output, "steps": rows, "mean": mean, "most": most });
        Done::new(text, json)
    }
}
