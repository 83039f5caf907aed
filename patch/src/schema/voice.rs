//! What makes the sound of a voice: oscillators, noise, recording, filters.

use super::{NO_TIME, SILENCE_DB};
use crate::choices::{Filters, From, Looped, Mode, Model, Spectral, Stack, To, Warp};
use crate::def::{Breed, Def, Unit, choice, real, switch, whole};
use crate::tree::module;

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
