//! Simplification: a grown preset without what hardly anybody hears.

use std::sync::Arc;

use cultivar_patch::schema::ids;
use cultivar_patch::{Breed, Clip, Id, Kind, Preset, Shape, Table};

use crate::cross::clear;
use crate::genome::{self, Driver, Locks, Section, module, modules};
use crate::trial::judge_each;
use crate::{Judge, Node, Stop, Target, Trial, moves};

/// Points of score that a simpler preset may be farther off, all in all.
pub const COST: f32 = 1.0;
/// Share of that for what costs a voice time: modules and copies of oscillators. The rest is for
/// curves and knobs.
const SAVES: f32 = 0.6;
/// Corners of a drawn shape that are never taken.
const CORNERS: usize = 4;

/// Something a preset might do without.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Cut {
    /// A module is switched off.
    Off(Id),
    /// A route goes.
    Route(usize),
    /// An oscillator has fewer copies.
    Copies(usize),
    /// A drawn shape has half its corners.
    Corners(usize),
    /// A knob goes back to where it is in a new preset.
    Knob(Id),
}

/// Finds what a preset might do without.
type Cuts = fn(&Preset) -> Vec<Cut>;

/// A node with fewer modules, routes, corners and turned knobs, at most [`COST`] points farther
/// from the target; what is locked stays as it is. Stopped, it is as simple as it has become by
/// then.
pub fn simplify(node: &Node, locks: Locks, target: &Target, judge: &mut Judge, stop: Stop) -> Node {
    let locked = locks.modules(&node.preset.patch);
    let mut simple = Simple { node: node.clone(), locked, target, judge, stop };
    let most = node.distances.total + 0.01 * COST;
    let saved = node.distances.total + 0.01 * COST * SAVES;
    // Each kind can leave something to the next: a module that went needs no curve.
    let steps: [(Cuts, f32); 5] =
        [(switches, saved), (routes, saved), (copies, saved), (corners, most), (knobs, most)];
    for (cuts, most) in steps {
        simple.without_the_unheard(most);
        if simple.cut(cuts, most).is_none() {
            break;
        }
    }
    simple.without_the_unheard(most);
    simple.node
}

/// A node on its way.
struct Simple<'a> {
    node: Node,
    /// Modules that stay as they are.
    locked: Vec<bool>,
    target: &'a Target,
    judge: &'a mut Judge,
    stop: Stop<'a>,
}

impl Simple<'_> {
    /// Tries every cut alone, then all that cost little together, the cheapest first. Nothing
    /// where it was stopped.
    fn cut(&mut self, cuts: Cuts, most: f32) -> Option<()> {
        let mut cuts = cuts(&self.node.preset);
        cuts.retain(|cut| !self.locked[cut.module()]);
        let alone: Vec<Preset> = cuts.iter().map(|cut| cut.made(&self.node.preset)).collect();
        let alone = judge_each(&alone, self.target, self.judge, self.stop);
        if alone.len() < cuts.len() {
            return None;
        }
        let ranked = cuts.into_iter().zip(alone.iter().map(|distances| distances.total));
        let mut ranked: Vec<(Cut, f32)> = ranked.filter(|(_, total)| *total <= most).collect();
        ranked.sort_by(|a, b| a.1.total_cmp(&b.1));
        for (cut, _) in ranked {
            for _ in 0..cut.times(&self.node.preset) {
                let next = self.heard(cut.made(&self.node.preset))?;
                if next.distances.total > most {
                    break;
                }
                self.node = next;
            }
        }
        Some(())
    }

    /// Puts away what is idle: it costs nothing, and says nothing about the sound.
    fn without_the_unheard(&mut self, most: f32) {
        let mut preset = (*self.node.preset).clone();
        put_away(&mut preset, &self.locked);
        if preset == *self.node.preset {
            return;
        }
        if let Some(next) = self.heard(preset).filter(|next| next.distances.total <= most) {
            self.node = next;
        }
    }

    /// Another preset as a node.
    fn heard(&mut self, preset: Preset) -> Option<Node> {
        let trial = Trial { index: 0, preset: Arc::new(preset), polish: false };
        let verdict = trial.judge(self.target, self.judge, self.stop)?;
        Some(Node { preset: verdict.preset, distances: verdict.distances, ..self.node.clone() })
    }
}

impl Cut {
    /// The module that it changes.
    fn module(self) -> usize {
        match self {
            Cut::Off(id) | Cut::Knob(id) => module(id),
            Cut::Route(slot) => module(ids().route[slot].source),
            Cut::Copies(osc) => module(ids().osc[osc].voices),
            Cut::Corners(lfo) => Driver::Lfo(lfo).module(),
        }
    }

