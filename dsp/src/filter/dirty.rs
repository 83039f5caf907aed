//! A state-variable filter whose resonance saturates.
//!
//! Damped as without resonance (Q of a half); what the band gives back against that damping runs
//! into rails, so that loud sounds take the resonance away and silence lets it oscillate. Solved
//! without delay as if nothing saturated (Vadim Zavalishin, "The art of VA filter design", 2012,
//! chapters 4 and 6); the way back has no memory, so that it oscillates at its corner.

use super::clean::shares;
use super::twice::{Lines, Loop, OVER, RAIL, bent, prewarped};
use super::{Two, Wanted, settle};

/// Damping without resonance; as much given back is the least that oscillates.
const DAMPING: f32 = 2.0;

/// The state of the filter: band and low, left and right each.
#[derive(Clone, Debug, Default)]
pub(super) struct Dirty {
    band: Two,
    low: Two,
}

/// One step of the filter.
#[derive(Clone, Copy)]
pub(super) struct Step {
    g: f32,
    /// What the band gives back.
    back: f32,
    /// One over one and the loop with its damping.
    damped: f32,
    /// The band of a filter that does not saturate.
    straight: f32,
    /// Shares of low, band and high.
    shares: [f32; 3],
}

impl Loop for Dirty {
    type Step = Step;

    fn ends(wanted: &Wanted, rate: f32) -> Lines<f32> {
        let back = OVER * DAMPING * wanted.resonance;
        let [low, band, high] = shares(wanted.morph);
        [prewarped(wanted.corner(), rate), back, low, band, high]
    }

    #[inline(always)]
    fn step([g, back, low, band, high]: Lines<f32>) -> Step {
        let damped = 1.0 / (1.0 + g * (g + DAMPING));
        let straight = 1.0 / (1.0 + g * (g + DAMPING - back));
        Step { g, back, damped, straight, shares: [low, band, high] }
    }

    #[inline(always)]
    fn take(&mut self, step: &Step, x: Two) -> Two {
        let Step { g, back, damped, straight, shares: [of_low, of_band, of_high] } = *step;
        std::array::from_fn(|n| {
            let pushed = self.band[n] + g * (x[n] - self.low[n]);
            let returned = back * RAIL * bent(straight * pushed * (1.0 / RAIL));
            let band = damped * (pushed + g * returned);
            let low = self.low[n] + g * band;
            let high = x[n] + returned - DAMPING * band - low;
            self.band[n] = 2.0 * band - self.band[n];
            self.low[n] = 2.0 * low - self.low[n];
            of_low * low + of_band * band + of_high * high
        })
    }

    fn settle(&mut self) {
        settle(self.band.iter_mut().chain(&mut self.low));
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use cultivar_patch::schema::{Filter as Knobs, Model};
    use realfft::num_complex::Complex64;

    use super::super::Filter;
    use super::super::rig::{self, RATE, amplitude, gain, impulse, knobs, pitch, play};
    use super::*;

    #[test]
    fn small_sounds_are_filtered_as_by_a_clean_filter() {
        for (cutoff, resonance, morph) in [(60.0, 0.0, 0.0), (84.0, 0.5, 0.5), (96.0, 0.9, 1.0)] {
            let answer = impulse(&Knobs { morph, ..knobs(Model::Dirty, cutoff, resonance) });
            let damping = f64::from(DAMPING * (1.0 - OVER * resonance));
            let warp = |hertz: f64| (PI * hertz / (2.0 * f64::from(RATE))).tan();
            for k in 0..60 {
                let hertz = 30.0 * 1.115f64.powi(k);
                let s = Complex64::new(0.0, warp(hertz) / warp(pitch(cutoff)));
                let way = s.powf(f64::from(2.0 * morph));
                let ideal = 20.0 * (way / (s * s + s * damping + 1.0)).norm().log10();
                let found = gain(&answer, hertz);
                let fits = (found - ideal).abs() < 0.1 || ideal < -60.0;
                assert!(fits, "{cutoff}, {resonance}, {hertz} Hz: {found}, not {ideal} dB");
            }
        }
    }

    #[test]
    fn it_oscillates_at_its_corner() {
        rig::oscillates(Model::Dirty, 0.4);
    }

    /// A loud tone at the corner gains less than a quiet one: the louder, the less resonance.
    #[test]
    fn loud_sounds_take_the_resonance_away() {
        let gain = |level: f32| {
            let turn = std::f64::consts::TAU * pitch(72.0) / f64::from(RATE);
            let wave = |n: usize| level * (turn * n as f64).sin() as f32;
            let knobs = knobs(Model::Dirty, 72.0, 0.85);
            let out = play(&mut Filter::new(), 1500, RATE, |_| knobs, wave);
            20.0 * (amplitude(&out[24_000..]) / f64::from(level)).log10()
        };
        let gains = [0.001, 0.1, 1.0, 8.0].map(gain);
        assert!(gains.is_sorted_by(|quiet, loud| *loud < quiet - 0.2), "{gains:?} dB");
        assert!(gains[0] > 12.0 && gains[3] < -3.0, "{gains:?} dB");
    }
}
