//! Every parameter of the instrument, declared once.

mod effects;
mod motion;
mod voice;

use std::sync::LazyLock;

pub use crate::choices::{
    BandShape, Bands, Curve, Division, Filters, From, LfoMode, Looped, Mode, Model, Polarity,
    Source, Spectral, Stack, Stages, Sync, To, Wander, Warp,
};
use crate::def::Def;
use crate::tree::tree;

pub use effects::{
    Chorus, Compressor, Delay, Distortion, Eq, EqBand, Flanger, FxFilter, Phaser, Reverb,
};
pub use motion::{Env, Lfo, Macro, Random, Route};
pub use voice::{Band, Filter, Master, Morph, Noise, Osc, Sample, Voice};

/// Least level: counts as silence.
pub const SILENCE_DB: f32 = -72.0;
/// Binary logarithm of the shortest time; counts as none.
pub const NO_TIME: f32 = -13.0;

tree! {
    /// One `T` for every parameter of the instrument.
    Patch {
        /// Oscillators A, B and C.
        osc: Osc[3] = "Oscillator", "osc",
        /// Noise over the whole spectrum.
        noise: Noise = "Noise", "noise",
        /// Bands of noise.
        band: Band[4] = "Noise band", "band",
        /// A short recording.
        sample: Sample = "Sample", "sample",
        /// Filters.
        filter: Filter[2] = "Filter", "filter",
        /// Envelopes; the first one is the amplifier's.
        env: Env[4] = "Envelope", "env",
        /// Low-frequency oscillators.
        lfo: Lfo[6] = "LFO", "lfo",
        /// Generators of random movement.
        random: Random[2] = "Random", "random",
        /// Macros.
        macros: Macro[8] = "Macro", "macro",
        /// Modulation routes.
        route: Route[32] = "Route", "route",
        /// Distortion.
        distortion: Distortion = "Distortion", "distortion",
        /// A filter for all voices.
        fx_filter: FxFilter = "Filter effect", "fx_filter",
        /// Phaser.
        phaser: Phaser = "Phaser", "phaser",
        /// Flanger.
        flanger: Flanger = "Flanger", "flanger",
        /// Chorus.
        chorus: Chorus = "Chorus", "chorus",
        /// Equaliser.
        eq: Eq = "Equaliser", "eq",
        /// Bands of the equaliser, from low to high.
        eq_band: EqBand[3] = "Equaliser band", "eq_band",
        /// Compressor.
        compressor: Compressor = "Compressor", "compressor",
        /// Delay.
        delay: Delay = "Delay", "delay",
        /// Reverb.
        reverb: Reverb = "Reverb", "reverb",
        /// How notes become voices.
        voice: Voice = "Voice", "voice",
        /// The end of the chain.
        master: Master = "Master", "master",
        /// The way from a preset to its partner.
        morph: Morph = "Morph", "morph",
    }
}

/// What every effect has.
#[derive(Clone, Copy, Debug)]
pub struct Effect<T> {
    /// Its switch.
    pub on: T,
    /// Its turn among the effects.
    pub place: T,
    /// Its share against the sound that goes into it.
    pub mix: T,
}

/// The address of a parameter: its place in schema order. Valid within one build only;
/// files store string ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(pub u16);

/// Number of parameters.
pub const COUNT: usize = size_of::<Patch<u8>>();

impl<T> Patch<T> {
    /// What all effects have, in schema order.
    pub fn effects(&self) -> [Effect<&T>; 9] {
        macro_rules! effects {
            ($($name:ident)+) => {
                [$(Effect {
                    on: &self.$name.on,
                    place: &self.$name.place,
                    mix: &self.$name.mix,
                }),+]
            };
        }
        effects!(distortion fx_filter phaser flanger chorus eq compressor delay reverb)
    }

    /// Makes a tree from a function of the address.
    pub fn from_fn(mut leaf: impl FnMut(Id) -> T) -> Self {
        let mut next = 0;
        Self::build(&mut || {
            next += 1;
            leaf(Id(next - 1))
        })
    }

