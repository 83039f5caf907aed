//! All of a voice that moves by itself: envelopes, LFOs, random movement, glide and fades.

use cultivar_patch::Patch;

use crate::envelope::{Envelope, Stage};
use crate::lfo::{Cue, Oscillation};
use crate::math::hash;
use crate::random::Walk;
use crate::sound::Sound;

/// Seconds in which a stolen or choked voice fades.
const FADE: f32 = 0.004;
/// Seconds in which held notes change to an auditioned sound.
const CROSSFADE: f32 = 0.03;

/// What has to be known of a moment to go on from it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Motion {
    pub(crate) env: [Envelope; 4],
    pub(crate) lfo: [Oscillation; 6],
    pub(crate) random: [Walk; 2],
    /// Semitones of the key above middle C.
    pub(crate) above: f32,
    /// Whether it moves what the right ear hears.
    pub(crate) right: bool,
    /// Semitones that the pitch is still away from the note, and seconds until it is there.
    pub(crate) glide: (f32, f32),
    /// Share of full loudness, and its change per second.
    fade: (f32, f32),
}

impl Motion {
    /// The moment a note begins; `seed` draws its random movement.
    pub(crate) fn new(seed: u32) -> Self {
        Motion { fade: (1.0, 0.0), random: walks(seed), ..Motion::default() }
    }

    /// All begins anew, envelopes from the level they have.
    pub(crate) fn restart(&mut self, seed: u32) {
        self.env.iter_mut().for_each(Envelope::start);
        self.lfo.iter_mut().for_each(Oscillation::start);
        self.random = walks(seed);
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
        let held = !matches!(self.env[0].stage, Stage::Release | Stage::Done);
        let cue = Cue { above: self.above, held, right: self.right, tempo: sound.tempo };
        for (k, lfo) in self.lfo.iter_mut().enumerate() {
            if sound.uses_lfo(k) {
                lfo.advance(time, &patch.lfo[k], &sound.curves[k], &cue, sound.free[k]);
            }
        }
        for (k, walk) in self.random.iter_mut().enumerate() {
            if !sound.uses_random(k) {
                continue;
            }
            match patch.random[k].shared >= 0.5 {
                true => walk.value = sound.walks[k].value,
                false => walk.advance(time, &patch.random[k], sound.tempo),
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

/// The random movement of a note.
fn walks(seed: u32) -> [Walk; 2] {
    [14, 15].map(|k| Walk::new(hash(seed ^ k)))
}
