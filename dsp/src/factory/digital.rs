//! Frequency modulation, phase distortion, folding and other inventions of arithmetic.

use std::f32::consts::{FRAC_PI_2, PI, TAU};

use super::cycle::Phase::{Sine, Spread};
use super::cycle::{Recipe, add, dice, each, glide, harmonics, mix, peak, wander, wave};

pub(super) const RECIPES: &[Recipe] = &[
    wave("fm-1-1", "FM 1:1", 64, |t, x| fm(x, 1.0, 1.0, 6.0 * t)),
    wave("fm-1-2", "FM 1:2", 64, |t, x| fm(x, 1.0, 2.0, 5.0 * t)),
    // The cycle holds two turns of the carrier, so the tone lies an octave above the note.
    wave("fm-2-7", "FM 1:3.5", 64, |t, x| fm(x, 2.0, 7.0, 4.0 * t)),
    wave("fm-bell", "FM bell", 64, |t, x| {
        let index = 3.0 * t * t;
        fm(x, 1.0, 7.0, index) + 0.5 * fm(x, 3.0, 11.0, 0.8 * index)
    }),
    wave("fm-feedback", "FM feedback", 17, |t, x| {
        let mut y = 0.0;
        for _ in 0..8 {
            y = 0.3 * y + 0.7 * (TAU * x + 1.25 * t * y).sin();
        }
        y
    }),
    wave("fm-growl", "FM growl", 64, |t, x| {
        let inner = (TAU * 3.0 * x).sin() * 1.5 * t;
        (TAU * x + 5.0 * t * (TAU * x + inner).sin()).sin()
    }),
    wave("cz-saw", "Phase-bent saw", 48, |t, x| {
        let knee = glide(0.5, 0.012, t);
        let bent = if x < knee { 0.5 * x / knee } else { 0.5 + 0.5 * (x - knee) / (1.0 - knee) };
        -(TAU * bent).cos()
    }),
    wave("cz-square", "Phase-bent square", 48, |t, x| {
        let half = (2.0 * x).fract();
        let knee = glide(1.0, 0.03, t);
        let bent = 0.5 * ((half / knee).min(1.0) + (2.0 * x).floor());
        -(TAU * bent).cos()
    }),
    wave("cz-reso", "Phase-bent resonance", 64, |t, x| {
        let turns = mix(1.0, 16.0, t);
        (1.0 - x) * (0.5 - 0.5 * (TAU * turns * x).cos())
    }),
    wave("fold", "Folded sine", 64, |t, x| {
        (glide(0.3, 6.0 * FRAC_PI_2 * 1.2, t) * (TAU * x).sin()).sin()
    }),
    wave("fold-bias", "Folded off centre", 64, |t, x| {
        (glide(0.5, 9.0, t) * ((TAU * x).sin() + 0.35)).sin()
    }),
    wave("bits", "Crushed sine", 33, |t, x| {
        let levels = glide(24.0, 1.0, t);
        ((TAU * x).sin() * levels).round() / levels
    }),
    wave("steps", "Stepped saw", 48, |t, x| {
        let steps = glide(3.0, 64.0, t);
        1.0 - 2.0 * ((x * steps).floor() + 0.5) / steps
    }),
    wave("chirp", "Chirp", 64, |t, x| (TAU * 4.0 * x.powf(mix(1.0, 4.0, t))).sin()),
    wave("vosim", "Pulse bursts", 64, |t, x| {
        let at = x * mix(1.5, 12.0, t);
        if at < 4.0 { (PI * at).sin().powi(2) * 0.72f32.powf(at.floor()) } else { 0.0 }
    }),
    harmonics("harmonics", "Harmonic series", 64, Sine, |t, out| {
        let centre = mix(1.0, 24.0, t);
        each(out, |k| peak(k, centre, 0.8).powi(2));
        out[1] += 0.4;
    }),
    harmonics("stretch", "Stretched partials", 64, Sine, |t, out| {
        let power = mix(1.0, 1.7, t);
        (1..160).for_each(|n| add(out, (n as f32).powf(power), 1.0 / n as f32));
    }),
    harmonics("noise", "Noise", 48, Sine, |t, out| {
        // Signed amplitudes: neighbours stay alike while the spectrum moves on.
        for (k, a) in out.iter_mut().enumerate().skip(1) {
            *a = wander(11, k as u64, 7, t) / (k as f32).sqrt();
        }
        out[1] += 0.5;
    }),
    harmonics("shimmer", "Shimmer", 48, Spread, |t, out| {
        each(out, |k| {
            let lit = wander(23, k as u64, 9, t).max(0.0).powi(2);
            lit * k.powf(-0.6) * (-k / 180.0).exp()
        });
        out[1] = 0.6;
        out[2] += 0.2;
    }),
    harmonics("fractal", "Fractal", 33, Sine, |t, out| {
        // Weierstrass' sum: partials at powers of two and three, ever rougher.
        let rough = mix(1.6, 0.35, t);
        for base in [2u32, 3] {
            for n in 0..10 {
                let ratio = base.pow(n) as f32;
                add(out, ratio, ratio.powf(-rough) * if base == 3 { t } else { 1.0 });
            }
        }
    }),
    harmonics("scatter", "Scattered partials", 33, Sine, |t, out| {
        for n in 1..40u64 {
            let at = n as f32 * (1.0 + 0.45 * t * dice(31, n));
            add(out, at.max(1.0), (n as f32).powf(-0.6) * (0.7 + 0.3 * dice(37, n)));
        }
    }),
];

/// A sine whose phase is modulated by another (Chowning 1973).
fn fm(x: f32, carrier: f32, modulator: f32, index: f32) -> f32 {
    (TAU * carrier * x + index * (TAU * modulator * x).sin()).sin()
}
