//! How the phase of an oscillator is bent before it reads its table.

use cultivar_patch::schema::Warp;

use super::kernel::Phases;
use crate::math::{Block, COUNT, Ramp, exp2};

/// Furthest phase modulation in turns.
const FM_TURNS: f32 = 4.0;
/// Most octaves that a synced copy is faster.
const SYNC_OCTAVES: f32 = 3.0;

/// How much faster than its phase the table may be read: what band-limiting has to allow for.
#[inline(always)]
pub(crate) fn speed(warp: Warp, amount: f32) -> f32 {
    match warp {
        Warp::None | Warp::Ring => 1.0,
        Warp::Sync => exp2(SYNC_OCTAVES * amount),
        Warp::Bend => 1.0 + steepness(amount),
        Warp::Pulse => 1.0 / width(amount),
        Warp::Mirror => 1.0 + amount,
        Warp::Fm => 1.0 + 2.0 * amount,
    }
}

#[inline(always)]
fn steepness(amount: f32) -> f32 {
    8.0 * amount * amount
}

#[inline(always)]
fn width(amount: f32) -> f32 {
    1.0 - 0.96 * amount
}

/// What bends the phases of one grid interval.
pub(crate) struct Bender<'a> {
    pub(crate) warp: Warp,
    pub(crate) amount: Ramp,
    /// The next oscillator, for the warps that listen to it.
    pub(crate) other: &'a Block,
    /// Samples since the amount's line was drawn.
    pub(crate) base: usize,
    pub(crate) len: usize,
}

#[inline(always)]
fn turns(phase: u32) -> f32 {
    (phase >> 8) as i32 as f32 * (1.0 / 16_777_216.0)
}

/// The phase after part of a turn, 0 to 1; a whole turn stays just before its end.
#[inline(always)]
fn phase(turns: f32) -> u32 {
    ((turns - 0.5) * 4_294_967_296.0) as i32 as u32 ^ 0x8000_0000
}

impl Bender<'_> {
    #[inline(always)]
    fn each(&self, phases: &mut Phases, bend: impl Fn(u32, f32, f32) -> u32) {
        let count = &COUNT[self.base..][..self.len];
        for ((phase, count), &other) in phases.iter_mut().zip(count).zip(self.other) {
            *phase = bend(*phase, self.amount.at(*count), other);
        }
    }

    /// Bends the phases of a copy.
    #[inline(always)]
    pub(crate) fn bend(&self, phases: &mut Phases) {
        match self.warp {
            Warp::None | Warp::Ring => {}
            Warp::Sync => self.each(phases, |p, a, _| {
                let t = turns(p) * exp2(SYNC_OCTAVES * a);
                phase(t - (t as i32) as f32)
            }),
            Warp::Bend => self.each(phases, |p, a, _| {
                let (k, x) = (steepness(a), 2.0 * turns(p) - 1.0);
                phase(0.5 + 0.5 * x * (1.0 + k) / (1.0 + k * x.abs()))
            }),
            Warp::Pulse => self.each(phases, |p, a, _| phase(turns(p) / width(a))),
            Warp::Mirror => self.each(phases, |p, a, _| {
                let (t, turn) = (turns(p), 1.0 - 0.5 * a);
                phase((t / turn).min((1.0 - t) / (1.0 - turn).max(1e-9)))
            }),
            Warp::Fm => self.each(phases, |p, a, other| {
                let t = other * (a * a * FM_TURNS);
                let part = t - ((t + 12_582_912.0) - 12_582_912.0);
                p.wrapping_add((part * 4_294_967_296.0) as i32 as u32)
            }),
        }
    }

    /// Shapes what was read: `unbent` are the phases before bending, which advance by `speed`;
    /// `jump` is what a synced copy jumps by where it starts again.
    #[inline(always)]
    pub(crate) fn shape(&self, unbent: &Phases, speed: u32, jump: f32, out: &mut Block) {
        let count = &COUNT[self.base..][..self.len];
        let each = out.iter_mut().zip(unbent).zip(count);
        match self.warp {
            Warp::Pulse => each.for_each(|((out, &phase), &count)| {
                let sounds = turns(phase) < width(self.amount.at(count));
                *out *= if sounds { 1.0 } else { 0.0 };
            }),
            Warp::Ring => each.zip(self.other).for_each(|(((out, _), &count), other)| {
                let amount = self.amount.at(count);
                *out *= 1.0 - amount + amount * other;
            }),
            Warp::Sync => {
                let step = speed as f32 * (1.0 / 4_294_967_296.0);
                let pace = 1.0 / step.max(1e-9);
                each.for_each(|((out, &phase), _)| *out += jump * corner(turns(phase), pace));
            }
            _ => {}
        }
    }
}

/// What rounds a step of 1 at the start of the cycle, within a sample on either side of it
/// (polynomial residual; Välimäki and Huovilainen, 2007). `pace` is samples per turn.
#[inline(always)]
fn corner(turns: f32, pace: f32) -> f32 {
    let after = (1.0 - turns * pace).max(0.0);
    let before = (1.0 - (1.0 - turns) * pace).max(0.0);
    0.5 * (before * before - after * after)
}

/// Phase at which a synced copy is when it starts again.
#[inline(always)]
pub(crate) fn sync_end(amount: f32) -> u32 {
    let turns = exp2(SYNC_OCTAVES * amount);
    phase(turns - (turns as i32) as f32)
}
