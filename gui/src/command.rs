//! What the player asks for.

use std::path::PathBuf;

use cultivar_patch::{Clip, Id, Shape, Table, schema::Source};

use crate::breeding::Breeding;
use crate::view::{Effort, Section, Side};

/// A wish of the player, for the owner of the window to fulfil or refuse.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Set a parameter to a plain value.
    SetParam {
        /// The parameter.
        id: Id,
        /// Its new plain value, legal by its declaration.
        value: f32,
        /// Where in a movement of the hand this is.
        gesture: Gesture,
    },
    /// Give an oscillator another wavetable.
    SetTable {
        /// The oscillator, 0 to 2.
        osc: usize,
        /// The table.
        table: Table,
    },
    /// Give the sample another recording.
    SetRecording(Clip),
    /// Give a low-frequency oscillator another shape.
    SetShape {
        /// The low-frequency oscillator, 0 to 5.
        lfo: usize,
        /// The shape.
        shape: Shape,
        /// Where in a movement of the hand this is.
        gesture: Gesture,
    },
    /// Name a macro; empty for no name.
    NameMacro {
        /// The macro, 0 to 7.
        index: usize,
        /// Its name.
        name: String,
    },
    /// Use a free route.
    AddRoute {
        /// The route, 0 to 31.
        slot: usize,
        /// What drives it.
        source: Source,
        /// What it moves.
        destination: Id,
        /// How far, −1 to 1 ranges of the destination.
        amount: f32,
    },
    /// Free a route: all four of its parameters go back to their defaults.
    RemoveRoute {
        /// The route, 0 to 31.
        slot: usize,
    },

    /// A key of the on-screen or computer keyboard goes down.
    Play {
        /// MIDI note number.
        key: u8,
        /// 0 to 1.
        velocity: f32,
    },
    /// The key comes up.
    Stop {
        /// MIDI note number.
        key: u8,
    },
    /// Stop every sound.
    Panic,

    /// Grow towards the sound in a file.
    Grow {
        /// The file; it may be anything the player dropped.
        path: PathBuf,
    },
    /// Grow towards an example sound, by its place in the list.
    GrowExample(usize),
    /// Do what [`crate::Help`] offers, by its place in the list.
    Fix(usize),
    /// Take back an error of the garden or, where there is none, its offer of help.
    Dismiss,
    /// Listen to another part of the target's file.
    Listen {
        /// Where it begins, 0 to 1 of the file.
        from: f32,
        /// Where it ends, 0 to 1 of the file.
        to: f32,
    },
    /// Hear the target at another note.
    Hear(Ear),
    /// Let growth rest.
    Pause,
    /// Let growth go on, by as much again where its effort is spent.
    Resume,
    /// Grow for this long.
    SetEffort(Effort),
    /// Grow this many strands, 1 to 8.
    SetStrands(usize),
    /// From close (0) to surprising (1).
    SetSurprise(f32),
    /// Begin again from this seed.
    SetSeed(u64),
    /// Choose a node and let keys play it.
    Select {
        /// The strand.
        strand: usize,
        /// The node.
        node: usize,
    },
    /// Play a note of the chosen node, at the target's pitch.
    Audition,
    /// Play a node softly as the target was played, without choosing it.
    Preview {
        /// The strand.
        strand: usize,
        /// The node.
        node: usize,
    },
    /// Play a note of the preset of a row softly, without loading it.
    HearPreset(String),
    /// Play the target.
    PlayTarget,
    /// Stop a preview, or the target.
    StopClip,
    /// Play the target louder by so many decibels, −24 to 12.
    SetTargetGain(f32),
    /// Keep a node as a preset and go on with the preset being edited.
    SaveNode {
        /// The strand.
        strand: usize,
        /// The node.
        node: usize,
    },
    /// Give up the strands and grow all anew from a node.
    Regrow {
        /// The strand.
        strand: usize,
        /// The node.
        node: usize,
    },
    /// Put the preset file of a node into the clipboard.
    CopyNode {
        /// The strand.
        strand: usize,
        /// The node.
        node: usize,
    },
    /// Make the chosen node the preset being edited.
    Keep,
    /// The same without saving it, to work on it on the Synth page.
    OpenInSynth,
    /// Leave a section as it is, or let it grow.
    Lock {
        /// The section.
        section: Section,
        /// Whether it stays as it is.
        on: bool,
    },

    /// Something on the Breed page.
    Breed(Breeding),

    /// Load a preset, by the id of its row.
    LoadPreset(String),
    /// Let the preset being edited morph to another one, by the id of its row.
    MorphTo(String),
    /// Let it morph to none.
    RemovePartner,
    /// Load a preset file, as dropped.
    LoadFile(PathBuf),
    /// Let an oscillator read a wavetable file, as dropped.
    LoadTable {
        /// The oscillator, 0 to 2.
        osc: usize,
        /// The file.
        path: PathBuf,
    },
    /// Tune the keys by a scale or a mapping of Scala, as dropped.
    LoadTuning(PathBuf),
    /// Tune the keys in twelve equal steps again.
    ClearTuning,
    /// Let MIDI channels bend and press notes one by one, or not.
    ToggleMpe,
    /// Work out so many samples for each one heard: 1, 2 or 4.
    Oversample(u8),
    /// Load the preset before the current one.
    PreviousPreset,
    /// Load the preset after the current one.
    NextPreset,
    /// Begin with the initial patch.
    Init,
    /// Save the preset being edited over the one it came from.
    Save,
    /// Save the preset being edited as a new one.
    SaveAs {
        /// Its name.
        name: String,
        /// Words to find it by.
        tags: Vec<String>,
    },
    /// Rename the preset being edited.
    Rename(String),
    /// Mark a preset as loved, or not.
    Favourite {
        /// The id of its row.
        id: String,
        /// Whether it is loved.
        on: bool,
    },
    /// Ask for a file.
    OpenFileDialog(Purpose),

    /// Take back the last change.
    Undo,
    /// Make it again.
    Redo,
    /// Edit the other of the two sounds.
    SwitchSide(Side),
    /// Make the other sound like this one.
    CopySide,
    /// Take back a notice, by its place in the list.
    CloseNotice(usize),
    /// Draw the editor at this size: 0.75 to 2.
    Zoom(f32),
    /// The hints of the first minute need not be shown again, here or anywhere.
    TourSeen,
    /// A setting of the editor was changed: keep `Memory::settings` for next time.
    SettingsChanged,
}

/// Where in a movement of the hand a change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gesture {
    /// The hand takes hold; the value has not changed yet.
    Begin,
    /// The hand moves.
    Change,
    /// The hand lets go; the value has not changed since.
    End,
    /// All of it at once: a click, a turn of the wheel, a typed value.
    Once,
}

/// The note at which a target is heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ear {
    /// The one that was found in it.
    #[default]
    Own,
    /// So many semitones above the present one.
    Shift(i32),
    /// None: a texture.
    Texture,
}

/// What a file is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To grow towards.
    Target,
    /// To load as a preset.
    Preset,
    /// To be read by an oscillator, 0 to 2.
    Table(usize),
    /// To be played by the sample.
    Recording,
    /// To tune the keys by.
    Tuning,
}
