//! How different two sounds are to the ear.
//!
//! The distance is a mean of terms that each hear something else: spectra with windows of
//! three lengths, loudness in bands as wide as the ear's, the shape of the spectrum, its
//! transport, movement, envelope, pitch, noise. Each term is measured in units of its median
//! between unrelated sounds, so 1 means unrelated. Level and small delays are taken out first.

mod align;
mod compare;
mod features;
mod pitch;
mod print;
mod stft;

use serde::{Deserialize, Serialize};

use align::Envelope;
use compare::{Terms, compare};
pub(crate) use features::log2;
use features::{Ear, Features};
pub(crate) use print::{Print, Printer};
use stft::Excerpt;

use crate::Target;
use crate::trial::Stage;

/// Places at which pitch is compared.
const PLACES: usize = 8;

/// How far a sound lies from the target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Distances {
    /// Wrong or missing pitch, 0 (right) to 1.
    pub pitch: f32,
    /// Difference of attack and level over time, 0 to 1.
    pub envelope: f32,
    /// Difference of the spectrum's shape and place, 0 to 1.
    pub brightness: f32,
    /// Difference between tone and noise, 0 to 1.
    pub noise: f32,
    /// Difference of what moves within the sound, 0 to 1.
    pub movement: f32,
    /// The whole: 0 identical, about 1 unrelated, at most 2.
    pub total: f32,
    /// The same for people: 100 identical, 0 unrelated.
    pub score: f32,
}

impl Distances {
    /// As far as can be: silence.
    pub const FARTHEST: Distances = Distances {
        pitch: 1.0,
        envelope: 1.0,
        brightness: 1.0,
        noise: 1.0,
        movement: 1.0,
        total: 2.0,
        score: 0.0,
    };

    /// What people can tell apart, by name.
    pub fn parts(&self) -> [(&'static str, f32); 5] {
        [
            ("pitch", self.pitch),
            ("envelope", self.envelope),
            ("brightness", self.brightness),
            ("noise", self.noise),
            ("movement", self.movement),
        ]
    }
}

/// What was heard of a sound besides how far it is: where it misses the target, for moves that
/// mend it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heard {
    /// Decibels that the sound is too soft, every 10 ms.
    missing: Vec<f32>,
    /// Cents that the sound is too low; 0 where either has no pitch.
    pub cents: f32,
}

impl Heard {
    /// Decibels that the sound is too soft at a time in seconds.
    pub fn missing_at(&self, seconds: f32) -> f32 {
        let last = self.missing.len().saturating_sub(1);
        let place = (seconds * 100.0).clamp(0.0, last as f32);
        let (k, part) = (place as usize, place.fract());
        let at = |k: usize| self.missing.get(k.min(last)).copied().unwrap_or_default();
        at(k) + part * (at(k + 1) - at(k))
    }
}

/// Judges sounds against one target. Owns all memory it needs: judging does not allocate once
/// the longest sound was heard.
pub struct Judge {
    ear: Ear,
    len: usize,
    /// Samples of silence after the target.
    rest: usize,
    power: f32,
    envelope: Envelope,
    target: Features,
    loudest: f32,
    places: Vec<usize>,
    other_envelope: Envelope,
    other: Features,
    /// Where the judged play, once there was a trial.
    pub(crate) stage: Option<Box<Stage>>,
}

impl Judge {
    /// For candidates at the rate of the target.
    pub fn new(target: &Target) -> Self {
        let rest = (target.rest * target.rate) as usize;
        Judge { rest, ..Judge::of(&target.samples, target.rate) }
    }

    /// For candidates at the rate (hertz) of `target`, which is mono.
    pub fn of(target: &[f32], rate: f32) -> Self {
        let mut ear = Ear::new(rate, target.len());
        let sound = Excerpt { samples: target, start: 0, len: target.len(), gain: 1.0 };
        let mut envelope = Envelope::default();
        envelope.measure(target, rate, target.len());
        let places = envelope.loud_places(PLACES, rate);
        let mut features = Features::default();
        ear.hear(sound, None, &places, &mut features);
        let loudest = envelope.loudest();
        envelope.levels(0, rate, 1.0, loudest, &mut features.levels);
        features.attack = envelope.attack();
        Judge {
            ear,
            len: target.len(),
            rest: 0,
            power: target.iter().map(|s| s * s).sum(),
            envelope,
            target: features,
            loudest,
            places,
            other_envelope: Envelope::default(),
            other: Features::default(),
            stage: None,
        }
    }

