//! What an ear keeps of a sound.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

use super::pitch::{Pitch, Yin};
use super::stft::{Excerpt, Stft};

/// Range of the spectra in decibels below the target's loudest band.
pub(crate) const RANGE: f32 = 70.0;
/// Coefficients that describe the shape of a spectrum.
pub(crate) const SHAPE: usize = 16;
/// Edges of the bands of movement, in hertz.
const MOVES: [f32; 8] = [0.0, 0.8, 1.8, 3.5, 6.0, 10.0, 16.0, 40.0];
/// Bands of movement.
pub(crate) const MOVE_BANDS: usize = MOVES.len() - 1;
/// Neighbouring bands whose movement is heard as one.
const POOL: usize = 3;
/// Octave bands in which tone is told from noise, from `LOWEST` hertz up.
pub(crate) const OCTAVES: usize = 6;
const LOWEST: f32 = 250.0;

/// A spectrum over time, in decibels, one frame after the other.
#[derive(Clone, Default)]
pub(crate) struct Spectra {
    pub(crate) decibels: Vec<f32>,
    /// Greatest energy of any band.
    pub(crate) peak: f32,
}

/// What is kept of one sound.
#[derive(Clone, Default)]
pub(crate) struct Features {
    /// Spectra with short, middle and long windows.
    pub(crate) spectra: [Spectra; 3],
    /// Specific loudness, frame after frame (middle windows).
    pub(crate) loudness: Vec<f32>,
    /// Loudness of each frame.
    pub(crate) frames: Vec<f32>,
    /// Loudness below each band over the loudness of the frame.
    pub(crate) below: Vec<f32>,
    /// Shape of each spectrum.
    pub(crate) shape: Vec<f32>,
    /// Strength of movement, by pool of bands and speed.
    pub(crate) movement: Vec<f32>,
    /// 0 tone to 1 noise, by frame and octave.
    pub(crate) noise: Vec<f32>,
    /// Pitch at the places the target chose.
    pub(crate) pitch: Vec<Pitch>,
    /// Level every 10 ms in decibels.
    pub(crate) levels: Vec<f32>,
    /// Binary logarithm of the attack.
    pub(crate) attack: f32,
}

/// An ear for one sampling rate: everything needed to hear without allocating.
pub(crate) struct Ear {
    pub(crate) rate: f32,
    stfts: [Stft; 3],
    yin: Yin,
    energies: Vec<f32>,
    cosines: Vec<f32>,
    track: Vec<f32>,
    fft: Arc<dyn RealToComplex<f32>>,
    spectrum: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
}

impl Ear {
    /// For sounds of `len` samples.
    pub(crate) fn new(rate: f32, len: usize) -> Self {
        let stfts = [
            Stft::new(rate, 0.0116, 0.008, 24, 90.0),
            Stft::new(rate, 0.0464, 0.016, 48, 45.0),
            Stft::new(rate, 0.0929, 0.048, 96, 40.0),
        ];
        let bands = stfts[1].bands;
        let cosine = |i: usize| {
            let (coefficient, band) = (i / bands + 1, i % bands);
            let turn = coefficient as f32 * (band as f32 + 0.5) / bands as f32;
            (std::f32::consts::PI * turn).cos() * (2.0 / bands as f32)
        };
        let fft = RealFftPlanner::new()
            .plan_fft_forward((stfts[1].frames(len).max(64)).next_power_of_two());
        Ear {
            rate,
            yin: Yin::new(rate),
            energies: Vec::new(),
            cosines: (0..SHAPE * bands).map(cosine).collect(),
            track: fft.make_input_vec(),
            spectrum: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            fft,
            stfts,
        }
    }

    /// Number of bands of each of the three spectra.
    pub(crate) fn bands(&self, spectrum: usize) -> usize {
        self.stfts[spectrum].bands
    }

    /// Hears everything but the envelope. Levels are relative to `target` where there is one,
    /// and pitch is looked for at `places`.
    pub(crate) fn hear(
        &mut self,
        sound: Excerpt,
        target: Option<&Features>,
        places: &[usize],
        out: &mut Features,
    ) {
        out.noise.clear();
        for k in 0..3 {
            let bin = self.rate / self.stfts[k].size as f32;
            let noise = &mut out.noise;
            self.stfts[k].energies(sound, &mut self.energies, |power| {
                if k == 1 {
                    tell_noise(power, bin, noise);
                }
            });
            let spectra = &mut out.spectra[k];
            spectra.peak = match target {
                Some(target) => target.spectra[k].peak,
                None => self.energies.iter().fold(1e-20, |a: f32, b| a.max(*b)),
            };
            decibels(&self.energies, spectra.peak, &mut spectra.decibels);
            if k == 1 {
                self.loudness(out);
            }
        }
        self.shape(out);
        self.movement(out);
        out.pitch.clear();
        out.pitch.extend(places.iter().map(|place| self.yin.at(sound, *place)));
    }

