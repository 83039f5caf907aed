//! How the copies of an oscillator lie around its note.

use cultivar_patch::schema::{Osc, Stack};

use crate::math::{exp2, pan};

/// Most copies.
pub(crate) const COPIES: usize = 16;
/// Octaves of power by which the copies gather.
const GATHER: f32 = 3.0;

/// What the layout of the copies depends on.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Knobs {
    voices: f32,
    detune: f32,
    curve: f32,
    stack: f32,
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
    /// Greatest of the ratios against the copies' own notes.
    pub(crate) highest: f32,
    /// Half octaves, rounded up, by which the copy's own note lies above the note.
    pub(crate) lift: [i32; COPIES],
    /// Whether copies have notes of their own.
    pub(crate) stacked: bool,
}

/// The note of a chord that a copy is dealt to.
#[derive(Clone, Copy, Debug)]
struct Seat {
    /// Which note, in the order of dealing.
    note: usize,
    /// Notes that copies are dealt to.
    notes: usize,
    /// Frequency against the oscillator's note, and amplitude.
    ratio: f32,
    amplitude: f32,
}

impl Seat {
    /// The seat of copy `k`: chords are dealt from the note itself on, harmonics fall as one over
    /// their number.
    fn of(stack: Stack, k: usize, copies: usize) -> Self {
        let chord: &[f32] = match stack {
            Stack::Harmonics | Stack::Odd => {
                let ratio = (k + if stack == Stack::Odd { k + 1 } else { 1 }) as f32;
                return Seat { note: k, notes: copies, ratio, amplitude: 1.0 / ratio };
            }
            Stack::Unison => return Seat { note: 0, notes: 1, ratio: 1.0, amplitude: 1.0 },
            Stack::Octave => &[0.0, 12.0],
            Stack::Octaves => &[0.0, -12.0, 12.0],
            Stack::Fifth => &[0.0, 7.0],
            Stack::Power => &[0.0, 7.0, 12.0],
            Stack::Major => &[0.0, 4.0, 7.0],
            Stack::Minor => &[0.0, 3.0, 7.0],
            Stack::Major7 => &[0.0, 4.0, 7.0, 11.0],
            Stack::Minor7 => &[0.0, 3.0, 7.0, 10.0],
        };
        let note = k % chord.len();
        let ratio = exp2(chord[note] * (1.0 / 12.0));
        Seat { note, notes: chord.len().min(copies), ratio, amplitude: 1.0 }
    }

    /// Where the only copy of a note lies between the ears, for its note's turn: the first in
    /// the middle, the others further and further out on alternate sides.
    fn alone(&self) -> f32 {
        let far = self.note as f32 / (self.notes.max(2) - 1) as f32;
        if self.note.is_multiple_of(2) { far } else { -far }
    }
}

impl Unison {
    pub(crate) fn new() -> Self {
        Unison {
            knobs: Knobs {
                voices: 0.0,
                detune: 0.0,
                curve: 0.0,
                stack: 0.0,
                spread: 0.0,
                blend: 0.0,
                pan: 0.0,
            },
            copies: 0,
            ratio: [1.0; COPIES],
            left: [0.0; COPIES],
            right: [0.0; COPIES],
            highest: 1.0,
            lift: [0; COPIES],
            stacked: false,
        }
    }

    /// Follows the knobs. Loudness is kept: the powers of the copies add up to one voice's.
    #[inline]
    pub(crate) fn follow(&mut self, osc: &Osc<f32>) {
        let Osc { voices, detune, curve, stack, spread, blend, pan, .. } = *osc;
        let knobs = Knobs { voices, detune, curve, stack, spread, blend, pan };
        if knobs != self.knobs {
            self.knobs = knobs;
            self.lay_out();
        }
    }

