//! A strand: presets that come closer to the target, one from the other.

use std::sync::Arc;

use cultivar_patch::{Id, Patch, Preset};

use crate::distance::Heard;
use crate::moves::{self, Move, TACTICS};
use crate::{Distances, Rng, genome, mutate};

/// Most nodes of a strand.
pub const MAX_NODES: usize = 24;
/// How much each kind of move is worth before it was tried: slide, draw, level, pitch, tune,
/// rebuild, cross.
const PRIOR: [f32; TACTICS] = [1.0, 0.4, 0.5, 0.2, 0.05, 0.25, 0.15];
/// Least difference of the distances of two neighbouring nodes, but for the tip.
const APART: f32 = 0.005;
/// Least improvement of the distance that counts.
const GAIN: f32 = 1e-4;

/// A preset on a strand: an improvement that can be heard and kept.
#[derive(Clone, Debug)]
pub struct Node {
    /// The preset.
    pub preset: Arc<Preset>,
    /// How far it is from the target.
    pub distances: Distances,
    /// Trials of the whole growth until it was found.
    pub tries: u64,
    /// What made it better than the node before.
    pub moved: Move,
}

/// One line of descent.
#[derive(Clone, Debug)]
pub struct Strand {
    /// From the first to the best.
    nodes: Vec<Node>,
    heard: Heard,
    /// Length of each gene's steps against its usual one.
    reach: Patch<f32>,
    /// Steps that are worth trying next: what has helped, or the opposite of what was tried.
    pending: Option<Vec<(Id, f32)>>,
    credit: [f32; TACTICS],
    tries: u64,
    stale: u32,
    /// Improvement per try, lately.
    progress: f32,
    planted: u32,
    polished: bool,
}

impl Default for Strand {
    fn default() -> Self {
        Strand {
            nodes: Vec::new(),
            heard: Heard::default(),
            reach: Patch::from_fn(|_| 1.0),
            pending: None,
            credit: [0.0; TACTICS],
            tries: 0,
            stale: 0,
            progress: 0.0,
            planted: 0,
            polished: false,
        }
    }
}

impl Strand {
    /// Its nodes, from the first to the best; none before the first trial.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Its best node.
    pub fn best(&self) -> Option<&Node> {
        self.nodes.last()
    }

    /// Trials spent on it.
    pub fn tries(&self) -> u64 {
        self.tries
    }

    /// Trials since it last improved by a hundredth.
    pub fn stale(&self) -> u32 {
        self.stale
    }

    /// Times it was planted.
    pub fn planted(&self) -> u32 {
        self.planted
    }

    /// Improvement per try, lately.
    pub(crate) fn progress(&self) -> f32 {
        self.progress
    }

    /// Distance of its best; infinite before there is one.
    pub(crate) fn total(&self) -> f32 {
        self.best().map_or(f32::INFINITY, |node| node.distances.total)
    }

    /// Starts anew from a node, forgetting all.
    pub(crate) fn plant(&mut self, node: Node, heard: Heard) {
        let planted = self.planted + 1;
        let progress = node.distances.total * 0.002;
        *self = Strand { planted, heard, progress, nodes: vec![node], ..Strand::default() };
    }

    /// The next preset to try, and how it was made.
    pub(crate) fn propose(
        &mut self,
        donors: &[Preset],
        others: &[Arc<Preset>],
        rng: &mut Rng,
    ) -> Option<(Preset, Move)> {
        let parent = self.best()?.preset.clone();
        if !std::mem::replace(&mut self.polished, true) && moves::polishes(&parent) {
            return Some(((*parent).clone(), Move::Polish));
        }
        for _ in 0..8 {
            let mut child = (*parent).clone();
            if let Some(moved) = self.change(&mut child, donors, others, rng)
                && genome::key(&child) != genome::key(&parent)
            {
                return Some((child, moved));
            }
        }
        None
    }

