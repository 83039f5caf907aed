//! A growth: strands of presets that come ever closer to a target.

mod sowing;

use std::collections::HashSet;
use std::sync::Arc;

use cultivar_patch::{Origin, Preset};

use crate::distance::Heard;
use crate::moves::{self, Move};
use crate::strand::{Node, Strand};
use crate::trial::{Trial, Verdict};
use crate::{Judge, NEVER, Proposer, Rng, Stop, Target, cross, genome, wild};
use sowing::{Seed, Sowing};

/// Seconds of sound in one batch of trials, about.
const BATCH: f32 = 12.0;
/// Presets of which the best replaces a withered strand.
const REPLANTS: usize = 8;
/// Trials without improvement after which a strand is withered.
const WITHERED: u32 = 60;
/// Tries over which a strand is hoped to go on as it does.
const AHEAD: f32 = 60.0;
/// Below this novelty two presets are of one kind.
const ALIKE: f32 = 0.12;

/// What a growth is told before it begins.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How many strands grow side by side.
    pub strands: usize,
    /// Where random numbers begin. The same target, seed and number of tries give the same
    /// strands.
    pub seed: u64,
    /// What the target is called; its strands are named after it.
    pub name: String,
    /// Real patches from which modules and choices are taken.
    pub donors: Vec<Preset>,
}

impl Default for Settings {
    /// Eight strands.
    fn default() -> Self {
        Settings { strands: 8, seed: 0, name: "Target".into(), donors: Vec::new() }
    }
}

/// How far a growth is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Trials so far.
    pub tries: u64,
    /// Score of the best node; 0 before there is one.
    pub score: f32,
    /// Whether a node was added since the progress before.
    pub news: bool,
}

/// Where a preset that is being tried came from.
enum Wish {
    /// From the proposer of this number, for a strand or for any.
    Seed { proposer: usize, strand: Option<usize> },
    /// From a strand that was planted so many times.
    Step { strand: usize, planted: u32, moved: Move },
}

struct Asked {
    trial: Trial,
    wish: Wish,
}

/// A strand that waits for presets from which it is planted anew.
struct Wait {
    strand: usize,
    left: usize,
    best: Option<(f32, Node, Heard)>,
}

/// The strands of one target. A pure state machine: [`ask`](Growth::ask) gives trials, anybody
/// judges them, [`tell`](Growth::tell) takes the verdicts.
pub struct Growth {
    target: Arc<Target>,
    settings: Settings,
    sowing: Sowing,
    strands: Vec<Strand>,
    /// Which proposer each strand comes from.
    from: Vec<Option<usize>>,
    waits: Vec<Wait>,
    asked: Vec<Asked>,
    known: HashSet<u64>,
    rng: Rng,
    next: u64,
    tries: u64,
    news: bool,
    judge: Option<Box<Judge>>,
}

impl Growth {
    /// A growth towards `target`. The earlier of the `proposers` are heard first.
    pub fn new(
        target: Arc<Target>,
        mut settings: Settings,
        proposers: Vec<Box<dyn Proposer>>,
    ) -> Self {
        settings.strands = settings.strands.clamp(1, 64);
        let mut rng = Rng::stream(settings.seed, 0);
        while settings.donors.len() < 24 {
            settings.donors.push(wild::preset(&mut rng));
        }
        Growth {
            strands: vec![Strand::default(); settings.strands],
            from: vec![None; settings.strands],
            target,
            settings,
            sowing: Sowing::new(proposers),
            waits: Vec::new(),
            asked: Vec::new(),
            known: HashSet::new(),
            rng,
            next: 0,
            tries: 0,
            news: false,
            judge: None,
        }
    }

    /// What is grown towards.
    pub fn target(&self) -> &Arc<Target> {
        &self.target
    }

    /// The strands. Those without nodes are not planted yet.
    pub fn strands(&self) -> &[Strand] {
        &self.strands
    }

    /// Trials so far.
    pub fn tries(&self) -> u64 {
        self.tries
    }

    /// The best node of all strands, and the strand's index.
    pub fn best(&self) -> Option<(usize, &Node)> {
        let nodes = self.strands.iter().enumerate().filter_map(|(k, s)| Some((k, s.best()?)));
        nodes.min_by(|a, b| a.1.distances.total.total_cmp(&b.1.distances.total))
    }

    /// How far it is. Takes the news.
    pub fn progress(&mut self) -> Progress {
        Progress {
            tries: self.tries,
            score: self.best().map_or(0.0, |(_, node)| node.distances.score),
            news: std::mem::take(&mut self.news),
        }
    }

