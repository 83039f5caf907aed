//! Values that move in straight lines between points of the control grid.

use super::{TICK, flush, hertz, within};

/// A value on its way to its aim, which it reaches a tick later. The first aim after a clear is
/// reached at once.
#[derive(Clone, Copy, Default)]
pub(super) struct Ramp {
    from: f32,
    to: f32,
    moving: bool,
}

impl Ramp {
    pub(super) fn clear(&mut self) {
        self.moving = false;
    }

    pub(super) fn aim(&mut self, to: f32) {
        self.from = if self.moving { self.to } else { to };
        self.to = to;
        self.moving = true;
    }

    /// Where it will have arrived at the end of this tick.
    pub(super) fn aimed(&self) -> f32 {
        self.to
    }

    /// The value at sample `n` of the tick. Processors turn short integers into numbers many at
    /// a time, long ones one by one.
    #[inline(always)]
    pub(super) fn at(&self, n: usize) -> f32 {
        self.along((n as i32 + 1) as f32 * (1.0 / TICK as f32))
    }

    /// The value at a share of the tick, 0 to 1.
    #[inline(always)]
    pub(super) fn along(&self, share: f32) -> f32 {
        self.from + (self.to - self.from) * share
    }
}

/// A low-pass of 6 dB per octave that opens altogether at the top of its range.
#[derive(Clone, Copy, Default)]
pub(super) struct Tone {
    pace: Ramp,
    open: Ramp,
    state: f32,
}

impl Tone {
    pub(super) fn clear(&mut self) {
        *self = Tone::default();
    }

    /// Aims at a corner given as MIDI note number; 136 is open.
    pub(super) fn aim(&mut self, note: f32, sample_rate: f32) {
        let note = within(note, 0.0, 136.0);
        self.pace.aim(pace(hertz(note), sample_rate));
        self.open.aim(within((note - 130.0) / 6.0, 0.0, 1.0));
        self.state = flush(self.state);
    }

    #[inline(always)]
    pub(super) fn next(&mut self, n: usize, x: f32) -> f32 {
        self.state += self.pace.at(n) * (x - self.state);
        self.state + self.open.at(n) * (x - self.state)
    }
}

/// A high-pass of 6 dB per octave that keeps constants out of a loop.
#[derive(Clone, Copy)]
pub(super) struct Block {
    pace: f32,
    state: f32,
}

impl Block {
    pub(super) fn new(corner: f32, sample_rate: f32) -> Self {
        Block { pace: pace(corner, sample_rate), state: 0.0 }
    }

    pub(super) fn clear(&mut self) {
        self.state = 0.0;
    }

    /// To be called once a tick.
    pub(super) fn flush(&mut self) {
        self.state = flush(self.state);
    }

    #[inline(always)]
    pub(super) fn next(&mut self, x: f32) -> f32 {
        self.state += self.pace * (x - self.state);
        x - self.state
    }
}

/// Share of the way that a one-pole low-pass goes per sample for a corner in hertz.
pub(super) fn pace(corner: f32, sample_rate: f32) -> f32 {
    let turn = within(corner / sample_rate, 0.0, 0.49);
    1.0 - (-std::f32::consts::TAU * turn).exp()
}
