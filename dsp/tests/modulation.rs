//! What moves by itself, and what it moves: LFOs, random generators, envelopes, routes.

mod stage;

use cultivar_dsp::{Engine, Event, Sound, Timed, Which};
use cultivar_patch::schema::{Env, LfoMode, Mode, Polarity, Source, Sync, Wander, ids};
use cultivar_patch::{Id, Point, Preset, Shape, bowed};
use stage::{RATE, busy, engine, in_cuts, off, on, peak, perform, saw, sine};

/// A route of a preset.
fn route(preset: &mut Preset, k: usize, source: Source, to: Id, amount: f32) {
    let route = &mut preset.patch.route[k];
    route.source = source.value();
    (route.destination, route.amount) = (to.as_destination(), amount);
}

/// A sine at −72 dB whose level a source moves over 78 dB.
fn levelled(source: Source) -> Preset {
    let mut preset = sine();
    preset.patch.osc[0].level = -72.0;
    preset.patch.env[0].attack = -13.0;
    preset.patch.lfo[0].polarity = Polarity::Unipolar.value();
    route(&mut preset, 0, source, ids().osc[0].level, 1.0);
    preset
}

/// Level in decibels around a moment, of a sine whose peaks are dense.
fn loudness(x: &[f32], seconds: f32) -> f32 {
    let middle = (seconds * RATE) as usize;
    20.0 * peak(&x[middle - 24..middle + 24]).log10()
}

fn line(points: &[(f32, f32)]) -> Shape {
    Shape::new(points.iter().map(|&(x, y)| Point { x, y, bow: 0.0 }))
}

fn at(seconds: f32) -> usize {
    (seconds * RATE) as usize
}

/// The level that a sine has by the parameter, −72 to 6 dB for 0 to 1.
fn decibels(share: f32) -> f32 {
    -72.0 + 78.0 * share
}

#[test]
fn the_right_ear_is_ahead_by_its_part_of_the_cycle() {
    for mode in [LfoMode::Note, LfoMode::Free, LfoMode::Once] {
        let mut preset = levelled(Source::Lfo1);
        preset.shapes[0] = line(&[(0.0, 0.4), (0.5, 0.9), (1.0, 0.4)]);
        let lfo = &mut preset.patch.lfo[0];
        (lfo.mode, lfo.rate, lfo.stereo) = (mode.value(), 0.0, 0.2);
        let (left, right) = perform(&mut engine(&preset), &[on(0, 100)], at(1.0));
        for seconds in [0.02, 0.13, 0.31, 0.55, 0.7, 0.9] {
            let ideal = |ahead: f32| {
                let place = seconds + ahead;
                let place = if mode == LfoMode::Once { place.min(1.0) } else { place % 1.0 };
                decibels(preset.shapes[0].at(place))
            };
            let heard = (loudness(&left, seconds), loudness(&right, seconds));
            assert!((heard.0 - ideal(0.0)).abs() < 0.5, "left at {seconds}, {mode:?}: {heard:?}");
            assert!((heard.1 - ideal(0.2)).abs() < 0.5, "right at {seconds}, {mode:?}: {heard:?}");
        }
        preset.patch.lfo[0].stereo = 0.0;
        let (same, other) = perform(&mut engine(&preset), &[on(0, 100)], at(1.0));
        assert!(same == left && same == other, "the left ear is where it was: {mode:?}");
    }
}

