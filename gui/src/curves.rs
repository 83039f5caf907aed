//! Curves computed once and kept while what they depend on stays the same.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use cultivar_patch::schema::{Curve, Warp};

/// Points of curves by place on screen, with the hash of what they were computed from.
#[derive(Debug, Default)]
pub(crate) struct Curves {
    kept: HashMap<egui::Id, (u64, Arc<Vec<f32>>)>,
}

impl Curves {
    /// The points at `place`, computed anew only where `inputs` differ from last time.
    pub(crate) fn get(
        &mut self,
        place: egui::Id,
        inputs: impl Hash,
        make: impl FnOnce() -> Vec<f32>,
    ) -> Arc<Vec<f32>> {
        let mut hasher = DefaultHasher::new();
        inputs.hash(&mut hasher);
        let key = hasher.finish();
        match self.kept.get(&place) {
            Some((kept, points)) if *kept == key => points.clone(),
            _ => {
                let points = Arc::new(make());
                self.kept.insert(place, (key, points.clone()));
                points
            }
        }
    }
}

/// Where a warped oscillator reads its frame at `phase`, both 0 to 1, and by how much it is
/// multiplied there; `other` is what it listens to.
pub(crate) fn warped(
    warp: Warp,
    amount: f32,
    phase: f32,
    other: impl Fn(f32) -> f32,
) -> (f32, f32) {
    match warp {
        Warp::None => (phase, 1.0),
        Warp::Sync => ((phase * (3.0 * amount).exp2()).fract(), 1.0),
        Warp::Bend => {
            let (k, x) = (8.0 * amount * amount, 2.0 * phase - 1.0);
            (0.5 + 0.5 * x * (1.0 + k) / (1.0 + k * x.abs()), 1.0)
        }
        Warp::Pulse => {
            let width = 1.0 - 0.96 * amount;
            if phase < width { (phase / width, 1.0) } else { (0.0, 0.0) }
        }
        Warp::Mirror => {
            let turn = 1.0 - 0.5 * amount;
            ((phase / turn).min((1.0 - phase) / (1.0 - turn).max(1e-6)), 1.0)
        }
        Warp::Fm | Warp::Frequency => {
            ((phase + 4.0 * amount * amount * other(phase)).rem_euclid(1.0), 1.0)
        }
        Warp::Ring => (phase, 1.0 - amount + amount * other(phase)),
        Warp::Squeeze => {
            let middle = 0.5 - 0.48 * amount;
            let late = 0.5 + 0.5 * (phase - middle) / (1.0 - middle);
            (if phase < middle { 0.5 * phase / middle } else { late }, 1.0)
        }
        Warp::Quantise => {
            let steps = (10.0 - 8.0 * amount).exp2();
            let middle = ((phase * steps).floor() + 0.5) / steps;
            let flat = (8.0 * amount).min(1.0);
            ((phase + flat * (middle - phase)).clamp(0.0, 1.0), 1.0)
        }
        Warp::Formant => {
            let closed = (4.0 * amount).min(1.0);
            let window = 1.0 - closed * phase * phase * (3.0 - 2.0 * phase);
            ((phase * (3.0 * amount).exp2()).fract(), window)
        }
        Warp::Amplitude => {
            let level = 1.0 / (1.0 + 0.5 * amount * amount).sqrt();
            (phase, level * (1.0 + amount * other(phase)))
        }
    }
}

/// The `n`-th of numbers without order from −1 to 1, the same in every picture.
pub(crate) fn unrest(n: u32) -> f32 {
    // A finaliser of MurmurHash3: every bit of the count moves every bit of the result.
    let mut bits = n.wrapping_add(0x9e37_79b9);
    bits = (bits ^ (bits >> 16)).wrapping_mul(0x85eb_ca6b);
    bits = (bits ^ (bits >> 13)).wrapping_mul(0xc2b2_ae35);
    (bits ^ (bits >> 16)) as i32 as f32 / 2_147_483_648.0
}

