//! One litter: asked for, played on as many threads as are free, told.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cultivar_breed::genome::{self, Locks};
use cultivar_breed::litter::{Born, Heard, Take};
use cultivar_breed::{Barren, Booth, Litter, Operator, Recipe, Stop};
use cultivar_gui::{CHILDREN, Mix, Section};

use super::Common;
use super::family::Family;
use crate::budget;

/// How long to wait for threads that growths use.
const PATIENCE: Duration = Duration::from_millis(60);

/// The children of a family; nothing where they are not wanted any more, because there were
/// more wishes than these.
pub(super) fn breed(
    family: &Family,
    seed: u64,
    common: &Common,
    wishes: u64,
) -> Result<Option<Vec<Born>>, Barren> {
    let newest = || common.wishes.load(Ordering::Relaxed) == wishes;
    let stop = || common.stop.load(Ordering::Relaxed) || !newest();
    let mut litter = Litter::new(recipe(family, seed))?;
    // The player waits for it, and it is short: growths make room, and all cores may work.
    let permit = budget::take(usize::MAX, PATIENCE);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = permit.as_ref().map_or(1, |permit| permit.threads() + 1).min(cores);
    let mut booths: Vec<Booth> = (0..threads).map(|_| Booth::new()).collect();
    loop {
        let takes = litter.ask(&stop);
        if stop() {
            return Ok(None);
        }
        if takes.is_empty() {
            return Ok(Some(litter.children().cloned().collect()));
        }
        litter.tell(play(&takes, &mut booths, &stop))?;
    }
}

fn recipe(family: &Family, seed: u64) -> Recipe {
    let ways = &family.ways;
    let parents = family.parents.iter().map(|parent| (parent.preset.clone(), parent.weight));
    Recipe {
        parents: parents.collect(),
        operator: operator(ways.mix),
        mutation: ways.mutation,
        locks: Locks::of(ways.locked.iter().flat_map(|section| sections(*section)).copied()),
        seed,
        children: CHILDREN,
        donors: Vec::new(),
    }
}

/// The operator of the search in the player's word.
pub(super) fn operator(mix: Mix) -> Operator {
    match mix {
        Mix::Section => Operator::Section,
        Mix::Gene => Operator::Gene,
        Mix::Blend => Operator::Blend,
    }
}

/// The sections of the search in the player's word.
fn sections(section: Section) -> &'static [genome::Section] {
    use genome::Section as S;
    match section {
        Section::Oscillators => &[S::Osc, S::Noise],
        Section::Filters => &[S::Filter],
        Section::Envelopes => &[S::Env],
        Section::Modulation => &[S::Lfo, S::Route],
        Section::Effects => &[S::Fx],
    }
}

/// Plays all notes on as many threads as there are booths, this one among them.
fn play(takes: &[Take], booths: &mut [Booth], stop: &(impl Fn() -> bool + Sync)) -> Vec<Heard> {
    let next = AtomicUsize::new(0);
    let work = |booth: &mut Booth| {
        let stop: Stop = stop;
        let mut heard = Vec::new();
        while let Some(take) = takes.get(next.fetch_add(1, Ordering::Relaxed))
            && let Some(note) = take.play(booth, stop)
        {
            heard.push(note);
        }
        heard
    };
    let Some((own, others)) = booths.split_first_mut() else { return Vec::new() };
    std::thread::scope(|scope| {
        let work = &work;
        let others: Vec<_> = others.iter_mut().map(|b| scope.spawn(move || work(b))).collect();
        let mut heard = work(own);
        for other in others {
            match other.join() {
                Ok(more) => heard.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        heard
    })
}
