//! What the editor is shown: plain data of one moment.

use std::sync::Arc;

use cultivar_patch::{Id, Patch, Preset, Wavetable};

/// Everything the editor draws. The owner of the window fills it anew for every frame.
#[derive(Clone, Debug)]
pub struct View<'a> {
    /// The preset being edited.
    pub preset: &'a Preset,
    /// The values it was loaded or saved with, to mark what has changed since.
    pub saved: Option<&'a Patch<f32>>,
    /// The frames each oscillator reads.
    pub tables: [Arc<Wavetable>; 3],
    /// The instrument's own wavetables.
    pub factory_tables: &'a [TableName],
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

/// One of the instrument's own wavetables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableName {
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

/// The garden: a target and what grows towards it.
#[derive(Clone, Debug, PartialEq)]
pub struct Garden {
    /// The sound to be matched.
    pub target: Option<TargetView>,
    /// What the garden is doing.
    pub state: GardenState,
    /// The strands, in planting order.
    pub strands: Vec<StrandView>,
    /// The chosen node: strand and node.
    pub selected: Option<(usize, usize)>,
    /// Whether keys play the chosen node rather than the preset being edited.
    pub auditioning: bool,
    /// What the chosen node shares with the target, aspect by aspect.
    pub aspects: Vec<Aspect>,
    /// What the chosen node changed most from the node before it, best first.
    pub moved: Vec<Moved>,
    /// Patches tried.
    pub tries: u64,
    /// Time spent growing, in seconds.
    pub seconds: f32,
    /// How long to grow.
    pub effort: Effort,
    /// Strands to grow, 1 to 8.
    pub strand_count: usize,
    /// From close to the target (0) to surprising (1).
    pub surprise: f32,
    /// Seed of the random numbers.
    pub seed: u64,
    /// Sections that growth leaves as they are.
    pub locked: Vec<Section>,
    /// Score of a random patch, 0 to 100: the inner ring.
    pub random_score: f32,
    /// Names of the example sounds.
    pub examples: Vec<String>,
}

impl Default for Garden {
    fn default() -> Self {
        Garden {
            target: None,
            state: GardenState::Empty,
            strands: Vec::new(),
            selected: None,
            auditioning: false,
            aspects: Vec::new(),
            moved: Vec::new(),
            tries: 0,
            seconds: 0.0,
            effort: Effort::Normal,
            strand_count: 8,
            surprise: 0.25,
            seed: 0x5eed,
            locked: Vec::new(),
            random_score: 20.0,
            examples: Vec::new(),
        }
    }
}

/// What the garden is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum GardenState {
    /// There is no target yet.
    #[default]
    Empty,
    /// The target is being listened to.
    Analysing,
    /// Strands are growing.
    Growing,
    /// Growth rests, by the player or because the host renders offline.
    Paused,
    /// Growth has spent its effort, or gains no more.
    Settled,
    /// The target cannot be read: which file and why. What grew before is still there.
    Error(String),
    /// The target is doubtful.
    NeedsHelp {
        /// What is doubtful about it.
        text: String,
        /// What may be done, to be chosen by [`crate::Command::Fix`].
        fixes: Vec<String>,
    },
}

/// The sound to be matched.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TargetView {
    /// Its file name.
    pub name: String,
    /// Least and greatest sample of equal slices of the whole file, −1 to 1.
    pub peaks: Vec<[f32; 2]>,
    /// Where the matched part begins, 0 to 1 of the file.
    pub onset: f32,
    /// Where the matched part ends, 0 to 1 of the file.
    pub end: f32,
    /// Its pitch in words (`G3 +6 ¢`); empty for none.
    pub note: String,
    /// Its length in words (`1.4 s`).
    pub length: String,
    /// What it sounds like, in a word or two (`plucked`).
    pub kinds: Vec<String>,
}

/// A strand: the history of one line of patches.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StrandView {
    /// Its improvements, oldest first.
    pub nodes: Vec<NodeView>,
    /// Its present share of the search, 0 to 1.
    pub share: f32,
    /// Whether it has given up.
    pub withered: bool,
    /// Its hue, 0 to 7.
    pub hue: usize,
}

/// One patch of a strand.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeView {
    /// How close it comes, 0 to 100.
    pub score: f32,
    /// What brought it about, in a few words; empty for nothing known.
    pub label: String,
}

/// One aspect of the likeness between a patch and the target.
#[derive(Clone, Debug, PartialEq)]
pub struct Aspect {
    /// What is compared: `Pitch`, `Envelope`.
    pub name: String,
    /// How alike, 0 to 1; nothing where it means nothing for this target.
    pub likeness: Option<f32>,
    /// Why there is no likeness (`mono target`).
    pub note: String,
}

/// A change that helped.
#[derive(Clone, Debug, PartialEq)]
pub struct Moved {
    /// What was changed: `Filter 1 cutoff`.
    pub title: String,
    /// From what to what: `0.34 → 0.09 s`.
    pub text: String,
    /// Points of score it is worth.
    pub gain: f32,
    /// The parameter, where it is one.
    pub id: Option<Id>,
}

/// How long to grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Effort {
    /// Five seconds.
    Quick,
    /// Half a minute.
    #[default]
    Normal,
    /// Five minutes.
    Long,
    /// Until it is stopped.
    Endless,
}

impl Effort {
    /// All of them, shortest first.
    pub const ALL: [Effort; 4] = [Effort::Quick, Effort::Normal, Effort::Long, Effort::Endless];

    /// Seconds to grow; infinite where there is no end.
    pub fn seconds(self) -> f32 {
        match self {
            Effort::Quick => 5.0,
            Effort::Normal => 30.0,
            Effort::Long => 300.0,
            Effort::Endless => f32::INFINITY,
        }
    }

    /// What its button says.
    pub fn label(self) -> &'static str {
        match self {
            Effort::Quick => "5 s",
            Effort::Normal => "30 s",
            Effort::Long => "5 min",
            Effort::Endless => "∞",
        }
    }
}

/// A part of a preset that growth can be told to leave as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Oscillators and noise.
    Oscillators,
    /// Filters.
    Filters,
    /// Envelopes.
    Envelopes,
    /// Low-frequency oscillators, macros and routes.
    Modulation,
    /// Effects.
    Effects,
}

impl Section {
    /// All of them, in signal order.
    pub const ALL: [Section; 5] = [
        Section::Oscillators,
        Section::Filters,
        Section::Envelopes,
        Section::Modulation,
        Section::Effects,
    ];

    /// Its name on screen.
    pub fn name(self) -> &'static str {
        match self {
            Section::Oscillators => "Oscillators",
            Section::Filters => "Filters",
            Section::Envelopes => "Envelopes",
            Section::Modulation => "Modulation",
            Section::Effects => "Effects",
        }
    }
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
