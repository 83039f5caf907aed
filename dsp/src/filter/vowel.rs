//! Three formants of a voice.
//!
//! Formants of 33 men (Gordon Peterson and Harold Barney, "Control methods used in a study of the
//! vowels", 1952, table II), as band-passes side by side with signs by turns, so that neighbours
//! do not cancel between their middles (Dennis Klatt, "Software for a cascade/parallel formant
//! synthesizer", 1980).

use super::clean::{Mix, Section};
use super::{Wanted, damping, prewarped};
use crate::math::{Block, COUNT, Ramp, Span, exp2, gain};
use crate::oscillator::kernel::Plain;

/// Pitch of the cutoff, in MIDI note numbers, at which the formants are those of the table.
const NEUTRAL: f32 = 96.0;
/// How much of the resonance's range the formants use: their Q goes from 2 to 40.
const NARROW: f32 = 0.684;
/// The rest of the range.
const LEAST: f32 = 1.0 - NARROW;

/// Hertz and decibels of the formants of one vowel. Levels fall half as much as measured ones:
/// the other half is the fall of the voice's own source, which here comes in.
type Formants = [(f32, f32); 3];

/// a, e, i, o, u.
const VOWELS: [Formants; 5] = [
    [(730.0, -0.5), (1090.0, -2.5), (2440.0, -14.0)],
    [(530.0, -1.0), (1840.0, -8.5), (2480.0, -12.0)],
    [(270.0, -2.0), (2290.0, -12.0), (3010.0, -14.0)],
    [(570.0, 0.0), (840.0, -3.5), (2410.0, -17.0)],
    [(300.0, -1.5), (870.0, -9.5), (2240.0, -21.5)],
];

/// Hertz and decibels between two vowels: even steps of pitch and of level.
fn formants(morph: f32) -> Formants {
    let place = morph.clamp(0.0, 1.0) * (VOWELS.len() - 1) as f32;
    let before = (place as usize).min(VOWELS.len() - 2);
    let part = place - before as f32;
    std::array::from_fn(|k| {
        let ((from, quiet), (to, loud)) = (VOWELS[before][k], VOWELS[before + 1][k]);
        (from * (to / from).powf(part), quiet + part * (loud - quiet))
    })
}

/// The state of the formants.
#[derive(Clone, Debug, Default)]
pub(super) struct Vowel {
    sections: [Section; 3],
    levels: [Ramp; 3],
    /// Prewarped frequency and level of each.
    ends: [(f32, f32); 3],
    damping: f32,
}

impl Vowel {
    /// Works out the ends of the lines.
    pub(super) fn tune(&mut self, wanted: &Wanted, rate: f32) {
        let shift = exp2((wanted.note - NEUTRAL) * (1.0 / 12.0));
        self.damping = damping(LEAST + NARROW * wanted.resonance);
        let formants = formants(wanted.morph);
        for ((end, (hertz, decibels)), sign) in
            self.ends.iter_mut().zip(formants).zip([1.0, -1.0, 1.0])
        {
            *end = (prewarped(hertz * shift, rate), sign * gain(decibels));
        }
    }

    pub(super) fn aim(&mut self, span: &Span, fresh: bool) {
        for (k, (g, level)) in self.ends.into_iter().enumerate() {
            self.sections[k].aim(span, fresh, g, self.damping);
            if fresh {
                self.levels[k] = Ramp::still(level);
            }
            self.levels[k].aim(span, level);
        }
    }

    /// Filters `len` samples in place, `base` samples after the last aim.
    pub(super) fn render(&mut self, base: usize, len: usize, sides: &mut [Block; 2]) {
        let input = *sides;
        sides.iter_mut().for_each(|side| side[..len].fill(0.0));
        for (section, level) in self.sections.iter_mut().zip(&self.levels) {
            let mut formant = input;
            let [left, right] = formant.each_mut().map(|side| &mut side[..len]);
            section.render::<Plain>(Mix::BAND, base, left, right);
            for (side, formant) in sides.iter_mut().zip(&formant) {
                for ((x, y), &count) in side[..len].iter_mut().zip(formant).zip(&COUNT[base..]) {
                    *x += level.at(count) * y;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use cultivar_patch::schema::{Filter as Knobs, Model};

    use super::super::rig::{gain, impulse, knobs};
    use super::*;

    /// Hertz of the peaks of a vowel up to 6 kHz, a semitone's eighth exact.
    fn peaks(cutoff: f32, resonance: f32, morph: f32) -> Vec<f64> {
        let answer = impulse(&Knobs { morph, ..knobs(Model::Vowel, cutoff, resonance) });
        let hertz = |k: i32| 100.0 * 2f64.powf(f64::from(k) / 96.0);
        let levels: Vec<f64> = (0..570).map(|k| gain(&answer, hertz(k))).collect();
        let top = |k: &usize| levels[*k] > levels[k - 1] && levels[*k] > levels[k + 1];
        (1..569).filter(top).map(|k| hertz(k as i32)).collect()
    }

    #[test]
    fn peaks_lie_at_the_measured_formants() {
        for (k, vowel) in VOWELS.iter().enumerate() {
            let found = peaks(NEUTRAL, 0.8, k as f32 / 4.0);
            assert_eq!(found.len(), 3, "vowel {k}: {found:?}");
            for (found, (ideal, _)) in found.iter().zip(vowel) {
                let off = (found / f64::from(*ideal)).log2() * 12.0;
                assert!(off.abs() < 0.5, "vowel {k}: {found}, not {ideal} Hz");
            }
        }
    }

    #[test]
    fn the_cutoff_moves_all_formants_alike() {
        let (usual, higher) = (peaks(NEUTRAL, 0.8, 0.0), peaks(NEUTRAL + 7.0, 0.8, 0.0));
        for (usual, higher) in usual.iter().zip(&higher) {
            let apart = (higher / usual).log2() * 12.0;
            assert!((apart - 7.0).abs() < 0.4, "{apart} semitones");
        }
    }

    #[test]
    fn resonance_narrows_and_the_way_between_vowels_is_even() {
        let width = |resonance| {
            let answer = impulse(&knobs(Model::Vowel, NEUTRAL, resonance));
            let top = gain(&answer, 730.0);
            let fallen = |k: &i32| gain(&answer, 730.0 * 0.999f64.powi(*k)) < top - 3.0;
            (1..2000).find(fallen).expect("it falls")
        };
        assert!(width(0.0) > 3 * width(0.5) && width(0.5) > 3 * width(1.0));
        let mut before = formants(0.0);
        for k in 1..=400 {
            let here = formants(k as f32 / 400.0);
            for ((from, quiet), (to, loud)) in before.into_iter().zip(here) {
                assert!((to / from).log2().abs() < 0.02 && (loud - quiet).abs() < 0.2);
            }
            before = here;
        }
    }
}
