//! A line without corners, for amplitudes that move.
//!
//! Straight lines between grid points meet at corners, which add lines around the multiples of
//! the grid's rate. An arc leaves the straight line by a cubic whose slope goes on from
//! interval to interval (Hermite's, its slopes those of the parabola through the last three
//! points), so that nothing is late. Where the value jumps it is the straight line.

use crate::math::{Block, CONTROL, COUNT, Ramp, Span};

/// Change of the line's rise, in parts of the greater end, that counts as a jump.
const JUMP: f32 = 0.1;

/// A line and how far the value leaves it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arc {
    /// The straight line.
    pub(crate) line: Ramp,
    /// How far the value is from the line where it was drawn.
    off: f32,
    /// How much the arc is steeper than the line at its start and at its end, per length.
    from: f32,
    to: f32,
    /// One over the length in samples.
    pace: f32,
}

impl Default for Arc {
    fn default() -> Self {
        Arc::still(0.0)
    }
}

impl Arc {
    /// A line that stays where it is.
    pub(crate) fn still(value: f32) -> Self {
        Arc { line: Ramp::still(value), off: 0.0, from: 0.0, to: 0.0, pace: 1.0 / CONTROL as f32 }
    }

    /// Draws the line anew, from where it is to `end`.
    #[inline(always)]
    pub(crate) fn aim(&mut self, span: &Span, end: f32) {
        let before = self.line.step;
        let straight = self.is_straight();
        self.line.aim(span, end);
        if straight && before == self.line.step {
            self.pace = 1.0 / span.left as f32;
            return;
        }
        let elapsed = span.elapsed as f32;
        let (off, slope) = match span.over {
            true => (0.0, self.to * self.pace),
            false => (self.bow(elapsed), self.slope(elapsed)),
        };
        let behind = if span.over || elapsed == 0.0 { 1.0 / self.pace } else { elapsed };
        let (left, most) = (span.left as f32, JUMP * self.line.start.max(end));
        let turn = (self.line.step - before) * left;
        self.pace = 1.0 / left;
        (self.off, self.from, self.to) = (off, slope * left - turn, turn * left / (behind + left));
        let jumps = turn.abs() > most || self.from.abs() > most;
        if jumps || self.line.start <= 0.0 || end <= 0.0 {
            (self.off, self.from, self.to) = (0.0, 0.0, 0.0);
        }
    }

    /// Goes on where it stays.
    #[inline(always)]
    pub(crate) fn go_on(&mut self, span: &Span) {
        self.pace = 1.0 / span.left as f32;
    }

    /// Whether it is the straight line.
    #[inline(always)]
    pub(crate) fn is_straight(&self) -> bool {
        self.from == 0.0 && self.to == 0.0 && self.off == 0.0
    }

    /// Whether it stays where it is.
    pub(crate) fn is_still(&self) -> bool {
        self.is_straight() && self.line.is_still()
    }

    /// How far the value is from the line, `count` samples after it was drawn.
    #[inline(always)]
    fn bow(&self, count: f32) -> f32 {
        let t = count * self.pace;
        let rest = 1.0 - t;
        rest * rest * (self.off * (1.0 + 2.0 * t) + self.from * t) - self.to * t * t * rest
    }

    /// How much steeper than the line it is there, per sample.
    fn slope(&self, count: f32) -> f32 {
        let t = count * self.pace;
        let rest = 1.0 - t;
        let slope = self.from * rest * (1.0 - 3.0 * t)
            - self.to * t * (2.0 - 3.0 * t)
            - 6.0 * self.off * t * rest;
        slope * self.pace
    }

    /// The value `count` samples after it was drawn.
    #[inline(always)]
    pub(crate) fn at(&self, count: f32) -> f32 {
        self.line.at(count) + self.bow(count)
    }

    /// Adds a sound at this loudness, from `base` samples after it was drawn.
    #[inline(always)]
    pub(crate) fn add(&self, from: &Block, base: usize, len: usize, to: &mut Block) {
        let samples = to.iter_mut().zip(from).zip(&COUNT[base..][..len]);
        match self.is_straight() {
            true => samples.for_each(|((to, from), &count)| *to += from * self.line.at(count)),
            false => samples.for_each(|((to, from), &count)| *to += from * self.at(count)),
        }
    }

