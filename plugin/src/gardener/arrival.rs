//! The way of a sound into the garden: read, listened to, taken as the target or refused.

use std::path::Path;

use cultivar_formats::{Audio, Note};
use cultivar_gui::{GardenState, Tone};
use cultivar_library::examples::EXAMPLES;

use super::files::Files;
use super::hearing::Hearing;
use super::plot::Plot;
use super::sample::{Sample, Sound};
use crate::state::TargetFile;

/// Seconds of a file that are listened to.
const LISTENED: f64 = cultivar_breed::target::SEARCHED as f64;

/// A sound that is about to be listened to.
pub(super) struct Arrival {
    pub(super) sound: Sound,
    hearing: Hearing,
    /// Whether growing waits for the player.
    resting: bool,
    /// What to go back to where it cannot become the target.
    before: GardenState,
}

impl Plot {
    /// Reads a sound, by its file or by the name of an example, to listen to it next.
    pub(super) fn open(&mut self, path: &Path, hearing: Hearing, resting: bool, files: &Files) {
        let example = EXAMPLES.iter().find(|example| Path::new(example.name) == path);
        let audio = match example {
            Some(example) => cultivar_formats::decode_bytes(example.wav),
            None => cultivar_formats::decode_start(path, LISTENED),
        };
        match audio {
            Err(error) => self.fail(path, &error.to_string()),
            Ok(audio) => {
                self.told(path, &audio, files);
                let before = match self.arrival.take() {
                    Some(passed_over) => passed_over.before,
                    None => self.state.clone(),
                };
                let sound = Sound::new(path, &audio);
                self.arrival = Some(Arrival { sound, hearing, resting, before });
                self.state = GardenState::Analysing;
            }
        }
    }

    /// Says what was odd about a file, but for its length, about which the player is asked.
    fn told(&self, path: &Path, audio: &Audio, files: &Files) {
        let odd = audio.notes.iter().filter(|note| !matches!(note, Note::Start { .. }));
        odd.for_each(|note| files.say(Tone::Warning, format!("{}: {note}.", file_name(path))));
    }

    pub(super) fn fail(&mut self, path: &Path, reason: &str) {
        tracing::info!("{}: {reason}", path.display());
        self.error = Some(format!("{}: {reason}", file_name(path)));
    }

    /// Takes a sound as the target; what grew towards another one is given up only then.
    pub(super) fn hear(&mut self, arrival: Arrival, files: &mut Files) {
        let Arrival { sound, hearing, resting, before } = arrival;
        let path = sound.path.clone();
        match sound.hear(hearing, &|| self.shared.stopped()) {
            Err(refusal) => {
                self.state = before;
                self.fail(&path, &refusal.to_string());
            }
            Ok(sample) => {
                tracing::info!("growing from {}", path.display());
                self.error = None;
                self.past.clear();
                self.answered.clear();
                self.take(sample);
                self.plant(files);
                if resting {
                    self.state = GardenState::Paused;
                }
            }
        }
    }

    /// Makes a sample the target, in the project too, and asks about it.
    pub(super) fn take(&mut self, sample: Sample) {
        let path = sample.sound.path.display().to_string();
        let (hash, hearing) = (sample.target.hash.clone(), sample.hearing.clone());
        let target = TargetFile { path, hash, hearing };
        self.shared.instrument.document().session.target = Some(target);
        let open = sample.questions().into_iter().filter(|q| !self.answered.contains(&q.about));
        self.questions = open.collect();
        self.sample = Some(sample);
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
