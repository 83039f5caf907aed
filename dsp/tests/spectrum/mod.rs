//! Tones whose harmonics are known, and the spectra of notes.
#![allow(dead_code)]

use std::f64::consts::TAU;
use std::sync::Arc;

use cultivar_dsp::{Note, Oversampling, Studio};
use cultivar_patch::{FRAME, Preset, Table, Wavetable};
use realfft::RealFftPlanner;

use crate::stage::RATE;

/// Samples that are looked at, from `SKIP` on.
pub(crate) const WINDOW: usize = 1 << 15;
const SKIP: usize = 4800;
/// Bins of the window's main lobe on either side.
pub(crate) const LOBE: usize = 6;

/// One frame of harmonics that fall as one over their number.
pub(crate) fn table(harmonics: usize) -> Table {
    let samples = (0..FRAME).map(|n| cycle(n as f64 / FRAME as f64, harmonics) as f32);
    let table = Wavetable::new("tone", samples.collect());
    Table::Own(Arc::new(table.expect("a finite frame")))
}

/// The same, at a phase in turns.
pub(crate) fn cycle(phase: f64, harmonics: usize) -> f64 {
    (1..=harmonics).map(|k| (TAU * phase * k as f64).sin() / k as f64).sum()
}

/// Frequency of a key.
pub(crate) fn hertz(key: f32) -> f64 {
    440.0 * 2f64.powf((f64::from(key) - 69.0) / 12.0)
}

/// Power per bin of a steady note, through a window whose side lobes lie below −92 dB (Harris,
/// 1978).
pub(crate) fn spectrum(preset: &Preset, key: f32) -> Vec<f64> {
    oversampled(preset, key, Oversampling::None)
}

/// The same of an engine that works faster than it is heard.
pub(crate) fn oversampled(preset: &Preset, key: f32, oversampling: Oversampling) -> Vec<f64> {
    let mut left = vec![0.0; SKIP + WINDOW];
    let mut right = left.clone();
    let seconds = left.len() as f32 / RATE;
    let note = Note { key, velocity: 1.0, gate: seconds, length: seconds };
    Studio::oversampled(RATE, oversampling).render(preset, &note, &mut left, &mut right);
    let weight = |n: usize| {
        let turn = TAU * n as f64 / WINDOW as f64;
        0.358_75 - 0.488_29 * turn.cos() + 0.141_28 * (2.0 * turn).cos()
            - 0.011_68 * (3.0 * turn).cos()
    };
    let mut x: Vec<f64> =
        left[SKIP..].iter().enumerate().map(|(n, x)| f64::from(*x) * weight(n)).collect();
    x.resize(WINDOW, 0.0);
    let fft = RealFftPlanner::new().plan_fft_forward(WINDOW);
    let mut bins = fft.make_output_vec();
    fft.process(&mut x, &mut bins).expect("lengths of the plan");
    bins.iter().map(|bin| bin.norm_sqr()).collect()
}

/// Power of a spectrum at a frequency in hertz, its window's main lobe.
pub(crate) fn power(bins: &[f64], hertz: f64) -> f64 {
    let middle = (hertz.abs() * WINDOW as f64 / f64::from(RATE)).round() as usize;
    bins[middle.saturating_sub(LOBE)..=middle + LOBE].iter().sum()
}
