//! Flanger: a comb that moves.
//!
//! A short delay whose rounds also go past it makes an all-pass (Schroeder 1962): with half of
//! the dry sound it is a comb whose notches are complete at any feedback, and whose peaks are
//! the narrower the more comes round.

use cultivar_patch::schema;

use super::insert::Effect;
use super::line::Line;
use super::movement::{Movement, speed};
use super::phaser::shares;
use super::ramp::Ramp;
use super::{TICK, flush, within};

/// Octaves that the delay moves up and down at full depth.
const SWING: f32 = 1.5;
/// Longest delay of the parameter, in seconds.
const LONGEST: f32 = 1.0 / 64.0;
/// Shortest delay in samples: the reading head needs some on both sides.
const SHORTEST: f32 = 3.01;
/// Least distance, in samples, at which the line can be read a tick at a time.
const NEAR: f32 = TICK as f32 + SHORTEST;

pub(super) struct Flanger {
    sample_rate: f32,
    movement: Movement,
    sides: [Side; 2],
    feedback: Ramp,
    dry: Ramp,
    wet: Ramp,
}

struct Side {
    line: Line,
    delay: Ramp,
}

/// Seconds for what comes round again to fall by 60 dB.
pub(super) fn tail(values: &schema::Flanger<f32>) -> f32 {
    delay(values, 1.0) * (1.0 + super::chorus::rounds(within(values.feedback, -0.95, 0.95)))
}

/// The delay in seconds, at a point of the movement.
fn delay(values: &schema::Flanger<f32>, at: f32) -> f32 {
    (within(values.delay, -13.0, -6.0) + SWING * within(values.depth, 0.0, 1.0) * at).exp2()
}

impl Flanger {
    pub(super) fn new(sample_rate: f32) -> Self {
        let longest = LONGEST * SWING.exp2() * sample_rate;
        let side = || Side { line: Line::new(longest as usize + 8), delay: Ramp::default() };
        Flanger {
            sample_rate,
            movement: Movement::default(),
            sides: [side(), side()],
            feedback: Ramp::default(),
            dry: Ramp::default(),
            wet: Ramp::default(),
        }
    }
}

impl Effect for Flanger {
    type Values = schema::Flanger<f32>;

    fn aim(&mut self, values: &Self::Values, tempo: f32) {
        self.movement
            .step(speed(values.sync, values.rate, values.division, tempo), self.sample_rate);
        for (k, side) in self.sides.iter_mut().enumerate() {
            let delay = delay(values, self.movement.at(k as f32 * values.stereo));
            let longest = side.line.longest() as f32 - SHORTEST;
            side.delay.aim(within(delay * self.sample_rate, SHORTEST, longest));
        }
        let feedback = within(values.feedback, -0.95, 0.95);
        let (dry, wet) = shares(values.mix, feedback);
        self.feedback.aim(feedback);
        self.dry.aim(dry);
        self.wet.aim(wet);
    }

    #[inline(always)]
    fn process(&mut self, at: usize, left: &mut [f32], right: &mut [f32]) {
        for (side, x) in self.sides.iter_mut().zip([left, right]) {
            let [from, to] = [side.delay.along(0.0), side.delay.aimed()];
            // A head nearer than a tick hears what is written during the tick.
            let step = if from.min(to) > NEAR { TICK } else { 1 };
            let (from, way) = (f64::from(from), f64::from(to) - f64::from(from));
            for (k, x) in x.chunks_mut(step).enumerate() {
                let at = at + k * step;
                let mut late = [0.0; TICK];
                let late = &mut late[..x.len()];
                for (n, y) in late.iter_mut().enumerate() {
                    let share = (at + n + 1) as f64 * (1.0 / TICK as f64);
                    *y = side.line.fine_tap(n, from + way * share);
                }
                let mut written = [0.0; TICK];
                let written = &mut written[..x.len()];
                for (n, (x, late)) in x.iter_mut().zip(late.iter()).enumerate() {
                    let feedback = self.feedback.at(at + n);
                    written[n] = flush(*x + feedback * late);
                    let moved = late - feedback * written[n];
                    *x = self.dry.at(at + n) * *x + self.wet.at(at + n) * moved;
                }
                side.line.extend(written);
            }
        }
    }

    fn clear(&mut self) {
        self.movement.clear();
        for side in &mut self.sides {
            side.line.clear();
            side.delay.clear();
        }
        for ramp in [&mut self.feedback, &mut self.dry, &mut self.wet] {
            ramp.clear();
        }
    }

    fn memory(&self) -> usize {
        self.sides[0].line.longest()
    }
}
