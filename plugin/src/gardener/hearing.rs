//! How a sound is heard: which part of it, at which note, with clipped peaks or mended ones.

use cultivar_breed::{Refusal, Stop, Target};

/// Amplitude from which on equal samples count as clipped.
const FULL: f32 = 0.985;
/// Seconds over which a sound is faded out where it was cut off.
const FADE: f32 = 0.01;
/// Confidence in a note that was not heard but is the player's word.
const TOLD: f32 = 0.5;

/// What the player has said of a sound; by default nothing, and all is as it is heard.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Hearing {
    /// Seconds of the sound where the part begins and ends that is listened to; none for all.
    pub part: Option<[f32; 2]>,
    /// Which note it is.
    pub note: Note,
    /// Whether clipped peaks are mended first.
    pub mended: bool,
}

/// Which note a sound is.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Note {
    /// The one that is heard.
    #[default]
    Heard,
    /// The player's word: a MIDI number.
    Key(f32),
    /// None.
    Texture,
}

impl Hearing {
    /// Listens to the part of `sound` (mono, `rate` per second).
    pub(super) fn listen(&self, sound: &[f32], rate: f32, stop: Stop) -> Result<Target, Refusal> {
        let place = |seconds: f32| ((seconds.max(0.0) * rate) as usize).min(sound.len());
        let [from, to] = self.part.map_or([0, sound.len()], |part| part.map(place));
        let mut part = sound.get(from..to).unwrap_or_default().to_vec();
        if self.mended {
            mend(&mut part);
        }
        if to < sound.len() {
            fade_out(&mut part, rate);
        }
        let mut target = Target::listen_until(&part, rate, stop)?;
        target.onset += from as f32 / rate;
        Ok(target)
    }
}

impl Note {
    /// `target` as it is heard at this note. A note that is octaves away from the one that was
    /// heard sets the octave right; any other says on which key the sound lies.
    pub(super) fn of(self, mut target: Target) -> Target {
        match self {
            Note::Heard => {}
            Note::Key(key) if target.confidence > 0.0 => {
                let apart = key - target.note;
                let octaves = 12.0 * (apart / 12.0).round();
                if (apart - octaves).abs() > 0.5 {
                    target.note = key.clamp(0.0, 127.0);
                } else if (0.0..=127.0).contains(&(target.note + octaves)) {
                    target.note += octaves;
                    target.period += octaves;
                    target.pitch.iter_mut().for_each(|pitch| pitch.note += octaves);
                }
            }
            Note::Key(key) => {
                let key = if key.is_finite() { key.clamp(0.0, 127.0) } else { 60.0 };
                (target.note, target.period, target.confidence) = (key, key, TOLD);
            }
            Note::Texture => {
                (target.note, target.period) = (60.0, 60.0);
                (target.confidence, target.voiced) = (0.0, 0.0);
                target.pitch.iter_mut().for_each(|pitch| pitch.confidence = 0.0);
            }
        }
        target
    }
}

/// Takes the click off the end of a sound that goes on.
fn fade_out(samples: &mut [f32], rate: f32) {
    let length = ((FADE * rate) as usize).min(samples.len());
    for (k, sample) in samples.iter_mut().rev().take(length).enumerate() {
        *sample *= k as f32 / length as f32;
    }
}

