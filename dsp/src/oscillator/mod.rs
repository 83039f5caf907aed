//! A wavetable oscillator: up to sixteen copies that read one table.

mod bent;
mod corner;
mod decimator;
pub(crate) mod hiss;
pub(crate) mod kernel;
mod rest;
pub(crate) mod spectral;
mod steps;
pub(crate) mod table;
mod unison;
mod warp;
#[cfg(target_arch = "x86_64")]
mod x86;

use cultivar_patch::schema::{Osc, Warp};

use crate::math::{Block, CONTROL, COUNT, Ramp, Span, amplitude, bipolar, hash};
use decimator::Decimator;
use kernel::{Frames, Lanes, Phases, Reader};
use rest::Rest;
use spectral::{Pair, Shelf};
use table::{LEVELS, Mip};
use unison::{COPIES, Unison};

/// Greatest speed of a copy, in 2⁻³² turns per sample: what is higher cannot be heard.
const FASTEST: f32 = 2_100_000_000.0;

/// Where in its table an oscillator reads.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Spot {
    level: usize,
    frame: usize,
    /// Share of the frame after it.
    share: f32,
}

impl Spot {
    /// The same for a copy whose note lies half octaves higher.
    #[inline(always)]
    fn lifted(self, halves: i32) -> Self {
        // Own frames are drawn for the highest copy.
        if self.level >= LEVELS {
            return self;
        }
        let level = (self.level as i32 + halves).clamp(0, LEVELS as i32 - 1);
        Spot { level: level as usize, ..self }
    }
}

/// The way from one spot to another during a grid interval.
#[derive(Clone, Copy, Debug, Default)]
struct Spots {
    from: Spot,
    to: Spot,
}

impl Spots {
    /// The same for a copy whose note lies half octaves higher.
    #[inline(always)]
    fn lifted(&self, halves: i32) -> Self {
        Spots { from: self.from.lifted(halves), to: self.to.lifted(halves) }
    }

    /// Goes on to another spot from where it is; the last way was to take `len` samples.
    #[inline(always)]
    fn aim(&mut self, span: &Span, len: usize, fresh: bool, to: Spot) {
        self.from = if span.over { self.to } else { self.between(span.elapsed, len) };
        self.to = to;
        if fresh {
            self.from = to;
        }
    }

    /// Where the table is read in the middle of an interval, near enough: the sound stays
    /// continuous where both ends lie in one frame, which is all but always.
    fn between(&self, elapsed: usize, len: usize) -> Spot {
        let Spots { from: a, to: b } = *self;
        if (a.level, a.frame) != (b.level, b.frame) {
            return if elapsed * 2 < len { a } else { b };
        }
        Spot { share: a.share + (b.share - a.share) * elapsed as f32 / len as f32, ..a }
    }
}

impl Reader {
    /// Draws the lines of pitch anew, from where they are.
    #[inline(always)]
    fn aim(&mut self, span: &Span, speed: u32) {
        let elapsed = span.elapsed as u32;
        self.phase = self.phase_after(elapsed);
        let now = self.speed.wrapping_add(elapsed.wrapping_mul(self.bend as u32));
        // Speeds stay below half a turn, so their difference fits.
        self.bend = (speed as i32 - now as i32) / span.left as i32;
        self.speed = now;
    }
}

/// What an oscillator is told once per grid interval.
pub(crate) struct Aim {
    /// The interval.
    pub(crate) span: Span,
    /// Frequency of the note for this oscillator, in turns per sample.
    pub(crate) turns: f32,
    /// The same of the oscillator that it listens to.
    pub(crate) modulator: f32,
    /// Turns per sample that the highest harmonic may reach.
    pub(crate) limit: f32,
    /// Whether an oscillator listens to it.
    pub(crate) heard: bool,
}

