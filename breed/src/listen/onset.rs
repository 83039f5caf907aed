//! Where a sound begins and ends.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler};

use crate::target::{Doubt, LONGEST, Refusal, SEARCHED};

/// Highest rate that is kept.
const HIGHEST_RATE: f32 = 50_000.0;
/// Amplitude that counts as silence: −100 dB.
const SILENT: f32 = 1e-5;
/// Amplitude beyond which a sound is turned down.
const LOUDEST: f32 = 4.0;
/// Corner in hertz below which nothing is heard.
const DRIFT: f32 = 7.0;
/// Seconds of one block in the search for the onset.
const BLOCK: f32 = 0.001;
/// Seconds kept before the onset, so that the attack is whole.
const LEAD: f32 = 0.002;
/// Shortest sound in seconds.
const SHORTEST: f32 = 0.01;
/// How far below the loudest block a sound begins: −60 dB.
const BEGINS: f32 = 1e-3;
/// How far below the loudest block a sound ends: −84 dB.
const ENDS: f32 = 6.3e-5;
/// How far below the loudest block a sound has died away that goes on to the end of its file: −50 dB.
const DIED: f32 = 3.2e-3;
/// Seconds of silence after a sound in its file that say it is over.
const PAUSE: f32 = 0.02;

/// A sound without the silence around it.
pub struct Cut {
    /// From the onset to the end.
    pub samples: Vec<f32>,
    /// Samples per second.
    pub rate: f32,
    /// Seconds cut off before the first sample.
    pub onset: f32,
    /// Whether silence follows, or would follow if the file went on.
    pub over: bool,
}

/// Cuts the sound out of the silence around it, limits its length, rate and amplitude, and
/// says what was done to it.
pub fn cut(samples: &[f32], rate: f32, doubts: &mut Vec<Doubt>) -> Result<Cut, Refusal> {
    if !(1e3..=768e3).contains(&rate) {
        return Err(Refusal::Rate(rate));
    }
    if samples.is_empty() {
        return Err(Refusal::Empty);
    }
    let whole = samples.len() as f32 / rate;
    if whole < SHORTEST {
        return Err(Refusal::TooShort(whole));
    }
    let searched = &samples[..samples.len().min((SEARCHED * rate) as usize)];
    let finite = searched.iter().filter(|s| s.is_finite());
    let Some(peak) = finite.map(|s| s.abs()).reduce(f32::max) else {
        return Err(Refusal::NotFinite);
    };
    if peak < SILENT {
        return Err(Refusal::Silent);
    }
    let (start, end, died) = sounding(searched, rate);
    let longest = (LONGEST * rate) as usize;
    let kept = &searched[start..end.min(start + longest)];
    if end - start > longest || searched.len() < samples.len() {
        doubts.push(Doubt::TooLong { seconds: whole });
    }
    let paused = searched.len() - end >= (PAUSE * rate) as usize;
    let over = end - start <= longest && (paused || died && searched.len() == samples.len());
    let damaged = kept.iter().filter(|s| !s.is_finite()).count();
    if damaged > 0 {
        doubts.push(Doubt::Damaged { samples: damaged });
    }
    let gain = if peak > LOUDEST { 1.0 / peak } else { 1.0 };
    if gain < 1.0 {
        doubts.push(Doubt::Overdriven { peak: 20.0 * peak.log10() });
    } else if clipped(kept) {
        doubts.push(Doubt::Clipped);
    }
    let clean = |s: &f32| if s.is_finite() { s * gain } else { 0.0 };
    let (mut samples, kept_rate) = decimate(kept.iter().map(clean).collect(), rate);
    remove_drift(&mut samples, kept_rate);
    Ok(Cut { samples, rate: kept_rate, onset: start as f32 / rate, over })
}

/// First and last sample between which the sound lies, at least [`SHORTEST`] apart, and whether it
/// has died away at the end.
fn sounding(samples: &[f32], rate: f32) -> (usize, usize, bool) {
    let size = ((BLOCK * rate) as usize).max(1);
    let power = |block: &[f32]| {
        let finite = block.iter().filter(|s| s.is_finite());
        finite.map(|&s| f64::from(s) * f64::from(s)).sum::<f64>()
    };
    let blocks: Vec<f64> = samples.chunks(size).map(power).collect();
    let loudest = blocks.iter().copied().fold(0.0, f64::max);
    let over = |share: f32| {
        let silent = f64::from(SILENT * SILENT) * size as f64;
        (loudest * f64::from(share * share)).max(silent.min(0.5 * loudest))
    };
    let first = blocks.iter().position(|&b| b >= over(BEGINS)).unwrap_or(0);
    let last = blocks.iter().rposition(|&b| b >= over(ENDS)).unwrap_or(blocks.len() - 1);
    let lead = (LEAD * rate) as usize;
    let shortest = (SHORTEST * rate).ceil() as usize;
    let start = (first * size).saturating_sub(lead).min(samples.len().saturating_sub(shortest));
    let end = ((last + 1) * size + lead).max(start + shortest).min(samples.len());
    let tail = &blocks[blocks.len().saturating_sub(10)..];
    let died = tail.iter().all(|&b| b < over(DIED));
    (start, end, died)
}

/// Whether several peaks are flat at full scale.
fn clipped(samples: &[f32]) -> bool {
    let mut flat = 0;
    let mut run = 0;
    for pair in samples.windows(2) {
        run = if pair[0] == pair[1] && pair[0].abs() > 0.985 { run + 1 } else { 0 };
        flat += usize::from(run == 2);
    }
    flat >= 3
}

/// Takes out what moves too slowly to be heard: it would count in levels and be none.
fn remove_drift(samples: &mut [f32], rate: f32) {
    let share = 1.0 - (-std::f32::consts::TAU * DRIFT / rate).exp();
    let mut drift = 0.0;
    for sample in samples {
        drift += share * (*sample - drift);
        *sample -= drift;
    }
}

/// Divides the rate by the least whole number that brings it to [`HIGHEST_RATE`].
fn decimate(samples: Vec<f32>, rate: f32) -> (Vec<f32>, f32) {
    let factor = (rate / HIGHEST_RATE).ceil() as usize;
    if factor < 2 {
        return (samples, rate);
    }
    let fewer = resampled(&samples, factor, 1).unwrap_or_default();
    (fewer, rate / factor as f32)
}

/// The same sound with `to` samples for every `from`; nothing for a ratio that cannot be.
pub fn resampled(samples: &[f32], from: usize, to: usize) -> Option<Vec<f32>> {
    let mut fft = Fft::<f32>::new(from, to, 1024, 1, FixedSync::Both).ok()?;
    let whole = InterleavedSlice::new(samples, 1, samples.len()).ok()?;
    Some(fft.process_all(&whole, samples.len(), None).ok()?.take_data())
}