    /// Asks, judges and tells on this thread until `budget` more trials are done.
    pub fn step(&mut self, budget: u64) -> Progress {
        let end = self.tries + budget;
        let new = || Box::new(Judge::new(&self.target));
        let mut judge = self.judge.take().unwrap_or_else(new);
        while self.tries < end {
            let trials = self.ask(NEVER);
            if trials.is_empty() {
                break;
            }
            let judged = trials.iter().filter_map(|t| t.judge(&self.target, &mut judge, NEVER));
            let verdicts = judged.collect();
            self.tell(verdicts);
        }
        self.judge = Some(judge);
        self.progress()
    }

    /// The next batch: about 12 seconds of sound. Verdicts of an earlier batch that were not told are
    /// given up. Stopped, it is empty, and what the proposers would have given comes another time.
    pub fn ask(&mut self, stop: Stop) -> Vec<Trial> {
        if !self.asked.is_empty() {
            self.asked.clear();
            self.waits.clear();
        }
        let count = ((BATCH / self.target.duration) as usize).clamp(4, 16);
        let growing = self.strands.iter().any(|s| s.best().is_some());
        // For the very first batch one is enough.
        let enough = if self.next == 0 { 1 } else { count / 2 };
        self.sowing.fill(enough, growing, &self.target, &mut self.rng, stop);
        if stop() {
            return Vec::new();
        }
        let seeds = if growing { count / 2 } else { count };
        while self.asked.len() < seeds {
            let Some(Seed { preset, proposer, strand }) = self.sowing.next() else { break };
            self.wish(preset, Wish::Seed { proposer, strand });
        }
        let shares = self.shares();
        let mut attempts = 0;
        while growing && self.asked.len() < count && attempts < 4 * count {
            attempts += 1;
            let strand = self.rng.weighted(&shares);
            let others = self.strands.iter().enumerate().filter(|(k, _)| *k != strand);
            let others = others.filter_map(|(_, s)| s.best()).map(|node| node.preset.clone());
            let others: Vec<Arc<Preset>> = others.collect();
            let chosen = &mut self.strands[strand];
            let planted = chosen.planted();
            let proposed = chosen.propose(&self.settings.donors, &others, &mut self.rng);
            let Some((preset, moved)) = proposed else { continue };
            if moved == Move::Polish || self.known.insert(genome::key(&preset)) {
                self.wish(preset, Wish::Step { strand, planted, moved });
            }
        }
        self.asked.iter().map(|asked| asked.trial.clone()).collect()
    }

    fn wish(&mut self, preset: Preset, wish: Wish) {
        let polish = matches!(wish, Wish::Step { moved: Move::Polish, .. });
        let trial = Trial { index: self.next, preset: Arc::new(preset), polish };
        self.next += 1;
        self.asked.push(Asked { trial, wish });
    }

    /// Part of the trials of each strand: more the nearer it is hoped to come soon, some to all.
    fn shares(&self) -> Vec<f32> {
        let hoped = |s: &Strand| s.total() - AHEAD * s.progress();
        let mut order: Vec<usize> = (0..self.strands.len()).collect();
        order.sort_by(|a, b| hoped(&self.strands[*a]).total_cmp(&hoped(&self.strands[*b])));
        let mut shares = vec![0.0; self.strands.len()];
        for (rank, k) in order.into_iter().enumerate() {
            if self.strands[k].best().is_some() {
                let total = self.strands[k].total();
                // Where hardly anything is left to gain, hardly anything is spent.
                let left = total / (total + 0.05);
                shares[k] = left * (0.1 + 0.6f32.powi(rank as i32));
            }
        }
        shares
    }

    /// Takes verdicts on trials of the last batch, in any order; they count in the order in which
    /// they were asked.
    pub fn tell(&mut self, mut verdicts: Vec<Verdict>) {
        verdicts.sort_by_key(|verdict| verdict.index);
        let mut asked = std::mem::take(&mut self.asked);
        for verdict in verdicts {
            let Some(at) = asked.iter().position(|a| a.trial.index == verdict.index) else {
                continue;
            };
            let Asked { wish, .. } = asked.swap_remove(at);
            self.tries += 1;
            let node = Node {
                preset: verdict.preset,
                distances: verdict.distances,
                tries: self.tries,
                moved: Move::Planted(""),
            };
            match wish {
                Wish::Seed { proposer, strand } => {
                    self.sowing.tell(proposer, node.distances.total);
                    let moved = Move::Planted(self.sowing.name(proposer));
                    let node = Node { moved, ..node };
                    match strand {
                        Some(strand) => self.replant(strand, proposer, node, verdict.heard),
                        None => self.settle(proposer, node, verdict.heard),
                    }
                }
                Wish::Step { strand, planted, moved } => {
                    if self.strands[strand].planted() == planted {
                        let node = self.named(Node { moved, ..node }, strand);
                        self.news |= self.strands[strand].learn(node, verdict.heard);
                    }
                }
            }
        }
        self.wither();
    }

