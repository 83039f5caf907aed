//! Pairs of genome and sound: what a model learns from, made by the engine itself.

pub mod npy;

use cultivar_breed::cross::{Cross, Operator};
use cultivar_breed::listen::onset;
use cultivar_breed::{Rng, mutate, wild};
use cultivar_dsp::{Note, Studio};
use cultivar_patch::Preset;
use cultivar_patch::schema::{LfoMode, ids};

use crate::genome::{self, Genome};

/// Samples per second.
pub const RATE: f32 = 32_000.0;
/// Samples of one sound: 2.048 seconds.
pub const LENGTH: usize = 65_536;
/// Lowest and highest key.
const KEYS: (usize, usize) = (36, 84);
/// Seconds between blocks in which loudness is measured.
const BLOCK: f32 = 0.02;
/// Loudness of the loudest block below which a sound is not heard: −42 dB.
const AUDIBLE: f32 = 8e-3;
/// Loudest peak: +18 dB, as far as a chain of hot effects goes.
const LOUDEST: f32 = 8.0;
/// How far below the loudest block another still counts: −26 dB.
const LOUD: f32 = 0.05;
/// Seconds that a sound must be loud.
const SHORTEST: f32 = 0.04;
/// Patches that are tried for one pair before the initial one is taken.
const TRIES: usize = 64;

/// A patch and one note of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// The patch.
    pub genome: Genome,
    /// The note that was played.
    pub note: Note,
    /// The sound from its onset, both sides as one, its peak at full scale: [`LENGTH`] samples.
    pub samples: Vec<i16>,
}

/// Where pairs are made: an engine and room for its sound. One per thread.
pub struct Maker<'a> {
    parents: &'a [Preset],
    studio: Studio,
    left: Vec<f32>,
    right: Vec<f32>,
}

impl<'a> Maker<'a> {
    /// Makes pairs from crosses of these patches.
    pub fn new(parents: &'a [Preset]) -> Self {
        let side = || vec![0.0; LENGTH];
        Maker { parents, studio: Studio::new(RATE), left: side(), right: side() }
    }

    /// The pair of this number. The same seed, number and parents give the same pair, whatever
    /// was made before.
    pub fn pair(&mut self, seed: u64, index: u64) -> Pair {
        let mut rng = Rng::stream(seed, index);
        for _ in 0..TRIES {
            let preset = patch(self.parents, &mut rng);
            let note = note(&mut rng);
            if let Some(pair) = self.play(&preset, note) {
                return pair;
            }
        }
        let genome = genome::write(&Preset::init());
        Pair { genome, note: Note::default(), samples: vec![0; LENGTH] }
    }

    /// Plays what a genome can say of a patch; nothing where it is not heard.
    fn play(&mut self, preset: &Preset, note: Note) -> Option<Pair> {
        let genome = genome::write(preset);
        let preset = genome::read(&genome.values);
        self.studio.render(&preset, &note, &mut self.left, &mut self.right);
        for (left, right) in self.left.iter_mut().zip(&self.right) {
            *left = 0.5 * (*left + right);
        }
        if !audible(&self.left) {
            return None;
        }
        let cut = onset::cut(&self.left, RATE, &mut Vec::new()).ok()?;
        let peak = cut.samples.iter().fold(0.0f32, |peak, s| peak.max(s.abs()));
        let scale = f32::from(i16::MAX) / peak.max(f32::MIN_POSITIVE);
        let mut samples: Vec<i16> =
            cut.samples.iter().map(|s| (scale * s).round() as i16).collect();
        samples.resize(LENGTH, 0);
        Some(Pair { genome, note, samples })
    }
}

