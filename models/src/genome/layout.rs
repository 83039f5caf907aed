//! The layout of a genome: which place of the vector says what, walked from the schema.

use std::sync::LazyLock;

use cultivar_breed::genome::{Section, clocks, module, modules, section};
use cultivar_dsp::factory;
use cultivar_patch::schema::{Source, ids};
use cultivar_patch::{Breed, Def, Id, Kind, Unit, defs, hex};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Heights by which a shape is described, evenly spaced from its start to its end.
pub const HEIGHTS: usize = 17;
/// Routes that a genome can hold.
pub const ROUTES: usize = 6;
/// Farthest interval of an oscillator from the note that a genome can say, in semitones.
pub(super) const INTERVAL: i32 = 36;

/// What the numbers of one group mean. All of them lie between 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// Places in ranges.
    Number,
    /// 0 or 1.
    Switch,
    /// One option is 1, the others are 0.
    Choice,
}

/// Neighbouring places of the vector that say one thing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Group {
    /// What it says: the id of a parameter, or of a table, a shape or a part of a route.
    pub id: String,
    /// What its numbers mean.
    pub form: Form,
    /// The first place.
    pub at: usize,
    /// How many places.
    pub width: usize,
    /// Range of plain values and unit, or the words of the options.
    meaning: Vec<String>,
    /// Whether steps near the middle are finer than those near the ends.
    pub(super) fine: bool,
}

impl Group {
    /// Its places.
    pub fn range(&self) -> std::ops::Range<usize> {
        self.at..self.at + self.width
    }
}

/// Which groups say what. Indices are places in [`Layout::groups`].
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// All groups, in the order of the vector.
    pub groups: Vec<Group>,
    /// Numbers in a genome.
    pub width: usize,
    /// Groups of parameters.
    pub(super) genes: Vec<(Id, usize)>,
    /// Groups of the tables of the oscillators.
    pub(super) tables: Vec<usize>,
    /// Groups of the shapes.
    pub(super) shapes: Vec<usize>,
    /// The first of the five groups of each route: source, module, field, amount, curve.
    pub(super) routes: Vec<usize>,
    /// What a route of a genome may move: address, module and field as its groups number them.
    pub(super) destinations: Vec<(Id, usize, usize)>,
}

/// The layout of this build.
pub fn layout() -> &'static Layout {
    static LAYOUT: LazyLock<Layout> = LazyLock::new(Layout::walk);
    &LAYOUT
}

/// The drivers of routes that are heard within one note, none first.
pub(super) fn sources() -> std::ops::Range<usize> {
    Source::None as usize..Source::Macro1 as usize
}

/// Whether one ear hears a parameter in one note. What depends on the player, on the key that
/// follows or on the place between left and right is not part of a genome.
pub(super) fn told(id: Id) -> bool {
    let ids = ids();
    let deaf = ids.osc.iter().flat_map(|o| [o.pan, o.spread, o.phase]);
    let deaf = deaf.chain(ids.lfo.iter().flat_map(|l| [l.key, l.stereo]));
    let deaf = deaf.chain(clocks().into_iter().flat_map(|(sync, _, division)| [sync, division]));
    let mut deaf = deaf.chain([
        ids.noise.pan,
        ids.noise.spread,
        ids.phaser.stereo,
        ids.flanger.stereo,
        ids.delay.cross,
        ids.reverb.width,
    ]);
    // A movement that nobody drew, and an order that is hardly heard, teach nothing.
    let random = ids.random.iter().any(|r| module(r.shape) == module(id));
    let place = ids.effects().iter().any(|effect| *effect.place == id);
    let macros = ids.macros.iter().any(|m| m.value == id);
    // What a recording holds cannot be told by numbers.
    let recorded = module(ids.sample.on) == module(id);
    match section(id) {
        Section::Route => false,
        Section::Voice => id == ids.voice.filters,
        _ if random || place || recorded => false,
        _ => !macros && id.def().breed != Breed::Never && !deaf.any(|deaf| deaf == id),
    }
}

