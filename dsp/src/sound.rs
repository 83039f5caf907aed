//! A preset compiled for playing: its values, tables, shapes, routes and effects.

mod ends;
mod morph;

use std::sync::Arc;

use cultivar_patch::schema::{Division, LfoMode, Source, Sync, ids};
use cultivar_patch::{Id, Kind, Patch, Preset, Table, Wavetable};

use crate::effects::Chain;
use crate::factory;
use crate::lfo::{Curve, speed};
use crate::math::{Block, CONTROL};
use crate::oscillator::table::{Mip, mip};
use crate::random::Walk;
use crate::routes::{ENV, LFO, MACRO, Moves, RANDOM, Realm, Routes, SOURCES, Sources};
use crate::sample::{Tape, tape};
use morph::Morph;

/// Time in seconds in which a turned knob comes within a third of its new value.
const SMOOTH: f32 = 0.004;
/// What draws the random movement that all voices share.
const SHARED: [u32; 2] = [0x51, 0x52];
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
    pub(crate) tape: Arc<Tape>,
    pub(crate) curves: [Curve; 6],
    pub(crate) routes: Routes,
    behind: Routes,
    /// Whether voices must take all values anew.
    pub(crate) rerouted: bool,
    pub(crate) moves: Moves,
    /// Values of the effects, the end of the chain and the free-running LFOs, moved by what is
    /// common to all voices.
    global: Patch<f32>,
    /// Turns of the free-running LFOs at the end of the grid interval.
    pub(crate) free: [f64; 6],
    /// The random movement that all voices share, at the end of the grid interval.
    pub(crate) walks: [Walk; 2],
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
    /// Whether all envelopes and LFOs move, though nothing here may listen: for a note that is
    /// held on the way to where something does.
    restless: bool,
    /// The way to the partner, where there is one; this sound is then its even side.
    morph: Option<Box<Morph>>,
}

/// Of the two sides that sound in a morph: the one with the even stations of the way, or the
/// one with the odd ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Even,
    Odd,
}

impl std::fmt::Debug for Sound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sound").field("rate", &self.rate).finish_non_exhaustive()
    }
}

/// The frames of a table; a saw's where it is not known.
fn own(table: &Table) -> Option<Arc<Wavetable>> {
    match table {
        Table::Factory(name) => factory::table(name).or_else(|| factory::table("saw")),
        Table::Own(table) => Some(table.clone()),
    }
}

fn table(of: &Table) -> Arc<Mip> {
    own(of).map_or_else(|| Arc::new(Mip::silent()), |table| mip(&table))
}

/// Makes the band-limited copies of a table, unless they are there already.
pub(crate) fn prepare(of: &Table) {
    table(of);
}

impl Sound {
    /// Compiles a preset for a sample rate in hertz. Values that are not legal are made so; an
    /// unknown factory table is a saw, an unknown recording the first one. Microseconds where
    /// tables and recording have been used before,
    /// milliseconds where not.
    pub fn new(preset: &Preset, rate: f32) -> Box<Sound> {
        let mut sound = Sound::alone(preset, rate);
        sound.morph = preset.partner.as_ref().map(|partner| {
            let odd = Sound::alone(preset, rate);
            Box::new(Morph::new(preset, partner, odd))
        });
        sound.reset();
        sound
    }

    /// The sound of a preset without its partner.
    fn alone(preset: &Preset, rate: f32) -> Box<Sound> {
        let values = legal(&preset.patch);
        Box::new(Sound {
            rate,
            values,
            goals: values,
            moving: Vec::with_capacity(values.leaves().len()),
            tables: preset.tables.each_ref().map(table),
            tape: tape(&preset.clip),
            curves: preset.shapes.each_ref().map(Curve::new),
            routes: Routes::of(&values, Realm::Voice),
            behind: Routes::of(&values, Realm::Sound),
            rerouted: false,
            moves: Moves::NONE,
            global: values,
            free: [0.0; 6],
            walks: SHARED.map(Walk::new),
            tempo: 120.0,
            sources: [0.0; SOURCES],
            chain: Chain::new(rate),
            awake: false,
            number: 0,
            leaving: None,
            restless: preset.partner.is_some(),
            morph: None,
        })
    }

