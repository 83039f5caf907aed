//! A scene for every parameter and every option of the schema, each on a stage that shows it.

use std::sync::Arc;

use cultivar_dsp::{Event, Which};
use cultivar_patch::schema::{
    self, Bands, Filters, From, LfoMode, Mode, Model, Polarity, Source, Spectral, To, Warp,
};
use cultivar_patch::{Def, Id, Kind, Partner, Preset, Table, defs};

use crate::scene::Scene;

/// The first module of every kind as it stands on its stage, and with each of its parameters
/// moved; choices through all their options. A new parameter is there by itself.
pub(crate) fn scenes() -> Vec<Scene> {
    let mut scenes: Vec<Scene> = Vec::new();
    for id in ids() {
        let module = id.def().id.rsplit_once('.').map_or("", |(module, _)| module);
        if !scenes.iter().any(|scene| scene.name == module) {
            scenes.push(scene(module.to_owned(), stage(id), id.def()));
        }
        scenes.extend(values(id).into_iter().map(|value| moved(id, value)));
    }
    scenes
}

/// The parameters of the first module of every kind.
pub(crate) fn ids() -> impl Iterator<Item = Id> {
    let all = (0..defs().len()).map(|at| Id(at as u16));
    let number = |id: &Id| id.def().id.split('.').find_map(|part| part.parse::<u32>().ok());
    all.filter(move |id| number(id).is_none_or(|number| number == 1))
}

/// The stage of a parameter, and the same with the parameter at `value`.
pub(crate) fn moved(id: Id, value: f32) -> Scene {
    let (def, mut preset) = (id.def(), stage(id));
    preset.patch[id] = value;
    scene(format!("{} = {}", def.id, def.text(value)), preset, def)
}

/// The scene before the parameter is moved.
pub(crate) fn still(id: Id) -> Scene {
    scene(id.def().id.clone(), stage(id), id.def())
}

/// The values of a parameter that are worth a scene.
pub(crate) fn values(id: Id) -> Vec<f32> {
    let (def, here) = (id.def(), stage(id).patch[id]);
    match def.kind {
        Kind::Real => vec![def.at(if def.position(here) < 0.5 { 0.75 } else { 0.25 })],
        Kind::Whole => vec![def.legal(if here > def.min { def.min } else { def.min + 3.0 })],
        Kind::Switch => vec![1.0 - here],
        Kind::Choice(options) => (0..options.len()).map(|option| option as f32).collect(),
        Kind::Destination => vec![schema::ids().osc[0].pan.as_destination()],
    }
}

fn scene(name: String, preset: Preset, def: &Def) -> Scene {
    let any = Which::channel(0);
    let gestures = if ["route", "voice", "macro"].iter().any(|stem| def.id.starts_with(stem)) {
        vec![
            (0.0, Event::Wheel(any, 0.6)),
            (0.0, Event::Pressure(any, 0.5)),
            (0.0, Event::Slide(any, 0.5)),
            (0.0, Event::Bend(any, -0.25)),
            (0.3, Event::On(Which::key(0, 55), 0.4)),
            (0.55, Event::Off(Which::key(0, 55))),
        ]
    } else {
        Vec::new()
    };
    Scene { name, preset, key: 48, gate: 0.75, gestures }
}

