//! Filters that saturate within their loop, run at twice the rate.

use super::{Two, Wanted};
use crate::halfband::Halfband;
use crate::math::{Block, CONTROL, Ramp, Span};
use crate::oscillator::kernel::Lanes;

/// Samples by which what was filtered at twice the rate is late, rounded.
pub(super) const LATE: usize = 3;
/// Level at which a loop saturates.
pub(super) const RAIL: f32 = 1.25;
/// Small-signal gain of a loop at full resonance, over the least that oscillates.
pub(super) const OVER: f32 = 1.05;

/// Hyperbolic tangent, nearly (its continued fraction, cut where it meets the rail).
#[inline(always)]
pub(super) fn bent(x: f32) -> f32 {
    let x = x.clamp(-3.0, 3.0);
    let square = x * x;
    x * (27.0 + square) / (27.0 + 9.0 * square)
}

/// Prewarped frequency of a corner in hertz at twice the rate; always below 1.
pub(super) fn prewarped(corner: f32, rate: f32) -> f32 {
    (std::f32::consts::FRAC_PI_2 * (corner / rate).clamp(1e-5, 0.49)).tan()
}

/// A filter whose loop saturates.
pub(super) trait Loop: Default {
    /// What one sample needs of the knobs.
    type Step: Copy;

    /// Where the knobs are wanted.
    fn ends(wanted: &Wanted, rate: f32) -> Lines<f32>;
    /// Works out a step for the knobs.
    fn step(knobs: Lines<f32>) -> Self::Step;
    /// Takes one sample, left and right.
    fn take(&mut self, step: &Self::Step, x: Two) -> Two;
    /// Puts states that are nearly nothing to rest.
    fn settle(&mut self);
}

/// Prewarped frequency and feedback of a loop, and shares of low, band and high.
pub(super) type Lines<T> = [T; 5];

/// A loop at twice the rate.
#[derive(Clone, Debug, Default)]
pub(super) struct Twice<I> {
    ups: [Halfband; 2],
    inner: I,
    downs: [Halfband; 2],
    lines: Lines<Ramp>,
    ends: Lines<f32>,
}

impl<I: Loop> Twice<I> {
    /// Works out the ends of the lines.
    pub(super) fn tune(&mut self, wanted: &Wanted, rate: f32) {
        self.ends = I::ends(wanted, rate);
    }

    pub(super) fn aim(&mut self, span: &Span, fresh: bool) {
        if fresh {
            *self = Twice { ends: self.ends, lines: self.ends.map(Ramp::still), ..Self::default() };
        }
        for (line, end) in self.lines.iter_mut().zip(self.ends) {
            line.aim(span, end);
        }
        self.ups.iter_mut().chain(&mut self.downs).for_each(Halfband::settle);
        self.inner.settle();
    }

    /// Filters `len` samples in place, `base` samples after the last aim.
    #[inline(always)]
    pub(super) fn render<L: Lanes>(&mut self, base: usize, len: usize, sides: &mut [Block; 2]) {
        let at = |k: usize| {
            let count = base as f32 + 0.5 * k as f32;
            I::step(self.lines.each_ref().map(|line| line.at(count)))
        };
        if self.lines.iter().all(Ramp::is_still) {
            let step = at(0);
            self.run::<L>(len, sides, |_| step);
        } else {
            let steps: [I::Step; 2 * CONTROL] = std::array::from_fn(at);
            self.run::<L>(len, sides, |k| steps[k]);
        }
    }

    #[inline(always)]
    fn run<L: Lanes>(
        &mut self,
        len: usize,
        sides: &mut [Block; 2],
        step: impl Fn(usize) -> I::Step,
    ) {
        let mut lines = [[0.0; 2 * CONTROL]; 2];
        for ((up, side), line) in self.ups.iter_mut().zip(&*sides).zip(&mut lines) {
            up.up::<L>(&side[..len], line);
        }
        let [left, right] = &mut lines;
        for (k, (l, r)) in left.iter_mut().zip(right).enumerate().take(2 * len) {
            [*l, *r] = self.inner.take(&step(k), [*l, *r]);
        }
        for ((down, side), line) in self.downs.iter_mut().zip(sides).zip(&mut lines) {
            down.down::<L>(line, &mut side[..len]);
        }
    }
}
