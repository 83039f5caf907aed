//! Proposers: where the first presets of strands come from.

use std::collections::VecDeque;

use cultivar_patch::schema::ids;
use cultivar_patch::{Origin, Parent, Preset, Shape, Table};

use crate::extract::{self, Variant};
use crate::stock::{Path, Search, Way};
use crate::{Rng, Stop, Target, fit, mutate, wild};

/// A source of presets that may come near a target.
pub trait Proposer: Send {
    /// What it is called where its presets are shown.
    fn name(&self) -> &'static str;

    /// Does a part of the work that must be done before the first proposal, a fraction of a
    /// tenth of a second at a time. Gives whether all of it is done; stopped, it is not.
    fn prepare(&mut self, _target: &Target, _stop: Stop) -> bool {
        true
    }

    /// At most `count` presets, the likeliest first. Asked again it gives others, or none.
    /// Stopped, it gives none and keeps for another time what it would have given.
    fn propose(&mut self, target: &Target, count: usize, rng: &mut Rng, stop: Stop) -> Vec<Preset>;
}

/// The proposers of the instrument: patches cut from the target (unless `extract` is false, for
/// patches without tables of their own), stock tables along its harmonics, and patches near `patches`.
pub fn proposers(extract: bool, patches: Vec<Preset>) -> Vec<Box<dyn Proposer>> {
    let cut = if extract { Cut::all() } else { Cut::bands() };
    vec![Box::new(cut), Box::new(Stock::default()), Box::new(Near::new(patches))]
}

/// Proposes patches cut from the target itself.
pub struct Cut {
    name: &'static str,
    left: VecDeque<Variant>,
}

impl Cut {
    /// In every way that suits the target.
    pub fn all() -> Self {
        Cut { name: "cut from the target", left: Variant::ALL.into() }
    }

    /// Noise bands with measured levels only: no tables of its own.
    pub fn bands() -> Self {
        Cut { name: "noise bands", left: [Variant::Noise].into() }
    }
}

impl Proposer for Cut {
    fn name(&self) -> &'static str {
        self.name
    }

    /// One at a time: each takes long enough that the first should not wait for the last.
    fn propose(&mut self, target: &Target, count: usize, _: &mut Rng, stop: Stop) -> Vec<Preset> {
        while let Some(variant) = self.left.front().filter(|_| count > 0) {
            let cut = extract::extract_until(target, *variant, stop);
            if stop() {
                break;
            }
            self.left.pop_front();
            if let Some(preset) = cut {
                return vec![preset];
            }
        }
        Vec::new()
    }
}

/// Proposes stock tables played along the harmonics of the target, with its level.
#[derive(Default)]
pub struct Stock {
    search: Option<Search>,
    next: usize,
}

impl Proposer for Stock {
    fn name(&self) -> &'static str {
        "stock tables"
    }

    fn prepare(&mut self, target: &Target, stop: Stop) -> bool {
        if self.search.is_none() {
            self.search = Search::new(target, stop);
        }
        self.search.as_mut().is_some_and(|search| search.step(stop))
    }

    fn propose(&mut self, target: &Target, count: usize, rng: &mut Rng, stop: Stop) -> Vec<Preset> {
        while !self.prepare(target, stop) {
            if stop() {
                return Vec::new();
            }
        }
        let ways = self.search.as_ref().map_or(&[][..], |search| &search.ways);
        if ways.is_empty() {
            return Vec::new();
        }
        let next = self.next;
        self.next += count;
        (next..next + count).map(|k| along(&ways[k % ways.len()], target, rng)).collect()
    }
}

/// A patch of stock tables along their way.
fn along(way: &Way, target: &Target, rng: &mut Rng) -> Preset {
    let mut preset = Preset::init();
    preset.patch.voice.velocity = 0.0;
    play(&mut preset, 0, &way.first, 0.0, target);
    if let Some((second, below)) = &way.second {
        play(&mut preset, 1, second, -below, target);
    }
    if rng.chance(0.8) {
        fit::draw_pitch(&mut preset, target, 24);
    }
    if target.noisiness > 0.15 && rng.chance(0.7) {
        preset.patch.noise.on = 1.0;
        preset.patch.noise.level = -36.0 + 30.0 * target.noisiness;
    }
    if rng.chance(0.3) {
        fit::envelope(&mut preset, target);
    } else {
        fit::draw_level(&mut preset, target, 32);
    }
    preset
}

/// Lets an oscillator play a table along a path.
fn play(preset: &mut Preset, k: usize, path: &Path, level: f32, target: &Target) {
    preset.tables[k] = Table::Factory(path.table.into());
    let osc = &mut preset.patch.osc[k];
    osc.on = 1.0;
    osc.level = level;
    osc.fine = 100.0 * (target.note - f32::from(target.key()));
    let heights = path.points.iter().map(|p| p.y);
    let (low, high) = heights.fold((1.0f32, 0.0f32), |(a, b), y| (a.min(y), b.max(y)));
    osc.position = low;
    if high > low {
        let lfo = fit::PLACE_LFOS[k];
        let mut points = path.points.clone();
        points.iter_mut().for_each(|p| p.y = (p.y - low) / (high - low));
        fit::draw(preset, lfo, Shape::new(points), target.duration);
        fit::route(preset, lfo, ids().osc[k].position, high - low);
    }
}

/// Proposes patches near random ones of a collection, in tune and with the target's envelope.
pub struct Near {
    patches: Vec<Preset>,
}

impl Near {
    /// Near these patches, and near random ones that make sense.
    pub fn new(patches: Vec<Preset>) -> Self {
        Near { patches }
    }
}

impl Proposer for Near {
    fn name(&self) -> &'static str {
        "near other patches"
    }

    fn propose(&mut self, target: &Target, count: usize, rng: &mut Rng, _: Stop) -> Vec<Preset> {
        let one = |k: usize| {
            let mut preset = match rng.pick(&self.patches) {
                Some(patch) if k.is_multiple_of(2) => child_of(patch),
                _ => wild::preset(rng),
            };
            mutate::mutate(&mut preset, 0.1, &[], rng);
            fit::fit(&mut preset, target, rng);
            preset
        };
        (0..count).map(one).collect()
    }
}

fn child_of(patch: &Preset) -> Preset {
    let mut child = Preset { partner: None, ..patch.clone() };
    let meta = &patch.meta;
    let parent = Parent { uuid: meta.uuid, name: meta.name.clone(), weight: 1.0 };
    child.meta.origin = Some(Origin { parents: vec![parent], ..Origin::default() });
    child
}
