//! The bed: one growth with what was spent on it and what the player looks at in it.

use std::sync::Arc;
use std::time::Instant;

use cultivar_breed::explain::{self, Reason};
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
    /// Why a node is nearer than the one before it, by the trials that found the two.
    explained: Option<([u64; 2], Vec<Reason>)>,
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
            explained: None,
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

    /// Where the chosen node is: its strand, and its place there.
    pub(super) fn selected(&self) -> Option<(usize, usize)> {
        let (strand, tries) = (self.chosen?.strand, self.chosen_node()?.tries);
        let nodes = self.growth.strands().get(strand)?.nodes();
        Some((strand, nodes.iter().position(|node| node.tries == tries)?))
    }

    /// The node before the chosen one, and the chosen one.
    pub(super) fn step(&self) -> Option<[&Node; 2]> {
        let (strand, node) = self.selected()?;
        Some([self.node(strand, node.checked_sub(1)?)?, self.node(strand, node)?])
    }

    /// Why the chosen node is nearer than the one before it, the weightiest first.
    pub(super) fn reasons(&self) -> &[Reason] {
        let step = self.step().map(|step| step.map(|node| node.tries));
        let known = self.explained.as_ref().filter(|(tries, _)| Some(*tries) == step);
        known.map_or(&[], |(_, reasons)| reasons)
    }

    /// Whether that is still to be found out.
    pub(super) fn is_unexplained(&self) -> bool {
        let step = self.step().map(|step| step.map(|node| node.tries));
        step.is_some() && step != self.explained.as_ref().map(|(tries, _)| *tries)
    }

    /// Finds that out: each change is put back and judged.
    pub(super) fn explain(
        &mut self,
        target: &Target,
        judges: &mut [Judge],
        stop: &(impl Fn() -> bool + Sync),
    ) {
        let Some([before, node]) = self.step() else { return };
        let tries = [before.tries, node.tries];
        let changes = explain::changes(&before.preset, &node.preset);
        let mut reasons = budget::share_out(&changes, judges, |change, judge| {
            explain::weigh(change, &before.preset, node, target, judge, stop)
        });
        if reasons.len() == changes.len() {
            explain::sort(&mut reasons);
            self.explained = Some((tries, reasons));
        }
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
