//! A wavetable oscillator: up to sixteen copies that read one table.

pub(crate) mod kernel;
pub(crate) mod table;
mod unison;
mod warp;

use cultivar_patch::schema::{Osc, Warp};

use crate::math::{Block, CONTROL, COUNT, Ramp, Span, amplitude, bipolar, hash};
use kernel::{Lanes, Phases};
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

/// The phase of one copy and how it moves.
#[derive(Clone, Copy, Debug, Default)]
struct Copy {
    /// In 2⁻³² turns, where the lines were drawn.
    phase: u32,
    /// Turns per sample there.
    speed: u32,
    /// Change of the speed per sample.
    bend: i32,
    left: Ramp,
    right: Ramp,
}

impl Copy {
    #[inline(always)]
    fn phase_after(&self, samples: usize) -> u32 {
        let n = samples as u32;
        let bent = (n * n.wrapping_sub(1) / 2).wrapping_mul(self.bend as u32);
        self.phase.wrapping_add(n.wrapping_mul(self.speed)).wrapping_add(bent)
    }

    /// Draws the lines of pitch anew, from where they are after `elapsed` samples.
    #[inline(always)]
    fn aim(&mut self, span: &Span, speed: u32) {
        self.phase = self.phase_after(span.elapsed);
        let now = self.speed.wrapping_add((span.elapsed as u32).wrapping_mul(self.bend as u32));
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
    copies: [Copy; COPIES],
    /// A bare copy at the exact pitch, for the oscillator that listens to this one.
    pilot: Copy,
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
            copies: [Copy::default(); COPIES],
            pilot: Copy::default(),
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
            *copy = Copy { phase: turn(osc.phase + drawn).wrapping_add(apart), ..Copy::default() };
        }
        self.pilot = Copy { phase: turn(osc.phase), ..Copy::default() };
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
        let level = amplitude(osc.level);
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
            if self.fresh {
                copy.speed = speed;
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
        let phases = phases(&self.pilot, base);
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
        if !self.loud {
            return;
        }
        let bender = Bender { warp: self.warp, amount: self.amount, other, base, len };
        let mut sound = [0.0; CONTROL];
        for copy in &self.copies[..self.sounding] {
            let straight = phases(copy, base);
            let mut bent = straight;
            bender.bend(&mut bent);
            // SAFETY: as in `pilot`.
            unsafe { self.read::<L>(mip, &bent, base, len, &mut sound) };
            if matches!(self.warp, Warp::Pulse | Warp::Ring) {
                bender.shape(&straight, &mut sound);
            }
            add(&sound, &copy.left, base, len, left);
            add(&sound, &copy.right, base, len, right);
        }
        if base + len == self.left {
            self.sounding = self.unison.copies;
        }
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

/// Adds a sound at the loudness of a line.
#[inline(always)]
fn add(sound: &Block, line: &Ramp, base: usize, len: usize, out: &mut Block) {
    for ((out, sound), &count) in out.iter_mut().zip(sound).zip(&COUNT[base..][..len]) {
        *out += sound * line.at(count);
    }
}

/// A part of a turn as a phase.
fn turn(part: f32) -> u32 {
    (f64::from(part).rem_euclid(1.0) * 4_294_967_296.0) as u64 as u32
}

/// Phases of a copy from `base` samples after its last aim.
#[inline(always)]
fn phases(copy: &Copy, base: usize) -> Phases {
    let mut phases = [0; CONTROL];
    let (base, speed, bend) = (base as u32, copy.speed, copy.bend as u32);
    for (n, phase) in phases.iter_mut().enumerate() {
        let n = base + n as u32;
        let bent = (n.wrapping_mul(n.wrapping_sub(1)) >> 1).wrapping_mul(bend);
        *phase = copy.phase.wrapping_add(n.wrapping_mul(speed)).wrapping_add(bent);
    }
    phases
}
