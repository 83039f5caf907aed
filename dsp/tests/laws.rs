//! What must hold for every patch and every player.

mod stage;

use cultivar_dsp::{Engine, Event, Sound, Timed, Tuning, Which};
use cultivar_patch::schema::{LfoMode, Mode, Model, Source, Sync, Wander, Warp, ids};
use cultivar_patch::{Id, Kind, Preset, defs};
use stage::{Dice, RATE, busy, engine, off, on, peak, perform, random_event, random_preset, step};

#[test]
fn equal_seeds_play_equal_notes_and_others_differ() {
    let preset = busy();
    let events = [on(0, 60), on(900, 64), off(3000, 60)];
    let play = |seed| {
        let mut engine = Engine::new(RATE, seed);
        assert!(engine.play(Sound::new(&preset, RATE)).is_ok());
        perform(&mut engine, &events, 4096)
    };
    assert!(play(1) == play(1));
    assert!(play(1) != play(2));
}

#[test]
fn a_reset_engine_is_a_new_one() {
    let preset = busy();
    let events = [on(3, 60), on(900, 64), off(3000, 60)];
    let mut used = engine(&preset);
    let new = perform(&mut engine(&preset), &events, 4096);
    assert!(perform(&mut used, &events, 4096) == new);
    used.set(ids().filter[0].cutoff, 30.0);
    used.set(ids().filter[0].cutoff, preset.patch.filter[0].cutoff);
    perform(&mut used, &[on(1, 40), Timed { at: 9, event: Event::AllSoundOff }], 777);
    used.reset();
    assert!(perform(&mut used, &events, 4096) == new);
}

#[test]
fn nothing_that_is_no_number_comes_out() {
    let mut dice = Dice(1);
    for _ in 0..60 {
        let mut engine = engine(&random_preset(&mut dice));
        for _ in 0..12 {
            let mut events: Vec<Timed> = (0..6).map(|_| random_event(&mut dice)).collect();
            events.sort_by_key(|e| e.at);
            let (left, right) = perform(&mut engine, &events, 257);
            for x in left.iter().chain(&right) {
                assert!(x.is_finite() && !x.is_subnormal(), "{x}");
            }
        }
    }
}

#[test]
fn every_note_that_begins_is_reported_to_end() {
    let mut preset = busy();
    preset.patch.voice.count = 4.0;
    for mode in [Mode::Poly, Mode::Mono, Mode::Legato] {
        preset.patch.voice.mode = mode.value();
        let mut engine = engine(&preset);
        let mut open: Vec<i32> = Vec::new();
        for id in 0..20 {
            let which = Which { id, channel: 0, key: 40 + id as i16 };
            let begin = Timed { at: 7, event: Event::On(which, 0.9) };
            open.push(id);
            perform(&mut engine, &[begin], 100);
            open.retain(|id| !engine.ended().iter().any(|which| which.id == *id));
        }
        for _ in 0..60 {
            perform(&mut engine, &[Timed { at: 0, event: Event::AllNotesOff }], 4096);
            open.retain(|id| !engine.ended().iter().any(|which| which.id == *id));
        }
        assert!(open.is_empty(), "{mode:?}: {open:?}");
        assert_eq!(engine.voices(), 0);
    }
}

#[test]
fn stealing_and_choking_do_not_click() {
    let mut preset = stage::sine();
    preset.patch.voice.count = 1.0;
    // A full sine at this pitch steps by 0.011 at most; a cut-off would step by up to 1.
    let smooth = 0.03;
    for at in [4000, 4011, 4037, 4060] {
        let events = [on(0, 45), on(at, 45)];
        let (left, _) = perform(&mut engine(&preset), &events, 6000);
        assert!(step(&left) < smooth, "stealing: {}", step(&left));
        let choke = Timed { at, event: Event::Choke(Which::ANY) };
        let (left, _) = perform(&mut engine(&preset), &[on(0, 45), choke], 6000);
        assert!(step(&left) < smooth, "choke: {}", step(&left));
        assert_eq!(peak(&left[at + 400..]), 0.0);
        let (left, _) = perform(&mut engine(&preset), &[on(0, 45), off(at, 45)], 6000);
        assert!(step(&left) < smooth, "release: {}", step(&left));
    }
    preset.patch.voice.mode = Mode::Mono.value();
    let (left, _) = perform(&mut engine(&preset), &[on(0, 45), on(4011, 47)], 6000);
    assert!(step(&left) < smooth, "mono: {}", step(&left));
}

