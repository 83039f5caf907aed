//! An oscillator's own frames: those of its table, drawn anew with morphed harmonics.
//!
//! A voice keeps two frames for each way of reading, an old and a new one. What moves is drawn
//! every fourth grid interval, and the sound crosses from the old frame to the new one until the
//! next is drawn: between drawings it lies on straight lines. What stands still is drawn once.

mod kinds;

use cultivar_patch::schema::{Osc, Spectral, Warp};
use realfft::num_complex::Complex;

use super::table::{GUARD, LEVELS, LONGEST, Mip, Pen, SPECTRUM, reach};
use super::{Oscillator, Spot, Spots};
use kinds::Bench;

/// Grid intervals from one drawing to the next, all of which the sound takes to cross.
const CROSSING: usize = 4;
/// Room for one frame.
const ROOM: usize = LONGEST + GUARD;
/// Oscillators of a voice.
const OSCILLATORS: usize = 3;
/// Least changes that are drawn, of the amount and of the place in frames.
const LEAST: [f32; 2] = [1.0 / 4096.0, 1.0 / 256.0];

/// The own frames of the oscillators of one voice.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sheets(Vec<f32>);

impl Sheets {
    /// Two for each oscillator, and two more for each that reads at a second level.
    pub(crate) fn new() -> Self {
        // Zeros with a sign are written one by one: plain ones a system only promises, and it
        // keeps its word page by page, on the audio thread. Second levels are too rare for that.
        let mut samples = vec![0.0; 4 * OSCILLATORS * ROOM];
        samples[..2 * OSCILLATORS * ROOM].fill(-0.0);
        Sheets(samples)
    }

    /// The first of the two frames of oscillator `k` for its first or second level.
    fn pair(k: usize, second: bool) -> usize {
        2 * k + if second { 2 * OSCILLATORS } else { 0 }
    }

    fn frame_mut(&mut self, frame: usize, bits: u32) -> &mut [f32] {
        &mut self.0[frame * ROOM..][..(1 << bits) + GUARD]
    }
}

/// The frames that an oscillator can read: those of its table at the table's levels, and the
/// voice's own, which are numbered through all oscillators, at as many levels more.
#[derive(Clone, Copy)]
pub(crate) struct Shelf<'a> {
    pub(crate) table: &'a Mip,
    pub(crate) own: &'a Sheets,
}

impl<'a> Shelf<'a> {
    /// Samples of one frame with its guards, and the binary logarithm of its length.
    #[inline(always)]
    pub(crate) fn frame(&self, level: usize, frame: usize) -> (&'a [f32], u32) {
        if level < LEVELS {
            return self.table.frame(level, frame);
        }
        let bits = self.table.bits(level - LEVELS);
        (&self.own.0[frame * ROOM..][..(1 << bits) + GUARD], bits)
    }
}

/// What a frame shows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Picture {
    pub(super) kind: Spectral,
    pub(super) amount: f32,
    /// Where in the table.
    pub(super) place: Spot,
    /// Number of the table.
    pub(super) table: u64,
}

impl Picture {
    fn looks_like(&self, other: &Picture) -> bool {
        let at = |place: Spot| place.frame as f32 + place.share;
        self.kind == other.kind
            && self.place.level == other.place.level
            && self.table == other.table
            && (self.amount - other.amount).abs() < LEAST[0]
            && (at(self.place) - at(other.place)).abs() < LEAST[1]
    }
}

/// What own frames are drawn with, one set for all voices of an engine.
#[derive(Debug)]
pub(crate) struct Easel {
    pen: Pen,
    bench: Bench,
    table: Vec<Complex<f32>>,
    morphed: Vec<Complex<f32>>,
}

impl Easel {
    /// Allocates all it will ever need.
    pub(crate) fn new() -> Self {
        let nothing = vec![Complex::new(-0.0, -0.0); SPECTRUM];
        Easel { pen: Pen::new(), bench: Bench::new(), table: nothing.clone(), morphed: nothing }
    }