/// A random patch: mostly children of real ones, section by section, with noise over them.
fn patch(parents: &[Preset], rng: &mut Rng) -> Preset {
    let mut preset = if parents.is_empty() || rng.chance(0.4) {
        wild::preset(rng)
    } else {
        child(parents, rng).unwrap_or_else(|| wild::preset(rng))
    };
    let amount = rng.unit().powi(2);
    mutate::mutate(&mut preset, amount, parents, rng);
    // Most sounds that are to be matched are dry, and the rest of a patch is heard best like that.
    for effect in ids().effects() {
        if rng.chance(0.75) {
            preset.patch[*effect.on] = 0.0;
        }
    }
    for lfo in &mut preset.patch.lfo {
        // Where a free one happens to be when a note begins is nobody's choice.
        if LfoMode::of(lfo.mode) == LfoMode::Free && rng.chance(0.5) {
            lfo.mode = LfoMode::Note.value();
        }
    }
    preset
}

fn child(parents: &[Preset], rng: &mut Rng) -> Option<Preset> {
    let count = 2 + rng.below(2);
    let chosen: Vec<&Preset> = (0..count).filter_map(|_| rng.pick(parents)).collect();
    let weighted: Vec<(&Preset, f32)> = chosen.into_iter().map(|p| (p, 1.0)).collect();
    let operators = [Operator::Section, Operator::Section, Operator::Gene];
    let cross = Cross {
        parents: &weighted,
        operator: *rng.pick(&operators)?,
        mutation: 0.0,
        locks: Default::default(),
        donors: &[],
    };
    Some(cross.child(rng.bits())?.preset)
}

fn note(rng: &mut Rng) -> Note {
    Note {
        key: (KEYS.0 + rng.below(KEYS.1 - KEYS.0 + 1)) as f32,
        velocity: rng.between(0.3, 1.0),
        gate: rng.between(-4.0, 1.0).exp2(),
        length: LENGTH as f32 / RATE,
    }
}

/// Whether a sound is long and loud enough to be heard, and not beyond all measure.
fn audible(samples: &[f32]) -> bool {
    if samples.iter().any(|s| !s.is_finite() || s.abs() > LOUDEST) {
        return false;
    }
    let size = (BLOCK * RATE) as usize;
    let loudness = |block: &[f32]| {
        let mean = block.iter().sum::<f32>() / block.len() as f32;
        let power: f32 = block.iter().map(|s| (s - mean).powi(2)).sum();
        (power / block.len() as f32).sqrt()
    };
    let blocks: Vec<f32> = samples.chunks(size).map(loudness).collect();
    let loudest = blocks.iter().fold(0.0f32, |a, b| a.max(*b));
    let loud = blocks.iter().filter(|b| **b > LOUD * loudest).count();
    loudest > AUDIBLE && loud as f32 * BLOCK >= SHORTEST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_depends_on_seed_and_number_only() {
        let parents = [Preset::init()];
        let mut maker = Maker::new(&parents);
        let pairs: Vec<Pair> = (0..4).map(|k| maker.pair(7, k)).collect();
        assert_eq!(Maker::new(&parents).pair(7, 2), pairs[2]);
        assert_ne!(pairs[0], pairs[1]);
        assert_ne!(maker.pair(8, 0), pairs[0]);
    }

    #[test]
    fn every_sound_is_heard_from_its_beginning() {
        let parents = [Preset::init()];
        let mut maker = Maker::new(&parents);
        for index in 0..40 {
            let pair = maker.pair(1, index);
            assert_eq!(pair.samples.len(), LENGTH);
            let peak = pair.samples.iter().map(|s| s.unsigned_abs()).max();
            assert!(peak.is_some_and(|peak| peak >= 32_766), "{index}: {peak:?}");
            let begins = pair.samples.iter().position(|s| s.abs() > 16).unwrap_or(LENGTH);
            assert!(begins < 400, "{index}: {begins}");
            assert!((36.0..=84.0).contains(&pair.note.key));
        }
    }

    #[test]
    fn the_sound_is_that_of_the_genome() {
        let parents = [Preset::init()];
        let mut maker = Maker::new(&parents);
        let pair = maker.pair(3, 5);
        let again = maker.play(&genome::read(&pair.genome.values), pair.note);
        let again = again.expect("it was heard before");
        let apart = pair.samples.iter().zip(&again.samples).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(apart < Some(700), "{apart:?}");
    }
}
