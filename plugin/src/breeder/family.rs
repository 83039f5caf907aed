//! The family: its parents, its litters, and what the player does with them.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use cultivar_breed::litter::Born;
use cultivar_breed::{Barren, Rng};
use cultivar_dsp::{Note, Studio, factory};
use cultivar_gui::{Breeding, CHILDREN, MOST_PARENTS, Mix, Section};
use cultivar_patch::{Preset, Table};

use super::{Common, Order, Worker, litter};
use crate::gardener::News;
use crate::partner;

/// Litters that can be gone back to.
pub(super) const LITTERS: usize = 32;
/// The key of the first child, C4.
const FIRST_KEY: u8 = 60;
/// For how long a child is held.
const HELD: Duration = Duration::from_millis(900);
/// Hues that parents have.
pub(super) const HUES: usize = 8;
/// Samples per second, seconds and slices of the picture of a note.
const RATE: f32 = 24_000.0;
const SECONDS: f32 = 1.2;
const SLICES: usize = 96;

/// A parent in the tray.
#[derive(Clone)]
pub(super) struct Parent {
    pub(super) preset: Arc<Preset>,
    pub(super) origin: String,
    pub(super) weight: f32,
    pub(super) hue: usize,
    pub(super) peaks: Arc<[[f32; 2]]>,
    pub(super) trouble: String,
}

/// How parents have children.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Ways {
    pub(super) mix: Mix,
    pub(super) mutation: f32,
    pub(super) locked: Vec<Section>,
}

/// A litter that was born.
#[derive(Clone)]
pub(super) struct Kept {
    pub(super) number: usize,
    pub(super) parents: Vec<Parent>,
    pub(super) ways: Ways,
    pub(super) seed: u64,
    pub(super) planted: Option<(usize, usize)>,
    pub(super) children: Vec<Child>,
}

/// A child that was born.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Child {
    pub(super) preset: Arc<Preset>,
    /// Highest samples of equal parts of a note, in steps of a thousandth of full scale.
    pub(super) outline: Vec<f32>,
    /// Per cent that each parent of the litter gave.
    pub(super) shares: Vec<u8>,
    /// Per cent that is new.
    pub(super) new: u8,
    /// The parent that gave most of each section of the search.
    pub(super) sections: [Option<u8>; 7],
    pub(super) loved: bool,
}

impl From<Born> for Child {
    fn from(Born { child, heard, .. }: Born) -> Self {
        let steps = |height: &f32| (height * 1000.0).round() / 1000.0;
        Child {
            preset: Arc::new(child.preset),
            outline: heard.outline.iter().map(steps).collect(),
            shares: child.ancestry.parents,
            new: child.ancestry.new,
            sections: child.ancestry.sections,
            loved: false,
        }
    }
}

/// Parents, and all the litters they and their children had.
pub(super) struct Family {
    pub(super) parents: Vec<Parent>,
    pub(super) ways: Ways,
    pub(super) litters: VecDeque<Kept>,
    /// Litters that were born so far.
    pub(super) born: usize,
    /// The one that is shown.
    pub(super) shown: Option<usize>,
    pub(super) selected: Option<usize>,
    pub(super) on_keys: bool,
    pub(super) error: Option<String>,
}

impl Default for Family {
    fn default() -> Self {
        Family {
            parents: Vec::new(),
            ways: Ways { mix: Mix::Section, mutation: 0.15, locked: Vec::new() },
            litters: VecDeque::new(),
            born: 0,
            shown: None,
            selected: None,
            on_keys: false,
            error: None,
        }
    }
}

impl Family {
    /// The litter that is shown.
    pub(super) fn litter(&self) -> Option<&Kept> {
        self.litters.get(self.shown?)
    }

    /// Whether nothing was ever done with it.
    pub(super) fn is_new(&self) -> bool {
        let Family { parents, ways, born, .. } = self;
        parents.is_empty() && *born == 0 && *ways == Family::default().ways
    }

    fn child(&self, k: usize) -> Option<&Arc<Preset>> {
        Some(&self.litter()?.children.get(k)?.preset)
    }

    /// Takes a preset into the tray.
    fn add(&mut self, preset: Arc<Preset>, origin: String) {
        if self.parents.len() == MOST_PARENTS {
            self.error = Some(format!("{MOST_PARENTS} parents are the most"));
            return;
        }
        self.error = None;
        let used = |hue: &usize| self.parents.iter().all(|parent| parent.hue != *hue);
        let hue = (0..HUES).find(used).unwrap_or(0);
        let (peaks, trouble) = (picture(&preset), trouble(&preset));
        self.parents.push(Parent { preset, origin, weight: 0.5, hue, peaks, trouble });
    }

