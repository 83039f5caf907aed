//! A jury: trials judged on all threads of a pool.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cultivar_breed::genome::Locks;
use cultivar_breed::moves::Move;
use cultivar_breed::simplify::simplify;
use cultivar_breed::{Judge, NEVER, Node, Rng, Target, Trial, Verdict, wild};
use rayon::ThreadPool;
use rayon::prelude::*;

/// Random patches that are judged at a time.
const BATCH: u64 = 64;

/// One judge for each thread.
pub(super) struct Jury<'a> {
    target: &'a Target,
    pool: &'a ThreadPool,
    seats: Vec<Mutex<Judge>>,
}

impl<'a> Jury<'a> {
    pub(super) fn new(target: &'a Target, pool: &'a ThreadPool) -> Self {
        let seat = |_| Mutex::new(Judge::new(target));
        Jury { target, pool, seats: (0..pool.current_num_threads()).map(seat).collect() }
    }

    /// Judges every trial, in no order.
    pub(super) fn judge(&self, trials: &[Trial]) -> Vec<Verdict> {
        self.pool.install(|| {
            let judged = trials.par_iter();
            let judged =
                judged.filter_map(|trial| trial.judge(self.target, &mut self.seat(), NEVER));
            judged.collect()
        })
    }

    /// All nodes without what hardly anybody hears, as far as it goes until `stop`.
    pub(super) fn simplify(&self, nodes: Vec<Node>, stop: impl Fn() -> bool + Sync) -> Vec<Node> {
        self.pool.install(|| {
            let simple = nodes.into_par_iter().map(|node| {
                let mut judge = self.seat();
                simplify(&node, Locks::default(), self.target, &mut judge, &stop)
            });
            simple.collect()
        })
    }

    /// The judge of this thread.
    fn seat(&self) -> MutexGuard<'_, Judge> {
        let seat = &self.seats[rayon::current_thread_index().unwrap_or(0)];
        seat.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The best of `count` random patches.
    pub(super) fn random(&self, count: u64, seed: u64) -> Option<Node> {
        let mut rng = Rng::stream(seed, 0);
        let mut best: Option<Node> = None;
        for start in (0..count).step_by(BATCH as usize) {
            let trial =
                |index| Trial { index, preset: Arc::new(wild::preset(&mut rng)), polish: false };
            let trials: Vec<Trial> = (start..count.min(start + BATCH)).map(trial).collect();
            let mut verdicts = self.judge(&trials);
            verdicts.sort_by_key(|verdict| verdict.index);
            for (verdict, trial) in verdicts.into_iter().zip(trials) {
                let total = verdict.distances.total;
                if best.as_ref().is_none_or(|best| total < best.distances.total) {
                    best = Some(Node {
                        preset: trial.preset,
                        distances: verdict.distances,
                        tries: verdict.index + 1,
                        moved: Move::Planted("random"),
                    });
                }
            }
        }
        best
    }
}
