//! A comb: a delay of one period in a loop.
//!
//! The delay is read between its samples by Lagrange interpolation of third order (Timo Laakso
//! and others, "Splitting the unit delay", 1996), never louder than what was written, though
//! halfway between samples the highest harmonics die sooner; a one-pole
//! low-pass in the loop dulls what comes round, and the delay is shorter by as much as that is
//! late, as in a plucked string (David Jaffe and Julius Smith, "Extensions of the Karplus-Strong
//! plucked-string algorithm", 1983).

use std::f32::consts::{PI, TAU};

use cultivar_patch::schema::Model;

use super::{Two, Wanted, settle};
use crate::math::{Block, COUNT, Ramp, Span, exp2};

/// Samples of the past, left and right: at 48 kHz a comb goes down to 11.8 Hz, at other rates in
/// proportion; a cutoff below that sounds as that.
const LENGTH: usize = 4096;
/// Shortest and longest delay, in samples, that four samples lie around.
const SHORTEST: f32 = 2.0;
const LONGEST: f32 = (LENGTH - 4) as f32;
/// Doublings from no feedback to the most, by which what it lacks to 1 halves.
const HALVINGS: f32 = 10.0;
/// Seconds that a comb rings at most, to −60 dB.
const RINGS: f32 = 20.0;
/// Halvings to a thousandth, −60 dB.
const THOUSANDTH: f32 = 9.965_784;
/// Octaves above the cutoff from where the loop is dull, next to no dullness and at the most.
const BRIGHT: f32 = 7.0;
const DULL: f32 = 2.0;
/// Change of the delay per sample from which on it is read along straight lines, which keep
/// whatever moves within what was written.
const FAST: f32 = 0.5;
/// Nothing in the loop is louder.
const RAIL: f32 = 64.0;

/// The past of a comb.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    samples: Box<[Two]>,
    write: usize,
    /// How many were written since they were cleared.
    written: usize,
}

impl Line {
    pub(super) fn new() -> Self {
        // Zeros with a sign are written one by one: plain ones a system only promises, and it
        // keeps its word page by page, on the audio thread.
        Line { samples: vec![[-0.0; 2]; LENGTH].into_boxed_slice(), write: 0, written: 0 }
    }

    /// Remembers what another one does.
    pub(crate) fn remember(&mut self, other: &Line) {
        let most = self.written.max(other.written);
        self.samples[..most].copy_from_slice(&other.samples[..most]);
        (self.write, self.written) = (other.write, other.written);
    }

    /// Silence from here back.
    fn clear(&mut self) {
        self.samples[..self.written].fill([0.0; 2]);
        (self.write, self.written) = (0, 0);
    }

    #[inline(always)]
    fn push(&mut self, x: Two) {
        self.samples[self.write % LENGTH] = x;
        self.write = (self.write + 1) % LENGTH;
        self.written = (self.written + 1).min(LENGTH);
    }

    /// What was written `age` samples ago; 1 is the newest.
    #[inline(always)]
    fn at(&self, age: usize) -> Two {
        self.samples[(self.write + LENGTH - age) % LENGTH]
    }

    /// Between samples, on a curve through four of them.
    #[inline(always)]
    fn curved(&self, delay: f32) -> Two {
        let back = delay as usize;
        let part = delay - back as f32;
        let (a, b, c) = (part + 1.0, part - 1.0, part - 2.0);
        let weights = [
            part * b * c * (-1.0 / 6.0),
            a * b * c * 0.5,
            a * part * c * -0.5,
            a * part * b * (1.0 / 6.0),
        ];
        let four: [Two; 4] = std::array::from_fn(|k| self.at(back + k - 1));
        std::array::from_fn(|n| {
            (weights[0] * four[0][n] + weights[1] * four[1][n])
                + (weights[2] * four[2][n] + weights[3] * four[3][n])
        })
    }

    /// Between samples, on the line through two of them.
    #[inline(always)]
    fn straight(&self, delay: f32) -> Two {
        let back = delay as usize;
        let part = delay - back as f32;
        let (near, far) = (self.at(back), self.at(back + 1));
        std::array::from_fn(|n| near[n] + part * (far[n] - near[n]))
    }
}

