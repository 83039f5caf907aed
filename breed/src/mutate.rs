//! Mutation: small steps of what is heard, rarely a leap or a new module.

use cultivar_patch::schema::{Source, ids};
use cultivar_patch::{Breed, Id, Kind, Patch, Preset};

use crate::Rng;
use crate::cross::graft;
use crate::genome::{self, Locks, Section, module, modules, section};

/// Mutates `preset` by `amount` (0 nothing, 1 a lot, still a relative). Numbers are stepped,
/// pitches jump by octaves and fifths; whole modules, routes and choices come from one of the
/// `donors`, never from nowhere.
pub fn mutate(preset: &mut Preset, amount: f32, donors: &[Preset], rng: &mut Rng) {
    mutate_within(preset, amount, donors, Locks::default(), rng);
}

/// The same, without touching what is locked.
pub fn mutate_within(
    preset: &mut Preset,
    amount: f32,
    donors: &[Preset],
    locks: Locks,
    rng: &mut Rng,
) {
    let locked = locks.modules(&preset.patch);
    let amount = amount.clamp(0.0, 1.0);
    let live = genome::live(preset);
    for k in 0..live.leaves().len() as u16 {
        let id = Id(k);
        if live[id] && rng.chance(0.15 + 0.35 * amount) && !locked[module(id)] {
            match id.def().breed {
                Breed::Slide => slide(&mut preset.patch, id, 3.0 * amount, rng),
                Breed::Tune if rng.chance(0.2 * amount) => tune(&mut preset.patch, id, rng),
                _ => {}
            }
        }
    }
    for _ in 0..3 {
        if rng.chance(0.5 * amount) {
            let mut rebuilt = preset.clone();
            rebuild(&mut rebuilt, donors, rng);
            if intact(preset, &rebuilt, locks) {
                *preset = rebuilt;
            }
        }
    }
}

/// Whether all that is locked, and nothing else, is in `is` as it was.
fn intact(was: &Preset, is: &Preset, locks: Locks) -> bool {
    let locked = locks.modules(&was.patch);
    let genes = |index: usize| modules()[index].ids().all(|id| was.patch[id] == is.patch[id]);
    let mut indices = (0..locked.len()).filter(|index| locked[*index]);
    let table = |k: usize| !locks.has(Section::Osc) || was.tables[k] == is.tables[k];
    let shape = |k: usize| !locked[module(ids().lfo[k].mode)] || was.shapes[k] == is.shapes[k];
    locks == Locks::default()
        || locks.modules(&is.patch) == locked
            && indices.all(genes)
            && (0..was.tables.len()).all(table)
            && (!locks.has(Section::Noise) || was.clip == is.clip)
            && (0..was.shapes.len()).all(shape)
            && (!locks.has(Section::Lfo) || was.macros == is.macros)
}

/// Moves a continuous gene by `steps` small steps of normal distribution, back into the range.
pub(crate) fn slide(patch: &mut Patch<f32>, id: Id, steps: f32, rng: &mut Rng) {
    let def = id.def();
    let moved = patch[id] + steps * genome::step(patch, id) * rng.normal();
    patch[id] = def.legal(reflected(moved, def.min, def.max));
}

/// `value` folded back at the ends of a range.
pub(crate) fn reflected(value: f32, min: f32, max: f32) -> f32 {
    let folded = if value < min { 2.0 * min - value } else { value };
    let folded = if folded > max { 2.0 * max - folded } else { folded };
    folded.clamp(min, max)
}

/// Moves a pitch by octaves, fifths or fourths.
pub(crate) fn tune(patch: &mut Patch<f32>, id: Id, rng: &mut Rng) {
    const JUMPS: [f32; 8] = [12.0, -12.0, 12.0, -12.0, 7.0, -5.0, 19.0, 24.0];
    let def = id.def();
    let moved = patch[id] + rng.pick(&JUMPS).copied().unwrap_or_default();
    if (def.min..=def.max).contains(&moved) {
        patch[id] = def.legal(moved);
    }
}

/// Changes the structure: grafts a module of a donor, switches one off, takes a choice of a
/// donor, or removes a route.
pub(crate) fn rebuild(preset: &mut Preset, donors: &[Preset], rng: &mut Rng) {
    match rng.below(8) {
        0 => prune(preset, rng),
        1 => unroute(preset, rng),
        2..=4 => {
            if let Some(donor) = rng.pick(donors) {
                leap(preset, donor, rng);
            }
        }
        _ => {
            if let Some(donor) = rng.pick(donors) {
                let sounding: Vec<usize> = (0..modules().len())
                    .filter(|m| modules()[*m].switch().is_some())
                    .filter(|m| modules()[*m].on(&donor.patch))
                    .collect();
                if let Some(module) = rng.pick(&sounding) {
                    graft(preset, donor, *module);
                }
            }
        }
    }
}

