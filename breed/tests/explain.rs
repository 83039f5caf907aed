//! What is said to have helped is what did, and what is left of a grown preset is what counts.

use std::sync::Arc;

use cultivar_breed::explain::explain;
use cultivar_breed::genome::{self, Locks, Section, modules, section};
use cultivar_breed::moves::Move;
use cultivar_breed::simplify::{COST, simplify};
use cultivar_breed::{Judge, NEVER, Node, Rng, Target, Trial, wild};
use cultivar_dsp::Note;
use cultivar_patch::schema::ids;
use cultivar_patch::{Breed, Id, Preset};

const RATE: f32 = 24_000.0;

/// Half a second of a patch as a target; nothing where it cannot be one.
fn target(preset: &Preset) -> Option<Target> {
    let note = Note { key: 57.0, velocity: 0.8, gate: 0.4, length: 0.6 };
    let [left, right] = cultivar_dsp::render(preset, &note, RATE);
    let mono: Vec<f32> = left.iter().zip(&right).map(|(l, r)| 0.5 * (l + r)).collect();
    Target::listen(&mono, RATE).ok()
}

fn judged(preset: &Preset, target: &Target, judge: &mut Judge) -> Node {
    let trial = Trial { index: 0, preset: Arc::new(preset.clone()), polish: false };
    let verdict = trial.judge(target, judge, NEVER).expect("nothing stops it");
    let (preset, distances) = (verdict.preset, verdict.distances);
    Node { preset, distances, tries: 1, moved: Move::Planted("test") }
}

/// Knobs of a section that are heard and may be turned.
fn knobs(preset: &Preset, of: Section) -> Vec<Id> {
    let live = genome::live(preset);
    let mine = |id: &Id| live[*id] && section(*id) == of && id.def().breed == Breed::Slide;
    ids().leaves().iter().copied().filter(mine).collect()
}

fn turn(preset: &mut Preset, id: Id, steps: f32) {
    let turned = preset.patch[id] + steps * genome::step(&preset.patch, id);
    preset.patch[id] = id.def().legal(turned);
}

#[test]
fn the_section_that_was_altered_is_named_first() {
    const CASES: usize = 200;
    let sections = [Section::Osc, Section::Noise, Section::Filter, Section::Env, Section::Fx];
    let mut rng = Rng::new(11);
    let (mut cases, mut right) = (0, 0);
    while cases < CASES {
        let after = wild::preset(&mut rng);
        let Some(target) = target(&after) else { continue };
        let of = sections[rng.below(sections.len())];
        let mut before = after.clone();
        // Everything else is a little off as well.
        for other in sections.into_iter().filter(|other| *other != of) {
            for id in knobs(&after, other) {
                turn(&mut before, id, 0.05 * rng.normal());
            }
        }
        for id in knobs(&after, of) {
            turn(&mut before, id, 3.0 * rng.normal());
        }
        let mut judge = Judge::new(&target);
        let node = judged(&after, &target, &mut judge);
        let far = judged(&before, &target, &mut judge).distances.total - node.distances.total;
        // What is hardly heard needs no explanation.
        if far < 0.05 {
            continue;
        }
        let reasons = explain(&before, &node, &target, &mut judge, NEVER).expect("not stopped");
        cases += 1;
        let named = reasons.first().map(|reason| modules()[reason.change.module].section);
        right += usize::from(named == Some(of));
    }
    assert!(right * 100 >= 85 * CASES, "{right} of {CASES}");
}

#[test]
fn what_nobody_hears_goes_and_the_sound_stays() {
    let mut rng = Rng::new(5);
    let (mut before, mut after) = (0, 0);
    for _ in 0..12 {
        let grown = wild::preset(&mut rng);
        let Some(target) = target(&grown) else { continue };
        // A grown patch is near its target, and has picked up this and that on the way.
        let mut burdened = grown.clone();
        burdened.patch.eq.on = 1.0;
        burdened.patch.filter[1].on = 1.0;
        burdened.patch.filter[1].cutoff = burdened.patch.filter[1].cutoff.max(130.0);
        burdened.patch.lfo[5].rate = 3.3;
        let mut judge = Judge::new(&target);
        let node = judged(&burdened, &target, &mut judge);
        let simple = simplify(&node, Locks::default(), &target, &mut judge, NEVER);
        assert!(simple.distances.score >= node.distances.score - COST - 1e-3);
        assert_eq!(judged(&simple.preset, &target, &mut judge).distances, simple.distances);
        assert_eq!(simple.preset.patch.eq.on, 0.0);
        assert_ne!(simple.preset.patch.lfo[5].rate, 3.3);
        let turned = |preset: &Preset| {
            let patch = &preset.patch;
            ids().leaves().iter().filter(|id| patch[**id] != id.def().default).count()
        };
        (before, after) = (before + turned(&burdened), after + turned(&simple.preset));
        let on = |preset: &Preset| modules().iter().filter(|m| m.on(&preset.patch)).count();
        assert!(on(&simple.preset) < on(&burdened));
    }
    assert!(after * 2 < before, "{after} turned knobs of {before} are left");
}
