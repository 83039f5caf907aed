//! A wavetable oscillator: up to sixteen copies that read one table.

pub(crate) mod kernel;
pub(crate) mod table;
mod unison;
mod warp;
#[cfg(target_arch = "x86_64")]
mod x86;

use cultivar_patch::schema::{Osc, Warp};

use crate::math::{Block, CONTROL, COUNT, Ramp, Span, amplitude, bipolar, hash};
use kernel::{Frames, Lanes, Phases, Reader};
use table::Mip;
use unison::{COPIES, Unison};
use warp::Bender;

/// Where in its table an oscillator reads.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Spot {
    level: usize,
    frame: usize,
    /// Share of the frame after it.
    share: f32,
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
    /// Turns per sample that the highest harmonic may reach.
    pub(crate) limit: f32,
    /// Whether the oscillator before this one listens to it.
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
    from: Spot,
    to: Spot,
    amount: Ramp,
    warp: Warp,
    loud: bool,
    /// Samples that the lines run.
    left: usize,
    /// The note has just begun: lines start at their ends.
    fresh: bool,
}

impl Oscillator {
    pub(crate) fn new() -> Self {
        Oscillator {
            copies: [Reader::default(); COPIES],
            pilot: Reader::default(),
            unison: Unison::new(),
            sounding: 0,
            from: Spot::default(),
            to: Spot::default(),
            amount: Ramp::default(),
            warp: Warp::None,
            loud: false,
            left: CONTROL,
            fresh: true,
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
        self.fresh = true;
    }

    /// Position of the table that is read, for the editor.
    pub(crate) fn position(&self, mip: &Mip) -> f32 {
        (self.to.frame as f32 + self.to.share) / (mip.frames().max(2) - 1) as f32
    }

    /// Draws all lines to where the parameters want them at the end of the grid interval.
    #[inline(always)]
    pub(crate) fn aim(&mut self, osc: &Osc<f32>, mip: &Mip, aim: &Aim) {
        let Aim { ref span, turns, limit, heard } = *aim;
        self.unison.follow(osc);
        self.warp = Warp::of(osc.warp);
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
            let speed = (increment * self.unison.ratio[k]) as i32 as u32;
            if self.fresh || copy.speed == 0 {
                copy.speed = speed;
            }
            if self.fresh {
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
            if self.fresh || self.pilot.speed == 0 {
                self.pilot.speed = increment as u32;
            }
            self.pilot.aim(span, increment as u32);
        }
        let fastest = increment * self.unison.highest * warp::speed(self.warp, osc.bend);
        let place = osc.position * (mip.frames() - 1) as f32;
        self.from = if span.over { self.to } else { self.between(span.elapsed) };
        self.left = span.left;
        self.to = Spot {
            level: Mip::level_for(fastest, limit),
            frame: place as usize,
            share: place - (place as usize) as f32,
        };
        if self.fresh {
            self.from = self.to;
        }
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

    /// Where the table is read in the middle of an interval, near enough: the sound stays
    /// continuous where both ends lie in one frame, which is all but always.
    fn between(&self, elapsed: usize) -> Spot {
        let (a, b) = (self.from, self.to);
        if (a.level, a.frame) != (b.level, b.frame) {
            return if elapsed * 2 < self.left { a } else { b };
        }
        Spot { share: a.share + (b.share - a.share) * elapsed as f32 / self.left as f32, ..a }
    }

    /// The bare sound of this oscillator, for the one that listens to it.
    #[inline(always)]
    pub(crate) fn pilot<L: Lanes>(&self, mip: &Mip, base: usize, len: usize, out: &mut Block) {
        let phases = self.pilot.phases(base);
        // SAFETY: frames come from the table itself; `L` was chosen for this processor.
        unsafe { read_spot::<L>(mip, self.to, &phases, len, out) }
    }

    /// Adds `len` samples, `base` samples after the last aim, to both sides.
    #[inline(always)]
    pub(crate) fn render<L: Lanes>(
        &mut self,
        mip: &Mip,
        other: &Block,
        base: usize,
        len: usize,
        left: &mut Block,
        right: &mut Block,
    ) {
        if let (Warp::None, Some(frames)) = (self.warp, self.frames(mip)) {
            for copy in &self.copies[..self.sounding] {
                // SAFETY: frames come from the table itself; `L` was chosen for this processor.
                unsafe { L::play(&frames, copy, base, len, left, right) };
            }
        } else {
            self.render_bent::<L>(mip, other, base, len, left, right);
        }
        if base + len == self.left {
            self.sounding = self.unison.copies;
        }
    }

    /// What is read, where that is one frame or two neighbours throughout the interval.
    #[inline(always)]
    fn frames<'a>(&self, mip: &'a Mip) -> Option<Frames<'a>> {
        let (from, to) = (self.from, self.to);
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

    /// Copies with bent phases, or with a table that changes more than a little.
    #[inline(always)]
    fn render_bent<L: Lanes>(
        &self,
        mip: &Mip,
        other: &Block,
        base: usize,
        len: usize,
        left: &mut Block,
        right: &mut Block,
    ) {
        let bender = Bender { warp: self.warp, amount: self.amount, other, base, len };
        let jump = self.jump::<L>(mip);
        let mut sound = [0.0; CONTROL];
        for copy in &self.copies[..self.sounding] {
            let straight = copy.phases(base);
            let mut bent = straight;
            bender.bend(&mut bent);
            // SAFETY: as in `render`.
            unsafe { self.read::<L>(mip, &bent, base, len, &mut sound) };
            bender.shape(&straight, copy.speed, jump, &mut sound);
            copy.add(&sound, base, len, left, right);
        }
    }

    /// How far the sound jumps where a synced copy starts again.
    #[inline(always)]
    fn jump<L: Lanes>(&self, mip: &Mip) -> f32 {
        if self.warp != Warp::Sync {
            return 0.0;
        }
        let mut phases = [0; CONTROL];
        phases[1] = warp::sync_end(self.amount.end);
        let mut ends = [0.0; CONTROL];
        // SAFETY: as in `render`.
        unsafe { read_spot::<L>(mip, self.to, &phases, 2, &mut ends) };
        ends[0] - ends[1]
    }

    /// Reads between the two spots of the interval.
    ///
    /// # Safety
    /// The processor has the instructions of `L`.
    #[inline(always)]
    unsafe fn read<L: Lanes>(
        &self,
        mip: &Mip,
        phases: &Phases,
        base: usize,
        len: usize,
        out: &mut Block,
    ) {
        let (from, to) = (self.from, self.to);
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
unsafe fn read_spot<L: Lanes>(mip: &Mip, spot: Spot, phases: &Phases, len: usize, out: &mut Block) {
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
        let mip = table::mip(&saw());
        let osc = Osc { on: 1.0, level: 0.0, ..Patch::<f32>::default().osc[0] };
        let mut oscillator = Oscillator::new();
        oscillator.start(&osc, 1);
        let turns = crate::math::hertz(note) / 48000.0;
        let limit = 28.0 / 48.0;
        let aim = Aim { span: Span::WHOLE, turns, limit, heard: false };
        let step = f64::from((turns * 4_294_967_296.0) as u32) / 4_294_967_296.0;
        let harmonics = table::harmonics(Mip::level_for(turns * 4_294_967_296.0, limit));
        let (mut wrong, mut right) = (0.0, 0.0);
        for tick in 0..60 {
            // The first interval begins with the note, the others after a whole one.
            let elapsed = if tick == 0 { 0 } else { CONTROL };
            oscillator.aim(&osc, &mip, &Aim { span: Span { elapsed, ..aim.span }, ..aim });
            let (mut l, mut r) = ([0.0; CONTROL], [0.0; CONTROL]);
            oscillator.render::<Plain>(&mip, &[0.0; CONTROL], 0, CONTROL, &mut l, &mut r);
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
