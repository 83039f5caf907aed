//! A movement to and fro, counted in seconds or in beats of the song.

use cultivar_patch::schema::{Division, Sync};

use super::{TICK, within};

/// Where a movement is, in turns.
#[derive(Default)]
pub(super) struct Movement {
    turns: f64,
}

/// Turns per second; `rate` is the binary logarithm of those of a movement that counts seconds,
/// `division` the beats of one turn of a movement that counts beats of `tempo` per minute.
pub(super) fn speed(sync: f32, rate: f32, division: f32, tempo: f32) -> f32 {
    match Sync::of(sync) {
        Sync::Time => within(rate, -5.0, 3.0).exp2(),
        Sync::Tempo => within(tempo, 10.0, 1000.0) / (60.0 * Division::of(division).beats()),
    }
}

impl Movement {
    pub(super) fn clear(&mut self) {
        self.turns = 0.0;
    }

    /// Goes on by a tick.
    pub(super) fn step(&mut self, speed: f32, sample_rate: f32) {
        let turns = f64::from(speed) * TICK as f64 / f64::from(sample_rate);
        self.turns = (self.turns + turns).fract();
    }

    /// Where it is between −1 and 1, `ahead` turns later; it begins in the middle.
    pub(super) fn at(&self, ahead: f32) -> f32 {
        (std::f32::consts::TAU * (self.turns as f32 + within(ahead, 0.0, 1.0))).sin()
    }
}