    /// Draws a frame at the level of its place.
    fn draw(&mut self, picture: &Picture, table: &Mip, out: &mut [f32]) {
        let Spot { level, frame, share } = picture.place;
        let (first, second) = (table.spectrum(frame), table.spectrum(frame + 1));
        for ((to, a), b) in self.table.iter_mut().zip(first).zip(second) {
            *to = a + (b - a) * share;
        }
        let morphed = &mut self.morphed[..=reach(level)];
        self.bench.morph(picture.kind, picture.amount, &self.table, morphed);
        self.pen.draw(level, morphed, out);
    }
}

/// Which oscillator draws, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sitting {
    /// Number of the oscillator in its voice.
    pub(crate) k: usize,
    /// Its order among the oscillators of all voices, by which drawing is spread over the grid
    /// intervals.
    pub(crate) order: usize,
    /// Whether the voice has reached a grid point.
    pub(crate) grid: bool,
}

/// When own frames may be drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    /// The voice has reached a grid point.
    pub(super) grid: bool,
    /// It is this oscillator's turn.
    pub(super) drawing: bool,
    /// The note begins: there is nothing to cross from.
    pub(super) fresh: bool,
}

/// Which frames of a pair show what.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pair {
    /// What the newest shows, if they are in use.
    shown: Option<Picture>,
    /// Which of the two is the newest.
    newest: usize,
    /// Grid intervals that the sound has crossed to it at the end of this one.
    crossed: usize,
    /// Whether it crosses in this interval.
    crossing: bool,
}

impl Pair {
    /// What the newest frame shows.
    pub(super) fn shown(&self) -> Option<&Picture> {
        self.shown.as_ref()
    }

    /// Turns the way that an oscillator reads, from where it is to a spot of its table, towards
    /// own frames, `first` and the one after it, that show what is wanted there. `draw` draws
    /// into one of them.
    fn turn(
        &mut self,
        wanted: &Picture,
        turn: Turn,
        first: usize,
        spots: &mut Spots,
        mut draw: impl FnMut(usize, &Picture),
    ) {
        let level = wanted.place.level;
        let Some(shown) = self.shown else {
            // In at once; from the table it takes one interval.
            draw(first, wanted);
            *self = Pair { shown: Some(*wanted), newest: 0, crossed: CROSSING, crossing: false };
            spots.to = self.rest(level, first);
            if turn.fresh {
                spots.from = spots.to;
            }
            return;
        };
        if turn.grid {
            self.crossing = self.crossed < CROSSING;
            self.crossed += usize::from(self.crossing);
        }
        if turn.grid && !self.crossing {
            spots.from = self.rest(shown.place.level, first);
            if turn.drawing && !shown.looks_like(wanted) {
                self.newest = 1 - self.newest;
                draw(first + self.newest, wanted);
                self.shown = Some(*wanted);
                // Frames of two levels cannot lie on one line: it takes one interval.
                self.crossing = shown.place.level == level;
                self.crossed = if self.crossing { 1 } else { CROSSING };
                if self.crossing {
                    spots.from = self.between(level, first, 0);
                }
            }
        }
        let level = self.shown.map_or(level, |shown| shown.place.level);
        spots.to = match self.crossing {
            true => self.between(level, first, self.crossed),
            false => self.rest(level, first),
        };
    }

    /// The newest frame alone.
    fn rest(&self, level: usize, first: usize) -> Spot {
        Spot { level: LEVELS + level, frame: first + self.newest, share: 0.0 }
    }

    /// On the way to the newest frame.
    fn between(&self, level: usize, first: usize, crossed: usize) -> Spot {
        let share = crossed as f32 / CROSSING as f32;
        let share = if self.newest == 1 { share } else { 1.0 - share };
        Spot { level: LEVELS + level, frame: first, share }
    }
}

