//! A patch with everything on, and a performance that touches everything.

use std::sync::Arc;

use cultivar_breed::genome::clocks;
use cultivar_dsp::{Engine, Event, Sound, Timed, Which};
use cultivar_patch::schema::{
    Bands, Filters, LfoMode, Mode, Model, Polarity, Source, Spectral, To, Warp, ids,
};
use cultivar_patch::{Id, Partner, Preset, Table};

pub(crate) const RATE: f32 = 48_000.0;
/// Length of the performance in samples.
pub(crate) const LENGTH: usize = 57_600;

/// All oscillators, noise, bands, filters and effects on, every source routed somewhere.
pub(crate) fn everything() -> Preset {
    let mut preset = Preset::init();
    let patch = &mut preset.patch;
    for (k, osc) in patch.osc.iter_mut().enumerate() {
        osc.on = 1.0;
        osc.voices = 3.0;
        osc.position = 0.3;
        osc.level = -18.0;
        osc.warp = Warp::Bend.value();
        osc.bend = 0.2;
        osc.morph = 0.4;
        osc.scatter = 0.3;
        osc.to = [To::Filter1, To::Both, To::Direct][k].value();
    }
    patch.noise.on = 1.0;
    patch.noise.level = -30.0;
    patch.noise.to = To::Direct.value();
    for band in &mut patch.band {
        band.on = 1.0;
        band.level = -24.0;
    }
    (patch.sample.on, patch.sample.level) = (1.0, -18.0);
    for filter in &mut patch.filter {
        filter.on = 1.0;
        filter.drive = 6.0;
        filter.cutoff = 84.0;
        filter.mix = 0.6;
    }
    patch.voice.filters = Filters::Serial.value();
    for env in &mut patch.env {
        env.delay = -7.0;
        env.attack = -5.0;
        env.hold = -5.0;
        env.decay = -3.0;
        env.sustain = 0.5;
        env.release = -3.0;
    }
    for lfo in &mut patch.lfo {
        lfo.rate = 2.0;
        lfo.delay = -6.0;
        lfo.fade = -4.0;
    }
    // Another pace than that of beats.
    patch.random.iter_mut().for_each(|random| random.rate = 3.3);
    patch.distortion.on = 1.0;
    (patch.fx_filter.on, patch.fx_filter.mix) = (1.0, 0.5);
    patch.phaser.on = 1.0;
    patch.flanger.on = 1.0;
    patch.chorus.on = 1.0;
    patch.eq.on = 1.0;
    patch.eq_band.iter_mut().for_each(|band| band.gain = 6.0);
    patch.compressor.on = 1.0;
    patch.delay.on = 1.0;
    patch.delay.time = -4.0;
    patch.reverb.on = 1.0;
    route_every_source(&mut preset);
    preset.tables = ["pwm", "vowels", "fm_bell"].map(|name| {
        let known = cultivar_dsp::factory::names().contains(&name);
        let fallback = cultivar_dsp::factory::names()[4];
        Table::Factory(if known { name } else { fallback }.into())
    });
    preset
}

fn route_every_source(preset: &mut Preset) {
    let ids = ids();
    let wanted = [
        (Source::Env2, ids.filter[0].cutoff),
        (Source::Env3, ids.osc[0].position),
        (Source::Env4, ids.filter[1].cutoff),
        (Source::Lfo1, ids.osc[0].fine),
        (Source::Lfo2, ids.osc[1].pan),
        (Source::Lfo3, ids.osc[2].level),
        (Source::Lfo4, ids.band[0].level),
        (Source::Lfo5, ids.filter[0].resonance),
        (Source::Lfo6, ids.osc[1].position),
        (Source::Macro1, ids.osc[0].level),
        (Source::Macro2, ids.osc[1].level),
        (Source::Macro3, ids.osc[2].pan),
        (Source::Macro4, ids.filter[0].mix),
        (Source::Macro5, ids.filter[1].mix),
        (Source::Macro6, ids.noise.level),
        (Source::Macro7, ids.band[1].level),
        (Source::Macro8, ids.reverb.mix),
        (Source::Velocity, ids.filter[0].cutoff),
        (Source::Key, ids.filter[1].cutoff),
        (Source::Random, ids.osc[0].pan),
        (Source::Wheel, ids.osc[1].fine),
        (Source::Pressure, ids.osc[2].fine),
        (Source::Slide, ids.filter[0].drive),
        (Source::Bend, ids.osc[0].position),
        (Source::Random1, ids.osc[2].position),
        (Source::Random2, ids.osc[1].detune),
        (Source::Lift, ids.filter[1].resonance),
    ];
    for (slot, (source, destination)) in wanted.into_iter().enumerate() {
        let route = &mut preset.patch.route[slot];
        route.source = source.value();
        route.destination = destination.as_destination();
        route.amount = 0.2;
    }
    // The rest share a source whose height is never at an end, so that each curve counts.
    for route in &mut preset.patch.route[wanted.len()..] {
        route.source = Source::Env1.value();
        route.destination = ids.osc[0].detune.as_destination();
        route.amount = 0.05;
    }
    preset.patch.macros.iter_mut().for_each(|knob| knob.value = 0.4);
}

