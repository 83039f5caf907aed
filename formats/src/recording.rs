//! An audio file as the recording of a preset.

use std::path::Path;

use cultivar_patch::{MAX_RECORDED, RECORDED_RATES, Recording};

use crate::{Audio, AudioError, Note, decode_start};

impl Audio {
    /// The start of the audio as a recording that was played at MIDI note `root` (60 where
    /// nobody knows), without a loop of its own. Mono and stereo stay what they are, more
    /// channels become one; the rate stays. What is too long is cut, and the notes say so.
    pub fn recording(&self, name: &str, root: f32) -> Result<(Recording, Vec<Note>), AudioError> {
        let mut channels =
            if self.channels.len() > 2 { vec![self.mono()] } else { self.channels.clone() };
        let mut notes = self.notes.clone();
        if self.frames() > MAX_RECORDED {
            channels.iter_mut().for_each(|channel| channel.truncate(MAX_RECORDED));
            notes.retain(|note| !matches!(note, Note::Start { .. }));
            let used = MAX_RECORDED as f64 / f64::from(self.rate);
            notes.push(Note::Start { used, of: Some(self.whole()) });
        }
        let recording = Recording::new(name, self.rate, channels, root, None)?;
        Ok((recording, notes))
    }
}

/// The start of the audio file at `path` as a recording, named like the file, as
/// [`Audio::recording`] makes it.
pub fn load_recording(path: &Path, root: f32) -> Result<(Recording, Vec<Note>), AudioError> {
    let longest = MAX_RECORDED as f64 / f64::from(RECORDED_RATES[0]);
    let name = path.file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
    decode_start(path, longest)?.recording(&name, root)
}
