//! A preset compiled for playing: its values, tables, shapes, routes and effects.

use std::sync::Arc;

use cultivar_patch::schema::{Division, LfoMode, Source, Sync, ids};
use cultivar_patch::{Id, Kind, Patch, Preset, Table};

use crate::effects::Chain;
use crate::factory;
use crate::lfo::{Curve, speed};
use crate::math::CONTROL;
use crate::oscillator::table::{Mip, mip};
use crate::routes::{ENV, LFO, MACRO, Moves, Realm, Routes, SOURCES, Sources};

/// Time in seconds in which a turned knob comes within a third of its new value.
const SMOOTH: f32 = 0.004;
/// Time in seconds in which a sound fades that has to leave.
const LEAVE: f32 = 0.03;

/// A preset ready to be played. Made anywhere but on the audio thread; an engine owns it while
/// it plays and hands it back to be freed elsewhere.
pub struct Sound {
    pub(crate) rate: f32,
    /// Values as they are heard now.
    pub(crate) values: Patch<f32>,
    /// Values that were asked for.
    goals: Patch<f32>,
    /// Parameters on their way; has room for all.
    moving: Vec<Id>,
    pub(crate) tables: [Arc<Mip>; 3],
    pub(crate) curves: [Curve; 6],
    pub(crate) routes: Routes,
    behind: Routes,
    /// Whether voices must take all values anew.
    pub(crate) rerouted: bool,
    pub(crate) moves: Moves,
    /// Values of the effects and the end of the chain, moved by what is common to all voices.
    global: Patch<f32>,
    /// Turns of the free-running LFOs at the end of the grid interval.
    pub(crate) free: [f64; 6],
    pub(crate) tempo: f32,
    /// Sources of the newest voice, kept after it has ended.
    sources: Sources,
    chain: Chain,
    /// Whether the effects were told their values at the last grid point.
    awake: bool,
    /// Its number among the sounds that came to the engine.
    pub(crate) number: u64,
    /// Share of full loudness that is left of a sound that has to leave.
    leaving: Option<f32>,
}

impl std::fmt::Debug for Sound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sound").field("rate", &self.rate).finish_non_exhaustive()
    }
}

fn table(of: &Table) -> Arc<Mip> {
    let known = match of {
        Table::Factory(name) => factory::table(name).or_else(|| factory::table("saw")),
        Table::Own(table) => Some(table.clone()),
    };
    known.map_or_else(|| Arc::new(Mip::silent()), |table| mip(&table))
}

impl Sound {
    /// Compiles a preset for a sample rate in hertz. Values that are not legal are made so; an
    /// unknown factory table is a saw. Microseconds where the tables have been used before,
    /// milliseconds where not.
    pub fn new(preset: &Preset, rate: f32) -> Box<Sound> {
        let values = legal(&preset.patch);
        let mut sound = Box::new(Sound {
            rate,
            values,
            goals: values,
            moving: Vec::with_capacity(values.leaves().len()),
            tables: preset.tables.each_ref().map(table),
            curves: preset.shapes.each_ref().map(Curve::new),
            routes: Routes::of(&values, Realm::Voice),
            behind: Routes::of(&values, Realm::Sound),
            rerouted: false,
            moves: Moves::NONE,
            global: values,
            free: [0.0; 6],
            tempo: 120.0,
            sources: [0.0; SOURCES],
            chain: Chain::new(rate),
            awake: false,
            number: 0,
            leaving: None,
        });
        sound.reset();
        sound
    }

    /// Becomes another preset in place. Allocates only where a table is new.
    pub fn load(&mut self, preset: &Preset) {
        self.goals = legal(&preset.patch);
        for (mip, of) in self.tables.iter_mut().zip(&preset.tables) {
            *mip = table(of);
        }
        for (curve, shape) in self.curves.iter_mut().zip(&preset.shapes) {
            *curve = Curve::new(shape);
        }
        self.reset();
    }

    /// As if new: values at once where they were asked to be, effects silent.
    pub(crate) fn reset(&mut self) {
        self.leaving = None;
        self.values = self.goals;
        self.moving.clear();
        self.reroute();
        self.rerouted = false;
        self.moves = Moves::NONE;
        self.global = self.values;
        self.free = [0.0; 6];
        self.sources = [0.0; SOURCES];
        self.chain.reset();
        self.awake = false;
    }

    /// Goes on where another sound is: its effects ring on, its LFOs run on, its values move to
    /// those of this one. Allocates nothing.
    pub(crate) fn take_over(&mut self, other: &mut Sound) {
        std::mem::swap(&mut self.chain, &mut other.chain);
        (self.free, self.tempo, self.sources) = (other.free, other.tempo, other.sources);
        (self.moves, self.awake, self.number) = (other.moves, other.awake, other.number);
        (self.values, self.global) = (other.values, other.global);
        std::mem::swap(&mut self.routes, &mut other.routes);
        std::mem::swap(&mut self.behind, &mut other.behind);
        self.rerouted = other.rerouted;
        let values = self.values.leaves().iter().zip(self.goals.leaves());
        let differ = values.zip(0..).filter(|((value, goal), _)| value != goal);
        self.moving.clear();
        self.moving.extend(differ.map(|(_, address)| Id(address)));
    }

