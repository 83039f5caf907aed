//! Crossover: children of several presets, and where each of their genes came from.
//!
//! A child's structure is put together from modules of its parents: all modules of a section
//! from one parent (*section*), or each from any (*gene*, *blend*). Modulation routes travel
//! with the module that they move, and bring along what drives them. Then *gene* takes each
//! number from any parent that has the module, and *blend* takes it from in between.

mod ancestry;
mod line;
mod mix;
mod name;
mod routes;
pub mod tables;

use cultivar_patch::{Origin, Parent, Preset};
use uuid::Uuid;

use crate::Rng;
use crate::genome::{self, Driver, Locks};
use crate::mutate::mutate_within;

pub use ancestry::{Ancestry, Gene, Trace};
use line::Line;
pub(crate) use routes::{clear, graft, put_back};

/// Most parents of one child.
pub const MOST: usize = 8;
/// Deviation of the logarithm of the weights with which a blend is drawn.
const LEAN: f32 = 0.8;

/// How parents are mixed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Operator {
    /// Every section as a whole from one parent.
    #[default]
    Section,
    /// Every module's structure from one parent, every number from any that has the module.
    Gene,
    /// Structure from one parent, numbers, tables and shapes in between.
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

/// A child and its ancestry.
#[derive(Clone, Debug, PartialEq)]
pub struct Child {
    /// The child. Its origin names the operator, the seed and the parents with their shares.
    pub preset: Preset,
    /// Whose it is.
    pub ancestry: Ancestry,
}

/// What children are made from, and how.
#[derive(Clone, Copy, Debug)]
pub struct Cross<'a> {
    /// The parents, [`MOST`] at most, and their weights: any numbers from 0 up, not all 0.
    pub parents: &'a [(&'a Preset, f32)],
    /// How they are mixed.
    pub operator: Operator,
    /// How much children are changed after that, 0 to 1.
    pub mutation: f32,
    /// What they have from their first parent as it is there.
    pub locks: Locks,
    /// Presets from which mutation takes modules and choices.
    pub donors: &'a [Preset],
}

impl Cross<'_> {
    /// The child of a seed; nothing without parents.
    pub fn child(&self, seed: u64) -> Option<Child> {
        let parents = &self.parents[..self.parents.len().min(MOST)];
        let mut rng = Rng::new(seed);
        let weights = self.weights(parents.len(), &mut rng);
        let mut line = Line::new(parents, &weights, self.locks, &mut rng)?;
        line.build(self.operator == Operator::Section);
        match self.operator {
            Operator::Section => {}
            Operator::Gene => line.pick(),
            Operator::Blend => line.blend(),
        }
        let Line { child: crossed, mut trace, mixes, .. } = line;
        let mut child = crossed.clone();
        mutate_within(&mut child, self.mutation, self.donors, self.locks, &mut rng);
        trace.mark_new(&crossed, &child);
        forget_idle_macros(&mut child);
        let ancestry = Ancestry::count(&child, trace, &mixes, parents.len());
        self.describe(&mut child, &ancestry, seed, &mut rng);
        Some(Child { preset: child, ancestry })
    }

    /// The parents' weights; for a blend a point somewhere around them.
    fn weights(&self, count: usize, rng: &mut Rng) -> Vec<f32> {
        let weights = self.parents[..count].iter().map(|(_, weight)| weight.max(0.0));
        match self.operator {
            Operator::Blend => weights.map(|w| w * (LEAN * rng.normal()).exp()).collect(),
            _ => weights.collect(),
        }
    }

    /// A name for a child, of those of its parents.
    pub(crate) fn name(&self, ancestry: &Ancestry, rng: &mut Rng) -> String {
        let shares = self.parents.iter().zip(&ancestry.parents);
        let mut names: Vec<(&str, u8)> =
            shares.map(|((parent, _), share)| (&parent.meta.name[..], *share)).collect();
        names.sort_by_key(|(_, share)| std::cmp::Reverse(*share));
        name::of(&names, rng)
    }

    /// Gives a child its name, its identity and its origin.
    fn describe(&self, child: &mut Preset, ancestry: &Ancestry, seed: u64, rng: &mut Rng) {
        let parents = &self.parents[..ancestry.parents.len()];
        let mut meta = Preset::init().meta;
        let uuids: Vec<Uuid> = parents.iter().map(|(p, _)| p.meta.uuid).collect();
        // Children of the same parents and seed are the same child.
        meta.uuid = uuid(&uuids, seed ^ genome::key(child));
        meta.name = self.name(ancestry, rng);
        let common = |tag: &&String| parents.iter().all(|(p, _)| p.meta.tags.contains(tag));
        let first = parents.first().map_or(&[][..], |(p, _)| &p.meta.tags);
        meta.tags = first.iter().filter(common).cloned().collect();
        let parent = |((p, _), share): (&(&Preset, f32), &u8)| Parent {
            uuid: p.meta.uuid,
            name: p.meta.name.clone(),
            weight: f32::from(*share) / 100.0,
        };
        meta.origin = Some(Origin {
            operator: self.operator.id().into(),
            parents: parents.iter().zip(&ancestry.parents).map(parent).collect(),
            seed,
            target: None,
            engine: env!("CARGO_PKG_VERSION").into(),
        });
        child.meta = meta;
        child.unknown.clear();
    }
}

/// Takes the names of macros away that move nothing.
fn forget_idle_macros(child: &mut Preset) {
    for k in 0..child.macros.len() {
        let source = Driver::Macro(k).source();
        let moves = |slot: usize| {
            child.patch.route[slot].source == source
                && genome::destination(&child.patch, slot).is_some()
        };
        if !(0..child.patch.route.len()).any(moves) {
            child.macros[k].clear();
        }
    }
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

#[cfg(test)]
mod tests;
