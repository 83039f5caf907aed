//! A child in the making: its structure, module by module, with the routes that belong to it.

use cultivar_patch::schema::ids;
use cultivar_patch::{Patch, Preset};

use super::ancestry::{Gene, Mixes, Trace};
use super::routes::{Donor, Routes, clear, copy, moves, slot_module};
use crate::Rng;
use crate::genome::{self, Locks, Section, module, modules, section};

/// The parents' line and what has come of it so far.
pub(super) struct Line<'a> {
    pub(super) parents: &'a [(&'a Preset, f32)],
    pub(super) weights: &'a [f32],
    /// Genes of each parent that are heard.
    pub(super) live: Vec<Patch<bool>>,
    locks: Locks,
    /// Modules of the child that stay as they are in the first parent.
    pub(super) locked: Vec<bool>,
    pub(super) rng: &'a mut Rng,
    pub(super) child: Preset,
    pub(super) trace: Trace,
    pub(super) mixes: Mixes,
}

impl<'a> Line<'a> {
    /// A line without a child yet; nothing without parents.
    pub(super) fn new(
        parents: &'a [(&'a Preset, f32)],
        weights: &'a [f32],
        locks: Locks,
        rng: &'a mut Rng,
    ) -> Option<Self> {
        let (first, _) = parents.first()?;
        Some(Line {
            parents,
            weights,
            live: parents.iter().map(|(parent, _)| genome::live(parent)).collect(),
            locks,
            locked: locks.modules(&first.patch),
            rng,
            child: Preset { partner: None, ..(*first).clone() },
            trace: Trace::new(),
            mixes: Mixes::default(),
        })
    }

    /// Puts the child together: whole sections where `by_section`, single modules otherwise.
    pub(super) fn build(&mut self, by_section: bool) {
        let donors = if by_section { self.by_section() } else { self.by_module() };
        for (index, donor) in donors.iter().enumerate() {
            self.copy(index, if self.locked[index] { 0 } else { *donor });
        }
        // A child morphs to nobody.
        let position = ids().morph.position;
        self.child.patch[position] = position.def().default;
        self.trace.genes[position] = Gene::New;
        let all = self.locks.has(Section::Route);
        for slot in (0..self.child.patch.route.len()).filter(|_| !all) {
            clear(&mut self.child.patch, slot);
            modules()[slot_module(slot)].ids().for_each(|id| self.trace.genes[id] = Gene::New);
        }
        if all {
            return;
        }
        // What is locked comes first, so that no other takes the place of what moves it.
        let mut routes = Routes::within(self.locks);
        let locked = |id| self.locks.has(section(id));
        let Line { child, trace, parents, .. } = self;
        let donor = |parent: usize| Donor { parent: parent as u8, preset: parents[parent].0 };
        routes.bring(child, trace, donor(0), |id| !moves(id) && locked(id));
        for parent in 0..parents.len() {
            let goes = |id| !moves(id) && !locked(id) && donors[module(id)] == parent;
            routes.bring(child, trace, donor(parent), goes);
        }
    }

    fn copy(&mut self, index: usize, parent: usize) {
        let donor = Donor { parent: parent as u8, preset: self.parents[parent].0 };
        copy(&mut self.child, &mut self.trace, donor, index, index);
    }

    /// A parent for every section; at least two parents give one, where two may and what may be
    /// given is more than one.
    fn by_section(&mut self) -> Vec<usize> {
        let mut donors = Section::ALL.map(|_| self.rng.weighted(self.weights));
        let sounding = |section: &Section| *section != Section::Voice && !self.locks.has(*section);
        let free: Vec<usize> = (0..donors.len()).filter(|k| sounding(&Section::ALL[*k])).collect();
        let with_locks = |k: usize, donor: usize| {
            if self.locks.has(Section::ALL[k]) { 0 } else { donor }
        };
        donors = std::array::from_fn(|k| with_locks(k, donors[k]));
        let given = donors[free.first().copied().unwrap_or_default()];
        let others: Vec<f32> = (0..self.weights.len())
            .map(|k| if k == given { 0.0 } else { self.weights[k] })
            .collect();
        if donors[..6].iter().all(|d| *d == given)
            && others.iter().any(|w| *w > 0.0)
            && let Some(k) = self.rng.pick(&free)
        {
            donors[*k] = self.rng.weighted(&others);
        }
        let of = |section: Section| Section::ALL.iter().position(|s| *s == section);
        modules().iter().map(|m| of(m.section).map_or(0, |k| donors[k])).collect()
    }

    /// A parent for every module.
    fn by_module(&mut self) -> Vec<usize> {
        let draw = |module: &genome::Module| {
            let donor = self.rng.weighted(self.weights);
            if self.locks.has(module.section) { 0 } else { donor }
        };
        modules().iter().map(draw).collect()
    }
}
