//! A delay line and the heads that read it.

use super::TICK;
use super::ramp::Ramp;

/// Samples of the past in a ring.
pub(super) struct Line {
    samples: Vec<f32>,
    mask: usize,
    write: usize,
    /// How far back there is a past; before it was silence.
    past: usize,
}

impl Line {
    /// A line that can be read up to `longest` samples back.
    pub(super) fn new(longest: usize) -> Self {
        let size = (longest + TICK + 4).next_power_of_two();
        // Zeros with a sign are written one by one: plain ones a system only promises, and it
        // keeps its word page by page, on the audio thread.
        Line { samples: vec![-0.0; size], mask: size - 1, write: 0, past: 0 }
    }

    pub(super) fn clear(&mut self) {
        self.past = 0;
    }

    /// The greatest distance that can be read.
    pub(super) fn longest(&self) -> usize {
        self.samples.len() - TICK - 4
    }

    #[inline(always)]
    pub(super) fn extend(&mut self, block: &[f32]) {
        let first = block.len().min(self.samples.len() - self.write);
        self.samples[self.write..][..first].copy_from_slice(&block[..first]);
        self.samples[..block.len() - first].copy_from_slice(&block[first..]);
        self.write = (self.write + block.len()) & self.mask;
        self.past = (self.past + block.len()).min(self.samples.len());
    }

    /// What was written `age` samples ago; 1 is the newest.
    #[inline(always)]
    fn at(&self, age: usize) -> f32 {
        let sample = self.samples[self.write.wrapping_sub(age) & self.mask];
        if age <= self.past { sample } else { 0.0 }
    }

    /// Copies what was written `back` samples before each sample of the coming block; `back`
    /// is at least the block's length.
    #[inline(always)]
    pub(super) fn copy(&self, back: usize, out: &mut [f32]) {
        if back > self.past {
            for (n, y) in out.iter_mut().enumerate() {
                *y = self.at(back - n);
            }
            return;
        }
        let start = self.write.wrapping_sub(back) & self.mask;
        let first = out.len().min(self.samples.len() - start);
        let (head, rest) = out.split_at_mut(first);
        head.copy_from_slice(&self.samples[start..][..first]);
        rest.copy_from_slice(&self.samples[..rest.len()]);
    }

    /// What was written `distance` samples before sample `n` of the coming block, by cubic
    /// Lagrange interpolation: never louder than what was written, and exact at a whole
    /// distance. The distance is at least `n` + 2.
    #[inline(always)]
    pub(super) fn tap(&self, n: usize, distance: f64) -> f32 {
        let back = distance as usize;
        let part = (distance - back as f64) as f32;
        let newest = back - n - 1;
        let (a, b, c) = (part + 1.0, part - 1.0, part - 2.0);
        part * b * c * (-1.0 / 6.0) * self.at(newest)
            + a * b * c * 0.5 * self.at(newest + 1)
            + a * part * c * -0.5 * self.at(newest + 2)
            + a * part * b * (1.0 / 6.0) * self.at(newest + 3)
    }

    /// The same by Lagrange interpolation of fifth order, which keeps more of the highest end.
    /// The distance is at least `n` + 3.
    #[inline(always)]
    pub(super) fn fine_tap(&self, n: usize, distance: f64) -> f32 {
        let back = distance as usize;
        let x = (distance - back as f64) as f32;
        let newest = back - n - 2;
        let (a, b, c, d, e) = (x + 2.0, x + 1.0, x - 1.0, x - 2.0, x - 3.0);
        let (ab, de) = (a * b, d * e);
        let (xc, cde) = (x * c, c * de);
        b * xc * de * (-1.0 / 120.0) * self.at(newest)
            + a * xc * de * (1.0 / 24.0) * self.at(newest + 1)
            + ab * cde * (-1.0 / 12.0) * self.at(newest + 2)
            + ab * x * de * (1.0 / 12.0) * self.at(newest + 3)
            + ab * xc * e * (-1.0 / 24.0) * self.at(newest + 4)
            + ab * xc * d * (1.0 / 120.0) * self.at(newest + 5)
    }