/// The state of one oscillator of one voice.
#[derive(Clone, Debug)]
pub(crate) struct Oscillator {
    copies: [Reader; COPIES],
    /// A bare copy at the exact pitch, for the oscillator that listens to this one.
    pilot: Reader,
    unison: Unison,
    /// Copies that sound in this interval.
    sounding: usize,
    spots: Spots,
    /// Where the steeper part of a cycle is read.
    steep: Spots,
    /// Least share of the cycle in which the fundamental runs through whole.
    narrow: f32,
    amount: Ramp,
    /// Greatest frequency modulation, in turns per half sample.
    deviation: Ramp,
    /// How far frequency modulation has moved the phase, in 2⁻³² turns.
    swung: u32,
    behind: bool,
    warp: Warp,
    /// The way down from twice the rate, for bent phases.
    decimators: [Decimator; 2],
    loud: bool,
    /// Samples that the lines run.
    left: usize,
    /// The note has just begun: lines start at their ends.
    fresh: bool,
    /// Own frames, for what is read and for the way back of a mirrored cycle.
    pairs: [Pair; 2],
    /// Grid intervals so far.
    intervals: usize,
    /// No own frame of this note has been asked for yet.
    unseen: bool,
    rest: Rest,
}

impl Oscillator {
    pub(crate) fn new() -> Self {
        Oscillator {
            copies: [Reader::default(); COPIES],
            pilot: Reader::default(),
            unison: Unison::new(),
            sounding: 0,
            spots: Spots::default(),
            steep: Spots::default(),
            narrow: 1.0,
            amount: Ramp::default(),
            deviation: Ramp::default(),
            swung: 0,
            behind: false,
            warp: Warp::None,
            decimators: [Decimator::default(); 2],
            loud: false,
            left: CONTROL,
            fresh: true,
            pairs: [Pair::default(); 2],
            intervals: 0,
            unseen: true,
            rest: Rest::default(),
        }
    }

    /// A note begins; `seed` draws the phases. Copies start a golden section apart, so that a
    /// chord of copies neither cancels nor piles up and every note begins alike.
    pub(crate) fn start(&mut self, osc: &Osc<f32>, seed: u32) {
        for (k, copy) in self.copies.iter_mut().enumerate() {
            let apart = (k as u32).wrapping_mul(0x9e37_79b9);
            let drawn = bipolar(hash(seed.wrapping_add(k as u32))) * osc.scatter;
            *copy =
                Reader { phase: turn(osc.phase + drawn).wrapping_add(apart), ..Reader::default() };
        }
        self.pilot = Reader { phase: turn(osc.phase), ..Reader::default() };
        self.loud = false;
        self.behind = false;
        self.fresh = true;
        self.intervals = 0;
        self.rest = Rest::default();
        self.forget_pictures();
    }

    /// Position of the table that is read, for the editor.
    pub(crate) fn position(&self, mip: &Mip) -> f32 {
        let place = self.pairs[0].shown().map_or(self.spots.to, |shown| shown.place);
        (place.frame as f32 + place.share) / (mip.frames().max(2) - 1) as f32
    }