#[test]
fn pan_and_cutoff_are_ahead_in_the_right_ear_too() {
    let mut preset = sine();
    route(&mut preset, 0, Source::Lfo1, ids().osc[0].pan, 0.4);
    preset.patch.lfo[0].stereo = 0.3;
    let (left, right) = perform(&mut engine(&preset), &[on(0, 100)], at(1.0));
    for seconds in [0.05, 0.2, 0.45, 0.6, 0.85] {
        let angle = |ahead: f32| {
            let wave = 2.0 * Shape::triangle().at((seconds + ahead) % 1.0) - 1.0;
            (0.8 * wave + 1.0) * std::f32::consts::FRAC_PI_4
        };
        let ideal = (2f32.sqrt() * angle(0.0).cos(), 2f32.sqrt() * angle(0.3).sin());
        let around = at(seconds) - 24..at(seconds) + 24;
        let heard = (peak(&left[around.clone()]), peak(&right[around]));
        assert!((heard.0 - ideal.0).abs() < 0.02, "{heard:?}, not {ideal:?}");
        assert!((heard.1 - ideal.1).abs() < 0.02, "{heard:?}, not {ideal:?}");
    }
    let mut preset = saw();
    preset.patch.filter[0].on = 1.0;
    preset.patch.filter[0].cutoff = 50.0;
    route(&mut preset, 0, Source::Lfo1, ids().filter[0].cutoff, 0.2);
    preset.patch.lfo[0].stereo = 0.25;
    let (left, right) = perform(&mut engine(&preset), &[on(0, 60)], at(2.0));
    let power = |x: &[f32], seconds: f32| {
        let stretch = &x[at(seconds)..at(seconds) + 1835];
        10.0 * stretch.iter().map(|x| x * x).sum::<f32>().log10()
    };
    for seconds in [0.2, 0.3, 0.45, 0.7, 0.95] {
        let apart = power(&right, seconds) - power(&left, seconds + 0.25);
        assert!(apart.abs() < 0.1, "{apart} dB at {seconds}");
        assert!((power(&right, seconds) - power(&left, seconds)).abs() > 1.0, "at {seconds}");
    }
}

#[test]
fn what_is_not_ahead_is_heard_alike_in_both_ears() {
    let mut preset = busy();
    let play = |preset: &Preset| perform(&mut engine(preset), &[on(3, 60), off(4000, 60)], 9600);
    let plain = play(&preset);
    preset.patch.lfo[1].stereo = 0.4;
    assert!(play(&preset) == plain, "nothing listens to it");
    preset.patch.lfo[0].stereo = 1.0;
    let turned = play(&preset);
    let step = |a: &[f32], b: &[f32]| a.iter().zip(b).fold(0f32, |m, (a, b)| m.max((a - b).abs()));
    assert!(turned.0 == plain.0);
    assert!(step(&turned.1, &plain.1) < 1e-3, "a whole turn ahead is where it was");
}

#[test]
fn a_note_that_becomes_wide_does_not_click() {
    let mut preset = levelled(Source::Lfo1);
    preset.shapes[0] = line(&[(0.0, 0.7), (0.5, 0.9), (1.0, 0.7)]);
    let turn = |at, value| Timed { at, event: Event::Set(ids().lfo[0].stereo, value) };
    let events = [on(0, 45), turn(9611, 0.5), turn(30_000, 0.0)];
    let (left, right) = perform(&mut engine(&preset), &events, 48_000);
    assert!(left[..9600] == right[..9600] && left[14_000..] != right[14_000..]);
    for side in [left, right] {
        assert!(stage::step(&side) < 0.015, "{}", stage::step(&side));
    }
}

/// Where LFO 1 of a note is after a time.
fn place(preset: &Preset, key: i16, seconds: f32) -> f32 {
    let mut engine = engine(preset);
    perform(&mut engine, &[on(0, key)], at(seconds));
    engine.playhead().expect("it sounds").lfo[0]
}

#[test]
fn rates_follow_the_keyboard() {
    let mut preset = levelled(Source::Lfo1);
    preset.patch.lfo[0].rate = -2.0;
    for (follow, key, speed) in [
        (0.0, 84, 1.0),
        (1.0, 60, 1.0),
        (1.0, 72, 2.0),
        (1.0, 48, 0.5),
        (0.5, 84, 2.0),
        (-1.0, 72, 0.5),
    ] {
        preset.patch.lfo[0].key = follow;
        let found = place(&preset, key, 0.8);
        let ideal = 0.25 * 0.8 * speed;
        assert!((found / ideal - 1.0).abs() < 1e-3, "{follow} at {key}: {found}, not {ideal}");
    }
    preset.patch.lfo[0].mode = LfoMode::Free.value();
    preset.patch.lfo[0].key = 1.0;
    assert!((place(&preset, 84, 0.8) - 0.2).abs() < 1e-3, "what is shared has no key");
}

