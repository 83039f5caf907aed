//! What the editor is shown: plain data of one moment.

mod family;
mod garden;

use std::sync::Arc;

use cultivar_patch::{Id, Patch, Preset, Wavetable};

pub use family::{
    CHILDREN, ChildView, Family, FamilyState, Kin, LitterRow, MOST_PARENTS, Mix, ParentCard,
};
pub use garden::{
    Aspect, Effort, Garden, GardenState, Help, Moved, NodeView, Section, StrandView, TargetView,
};

/// Everything the editor draws. The owner of the window fills it anew for every frame.
#[derive(Clone, Debug)]
pub struct View<'a> {
    /// The preset being edited.
    pub preset: &'a Preset,
    /// The name of the preset that the way is being made to, while it is.
    pub way_to: Option<&'a str>,
    /// The values it was loaded or saved with, to mark what has changed since.
    pub saved: Option<&'a Patch<f32>>,
    /// The frames each oscillator reads.
    pub tables: [Arc<Wavetable>; 3],
    /// The instrument's own wavetables.
    pub factory_tables: &'a [FactoryName],
    /// The instrument's own recordings.
    pub factory_recordings: &'a [FactoryName],
    /// What moves.
    pub live: &'a Live,
    /// Peak of the output since the last frame, left and right; 1 is full scale.
    pub peaks: [f32; 2],
    /// Voices that sound.
    pub voices: usize,
    /// Share of the audio deadline in use, 0 to 1.
    pub cpu: f32,
    /// Keys that sound, by MIDI note number.
    pub keys: [bool; 128],
    /// The garden.
    pub garden: &'a Garden,
    /// The family on the Breed page.
    pub family: &'a Family,
    /// The player's presets, in order.
    pub presets: &'a [PresetRow],
    /// The row of `presets` that was loaded last.
    pub current: Option<usize>,
    /// Whether anything has changed since the preset was loaded or saved.
    pub dirty: bool,
    /// Whether there is something to undo.
    pub undo: bool,
    /// Whether there is something to redo.
    pub redo: bool,
    /// Which of the two sounds is being edited.
    pub side: Side,
    /// News for the player, oldest first.
    pub notices: &'a [Notice],
    /// How the keys play.
    pub session: Session,
}

/// How the keys play in this project, whatever the preset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Whether MIDI channels bend and press notes one by one.
    pub mpe: bool,
    /// What tunes the keys, by name; none for twelve equal steps.
    pub tuning: Option<String>,
    /// Samples worked out for each one heard: 1, 2 or 4.
    pub oversampling: u8,
}

impl Default for Session {
    fn default() -> Self {
        Session { mpe: false, tuning: None, oversampling: 1 }
    }
}

/// The two sounds the player compares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    /// The first.
    #[default]
    A,
    /// The second.
    B,
}

/// One of the instrument's own wavetables or recordings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactoryName {
    /// Its name in files.
    pub id: String,
    /// Its name on screen.
    pub title: String,
}

/// What moves: the state of the newest voice.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Live {
    /// Plain values of modulated parameters, after modulation.
    pub values: Vec<(Id, f32)>,
    /// Where each envelope is; nothing where no voice sounds.
    pub envelopes: [Option<EnvelopeHead>; 4],
    /// Where each low-frequency oscillator is in its shape, 0 to 1.
    pub lfos: [Option<f32>; 6],
}

impl Live {
    /// The value of a parameter after modulation, where it is known.
    pub fn value(&self, id: Id) -> Option<f32> {
        self.values.iter().find(|(at, _)| *at == id).map(|(_, value)| *value)
    }
}

/// A stage of an envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Before the attack.
    Delay,
    /// Up to the peak.
    Attack,
    /// At the peak.
    Hold,
    /// Down to the sustain.
    Decay,
    /// While the key is held.
    Sustain,
    /// After the key.
    Release,
}

/// Where an envelope is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EnvelopeHead {
    /// The stage it is in.
    pub stage: Stage,
    /// How much of the stage has passed, 0 to 1.
    pub at: f32,
    /// Its height, 0 to 1.
    pub level: f32,
}

/// A preset in the player's list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PresetRow {
    /// What it is loaded by: a path, or the name of a factory preset.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Where it comes from: `factory`, `mine`, `grown from kick.wav`.
    pub origin: String,
    /// Whether the player loves it.
    pub favourite: bool,
}

/// News for the player.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How grave it is.
    pub tone: Tone,
    /// What happened; for an error, what was wrong and with which file.
    pub text: String,
}

/// How grave a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Something was done.
    Good,
    /// Something the player may want to look at.
    Warning,
    /// Something could not be done.
    Error,
}
