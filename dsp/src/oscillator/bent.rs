//! Copies with bent phases: read at twice the rate, their corners rounded.

use cultivar_patch::schema::Warp;

use super::decimator::Decimator;
use super::kernel::Lanes;
use super::spectral::Shelf;
use super::warp::{Bender, Corners, Touch, ends};
use super::{Oscillator, Spot, read_spot};
use crate::math::{Block, CONTROL};

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
        let corners = self.corners::<L>(mip);
        let falls = self.warp == Warp::Mirror && self.fall.to.level != self.spots.to.level;
        let mut sides = [[[0.0; CONTROL]; 2]; 2];
        for (half, [left, right]) in sides.iter_mut().enumerate() {
            let amount = self.amount.later(0.5 * half as f32);
            let bender = Bender { warp: self.warp, amount, other: &other[half], base, len };
            for copy in &self.copies[..self.sounding] {
                let straight =
                    if half == 0 { copy.phases(base) } else { copy.phases_between(base) };
                let mut bent = straight;
                bender.bend(&mut bent);
                let (mut sound, mut fall) = ([0.0; CONTROL], [0.0; CONTROL]);
                // SAFETY: as in `render`.
                unsafe { self.read::<L>(&self.spots, mip, &bent, base, len, &mut sound) };
                if falls && bender.is_falling(&straight) {
                    // SAFETY: as in `render`.
                    unsafe { self.read::<L>(&self.fall, mip, &bent, base, len, &mut fall) };
                } else if self.warp == Warp::Mirror {
                    fall = sound;
                }
                bender.shape(&straight, copy.speed, &corners, &fall, &mut sound);
                copy.add(&sound, base, len, left, right);
            }
        }
        let [early, late] = &sides;
        let [a, b] = &mut self.decimators;
        a.run(&early[0], &late[0], len, left);
        b.run(&early[1], &late[1], len, right);
    }

    /// How the sound breaks off within a cycle, in the middle of the interval.
    #[inline(always)]
    fn corners<L: Lanes>(&self, mip: Shelf) -> Corners {
        let amount = 0.5 * (self.amount.start + self.amount.end);
        let Some(phases) = ends(self.warp, amount) else { return Corners::default() };
        let end = if self.warp == Warp::Mirror { self.fall.to } else { self.spots.to };
        // SAFETY: as in `render`.
        let [start, end] =
            unsafe { [touch::<L>(mip, self.spots.to, phases[0]), touch::<L>(mip, end, phases[1])] };
        Corners::of(self.warp, amount, start, end, self.narrow)
    }

    /// Forgets what was rendered at twice the rate.
    pub(super) fn forget(&mut self) {
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
