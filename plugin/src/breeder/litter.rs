//! One litter: asked for, played on as many threads as are free, told.

use std::sync::atomic::Ordering;
use std::time::Duration;

use cultivar_breed::genome::{self, Locks};
use cultivar_breed::litter::Born;
use cultivar_breed::{Barren, Booth, Litter, Operator, Recipe};
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
        litter
            .tell(budget::share_out(&takes, &mut booths, |take, booth| take.play(booth, &stop)))?;
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