/// Switches off a module; the last source of sound stays.
fn prune(preset: &mut Preset, rng: &mut Rng) {
    let is_on = |m: &&genome::Module| m.switch().is_some() && m.on(&preset.patch);
    let on: Vec<&genome::Module> = modules().iter().filter(is_on).collect();
    let sounds = |m: &genome::Module| matches!(m.section, Section::Osc | Section::Noise);
    let sources = on.iter().filter(|m| sounds(m)).count();
    let chosen = rng.pick(&on).filter(|m| sources > 1 || !sounds(m));
    if let Some(switch) = chosen.and_then(|module| module.switch()) {
        preset.patch[switch] = 0.0;
    }
}

fn unroute(preset: &mut Preset, rng: &mut Rng) {
    let used: Vec<usize> = (0..preset.patch.route.len())
        .filter(|slot| genome::destination(&preset.patch, *slot).is_some())
        .collect();
    if let Some(slot) = rng.pick(&used) {
        preset.patch.route[*slot].source = Source::None.value();
    }
}

/// Takes one choice, number of voices or switch within a module from the same module of a donor.
fn leap(preset: &mut Preset, donor: &Preset, rng: &mut Rng) {
    let live = genome::live(preset);
    let leaps = |id: &Id| {
        live[*id]
            && id.def().breed == Breed::Leap
            && section(*id) != Section::Route
            && !matches!(id.def().kind, Kind::Switch)
            && preset.patch[*id] != donor.patch[*id]
            && modules()[genome::module(*id)].on(&donor.patch)
    };
    let all = (0..live.leaves().len() as u16).map(Id);
    let differing: Vec<Id> = all.filter(leaps).collect();
    let Some(&id) = rng.pick(&differing) else { return };
    preset.patch[id] = donor.patch[id];
    let osc = ids().osc.iter().position(|osc| osc.warp == id);
    if let Some(k) = osc {
        preset.patch.osc[k].bend = donor.patch.osc[k].bend;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wild;

    fn donors() -> Vec<Preset> {
        let mut rng = Rng::new(9);
        (0..8).map(|_| wild::preset(&mut rng)).collect()
    }

    #[test]
    fn mutants_are_legal_and_related() {
        let donors = donors();
        let mut rng = Rng::new(1);
        for (k, parent) in donors.iter().enumerate() {
            let mut child = parent.clone();
            mutate(&mut child, 0.1 * k as f32, &donors, &mut rng);
            for (id, value) in child.patch.leaves().iter().enumerate() {
                assert_eq!(Id(id as u16).def().legal(*value), *value);
            }
            assert_eq!(child.patch == parent.patch, k == 0, "amount {k}");
            assert_eq!(child.patch.master, parent.patch.master);
            assert_eq!(child.patch.voice.mode, parent.patch.voice.mode);
        }
    }

    #[test]
    fn choices_come_from_donors() {
        let donors = vec![Preset::init()];
        let mut rng = Rng::new(3);
        for _ in 0..50 {
            let mut child = wild::preset(&mut rng);
            let parent = child.clone();
            mutate(&mut child, 1.0, &donors, &mut rng);
            for k in 0..child.patch.leaves().len() as u16 {
                let id = Id(k);
                if id.def().breed == Breed::Leap && section(id) != Section::Route {
                    let value = child.patch[id];
                    let switched_off = id.def().kind == Kind::Switch && value == 0.0;
                    let known = [parent.patch[id], donors[0].patch[id]];
                    assert!(switched_off || known.contains(&value), "{}", id.def().id);
                }
            }
        }
    }

    #[test]
    fn pitches_jump_by_consonances() {
        let mut rng = Rng::new(4);
        let id = ids().osc[0].tune;
        let mut patch = Preset::init().patch;
        for _ in 0..100 {
            let before = patch[id];
            tune(&mut patch, id, &mut rng);
            let jump = (patch[id] - before).abs();
            assert!([0.0, 5.0, 7.0, 12.0, 19.0, 24.0].contains(&jump), "{jump}");
        }
    }
}
