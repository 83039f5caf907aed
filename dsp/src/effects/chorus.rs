//! Chorus: three moving copies per side.

use cultivar_patch::schema;

use super::insert::Effect;
use super::line::Line;
use super::ramp::{Block, Ramp};
use super::{TICK, blend, flush, within};

/// Copies per side.
const VOICES: usize = 3;
/// Where the copies lie around the delay.
const SPREAD: [f32; VOICES] = [1.0, 0.78, 1.27];
/// How far the delay moves at full depth, as a share of it.
const SWING: f32 = 0.75;
/// Least distance, in samples, at which a copy can be read a tick at a time.
const NEAR: f32 = TICK as f32 + 2.0;
/// Longest delay of the parameter, in seconds.
const LONGEST: f32 = 1.0 / 32.0;

pub(super) struct Chorus {
    sample_rate: f32,
    sides: [Side; 2],
    /// Turns of the movement.
    phase: f64,
    feedback: Ramp,
    dry: Ramp,
    wet: Ramp,
}

struct Side {
    line: Line,
    delays: [Ramp; VOICES],
    block: Block,
}

/// Seconds for the tail to fall by 60 dB.
pub(super) fn tail(values: &schema::Chorus<f32>) -> f32 {
    let delay = within(values.delay, -10.0, -5.0).exp2() * SPREAD[2] * (1.0 + SWING);
    delay * (1.0 + rounds(values.feedback))
}

/// Rounds through a loop until it has lost 60 dB.
pub(super) fn rounds(feedback: f32) -> f32 {
    let feedback = within(feedback.abs(), 0.0, 0.99);
    if feedback < 0.001 { 1.0 } else { 0.001f32.ln() / feedback.ln() }
}

impl Chorus {
    pub(super) fn new(sample_rate: f32) -> Self {
        let longest = LONGEST * SPREAD[2] * (1.0 + SWING) * sample_rate;
        let side = || Side {
            line: Line::new(longest as usize + 4),
            delays: Default::default(),
            block: Block::new(20.0, sample_rate),
        };
        Chorus {
            sample_rate,
            sides: [side(), side()],
            phase: 0.0,
            feedback: Ramp::default(),
            dry: Ramp::default(),
            wet: Ramp::default(),
        }
    }
}

impl Effect for Chorus {
    type Values = schema::Chorus<f32>;

    fn aim(&mut self, values: &Self::Values, _tempo: f32) {
        let rate = f64::from(within(values.rate, -5.0, 3.0)).exp2();
        self.phase = (self.phase + rate * TICK as f64 / f64::from(self.sample_rate)).fract();
        let delay = within(values.delay, -10.0, -5.0).exp2() * self.sample_rate;
        // Even steps of the knob are even steps of the depth that is heard.
        let swing = SWING * within(values.depth, 0.0, 1.0).powf(1.5);
        for (k, side) in self.sides.iter_mut().enumerate() {
            side.block.flush();
            for (v, aim) in side.delays.iter_mut().enumerate() {
                let turn = self.phase as f32 + (2 * v + k) as f32 / (2 * VOICES) as f32;
                let sine = (std::f32::consts::TAU * turn).sin();
                let longest = side.line.longest() as f32 - 3.0;
                aim.aim((delay * SPREAD[v] * (1.0 + swing * sine)).clamp(3.0, longest));
            }
        }
        let feedback = within(values.feedback, -0.95, 0.95);
        let (dry, wet) = blend(values.mix);
        self.feedback.aim(feedback);
        self.dry.aim(dry);
        // The copies add up by their power; rounds add less, for they come back as a mean.
        self.wet.aim(wet * ((1.0 - 0.5 * feedback * feedback) / VOICES as f32).sqrt());
    }

    #[inline(always)]
    fn process(&mut self, at: usize, left: &mut [f32], right: &mut [f32]) {
        for (side, x) in self.sides.iter_mut().zip([left, right]) {
            let ends = side.delays.map(|delay| (delay.along(0.0), delay.aimed()));
            // A copy nearer than a tick hears what is written during the tick.
            let step = if ends.iter().all(|(from, to)| from.min(*to) > NEAR) { TICK } else { 1 };
            for (k, x) in x.chunks_mut(step).enumerate() {
                let at = at + k * step;
                let mut sum = [0.0; TICK];
                let sum = &mut sum[..x.len()];
                for (from, to) in ends {
                    let mut copy = [0.0; TICK];
                    let copy = &mut copy[..x.len()];
                    side.line.read(at, from.into(), to.into(), copy);
                    sum.iter_mut().zip(copy).for_each(|(sum, y)| *sum += *y);
                }
                let mut written = [0.0; TICK];
                let written = &mut written[..x.len()];
                for (n, (x, sum)) in x.iter_mut().zip(sum).enumerate() {
                    let round = side.block.next(*sum) * (1.0 / VOICES as f32);
                    written[n] = flush(*x + self.feedback.at(at + n) * round);
                    *x = self.dry.at(at + n) * *x + self.wet.at(at + n) * *sum;
                }
                side.line.extend(written);
            }
        }
    }

    fn clear(&mut self) {
        for side in &mut self.sides {
            side.line.clear();
            side.block.clear();
            side.delays.iter_mut().for_each(Ramp::clear);
        }
        self.phase = 0.0;
        for ramp in [&mut self.feedback, &mut self.dry, &mut self.wet] {
            ramp.clear();
        }
    }

    fn memory(&self) -> usize {
        self.sides[0].line.longest()
    }
}