    /// Becomes another preset in place. Allocates only where a table, a recording or a
    /// partner is new.
    pub fn load(&mut self, preset: &Preset) {
        self.goals = legal(&preset.patch);
        for (mip, of) in self.tables.iter_mut().zip(&preset.tables) {
            *mip = table(of);
        }
        self.tape = tape(&preset.clip);
        for (curve, shape) in self.curves.iter_mut().zip(&preset.shapes) {
            *curve = Curve::new(shape);
        }
        self.restless = preset.partner.is_some();
        let odd = self.morph.take().map(|morph| morph.odd);
        self.morph = preset.partner.as_ref().map(|partner| {
            let odd = odd.unwrap_or_else(|| Sound::alone(preset, self.rate));
            Box::new(Morph::new(preset, partner, odd))
        });
        self.reset();
    }

    /// As if new: values at once where they were asked to be, effects silent.
    pub(crate) fn reset(&mut self) {
        self.leaving = None;
        self.moving.clear();
        self.values = self.goals;
        self.arrive();
        self.reroute();
        self.rerouted = false;
        self.moves = Moves::NONE;
        self.global = self.values;
        self.free = [0.0; 6];
        self.walks = SHARED.map(Walk::new);
        self.sources = [0.0; SOURCES];
        self.chain.reset();
        self.awake = false;
        if let Some(morph) = &mut self.morph {
            let values = morph.odd.values;
            morph.odd.goals = values;
            morph.odd.reset();
        }
    }

    /// Goes on where another sound is: its effects ring on, its LFOs run on, its values move to
    /// those of this one. Allocates nothing.
    pub(crate) fn take_over(&mut self, other: &mut Sound) {
        std::mem::swap(&mut self.chain, &mut other.chain);
        (self.free, self.tempo, self.sources) = (other.free, other.tempo, other.sources);
        self.walks = other.walks;
        (self.moves, self.awake, self.number) = (other.moves, other.awake, other.number);
        (self.values, self.global) = (other.values, other.global);
        std::mem::swap(&mut self.routes, &mut other.routes);
        std::mem::swap(&mut self.behind, &mut other.behind);
        self.rerouted = other.rerouted;
        let from = self.go_on(other);
        let values = from.leaves().iter().zip(self.goals.leaves());
        let differ = values.zip(0..).filter(|((value, goal), _)| value != goal);
        self.moving.clear();
        self.moving.extend(differ.map(|(_, address)| Id(address)));
    }

    /// Moves on from where another sound is that was made of the same preset.
    pub(crate) fn run_on(&mut self, other: &Sound) {
        (self.free, self.walks, self.sources) = (other.free, other.walks, other.sources);
        (self.tempo, self.moves) = (other.tempo, other.moves);
        if let (Some(morph), Some(other)) = (&mut self.morph, &other.morph) {
            morph.odd.run_on(&other.odd);
        }
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
        if self.morph.is_some() {
            return self.travel();
        }
        let (values, global) = (&mut self.values, &mut self.global);
        let mut rerouted = false;
        approach(&mut self.moving, &self.goals, values, self.rate, |id, value| {
            global[id] = value;
            changed(id, value);
            rerouted |= is_route(id);
        });
        if rerouted {
            self.reroute();
        }
    }

    /// Lets a grid interval begin: free-running LFOs, shared random movement, master level,
    /// effects.
    /// `newest` are the sources of the newest voice.
    pub(crate) fn tick(&mut self, newest: Option<&[Sources; 2]>, beat: Option<f64>) {
        if let Some([sources, _]) = newest {
            self.sources = *sources;
        }
        if let Some(morph) = &mut self.morph {
            (morph.odd.tempo, morph.odd.moves) = (self.tempo, self.moves);
            morph.odd.tick(newest.map(|[_, twin]| [*twin; 2]).as_ref(), beat);
        }
        for (source, knob) in self.sources[MACRO..].iter_mut().zip(&self.values.macros) {
            *source = knob.value;
        }
        self.behind.apply(
            &self.values,
            &self.sources,
            [&self.moves, &Moves::NONE],
            &mut self.global,
        );
        let time = CONTROL as f64 / f64::from(self.rate);
        for k in 0..self.free.len() {
            let (lfo, used) = (&self.global.lfo[k], self.uses_lfo(k));
            let turns = &mut self.free[k];
            if used && LfoMode::of(lfo.mode) == LfoMode::Free {
                let synced = Sync::of(lfo.sync) == Sync::Tempo;
                let beats = f64::from(Division::of(lfo.division).beats());
                *turns = match beat {
                    Some(beat) if synced => (beat / beats).rem_euclid(1.0),
                    _ => (*turns + time * f64::from(speed(lfo, self.tempo))).fract(),
                };
            }
        }
        for k in 0..self.walks.len() {
            let random = &self.global.random[k];
            if random.shared >= 0.5 && self.uses_random(k) {
                self.walks[k].follow(time as f32, random, self.tempo, beat);
            }
        }
        self.awake = !self.chain.silent();
        if self.awake {
            self.chain.control(&self.global, self.tempo);
        }
    }

