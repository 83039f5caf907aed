//! A wavetable made ready to be read at any pitch: band-limited copies of every frame.

mod between;

pub(crate) use between::between;

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};

use cultivar_patch::{FRAME, Wavetable};
use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use super::kernel;

/// Half-octave steps of the number of harmonics, from 1023 down to 1.
pub(crate) const LEVELS: usize = 21;
/// Numbers of a spectrum: the constant part, which counts as nothing, and 1023 harmonics.
pub(super) const SPECTRUM: usize = FRAME / 2;
/// Samples of the longest level.
pub(super) const LONGEST: usize = 4096;
/// Samples before and after a frame, so that four neighbours can be read without wrapping.
pub(super) const GUARD: usize = 4;
/// Samples of band-limited copies that are kept though no sound plays them: 128 MB.
const SPARE: usize = 32 << 20;

/// Harmonics of a level.
pub(crate) fn harmonics(level: usize) -> usize {
    (1023.0 * 0.5f64.powf(level as f64 / 2.0) + 0.02).max(1.0) as usize
}

/// Binary logarithm of the samples of a level: at least eight for every period of the highest
/// harmonic, where the reading kernel's images stay 87 dB below the harmonic.
fn bits(level: usize) -> u32 {
    (8 * harmonics(level)).next_power_of_two().clamp(64, LONGEST).ilog2()
}

/// One level of all frames.
#[derive(Clone, Copy, Debug, Default)]
struct Level {
    start: usize,
    bits: u32,
}

/// Band-limited copies of the frames of a wavetable.
pub(crate) struct Mip {
    levels: [Level; LEVELS],
    frames: usize,
    samples: Vec<f32>,
    /// The harmonics of each frame.
    spectra: Vec<Complex<f32>>,
    /// Its number among all that were made.
    number: u64,
}

impl Mip {
    /// Number of frames.
    pub(crate) fn frames(&self) -> usize {
        self.frames
    }

    /// The level for a copy that advances by `increment` 2⁻³² turns per sample, where turns
    /// per sample times harmonics may reach `limit`.
    #[inline(always)]
    pub(crate) fn level_for(increment: f32, limit: f32) -> usize {
        // harmonics = 1023 · 2^(−level / 2) ≤ limit / turns, so level ≥ log2((1023 turns / limit)²).
        let most = increment * (1023.0 / 4_294_967_296.0) / limit;
        let square = (most * most * 1.001).max(1.0);
        let bits = square.to_bits();
        let level = (bits >> 23) as usize - 127 + usize::from(bits & 0x7f_ffff != 0);
        level.min(LEVELS - 1)
    }

    /// Samples of one frame, from one sample before its start to [`GUARD`] − 1 after its end,
    /// and the binary logarithm of its length.
    #[inline(always)]
    pub(crate) fn frame(&self, level: usize, frame: usize) -> (&[f32], u32) {
        let Level { start, bits } = self.levels[level];
        let stride = (1 << bits) + GUARD;
        (&self.samples[start + frame.min(self.frames - 1) * stride..][..stride], bits)
    }

    /// Binary logarithm of the samples of a level.
    #[inline(always)]
    pub(super) fn bits(&self, level: usize) -> u32 {
        self.levels[level].bits
    }

    /// The harmonics of a frame, [`SPECTRUM`] numbers.
    pub(super) fn spectrum(&self, frame: usize) -> &[Complex<f32>] {
        &self.spectra[frame.min(self.frames - 1) * SPECTRUM..][..SPECTRUM]
    }

    /// A number that no other has.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Numbers that are kept, in samples.
    fn size(&self) -> usize {
        self.samples.len() + 2 * self.spectra.len()
    }

    /// One frame of nothing.
    pub(crate) fn silent() -> Self {
        Mip::blank(1)
    }

    fn blank(frames: usize) -> Self {
        let mut levels = [Level::default(); LEVELS];
        let mut end = 0;
        for (k, level) in levels.iter_mut().enumerate() {
            *level = Level { start: end, bits: bits(k) };
            end += ((1 << level.bits) + GUARD) * frames;
        }
        static MADE: AtomicU64 = AtomicU64::new(0);
        let spectra = vec![Complex::default(); SPECTRUM * frames];
        let number = MADE.fetch_add(1, Relaxed);
        Mip { levels, frames, samples: vec![0.0; end], spectra, number }
    }

    fn new(table: &Wavetable) -> Self {
        let mut mip = Mip::blank(table.len());
        let ffts = &*FFTS;
        let mut cycle = ffts.forward.make_input_vec();
        let mut spectrum = ffts.forward.make_output_vec();
        let mut pen = Pen::new();
        for frame in 0..table.len() {
            cycle.copy_from_slice(table.frame(frame));
            // The buffers come from the plan itself, so their lengths always agree.
            let _ = ffts.forward.process_with_scratch(&mut cycle, &mut spectrum, &mut pen.scratch);
            mip.fill(frame, &spectrum, &mut pen);
        }
        mip
    }

