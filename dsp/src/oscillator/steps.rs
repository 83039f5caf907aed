//! A cycle read in steps whose edges are rounded.

use super::kernel::Phases;
use super::warp::{Bender, turns, wound};
use crate::math::{Block, CONTROL, exp2};

/// Binary logarithm of the fewest steps of a cycle, and octaves from there to the most.
const FEWEST: f32 = 2.0;
const OCTAVES: f32 = 8.0;
/// How soon steps are flat, against the amount.
const FLATTENING: f32 = 8.0;
/// Samples of twice the rate that a step takes at least; and of one that is flat.
const SHORTEST: f32 = 1.5;
const FLAT: f32 = 3.0;

/// Steps of a cycle, not always a whole number: the last one may be cut off.
#[inline(always)]
pub(super) fn number(amount: f32) -> f32 {
    exp2(FEWEST + OCTAVES * (1.0 - amount))
}

/// Where a copy reads its table in steps: within the step of each sample, and as if in the one
/// before and in the one after it, which are heard a little to round the edges.
pub(super) struct Steps {
    phases: [Phases; 3],
    shares: [Block; 3],
}

/// One of the three.
pub(super) struct Part<'a> {
    pub(super) phases: &'a Phases,
    share: &'a Block,
}

impl Part<'_> {
    /// Adds its share of what was read.
    #[inline(always)]
    pub(super) fn add(&self, read: &Block, out: &mut Block) {
        for ((out, share), read) in out.iter_mut().zip(self.share).zip(read) {
            *out += share * read;
        }
    }
}

impl Steps {
    /// The steps of a copy that advances by half of `speed`, at its unbent phases. In the middle
    /// of a step the phase is where it would be without; a step too short to be heard as one is
    /// a slope.
    #[inline(always)]
    pub(super) fn of(bender: &Bender, unbent: &Phases, speed: u32) -> Self {
        let step = speed.max(1) as f32 * (0.5 / 4_294_967_296.0);
        let mut steps = Steps { phases: [[0; CONTROL]; 3], shares: [[0.0; CONTROL]; 3] };
        for (n, &phase) in unbent.iter().enumerate() {
            let (t, number) = (turns(phase), bender.law[n]);
            let (wide, long) = (1.0 / number, 1.0 / (number * step));
            let short = ((long - SHORTEST) * (1.0 / (FLAT - SHORTEST))).clamp(0.0, 1.0);
            let flat = (FLATTENING * bender.amount[n]).min(1.0) * short;
            let at = |middle: f32| wound(t + flat * (middle - t));
            let whole = (number as i32) as f32;
            let last = if whole == number { whole - 1.0 } else { whole };
            let k = ((t * number) as i32 as f32).min(last);
            let (begin, end) = (k * wide, if k == last { 1.0 } else { (k + 1.0) * wide });
            let middle = (k + 0.5) * wide;
            steps.phases[0][n] = at(middle);
            steps.phases[1][n] =
                at(if k == 0.0 { (last + 0.5) * wide - 1.0 } else { middle - wide });
            steps.phases[2][n] = at(if k == last { 0.5 * wide + 1.0 } else { middle + wide });
            // Half of a short step at most.
            let pace = 1.0 / (step * (0.5 * long).min(1.0));
            let near = |apart: f32| {
                let near = (1.0 - apart * pace).max(0.0);
                0.5 * near * near
            };
            let (earlier, later) = (near(t - begin), near(end - t));
            (steps.shares[1][n], steps.shares[2][n]) = (earlier, later);
            steps.shares[0][n] = 1.0 - earlier - later;
        }
        steps
    }

    /// Those that are heard.
    #[inline(always)]
    pub(super) fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        let parts = self.phases.iter().zip(&self.shares);
        let parts = parts.map(|(phases, share)| Part { phases, share });
        parts.filter(|part| part.share.iter().any(|&share| share != 0.0))
    }
}
