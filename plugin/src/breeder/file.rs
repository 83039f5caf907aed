//! The family as a project keeps it: one text of JSON.
//!
//! Every preset and every wavetable is there once. A preset names a wavetable of its own by its
//! hash, as if it were one of the instrument's; the wavetables lie beside the presets, each in
//! the first oscillator of a preset that has nothing else.

mod few;
mod read;
#[cfg(test)]
mod tests;
mod write;

use cultivar_gui::{CHILDREN, MOST_PARENTS, Section};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use self::few::few;
use super::family::LITTERS;

pub(super) use self::read::read;
pub(super) use self::write::{Archive, Written};

/// The version of what is written today.
const VERSION: u32 = 1;
/// Most bytes of all wavetables of a family in a project.
const TABLES: usize = 16 << 20;
/// Most presets and wavetables of a family.
const MOST: usize = LITTERS * (CHILDREN + MOST_PARENTS) + MOST_PARENTS;
/// Most heights of the picture of a child.
const HEIGHTS: usize = 64;

/// The words for sections.
const SECTIONS: [(Section, &str); 5] = [
    (Section::Oscillators, "oscillators"),
    (Section::Filters, "filters"),
    (Section::Envelopes, "envelopes"),
    (Section::Modulation, "modulation"),
    (Section::Effects, "effects"),
];

#[derive(Serialize, Deserialize)]
struct FamilyText<'a> {
    version: u32,
    #[serde(borrow, deserialize_with = "few::<_, _, MOST>")]
    tables: Vec<&'a RawValue>,
    #[serde(borrow, deserialize_with = "few::<_, _, MOST>")]
    presets: Vec<&'a RawValue>,
    #[serde(deserialize_with = "few::<_, _, MOST_PARENTS>")]
    parents: Vec<ParentText>,
    ways: WaysText,
    #[serde(deserialize_with = "few::<_, _, LITTERS>")]
    litters: Vec<LitterText>,
    born: usize,
    shown: Option<usize>,
    selected: Option<usize>,
    /// Whether the keys of the octave play the litter that is shown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    on_keys: bool,
}

#[derive(Serialize, Deserialize)]
struct ParentText {
    preset: usize,
    origin: String,
    weight: f32,
    hue: usize,
}

#[derive(Serialize, Deserialize)]
struct WaysText {
    operator: String,
    mutation: f32,
    #[serde(deserialize_with = "few::<_, _, 5>")]
    locked: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct LitterText {
    number: usize,
    #[serde(deserialize_with = "few::<_, _, MOST_PARENTS>")]
    parents: Vec<ParentText>,
    ways: WaysText,
    seed: u64,
    planted: Option<(usize, usize)>,
    #[serde(deserialize_with = "few::<_, _, CHILDREN>")]
    children: Vec<ChildText>,
}

#[derive(Serialize, Deserialize)]
struct ChildText {
    preset: usize,
    #[serde(deserialize_with = "few::<_, _, HEIGHTS>")]
    outline: Vec<f32>,
    #[serde(deserialize_with = "few::<_, _, MOST_PARENTS>")]
    shares: Vec<u8>,
    new: u8,
    sections: [Option<u8>; 7],
    loved: bool,
}
