//! The moves of a strand: one preset changed a little, or in its structure.

use std::fmt;

use cultivar_patch::schema::{LfoMode, Polarity, ids};
use cultivar_patch::{Breed, Id, Preset, Shape, Table};

use crate::Rng;
use crate::cross::graft;
use crate::distance::Heard;
use crate::genome::{self, Driver, Section, destination, modules, section};
use crate::mutate;

/// What was done to a preset.
#[derive(Clone, Debug, PartialEq)]
pub enum Move {
    /// It was put there by a proposer of this name.
    Planted(&'static str),
    /// Loudness, level curves and noise bands were corrected by what was heard.
    Polish,
    /// Numbers were stepped.
    Slide(Vec<(Id, f32)>),
    /// A drawn curve was bent.
    Draw(usize),
    /// Level curves were drawn after what was too loud or too soft.
    Level,
    /// Oscillators were tuned to the target.
    Pitch,
    /// An oscillator jumped by a consonance.
    Tune,
    /// A module, choice or route came from a donor or went.
    Rebuild,
    /// A module came from another strand.
    Cross,
}

impl fmt::Display for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Move::Planted(proposer) => f.write_str(proposer),
            Move::Slide(steps) => {
                for (k, (id, _)) in steps.iter().enumerate() {
                    let comma = if k > 0 { ", " } else { "" };
                    write!(f, "{comma}{} {}", id.def().group, id.def().name)?;
                }
                Ok(())
            }
            Move::Polish => f.write_str("polish"),
            Move::Draw(lfo) => write!(f, "curve of LFO {}", lfo + 1),
            Move::Level => f.write_str("level curves"),
            Move::Pitch => f.write_str("tuning"),
            Move::Tune => f.write_str("interval"),
            Move::Rebuild => f.write_str("structure"),
            Move::Cross => f.write_str("crossed with another strand"),
        }
    }
}

/// The kinds of moves, for counting which of them help.
pub(crate) const TACTICS: usize = 7;

impl Move {
    /// Its kind, as an index below [`TACTICS`].
    pub(crate) fn tactic(&self) -> Option<usize> {
        match self {
            Move::Planted(_) | Move::Polish => None,
            Move::Slide(_) => Some(0),
            Move::Draw(_) => Some(1),
            Move::Level => Some(2),
            Move::Pitch => Some(3),
            Move::Tune => Some(4),
            Move::Rebuild => Some(5),
            Move::Cross => Some(6),
        }
    }
}

/// The continuous genes that a growth may step: those that one ear hears in one note. Places
/// between left and right, what depends on the key or on the player, and where drawn curves
/// begin are left as they are.
pub(crate) fn genes(preset: &Preset) -> Vec<Id> {
    let live = genome::live(preset);
    let patch = &preset.patch;
    let ids = ids();
    let mut fixed = vec![ids.noise.pan, ids.noise.spread, ids.reverb.width, ids.delay.cross];
    fixed.extend([ids.sample.pan, ids.phaser.stereo, ids.flanger.stereo]);
    fixed.extend(ids.lfo.iter().flat_map(|lfo| [lfo.key, lfo.stereo]));
    fixed.extend(ids.osc.iter().flat_map(|o| [o.pan, o.spread, o.phase, o.scatter]));
    fixed.extend(ids.band.iter().map(|b| b.key).chain(ids.filter.iter().map(|f| f.key)));
    fixed.extend(ids.env.iter().map(|e| e.delay));
    for (k, lfo) in patch.lfo.iter().enumerate() {
        if LfoMode::of(lfo.mode) == LfoMode::Once {
            fixed.extend([ids.lfo[k].phase, ids.lfo[k].delay, ids.lfo[k].fade]);
        }
    }
    for (k, route) in patch.route.iter().enumerate() {
        if Driver::of(route.source).is_none() {
            fixed.extend([ids.route[k].amount, ids.route[k].curve]);
        }
    }
    let all = (0..live.leaves().len() as u16).map(Id);
    all.filter(|id| live[*id] && id.def().breed == Breed::Slide)
        .filter(|id| section(*id) != Section::Voice && !fixed.contains(id))
        .collect()
}

/// Adds `steps` (in plain units); nothing where all of them run against the ends of their range.
pub(crate) fn slide(preset: &mut Preset, steps: &[(Id, f32)]) -> bool {
    let mut moved = false;
    for (id, step) in steps {
        let before = preset.patch[*id];
        preset.patch[*id] = id.def().legal(before + step);
        moved |= preset.patch[*id] != before;
    }
    moved
}

/// The shapes that move anything, by LFO.
pub(crate) fn drawn(preset: &Preset) -> Vec<usize> {
    let live = genome::live(preset);
    (0..preset.shapes.len()).filter(|k| live[ids().lfo[*k].mode]).collect()
}

/// Lifts or lowers a stretch of a shape.
pub(crate) fn draw(preset: &mut Preset, lfo: usize, rng: &mut Rng) {
    let middle = rng.unit().powf(1.5);
    let width = rng.between(0.03, 0.4) * rng.unit() + 0.01;
    let height = 0.08 * rng.normal();
    let mut points = preset.shapes[lfo].points().to_vec();
    for p in &mut points {
        p.y += height * (-((p.x - middle) / width).powi(2)).exp();
    }
    preset.shapes[lfo] = Shape::new(points);
}

