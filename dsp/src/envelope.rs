//! An envelope: delay, attack, hold, decay, sustain, release.

use cultivar_patch::{bowed, schema::Env};

use crate::math::seconds;

/// Shortest attack and release in seconds: a jump would click.
const SOFT: f32 = 0.001;

/// Where an envelope is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// Waits before the attack.
    #[default]
    Delay,
    /// Rises to its peak.
    Attack,
    /// Stays at its peak.
    Hold,
    /// Falls to its sustain.
    Decay,
    /// Stays while the key is held.
    Sustain,
    /// Falls to nothing.
    Release,
    /// Has ended.
    Done,
}

/// The state of one envelope of one voice. Within a stage it is a function of the time since
/// the stage began, so it comes out the same in steps of any length.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Envelope {
    pub(crate) stage: Stage,
    /// How much of the stage has passed, 0 to 1.
    pub(crate) progress: f32,
    /// Level at which the attack or release began.
    from: f32,
    /// Level now, 0 to 1.
    pub(crate) level: f32,
}

impl Envelope {
    /// Begins anew, from the level it has.
    pub(crate) fn start(&mut self) {
        *self = Envelope { from: self.level, level: self.level, ..Envelope::default() };
    }

    /// The key is let go.
    pub(crate) fn release(&mut self) {
        if !matches!(self.stage, Stage::Release | Stage::Done) {
            self.enter(Stage::Release);
        }
    }

    fn enter(&mut self, stage: Stage) {
        self.stage = stage;
        self.progress = 0.0;
        self.from = self.level;
    }

    /// Lets `time` seconds pass.
    pub(crate) fn advance(&mut self, mut time: f32, env: &Env<f32>) {
        loop {
            let length = match self.stage {
                Stage::Delay => seconds(env.delay),
                Stage::Attack => seconds(env.attack).max(SOFT),
                Stage::Hold => seconds(env.hold),
                Stage::Decay => seconds(env.decay),
                Stage::Release => seconds(env.release).max(SOFT),
                Stage::Sustain | Stage::Done => break,
            };
            let left = (1.0 - self.progress) * length;
            if time < left {
                self.progress += time / length;
                break;
            }
            time -= left;
            self.level = self.at_end(env);
            self.enter(match self.stage {
                Stage::Delay => Stage::Attack,
                Stage::Attack => Stage::Hold,
                Stage::Hold => Stage::Decay,
                Stage::Decay => Stage::Sustain,
                _ => Stage::Done,
            });
        }
        self.level = self.now(env);
    }

    fn at_end(&self, env: &Env<f32>) -> f32 {
        match self.stage {
            Stage::Delay => self.from,
            Stage::Attack | Stage::Hold => 1.0,
            Stage::Decay | Stage::Sustain => env.sustain,
            Stage::Release | Stage::Done => 0.0,
        }
    }

    fn now(&self, env: &Env<f32>) -> f32 {
        let bow = |curve| bowed(self.progress, curve);
        match self.stage {
            Stage::Delay => self.from,
            Stage::Attack => self.from + (1.0 - self.from) * bow(env.attack_curve),
            Stage::Hold => 1.0,
            Stage::Decay => 1.0 + (env.sustain - 1.0) * bow(env.decay_curve),
            Stage::Sustain => env.sustain,
            Stage::Release => self.from * (1.0 - bow(env.release_curve)),
            Stage::Done => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cultivar_patch::Patch;

    fn env() -> Env<f32> {
        Env {
            delay: -4.0,
            attack: -3.0,
            hold: -5.0,
            decay: -2.0,
            sustain: 0.25,
            release: -3.0,
            attack_curve: 0.3,
            decay_curve: 0.6,
            release_curve: -0.4,
        }
    }

    #[test]
    fn stages_take_their_times() {
        let env = env();
        let mut e = Envelope::default();
        let mut at = |time: f32| {
            e.advance(time, &env);
            (e.stage, e.level)
        };
        assert_eq!(at(1.0 / 16.0 - 1e-4), (Stage::Delay, 0.0));
        assert_eq!(at(0.01).0, Stage::Attack);
        let (stage, level) = at(0.125 - 0.01);
        assert_eq!(stage, Stage::Attack);
        assert!(level > 0.99, "{level}");
        assert_eq!(at(0.01), (Stage::Hold, 1.0));
        assert_eq!(at(0.0312).0, Stage::Decay);
        assert_eq!(at(0.25), (Stage::Sustain, 0.25));
        e.release();
        e.advance(0.1249, &env);
        assert!(e.stage == Stage::Release && e.level < 0.01, "{}", e.level);
        e.advance(0.001, &env);
        assert_eq!((e.stage, e.level), (Stage::Done, 0.0));
    }

    #[test]
    fn steps_of_any_length_agree() {
        let env = env();
        let (mut coarse, mut fine) = (Envelope::default(), Envelope::default());
        for _ in 0..40 {
            coarse.advance(0.013, &env);
            (0..13).for_each(|_| fine.advance(0.001, &env));
            assert!((coarse.level - fine.level).abs() < 1e-3);
        }
    }

    #[test]
    fn a_new_start_goes_on_from_the_level() {
        let env = Patch::<f32>::default().env[0];
        let mut e = Envelope::default();
        e.advance(0.5, &env);
        let before = e.level;
        e.start();
        e.advance(0.0, &env);
        assert!((e.level - before).abs() < 1e-6);
    }
}
