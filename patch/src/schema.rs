//! Every parameter of the instrument, declared once.

use std::sync::LazyLock;

pub use crate::choices::{
    BandShape, Bands, Curve, Division, Filters, From, LfoMode, Looped, Mode, Model, Polarity,
    Source, Spectral, Stack, Stages, Sync, To, Wander, Warp,
};
use crate::def::{Breed, Def, Unit, choice, destination, place, real, switch, whole};
use crate::tree::{module, tree};

/// Least level: counts as silence.
pub const SILENCE_DB: f32 = -72.0;
/// Binary logarithm of the shortest time; counts as none.
pub const NO_TIME: f32 = -13.0;

module! {
    /// A wavetable oscillator with unison.
    Osc {
        /// Whether the oscillator sounds.
        on: switch("On", false),
        /// Where in the wavetable it reads: first frame to last.
        position: real("Position", 0.0, 1.0, 0.0, Unit::Ratio),
        /// Loudness of the oscillator; the least level is silence.
        level: real("Level", SILENCE_DB, 6.0, -6.0, Unit::Decibels),
        /// Place between left and right.
        pan: real("Pan", -1.0, 1.0, 0.0, Unit::Pan),
        /// Pitch above the note.
        tune: real("Tune", -48.0, 48.0, 0.0, Unit::Semitones).breeds(Breed::Tune),
        /// Fine pitch above the note.
        fine: real("Fine", -100.0, 100.0, 0.0, Unit::Cents),
        /// How much of the keyboard's pitch it follows, around middle C.
        key: real("Key", 0.0, 1.0, 1.0, Unit::Ratio).still().breeds(Breed::Leap),
        /// Where in its cycle a note begins.
        phase: real("Phase", 0.0, 1.0, 0.0, Unit::Turn).still(),
        /// How much the starting phase is drawn anew for every note.
        scatter: real("Scatter", 0.0, 1.0, 0.0, Unit::Ratio).still(),
        /// Copies that sound together.
        voices: whole("Unison", 1, 16, 1),
        /// Pitch distance of the outermost copies from the note.
        detune: real("Detune", 0.0, 100.0, 20.0, Unit::Cents),
        /// How the copies gather: above 0 near the note, below 0 near the outermost.
        curve: real("Gather", -1.0, 1.0, 0.0, Unit::Bipolar),
        /// The chord that the copies are dealt to.
        stack: choice("Stack", Stack::OPTIONS),
        /// How far the copies spread between left and right.
        spread: real("Spread", 0.0, 1.0, 0.8, Unit::Ratio),
        /// Loudness of the outer copies against the inner ones.
        blend: real("Blend", 0.0, 1.0, 1.0, Unit::Ratio),
        /// How the phase is bent before the table is read.
        warp: choice("Warp", Warp::OPTIONS),
        /// How much the warp bends.
        bend: real("Amount", 0.0, 1.0, 0.0, Unit::Ratio),
        /// What it listens to, for the warps that listen.
        from: choice("From", From::OPTIONS),
        /// How the harmonics of its table are changed.
        spectral: choice("Spectral", Spectral::OPTIONS),
        /// How far the harmonics are changed, one way or the other.
        morph: real("Morph", -1.0, 1.0, 0.0, Unit::Bipolar),
        /// Where the oscillator goes.
        to: choice("To", To::OPTIONS),
    }
}

module! {
    /// Noise over the whole spectrum.
    Noise {
        /// Whether the noise sounds.
        on: switch("On", false),
        /// Loudness of the noise; the least level is silence.
        level: real("Level", SILENCE_DB, 6.0, -18.0, Unit::Decibels),
        /// Slope of its spectrum: −3 is pink, 0 is white.
        colour: real("Colour", -9.0, 9.0, 0.0, Unit::Slope),
        /// From the same noise in both ears to one of its own in each.
        spread: real("Spread", 0.0, 1.0, 1.0, Unit::Ratio),
        /// Place between left and right.
        pan: real("Pan", -1.0, 1.0, 0.0, Unit::Pan),
        /// Where the noise and its bands go.
        to: choice("To", To::OPTIONS),
    }
}

