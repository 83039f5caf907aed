//! A target: the sound that strands grow towards, and what is heard in it.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::listen::{envelope, notes, onset, pitch};
use crate::{NEVER, Stop};

/// Seconds of a target that are kept, from its onset.
pub const LONGEST: f32 = 10.0;
/// Seconds of a sound that are searched for an onset.
pub const SEARCHED: f32 = 30.0;
/// Seconds of silence that are known to follow a sound which is over.
pub const REST: f32 = 0.5;
/// Seconds between two points of the pitch track and of the level contour.
pub const HOP: f32 = 0.005;

/// Why a sound cannot be a target.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// There are no samples.
    #[error("the sound is empty")]
    Empty,
    /// Nothing above −100 dB in the part that is searched.
    #[error("the sound is silent in its first {SEARCHED} seconds")]
    Silent,
    /// Shorter than ten milliseconds.
    #[error("the sound lasts {:.1} ms; 10 ms is the least", 1000.0 * .0)]
    TooShort(f32),
    /// No sample is a finite number.
    #[error("no sample of the sound is a number")]
    NotFinite,
    /// The sample rate is outside 1 kHz to 768 kHz.
    #[error("a sample rate of {0} Hz is outside 1 kHz to 768 kHz")]
    Rate(f32),
    /// Listening was stopped.
    #[error("listening was stopped")]
    Stopped,
}

/// A reason to trust what was heard a little less.
#[derive(Clone, Debug, PartialEq)]
pub enum Doubt {
    /// Several notes sound at once.
    Polyphonic {
        /// The notes, as MIDI numbers, loudest first.
        notes: Vec<f32>,
    },
    /// No steady pitch was found.
    NoPitch,
    /// Only the beginning was kept.
    TooLong {
        /// Length of the whole sound in seconds.
        seconds: f32,
    },
    /// The waveform is cut off at full scale.
    Clipped,
    /// Some samples are not finite numbers and count as zero.
    Damaged {
        /// How many.
        samples: usize,
    },
    /// Samples were far beyond full scale and were turned down.
    Overdriven {
        /// The highest sample in decibels over full scale.
        peak: f32,
    },
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Doubt::Polyphonic { notes } => {
                write!(f, "{} notes seem to sound at once; they are matched as one", notes.len())
            }
            Doubt::NoPitch => f.write_str("no steady pitch was found; it is matched as a noise"),
            Doubt::TooLong { seconds } => write!(
                f,
                "of {seconds:.1} seconds, the first {LONGEST} seconds from its beginning are matched"
            ),
            Doubt::Clipped => f.write_str("the sound is clipped; its distortion is matched too"),
            Doubt::Damaged { samples } => {
                write!(f, "{samples} samples are not numbers and count as silence")
            }
            Doubt::Overdriven { peak } => {
                write!(f, "the sound peaks {peak:.0} dB over full scale and was turned down")
            }
        }
    }
}

/// One point of a pitch track.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pitch {
    /// Seconds from the start of the target.
    pub time: f32,
    /// MIDI note number with fraction; meaningless where the confidence is 0.
    pub note: f32,
    /// 0 (no pitch) to 1 (perfectly periodic).
    pub confidence: f32,
}

