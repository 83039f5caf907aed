//! Extraction: patches cut from the target itself.

pub mod curve;
mod draft;
pub mod frames;
mod grains;
pub mod harmonics;
mod voice;
mod warp;

use cultivar_patch::Preset;

use crate::Target;

/// A way to make a patch from a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// Frames of harmonics with curves of level, place and pitch.
    Harmonic,
    /// Long frames of the sound itself.
    Grains,
}

/// A patch made from a target.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// How it was made.
    pub variant: Variant,
    /// The patch.
    pub preset: Preset,
}

impl Variant {
    /// All ways.
    pub const ALL: [Variant; 2] = [Variant::Harmonic, Variant::Grains];

    /// What the patch is called.
    pub fn name(self) -> &'static str {
        match self {
            Variant::Harmonic => "Harmonics",
            Variant::Grains => "Grains",
        }
    }
}

/// Makes a patch from a target; nothing where the way does not suit the target.
pub fn extract(target: &Target, variant: Variant) -> Option<Preset> {
    let name = variant.name();
    let draft = match variant {
        Variant::Harmonic => {
            if target.confidence < 0.1 {
                return None;
            }
            voice::harmonic(target, name, 64)
        }
        Variant::Grains => grains::grains(target, name),
    };
    draft.map(|draft| draft.preset)
}

/// Patches made from a target in every way that suits it, the likeliest first.
pub fn variants(target: &Target) -> Vec<Candidate> {
    let make = |&variant: &Variant| Some(Candidate { variant, preset: extract(target, variant)? });
    Variant::ALL.iter().filter_map(make).collect()
}
