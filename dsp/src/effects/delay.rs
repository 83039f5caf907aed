//! Stereo delay with a toned, guarded loop.

use cultivar_patch::schema::{self, Division, Sync};

use super::chorus::rounds;
use super::insert::Effect;
use super::line::{Head, Line};
use super::ramp::{Block, Ramp, Tone};
use super::{TICK, blend, flush, within};

/// Longest time between echoes in seconds; a tempo that asks for more gets a half, a quarter
/// and so on of it.
const LONGEST: f64 = 8.0;
/// Slowest tempo, in beats per minute.
const SLOWEST: f32 = 10.0;

pub(super) struct Delay {
    sample_rate: f32,
    head: Head,
    sides: [Side; 2],
    feedback: Ramp,
    cross: Ramp,
    dry: Ramp,
    wet: Ramp,
}

struct Side {
    line: Line,
    tone: Tone,
    block: Block,
}

/// Seconds between echoes.
fn time(values: &schema::Delay<f32>, tempo: f32) -> f64 {
    let mut seconds = match Sync::of(values.sync) {
        Sync::Time => f64::from(within(values.time, -9.0, 1.0)).exp2(),
        Sync::Tempo => {
            let tempo = within(tempo, SLOWEST, 1e4);
            60.0 / f64::from(tempo) * f64::from(Division::of(values.division).beats())
        }
    };
    while seconds > LONGEST {
        seconds *= 0.5;
    }
    seconds
}

/// Seconds for the echoes to fall by 60 dB.
pub(super) fn tail(values: &schema::Delay<f32>, tempo: f32) -> f32 {
    time(values, tempo) as f32 * (1.0 + rounds(values.feedback))
}

impl Delay {
    pub(super) fn new(sample_rate: f32) -> Self {
        let side = || Side {
            line: Line::new((LONGEST * f64::from(sample_rate)) as usize + TICK),
            tone: Tone::default(),
            block: Block::new(12.0, sample_rate),
        };
        Delay {
            sample_rate,
            head: Head::default(),
            sides: [side(), side()],
            feedback: Ramp::default(),
            cross: Ramp::default(),
            dry: Ramp::default(),
            wet: Ramp::default(),
        }
    }
}

impl Effect for Delay {
    type Values = schema::Delay<f32>;

    fn aim(&mut self, values: &Self::Values, tempo: f32) {
        self.head.aim(time(values, tempo) * f64::from(self.sample_rate));
        for side in &mut self.sides {
            side.tone.aim(values.tone, self.sample_rate);
            side.block.flush();
        }
        let (dry, wet) = blend(values.mix);
        self.feedback.aim(within(values.feedback, 0.0, 0.98));
        self.cross.aim(within(values.cross, 0.0, 1.0));
        self.dry.aim(dry);
        self.wet.aim(wet);
    }

    #[inline(always)]
    fn process(&mut self, at: usize, left: &mut [f32], right: &mut [f32]) {
        let length = left.len();
        let mut echoes = [[0.0; TICK]; 2];
        for (side, echo) in self.sides.iter_mut().zip(&mut echoes) {
            self.head.read(&side.line, at, &mut echo[..length]);
            for (k, y) in echo[..length].iter_mut().enumerate() {
                *y = side.block.next(side.tone.next(at + k, *y));
            }
        }
        let mut written = [[0.0; TICK]; 2];
        for k in 0..length {
            let now = at + k;
            let (cross, feedback) = (self.cross.at(now), self.feedback.at(now));
            let (l, r) = (left[k], right[k]);
            let rounds = [echoes[0][k], echoes[1][k]].map(|echo| guard(feedback * echo));
            // All that comes in starts on the left and changes sides at every round.
            written[0][k] = flush(l + cross * 0.5 * (r - l) + swap(rounds[0], rounds[1], cross));
            written[1][k] = flush((1.0 - cross) * r + swap(rounds[1], rounds[0], cross));
            let (dry, wet) = (self.dry.at(now), self.wet.at(now));
            left[k] = dry * l + wet * echoes[0][k];
            right[k] = dry * r + wet * echoes[1][k];
        }
        for (side, block) in self.sides.iter_mut().zip(&written) {
            side.line.extend(&block[..length]);
        }
    }

    fn clear(&mut self) {
        for side in &mut self.sides {
            side.line.clear();
            side.tone.clear();
            side.block.clear();
        }
        self.head.clear();
        for ramp in [&mut self.feedback, &mut self.cross, &mut self.dry, &mut self.wet] {
            ramp.clear();
        }
    }

    fn memory(&self) -> usize {
        self.head.distance() + 2 * TICK
    }
}

#[inline(always)]
fn swap(own: f32, other: f32, cross: f32) -> f32 {
    own + cross * (other - own)
}

/// Straight up to ±1, then ever flatter towards ±3: repeats pile up softly.
#[inline(always)]
fn guard(x: f32) -> f32 {
    let over = (x.abs() - 1.0).max(0.0);
    (x.abs() - over + over / (1.0 + 0.5 * over)).copysign(x)
}
