//! How the phase of an oscillator is bent before it reads its table.

use cultivar_patch::schema::Warp;

use super::kernel::Phases;
use crate::math::{Block, CONTROL, COUNT, Ramp, exp2};

/// Furthest phase modulation in turns.
const FM_TURNS: f32 = 4.0;
/// Most octaves that a synced copy is faster.
const SYNC_OCTAVES: f32 = 3.0;

/// Share of the highest frequency that a smoothly bent phase may reach for a moment: at twice the
/// rate, what folds back from 76 kHz is still above 20 kHz, and 28 kHz is what still phases reach.
const MOMENT: f32 = 28.0 / 56.0;

/// How much faster than its phase the table may be read: what band-limiting has to allow for.
/// `modulator` is the frequency of the oscillator that this one listens to against its own.
#[inline(always)]
pub(crate) fn speed(warp: Warp, amount: f32, modulator: f32) -> f32 {
    match warp {
        Warp::None | Warp::Ring | Warp::Amplitude => 1.0,
        Warp::Squeeze | Warp::Quantise | Warp::Formant | Warp::Frequency => 1.0,
        Warp::Sync => exp2(SYNC_OCTAVES * amount),
        Warp::Bend => 1.0 + steepness(amount),
        Warp::Pulse => 1.0 / width(amount),
        Warp::Mirror => 1.0 / (1.0 - fall(amount)),
        Warp::Fm => {
            let turns = amount * amount * FM_TURNS;
            (MOMENT * (1.0 + std::f32::consts::TAU * turns * modulator)).max(1.0)
        }
    }
}

/// The same for the way back of a mirrored cycle.
#[inline(always)]
pub(crate) fn fall_speed(amount: f32) -> f32 {
    1.0 / fall(amount)
}

#[inline(always)]
fn steepness(amount: f32) -> f32 {
    8.0 * amount * amount
}

#[inline(always)]
fn width(amount: f32) -> f32 {
    1.0 - 0.96 * amount
}

/// Share of the cycle in which a mirrored one runs backwards.
#[inline(always)]
fn fall(amount: f32) -> f32 {
    (0.5 * amount).max(1e-6)
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
            Warp::None | Warp::Ring | Warp::Amplitude => {}
            Warp::Squeeze | Warp::Quantise | Warp::Formant | Warp::Frequency => {}
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
                let (t, fall) = (turns(p), fall(a));
                phase((t / (1.0 - fall)).min((1.0 - t) / fall))
            }),
            Warp::Fm => self.each(phases, |p, a, other| {
                let t = other * (a * a * FM_TURNS);
                let part = t - ((t + 12_582_912.0) - 12_582_912.0);
                p.wrapping_add((part * 4_294_967_296.0) as i32 as u32)
            }),
        }
    }

    /// Whether a mirrored cycle runs backwards at any of the phases.
    #[inline(always)]
    pub(crate) fn is_falling(&self, unbent: &Phases) -> bool {
        let least = 1.0 - fall(self.amount.at(0.0)).max(fall(self.amount.at(CONTROL as f32)));
        unbent[..self.len].iter().any(|&phase| turns(phase) >= least)
    }

    /// Shapes what was read: `unbent` are the phases before bending, which advance by half of
    /// `speed`; `back` is what a mirrored cycle reads on its way back.
    #[inline(always)]
    pub(crate) fn shape(
        &self,
        unbent: &Phases,
        speed: u32,
        corners: &Corners,
        back: &Block,
        out: &mut Block,
    ) {
        let count = &COUNT[self.base..][..self.len];
        let each = out.iter_mut().zip(unbent).zip(count);
        let step = speed.max(1) as f32 * (0.5 / 4_294_967_296.0);
        let near = Near { pace: 1.0 / step, jump: corners.jump, bend: corners.slope * step };
        let starts = || self.is_near(unbent, speed, |_| 0.0);
        match self.warp {
            Warp::Sync if starts() => {
                each.for_each(|((out, &phase), _)| *out += near.corner(turns(phase)));
            }
            Warp::Pulse => {
                let ends = self.is_near(unbent, speed, width);
                each.for_each(|((out, &phase), &count)| {
                    let sounds = turns(phase) < width(self.amount.at(count));
                    *out = if sounds { *out } else { 0.0 };
                });
                self.round(unbent, &near, starts(), ends, width, out);
            }
            Warp::Mirror => {
                let turn = |amount| 1.0 - fall(amount);
                let ends = self.is_near(unbent, speed, turn);
                each.zip(back).for_each(|(((out, &phase), &count), back)| {
                    let fall = fall(self.amount.at(count));
                    let rest = fading(fall, corners.narrow) * (back - corners.back);
                    *out = if turns(phase) < 1.0 - fall { *out } else { corners.start + rest };
                });
                self.round(unbent, &near, starts(), ends, turn, out);
            }
            Warp::Ring => each.zip(self.other).for_each(|(((out, _), &count), other)| {
                let amount = self.amount.at(count);
                *out *= 1.0 - amount + amount * other;
            }),
            Warp::None | Warp::Sync | Warp::Bend | Warp::Fm => {}
            Warp::Squeeze | Warp::Quantise | Warp::Formant => {}
            Warp::Frequency | Warp::Amplitude => {}
        }
    }

    /// Whether any of the phases may lie within a sample of a place in the cycle.
    #[inline(always)]
    fn is_near(&self, unbent: &Phases, speed: u32, place: impl Fn(f32) -> f32) -> bool {
        // Somewhat more than a sample of twice the rate, and whatever the pitch changes.
        let step = speed as f32 * (1.0 / 4_294_967_296.0) + 1e-5;
        let from = turns(unbent[0]) - step;
        let long = (self.len as f32 + 2.0) * step;
        let ends = [0.0, CONTROL as f32].map(|count| place(self.amount.at(count)));
        let (low, high) = (ends[0].min(ends[1]) - 1e-5, ends[0].max(ends[1]) + 1e-5);
        let apart = |a: f32, b: f32| {
            let apart = b - a;
            apart - apart.floor()
        };
        apart(from, low) <= long || apart(low, from) <= high - low
    }

    /// Rounds the start of the cycle and, the other way, another place in it.
    #[inline(always)]
    fn round(
        &self,
        unbent: &Phases,
        near: &Near,
        starts: bool,
        ends: bool,
        place: impl Fn(f32) -> f32,
        out: &mut Block,
    ) {
        let count = &COUNT[self.base..][..self.len];
        if starts {
            out.iter_mut()
                .zip(&unbent[..self.len])
                .for_each(|(out, &phase)| *out += near.corner(turns(phase)));
        }
        if ends {
            out.iter_mut().zip(unbent).zip(count).for_each(|((out, &phase), &count)| {
                *out -= near.corner(since(turns(phase), place(self.amount.at(count))));
            });
        }
    }
}

