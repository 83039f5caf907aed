//! The Grow page as plain data.

use cultivar_patch::Id;

/// The garden: a target and what grows towards it.
#[derive(Clone, Debug, PartialEq)]
pub struct Garden {
    /// The sound to be matched.
    pub target: Option<TargetView>,
    /// What the garden is doing.
    pub state: GardenState,
    /// What could not become the target: which file and why. What grew before grows on.
    pub error: Option<String>,
    /// What the player may want to decide about the target.
    pub help: Option<Help>,
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
    /// Decibels by which the target is played louder, −24 to 12.
    pub target_gain: f32,
    /// Why strands grow without the learned model; nothing where it takes part.
    pub model_off: Option<String>,
}

impl Default for Garden {
    fn default() -> Self {
        Garden {
            target: None,
            state: GardenState::Empty,
            error: None,
            help: None,
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
            target_gain: 0.0,
            model_off: None,
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
}

/// What is doubtful about the target, or was changed in how it is heard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Help {
    /// What it is, in one sentence.
    pub text: String,
    /// What may be done, in a few words each, to be chosen by [`crate::Command::Fix`].
    pub fixes: Vec<String>,
    /// Whether it is only told, not asked.
    pub calm: bool,
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
    /// Whether the player has said which note it is, or that it is none.
    pub by_hand: bool,
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