    /// Makes these children the parents.
    fn become_parents(&mut self, children: &[usize]) {
        let Some(litter) = self.litter() else { return };
        let origin = format!("of litter {}", litter.number);
        let presets = children.iter().filter_map(|k| litter.children.get(*k));
        let presets: Vec<Arc<Preset>> = presets.map(|child| child.preset.clone()).collect();
        self.parents.clear();
        presets.into_iter().for_each(|preset| self.add(preset, origin.clone()));
    }

    /// Goes back to a litter, with the parents that had it.
    fn go_back(&mut self, k: usize) {
        if let Some(litter) = self.litters.get(k) {
            (self.parents, self.ways) = (litter.parents.clone(), litter.ways.clone());
            (self.shown, self.selected, self.error) = (Some(k), None, None);
        }
    }

    /// Takes what was born in.
    fn welcome(&mut self, children: Vec<Child>, seed: u64, planted: Option<(usize, usize)>) {
        self.born += 1;
        self.litters.push_back(Kept {
            number: self.born,
            parents: self.parents.clone(),
            ways: self.ways.clone(),
            seed,
            planted,
            children,
        });
        if self.litters.len() > LITTERS {
            self.litters.pop_front();
            // Litters are known by their places.
            for litter in &mut self.litters {
                litter.planted =
                    litter.planted.and_then(|(k, child)| Some((k.checked_sub(1)?, child)));
            }
        }
        (self.shown, self.selected) = (Some(self.litters.len() - 1), None);
        self.error = None;
    }

    /// Says why nothing was born, beside the parents whose fault it is.
    fn mourn(&mut self, reason: &Barren) {
        if let Barren::Silent(names) = reason {
            for parent in &mut self.parents {
                if names.contains(&parent.preset.meta.name) {
                    parent.trouble = "it cannot be heard".into();
                }
            }
        }
        let words = reason.to_string();
        let mut chars = words.chars();
        let capital = chars.next().into_iter().flat_map(char::to_uppercase);
        self.error = Some(capital.chain(chars).collect());
    }

    /// Where the random numbers of the next litter begin: the same family, the same litters.
    fn next_seed(&self, first: u64) -> u64 {
        Rng::stream(first, self.born as u64).bits() >> 44
    }
}

impl Worker {
    pub(super) fn perform(&mut self, order: Order) {
        match order {
            Order::Parent(preset, origin) => self.family.add(Arc::new(*preset), origin),
            Order::Refused(why) => self.family.error = Some(why),
            Order::Wish(wish) => self.fulfil(wish),
            Order::Recall => self.recall(),
        }
    }

    fn fulfil(&mut self, wish: Breeding) {
        let family = &mut self.family;
        match wish {
            Breeding::AddEdited => {
                let document = self.common.instrument.document();
                let preset = self.common.instrument.preset(&document);
                drop(document);
                family.add(Arc::new(preset), "the sound being edited".into());
            }
            Breeding::AddChild(k) => {
                let number = family.litter().map_or(0, |litter| litter.number);
                if let Some(preset) = family.child(k).cloned() {
                    family.add(preset, format!("of litter {number}"));
                }
            }
            Breeding::RemoveParent(k) if k < family.parents.len() => {
                family.parents.remove(k);
            }
            Breeding::SetWeight { parent, weight } => {
                if let Some(parent) = family.parents.get_mut(parent) {
                    parent.weight = weight.clamp(0.0, 1.0);
                }
            }
            Breeding::SetMix(mix) => family.ways.mix = mix,
            Breeding::SetMutation(amount) => family.ways.mutation = amount.clamp(0.0, 1.0),
            Breeding::Lock { section, on } => {
                family.ways.locked.retain(|locked| *locked != section);
                family.ways.locked.extend(on.then_some(section));
            }
            Breeding::ShowLitter(k) => {
                family.go_back(k);
                self.put_on_keys();
            }
            Breeding::Love { child, on } => {
                let shown = family.shown.and_then(|k| family.litters.get_mut(k));
                if let Some(child) = shown.and_then(|litter| litter.children.get_mut(child)) {
                    child.loved = on;
                }
            }
            Breeding::Dismiss => family.error = None,
            wish => self.deliver(wish),
        }
    }