#[test]
fn twelve_sounds_lie_on_the_twelve_keys() {
    let mut engine = engine(&stage::sine());
    for key in 0..12 {
        let mut child = stage::sine();
        child.patch.osc[0].level = -3.0 * (key + 1) as f32;
        assert!(engine.assign(key, Sound::new(&child, RATE)).is_ok());
    }
    engine.keymap(true);
    for key in [60, 64, 71] {
        let (left, _) = perform(&mut engine, &[on(0, key)], 9600);
        let ideal = 10f32.powf(-3.0 * (key - 59) as f32 / 20.0);
        assert!((peak(&left[4800..]) / ideal - 1.0).abs() < 0.01, "key {key}");
        perform(&mut engine, &[off(0, key)], 48000);
    }
    engine.clear_keymap();
    assert_eq!(std::iter::from_fn(|| engine.retired()).count(), 12);
}

/// A patch in which everything is on and heard, with routes that use every envelope and LFO.
fn everything() -> Preset {
    let mut preset = busy();
    let patch = &mut preset.patch;
    let ids = ids();
    let sources = [
        (Source::Env2, ids.osc[0].tune),
        (Source::Env3, ids.osc[1].tune),
        (Source::Env4, ids.osc[2].tune),
        (Source::Lfo1, ids.filter[0].cutoff),
        (Source::Lfo2, ids.filter[1].cutoff),
        (Source::Lfo3, ids.osc[0].position),
        (Source::Lfo4, ids.osc[1].position),
        (Source::Lfo5, ids.osc[2].position),
        (Source::Lfo6, ids.band[0].centre),
    ];
    let macros =
        (0..8).map(|k| (Source::of(Source::Macro1.value() + k as f32), ids.osc[k % 3].fine));
    for (route, (source, id)) in patch.route.iter_mut().zip(sources.into_iter().chain(macros)) {
        route.source = source.value();
        route.destination = id.as_destination();
        (route.amount, route.curve) = (0.1, 0.3);
    }
    for route in &mut patch.route[17..] {
        route.source = Source::Env2.value();
        route.destination = ids.osc[1].bend.as_destination();
        (route.amount, route.curve) = (0.05, 0.3);
    }
    for (k, env) in patch.env.iter_mut().enumerate() {
        (env.delay, env.attack, env.hold, env.decay) = (-9.0, -7.0, -9.0, -5.0 - k as f32);
        (env.sustain, env.release, env.attack_curve) = (0.5, -5.0, 0.2);
    }
    for (k, knob) in patch.macros.iter_mut().enumerate() {
        knob.value = 0.3 + 0.08 * k as f32;
    }
    for lfo in &mut patch.lfo {
        (lfo.rate, lfo.delay, lfo.fade, lfo.phase) = (4.0, -8.0, -7.0, 0.1);
    }
    for (k, source) in [Source::Random1, Source::Random2].into_iter().enumerate() {
        let (random, route) = (&mut patch.random[k], &mut patch.route[30 + k]);
        (random.shape, random.rate) = (Wander::Perlin.value(), 5.0);
        route.source = source.value();
        route.destination = ids.filter[k].cutoff.as_destination();
    }
    preset
}

/// Another value of a parameter.
fn other(id: Id, value: f32) -> f32 {
    let def = id.def();
    match def.kind {
        Kind::Real => def.at(if def.position(value) < 0.5 { 0.83 } else { 0.21 }),
        Kind::Destination => ids().osc[0].pan.as_destination(),
        _ => {
            if value > def.min {
                value - 1.0
            } else {
                value + 1.0
            }
        }
    }
}