#[test]
fn an_lfo_waits_at_its_hold_point_until_the_key_is_let_go() {
    let mut preset = levelled(Source::Lfo1);
    preset.shapes[0] = line(&[(0.0, 0.6), (0.25, 1.0), (0.5, 0.7), (1.0, 0.9)]);
    let patch = &mut preset.patch;
    let lfo = &mut patch.lfo[0];
    (lfo.mode, lfo.rate, lfo.hold) = (LfoMode::Sustain.value(), 1.0, 0.5);
    (patch.env[0].release, patch.env[0].release_curve) = (5.0, 0.0);
    let shape = preset.shapes[0].clone();
    let pedal =
        |seconds, down| Timed { at: at(seconds), event: Event::Sustain(Which::channel(0), down) };
    let bare = vec![on(0, 100), off(at(0.7), 100)];
    let pedalled = vec![on(0, 100), pedal(0.3, true), off(at(0.5), 100), pedal(0.7, false)];
    let early = vec![on(0, 100), off(at(0.1), 100)];
    for (events, released, waits) in [(bare, 0.7, 0.45), (pedalled, 0.7, 0.45), (early, 0.1, 0.0)] {
        let (left, _) = perform(&mut engine(&preset), &events, at(1.5));
        for seconds in [0.05, 0.2, 0.3, 0.5, 0.68, 0.8, 0.9, 1.2, 1.45f32] {
            let place = match seconds - released {
                after if waits > 0.0 && after > 0.0 => 0.5 + 2.0 * after,
                _ if waits > 0.0 => (2.0 * seconds).min(0.5),
                _ => 2.0 * seconds,
            };
            let fallen = 1.0 - (seconds - released).max(0.0) / 32.0;
            let ideal = decibels(shape.at(place.min(1.0))) + 20.0 * fallen.log10();
            let heard = loudness(&left, seconds);
            assert!((heard - ideal).abs() < 0.5, "at {seconds}: {heard} dB, not {ideal}");
        }
    }
    // One that begins behind its hold point does not go back to it.
    preset.patch.lfo[0].phase = 0.75;
    assert_eq!(place(&preset, 60, 1.0), 1.0);
}

/// A level that random generator 1 moves between −72 and 6 dB, in steps.
fn drawn() -> Preset {
    let mut preset = levelled(Source::Random1);
    preset.patch.osc[0].level = -33.0;
    preset.patch.route[0].amount = 0.5;
    preset
}

/// The numbers that a level tells, one for each moment.
fn numbers(x: &[f32], moments: impl IntoIterator<Item = f32>) -> Vec<f32> {
    moments.into_iter().map(|seconds| (loudness(x, seconds) + 33.0) / 39.0).collect()
}

/// How often the level changes; a change may be seen in two neighbouring windows.
fn changes(x: &[f32]) -> usize {
    let levels = numbers(x, (1..x.len() / 240 - 1).map(|k| k as f32 * 0.005));
    let changed: Vec<bool> = levels.windows(2).map(|w| (w[1] - w[0]).abs() > 0.01).collect();
    changed.windows(2).filter(|w| w[1] && !w[0]).count()
}

#[test]
fn random_steps_come_at_their_rate_and_stay_in_range() {
    let mut preset = drawn();
    preset.patch.random[0].rate = 2.0;
    let (left, _) = perform(&mut engine(&preset), &[on(0, 100)], at(4.0));
    let seen = changes(&left);
    assert!((13..=16).contains(&seen), "{seen} at 4 Hz in 4 s");
    let levels = numbers(&left, (0..16).map(|k| 0.25 * k as f32 + 0.125));
    assert!(levels.iter().all(|x| (-1.01..1.01).contains(x)), "{levels:?}");
    assert!(levels.windows(2).all(|w| w[0] != w[1]));
    let steady = numbers(&left, (0..16).map(|k| 0.25 * k as f32 + 0.2));
    assert!(steady.iter().zip(&levels).all(|(a, b)| (a - b).abs() < 0.02));
    // A route may move the rate: half the range are six octaves.
    route(&mut preset, 1, Source::Macro1, ids().random[0].rate, 1.0 / 6.0);
    preset.patch.macros[0].value = 0.5;
    let (fast, _) = perform(&mut engine(&preset), &[on(0, 100)], at(4.0));
    let faster = changes(&fast) as f32 / seen as f32;
    assert!((1.8..2.2).contains(&faster), "{faster}");
}

