//! Crossover: children of two or more presets, and which parent each gene came from.

use cultivar_patch::schema::{Source, ids};
use cultivar_patch::{Breed, Id, Origin, Parent, Patch, Preset};
use uuid::Uuid;

use crate::Rng;
use crate::genome::{self, Driver, Section, destination, module, modules, section};

/// How parents are mixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// Every section as a whole from one parent.
    Section,
    /// Every module's structure from one parent, every number from any that has the module.
    Gene,
    /// Structure from one parent, numbers in between.
    Blend,
}

impl Operator {
    /// All operators.
    pub const ALL: [Operator; 3] = [Operator::Section, Operator::Gene, Operator::Blend];

    /// Its word in files and commands.
    pub fn id(self) -> &'static str {
        match self {
            Operator::Section => "section",
            Operator::Gene => "gene",
            Operator::Blend => "blend",
        }
    }
}

/// In [`Child::from`]: a mixture of parents.
pub const BLENDED: u8 = u8::MAX;

/// A child and its ancestry.
#[derive(Clone, Debug)]
pub struct Child {
    /// The child. Its origin names the operator and the parents with their true shares.
    pub preset: Preset,
    /// For every gene the parent it came from, as an index, or [`BLENDED`].
    pub from: Patch<u8>,
    /// The parents' shares of the genes that are heard, in per cent; they add up to 100.
    pub shares: Vec<f32>,
}

/// A child of `parents` with these weights (any positive numbers). At most 254 parents count.
/// `seed` is where `rng` began, for the child's origin.
pub fn cross(parents: &[(&Preset, f32)], operator: Operator, seed: u64) -> Option<Child> {
    let parents = &parents[..parents.len().min(254)];
    let weights: Vec<f32> = parents.iter().map(|(_, weight)| weight.max(0.0)).collect();
    let mut rng = Rng::new(seed);
    let lead = rng.weighted(&weights);
    let mut preset = (*parents.get(lead)?.0).clone();
    let mut from = Patch::from_fn(|_| lead as u8);
    let mut line = Line { parents, weights: &weights, rng: &mut rng };
    match operator {
        Operator::Section => line.sections(&mut preset, &mut from),
        Operator::Gene | Operator::Blend => {
            line.modules(&mut preset, &mut from);
            line.numbers(&mut preset, &mut from, operator);
        }
    }
    let shares = shares(&preset, &from, &weights);
    preset.meta = child_meta(parents, &shares, operator, seed);
    preset.unknown.clear();
    Some(Child { preset, from, shares })
}

fn child_meta(
    parents: &[(&Preset, f32)],
    shares: &[f32],
    operator: Operator,
    seed: u64,
) -> cultivar_patch::Meta {
    let mut meta = Preset::init().meta;
    // Children of the same parents and seed are the same child.
    meta.uuid = uuid(&parents.iter().map(|(p, _)| p.meta.uuid).collect::<Vec<_>>(), seed);
    let names: Vec<&str> = parents.iter().map(|(p, _)| p.meta.name.as_str()).collect();
    meta.name = names.join(" × ");
    let parent = |((p, _), share): (&(&Preset, f32), &f32)| Parent {
        uuid: p.meta.uuid,
        name: p.meta.name.clone(),
        weight: share / 100.0,
    };
    meta.origin = Some(Origin {
        operator: operator.id().into(),
        parents: parents.iter().zip(shares).map(parent).collect(),
        seed,
        target: None,
        engine: env!("CARGO_PKG_VERSION").into(),
    });
    meta
}

/// A uuid that depends on nothing but what a preset was made from.
pub(crate) fn uuid(parents: &[Uuid], seed: u64) -> Uuid {
    let mix = |mixed: u64, parent: &Uuid| {
        let (high, low) = parent.as_u64_pair();
        Rng::new(mixed ^ high.rotate_left(17) ^ low).bits()
    };
    let mut rng = Rng::new(parents.iter().fold(seed, mix));
    let bits = u128::from(rng.bits()) << 64 | u128::from(rng.bits());
    uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
}

/// Shares of the parents in what is heard, in per cent.
fn shares(preset: &Preset, from: &Patch<u8>, weights: &[f32]) -> Vec<f32> {
    let live = genome::live(preset);
    let total: f32 = weights.iter().sum::<f32>().max(f32::MIN_POSITIVE);
    let mut counts = vec![0.0; weights.len()];
    for (live, from) in live.leaves().iter().zip(from.leaves()) {
        match (*live, *from) {
            (false, _) => {}
            (true, BLENDED) => {
                counts.iter_mut().zip(weights).for_each(|(count, w)| *count += w / total);
            }
            (true, parent) => counts[usize::from(parent)] += 1.0,
        }
    }
    let all: f32 = counts.iter().sum::<f32>().max(f32::MIN_POSITIVE);
    counts.iter().map(|count| 100.0 * count / all).collect()
}