    /// Draws all lines to where the parameters want them at the end of the grid interval.
    #[inline(always)]
    pub(crate) fn aim(&mut self, osc: &Osc<f32>, mip: &Mip, aim: &Aim) {
        let Aim { ref span, turns, modulator, limit, heard } = *aim;
        self.unison.follow(osc);
        let warp = Warp::of(osc.warp);
        if warp != Warp::None && (self.fresh || !self.loud || warp != self.warp) {
            self.forget();
        }
        self.warp = warp;
        // What is rendered at twice the rate is late, and so set forth.
        let ahead = if self.fresh && warp != Warp::None { decimator::LATENCY } else { 0 };
        let increment = (turns * 4_294_967_296.0).min(1_900_000_000.0);
        let level = if osc.on >= 0.5 { amplitude(osc.level) } else { 0.0 };
        if self.fresh {
            self.sounding = 0;
            self.amount = Ramp::still(osc.bend);
        }
        self.amount.aim(span, osc.bend);
        self.sounding = self.sounding.max(self.unison.copies);
        let mut loud = false;
        for k in 0..self.sounding {
            let copy = &mut self.copies[k];
            let fast = increment * self.unison.ratio[k];
            let level = if fast > FASTEST { 0.0 } else { level };
            let speed = fast.min(FASTEST) as i32 as u32;
            if self.fresh || copy.speed == 0 {
                copy.speed = speed;
            }
            if self.fresh {
                copy.phase = copy.phase.wrapping_add(ahead.wrapping_mul(speed));
                copy.left = Ramp::still(level * self.unison.left[k]);
                copy.right = Ramp::still(level * self.unison.right[k]);
            }
            copy.aim(span, speed);
            copy.left.aim(span, level * self.unison.left[k]);
            copy.right.aim(span, level * self.unison.right[k]);
            loud |= !copy.left.is_silent() || !copy.right.is_silent();
        }
        self.loud = loud;
        if heard {
            if self.fresh {
                let ahead = decimator::LATENCY.wrapping_mul(increment as u32);
                self.pilot.phase = self.pilot.phase.wrapping_add(ahead);
            }
            if self.fresh || self.pilot.speed == 0 {
                self.pilot.speed = increment as u32;
            }
            self.pilot.aim(span, increment as u32);
        }
        let increment = increment * self.unison.highest;
        let fastest = increment * warp::speed(warp, osc.bend, modulator / turns);
        let place = osc.position * (mip.frames() - 1) as f32;
        let to = Spot {
            level: Mip::level_for(fastest, limit),
            frame: place as usize,
            share: place - (place as usize) as f32,
        };
        self.spots.aim(span, self.left, self.fresh, to);
        if let Some(speed) = warp::steep_speed(warp, osc.bend) {
            let steep = Spot { level: Mip::level_for(increment * speed, limit), ..to };
            self.steep.aim(span, self.left, self.fresh, steep);
            self.narrow = increment * (1.0 / 4_294_967_296.0) / limit;
        }
        if warp == Warp::Frequency {
            let deviation = 0.5 * turns * warp::law(warp, osc.bend);
            if self.fresh {
                self.deviation = Ramp::still(deviation);
            }
            self.behind |= self.fresh;
            self.deviation.aim(span, deviation);
        }
        self.left = span.left;
        self.fresh = false;
    }

    /// The note has begun.
    pub(crate) fn begun(&mut self) {
        self.fresh = false;
    }

    /// Whether anything sounds in this interval.
    #[inline(always)]
    pub(crate) fn is_loud(&self) -> bool {
        self.loud
    }

    /// The bare sound of this oscillator, its harmonics morphed, for the one that listens to it:
    /// at each sample and half a sample later.
    #[inline(always)]
    pub(crate) fn pilot<L: Lanes>(&self, mip: Shelf, base: usize, len: usize) -> [Block; 2] {
        self.bare::<L>(&self.pilot, mip, base, len)
    }

    /// The same for the samples by which it is set forth.
    #[inline(always)]
    pub(crate) fn past<L: Lanes>(&self, mip: Shelf) -> [Block; 2] {
        let forth = decimator::LATENCY.wrapping_mul(self.pilot.speed);
        let pilot = Reader { phase: self.pilot.phase.wrapping_sub(forth), ..self.pilot };
        self.bare::<L>(&pilot, mip, 0, decimator::LATENCY as usize)
    }

    #[inline(always)]
    fn bare<L: Lanes>(&self, pilot: &Reader, mip: Shelf, base: usize, len: usize) -> [Block; 2] {
        let mut halves = [[0.0; CONTROL]; 2];
        let phases = [pilot.phases(base), pilot.phases_between(base)];
        for (out, phases) in halves.iter_mut().zip(&phases) {
            // SAFETY: frames come from the table itself; `L` was chosen for this processor.
            unsafe { read_spot::<L>(mip, self.spots.to, phases, len, out) }
        }
        halves
    }

    /// Adds `len` samples, `base` samples after the last aim, to both sides.
    #[inline(always)]
    pub(crate) fn render<L: Lanes>(
        &mut self,
        mip: Shelf,
        other: &[Block; 2],
        base: usize,
        len: usize,
        left: &mut Block,
        right: &mut Block,
    ) {
        if self.warp != Warp::None {
            self.render_bent::<L>(mip, other, base, len, left, right);
        } else if self.unison.stacked {
            self.render_stacked::<L>(mip, base, len, left, right);
        } else if let Some(frames) = self.frames(&self.spots, mip) {
            for copy in &self.copies[..self.sounding] {
                // SAFETY: frames come from the table itself; `L` was chosen for this processor.
                unsafe { L::play(&frames, copy, base, len, left, right) };
            }
        } else {
            self.render_far::<L>(mip, base, len, left, right);
        }
        if base + len == self.left {
            self.sounding = self.unison.copies;
        }
    }

