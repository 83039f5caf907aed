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

/// Gain of a filter in decibels at the pitch `note`, from the analog response of the
/// state-variable filter: H = (low + ..) / (s² + k s + 1), two in a row for 24 dB.
pub(crate) fn filter_db(model: Model, cutoff: f32, resonance: f32, mix: f32, note: f32) -> f32 {
    let w = ((note - cutoff) / 12.0).exp2();
    let k = 2.0 - 1.98 * resonance.clamp(0.0, 1.0);
    // (re, im) of numerator and of s² + k s + 1 at s = jw.
    let (den_re, den_im) = (1.0 - w * w, k * w);
    let (re, im) = match model {
        Model::Low12 | Model::Low24 => (1.0, 0.0),
        Model::Band12 | Model::Band24 => (0.0, k * w),
        Model::High12 | Model::High24 => (-w * w, 0.0),
        Model::Notch12 | Model::Notch24 => (1.0 - w * w, 0.0),
    };
    let norm = (den_re * den_re + den_im * den_im).max(1e-12);
    let mut h = ((re * den_re + im * den_im) / norm, (im * den_re - re * den_im) / norm);
    if matches!(model, Model::Low24 | Model::Band24 | Model::High24 | Model::Notch24) {
        // The second stage does not resonate.
        let den = (1.0 - w * w, std::f32::consts::SQRT_2 * w);
        let num = match model {
            Model::Low24 => (1.0, 0.0),
            Model::Band24 => (0.0, std::f32::consts::SQRT_2 * w),
            Model::High24 => (-w * w, 0.0),
            _ => (1.0 - w * w, 0.0),
        };
        let norm = (den.0 * den.0 + den.1 * den.1).max(1e-12);
        let second =
            ((num.0 * den.0 + num.1 * den.1) / norm, (num.1 * den.0 - num.0 * den.1) / norm);
        h = (h.0 * second.0 - h.1 * second.1, h.0 * second.1 + h.1 * second.0);
    }
    let out = (1.0 - mix + mix * h.0, mix * h.1);
    20.0 * (out.0 * out.0 + out.1 * out.1).sqrt().max(1e-6).log10()
}

/// Where a warped oscillator reads its frame at `phase`, both 0 to 1, and by how much it is
/// multiplied there; `next` is the oscillator that modulates it.
pub(crate) fn warped(warp: Warp, amount: f32, phase: f32, next: impl Fn(f32) -> f32) -> (f32, f32) {
    match warp {
        Warp::None => (phase, 1.0),
        Warp::Sync => ((phase * (1.0 + 15.0 * amount)).fract(), 1.0),
        Warp::Bend => {
            let t = 2.0 * phase - 1.0;
            let bent = t.signum() * t.abs().powf(1.0 + 3.0 * amount);
            (0.5 + 0.5 * bent, 1.0)
        }
        Warp::Pulse => {
            let width = 1.0 - 0.95 * amount;
            if phase < width { (phase / width, 1.0) } else { (0.0, 0.0) }
        }
        Warp::Mirror => {
            let there_and_back = 1.0 - (2.0 * phase - 1.0).abs();
            (phase + (there_and_back - phase) * amount, 1.0)
        }
        Warp::Fm => ((phase + amount * next(phase)).rem_euclid(1.0), 1.0),
        Warp::Ring => (phase, 1.0 - amount + amount * next(phase)),
    }
}

/// What the distortion makes of `x`.
pub(crate) fn distorted(curve: Curve, x: f32) -> f32 {
    match curve {
        Curve::Soft => x.tanh(),
        Curve::Hard => x.clamp(-1.0, 1.0),
        Curve::Fold => (x * std::f32::consts::FRAC_PI_2).sin(),
        Curve::Tube if x < 0.0 => x.tanh(),
        Curve::Tube => (1.6 * x).tanh() / 1.6_f32.tanh().max(0.5),
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
        assert!(filter_db(Model::Low12, 69.0, 0.95, 1.0, 69.0) > 12.0);
        assert!(filter_db(Model::Low12, 69.0, 0.95, 0.0, 100.0).abs() < 1e-3);
    }

    #[test]
    fn curves_are_computed_once() {
        let mut curves = Curves::default();
        let place = egui::Id::new("here");
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