module! {
    /// A band of noise with its own loudness.
    Band {
        /// Whether the band sounds.
        on: switch("On", false),
        /// Loudness of the band; the least level is silence.
        level: real("Level", SILENCE_DB, 12.0, -18.0, Unit::Decibels),
        /// Middle of the band.
        centre: real("Centre", 16.0, 136.0, 96.0, Unit::Note),
        /// Width of the band.
        width: real("Width", 0.1, 8.0, 1.0, Unit::Octaves),
        /// How much of the keyboard's pitch the middle follows, around middle C.
        key: real("Key", 0.0, 1.0, 0.0, Unit::Ratio).still(),
    }
}

module! {
    /// A short recording.
    Sample {
        /// Whether the recording sounds.
        on: switch("On", false),
        /// Loudness of the recording; the least level is silence.
        level: real("Level", SILENCE_DB, 6.0, -12.0, Unit::Decibels),
        /// Place between left and right.
        pan: real("Pan", -1.0, 1.0, 0.0, Unit::Pan),
        /// Pitch above the recorded one.
        tune: real("Tune", -48.0, 48.0, 0.0, Unit::Semitones).breeds(Breed::Tune),
        /// Fine pitch above the recorded one.
        fine: real("Fine", -100.0, 100.0, 0.0, Unit::Cents),
        /// How much of the keyboard's pitch it follows, around the key it was recorded at.
        key: real("Key", 0.0, 1.0, 1.0, Unit::Ratio).still().breeds(Breed::Leap),
        /// Where in the recording a note begins.
        start: real("Start", 0.0, 1.0, 0.0, Unit::Ratio).still(),
        /// How it goes on at its end.
        looped: choice("Loop", Looped::OPTIONS),
        /// Where the recording goes.
        to: choice("To", To::OPTIONS),
    }
}

module! {
    /// A filter of the voice.
    Filter {
        /// Whether the filter is in the way of the sound.
        on: switch("On", false),
        /// The response.
        model: choice("Model", Model::OPTIONS),
        /// Corner or middle of the response.
        cutoff: real("Cutoff", 8.0, 136.0, 96.0, Unit::Note),
        /// Emphasis at the corner.
        resonance: real("Reson.", 0.0, 1.0, 0.2, Unit::Ratio),
        /// Level into the filter's saturation.
        drive: real("Drive", 0.0, 36.0, 0.0, Unit::Decibels),
        /// What a model has beside corner and emphasis: the way from low-pass over band-pass to
        /// high-pass, from vowel to vowel, the dullness of a comb, the distance of notches.
        morph: real("Morph", 0.0, 1.0, 0.0, Unit::Ratio),
        /// How much of the keyboard's pitch the cutoff follows, around middle C.
        key: real("Key", -1.0, 1.0, 0.0, Unit::Bipolar),
        /// Filtered against unfiltered sound.
        mix: real("Mix", 0.0, 1.0, 1.0, Unit::Ratio),
    }
}

module! {
    /// An envelope: delay, attack, hold, decay, sustain, release.
    Env {
        /// Wait before the attack.
        delay: real("Delay", NO_TIME, 4.0, NO_TIME, Unit::LogSeconds).still(),
        /// Time to the peak.
        attack: real("Attack", NO_TIME, 4.0, -9.0, Unit::LogSeconds),
        /// Time at the peak.
        hold: real("Hold", NO_TIME, 4.0, NO_TIME, Unit::LogSeconds).still(),
        /// Time from the peak to the sustain.
        decay: real("Decay", NO_TIME, 5.0, -1.0, Unit::LogSeconds),
        /// Height while the key is held.
        sustain: real("Sustain", 0.0, 1.0, 1.0, Unit::Ratio),
        /// Time to nothing after the key is let go.
        release: real("Release", NO_TIME, 5.0, -4.0, Unit::LogSeconds),
        /// Bow of the attack: below 0 slow then fast, above 0 fast then slow.
        attack_curve: real("A curve", -1.0, 1.0, 0.0, Unit::Bipolar).still(),
        /// Bow of the decay: above 0 fast then slow.
        decay_curve: real("D curve", -1.0, 1.0, 0.6, Unit::Bipolar).still(),
        /// Bow of the release: above 0 fast then slow.
        release_curve: real("R curve", -1.0, 1.0, 0.6, Unit::Bipolar).still(),
    }
}