#[test]
fn each_note_has_its_own_movement_unless_it_is_shared() {
    for shape in [Wander::Steps, Wander::Perlin, Wander::Lorenz] {
        let mut preset = drawn();
        (preset.patch.random[0].shape, preset.patch.random[0].rate) = (shape.value(), 3.0);
        let moments = || (1..20).map(|k| 0.05 * k as f32 + 0.013);
        let later = |preset: &Preset| {
            let events = [on(0, 100), Timed { at: at(0.5), event: Event::Choke(Which::ANY) }];
            let mut engine = engine(preset);
            perform(&mut engine, &events, at(0.6));
            numbers(&perform(&mut engine, &[on(0, 100)], at(1.1)).0, moments())
        };
        let alone = |preset: &Preset, from: f32| {
            let (left, _) = perform(&mut engine(preset), &[on(0, 100)], at(1.1 + from));
            numbers(&left, moments().map(|x| x + from))
        };
        let apart = |a: &[f32], b: &[f32]| {
            a.iter().zip(b).fold(0f32, |most, (a, b)| most.max((a - b).abs()))
        };
        assert!(alone(&preset, 0.0) == alone(&preset, 0.0), "{shape:?} repeats");
        assert!(apart(&later(&preset), &alone(&preset, 0.0)) > 0.2, "{shape:?}");
        preset.patch.random[0].shared = 1.0;
        let off = apart(&later(&preset), &alone(&preset, 0.6));
        assert!(off < 0.02, "{shape:?} is not shared: {off}");
    }
}

#[test]
fn shared_movement_belongs_to_the_song() {
    for shape in [Wander::Steps, Wander::Perlin] {
        let mut preset = drawn();
        let random = &mut preset.patch.random[0];
        (random.shape, random.shared, random.sync) = (shape.value(), 1.0, Sync::Tempo.value());
        let play = |beat: f64, tempo: f64| {
            let mut engine = engine(&preset);
            engine.transport(tempo, beat, true);
            let (left, _) = perform(&mut engine, &[on(0, 100)], at(1.1));
            let second = tempo as f32 / 60.0;
            numbers(&left, (0..4).map(|k| (0.25 * k as f32 + 0.1) / second))
        };
        let (once, again, fast, elsewhere) =
            (play(17.0, 90.0), play(17.0, 90.0), play(17.0, 120.0), play(18.0, 90.0));
        assert_eq!(once, again);
        let apart = |a: &[f32], b: &[f32]| {
            a.iter().zip(b).fold(0f32, |most, (a, b)| most.max((a - b).abs()))
        };
        assert!(apart(&once, &fast) < 0.03, "{shape:?}: {once:?} {fast:?}");
        assert!(apart(&once, &elsewhere) > 0.1, "{shape:?}: {once:?} {elsewhere:?}");
    }
}

