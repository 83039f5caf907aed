//! The effects after the voices: nine that take turns, then the level.

mod chorus;
mod compressor;
mod crossover;
mod curves;
mod delay;
mod dip;
mod distortion;
mod eq;
mod filter;
mod flanger;
mod insert;
mod line;
mod movement;
mod oversample;
mod phaser;
mod ramp;
mod response;
mod reverb;
mod turns;

use cultivar_patch::Patch;
use cultivar_patch::schema::SILENCE_DB;

use crate::arc::Arc;
use crate::isa::Isa;
use crate::math::Span;
use chorus::Chorus;
use compressor::Compressor;
use delay::Delay;
use distortion::Distortion;
use eq::Eq;
use filter::Filter;
use flanger::Flanger;
use insert::Insert;
use phaser::Phaser;
use reverb::Reverb;
use turns::{Slot, Turns};

/// Samples between two controls.
pub const TICK: usize = 32;

/// Loudest sample let in: +36 dBFS. All loops below are stable for bounded input, so nothing
/// that is not a number can come out.
const CEILING: f32 = 64.0;

/// All effects, in the order of their places, then the master level.
pub struct Chain {
    distortion: Insert<Distortion>,
    filter: Insert<Filter>,
    phaser: Insert<Phaser>,
    flanger: Insert<Flanger>,
    chorus: Insert<Chorus>,
    eq: Insert<Eq>,
    compressor: Insert<Compressor>,
    delay: Insert<Delay>,
    reverb: Insert<Reverb>,
    turns: Turns,
    level: Arc,
    /// The master level in decibels, and its factor.
    known: (f32, f32),
    /// The level has nowhere to come from.
    fresh: bool,
    at: usize,
    lanes: Isa,
}

impl Chain {
    /// A silent chain at a sampling rate in hertz, with memory for its longest times.
    pub fn new(sample_rate: f32) -> Self {
        Chain {
            distortion: Insert::new(sample_rate, Distortion::new(sample_rate)),
            filter: Insert::new(sample_rate, Filter::new(sample_rate)),
            phaser: Insert::new(sample_rate, Phaser::new(sample_rate)),
            flanger: Insert::new(sample_rate, Flanger::new(sample_rate)),
            chorus: Insert::new(sample_rate, Chorus::new(sample_rate)),
            eq: Insert::new(sample_rate, Eq::new(sample_rate)),
            compressor: Insert::new(sample_rate, Compressor::new(sample_rate)),
            delay: Insert::new(sample_rate, Delay::new(sample_rate)),
            reverb: Insert::new(sample_rate, Reverb::new(sample_rate)),
            turns: Turns::new(sample_rate),
            level: Arc::default(),
            known: (f32::NAN, 0.0),
            fresh: true,
            at: 0,
            lanes: Isa::detect(),
        }
    }

    /// Silence, as if new.
    pub fn reset(&mut self) {
        self.distortion.reset();
        self.filter.reset();
        self.phaser.reset();
        self.flanger.reset();
        self.chorus.reset();
        self.eq.reset();
        self.compressor.reset();
        self.delay.reset();
        self.reverb.reset();
        self.turns.clear();
        self.fresh = true;
        self.at = 0;
    }

    /// Aims at the values of `patch`, to be reached [`TICK`] samples from now. To be called at
    /// every point of the control grid, before the samples that follow it are rendered. `tempo`
    /// is in beats per minute.
    pub fn control(&mut self, patch: &Patch<f32>, tempo: f32) {
        // Nothing that is off has anything to be told, but for the first time.
        if self.fresh || !self.turns.is_empty() || patch.effects().iter().any(|e| *e.on > 0.5) {
            self.control_all(patch, tempo);
        }
        if self.known.0 != patch.master.level {
            self.known = (patch.master.level, gain(patch.master.level));
        }
        let level = self.known.1;
        if std::mem::take(&mut self.fresh) {
            self.level = Arc::still(level);
        }
        self.level.aim(&Span::WHOLE, level);
        self.at = 0;
    }

