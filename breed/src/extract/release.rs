//! What happens after the key is let go.

use cultivar_patch::bowed;

use super::draft::Draft;
use crate::Target;

/// Bow of the release: an exponential that falls by 78 dB.
const BOW: f32 = 0.9;
/// How far the amplifier may have fallen where it is still made up for, in decibels.
const REACH: f32 = -40.0;

/// The fall of the amplifier after the release point of a target.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Release {
    /// Seconds from the start to the release point; infinite where there is none.
    from: f32,
    /// Seconds to silence.
    length: f32,
}

impl Release {
    /// Fits the release to a level contour of `hop` seconds.
    pub(crate) fn of(target: &Target, contour: &[f32], hop: f32) -> Release {
        let first = (target.release / hop).round() as usize;
        if target.release >= target.duration - 0.01 || first + 4 >= contour.len() {
            return Release { from: f32::INFINITY, length: 0.06 };
        }
        let start = contour[first];
        let tail = contour[first..].iter().map(|level| level - start);
        let heard = tail.clone().position(|l| l < -50.0).unwrap_or(contour.len() - first).max(4);
        let (sum, squares) = tail
            .take(heard)
            .enumerate()
            .fold((0.0, 1e-9), |(s, q), (k, l)| (s + k as f32 * l, q + (k * k) as f32));
        let slope = (-sum / squares / hop).max(5.0);
        let depth = 10.0 * BOW * 20.0 / std::f32::consts::LN_10;
        Release { from: target.release, length: (depth / slope).clamp(0.002, 20.0) }
    }

    /// Sets the amplifier of a draft.
    pub(crate) fn set(&self, draft: &mut Draft) {
        let amp = &mut draft.preset.patch.env[0];
        amp.release = self.length.log2();
        amp.release_curve = BOW;
    }

    /// The amplifier's level at `time` seconds in decibels.
    pub(crate) fn level(&self, time: f32) -> f32 {
        if time <= self.from {
            return 0.0;
        }
        let left = 1.0 - bowed(((time - self.from) / self.length).min(1.0), BOW);
        20.0 * left.max(1e-9).log10()
    }

    /// Takes the amplifier's fall out of a level contour, as far as that can be told apart:
    /// a curve follows what remains.
    pub(crate) fn remove(&self, contour: &mut [f32], hop: f32) {
        if self.from == f32::INFINITY {
            return;
        }
        let first = ((self.from / hop).round() as usize).min(contour.len() - 1);
        let start = contour[first];
        let mut rest = 0.0;
        for (k, level) in contour.iter_mut().enumerate().skip(first) {
            let fallen = self.level(k as f32 * hop);
            if fallen > REACH && *level - start > REACH - 15.0 {
                rest = (*level - start - fallen).clamp(-9.0, 9.0);
            }
            *level = start + rest;
        }
    }

    /// Raises samples by what the amplifier will take away.
    pub(crate) fn make_up(&self, samples: &mut [f32], rate: f32) {
        if self.from == f32::INFINITY {
            return;
        }
        let first = (self.from * rate) as usize;
        for (k, sample) in samples.iter_mut().enumerate().skip(first) {
            let fallen = self.level(k as f32 / rate);
            *sample *= 10.0_f32.powf(-fallen.max(REACH) / 20.0);
        }
    }
}