module! {
    /// A low-frequency oscillator over a drawn shape.
    Lfo {
        /// When it starts and stops.
        mode: choice("Mode", LfoMode::OPTIONS),
        /// Whether its rate counts seconds or beats.
        sync: choice("Sync", Sync::OPTIONS),
        /// Times through the shape per second.
        rate: real("Rate", -6.0, 6.0, 0.0, Unit::LogHertz),
        /// Length of the shape in beats.
        division: choice("Division", Division::OPTIONS),
        /// Where in the shape it begins.
        phase: real("Phase", 0.0, 1.0, 0.0, Unit::Turn).still(),
        /// Wait before it begins.
        delay: real("Delay", NO_TIME, 4.0, NO_TIME, Unit::LogSeconds).still(),
        /// Time from no depth to full depth.
        fade: real("Fade", NO_TIME, 4.0, NO_TIME, Unit::LogSeconds).still(),
        /// The range of its output.
        polarity: choice("Polarity", Polarity::OPTIONS),
        /// Where in its shape it waits while the key is held, in the mode that waits.
        hold: real("Hold at", 0.0, 1.0, 1.0, Unit::Ratio).still(),
        /// How its rate follows the keyboard around middle C: at 1 an octave up is twice as fast.
        key: real("Key", -1.0, 1.0, 0.0, Unit::Bipolar).still(),
        /// How far ahead of the left ear it is in the right one.
        stereo: real("Stereo", 0.0, 1.0, 0.0, Unit::Turn).still(),
    }
}

module! {
    /// A generator of random movement.
    Random {
        /// How it moves.
        shape: choice("Shape", Wander::OPTIONS),
        /// Whether all notes share one movement.
        shared: switch("Shared", false),
        /// Whether its rate counts seconds or beats.
        sync: choice("Sync", Sync::OPTIONS),
        /// New numbers per second.
        rate: real("Rate", -6.0, 6.0, 1.0, Unit::LogHertz),
        /// Beats from number to number.
        division: choice("Division", Division::OPTIONS),
    }
}

module! {
    /// A knob of the player's own.
    Macro {
        /// What the routes of this macro share.
        value: real("Value", 0.0, 1.0, 0.0, Unit::Ratio).still().breeds(Breed::Slide),
    }
}

module! {
    /// A route: a source moves a destination.
    Route {
        /// What drives the route.
        source: choice("Source", Source::OPTIONS).private(),
        /// What the route moves.
        destination: destination("Destination"),
        /// How far, in ranges of the destination.
        amount: real("Amount", -1.0, 1.0, 0.0, Unit::Bipolar),
        /// Bow of the source: below 0 slow then fast, above 0 fast then slow.
        curve: real("Curve", -1.0, 1.0, 0.0, Unit::Bipolar).still().private(),
    }
}

module! {
    /// Distortion.
    Distortion {
        /// Whether the effect is on.
        on: switch("On", false),
        /// Its turn among the effects; those of one turn go in the order of the schema.
        place: place(1),
        /// The curve that bends the sound.
        curve: choice("Curve", Curve::OPTIONS),
        /// Level into the curve.
        drive: real("Drive", 0.0, 48.0, 12.0, Unit::Decibels),
        /// Low-pass after the curve.
        tone: real("Tone", 40.0, 136.0, 136.0, Unit::Note),
        /// Distorted against clean sound.
        mix: real("Mix", 0.0, 1.0, 1.0, Unit::Ratio),
    }
}

module! {
    /// A filter for all voices.
    FxFilter {
        /// Whether the effect is on.
        on: switch("On", false),
        /// Its turn among the effects; those of one turn go in the order of the schema.
        place: place(2),
        /// The response.
        model: choice("Model", Model::OPTIONS),
        /// Corner or middle of the response.
        cutoff: real("Cutoff", 8.0, 136.0, 96.0, Unit::Note),
        /// Emphasis at the corner.
        resonance: real("Reson.", 0.0, 1.0, 0.2, Unit::Ratio),
        /// Level into the filter's saturation.
        drive: real("Drive", 0.0, 36.0, 0.0, Unit::Decibels),
        /// What a model has beside corner and emphasis, as in the filters of the voice.
        morph: real("Morph", 0.0, 1.0, 0.0, Unit::Ratio),
        /// Filtered against unfiltered sound.
        mix: real("Mix", 0.0, 1.0, 1.0, Unit::Ratio),
    }
}