/// How much of a way back that takes `fall` of a cycle is left: where it is too narrow for the
/// fundamental it fades.
#[inline(always)]
fn fading(fall: f32, narrow: f32) -> f32 {
    let part = (fall / narrow).min(1.0);
    part * part
}

/// Turns since a place in the cycle.
#[inline(always)]
fn since(turns: f32, place: f32) -> f32 {
    let since = turns - place;
    if since < 0.0 { since + 1.0 } else { since }
}

/// What the sound is at a phase: its value, and its slope per turn of the table.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Touch {
    pub(crate) value: f32,
    pub(crate) slope: f32,
}

/// How the sound breaks off at the start of the cycle; where a pulse or a mirrored cycle turns,
/// it does the opposite.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Corners {
    /// Change of value.
    jump: f32,
    /// Change of slope, per turn of the oscillator.
    slope: f32,
    /// Value at the start of the cycle, and there on the way back.
    start: f32,
    back: f32,
    /// Least share of the cycle in which the fundamental has its way back.
    narrow: f32,
}

impl Corners {
    /// The corners of a warp, from the sound at the start of the cycle and at the other of
    /// its [`ends`].
    #[inline(always)]
    pub(crate) fn of(warp: Warp, amount: f32, start: Touch, end: Touch, narrow: f32) -> Self {
        let (jump, slope) = match warp {
            Warp::Sync => {
                (start.value - end.value, exp2(SYNC_OCTAVES * amount) * (start.slope - end.slope))
            }
            Warp::Pulse => (start.value, start.slope / width(amount)),
            Warp::Mirror => {
                let fall = fall(amount);
                let back = fading(fall, narrow) * end.slope / fall;
                (0.0, start.slope / (1.0 - fall) + back)
            }
            _ => (0.0, 0.0),
        };
        Corners { jump, slope, start: start.value, back: end.value, narrow }
    }
}

/// Phases at which a warp begins and breaks off its cycle, if it does.
#[inline(always)]
pub(crate) fn ends(warp: Warp, amount: f32) -> Option<[u32; 2]> {
    match warp {
        Warp::Sync => {
            let turns = exp2(SYNC_OCTAVES * amount);
            Some([0, phase(turns - (turns as i32) as f32)])
        }
        Warp::Pulse | Warp::Mirror => Some([0, 0]),
        _ => None,
    }
}

/// What rounds a corner within a sample on either side of it.
#[derive(Clone, Copy)]
struct Near {
    /// Samples per turn.
    pace: f32,
    jump: f32,
    /// Change of slope per sample.
    bend: f32,
}

impl Near {
    /// What there is to be added at a phase since the corner: the polynomial residuals of a step
    /// (Välimäki and Huovilainen, 2007) and of a bend (Esqueda, Välimäki and Bilbao, 2016).
    #[inline(always)]
    fn corner(&self, since: f32) -> f32 {
        let after = (1.0 - since * self.pace).max(0.0);
        let before = (1.0 - (1.0 - since) * self.pace).max(0.0);
        let (a, b) = (after * after, before * before);
        0.5 * self.jump * (b - a) + self.bend * (1.0 / 6.0) * (a * after + b * before)
    }
}
