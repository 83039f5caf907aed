//! All of a voice that moves by itself: envelopes, LFOs, glide and fades.

use cultivar_patch::Patch;

use crate::envelope::{Envelope, Stage};
use crate::lfo::Oscillation;
use crate::sound::Sound;

/// Seconds in which a stolen or choked voice fades.
const FADE: f32 = 0.004;
/// Seconds in which held notes change to an auditioned sound.
const CROSSFADE: f32 = 0.03;

/// What has to be known of a moment to go on from it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Motion {
    pub(crate) env: [Envelope; 4],
    pub(crate) lfo: [Oscillation; 6],
    /// Semitones that the pitch is still away from the note, and seconds until it is there.
    pub(crate) glide: (f32, f32),
    /// Share of full loudness, and its change per second.
    fade: (f32, f32),
}

impl Motion {
    /// The moment a note begins.
    pub(crate) fn new() -> Self {
        Motion { fade: (1.0, 0.0), ..Motion::default() }
    }

    /// Envelopes and LFOs begin anew, envelopes from the level they have.
    pub(crate) fn restart(&mut self) {
        self.env.iter_mut().for_each(Envelope::start);
        self.lfo.iter_mut().for_each(Oscillation::start);
    }

    /// The key is let go.
    pub(crate) fn release(&mut self) {
        self.env.iter_mut().for_each(Envelope::release);
    }

    /// Fades out: quickly where the place is wanted, slowly where another voice comes in.
    pub(crate) fn leave(&mut self, slowly: bool) {
        self.fade.1 = -1.0 / if slowly { CROSSFADE } else { FADE };
    }

    /// Fades in, for a voice that leaves slowly.
    pub(crate) fn enter(&mut self) {
        self.fade = (0.0, 1.0 / CROSSFADE);
    }

    /// Lets `time` seconds pass.
    pub(crate) fn advance(&mut self, time: f32, patch: &Patch<f32>, sound: &Sound) {
        for (k, env) in self.env.iter_mut().enumerate() {
            if sound.uses_env(k) {
                env.advance(time, &patch.env[k]);
            }
        }
        for (k, lfo) in self.lfo.iter_mut().enumerate() {
            if sound.uses_lfo(k) {
                lfo.advance(time, &patch.lfo[k], &sound.curves[k], sound.tempo, sound.free[k]);
            }
        }
        let (away, left) = self.glide;
        self.glide = match left > time {
            true => (away * (1.0 - time / left), left - time),
            false => (0.0, 0.0),
        };
        let (share, pace) = self.fade;
        self.fade.0 = (share + pace * time).clamp(0.0, 1.0);
    }

    /// Amplitude of envelope and fades; two voices that change places are equally powerful
    /// throughout.
    pub(crate) fn level(&self) -> f32 {
        let faded = match self.fade.0 {
            1.0 => 1.0,
            share => (share * std::f32::consts::FRAC_PI_2).sin(),
        };
        self.env[0].level * faded
    }

    /// Whether nothing will sound any more.
    pub(crate) fn is_over(&self) -> bool {
        self.env[0].stage == Stage::Done || (self.fade.0 == 0.0 && self.fade.1 < 0.0)
    }
}
