//! What measures a filter: its answer to an impulse, and the pitch of what it sounds by itself.

use std::f64::consts::TAU;

use cultivar_patch::Patch;
use cultivar_patch::schema::{Filter as Knobs, Model};

use super::Filter;
use crate::math::{Block, CONTROL, Span};
use crate::oscillator::kernel::Plain;

/// Sample rate of what does not ask for another.
pub(super) const RATE: f32 = 48_000.0;

/// A filter that is on, otherwise as the schema has it.
pub(super) fn knobs(model: Model, cutoff: f32, resonance: f32) -> Knobs<f32> {
    let usual = Patch::<f32>::default().filter[0];
    Knobs { on: 1.0, model: model.value(), cutoff, resonance, ..usual }
}

/// What a filter makes of a sound, its knobs given anew at each grid point.
pub(super) fn play(
    filter: &mut Filter,
    ticks: usize,
    rate: f32,
    mut knobs: impl FnMut(usize) -> Knobs<f32>,
    mut wave: impl FnMut(usize) -> f32,
) -> Vec<f32> {
    let mut out = Vec::with_capacity(ticks * CONTROL);
    for tick in 0..ticks {
        filter.aim(&Span::WHOLE, &knobs(tick), 0.0, rate);
        let block: Block = std::array::from_fn(|n| wave(tick * CONTROL + n));
        let mut sides = [block; 2];
        filter.render::<Plain>(0, CONTROL, &mut sides);
        out.extend(sides[0]);
    }
    out
}

/// The answer to a small impulse, as long as a second, as large as that to one of 1.
pub(super) fn impulse(knobs: &Knobs<f32>) -> Vec<f32> {
    let small = 1e-3;
    let wave = |n| if n == 0 { small } else { 0.0 };
    let answer = play(&mut Filter::new(), RATE as usize / CONTROL, RATE, |_| *knobs, wave);
    answer.iter().map(|x| x / small).collect()
}

/// Gain in decibels at a frequency in hertz, of an answer to an impulse.
pub(super) fn gain(answer: &[f32], hertz: f64) -> f64 {
    let turn = TAU * hertz / f64::from(RATE);
    let (mut re, mut im) = (0.0, 0.0);
    for (n, &x) in answer.iter().enumerate() {
        let (sin, cos) = (turn * n as f64).sin_cos();
        re += f64::from(x) * cos;
        im -= f64::from(x) * sin;
    }
    20.0 * f64::hypot(re, im).log10()
}

/// Hertz of a MIDI note number.
pub(super) fn pitch(note: f32) -> f64 {
    440.0 * 2f64.powf((f64::from(note) - 69.0) / 12.0)
}

/// Cents between the strongest tone within a quarter of an octave and a frequency in hertz.
pub(super) fn cents_off(sound: &[f32], hertz: f64) -> f64 {
    let size = sound.len() as f64;
    let window = |n: usize| 0.5 - 0.5 * (TAU * n as f64 / size).cos();
    let sound: Vec<f32> =
        sound.iter().enumerate().map(|(n, &x)| (f64::from(x) * window(n)) as f32).collect();
    let level = |cents: f64| gain(&sound, hertz * 2f64.powf(cents / 1200.0));
    let (mut best, mut step) = (0.0, 25.0);
    while step > 0.05 {
        let near = |k: i32| best + f64::from(k) * step;
        let places = (-6..=6).map(near);
        best = places.max_by(|a, b| level(*a).total_cmp(&level(*b))).unwrap_or(best);
        step *= 0.25;
    }
    best
}

/// Amplitude of a steady tone of that power.
pub(super) fn amplitude(sound: &[f32]) -> f64 {
    let power: f64 = sound.iter().map(|&x| f64::from(x).powi(2)).sum();
    (2.0 * power / sound.len() as f64).sqrt()
}

/// Asserts that a model at its most resonance goes on by itself after a click: at its corner
/// within 5 cents, as loud as `least` to 0.9.
pub(super) fn oscillates(model: Model, least: f64) {
    for note in [36.0, 48.0, 60.0, 72.0, 84.0, 96.0, 108.0] {
        let knobs = knobs(model, note, 1.0);
        let click = |n| if n == 0 { 0.5 } else { 0.0 };
        let out = play(&mut Filter::new(), 6000, RATE, |_| knobs, click);
        let late = &out[out.len() / 2..];
        let (off, size) = (cents_off(late, pitch(note)), amplitude(late));
        assert!(off.abs() < 5.0, "{off} cents at {note}");
        assert!(size > least && size < 0.9, "{size} at {note}");
    }
}

/// Reproducible white noise within ±1.
pub(super) fn noise(n: usize) -> f32 {
    crate::math::bipolar(crate::math::hash(n as u32 + 77))
}