    fn lay_out(&mut self) {
        let Knobs { voices, detune, curve, stack, spread, blend, pan: centre } = self.knobs;
        let copies = (voices as usize).clamp(1, COPIES);
        let mut power = 0.0;
        (self.highest, self.stacked) = (1.0, false);
        (self.left, self.right) = ([0.0; COPIES], [0.0; COPIES]);
        for k in 0..copies {
            let seat = Seat::of(Stack::of(stack), k, copies);
            // The copies of one note lie around it as if they were alone.
            let (k_here, here) = (k / seat.notes, (copies - seat.note).div_ceil(seat.notes));
            let innermost = if here.is_multiple_of(2) { 1.0 / (here as f32 - 1.0) } else { 0.0 };
            // From −1 to 1. Neighbours lie on opposite sides, pairs around the note facing.
            let from_note = match here {
                1 => 0.0,
                _ => 2.0 * k_here as f32 / (here as f32 - 1.0) - 1.0,
            };
            let side = if k_here.min(here - 1 - k_here).is_multiple_of(2) { 1.0 } else { -1.0 };
            let outerness = match here {
                1 | 2 => 0.0,
                _ => (from_note.abs() - innermost) / (1.0 - innermost),
            };
            let place = if here == 1 { seat.alone() } else { side * from_note };
            let amplitude = seat.amplitude * (1.0 - (1.0 - blend) * outerness);
            let (left, right) = pan(centre + spread * place);
            let own = exp2(detune * gathered(from_note, curve) * (1.0 / 1200.0));
            self.ratio[k] = seat.ratio * own;
            self.highest = self.highest.max(own);
            self.lift[k] = (2.0 * seat.ratio.log2() - 0.01).ceil() as i32;
            self.stacked |= seat.ratio != 1.0;
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

/// A place between −1 and 1 drawn to the middle by a curve above 0, to the ends by one below; the
/// middle and the ends stay.
fn gathered(place: f32, curve: f32) -> f32 {
    if curve == 0.0 { place } else { place.abs().powf(exp2(GATHER * curve)).copysign(place) }
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

    #[test]
    fn copies_gather_at_the_note_or_at_the_ends() {
        let mut osc = Patch::<f32>::default().osc[0];
        (osc.voices, osc.detune) = (9.0, 40.0);
        let cents = |osc: &Osc<f32>| {
            let mut u = Unison::new();
            u.follow(osc);
            u.ratio.map(|ratio| 1200.0 * ratio.log2())
        };
        for (curve, power) in [(-1.0, 0.125), (-0.5, 0.353_553), (0.0, 1.0), (0.5, 2.828_427)] {
            osc.curve = curve;
            let found = cents(&osc);
            for (k, found) in found[..9].iter().enumerate() {
                let even = k as f32 / 4.0 - 1.0;
                let ideal = 40.0 * even.signum() * even.abs().powf(power);
                assert!((found - ideal).abs() < 2e-3, "{curve}, copy {k}: {found}, not {ideal}");
            }
        }
    }

    #[test]
    fn stacks_are_dealt_from_the_note_and_detuned_within() {
        let mut osc = Patch::<f32>::default().osc[0];
        (osc.voices, osc.detune) = (7.0, 50.0);
        let semitones = |osc: &Osc<f32>| {
            let mut u = Unison::new();
            u.follow(osc);
            u.ratio[..u.copies].iter().map(|ratio| 12.0 * ratio.log2()).collect::<Vec<_>>()
        };
        osc.stack = Stack::Major.value();
        let chord = [-0.5, 3.5, 6.5, 0.0, 4.5, 7.5, 0.5];
        let found = semitones(&osc);
        assert!(found.iter().zip(chord).all(|(a, b)| (a - b).abs() < 1e-4), "{found:?}");
        osc.stack = Stack::Odd.value();
        let ratios = semitones(&osc).into_iter().map(|s| 2f32.powf(s / 12.0));
        assert!(ratios.enumerate().all(|(k, ratio)| (ratio - (2 * k + 1) as f32).abs() < 1e-3));
        for stack in 0..Stack::OPTIONS.len() {
            (osc.stack, osc.voices) = (stack as f32, 1.0);
            assert_eq!(semitones(&osc), [0.0], "{}", Stack::OPTIONS[stack].id);
        }
    }

    #[test]
    fn a_stack_is_as_loud_as_a_note() {
        let mut osc = Patch::<f32>::default().osc[0];
        for stack in (0..Stack::OPTIONS.len()).map(|k| k as f32) {
            for voices in 1..=16 {
                (osc.stack, osc.voices, osc.blend) = (stack, voices as f32, 0.4);
                let mut u = Unison::new();
                u.follow(&osc);
                let power: f32 = u.left.iter().chain(&u.right).map(|a| a * a).sum();
                assert!((power - 2.0).abs() < 1e-4, "{stack}, {voices} copies: {power}");
                for (ratio, lift) in u.ratio.iter().zip(u.lift).take(u.copies) {
                    assert!(*ratio / u.highest <= 2f32.powf(0.5 * lift as f32 + 0.01), "{ratio}");
                }
            }
        }
    }
}
