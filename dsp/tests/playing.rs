//! Tunings and zones of channels, as they are heard.

mod stage;

use cultivar_dsp::{CONTROL, Engine, Event, Note, Studio, Timed, Tuning, Which, Zone, Zones};
use cultivar_patch::schema::{Mode, Source, ids};
use cultivar_patch::{Id, Preset};
use stage::{RATE, busy, engine, off, on, peak, perform, sine};

/// Cents of a steady tone above a pitch in MIDI note numbers that is at most a third of a
/// semitone away, by the phases of two windows far apart.
fn cents(x: &[f32], pitch: f64) -> f64 {
    let (window, apart) = (16384, 1024);
    let guess = 440.0 * ((pitch - 69.0) / 12.0).exp2() / f64::from(RATE);
    let tau = std::f64::consts::TAU;
    let phase = |from: usize| {
        let (mut re, mut im) = (0.0f64, 0.0f64);
        for (n, &x) in x[from..from + window].iter().enumerate() {
            let hann = 0.5 - 0.5 * (tau * n as f64 / window as f64).cos();
            let angle = tau * guess * (from + n) as f64;
            re += f64::from(x) * hann * angle.cos();
            im -= f64::from(x) * hann * angle.sin();
        }
        im.atan2(re)
    };
    let from = x.len() - window - apart;
    let drift = (phase(from + apart) - phase(from) + 0.5 * tau).rem_euclid(tau) - 0.5 * tau;
    1200.0 * (1.0 + drift / tau / apart as f64 / guess).log2()
}

#[track_caller]
fn sounds_at(x: &[f32], pitch: f64) {
    let off = cents(x, pitch);
    assert!(peak(&x[x.len() - 4800..]) > 0.1, "silence where {pitch} should be");
    assert!(off.abs() < 0.1, "{off} cents from {pitch}");
}

/// Five equal steps an octave, every third key silent.
fn slendro() -> Tuning {
    Tuning::new(|key| (key % 3 != 2).then_some(60.0 + 2.4 * (key as f32 - 60.0)))
}

fn at(at: usize, event: Event) -> Timed {
    Timed { at, event }
}

#[test]
fn keys_sound_at_their_pitches_and_keys_without_one_are_silent() {
    let tuning = slendro();
    for key in [54, 60, 63, 64, 66] {
        let mut engine = engine(&sine());
        engine.tune(&tuning);
        let (left, _) = perform(&mut engine, &[on(0, key)], 24_000);
        sounds_at(&left, 60.0 + 2.4 * (f64::from(key) - 60.0));
    }
    let mut engine = engine(&sine());
    engine.tune(&tuning);
    let (left, _) = perform(&mut engine, &[on(0, 62), off(300, 62)], 512);
    assert_eq!(peak(&left), 0.0);
    assert_eq!(engine.ended(), [Which::key(0, 62)], "the host waits for its end");
    assert_eq!(engine.voices(), 0);
}

#[test]
fn a_note_offline_keeps_its_part_after_the_point() {
    let mut studio = Studio::new(RATE);
    studio.tune(&slendro());
    let (mut left, mut right) = (vec![0.0; 24_000], vec![0.0; 24_000]);
    let note = Note { key: 63.25, velocity: 1.0, gate: 1.0, length: 0.5 };
    studio.render(&sine(), &note, &mut left, &mut right);
    sounds_at(&left, 60.0 + 2.4 * 3.0 + 0.25);
}

#[test]
fn twelve_equal_steps_are_no_tuning_to_the_bit() {
    let events = [on(0, 60), on(700, 64), off(5000, 60), on(6001, 43), off(9000, 64)];
    let plain = perform(&mut engine(&busy()), &events, 12_000);
    let mut tuned = engine(&busy());
    tuned.tune(&slendro());
    tuned.tune(&Tuning::equal());
    assert_eq!(perform(&mut tuned, &events, 12_000), plain);
    let mut other = engine(&busy());
    other.tune(&slendro());
    assert_ne!(perform(&mut other, &events, 12_000), plain);
    // What is known of the keys outlives a reset.
    other.reset();
    assert_ne!(perform(&mut other, &events, 12_000), plain);
}

