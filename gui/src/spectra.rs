//! What a spectral morph makes of a frame, coarsely, for pictures.

use std::f32::consts::TAU;

use cultivar_patch::FRAME;
use cultivar_patch::schema::Spectral;

use crate::curves::unrest;

/// Samples of a morphed frame.
pub(crate) const COARSE: usize = 256;
/// Harmonics that are looked at.
const HARMONICS: usize = 64;

/// A frame of [`COARSE`] samples with the harmonics of `frame` morphed, as loud as before.
pub(crate) fn morphed(frame: &[f32], kind: Spectral, amount: f32) -> Vec<f32> {
    const MEAN: usize = FRAME / COARSE;
    let means = frame.chunks(MEAN).map(|all| all.iter().sum::<f32>() / MEAN as f32);
    let coarse: Vec<f32> = means.collect();
    if kind == Spectral::None || amount == 0.0 {
        return coarse;
    }
    let circle: Vec<(f32, f32)> =
        (0..COARSE).map(|n| (TAU * n as f32 / COARSE as f32).sin_cos()).collect();
    let harmonics: Vec<(f32, f32)> =
        (0..HARMONICS).map(|h| analysed(&coarse, &circle, h)).collect();
    let mut changed = changed(&harmonics, kind, amount);
    if !matches!(kind, Spectral::Cut | Spectral::Disperse) {
        let power = |all: &[(f32, f32)]| all[1..].iter().map(|(a, b)| a * a + b * b).sum::<f32>();
        let gain = (power(&harmonics) / power(&changed).max(1e-12)).sqrt().min(4.0);
        changed.iter_mut().for_each(|(a, b)| (*a, *b) = (*a * gain, *b * gain));
    }
    let sample = |n: usize| {
        let partial = |(h, (a, b)): (usize, &(f32, f32))| {
            let (sin, cos) = circle[h * n % COARSE];
            a * cos + b * sin
        };
        changed.iter().enumerate().map(partial).sum()
    };
    (0..COARSE).map(sample).collect()
}

/// Shares of cosine and sine of a harmonic.
fn analysed(frame: &[f32], circle: &[(f32, f32)], h: usize) -> (f32, f32) {
    let mut sum = (0.0, 0.0);
    for (n, x) in frame.iter().enumerate() {
        let (sin, cos) = circle[h * n % COARSE];
        sum = (sum.0 + x * cos, sum.1 + x * sin);
    }
    let scale = if h == 0 { 1.0 } else { 2.0 } / COARSE as f32;
    (sum.0 * scale, sum.1 * scale)
}

fn changed(table: &[(f32, f32)], kind: Spectral, amount: f32) -> Vec<(f32, f32)> {
    let octave = |h: usize| (h.max(1) as f32).log2();
    let size = |h: f32| {
        let (below, part) = (h as usize, h.fract());
        let at = |k: usize| table.get(k).map_or(0.0, |(a, b)| a.hypot(*b));
        at(below) + part * (at(below + 1) - at(below))
    };
    // The mean of neighbours on either side.
    let around = |h: usize, reach: usize| {
        let (from, to) = (h.saturating_sub(reach).max(1), (h + reach).min(HARMONICS - 1));
        (from..=to).map(|k| size(k as f32)).sum::<f32>() / (to - from + 1) as f32
    };
    let gain = |h: usize| match kind {
        Spectral::Tilt => (octave(h) * amount * if amount < 0.0 { 4.0 } else { 2.0 }).exp2(),
        Spectral::Cut => {
            let highest = octave(HARMONICS);
            let edge = if amount < 0.0 { (1.0 + amount) * highest } else { amount * highest };
            let beyond = if amount < 0.0 { octave(h) - edge } else { edge - octave(h) };
            (1.0 - beyond).clamp(0.0, 1.0)
        }
        Spectral::Formant => {
            let from = (h as f32 * (-2.0 * amount).exp2()).max(1.0);
            (size(from) / size(h as f32).max(1e-4)).min(100.0)
        }
        Spectral::Smear if amount > 0.0 => {
            let reach = (8.0 * amount).ceil() as usize;
            let smeared = around(h, reach) / size(h as f32).max(1e-4);
            1.0 + amount * (smeared.min(100.0) - 1.0)
        }
        Spectral::Smear => {
            let out = size(h as f32) / around(h, 8).max(1e-6);
            1.0 - amount * (out * out - 1.0)
        }
        Spectral::Random => {
            let draw = if amount < 0.0 { 1 } else { 2 };
            (4.0 * amount.abs() * unrest(1000 * draw + h as u32)).exp2()
        }
        _ => 1.0,
    };
    match kind {
        Spectral::Stretch => stretched(table, amount),
        Spectral::Disperse => table.iter().enumerate().map(|(h, x)| later(*x, h, amount)).collect(),
        _ => table.iter().enumerate().map(|(h, (a, b))| (a * gain(h), b * gain(h))).collect(),
    }
}