    /// Specific loudness: a power law over a threshold, with a short memory of what was loud
    /// (forward masking).
    fn loudness(&mut self, out: &mut Features) {
        let bands = self.stfts[1].bands;
        let fade = (-(self.stfts[1].hop as f32) / (0.03 * self.rate)).exp();
        for k in bands..self.energies.len() {
            self.energies[k] = self.energies[k].max(fade * self.energies[k - bands]);
        }
        let threshold = 1e-7 * out.spectra[1].peak;
        let root = |e: f32| (e + threshold).sqrt().sqrt();
        let least = root(0.0);
        out.loudness.clear();
        out.loudness.extend(self.energies.iter().map(|e| root(*e) - least));
        out.frames.clear();
        out.below.clear();
        for frame in out.loudness.chunks_exact(bands) {
            let total: f32 = frame.iter().sum();
            out.frames.push(total);
            let mut below = 0.0;
            let share = 1.0 / total.max(1e-20);
            out.below.extend(frame.iter().map(|l| {
                below += l * share;
                below
            }));
        }
    }

    /// Shapes of the middle spectra: cosine transforms without the mean.
    fn shape(&mut self, out: &mut Features) {
        let bands = self.stfts[1].bands;
        out.shape.clear();
        for frame in out.spectra[1].decibels.chunks_exact(bands) {
            let cosines = self.cosines.chunks_exact(bands);
            out.shape
                .extend(cosines.map(|row| row.iter().zip(frame).map(|(c, d)| c * d).sum::<f32>()));
        }
    }

    /// Spectra of the loudness of each pool of bands over time.
    fn movement(&mut self, out: &mut Features) {
        let bands = self.stfts[1].bands;
        let step = self.rate / self.stfts[1].hop as f32 / self.track.len() as f32;
        out.movement.clear();
        for pool in 0..bands / POOL {
            self.track.fill(0.0);
            for (to, frame) in self.track.iter_mut().zip(out.loudness.chunks_exact(bands)) {
                *to = frame[pool * POOL..][..POOL].iter().sum();
            }
            let done = self.fft.process_with_scratch(
                &mut self.track,
                &mut self.spectrum,
                &mut self.scratch,
            );
            debug_assert!(done.is_ok());
            for edge in MOVES.windows(2) {
                let first = (edge[0] / step).ceil() as usize;
                let end = ((edge[1] / step).ceil() as usize).min(self.spectrum.len()).max(first);
                let bins = &self.spectrum[first.min(end)..end];
                let power: f32 = bins.iter().map(Complex::norm_sqr).sum();
                out.movement.push((power / bins.len().max(1) as f32).sqrt());
            }
        }
    }
}

/// Energies as decibels below `peak`, no less than the range.
fn decibels(energies: &[f32], peak: f32, out: &mut Vec<f32>) {
    let floor = peak * 10f32.powf(-RANGE / 10.0);
    let scale = 10.0 * std::f32::consts::LOG10_2;
    let offset = log2(peak);
    out.clear();
    out.extend(energies.iter().map(|e| scale * (log2(e.max(floor)) - offset)));
}

/// How flat the spectrum is in each octave: its geometric over its arithmetic mean, in decibels
/// of −15 (a tone) to −2.5 (noise), as 0 to 1. Appended to `out`.
fn tell_noise(power: &[f32], bin: f32, out: &mut Vec<f32>) {
    for octave in 0..OCTAVES {
        let edge = |k: usize| ((LOWEST * (1 << k) as f32 / bin) as usize).min(power.len());
        let bins = &power[edge(octave)..edge(octave + 1)];
        if bins.len() < 4 {
            out.push(0.0);
            continue;
        }
        let count = bins.len() as f32;
        let mean = bins.iter().sum::<f32>() / count + 1e-20;
        let log_mean = bins.iter().map(|p| log2(p + 1e-20)).sum::<f32>() / count;
        let flatness = 10.0 * std::f32::consts::LOG10_2 * (log_mean - log2(mean));
        out.push(((flatness + 15.0) / 12.5).clamp(0.0, 1.0));
    }
}

/// Binary logarithm of a positive number, within 0.0002.
pub(crate) fn log2(x: f32) -> f32 {
    let bits = x.to_bits();
    let exponent = (bits >> 23) as f32 - 127.0;
    let m = f32::from_bits((bits & 0x007f_ffff) | 0x3f80_0000);
    // A quartic through 0 and 1 at the ends of the octave, fitted to the least greatest error.
    let t = m - 1.0;
    exponent + t * (1.438_726 + t * (-0.677_784 + t * (0.321_189 - t * 0.082_131)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fast_logarithm_is_close() {
        for k in 1..10_000 {
            let x = 1e-6 * 1.003f32.powi(k);
            assert!((log2(x) - x.log2()).abs() < 0.0002, "{x}: {} {}", log2(x), x.log2());
        }
    }
}