struct Line<'a> {
    parents: &'a [(&'a Preset, f32)],
    weights: &'a [f32],
    rng: &'a mut Rng,
}

impl Line<'_> {
    /// Every section from one parent; at least two parents give one, where two sound different.
    fn sections(&mut self, child: &mut Preset, from: &mut Patch<u8>) {
        let mut donors = Section::ALL.map(|_| self.rng.weighted(self.weights));
        let positive = self.weights.iter().filter(|w| **w > 0.0).count();
        if positive > 1 && donors.iter().all(|d| *d == donors[0]) {
            let without: Vec<f32> = (0..self.weights.len())
                .map(|k| if k == donors[0] { 0.0 } else { self.weights[k] })
                .collect();
            donors[self.rng.below(4)] = self.rng.weighted(&without);
        }
        for slot in 0..child.patch.route.len() {
            clear(&mut child.patch, slot);
        }
        for (section, donor) in Section::ALL.into_iter().zip(donors) {
            for index in (0..modules().len()).filter(|m| modules()[*m].section == section) {
                copy(child, from, self.parents[donor].0, donor as u8, index, index);
            }
        }
        let mut routes = Routes::default();
        for (wanted, donor) in Section::ALL.into_iter().zip(donors) {
            let goes = |id: Id| section(id) == wanted && !moves(id);
            routes.bring(child, from, self.parents[donor].0, donor as u8, goes);
        }
    }

    /// Every module and every route from one parent.
    fn modules(&mut self, child: &mut Preset, from: &mut Patch<u8>) {
        for index in 0..modules().len() {
            let donor = self.rng.weighted(self.weights);
            copy(child, from, self.parents[donor].0, donor as u8, index, index);
        }
    }

    /// Continuous genes of modules that several parents have: from any of them, or in between.
    fn numbers(&mut self, child: &mut Preset, from: &mut Patch<u8>, operator: Operator) {
        let live: Vec<Patch<bool>> = self.parents.iter().map(|(p, _)| genome::live(p)).collect();
        for k in 0..from.leaves().len() as u16 {
            let id = Id(k);
            if id.def().breed != Breed::Slide || section(id) == Section::Route {
                continue;
            }
            let having: Vec<f32> = live
                .iter()
                .zip(self.weights)
                .map(|(live, weight)| if live[id] { *weight } else { 0.0 })
                .collect();
            let total: f32 = having.iter().sum();
            if having.iter().filter(|w| **w > 0.0).count() < 2 {
                continue;
            }
            if operator == Operator::Blend {
                let sum: f32 =
                    self.parents.iter().zip(&having).map(|((p, _), w)| w * p.patch[id]).sum();
                child.patch[id] = id.def().legal(sum / total);
                from[id] = BLENDED;
            } else {
                let donor = self.rng.weighted(&having);
                child.patch[id] = self.parents[donor].0.patch[id];
                from[id] = donor as u8;
            }
        }
    }
}

/// Whether a parameter belongs to what moves others: such modules travel with their routes.
fn moves(id: Id) -> bool {
    match section(id) {
        Section::Lfo | Section::Route => true,
        Section::Env => module(id) != Driver::Env(0).module(),
        _ => false,
    }
}

fn clear(patch: &mut Patch<f32>, slot: usize) {
    let route = &ids().route[slot];
    for id in [route.source, route.destination, route.amount, route.curve] {
        patch[id] = id.def().default;
    }
}

/// Copies module `index` of `donor` onto module `onto` (of the same kind) of the child, with its
/// table or shape.
fn copy(
    child: &mut Preset,
    from: &mut Patch<u8>,
    donor: &Preset,
    parent: u8,
    index: usize,
    onto: usize,
) {
    for (source, to) in modules()[index].ids().zip(modules()[onto].ids()) {
        child.patch[to] = donor.patch[source];
        from[to] = parent;
    }
    let osc = module(ids().osc[0].on);
    if let (Some(table), Some(slot)) = (
        index.checked_sub(osc).and_then(|k| donor.tables.get(k)),
        onto.checked_sub(osc).and_then(|k| child.tables.get_mut(k)),
    ) {
        slot.clone_from(table);
    }
    let lfo = module(ids().lfo[0].mode);
    if let (Some(shape), Some(slot)) = (
        index.checked_sub(lfo).and_then(|k| donor.shapes.get(k)),
        onto.checked_sub(lfo).and_then(|k| child.shapes.get_mut(k)),
    ) {
        slot.clone_from(shape);
    }
    let macros = module(ids().macros[0].value);
    if let (Some(name), Some(slot)) = (
        index.checked_sub(macros).and_then(|k| donor.macros.get(k)),
        onto.checked_sub(macros).and_then(|k| child.macros.get_mut(k)),
    ) {
        slot.clone_from(name);
    }
}

