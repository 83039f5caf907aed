//! What is left of a sound when its tones are taken out.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use crate::Stop;
use crate::stop::go_on;

/// Samples of one spectrum.
const SIZE: usize = 2048;
/// Samples between two spectra.
const STEP: usize = SIZE / 4;
/// How much stronger than measured the tones are taken to be, so that what is only just not
/// explained does not sound twice.
const CAUTION: f32 = 1.3;

/// The part of `sound` that exceeds `tones` in power, place by place in time and frequency;
/// nothing where it is stopped.
pub(crate) fn residue(sound: &[f32], tones: &[f32], stop: Stop) -> Option<Vec<f32>> {
    let mut spectra = Spectra::new();
    let frames = sound.len().div_ceil(STEP) + SIZE / STEP;
    let mut out = vec![0.0; sound.len()];
    let start = |k: usize| (k * STEP) as isize - SIZE as isize + STEP as isize;
    let mut known: Vec<Vec<f32>> = Vec::with_capacity(frames);
    let mut heard: Vec<Vec<Complex<f32>>> = Vec::with_capacity(frames);
    for k in 0..frames {
        go_on(stop)?;
        known.push(spectra.of(tones, start(k)).iter().map(|bin| bin.norm_sqr()).collect());
        heard.push(spectra.of(sound, start(k)).to_vec());
    }
    for k in 0..frames {
        go_on(stop)?;
        let around = k.saturating_sub(1)..(k + 2).min(frames);
        let mut bins = heard[k].clone();
        for (b, bin) in bins.iter_mut().enumerate() {
            let tone: f32 = around.clone().map(|j| known[j][b]).sum();
            let all: f32 = around.clone().map(|j| heard[j][b].norm_sqr()).sum();
            *bin *= (1.0 - CAUTION * tone / all.max(1e-20)).max(0.0).sqrt();
        }
        spectra.add(bins, &mut out, start(k));
    }
    Some(out)
}

/// Windowed spectra that overlap and add up to the sound again.
struct Spectra {
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    window: Vec<f32>,
    time: Vec<f32>,
    bins: Vec<Complex<f32>>,
}

impl Spectra {
    fn new() -> Self {
        let mut planner = RealFftPlanner::new();
        let forward = planner.plan_fft_forward(SIZE);
        let turn = std::f32::consts::TAU / SIZE as f32;
        Spectra {
            window: (0..SIZE).map(|k| 0.5 - 0.5 * (turn * k as f32).cos()).collect(),
            time: forward.make_input_vec(),
            bins: forward.make_output_vec(),
            inverse: planner.plan_fft_inverse(SIZE),
            forward,
        }
    }

    fn of(&mut self, samples: &[f32], start: isize) -> &[Complex<f32>] {
        for (k, (time, window)) in self.time.iter_mut().zip(&self.window).enumerate() {
            let place = usize::try_from(start + k as isize).ok();
            *time = place.and_then(|p| samples.get(p)).map_or(0.0, |s| s * window);
        }
        // The buffers are made by the plan itself, so their lengths always fit.
        let _ = self.forward.process(&mut self.time, &mut self.bins);
        &self.bins
    }

    fn add(&mut self, mut bins: Vec<Complex<f32>>, out: &mut [f32], start: isize) {
        for end in [0, SIZE / 2] {
            bins[end].im = 0.0;
        }
        let _ = self.inverse.process(&mut bins, &mut self.time);
        // Squared Hann windows a quarter apart add up to 3/2.
        let scale = 2.0 / (3.0 * SIZE as f32);
        for (k, (time, window)) in self.time.iter().zip(&self.window).enumerate() {
            let place = usize::try_from(start + k as isize).ok();
            if let Some(out) = place.and_then(|p| out.get_mut(p)) {
                *out += scale * window * time;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rms(samples: &[f32]) -> f32 {
        (samples.iter().map(|s| s * s).sum::<f32>() / samples.len() as f32).sqrt()
    }

    #[test]
    fn noise_stays_and_tones_go_whatever_their_phase() {
        let tone = |phase: f32| {
            let sample = move |k: usize| 0.5 * (0.07 * k as f32 + phase).sin();
            (0..40_000).map(sample).collect::<Vec<f32>>()
        };
        let mut state = 3_u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            0.05 * ((state >> 8) as f32 / 8_388_608.0 - 1.0)
        };
        let hiss: Vec<f32> = (0..40_000).map(|_| noise()).collect();
        let sound: Vec<f32> = tone(0.0).iter().zip(&hiss).map(|(t, n)| t + n).collect();
        let left = residue(&sound, &tone(1.0), crate::NEVER).unwrap();
        let ratio = 20.0 * (rms(&left[4_000..36_000]) / rms(&hiss)).log10();
        assert!(ratio.abs() < 1.0, "the noise comes out {ratio} dB off");
        let same = residue(&hiss, &vec![0.0; 40_000], crate::NEVER).unwrap();
        assert!(same.iter().zip(&hiss).all(|(a, b)| (a - b).abs() < 1e-4));
    }
}
