//! Short-time spectra summed into bands as wide as the ear's.

use std::f32::consts::TAU;
use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

/// Bands of a spectrum: overlapping triangles, equally spaced on the ERB-rate scale
/// (Glasberg and Moore 1990), weighted by the sensitivity of the ear.
pub(crate) struct Bands {
    /// First bin of each band, and where its weights begin and end.
    spans: Vec<(usize, usize, usize)>,
    weights: Vec<f32>,
}

/// ERB-rate of a frequency in hertz.
fn erb_rate(hertz: f32) -> f32 {
    21.4 * (1.0 + 0.00437 * hertz).log10()
}

/// The frequency of an ERB-rate.
fn hertz(erb_rate: f32) -> f32 {
    (10f32.powf(erb_rate / 21.4) - 1.0) / 0.00437
}

/// Power sensitivity of the ear relative to 1 kHz: the A curve of IEC 61672, held at −30 dB
/// so that low basses count.
fn sensitivity(hertz: f32) -> f32 {
    let f2 = hertz.max(10.0).powi(2);
    let low = f2 + 20.6f32.powi(2);
    let high = f2 + 12194f32.powi(2);
    let middle = ((f2 + 107.7f32.powi(2)) * (f2 + 737.9f32.powi(2))).sqrt();
    let amplitude = 1.2589 * 12194f32.powi(2) * f2 * f2 / (low * middle * high);
    amplitude.max(0.0316).powi(2)
}

impl Bands {
    fn new(count: usize, low: f32, size: usize, rate: f32) -> Self {
        let bin = rate / size as f32;
        let top = erb_rate(16_000f32.min(0.46 * rate));
        let step = (top - erb_rate(low)) / (count - 1) as f32;
        let centre = |k: f32| hertz(erb_rate(low) + step * k);
        let mut bands = Bands { spans: Vec::new(), weights: Vec::new() };
        for k in 0..count {
            let middle = centre(k as f32);
            // Never narrower than the spectrum can resolve.
            let left = (middle - centre(k as f32 - 1.0)).max(1.2 * bin);
            let right = (centre(k as f32 + 1.0) - middle).max(1.2 * bin);
            let first = ((middle - left) / bin).ceil().max(1.0) as usize;
            let last = (((middle + right) / bin).floor() as usize).min(size / 2);
            let begin = bands.weights.len();
            for j in first..=last.max(first) {
                let f = j as f32 * bin;
                let away = if f < middle { (middle - f) / left } else { (f - middle) / right };
                bands.weights.push((1.0 - away).max(0.0) * sensitivity(f));
            }
            bands.spans.push((first, begin, bands.weights.len()));
        }
        bands
    }

    /// Energy of each band of a power spectrum, appended to `out`.
    fn sum(&self, power: &[f32], out: &mut Vec<f32>) {
        for &(first, begin, end) in &self.spans {
            let weights = &self.weights[begin..end];
            out.push(weights.iter().zip(&power[first..]).map(|(w, p)| w * p).sum());
        }
    }
}

/// A stretch of a sound: samples from `start` (may lie before the first) times `gain`.
#[derive(Clone, Copy)]
pub(crate) struct Excerpt<'a> {
    pub(crate) samples: &'a [f32],
    pub(crate) start: isize,
    pub(crate) len: usize,
    pub(crate) gain: f32,
}

impl Excerpt<'_> {
    /// Copies what lies from `from` (relative to the excerpt) on; silence beyond its ends.
    pub(crate) fn copy(&self, from: isize, out: &mut [f32]) {
        let begin = (-from).clamp(0, out.len() as isize) as usize;
        let end = (self.len as isize - from).clamp(begin as isize, out.len() as isize) as usize;
        out[..begin].fill(0.0);
        out[end..].fill(0.0);
        let shift = from + self.start;
        // Samples that the sound does not have are silent too.
        let first = (-shift).clamp(begin as isize, end as isize) as usize;
        let last = (self.samples.len() as isize - shift).clamp(first as isize, end as isize);
        let last = last as usize;
        out[begin..first].fill(0.0);
        out[last..end].fill(0.0);
        if last > first {
            let source = &self.samples[(first as isize + shift) as usize..][..last - first];
            for (to, from) in out[first..last].iter_mut().zip(source) {
                *to = self.gain * from;
            }
        }
    }
}

/// A windowed transform of fixed size and hop, with its bands.
pub(crate) struct Stft {
    pub(crate) size: usize,
    pub(crate) hop: usize,
    pub(crate) bands: usize,
    filter: Bands,
    window: Vec<f32>,
    fft: Arc<dyn RealToComplex<f32>>,
    buffer: Vec<f32>,
    spectrum: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    power: Vec<f32>,
}

impl Stft {
    /// `seconds` of window (rounded to a power of two of samples), a hop of `hop` seconds and
    /// `bands` bands from `low` hertz up.
    pub(crate) fn new(rate: f32, seconds: f32, hop: f32, bands: usize, low: f32) -> Self {
        let size = 1usize << (seconds * rate).log2().round() as u32;
        let fft = RealFftPlanner::new().plan_fft_forward(size);
        let scale = (8.0 / 3.0f32).sqrt() / size as f32;
        let hann = |k: usize| scale * (0.5 - 0.5 * (TAU * k as f32 / size as f32).cos());
        Stft {
            size,
            hop: (hop * rate).round() as usize,
            bands,
            filter: Bands::new(bands, low, size, rate),
            window: (0..size).map(hann).collect(),
            buffer: fft.make_input_vec(),
            spectrum: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            power: vec![0.0; size / 2 + 1],
            fft,
        }
    }

    /// Number of frames of an excerpt.
    pub(crate) fn frames(&self, len: usize) -> usize {
        len / self.hop + 1
    }

    /// Band energies of all frames, one after the other. `each` sees every power spectrum.
    pub(crate) fn energies(
        &mut self,
        sound: Excerpt,
        out: &mut Vec<f32>,
        mut each: impl FnMut(&[f32]),
    ) {
        out.clear();
        for frame in 0..self.frames(sound.len) {
            let middle = (frame * self.hop) as isize;
            sound.copy(middle - self.size as isize / 2, &mut self.buffer);
            for (sample, window) in self.buffer.iter_mut().zip(&self.window) {
                *sample *= window;
            }
            // Sizes are right by construction, the only error there is.
            let done = self.fft.process_with_scratch(
                &mut self.buffer,
                &mut self.spectrum,
                &mut self.scratch,
            );
            debug_assert!(done.is_ok());
            for (power, bin) in self.power.iter_mut().zip(&self.spectrum) {
                *power = bin.norm_sqr();
            }
            self.filter.sum(&self.power, out);
            each(&self.power);
        }
    }
}
