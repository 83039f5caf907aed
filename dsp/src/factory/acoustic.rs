//! Strings, pipes, bars, bells and their relatives as stacks of partials.

use std::f32::consts::{PI, TAU};

use super::cycle::Phase::{Sine, Spread};
use super::cycle::{Recipe, add, dice, each, glide, harmonics, mix, peak, wave};

pub(super) const RECIPES: &[Recipe] = &[
    harmonics("organ", "Drawbar organ", 49, Sine, organ),
    harmonics("pipe", "Pipe organ", 48, Spread, pipe),
    harmonics("pluck", "Plucked string", 64, Spread, |t, out| string(out, 0.21, t, 0.6)),
    harmonics("harp", "Harp", 48, Sine, |t, out| string(out, 0.44, t, 0.9)),
    harmonics("piano", "Struck string", 64, Spread, |t, out| {
        let hammer = glide(2.0, 26.0, t);
        each(out, |k| {
            let strike = (PI * k / 8.0).sin().abs() + 0.06;
            strike * k.powf(-0.5) * (-k / hammer).exp() * (1.0 + 0.3 * dice(53, k as u64))
        });
    }),
    harmonics("karplus", "Noise string", 64, Sine, |t, out| {
        let passes = glide(40_000.0, 60.0, t);
        each(out, |k| {
            let burst = 0.25 + dice(61, k as u64);
            burst * (PI * k / 2048.0).cos().powf(passes)
        });
        out[1] = 0.7;
    }),
    harmonics("sitar", "Buzzing bridge", 64, Sine, |t, out| {
        let bridge = glide(3.0, 40.0, t);
        each(out, |k| {
            let buzz = peak(k.ln(), bridge.ln(), 0.35);
            (0.25 + 2.0 * buzz) * (0.6 + 0.4 * (0.37 * PI * k).sin()) / k
        });
    }),
    harmonics("strings", "Bowed strings", 48, Spread, |t, out| {
        let bright = glide(2.5, 120.0, t);
        each(out, |k| body(k, 67) * k.powf(-0.8) * (-k / bright).exp());
    }),
    harmonics("brass", "Brass", 64, Sine, |t, out| {
        let effort = glide(1.2, 22.0, t);
        each(out, |k| {
            let bell = 1.0 + 1.4 * peak(k, 5.0, 3.0);
            bell * k.powf(-0.35) * (-k / effort).exp()
        });
    }),
    harmonics("reed", "Reed", 48, Sine, |t, out| {
        let effort = glide(2.5, 24.0, t);
        each(out, |k| {
            let even = if k % 2.0 == 0.0 { mix(0.04, 0.8, t) } else { 1.0 };
            even * (1.0 + peak(k, 9.0, 3.0)) * k.powf(-0.4) * (-k / effort).exp()
        });
    }),
    harmonics("flute", "Flute", 33, Sine, |t, out| {
        let effort = glide(0.45, 2.2, t);
        each(out, |k| (-(k - 1.0) / effort).exp() * if k == 2.0 { 1.3 } else { 1.0 });
    }),
    // A tine before a pickup: even harmonics grow as it swings off centre, with a high clang.
    wave("tine", "Tine piano", 64, |t, x| {
        let swing = mix(0.1, 1.6, t) * (TAU * x).sin() + 0.4;
        let clang = 0.16 * t * t * (TAU * 14.0 * x + 0.8 * t * (TAU * x).sin()).sin();
        swing / (0.5 + swing * swing).sqrt() + clang
    }),
    wave("reed-piano", "Reed piano", 64, |t, x| {
        let swing = mix(0.1, 0.93, t) * (TAU * x).sin();
        (1.0 / (1.05 - swing) - 1.0) * 0.5 + 0.2 * (TAU * x).sin()
    }),
    harmonics("mallet", "Mallet", 48, Sine, |t, out| {
        let hard = mix(0.02, 0.9, t * t);
        for (ratio, gain) in [(1.0, 1.0), (4.0, 0.7), (10.0, 0.5), (18.0, 0.35), (29.0, 0.2)] {
            add(out, ratio, gain * f32::powf(hard, (ratio - 1.0f32).sqrt() / 3.0));
        }
    }),
    harmonics("bell", "Bell", 64, Spread, |t, out| {
        let strike = glide(3.0, 60.0, t);
        let partials = [1, 2, 3, 4, 5, 6, 8, 11, 14, 17, 21, 26, 31, 37, 44, 51, 59];
        for (n, ratio) in partials.into_iter().enumerate() {
            let gain = if ratio == 2 { 1.0 } else { 0.55 + 0.35 * dice(71, n as u64) };
            add(out, ratio as f32, gain * (-(ratio as f32) / strike).exp());
        }
    }),
    harmonics("glass", "Glass", 48, Spread, |t, out| {
        let rub = glide(2.5, 40.0, t);
        for (n, ratio) in [1, 3, 7, 12, 18, 25, 33, 42, 52, 63].into_iter().enumerate() {
            let gain = 1.0 / (1.0 + 0.35 * n as f32);
            add(out, ratio as f32, gain * (-(ratio as f32) / rub).exp());
        }
    }),
    harmonics("metal", "Metal", 64, Spread, |t, out| {
        let strike = glide(8.0, 240.0, t);
        for n in 0..56u64 {
            let ratio = 1.0 + (n as f32).powf(1.32) * (1.0 + 0.12 * dice(73, n));
            add(out, ratio, (0.6 + 0.4 * dice(79, n)) * (-ratio / strike).exp());
        }
    }),
    harmonics("bass", "Bass", 64, Sine, |t, out| {
        let corner = glide(1.3, 24.0, t);
        each(out, |k| {
            let w = k / corner;
            let knee = 1.0 + 1.2 * peak(w, 1.0, 0.4);
            knee / (k * (1.0 + w.powi(4)))
        });
        out[1] += 0.3;
    }),
];

