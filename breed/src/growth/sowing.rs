//! Sowing: first presets from proposers, more from those that come near.

use std::collections::VecDeque;

use cultivar_patch::Preset;

use crate::{Proposer, Rng, Stop, Target};

/// Presets that each proposer is asked for before anybody knows how near it comes.
const FIRST: usize = 8;
/// First presets of a proposer that comes nearest of all.
const MOST: usize = 32;

/// A preset that waits to be tried.
pub(super) struct Seed {
    pub(super) preset: Preset,
    /// Which proposer gave it.
    pub(super) proposer: usize,
    /// The strand that it may take; any, or none, where it is a first one.
    pub(super) strand: Option<usize>,
}

/// A proposer, and what came of it.
struct Sower {
    proposer: Box<dyn Proposer>,
    /// First presets it has given.
    given: usize,
    /// Whether it has no more of them.
    spent: bool,
    /// The least distance of what it gave.
    nearest: f32,
}

/// What proposers give, in turn, and how near it comes.
pub(super) struct Sowing {
    sowers: Vec<Sower>,
    seeds: VecDeque<Seed>,
}

impl Sowing {
    pub(super) fn new(proposers: Vec<Box<dyn Proposer>>) -> Self {
        let sower = |proposer| Sower { proposer, given: 0, spent: false, nearest: f32::INFINITY };
        Sowing { sowers: proposers.into_iter().map(sower).collect(), seeds: VecDeque::new() }
    }

    /// What a proposer is called.
    pub(super) fn name(&self, proposer: usize) -> &'static str {
        self.sowers[proposer].proposer.name()
    }

    /// Takes how far a preset of a proposer is.
    pub(super) fn tell(&mut self, proposer: usize, total: f32) {
        let nearest = &mut self.sowers[proposer].nearest;
        *nearest = nearest.min(total);
    }

    /// The next preset to try.
    pub(super) fn next(&mut self) -> Option<Seed> {
        self.seeds.pop_front()
    }

    /// Whether nobody has first presets left, given or to give.
    pub(super) fn is_over(&self) -> bool {
        self.seeds.is_empty() && self.turn().is_none()
    }

    /// Asks proposers for first presets until `enough` wait; `growing` says that something grows
    /// already, which need not wait for a proposer's preparations.
    pub(super) fn fill(
        &mut self,
        enough: usize,
        growing: bool,
        target: &Target,
        rng: &mut Rng,
        stop: Stop,
    ) {
        while self.seeds.len() < enough
            && let Some(which) = self.turn()
        {
            let idle = !growing && self.seeds.is_empty();
            let Sower { proposer, given, spent, .. } = &mut self.sowers[which];
            if !proposer.prepare(target, stop) {
                if idle && !stop() { continue } else { break }
            }
            let wanted = FIRST - *given % FIRST;
            let presets = proposer.propose(target, wanted, rng, stop);
            if presets.is_empty() && stop() {
                break;
            }
            *spent = presets.is_empty();
            *given += presets.len();
            let seed = |preset| Seed { preset, proposer: which, strand: None };
            self.seeds.extend(presets.into_iter().map(seed));
        }
    }

    /// Who is to give first presets now: everybody a few, in turn, then more only who came nearest.
    fn turn(&self) -> Option<usize> {
        let able = |k: &usize| !self.sowers[*k].spent;
        let mut all = (0..self.sowers.len()).filter(able);
        let nearest = |k: &usize| self.sowers[*k].nearest;
        let best = all.clone().min_by(|a, b| nearest(a).total_cmp(&nearest(b)));
        all.find(|k| self.sowers[*k].given < FIRST)
            .or_else(|| best.filter(|k| self.sowers[*k].given < MOST))
    }

    /// Asks a proposer, the likelier the nearer it came, for `count` presets for a strand. Gives
    /// how many wait.
    pub(super) fn replant(
        &mut self,
        strand: usize,
        count: usize,
        target: &Target,
        rng: &mut Rng,
    ) -> usize {
        let mut success = self.success();
        while success.iter().any(|s| *s > 0.0) {
            let which = rng.weighted(&success);
            let proposer = &mut self.sowers[which].proposer;
            let presets = proposer.propose(target, count, rng, crate::NEVER);
            if !presets.is_empty() {
                let given = presets.len();
                let seed = |preset| Seed { preset, proposer: which, strand: Some(strand) };
                self.seeds.extend(presets.into_iter().map(seed));
                return given;
            }
            success[which] = 0.0;
        }
        0
    }

    /// How many of so many strands a proposer has earned.
    pub(super) fn earned(&self, proposer: usize, strands: usize) -> usize {
        let success = self.success();
        let share = success[proposer] / success.iter().sum::<f32>();
        ((share * strands as f32).round() as usize).max(1)
    }

    /// How near each proposer came, against the one that came nearest, which has 1.
    fn success(&self) -> Vec<f32> {
        let nearest = self.sowers.iter().fold(f32::INFINITY, |a, s| a.min(s.nearest));
        let part = |s: &Sower| ((nearest + 0.02) / (s.nearest + 0.02)).powi(2).max(0.05);
        self.sowers.iter().map(part).collect()
    }
}