/// The state of a comb, beside its past.
#[derive(Clone, Debug, Default)]
pub(super) struct Comb {
    /// Samples round the loop.
    delay: Ramp,
    feedback: Ramp,
    /// What the low-pass in the loop keeps of its state.
    dull: Ramp,
    /// Gain of what comes in.
    level: Ramp,
    ends: [f32; 4],
    state: Two,
}

impl Comb {
    /// Works out the ends of the lines.
    pub(super) fn tune(&mut self, wanted: &Wanted, rate: f32) {
        let period = (rate / wanted.corner()).clamp(SHORTEST, LONGEST);
        let minus = Model::of(wanted.model) == Model::CombMinus;
        let lost =
            exp2(-HALVINGS * wanted.resonance).max(1.0 - exp2(-period / rate * THOUSANDTH / RINGS));
        let feedback = 1.0 - lost;
        let morph = wanted.morph;
        // No dullness comes in along a straight line, where the low-pass is far above hearing.
        let corner = exp2(BRIGHT + (DULL - BRIGHT) * morph) / period;
        let dull = (-TAU * corner).exp() * (8.0 * morph).min(1.0);
        let lowest = if minus { PI / period } else { TAU / period };
        let late = (dull * lowest.sin()).atan2(1.0 - dull * lowest.cos()) / lowest;
        let delay = (period - late).max(SHORTEST);
        // As loud as without feedback, for a sound of all frequencies.
        let level = (1.0 - feedback * feedback).sqrt();
        self.ends = [delay, if minus { -feedback } else { feedback }, dull, level];
    }

    pub(super) fn aim(&mut self, span: &Span, fresh: bool, line: &mut Line) {
        if fresh {
            line.clear();
            self.state = [0.0; 2];
        }
        let lines = [&mut self.delay, &mut self.feedback, &mut self.dull, &mut self.level];
        for (ramp, end) in lines.into_iter().zip(self.ends) {
            if fresh {
                *ramp = Ramp::still(end);
            }
            ramp.aim(span, end);
        }
        settle(&mut self.state);
    }

    /// Filters `len` samples in place, `base` samples after the last aim.
    pub(super) fn render(
        &mut self,
        base: usize,
        len: usize,
        sides: &mut [Block; 2],
        line: &mut Line,
    ) {
        let curved = self.delay.step.abs() < FAST;
        let [left, right] = sides.each_mut().map(|side| &mut side[..len]);
        for ((left, right), &count) in left.iter_mut().zip(right).zip(&COUNT[base..]) {
            let delay = self.delay.at(count).clamp(SHORTEST, LONGEST);
            let past = if curved { line.curved(delay) } else { line.straight(delay) };
            let [dull, feedback] = [self.dull.at(count), self.feedback.at(count)];
            let level = self.level.at(count);
            for (state, past) in self.state.iter_mut().zip(past) {
                *state = past + dull * (*state - past);
            }
            let mut out: Two = std::array::from_fn(|n| {
                let x = level * [*left, *right][n] + feedback * self.state[n];
                x.clamp(-RAIL, RAIL)
            });
            settle(&mut out);
            line.push(out);
            [*left, *right] = out;
        }
    }
}

#[cfg(test)]
mod tests {
    use cultivar_patch::schema::Filter as Knobs;

    use super::super::Filter;
    use super::super::rig::{RATE, amplitude, cents_off, gain, impulse, knobs, noise, pitch, play};
    use super::*;

    #[test]
    fn peaks_lie_at_harmonics_or_at_odd_ones_of_half_the_cutoff() {
        let answers =
            [Model::CombPlus, Model::CombMinus].map(|model| impulse(&knobs(model, 69.0, 0.5)));
        let feedback = 1.0 - 2f64.powi(-5);
        let level = (1.0 - feedback * feedback).sqrt();
        let [most, least] = [1.0 - feedback, 1.0 + feedback].map(|x| 20.0 * (level / x).log10());
        for k in 0..10 {
            let places = [440.0 * f64::from(k), 440.0 * (f64::from(k) + 0.5)];
            let [[plus, between], [trough, minus]] =
                answers.each_ref().map(|answer| places.map(|hertz| gain(answer, hertz)));
            for (peak, low) in [(plus, between), (minus, trough)] {
                assert!((peak - most).abs() < 0.3, "{peak}, not {most} dB");
                assert!((low - least).abs() < 0.1, "{low}, not {least} dB");
            }
        }
    }

