//! What is known of one parameter: its id, range, unit, and how it breeds.

/// The unit of a plain value. Plain values are perceptual with a linear range, so knobs,
/// mutation, modulation and learning all just add.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A bare number.
    Count,
    /// 0 to 1, shown as per cent.
    Ratio,
    /// −1 to 1, shown as signed per cent.
    Bipolar,
    /// −1 (left) to 1 (right).
    Pan,
    /// Fraction of a turn, shown in degrees.
    Turn,
    /// Decibels; a level at its minimum is silence.
    Decibels,
    /// Semitones relative to the note.
    Semitones,
    /// A pitch as a MIDI note number (69 = 440 Hz), shown in hertz.
    Note,
    /// Hundredths of a semitone.
    Cents,
    /// Binary logarithm of seconds; the minimum counts as no time at all.
    LogSeconds,
    /// Binary logarithm of hertz.
    LogHertz,
    /// Octaves.
    Octaves,
    /// Decibels per octave.
    Slope,
}

/// One value of a choice. The id is for ever; the order is never meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Option_ {
    /// The word in files.
    pub id: &'static str,
    /// The word on screen.
    pub name: &'static str,
}

/// The kind of values a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any number of the range.
    Real,
    /// Whole numbers of the range.
    Whole,
    /// 0 (off) or 1 (on).
    Switch,
    /// An index into options.
    Choice(&'static [Option_]),
    /// What a route modulates: 0 is nothing, otherwise 1 + the address of a modulatable
    /// parameter. Files store the id of that parameter.
    Destination,
}

/// How a parameter has children.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breed {
    /// Never touched by mutation: it belongs to the player (polyphony, bend range).
    Never,
    /// Steps drawn from a normal distribution over the range.
    Slide,
    /// Mostly jumps by octaves and fifths, rarely by little.
    Tune,
    /// Changes seldom, and to another value altogether.
    Leap,
}

/// The declaration of one parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Def {
    /// For ever once released: `filter.1.cutoff`.
    pub id: String,
    /// Short name on a knob: `Cutoff`.
    pub name: &'static str,
    /// The module it belongs to: `Filter 1`.
    pub group: String,
    /// The kind of its values.
    pub kind: Kind,
    /// The unit of its plain value.
    pub unit: Unit,
    /// Least plain value.
    pub min: f32,
    /// Greatest plain value.
    pub max: f32,
    /// Value of a new patch, and of any file that does not mention it.
    pub default: f32,
    /// How it has children.
    pub breed: Breed,
    /// Whether routes and hosts may modulate it.
    pub modulated: bool,
    /// Whether hosts see it as an automatable parameter.
    pub automated: bool,
    /// One sentence for the player.
    pub doc: &'static str,
}

impl Def {
    /// Width of the range.
    pub fn span(&self) -> f32 {
        self.max - self.min
    }

    /// The nearest legal plain value; the default where `value` is not a number.
    pub fn legal(&self, value: f32) -> f32 {
        if value.is_nan() {
            return self.default;
        }
        let value = value.clamp(self.min, self.max);
        match self.kind {
            Kind::Real => value,
            _ => value.round(),
        }
    }

    /// The plain value at `position` (0 to 1) of the range.
    pub fn at(&self, position: f32) -> f32 {
        self.legal(self.min + self.span() * position.clamp(0.0, 1.0))
    }

    /// Where a plain value lies in the range, 0 to 1.
    pub fn position(&self, value: f32) -> f32 {
        ((value - self.min) / self.span()).clamp(0.0, 1.0)
    }

    /// Name with its module, as hosts list it: `Filter 1 Cutoff`.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.group, self.name)
    }
}

/// A declaration before its module gives it an id and a group.
#[derive(Clone, Copy)]
pub(crate) struct Spec {
    pub(crate) name: &'static str,
    kind: Kind,
    unit: Unit,
    min: f32,
    max: f32,
    default: f32,
    breed: Breed,
    modulated: bool,
    automated: bool,
}

impl Spec {
    pub(crate) fn named(self, group: &str, stem: &str, field: &str, doc: &'static str) -> Def {
        Def {
            id: format!("{stem}.{field}"),
            name: self.name,
            group: group.to_owned(),
            kind: self.kind,
            unit: self.unit,
            min: self.min,
            max: self.max,
            default: self.default,
            breed: self.breed,
            modulated: self.modulated,
            automated: self.automated,
            doc: doc.trim(),
        }
    }

    pub(crate) const fn breeds(mut self, breed: Breed) -> Self {
        self.breed = breed;
        self
    }

    /// Not modulatable: its change is not smooth in the engine, or means nothing per voice.
    pub(crate) const fn still(mut self) -> Self {
        self.modulated = false;
        self
    }

    /// Kept in the patch, not shown to hosts.
    pub(crate) const fn private(mut self) -> Self {
        self.automated = false;
        self
    }
}

/// A continuous, modulatable parameter.
pub(crate) const fn real(name: &'static str, min: f32, max: f32, default: f32, unit: Unit) -> Spec {
    Spec {
        name,
        kind: Kind::Real,
        unit,
        min,
        max,
        default,
        breed: Breed::Slide,
        modulated: true,
        automated: true,
    }
}

/// A whole number.
pub(crate) const fn whole(name: &'static str, min: i32, max: i32, default: i32) -> Spec {
    let spec = real(name, min as f32, max as f32, default as f32, Unit::Count);
    Spec { kind: Kind::Whole, ..spec }.still().breeds(Breed::Leap)
}

/// Effects that stand in a row.
pub(crate) const EFFECTS: i32 = 9;

/// The turn of an effect among all of them.
pub(crate) const fn place(turn: i32) -> Spec {
    whole("Place", 1, EFFECTS, turn)
}

/// An on/off switch.
pub(crate) const fn switch(name: &'static str, on: bool) -> Spec {
    let spec = real(name, 0.0, 1.0, if on { 1.0 } else { 0.0 }, Unit::Count);
    Spec { kind: Kind::Switch, ..spec }.still().breeds(Breed::Leap)
}

/// A choice; the first option is the default.
pub(crate) const fn choice(name: &'static str, options: &'static [Option_]) -> Spec {
    let spec = real(name, 0.0, (options.len() - 1) as f32, 0.0, Unit::Count);
    Spec { kind: Kind::Choice(options), ..spec }.still().breeds(Breed::Leap)
}

/// The destination of a route; its range is set once the whole schema is known.
pub(crate) const fn destination(name: &'static str) -> Spec {
    let spec = real(name, 0.0, 0.0, 0.0, Unit::Count);
    Spec { kind: Kind::Destination, ..spec }.still().private().breeds(Breed::Leap)
}
