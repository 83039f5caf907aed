//! The effects after the voices: distortion, chorus, delay, reverb, level.

mod chorus;
mod curves;
mod delay;
mod distortion;
mod insert;
mod line;
mod oversample;
mod ramp;
mod reverb;

use cultivar_patch::Patch;
use cultivar_patch::schema::SILENCE_DB;

use crate::arc::Arc;
use crate::math::Span;
use chorus::Chorus;
use delay::Delay;
use distortion::Distortion;
use insert::Insert;
use reverb::Reverb;

/// Samples between two controls.
pub const TICK: usize = 32;

/// Loudest sample let in: +36 dBFS. All loops below are stable for bounded input, so nothing
/// that is not a number can come out.
const CEILING: f32 = 64.0;

/// All effects in their order, then the master level.
pub struct Chain {
    distortion: Insert<Distortion>,
    chorus: Insert<Chorus>,
    delay: Insert<Delay>,
    reverb: Insert<Reverb>,
    level: Arc,
    /// The level has nowhere to come from.
    fresh: bool,
    at: usize,
}

impl Chain {
    /// A silent chain at a sampling rate in hertz, with memory for its longest times.
    pub fn new(sample_rate: f32) -> Self {
        Chain {
            distortion: Insert::new(sample_rate, Distortion::new(sample_rate)),
            chorus: Insert::new(sample_rate, Chorus::new(sample_rate)),
            delay: Insert::new(sample_rate, Delay::new(sample_rate)),
            reverb: Insert::new(sample_rate, Reverb::new(sample_rate)),
            level: Arc::default(),
            fresh: true,
            at: 0,
        }
    }

    /// Silence, as if new.
    pub fn reset(&mut self) {
        self.distortion.reset();
        self.chorus.reset();
        self.delay.reset();
        self.reverb.reset();
        self.fresh = true;
        self.at = 0;
    }

    /// Aims at the values of `patch`, to be reached [`TICK`] samples from now. To be called at
    /// every point of the control grid, before the samples that follow it are rendered. `tempo`
    /// is in beats per minute.
    pub fn control(&mut self, patch: &Patch<f32>, tempo: f32) {
        self.distortion.control(patch.distortion.on > 0.5, &patch.distortion, tempo);
        self.chorus.control(patch.chorus.on > 0.5, &patch.chorus, tempo);
        self.delay.control(patch.delay.on > 0.5, &patch.delay, tempo);
        self.reverb.control(patch.reverb.on > 0.5, &patch.reverb, tempo);
        let level = gain(patch.master.level);
        if std::mem::take(&mut self.fresh) {
            self.level = Arc::still(level);
        }
        self.level.aim(&Span::WHOLE, level);
        self.at = 0;
    }

    /// Takes the voices in and leaves the finished sound, in place. Both sides are equally
    /// long; a segment ends at the next point of the control grid or anywhere before it, which
    /// changes nothing in the sound.
    pub fn render(&mut self, left: &mut [f32], right: &mut [f32]) {
        left.iter_mut().chain(right.iter_mut()).for_each(|x| {
            let number = if x.is_nan() { 0.0 } else { *x };
            *x = number.clamp(-CEILING, CEILING);
        });
        self.distortion.render(left, right);
        self.chorus.render(left, right);
        self.delay.render(left, right);
        self.reverb.render(left, right);
        self.level.scale(self.at + 1, left);
        self.level.scale(self.at + 1, right);
        self.at += left.len();
    }

    /// Whether nothing sounds on: as long as silence goes in, silence comes out, and neither
    /// `control` nor `render` need be called.
    pub fn silent(&self) -> bool {
        self.distortion.silent()
            && self.chorus.silent()
            && self.delay.silent()
            && self.reverb.silent()
    }

    /// How long, in seconds, the effects of `patch` sound on after the voices have ended, until
    /// they have fallen by 60 dB. `tempo` is in beats per minute.
    pub fn tail_seconds(patch: &Patch<f32>, tempo: f32) -> f32 {
        let tail = |on: f32, mix: f32, seconds: f32| {
            if on > 0.5 && mix > 0.0 { seconds } else { 0.0 }
        };
        tail(patch.distortion.on, 1.0, distortion::TAIL)
            + tail(patch.chorus.on, patch.chorus.mix, chorus::tail(&patch.chorus))
            + tail(patch.delay.on, patch.delay.mix, delay::tail(&patch.delay, tempo))
            + tail(patch.reverb.on, patch.reverb.mix, reverb::tail(&patch.reverb))
    }
}

/// The factor of a level in decibels; the least level is silence.
fn gain(decibels: f32) -> f32 {
    if decibels > SILENCE_DB { 10f32.powf(decibels.min(48.0) / 20.0) } else { 0.0 }
}

/// The frequency in hertz of a pitch as MIDI note number.
fn hertz(note: f32) -> f32 {
    440.0 * ((note - 69.0) / 12.0).exp2()
}

/// `value` within `least` and `greatest`; `least` where it is not a number.
fn within(value: f32, least: f32, greatest: f32) -> f32 {
    value.max(least).min(greatest)
}

/// Gains of dry and wet sound of equal summed power; exactly (1, 0) and (0, 1) at the ends.
fn blend(mix: f32) -> (f32, f32) {
    let mix = within(mix, 0.0, 1.0);
    let turn = std::f32::consts::FRAC_PI_2 * mix;
    if mix < 1.0 { (turn.cos(), turn.sin()) } else { (0.0, 1.0) }
}

/// Zero in place of a number so small that processors slow down on it.
fn flush(x: f32) -> f32 {
    if x.abs() < 1e-15 { 0.0 } else { x }
}

#[cfg(test)]
mod tests;
