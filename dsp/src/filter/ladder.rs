//! A ladder of four poles whose input saturates.
//!
//! Four trapezoidal one-poles in a loop without delay, solved as if nothing saturated (Vadim
//! Zavalishin, "The art of VA filter design", 2012, chapters 3 to 5); what that gives at the
//! ladder's input is then saturated, as in the ladder with one curve of Välimäki and Huovilainen
//! ("Oscillator and filter algorithms for virtual analog synthesis", 2006). A curve without
//! memory shifts no phase: the ladder oscillates at its corner.

use super::twice::{Lines, Loop, OVER, RAIL, bent, prewarped};
use super::{Two, Wanted, settle};

/// Feedback at which a ladder begins to oscillate: at the corner each pole halves the power.
const THRESHOLD: f32 = 4.0;

/// The state of a ladder: its four poles, left and right each.
#[derive(Clone, Debug, Default)]
pub(super) struct Ladder {
    poles: [Two; 4],
}

/// One step of a ladder.
#[derive(Clone, Copy)]
pub(super) struct Step {
    /// What a pole takes of its input, and keeps of its state.
    take: f32,
    keep: f32,
    feedback: f32,
    /// One over one and the gain round the loop.
    solve: f32,
    /// Feedback takes away from what passes: this gives it back.
    out: f32,
}

impl Loop for Ladder {
    type Step = Step;

    fn ends(wanted: &Wanted, rate: f32) -> Lines<f32> {
        let feedback = OVER * THRESHOLD * wanted.resonance;
        [prewarped(wanted.corner(), rate), feedback, 1.0, 0.0, 0.0]
    }

    #[inline(always)]
    fn step([g, feedback, ..]: Lines<f32>) -> Step {
        let keep = 1.0 / (1.0 + g);
        let take = g * keep;
        let square = take * take;
        let solve = 1.0 / (1.0 + feedback * square * square);
        Step { take, keep, feedback, solve, out: RAIL * (1.0 + feedback) }
    }

    #[inline(always)]
    fn take(&mut self, step: &Step, x: Two) -> Two {
        let Step { take, keep, feedback, solve, out } = *step;
        let [a, b, c, d] = self.poles;
        let mut x: Two = std::array::from_fn(|n| {
            let rest = keep * (((a[n] * take + b[n]) * take + c[n]) * take + d[n]);
            bent((x[n] * (1.0 / RAIL) - feedback * rest) * solve)
        });
        for pole in &mut self.poles {
            for (x, state) in x.iter_mut().zip(pole) {
                let change = take * (*x - *state);
                *x = *state + change;
                *state = *x + change;
            }
        }
        x.map(|x| out * x)
    }

    fn settle(&mut self) {
        settle(self.poles.as_flattened_mut());
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use cultivar_patch::schema::Model;
    use realfft::num_complex::Complex64;

    use super::super::rig::{self, RATE, gain, impulse, knobs, pitch};
    use super::*;

    /// Against four poles of an analogue ladder, warped as trapezoids warp them.
    #[test]
    fn small_sounds_are_filtered_as_by_an_analogue_ladder() {
        for (cutoff, resonance) in [(60.0, 0.0), (84.0, 0.5), (108.0, 0.8)] {
            let answer = impulse(&knobs(Model::Ladder, cutoff, resonance));
            let feedback = f64::from(OVER * THRESHOLD * resonance);
            let warp = |hertz: f64| (PI * hertz / (2.0 * f64::from(RATE))).tan();
            for k in 0..60 {
                let hertz = 30.0 * 1.115f64.powi(k);
                let s = Complex64::new(1.0, warp(hertz) / warp(pitch(cutoff)));
                let ideal = 20.0 * ((1.0 + feedback) / (s.powi(4) + feedback).norm()).log10();
                let found = gain(&answer, hertz);
                let fits = (found - ideal).abs() < 0.1 || ideal < -60.0;
                assert!(fits, "{cutoff}, {resonance}, {hertz} Hz: {found}, not {ideal} dB");
            }
        }
    }

    #[test]
    fn the_slope_is_24_decibels_per_octave() {
        let answer = impulse(&knobs(Model::Ladder, 60.0, 0.0));
        let fall = gain(&answer, 8.0 * pitch(60.0)) - gain(&answer, 16.0 * pitch(60.0));
        assert!((fall - 24.0).abs() < 0.5, "{fall} dB");
    }

    #[test]
    fn it_oscillates_at_its_corner() {
        rig::oscillates(Model::Ladder, 0.5);
    }

    #[test]
    fn the_curve_is_straight_in_the_middle_and_bounded() {
        for k in -400..=400 {
            let x = k as f32 * 0.01;
            assert!((bent(x) - x.tanh()).abs() < 0.025, "{x}: {}", bent(x));
        }
        assert!((bent(1e-4) - 1e-4).abs() < 1e-9 && bent(1e9) == 1.0);
    }
}
