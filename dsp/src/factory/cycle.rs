//! Single cycles from harmonics or from a drawn wave.

use std::f32::consts::TAU;

use cultivar_patch::{FRAME, Wavetable};
use realfft::RealFftPlanner;
use realfft::num_complex::Complex;

/// Harmonics a frame can hold; the one at half the frame's length is left out.
pub(super) const HARMONICS: usize = FRAME / 2 - 1;

/// Samples of a drawn wave per sample of a frame.
const OVERSAMPLED: usize = 4;

/// Where in their cycle the harmonics begin. All frames of a table agree on it, so that
/// neighbours add up when they are crossfaded.
#[derive(Clone, Copy)]
pub(super) enum Phase {
    /// All at a rising zero.
    Sine,
    /// All at their peak.
    Cosine,
    /// Spread out for a low crest: quadratic in the harmonic, on the golden section.
    Spread,
}

/// What the frames of a table have in common.
#[derive(Clone, Copy)]
pub(super) enum Level {
    /// Their peak.
    Peak,
    /// Their power: no leap in loudness along the table.
    Power,
}

/// What a frame is made from. The first argument is the place in the table, 0 to 1.
#[derive(Clone, Copy)]
pub(super) enum Make {
    /// Fills in amplitudes by harmonic (1 is the fundamental; 0 counts as nothing).
    Harmonics(Phase, fn(f32, &mut [f32])),
    /// Height at a phase of 0 to 1.
    Wave(fn(f32, f32) -> f32),
}

/// How a table is made.
pub(super) struct Recipe {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) frames: usize,
    pub(super) level: Level,
    pub(super) make: Make,
}

/// A table whose frames are sums of harmonics, equally powerful.
pub(super) const fn harmonics(
    id: &'static str,
    title: &'static str,
    frames: usize,
    phase: Phase,
    fill: fn(f32, &mut [f32]),
) -> Recipe {
    Recipe { id, title, frames, level: Level::Power, make: Make::Harmonics(phase, fill) }
}

/// A table whose frames are drawn waves of equal peak.
pub(super) const fn wave(
    id: &'static str,
    title: &'static str,
    frames: usize,
    height: fn(f32, f32) -> f32,
) -> Recipe {
    Recipe { id, title, frames, level: Level::Peak, make: Make::Wave(height) }
}

impl Recipe {
    pub(super) const fn levelled(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// Makes the table: no DC, nothing at half the sampling rate, greatest peak 1.
    pub(super) fn table(&self) -> Option<Wavetable> {
        let mut planner = RealFftPlanner::<f32>::new();
        let back = planner.plan_fft_inverse(FRAME);
        let forth = planner.plan_fft_forward(FRAME * OVERSAMPLED);
        let mut spectrum = back.make_input_vec();
        let mut drawn = forth.make_input_vec();
        let mut drawn_spectrum = forth.make_output_vec();
        let mut amplitudes = vec![0.0; HARMONICS + 1];
        let mut samples = vec![0.0; self.frames * FRAME];
        let last = (self.frames - 1).max(1) as f32;

        for (k, frame) in samples.chunks_exact_mut(FRAME).enumerate() {
            let place = k as f32 / last;
            match self.make {
                Make::Harmonics(phase, fill) => {
                    amplitudes.fill(0.0);
                    fill(place, &mut amplitudes);
                    for (h, bin) in spectrum.iter_mut().enumerate().take(HARMONICS + 1) {
                        *bin = phasor(phase, h) * amplitudes[h];
                    }
                }
                Make::Wave(height) => {
                    let step = 1.0 / drawn.len() as f32;
                    // Half a step in: a jump at the start of the cycle falls between samples.
                    for (n, y) in drawn.iter_mut().enumerate() {
                        *y = height(place, (n as f32 + 0.5) * step);
                    }
                    forth.process(&mut drawn, &mut drawn_spectrum).ok()?;
                    spectrum.copy_from_slice(&drawn_spectrum[..=FRAME / 2]);
                }
            }
            spectrum[0] = Complex::ZERO;
            spectrum[FRAME / 2] = Complex::ZERO;
            back.process(&mut spectrum, frame).ok()?;
            level(self.level, frame);
        }
        let peak = samples.iter().fold(1e-9f32, |peak, y| peak.max(y.abs()));
        samples.iter_mut().for_each(|y| *y = (*y / peak).clamp(-1.0, 1.0));
        Wavetable::new(self.title, samples).ok()
    }
}

/// The spectral value of a harmonic of amplitude 1.
fn phasor(phase: Phase, harmonic: usize) -> Complex<f32> {
    const GOLDEN: f64 = 0.618_033_988_749_895;
    let turn = match phase {
        Phase::Sine => 0.0,
        Phase::Cosine => 0.25,
        Phase::Spread => (0.5 * (harmonic * harmonic.saturating_sub(1)) as f64 * GOLDEN).fract(),
    };
    Complex::from_polar(0.5, TAU * (turn as f32 - 0.25))
}

fn level(level: Level, frame: &mut [f32]) {
    let size = match level {
        Level::Peak => frame.iter().fold(0.0f32, |peak, y| peak.max(y.abs())),
        Level::Power => (frame.iter().map(|y| y * y).sum::<f32>() / FRAME as f32).sqrt(),
    };
    if size > 1e-9 {
        frame.iter_mut().for_each(|y| *y /= size);
    }
}

/// Fills in every harmonic by a formula of its number.
pub(super) fn each(out: &mut [f32], amplitude: impl Fn(f32) -> f32) {
    for (h, a) in out.iter_mut().enumerate().skip(1) {
        *a = amplitude(h as f32);
    }
}

/// Adds a partial anywhere: one between two harmonics is shared by both.
pub(super) fn add(out: &mut [f32], ratio: f32, amplitude: f32) {
    let below = ratio.floor();
    let above = ratio - below;
    for (h, share) in [(below as usize, 1.0 - above), (below as usize + 1, above)] {
        if (1..out.len()).contains(&h) {
            out[h] += amplitude * share;
        }
    }
}

/// From `a` to `b` by `t`.
pub(super) fn mix(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

/// From `a` to `b` by equal ratios.
pub(super) fn glide(a: f32, b: f32, t: f32) -> f32 {
    a * (b / a).powf(t)
}

/// A bell-shaped peak of height 1.
pub(super) fn peak(x: f32, centre: f32, width: f32) -> f32 {
    let d = (x - centre) / width;
    1.0 / (1.0 + d * d)
}

/// A number of −1 to 1 that depends on nothing but its seed and index (SplitMix64 by Steele,
/// Lea and Flood, OOPSLA 2014).
pub(super) fn dice(seed: u64, index: u64) -> f32 {
    let mut z = (seed << 32).wrapping_add(index + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 40) as f32 / (1u64 << 23) as f32 - 1.0
}

/// A number of −1 to 1 that wanders smoothly through `keys` drawn ones as `t` goes 0 to 1.
pub(super) fn wander(seed: u64, index: u64, keys: usize, t: f32) -> f32 {
    let at = t * (keys - 1) as f32;
    let from = (at as usize).min(keys.saturating_sub(2)) as u64;
    let key = |k: u64| dice(seed + (k << 16), index);
    mix(key(from), key(from + 1), at - from as f32)
}