/// What else must hold so that a parameter can be heard at all.
pub(crate) fn prepare(preset: &mut Preset, id: Id) {
    let (ids, patch) = (ids(), &mut preset.patch);
    for (sync, _, division) in clocks() {
        if id == division {
            patch[sync] = 1.0;
        }
    }
    for (k, osc) in ids.osc.iter().enumerate() {
        if id == osc.curve {
            patch.osc[k].voices = 5.0;
        }
        if id == osc.from {
            patch.osc[k].warp = Warp::Fm.value();
        }
        if id == osc.morph {
            patch.osc[k].spectral = Spectral::Tilt.value();
        }
    }
    for (k, filter) in ids.filter.iter().enumerate() {
        if id == filter.morph {
            patch.filter[k].model = Model::Morph12.value();
        }
    }
    if id == ids.fx_filter.place {
        // Of equal turns the distortion's is first.
        patch.distortion.place = 2.0;
    }
    if id == ids.fx_filter.morph {
        patch.fx_filter.model = Model::Morph12.value();
    }
    if [ids.compressor.low, ids.compressor.mid, ids.compressor.high].contains(&id) {
        patch.compressor.bands = Bands::Three.value();
    }
    for (k, lfo) in ids.lfo.iter().enumerate() {
        if id == lfo.hold {
            patch.lfo[k].mode = LfoMode::Sustain.value();
        }
        if id == lfo.mode {
            patch.lfo[k].hold = 0.4;
        }
        if id == lfo.polarity {
            patch.lfo[k].mode = LfoMode::Note.value();
            patch.lfo[k].polarity = Polarity::Bipolar.value();
        }
    }
    if id == ids.morph.position {
        preset.partner = Some(Arc::new(Partner::new(Preset::init(), Vec::new())));
    }
    if id == ids.voice.glide {
        patch.voice.mode = Mode::Mono.value();
    }
}

/// Notes that overlap, bend, swell and end; all of it within [`LENGTH`].
pub(crate) fn performance() -> Vec<Timed> {
    let all = Which::channel(0);
    let note = |key| Which { id: i32::from(key), channel: 0, key };
    vec![
        Timed { at: 100, event: Event::Wheel(all, 0.6) },
        Timed { at: 200, event: Event::On(note(48), 0.7) },
        Timed { at: 4_000, event: Event::Slide(all, 0.5) },
        Timed { at: 9_000, event: Event::On(note(55), 0.9) },
        Timed { at: 12_001, event: Event::Bend(all, 0.5) },
        Timed { at: 15_000, event: Event::Pressure(all, 0.7) },
        Timed { at: 20_000, event: Event::On(note(64), 0.4) },
        Timed { at: 26_017, event: Event::Lift(note(48), 0.7) },
        Timed { at: 26_017, event: Event::Off(note(48)) },
        Timed { at: 30_000, event: Event::On(note(72), 1.0) },
        Timed { at: 34_000, event: Event::Off(note(55)) },
        Timed { at: 40_000, event: Event::Off(note(64)) },
        Timed { at: 44_444, event: Event::Off(note(72)) },
    ]
}

/// The performance on a preset, left then right, cut into blocks by `block` (its number to
/// its length).
pub(crate) fn perform(preset: &Preset, block: impl Fn(usize) -> usize) -> Vec<f32> {
    let mut engine = Engine::new(RATE, 7);
    let room = engine.play(Sound::new(preset, RATE));
    assert!(room.is_ok(), "a new engine has room for a sound");
    let events = performance();
    let (mut left, mut right) = (vec![0.0; LENGTH], vec![0.0; LENGTH]);
    let (mut start, mut number) = (0, 0);
    while start < LENGTH {
        let end = (start + block(number).max(1)).min(LENGTH);
        let within = events.iter().filter(|e| (start..end).contains(&e.at));
        let timed: Vec<Timed> = within.map(|e| Timed { at: e.at - start, ..*e }).collect();
        engine.render(&timed, &mut left[start..end], &mut right[start..end]);
        (start, number) = (end, number + 1);
    }
    left.extend(right);
    left
}

/// Level of the difference against the level of the first, in decibels.
pub(crate) fn difference_db(a: &[f32], b: &[f32]) -> f32 {
    let power = |xs: &mut dyn Iterator<Item = f32>| xs.map(|x| f64::from(x) * f64::from(x)).sum();
    let whole: f64 = power(&mut a.iter().copied());
    let apart: f64 = power(&mut a.iter().zip(b).map(|(a, b)| a - b));
    (10.0 * ((apart + 1e-30) / (whole + 1e-30)).log10()) as f32
}
