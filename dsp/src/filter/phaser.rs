//! Notches of a chain of six all-passes with feedback.
//!
//! Each is a lattice stage in its normalised form, which keeps the power of what passes however
//! its corner moves (Augustine Gray and John Markel, "A normalized digital filter structure",
//! 1975): with feedback below 1 the chain cannot swell. The loop is solved without delay.

use super::{Two, Wanted, prewarped, settle};
use crate::math::{Block, CONTROL, Ramp, Span, exp2};

/// Most feedback.
const MOST: f32 = 0.9;
/// How far the outer corners go from the middle, in octaves. All in the middle make notches at
/// the middle and 1.9 octaves on either side.
const APART: f32 = 3.5;

/// The state of the chain: two stages at each of three corners, left and right each.
#[derive(Clone, Debug, Default)]
pub(super) struct Phaser {
    stages: [[Two; 2]; 3],
    corners: [Ramp; 3],
    feedback: Ramp,
    /// Gain of each corner's stages at nothing, and feedback.
    ends: ([f32; 3], f32),
}

/// One step of the chain.
#[derive(Clone, Copy)]
struct Step {
    /// What a stage passes on of its input at once, and what of its state.
    direct: [f32; 3],
    across: [f32; 3],
    feedback: f32,
    /// One over one less the gain round the loop.
    solve: f32,
    /// Half of what evens the power out.
    level: f32,
}

impl Step {
    #[inline(always)]
    fn of(direct: [f32; 3], feedback: f32) -> Self {
        let across = direct.map(|direct| (1.0 - direct * direct).max(0.0).sqrt());
        let through = direct[0] * direct[1] * direct[2];
        Step {
            direct,
            across,
            feedback,
            solve: 1.0 / (1.0 - feedback * through * through),
            level: 0.5 * (1.0 - feedback * feedback).sqrt(),
        }
    }

    /// Takes one sample, left and right.
    #[inline(always)]
    fn take(&self, stages: &mut [[Two; 2]; 3], x: Two) -> Two {
        let mut rest: Two = [0.0; 2];
        for (k, pair) in stages.iter().enumerate() {
            for stage in pair {
                rest =
                    std::array::from_fn(|n| self.direct[k] * rest[n] + self.across[k] * stage[n]);
            }
        }
        let into: Two = std::array::from_fn(|n| (x[n] + self.feedback * rest[n]) * self.solve);
        let mut through = into;
        for (k, pair) in stages.iter_mut().enumerate() {
            let (direct, across) = (self.direct[k], self.across[k]);
            for stage in pair {
                for (x, state) in through.iter_mut().zip(stage) {
                    let (input, kept) = (*x, *state);
                    *x = direct * input + across * kept;
                    *state = across * input - direct * kept;
                }
            }
        }
        std::array::from_fn(|n| self.level * (into[n] + through[n]))
    }
}

impl Phaser {
    /// Works out the ends of the lines.
    pub(super) fn tune(&mut self, wanted: &Wanted, rate: f32) {
        let corners = [-1.0, 0.0, 1.0].map(|side| {
            let octaves = side * APART * wanted.morph;
            let g = prewarped(wanted.corner() * exp2(octaves), rate);
            (g - 1.0) / (g + 1.0)
        });
        self.ends = (corners, MOST * wanted.resonance);
    }

    pub(super) fn aim(&mut self, span: &Span, fresh: bool) {
        let (corners, feedback) = self.ends;
        if fresh {
            let still = corners.map(Ramp::still);
            *self = Phaser {
                corners: still,
                feedback: Ramp::still(feedback),
                ends: self.ends,
                ..Phaser::default()
            };
        }
        for (line, end) in self.corners.iter_mut().zip(corners) {
            line.aim(span, end);
        }
        self.feedback.aim(span, feedback);
        settle(self.stages.as_flattened_mut().as_flattened_mut());
    }

