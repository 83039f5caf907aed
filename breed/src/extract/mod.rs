//! Extraction: patches cut from the target itself.

mod bands;
pub mod curve;
mod draft;
pub mod frames;
mod grains;
pub mod harmonics;
mod layer;
pub mod polish;
mod release;
mod residue;
mod voice;
mod warp;

pub use polish::polish;

use cultivar_patch::Preset;

use crate::Target;
use voice::Rest;

/// Confidence of a note under which no harmonics are looked for.
const UNSURE: f32 = 0.1;

/// A way to make a patch from a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// Frames of harmonics with curves of level, place and pitch.
    Harmonic,
    /// The same, and noise bands for what is no harmonic.
    Noisy,
    /// The same, and frames of what is no harmonic in a second oscillator.
    Breathy,
    /// Noise bands alone.
    Noise,
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
    pub const ALL: [Variant; 5] =
        [Variant::Harmonic, Variant::Noisy, Variant::Breathy, Variant::Noise, Variant::Grains];

    /// What the patch is called.
    pub fn name(self) -> &'static str {
        match self {
            Variant::Harmonic => "Harmonics",
            Variant::Noisy => "Harmonics and noise",
            Variant::Breathy => "Harmonics and breath",
            Variant::Noise => "Noise bands",
            Variant::Grains => "Grains",
        }
    }
}

/// Makes a patch from a target; nothing where the way does not suit the target.
pub fn extract(target: &Target, variant: Variant) -> Option<Preset> {
    let name = variant.name();
    let pitched = target.confidence >= UNSURE;
    let draft = match variant {
        Variant::Harmonic if pitched => voice::harmonic(target, name, Rest::Nothing),
        Variant::Noisy if pitched => voice::harmonic(target, name, Rest::Bands),
        Variant::Breathy if pitched => voice::harmonic(target, name, Rest::Grains),
        Variant::Noise => voice::noise(target, name),
        Variant::Grains => grains::grains(target, name),
        _ => None,
    };
    draft.map(|draft| draft.preset)
}

/// Patches made from a target in every way that suits it, the likeliest first.
pub fn variants(target: &Target) -> Vec<Candidate> {
    let make = |&variant: &Variant| Some(Candidate { variant, preset: extract(target, variant)? });
    Variant::ALL.iter().filter_map(make).collect()
}