#[test]
fn held_notes_move_with_a_tuning_and_stay_where_their_key_falls_silent() {
    let mut engine = engine(&sine());
    perform(&mut engine, &[on(0, 63)], 1000);
    engine.tune(&slendro());
    let (left, _) = perform(&mut engine, &[], 24_000);
    sounds_at(&left, 67.2);
    engine.tune(&Tuning::new(|_| None));
    let (left, _) = perform(&mut engine, &[], 24_000);
    sounds_at(&left, 67.2);
}

#[test]
fn glides_go_from_one_tuned_pitch_to_the_next() {
    for mode in [Mode::Poly, Mode::Legato] {
        let mut preset = sine();
        preset.patch.voice.mode = mode.value();
        // Eight seconds.
        preset.patch.voice.glide = ids().voice.glide.def().max.min(3.0);
        let seconds = preset.patch.voice.glide.exp2();
        let mut engine = engine(&preset);
        engine.tune(&slendro());
        perform(&mut engine, &[on(0, 57)], 4800);
        // The older note of a poly sound goes.
        let events = [at(0, Event::Choke(Which::key(0, 57))), on(0, 66)];
        let events = if mode == Mode::Poly { &events[..] } else { &events[1..] };
        let window = 4800;
        let (left, _) = perform(&mut engine, events, window);
        // Near its beginning the glide is still near the pitch it comes from: 52.8, not that of
        // the untuned key.
        let crossings = left[960..].windows(2).filter(|w| w[0] <= 0.0 && w[1] > 0.0).count();
        let hertz = crossings as f32 * RATE / (window - 960) as f32;
        let from = 440.0 * ((52.8 + 21.6 * 0.06 / seconds - 69.0) / 12.0).exp2();
        assert!((hertz - from).abs() < 15.0, "{mode:?}: {hertz} Hz, not {from}");
    }
}

#[test]
fn filters_follow_the_tuned_pitch() {
    // A low-pass that follows the keys is as open on each of them.
    let mut preset = sine();
    let filter = &mut preset.patch.filter[0];
    (filter.on, filter.cutoff, filter.key) = (1.0, 60.0, 1.0);
    let level = |key: i16, tuning: &Tuning| {
        let mut engine = engine(&preset);
        engine.tune(tuning);
        peak(&perform(&mut engine, &[on(0, key)], 24_000).0[12_000..])
    };
    let [low, high] = [48, 66].map(|key| level(key, &slendro()));
    assert!((low / high - 1.0).abs() < 0.02, "{low} and {high}");
    preset.patch.filter[0].key = 0.0;
    let [low, high] = [48, 66].map(|key| {
        let mut engine = engine(&preset);
        engine.tune(&slendro());
        peak(&perform(&mut engine, &[on(0, key)], 24_000).0[12_000..])
    });
    assert!(low / high > 3.0, "{low} and {high}: the filter is not there");
}

/// An engine whose lowest channel is the master of all others.
fn expressive(preset: &Preset) -> Engine {
    let mut engine = engine(preset);
    engine.mpe(Zones::whole());
    engine
}

fn press(channel: i16, key: i16) -> Timed {
    at(0, Event::On(Which::key(channel, key), 0.8))
}

#[test]
fn notes_bend_by_themselves_while_the_master_bends_all() {
    let range = f64::from(sine().patch.voice.bend);
    // (channel, bend of it, bend of the master) and where the key 60 is then.
    let cases = [
        (1, 0.25, 0.0, 72.0),
        (1, 0.25, 0.5, 72.0 + 0.5 * range),
        (15, -0.125, -1.0, 54.0 - range),
        // A note on the master channel is bent as ever.
        (0, 0.5, 0.5, 60.0 + 0.5 * range),
    ];
    for (channel, own, master, pitch) in cases {
        for early in [true, false] {
            let mut engine = expressive(&sine());
            let mut events = [
                at(0, Event::Bend(Which::channel(channel), own)),
                at(0, Event::Bend(Which::channel(0), master)),
                press(channel, 60),
            ];
            if !early {
                events.rotate_right(1);
            }
            let (left, _) = perform(&mut engine, &events, 24_000);
            sounds_at(&left, pitch);
        }
    }
    // Two notes at once: the master moves both, a member its own.
    let mut engine = expressive(&sine());
    let events = [
        press(1, 48),
        press(2, 72),
        at(0, Event::Bend(Which::channel(1), 0.25)),
        at(0, Event::Bend(Which::channel(0), 1.0)),
    ];
    let (left, _) = perform(&mut engine, &events, 48_000);
    // 60 + range and 72 + range: an octave apart, so that one is a harmonic of the other.
    sounds_at(&left, 60.0 + range);
    sounds_at(&left, 72.0 + range);
}

