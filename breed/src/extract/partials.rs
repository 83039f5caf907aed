//! Partials that are no harmonics of one note, as harmonics of two low roots.

use super::harmonics::Tune;
use super::layer::Layer;
use crate::listen::Spectrum;
use crate::listen::pitch::frequency_of;
use crate::stop::go_on;
use crate::{Stop, Target};

/// Lowest root as a MIDI number.
const LOWEST: f32 = 28.0;
/// How far a root may lie below the target's key: an oscillator's range.
const BELOW: f32 = 48.0;
/// Semitones above the lowest root that are tried.
const REACH: f32 = 34.0;
/// Cents by which a partial may miss its harmonic.
const NEAR: f32 = 12.0;
/// Partials that are looked at.
const MOST: usize = 32;
/// Share of the power that partials must hold.
const TONAL: f32 = 0.3;
/// Seconds of the window in which partials are told apart.
const WINDOW: f32 = 0.05;

/// A peak of the spectrum.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Partial {
    /// Hertz.
    frequency: f32,
    power: f32,
}

/// Up to `count` layers, each of the harmonics of one root that lie on partials of the
/// target; nothing where it has no partials to speak of, or is stopped.
pub(crate) fn layers(
    target: &Target,
    name: &str,
    count: usize,
    frames: usize,
    stop: Stop,
) -> Option<Vec<Layer>> {
    let mut partials = partials(&target.samples, target.rate, stop)?;
    let lowest = LOWEST.max(f32::from(target.key()) - BELOW);
    let mut layers = Vec::new();
    while layers.len() < count && !partials.is_empty() {
        let note = root(&partials, lowest);
        let on = |p: &Partial| cents(p.frequency, note).abs() < NEAR;
        let orders: Vec<usize> = partials
            .iter()
            .filter(|p| on(p))
            .map(|p| (p.frequency / frequency_of(note)).round() as usize)
            .collect();
        if orders.is_empty() {
            break;
        }
        let tune = Tune::steady(target, note);
        go_on(stop)?;
        layers.extend(Layer::of(target, name, tune, Some(&orders), frames, WINDOW, stop));
        partials.retain(|p| !on(p));
    }
    Some(layers)
}

/// Cents from the nearest harmonic of a note.
fn cents(frequency: f32, note: f32) -> f32 {
    let root = frequency_of(note);
    let order = (frequency / root).round().max(1.0);
    1200.0 * (frequency / (order * root)).log2()
}

/// The root whose harmonics lie on the most and loudest partials.
fn root(partials: &[Partial], lowest: f32) -> f32 {
    let worth = |note: f32| {
        let fit =
            |p: &Partial| p.power.powf(0.3) * (-(cents(p.frequency, note) / 7.0).powi(2)).exp();
        // Of roots that fit alike the higher is simpler.
        partials.iter().map(fit).sum::<f32>() * (0.01 * note).exp()
    };
    let notes = (0..=(100.0 * REACH) as usize).map(|k| lowest + k as f32 / 100.0);
    let best = notes.map(|n| (n, worth(n))).max_by(|a, b| a.1.total_cmp(&b.1));
    best.map_or(lowest, |b| b.0)
}

/// The partials of the mean spectrum, loudest first; nothing where most of it is noise.
fn partials(samples: &[f32], rate: f32, stop: Stop) -> Option<Vec<Partial>> {
    let longest = ((0.2 * rate) as usize).next_power_of_two();
    let size = longest.min(samples.len().next_power_of_two()).max(256);
    let frames = samples.len().div_ceil(size / 2).max(1);
    let centres = (0..frames).map(|k| k * size / 2 + size / 4);
    // Late, quiet moments count too: partials that last are those that are heard.
    let loud = |power: &[f32]| power.iter().sum::<f32>().max(1e-12).powf(-0.5);
    let mean = Spectrum::new(size).sum(samples, centres, loud, stop)?;
    let top = mean.iter().copied().fold(0.0, f32::max);
    let total: f32 = mean.iter().sum();
    let is_peak = |&k: &usize| (k - 3..=k + 3).all(|j| mean[j] <= mean[k]) && mean[k] > 1e-5 * top;
    let peaks: Vec<usize> = (3..mean.len() - 3).filter(is_peak).collect();
    let partial = |&k: &usize| {
        let [a, b, c] = [mean[k - 1], mean[k], mean[k + 1]].map(|p| p.max(1e-20).ln());
        let bend = a - 2.0 * b + c;
        let shift = if bend < 0.0 { (0.5 * (a - c) / bend).clamp(-0.5, 0.5) } else { 0.0 };
        Partial {
            frequency: (k as f32 + shift) * rate / size as f32,
            power: mean[k - 2..=k + 2].iter().sum(),
        }
    };
    let mut partials: Vec<Partial> = peaks.iter().map(partial).collect();
    partials.retain(|p| p.frequency > frequency_of(LOWEST));
    partials.sort_by(|a, b| b.power.total_cmp(&a.power));
    partials.truncate(MOST);
    let held: f32 = partials.iter().map(|p| p.power).sum();
    (held > TONAL * total).then_some(partials)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_roots_carry_a_bell() {
        let rate = 44_100.0;
        let bell = [523.0, 1_411.0, 2_203.0, 2_950.0];
        let samples: Vec<f32> = (0..40_000)
            .map(|k| {
                let turn = |f: f32| (std::f32::consts::TAU * (f * k as f32 / rate).fract()).sin();
                0.1 * bell.iter().map(|&f| turn(f)).sum::<f32>()
            })
            .collect();
        let mut found = partials(&samples, rate, crate::NEVER).unwrap();
        for f in bell {
            assert!(found.iter().any(|p| 1200.0 * (p.frequency / f).log2().abs() < 3.0), "{f} Hz");
        }
        for _ in 0..2 {
            let note = root(&found, LOWEST);
            found.retain(|p| cents(p.frequency, note).abs() >= NEAR);
        }
        let left: Vec<f32> = found.iter().map(|p| p.power).collect();
        assert!(left.iter().all(|&p| p < 1e-3), "partials are left: {left:?}");
    }
}