    /// What is read, where that is one frame or two neighbours throughout the interval.
    #[inline(always)]
    fn frames<'a>(&self, spots: &Spots, mip: Shelf<'a>) -> Option<Frames<'a>> {
        let Spots { from, to } = *spots;
        if (from.level, from.frame) != (to.level, to.frame) {
            return None;
        }
        let (first, bits) = mip.frame(to.level, to.frame);
        let alone = from.share == 0.0 && to.share == 0.0;
        let second = (!alone).then(|| mip.frame(to.level, to.frame + 1).0);
        let step = (to.share - from.share) / self.left as f32;
        let share = Ramp { start: from.share, step, end: to.share };
        Some(Frames { first, second, bits, share })
    }

    /// Copies with notes of their own, each of which reads as many harmonics as fit its note.
    #[inline(always)]
    fn render_stacked<L: Lanes>(
        &self,
        mip: Shelf,
        base: usize,
        len: usize,
        left: &mut Block,
        right: &mut Block,
    ) {
        for (copy, &lift) in self.copies[..self.sounding].iter().zip(&self.unison.lift) {
            let spots = self.spots.lifted(lift);
            if let Some(frames) = self.frames(&spots, mip) {
                // SAFETY: as in `render`.
                unsafe { L::play(&frames, copy, base, len, left, right) };
                continue;
            }
            let mut sound = [0.0; CONTROL];
            // SAFETY: as in `render`.
            unsafe { self.read::<L>(&spots, mip, &copy.phases(base), base, len, &mut sound) };
            copy.add(&sound, base, len, left, right);
        }
    }

    /// Copies that read a table which changes more than a little.
    #[inline(always)]
    fn render_far<L: Lanes>(
        &self,
        mip: Shelf,
        base: usize,
        len: usize,
        left: &mut Block,
        right: &mut Block,
    ) {
        let mut sound = [0.0; CONTROL];
        for copy in &self.copies[..self.sounding] {
            let phases = copy.phases(base);
            // SAFETY: as in `render`.
            unsafe { self.read::<L>(&self.spots, mip, &phases, base, len, &mut sound) };
            copy.add(&sound, base, len, left, right);
        }
    }

    /// Reads between the two spots of the interval.
    ///
    /// # Safety
    /// The processor has the instructions of `L`.
    #[inline(always)]
    unsafe fn read<L: Lanes>(
        &self,
        spots: &Spots,
        mip: Shelf,
        phases: &Phases,
        base: usize,
        len: usize,
        out: &mut Block,
    ) {
        let Spots { from, to } = *spots;
        if from == to {
            // SAFETY: passed on.
            return unsafe { read_spot::<L>(mip, to, phases, len, out) };
        }
        let mut other = [0.0; CONTROL];
        let count = &COUNT[base..][..len];
        let slope = 1.0 / self.left as f32;
        if (from.level, from.frame) == (to.level, to.frame) {
            let ((a, bits), (b, _)) =
                (mip.frame(to.level, to.frame), mip.frame(to.level, to.frame + 1));
            // SAFETY: passed on.
            unsafe {
                L::read(a, bits, phases, len, out);
                L::read(b, bits, phases, len, &mut other);
            }
            let moved = (to.share - from.share) * slope;
            for ((out, other), count) in out.iter_mut().zip(&other).zip(count) {
                *out += (from.share + moved * count) * (other - *out);
            }
        } else {
            // SAFETY: passed on.
            unsafe {
                read_spot::<L>(mip, from, phases, len, out);
                read_spot::<L>(mip, to, phases, len, &mut other);
            }
            for ((out, other), count) in out.iter_mut().zip(&other).zip(count) {
                *out += slope * count * (other - *out);
            }
        }
    }
}

