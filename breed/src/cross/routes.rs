//! Modulation on its way into a child: routes travel with what they move, drivers with them.

use cultivar_patch::schema::{Source, ids};
use cultivar_patch::{Id, Patch, Preset};

use super::ancestry::{Gene, Trace};
use crate::genome::{Driver, Locks, Section, destination, module, modules, section};

/// Whether a parameter belongs to what moves others: such modules travel with their routes.
pub(crate) fn moves(id: Id) -> bool {
    match section(id) {
        Section::Lfo | Section::Route => true,
        Section::Env => module(id) != Driver::Env(0).module(),
        _ => false,
    }
}

/// The module of a route.
pub(crate) fn slot_module(slot: usize) -> usize {
    module(ids().route[0].source) + slot
}

/// Empties a route.
pub(crate) fn clear(patch: &mut Patch<f32>, slot: usize) {
    let route = &ids().route[slot];
    for id in [route.source, route.destination, route.amount, route.curve] {
        patch[id] = id.def().default;
    }
}

/// A parent as it is copied from: its place among the parents, and itself.
#[derive(Clone, Copy)]
pub(super) struct Donor<'a> {
    pub(super) parent: u8,
    pub(super) preset: &'a Preset,
}

/// Copies module `index` of a donor onto module `onto` (of the same kind) of the child, with
/// its table, recording, shape or name.
pub(super) fn copy(child: &mut Preset, trace: &mut Trace, donor: Donor, index: usize, onto: usize) {
    let Donor { parent, preset } = donor;
    let of = |at: u16| Gene::Of { parent, at };
    for (source, to) in modules()[index].ids().zip(modules()[onto].ids()) {
        child.patch[to] = preset.patch[source];
        trace.genes[to] = of(source.0);
    }
    let place = |first: Id| {
        let first = module(first);
        (index.checked_sub(first), onto.checked_sub(first))
    };
    if let (Some(from), Some(to)) = place(ids().osc[0].on)
        && let (Some(table), Some(slot)) = (preset.tables.get(from), child.tables.get_mut(to))
    {
        slot.clone_from(table);
        trace.tables[to] = of(from as u16);
    }
    if [index, onto] == [module(ids().sample.on); 2] {
        child.clip.clone_from(&preset.clip);
        trace.clip = of(0);
    }
    if let (Some(from), Some(to)) = place(ids().lfo[0].mode)
        && let (Some(shape), Some(slot)) = (preset.shapes.get(from), child.shapes.get_mut(to))
    {
        slot.clone_from(shape);
        trace.shapes[to] = of(from as u16);
    }
    if let (Some(from), Some(to)) = place(ids().macros[0].value)
        && let (Some(name), Some(slot)) = (preset.macros.get(from), child.macros.get_mut(to))
    {
        slot.clone_from(name);
    }
}

/// Makes module `index` of a preset what it is in another, with its table, recording, shape or
/// name; no routes come along.
pub(crate) fn put_back(preset: &mut Preset, other: &Preset, index: usize) {
    copy(preset, &mut Trace::new(), Donor { parent: 0, preset: other }, index, index);
}

/// Routes on their way into a child: where each driver and route of each parent went.
#[derive(Default)]
pub(super) struct Routes {
    /// Drivers of parents, and where they live in the child.
    pub(super) drivers: Vec<(u8, Driver, Driver)>,
    /// Slots of parents, and where they are in the child.
    pub(super) slots: Vec<(u8, usize, usize)>,
    taken: Vec<Driver>,
    locks: Locks,
}

impl Routes {
    /// Routes into a child whose drivers in locked sections stay what they are: they drive what
    /// comes.
    pub(super) fn within(locks: Locks) -> Self {
        Routes { locks, ..Routes::default() }
    }

    /// Brings all used routes of a donor whose destination `goes`, with their drivers, then
    /// those that move what was brought. A route without a free slot or driver stays behind.
    pub(super) fn bring(
        &mut self,
        child: &mut Preset,
        trace: &mut Trace,
        donor: Donor,
        goes: impl Fn(Id) -> bool,
    ) {
        let (parent, patch) = (donor.parent, &donor.preset.patch);
        for depth in 0..3 {
            for slot in 0..patch.route.len() {
                let Some(id) = destination(patch, slot) else { continue };
                let wanted = if depth == 0 { goes(id) } else { moves(id) };
                let known = self.slots.iter().any(|(p, s, _)| (*p, *s) == (parent, slot));
                let to = if moves(id) { self.moved(parent, id) } else { Some(id) };
                let (true, false, Some(to)) = (wanted, known, to) else { continue };
                self.plant(child, trace, donor, slot, to);
            }
        }
    }

