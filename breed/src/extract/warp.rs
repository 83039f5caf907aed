//! A sound on a grid of its own cycles: resampled so that its pitch stands still.

use crate::Stop;
use crate::listen::pitch::frequency_of;
use crate::stop::go_on;

/// Taps of the interpolating kernel on each side.
const SIDE: usize = 8;
/// Places between two samples for which the kernel is kept.
const STEPS: usize = 512;

/// A sound whose every cycle has the same number of samples.
pub(crate) struct Warped {
    /// Cycle after cycle.
    pub(crate) samples: Vec<f32>,
    /// Cycles passed at each step of `hop` seconds.
    turns: Vec<f64>,
    hop: f32,
}

impl Warped {
    /// Resamples `samples` along `notes` (fractional MIDI numbers every `hop` seconds, joined
    /// by straight lines) to `cycle` samples per cycle; nothing where it is stopped.
    pub(crate) fn new(
        samples: &[f32],
        rate: f32,
        notes: &[f32],
        hop: f32,
        cycle: usize,
        stop: Stop,
    ) -> Option<Warped> {
        let turns = turns(notes, hop);
        let kernel = kernel();
        let duration = samples.len() as f64 / f64::from(rate);
        let mut warped = Vec::new();
        let mut step = 0;
        loop {
            if warped.len().is_multiple_of(cycle) {
                go_on(stop)?;
            }
            let turn = warped.len() as f64 / cycle as f64;
            while step + 2 < turns.len() && turns[step + 1] <= turn {
                step += 1;
            }
            let (a, b) = (turns[step], turns[step + 1]);
            let time = (step as f64 + (turn - a) / (b - a)) * f64::from(hop);
            if time >= duration {
                break;
            }
            warped.push(read(samples, time * f64::from(rate), &kernel));
        }
        Some(Warped { samples: warped, turns, hop })
    }

    /// Cycles passed at `time` seconds.
    pub(crate) fn turn(&self, time: f32) -> f64 {
        let place = f64::from((time / self.hop).max(0.0));
        let k = (place as usize).min(self.turns.len() - 2);
        self.turns[k] + (self.turns[k + 1] - self.turns[k]) * (place - k as f64)
    }
}

/// Cycles passed at every step, with one step more than there are notes.
fn turns(notes: &[f32], hop: f32) -> Vec<f64> {
    let mut turn = 0.0;
    let mut turns = vec![0.0];
    for (k, &note) in notes.iter().enumerate() {
        let next = notes.get(k + 1).copied().unwrap_or(note);
        turn += f64::from(frequency_of(0.5 * (note + next)) * hop);
        turns.push(turn);
    }
    turns
}

/// Hann-windowed sinc at [`STEPS`] places between two samples.
fn kernel() -> Vec<[f32; 2 * SIDE]> {
    use std::f64::consts::PI;
    let row = |step: usize| {
        let part = step as f64 / STEPS as f64;
        std::array::from_fn(|tap| {
            let x = tap as f64 - (SIDE - 1) as f64 - part;
            let sinc = if x.abs() < 1e-9 { 1.0 } else { (PI * x).sin() / (PI * x) };
            let window = 0.5 + 0.5 * (PI * x / (SIDE as f64 + 0.5)).cos();
            (sinc * window.max(0.0)) as f32
        })
    };
    (0..=STEPS).map(row).collect()
}

/// The sound at `place` samples; silence outside it.
fn read(samples: &[f32], place: f64, kernel: &[[f32; 2 * SIDE]]) -> f32 {
    let whole = place.floor();
    let row = &kernel[((place - whole) * STEPS as f64).round() as usize];
    let start = whole as isize - (SIDE as isize - 1);
    if start >= 0 && start as usize + 2 * SIDE <= samples.len() {
        let span = &samples[start as usize..start as usize + 2 * SIDE];
        return span.iter().zip(row).map(|(s, k)| s * k).sum();
    }
    let tap = |(k, weight): (usize, &f32)| {
        let place = usize::try_from(start + k as isize).ok();
        place.and_then(|p| samples.get(p)).map_or(0.0, |s| s * weight)
    };
    row.iter().enumerate().map(tap).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f32::consts::TAU;

    #[test]
    fn a_glide_stands_still() {
        let (rate, hop) = (48_000.0, 0.005);
        let notes: Vec<f32> = (0..=100).map(|k| 50.0 + 0.04 * k as f32).collect();
        let turns = turns(&notes, hop);
        let samples: Vec<f32> = (0..24_000)
            .map(|k| {
                let place = f64::from(k) / 48_000.0 / f64::from(hop);
                let step = place as usize;
                let turn = turns[step] + (turns[step + 1] - turns[step]) * (place - step as f64);
                (TAU * turn.fract() as f32).sin()
            })
            .collect();
        let warped = Warped::new(&samples, rate, &notes, hop, 256, crate::NEVER).unwrap();
        for (k, s) in warped.samples.iter().enumerate().skip(2_000).take(10_000) {
            let truth = (TAU * (k % 256) as f32 / 256.0).sin();
            assert!((s - truth).abs() < 3e-3, "sample {k}: {s} for {truth}");
        }
    }
}
