//! A trial: one preset rendered on the engine and judged.

use std::sync::Arc;

use cultivar_dsp::{Note, Studio};
use cultivar_patch::Preset;

use crate::distance::Heard;
use crate::{Distances, Judge, Stop, Target, extract};

/// Seconds of sound that are rendered in one call.
const MANY: f32 = 12.0;

/// A preset to be judged.
#[derive(Clone, Debug)]
pub struct Trial {
    /// Its number in the growth: results are told in this order.
    pub index: u64,
    /// What is rendered.
    pub preset: Arc<Preset>,
    /// Whether its levels are first corrected by what is heard, which takes a few renders.
    pub polish: bool,
}

/// What came of a trial.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The number of the trial.
    pub index: u64,
    /// The preset that was judged.
    pub preset: Arc<Preset>,
    /// How far the preset is from the target.
    pub distances: Distances,
    /// Where it misses the target.
    pub heard: Heard,
}

impl Trial {
    /// Renders and judges the preset; nothing where it is stopped. What the judge, who is of
    /// this target, heard before does not matter.
    pub fn judge(&self, target: &Target, judge: &mut Judge, stop: Stop) -> Option<Verdict> {
        let mut stage = judge.stage.take().unwrap_or_else(|| Box::new(Stage::new(target)));
        let judged = self.judged(target, judge, &mut stage, stop);
        judge.stage = Some(stage);
        let (preset, distances) = judged?;
        Some(Verdict { index: self.index, preset, distances, heard: judge.heard() })
    }

    /// The preset that was judged in the end, and how far it is.
    fn judged(
        &self,
        target: &Target,
        judge: &mut Judge,
        stage: &mut Stage,
        stop: Stop,
    ) -> Option<(Arc<Preset>, Distances)> {
        let mut preset = self.preset.clone();
        if self.polish {
            let mut render = |preset: &Preset| {
                let heard = stage.play(target, preset, stop)?;
                Some(heard[..target.samples.len()].to_vec())
            };
            preset = Arc::new(extract::polish(target, &preset, &mut render, stop)?);
        }
        let distances = judge.distance(stage.play(target, &preset, stop)?);
        Some((preset, distances))
    }
}

/// Judges presets that are rendered in one call as far as they fit into the stage; as many are
/// judged as were whole when it was stopped. Each is as far from the target as in a trial.
pub(crate) fn judge_each(
    presets: &[Preset],
    target: &Target,
    judge: &mut Judge,
    stop: Stop,
) -> Vec<Distances> {
    let mut stage = judge.stage.take().unwrap_or_else(|| Box::new(Stage::new(target)));
    let mut all = Vec::with_capacity(presets.len());
    for some in presets.chunks(stage.seats(target)) {
        let whole = stage.play_each(target, some, stop, |mono| all.push(judge.distance(mono)));
        if whole < some.len() {
            break;
        }
    }
    judge.stage = Some(stage);
    all
}

/// Where trials are played: an engine at the target's rate, and room for its sound.
pub(crate) struct Stage {
    studio: Studio,
    left: Vec<f32>,
    right: Vec<f32>,
    /// Both sides of several presets.
    many: Vec<f32>,
}

impl Stage {
    fn new(target: &Target) -> Self {
        let len = target.samples.len() + (target.rest * target.rate) as usize;
        let (left, right) = (vec![0.0; len], vec![0.0; len]);
        Stage { studio: Studio::new(target.rate), left, right, many: Vec::new() }
    }

    /// Presets that are played in one call.
    fn seats(&self, target: &Target) -> usize {
        ((MANY / target.duration) as usize).clamp(1, 16)
    }

    /// Samples of a preset that are heard: what echoes is heard in the rest after the target too.
    fn heard(&self, target: &Target, preset: &Preset) -> usize {
        let echoes = preset.patch.delay.on > 0.5 || preset.patch.reverb.on > 0.5;
        if echoes { self.left.len() } else { target.samples.len() }
    }

    /// Plays presets in one call and shows both sides of each as one. Gives how many were whole.
    fn play_each(
        &mut self,
        target: &Target,
        presets: &[Preset],
        stop: Stop,
        mut hear: impl FnMut(&[f32]),
    ) -> usize {
        let len = self.left.len();
        self.many.resize(self.seats(target).max(presets.len()) * 2 * len, 0.0);
        let note = Note { length: len as f32 / target.rate, ..target.played() };
        let whole = self.studio.render_each(presets, &note, &mut self.many, stop);
        for (k, preset) in presets.iter().enumerate().take(whole) {
            let heard = self.heard(target, preset);
            let (left, right) = self.many[2 * k * len..][..2 * len].split_at_mut(len);
            left.iter_mut().zip(right).for_each(|(left, right)| *left = 0.5 * (*left + *right));
            hear(&left[..heard]);
        }
        whole
    }

