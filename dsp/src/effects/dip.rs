//! A share that goes to nothing and comes back, for what may only change unheard.

use super::TICK;
use super::ramp::Ramp;

/// Time in seconds to nothing, and the same back.
const TIME: f32 = 0.013;

pub(super) struct Dip {
    /// How far it is shut, 0 to 1, at the end of the tick.
    shut: f32,
    step: f32,
    share: Ramp,
}

impl Dip {
    pub(super) fn new(sample_rate: f32) -> Self {
        let mut dip =
            Dip { shut: 0.0, step: TICK as f32 / (TIME * sample_rate), share: Ramp::default() };
        dip.clear();
        dip
    }

    pub(super) fn clear(&mut self) {
        self.shut = 0.0;
        self.share.clear();
        self.share.aim(1.0);
    }

    /// One tick: towards nothing while something waits to change, else towards the whole.
    pub(super) fn aim(&mut self, waits: bool) {
        if !waits && self.shut == 0.0 && self.is_open() {
            return;
        }
        let step = if waits { self.step } else { -self.step };
        self.shut = (self.shut + step).clamp(0.0, 1.0);
        // Half a turn of a cosine has no edge at either end.
        let share = 0.5 + 0.5 * (std::f32::consts::PI * self.shut).cos();
        self.share.aim(if self.shut < 1.0 { share } else { 0.0 });
    }

    /// Whether nothing is heard at the end of the tick.
    pub(super) fn is_shut(&self) -> bool {
        self.shut >= 1.0
    }

    /// Whether the whole is heard all through the tick.
    pub(super) fn is_open(&self) -> bool {
        self.share.along(0.0) >= 1.0 && self.share.aimed() >= 1.0
    }

    /// The share at the end of the tick.
    pub(super) fn aimed(&self) -> f32 {
        self.share.aimed()
    }

    /// Takes its share of what begins at sample `at` of the tick.
    pub(super) fn take(&self, at: usize, sides: [&mut [f32]; 2]) {
        for side in sides {
            for (n, x) in side.iter_mut().enumerate() {
                *x *= self.share.at(at + n);
            }
        }
    }
}
