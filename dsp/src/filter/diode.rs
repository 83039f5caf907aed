//! A ladder of diodes: four poles that load each other.
//!
//! Each stage is pulled by the one before and the one after; the whole, solved without delay in
//! the loop, follows Vadim Zavalishin ("The art of VA filter design", 2012, chapter 5) with equal
//! capacitors: y₁ … y₄ of 1/(s⁴ + 7s³ + 15s² + 10s + 1). Its poles lie far apart, so that the
//! slope begins early and softly; feedback draws the corner up to where it oscillates.

use super::twice::{Lines, Loop, OVER, RAIL, bent, prewarped};
use super::{Two, Wanted, settle};

/// Frequency at which the four stages turn the phase half round: 7s³ + 10s = 0.
const TURN: f32 = 1.195_228_6;
/// Feedback that oscillates there: s⁴ + 15s² + 1 at that frequency.
const THRESHOLD: f32 = 18.387_755;

/// The state of a ladder of diodes: its four stages, left and right each.
#[derive(Clone, Debug, Default)]
pub(super) struct Diode {
    stages: [Two; 4],
}

/// One step: what a stage has of the one before, and of its own state.
#[derive(Clone, Copy)]
pub(super) struct Step {
    take: [f32; 4],
    keep: [f32; 4],
    feedback: f32,
    /// One over one and the gain round the loop.
    solve: f32,
    /// Feedback takes away from what passes: this gives it back.
    out: f32,
}

impl Loop for Diode {
    type Step = Step;

    fn ends(wanted: &Wanted, rate: f32) -> Lines<f32> {
        let feedback = OVER * THRESHOLD * wanted.resonance;
        [prewarped(wanted.corner(), rate) / TURN, feedback, 1.0, 0.0, 0.0]
    }

    #[inline(always)]
    fn step([g, feedback, ..]: Lines<f32>) -> Step {
        // From the last stage, which nothing loads, to the first.
        let mut keep = [1.0 / (1.0 + g); 4];
        for n in (0..3).rev() {
            keep[n] = 1.0 / (1.0 + g * (2.0 - g * keep[n + 1]));
        }
        let take = keep.map(|keep| g * keep);
        let through: f32 = take.iter().product();
        let solve = 1.0 / (1.0 + feedback * through);
        Step { take, keep, feedback, solve, out: RAIL * (1.0 + feedback) }
    }

    #[inline(always)]
    fn take(&mut self, step: &Step, x: Two) -> Two {
        let Step { take, keep, feedback, solve, out } = *step;
        // What each stage is without the one before.
        let mut alone = self.stages;
        alone[3] = alone[3].map(|state| keep[3] * state);
        for k in (0..3).rev() {
            alone[k] = std::array::from_fn(|n| keep[k] * alone[k][n] + take[k] * alone[k + 1][n]);
        }
        let mut x: Two = std::array::from_fn(|n| {
            let rest = alone[3][n]
                + take[3] * (alone[2][n] + take[2] * (alone[1][n] + take[1] * alone[0][n]));
            bent((x[n] * (1.0 / RAIL) - feedback * rest) * solve)
        });
        for (k, stage) in self.stages.iter_mut().enumerate() {
            for (n, state) in stage.iter_mut().enumerate() {
                x[n] = alone[k][n] + take[k] * x[n];
                *state = 2.0 * x[n] - *state;
            }
        }
        x.map(|x| out * x)
    }

    fn settle(&mut self) {
        settle(self.stages.as_flattened_mut());
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use cultivar_patch::schema::Model;
    use realfft::num_complex::Complex64;

    use super::super::rig::{self, RATE, gain, impulse, knobs, pitch};
    use super::*;

    /// Against the four coupled poles, warped as trapezoids warp them.
    #[test]
    fn small_sounds_are_filtered_as_by_analogue_diodes() {
        for (cutoff, resonance) in [(72.0, 0.0), (84.0, 0.4), (108.0, 0.8)] {
            let answer = impulse(&knobs(Model::Diode, cutoff, resonance));
            let feedback = f64::from(OVER * THRESHOLD * resonance);
            let warp = |hertz: f64| (PI * hertz / (2.0 * f64::from(RATE))).tan();
            for k in 0..60 {
                let hertz = 30.0 * 1.115f64.powi(k);
                let turn = (10.0f64 / 7.0).sqrt();
                let s = Complex64::new(0.0, turn * warp(hertz) / warp(pitch(cutoff)));
                let chain = (((s + 7.0) * s + 15.0) * s + 10.0) * s + 1.0;
                let ideal = 20.0 * ((1.0 + feedback) / (chain + feedback).norm()).log10();
                let found = gain(&answer, hertz);
                let fits = (found - ideal).abs() < 0.1 || ideal < -60.0;
                assert!(fits, "{cutoff}, {resonance}, {hertz} Hz: {found}, not {ideal} dB");
            }
        }
    }

    /// From 3 to 15 decibels down a ladder of equal poles goes faster.
    #[test]
    fn the_slope_begins_softly() {
        let octaves = |model| {
            let answer = impulse(&knobs(model, 84.0, 0.0));
            let at = |decibels: f64| {
                let fallen = |k: &i32| gain(&answer, 20.0 * 1.02f64.powi(*k)) < decibels;
                f64::from((0..340).find(fallen).expect("it falls")) * 1.02f64.log2()
            };
            at(-15.0) - at(-3.0)
        };
        let (diode, ladder) = (octaves(Model::Diode), octaves(Model::Ladder));
        assert!(diode > 1.2 * ladder, "{diode} and {ladder} octaves");
    }

    #[test]
    fn it_oscillates_at_its_corner() {
        rig::oscillates(Model::Diode, 0.4);
    }
}
