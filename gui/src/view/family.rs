//! The Breed page as plain data.

use super::garden::Section;

/// Most parents of a litter.
pub const MOST_PARENTS: usize = 8;
/// Children of a litter, one for each key of the octave.
pub const CHILDREN: usize = 12;

/// Parents, and the children they have.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Family {
    /// The parents, the first one first; at most [`MOST_PARENTS`].
    pub parents: Vec<ParentCard>,
    /// How they are mixed.
    pub mix: Mix,
    /// How much children are changed after that, 0 to 1.
    pub mutation: f32,
    /// Sections that all children have from the first parent.
    pub locked: Vec<Section>,
    /// What is going on.
    pub state: FamilyState,
    /// Why there is no new litter; the one before is still there.
    pub error: Option<String>,
    /// The litter that is shown, by its place in `litters`.
    pub litter: Option<usize>,
    /// All litters of this family, oldest first.
    pub litters: Vec<LitterRow>,
    /// The parents of the litter that is shown, who may have left the tray since.
    pub kin: Vec<Kin>,
    /// The children of the litter that is shown, at most [`CHILDREN`].
    pub children: Vec<ChildView>,
    /// The chosen child.
    pub selected: Option<usize>,
    /// Whether each key of the octave plays its child.
    pub on_keys: bool,
}

/// What the breeder is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FamilyState {
    /// There are no parents yet.
    #[default]
    Empty,
    /// Parents wait for a first litter.
    Waiting,
    /// A litter is on its way.
    Breeding,
    /// A litter is there.
    Ready,
}

/// How parents are mixed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mix {
    /// Every section from one parent.
    #[default]
    Section,
    /// Every number from one parent.
    Gene,
    /// Every number in between.
    Blend,
}

impl Mix {
    /// All of them.
    pub const ALL: [Mix; 3] = [Mix::Section, Mix::Gene, Mix::Blend];

    /// Its name on screen.
    pub fn name(self) -> &'static str {
        match self {
            Mix::Section => "By section",
            Mix::Gene => "By gene",
            Mix::Blend => "Blend",
        }
    }

    /// What it does, in one sentence.
    pub fn doc(self) -> &'static str {
        match self {
            Mix::Section => "Oscillators from one parent, filters from another",
            Mix::Gene => "Every knob from one of the parents",
            Mix::Blend => "Every knob somewhere between the parents",
        }
    }
}

/// A parent of the litter that is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kin {
    /// Its name.
    pub name: String,
    /// Its hue, 0 to 7.
    pub hue: usize,
}

/// A parent in the tray.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ParentCard {
    /// Its name.
    pub name: String,
    /// Where it comes from: `factory · pad`.
    pub origin: String,
    /// How much it counts, 0 to 1.
    pub weight: f32,
    /// Least and greatest sample of equal slices of a note of it.
    pub peaks: Vec<[f32; 2]>,
    /// Its hue, 0 to 7.
    pub hue: usize,
    /// What is wrong with it; empty for nothing.
    pub trouble: String,
}

/// A litter in the family's history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LitterRow {
    /// What it is called: `Litter 3`.
    pub title: String,
    /// Its parents' names.
    pub parents: Vec<String>,
    /// Where its random numbers began.
    pub seed: u64,
    /// The child of an earlier litter that became a parent of it: that litter and child.
    pub planted: Option<(usize, usize)>,
}

/// A child.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChildView {
    /// Its name, made from those of its parents.
    pub name: String,
    /// Least and greatest sample of equal slices of a note of it.
    pub peaks: Vec<[f32; 2]>,
    /// Per cent of what is heard that each of [`Family::kin`] gave.
    pub shares: Vec<u8>,
    /// Per cent that is new; with the shares it adds up to 100.
    pub new: u8,
    /// Which of [`Family::kin`] each section comes from, where most of it comes from one.
    pub sections: Vec<(String, usize)>,
    /// Whether the player loves it.
    pub loved: bool,
}

impl ChildView {
    /// Which of [`Family::kin`] gave most; none where most is new.
    pub fn leader(&self) -> Option<usize> {
        let parents = self.shares.iter().enumerate();
        let (k, share) = parents.max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(&a.0)))?;
        (*share >= self.new).then_some(k)
    }
}