    fn change(
        &mut self,
        child: &mut Preset,
        donors: &[Preset],
        others: &[Arc<Preset>],
        rng: &mut Rng,
    ) -> Option<Move> {
        if let Some(steps) = self.pending.take() {
            return moves::slide(child, &steps).then_some(Move::Slide(steps));
        }
        let most = self.credit.iter().fold(1e-6, |a: f32, b| a.max(*b));
        let weights: [f32; TACTICS] =
            std::array::from_fn(|k| PRIOR[k] * (0.3 + self.credit[k] / most));
        match rng.weighted(&weights) {
            0 => self.slide(child, rng),
            1 => {
                let lfo = *rng.pick(&moves::drawn(child))?;
                moves::draw(child, lfo, rng);
                Some(Move::Draw(lfo))
            }
            2 => {
                let part = *rng.pick(&[1.0, 0.7, 0.4])?;
                moves::level(child, &self.heard, part).then_some(Move::Level)
            }
            3 => moves::pitch(child, &self.heard).then_some(Move::Pitch),
            4 => moves::tune(child, rng).then_some(Move::Tune),
            5 => {
                mutate::rebuild(child, donors, rng);
                Some(Move::Rebuild)
            }
            _ => moves::cross(child, rng.pick(others)?, rng).then_some(Move::Cross),
        }
    }

    /// Steps few of the live genes, each by its own reach; the opposite is tried next.
    fn slide(&mut self, child: &mut Preset, rng: &mut Rng) -> Option<Move> {
        let genes = moves::genes(child);
        let mut count = 1;
        while count < 6 && rng.chance(0.5) {
            count += 1;
        }
        let mut steps: Vec<(Id, f32)> = Vec::with_capacity(count);
        for _ in 0..count {
            let id = *rng.pick(&genes)?;
            if steps.iter().all(|(known, _)| *known != id) {
                let step = genome::step(&child.patch, id) * self.reach[id] * rng.normal();
                steps.push((id, step));
            }
        }
        self.pending = Some(steps.iter().map(|(id, step)| (*id, -step)).collect());
        moves::slide(child, &steps).then_some(Move::Slide(steps))
    }

    /// Takes the verdict on a preset that was proposed. Gives whether it is a new best.
    pub(crate) fn learn(&mut self, node: Node, heard: Heard) -> bool {
        self.tries += 1;
        let gain = self.total() - node.distances.total;
        let better = gain > GAIN;
        let gained = if better && gain.is_finite() { gain } else { 0.0 };
        self.progress += 0.04 * (gained - self.progress);
        if let Some(tactic) = node.moved.tactic() {
            self.credit[tactic] += 0.06 * (gained - self.credit[tactic]);
        }
        if let Move::Slide(steps) = &node.moved {
            let share = 1.0 / steps.len() as f32;
            for (id, _) in steps {
                let factor = if better { 1.7f32.powf(share.sqrt()) } else { 0.86f32.powf(share) };
                self.reach[*id] = (self.reach[*id] * factor).clamp(0.02, 5.0);
            }
            if better {
                let further = steps.iter().map(|(id, step)| (*id, 1.5 * step));
                self.pending = Some(further.collect());
            }
        }
        // Crumbs do not keep a strand alive.
        self.stale = if gain > 0.01 * self.total() { 0 } else { self.stale + 1 };
        if better {
            self.heard = heard;
            self.add(node);
        }
        better
    }

    /// Adds a node at the tip. A tip that is hardly better than the node below it gives way; of
    /// too many, the one goes whose loss leaves the smallest gap, never the first or the last.
    fn add(&mut self, node: Node) {
        let count = self.nodes.len();
        let total = |nodes: &[Node], k: usize| nodes[k].distances.total;
        if count > 1 && total(&self.nodes, count - 2) - total(&self.nodes, count - 1) < APART {
            self.nodes.pop();
        }
        self.nodes.push(node);
        if self.nodes.len() > MAX_NODES {
            let gap = |k: &usize| total(&self.nodes, k - 1) - total(&self.nodes, k + 1);
            let inner = 1..self.nodes.len() - 1;
            if let Some(least) = inner.min_by(|a, b| gap(a).total_cmp(&gap(b))) {
                self.nodes.remove(least);
            }
        }
    }
}