/// A patch on which this parameter is heard, and as little else as can be.
fn stage(id: Id) -> Preset {
    let mut preset = Preset::init();
    let patch = &mut preset.patch;
    let all = schema::ids();
    match id.def().id.split('.').next().unwrap_or_default() {
        "osc" => oscillator(&mut preset, id),
        "noise" => {
            (patch.osc[0].on, patch.noise.on) = (0.0, 1.0);
            if id == all.noise.to {
                two_filters(&mut preset);
            }
        }
        "band" => {
            (patch.osc[0].on, patch.noise.on, patch.band[0].on) = (0.0, 1.0, 1.0);
            patch.noise.level = -40.0;
        }
        "sample" => {
            (patch.osc[0].on, patch.sample.on) = (0.0, 1.0);
            if id == all.sample.to {
                two_filters(&mut preset);
            }
        }
        "filter" => {
            filter(&mut preset);
            preset.patch.filter[0].morph = 0.4;
            if id == all.filter[0].morph {
                preset.patch.filter[0].model = Model::Morph12.value();
            }
        }
        "env" => {
            let env = &mut patch.env[0];
            (env.delay, env.attack, env.hold, env.decay) = (-5.0, -3.5, -4.0, -2.5);
            (env.sustain, env.release) = (0.4, -2.5);
        }
        "lfo" => lfo(&mut preset, id),
        "random" => {
            filter(&mut preset);
            preset.patch.random[0].rate = 3.0;
            preset.patch.random[0].sync = f32::from(id == all.random[0].division);
            route(&mut preset, 0, Source::Random1, all.filter[0].cutoff, 0.25);
        }
        "macro" => {
            filter(&mut preset);
            route(&mut preset, 0, Source::Macro1, all.filter[0].cutoff, 0.4);
        }
        "route" => sources(&mut preset),
        "morph" => {
            let mut other = Preset::init();
            filter(&mut other);
            other.tables[0] = Table::Factory("square".into());
            preset.partner = Some(Arc::new(Partner::new(other, Vec::new())));
        }
        "voice" => {
            two_filters(&mut preset);
            let patch = &mut preset.patch;
            patch.env[0].decay = -2.0;
            patch.env[0].sustain = 0.2;
            if id == all.voice.glide {
                patch.voice.mode = Mode::Mono.value();
            }
        }
        stem => effect(&mut preset, id, stem),
    }
    if all.effects().iter().any(|effect| *effect.place == id) {
        turns(&mut preset, id);
    }
    preset
}

fn lfo(preset: &mut Preset, id: Id) {
    let all = schema::ids();
    filter(preset);
    let lfo = &mut preset.patch.lfo[0];
    (lfo.rate, lfo.delay, lfo.fade) = (1.6, -6.0, -4.0);
    route(preset, 0, Source::Lfo1, all.filter[0].cutoff, 0.25);
    if id == all.lfo[0].division {
        preset.patch.lfo[0].sync = 1.0;
    }
    if id == all.lfo[0].mode {
        preset.patch.lfo[0].phase = 0.3;
        preset.patch.lfo[0].rate = 0.4;
        preset.patch.lfo[0].hold = 0.6;
    }
    if id == all.lfo[0].hold {
        preset.patch.lfo[0].mode = LfoMode::Sustain.value();
    }
    if id == all.lfo[0].polarity {
        preset.patch.lfo[0].mode = LfoMode::Note.value();
        preset.patch.lfo[0].polarity = Polarity::Bipolar.value();
    }
}

/// An effect that is heard.
fn effect(preset: &mut Preset, id: Id, stem: &str) {
    let (patch, all) = (&mut preset.patch, schema::ids());
    match stem {
        "distortion" => patch.distortion.on = 1.0,
        "fx_filter" => {
            let fx = &mut patch.fx_filter;
            (fx.on, fx.model) = (1.0, Model::Low24.value());
            (fx.cutoff, fx.resonance, fx.morph) = (72.0, 0.4, 0.4);
            if id == all.fx_filter.morph {
                fx.model = Model::Morph12.value();
            }
        }
        "phaser" => {
            (patch.phaser.on, patch.phaser.rate) = (1.0, 2.3);
            patch.phaser.sync = f32::from(id == all.phaser.division);
        }
        "flanger" => {
            (patch.flanger.on, patch.flanger.rate) = (1.0, 2.3);
            patch.flanger.sync = f32::from(id == all.flanger.division);
        }
        "chorus" => patch.chorus.on = 1.0,
        "eq" | "eq_band" => {
            patch.eq.on = 1.0;
            patch.eq_band.iter_mut().for_each(|band| band.gain = 9.0);
        }
        "compressor" => {
            patch.compressor.on = 1.0;
            if id == all.compressor.lift {
                patch.osc[0].level = -36.0;
            }
            let bands = [all.compressor.low, all.compressor.mid, all.compressor.high];
            if bands.contains(&id) {
                patch.compressor.bands = Bands::Three.value();
            }
        }
        "delay" => {
            (patch.delay.on, patch.delay.time, patch.delay.mix) = (1.0, -3.0, 0.5);
            patch.delay.sync = f32::from(id == all.delay.division);
        }
        "reverb" => (patch.reverb.on, patch.reverb.mix) = (1.0, 0.5),
        _ => (),
    }
}

