//! An effect in the chain: faded at its switch, asleep while nothing sounds.

use super::TICK;
use super::ramp::Ramp;
use crate::math::peak;

/// What differs between effects.
pub(super) trait Effect {
    /// Its parameters.
    type Values;
    /// Aims at values to be reached a tick later, or at once after a clear.
    fn aim(&mut self, values: &Self::Values, tempo: f32);
    /// Turns dry sound into the effect's, from sample `at` of the tick on.
    fn process(&mut self, at: usize, left: &mut [f32], right: &mut [f32]);
    /// Forgets all sound.
    fn clear(&mut self);
    /// For how many samples a sound can be inside without being heard.
    fn memory(&self) -> usize;
}

/// Length of the fade at the switch, in seconds.
const FADE: f32 = 0.01;
/// Output below this is silence (−120 dBFS).
const SILENT: f32 = 1e-6;
/// Input counts as sound from that much below the output's limit on.
const SENSITIVITY: f32 = 100.0;

pub(super) struct Insert<E> {
    effect: E,
    /// Whether it takes part at all: it is on, or still fading.
    running: bool,
    /// Whether its memory is known to be empty.
    asleep: bool,
    /// Whether any control has come since the reset.
    begun: bool,
    fade: Ramp,
    fade_step: f32,
    at: usize,
    loudest: f32,
    quiet: usize,
}

impl<E: Effect> Insert<E> {
    pub(super) fn new(sample_rate: f32, effect: E) -> Self {
        Insert {
            effect,
            running: false,
            asleep: true,
            begun: false,
            fade: Ramp::default(),
            fade_step: TICK as f32 / (FADE * sample_rate),
            at: 0,
            loudest: 0.0,
            quiet: 0,
        }
    }

    pub(super) fn reset(&mut self) {
        self.sleep();
        self.running = false;
        self.begun = false;
        self.fade.clear();
        self.at = 0;
    }

    fn sleep(&mut self) {
        if !self.asleep || self.running {
            self.effect.clear();
        }
        self.asleep = true;
        self.loudest = 0.0;
        self.quiet = 0;
    }

    pub(super) fn control(&mut self, on: bool, values: &E::Values, tempo: f32) {
        let begun = std::mem::replace(&mut self.begun, true);
        self.at = 0;
        if !on && (!self.running || self.fade.aimed() <= 0.0) {
            if self.running {
                self.sleep();
                self.running = false;
            }
            return;
        }
        if !self.running {
            self.running = true;
            self.fade.clear();
            // Nothing to fade from at the very beginning.
            self.fade.aim(if begun { 0.0 } else { 1.0 });
        }
        let step = if on { self.fade_step } else { -self.fade_step };
        self.fade.aim((self.fade.aimed() + step).clamp(0.0, 1.0));
        if !self.asleep {
            self.quiet = if self.loudest < SILENT { self.quiet + TICK } else { 0 };
            self.loudest = 0.0;
            if self.quiet > self.effect.memory() + TICK {
                self.sleep();
            }
        }
        self.effect.aim(values, tempo);
    }

    #[inline(always)]
    pub(super) fn render(&mut self, left: &mut [f32], right: &mut [f32]) {
        let at = self.at;
        self.at += left.len();
        if !self.running {
            return;
        }
        let input = peak(left).max(peak(right));
        if self.asleep {
            if input == 0.0 {
                return;
            }
            self.asleep = false;
        }
        if self.fade.along(0.0) < 1.0 || self.fade.aimed() < 1.0 {
            self.process_faded(at, left, right);
        } else {
            self.effect.process(at, left, right);
        }
        let output = peak(left).max(peak(right));
        self.loudest = self.loudest.max(output).max(input * SENSITIVITY);
    }

    #[inline(always)]
    fn process_faded(&mut self, at: usize, left: &mut [f32], right: &mut [f32]) {
        let length = left.len();
        let mut dry = [[0.0; TICK]; 2];
        dry[0][..length].copy_from_slice(left);
        dry[1][..length].copy_from_slice(right);
        // What goes in fades too: what is kept inside must not begin or end with an edge.
        for (n, (l, r)) in left.iter_mut().zip(right.iter_mut()).enumerate() {
            let fade = self.fade.at(at + n);
            *l *= fade;
            *r *= fade;
        }
        self.effect.process(at, left, right);
        for (wet, dry) in [left, right].into_iter().zip(&dry) {
            for (n, (y, x)) in wet.iter_mut().zip(dry).enumerate() {
                // What the effect changes fades, so that without a share it changes nothing.
                let fade = self.fade.at(at + n);
                *y = x + fade * (*y - fade * x);
            }
        }
    }

    /// Whether it takes part: it is on, or still fading.
    pub(super) fn is_running(&self) -> bool {
        self.running
    }

    pub(super) fn silent(&self) -> bool {
        !self.running || self.asleep
    }
}
