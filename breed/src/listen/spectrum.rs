//! A windowed power spectrum.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

use crate::Stop;
use crate::stop::go_on;

/// Makes power spectra of one size.
pub struct Spectrum {
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    input: Vec<f32>,
    output: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
}

impl Spectrum {
    /// Spectra of `size` samples under a Hann window.
    pub fn new(size: usize) -> Self {
        let fft = RealFftPlanner::new().plan_fft_forward(size);
        let turn = std::f32::consts::TAU / size as f32;
        Spectrum {
            window: (0..size).map(|k| 0.5 - 0.5 * (turn * (k as f32 + 0.5)).cos()).collect(),
            input: fft.make_input_vec(),
            output: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            fft,
        }
    }

    /// Samples in one spectrum.
    pub fn size(&self) -> usize {
        self.window.len()
    }

    /// Complex spectrum of the samples around `centre`; what lies outside counts as zero.
    pub fn complex(&mut self, samples: &[f32], centre: isize) -> &[Complex<f32>] {
        let start = centre - (self.size() / 2) as isize;
        for (k, (input, window)) in self.input.iter_mut().zip(&self.window).enumerate() {
            let place = start + k as isize;
            let sample = usize::try_from(place).ok().and_then(|place| samples.get(place));
            *input = sample.copied().unwrap_or(0.0) * window;
        }
        // The buffers are made by the plan itself, so their lengths always fit.
        let _ = self.fft.process_with_scratch(&mut self.input, &mut self.output, &mut self.scratch);
        &self.output
    }

    /// Power in each of the `size / 2 + 1` bins around sample `centre`. A sine of amplitude `a`
    /// that falls on a bin has the power `a²`.
    pub fn power(&mut self, samples: &[f32], centre: isize, power: &mut Vec<f32>) {
        let scale = (4.0 / self.size() as f32).powi(2);
        power.clear();
        power.extend(self.complex(samples, centre).iter().map(|bin| bin.norm_sqr() * scale));
    }

    /// The sum of the powers around all `centres`, each weighted by what `weight` makes of it;
    /// nothing where it is stopped.
    pub fn sum(
        &mut self,
        samples: &[f32],
        centres: impl Iterator<Item = usize>,
        weight: impl Fn(&[f32]) -> f32,
        stop: Stop,
    ) -> Option<Vec<f32>> {
        let mut sum = vec![0.0; self.size() / 2 + 1];
        let mut power = Vec::new();
        for centre in centres {
            go_on(stop)?;
            self.power(samples, centre as isize, &mut power);
            let weight = weight(&power);
            sum.iter_mut().zip(&power).for_each(|(sum, power)| *sum += weight * power);
        }
        Some(sum)
    }
}
