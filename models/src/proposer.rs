//! The learned proposer: patches dreamt up by a model that hears the target.

use std::collections::VecDeque;
use std::sync::Arc;

use cultivar_breed::listen::onset;
use cultivar_breed::{Proposer, Rng, Stop, Target, fit};
use cultivar_patch::Preset;
use cultivar_patch::schema::ids;

use crate::Refusal;
use crate::dataset::{LENGTH, RATE};
use crate::genome;
use crate::model::{Dream, Model};

/// Steps of a dream that are made before somebody else may go on: about a twentieth of a second.
const STEPS: usize = 4;

/// Proposes patches that a model dreams up for the target.
pub struct Learned {
    model: Arc<Model>,
    heard: Option<Vec<f32>>,
    dream: Option<Dream>,
    /// Dreamt up and not yet proposed.
    left: VecDeque<Preset>,
    /// Where the noise begins.
    noise: Rng,
    /// Whether the model failed, after which it is not asked again.
    failed: bool,
}

impl Learned {
    /// Lets a model take part among other proposers: after those that listen to the target, before
    /// those that go by chance.
    pub fn join(proposers: &mut Vec<Box<dyn Proposer>>, model: Arc<Model>, seed: u64) {
        let place = proposers.len().saturating_sub(1);
        proposers.insert(place, Box::new(Learned::new(model, seed)));
    }

    /// Proposes what this model dreams up; `seed` decides what.
    pub fn new(model: Arc<Model>, seed: u64) -> Self {
        Learned {
            model,
            heard: None,
            dream: None,
            left: VecDeque::new(),
            noise: Rng::stream(seed, 0x1ea2),
            failed: false,
        }
    }

    /// Goes on by a step; gives whether there is something to propose, or never will be.
    fn go_on(&mut self, target: &Target, stop: Stop) -> Result<bool, Refusal> {
        let Some(heard) = &self.heard else {
            let key = f32::from(target.key());
            self.heard = Some(self.model.hear(&excerpt(target), key, target.release)?);
            return Ok(false);
        };
        let mut dream = self.dream.take().unwrap_or_else(|| self.model.dream(&mut self.noise));
        for _ in 0..STEPS {
            if stop() {
                break;
            }
            if self.model.step(&mut dream, heard)? {
                self.left.extend(dream.genomes().map(|values| genome::read(&values)));
                return Ok(true);
            }
        }
        self.dream = Some(dream);
        Ok(false)
    }
}

impl Proposer for Learned {
    fn name(&self) -> &'static str {
        "learned"
    }

    fn prepare(&mut self, target: &Target, stop: Stop) -> bool {
        if self.failed || !self.left.is_empty() {
            return true;
        }
        self.go_on(target, stop).unwrap_or_else(|_| {
            self.failed = true;
            true
        })
    }

    fn propose(&mut self, target: &Target, count: usize, rng: &mut Rng, stop: Stop) -> Vec<Preset> {
        while !self.prepare(target, stop) {
            if stop() {
                return Vec::new();
            }
        }
        let count = count.min(self.left.len());
        let mut presets: Vec<Preset> = self.left.drain(..count).collect();
        for (k, preset) in presets.iter_mut().enumerate() {
            suit(preset, target, k, rng);
        }
        presets
    }
}

/// Takes from a patch what is hardly heard of it and tunes it to the target. All but every fourth
/// are given the target's level, and some its pitch, as they were measured, and lose their
/// effects: these cost a third of the time and bring a patch no nearer before it is grown.
fn suit(preset: &mut Preset, target: &Target, k: usize, rng: &mut Rng) {
    fit::prune(preset);
    let cents = 100.0 * (target.note - f32::from(target.key()));
    for osc in preset.patch.osc.iter_mut().filter(|osc| osc.on > 0.5) {
        osc.fine = (osc.fine + cents).clamp(-100.0, 100.0);
    }
    if !k.is_multiple_of(4) {
        ids().effects().iter().for_each(|effect| preset.patch[*effect.on] = 0.0);
        fit::draw_level(preset, target, 32);
        if rng.chance(0.5) {
            fit::draw_pitch(preset, target, 24);
        }
    }
}

/// The beginning of a target as the model hears it: [`LENGTH`] samples at [`RATE`].
fn excerpt(target: &Target) -> Vec<f32> {
    let wanted = (LENGTH as f32 * target.rate / RATE).ceil() as usize;
    let heard = &target.samples[..target.samples.len().min(wanted)];
    let (from, to) = (target.rate.round() as usize, RATE as usize);
    let mut samples = if from == to {
        heard.to_vec()
    } else {
        onset::resampled(heard, from, to).unwrap_or_default()
    };
    samples.resize(LENGTH, 0.0);
    samples
}
