//! A booth: where the notes of a litter are played and listened to.

use std::sync::Arc;

use cultivar_dsp::{Note, Studio};
use cultivar_patch::Preset;
use cultivar_patch::schema::NO_TIME;

use crate::Stop;
use crate::distance::{Print, Printer};
use crate::loudness::{RATE, loudness};

/// Seconds of a note that are compared.
const COMPARED: f32 = 1.5;
/// Seconds that a key is held at its top, at least and at most.
const HELD: f32 = 0.6;
const GATE: [f32; 2] = [1.0, 2.5];
/// Seconds after the key is let go.
const TAIL: f32 = 0.5;
/// Points of an outline.
const OUTLINE: usize = 48;

/// A note that is to be played: middle C of a preset, at full velocity.
#[derive(Clone, Debug)]
pub struct Take {
    /// Its number among those that were asked for together.
    pub(super) index: usize,
    /// What is played.
    pub preset: Arc<Preset>,
}

/// What was heard of a note.
#[derive(Clone)]
pub struct Heard {
    pub(super) index: usize,
    /// Whether every sample is a number.
    pub(super) finite: bool,
    /// Highest sample in decibels of full scale; −120 for silence.
    pub peak: f32,
    /// Loudness of the loudest moment in LUFS; −120 for silence.
    pub loudness: f32,
    /// The highest samples of equal parts of the note, for a small picture.
    pub outline: Vec<f32>,
    print: Print,
}

impl std::fmt::Debug for Heard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Heard { peak, loudness, .. } = self;
        f.debug_struct("Heard").field("peak", peak).field("loudness", loudness).finish()
    }
}

impl Heard {
    /// How far two notes are apart, whatever their levels: 0 equal, about 1 unrelated.
    pub fn distance(&self, other: &Heard) -> f32 {
        self.print.distance(&other.print)
    }

    /// The same note so many decibels louder.
    pub(super) fn louder(mut self, decibels: f32) -> Heard {
        self.peak += decibels;
        self.loudness += decibels;
        let gain = 10f32.powf(decibels / 20.0);
        self.outline.iter_mut().for_each(|height| *height *= gain);
        self
    }
}

/// An engine and an ear. One for each thread.
pub struct Booth {
    studio: Studio,
    printer: Printer,
    left: Vec<f32>,
    right: Vec<f32>,
}

impl Default for Booth {
    fn default() -> Self {
        Booth::new()
    }
}

impl Booth {
    /// An empty booth.
    pub fn new() -> Self {
        let longest = ((GATE[1] + TAIL) * RATE) as usize;
        Booth {
            studio: Studio::new(RATE),
            printer: Printer::new(RATE, (COMPARED * RATE) as usize),
            left: vec![0.0; longest],
            right: vec![0.0; longest],
        }
    }
}

impl Take {
    /// Plays the note and listens; nothing where it is stopped. What was played in the booth
    /// before does not matter.
    pub fn play(&self, booth: &mut Booth, stop: Stop) -> Option<Heard> {
        let note = note(&self.preset);
        let frames = booth.studio.samples(&note).min(booth.left.len());
        let (left, right) = (&mut booth.left[..frames], &mut booth.right[..frames]);
        if !booth.studio.render_until(&self.preset, &note, [left, right], stop) {
            return None;
        }
        let finite = left.iter().chain(right.iter()).all(|sample| sample.is_finite());
        let loudness = loudness(left, right);
        let highest = |(left, right): (&[f32], &[f32])| {
            left.iter().chain(right).fold(0.0f32, |peak, sample| peak.max(sample.abs()))
        };
        let part = frames.div_ceil(OUTLINE);
        let outline: Vec<f32> = left.chunks(part).zip(right.chunks(part)).map(highest).collect();
        let peak = outline.iter().copied().fold(1e-6, f32::max);
        left.iter_mut().zip(right).for_each(|(left, right)| *left = 0.5 * (*left + *right));
        Some(Heard {
            index: self.index,
            finite,
            peak: 20.0 * peak.log10(),
            loudness,
            outline,
            print: booth.printer.take(left),
        })
    }
}

/// Middle C, struck as hard as can be and held until the amplifier has been at its top for a
/// while.
fn note(preset: &Preset) -> Note {
    let env = &preset.patch.env[0];
    let seconds = |time: f32| if time > NO_TIME { time.exp2() } else { 0.0 };
    let rise = seconds(env.delay) + seconds(env.attack) + seconds(env.hold);
    let gate = (rise + HELD).clamp(GATE[0], GATE[1]);
    Note { key: 60.0, velocity: 1.0, gate, length: gate + TAIL }
}
