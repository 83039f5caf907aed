//! Loudness over time: delay, attack, envelope.

use super::stft::Excerpt;

/// Steps of the fine envelope per second.
const STEPS: f32 = 1000.0;
/// Farthest a sound may lie from the target and still be moved onto it, in steps.
const REACH: isize = 60;
/// Fine steps in one step of the coarse envelope.
const COARSE: usize = 10;
/// Range of the coarse envelope in decibels.
const RANGE: f32 = 50.0;

/// The loudness of a sound over time.
#[derive(Clone, Default)]
pub(crate) struct Envelope {
    sums: Vec<f64>,
    /// Root of the amplitude, every millisecond, over 10 ms around it.
    fine: Vec<f32>,
}

impl Envelope {
    pub(crate) fn measure(&mut self, sound: &[f32], rate: f32, len: usize) {
        let step = rate / STEPS;
        self.sums.clear();
        self.sums.push(0.0);
        let steps = (len as f32 / step) as usize + 1;
        let mut total = 0.0;
        for k in 0..steps {
            let end = (((k + 1) as f32 * step) as usize).min(sound.len());
            let begin = ((k as f32 * step) as usize).min(end);
            total += f64::from(sound[begin..end].iter().map(|s| s * s).sum::<f32>());
            self.sums.push(total);
        }
        self.fine.clear();
        for k in 0..steps {
            let (begin, end) = (k.saturating_sub(5), (k + 5).min(steps));
            let power = (self.sums[end] - self.sums[begin]) / f64::from(step * 10.0);
            self.fine.push((power.max(0.0) as f32).sqrt().sqrt());
        }
    }

    /// How many samples later than `target` this sound is; 0 unless
    /// moving it fits clearly better.
    pub(crate) fn lag(&self, target: &Envelope, rate: f32) -> isize {
        let product = |lag: isize| -> f32 {
            let (a, b) = if lag >= 0 {
                (&target.fine[..], &self.fine[(lag as usize).min(self.fine.len())..])
            } else {
                (&target.fine[(lag.unsigned_abs()).min(target.fine.len())..], &self.fine[..])
            };
            a.iter().zip(b).map(|(a, b)| a * b).sum()
        };
        let here = product(0);
        let mut best = (0, here * 1.002);
        for lag in (-REACH..=REACH).filter(|lag| *lag != 0) {
            let fit = product(lag);
            if fit > best.1 {
                best = (lag, fit);
            }
        }
        (best.0 as f32 * rate / STEPS).round() as isize
    }

    /// Level every 10 ms, in decibels below the loudest place, from `−RANGE` to 0, of a sound
    /// moved by `lag` samples, appended to `out`.
    pub(crate) fn levels(
        &self,
        lag: isize,
        rate: f32,
        gain: f32,
        loudest: f32,
        out: &mut Vec<f32>,
    ) {
        let shift = (lag as f32 * STEPS / rate).round() as isize;
        out.clear();
        for k in (0..self.fine.len()).step_by(COARSE) {
            let at = k as isize + shift;
            let fine = usize::try_from(at).ok().and_then(|at| self.fine.get(at));
            let amplitude = fine.map_or(0.0, |f| f * f) * gain / loudest;
            out.push((20.0 * amplitude.max(1e-9).log10()).max(-RANGE));
        }
    }

    /// Samples of `count` places spread evenly over what is loud.
    pub(crate) fn loud_places(&self, count: usize, rate: f32) -> Vec<usize> {
        let loud = 0.05 * self.loudest();
        let steps: Vec<usize> =
            (0..self.fine.len()).filter(|k| self.fine[*k].powi(2) > loud).collect();
        let place = |k: usize| {
            let step = steps.get((2 * k + 1) * steps.len() / (2 * count)).copied().unwrap_or(0);
            (step as f32 * rate / STEPS) as usize
        };
        (0..count).map(place).collect()
    }

    /// Greatest amplitude.
    pub(crate) fn loudest(&self) -> f32 {
        self.fine.iter().fold(1e-9f32, |a, b| a.max(*b)).powi(2)
    }

    /// Binary logarithm of the seconds that a straight rise takes from a tenth to nine tenths of the
    /// greatest amplitude, 5 ms added. Any other rise counts as the straight one with as much
    /// left above it: where two peaks are alike, a little more of either changes little.
    pub(crate) fn attack(&self) -> f32 {
        let loudest = self.loudest();
        let mut reached = 0.0f32;
        let left = self.fine.iter().map(|f| {
            reached = reached.max(f * f / loudest);
            // What was not yet heard is delay, not attack.
            (1.0 - reached / 0.9).max(0.0) * (reached / 0.1).min(1.0)
        });
        (2.0 * left.sum::<f32>() / STEPS + 0.005).log2()
    }
}

/// The gain that gives an excerpt the power of the target; nothing for silence and for what is
/// not numbers.
pub(crate) fn gain(target_power: f32, other: Excerpt) -> Option<f32> {
    let first = other.start.max(0) as usize;
    let end = (other.start + other.len as isize).max(0) as usize;
    let heard = other.samples.get(first..end.min(other.samples.len()))?;
    let power: f32 = heard.iter().map(|s| s * s).sum();
    let gain = (target_power / power).sqrt();
    // 100 dB below the target is silence.
    (gain.is_finite() && gain < 1e5).then_some(gain)
}