    /// How far `sound` (mono, same rate) lies from the target. Of what the target does not reach,
    /// only that is heard which breaks the silence after it; what is missing at the end is silence.
    pub fn distance(&mut self, sound: &[f32]) -> Distances {
        match self.terms(sound) {
            Some(terms) => distances(&terms),
            None => Distances::FARTHEST,
        }
    }

    /// What was heard of the sound that was judged last.
    pub fn heard(&self) -> Heard {
        let levels = self.target.levels.iter().zip(&self.other.levels);
        let pitches = self.target.pitch.iter().zip(&self.other.pitch);
        let voiced = pitches.filter(|(a, b)| a.voiced() && b.voiced());
        let mut cents: Vec<f32> = voiced.map(|(a, b)| 1200.0 * (a.octave - b.octave)).collect();
        cents.sort_by(f32::total_cmp);
        Heard {
            missing: levels.map(|(a, b)| (a - b).clamp(-24.0, 24.0)).collect(),
            cents: cents.get(cents.len() / 2).copied().unwrap_or_default(),
        }
    }

    /// The terms of the distance; nothing for silence and for what is not numbers.
    pub(crate) fn terms(&mut self, sound: &[f32]) -> Option<Terms> {
        let rate = self.ear.rate;
        let heard = &sound[..sound.len().min(self.len + (0.1 * rate) as usize)];
        self.other_envelope.measure(heard, rate, self.len);
        let start = self.other_envelope.lag(&self.envelope, rate);
        let mut other = Excerpt { samples: heard, start, len: self.len, gain: 1.0 };
        other.gain = align::gain(self.power, other)?;
        self.ear.hear(other, Some(&self.target), &self.places, &mut self.other);
        let levels = &mut self.other.levels;
        self.other_envelope.levels(start, rate, other.gain, self.loudest, levels);
        self.other.attack = self.other_envelope.attack();
        let terms = compare(&self.target, &self.other, self.ear.bands(1));
        Some(Terms { echo: self.echo(sound, start, other.gain), ..terms })
    }

    /// How loud it is in the rest after the target, 0 ([`FAINT`] decibels below the target's
    /// loudest) to 1 (as loud as it).
    fn echo(&self, sound: &[f32], start: isize, gain: f32) -> f32 {
        let first = (self.len + start.max(0) as usize).min(sound.len());
        let rest = &sound[first..(first + self.rest).min(sound.len())];
        let step = (0.01 * self.ear.rate) as usize;
        let power = |piece: &[f32]| piece.iter().map(|s| s * s).sum::<f32>() / step as f32;
        let loudest = rest.chunks(step).map(power).fold(0.0, f32::max).sqrt() * gain;
        (1.0 + 20.0 * (loudest / self.loudest).max(1e-9).log10() / FAINT).clamp(0.0, 1.0)
    }
}

/// Decibels below the loudest at which an echo is not heard.
const FAINT: f32 = 50.0;
/// What an echo counts that is as loud as the target.
const ECHO: f32 = 0.25;

/// Medians of the terms between unrelated sounds, and what each term weighs.
const UNRELATED: [(f32, f32); 9] = [
    (29.8, 0.20),
    (0.68, 0.25),
    (61.0, 0.12),
    (0.16, 0.10),
    (0.43, 0.10),
    (13.2, 0.08),
    (2.2, 0.05),
    (0.35, 0.03),
    (0.63, 0.07),
];

/// Most medians that one term may count.
const CAP: f32 = 2.0;

fn distances(terms: &Terms) -> Distances {
    let values = [
        terms.spectrum,
        terms.loudness,
        terms.shape,
        terms.transport,
        terms.movement,
        terms.envelope,
        terms.attack,
        terms.noise,
        terms.pitch,
    ];
    let mut part = [0.0; 9];
    let mut total = 0.0;
    for ((part, value), (median, weight)) in part.iter_mut().zip(values).zip(UNRELATED) {
        *part = value / median;
        total += weight * part.min(CAP);
    }
    total += ECHO * terms.echo;
    let bar = |x: f32| x.clamp(0.0, 1.0);
    let [_, _, shape, transport, movement, envelope, attack, noise, pitch] = part;
    Distances {
        pitch: bar(pitch),
        envelope: bar(0.7 * envelope + 0.3 * attack + terms.echo),
        brightness: bar(0.5 * (shape + transport)),
        noise: bar(noise),
        movement: bar(movement),
        total,
        score: (100.0 * (1.0 - total)).clamp(0.0, 100.0),
    }
}

#[cfg(test)]
mod tests;
