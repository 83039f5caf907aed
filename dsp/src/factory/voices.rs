//! Throats: formants over a glottal buzz, as sung around C3.

use super::cycle::Phase::Spread;
use super::cycle::{Recipe, each, glide, harmonics, mix, peak, wander};

/// The note whose harmonics the formants are laid on, in hertz.
const SUNG: f32 = 130.81;

/// Formants in hertz and their levels in decibels.
type Vowel = [(f32, f32); 5];

const A: Vowel = [(680.0, 0.0), (1100.0, -5.0), (2600.0, -13.0), (3200.0, -16.0), (4300.0, -26.0)];
const E: Vowel = [(430.0, 0.0), (1750.0, -9.0), (2550.0, -13.0), (3300.0, -17.0), (4300.0, -26.0)];
const I: Vowel = [(290.0, 0.0), (2050.0, -13.0), (2850.0, -15.0), (3400.0, -18.0), (4400.0, -28.0)];
const O: Vowel = [(430.0, 0.0), (800.0, -7.0), (2600.0, -20.0), (3000.0, -22.0), (4200.0, -32.0)];
const U: Vowel = [(330.0, 0.0), (640.0, -14.0), (2500.0, -26.0), (3100.0, -28.0), (4200.0, -38.0)];

pub(super) const RECIPES: &[Recipe] = &[
    harmonics("vowels", "Vowels", 61, Spread, |t, out| {
        sing(out, &[U, O, A, E, I], t, 90.0, |_| 1.0);
    }),
    harmonics("choir", "Choir", 48, Spread, |t, out| {
        sing(out, &[U, O, A, A], t, 240.0, |k| 1.0 + 0.5 * wander(41, k as u64, 5, t));
    }),
    harmonics("choir-high", "High choir", 48, Spread, |t, out| {
        let high = |vowel: Vowel| vowel.map(|(hertz, level)| (1.9 * hertz, level));
        sing(out, &[high(U), high(A), high(E)], t, 420.0, |k| {
            (1.0 + 0.4 * wander(43, k as u64, 5, t)) / k.sqrt()
        });
    }),
    harmonics("talk", "Talk box", 64, Spread, |t, out| {
        sing(out, &[O, I, A, U, E, O, A, I], t, 55.0, |k| k.sqrt());
    }),
    harmonics("throat", "Overtone song", 64, Spread, |t, out| {
        let whistle = mix(4.0, 16.0, t);
        each(out, |k| {
            let drone = peak(k, 2.0, 2.0) / k;
            drone + 0.9 * peak(k, whistle, 0.45).powi(2) + 0.004 * (-k / 60.0).exp()
        });
    }),
];

/// Formants that move from vowel to vowel, over a source that falls by 6 dB per octave.
fn sing(out: &mut [f32], vowels: &[Vowel], t: f32, width: f32, colour: impl Fn(f32) -> f32) {
    let at = t * (vowels.len() - 1) as f32;
    let from = (at as usize).min(vowels.len() - 2);
    let (a, b, part) = (&vowels[from], &vowels[from + 1], at - from as f32);
    let now: Vowel = std::array::from_fn(|f| {
        (glide(a[f].0, b[f].0, part), 10f32.powf(mix(a[f].1, b[f].1, part) / 20.0))
    });
    each(out, |k| {
        let hertz = k * SUNG;
        let formants = now.iter().enumerate().map(|(f, (centre, gain))| {
            gain * peak(hertz, *centre, width * (1.0 + 0.3 * f as f32)).powf(0.8)
        });
        let tilt = (1.0 + hertz / 5000.0).powi(-3);
        colour(k) * tilt * (formants.sum::<f32>() + 0.02) * k.powf(-0.3)
    });
}