/// A sound to grow towards: its samples from the onset on, and what is heard in them.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Mono, from the onset to the end of the sound, [`LONGEST`] seconds at most.
    pub samples: Vec<f32>,
    /// Samples per second: the sound's own rate, or the first whole fraction of it that is
    /// not above 48 kHz.
    pub rate: f32,
    /// Seconds of the sound before the first sample: where a render is to be placed.
    pub onset: f32,
    /// Seconds of the samples.
    pub duration: f32,
    /// The note that was played as a fractional MIDI number; 60 where no pitch was found.
    pub note: f32,
    /// The period that all of the sound has in common, as a fractional MIDI number: the note,
    /// or below it where a chord or a bell has no period at its note.
    pub period: f32,
    /// How sure the note is, 0 to 1; 0 where no pitch was found.
    pub confidence: f32,
    /// The pitch of the period every [`HOP`] seconds.
    pub pitch: Vec<Pitch>,
    /// RMS level every [`HOP`] seconds in decibels of full scale, −120 at least.
    pub level: Vec<f32>,
    /// Seconds from the start to nine tenths of the highest level.
    pub attack: f32,
    /// Seconds from the highest level to 20 dB below it; infinite if it never falls so far.
    pub decay: f32,
    /// Seconds from the start to where the key seems to be let go; the duration where the
    /// sound is one decay.
    pub release: f32,
    /// Share of the loud part that has a pitch, 0 to 1.
    pub voiced: f32,
    /// Seconds of silence that follow the sound: [`REST`], or 0 where it does not end by itself.
    pub rest: f32,
    /// From 0 (periodic) to 1 (noise), weighted by level.
    pub noisiness: f32,
    /// SHA-256 (hex) of the samples as little-endian bytes.
    pub hash: String,
    /// What to trust less.
    pub doubts: Vec<Doubt>,
}

impl Target {
    /// Listens to `samples` (mono, `rate` per second). Total: any input is either heard or
    /// refused with a reason. Samples that are not finite count as zero; of a long sound only
    /// the first [`SEARCHED`] seconds are looked at and [`LONGEST`] kept.
    pub fn listen(samples: &[f32], rate: f32) -> Result<Target, Refusal> {
        Target::listen_until(samples, rate, NEVER)
    }

    /// The same, unless it is stopped.
    pub fn listen_until(samples: &[f32], rate: f32, stop: Stop) -> Result<Target, Refusal> {
        let mut doubts = Vec::new();
        let cut = onset::cut(samples, rate, &mut doubts)?;
        let level = envelope::level(&cut.samples, cut.rate);
        let pitch = pitch::track(&cut.samples, cut.rate, &level, stop).ok_or(Refusal::Stopped)?;
        let heard = pitch::note(&pitch, &level);
        let shape = envelope::shape(&level, cut.samples.len() as f32 / cut.rate);
        if heard.confidence == 0.0 {
            doubts.push(Doubt::NoPitch);
        }
        let notes =
            notes::sounding(&cut.samples, cut.rate, (heard.confidence > 0.5).then_some(heard.note));
        if notes.len() > 1 {
            doubts.push(Doubt::Polyphonic { notes });
        }
        let note = match heard.confidence {
            0.0 => heard.note,
            _ => notes::heard(&cut.samples, cut.rate, heard.note),
        };
        Ok(Target {
            duration: cut.samples.len() as f32 / cut.rate,
            hash: hash(&cut.samples),
            samples: cut.samples,
            rate: cut.rate,
            onset: cut.onset,
            note,
            period: heard.note,
            confidence: heard.confidence,
            voiced: heard.voiced,
            noisiness: heard.noisiness,
            pitch,
            level,
            attack: shape.attack,
            decay: shape.decay,
            release: shape.release,
            rest: if cut.over { REST } else { 0.0 },
            doubts,
        })
    }

    /// The key that plays the target: the nearest to its note.
    pub fn key(&self) -> u8 {
        self.note.round().clamp(0.0, 127.0) as u8
    }

    /// The note whose render is to be held beside the target: its key, let go at its release
    /// point, as long as it.
    pub fn played(&self) -> cultivar_dsp::Note {
        cultivar_dsp::Note {
            key: f32::from(self.key()),
            velocity: 0.8,
            gate: self.release,
            length: self.duration,
        }
    }

    /// The level contour at `time` seconds, in decibels.
    pub fn level_at(&self, time: f32) -> f32 {
        let place = (time / HOP).clamp(0.0, (self.level.len() - 1) as f32);
        let k = place as usize;
        let next = self.level[(k + 1).min(self.level.len() - 1)];
        self.level[k] + (next - self.level[k]) * (place - k as f32)
    }
}

fn hash(samples: &[f32]) -> String {
    let mut sha = Sha256::new();
    for sample in samples {
        sha.update(sample.to_le_bytes());
    }
    cultivar_patch::hex(&sha.finalize())
}