/// Rounds off what is clipped: each flat stretch at full scale becomes the cubic that carries on
/// the slopes on both sides of it, at most twice as high.
fn mend(samples: &mut [f32]) {
    let mut at = 2;
    while at + 3 < samples.len() {
        let top = samples[at];
        let flat = samples[at..].iter().take_while(|s| **s == top).count();
        let (last, next) = (at - 1, at + flat);
        if top.abs() < FULL || flat < 3 || next + 1 >= samples.len() {
            at += flat.max(1);
            continue;
        }
        let span = (next - last) as f32;
        let (a, b) = (samples[last], samples[next]);
        // Only slopes that lead outwards say how high the peak was.
        let outwards = |slope: f32| if slope * top > 0.0 { slope * span } else { 0.0 };
        let rise = outwards(a - samples[last - 1]);
        let fall = -outwards(b - samples[next + 1]);
        for k in 0..flat {
            let t = (k + 1) as f32 / span;
            let (t2, t3) = (t * t, t * t * t);
            let cubic = (2.0 * t3 - 3.0 * t2 + 1.0) * a
                + (t3 - 2.0 * t2 + t) * rise
                + (3.0 * t2 - 2.0 * t3) * b
                + (t3 - t2) * fall;
            let height = (cubic * top.signum()).clamp(top.abs(), 2.0 * top.abs());
            samples[at + k] = height * top.signum();
        }
        at = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cultivar_breed::{Doubt, NEVER};
    use std::f32::consts::TAU;

    const RATE: f32 = 24_000.0;

    /// A second of a decaying tone with a few harmonics.
    fn tone(frequency: f32) -> Vec<f32> {
        let sample = |k: usize| {
            let t = k as f32 / RATE;
            let wave: f32 = (1..5).map(|h| (TAU * frequency * h as f32 * t).sin() / h as f32).sum();
            0.4 * wave * (-2.0 * t).exp()
        };
        (0..RATE as usize).map(sample).collect()
    }

    #[test]
    fn a_part_is_heard_where_it_lies_and_ends_without_a_click() {
        let sound = tone(220.0);
        let hearing = Hearing { part: Some([0.25, 0.5]), ..Hearing::default() };
        let target = hearing.listen(&sound, RATE, NEVER).expect("a tone");
        assert!((target.onset - 0.25).abs() < 0.003, "{}", target.onset);
        assert!((target.duration - 0.25).abs() < 0.02, "{}", target.duration);
        assert!(target.samples[target.samples.len() - 1].abs() < 1e-3);
        for part in [[0.7, 0.2], [5.0, 9.0], [f32::NAN, f32::NAN], [0.0, f32::INFINITY]] {
            let hearing = Hearing { part: Some(part), ..Hearing::default() };
            let heard = hearing.listen(&sound, RATE, NEVER);
            assert_eq!(heard.is_ok(), part[1] > 10.0, "{part:?}");
        }
    }

    #[test]
    fn a_note_by_hand_sets_the_octave_or_the_key() {
        let heard = Hearing::default().listen(&tone(220.0), RATE, NEVER).expect("a tone");
        assert!((heard.note - 57.0).abs() < 0.1, "{}", heard.note);
        let lower = Note::Key(45.0).of(heard.clone());
        assert!((lower.note - (heard.note - 12.0)).abs() < 1e-4);
        assert!((lower.period - (heard.period - 12.0)).abs() < 1e-4);
        let other = Note::Key(64.0).of(heard.clone());
        assert_eq!((other.key(), other.period), (64, heard.period), "it sounds as it did");
        let texture = Note::Texture.of(heard.clone());
        assert_eq!(texture.confidence, 0.0);
        assert!(texture.pitch.iter().all(|pitch| pitch.confidence == 0.0));
        assert_eq!(Note::Heard.of(heard.clone()), heard);
        let told = Note::Key(38.0).of(texture);
        assert_eq!((told.key(), told.confidence), (38, TOLD));
        for wild in [f32::NAN, f32::INFINITY, -900.0, 900.0] {
            let note = Note::Key(wild).of(heard.clone()).note;
            assert!((0.0..=127.0).contains(&note), "{wild} became {note}");
        }
    }

    #[test]
    fn mended_peaks_are_nearer_to_what_was_clipped() {
        let whole: Vec<f32> = (0..24_000).map(|k| 1.3 * (k as f32 * 0.06).sin()).collect();
        let clipped: Vec<f32> = whole.iter().map(|s| s.clamp(-1.0, 1.0)).collect();
        let mut mended = clipped.clone();
        mend(&mut mended);
        let error = |a: &[f32]| a.iter().zip(&whole).map(|(a, b)| (a - b).powi(2)).sum::<f32>();
        let (before, after) = (error(&clipped), error(&mended));
        assert!(after < 0.05 * before, "{before} became {after}");
        let doubts = |mended| {
            let hearing = Hearing { mended, ..Hearing::default() };
            hearing.listen(&clipped, RATE, NEVER).expect("a tone").doubts
        };
        assert!(doubts(false).contains(&Doubt::Clipped));
        assert!(!doubts(true).contains(&Doubt::Clipped));
        let mut quiet = tone(220.0);
        mend(&mut quiet);
        assert_eq!(quiet, tone(220.0), "nothing is clipped there");
    }
}