#[test]
fn no_knob_of_the_voice_is_dead() {
    let ids = ids();
    let play = |preset: &Preset, heavy: bool| {
        let mut engine = engine(preset);
        engine.transport(120.0, 0.0, true);
        let bend = Timed { at: 100, event: Event::Bend(Which::channel(0), 0.7) };
        let mut events = vec![on(0, 67), bend, on(1200, 72), on(2400, 65), off(4000, 65)];
        if heavy {
            events = (0..20).map(|k| on(50 * k, 40 + k as i16)).collect();
        }
        perform(&mut engine, &events, 6400)
    };
    let base = everything();
    let usual = play(&base, false);
    for (k, def) in defs().iter().enumerate() {
        let id = Id(k as u16);
        let effect = id.0 >= ids.distortion.on.0 && id.0 < ids.voice.mode.0;
        if effect {
            continue;
        }
        let (mut first, mut heavy) = (base.clone(), false);
        if id == ids.morph.position {
            first = stage::morph(&base, &stage::saw(), 0.0);
        }
        // What a knob needs to be heard.
        for k in 0..6 {
            if id == ids.lfo[k].division {
                first.patch.lfo[k].sync = Sync::Tempo.value();
            }
            if id == ids.lfo[k].phase {
                first.patch.lfo[k].mode = LfoMode::Note.value();
            }
            if id == ids.lfo[k].hold {
                first.patch.lfo[k].mode = LfoMode::Sustain.value();
            }
        }
        for k in 0..2 {
            if id == ids.random[k].division {
                first.patch.random[k].sync = Sync::Tempo.value();
            }
        }
        for k in 0..2 {
            if id == ids.filter[k].morph {
                first.patch.filter[k].model = Model::Morph12.value();
            }
        }
        for k in 0..3 {
            // Of three copies, one is at the note and two are outermost, gathered or not.
            if id == ids.osc[k].curve {
                first.patch.osc[k].voices = 4.0;
            }
            if id == ids.osc[k].from {
                first.patch.osc[k].warp = Warp::Fm.value();
            }
        }
        if id == ids.voice.count {
            heavy = true;
        }
        let before = if heavy || first != base { play(&first, heavy) } else { usual.clone() };
        let mut second = first.clone();
        second.patch[id] = other(id, first.patch[id]);
        assert!(play(&second, heavy) != before, "{} is dead", def.id);
    }
}

#[test]
fn every_warp_changes_the_sound_and_stays_in_tune() {
    let (mut sine, mut preset) = (stage::sine(), stage::saw());
    let play = |preset: &Preset| perform(&mut engine(preset), &[on(0, 60)], 4800).0;
    let (pure, plain) = (play(&sine), play(&preset));
    // What is rendered at twice the rate takes a few samples to come in.
    let near = |a: &[f32], b: &[f32]| a.iter().zip(b).skip(16).all(|(a, b)| (a - b).abs() < 0.02);
    for warp in 1..Warp::OPTIONS.len() {
        (sine.patch.osc[0].warp, preset.patch.osc[0].warp) = (warp as f32, warp as f32);
        assert!(near(&pure, &play(&sine)), "{} at nothing", Warp::OPTIONS[warp].id);
        preset.patch.osc[0].bend = 0.5;
        let bent = play(&preset);
        assert!(!near(&plain, &bent), "{} at half", Warp::OPTIONS[warp].id);
        assert!(peak(&bent) > 0.05 && peak(&bent) < 3.0);
    }
}

#[test]
fn switching_modules_in_a_note_does_not_click() {
    let mut preset = stage::sine();
    preset.patch.filter[0].cutoff = 110.0;
    preset.patch.osc[1].level = -6.0;
    let ids = ids();
    for id in [ids.osc[0].on, ids.osc[1].on, ids.filter[0].on] {
        let mut engine = engine(&preset);
        let mut events = vec![on(0, 45)];
        for k in 1..8 {
            let value = (k % 2) as f32;
            events.push(Timed { at: 2000 * k + 37 * k, event: Event::Set(id, value) });
        }
        let (left, _) = perform(&mut engine, &events, 20_000);
        assert!(peak(&left) > 0.9);
        // Within 32 samples at most: a cut-off at the peak would step by 1.
        assert!(step(&left) < 0.08, "{}: {}", id.def().id, step(&left));
    }
}

