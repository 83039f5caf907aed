//! A litter: children of the same parents that can be heard, do not clip, and are unlike their
//! parents and one another.
//!
//! As a growth it is a pure state machine: [`Litter::ask`] gives notes to be played, anybody
//! plays them on any number of threads, [`Litter::tell`] takes what was heard. The same recipe
//! gives the same children.

mod booth;

use std::sync::Arc;

use cultivar_patch::Preset;
use cultivar_patch::schema::ids;

use crate::cross::{Child, Cross, MOST, Operator};
use crate::genome::Locks;
use crate::{Rng, Stop, wild};

pub use booth::{Booth, Heard, Take};

/// Children of a litter, one for each key of an octave.
pub const CHILDREN: usize = 12;
/// Loudness in LUFS under which a sound cannot be heard.
const SILENT: f32 = -60.0;
/// Decibels by which a child may be louder or softer than its parents.
const SWING: f32 = 2.0;
/// Peak in decibels of full scale that the hardest note of a child may have: what is left above
/// it is for longer and other notes.
const PEAK: f32 = -3.0;
/// Least distance of a child to its parents and siblings.
const UNLIKE: f32 = 0.06;
/// Distance under which a sound is the same one.
const COPY: f32 = 0.01;
/// Times that a child is drawn with the mutation that was asked for, and times at all.
const PATIENCE: u64 = 4;
const DRAWS: u64 = 16;
/// Names that are tried before a name gets a number.
const NAMES: usize = 12;
/// Wild presets from which mutation takes modules where no donors are given.
const WILD: usize = 24;

/// Why there can be no children.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Barren {
    /// No parents.
    #[error("a litter needs a parent")]
    NoParents,
    /// More parents than count.
    #[error("{0} parents are too many; {MOST} are the most")]
    TooMany(usize),
    /// Weights that are not numbers, or all 0.
    #[error("the weights of the parents must be numbers from 0 up, and not all 0")]
    NoWeight,
    /// Nothing is heard of any parent.
    #[error("no parent can be heard: {}", .0.join(", "))]
    Silent(Vec<String>),
    /// Locks leave too little to be changed.
    #[error(
        "only {0} children that can be heard and differ were found; unlock a section, or mutate more"
    )]
    Alike(usize),
}

/// What a litter is made from.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// Up to [`MOST`] parents and their weights. One has children by mutation alone.
    pub parents: Vec<(Arc<Preset>, f32)>,
    /// How they are mixed.
    pub operator: Operator,
    /// How much children are changed after that, 0 to 1; more where they would be too alike.
    pub mutation: f32,
    /// What they have from their first parent as it is there.
    pub locks: Locks,
    /// Where random numbers begin.
    pub seed: u64,
    /// How many children.
    pub children: usize,
    /// Presets from which mutation takes modules and choices, besides the parents; random ones
    /// that make sense where there are none.
    pub donors: Vec<Preset>,
}

impl Recipe {
    /// Twelve children of parents of one weight, by section, mutated a little.
    pub fn new(parents: Vec<Arc<Preset>>) -> Recipe {
        Recipe {
            parents: parents.into_iter().map(|parent| (parent, 1.0)).collect(),
            operator: Operator::Section,
            mutation: 0.1,
            locks: Locks::default(),
            seed: 0,
            children: CHILDREN,
            donors: Vec::new(),
        }
    }

    fn check(&self) -> Result<(), Barren> {
        let legal = |(_, weight): &(_, f32)| *weight >= 0.0 && weight.is_finite();
        match self.parents.len() {
            0 => Err(Barren::NoParents),
            count if count > MOST => Err(Barren::TooMany(count)),
            _ if !self.parents.iter().all(legal) => Err(Barren::NoWeight),
            _ if self.parents.iter().all(|(_, weight)| *weight == 0.0) => Err(Barren::NoWeight),
            _ => Ok(()),
        }
    }
}

/// A child that was born.
#[derive(Clone, Debug)]
pub struct Born {
    /// The child, at the level of its family.
    pub child: Child,
    /// How it sounds.
    pub heard: Arc<Heard>,
    /// How far it is from the nearest of its parents and older siblings: about 1 is unrelated.
    pub apart: f32,
}

