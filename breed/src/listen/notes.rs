//! Notes that sound at once.
//!
//! Source: A. Klapuri, "Multiple fundamental frequency estimation by summing harmonic
//! amplitudes" (2006): the strongest sum of harmonics is a note; it is taken away and the
//! next one is looked for.

use super::Spectrum;
use super::pitch::{frequency_of, note_of};
use crate::NEVER;

/// Most notes that are reported.
const MOST: usize = 6;
/// Harmonics that make up a note.
const HARMONICS: usize = 12;

/// Share of the power that peaks must hold for a sound to consist of notes at all.
const TONAL: f32 = 0.75;

/// The notes that sound, as MIDI numbers, strongest first; none in a noise. `note` is the
/// period that was heard: where its fundamental sounds and its harmonics are nearly all
/// there is, it is the only note.
pub fn sounding(samples: &[f32], rate: f32, note: Option<f32>) -> Vec<f32> {
    let mut peaks = partials(samples, rate);
    let all: f32 = peaks.iter().map(|p| p.1).sum();
    if let Some(note) = note {
        let root = frequency_of(note);
        let own: f32 = harmonics(&peaks, root).map(|k| peaks[k].1).sum();
        let low = peaks.iter().filter(|p| (p.0 / root - 1.0).abs() < 0.03).map(|p| p.1);
        if own > 0.85 * all && low.fold(0.0, f32::max) > 0.02 * all {
            return vec![note];
        }
    }
    let mut notes = Vec::new();
    let mut first = 0.0;
    while notes.len() < MOST && all > 0.0 {
        // Half steps of a third of a semitone over the usual range of roots.
        let roots = (0..3 * 66).map(|k| frequency_of(30.0 + k as f32 / 3.0));
        let strengths = roots.map(|root| (root, strength(&peaks, root)));
        let Some((root, strength)) = strengths.max_by(|a, b| a.1.total_cmp(&b.1)) else { break };
        let own: f32 = harmonics(&peaks, root).map(|k| peaks[k].1).sum();
        if notes.is_empty() {
            first = strength;
        }
        if strength < 0.35 * first || own < 0.12 * all {
            break;
        }
        notes.push(note_of(root));
        let taken: Vec<usize> = harmonics(&peaks, root).collect();
        for k in taken {
            peaks[k].1 = 0.0;
        }
    }
    notes
}

/// The note that is heard where `period` is the period of the whole: the same, unless that
/// note itself is silent and few of its harmonics sound (a fifth, a bell). Then it is only what
/// the notes have in common, and the strongest of them is meant.
pub fn heard(samples: &[f32], rate: f32, period: f32) -> f32 {
    const ORDERS: usize = 12;
    let mean = mean_spectrum(samples, rate);
    let bin = 0.5 * rate / (mean.len() - 1) as f32;
    let root = frequency_of(period);
    let harmonic = |order: usize| {
        let (middle, side) = (order as f32 * root, 0.02 * root + 2.0 * bin);
        let first = ((middle - side) / bin).max(0.0) as usize;
        let last = ((middle + side) / bin) as usize + 1;
        mean.get(first..last.min(mean.len())).map_or(0.0, |bins| bins.iter().sum::<f32>())
    };
    let powers: [f32; ORDERS] = std::array::from_fn(|k| harmonic(k + 1));
    let top = powers.iter().copied().fold(1e-20, f32::max);
    let sounds = |k: &usize| powers[*k] > 1e-5 * top;
    let (first, last) = ((0..ORDERS).find(sounds), (0..ORDERS).rfind(sounds));
    let (Some(first), Some(last)) = (first, last) else { return period };
    let span = last + 1 - first;
    let gaps = (first..=last).filter(|k| !sounds(k)).count();
    // Harmonics one after the other make a missing fundamental heard; gaps do not.
    if first > 0 && (span == 1 || 4 * gaps >= span) {
        let strong = (0..ORDERS).find(|&k| powers[k] > 0.5 * top).unwrap_or(first);
        note_of(root * (strong + 1) as f32)
    } else {
        period
    }
}

/// The mean power spectrum of a sound.
fn mean_spectrum(samples: &[f32], rate: f32) -> Vec<f32> {
    let inside = (samples.len() + 1).next_power_of_two() / 2;
    let size = ((0.37 * rate) as usize).next_power_of_two().min(inside).max(64);
    let frames = (samples.len() / (size / 2)).saturating_sub(1).clamp(1, 6);
    let centres = (0..frames).map(|k| size / 2 + k * size / 2);
    // Six frames at most are not worth stopping.
    Spectrum::new(size).sum(samples, centres, |_| 1.0, NEVER).unwrap_or_default()
}

/// Frequency and amplitude of the peaks of the mean spectrum, those within 50 dB of the
/// strongest.
fn partials(samples: &[f32], rate: f32) -> Vec<(f32, f32)> {
    let mean = mean_spectrum(samples, rate);
    let size = 2 * (mean.len() - 1);
    let strongest = mean.iter().copied().fold(0.0, f32::max);
    let total: f32 = mean.iter().sum();
    let peaks: Vec<usize> = (2..mean.len() - 2)
        .filter(|&k| mean[k] > 1e-5 * strongest)
        .filter(|&k| (k - 2..=k + 2).all(|j| mean[j] <= mean[k]))
        .collect();
    // In a noise every fifth bin is a peak of its own; notes are few and far between.
    let few = peaks.iter().filter(|&&k| mean[k] > 1e-3 * strongest).take(61).count() <= 60;
    let held: f32 = peaks.iter().map(|&k| mean[k - 2..=k + 2].iter().sum::<f32>()).sum();
    if !few || held < TONAL * total {
        return Vec::new();
    }
    peaks.iter().map(|&k| (k as f32 * rate / size as f32, mean[k].sqrt())).collect()
}

/// The peaks that are harmonics of `root`.
fn harmonics(peaks: &[(f32, f32)], root: f32) -> impl Iterator<Item = usize> + '_ {
    (0..peaks.len()).filter(move |&k| {
        let order = (peaks[k].0 / root).round();
        order >= 1.0 && (peaks[k].0 / (order * root) - 1.0).abs() < 0.015 && order <= 40.0
    })
}

/// Weighted sum of the harmonics of a root that must itself sound or have many harmonics.
fn strength(peaks: &[(f32, f32)], root: f32) -> f32 {
    let mut strongest = [0.0_f32; HARMONICS + 1];
    for &(frequency, amplitude) in peaks {
        let order = (frequency / root).round();
        let near = order >= 1.0 && (frequency / (order * root) - 1.0).abs() < 0.015;
        if near && order as usize <= HARMONICS {
            let slot = &mut strongest[order as usize];
            *slot = slot.max(amplitude);
        }
    }
    let sum: f32 = (1..=HARMONICS).map(|h| strongest[h] / (h as f32).sqrt()).sum();
    let all = strongest.iter().copied().fold(0.0, f32::max);
    // A root without its odd harmonics is an octave too low; one that does not sound itself
    // may be what two notes have in common.
    let odd = strongest[1] + strongest[3] + strongest[5];
    let even = strongest[2] + strongest[4] + strongest[6];
    match () {
        () if odd < 0.15 * even => 0.0,
        () if strongest[1] < 0.03 * all => 0.6 * sum,
        () => sum,
    }
}