#[test]
fn a_route_to_the_rate_of_an_lfo_is_heard_in_every_mode() {
    let ids = ids();
    for mode in (0..LfoMode::OPTIONS.len()).map(|k| LfoMode::of(k as f32)) {
        let mut preset = stage::sine();
        let patch = &mut preset.patch;
        (patch.lfo[1].mode, patch.lfo[1].rate) = (mode.value(), 0.0);
        let routes = [
            (Source::Lfo2, ids.osc[0].tune, 0.05),
            (Source::Macro1, ids.lfo[1].rate, 0.25),
            (Source::Velocity, ids.lfo[1].rate, 0.1),
        ];
        for (route, (source, to, amount)) in patch.route.iter_mut().zip(routes) {
            route.source = source.value();
            (route.destination, route.amount) = (to.as_destination(), amount);
        }
        let play = |knob: f32, velocity: f32| {
            let mut preset = preset.clone();
            preset.patch.macros[0].value = knob;
            let event = Event::On(Which { id: 0, channel: 0, key: 60 }, velocity);
            perform(&mut engine(&preset), &[Timed { at: 0, event }], 24_000).0
        };
        let apart = |a: &[f32], b: &[f32]| a.iter().zip(b).any(|(a, b)| (a - b).abs() > 0.1);
        let usual = play(0.0, 0.0);
        assert!(apart(&usual, &play(1.0, 0.0)), "a macro is deaf: {mode:?}");
        assert!(apart(&usual, &play(0.0, 1.0)), "velocity is deaf: {mode:?}");
        let id = ids.lfo[1].rate;
        let host = Timed { at: 0, event: Event::Modulate(Which::ANY, id, 0.25) };
        let event = Event::On(Which { id: 0, channel: 0, key: 60 }, 0.0);
        let moved = perform(&mut engine(&preset), &[host, Timed { at: 0, event }], 24_000).0;
        assert!(apart(&usual, &moved), "the host is not heard: {mode:?}");
    }
}

#[test]
fn voices_of_a_free_running_lfo_stay_together_while_its_rate_is_moved() {
    let mut preset = stage::sine();
    let ids = ids();
    let patch = &mut preset.patch;
    patch.lfo[0].mode = LfoMode::Free.value();
    patch.macros[0].value = 0.7;
    let routes = [(Source::Lfo1, ids.osc[0].level, 1.0), (Source::Macro1, ids.lfo[0].rate, 0.3)];
    for (route, (source, to, amount)) in patch.route.iter_mut().zip(routes) {
        route.source = source.value();
        (route.destination, route.amount) = (to.as_destination(), amount);
    }
    let mut pair = engine(&preset);
    perform(&mut pair, &[on(0, 60)], 24_000);
    perform(&mut pair, &[on(0, 67)], 9_600);
    // The newest voice began later, and yet is where the other is.
    let newest = pair.playhead().expect("it sounds").lfo[0];
    let mut alone = engine(&preset);
    perform(&mut alone, &[on(0, 60)], 33_600);
    let other = alone.playhead().expect("it sounds").lfo[0];
    assert!((newest - other).abs() < 1e-4, "{newest} and {other}");
}

/// A note in which nothing moves is not drawn anew; modulating it by nothing keeps it from that.
#[test]
fn a_note_goes_on_alike_whether_it_is_drawn_anew_or_not() {
    let mut preset = stage::saw();
    preset.patch.osc[1].on = 1.0;
    (preset.patch.osc[1].voices, preset.patch.osc[1].pan) = (5.0, 0.3);
    let [first, second] = &mut preset.patch.filter;
    (first.on, first.cutoff, first.resonance) = (1.0, 80.0, 0.6);
    (second.on, second.model, second.drive) = (1.0, Model::High24.value(), 12.0);
    (preset.patch.env[0].decay, preset.patch.env[0].sustain) = (-3.0, 0.7);
    let cutoff = ids().filter[0].cutoff;
    let key = Which::key(0, 50);
    let happens = [
        None,
        Some(Event::Bend(Which::channel(0), 0.4)),
        None,
        Some(Event::Set(cutoff, 96.0)),
        Some(Event::Set(ids().osc[1].on, 0.0)),
        Some(Event::Pressure(Which::channel(0), 0.9)),
        Some(Event::Modulate(key, ids().osc[0].level, -0.1)),
        None,
        Some(Event::Off(key)),
    ];
    let play = |drawn: bool| {
        let mut engine = engine(&preset);
        let mut out = Vec::new();
        let still = Timed { at: 3, event: Event::Modulate(key, cutoff, 0.0) };
        let begin = [on(3, 50), still];
        out.extend(perform(&mut engine, &begin[..1 + usize::from(drawn)], 30_000).0);
        for event in happens {
            let events: Vec<Timed> =
                event.into_iter().map(|event| Timed { at: 777, event }).collect();
            out.extend(perform(&mut engine, &events, 9_999).0);
        }
        engine.tune(&Tuning::new(|key| Some(key as f32 + 0.2)));
        out.extend(perform(&mut engine, &[on(0, 50)], 9_999).0);
        out
    };
    let (calm, drawn) = (play(false), play(true));
    let apart = calm.iter().zip(&drawn).position(|(a, b)| a != b);
    assert_eq!(apart, None, "of {} samples", calm.len());
}