    fn control_all(&mut self, patch: &Patch<f32>, tempo: f32) {
        let silent = self.silent();
        self.turns.aim(patch.effects().map(|effect| *effect.place), silent);
        self.distortion.control(patch.distortion.on > 0.5, &patch.distortion, tempo);
        self.filter.control(patch.fx_filter.on > 0.5, &patch.fx_filter, tempo);
        self.phaser.control(patch.phaser.on > 0.5, &patch.phaser, tempo);
        self.flanger.control(patch.flanger.on > 0.5, &patch.flanger, tempo);
        self.chorus.control(patch.chorus.on > 0.5, &patch.chorus, tempo);
        self.eq.control(patch.eq.on > 0.5, patch, tempo);
        self.compressor.control(patch.compressor.on > 0.5, &patch.compressor, tempo);
        self.delay.control(patch.delay.on > 0.5, &patch.delay, tempo);
        self.reverb.control(patch.reverb.on > 0.5, &patch.reverb, tempo);
        let running = [
            self.distortion.is_running(),
            self.filter.is_running(),
            self.phaser.is_running(),
            self.flanger.is_running(),
            self.chorus.is_running(),
            self.eq.is_running(),
            self.compressor.is_running(),
            self.delay.is_running(),
            self.reverb.is_running(),
        ];
        self.turns.gather(|slot| running[slot as usize]);
    }

    /// Takes the voices in and leaves the finished sound, in place. Both sides are equally
    /// long; a segment ends at the next point of the control grid or anywhere before it, which
    /// changes nothing in the sound.
    pub fn render(&mut self, left: &mut [f32], right: &mut [f32]) {
        match self.lanes {
            Isa::Plain => self.take_turns(left, right),
            // SAFETY: `detect` has seen the instructions.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => unsafe { avx2(self, left, right) },
            // SAFETY: `detect` has seen the instructions.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => unsafe { avx512(self, left, right) },
        }
    }

    #[inline(always)]
    fn take_turns(&mut self, left: &mut [f32], right: &mut [f32]) {
        for x in left.iter_mut() {
            *x = bounded(*x);
        }
        for x in right.iter_mut() {
            *x = bounded(*x);
        }
        let mut turn = 0;
        while let Some(slot) = self.turns.turn(turn) {
            self.turns.soften(self.at, left, right);
            match slot {
                Slot::Distortion => self.distortion.render(left, right),
                Slot::Filter => self.filter.render(left, right),
                Slot::Phaser => self.phaser.render(left, right),
                Slot::Flanger => self.flanger.render(left, right),
                Slot::Chorus => self.chorus.render(left, right),
                Slot::Eq => self.eq.render(left, right),
                Slot::Compressor => self.compressor.render(left, right),
                Slot::Delay => self.delay.render(left, right),
                Slot::Reverb => self.reverb.render(left, right),
            }
            turn += 1;
        }
        self.turns.soften(self.at, left, right);
        self.level.scale(self.at + 1, left);
        self.level.scale(self.at + 1, right);
        self.at += left.len();
    }

    /// Whether nothing sounds on: as long as silence goes in, silence comes out, and neither
    /// `control` nor `render` need be called.
    pub fn silent(&self) -> bool {
        // Whoever takes no part is asleep.
        !self.turns.has_any()
            || self.distortion.silent()
                && self.filter.silent()
                && self.phaser.silent()
                && self.flanger.silent()
                && self.chorus.silent()
                && self.eq.silent()
                && self.compressor.silent()
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
            + tail(patch.fx_filter.on, patch.fx_filter.mix, filter::tail(&patch.fx_filter))
            + tail(patch.phaser.on, patch.phaser.mix, phaser::tail(&patch.phaser))
            + tail(patch.flanger.on, patch.flanger.mix, flanger::tail(&patch.flanger))
            + tail(patch.chorus.on, patch.chorus.mix, chorus::tail(&patch.chorus))
            + tail(patch.eq.on, patch.eq.mix, eq::tail(patch))
            + tail(patch.compressor.on, 1.0, compressor::tail(&patch.compressor))
            + tail(patch.delay.on, patch.delay.mix, delay::tail(&patch.delay, tempo))
            + tail(patch.reverb.on, patch.reverb.mix, reverb::tail(&patch.reverb))
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn avx2(chain: &mut Chain, left: &mut [f32], right: &mut [f32]) {
    chain.take_turns(left, right);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
fn avx512(chain: &mut Chain, left: &mut [f32], right: &mut [f32]) {
    chain.take_turns(left, right);
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

/// What the effects can bear of a sample.
#[inline(always)]
fn bounded(x: f32) -> f32 {
    let number = if x.is_nan() { 0.0 } else { x };
    number.clamp(-CEILING, CEILING)
}

/// Zero in place of a number so small that processors slow down on it.
#[inline(always)]
fn flush(x: f32) -> f32 {
    if x.abs() < 1e-15 { 0.0 } else { x }
}

#[cfg(test)]
mod tests;
