//! Wavetable frames from harmonic amplitudes.

use std::f32::consts::TAU;
use std::sync::Arc;

use cultivar_patch::{FRAME, MAX_FRAMES, Wavetable};
use realfft::RealFftPlanner;
use realfft::num_complex::Complex;

/// RMS of every frame of an extracted table.
pub const FRAME_RMS: f32 = 0.25;

/// A table of one frame per row of harmonic amplitudes, every frame at [`FRAME_RMS`]. All
/// frames of all tables share their phases (sines), so that no crossfade, not even one between
/// two tables, makes harmonics cancel.
pub fn table(name: &str, rows: &[Vec<f32>]) -> Option<Arc<Wavetable>> {
    let rows = &rows[..rows.len().min(MAX_FRAMES)];
    let inverse = RealFftPlanner::new().plan_fft_inverse(FRAME);
    let mut bins = inverse.make_input_vec();
    let mut frame = inverse.make_output_vec();
    let mut samples = Vec::with_capacity(rows.len() * FRAME);
    for row in rows {
        let power: f32 = 0.5 * row.iter().map(|a| a * a).sum::<f32>();
        let gain = if power > 1e-20 { FRAME_RMS / power.sqrt() } else { 0.0 };
        bins.fill(Complex::default());
        for (bin, amplitude) in bins[1..FRAME / 2].iter_mut().zip(row) {
            // A sine of amplitude `a` has the bin −i a / 2.
            bin.im = -0.5 * gain * amplitude;
        }
        // The buffers are made by the plan itself, so their lengths always fit.
        let _ = inverse.process(&mut bins, &mut frame);
        samples.extend_from_slice(&frame);
    }
    Wavetable::new(name, samples).ok().map(Arc::new)
}

/// One cycle of a sine at [`FRAME_RMS`].
pub fn sine() -> Option<Arc<Wavetable>> {
    let sample = |k: usize| FRAME_RMS * 2.0_f32.sqrt() * (TAU * k as f32 / FRAME as f32).sin();
    Wavetable::new("Sine", (0..FRAME).map(sample).collect()).ok().map(Arc::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_hold_their_amplitudes_at_one_level() {
        let table = table("t", &[vec![1.0, 0.0, 0.5], vec![0.0; 3], vec![0.1]]).unwrap();
        let rms =
            |k: usize| (table.frame(k).iter().map(|s| s * s).sum::<f32>() / FRAME as f32).sqrt();
        assert!((rms(0) - FRAME_RMS).abs() < 1e-4);
        assert_eq!(rms(1), 0.0);
        assert!((rms(2) - FRAME_RMS).abs() < 1e-4);
        let third = |k: usize| (TAU * 3.0 * k as f32 / FRAME as f32).sin();
        let amplitude: f32 =
            table.frame(0).iter().enumerate().map(|(k, s)| s * third(k)).sum::<f32>() * 2.0
                / 2048.0;
        let fundamental = FRAME_RMS / (0.5 * 1.25_f32).sqrt();
        assert!((amplitude - 0.5 * fundamental).abs() < 1e-4);
    }
}
