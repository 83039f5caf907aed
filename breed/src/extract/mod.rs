//! Extraction: patches cut from the target itself.

mod bands;
pub mod curve;
mod draft;
pub mod frames;
mod grains;
pub mod harmonics;
mod layer;
mod partials;
pub mod polish;
mod release;
mod residue;
mod voice;
mod warp;

pub use polish::polish;

use cultivar_patch::Preset;

use crate::{NEVER, Stop, Target};
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
    /// Partials that are no harmonics of one note, from two oscillators, and frames of the
    /// rest in the third.
    Partials,
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
    /// All ways, those first that suit most sounds and travel best over the keyboard.
    pub const ALL: [Variant; 6] = [
        Variant::Harmonic,
        Variant::Breathy,
        Variant::Noisy,
        Variant::Partials,
        Variant::Grains,
        Variant::Noise,
    ];

    /// Whether the patch is nothing but frames of the sound itself. Such a patch is nearly
    /// exact at its own key and grainy far from it; one that is built of tones and noise says
    /// more about a sound and breeds better, though it may come less near.
    pub fn quotes(self) -> bool {
        self == Variant::Grains
    }

    /// What the patch is called.
    pub fn name(self) -> &'static str {
        match self {
            Variant::Harmonic => "Harmonics",
            Variant::Noisy => "Harmonics and noise",
            Variant::Breathy => "Harmonics and breath",
            Variant::Partials => "Partials",
            Variant::Noise => "Noise bands",
            Variant::Grains => "Grains",
        }
    }
}

/// Makes a patch from a target; nothing where the way does not suit the target.
pub fn extract(target: &Target, variant: Variant) -> Option<Preset> {
    extract_until(target, variant, NEVER)
}

/// The same, unless it is stopped.
pub fn extract_until(target: &Target, variant: Variant, stop: Stop) -> Option<Preset> {
    let name = variant.name();
    let pitched = target.confidence >= UNSURE;
    let draft = match variant {
        Variant::Harmonic if pitched => voice::harmonic(target, name, Rest::Nothing, stop),
        Variant::Noisy if pitched => voice::harmonic(target, name, Rest::Bands, stop),
        Variant::Breathy if pitched => voice::harmonic(target, name, Rest::Grains, stop),
        Variant::Partials => voice::partials(target, name, stop),
        Variant::Noise => voice::noise(target, name, stop),
        Variant::Grains => grains::grains(target, name, stop),
        _ => None,
    };
    draft.map(|draft| draft.preset)
}

/// Patches made from a target in every way that suits it, the likeliest first.
pub fn variants(target: &Target) -> Vec<Candidate> {
    let make = |&variant: &Variant| Some(Candidate { variant, preset: extract(target, variant)? });
    Variant::ALL.iter().filter_map(make).collect()
}