#[test]
fn each_zone_has_its_master_and_its_ranges() {
    let lower = Zone { members: 4, bend: 24, master_bend: Some(7) };
    let zones = Zones { lower, upper: Zone::of(3) };
    let cases = [
        (2, 0.5, 0, 1.0, 60.0 + 12.0 + 7.0),
        (13, 0.5, 15, 0.0, 84.0),
        // Masters mean their own zone only.
        (2, 0.0, 15, 1.0, 60.0),
        (13, 0.0, 0, 1.0, 60.0),
        // A channel between the zones is for itself.
        (8, 1.0, 0, 1.0, 60.0 + f64::from(sine().patch.voice.bend)),
    ];
    for (channel, own, master, bend, pitch) in cases {
        let mut engine = engine(&sine());
        engine.mpe(zones);
        let events = [
            press(channel, 60),
            at(0, Event::Bend(Which::channel(channel), own)),
            at(0, Event::Bend(Which::channel(master), bend)),
        ];
        sounds_at(&perform(&mut engine, &events, 24_000).0, pitch);
    }
}

/// A sine whose pitch is moved by 12 semitones of a source.
fn moved_by(source: Source) -> Preset {
    let mut preset = sine();
    let tune = ids().osc[0].tune;
    let route = &mut preset.patch.route[0];
    route.source = source.value();
    route.destination = tune.as_destination();
    let span = tune.def().max - tune.def().min;
    route.amount = 12.0 / span;
    preset
}

#[test]
fn pressure_slide_and_wheel_add_up() {
    type Make = fn(Which, f32) -> Event;
    let cases: [(Source, Make, f64, f64); 3] = [
        (Source::Pressure, Event::Pressure, 6.0, 9.0),
        (Source::Slide, Event::Slide, 6.0, 9.0),
        (Source::Wheel, Event::Wheel, 6.0, 9.0),
    ];
    for (source, make, own, both) in cases {
        let mut engine = expressive(&moved_by(source));
        let events = [press(3, 60), at(0, make(Which::channel(3), 0.5))];
        sounds_at(&perform(&mut engine, &events, 24_000).0, 60.0 + own);
        let events = [at(0, make(Which::channel(0), 0.25))];
        sounds_at(&perform(&mut engine, &events, 24_000).0, 60.0 + both);
        // A note's own expression, as hosts tell it by the note, goes on working.
        let events = [at(0, make(Which::key(3, 60), 0.0))];
        sounds_at(&perform(&mut engine, &events, 24_000).0, 60.0 + both - own);
    }
}

#[test]
fn expressions_and_modulations_of_one_note_work_beside_zones() {
    let id: Id = ids().osc[0].tune;
    let span = id.def().max - id.def().min;
    let which = Which { id: 77, channel: 4, key: 60 };
    let mut engine = expressive(&sine());
    let events = [
        at(0, Event::On(which, 0.8)),
        at(0, Event::Bend(Which::channel(4), 0.25)),
        at(0, Event::Tuning(Which { id: 77, channel: -1, key: -1 }, 0.5)),
        at(0, Event::Modulate(Which { id: 77, channel: -1, key: -1 }, id, 3.0 / span)),
        at(0, Event::Volume(Which { id: 77, channel: -1, key: -1 }, 0.5)),
    ];
    let (left, _) = perform(&mut engine, &events, 24_000);
    sounds_at(&left, 60.0 + 12.0 + 0.5 + 3.0);
    assert!((peak(&left[12_000..]) - 0.5).abs() < 0.01);
}