    /// Effects and master level over `len` samples of what the voices and their twins gave,
    /// from `at` samples into the grid interval; leaves the finished sound in `voices`.
    pub(crate) fn finish(
        &mut self,
        voices: &mut [Block; 2],
        twins: &mut [Block; 2],
        at: usize,
        len: usize,
    ) {
        if let Some(morph) = &mut self.morph {
            // The effects of both sides hear the same: they ring on while a side is silent, and
            // hear no edge when it goes on to another station.
            morph.mix(twins, voices, at, len);
            *twins = *voices;
            morph.odd.affect(twins, len);
        }
        self.affect(voices, len);
        if let Some(morph) = &self.morph {
            morph.mix(twins, voices, at, len);
        }
        if let Some(share) = &mut self.leaving {
            let pace = 1.0 / (LEAVE * self.rate);
            let [left, right] = voices;
            for (l, r) in left[..len].iter_mut().zip(right) {
                *share = (*share - pace).max(0.0);
                *l *= *share;
                *r *= *share;
            }
        }
    }

    /// Effects and master level of this side.
    fn affect(&mut self, [left, right]: &mut [Block; 2], len: usize) {
        if !self.awake {
            self.chain.control(&self.global, self.tempo);
            self.awake = true;
        }
        self.chain.render(&mut left[..len], &mut right[..len]);
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
        let odd = self.morph.as_ref().is_none_or(|morph| morph.odd.chain.silent());
        self.chain.silent() && odd || self.is_gone()
    }

    /// Whether anything behind the voices listens to the newest of them.
    pub(crate) fn listens(&self) -> bool {
        let odd = self.morph.as_ref().is_some_and(|morph| !morph.odd.behind.is_empty());
        !self.behind.is_empty() || odd
    }

    /// Whether envelope `k` moves; the first is the amplifier's.
    pub(crate) fn uses_env(&self, k: usize) -> bool {
        k == 0 || self.restless || self.routes.hears(ENV + k) || self.behind.hears(ENV + k)
    }

    /// Whether LFO `k` moves.
    pub(crate) fn uses_lfo(&self, k: usize) -> bool {
        self.restless || self.routes.hears(LFO + k) || self.behind.hears(LFO + k)
    }

    /// Whether random generator `k` moves.
    pub(crate) fn uses_random(&self, k: usize) -> bool {
        self.restless || self.routes.hears(RANDOM + k) || self.behind.hears(RANDOM + k)
    }

    /// Whether an LFO moves something of the voices that each ear hears for itself.
    #[inline]
    pub(crate) fn is_wide(&self) -> bool {
        self.routes.hears_any(LFO, self.values.lfo.len())
            && (0..self.values.lfo.len())
                .any(|k| self.values.lfo[k].stereo != 0.0 && self.routes.hears(LFO + k))
    }
}

const _: () = assert!(Source::Macro8 as usize == MACRO + 7 && Source::Env4 as usize == ENV + 3);
const _: () = assert!(Source::Lfo6 as usize == LFO + 5 && Source::Random2 as usize == RANDOM + 1);

/// Moves values towards their goals, and calls `changed` for each that moved.
fn approach(
    moving: &mut Vec<Id>,
    goals: &Patch<f32>,
    values: &mut Patch<f32>,
    rate: f32,
    mut changed: impl FnMut(Id, f32),
) {
    let pace = (CONTROL as f32 / (rate * SMOOTH)).min(1.0);
    moving.retain(|&id| {
        let def = id.def();
        let (value, goal) = (values[id], goals[id]);
        let near = (goal - value).abs() < 1e-4 * def.span();
        let there = near || def.kind != Kind::Real;
        values[id] = if there { goal } else { value + pace * (goal - value) };
        changed(id, values[id]);
        !there
    });
}

fn legal(patch: &Patch<f32>) -> Patch<f32> {
    Patch::from_fn(|id| id.def().legal(patch[id]))
}

/// Whether a parameter decides which routes there are.
fn is_route(id: Id) -> bool {
    ids().route.iter().any(|r| [r.source, r.destination, r.curve].contains(&id))
}
