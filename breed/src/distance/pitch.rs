//! Pitch at a few places of a sound: YIN (de Cheveigné and Kawahara 2002).

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use super::stft::Excerpt;

/// What is heard at one place.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Pitch {
    /// Binary logarithm of the fundamental in hertz.
    pub(crate) octave: f32,
    /// How far the sound is from repeating itself: 0 a tone, 1 noise.
    pub(crate) roughness: f32,
}

impl Pitch {
    /// Whether the sound has a pitch here.
    pub(crate) fn voiced(&self) -> bool {
        self.roughness < 0.25
    }
}

/// The pitch finder and its memory.
pub(crate) struct Yin {
    rate: f32,
    window: usize,
    shortest: usize,
    longest: usize,
    size: usize,
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    wave: Vec<f32>,
    head: Vec<f32>,
    spectrum: Vec<Complex<f32>>,
    other: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    unlike: Vec<f32>,
}

impl Yin {
    pub(crate) fn new(rate: f32) -> Self {
        let window = (0.046 * rate) as usize;
        let longest = (rate / 32.0) as usize;
        let size = (window + longest).next_power_of_two();
        let mut planner = RealFftPlanner::new();
        let forward = planner.plan_fft_forward(size);
        let inverse = planner.plan_fft_inverse(size);
        let scratch = forward.get_scratch_len().max(inverse.get_scratch_len());
        Yin {
            rate,
            window,
            shortest: ((rate / 2100.0) as usize).max(2),
            longest,
            size,
            wave: vec![0.0; size],
            head: vec![0.0; size],
            spectrum: forward.make_output_vec(),
            other: forward.make_output_vec(),
            scratch: vec![Complex::default(); scratch],
            unlike: vec![0.0; longest],
            forward,
            inverse,
        }
    }

    /// Pitch around a sample of the excerpt.
    pub(crate) fn at(&mut self, sound: Excerpt, middle: usize) -> Pitch {
        let span = self.window + self.longest;
        sound.copy(middle as isize - span as isize / 2, &mut self.wave[..span]);
        self.wave[span..].fill(0.0);
        let mut power: f32 = self.wave[..self.window].iter().map(|s| s * s).sum();
        let at_zero = power;
        if power < 1e-12 {
            return Pitch { octave: 0.0, roughness: 1.0 };
        }
        // The transforms overwrite their input: keep what the running power needs.
        self.head.copy_from_slice(&self.wave);
        self.unlike[0] = 1.0;
        let mut total = 0.0;
        for lag in 1..self.longest {
            let (out, into) = (self.head[lag - 1], self.head[lag - 1 + self.window]);
            power += into * into - out * out;
            self.unlike[lag] = at_zero + power;
        }
        self.correlate();
        let scale = 2.0 / self.size as f32;
        for lag in 1..self.longest {
            let difference = (self.unlike[lag] - scale * self.wave[lag]).max(0.0);
            total += difference;
            self.unlike[lag] = difference * lag as f32 / total.max(1e-12);
        }
        self.trough()
    }

    /// Correlation of the first window with all of `wave`, left in `wave`.
    fn correlate(&mut self) {
        self.head[self.window..].fill(0.0);
        let scratch = &mut self.scratch;
        let forward = &self.forward;
        let mut done =
            forward.process_with_scratch(&mut self.head, &mut self.spectrum, scratch).is_ok();
        done &= forward.process_with_scratch(&mut self.wave, &mut self.other, scratch).is_ok();
        for (a, b) in self.spectrum.iter_mut().zip(&self.other) {
            *a = a.conj() * b;
        }
        self.spectrum[0].im = 0.0;
        self.spectrum[self.size / 2].im = 0.0;
        done &=
            self.inverse.process_with_scratch(&mut self.spectrum, &mut self.wave, scratch).is_ok();
        debug_assert!(done);
    }

    /// The first deep trough, or the deepest.
    fn trough(&self) -> Pitch {
        let unlike = &self.unlike;
        let range = self.shortest..self.longest - 1;
        let lag = match range.clone().find(|&lag| unlike[lag] < 0.15) {
            Some(mut lag) => {
                while lag + 1 < range.end && unlike[lag + 1] < unlike[lag] {
                    lag += 1;
                }
                lag
            }
            None => range.min_by(|&a, &b| unlike[a].total_cmp(&unlike[b])).unwrap_or(2),
        };
        let (left, here, right) = (unlike[lag - 1], unlike[lag], unlike[lag + 1]);
        let bend = left - 2.0 * here + right;
        let shift = if bend > 1e-9 { (0.5 * (left - right) / bend).clamp(-1.0, 1.0) } else { 0.0 };
        Pitch { octave: (self.rate / (lag as f32 + shift)).log2(), roughness: here.min(1.0) }
    }
}
