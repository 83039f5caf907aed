//! How the phase of an oscillator is bent before it reads its table.

use cultivar_patch::schema::Warp;

use super::corner::{Corners, fading};
use super::kernel::Phases;
use super::steps;
use crate::math::{Block, CONTROL, COUNT, Ramp, exp2};

/// Furthest phase modulation in turns.
const FM_TURNS: f32 = 4.0;
/// Furthest frequency modulation against the oscillator's frequency.
const DEVIATION: f32 = 8.0;
/// Most octaves that a synced copy, or the cycle within a formant, is faster.
const OCTAVES: f32 = 3.0;
/// How soon the window of a formant has closed, against the amount.
const CLOSING: f32 = 4.0;

/// Share of the highest frequency that a smoothly bent phase may reach for a moment: at twice the
/// rate, what folds back from 76 kHz is still above 20 kHz, and 28 kHz is what still phases reach.
const MOMENT: f32 = 28.0 / 56.0;

/// How much faster than its phase the table may be read: what band-limiting has to allow for.
/// `modulator` is the frequency of what the oscillator listens to against its own.
#[inline(always)]
pub(crate) fn speed(warp: Warp, amount: f32, modulator: f32) -> f32 {
    let law = law(warp, amount);
    match warp {
        Warp::None | Warp::Ring | Warp::Amplitude | Warp::Quantise => 1.0,
        Warp::Sync | Warp::Formant => law,
        Warp::Bend => 1.0 + law,
        Warp::Pulse => 1.0 / law,
        Warp::Mirror => 1.0 / (1.0 - law),
        Warp::Squeeze => 0.5 / (1.0 - law),
        Warp::Fm => (MOMENT * (1.0 + std::f32::consts::TAU * law * modulator)).max(1.0),
        Warp::Frequency => (MOMENT * (1.0 + law)).max(1.0),
    }
}

/// The same for the steeper of two parts of a cycle: the way back of a mirrored one, the first
/// half of a squeezed one.
#[inline(always)]
pub(crate) fn steep_speed(warp: Warp, amount: f32) -> Option<f32> {
    match warp {
        Warp::Mirror => Some(1.0 / law(warp, amount)),
        Warp::Squeeze => Some(0.5 / law(warp, amount)),
        _ => None,
    }
}

/// What a warp makes of its amount: how much faster, steeper or further it goes, how many steps
/// there are, how large a share of the cycle the part is that it changes.
#[inline(always)]
pub(super) fn law(warp: Warp, amount: f32) -> f32 {
    match warp {
        Warp::None | Warp::Ring => 1.0,
        Warp::Sync | Warp::Formant => exp2(OCTAVES * amount),
        Warp::Bend => 8.0 * amount * amount,
        // Where the pulse ends.
        Warp::Pulse => 1.0 - 0.96 * amount,
        // How long the way back is.
        Warp::Mirror => (0.5 * amount).max(1e-6),
        // In turns.
        Warp::Fm => amount * amount * FM_TURNS,
        // Where the middle of the cycle is.
        Warp::Squeeze => 0.5 - 0.48 * amount,
        Warp::Quantise => steps::number(amount),
        // Greatest change of frequency against the oscillator's.
        Warp::Frequency => amount * amount * DEVIATION,
        // As loud with a sine as without.
        Warp::Amplitude => 1.0 / (1.0 + 0.5 * amount * amount).sqrt(),
    }
}

/// How much of a formant is gone at the end of its cycle.
#[inline(always)]
pub(super) fn closed(amount: f32) -> f32 {
    (CLOSING * amount).min(1.0)
}

/// What bends the phases of one grid interval. It works on all samples of an interval, whether
/// wanted or not: loops of a fixed length are the fastest.
pub(crate) struct Bender<'a> {
    warp: Warp,
    pub(super) amount: Block,
    pub(super) law: Block,
    /// What the oscillator listens to.
    other: &'a Block,
    /// Samples that are wanted.
    len: usize,
}

#[inline(always)]
pub(super) fn turns(phase: u32) -> f32 {
    (phase >> 8) as i32 as f32 * (1.0 / 16_777_216.0)
}

