//! The loudness envelope: level contour, attack, decay and release point.

use crate::target::HOP;

/// Least level of a contour in decibels.
pub const FLOOR: f32 = -120.0;
/// Seconds of the RMS window.
const WINDOW: f32 = 0.012;

/// What the level contour tells of the envelope, in seconds.
pub struct Envelope {
    /// From the start to nine tenths of the highest level.
    pub attack: f32,
    /// From the highest level to 20 dB below it; infinite if it never falls so far.
    pub decay: f32,
    /// Where the key is let go; the duration where nothing says so.
    pub release: f32,
}

/// RMS level in decibels every [`HOP`] seconds.
pub fn level(samples: &[f32], rate: f32) -> Vec<f32> {
    contour(samples, rate, HOP, WINDOW)
}

/// RMS level in decibels every `hop` seconds, in windows of `window` seconds around those
/// places.
pub fn contour(samples: &[f32], rate: f32, hop: f32, window: f32) -> Vec<f32> {
    let mut sums = Vec::with_capacity(samples.len() + 1);
    let mut sum = 0.0;
    sums.push(sum);
    for &s in samples {
        sum += f64::from(s) * f64::from(s);
        sums.push(sum);
    }
    let points = (samples.len() as f32 / (rate * hop)) as usize + 1;
    let half = (0.5 * window * rate).max(1.0);
    let at = |k: usize| {
        let centre = k as f32 * hop * rate;
        let from = ((centre - half).max(0.0) as usize).min(samples.len() - 1);
        let to = ((centre + half) as usize).clamp(from + 1, samples.len());
        let power = (sums[to] - sums[from]) / (to - from) as f64;
        (10.0 * power.log10() as f32).max(FLOOR)
    };
    (0..points).map(at).collect()
}

/// Reads attack, decay and release point off a level contour of `duration` seconds.
pub fn shape(level: &[f32], duration: f32) -> Envelope {
    let top = level.iter().copied().fold(FLOOR, f32::max);
    let peak = level.iter().position(|&l| l == top).unwrap_or(0);
    let risen = level.iter().position(|&l| l > top - 0.92).unwrap_or(0);
    let fallen = level[peak..].iter().position(|&l| l < top - 20.0);
    Envelope {
        attack: (risen as f32 * HOP).min(duration),
        decay: fallen.map_or(f32::INFINITY, |k| k as f32 * HOP),
        release: release(level, peak).map_or(duration, |k| (k as f32 * HOP).min(duration)),
    }
}

/// The point after `peak` where a steady level or a slow decay bends into a clearly faster
/// one that leads to the end: the two straight lines (in decibels) that fit best, if the
/// second falls at least 40 dB/s faster than the first.
fn release(level: &[f32], peak: usize) -> Option<usize> {
    let top = level[peak];
    let audible = level.iter().rposition(|&l| l > top - 60.0)? + 1;
    let tail = level.get(peak..audible)?;
    const MIN_SIDE: usize = 6;
    if tail.len() < 3 * MIN_SIDE {
        return None;
    }
    let sums = LineSums::new(tail);
    let one = sums.fit(0, tail.len());
    let two = (MIN_SIDE..tail.len() - MIN_SIDE)
        .map(|k| (k, sums.fit(0, k), sums.fit(k, tail.len())))
        .min_by(|a, b| (a.1.error + a.2.error).total_cmp(&(b.1.error + b.2.error)));
    let (k, before, after) = two?;
    let bends = after.slope < before.slope - 40.0 * HOP;
    let better = before.error + after.error < 0.35 * one.error;
    let held = before.slope > -60.0 * HOP;
    (bends && better && held && one.error > tail.len() as f64).then_some(peak + k)
}

/// A straight line through part of a contour.
struct Line {
    /// Decibels per hop.
    slope: f32,
    /// Sum of squared differences.
    error: f64,
}

/// Running sums that give the best line through any part of a contour at once.
struct LineSums(Vec<[f64; 5]>);

impl LineSums {
    fn new(level: &[f32]) -> Self {
        let mut sums = vec![[0.0; 5]];
        let mut s = [0.0; 5];
        for (k, &y) in level.iter().enumerate() {
            let (x, y) = (k as f64, f64::from(y));
            for (sum, term) in s.iter_mut().zip([x, y, x * x, x * y, y * y]) {
                *sum += term;
            }
            sums.push(s);
        }
        LineSums(sums)
    }

    fn fit(&self, from: usize, to: usize) -> Line {
        let n = (to - from) as f64;
        let [x, y, xx, xy, yy] = std::array::from_fn(|k| self.0[to][k] - self.0[from][k]);
        let (vx, vxy, vy) = (xx - x * x / n, xy - x * y / n, yy - y * y / n);
        let slope = if vx > 0.0 { vxy / vx } else { 0.0 };
        Line { slope: slope as f32, error: (vy - slope * vxy).max(0.0) }
    }
}
