//! What moves a sound: envelopes, low-frequency oscillators, random movement, macros, routes.

use super::NO_TIME;
use crate::choices::{Division, LfoMode, Polarity, Source, Sync, Wander};
use crate::def::{Breed, Def, Unit, choice, destination, real, switch};
use crate::tree::module;

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