    /// Wishes that end in sound, in children or with the editor.
    fn deliver(&mut self, wish: Breeding) {
        match wish {
            Breeding::NewLitter => self.breed(None),
            Breeding::FromLoved => {
                let children = self.family.litter().map_or(&[][..], |litter| &litter.children);
                let loved = (0..children.len()).filter(|k| children[*k].loved);
                let loved: Vec<usize> = loved.collect();
                if !loved.is_empty() {
                    self.family.become_parents(&loved[..loved.len().min(MOST_PARENTS)]);
                    self.breed(None);
                }
            }
            Breeding::Plant(k) if self.family.child(k).is_some() => {
                let planted = self.family.shown.map(|litter| (litter, k));
                self.family.become_parents(&[k]);
                self.breed(planted);
            }
            Breeding::Select(k) if self.family.child(k).is_some() => {
                self.family.selected = Some(k);
                self.play(k);
            }
            Breeding::Play(k) => self.play(k),
            Breeding::OnKeys(on) => {
                self.family.on_keys = on;
                self.put_on_keys();
            }
            Breeding::Keep(k) => self.hand_over(k, News::Keep),
            Breeding::MorphTo(k) => self.find_partner(k),
            Breeding::Open(k) => self.hand_over(k, |preset| News::Preset(preset, None)),
            _ => {}
        }
    }

    /// Finds the way from the playing preset to a child; keys play that preset from now on.
    fn find_partner(&mut self, k: usize) {
        let Some(to) = self.family.child(k) else { return };
        let stop = || self.common.stop.load(Ordering::Relaxed);
        let Common { instrument, repaint, .. } = &*self.common;
        if partner::find(instrument, to, &self.desk.news, repaint, &stop) {
            self.deliver(Breeding::OnKeys(false));
        }
    }

    fn hand_over(&self, k: usize, news: impl Fn(Box<Preset>) -> News) {
        if let Some(preset) = self.family.child(k) {
            self.common.instrument.prepare(preset);
            let _ = self.desk.news.send(news(Box::new((**preset).clone())));
        }
    }

    /// Has a litter, unless it is not wanted any more before it is born.
    fn breed(&mut self, planted: Option<(usize, usize)>) {
        self.show(true);
        let first = self.common.instrument.document().session.seed;
        let seed = self.family.next_seed(first);
        let begin = Instant::now();
        match litter::breed(&self.family, seed, &self.common, self.wishes) {
            Ok(Some(children)) => {
                tracing::info!("a litter in {:?}", begin.elapsed());
                let children = children.into_iter().map(Child::from).collect();
                self.family.welcome(children, seed, planted);
                self.put_on_keys();
            }
            Ok(None) => {}
            Err(reason) => self.family.mourn(&reason),
        }
    }

    /// Puts the litter that is shown on the keys of the octave, where that is wished.
    pub(super) fn put_on_keys(&self) {
        let litter = self.family.litter().filter(|_| self.family.on_keys);
        if let Some(litter) = litter {
            let children = litter.children.iter().take(CHILDREN);
            let presets = children.map(|child| (*child.preset).clone()).collect();
            self.common.instrument.put_on_keys(presets);
        }
        self.common.instrument.outlet.set_on_keys(litter.is_some());
    }

    /// Lets a child be heard: on its own key where the family is on the keys.
    fn play(&mut self, k: usize) {
        let Some(preset) = self.family.child(k) else { return };
        let key = if self.family.on_keys {
            FIRST_KEY + (k % CHILDREN) as u8
        } else {
            self.common.instrument.try_out(preset);
            FIRST_KEY
        };
        let outlet = &self.common.instrument.outlet;
        self.struck.strike(outlet, key, HELD);
    }
}

/// The picture of a note of a preset.
pub(super) fn picture(preset: &Preset) -> Arc<[[f32; 2]]> {
    let length = (SECONDS * RATE) as usize;
    let (mut left, mut right) = (vec![0.0; length], vec![0.0; length]);
    let note = Note { gate: 0.7 * SECONDS, length: SECONDS, ..Note::default() };
    Studio::new(RATE).render(preset, &note, &mut left, &mut right);
    left.iter_mut().zip(&right).for_each(|(left, right)| *left = 0.5 * (*left + right));
    let ends =
        |part: &[f32]| part.iter().fold([0.0f32; 2], |[low, high], &s| [low.min(s), high.max(s)]);
    left.chunks(length.div_ceil(SLICES)).map(ends).collect()
}

/// What is wrong with a preset as a parent.
pub(super) fn trouble(preset: &Preset) -> String {
    let missing = |table: &Table| match table {
        Table::Factory(name) if factory::table(name).is_none() => Some(name.clone()),
        _ => None,
    };
    let missing = preset.tables.iter().find_map(missing);
    missing.map_or_else(String::new, |name| format!("no wavetable “{name}”: a saw instead"))
}
