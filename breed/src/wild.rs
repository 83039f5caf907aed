//! Random patches that make sense: every module in its usual place, always audible.

use cultivar_dsp::factory;
use cultivar_patch::schema::{
    BandShape, Bands, Filters, From, LfoMode, Model, Source, Spectral, Stack, Stages, Wander, Warp,
    ids,
};
use cultivar_patch::{Clip, Id, Point, Preset, Shape, Table};

use crate::Rng;

/// A random patch.
pub fn preset(rng: &mut Rng) -> Preset {
    let mut preset = Preset::init();
    preset.meta.name = "Wild".into();
    oscillators(&mut preset, rng);
    noise(&mut preset, rng);
    filters(&mut preset, rng);
    envelopes(&mut preset, rng);
    movement(&mut preset, rng);
    effects(&mut preset, rng);
    sample(&mut preset, rng);
    for (k, value) in preset.patch.leaves_mut().iter_mut().enumerate() {
        *value = Id(k as u16).def().legal(*value);
    }
    preset
}

/// A factory table.
pub(crate) fn table(rng: &mut Rng) -> Table {
    Table::Factory(rng.pick(factory::names()).copied().unwrap_or("saw").into())
}

fn oscillators(preset: &mut Preset, rng: &mut Rng) {
    let tunes = [0.0, 0.0, 0.0, 0.0, -12.0, 12.0, 12.0, 7.0, 19.0, -24.0, 24.0];
    for k in 0..3 {
        preset.tables[k] = table(rng);
        let osc = &mut preset.patch.osc[k];
        osc.on = f32::from(rng.chance([1.0, 0.45, 0.15][k]));
        osc.position = if rng.chance(0.3) { 0.0 } else { rng.unit() };
        osc.level = rng.between(-18.0, 0.0);
        osc.pan = if rng.chance(0.8) { 0.0 } else { rng.between(-0.7, 0.7) };
        if k > 0 {
            osc.tune = rng.pick(&tunes).copied().unwrap_or_default();
            osc.fine = 4.0 * rng.normal();
        }
        if rng.chance(0.3) {
            osc.voices = (2 + rng.below(7)) as f32;
            osc.detune = rng.between(4.0, 40.0);
            osc.scatter = 1.0;
            if rng.chance(0.2) {
                osc.stack = rng.below(Stack::OPTIONS.len()) as f32;
            }
        }
        if rng.chance(0.3) {
            osc.warp = rng.below(Warp::OPTIONS.len()) as f32;
            osc.bend = rng.unit().powi(2);
            osc.from = if rng.chance(0.6) { 0.0 } else { rng.below(From::OPTIONS.len()) as f32 };
        }
        if rng.chance(0.15) {
            osc.spectral = rng.below(Spectral::OPTIONS.len()) as f32;
            osc.morph = rng.between(-1.0, 1.0);
        }
    }
}

fn noise(preset: &mut Preset, rng: &mut Rng) {
    let patch = &mut preset.patch;
    patch.noise.on = f32::from(rng.chance(0.25));
    patch.noise.level = rng.between(-45.0, -8.0);
    patch.noise.colour = rng.between(-8.0, 4.0);
    patch.noise.to = rng.below(4) as f32;
    for band in &mut patch.band {
        band.on = f32::from(rng.chance(0.06));
        band.level = rng.between(-40.0, 0.0);
        band.centre = rng.between(50.0, 125.0);
        band.width = rng.between(0.2, 3.0);
    }
}

/// Seldom a recording: a short noise at the beginning of a note, or a loop under it.
fn sample(preset: &mut Preset, rng: &mut Rng) {
    let sample = &mut preset.patch.sample;
    sample.on = f32::from(rng.chance(0.08));
    sample.level = rng.between(-30.0, -6.0);
    sample.key = f32::from(rng.chance(0.6));
    sample.looped = f32::from(rng.chance(0.25));
    sample.to = rng.below(4) as f32;
    if let Some(id) = rng.pick(factory::recordings::names()) {
        preset.clip = Clip::Factory((*id).into());
    }
}