/// The phase after part of a turn, 0 to 1; a whole turn stays just before its end.
#[inline(always)]
pub(super) fn phase(turns: f32) -> u32 {
    ((turns - 0.5) * 4_294_967_296.0) as i32 as u32 ^ 0x8000_0000
}

/// The phase after any number of turns, forwards or backwards.
#[inline(always)]
pub(super) fn wound(turns: f32) -> u32 {
    let part = turns - ((turns + 12_582_912.0) - 12_582_912.0);
    (part * 4_294_967_296.0) as i32 as u32
}

impl<'a> Bender<'a> {
    /// `line` is the amount from `base` samples before the first sample on.
    #[inline(always)]
    pub(crate) fn new(warp: Warp, line: &Ramp, other: &'a Block, base: usize, len: usize) -> Self {
        let mut bender = Bender {
            warp,
            amount: [0.0; CONTROL],
            law: [law(warp, line.start); CONTROL],
            other,
            len,
        };
        for (amount, count) in bender.amount.iter_mut().zip(&COUNT) {
            *amount = line.at(base as f32 + count);
        }
        if !line.is_still() {
            for (law_here, &amount) in bender.law.iter_mut().zip(&bender.amount) {
                *law_here = law(warp, amount);
            }
        }
        bender
    }

    #[inline(always)]
    fn each(&self, phases: &mut Phases, bend: impl Fn(u32, f32, f32) -> u32) {
        for ((phase, &law), &other) in phases.iter_mut().zip(&self.law).zip(self.other) {
            *phase = bend(*phase, law, other);
        }
    }

    /// Bends the phases of a copy.
    #[inline(always)]
    pub(crate) fn bend(&self, phases: &mut Phases) {
        match self.warp {
            Warp::None | Warp::Ring | Warp::Amplitude => {}
            // These bend more than the phase of a sample on its own.
            Warp::Quantise | Warp::Frequency => {}
            Warp::Sync | Warp::Formant => self.each(phases, |p, faster, _| {
                let t = turns(p) * faster;
                phase(t - (t as i32) as f32)
            }),
            Warp::Bend => self.each(phases, |p, k, _| {
                let x = 2.0 * turns(p) - 1.0;
                phase(0.5 + 0.5 * x * (1.0 + k) / (1.0 + k * x.abs()))
            }),
            Warp::Pulse => self.each(phases, |p, width, _| phase(turns(p) / width)),
            Warp::Mirror => self.each(phases, |p, fall, _| {
                let t = turns(p);
                phase((t / (1.0 - fall)).min((1.0 - t) / fall))
            }),
            Warp::Squeeze => self.each(phases, |p, middle, _| {
                let t = turns(p);
                phase((0.5 * t / middle).min(0.5 + 0.5 * (t - middle) / (1.0 - middle)))
            }),
            Warp::Fm => self.each(phases, |p, law, other| p.wrapping_add(wound(other * law))),
        }
    }

    /// Whether any of the phases lies in the steeper part of a cycle.
    #[inline(always)]
    pub(crate) fn is_steep(&self, unbent: &Phases) -> bool {
        let widest = self.law[0].max(self.law[CONTROL - 1]);
        match self.warp {
            Warp::Mirror => unbent.iter().any(|&phase| turns(phase) >= 1.0 - widest),
            _ => unbent.iter().any(|&phase| turns(phase) <= widest),
        }
    }

