//! The effects after the voices.

use crate::choices::{BandShape, Bands, Curve, Division, Model, Stages, Sync};
use crate::def::{Def, Unit, choice, place, real, switch};
use crate::tree::module;

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
