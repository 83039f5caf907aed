//! An extracted patch in the making: which curve drives what.

use cultivar_patch::schema::{LfoMode, NO_TIME, Polarity, Source, To, ids};
use cultivar_patch::{Id, Origin, Preset};
use uuid::Uuid;

use super::curve::Polyline;
use crate::Target;

/// A preset with the low-frequency oscillators and routes used so far.
pub(crate) struct Draft {
    /// What is made.
    pub(crate) preset: Preset,
    lfos: usize,
    routes: usize,
}

impl Draft {
    /// A patch that sounds as long as its key is held, at one loudness for every velocity,
    /// with all sources off. Its identity is drawn from the target's hash and `name`.
    pub(crate) fn new(target: &Target, name: &str) -> Draft {
        let mut preset = Preset::init();
        preset.meta.uuid = identity(target, name);
        preset.meta.name = name.into();
        preset.meta.origin = Some(Origin {
            operator: "grow".into(),
            target: Some(target.hash.clone()),
            engine: env!("CARGO_PKG_VERSION").into(),
            ..Origin::default()
        });
        let patch = &mut preset.patch;
        patch.voice.velocity = 0.0;
        patch.master.level = 0.0;
        patch.osc[0].on = 0.0;
        for osc in &mut patch.osc {
            osc.level = 0.0;
            osc.to = To::Direct.value();
        }
        patch.noise.to = To::Direct.value();
        let amp = &mut patch.env[0];
        amp.attack = NO_TIME;
        amp.attack_curve = 1.0;
        amp.sustain = 1.0;
        amp.release = (0.06_f32).log2();
        Draft { preset, lfos: 0, routes: 0 }
    }

    /// Tunes oscillator `osc` so that the target's key plays `note`. Where that lies out of
    /// its reach it stays at the note whatever the key.
    pub(crate) fn tune(&mut self, target: &Target, osc: usize, note: f32) {
        let osc = &mut self.preset.patch.osc[osc];
        let mut above = note - f32::from(target.key());
        if above.abs() > 49.0 {
            osc.key = 0.0;
            above = note - 60.0;
        }
        osc.tune = above.round().clamp(-48.0, 48.0);
        osc.fine = (100.0 * (above - osc.tune)).clamp(-100.0, 100.0);
    }

    /// Whether another curve can be drawn.
    pub(crate) fn has_curve(&self) -> bool {
        self.lfos < self.preset.shapes.len() && self.has_route()
    }

    fn has_route(&self) -> bool {
        self.routes < self.preset.patch.route.len()
    }

    /// Makes `destination` follow `line`, whose steps are `hop` seconds: the parameter takes
    /// the lowest height, a one-shot oscillator draws the rest. A flat line takes neither.
    /// Gives the number of the oscillator.
    pub(crate) fn follow(&mut self, destination: Id, line: &Polyline, hop: f32) -> Option<usize> {
        let def = destination.def();
        let (low, high) = line.range();
        let (low, high) = (low.clamp(def.min, def.max), high.clamp(def.min, def.max));
        self.preset.patch[destination] = low;
        let flat = high - low < 1e-4 * def.span();
        if flat || !self.has_curve() {
            return None;
        }
        let lfo = self.lfos;
        self.lfos += 1;
        self.preset.shapes[lfo] = line.shape(low, high);
        let end = line.corners.last().map_or(1, |c| c.0).max(1) as f32 * hop;
        let settings = &mut self.preset.patch.lfo[lfo];
        settings.mode = LfoMode::Once.value();
        settings.polarity = Polarity::Unipolar.value();
        settings.rate = (-end.log2()).clamp(-6.0, 6.0);
        self.route(lfo, destination, (high - low) / def.span());
        Some(lfo)
    }

    /// Lets oscillator `lfo` drive one more destination by `amount` of its range.
    pub(crate) fn route(&mut self, lfo: usize, destination: Id, amount: f32) {
        const SOURCES: [Source; 6] =
            [Source::Lfo1, Source::Lfo2, Source::Lfo3, Source::Lfo4, Source::Lfo5, Source::Lfo6];
        if let Some(route) = self.preset.patch.route.get_mut(self.routes) {
            route.source = SOURCES[lfo.min(5)].value();
            route.destination = destination.as_destination();
            route.amount = amount.clamp(-1.0, 1.0);
            self.routes += 1;
        }
    }

    /// Sets the loudness of the whole so that an oscillator at 0 dB that plays frames of RMS
    /// `rms` comes out at `level` decibels.
    pub(crate) fn loudness(&mut self, level: f32, rms: f32) {
        let def = ids().master.level.def();
        self.preset.patch.master.level = (level - 20.0 * rms.log10()).clamp(def.min, def.max);
    }
}

/// A uuid (version 8) that is the same for the same target and name.
fn identity(target: &Target, name: &str) -> Uuid {
    let mut number = 0xcbf2_9ce4_8422_2325_cbf2_9ce4_8422_2325_u128;
    for byte in target.hash.bytes().chain(name.bytes()) {
        number = (number ^ u128::from(byte)).wrapping_mul(0x0100_0000_0000_0000_0000_013b);
    }
    uuid::Builder::from_custom_bytes(number.to_be_bytes()).into_uuid()
}