fn filters(preset: &mut Preset, rng: &mut Rng) {
    const MODELS: [Model; 19] = [
        Model::Low12,
        Model::Low12,
        Model::Low24,
        Model::Low24,
        Model::Low24,
        Model::Band12,
        Model::Band24,
        Model::High12,
        Model::High24,
        Model::Notch12,
        Model::Morph12,
        Model::Morph24,
        Model::Ladder,
        Model::Diode,
        Model::CombPlus,
        Model::CombMinus,
        Model::Vowel,
        Model::Phaser,
        Model::Dirty,
    ];
    for (k, filter) in preset.patch.filter.iter_mut().enumerate() {
        filter.on = f32::from(rng.chance([0.65, 0.12][k]));
        filter.model = rng.pick(&MODELS).copied().unwrap_or(Model::Low12).value();
        let middle = match Model::of(filter.model) {
            Model::High12 | Model::High24 => 55.0,
            Model::Band12 | Model::Band24 => 80.0,
            _ => 92.0,
        };
        filter.cutoff = middle + 16.0 * rng.normal();
        filter.resonance = 0.8 * rng.unit().powi(2);
        filter.morph = rng.unit();
        filter.drive = if rng.chance(0.75) { 0.0 } else { rng.between(0.0, 18.0) };
        filter.key = rng.pick(&[0.0, 0.0, 0.5, 1.0]).copied().unwrap_or_default();
    }
    preset.patch.voice.filters = match rng.unit() {
        part if part < 0.27 => Filters::Parallel.value(),
        part if part < 0.32 => Filters::Split.value(),
        _ => Filters::Serial.value(),
    };
}

fn envelopes(preset: &mut Preset, rng: &mut Rng) {
    for env in &mut preset.patch.env {
        env.attack =
            if rng.chance(0.6) { rng.between(-11.0, -7.0) } else { rng.between(-7.0, -1.0) };
        env.decay = rng.between(-4.0, 2.0);
        env.sustain = if rng.chance(0.45) { 0.0 } else { rng.unit() };
        env.release = rng.between(-5.0, 0.5);
        env.decay_curve = rng.between(0.2, 0.8);
        env.release_curve = rng.between(0.2, 0.8);
    }
    // A short decay to nothing is a click: the amplifier lets it be heard.
    let amplifier = &mut preset.patch.env[0];
    if amplifier.sustain == 0.0 {
        amplifier.decay = amplifier.decay.max(-2.5);
    }
}

/// Routes as they are usual: an envelope on the filter, on the table, slow and fast movement.
fn movement(preset: &mut Preset, rng: &mut Rng) {
    let ids = ids();
    for lfo in &mut preset.patch.lfo {
        lfo.rate = rng.between(-2.0, 3.3);
        lfo.mode = rng.below(LfoMode::OPTIONS.len()) as f32;
        lfo.fade = if rng.chance(0.6) { lfo.fade } else { rng.between(-3.0, 1.0) };
        lfo.hold = rng.unit();
    }
    for random in &mut preset.patch.random {
        random.shape = rng.below(Wander::OPTIONS.len()) as f32;
        random.rate = rng.between(-1.0, 4.0);
    }
    for shape in &mut preset.shapes {
        if rng.chance(0.4) {
            let count = 2 + rng.below(6);
            let points = (0..=count).map(|k| Point {
                x: k as f32 / count as f32,
                y: rng.unit(),
                bow: 0.3 * rng.normal(),
            });
            *shape = Shape::new(points.collect::<Vec<_>>());
        }
    }
    let osc = ids.osc[rng.below(2)];
    let usual = [
        (0.45, Source::Env2, ids.filter[0].cutoff, rng.between(-0.15, 0.5)),
        (0.30, Source::Env3, osc.position, rng.between(-0.8, 0.8)),
        (0.15, Source::Lfo1, osc.fine, rng.between(0.02, 0.2)),
        (0.20, Source::Lfo2, osc.position, rng.between(-0.5, 0.5)),
        (0.15, Source::Lfo3, ids.filter[0].cutoff, rng.between(-0.2, 0.2)),
        (0.10, Source::Lfo4, osc.level, rng.between(0.02, 0.15)),
        (0.06, Source::Random1, osc.fine, rng.between(0.02, 0.15)),
        (0.08, Source::Random2, ids.filter[0].cutoff, rng.between(-0.2, 0.2)),
        (0.10, Source::Env3, osc.morph, rng.between(-0.8, 0.8)),
        (0.15, Source::Env4, osc.bend, rng.between(-0.8, 0.8)),
        (0.08, Source::Env4, osc.tune, rng.between(-0.2, 0.2)),
        (0.12, Source::Env3, ids.noise.level, rng.between(0.2, 0.6)),
        (0.20, Source::Velocity, ids.filter[0].cutoff, rng.between(0.0, 0.2)),
        (0.10, Source::Key, ids.filter[0].cutoff, rng.between(0.0, 0.3)),
        (0.10, Source::Macro1, ids.filter[0].cutoff, rng.between(-0.4, 0.4)),
    ];
    let mut slots = preset.patch.route.iter_mut();
    for (chance, source, to, amount) in usual {
        if rng.chance(chance) {
            let Some(route) = slots.next() else { break };
            route.source = source.value();
            route.destination = to.as_destination();
            route.amount = amount;
        }
    }
}