    /// What a comb sounds for a while after a click.
    fn ring(model: Model, note: f32, resonance: f32, morph: f32, ticks: usize) -> Vec<f32> {
        let knobs = Knobs { morph, ..knobs(model, note, resonance) };
        let click = |n| if n == 0 { 1.0 } else { 0.0 };
        play(&mut Filter::new(), ticks, RATE, |_| knobs, click)
    }

    #[test]
    fn it_rings_in_tune_dull_or_not() {
        for note in [36.0, 48.0, 60.5, 72.0, 84.3, 96.0] {
            for (model, octave) in [(Model::CombPlus, 0.0), (Model::CombMinus, -12.0)] {
                for morph in [0.0, 0.05, 0.3, 0.6] {
                    let sound = ring(model, note, 1.0, morph, 750);
                    let off = cents_off(&sound[200..], pitch(note + octave));
                    assert!(off.abs() < 5.0, "{model:?} {note}, {morph}: {off} cents");
                }
            }
        }
    }

    #[test]
    fn resonance_is_how_long_it_rings_and_no_longer_than_said() {
        let fall = |note: f32, resonance: f32, seconds: f64| {
            let sound = ring(Model::CombPlus, note, resonance, 0.0, 3200);
            let window = 9600;
            let from = (seconds * f64::from(RATE)) as usize;
            let level = |at: usize| gain(&sound[at..][..window], pitch(note));
            level(4800) - level(4800 + from)
        };
        // 60 dB in 20 s, and in as many periods as the feedback says.
        let slow = fall(20.0, 1.0, 1.5);
        assert!((slow - 4.5).abs() < 1.0, "{slow} dB");
        let feedback = 1.0 - 2f64.powf(-6.0);
        let ideal = -20.0 * feedback.log10() * pitch(57.0) * 0.5;
        let found = fall(57.0, 0.6, 0.5);
        assert!((found - ideal).abs() < 0.1 * ideal, "{found}, not {ideal} dB");
    }

    #[test]
    fn morph_dulls_what_comes_round() {
        let bright = |morph| {
            let answer = impulse(&Knobs { morph, ..knobs(Model::CombPlus, 57.0, 0.6) });
            gain(&answer, 4.0 * 220.0) - gain(&answer, 220.0)
        };
        let levels = [0.0, 0.1, 0.3, 0.6, 1.0].map(bright);
        assert!(levels.is_sorted_by(|clear, dull| *dull < clear - 0.1), "{levels:?} dB");
        assert!(levels[0] > -0.5 && levels[4] < -15.0, "{levels:?} dB");
    }

    #[test]
    fn a_comb_keeps_the_level_of_noise() {
        for resonance in [0.0, 0.3, 0.7] {
            // 240 Hz: a whole number of samples.
            let knobs = knobs(Model::CombPlus, 58.506_37, resonance);
            let out = play(&mut Filter::new(), 4000, RATE, |_| knobs, noise);
            let level = amplitude(&out[64_000..]) / (2.0f64 / 3.0).sqrt();
            assert!((20.0 * level.log10()).abs() < 1.0, "{level} at {resonance}");
        }
    }

    /// A cutoff that glides makes no steps.
    #[test]
    fn a_moved_comb_does_not_click() {
        let glide = |tick: usize| knobs(Model::CombPlus, 50.0 + 0.05 * tick as f32, 0.5);
        let wave = |n| (n as f32 * 0.02).sin();
        let out = play(&mut Filter::new(), 600, RATE, glide, wave);
        let most = out.iter().fold(0.0f32, |most, x| most.max(x.abs()));
        let step = out[64..].windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
        assert!(step < 0.1 * most, "{step} of {most}");
    }
}
