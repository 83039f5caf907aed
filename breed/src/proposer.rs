//! Proposers: where the first presets of strands come from.

use cultivar_patch::schema::{To, ids};
use cultivar_patch::{Origin, Parent, Preset, Table};

use crate::extract::{self, Variant};
use crate::stock::{self, Way};
use crate::{Rng, Target, fit, mutate, wild};

/// A source of presets that may come near a target.
pub trait Proposer: Send {
    /// What it is called where its presets are shown.
    fn name(&self) -> &'static str;

    /// At most `count` presets, the likeliest first. Asked again it gives others, or none.
    fn propose(&mut self, target: &Target, count: usize, rng: &mut Rng) -> Vec<Preset>;
}

/// The proposers of the instrument: patches cut from the target (unless `extract` is false, for
/// patches of parameters only), stock tables along its harmonics, and patches near `patches`.
pub fn proposers(extract: bool, patches: Vec<Preset>) -> Vec<Box<dyn Proposer>> {
    let mut all: Vec<Box<dyn Proposer>> = Vec::new();
    if extract {
        all.push(Box::new(Cut::default()));
    }
    all.push(Box::new(Stock::default()));
    all.push(Box::new(Near::new(patches)));
    all
}

/// Proposes patches cut from the target itself.
#[derive(Default)]
pub struct Cut {
    tried: usize,
}

impl Proposer for Cut {
    fn name(&self) -> &'static str {
        "cut from the target"
    }

    /// One at a time: each takes long enough that the first should not wait for the last.
    fn propose(&mut self, target: &Target, count: usize, _: &mut Rng) -> Vec<Preset> {
        while let Some(variant) = Variant::ALL.get(self.tried).filter(|_| count > 0) {
            self.tried += 1;
            if let Some(preset) = extract::extract(target, *variant) {
                return vec![preset];
            }
        }
        Vec::new()
    }
}

/// Proposes stock tables played along the harmonics of the target, with its level.
#[derive(Default)]
pub struct Stock {
    ways: Option<Vec<Way>>,
    next: usize,
}

impl Proposer for Stock {
    fn name(&self) -> &'static str {
        "stock tables"
    }

    fn propose(&mut self, target: &Target, count: usize, rng: &mut Rng) -> Vec<Preset> {
        let ways = self.ways.get_or_insert_with(|| stock::ways(target));
        if ways.is_empty() {
            return Vec::new();
        }
        let next = self.next;
        self.next += count;
        (next..next + count).map(|k| along(&ways[k % ways.len()], target, rng)).collect()
    }
}

/// A patch of one stock table along its way.
fn along(way: &Way, target: &Target, rng: &mut Rng) -> Preset {
    let mut preset = Preset::init();
    preset.tables[0] = Table::Factory(way.table.into());
    let patch = &mut preset.patch;
    patch.osc[0].level = 0.0;
    patch.osc[0].fine = 100.0 * (target.note - f32::from(target.key()));
    patch.osc[0].to = To::Filter1.value();
    patch.voice.velocity = 0.0;
    let heights = way.points.iter().map(|p| p.y);
    let (low, high) = heights.fold((1.0f32, 0.0f32), |(a, b), y| (a.min(y), b.max(y)));
    patch.osc[0].position = low;
    if high > low {
        let mut points = way.points.clone();
        points.iter_mut().for_each(|p| p.y = (p.y - low) / (high - low));
        fit::draw(&mut preset, fit::PLACE_LFO, points, target.duration);
        fit::route(&mut preset, fit::PLACE_LFO, ids().osc[0].position, high - low);
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

    fn propose(&mut self, target: &Target, count: usize, rng: &mut Rng) -> Vec<Preset> {
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
    let mut child = patch.clone();
    let meta = &patch.meta;
    let parent = Parent { uuid: meta.uuid, name: meta.name.clone(), weight: 1.0 };
    child.meta.origin = Some(Origin { parents: vec![parent], ..Origin::default() });
    child
}
