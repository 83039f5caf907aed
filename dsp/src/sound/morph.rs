//! The way from a sound to its partner: stations, and the two sides that sound between them.
//!
//! Numbers move in straight lines from end to end. What cannot move in place stands still at
//! stations: wavetables, which are mixed in the spectrum, and choices, which are the first
//! end's up to the middle. Two sides sound at once, one at the station before, one at the
//! station after, and are mixed by their nearness; a side that is not heard goes on to its next
//! station and takes the other's state, so that it comes in in phase. At either end only the
//! even side sounds, and it is the end's own sound.

use std::sync::Arc;

use cultivar_patch::schema::ids;
use cultivar_patch::{Partner, Patch, Preset, Table};

use super::ends::{Ends, sounds};
use super::{Side, Sound, approach, legal, own, table};
use crate::lfo::Curve;
use crate::math::{Block, CONTROL, COUNT};
use crate::oscillator::table::{Mip, between};
use crate::sample::{Tape, tape};

/// Stations of the way, its ends among them. An odd number, so that both ends are even.
const STATIONS: usize = 5;
/// The last station.
const LAST: f32 = (STATIONS - 1) as f32;
/// Least time in seconds from end to end.
const WHOLE: f32 = 0.1;
/// Time in seconds in which the sound comes within a third of where it is asked to be.
const SMOOTH: f32 = 0.012;

/// What a sound with a partner has besides.
pub(super) struct Morph {
    /// The side with the odd stations.
    pub(super) odd: Box<Sound>,
    partner: Arc<Partner>,
    ends: Ends,
    /// The wavetables of each oscillator at all stations.
    tables: [[Arc<Mip>; STATIONS]; 3],
    /// The recordings of the first half of the way and of the second.
    tapes: [Arc<Tape>; 2],
    /// The shapes of both ends.
    curves: [[Curve; 6]; 2],
    /// The stations of the two sides.
    at: [usize; 2],
    /// Where on the way the sound is at the end of the grid interval, in stations.
    place: f32,
    /// Share of the odd side at the start of the grid interval and at its end.
    share: [f32; 2],
    /// Whether something but the place has changed.
    changed: bool,
}

impl Morph {
    /// The way from `preset` to its partner; `odd` is any sound at the right sample rate.
    pub(super) fn new(preset: &Preset, partner: &Arc<Partner>, mut odd: Box<Sound>) -> Self {
        odd.restless = true;
        let presets = [preset, &partner.preset];
        let [first, second] = presets.map(|preset| legal(&preset.patch));
        Morph {
            odd,
            partner: partner.clone(),
            tables: std::array::from_fn(|k| {
                stations(presets.map(|p| &p.tables[k]), [&first, &second].map(|p| sounds(p, k)))
            }),
            tapes: tapes(presets, [&first, &second].map(|p| p.sample.on >= 0.5)),
            ends: Ends::new(first, second),
            curves: presets.map(|preset| preset.shapes.each_ref().map(Curve::new)),
            at: [0, 1],
            place: 0.0,
            share: [0.0; 2],
            changed: false,
        }
    }

    /// Where the sound is asked to be, in stations.
    fn goal(&self) -> f32 {
        LAST * self.partner.along(self.ends.alone[0].morph.position)
    }

    /// Whether only the even side sounds.
    pub(super) fn rests(&self) -> bool {
        self.share == [0.0; 2]
    }

    /// The side that begins to sound in this grid interval.
    pub(super) fn incoming(&self) -> Option<Side> {
        match self.share {
            [start, end] if start == 0.0 && end > 0.0 => Some(Side::Odd),
            [start, end] if start == 1.0 && end < 1.0 => Some(Side::Even),
            _ => None,
        }
    }

    /// Mixes the odd side into the even one.
    pub(super) fn mix(&self, odd: &[Block; 2], even: &mut [Block; 2], at: usize, len: usize) {
        if self.rests() {
            return;
        }
        let [start, end] = self.share;
        let step = (end - start) / CONTROL as f32;
        for (even, odd) in even.iter_mut().zip(odd) {
            for ((even, odd), count) in even[..len].iter_mut().zip(odd).zip(&COUNT[at..]) {
                let share = start + step * count;
                *even = (1.0 - share) * *even + share * *odd;
            }
        }
    }

    /// Where the sound is one grid interval later: never beyond a station, where a side goes on.
    fn next(&self, rate: f32) -> f32 {
        let way = self.goal() - self.place;
        if way.abs() < 1e-4 {
            return self.goal();
        }
        let interval = CONTROL as f32 / rate;
        let fastest = LAST * interval / WHOLE;
        let next = self.place + (way * (interval / SMOOTH).min(1.0)).clamp(-fastest, fastest);
        next.clamp(self.place.ceil() - 1.0, self.place.floor() + 1.0).clamp(0.0, LAST)
    }