    /// Reads the coming block, which begins at sample `at` of the tick, at a distance that goes
    /// in a straight line `from` one end of the tick `to` the other; at least [`TICK`] + 2.
    #[inline(always)]
    pub(super) fn read(&self, at: usize, from: f64, to: f64, out: &mut [f32]) {
        let way = to - from;
        if way == 0.0 && to == f64::from(to as u32) {
            self.copy(to as usize, out);
        } else if way.abs() < NEARLY_STILL {
            self.read_steady(at, from, way as f32, out);
        } else {
            for (n, y) in out.iter_mut().enumerate() {
                *y = self.tap(n, from + way * ((at + n + 1) as f64 / TICK as f64));
            }
        }
    }

    /// The same for a distance that hardly changes: the same four samples take part all along,
    /// as far as whole samples go.
    #[inline(always)]
    fn read_steady(&self, at: usize, from: f64, way: f32, out: &mut [f32]) {
        let back = (from + f64::from(way).min(0.0)) as usize;
        let part = (from - back as f64) as f32;
        let mut near = [0.0; TICK + 3];
        self.copy(back + 2, &mut near[..out.len() + 3]);
        for (n, y) in out.iter_mut().enumerate() {
            let part = part + way * (((at + n) as i32 + 1) as f32 * (1.0 / TICK as f32));
            let (a, b, c) = (part + 1.0, part - 1.0, part - 2.0);
            *y = part * b * c * (-1.0 / 6.0) * near[n + 3]
                + a * b * c * 0.5 * near[n + 2]
                + a * part * c * -0.5 * near[n + 1]
                + a * part * b * (1.0 / 6.0) * near[n];
        }
    }
}

/// Samples per tick that count as no movement.
const NEARLY_STILL: f64 = 0.25;

/// Most samples per tick that a head glides: half the speed of time.
const GLIDE: f64 = TICK as f64 * 0.5;
/// Ticks to fade over to a place further off.
const FADE: f32 = 32.0;

/// A head that goes where it is told without a click: it glides where it can, as on tape, and
/// fades over where it cannot.
#[derive(Clone, Copy, Default)]
pub(super) struct Head {
    near: Place,
    far: Place,
    fade: Ramp,
    set: bool,
}

/// A distance that moves in a straight line during a tick.
#[derive(Clone, Copy, Default)]
struct Place {
    from: f64,
    to: f64,
}

impl Place {
    fn aim(&mut self, to: f64) {
        self.from = self.to;
        self.to += (to - self.to).clamp(-GLIDE, GLIDE);
    }

    fn jump(&mut self, to: f64) {
        *self = Place { from: to, to };
    }
}

impl Head {
    pub(super) fn clear(&mut self) {
        *self = Head::default();
    }

    /// Aims at a distance in samples; at least [`TICK`] + 2.
    pub(super) fn aim(&mut self, distance: f64) {
        let distance = distance.max((TICK + 2) as f64);
        if !self.set {
            self.set = true;
            self.near.jump(distance);
            self.fade.aim(0.0);
            return;
        }
        if self.fade.aimed() >= 1.0 {
            self.near.jump(self.far.to);
            self.fade.clear();
            self.fade.aim(0.0);
        }
        if self.fade.aimed() > 0.0 {
            self.near.jump(self.near.to);
            self.far.aim(distance);
            self.fade.aim((self.fade.aimed() + 1.0 / FADE).min(1.0));
        } else if (distance - self.near.to).abs() <= GLIDE {
            self.near.aim(distance);
            self.fade.aim(0.0);
        } else {
            self.near.jump(self.near.to);
            self.far.jump(distance);
            self.fade.aim(1.0 / FADE);
        }
    }

    /// The greater of the distances it reads at.
    pub(super) fn distance(&self) -> usize {
        self.near.to.max(self.near.from).max(self.far.to) as usize
    }

    /// Reads the coming block, which begins at sample `at` of the tick and is not yet written.
    #[inline(always)]
    pub(super) fn read(&self, line: &Line, at: usize, out: &mut [f32]) {
        line.read(at, self.near.from, self.near.to, out);
        if self.fade.aimed() > 0.0 {
            let mut far = [0.0; TICK];
            let far = &mut far[..out.len()];
            line.read(at, self.far.from, self.far.to, far);
            for (n, (y, x)) in out.iter_mut().zip(far).enumerate() {
                *y += self.fade.at(at + n) * (*x - *y);
            }
        }
    }
}