#[test]
fn how_fast_a_key_is_let_go_is_heard_after_it() {
    let mut preset = levelled(Source::Lift);
    preset.patch.osc[0].level = -30.0;
    preset.patch.route[0].amount = 0.25;
    (preset.patch.env[0].release, preset.patch.env[0].release_curve) = (5.0, 0.0);
    let lift = |at, speed| Timed { at, event: Event::Lift(Which::key(0, 100), speed) };
    let play = |events: &[Timed]| {
        let (left, _) = perform(&mut engine(&preset), events, at(1.0));
        (loudness(&left, 0.4), loudness(&left, 0.6))
    };
    let up = off(at(0.5), 100);
    for speed in [0.0, 0.5, 1.0] {
        let (held, let_go) = play(&[on(0, 100), lift(at(0.5), speed), up]);
        assert!((held + 30.0).abs() < 0.1, "{held}");
        assert!((let_go + 30.0 - 19.5 * speed).abs() < 0.15, "{let_go} at {speed}");
    }
    assert!((play(&[on(0, 100), up]).1 + 30.0).abs() < 0.15);
    // What has been let go is not let go again.
    let again = lift(at(0.55), 1.0);
    assert!((play(&[on(0, 100), up, again]).1 + 30.0).abs() < 0.15);
    // A key that comes back has not been let go.
    preset.patch.voice.mode = Mode::Mono.value();
    let up = [lift(at(0.3), 1.0), off(at(0.3), 100)];
    let (left, _) =
        perform(&mut engine(&preset), &[on(0, 96), on(at(0.1), 100), up[0], up[1]], at(0.5));
    assert!((loudness(&left, 0.4) + 30.0).abs() < 0.15);
}

#[test]
fn every_source_reaches_its_destination() {
    let play = |source: Source| {
        let mut preset = levelled(source);
        preset.patch.osc[0].level = -40.0;
        preset.patch.route[0].amount = 0.3;
        preset.patch.env[0].release = 2.0;
        preset.patch.macros.iter_mut().for_each(|knob| knob.value = 0.6);
        let channel = Which::channel(0);
        let mut events = vec![on(0, 72)];
        for event in [
            Event::Wheel(channel, 0.5),
            Event::Pressure(channel, 0.5),
            Event::Slide(channel, 0.5),
            Event::Bend(channel, 0.5),
            Event::Lift(channel, 0.7),
        ] {
            events.push(Timed { at: 64, event });
        }
        events.push(off(64, 72));
        perform(&mut engine(&preset), &events, 9600).0
    };
    let still = play(Source::None);
    for k in 1..Source::OPTIONS.len() {
        let source = Source::of(k as f32);
        let moved = 20.0 * (peak(&play(source)) / peak(&still)).log10();
        assert!(moved.abs() > 0.5, "{source:?} moves the level by {moved} dB");
    }
}

#[test]
fn a_route_bends_its_source() {
    for (curve, value) in [(0.0, 0.5), (0.4, 0.5), (-0.4, 0.5), (0.8, 0.25), (-0.2, 0.9)] {
        let mut preset = levelled(Source::Macro1);
        preset.patch.macros[0].value = value;
        preset.patch.route[0].curve = curve;
        let (left, _) = perform(&mut engine(&preset), &[on(0, 100)], at(0.2));
        let (heard, ideal) = (loudness(&left, 0.15), decibels(bowed(value, curve)));
        assert!((heard - ideal).abs() < 0.1, "{value} by {curve}: {heard}, not {ideal}");
    }
}

/// The amplitude at every sample of a note of 84 that begins at `from` and is let go at `until`,
/// from two renderings a quarter of a cycle apart.
fn amplitude(preset: &Preset, rate: f32, [from, until, frames]: [usize; 3]) -> Vec<f32> {
    let side = |phase: f32| {
        let mut preset = preset.clone();
        preset.patch.osc[0].phase = phase;
        let mut engine = Engine::new(rate, 7);
        assert!(engine.play(Sound::new(&preset, rate)).is_ok());
        perform(&mut engine, &[on(from, 84), off(until, 84)], frames).0
    };
    side(0.0).iter().zip(side(0.25)).map(|(a, b)| a.hypot(b)).collect()
}

/// An envelope by its formula, at so many seconds after the key went down or, for what is
/// below, up.
fn ideal(env: &Env<f32>, seconds: f64, released: bool) -> f64 {
    let time = |log: f32| 2f64.powf(log.into());
    let bow = |t: f64, curve: f32| {
        let k = -10.0 * f64::from(curve);
        if k == 0.0 { t } else { (k * t).exp_m1() / k.exp_m1() }
    };
    let (attack, decay, release) = (time(env.attack), time(env.decay), time(env.release));
    let sustain = f64::from(env.sustain);
    match seconds {
        t if released => sustain * (1.0 - bow((t / release).min(1.0), env.release_curve)),
        t if t < attack => bow(t / attack, env.attack_curve),
        t => 1.0 + (sustain - 1.0) * bow(((t - attack) / decay).min(1.0), env.decay_curve),
    }
}