/// The one-shot curves that draw the level of a source over time: the LFO, and how much of its
/// height is a decibel.
fn level_curves(preset: &Preset) -> Vec<(usize, f32)> {
    let patch = &preset.patch;
    let ids = ids();
    let curve = |slot: usize| {
        let to = destination(patch, slot)?;
        let level = ids.osc.iter().map(|o| o.level).chain(ids.band.iter().map(|b| b.level));
        level.chain([ids.noise.level]).find(|id| *id == to)?;
        let Some(Driver::Lfo(k)) = Driver::of(patch.route[slot].source) else { return None };
        let once = LfoMode::of(patch.lfo[k].mode) == LfoMode::Once && patch.lfo[k].sync < 0.5;
        let on = modules()[genome::module(to)].on(patch);
        let mut height = patch.route[slot].amount * to.def().span();
        if Polarity::of(patch.lfo[k].polarity) == Polarity::Bipolar {
            height *= 2.0;
        }
        (once && on && height.abs() > 3.0).then(|| (k, 1.0 / height))
    };
    let mut curves: Vec<(usize, f32)> = (0..patch.route.len()).filter_map(curve).collect();
    curves.sort_by_key(|c| c.0);
    curves.dedup_by_key(|c| c.0);
    curves
}

/// Whether polishing can do anything: there are curves of level or bands.
pub(crate) fn polishes(preset: &Preset) -> bool {
    !level_curves(preset).is_empty() || preset.patch.band.iter().any(|band| band.on > 0.5)
}

/// Draws `part` of the level that was heard missing into the level curves.
pub(crate) fn level(preset: &mut Preset, heard: &Heard, part: f32) -> bool {
    let curves = level_curves(preset);
    for (lfo, height) in &curves {
        let seconds = (-preset.patch.lfo[*lfo].rate).exp2();
        let mut points = preset.shapes[*lfo].points().to_vec();
        for p in &mut points {
            // What is already at the bottom is silence and stays so.
            if p.y > 0.0 || *height < 0.0 {
                p.y += part * height * heard.missing_at(p.x * seconds);
            }
        }
        preset.shapes[*lfo] = Shape::new(points);
    }
    !curves.is_empty()
}

/// Tunes all oscillators by the cents that were heard missing.
pub(crate) fn pitch(preset: &mut Preset, heard: &Heard) -> bool {
    let mut moved = false;
    if heard.cents.abs() > 0.5 && heard.cents.abs() < 200.0 {
        for osc in preset.patch.osc.iter_mut().filter(|osc| osc.on > 0.5) {
            let all = 100.0 * osc.tune + osc.fine + heard.cents;
            if (all - 100.0 * osc.tune).abs() > 100.0 {
                osc.tune = (all / 100.0).round().clamp(-48.0, 48.0);
            }
            osc.fine = (all - 100.0 * osc.tune).clamp(-100.0, 100.0);
            moved = true;
        }
    }
    moved
}

/// Moves one oscillator by a consonance.
pub(crate) fn tune(preset: &mut Preset, rng: &mut Rng) -> bool {
    let on: Vec<Id> =
        (0..3).filter(|k| preset.patch.osc[*k].on > 0.5).map(|k| ids().osc[k].tune).collect();
    let Some(&id) = rng.pick(&on) else { return false };
    mutate::tune(&mut preset.patch, id, rng);
    true
}

/// Takes one module that sounds, with its routes, from another strand. Tables cut from the
/// target stay where they are, or all strands would soon be one.
pub(crate) fn cross(preset: &mut Preset, other: &Preset, rng: &mut Rng) -> bool {
    let own = |m: usize| {
        let osc = ids().osc.iter().position(|osc| genome::module(osc.on) == m);
        osc.is_some_and(|k| matches!(other.tables[k], Table::Own(_)))
    };
    let on = |m: &usize| modules()[*m].switch().is_some() && modules()[*m].on(&other.patch);
    let sounding: Vec<usize> = (0..modules().len()).filter(on).filter(|m| !own(*m)).collect();
    let Some(&index) = rng.pick(&sounding) else { return false };
    graft(preset, other, index);
    true
}

/// How different two presets are in what they are made of, 0 (equal) to 1.
pub(crate) fn novelty(a: &Preset, b: &Preset) -> f32 {
    let (mut apart, mut all) = (0.0, 0.0);
    for module in modules().iter().filter(|m| m.switch().is_some()) {
        let (on_a, on_b) = (module.on(&a.patch), module.on(&b.patch));
        if on_a != on_b {
            apart += 1.0;
        } else if on_a {
            let genes = module.ids().filter(|id| id.def().breed != Breed::Never);
            let differ = |id: Id| match id.def().breed {
                Breed::Leap => f32::from(a.patch[id] != b.patch[id]),
                _ => (id.def().position(a.patch[id]) - id.def().position(b.patch[id])).abs(),
            };
            let (sum, count) = genes.fold((0.0, 0.0), |(s, c), id| (s + differ(id), c + 1.0));
            apart += sum / f32::max(count, 1.0);
        }
        all += f32::from(on_a || on_b);
    }
    for k in (0..3).filter(|k| a.patch.osc[*k].on > 0.5 && b.patch.osc[*k].on > 0.5) {
        apart += f32::from(a.tables[k] != b.tables[k]);
        all += 1.0;
    }
    if a.patch.sample.on > 0.5 && b.patch.sample.on > 0.5 {
        apart += f32::from(a.clip != b.clip);
        all += 1.0;
    }
    apart / f32::max(all, 1.0)
}
