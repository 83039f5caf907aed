//! Waves of subtractive synthesizers.

use std::f32::consts::{PI, TAU};

use super::cycle::Phase::{Cosine, Sine, Spread};
use super::cycle::{Level, Recipe, each, glide, harmonics, mix, wave};

pub(super) const RECIPES: &[Recipe] = &[
    wave("sine", "Sine", 1, |_, x| (TAU * x).sin()),
    harmonics("triangle", "Triangle", 1, Sine, |_, out| each(out, triangle)),
    harmonics("saw", "Saw", 1, Sine, |_, out| each(out, |k| 1.0 / k)),
    harmonics("square", "Square", 1, Sine, |_, out| each(out, square)),
    harmonics("basic", "Basic shapes", 61, Sine, basic),
    harmonics("saw-square", "Saw to square", 33, Sine, |t, out| {
        each(out, |k| if k % 2.0 == 0.0 { (1.0 - t) / k } else { 1.0 / k });
    }),
    harmonics("pwm", "Pulse width", 64, Cosine, |t, out| {
        let width = glide(0.5, 0.02, t);
        each(out, |k| (PI * k * width).sin() / k);
    })
    .levelled(Level::Peak),
    harmonics("twin-saw", "Twin saws", 33, Sine, |t, out| {
        each(out, |k| (0.5 * PI * k * t).cos() / k);
    }),
    harmonics("octaves", "Octave stack", 48, Sine, octaves),
    harmonics("odd-even", "Odd to even", 33, Sine, |t, out| {
        let (odd, even) = ((2.0 - 2.0 * t).min(1.0), (2.0 * t).min(1.0));
        each(out, |k| if k % 2.0 == 0.0 { even } else { odd } / k);
        out[1] = out[1].max(0.3);
    }),
    wave("sync", "Sync saw", 64, |t, x| 1.0 - 2.0 * (x * mix(1.0, 5.0, t)).fract()),
    wave("sync-sine", "Sync sine", 64, |t, x| {
        (TAU * x * glide(1.0, 10.0, t)).sin() * (1.0 - x).powf(mix(0.0, 1.0, (8.0 * t).min(1.0)))
    }),
    harmonics("lowpass", "Filtered saw", 64, Sine, |t, out| {
        let corner = glide(1.0, 300.0, t);
        each(out, |k| resonant(k / corner, 1.6).powi(2) / k);
    }),
    harmonics("resonance", "Resonant saw", 64, Sine, |t, out| {
        let corner = glide(1.2, 96.0, t);
        each(out, |k| resonant(k / corner, 9.0) / k);
    }),
    wave("overdrive", "Overdriven sine", 33, |t, x| {
        let drive = glide(0.3, 24.0, t);
        (drive * (TAU * x).sin()).tanh()
    }),
    harmonics("comb", "Comb", 64, Spread, |t, out| {
        let teeth = glide(2.0, 24.0, t);
        each(out, |k| (1.0 + 0.95 * (TAU * (k - 1.0) / teeth).cos()) / k);
    }),
];

fn triangle(k: f32) -> f32 {
    match k as usize % 4 {
        1 => 1.0 / (k * k),
        3 => -1.0 / (k * k),
        _ => 0.0,
    }
}

fn square(k: f32) -> f32 {
    if k % 2.0 == 0.0 { 0.0 } else { 1.0 / k }
}

/// Sine, triangle, saw, square and the saw an octave up within it, one after the other.
fn basic(t: f32, out: &mut [f32]) {
    let shape = |n: usize, k: f32| match n {
        0 => (k == 1.0) as u8 as f32,
        1 => triangle(k),
        2 => 0.6 / k,
        3 => 0.8 * square(k),
        _ => 0.8 / k * (0.15 * PI * k).sin().abs(),
    };
    let at = t * 4.0;
    let from = (at as usize).min(3);
    each(out, |k| mix(shape(from, k), shape(from + 1, k), at - from as f32));
}

/// A saw, joined by its octaves one after the other.
fn octaves(t: f32, out: &mut [f32]) {
    for octave in 0..4 {
        let ratio = 1 << octave;
        let share = (3.0 * t - octave as f32 + 1.0).clamp(0.0, 1.0);
        for k in (ratio..out.len()).step_by(ratio) {
            out[k] += share * ratio as f32 / k as f32;
        }
    }
}

/// Gain of a two-pole low-pass at `w` times its corner.
fn resonant(w: f32, q: f32) -> f32 {
    let real = 1.0 - w * w;
    1.0 / (real * real + (w / q) * (w / q)).sqrt()
}
