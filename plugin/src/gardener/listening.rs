//! What the player hears of a plot: the target, its nodes, the one that keys play.

use std::time::Duration;

use cultivar_breed::Target;
use cultivar_dsp::{Note, Studio};
use cultivar_patch::Preset;

use super::bed::Chosen;
use super::plot::Plot;
use crate::clip::Clip;

/// Longest preview in seconds.
const PREVIEW: f32 = 3.0;
/// Seconds in which a preview that is cut short fades.
const FADE: f32 = 0.05;
/// Gain of a preview: 6 dB down.
const SOFT: f32 = 0.5;
/// Sample rate of previews where there is no engine to ask.
const RATE: f32 = 48_000.0;

impl Plot {
    /// Makes a node the one that keys play.
    pub(super) fn select(&mut self, strand: usize, node: usize) {
        let Some(bed) = &mut self.bed else { return };
        let Some(found) = bed.node(strand, node) else { return };
        let preset = self.kept.put_into(&found.preset);
        bed.chosen = Some(Chosen { strand, tries: found.tries });
        self.shared.instrument.try_out(&preset);
    }

    /// Plays a note of the chosen node as long as the target's.
    pub(super) fn audition(&mut self) {
        let (Some(preset), Some(sample)) = (self.chosen_preset(), &self.sample) else { return };
        let note = sample.target.played();
        let key = note.key as u8;
        if !self.shared.instrument.is_trying_out() {
            self.shared.instrument.try_out(&preset);
        }
        let outlet = &self.shared.instrument.outlet;
        outlet.end_clip();
        self.struck.strike(outlet, key, Duration::from_secs_f32(note.gate.min(30.0)));
    }

    /// Plays the beginning of a node softly, beside whatever sounds.
    pub(super) fn preview(&self, strand: usize, node: usize) {
        let (Some(bed), Some(sample)) = (&self.bed, &self.sample) else { return };
        let Some(found) = bed.node(strand, node) else { return };
        self.play_softly(&self.kept.put_into(&found.preset), &sample.target.played());
    }

    /// Plays the beginning of a note of a preset softly, beside whatever sounds.
    pub(super) fn play_softly(&self, preset: &Preset, note: &Note) {
        let rate = Some(self.shared.instrument.rate()).filter(|rate| *rate > 0.0).unwrap_or(RATE);
        let frames = (note.length.min(PREVIEW) * rate) as usize;
        let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
        Studio::new(rate).render(preset, note, &mut left, &mut right);
        let fade = (FADE * rate) as usize;
        let mono = left.iter().zip(&right).enumerate().map(|(k, (l, r))| {
            let end = ((frames - k) as f32 / fade as f32).min(1.0);
            0.5 * SOFT * end * (l + r)
        });
        self.shared.instrument.outlet.play(Clip::new(mono.collect(), rate));
    }

    /// Plays the target, as loud as the player wants it.
    pub(super) fn play_target(&self) {
        if let Some(sample) = &self.sample {
            let Target { samples, rate, .. } = &*sample.target;
            let gain = 10.0_f32.powf(self.target_gain / 20.0);
            let samples = samples.iter().map(|sample| gain * sample).collect();
            self.shared.instrument.outlet.play(Clip::new(samples, *rate));
        }
    }
}