module! {
    /// Phaser: notches that move.
    Phaser {
        /// Whether the effect is on.
        on: switch("On", false),
        /// Its turn among the effects; those of one turn go in the order of the schema.
        place: place(3),
        /// Whether its rate counts seconds or beats.
        sync: choice("Sync", Sync::OPTIONS),
        /// Speed of the movement.
        rate: real("Rate", -5.0, 3.0, -1.0, Unit::LogHertz),
        /// Beats of one movement.
        division: choice("Division", Division::OPTIONS),
        /// How far the notches move.
        depth: real("Depth", 0.0, 1.0, 0.5, Unit::Ratio),
        /// Middle of the notches.
        centre: real("Centre", 30.0, 120.0, 78.0, Unit::Note),
        /// How many all-pass stages make the notches, two for each.
        stages: choice("Stages", Stages::OPTIONS),
        /// How much comes round again.
        feedback: real("Feedback", -0.95, 0.95, 0.3, Unit::Bipolar),
        /// How far ahead of the left side the right one moves.
        stereo: real("Stereo", 0.0, 1.0, 0.25, Unit::Turn),
        /// Phased against dry sound; half and half is deepest.
        mix: real("Mix", 0.0, 1.0, 0.5, Unit::Ratio),
    }
}

module! {
    /// Flanger: a comb that moves.
    Flanger {
        /// Whether the effect is on.
        on: switch("On", false),
        /// Its turn among the effects; those of one turn go in the order of the schema.
        place: place(4),
        /// Whether its rate counts seconds or beats.
        sync: choice("Sync", Sync::OPTIONS),
        /// Speed of the movement.
        rate: real("Rate", -5.0, 3.0, -2.0, Unit::LogHertz),
        /// Beats of one movement.
        division: choice("Division", Division::OPTIONS),
        /// Depth of the movement.
        depth: real("Depth", 0.0, 1.0, 0.5, Unit::Ratio),
        /// Delay around which it moves.
        delay: real("Delay", -13.0, -6.0, -9.0, Unit::LogSeconds),
        /// How much comes round again.
        feedback: real("Feedback", -0.95, 0.95, 0.5, Unit::Bipolar),
        /// How far ahead of the left side the right one moves.
        stereo: real("Stereo", 0.0, 1.0, 0.25, Unit::Turn),
        /// Moved against still sound; half and half is deepest.
        mix: real("Mix", 0.0, 1.0, 0.5, Unit::Ratio),
    }
}

module! {
    /// Chorus.
    Chorus {
        /// Whether the effect is on.
        on: switch("On", false),
        /// Its turn among the effects; those of one turn go in the order of the schema.
        place: place(5),
        /// Speed of the movement.
        rate: real("Rate", -5.0, 3.0, -1.0, Unit::LogHertz),
        /// Depth of the movement.
        depth: real("Depth", 0.0, 1.0, 0.5, Unit::Ratio),
        /// Delay around which it moves.
        delay: real("Delay", -10.0, -5.0, -7.0, Unit::LogSeconds),
        /// How much comes round again.
        feedback: real("Feedback", -0.95, 0.95, 0.0, Unit::Bipolar),
        /// Moved against still sound.
        mix: real("Mix", 0.0, 1.0, 0.5, Unit::Ratio),
    }
}

module! {
    /// Equaliser.
    Eq {
        /// Whether the effect is on.
        on: switch("On", false),
        /// Its turn among the effects; those of one turn go in the order of the schema.
        place: place(6),
        /// Equalised against dry sound.
        mix: real("Mix", 0.0, 1.0, 1.0, Unit::Ratio),
    }
}

module! {
    /// A band of the equaliser.
    EqBand {
        /// Bell, shelf or cut.
        shape: choice("Shape", BandShape::OPTIONS),
        /// Middle of the bell, or corner of the shelf or cut.
        frequency: real("Frequency", 16.0, 136.0, 76.0, Unit::Note),
        /// Gain of the bell or shelf.
        gain: real("Gain", -24.0, 24.0, 0.0, Unit::Decibels),
        /// Width of the bell, or of the slope of a shelf.
        width: real("Width", 0.1, 4.0, 1.4, Unit::Octaves),
    }
}