    /// Plants a first preset: on a free strand, on the strand of its kind, or on the worst, where
    /// it is better. A proposer takes no more strands from others than its success earns: what
    /// is nearest now need not be what comes nearest.
    fn settle(&mut self, proposer: usize, node: Node, heard: Heard) {
        if node.distances.score == 0.0 && self.best().is_some() {
            return;
        }
        let kin =
            |s: &&Strand| s.best().is_some_and(|b| moves::novelty(&b.preset, &node.preset) < ALIKE);
        let index_of = |of: &Strand| self.strands.iter().position(|s| std::ptr::eq(s, of));
        let alike = self.strands.iter().find(kin).and_then(index_of);
        let free = self.strands.iter().position(|s| s.best().is_none());
        let (best, _) = self.best().unzip();
        let total = |k: &usize| self.strands[*k].total();
        let own = |k: &usize| self.from[*k] == Some(proposer);
        let earned = self.sowing.earned(proposer, self.strands.len());
        let many = (0..self.strands.len()).filter(own).count() >= earned;
        let others = (0..self.strands.len()).filter(|k| Some(*k) != best && (!many || own(k)));
        let worst = others.max_by(|a, b| total(a).total_cmp(&total(b)));
        let Some(strand) = alike.or(free).or(worst) else { return };
        if node.distances.total < self.strands[strand].total() {
            let node = self.named(node, strand);
            self.strands[strand].plant(node, heard);
            self.from[strand] = Some(proposer);
            self.news = true;
        }
    }

    /// Asks for presets to plant withered strands anew; the two best never wither.
    fn wither(&mut self) {
        if !self.sowing.is_over() || !self.waits.is_empty() {
            return;
        }
        let mut totals: Vec<f32> = self.strands.iter().map(Strand::total).collect();
        totals.sort_by(f32::total_cmp);
        let second = totals.get(1).copied().unwrap_or_default();
        let withered = |s: &Strand| s.stale() > WITHERED && s.total() > second;
        let Some(strand) = self.strands.iter().position(withered) else { return };
        let left = self.sowing.replant(strand, REPLANTS, &self.target, &mut self.rng);
        if left > 0 {
            self.waits.push(Wait { strand, left, best: None });
        }
    }

    /// Counts a preset for a withered strand; the best that is unlike the other strands takes it.
    fn replant(&mut self, strand: usize, proposer: usize, node: Node, heard: Heard) {
        let others = self.strands.iter().enumerate().filter(|(k, _)| *k != strand);
        let bests = others.filter_map(|(_, s)| s.best());
        let novelty = bests.map(|b| moves::novelty(&b.preset, &node.preset)).fold(1.0, f32::min);
        let cost = node.distances.total - 0.4 * novelty;
        let Some(at) = self.waits.iter().position(|w| w.strand == strand) else { return };
        let wait = &mut self.waits[at];
        wait.left -= 1;
        if wait.best.as_ref().is_none_or(|(least, ..)| cost < *least) {
            wait.best = Some((cost, node, heard));
        }
        if wait.left == 0
            && let Some((_, node, heard)) = self.waits.swap_remove(at).best
        {
            let node = self.named(node, strand);
            self.strands[strand].plant(node, heard);
            self.from[strand] = Some(proposer);
            self.news = true;
        }
    }

    /// Names a node's preset after target and strand and writes down how it came to be. Presets
    /// that are not kept need no name.
    fn named(&self, node: Node, strand: usize) -> Node {
        if node.distances.total >= self.strands[strand].total() && self.waits.is_empty() {
            return node;
        }
        let mut preset = (*node.preset).clone();
        let parents = preset.meta.origin.take().map(|o| o.parents).unwrap_or_default();
        preset.meta.uuid = cross::uuid(&[], self.settings.seed ^ genome::key(&preset));
        preset.meta.name = format!("{} strand {}", self.settings.name, strand + 1);
        preset.meta.origin = Some(Origin {
            operator: "grow".into(),
            parents,
            seed: self.settings.seed,
            target: Some(self.target.hash.clone()),
            engine: env!("CARGO_PKG_VERSION").into(),
        });
        Node { preset: Arc::new(preset), ..node }
    }
}

#[cfg(test)]
mod tests;