/// Routes on their way into a child: where each driver and route of each parent went.
#[derive(Default)]
struct Routes {
    drivers: Vec<(u8, Driver, Driver)>,
    slots: Vec<(u8, usize, usize)>,
    taken: Vec<Driver>,
}

impl Routes {
    /// Brings all used routes of `donor` whose destination `goes`, with their drivers, then those
    /// that move what was brought. A route without a free slot or driver stays behind.
    fn bring(
        &mut self,
        child: &mut Preset,
        from: &mut Patch<u8>,
        donor: &Preset,
        parent: u8,
        goes: impl Fn(Id) -> bool,
    ) {
        for depth in 0..3 {
            for slot in 0..donor.patch.route.len() {
                let Some(id) = destination(&donor.patch, slot) else { continue };
                let wanted = if depth == 0 { goes(id) } else { moves(id) };
                let known = self.slots.iter().any(|(p, s, _)| (*p, *s) == (parent, slot));
                let to = if moves(id) { self.moved(parent, id) } else { Some(id) };
                let (true, false, Some(to)) = (wanted, known, to) else { continue };
                self.plant(child, from, donor, parent, slot, to);
            }
        }
    }

    fn plant(
        &mut self,
        child: &mut Preset,
        from: &mut Patch<u8>,
        donor: &Preset,
        parent: u8,
        slot: usize,
        to: Id,
    ) {
        let free = |s: &usize| Source::of(child.patch.route[*s].source) == Source::None;
        let Some(new) = Some(slot).filter(free).or((0..child.patch.route.len()).find(free)) else {
            return;
        };
        let mut source = donor.patch.route[slot].source;
        if let Some(driver) = Driver::of(source) {
            let Some(home) = self.home(child, from, donor, parent, driver) else { return };
            source = home.source();
        }
        let first = module(ids().route[0].source);
        copy(child, from, donor, parent, first + slot, first + new);
        child.patch.route[new].source = source;
        child.patch.route[new].destination = to.as_destination();
        self.slots.push((parent, slot, new));
    }

    /// Where a driver of `donor` lives in the child; moves it in if need be.
    fn home(
        &mut self,
        child: &mut Preset,
        from: &mut Patch<u8>,
        donor: &Preset,
        parent: u8,
        driver: Driver,
    ) -> Option<Driver> {
        if driver == Driver::Env(0) {
            return Some(driver);
        }
        let known = self.drivers.iter().find(|(p, d, _)| (*p, *d) == (parent, driver));
        if let Some((_, _, home)) = known {
            return Some(*home);
        }
        let (all, same): (Vec<Driver>, _) = match driver {
            Driver::Env(_) => ((1..4).map(Driver::Env).collect(), driver),
            Driver::Lfo(_) => ((0..6).map(Driver::Lfo).collect(), driver),
            Driver::Macro(_) => ((0..8).map(Driver::Macro).collect(), driver),
        };
        let free = |d: &Driver| !self.taken.contains(d);
        let home = Some(same).filter(free).or(all.into_iter().find(free))?;
        self.taken.push(home);
        self.drivers.push((parent, driver, home));
        copy(child, from, donor, parent, driver.module(), home.module());
        Some(home)
    }

    /// The address in the child of a parameter of something that was brought.
    fn moved(&self, parent: u8, id: Id) -> Option<Id> {
        let (old, new) = if section(id) == Section::Route {
            let first = module(ids().route[0].source);
            let found = self.slots.iter().find(|(p, s, _)| (*p, first + s) == (parent, module(id)));
            found.map(|(_, old, new)| (first + old, first + new))?
        } else {
            let found =
                self.drivers.iter().find(|(p, d, _)| (*p, d.module()) == (parent, module(id)));
            found.map(|(_, old, new)| (old.module(), new.module()))?
        };
        Some(Id(id.0 - modules()[old].ids.start + modules()[new].ids.start))
    }
}

/// Puts module `index` of `donor` into `child`, with the routes that move it and their drivers.
/// What the child's own routes use stays.
pub(crate) fn graft(child: &mut Preset, donor: &Preset, index: usize) {
    let mut from = Patch::from_fn(|_| 0);
    let mut routes = Routes::default();
    for slot in 0..child.patch.route.len() {
        match destination(&child.patch, slot) {
            Some(id) if module(id) == index => clear(&mut child.patch, slot),
            Some(_) => routes.taken.extend(Driver::of(child.patch.route[slot].source)),
            None => {}
        }
    }
    copy(child, &mut from, donor, 0, index, index);
    routes.bring(child, &mut from, donor, 0, |id| module(id) == index);
}

#[cfg(test)]
mod tests;