    /// Gives a sound of an interval at most this loudness, from `base` samples after it was drawn.
    #[inline(always)]
    pub(crate) fn scale(&self, base: usize, sound: &mut [f32]) {
        let samples = sound.iter_mut().zip(&COUNT);
        let base = base as f32;
        match self.is_straight() {
            true => samples.for_each(|(x, count)| *x *= self.line.at(base + count)),
            false => samples.for_each(|(x, count)| *x *= self.at(base + count)),
        }
    }

    /// Makes an arc of what has been added to `before` along the straight line, from `base`
    /// samples after it was drawn.
    #[inline(always)]
    pub(crate) fn bend(&self, before: &Block, base: usize, len: usize, sound: &mut Block) {
        let count = &COUNT[base..][..len];
        for ((sound, before), &count) in sound.iter_mut().zip(before).zip(count) {
            // Neither end is nothing where there is an arc.
            *sound += (*sound - before) * (self.bow(count) / self.line.at(count));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An arc through the values of a function on a grid, sample by sample.
    fn drawn(value: impl Fn(f64) -> f64, intervals: usize) -> Vec<f64> {
        let mut arc = Arc::still(value(0.0) as f32);
        (1..=intervals)
            .flat_map(|k| {
                arc.aim(&Span::WHOLE, value((k * CONTROL) as f64) as f32);
                COUNT.map(|count| f64::from(arc.at(count)))
            })
            .collect()
    }

    #[test]
    fn a_smooth_value_is_followed_a_hundred_times_closer_than_by_straight_lines() {
        let value = |n: f64| 1.0 + 0.9 * (n * 0.002).sin();
        let off = |x: &[f64]| {
            let skipped = 4 * CONTROL;
            let far = |(n, x): (usize, &f64)| (x - value(n as f64)).abs();
            x.iter().enumerate().skip(skipped).map(far).fold(0.0, f64::max)
        };
        let arcs = drawn(value, 200);
        let straight: Vec<f64> = (0..arcs.len())
            .map(|n| {
                let from = n / CONTROL * CONTROL;
                let share = (n - from) as f64 / CONTROL as f64;
                let (a, b) = (value(from as f64), value((from + CONTROL) as f64));
                a + share * (b - a)
            })
            .collect();
        assert!(off(&arcs) * 15.0 < off(&straight), "{} and {}", off(&arcs), off(&straight));
    }

    #[test]
    fn there_are_no_corners_and_jumps_do_not_ring() {
        let arcs = drawn(|n| 0.6 + 0.3 * (n * 0.002).sin(), 100);
        let corner = |x: &[f64], n: usize| (x[n + 1] - 2.0 * x[n] + x[n - 1]).abs();
        let worst = (200..3000).map(|n| corner(&arcs, n)).fold(0.0, f64::max);
        assert!(worst < 3e-6, "{worst}");
        let jump = drawn(|n| if n < 1000.0 { 0.2 } else { 1.0 }, 60);
        let (least, most) = jump.iter().fold((1.0f64, 0.0f64), |(a, b), &x| (a.min(x), b.max(x)));
        assert!(least >= 0.199_99 && most <= 1.000_01, "{least} to {most}");
        let silent = drawn(|n| if n < 1000.0 { 0.001 } else { 0.0 }, 60);
        assert!(silent.iter().all(|x| *x >= 0.0) && silent[1100..].iter().all(|x| *x == 0.0));
    }

    #[test]
    fn a_line_that_is_cut_goes_on_where_it_was() {
        let value = |n: usize| 1.0 + 0.9 * (n as f32 * 0.002).sin();
        let mut arc = Arc::still(value(0));
        for k in 1..20 {
            arc.aim(&Span::WHOLE, value(k * CONTROL));
        }
        let (before, slope) = (arc.at(11.0), arc.at(11.0) - arc.at(10.0));
        let span = Span { elapsed: 11, over: false, left: CONTROL - 11 };
        arc.aim(&span, value(19 * CONTROL));
        assert!((arc.at(0.0) - before).abs() < 1e-6);
        assert!((arc.at(1.0) - arc.at(0.0) - slope).abs() < 2e-5);
        arc.aim(&Span { elapsed: 0, over: false, left: CONTROL - 11 }, value(19 * CONTROL));
        assert!((arc.at(21.0) - value(19 * CONTROL)).abs() < 1e-6);
    }
}