module! {
    /// Compressor, downwards and upwards, in one band or three.
    Compressor {
        /// Whether the effect is on.
        on: switch("On", false),
        /// Its turn among the effects; those of one turn go in the order of the schema.
        place: place(7),
        /// Whether the whole sound is measured, or each of three bands.
        bands: choice("Bands", Bands::OPTIONS),
        /// Level above which it presses down and below which it lifts.
        threshold: real("Threshold", -60.0, 0.0, -24.0, Unit::Decibels),
        /// How much of the level above the threshold is pressed down; all of it is a limiter.
        ratio: real("Press", 0.0, 1.0, 0.5, Unit::Ratio),
        /// How much of the level below the threshold is lifted.
        lift: real("Lift", 0.0, 1.0, 0.0, Unit::Ratio),
        /// Time to follow what gets louder.
        attack: real("Attack", -12.0, -2.0, -6.0, Unit::LogSeconds),
        /// Time to follow what gets quieter.
        release: real("Release", -8.0, 1.0, -3.0, Unit::LogSeconds),
        /// Gain of the low band, up to 120 Hz.
        low: real("Low", -24.0, 24.0, 0.0, Unit::Decibels),
        /// Gain of the middle band.
        mid: real("Mid", -24.0, 24.0, 0.0, Unit::Decibels),
        /// Gain of the high band, from 2.5 kHz on.
        high: real("High", -24.0, 24.0, 0.0, Unit::Decibels),
        /// Gain of everything.
        gain: real("Gain", -24.0, 24.0, 0.0, Unit::Decibels),
        /// Compressed against dry sound.
        mix: real("Mix", 0.0, 1.0, 1.0, Unit::Ratio),
    }
}

module! {
    /// Stereo delay.
    Delay {
        /// Whether the effect is on.
        on: switch("On", false),
        /// Its turn among the effects; those of one turn go in the order of the schema.
        place: place(8),
        /// Whether its time counts seconds or beats.
        sync: choice("Sync", Sync::OPTIONS),
        /// Time between echoes.
        time: real("Time", -9.0, 1.0, -1.5, Unit::LogSeconds),
        /// Time between echoes in beats.
        division: choice("Division", Division::OPTIONS),
        /// How much comes round again.
        feedback: real("Feedback", 0.0, 0.98, 0.4, Unit::Ratio),
        /// Low-pass in the loop.
        tone: real("Tone", 40.0, 136.0, 120.0, Unit::Note),
        /// From both sides alike to echoes that change sides.
        cross: real("Ping-pong", 0.0, 1.0, 0.0, Unit::Ratio),
        /// Echoes against dry sound.
        mix: real("Mix", 0.0, 1.0, 0.3, Unit::Ratio),
    }
}

module! {
    /// Reverb.
    Reverb {
        /// Whether the effect is on.
        on: switch("On", false),
        /// Its turn among the effects; those of one turn go in the order of the schema.
        place: place(9),
        /// Size of the room.
        size: real("Size", 0.0, 1.0, 0.5, Unit::Ratio),
        /// Time for the tail to fall by 60 dB.
        decay: real("Decay", -3.0, 6.0, 1.0, Unit::LogSeconds),
        /// How fast the high end dies.
        damp: real("Damp", 40.0, 136.0, 108.0, Unit::Note),
        /// Wait before the room answers.
        predelay: real("Predelay", -10.0, -1.0, -6.0, Unit::LogSeconds),
        /// From one point to the whole width.
        width: real("Width", 0.0, 1.0, 1.0, Unit::Ratio),
        /// Room against dry sound.
        mix: real("Mix", 0.0, 1.0, 0.25, Unit::Ratio),
    }
}

module! {
    /// How notes become voices.
    Voice {
        /// How keys share voices.
        mode: choice("Mode", Mode::OPTIONS).breeds(Breed::Never),
        /// Most voices at once.
        count: whole("Voices", 1, 32, 16).breeds(Breed::Never),
        /// Time to slide from one note to the next.
        glide: real("Glide", NO_TIME, 3.0, NO_TIME, Unit::LogSeconds).still(),
        /// How much velocity changes loudness.
        velocity: real("Velocity", 0.0, 1.0, 0.5, Unit::Ratio).still(),
        /// Range of the pitch wheel.
        bend: whole("Bend range", 0, 48, 2).breeds(Breed::Never),
        /// How the filters stand to each other.
        filters: choice("Filters", Filters::OPTIONS),
    }
}

module! {
    /// The end of the chain.
    Master {
        /// Loudness of everything.
        level: real("Level", SILENCE_DB, 12.0, -6.0, Unit::Decibels).breeds(Breed::Never),
    }
}

module! {
    /// The way from a preset to its partner.
    Morph {
        /// From this sound to its partner's; nothing where there is no partner.
        position: real("Position", 0.0, 1.0, 0.0, Unit::Ratio).still().breeds(Breed::Never),
    }
}

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

/// The address of a parameter: its place in schema order. Valid within one build only;
/// files store string ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(pub u16);

/// Number of parameters.
pub const COUNT: usize = size_of::<Patch<u8>>();

impl<T> Patch<T> {
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
