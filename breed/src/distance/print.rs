//! What is kept of any sound, to be held beside any other of the same length.

use super::align::Envelope;
use super::compare::compare;
use super::distances;
use super::features::{Ear, Features};
use super::stft::Excerpt;

/// Parts of the length at which pitch is listened to.
const PLACES: [f32; 3] = [0.1, 0.3, 0.6];

/// What was kept of a sound, whatever its level.
#[derive(Clone)]
pub(crate) struct Print(Features, usize);

impl Print {
    /// How far two sounds of one length and rate are apart: 0 equal, about 1 unrelated, at most
    /// 2.
    pub(crate) fn distance(&self, other: &Print) -> f32 {
        distances(&compare(&self.0, &other.0, self.1)).total
    }
}

/// Takes prints of sounds of one length.
pub(crate) struct Printer {
    ear: Ear,
    envelope: Envelope,
    len: usize,
    places: Vec<usize>,
}

impl Printer {
    /// For sounds of `len` samples at a rate in hertz.
    pub(crate) fn new(rate: f32, len: usize) -> Self {
        let places = PLACES.map(|part| (part * len as f32) as usize).to_vec();
        Printer { ear: Ear::new(rate, len), envelope: Envelope::default(), len, places }
    }

    /// The print of a sound, mono; what is missing at its end is silence.
    pub(crate) fn take(&mut self, sound: &[f32]) -> Print {
        let sound = &sound[..sound.len().min(self.len)];
        let mut features = Features::default();
        let excerpt = Excerpt { samples: sound, start: 0, len: self.len, gain: 1.0 };
        self.ear.hear(excerpt, None, &self.places, &mut features);
        self.envelope.measure(sound, self.ear.rate, self.len);
        let loudest = self.envelope.loudest();
        self.envelope.levels(0, self.ear.rate, 1.0, loudest, &mut features.levels);
        features.attack = self.envelope.attack();
        Print(features, self.ear.bands(1))
    }
}