    /// Shapes what was read: `unbent` are the phases before bending, which advance by half of
    /// `speed`; `steep` is what the steeper part of a cycle reads.
    #[inline(always)]
    pub(crate) fn shape(
        &self,
        unbent: &Phases,
        speed: u32,
        corners: &Corners,
        steep: &Block,
        out: &mut Block,
    ) {
        let each = out.iter_mut().zip(unbent).zip(&self.law);
        match self.warp {
            Warp::Sync => {}
            Warp::Formant => {
                for (((out, &phase), _), &amount) in each.zip(&self.amount) {
                    let t = turns(phase);
                    *out *= 1.0 - closed(amount) * (t * t * (3.0 - 2.0 * t));
                }
            }
            Warp::Pulse => each.for_each(|((out, &phase), &width)| {
                *out = if turns(phase) < width { *out } else { 0.0 };
            }),
            Warp::Mirror => each.zip(steep).for_each(|(((out, &phase), &fall), steep)| {
                let rest = fading(fall, corners.narrow) * (steep - corners.steep[0]);
                *out = if turns(phase) < 1.0 - fall { *out } else { corners.even[0] + rest };
            }),
            Warp::Squeeze => each.zip(steep).for_each(|(((out, &phase), &middle), steep)| {
                let x = turns(phase) / middle;
                let line = |[from, to]: [f32; 2]| from + x * (to - from);
                let rest = fading(middle, corners.narrow) * (steep - line(corners.steep));
                *out = if x < 1.0 { line(corners.even) + rest } else { *out };
            }),
            Warp::Ring => {
                for ((out, amount), other) in out.iter_mut().zip(&self.amount).zip(self.other) {
                    *out *= 1.0 - amount + amount * other;
                }
                return;
            }
            Warp::Amplitude => {
                let all = each.zip(&self.amount).zip(self.other);
                all.for_each(|((((out, _), law), amount), other)| {
                    *out *= law * (1.0 + amount * other);
                });
                return;
            }
            Warp::None | Warp::Bend | Warp::Fm | Warp::Quantise | Warp::Frequency => return,
        }
        self.round(unbent, speed, corners, out);
    }

    /// Rounds the start of the cycle and the other corner that it may have.
    #[inline(always)]
    fn round(&self, unbent: &Phases, speed: u32, corners: &Corners, out: &mut Block) {
        let step = speed.max(1) as f32 * (0.5 / 4_294_967_296.0);
        if self.is_near(unbent[0], speed, [0.0; 2]) {
            let near = corners.first.near(step);
            for (out, &phase) in out.iter_mut().zip(unbent) {
                *out += near.rest(turns(phase));
            }
        }
        let place = |law: f32| if self.warp == Warp::Mirror { 1.0 - law } else { law };
        let has_second = matches!(self.warp, Warp::Pulse | Warp::Mirror | Warp::Squeeze);
        let ends = [place(self.law[0]), place(self.law[CONTROL - 1])];
        if has_second && self.is_near(unbent[0], speed, ends) {
            let near = corners.second.near(step);
            for ((out, &phase), &law) in out.iter_mut().zip(unbent).zip(&self.law) {
                *out += near.rest(since(turns(phase), place(law)));
            }
        }
    }

    /// Whether any of the phases from `first` on may lie within a sample of a place in the cycle
    /// that moves from one end to another.
    #[inline(always)]
    fn is_near(&self, first: u32, speed: u32, ends: [f32; 2]) -> bool {
        // Somewhat more than a sample of twice the rate, and whatever the pitch changes.
        let step = speed as f32 * (1.0 / 4_294_967_296.0) + 1e-5;
        let from = turns(first) - step;
        let long = (self.len as f32 + 2.0) * step;
        let (low, high) = (ends[0].min(ends[1]) - 1e-5, ends[0].max(ends[1]) + 1e-5);
        let apart = |a: f32, b: f32| {
            let apart = b - a;
            apart - apart.floor()
        };
        apart(from, low) <= long || apart(low, from) <= high - low
    }
}

/// Turns since a place in the cycle.
#[inline(always)]
fn since(turns: f32, place: f32) -> f32 {
    let since = turns - place;
    if since < 0.0 { since + 1.0 } else { since }
}

/// Phases at which a warp begins and breaks off its cycle, or the steeper part of it, if it does.
#[inline(always)]
pub(crate) fn ends(warp: Warp, amount: f32) -> Option<[u32; 2]> {
    match warp {
        Warp::Sync | Warp::Formant => {
            let turns = law(warp, amount);
            Some([0, phase(turns - (turns as i32) as f32)])
        }
        Warp::Pulse | Warp::Mirror => Some([0, 0]),
        Warp::Squeeze => Some([0, 1 << 31]),
        _ => None,
    }
}