impl Oscillator {
    /// Turns to own frames where the harmonics are morphed, once all lines are drawn.
    pub(crate) fn redraw(
        &mut self,
        osc: &Osc<f32>,
        table: &Mip,
        sitting: &Sitting,
        sheets: &mut Sheets,
        easel: &mut Easel,
    ) {
        let &Sitting { k, order, grid } = sitting;
        let fresh = std::mem::take(&mut self.unseen);
        self.intervals = self.intervals.wrapping_add(usize::from(grid));
        if osc.morph == 0.0 || Spectral::of(osc.spectral) == Spectral::None {
            if self.pairs[0].shown.is_some() {
                self.pairs = [Pair::default(); 2];
            }
            return;
        }
        let drawing = self.intervals.wrapping_add(order).is_multiple_of(CROSSING);
        let turn = Turn { grid, drawing, fresh };
        let (kind, amount, number) = (Spectral::of(osc.spectral), osc.morph, table.number());
        let top = self.unison.lift[..self.sounding].iter().fold(0, |top, lift| top.max(*lift));
        let parts = matches!(self.warp, Warp::Mirror | Warp::Squeeze);
        let steep = parts && self.is_uneven(top);
        let wanted = |place: Spot| Picture { kind, amount, place, table: number };
        let mut draw = |frame: usize, picture: &Picture| {
            let bits = table.bits(picture.place.level);
            easel.draw(picture, table, sheets.frame_mut(frame, bits));
        };
        let [main, other] = &mut self.pairs;
        if steep {
            let (wanted, first) = (wanted(self.steep.to.lifted(top)), Sheets::pair(k, true));
            other.turn(&wanted, turn, first, &mut self.steep, &mut draw);
        } else {
            *other = Pair::default();
        }
        let (wanted, first) = (wanted(self.spots.to.lifted(top)), Sheets::pair(k, false));
        main.turn(&wanted, turn, first, &mut self.spots, &mut draw);
        if parts && !steep {
            self.steep = self.spots;
        }
    }

    /// The own frames are lost, or those of another sound: nothing in them is heard any more.
    pub(crate) fn forget_pictures(&mut self) {
        self.pairs = [Pair::default(); 2];
        self.unseen = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::{CONTROL, Span};
    use crate::oscillator::{Aim, table::mip};
    use cultivar_patch::{FRAME, Patch, Wavetable};
    use std::sync::Arc;

    /// At which grid points each of four oscillators draws, where `amount` moves as told.
    fn drawings(amount: impl Fn(usize) -> f32) -> [Vec<usize>; 4] {
        let saw = (0..FRAME).map(|n| 2.0 * n as f32 / FRAME as f32 - 1.0).collect();
        let table = mip(&Arc::new(Wavetable::new("saw", saw).unwrap()));
        let mut osc = Osc { on: 1.0, ..Patch::<f32>::default().osc[0] };
        osc.spectral = Spectral::Tilt.value();
        let mut easel = Easel::new();
        std::array::from_fn(|order| {
            let (mut oscillator, mut sheets) = (Oscillator::new(), Sheets::new());
            oscillator.start(&osc, 1);
            let (mut drawn, mut before) = (Vec::new(), sheets.0.clone());
            for point in 0..40 {
                osc.morph = amount(point);
                let (turns, limit) = (0.01, 0.5);
                let span = Span { elapsed: if point == 0 { 0 } else { CONTROL }, ..Span::WHOLE };
                oscillator.aim(
                    &osc,
                    &table,
                    &Aim { span, turns, modulator: 0.0, limit, heard: false },
                );
                let sitting = Sitting { k: 0, order, grid: true };
                oscillator.redraw(&osc, &table, &sitting, &mut sheets, &mut easel);
                if sheets.0 != before {
                    drawn.push(point);
                    before.clone_from(&sheets.0);
                }
            }
            drawn
        })
    }

    #[test]
    fn what_stands_still_is_drawn_once() {
        assert!(drawings(|_| 0.5).iter().all(|drawn| *drawn == [0]));
        assert!(drawings(|_| 0.0).iter().all(Vec::is_empty));
        let [drawn, ..] = drawings(|point| if point < 20 { 0.5 } else { 0.7 });
        assert_eq!(drawn.len(), 2);
    }

    #[test]
    fn what_moves_is_drawn_every_fourth_time_in_turn() {
        let all = drawings(|point| 0.01 * (point + 1) as f32);
        for (k, drawn) in all.iter().enumerate() {
            assert!(drawn[1..].windows(2).all(|pair| pair[1] - pair[0] == CROSSING), "{drawn:?}");
            let others: Vec<_> = all[..k].iter().flat_map(|drawn| &drawn[1..]).collect();
            assert!(drawn.len() > 8 && drawn[1..].iter().all(|point| !others.contains(&point)));
        }
    }
}
