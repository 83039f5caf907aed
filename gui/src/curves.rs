//! Curves computed once and kept while what they depend on stays the same.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use cultivar_patch::schema::{Curve, Model, Warp};

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

/// Gain of a filter in decibels at the pitch `note`, from the analog response of its sections
/// of second order, H = N / (s² + k s + 1).
pub(crate) fn filter_db(model: Model, cutoff: f32, resonance: f32, mix: f32, note: f32) -> f32 {
    /// Damping of the section of a 24 dB response that does not resonate.
    const BUTTERWORTH: f32 = 1.848;
    let k = 2.0 * (-6.322 * resonance).exp2();
    let h = |octaves: f32, k: f32| section(model, ((note - cutoff) / 12.0 - octaves).exp2(), k);
    let wet = match model {
        Model::Low24 | Model::High24 | Model::Band24 => {
            times(h(0.0, k.min(BUTTERWORTH)), h(0.0, BUTTERWORTH))
        }
        Model::Notch24 => times(h(-0.5, k), h(0.5, k)),
        _ => h(0.0, k),
    };
    let out = (1.0 - mix + mix * wet.0, mix * wet.1);
    20.0 * (out.0 * out.0 + out.1 * out.1).sqrt().max(1e-6).log10()
}

/// Response of one section at `w` times its corner with damping `k`: real and imaginary part.
fn section(model: Model, w: f32, k: f32) -> (f32, f32) {
    let (re, im) = (1.0 - w * w, k * w);
    let over = match model {
        Model::Low12 | Model::Low24 => (1.0, 0.0),
        Model::Band12 | Model::Band24 => (0.0, im),
        Model::High12 | Model::High24 => (-w * w, 0.0),
        Model::Notch12 | Model::Notch24 => (re, 0.0),
        _ => (1.0, 0.0),
    };
    let norm = (re * re + im * im).max(1e-12);
    times(over, (re / norm, -im / norm))
}

fn times(a: (f32, f32), b: (f32, f32)) -> (f32, f32) {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

/// Where a warped oscillator reads its frame at `phase`, both 0 to 1, and by how much it is
/// multiplied there; `next` is the oscillator that modulates it.
pub(crate) fn warped(warp: Warp, amount: f32, phase: f32, next: impl Fn(f32) -> f32) -> (f32, f32) {
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
        Warp::Fm => ((phase + 4.0 * amount * amount * next(phase)).rem_euclid(1.0), 1.0),
        Warp::Ring => (phase, 1.0 - amount + amount * next(phase)),
        _ => (phase, 1.0),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_passes_what_its_name_says() {
        let at = |model, note| filter_db(model, 69.0, 0.3, 1.0, note);
        // Two octaves above the corner: 12 dB per octave and stage.
        assert!((at(Model::Low12, 105.0) + 36.0).abs() < 1.0);
        assert!((at(Model::Low24, 105.0) + 72.0).abs() < 1.0);
        assert!((at(Model::High12, 33.0) + 36.0).abs() < 1.0);
        assert!(at(Model::Low24, 20.0).abs() < 0.1 && at(Model::High24, 130.0).abs() < 0.1);
        assert!(at(Model::Band12, 69.0).abs() < 0.1 && at(Model::Notch12, 69.0) < -60.0);
        // Q is 40 at full resonance, one over the square root of two near a resonance of 0.08.
        assert!((filter_db(Model::Low12, 69.0, 1.0, 1.0, 69.0) - 32.0).abs() < 0.1);
        assert!((filter_db(Model::Low24, 69.0, 0.0, 1.0, 69.0) + 10.7).abs() < 0.1);
        assert!(filter_db(Model::Low12, 69.0, 0.95, 0.0, 100.0).abs() < 1e-3);
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