/// One place in the litter.
#[derive(Clone, Debug, Default)]
struct Place {
    born: Option<Born>,
    draws: u64,
    /// The best so far of what is too much like another.
    spare: Option<Born>,
}

/// What a note is played for.
#[derive(Clone, Debug)]
enum Role {
    Parent(usize),
    Child(usize, Box<Child>),
}

/// A litter on its way.
pub struct Litter {
    recipe: Recipe,
    pool: Vec<Preset>,
    parents: Vec<Option<Arc<Heard>>>,
    places: Vec<Place>,
    asked: Vec<Role>,
}

impl Litter {
    /// A litter of which nothing is heard yet.
    pub fn new(mut recipe: Recipe) -> Result<Litter, Barren> {
        recipe.check()?;
        recipe.mutation = if recipe.mutation.is_nan() { 0.0 } else { recipe.mutation };
        let mut pool: Vec<Preset> = recipe.parents.iter().map(|(p, _)| (**p).clone()).collect();
        pool.append(&mut recipe.donors);
        if pool.len() == recipe.parents.len() {
            let mut rng = Rng::stream(recipe.seed, u64::MAX);
            pool.extend((0..WILD).map(|_| wild::preset(&mut rng)));
        }
        Ok(Litter {
            parents: vec![None; recipe.parents.len()],
            places: vec![Place::default(); recipe.children.clamp(1, 128)],
            asked: Vec::new(),
            recipe,
            pool,
        })
    }

    /// The notes to be played next; none when all children are born. What was not told of the
    /// notes before is asked again.
    pub fn ask(&mut self, stop: Stop) -> Vec<Take> {
        self.asked.clear();
        let mut takes: Vec<Take> = Vec::new();
        let parents = self.recipe.parents.iter().zip(&self.parents).enumerate();
        for (k, ((parent, _), _)) in parents.filter(|(_, (_, heard))| heard.is_none()) {
            takes.push(Take { index: takes.len(), preset: parent.clone() });
            self.asked.push(Role::Parent(k));
        }
        for k in 0..self.places.len() {
            if self.places[k].born.is_some() {
                continue;
            }
            if stop() {
                self.asked.clear();
                return Vec::new();
            }
            if let Some(child) = self.draw(k) {
                takes.push(Take { index: takes.len(), preset: Arc::new(child.preset.clone()) });
                self.asked.push(Role::Child(k, Box::new(child)));
            }
        }
        takes
    }

    /// The next child of a place.
    fn draw(&self, k: usize) -> Option<Child> {
        let Recipe { seed, mutation, .. } = self.recipe;
        let draws = self.places[k].draws;
        let seed = Rng::stream(seed, (k as u64) << 32 | draws).bits();
        let wider = draws.saturating_sub(PATIENCE) as f32 / (DRAWS - PATIENCE) as f32;
        let mutation = mutation + (1.0 - mutation) * wider;
        self.crossed(mutation, |cross| cross.child(seed))
    }

