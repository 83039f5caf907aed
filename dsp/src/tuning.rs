//! The pitch of each key.

use crate::engine::Engine;

/// Keys there are.
const KEYS: usize = 128;
/// Lowest and highest pitch a key may have, in MIDI note numbers: far outside of what is heard.
const PITCHES: (f32, f32) = (-64.0, 192.0);

/// A pitch for each of the 128 MIDI keys; keys without one are silent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tuning([Option<f32>; KEYS]);

impl Tuning {
    /// Twelve equal steps an octave, A at 440 Hz.
    pub fn equal() -> Self {
        Tuning(std::array::from_fn(|key| Some(key as f32)))
    }

    /// Asks for the pitch of each key, in MIDI note numbers with a fraction. What is not a
    /// number is none; pitches beyond −64 and 192 are held there.
    pub fn new(mut pitch: impl FnMut(usize) -> Option<f32>) -> Self {
        Tuning(std::array::from_fn(|key| {
            pitch(key).filter(|pitch| !pitch.is_nan()).map(|p| p.clamp(PITCHES.0, PITCHES.1))
        }))
    }

    /// The pitch of a key in MIDI note numbers; none where the key is silent.
    pub fn pitch(&self, key: i16) -> Option<f32> {
        self.0.get(usize::try_from(key).ok()?).copied().flatten()
    }
}

impl Default for Tuning {
    fn default() -> Self {
        Tuning::equal()
    }
}

impl Engine {
    /// Keys have other pitches from now on. Notes that sound move to theirs at the next grid
    /// point; those of keys that have become silent stay where they are.
    pub fn tune(&mut self, tuning: &Tuning) {
        self.tuning = *tuning;
        self.voices.each(|voice| {
            voice.retune(tuning.pitch(voice.which.key).unwrap_or(voice.home));
        });
    }
}