fn effects(preset: &mut Preset, rng: &mut Rng) {
    let patch = &mut preset.patch;
    patch.distortion.on = f32::from(rng.chance(0.12));
    patch.distortion.curve = rng.below(4) as f32;
    patch.distortion.drive = rng.between(3.0, 30.0);
    patch.distortion.mix = rng.between(0.3, 1.0);
    patch.fx_filter.on = f32::from(rng.chance(0.05));
    patch.fx_filter.cutoff = 84.0 + 14.0 * rng.normal();
    patch.fx_filter.resonance = 0.7 * rng.unit().powi(2);
    patch.phaser.on = f32::from(rng.chance(0.07));
    patch.phaser.rate = rng.between(-3.0, 1.0);
    patch.phaser.depth = rng.unit();
    patch.phaser.centre = rng.between(60.0, 96.0);
    patch.phaser.stages = rng.below(Stages::OPTIONS.len()) as f32;
    patch.phaser.feedback = rng.between(-0.7, 0.8);
    patch.flanger.on = f32::from(rng.chance(0.05));
    patch.flanger.rate = rng.between(-4.0, 0.0);
    patch.flanger.depth = rng.unit();
    patch.flanger.delay = rng.between(-11.0, -7.5);
    patch.flanger.feedback = rng.between(-0.8, 0.8);
    patch.chorus.on = f32::from(rng.chance(0.2));
    patch.chorus.rate = rng.between(-3.0, 1.0);
    patch.chorus.depth = rng.between(0.1, 0.8);
    patch.chorus.mix = rng.between(0.2, 0.6);
    patch.eq.on = f32::from(rng.chance(0.1));
    for (k, band) in patch.eq_band.iter_mut().enumerate() {
        if rng.chance(0.4) {
            band.shape = rng.below(BandShape::OPTIONS.len()) as f32;
        }
        band.frequency = [45.0, 76.0, 108.0][k] + 10.0 * rng.normal();
        band.gain = 7.0 * rng.normal();
        band.width = rng.between(0.3, 2.5);
    }
    patch.compressor.on = f32::from(rng.chance(0.08));
    patch.compressor.bands = rng.below(Bands::OPTIONS.len()) as f32;
    patch.compressor.threshold = rng.between(-40.0, -12.0);
    patch.compressor.ratio = rng.unit();
    patch.compressor.lift = 0.7 * rng.unit().powi(2);
    patch.compressor.release = rng.between(-5.0, -1.5);
    patch.delay.on = f32::from(rng.chance(0.1));
    patch.delay.time = rng.between(-4.0, -0.5);
    patch.delay.mix = rng.between(0.1, 0.4);
    patch.reverb.on = f32::from(rng.chance(0.25));
    patch.reverb.size = rng.unit();
    patch.reverb.decay = rng.between(-1.5, 2.5);
    patch.reverb.mix = rng.between(0.05, 0.5);
}