/// Reads one spot that stays.
///
/// # Safety
/// The processor has the instructions of `L`.
#[inline(always)]
unsafe fn read_spot<L: Lanes>(
    mip: Shelf,
    spot: Spot,
    phases: &Phases,
    len: usize,
    out: &mut Block,
) {
    let (frame, bits) = mip.frame(spot.level, spot.frame);
    // SAFETY: a frame has 2^bits + 4 samples; the rest is passed on.
    unsafe { L::read(frame, bits, phases, len, out) };
    if spot.share != 0.0 {
        let mut next = [0.0; CONTROL];
        let (frame, bits) = mip.frame(spot.level, spot.frame + 1);
        // SAFETY: as above.
        unsafe { L::read(frame, bits, phases, len, &mut next) };
        for (out, next) in out[..len].iter_mut().zip(&next) {
            *out += spot.share * (next - *out);
        }
    }
}

/// A part of a turn as a phase.
fn turn(part: f32) -> u32 {
    (f64::from(part).rem_euclid(1.0) * 4_294_967_296.0) as u64 as u32
}

#[cfg(test)]
mod tests {
    use super::kernel::Plain;
    use super::*;
    use cultivar_patch::{FRAME, Patch, Wavetable};
    use std::f64::consts::TAU;
    use std::sync::Arc;

    /// A frame of harmonics that fall as one over their number.
    fn saw() -> Arc<Wavetable> {
        let sample = |n: usize| {
            let turn = TAU * n as f64 / FRAME as f64;
            (1..1024).map(|h| (turn * f64::from(h)).sin() / f64::from(h)).sum::<f64>() as f32
        };
        Arc::new(Wavetable::new("saw", (0..FRAME).map(sample).collect()).unwrap())
    }

    /// The obvious, slow way: a sum of sines.
    fn additive(phase: f64, harmonics: usize) -> f64 {
        (1..=harmonics).map(|h| (TAU * phase * h as f64).sin() / h as f64).sum()
    }

    /// How far the oscillator's saw is from the sum of sines, in decibels.
    fn error(note: f32) -> f64 {
        let (mip, sheets) = (table::mip(&saw()), spectral::Sheets::default());
        let osc = Osc { on: 1.0, level: 0.0, ..Patch::<f32>::default().osc[0] };
        let mut oscillator = Oscillator::new();
        oscillator.start(&osc, 1);
        let turns = crate::math::hertz(note) / 48000.0;
        let limit = 28.0 / 48.0;
        let aim = Aim { span: Span::WHOLE, turns, modulator: 0.0, limit, heard: false };
        let step = f64::from((turns * 4_294_967_296.0) as u32) / 4_294_967_296.0;
        let harmonics = table::harmonics(Mip::level_for(turns * 4_294_967_296.0, limit));
        let (mut wrong, mut right) = (0.0, 0.0);
        for tick in 0..60 {
            // The first interval begins with the note, the others after a whole one.
            let elapsed = if tick == 0 { 0 } else { CONTROL };
            oscillator.aim(&osc, &mip, &Aim { span: Span { elapsed, ..aim.span }, ..aim });
            let (mut l, mut r) = ([0.0; CONTROL], [0.0; CONTROL]);
            let shelf = Shelf { table: &mip, own: &sheets };
            oscillator.render::<Plain>(shelf, &[[0.0; CONTROL]; 2], 0, CONTROL, &mut l, &mut r);
            for (n, x) in l.iter().enumerate() {
                let ideal = additive(step * (tick * CONTROL + n) as f64, harmonics);
                wrong += (f64::from(*x) - ideal).powi(2);
                right += ideal * ideal;
            }
        }
        10.0 * (wrong / right).log10()
    }

    #[test]
    fn a_saw_is_the_sum_of_its_harmonics() {
        for note in [12.0, 36.0, 60.0, 84.0, 96.0, 108.0, 120.0] {
            let worst = if note < 24.0 { -80.0 } else { -100.0 };
            assert!(error(note) < worst, "note {note}: {} dB", error(note));
        }
    }
}
