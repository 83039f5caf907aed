//! The bed: one growth with what was spent on it and what the player looks at in it.

use std::sync::Arc;
use std::time::Instant;

use cultivar_breed::{Growth, Judge, Node, Rng, Target, Trial, wild};
use cultivar_patch::Preset;

use super::bounds::Kept;
use crate::budget;

/// Random patches that say what chance alone achieves.
const RANDOM: u32 = 8;

/// A node by its strand and by the number of the trial that found it: its place changes.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Chosen {
    pub(super) strand: usize,
    pub(super) tries: u64,
}

/// A growth, and what belongs to it alone.
pub(super) struct Bed {
    pub(super) growth: Growth,
    pub(super) chosen: Option<Chosen>,
    /// Seconds that may be spent, and that were.
    pub(super) allowed: f32,
    pub(super) spent: f32,
    seed: u64,
    /// Tries of each strand at the last picture.
    counted: Vec<u64>,
    pub(super) shares: Vec<f32>,
    /// Sum and number of the scores of random patches.
    random: (f32, u32),
}

impl Bed {
    /// A growth that begins, with so many seconds to spend.
    pub(super) fn new(growth: Growth, seed: u64, allowed: f32) -> Self {
        Bed {
            growth,
            chosen: None,
            allowed,
            spent: 0.0,
            seed,
            counted: Vec::new(),
            shares: Vec::new(),
            random: (0.0, 0),
        }
    }

    /// A node by its place.
    pub(super) fn node(&self, strand: usize, node: usize) -> Option<&Node> {
        self.growth.strands().get(strand)?.nodes().get(node)
    }

    /// The node that is chosen.
    pub(super) fn chosen_node(&self) -> Option<&Node> {
        let chosen = self.chosen?;
        let strand = self.growth.strands().get(chosen.strand)?;
        let found = strand.nodes().iter().find(|node| node.tries == chosen.tries);
        // One that gave way to a better one is meant by it.
        found.or_else(|| strand.best())
    }

    /// Score of random patches.
    pub(super) fn random_score(&self) -> Option<f32> {
        (self.random.1 > 0).then(|| self.random.0 / self.random.1 as f32)
    }

    /// Counts what each strand was given since the last count.
    pub(super) fn count_shares(&mut self) {
        let tries: Vec<u64> = self.growth.strands().iter().map(|s| s.tries()).collect();
        self.counted.resize(tries.len(), 0);
        let given = tries.iter().zip(&self.counted).map(|(now, then)| now.saturating_sub(*then));
        let given: Vec<u64> = given.collect();
        let total: u64 = given.iter().sum();
        if total > 0 {
            self.shares = given.iter().map(|&s| s as f32 / total as f32).collect();
        }
        self.counted = tries;
    }

    /// One batch: asked, judged by as many threads as there are judges, told. Whether there was
    /// anything left to try.
    pub(super) fn grow(
        &mut self,
        target: &Target,
        kept: &Kept,
        judges: &mut [Judge],
        stop: &(impl Fn() -> bool + Sync),
    ) -> bool {
        let begin = Instant::now();
        let mut trials = self.growth.ask(stop);
        if !kept.sections.is_empty() {
            for trial in &mut trials {
                trial.preset = Arc::new(kept.put_into(&trial.preset));
            }
        }
        let judge = |trial: &Trial, judge: &mut Judge| trial.judge(target, judge, stop);
        self.growth.tell(budget::share_out(&trials, judges, judge));
        if let Some(judge) = judges.first_mut()
            && self.random.1 < RANDOM
        {
            let mut rng = Rng::stream(self.seed, u64::from(self.random.1) + 1);
            let preset: Arc<Preset> = Arc::new(wild::preset(&mut rng));
            let trial = Trial { index: 0, preset, polish: false };
            if let Some(verdict) = trial.judge(target, judge, stop) {
                self.random = (self.random.0 + verdict.distances.score, self.random.1 + 1);
            }
        }
        self.spent += begin.elapsed().as_secs_f32();
        !trials.is_empty()
    }
}