    /// What comes of a cross of the parents.
    fn crossed<T>(&self, mutation: f32, with: impl FnOnce(&Cross<'_>) -> T) -> T {
        let Recipe { operator, locks, .. } = self.recipe;
        let parents: Vec<(&Preset, f32)> =
            self.recipe.parents.iter().map(|(p, weight)| (&**p, *weight)).collect();
        with(&Cross { parents: &parents, operator, mutation, locks, donors: &self.pool })
    }

    /// Takes what was heard of the notes that were asked for, in any order.
    pub fn tell(&mut self, mut heard: Vec<Heard>) -> Result<(), Barren> {
        heard.sort_by_key(|heard| heard.index);
        let mut asked = std::mem::take(&mut self.asked).into_iter().enumerate();
        for heard in heard {
            match asked.find(|(index, _)| *index == heard.index) {
                Some((_, Role::Parent(k))) => self.parents[k] = Some(Arc::new(heard)),
                Some((_, Role::Child(k, child))) => self.consider(k, *child, heard),
                None => {}
            }
        }
        self.check()
    }

    /// Takes a child into its place where it can be heard and is unlike all others.
    fn consider(&mut self, k: usize, mut child: Child, heard: Heard) {
        let Some(level) = self.family_level().filter(|_| self.places[k].born.is_none()) else {
            return;
        };
        self.places[k].draws += 1;
        let Some(gain) = correction(&heard, level) else { return };
        let id = ids().master.level;
        let was = child.preset.patch[id];
        let corrected = id.def().legal(was + gain);
        if corrected <= id.def().min || (corrected - was - gain).abs() > SWING {
            return;
        }
        let heard = heard.louder(corrected - was);
        child.preset.patch[id] = corrected;
        let siblings = self.places.iter().filter_map(|place| place.born.as_ref());
        let others = self.parents.iter().flatten().chain(siblings.map(|born| &born.heard));
        let apart = others.map(|other| heard.distance(other)).fold(f32::INFINITY, f32::min);
        let born = Born { child, heard: Arc::new(heard), apart };
        if apart >= UNLIKE {
            return self.bear(k, born);
        }
        let place = &mut self.places[k];
        if place.spare.as_ref().is_none_or(|spare| apart > spare.apart) {
            place.spare = Some(born);
        }
    }

    /// Takes a child into its place, under a name that no parent and no sibling has.
    fn bear(&mut self, k: usize, mut born: Born) {
        let siblings = self.places.iter().filter_map(|place| place.born.as_ref());
        let siblings = siblings.map(|born| &born.child.preset.meta.name);
        let parents = self.recipe.parents.iter().map(|(parent, _)| &parent.meta.name);
        let known: Vec<&String> = parents.chain(siblings).collect();
        let Child { preset, ancestry } = &mut born.child;
        let mut rng = Rng::stream(self.recipe.seed, k as u64);
        let other = |_| self.crossed(0.0, |cross| cross.name(ancestry, &mut rng));
        let first = preset.meta.name.clone();
        let numbered = (2..).map(|number| format!("{first} {number}"));
        let mut names = std::iter::once(first.clone()).chain((0..NAMES).map(other)).chain(numbered);
        if let Some(free) = names.find(|name| !known.contains(&name)) {
            preset.meta.name = free;
        }
        self.places[k].born = Some(born);
    }

    /// Mean loudness of the parents that can be heard, by their weights; nothing before they
    /// were heard.
    fn family_level(&self) -> Option<f32> {
        let heard: Vec<&Arc<Heard>> = self.parents.iter().flatten().collect();
        let weights = self.recipe.parents.iter().map(|(_, weight)| *weight);
        let audible = heard.iter().zip(weights).filter(|(h, w)| h.loudness > SILENT && *w > 0.0);
        let (sum, all) = audible.fold((0.0, 0.0), |(s, a), (h, w)| (s + w * h.loudness, a + w));
        (heard.len() == self.parents.len() && all > 0.0).then_some(sum / all)
    }

    fn check(&mut self) -> Result<(), Barren> {
        let all_heard = self.parents.iter().all(Option::is_some);
        if all_heard && self.family_level().is_none() {
            let names = self.recipe.parents.iter().filter(|(_, weight)| *weight > 0.0);
            return Err(Barren::Silent(names.map(|(p, _)| p.meta.name.clone()).collect()));
        }
        for k in 0..self.places.len() {
            let place = &mut self.places[k];
            if place.born.is_none() && place.draws >= DRAWS {
                match place.spare.take().filter(|spare| spare.apart >= COPY) {
                    Some(spare) => self.bear(k, spare),
                    None => return Err(Barren::Alike(self.children().count())),
                }
            }
        }
        Ok(())
    }

    /// The parents of which nothing is heard, by their place; none before they were heard.
    pub fn silent(&self) -> Vec<usize> {
        let silent = |(k, heard): (usize, &Option<Arc<Heard>>)| {
            heard.as_ref().filter(|heard| heard.loudness <= SILENT).map(|_| k)
        };
        self.parents.iter().enumerate().filter_map(silent).collect()
    }

    /// The children that are born, in the order of their places.
    pub fn children(&self) -> impl Iterator<Item = &Born> {
        self.places.iter().filter_map(|place| place.born.as_ref())
    }
}

/// The decibels that bring a child to the level of its family, its peak below [`PEAK`]; nothing
/// where it cannot be heard.
fn correction(heard: &Heard, level: f32) -> Option<f32> {
    let apart = heard.loudness - level;
    let gain = apart.clamp(-SWING, SWING) - apart;
    (heard.finite && heard.loudness > SILENT).then(|| gain.min(PEAK - heard.peak))
}

#[cfg(test)]
mod tests;