impl Layout {
    fn walk() -> Self {
        let mut layout = Layout::default();
        for id in (0..defs().len() as u16).map(Id).filter(|id| told(*id)) {
            let group = layout.parameter(id.def());
            layout.genes.push((id, group));
        }
        let words = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
        for k in 1..=ids().osc.len() {
            let table = layout.choice(format!("osc.{k}.table"), words(factory::names()));
            layout.tables.push(table);
        }
        for k in 1..=ids().lfo.len() {
            let shape = layout.push(format!("lfo.{k}.shape"), Form::Number, HEIGHTS, Vec::new());
            layout.shapes.push(shape);
        }
        let (stems, fields) = layout.find_destinations();
        let drivers: Vec<_> = Source::OPTIONS[sources()].iter().map(|o| o.id.to_owned()).collect();
        for k in 1..=ROUTES {
            let first = layout.choice(format!("route.{k}.source"), drivers.clone());
            layout.choice(format!("route.{k}.module"), stems.clone());
            layout.choice(format!("route.{k}.field"), fields.clone());
            for field in ["amount", "curve"] {
                let range = words(&["-1", "1"]);
                let group = layout.push(format!("route.{k}.{field}"), Form::Number, 1, range);
                layout.groups[group].fine = true;
            }
            layout.routes.push(first);
        }
        layout
    }

    fn push(&mut self, id: String, form: Form, width: usize, meaning: Vec<String>) -> usize {
        self.groups.push(Group { id, form, at: self.width, width, meaning, fine: false });
        self.width += width;
        self.groups.len() - 1
    }

    fn choice(&mut self, id: String, options: Vec<String>) -> usize {
        self.push(id, Form::Choice, options.len(), options)
    }

    fn parameter(&mut self, def: &Def) -> usize {
        let id = def.id.clone();
        match def.kind {
            Kind::Switch => self.push(id, Form::Switch, 1, Vec::new()),
            Kind::Choice(options) => {
                self.choice(id, options.iter().map(|o| o.id.to_owned()).collect())
            }
            _ if def.breed == Breed::Tune => {
                self.choice(id, (-INTERVAL..=INTERVAL).map(|k| k.to_string()).collect())
            }
            _ => {
                let range = vec![def.min.to_string(), def.max.to_string()];
                let group = self.push(id, Form::Number, 1, range);
                self.groups[group].fine = def.unit == Unit::Cents;
                group
            }
        }
    }

    /// Finds what routes may move; gives the stems of modules and the names of fields.
    fn find_destinations(&mut self) -> (Vec<String>, Vec<String>) {
        let (mut stems, mut fields) = (Vec::<String>::new(), Vec::<String>::new());
        let number = |words: &mut Vec<String>, word: &str| {
            words.iter().position(|known| known == word).unwrap_or_else(|| {
                words.push(word.to_owned());
                words.len() - 1
            })
        };
        for id in modules().iter().flat_map(|module| module.ids()) {
            let def = id.def();
            if def.modulated
                && told(id)
                && let Some((stem, field)) = def.id.rsplit_once('.')
            {
                let place = (number(&mut stems, stem), number(&mut fields, field));
                self.destinations.push((id, place.0, place.1));
            }
        }
        (stems, fields)
    }

    /// The layout as the training reads it, with the hash that a model must carry; a line for
    /// every group.
    pub fn json(&self) -> String {
        let line = |group| serde_json::to_string(group).unwrap_or_default();
        let groups: Vec<String> = self.groups.iter().map(line).collect();
        let (hash, width, groups) = (self.hash(), self.width, groups.join(",\n"));
        format!("{{\"hash\": \"{hash}\", \"width\": {width}, \"groups\": [\n{groups}\n]}}\n")
    }

    /// SHA-256 (hex) of all groups.
    pub fn hash(&self) -> String {
        let groups = serde_json::to_vec(&self.groups).unwrap_or_default();
        hex(&Sha256::digest(groups))
    }
}