    fn plant(&mut self, child: &mut Preset, trace: &mut Trace, donor: Donor, slot: usize, to: Id) {
        let free = |s: &usize| Source::of(child.patch.route[*s].source) == Source::None;
        let Some(new) = Some(slot).filter(free).or((0..child.patch.route.len()).find(free)) else {
            return;
        };
        let mut source = donor.preset.patch.route[slot].source;
        if let Some(driver) = Driver::of(source) {
            let Some(home) = self.home(child, trace, donor, driver) else { return };
            source = home.source();
        }
        copy(child, trace, donor, slot_module(slot), slot_module(new));
        child.patch.route[new].source = source;
        child.patch.route[new].destination = to.as_destination();
        self.slots.push((donor.parent, slot, new));
    }

    /// Where a driver of a donor lives in the child; moves it in if need be.
    fn home(
        &mut self,
        child: &mut Preset,
        trace: &mut Trace,
        donor: Donor,
        driver: Driver,
    ) -> Option<Driver> {
        let locked = match driver {
            Driver::Env(_) => self.locks.has(Section::Env),
            Driver::Lfo(_) | Driver::Random(_) | Driver::Macro(_) => self.locks.has(Section::Lfo),
        };
        if driver == Driver::Env(0) || locked {
            return Some(driver);
        }
        let mine = |(p, d, _): &&(u8, Driver, Driver)| (*p, *d) == (donor.parent, driver);
        if let Some((_, _, home)) = self.drivers.iter().find(mine) {
            return Some(*home);
        }
        let (all, same): (Vec<Driver>, _) = match driver {
            Driver::Env(_) => ((1..4).map(Driver::Env).collect(), driver),
            Driver::Lfo(_) => ((0..6).map(Driver::Lfo).collect(), driver),
            Driver::Random(_) => ((0..2).map(Driver::Random).collect(), driver),
            Driver::Macro(_) => ((0..8).map(Driver::Macro).collect(), driver),
        };
        let free = |d: &Driver| !self.taken.contains(d);
        let home = Some(same).filter(free).or(all.into_iter().find(free))?;
        self.taken.push(home);
        self.drivers.push((donor.parent, driver, home));
        copy(child, trace, donor, driver.module(), home.module());
        Some(home)
    }

    /// The address in the child of a parameter of something that was brought.
    fn moved(&self, parent: u8, id: Id) -> Option<Id> {
        let (old, new) = if section(id) == Section::Route {
            let mine =
                |(p, s, _): &&(u8, usize, usize)| (*p, slot_module(*s)) == (parent, module(id));
            let found = self.slots.iter().find(mine);
            found.map(|(_, old, new)| (slot_module(*old), slot_module(*new)))?
        } else {
            let mine = |(p, d, _): &&(u8, Driver, Driver)| (*p, d.module()) == (parent, module(id));
            let found = self.drivers.iter().find(mine);
            let stays = || self.locks.has(section(id)).then(|| (module(id), module(id)));
            found.map(|(_, old, new)| (old.module(), new.module())).or_else(stays)?
        };
        Some(Id(id.0 - modules()[old].ids.start + modules()[new].ids.start))
    }
}

/// Puts module `index` of `donor` into `child`, with the routes that move it and their drivers.
/// What the child's own routes use stays.
pub(crate) fn graft(child: &mut Preset, donor: &Preset, index: usize) {
    let mut trace = Trace::new();
    let mut routes = Routes::default();
    for slot in 0..child.patch.route.len() {
        match destination(&child.patch, slot) {
            Some(id) if module(id) == index => clear(&mut child.patch, slot),
            Some(_) => routes.taken.extend(Driver::of(child.patch.route[slot].source)),
            None => {}
        }
    }
    let donor = Donor { parent: 0, preset: donor };
    copy(child, &mut trace, donor, index, index);
    routes.bring(child, &mut trace, donor, |id| module(id) == index);
}