/// Effects whose order is heard: what stands before a distortion is bent by it.
fn turns(preset: &mut Preset, id: Id) {
    let patch = &mut preset.patch;
    (patch.distortion.on, patch.distortion.drive) = (1.0, 30.0);
    (patch.fx_filter.on, patch.fx_filter.cutoff) = (1.0, 72.0);
    if id != schema::ids().distortion.place {
        patch.distortion.place = 2.0;
    }
}

fn oscillator(preset: &mut Preset, id: Id) {
    let osc = &schema::ids().osc[0];
    if id == osc.to {
        return two_filters(preset);
    }
    preset.tables[0] = Table::Factory("pwm".into());
    let patch = &mut preset.patch;
    patch.osc[0].position = 0.3;
    patch.osc[0].phase = 0.1;
    if [osc.detune, osc.curve, osc.stack, osc.spread, osc.blend].contains(&id) {
        patch.osc[0].voices = 5.0;
    }
    if [osc.warp, osc.bend].contains(&id) {
        patch.osc[0].warp = Warp::Bend.value();
        patch.osc[0].bend = 0.6;
        (patch.osc[1].on, patch.osc[1].level, patch.osc[1].tune) = (1.0, -30.0, 7.0);
    }
    if id == osc.from {
        (patch.osc[0].warp, patch.osc[0].bend) = (Warp::Fm.value(), 0.4);
        // The next oscillator is the second.
        patch.osc[0].from = From::Noise.value();
        (patch.osc[1].on, patch.osc[1].level, patch.osc[1].tune) = (1.0, -30.0, 7.0);
    }
    if [osc.spectral, osc.morph].contains(&id) {
        (patch.osc[0].spectral, patch.osc[0].morph) = (Spectral::Tilt.value(), -0.5);
    }
}

fn filter(preset: &mut Preset) {
    let filter = &mut preset.patch.filter[0];
    (filter.on, filter.model) = (1.0, Model::Low24.value());
    (filter.cutoff, filter.resonance) = (72.0, 0.4);
}

/// A low-pass and a high-pass, with the oscillator in both.
fn two_filters(preset: &mut Preset) {
    filter(preset);
    let patch = &mut preset.patch;
    (patch.filter[1].on, patch.filter[1].model) = (1.0, Model::High24.value());
    patch.filter[1].cutoff = 84.0;
    patch.osc[0].to = To::Both.value();
    patch.voice.filters = Filters::Parallel.value();
}

fn route(preset: &mut Preset, slot: usize, source: Source, destination: Id, amount: f32) {
    let route = &mut preset.patch.route[slot];
    (route.source, route.amount) = (source.value(), amount);
    route.destination = destination.as_destination();
}

/// Every source at some height of its own, the first route on the cutoff.
fn sources(preset: &mut Preset) {
    filter(preset);
    let patch = &mut preset.patch;
    for (k, env) in patch.env.iter_mut().enumerate().skip(1) {
        (env.decay, env.sustain) = (-3.0 + k as f32, 0.25 * k as f32);
    }
    for (k, lfo) in patch.lfo.iter_mut().enumerate() {
        lfo.rate = 0.5 * k as f32;
    }
    for (k, knob) in patch.macros.iter_mut().enumerate() {
        knob.value = 0.1 * (k + 1) as f32;
    }
    route(preset, 0, Source::Env2, schema::ids().filter[0].cutoff, 0.3);
}
