//! Phaser: a chain of all-passes whose notches move.
//!
//! The stages are of first order, in the normalised ladder form (Gray and Markel, 1975) that
//! neither adds nor takes energy while its corner moves. What comes round again goes back into
//! the chain within the same sample, and past it, so that the whole stays an all-pass: half of
//! it and half of the dry sound cancel each other in the notches whatever the feedback.

use cultivar_patch::schema::{self, Stages};

use super::dip::Dip;
use super::insert::Effect;
use super::movement::{Movement, speed};
use super::ramp::Ramp;
use super::{TICK, flush, hertz, within};

/// Most stages.
const MOST: usize = 12;
/// Octaves that the notches move up and down at full depth.
const SWING: f32 = 2.0;
/// Power that counts as the least that feedback leaves of a broad sound.
const LEAST_POWER: f32 = 0.1;

/// Left and right.
type Pair = [f32; 2];

pub(super) struct Phaser {
    sample_rate: f32,
    movement: Movement,
    stages: Option<Stages>,
    dip: Dip,
    states: [Pair; MOST],
    /// What a stage passes on at once, by side.
    poles: [Ramp; 2],
    feedback: Ramp,
    dry: Ramp,
    wet: Ramp,
}

/// Seconds for what comes round again to fall by 60 dB.
pub(super) fn tail(values: &schema::Phaser<f32>) -> f32 {
    let lowest = corner(values, -1.0);
    let round = Stages::of(values.stages).count() as f32 / (std::f32::consts::PI * lowest);
    round * (1.0 + super::chorus::rounds(within(values.feedback, -0.95, 0.95)))
}

/// The corner of the stages in hertz, at a point of the movement.
fn corner(values: &schema::Phaser<f32>, at: f32) -> f32 {
    let octaves = SWING * within(values.depth, 0.0, 1.0) * at;
    hertz(within(values.centre, 30.0, 120.0)) * octaves.exp2()
}

/// Shares of the dry sound and the phased one: linear, so that half and half cancels, and made
/// up by two thirds of the decibels that a broad sound loses by it.
pub(super) fn shares(mix: f32, feedback: f32) -> (f32, f32) {
    let mix = within(mix, 0.0, 1.0);
    let power = 1.0 - 2.0 * mix * (1.0 - mix) * (1.0 + feedback);
    let level = power.max(LEAST_POWER).powf(-1.0 / 3.0);
    ((1.0 - mix) * level, mix * level)
}

impl Phaser {
    pub(super) fn new(sample_rate: f32) -> Self {
        Phaser {
            sample_rate,
            movement: Movement::default(),
            stages: None,
            dip: Dip::new(sample_rate),
            states: [[0.0; 2]; MOST],
            poles: Default::default(),
            feedback: Ramp::default(),
            dry: Ramp::default(),
            wet: Ramp::default(),
        }
    }

    #[inline(always)]
    fn run<const N: usize>(&mut self, at: usize, left: &mut [f32], right: &mut [f32]) {
        let mut states = [[0.0; 2]; N];
        states.copy_from_slice(&self.states[..N]);
        for (n, (l, r)) in left.iter_mut().zip(right.iter_mut()).enumerate() {
            let now = at + n;
            let x = [*l, *r];
            let pole: Pair = std::array::from_fn(|side| self.poles[side].at(now));
            let other = pole.map(|p| (1.0 - p * p).max(0.0).sqrt());
            // What the stages hear of themselves, and what share of the input they hear.
            let (mut own, mut share) = ([[0.0; 2]; N], [[0.0; 2]; N]);
            let (mut sum, mut product) = ([0.0; 2], [1.0; 2]);
            for k in 0..N {
                (own[k], share[k]) = (sum, product);
                for side in 0..2 {
                    sum[side] = pole[side] * sum[side] + other[side] * states[k][side];
                    product[side] *= pole[side];
                }
            }
            let feedback = self.feedback.at(now);
            let input: Pair = std::array::from_fn(|side| {
                (x[side] + feedback * sum[side]) / (1.0 - feedback * product[side])
            });
            for k in 0..N {
                for side in 0..2 {
                    let heard = own[k][side] + share[k][side] * input[side];
                    states[k][side] = other[side] * heard - pole[side] * states[k][side];
                }
            }
            let (dry, wet) = (self.dry.at(now), self.wet.at(now));
            let phased: Pair = std::array::from_fn(|side| {
                sum[side] + product[side] * input[side] - feedback * input[side]
            });
            *l = dry * x[0] + wet * phased[0];
            *r = dry * x[1] + wet * phased[1];
        }
        self.states[..N].copy_from_slice(&states);
    }
}

impl Effect for Phaser {
    type Values = schema::Phaser<f32>;

    fn aim(&mut self, values: &Self::Values, tempo: f32) {
        self.movement
            .step(speed(values.sync, values.rate, values.division, tempo), self.sample_rate);
        for (side, pole) in self.poles.iter_mut().enumerate() {
            let at = self.movement.at(side as f32 * values.stereo);
            let turns = (corner(values, at) / self.sample_rate).clamp(1e-5, 0.45);
            let g = (std::f32::consts::PI * turns).tan();
            pole.aim((g - 1.0) / (g + 1.0));
        }
        let wanted = Stages::of(values.stages);
        if self.stages != Some(wanted) && (self.stages.is_none() || self.dip.is_shut()) {
            self.stages = Some(wanted);
            self.states = [[0.0; 2]; MOST];
        }
        self.dip.aim(self.stages != Some(wanted));
        self.states.iter_mut().flatten().for_each(|state| *state = flush(*state));
        let feedback = within(values.feedback, -0.95, 0.95);
        let (dry, wet) = shares(within(values.mix, 0.0, 1.0) * self.dip.aimed(), feedback);
        self.feedback.aim(feedback);
        self.dry.aim(dry);
        self.wet.aim(wet);
    }

    #[inline(always)]
    fn process(&mut self, at: usize, left: &mut [f32], right: &mut [f32]) {
        match self.stages {
            Some(Stages::S2) => self.run::<2>(at, left, right),
            Some(Stages::S4) => self.run::<4>(at, left, right),
            Some(Stages::S6) => self.run::<6>(at, left, right),
            Some(Stages::S8) => self.run::<8>(at, left, right),
            Some(Stages::S12) => self.run::<12>(at, left, right),
            None => {}
        }
    }

    fn clear(&mut self) {
        self.movement.clear();
        self.stages = None;
        self.dip.clear();
        self.states = [[0.0; 2]; MOST];
        for ramp in self.poles.iter_mut().chain([&mut self.feedback, &mut self.dry, &mut self.wet])
        {
            ramp.clear();
        }
    }

    fn memory(&self) -> usize {
        TICK
    }
}