#[test]
fn the_pedal_of_the_master_holds_the_notes_of_its_zone() {
    let mut preset = sine();
    preset.patch.env[0].release = -3.0;
    let mut engine = engine(&preset);
    engine.mpe(Zones { lower: Zone::of(4), upper: Zone::of(4) });
    let pedal = |channel, down| at(0, Event::Sustain(Which::channel(channel), down));
    let release = |channel, key| at(0, Event::Off(Which::key(channel, key)));
    let held = |engine: &mut Engine, events: &[Timed]| {
        perform(engine, events, 48_000);
        engine.voices()
    };
    let events = [press(2, 60), press(13, 64), pedal(0, true)];
    assert_eq!(held(&mut engine, &events), 2);
    assert_eq!(held(&mut engine, &[release(2, 60), release(13, 64)]), 1, "one zone is held");
    assert_eq!(held(&mut engine, &[pedal(2, true)]), 1);
    assert_eq!(held(&mut engine, &[pedal(0, false)]), 1, "its own pedal holds it");
    assert_eq!(held(&mut engine, &[pedal(2, false)]), 0);
}

#[test]
fn a_note_that_was_let_go_does_not_follow_the_next_one_on_its_channel() {
    let mut preset = sine();
    preset.patch.env[0].release = 3.0;
    let mut engine = expressive(&preset);
    perform(&mut engine, &[press(1, 60), at(100, Event::Off(Which::key(1, 60)))], 4800);
    let (left, _) = perform(&mut engine, &[at(0, Event::Bend(Which::channel(1), 1.0))], 24_000);
    sounds_at(&left, 60.0);
    // The master moves it still.
    let (left, _) = perform(&mut engine, &[at(0, Event::Bend(Which::channel(0), 1.0))], 24_000);
    sounds_at(&left, 60.0 + f64::from(preset.patch.voice.bend));
}

#[test]
fn zones_without_expressions_change_nothing_and_cuts_change_nothing() {
    let events = [press(1, 60), at(900, Event::On(Which::key(2, 67), 0.5))];
    let plain = perform(&mut engine(&busy()), &events, 9_000);
    assert_eq!(perform(&mut expressive(&busy()), &events, 9_000), plain);
    let bends = [
        press(1, 60),
        at(700, Event::Bend(Which::channel(1), 0.1)),
        at(777, Event::Bend(Which::channel(0), -0.7)),
        at(1500, Event::Pressure(Which::channel(0), 0.4)),
        at(2100, Event::Sustain(Which::channel(0), true)),
        at(2222, Event::Off(Which::key(1, 60))),
    ];
    let whole = perform(&mut expressive(&busy()), &bends, 9_000).0;
    let mut engine = expressive(&busy());
    let mut cut = Vec::new();
    let mut begin = 0;
    for length in [1, CONTROL - 1, 77, 500, 91, 801, 700, 1000].into_iter().cycle() {
        let end = (begin + length).min(9_000);
        let now = bends.iter().filter(|e| (begin..end).contains(&e.at));
        let now: Vec<_> = now.map(|e| at(e.at - begin, e.event)).collect();
        cut.extend(perform(&mut engine, &now, end - begin).0);
        begin = end;
        if begin == 9_000 {
            break;
        }
    }
    assert_eq!(cut, whole);
}

#[test]
fn a_configured_zone_takes_members_from_the_other_one() {
    let mut zones = Zones::OFF;
    zones.configure(false, 15);
    assert_eq!(zones, Zones::whole());
    zones.configure(true, 5);
    assert_eq!((zones.lower.members, zones.upper.members), (9, 5));
    assert_eq!(zones.zone_of(9).map(|z| z.1), Some(false));
    assert_eq!(zones.zone_of(10).map(|z| z.1), Some(true));
    zones.configure(false, 14);
    assert_eq!((zones.lower.members, zones.upper.members), (14, 0));
    zones.configure(false, 0);
    assert!(!zones.is_on() && zones.zone_of(0).is_none());
}