    /// How often it may be made: what halves does so several times.
    fn times(self, preset: &Preset) -> usize {
        match self {
            Cut::Copies(osc) => preset.patch.osc[osc].voices.log2().floor() as usize,
            Cut::Corners(_) => 3,
            _ => 1,
        }
    }

    /// The preset after the cut.
    fn made(self, preset: &Preset) -> Preset {
        let mut preset = preset.clone();
        match self {
            Cut::Off(switch) => preset.patch[switch] = 0.0,
            Cut::Route(slot) => clear(&mut preset.patch, slot),
            Cut::Copies(osc) => {
                let voices = &mut preset.patch.osc[osc].voices;
                *voices = (0.5 * *voices).floor().max(1.0);
            }
            Cut::Corners(lfo) => preset.shapes[lfo] = thinned(&preset.shapes[lfo]),
            Cut::Knob(id) => preset.patch[id] = id.def().default,
        }
        preset
    }
}

/// The switches of modules that are on.
fn switches(preset: &Preset) -> Vec<Cut> {
    let on = modules().iter().filter(|module| module.on(&preset.patch));
    on.filter_map(|module| module.switch()).map(Cut::Off).collect()
}

/// The routes that move something.
fn routes(preset: &Preset) -> Vec<Cut> {
    let used = |slot: &usize| genome::destination(&preset.patch, *slot).is_some();
    (0..preset.patch.route.len()).filter(used).map(Cut::Route).collect()
}

/// The oscillators with copies.
fn copies(preset: &Preset) -> Vec<Cut> {
    let many = |osc: &usize| preset.patch.osc[*osc].on > 0.5 && preset.patch.osc[*osc].voices > 1.5;
    (0..preset.patch.osc.len()).filter(many).map(Cut::Copies).collect()
}

/// The drawn shapes with corners to spare.
fn corners(preset: &Preset) -> Vec<Cut> {
    let spare = |lfo: &usize| preset.shapes[*lfo].points().len() > CORNERS;
    moves::drawn(preset).into_iter().filter(spare).map(Cut::Corners).collect()
}

/// The knobs that are turned, but for the player's own.
fn knobs(preset: &Preset) -> Vec<Cut> {
    let live = genome::live(preset);
    let turned = |id: &Id| {
        let def = id.def();
        live[*id]
            && def.breed == Breed::Slide
            && genome::section(*id) != Section::Voice
            && preset.patch[*id] != def.default
    };
    ids().leaves().iter().copied().filter(turned).map(Cut::Knob).collect()
}

/// What is idle becomes what it is in a new preset: knobs of modules that are not heard, routes
/// from or to nothing, tables, shapes and recordings that nothing plays.
fn put_away(preset: &mut Preset, locked: &[bool]) {
    let live = genome::live(preset);
    let free = |id: Id| !locked[module(id)];
    for slot in 0..preset.patch.route.len() {
        let to = genome::destination(&preset.patch, slot);
        let used = to.is_some_and(|id| live[ids().route[slot].amount] && live[id]);
        if !used && free(ids().route[slot].source) {
            clear(&mut preset.patch, slot);
        }
    }
    for &id in ids().leaves() {
        let def = id.def();
        let kept = matches!(genome::section(id), Section::Voice | Section::Route);
        if free(id) && !live[id] && def.breed != Breed::Never && def.kind != Kind::Switch && !kept {
            preset.patch[id] = def.default;
        }
    }
    let new = Preset::init();
    for k in 0..preset.tables.len() {
        if free(ids().osc[k].level) && !live[ids().osc[k].level] {
            preset.tables[k] = Table::default();
        }
    }
    for k in 0..preset.shapes.len() {
        if free(ids().lfo[k].mode) && !live[ids().lfo[k].mode] {
            preset.shapes[k].clone_from(&new.shapes[k]);
        }
    }
    if free(ids().sample.on) && preset.patch.sample.on < 0.5 {
        preset.clip = Clip::default();
    }
}

/// A shape with half the corners between its ends: those go that leave it most as it is.
fn thinned(shape: &Shape) -> Shape {
    let mut points = shape.points().to_vec();
    let wanted = (points.len() / 2).max(CORNERS);
    while points.len() > wanted {
        let apart = |k: &usize| {
            let [a, b, c] = [points[k - 1], points[*k], points[k + 1]];
            let wide = c.x - a.x;
            if wide <= 0.0 {
                return 0.0;
            }
            (b.y - a.y - (c.y - a.y) * (b.x - a.x) / wide).abs() * wide
        };
        let inner = 1..points.len() - 1;
        let Some(least) = inner.min_by(|a, b| apart(a).total_cmp(&apart(b))) else { break };
        points.remove(least);
    }
    Shape::new(points)
}