    /// Both sides of the preset as one, and what echoes of it in the rest after the target;
    /// nothing where it is stopped.
    fn play(&mut self, target: &Target, preset: &Preset, stop: Stop) -> Option<&[f32]> {
        let len = self.heard(target, preset);
        let (left, right) = (&mut self.left[..len], &mut self.right[..len]);
        if !self.studio.render_until(preset, &target.played(), [left, right], stop) {
            return None;
        }
        for (left, right) in self.left[..len].iter_mut().zip(&self.right) {
            *left = 0.5 * (*left + right);
        }
        Some(&self.left[..len])
    }
}

/// Renders a preset as the target was played, left and right: `frames` samples at any rate, the
/// note starting where the target's starts.
pub fn perform(preset: &Preset, target: &Target, rate: f32, frames: usize) -> [Vec<f32>; 2] {
    let before = ((target.onset * rate).round() as usize).min(frames);
    let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
    let (note, mut studio) = (target.played(), Studio::new(rate));
    studio.render(preset, &note, &mut left[before..], &mut right[before..]);
    [left, right]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Half a second of the initial patch, 0.2 s into the sound.
    fn target() -> (Preset, Target) {
        let mut preset = Preset::init();
        preset.patch.env[0].release = -5.0;
        let note = cultivar_dsp::Note { key: 60.0, velocity: 0.8, gate: 0.3, length: 0.5 };
        let [left, right] = cultivar_dsp::render(&preset, &note, 16_000.0);
        let mut samples = vec![0.0; 3200];
        samples.extend(left.iter().zip(right).map(|(l, r)| 0.5 * (l + r)));
        (preset, Target::listen(&samples, 16_000.0).unwrap())
    }

    #[test]
    fn a_patch_is_recognised_in_its_own_sound() {
        let (preset, target) = target();
        assert_eq!(target.key(), 60);
        let mut judge = Judge::new(&target);
        let score = |preset: &Preset, judge: &mut Judge| {
            let trial = Trial { index: 7, preset: Arc::new(preset.clone()), polish: false };
            let verdict = trial.judge(&target, judge, crate::NEVER).unwrap();
            assert_eq!(verdict.index, 7);
            verdict.distances.score
        };
        let own = score(&preset, &mut judge);
        assert!(own > 90.0, "{own}");
        let mut other = preset.clone();
        other.patch.osc[0].tune = 7.0;
        assert!(score(&other, &mut judge) < own - 10.0);
        other.patch.osc[0].on = 0.0;
        assert_eq!(score(&other, &mut judge), 0.0);
        assert_eq!(score(&preset, &mut judge), own);
    }

    #[test]
    fn a_patch_that_echoes_after_the_end_is_farther() {
        let (mut preset, target) = target();
        assert!(target.rest > 0.0);
        let mut judge = Judge::new(&target);
        let mut score = |preset: &Preset| {
            let trial = Trial { index: 0, preset: Arc::new(preset.clone()), polish: false };
            trial.judge(&target, &mut judge, crate::NEVER).unwrap().distances.score
        };
        let dry = score(&preset);
        preset.patch.delay.on = 1.0;
        preset.patch.delay.mix = 0.5;
        preset.patch.delay.sync = 0.0;
        // Later than the target ends, so that nothing else of it is heard.
        preset.patch.delay.time = preset.patch.delay.time.max(-0.7);
        assert!(score(&preset) < dry - 10.0);
    }

    #[test]
    fn a_performance_lies_where_the_target_lies() {
        let (preset, target) = target();
        for rate in [16_000.0, 44_100.0] {
            let whole = ((target.onset + target.duration) * rate).round() as usize;
            let [left, right] = perform(&preset, &target, rate, whole);
            assert_eq!((left.len(), right.len()), (whole, whole));
            let first = left.iter().position(|s| s.abs() > 1e-3).unwrap() as f32 / rate;
            assert!((first - 0.2).abs() < 0.01, "{first}");
        }
    }
}
