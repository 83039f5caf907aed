//! Why one preset is nearer to a target than another: what differs, put back module by module.

use std::sync::Arc;

use cultivar_patch::schema::ids;
use cultivar_patch::{Id, Preset};

use crate::cross::put_back;
use crate::genome::{self, Driver, modules};
use crate::{Judge, Node, Stop, Target, Trial};

/// Most modules that are put back.
const MOST: usize = 16;

/// What changed in a module between two presets.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The module, as an index into [`modules`].
    pub module: usize,
    /// The parameter that changed by the most steps; nothing where only a table, a recording or a
    /// drawn shape did.
    pub id: Option<Id>,
    /// How much it changed, in steps that are clearly heard each.
    pub steps: f32,
}

/// A change with what it is worth.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// What changed.
    pub change: Change,
    /// Points of score that are lost where it is put back; less than nothing where it did harm.
    pub gain: f32,
    /// By how much the distance grows then.
    pub distance: f32,
}

/// What can be heard of the way from one preset to another, most steps first.
pub fn changes(before: &Preset, after: &Preset) -> Vec<Change> {
    let live = [before, after].map(genome::live);
    let heard = |id: Id| live.iter().any(|live| live[id]);
    let of = |module: usize| {
        let steps = |id: Id| {
            let apart = (after.patch[id] - before.patch[id]).abs();
            apart / genome::step(&after.patch, id).max(f32::MIN_POSITIVE)
        };
        let moved = modules()[module].ids().filter(|id| heard(*id)).map(|id| (id, steps(id)));
        let moved: Vec<(Id, f32)> = moved.filter(|(_, steps)| *steps > 0.0).collect();
        let drawn = redrawn(before, after, module) && modules()[module].ids().any(heard);
        let most = moved.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1));
        // A drawing is worth a few steps: what they are cannot be told from its points.
        let steps =
            moved.iter().map(|(_, steps)| steps).sum::<f32>() + if drawn { 3.0 } else { 0.0 };
        (steps > 0.0).then_some(Change { module, id: most.map(|(id, _)| id), steps })
    };
    let mut changes: Vec<Change> = (0..modules().len()).filter_map(of).collect();
    changes.sort_by(|a, b| b.steps.total_cmp(&a.steps));
    changes.truncate(MOST);
    changes
}

/// What a change is worth to `node`: it is put back as it was in `before`, and judged. Nothing
/// where it is stopped.
pub fn weigh(
    change: &Change,
    before: &Preset,
    node: &Node,
    target: &Target,
    judge: &mut Judge,
    stop: Stop,
) -> Option<Reason> {
    let mut preset = (*node.preset).clone();
    put_back(&mut preset, before, change.module);
    let trial = Trial { index: 0, preset: Arc::new(preset), polish: false };
    let without = trial.judge(target, judge, stop)?.distances;
    Some(Reason {
        change: change.clone(),
        gain: node.distances.score - without.score,
        distance: without.total - node.distances.total,
    })
}

/// All reasons why a node is nearer than `before`, the weightiest first. Nothing where it is
/// stopped.
pub fn explain(
    before: &Preset,
    node: &Node,
    target: &Target,
    judge: &mut Judge,
    stop: Stop,
) -> Option<Vec<Reason>> {
    let changes = changes(before, &node.preset);
    let reasons = changes.iter().map(|change| weigh(change, before, node, target, judge, stop));
    let mut reasons = reasons.collect::<Option<Vec<_>>>()?;
    sort(&mut reasons);
    Some(reasons)
}

/// The weightiest first.
pub fn sort(reasons: &mut [Reason]) {
    reasons.sort_by(|a, b| b.distance.total_cmp(&a.distance));
}

/// Whether what a module plays or follows is another drawing.
fn redrawn(before: &Preset, after: &Preset, module: usize) -> bool {
    let table = |k: &usize| {
        genome::module(ids().osc[*k].on) == module && before.tables[*k] != after.tables[*k]
    };
    let shape =
        |k: &usize| Driver::Lfo(*k).module() == module && before.shapes[*k] != after.shapes[*k];
    (0..before.tables.len()).any(|k| table(&k))
        || (0..before.shapes.len()).any(|k| shape(&k))
        || genome::module(ids().sample.on) == module && before.clip != after.clip
}