    /// Moves to a place on the way; no station lies in between. `even` is the even side.
    fn go(&mut self, place: f32, even: &mut Sound) {
        let before = self.place.min(place).floor().min(LAST - 1.0) as usize;
        let at = [before + before % 2, before + 1 - before % 2];
        if at != self.at {
            self.at = at;
            self.dress(even);
        }
        self.place = place;
        self.share = [self.share[1], smooth((place - at[0] as f32).abs())];
        even.values = self.ends.at(place / LAST, is_second(at[0]));
        self.odd.values = self.ends.at(place / LAST, is_second(at[1]));
    }

    /// Gives both sides what stands still at their stations. Frees nothing: the stations stay.
    fn dress(&mut self, even: &mut Sound) {
        for (side, at) in [even, &mut self.odd].into_iter().zip(self.at) {
            for (table, stations) in side.tables.iter_mut().zip(&self.tables) {
                table.clone_from(&stations[at]);
            }
            side.tape.clone_from(&self.tapes[usize::from(is_second(at))]);
            side.curves.clone_from(&self.curves[usize::from(is_second(at))]);
        }
    }
}

/// The tables of an oscillator along the way; `heard` says at which of the ends it sounds.
fn stations(ends: [&Table; 2], heard: [bool; 2]) -> [Arc<Mip>; STATIONS] {
    let [first, last] = ends.map(table);
    let [a, b] = ends.map(own);
    let middle = match (heard, a, b) {
        ([true, true], Some(a), Some(b)) if !Arc::ptr_eq(&a, &b) => between(&a, &b, STATIONS - 2),
        ([false, true], ..) => vec![last.clone(); STATIONS - 2].into(),
        _ => vec![first.clone(); STATIONS - 2].into(),
    };
    std::array::from_fn(|k| match k {
        0 => first.clone(),
        k if k == STATIONS - 1 => last.clone(),
        k => middle[k - 1].clone(),
    })
}

/// The recordings of both halves of the way; `heard` says at which of the ends one is heard.
/// Recordings that differ are never mixed in one side: the sides, each with its own, are.
fn tapes(ends: [&Preset; 2], heard: [bool; 2]) -> [Arc<Tape>; 2] {
    let [first, last] = ends.map(|preset| tape(&preset.clip));
    match heard {
        [true, false] => [first.clone(), first],
        [false, true] => [last.clone(), last],
        _ => [first, last],
    }
}

/// From 0 to 1 without a bend at either.
fn smooth(x: f32) -> f32 {
    x * x * (3.0 - 2.0 * x)
}

/// Whether choices at a station are those of the second end.
fn is_second(station: usize) -> bool {
    station > STATIONS / 2
}

impl Sound {
    /// The sound of the voices' twins, while both sides of a morph sound.
    pub(crate) fn twin(&self) -> Option<&Sound> {
        self.morph.as_ref().filter(|morph| !morph.rests()).map(|morph| &*morph.odd)
    }

    /// The side of a morph that begins to sound in this grid interval.
    pub(crate) fn incoming(&self) -> Option<Side> {
        self.morph.as_ref()?.incoming()
    }

    /// The sound at the place it is asked to be.
    pub(super) fn arrive(&mut self) {
        let Some(mut morph) = self.morph.take() else { return };
        morph.ends.alone[0] = self.goals;
        morph.ends.meet();
        morph.place = morph.goal();
        morph.go(morph.place, self);
        morph.dress(self);
        morph.share[0] = morph.share[1];
        self.morph = Some(morph);
    }

    /// One grid interval on the way.
    pub(super) fn travel(&mut self) {
        let Some(mut morph) = self.morph.take() else { return };
        let position = ids().morph.position;
        let changed =
            std::mem::take(&mut morph.changed) | self.moving.iter().any(|id| *id != position);
        approach(&mut self.moving, &self.goals, &mut morph.ends.alone[0], self.rate, |_, _| {});
        if changed {
            morph.ends.meet();
        }
        let next = morph.next(self.rate);
        if changed || next != morph.place || morph.share[0] != morph.share[1] {
            morph.go(next, self);
            self.reroute();
            morph.odd.reroute();
        }
        self.morph = Some(morph);
    }

    /// Goes on where another sound is on its way, or at the first end where that has no
    /// partner. Returns the values of the first end that `old` has reached.
    pub(super) fn go_on(&mut self, old: &mut Sound) -> Patch<f32> {
        let Some(mut morph) = self.morph.take() else { return old.values };
        match &mut old.morph {
            Some(old) => {
                morph.odd.take_over(&mut old.odd);
                morph.ends.alone[0] = old.ends.alone[0];
                (morph.at, morph.place, morph.share) = (old.at, old.place, old.share);
            }
            None => {
                morph.ends.alone[0] = old.values;
                (morph.at, morph.place, morph.share) = ([0, 1], 0.0, [0.0; 2]);
            }
        }
        morph.changed = true;
        morph.dress(self);
        let first = morph.ends.alone[0];
        self.morph = Some(morph);
        first
    }
}