    /// All leaves in schema order; `leaves()[id.0 as usize]` is the leaf at `id`.
    pub fn leaves(&self) -> &[T] {
        // SAFETY: `Patch` and its modules are `repr(C)` and hold nothing but `T`, so a patch
        // is `COUNT` values of `T` without padding (asserted below for sizes 1, 4 and 8).
        unsafe { std::slice::from_raw_parts(std::ptr::from_ref(self).cast(), COUNT) }
    }

    /// All leaves in schema order, to be changed.
    pub fn leaves_mut(&mut self) -> &mut [T] {
        // SAFETY: as in `leaves`.
        unsafe { std::slice::from_raw_parts_mut(std::ptr::from_mut(self).cast(), COUNT) }
    }
}

impl<T: Clone> Clone for Patch<T> {
    fn clone(&self) -> Self {
        Patch::from_fn(|id| self[id].clone())
    }
}

impl<T: Copy> Copy for Patch<T> {}

impl<T: PartialEq> PartialEq for Patch<T> {
    fn eq(&self, other: &Self) -> bool {
        self.leaves() == other.leaves()
    }
}

impl<T: std::fmt::Debug> std::fmt::Debug for Patch<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let named = self.leaves().iter().zip(defs());
        f.debug_map().entries(named.map(|(leaf, def)| (&def.id, leaf))).finish()
    }
}

const _: () = assert!(
    size_of::<Patch<f32>>() == 4 * COUNT && size_of::<Patch<u64>>() == 8 * COUNT,
    "a patch is a flat list of its leaves"
);

impl<T> std::ops::Index<Id> for Patch<T> {
    type Output = T;
    fn index(&self, id: Id) -> &T {
        &self.leaves()[id.0 as usize]
    }
}

impl<T> std::ops::IndexMut<Id> for Patch<T> {
    fn index_mut(&mut self, id: Id) -> &mut T {
        &mut self.leaves_mut()[id.0 as usize]
    }
}

impl Default for Patch<f32> {
    /// The initial patch: every parameter at its default.
    fn default() -> Self {
        Patch::from_fn(|id| defs()[id.0 as usize].default)
    }
}

/// The schema, in order of address.
pub fn defs() -> &'static [Def] {
    static DEFS: LazyLock<Vec<Def>> = LazyLock::new(schema);
    &DEFS
}

/// The addresses of all parameters: `ids().filter[0].cutoff`.
pub fn ids() -> &'static Patch<Id> {
    static IDS: LazyLock<Patch<Id>> = LazyLock::new(|| Patch::from_fn(|id| id));
    &IDS
}

/// The address of the parameter with this string id.
pub fn id(id: &str) -> Option<Id> {
    static INDEX: LazyLock<std::collections::HashMap<&'static str, Id>> = LazyLock::new(|| {
        defs().iter().enumerate().map(|(k, def)| (def.id.as_str(), Id(k as u16))).collect()
    });
    INDEX.get(id).copied()
}

impl Id {
    /// The declaration of this parameter.
    pub fn def(self) -> &'static Def {
        &defs()[self.0 as usize]
    }

    /// The value of a route destination that means this parameter.
    pub fn as_destination(self) -> f32 {
        f32::from(self.0 + 1)
    }

    /// The parameter that a route destination value means; nothing for 0 and for anything
    /// that cannot be modulated.
    pub fn from_destination(value: f32) -> Option<Id> {
        let id = (value.round() as usize).checked_sub(1)?;
        defs().get(id).filter(|def| def.modulated).map(|_| Id(id as u16))
    }
}

/// Declares all modules, then what differs between modules of one kind.
fn schema() -> Vec<Def> {
    let mut defs = declare_all();
    let ids = Patch::from_fn(|id| id);
    defs[ids.osc[0].on.0 as usize].default = 1.0;
    let [low, _, high] = ids.eq_band;
    for (band, shape, note) in
        [(low, BandShape::LowShelf, 43.0), (high, BandShape::HighShelf, 115.0)]
    {
        defs[band.shape.0 as usize].default = shape.value();
        defs[band.frequency.0 as usize].default = note;
    }
    for route in ids.route {
        defs[route.destination.0 as usize].max = COUNT as f32;
    }
    defs
}
