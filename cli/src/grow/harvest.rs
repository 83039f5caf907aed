//! What grew towards a sound, as it is told, written down and read again.

use std::path::{Path, PathBuf};

use cultivar_breed::{Distances, target};
use cultivar_formats::{decode, decode_start};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::report::{Grown, Row};
use crate::shell::Failure;

/// What grew towards one sound.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Harvest {
    pub(super) sound: PathBuf,
    pub(super) name: String,
    /// What was heard in it, for programs and for people.
    pub(super) heard: Value,
    pub(super) said: String,
    pub(super) doubts: Vec<String>,
    pub(super) score: f32,
    pub(super) tries: u64,
    pub(super) seconds: f32,
    /// The best strand played as the sound was.
    pub(super) wav: PathBuf,
    /// The best of each strand, best first.
    pub(super) strands: Vec<Kept>,
}

/// The best of a strand, with its file.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Kept {
    pub(super) file: PathBuf,
    pub(super) tries: u64,
    #[serde(flatten)]
    pub(super) distances: Distances,
}

impl Harvest {
    /// For people.
    pub(super) fn text(&self) -> String {
        let mut text = format!(
            "{}: {}\n  best {:.1} of 100 after {} tries in {:.1} s: {}\n",
            self.sound.display(),
            self.said,
            self.score,
            self.tries,
            self.seconds,
            self.wav.display(),
        );
        self.doubts.iter().for_each(|doubt| text += &format!("  {doubt}\n"));
        text += "  score  pitch  envelope  brightness  noise  movement\n";
        for kept in &self.strands {
            let [pitch, envelope, brightness, noise, movement] =
                kept.distances.parts().map(|(_, part)| percent(part));
            text += &format!(
                "  {:5.1}  {pitch:>5}  {envelope:>8}  {brightness:>10}  {noise:>5}  {movement:>8}  {}\n",
                kept.distances.score,
                name_of(&kept.file),
            );
        }
        text
    }

    /// For the report: what sounded is read again.
    pub(super) fn reported(&self) -> Result<Grown<'_>, Failure> {
        let read = decode_start(&self.sound, f64::from(target::SEARCHED));
        let sound = read.map_err(|e| Failure::new(&self.sound, e))?;
        let best = decode(&self.wav).map_err(|e| Failure::new(&self.wav, e))?;
        let row = |(k, kept): (usize, &Kept)| Row {
            name: format!("{}", k + 1),
            score: kept.distances.score,
            parts: kept.distances.parts().map(|(name, part)| (name, 1.0 - part)).to_vec(),
            file: name_of(&kept.file),
        };
        Ok(Grown {
            name: &self.name,
            heard: self.said.clone(),
            rate: sound.rate,
            target: sound.mono(),
            best: best.mono(),
            strands: self.strands.iter().enumerate().map(row).collect(),
            tries: self.tries,
            seconds: self.seconds,
        })
    }
}

/// Likeness in per cent.
pub(super) fn percent(distance: f32) -> String {
    format!("{:.0} %", 100.0 * (1.0 - distance))
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