    /// Gives a frame its harmonics, and draws it at all levels.
    fn fill(&mut self, frame: usize, spectrum: &[Complex<f32>], pen: &mut Pen) {
        let spectrum = &spectrum[..SPECTRUM];
        self.spectra[frame * SPECTRUM + 1..][..SPECTRUM - 1].copy_from_slice(&spectrum[1..]);
        for (level, &Level { start, bits }) in self.levels.iter().enumerate() {
            let stride = (1 << bits) + GUARD;
            pen.draw(level, spectrum, &mut self.samples[start + frame * stride..][..stride]);
        }
    }
}

/// What a frame is drawn with.
#[derive(Debug)]
pub(super) struct Pen {
    limited: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
}

impl Pen {
    pub(super) fn new() -> Self {
        // Written, so that the memory is there; the plans are made for whoever draws first.
        let _ = FFTS.even.len();
        let nothing = Complex::new(-0.0, -0.0);
        Pen { limited: vec![nothing; LONGEST / 2 + 1], scratch: vec![nothing; LONGEST] }
    }

    /// Draws harmonics at a level into a frame with its guards, evened out for the reading
    /// kernel. Allocates nothing.
    pub(super) fn draw(&mut self, level: usize, spectrum: &[Complex<f32>], out: &mut [f32]) {
        let n = out.len() - GUARD;
        let limited = &mut self.limited[..n / 2 + 1];
        limited.fill(Complex::default());
        let even = &FFTS.even[level];
        for ((to, from), even) in limited.iter_mut().zip(spectrum).zip(even).skip(1) {
            *to = from * even;
        }
        let inverse = &FFTS.inverse[n.ilog2() as usize];
        let _ = inverse.process_with_scratch(limited, &mut out[1..=n], &mut self.scratch);
        out[0] = out[n];
        for k in 1..GUARD {
            out[n + k] = out[k];
        }
    }
}

/// Harmonics of a level, ready to be asked on the audio thread.
pub(super) fn reach(level: usize) -> usize {
    FFTS.even[level].len() - 1
}

/// What drawing needs: transforms, and per level the factor of each harmonic that undoes the
/// reading kernel's response and the length of the transform. No constant part: it would be a
/// step at every note.
struct Ffts {
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Vec<Arc<dyn ComplexToReal<f32>>>,
    even: Vec<Vec<f32>>,
}

static FFTS: LazyLock<Ffts> = LazyLock::new(|| {
    let mut planner = RealFftPlanner::new();
    Ffts {
        forward: planner.plan_fft_forward(FRAME),
        inverse: (0..=LONGEST.ilog2()).map(|bits| planner.plan_fft_inverse(1 << bits)).collect(),
        even: (0..LEVELS)
            .map(|level| {
                let factor = |h| {
                    let place = h as f64 / f64::from(1u32 << bits(level));
                    (1.0 / (kernel::response(place) * FRAME as f64)) as f32
                };
                (0..=harmonics(level)).map(factor).collect()
            })
            .collect(),
    }
});

/// Band-limited tables made so far, newest use last. The weak pointer keeps an address from
/// being used again, so that it identifies its table.
static CACHE: Mutex<Vec<(Weak<Wavetable>, Arc<Mip>)>> = Mutex::new(Vec::new());

/// The band-limited copies of a table: kept from earlier, or made now (milliseconds for a long
/// table). Not for the audio thread.
pub(crate) fn mip(table: &Arc<Wavetable>) -> Arc<Mip> {
    let find = || {
        let mut cache = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
        let found = cache.iter().position(|(weak, _)| weak.as_ptr() == Arc::as_ptr(table))?;
        let entry = cache.remove(found);
        let mip = entry.1.clone();
        cache.push(entry);
        Some(mip)
    };
    find().unwrap_or_else(|| {
        let mip = Arc::new(Mip::new(table));
        let mut cache = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
        cache.push((Arc::downgrade(table), mip.clone()));
        // A table that nobody holds can never be asked for again.
        cache.retain(|(weak, _)| weak.strong_count() > 0);
        let mut size: usize = cache.iter().map(|(_, mip)| mip.size()).sum();
        while size > SPARE && cache.len() > 1 {
            size -= cache.remove(0).1.size();
        }
        mip
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_fit_their_pitch() {
        for note in 0..130 {
            let turns = crate::math::hertz(note as f32) / 48000.0;
            let limit = 28.0 / 48.0;
            let level = Mip::level_for(turns * 4_294_967_296.0, limit);
            let reach = harmonics(level) as f32 * turns;
            assert!(reach <= limit * 1.005, "note {note}: {reach}");
            if level > 0 && harmonics(level) > 20 {
                assert!(harmonics(level - 1) as f32 * turns > limit * 0.97, "note {note}");
            }
        }
    }

    #[test]
    fn the_cache_finds_and_forgets() {
        let make = || Arc::new(Wavetable::new("t", vec![0.25; FRAME]).unwrap());
        let (kept, gone) = (make(), make());
        let first = mip(&kept);
        let weak = Arc::downgrade(&mip(&gone));
        assert!(Arc::ptr_eq(&first, &mip(&kept)));
        drop(gone);
        mip(&make());
        assert!(weak.upgrade().is_none());
        assert!(Arc::ptr_eq(&first, &mip(&kept)));
    }
}