    fn reroute(&mut self) {
        self.routes = Routes::of(&self.values, Realm::Voice);
        self.behind = Routes::of(&self.values, Realm::Sound);
        self.global = self.values;
        self.rerouted = true;
    }

    /// Asks for a value; it is on its way from the next grid point.
    pub(crate) fn set(&mut self, id: Id, value: f32) {
        let Some(goal) = self.goals.leaves_mut().get_mut(usize::from(id.0)) else { return };
        *goal = id.def().legal(value);
        if !self.moving.contains(&id) {
            self.moving.push(id);
        }
    }

    /// Moves values towards what was asked for, and calls `changed` for each that moved.
    pub(crate) fn step(&mut self, mut changed: impl FnMut(Id, f32)) {
        if self.moving.is_empty() {
            return;
        }
        let pace = (CONTROL as f32 / (self.rate * SMOOTH)).min(1.0);
        let mut k = 0;
        let mut rerouted = false;
        while k < self.moving.len() {
            let id = self.moving[k];
            let def = id.def();
            let (value, goal) = (self.values[id], self.goals[id]);
            let near = (goal - value).abs() < 1e-4 * def.span();
            let there = near || def.kind != Kind::Real;
            self.values[id] = if there { goal } else { value + pace * (goal - value) };
            self.global[id] = self.values[id];
            changed(id, self.values[id]);
            rerouted |= is_route(id);
            match there {
                true => _ = self.moving.swap_remove(k),
                false => k += 1,
            }
        }
        if rerouted {
            self.reroute();
        }
    }

    /// Lets a grid interval begin: free-running LFOs, master level, effects.
    /// `newest` are the sources of the newest voice.
    pub(crate) fn tick(&mut self, newest: Option<&Sources>, beat: Option<f64>) {
        if let Some(sources) = newest {
            self.sources = *sources;
        }
        for (source, knob) in self.sources[MACRO..].iter_mut().zip(&self.values.macros) {
            *source = knob.value;
        }
        let time = CONTROL as f64 / f64::from(self.rate);
        for (turns, lfo) in self.free.iter_mut().zip(&self.values.lfo) {
            if LfoMode::of(lfo.mode) == LfoMode::Free {
                let synced = Sync::of(lfo.sync) == Sync::Tempo;
                let beats = f64::from(Division::of(lfo.division).beats());
                *turns = match beat {
                    Some(beat) if synced => (beat / beats).rem_euclid(1.0),
                    _ => (*turns + time * f64::from(speed(lfo, self.tempo))).fract(),
                };
            }
        }
        self.behind.apply(
            &self.values,
            &self.sources,
            [&self.moves, &Moves::NONE],
            &mut self.global,
        );
        self.awake = !self.chain.silent();
        if self.awake {
            self.chain.control(&self.global, self.tempo);
        }
    }

    /// Effects and master level over what the voices gave.
    pub(crate) fn finish(&mut self, left: &mut [f32], right: &mut [f32]) {
        if !self.awake {
            self.chain.control(&self.global, self.tempo);
            self.awake = true;
        }
        self.chain.render(left, right);
        if let Some(share) = &mut self.leaving {
            let pace = 1.0 / (LEAVE * self.rate);
            for (l, r) in left.iter_mut().zip(right) {
                *share = (*share - pace).max(0.0);
                *l *= *share;
                *r *= *share;
            }
        }
    }

    /// Has to leave: from now on it fades, voices and all.
    pub(crate) fn leave(&mut self) {
        self.leaving = Some(1.0);
    }

    /// Whether it has to leave.
    pub(crate) fn leaves(&self) -> bool {
        self.leaving.is_some()
    }

    /// Whether it has left: nothing of it is to be heard any more.
    pub(crate) fn is_gone(&self) -> bool {
        self.leaving == Some(0.0)
    }

    /// Whether nothing sounds on after the voices.
    pub(crate) fn is_silent(&self) -> bool {
        self.chain.silent() || self.is_gone()
    }

    /// Whether envelope `k` is listened to; the first is the amplifier's.
    pub(crate) fn uses_env(&self, k: usize) -> bool {
        k == 0 || self.routes.hears(ENV + k) || self.behind.hears(ENV + k)
    }

    /// Whether LFO `k` is listened to.
    pub(crate) fn uses_lfo(&self, k: usize) -> bool {
        self.routes.hears(LFO + k) || self.behind.hears(LFO + k)
    }
}

const _: () = assert!(Source::Macro8 as usize == MACRO + 7 && Source::Env4 as usize == ENV + 3);

fn legal(patch: &Patch<f32>) -> Patch<f32> {
    Patch::from_fn(|id| id.def().legal(patch[id]))
}

/// Whether a parameter decides which routes there are.
fn is_route(id: Id) -> bool {
    ids().route.iter().any(|r| [r.source, r.destination, r.curve].contains(&id))
}