    /// Filters `len` samples in place, `base` samples after the last aim.
    pub(super) fn render(&mut self, base: usize, len: usize, sides: &mut [Block; 2]) {
        let at = |n: usize| {
            let count = (base + n) as f32;
            Step::of(self.corners.each_ref().map(|line| line.at(count)), self.feedback.at(count))
        };
        if self.corners.iter().all(Ramp::is_still) && self.feedback.is_still() {
            let step = at(0);
            self.run(len, sides, |_| step);
        } else {
            let steps: [Step; CONTROL] = std::array::from_fn(at);
            self.run(len, sides, |n| steps[n]);
        }
    }

    #[inline(always)]
    fn run(&mut self, len: usize, sides: &mut [Block; 2], step: impl Fn(usize) -> Step) {
        let mut stages = self.stages;
        let [left, right] = sides.each_mut().map(|side| &mut side[..len]);
        for (n, (left, right)) in left.iter_mut().zip(right).enumerate().take(CONTROL) {
            [*left, *right] = step(n).take(&mut stages, [*left, *right]);
        }
        self.stages = stages;
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use cultivar_patch::schema::{Filter as Knobs, Model};
    use realfft::num_complex::Complex64;

    use super::super::rig::{RATE, gain, impulse, knobs, pitch};
    use super::*;

    fn answer(resonance: f32, morph: f32) -> Vec<f32> {
        impulse(&Knobs { morph, ..knobs(Model::Phaser, 78.0, resonance) })
    }

    /// Against six analogue all-passes in a loop, warped as trapezoids warp them.
    #[test]
    fn the_chain_is_six_all_passes_in_a_loop() {
        for (resonance, morph) in [(0.0, 0.0), (0.5, 0.3), (1.0, 1.0)] {
            let answer = answer(resonance, morph);
            let feedback = f64::from(MOST * resonance);
            let warp = |hertz: f64| (PI * hertz / f64::from(RATE)).tan();
            for k in 0..60 {
                let hertz = 30.0 * 1.115f64.powi(k);
                let chain: Complex64 = [-1.0, 0.0, 1.0]
                    .iter()
                    .map(|side| {
                        let octaves = side * f64::from(APART * morph);
                        let s = warp(hertz) / warp(pitch(78.0) * octaves.exp2());
                        (Complex64::new(1.0, -s) / Complex64::new(1.0, s)).powi(2)
                    })
                    .product();
                let ideal = (0.5 * (1.0 - feedback * feedback).sqrt() * (chain + 1.0)
                    / (-chain * feedback + 1.0))
                    .norm();
                let found = 10f64.powf(gain(&answer, hertz) / 20.0);
                assert!((found - ideal).abs() < 0.01, "{hertz} Hz: {found}, not {ideal}");
            }
        }
    }

    #[test]
    fn notches_lie_around_the_cutoff_and_morph_draws_them_apart() {
        let side = |morph: f32| {
            let answer = answer(0.3, morph);
            let level = |semitones: f64| gain(&answer, pitch(78.0) * (semitones / 12.0).exp2());
            assert!(level(0.0) < -40.0, "{} dB in the middle", level(0.0));
            let lowest = |a: &f64, b: &f64| level(*a).total_cmp(&level(*b));
            let below = (1..=450).map(|k| f64::from(-k) * 0.1 - 6.0).min_by(lowest);
            let below = below.expect("450 places");
            assert!(level(below) < -35.0, "{} dB at {below}", level(below));
            -below
        };
        let (near, far) = (side(0.0), side(0.8));
        // Where six stages turn the phase half round: the tangent of 15°.
        assert!((near - 22.8).abs() < 0.3, "{near} semitones");
        assert!(far > near + 12.0, "{far} semitones");
    }

    #[test]
    fn feedback_raises_peaks_and_no_more_than_it_says() {
        let most = |resonance| {
            let answer = answer(resonance, 0.0);
            let levels = (0..200).map(|k| gain(&answer, 30.0 * 1.03f64.powi(k)));
            levels.fold(f64::MIN, f64::max)
        };
        let (none, full) = (most(0.0), most(1.0));
        assert!(none.abs() < 0.1, "{none} dB");
        // √((1 + 0.9) / (1 − 0.9))
        assert!((full - 12.8).abs() < 0.2, "{full} dB");
    }
}