/// What the distortion makes of `x`.
pub(crate) fn distorted(curve: Curve, x: f32) -> f32 {
    match curve {
        Curve::Soft => x.tanh(),
        Curve::Hard => x.clamp(-1.0, 1.0),
        Curve::Fold => 4.0 * (0.25 * (x + 1.0) - (0.25 * (x + 1.0) + 0.5).floor()).abs() - 1.0,
        Curve::Tube if x > 0.0 => 1.0 - (-x).exp(),
        Curve::Tube => 0.6 * (x / 0.6).tanh(),
    }
}

/// What a compressor makes of a level, both in decibels, before its gain: with a bend of 6 dB
/// around the threshold, and a lift of 36 dB at most, of what is not mere noise.
pub(crate) fn compressed(level: f32, threshold: f32, press: f32, lift: f32) -> f32 {
    const KNEE: f32 = 6.0;
    const FLOOR: f32 = -60.0;
    let above = |db: f32| {
        let bent = db.clamp(-0.5 * KNEE, 0.5 * KNEE) + 0.5 * KNEE;
        bent * bent / (2.0 * KNEE) + (db - 0.5 * KNEE).max(0.0)
    };
    let lifted = (lift * above(threshold - level.max(FLOOR))).min(36.0);
    let heard = ((level - FLOOR + 24.0) / 24.0).clamp(0.0, 1.0);
    level + lifted * heard - press * above(level - threshold)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warp_at_rest_reads_the_cycle_as_it_is() {
        for warp in 0..Warp::OPTIONS.len() {
            let warp = Warp::of(warp as f32);
            for n in 0..100 {
                let phase = n as f32 / 100.0;
                let (at, gain) = warped(warp, 0.0, phase, |_| 0.7);
                assert!((at - phase).abs() < 0.005 && (gain - 1.0).abs() < 1e-6, "{warp:?}");
            }
        }
    }

    #[test]
    fn a_squeezed_cycle_has_its_middle_early_and_a_quantised_one_has_steps() {
        let at = |warp, amount, phase| warped(warp, amount, phase, |_| 0.0).0;
        assert!((at(Warp::Squeeze, 1.0, 0.02) - 0.5).abs() < 1e-5);
        assert!((at(Warp::Squeeze, 1.0, 0.51) - 0.75).abs() < 1e-5);
        assert_eq!(at(Warp::Quantise, 1.0, 0.05), at(Warp::Quantise, 1.0, 0.2));
        let (_, end) = warped(Warp::Formant, 1.0, 0.999, |_| 0.0);
        assert!(end < 0.01, "a formant's cycle fades towards its end: {end}");
        let (_, gain) = warped(Warp::Amplitude, 1.0, 0.3, |_| -1.0);
        assert_eq!(gain, 0.0);
    }

    #[test]
    fn curves_go_through_the_middle_and_stay_within_their_rails() {
        for curve in [Curve::Soft, Curve::Hard, Curve::Fold, Curve::Tube] {
            assert!(distorted(curve, 0.0).abs() < 1e-6, "{curve:?}");
            assert!((distorted(curve, 1e-3) - 1e-3).abs() < 1e-5, "{curve:?}");
            assert!((-300..=300).all(|x| distorted(curve, x as f32 / 10.0).abs() <= 1.0001));
        }
    }

    #[test]
    fn a_compressor_presses_from_above_and_lifts_from_below() {
        let is =
            |out: f32, wanted: f32| assert!((out - wanted).abs() < 1e-4, "{out}, not {wanted}");
        is(compressed(-10.0, -30.0, 0.5, 0.0), -20.0);
        is(compressed(-10.0, -30.0, 1.0, 0.0), -30.0);
        is(compressed(-50.0, -30.0, 1.0, 0.25), -45.0);
        is(compressed(-50.0, -30.0, 1.0, 0.0), -50.0);
        // Silence is not lifted.
        is(compressed(-90.0, -30.0, 0.0, 1.0), -90.0);
    }

    #[test]
    fn curves_are_computed_once() {
        let mut curves = Curves::default();
        let place = egui::Id::unique("here");
        let mut made = 0;
        for inputs in [1, 1, 2, 2, 2] {
            curves.get(place, inputs, || {
                made += 1;
                vec![inputs as f32]
            });
        }
        assert_eq!(made, 2);
    }
}
