//! Half the sampling rate for what was rendered at twice the rate: a linear-phase half-band filter.

use crate::math::{Block, CONTROL};

/// Weights beside the middle one of a half, from the outside in (Parks and McClellan, 1972): at
/// 48 kHz flat within 0.04 dB to 19.5 kHz, −48 dB from 28.5 kHz on.
const WEIGHTS: [f32; 8] = [
    -0.002_661_514,
    0.005_316_797_6,
    -0.010_307_976,
    0.018_236_388,
    -0.030_855_377,
    0.052_536_58,
    -0.099_344_81,
    0.317_079_93,
];
/// Samples of the past that it needs: the later ones of pairs, and the earlier ones.
const LATE: usize = 2 * WEIGHTS.len() - 1;
const EARLY: usize = WEIGHTS.len() - 1;
/// Samples by which it is late.
pub(super) const LATENCY: u32 = EARLY as u32;

/// The past of one side.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Decimator {
    early: [f32; EARLY],
    late: [f32; LATE],
}

impl Decimator {
    /// Adds `len` samples, each from an earlier and a later one of twice the rate.
    #[inline(always)]
    pub(super) fn run(&mut self, early: &Block, late: &Block, len: usize, out: &mut Block) {
        let mut earlier = [0.0; EARLY + CONTROL];
        earlier[..EARLY].copy_from_slice(&self.early);
        earlier[EARLY..].copy_from_slice(early);
        let mut later = [0.0; LATE + CONTROL];
        later[..LATE].copy_from_slice(&self.late);
        later[LATE..].copy_from_slice(late);
        let mut sum: Block = std::array::from_fn(|n| 0.5 * earlier[n]);
        for (j, weight) in WEIGHTS.iter().enumerate() {
            for (n, sum) in sum.iter_mut().enumerate() {
                *sum += weight * (later[n + j] + later[n + LATE - j]);
            }
        }
        for (out, sum) in out[..len].iter_mut().zip(&sum) {
            *out += sum;
        }
        self.early.copy_from_slice(&earlier[len..][..EARLY]);
        self.late.copy_from_slice(&later[len..][..LATE]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Samples of a sine of `turns` per sample of twice the rate, at half the rate.
    fn through(turns: f64, cuts: &[usize]) -> Vec<f32> {
        let (mut decimator, mut heard) = (Decimator::default(), Vec::new());
        let wave = |n: usize| (std::f64::consts::TAU * turns * n as f64).sin() as f32;
        for len in cuts.iter().cycle() {
            let at = heard.len();
            let half = |k: usize| std::array::from_fn(|n| wave(2 * (at + n) + k));
            let mut out = [0.0; CONTROL];
            decimator.run(&half(0), &half(1), *len, &mut out);
            heard.extend(&out[..*len]);
            if heard.len() >= 4000 {
                heard.truncate(4000);
                return heard;
            }
        }
        heard
    }

    #[test]
    fn hearing_passes_and_the_rest_goes() {
        let level = |turns: f64| {
            let power: f32 = through(turns, &[CONTROL])[400..].iter().map(|x| x * x).sum();
            10.0 * (power / 1800.0).log10()
        };
        for hertz in [100.0, 5_000.0, 12_000.0, 19_400.0] {
            assert!(level(hertz / 96_000.0).abs() < 0.05, "{hertz}: {} dB", level(hertz / 96e3));
        }
        for hertz in [28_600.0, 35_000.0, 47_000.0] {
            assert!(level(hertz / 96_000.0) < -46.0, "{hertz}: {} dB", level(hertz / 96e3));
        }
    }

    #[test]
    fn it_is_late_by_whole_samples_however_it_is_cut() {
        let whole = through(0.01, &[CONTROL]);
        assert!(through(0.01, &[1, 7, 31, 2]) == whole);
        for (n, x) in whole.iter().enumerate().skip(100) {
            let ideal = (std::f64::consts::TAU * 0.02 * (n - LATENCY as usize) as f64).sin();
            assert!((f64::from(*x) - ideal).abs() < 0.01, "{n}: {x}, not {ideal}");
        }
    }
}
