//! A preset: a patch with the tables, recording and shapes it plays, and where it came from.

use std::sync::Arc;

use uuid::Uuid;

use crate::{Patch, Recording, Shape, Wavetable};

/// Which wavetable an oscillator plays.
#[derive(Clone, Debug, PartialEq)]
pub enum Table {
    /// One of the instrument's own, by its name for ever (`saw`).
    Factory(String),
    /// Carried by the preset.
    Own(Arc<Wavetable>),
}

impl Default for Table {
    /// The table of every oscillator of a new patch.
    fn default() -> Self {
        Table::Factory("saw".into())
    }
}

/// Which recording the sample of a voice plays.
#[derive(Clone, Debug, PartialEq)]
pub enum Clip {
    /// One of the instrument's own, by its name for ever (`knock`).
    Factory(String),
    /// Carried by the preset.
    Own(Arc<Recording>),
}

impl Default for Clip {
    /// The recording of a new patch.
    fn default() -> Self {
        Clip::Factory("knock".into())
    }
}

/// A preset another one descends from.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Parent {
    /// Its uuid.
    pub uuid: Uuid,
    /// Its name at the time.
    pub name: String,
    /// Its share of the child, 0 to 1.
    pub weight: f32,
}

/// How a preset came to be.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Origin {
    /// What made it: `grow`, `section`, `gene`, `blend`, `mutate`.
    pub operator: String,
    /// What it descends from.
    #[serde(default)]
    pub parents: Vec<Parent>,
    /// Seed of the random numbers.
    #[serde(default)]
    pub seed: u64,
    /// SHA-256 (hex) of the target's samples, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Version of the engine it was made with.
    #[serde(default)]
    pub engine: String,
}

/// What the player knows of a preset.
#[derive(Clone, Debug, PartialEq)]
pub struct Meta {
    /// Its identity.
    pub uuid: Uuid,
    /// Its name.
    pub name: String,
    /// Who made it.
    pub author: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Anything else.
    pub notes: String,
    /// How it came to be, where it was not made by hand.
    pub origin: Option<Origin>,
}

/// Most knots on the way to a partner.
pub const MAX_KNOTS: usize = 65;

/// What a preset morphs to.
#[derive(Clone, Debug, PartialEq)]
pub struct Partner {
    /// The other end; a partner of its own counts for nothing.
    pub preset: Preset,
    /// How far along the way the sound is at equal steps of the morph's position, so that they
    /// are heard as equal: rising from 0 to 1, at most [`MAX_KNOTS`]; straight where there are
    /// fewer than two.
    knots: Vec<f32>,
}

impl Partner {
    /// A partner at the end of a way with these knots, made legal: within 0 to 1, never
    /// falling, 0 first and 1 last.
    pub fn new(preset: Preset, mut knots: Vec<f32>) -> Self {
        knots.truncate(MAX_KNOTS);
        let mut highest = 0.0f32;
        for knot in &mut knots {
            // `max` and `min` leave out what is not a number.
            highest = highest.max(*knot).min(1.0);
            *knot = highest;
        }
        if knots.len() < 2 {
            knots.clear();
        }
        if let [first, .., last] = &mut knots[..] {
            (*first, *last) = (0.0, 1.0);
        }
        Partner { preset: Preset { partner: None, ..preset }, knots }
    }

    /// The knots.
    pub fn knots(&self) -> &[f32] {
        &self.knots
    }

    /// How far along the way the sound is at a position of the morph, both 0 to 1.
    pub fn along(&self, position: f32) -> f32 {
        let position = position.clamp(0.0, 1.0);
        let [.., _] = &self.knots[..] else { return position };
        let place = position * (self.knots.len() - 1) as f32;
        let k = (place as usize).min(self.knots.len() - 2);
        let (from, to) = (self.knots[k], self.knots[k + 1]);
        from + (place - k as f32) * (to - from)
    }
}

/// A patch with everything that sounds, and its meta.
#[derive(Clone, Debug, PartialEq)]
pub struct Preset {
    /// Values of all parameters.
    pub patch: Patch<f32>,
    /// The wavetable of each oscillator.
    pub tables: [Table; 3],
    /// The recording of the sample.
    pub clip: Clip,
    /// The shape of each low-frequency oscillator.
    pub shapes: [Shape; 6],
    /// What the player calls each macro; empty for none.
    pub macros: [String; 8],
    /// The other end, where it can morph.
    pub partner: Option<Arc<Partner>>,
    /// What the player knows of it.
    pub meta: Meta,
    /// What a newer version wrote and this one does not know, kept for the next save.
    pub unknown: serde_json::Map<String, serde_json::Value>,
}

impl Preset {
    /// The initial patch under a new uuid.
    pub fn init() -> Self {
        Preset {
            patch: Patch::default(),
            tables: Default::default(),
            clip: Clip::default(),
            shapes: Default::default(),
            macros: Default::default(),
            partner: None,
            meta: Meta {
                uuid: Uuid::new_v4(),
                name: "Init".into(),
                author: String::new(),
                tags: Vec::new(),
                notes: String::new(),
                origin: None,
            },
            unknown: serde_json::Map::new(),
        }
    }
}