/// Harmonics pushed together or drawn apart, each shared between the two that are nearest.
fn stretched(table: &[(f32, f32)], amount: f32) -> Vec<(f32, f32)> {
    let mut out = vec![(0.0, 0.0); HARMONICS + 1];
    for (h, (a, b)) in table.iter().enumerate().skip(1) {
        let place = 1.0 + (h - 1) as f32 * amount.exp2();
        let (below, part) = (place as usize, place.fract());
        for (k, share) in [(below, 1.0 - part), (below + 1, part)] {
            if let Some(to) = out.get_mut(k) {
                *to = (to.0 + a * share, to.1 + b * share);
            }
        }
    }
    out.truncate(HARMONICS);
    out
}

/// A harmonic turned so that an octave is an eighth of a cycle later than the one below.
fn later((a, b): (f32, f32), h: usize, amount: f32) -> (f32, f32) {
    let n = h.max(1) as f32;
    let turns = amount / 8.0 * (n * n.log2() - (n - 1.0) * std::f32::consts::LOG2_E);
    let (sin, cos) = (TAU * turns).sin_cos();
    (a * cos - b * sin, a * sin + b * cos)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saw() -> Vec<f32> {
        (0..FRAME).map(|n| 1.0 - 2.0 * n as f32 / FRAME as f32).collect()
    }

    fn power(frame: &[f32]) -> f32 {
        frame.iter().map(|x| x * x).sum::<f32>() / frame.len() as f32
    }

    #[test]
    fn a_morph_at_rest_is_the_frame() {
        let plain = morphed(&saw(), Spectral::Tilt, 0.0);
        let again = morphed(&saw(), Spectral::Tilt, 1e-6);
        assert!((power(&plain) - 1.0 / 3.0).abs() < 0.01);
        // What lies above the last harmonic that is looked at is missing.
        assert!((power(&plain) - power(&again)).abs() < 0.01);
    }

    #[test]
    fn every_kind_changes_the_frame_both_ways_and_keeps_it_finite() {
        let plain = morphed(&saw(), Spectral::Tilt, 1e-6);
        for kind in (1..Spectral::OPTIONS.len()).map(|k| Spectral::of(k as f32)) {
            for amount in [-1.0, -0.5, 0.5, 1.0] {
                let other = morphed(&saw(), kind, amount);
                assert!(other.iter().all(|x| x.is_finite()));
                let way: Vec<f32> = plain.iter().zip(&other).map(|(a, b)| a - b).collect();
                assert!(power(&way) > 1e-3, "{kind:?} by {amount}");
            }
        }
    }

    #[test]
    fn a_cut_leaves_the_fundamental_or_little() {
        let dark = morphed(&saw(), Spectral::Cut, -1.0);
        // The fundamental of a saw has 2/π² of power.
        assert!((power(&dark) - 2.0 / std::f32::consts::PI.powi(2)).abs() < 0.01);
        assert!(power(&morphed(&saw(), Spectral::Cut, 1.0)) < 0.01);
    }
}
