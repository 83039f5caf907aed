//! How the copies of an oscillator lie around its note.

use cultivar_patch::schema::Osc;

use crate::math::{exp2, pan};

/// Most copies.
pub(crate) const COPIES: usize = 16;

/// What the layout of the copies depends on.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Knobs {
    voices: f32,
    detune: f32,
    spread: f32,
    blend: f32,
    pan: f32,
}

/// Pitch and place of every copy; worked out anew only when a knob has moved.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unison {
    knobs: Knobs,
    /// Copies in use.
    pub(crate) copies: usize,
    /// Frequency against the note's.
    pub(crate) ratio: [f32; COPIES],
    /// Amplitude left, for an oscillator at 0 dB.
    pub(crate) left: [f32; COPIES],
    /// Amplitude right, for an oscillator at 0 dB.
    pub(crate) right: [f32; COPIES],
    /// Greatest of the ratios.
    pub(crate) highest: f32,
}

impl Unison {
    pub(crate) fn new() -> Self {
        Unison {
            knobs: Knobs { voices: 0.0, detune: 0.0, spread: 0.0, blend: 0.0, pan: 0.0 },
            copies: 0,
            ratio: [1.0; COPIES],
            left: [0.0; COPIES],
            right: [0.0; COPIES],
            highest: 1.0,
        }
    }

    /// Follows the knobs. Loudness is kept: the powers of the copies add up to one voice's.
    #[inline]
    pub(crate) fn follow(&mut self, osc: &Osc<f32>) {
        let Osc { voices, detune, spread, blend, pan, .. } = *osc;
        let knobs = Knobs { voices, detune, spread, blend, pan };
        if knobs != self.knobs {
            self.knobs = knobs;
            self.lay_out();
        }
    }

    fn lay_out(&mut self) {
        let Knobs { voices, detune, spread, blend, pan: centre } = self.knobs;
        let copies = (voices as usize).clamp(1, COPIES);
        let innermost = if copies.is_multiple_of(2) { 1.0 / (copies as f32 - 1.0) } else { 0.0 };
        let mut power = 0.0;
        self.highest = 1.0;
        for k in 0..COPIES {
            (self.left[k], self.right[k]) = (0.0, 0.0);
            if k >= copies {
                continue;
            }
            // From −1 to 1. Neighbours lie on opposite sides, pairs around the note facing.
            let from_note = match copies {
                1 => 0.0,
                _ => 2.0 * k as f32 / (copies as f32 - 1.0) - 1.0,
            };
            let side = if k.min(copies - 1 - k).is_multiple_of(2) { 1.0 } else { -1.0 };
            let outerness = match copies {
                1 | 2 => 0.0,
                _ => (from_note.abs() - innermost) / (1.0 - innermost),
            };
            let amplitude = 1.0 - (1.0 - blend) * outerness;
            let (left, right) = pan(centre + spread * side * from_note);
            self.ratio[k] = exp2(detune * from_note * (1.0 / 1200.0));
            self.highest = self.highest.max(self.ratio[k]);
            self.left[k] = left * amplitude;
            self.right[k] = right * amplitude;
            power += amplitude * amplitude;
        }
        let scale = 1.0 / power.sqrt();
        for k in 0..copies {
            self.left[k] *= scale;
            self.right[k] *= scale;
        }
        self.copies = copies;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cultivar_patch::Patch;

    #[test]
    fn loudness_is_kept_and_both_sides_are_even() {
        let mut osc = Patch::<f32>::default().osc[0];
        for voices in 1..=16 {
            for blend in [0.0, 0.5, 1.0] {
                osc.voices = voices as f32;
                osc.blend = blend;
                let mut u = Unison::new();
                u.follow(&osc);
                let power = |side: &[f32]| side.iter().map(|a| a * a).sum::<f32>();
                assert!((power(&u.left) - 1.0).abs() < 1e-4, "{voices} {blend}");
                assert!((power(&u.right) - 1.0).abs() < 1e-4, "{voices} {blend}");
            }
        }
    }

    #[test]
    fn outermost_copies_are_detuned_by_the_knob() {
        let mut osc = Patch::<f32>::default().osc[0];
        (osc.voices, osc.detune) = (7.0, 50.0);
        let mut u = Unison::new();
        u.follow(&osc);
        assert!((1200.0 * u.ratio[6].log2() - 50.0).abs() < 1e-3);
        assert!((1200.0 * u.ratio[0].log2() + 50.0).abs() < 1e-3);
        assert!((u.ratio[3] - 1.0).abs() < 1e-7);
    }
}
