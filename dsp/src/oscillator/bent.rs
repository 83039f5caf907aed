//! Copies with bent phases: read at twice the rate, their corners rounded.

use cultivar_patch::schema::Warp;

use super::corner::{Corners, Touch};
use super::decimator::{Decimator, LATENCY};
use super::kernel::{Lanes, Phases};
use super::spectral::Shelf;
use super::steps::Steps;
use super::warp::{Bender, ends, wound};
use super::{Oscillator, Spot, read_spot};
use crate::math::{Block, CONTROL, COUNT, exp2};

impl Oscillator {
    /// Adds copies with bent phases; `other` is what the oscillator listens to, at each sample
    /// and half a sample later.
    #[inline(always)]
    pub(super) fn render_bent<L: Lanes>(
        &mut self,
        mip: Shelf,
        other: &[Block; 2],
        base: usize,
        len: usize,
        left: &mut Block,
        right: &mut Block,
    ) {
        let swung = match self.warp {
            Warp::Frequency => self.swing(other, base, len),
            _ => [[0; CONTROL]; 2],
        };
        let mut lift = 0;
        let mut corners = self.corners::<L>(mip, lift);
        let (mut sides, mut quick) = ([[[0.0; CONTROL]; 2]; 2], [0.0; CONTROL]);
        for (half, [left, right]) in sides.iter_mut().enumerate() {
            let amount = self.amount.later(0.5 * half as f32);
            let bender = Bender::new(self.warp, &amount, &other[half], base, len);
            for (k, copy) in self.copies[..self.sounding].iter().enumerate() {
                if self.unison.lift[k] != lift {
                    lift = self.unison.lift[k];
                    corners = self.corners::<L>(mip, lift);
                }
                let mut straight =
                    if half == 0 { copy.phases(base) } else { copy.phases_between(base) };
                for (phase, swung) in straight.iter_mut().zip(&swung[half]) {
                    *phase = phase.wrapping_add(*swung);
                }
                let spots = self.spots.lifted(lift);
                let mut sound = [0.0; CONTROL];
                if self.warp == Warp::Quantise {
                    let steps = Steps::of(&bender, &straight, copy.speed);
                    for part in steps.parts() {
                        // SAFETY: as in `render`.
                        unsafe { self.read::<L>(&spots, mip, part.phases, base, len, &mut quick) };
                        part.add(&quick, &mut sound);
                    }
                    copy.add(&sound, base, len, left, right);
                    continue;
                }
                let mut bent = straight;
                bender.bend(&mut bent);
                // SAFETY: as in `render`.
                unsafe { self.read::<L>(&spots, mip, &bent, base, len, &mut sound) };
                if !self.is_uneven(lift) {
                    quick = sound;
                } else if bender.is_steep(&straight) {
                    let steep = self.steep.lifted(lift);
                    // SAFETY: as in `render`.
                    unsafe { self.read::<L>(&steep, mip, &bent, base, len, &mut quick) };
                }
                bender.shape(&straight, copy.speed, &corners, &quick, &mut sound);
                copy.add(&sound, base, len, left, right);
            }
        }
        let [early, late] = &sides;
        let [a, b] = &mut self.decimators;
        a.run(&early[0], &late[0], len, left);
        b.run(&early[1], &late[1], len, right);
    }

    /// Whether a part of the cycle is so much steeper that it has fewer harmonics.
    #[inline(always)]
    pub(super) fn is_uneven(&self, lift: i32) -> bool {
        let has_parts = matches!(self.warp, Warp::Mirror | Warp::Squeeze);
        has_parts && self.steep.to.lifted(lift).level != self.spots.to.lifted(lift).level
    }

    /// How far what the oscillator listens to has moved the phase so far, at each sample and
    /// half a sample later: frequencies add up to phases, and whole numbers add up to the same
    /// however they are cut. What an oscillator sounds like has no mean, and so does not detune.
    #[inline(always)]
    fn swing(&mut self, other: &[Block; 2], base: usize, len: usize) -> [Phases; 2] {
        let steps = [0, 1].map(|half| {
            let line = self.deviation.later(0.5 * half as f32);
            let mut steps = [0; CONTROL];
            for ((step, other), count) in steps.iter_mut().zip(&other[half]).zip(&COUNT) {
                *step = wound(other * line.at(base as f32 + count));
            }
            steps
        });
        let mut swung = [[0; CONTROL]; 2];
        let ([early, late], [first, second]) = (&mut swung, &steps);
        let each = early.iter_mut().zip(late).zip(first.iter().zip(second));
        for ((early, late), (first, second)) in each.take(len) {
            for (swung, step) in [(early, first), (late, second)] {
                *swung = self.swung.wrapping_add((*step as i32 >> 1) as u32);
                self.swung = self.swung.wrapping_add(*step);
            }
        }
        swung
    }

    /// Whether the note has begun ahead of itself, and its phase has yet to be moved by what it
    /// would have heard by then.
    #[inline(always)]
    pub(crate) fn is_behind(&self) -> bool {
        self.behind
    }

    /// Is moved by what was heard in the samples by which the note is set forth.
    #[inline(always)]
    pub(crate) fn catch_up(&mut self, past: &[Block; 2]) {
        self.swing(past, 0, LATENCY as usize);
        self.behind = false;
    }

    /// How the sound breaks off within a cycle, in the middle of the interval.
    #[inline(always)]
    fn corners<L: Lanes>(&self, mip: Shelf, lift: i32) -> Corners {
        let amount = 0.5 * (self.amount.start + self.amount.end);
        let Some(phases) = ends(self.warp, amount) else { return Corners::default() };
        let touches = |spot: Spot| {
            let spot = spot.lifted(lift);
            // SAFETY: as in `render`.
            let first = unsafe { touch::<L>(mip, spot, phases[0]) };
            if phases[0] == phases[1] {
                return [first; 2];
            }
            // SAFETY: as in `render`.
            [first, unsafe { touch::<L>(mip, spot, phases[1]) }]
        };
        let even = touches(self.spots.to);
        let steep = if self.is_uneven(lift) { touches(self.steep.to) } else { even };
        let narrow = self.narrow * exp2(0.5 * lift as f32);
        Corners::of(self.warp, amount, even, steep, narrow)
    }

    /// Forgets what was rendered at twice the rate, and where it was moved to.
    pub(super) fn forget(&mut self) {
        self.swung = 0;
        self.decimators = [Decimator::default(); 2];
    }
}

/// Value and slope of a spot at a phase.
///
/// # Safety
/// The processor has the instructions of `L`.
#[inline(always)]
unsafe fn touch<L: Lanes>(mip: Shelf, spot: Spot, phase: u32) -> Touch {
    let (_, bits) = mip.frame(spot.level, spot.frame);
    let half = 1 << (31 - bits);
    let mut phases = [phase; CONTROL];
    (phases[1], phases[2]) = (phase.wrapping_sub(half), phase.wrapping_add(half));
    let mut values = [0.0; CONTROL];
    // SAFETY: passed on.
    unsafe { read_spot::<L>(mip, spot, &phases, 3, &mut values) };
    Touch { value: values[0], slope: (values[2] - values[1]) * (1u32 << bits) as f32 }
}
