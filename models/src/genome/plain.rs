//! A patch reduced to what is heard of it in one note, its interchangeable parts in one order.

use cultivar_breed::genome::{Driver, clocks, destination, live, modules};
use cultivar_patch::schema::{Division, Source, Sync, ids};
use cultivar_patch::{Id, Patch, Preset, Unit};

use super::layout::{INTERVAL, ROUTES, layout, told};

/// Beats per minute at which times in beats are written as seconds: what the engine plays
/// without a host.
const TEMPO: f32 = 120.0;

/// The patch with the same sound in one note: what the player or the song would do is gone,
/// times are in seconds, drivers and routes stand in the order of what they move.
pub fn plain(preset: &Preset) -> Preset {
    let mut plain = preset.clone();
    seconds(&mut plain.patch);
    intervals(&mut plain.patch);
    let routes = heard_routes(&plain);
    let mut moved = Vec::new();
    for slot in 0..plain.patch.route.len() {
        clear(&mut plain.patch, slot);
    }
    for (slot, route) in routes.into_iter().enumerate() {
        let source = home(&mut moved, route.source);
        let to = &mut plain.patch.route[slot];
        *to = cultivar_patch::schema::Route { source, ..route };
    }
    bring(preset, &mut plain, &moved);
    for slot in 0..plain.patch.route.len() {
        if let Some(id) = destination(&plain.patch, slot) {
            plain.patch.route[slot].destination = followed(id, &moved).as_destination();
        }
    }
    for (k, value) in plain.patch.leaves_mut().iter_mut().enumerate() {
        let id = Id(k as u16);
        let free = !told(id)
            && cultivar_breed::genome::section(id) != cultivar_breed::genome::Section::Route;
        if free {
            *value = id.def().default;
        }
    }
    plain
}

/// Writes what counts beats in seconds.
fn seconds(patch: &mut Patch<f32>) {
    let beat = 60.0 / TEMPO;
    for (sync, time, division) in clocks() {
        if Sync::of(patch[sync]) == Sync::Tempo {
            let seconds = (Division::of(patch[division]).beats() * beat).log2();
            // A rate counts times per second, all else seconds.
            let rate = time.def().unit == Unit::LogHertz;
            patch[time] = if rate { -seconds } else { seconds };
            patch[sync] = Sync::Time.value();
        }
    }
    for k in 0..patch.leaves().len() as u16 {
        patch[Id(k)] = Id(k).def().legal(patch[Id(k)]);
    }
}

/// Tunes oscillators in whole semitones of at most three octaves, what is left in cents.
fn intervals(patch: &mut Patch<f32>) {
    for osc in &mut patch.osc {
        let all = osc.tune + osc.fine / 100.0;
        let farthest = INTERVAL as f32;
        let mut whole = (all - (osc.fine / 100.0).clamp(-0.5, 0.5)).round();
        let fine = 100.0 * (all - whole);
        while whole.abs() > farthest {
            whole -= 12.0 * whole.signum();
        }
        osc.tune = whole;
        osc.fine = fine.clamp(-100.0, 100.0);
    }
}

/// The routes by which something heard is moved within a note, at most as many as a genome
/// holds, in the order of what they move.
fn heard_routes(preset: &Preset) -> Vec<cultivar_patch::schema::Route<f32>> {
    let live = live(preset);
    let known = |id: Id| layout().destinations.iter().any(|(to, ..)| *to == id);
    let mut slots: Vec<(Id, usize)> = (0..preset.patch.route.len())
        .filter(|slot| live[ids().route[*slot].amount] && preset.patch.route[*slot].amount != 0.0)
        .filter(|slot| drives(preset.patch.route[*slot].source))
        .filter_map(|slot| Some((destination(&preset.patch, slot).filter(|id| known(*id))?, slot)))
        .collect();
    let amount = |slot: usize| preset.patch.route[slot].amount.abs();
    slots.sort_by(|a, b| amount(b.1).total_cmp(&amount(a.1)));
    slots.truncate(ROUTES);
    slots.sort();
    slots.into_iter().map(|(_, slot)| preset.patch.route[slot]).collect()
}

/// Whether a source moves by itself within a note.
fn drives(source: f32) -> bool {
    matches!(Driver::of(source), Some(Driver::Env(_) | Driver::Lfo(_)))
}

/// Where a driver stands in the plain patch: the first place of its kind that is free.
fn home(moved: &mut Vec<(Driver, Driver)>, source: f32) -> f32 {
    let Some(driver) = Driver::of(source) else { return Source::None.value() };
    if driver == Driver::Env(0) {
        return source;
    }
    if let Some((_, to)) = moved.iter().find(|(from, _)| *from == driver) {
        return to.source();
    }
    let taken = |kind: fn(usize) -> Driver, first: usize| {
        (first..).map(kind).find(|place| moved.iter().all(|(_, to)| to != place))
    };
    let to = match driver {
        Driver::Env(_) => taken(Driver::Env, 1),
        Driver::Lfo(_) => taken(Driver::Lfo, 0),
        Driver::Random(_) | Driver::Macro(_) => None,
    };
    let to = to.unwrap_or(driver);
    moved.push((driver, to));
    to.source()
}

/// Copies every driver that is used to its place; places that are not used are initial.
fn bring(from: &Preset, to: &mut Preset, moved: &[(Driver, Driver)]) {
    let all = (1..ids().env.len()).map(Driver::Env).chain((0..ids().lfo.len()).map(Driver::Lfo));
    let seconds = to.patch;
    for place in all {
        let source = moved.iter().find(|(_, to)| *to == place).map(|(from, _)| *from);
        for (k, id) in modules()[place.module()].ids().enumerate() {
            let donor = source.and_then(|s| modules()[s.module()].ids().nth(k));
            to.patch[id] = donor.map_or(id.def().default, |donor| seconds[donor]);
        }
        if let Driver::Lfo(k) = place {
            to.shapes[k] = match source {
                Some(Driver::Lfo(from_k)) => from.shapes[from_k].clone(),
                _ => Default::default(),
            };
        }
    }
}

/// The address of a parameter whose module may have moved.
fn followed(id: Id, moved: &[(Driver, Driver)]) -> Id {
    let at = cultivar_breed::genome::module(id);
    let found = moved.iter().find(|(from, _)| from.module() == at);
    found
        .map_or(id, |(_, to)| Id(id.0 - modules()[at].ids.start + modules()[to.module()].ids.start))
}

fn clear(patch: &mut Patch<f32>, slot: usize) {
    let route = &ids().route[slot];
    for id in [route.source, route.destination, route.amount, route.curve] {
        patch[id] = id.def().default;
    }
}