/// Drawbars of the 8-foot family, pulled register by register.
fn organ(t: f32, out: &mut [f32]) {
    const BARS: [usize; 7] = [1, 2, 3, 4, 5, 6, 8];
    const REGISTERS: [[f32; 7]; 5] = [
        [8.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [8.0, 5.0, 6.0, 0.0, 0.0, 0.0, 0.0],
        [8.0, 8.0, 4.0, 6.0, 0.0, 2.0, 0.0],
        [7.0, 8.0, 6.0, 7.0, 4.0, 5.0, 6.0],
        [8.0, 8.0, 8.0, 8.0, 8.0, 8.0, 8.0],
    ];
    // A notch is 3 dB; a bar pushed in leaks a little.
    let gain = |pulled: f32| if pulled < 0.5 { 0.004 } else { 10f32.powf((pulled - 8.0) * 0.15) };
    let at = t * (REGISTERS.len() - 1) as f32;
    let from = (at as usize).min(REGISTERS.len() - 2);
    for (bar, ratio) in BARS.into_iter().enumerate() {
        let (a, b) = (gain(REGISTERS[from][bar]), gain(REGISTERS[from + 1][bar]));
        out[ratio] = mix(a, b, at - from as f32);
    }
}

/// Principal ranks from 8 foot to the mixture, drawn one after the other.
fn pipe(t: f32, out: &mut [f32]) {
    for (n, rank) in [1, 2, 3, 4, 6, 8, 12, 16].into_iter().enumerate() {
        let drawn = (8.0 * t - n as f32 + 1.0).clamp(0.0, 1.0) * 0.9f32.powi(n as i32);
        for k in 1..=12 {
            let speech = (-(k as f32 - 1.0) / 2.2).exp() * (1.0 + 0.2 * dice(83 + n as u64, k));
            add(out, (rank * k as usize) as f32, drawn * speech);
        }
    }
}

/// A string plucked at a share of its length; the finger is the softer, the lower `t`.
fn string(out: &mut [f32], place: f32, t: f32, steep: f32) {
    let soft = glide(1.5, 120.0, t);
    each(out, |k| {
        let pluck = (PI * k * place).sin();
        pluck * k.powf(-steep) * (-k / soft).exp()
    });
}

/// Resonances of a wooden body, the same for every frame.
fn body(k: f32, seed: u64) -> f32 {
    let ripple = dice(seed, k as u64);
    1.0 + 0.45 * ripple + 0.8 * peak(k, 4.0, 1.5) + 0.6 * peak(k, 11.0, 3.0)
}
