//! Wavetables in between: their spectra are blended, harmonic by harmonic.

use std::sync::Arc;

use cultivar_patch::{FRAME, Wavetable};
use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

/// Most frames of a blended table: finer steps are not heard between tables that differ.
const FRAMES: usize = 64;
/// Loudness grows with this power of the amplitude (S. Stevens, "The measurement of loudness",
/// 1955), so this is what is averaged.
const LOUD: f32 = 0.6;
/// Part of the strongest harmonic under which a harmonic is not there.
const PRESENT: f32 = 1e-5;

/// The table between some, each with its share: at every position every harmonic is as loud as
/// the mean of theirs. Its phases are those of the table with the greatest share, so that nothing
/// cancels however the others lie. Nothing without tables.
pub fn blend(parts: &[(&Wavetable, f32)]) -> Option<Wavetable> {
    let total: f32 = parts.iter().map(|(_, share)| share.max(0.0)).sum();
    let (lead, _) = parts.iter().max_by(|a, b| a.1.total_cmp(&b.1)).filter(|_| total > 0.0)?;
    let count = parts.iter().map(|(table, _)| table.len()).max()?.min(FRAMES);
    let mut planner = RealFftPlanner::<f32>::new();
    let (forward, inverse) = (planner.plan_fft_forward(FRAME), planner.plan_fft_inverse(FRAME));
    let mut reader = Reader::new(forward);
    let (mut bins, mut frame) = (inverse.make_input_vec(), inverse.make_output_vec());
    let mut loud = vec![0.0f32; bins.len()];
    let mut samples = Vec::with_capacity(count * FRAME);
    for k in 0..count {
        let place = k as f32 / (count.max(2) - 1) as f32;
        loud.fill(0.0);
        for (table, share) in parts {
            let share = share.max(0.0) / total;
            for (loud, bin) in loud.iter_mut().zip(reader.at(table, place)) {
                *loud += share * bin.norm_sqr().powf(0.5 * LOUD);
            }
        }
        let phases = reader.at(lead, place);
        let least = PRESENT * phases.iter().map(|bin| bin.norm()).fold(0.0, f32::max);
        for ((bin, phase), loud) in bins.iter_mut().zip(phases).zip(&loud) {
            let size = phase.norm();
            // A harmonic that the lead has not is a sine.
            let turn = if size > least { phase / size } else { Complex::new(0.0, -1.0) };
            *bin = turn * (loud.powf(1.0 / LOUD) / FRAME as f32);
        }
        for end in [0, FRAME / 2] {
            bins[end] = Complex::default();
        }
        // The buffers are made by the plan itself, so their lengths always fit.
        let _ = inverse.process(&mut bins, &mut frame);
        samples.extend_from_slice(&frame);
    }
    let mut names: Vec<&str> = parts.iter().map(|(table, _)| table.name()).collect();
    names.dedup();
    Wavetable::new(names.join(" × "), samples).ok()
}

/// Reads spectra of frames at any position.
struct Reader {
    forward: Arc<dyn RealToComplex<f32>>,
    wave: Vec<f32>,
    spectrum: Vec<Complex<f32>>,
}

impl Reader {
    fn new(forward: Arc<dyn RealToComplex<f32>>) -> Self {
        Reader { wave: forward.make_input_vec(), spectrum: forward.make_output_vec(), forward }
    }

    /// The spectrum of the frame that is played at a position of 0 to 1.
    fn at(&mut self, table: &Wavetable, place: f32) -> &[Complex<f32>] {
        let place = place * (table.len() - 1) as f32;
        let (k, part) = (place as usize, place.fract());
        let (a, b) = (table.frame(k), table.frame((k + 1).min(table.len() - 1)));
        for ((wave, a), b) in self.wave.iter_mut().zip(a).zip(b) {
            *wave = a + part * (b - a);
        }
        let _ = self.forward.process(&mut self.wave, &mut self.spectrum);
        &self.spectrum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn power(samples: &[f32]) -> f32 {
        10.0 * (samples.iter().map(|s| s * s).sum::<f32>() / samples.len() as f32).log10()
    }

    /// A saw of `harmonics` that begins at a part of its cycle.
    fn saw(begin: f32, frames: usize) -> Wavetable {
        let sample = |k: usize| {
            let turn =
                |h: f32| (std::f32::consts::TAU * h * (k as f32 / FRAME as f32 + begin)).sin();
            (1..60).map(|h| 0.3 * turn(h as f32) / h as f32).sum::<f32>()
        };
        let cycle: Vec<f32> = (0..FRAME).map(sample).collect();
        Wavetable::new("saw", cycle.repeat(frames)).unwrap()
    }

    #[test]
    fn saws_do_not_cancel_however_they_lie() {
        let one = saw(0.0, 1);
        for begin in [0.0, 0.25, 0.5, 0.77] {
            let other = saw(begin, 3);
            for share in [0.5, 0.3, 0.8] {
                let both = blend(&[(&one, share), (&other, 1.0 - share)]).unwrap();
                assert_eq!(both.len(), 3);
                for frame in 0..3 {
                    let off = power(both.frame(frame)) - power(one.frame(0));
                    assert!(off.abs() < 0.02, "begin {begin}, share {share}: {off} dB");
                }
            }
        }
    }

    #[test]
    fn a_harmonic_of_one_table_is_half_as_loud_halfway() {
        let cycle = |h: f32| {
            let sample = |k: usize| (std::f32::consts::TAU * h * k as f32 / FRAME as f32).sin();
            Wavetable::new("sine", (0..FRAME).map(sample).collect()).unwrap()
        };
        let half = blend(&[(&cycle(1.0), 0.5), (&cycle(3.0), 0.5)]).unwrap();
        let amplitude = |h: f32| {
            let sum: f32 = cycle(h).samples().iter().zip(half.samples()).map(|(a, b)| a * b).sum();
            2.0 * sum / FRAME as f32
        };
        // Ten decibels are half as loud.
        for h in [1.0, 3.0] {
            let level = 20.0 * amplitude(h).abs().log10();
            assert!((level + 10.0).abs() < 0.1, "harmonic {h} at {level} dB");
        }
    }

    #[test]
    fn ends_are_the_tables_themselves_but_for_what_is_not_heard() {
        let (a, b) = (saw(0.1, 2), saw(0.6, 2));
        let end = blend(&[(&a, 1.0), (&b, 0.0)]).unwrap();
        let error: f32 =
            end.samples().iter().zip(a.samples()).map(|(x, y)| (x - y).abs()).fold(0.0, f32::max);
        assert!(error < 1e-4, "{error}");
        assert!(blend(&[]).is_none() && blend(&[(&a, 0.0)]).is_none());
    }
}