#[test]
fn envelopes_are_on_time() {
    let mut preset = sine();
    for (attack, decay, release, curve) in [
        (-9.0, -7.0, -8.0, 0.0),
        (-7.0, -5.0, -6.0, 0.6),
        (-4.0, -3.0, -4.0, 0.3),
        (-3.0, -4.0, -3.0, -0.4),
    ] {
        let env = &mut preset.patch.env[0];
        (env.attack, env.decay, env.sustain, env.release) = (attack, decay, 0.4, release);
        (env.attack_curve, env.decay_curve, env.release_curve) = (curve, curve, curve);
        let env = *env;
        for (rate, from) in [(44_100.0, 13), (48_000.0, 5), (96_000.0, 31), (192_000.0, 0)] {
            let until = from + (0.4 * rate) as usize;
            let level = amplitude(&preset, rate, [from, until, (0.7 * rate) as usize]);
            for (n, &level) in level.iter().enumerate().skip(from + 1) {
                let released = n >= until;
                let since = (n - if released { until } else { from }) as f64 / f64::from(rate);
                // The level must be the formula's at some time near enough.
                let stage = if released {
                    release
                } else if since < 2f64.powf(attack.into()) {
                    attack
                } else {
                    decay
                };
                let near = (0.01 * 2f64.powf(stage.into())).max(0.000_5);
                let (least, most) = (-50..=50)
                    .map(|k| ideal(&env, (since + near * f64::from(k) / 50.0).max(0.0), released))
                    .fold((1f64, 0f64), |(least, most), x| (least.min(x), most.max(x)));
                let excess = (least - f64::from(level)).max(f64::from(level) - most);
                assert!(
                    excess < 0.005,
                    "{level} at {since} s ({released}), {rate} Hz, not {least} to {most}"
                );
            }
        }
    }
}

#[test]
fn cuts_change_nothing_in_what_moves() {
    let mut preset = busy();
    let patch = &mut preset.patch;
    for (k, lfo) in patch.lfo.iter_mut().enumerate() {
        (lfo.rate, lfo.stereo, lfo.key) = (3.0, 0.1 * k as f32, 0.3);
        lfo.mode = (k % 4) as f32;
        lfo.hold = 0.4;
    }
    for (k, random) in patch.random.iter_mut().enumerate() {
        (random.shape, random.shared, random.rate) = (1.0 + k as f32, k as f32, 5.0);
    }
    patch.voice.count = 2.0;
    let ids = ids();
    let moved = [ids.filter[0].cutoff, ids.osc[1].pan, ids.osc[0].level, ids.lfo[1].rate];
    let sources =
        [Source::Lfo2, Source::Lfo3, Source::Lfo4, Source::Random1, Source::Random2, Source::Lift];
    for (k, source) in sources.into_iter().enumerate() {
        route(&mut preset, k + 1, source, moved[k % 4], 0.2);
    }
    let other = Preset { tables: saw().tables, ..preset.clone() };
    let morph = stage::morph(&preset, &other, 0.4);
    let note = Which::key(0, 60);
    let events = [
        on(5, 60),
        on(777, 67),
        Timed { at: 900, event: Event::Modulate(note, ids.lfo[1].rate, 0.2) },
        on(1500, 72),
        Timed { at: 2003, event: Event::Lift(note, 0.4) },
        off(2003, 60),
        Timed { at: 2100, event: Event::Set(ids.morph.position, 0.8) },
        Timed { at: 2200, event: Event::Set(ids.lfo[5].stereo, 0.8) },
    ];
    for preset in [preset, morph] {
        let cut = |sizes: &[usize]| in_cuts(&preset, &events, 6000, sizes);
        let whole = cut(&[6000]);
        assert!(peak(&whole.0) > 0.01 && whole.0 != whole.1);
        for sizes in [&[1][..], &[7], &[64, 480, 33]] {
            assert!(cut(sizes) == whole, "{sizes:?}");
        }
    }
}
