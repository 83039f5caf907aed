//! How far the features of two sounds lie apart, term by term.

use super::features::{Features, MOVE_BANDS, OCTAVES, RANGE, SHAPE};

/// The terms of the distance, each 0 for equal sounds.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Terms {
    /// Mean difference of the spectra at three window lengths, decibels.
    pub(crate) spectrum: f32,
    /// Share of the loudness that is in one sound only (Bray and Curtis 1957), 0 to 1.
    pub(crate) loudness: f32,
    /// Difference of the shapes of the spectra, decibels.
    pub(crate) shape: f32,
    /// Work of moving one loudness spectrum onto the other, in widths of the whole range: grows
    /// where spectra do not overlap.
    pub(crate) transport: f32,
    /// Share of the movement that is in one sound only, 0 to 1.
    pub(crate) movement: f32,
    /// Difference of the levels over time, decibels.
    pub(crate) envelope: f32,
    /// Ratio of the attacks, octaves.
    pub(crate) attack: f32,
    /// Difference between tone and noise, 0 to 1.
    pub(crate) noise: f32,
    /// Wrong pitch, 0 to 1.
    pub(crate) pitch: f32,
    /// Sound where the target is over, 0 to 1.
    pub(crate) echo: f32,
}

pub(crate) fn compare(a: &Features, b: &Features, bands: usize) -> Terms {
    Terms {
        spectrum: spectrum(a, b),
        loudness: unshared(&a.loudness, &b.loudness),
        shape: shape(a, b),
        transport: transport(a, b, bands),
        movement: movement(a, b),
        envelope: mean(a.levels.iter().zip(&b.levels).map(|(a, b)| (a - b).abs())),
        attack: (a.attack - b.attack).abs(),
        noise: noise(a, b, bands),
        pitch: pitch(a, b),
        echo: 0.0,
    }
}

fn mean(values: impl Iterator<Item = f32>) -> f32 {
    let (sum, count) = values.fold((0.0, 0u32), |(sum, count), v| (sum + v, count + 1));
    sum / count.max(1) as f32
}

/// Faint places count less than loud ones.
fn spectrum(a: &Features, b: &Features) -> f32 {
    let of = |k: usize| {
        let (a, b) = (&a.spectra[k].decibels, &b.spectra[k].decibels);
        let (mut sum, mut weights) = (0.0, 1e-9);
        for (a, b) in a.iter().zip(b) {
            let weight = a.max(*b) * (1.0 / RANGE) + 1.0;
            sum += weight * (a - b).abs();
            weights += weight;
        }
        sum / weights
    };
    (of(0) + of(1) + of(2)) / 3.0
}

fn unshared(a: &[f32], b: &[f32]) -> f32 {
    let (mut apart, mut all) = (0.0, 1e-9);
    for (a, b) in a.iter().zip(b) {
        apart += (a - b).abs();
        all += a + b;
    }
    apart / all
}

/// Every frame of the target against the most similar of the frames around the same time of
/// the other sound.
fn shape(a: &Features, b: &Features) -> f32 {
    let (mut sum, mut weights) = (0.0, 1e-9);
    let frames = a.frames.len();
    for k in 0..frames {
        let here = &a.shape[k * SHAPE..][..SHAPE];
        let near = k.saturating_sub(2)..(k + 3).min(frames);
        let apart = |other: usize| {
            let there = &b.shape[other * SHAPE..][..SHAPE];
            here.iter().zip(there).map(|(a, b)| (a - b).abs()).sum::<f32>()
        };
        let weight = a.frames[k] + b.frames[k];
        sum += weight * near.map(apart).fold(f32::INFINITY, f32::min);
        weights += weight;
    }
    sum / weights
}

fn transport(a: &Features, b: &Features, bands: usize) -> f32 {
    let (mut sum, mut weights) = (0.0, 1e-9);
    let frames = a.frames.iter().zip(&b.frames);
    let below = a.below.chunks_exact(bands).zip(b.below.chunks_exact(bands));
    for ((la, lb), (a, b)) in frames.zip(below) {
        let work: f32 = a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum();
        sum += (la + lb) * work;
        weights += la + lb;
    }
    sum / weights / bands as f32
}

/// Movement of every speed; what never moves is loudness and is left out.
fn movement(a: &Features, b: &Features) -> f32 {
    let (mut apart, mut all) = (0.0, 1e-9);
    let pools = a.movement.chunks_exact(MOVE_BANDS).zip(b.movement.chunks_exact(MOVE_BANDS));
    for (a, b) in pools {
        for (a, b) in a[1..].iter().zip(&b[1..]) {
            apart += (a - b).abs();
            all += a + b;
        }
    }
    apart / all
}

fn noise(a: &Features, b: &Features, bands: usize) -> f32 {
    let (mut sum, mut weights) = (0.0, 1e-9);
    let step = bands / OCTAVES;
    for (k, (a_noise, b_noise)) in
        a.noise.chunks_exact(OCTAVES).zip(b.noise.chunks_exact(OCTAVES)).enumerate()
    {
        for octave in 0..OCTAVES {
            // Octaves and bands need not agree to tell which are loud.
            let band = k * bands + (step * octave + step).min(bands - 1);
            let weight = a.loudness[band].min(b.loudness[band]);
            sum += weight * (a_noise[octave] - b_noise[octave]).abs();
            weights += weight;
        }
    }
    let rough = mean(a.pitch.iter().zip(&b.pitch).map(|(a, b)| (a.roughness - b.roughness).abs()));
    0.5 * sum / weights + 0.5 * rough
}

/// Half for the note's name, a fifth for its octave, the rest for being a note at all.
fn pitch(a: &Features, b: &Features) -> f32 {
    mean(a.pitch.iter().zip(&b.pitch).map(|(a, b)| {
        if !a.voiced() {
            return 0.0;
        }
        if !b.voiced() {
            return 0.6;
        }
        let octaves = b.octave - a.octave;
        let name = 12.0 * (octaves - octaves.round()).abs();
        0.5 * name.min(1.0) + 0.3 * (name / 0.25).min(1.0) + 0.2 * octaves.abs().min(1.0)
    }))
}
