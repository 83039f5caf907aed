//! The sound that strands grow towards: its samples, how it is heard, its picture.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cultivar_breed::{Refusal, Stop, Target};
use cultivar_formats::{Audio, Note};
use cultivar_gui::TargetView;

use super::hearing::Hearing;
use super::picture;

/// A sound that was read and not yet listened to.
#[derive(Clone)]
pub(super) struct Sound {
    /// Where it came from.
    pub(super) path: PathBuf,
    /// What it is called.
    pub(super) name: String,
    /// Both sides as one.
    samples: Arc<[f32]>,
    rate: f32,
    /// Whether the file goes on after it.
    more: bool,
    /// Its waveform, with nothing heard in it.
    pub(super) view: TargetView,
}

impl Sound {
    /// A file, decoded.
    pub(super) fn new(path: &Path, audio: &Audio) -> Self {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let (samples, rate) = (audio.mono(), audio.rate as f32);
        let view = picture::sound(&name, &samples, rate);
        let more = audio.notes.iter().any(|note| matches!(note, Note::Start { .. }));
        Sound { path: path.to_owned(), name, samples: samples.into(), rate, more, view }
    }

    /// Listens to it.
    pub(super) fn hear(self, hearing: Hearing, stop: Stop) -> Result<Sample, Refusal> {
        let heard = hearing.listen(&self.samples, self.rate, stop)?;
        Ok(Sample::new(self, heard, hearing))
    }
}

/// A sound and what is heard in it.
#[derive(Clone)]
pub(super) struct Sample {
    pub(super) sound: Sound,
    pub(super) hearing: Hearing,
    /// What was heard before the player's word on the note.
    heard: Arc<Target>,
    /// What grows are held beside.
    pub(super) target: Arc<Target>,
    pub(super) view: TargetView,
}

impl Sample {
    fn new(sound: Sound, heard: Target, hearing: Hearing) -> Self {
        let target = hearing.note.of(heard.clone());
        let view = picture::target(&sound.view, sound.seconds(), &target, &hearing);
        Sample { sound, heard: Arc::new(heard), target: Arc::new(target), view, hearing }
    }

    /// The same sound heard in another way.
    pub(super) fn again(&self, hearing: Hearing, stop: Stop) -> Result<Sample, Refusal> {
        let Hearing { part, mended, .. } = &self.hearing;
        if (part, mended) == (&hearing.part, &hearing.mended) {
            return Ok(Sample::new(self.sound.clone(), (*self.heard).clone(), hearing));
        }
        self.sound.clone().hear(hearing, stop)
    }

    /// What is to be asked about it.
    pub(super) fn questions(&self) -> Vec<super::doubts::Question> {
        let Sound { samples, rate, more, .. } = &self.sound;
        super::doubts::questions(&self.target, &self.hearing, samples, *rate, *more)
    }
}

impl Sound {
    /// Seconds of all of it.
    pub(super) fn seconds(&self) -> f32 {
        self.samples.len() as f32 / self.rate
    }
}
