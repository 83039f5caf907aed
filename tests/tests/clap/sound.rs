//! What is heard when the host plays.

use clack_extensions::tail::PluginTail;
use clack_extensions::voice_info::PluginVoiceInfo;
use clack_host::events::event_types::{NoteEndEvent, NoteExpressionType};

use crate::host::{Event, Host};

const RATE: f32 = 48_000.0;

/// Fundamental in hertz by the mean distance of rising zero crossings.
fn pitch(samples: &[f32]) -> f32 {
    let crossings: Vec<f32> = samples
        .windows(2)
        .enumerate()
        .filter(|(_, w)| w[0] < 0.0 && w[1] >= 0.0)
        .map(|(k, w)| k as f32 + w[0] / (w[0] - w[1]))
        .collect();
    assert!(crossings.len() > 2, "no periods in {} samples", samples.len());
    let periods = (crossings.len() - 1) as f32;
    RATE * periods / (crossings[crossings.len() - 1] - crossings[0])
}

fn level(samples: &[f32]) -> f32 {
    (samples.iter().map(|s| s * s).sum::<f32>() / samples.len() as f32).sqrt()
}

/// A host that plays a sine: the saw through a closed filter is one near enough.
fn sine() -> Host {
    let mut host = Host::running();
    let dark = [
        Event::Set("Filter 1 On", 1.0),
        Event::Set("Filter 1 Cutoff", 0.45),
        Event::Set("Filter 1 Reson.", 0.0),
        Event::Set("Filter 1 Key", 0.5),
        Event::Set("Voice Velocity", 0.0),
    ];
    host.sound_of(4800, &dark);
    host
}

fn cents(a: f32, b: f32) -> f32 {
    1200.0 * (a / b).log2()
}

#[test]
fn a_key_sounds_at_its_pitch_and_falls_silent() {
    let mut host = sine();
    let sound = host.sound_of(24_000, &[Event::On(69, 1)]);
    let heard = pitch(&sound[0][4800..]);
    assert!(cents(heard, 440.0).abs() < 1.0, "{heard} Hz");
    host.sound_of(48_000, &[Event::Off(69, 1)]);
    let rest = host.sound_of(4800, &[]);
    assert!(rest.iter().flatten().all(|s| s.abs() < 1e-4), "it rings on");
}

#[test]
fn an_ended_note_is_told_to_the_host() {
    let mut host = sine();
    host.sound_of(512, &[Event::On(60, 7)]);
    let mut ended = Vec::new();
    for block in 0..200 {
        let off = if block == 0 { vec![Event::Off(60, 7)] } else { vec![] };
        host.sound_of(512, &off);
        ended.extend(host.sent().iter().filter_map(|event| {
            let end = event.as_event::<NoteEndEvent>()?;
            Some(end.pckn().raw_note_id())
        }));
    }
    assert_eq!(ended, [7]);
}

#[test]
fn a_choked_note_stops_at_once() {
    let mut host = sine();
    host.sound_of(9600, &[Event::On(60, 1)]);
    host.sound_of(480, &[Event::Choke(60, 1)]);
    let rest = host.sound_of(960, &[]);
    assert!(level(&rest[0]) < 1e-3, "{}", level(&rest[0]));
}

#[test]
fn the_same_song_is_the_same_sound_however_blocks_are_cut() {
    let song = [
        (100, Event::On(57, 1)),
        (3000, Event::Set("Filter 1 Cutoff", 0.6)),
        (3001, Event::On(64, 2)),
        (5123, Event::Modulate("Filter 1 Cutoff", -0.2)),
        (6000, Event::ModulateNote("Oscillator 1 Pan", 2, 0.7)),
        (7777, Event::Midi([0xE0, 0x00, 0x60])),
        (9000, Event::Off(57, 1)),
        (9001, Event::Express(NoteExpressionType::Tuning, 2, 1.5)),
        (12_000, Event::Off(64, 2)),
    ];
    let reference = sine().render(24_000, &[512], &song);
    assert!(level(&reference[0]) > 0.01);
    for blocks in [&[1024][..], &[1], &[7], &[64], &[333, 5, 1000, 1]] {
        let sound = sine().render(24_000, blocks, &song);
        let worst = (0..24_000)
            .map(|k| {
                (sound[0][k] - reference[0][k]).abs().max((sound[1][k] - reference[1][k]).abs())
            })
            .fold(0.0f32, f32::max);
        assert!(worst <= 1e-6, "blocks of {blocks:?} differ by {worst}");
    }
}

#[test]
fn note_expressions_reach_their_note_only() {
    let mut host = sine();
    host.sound_of(4800, &[Event::On(69, 1)]);
    host.sound_of(4800, &[Event::Express(NoteExpressionType::Tuning, 1, 12.0)]);
    let up = pitch(&host.sound_of(9600, &[])[0]);
    assert!(cents(up, 880.0).abs() < 3.0, "{up} Hz");
    host.sound_of(4800, &[Event::Express(NoteExpressionType::Tuning, 99, -12.0)]);
    let same = pitch(&host.sound_of(9600, &[])[0]);
    assert!(cents(same, 880.0).abs() < 3.0, "{same} Hz");

    let loud = level(&host.sound_of(9600, &[])[0]);
    host.sound_of(4800, &[Event::Express(NoteExpressionType::Volume, 1, 0.25)]);
    let soft = level(&host.sound_of(9600, &[])[0]);
    assert!((soft / loud - 0.25).abs() < 0.02, "{soft} of {loud}");

    host.sound_of(4800, &[Event::Express(NoteExpressionType::Pan, 1, 0.0)]);
    let [left, right] = host.sound_of(9600, &[]);
    assert!(level(&left) > 20.0 * level(&right), "{} to {}", level(&left), level(&right));
}

#[test]
fn polyphonic_modulation_moves_one_note_and_leaves_the_other() {
    let mut host = sine();
    host.sound_of(4800, &[Event::On(69, 1)]);
    // Tune is 96 semitones wide: an eighth of it is an octave.
    host.sound_of(4800, &[Event::ModulateNote("Oscillator 1 Tune", 1, 0.125)]);
    let up = pitch(&host.sound_of(9600, &[])[0]);
    assert!(cents(up, 880.0).abs() < 3.0, "{up} Hz");
    host.sound_of(48_000, &[Event::Off(69, 1)]);
    let other = host.sound_of(9600, &[Event::On(69, 2)]);
    let heard = pitch(&other[0][2400..]);
    assert!(cents(heard, 440.0).abs() < 3.0, "{heard} Hz");
    assert!((host.value("Oscillator 1 Tune") - 0.5).abs() < 1e-6, "the parameter itself moved");
}

#[test]
fn wheels_and_pedals_do_what_they_do() {
    let mut host = sine();
    host.sound_of(4800, &[Event::On(69, 1)]);
    host.sound_of(4800, &[Event::Midi([0xE0, 0x7F, 0x7F])]);
    let bent = pitch(&host.sound_of(9600, &[])[0]);
    assert!(cents(bent, 440.0 * 2f32.powf(2.0 / 12.0)).abs() < 3.0, "{bent} Hz");
    host.sound_of(512, &[Event::Midi([0xE0, 0x00, 0x40]), Event::Midi([0xB0, 64, 127])]);
    host.sound_of(48_000, &[Event::Off(69, 1)]);
    assert!(level(&host.sound_of(4800, &[])[0]) > 0.01, "the pedal holds it");
    host.sound_of(48_000, &[Event::Midi([0xB0, 64, 0])]);
    assert!(level(&host.sound_of(4800, &[])[0]) < 1e-4, "the pedal lets it go");
    host.sound_of(4800, &[Event::On(60, 3), Event::On(64, 4)]);
    host.sound_of(48_000, &[Event::Midi([0xB0, 123, 0])]);
    assert!(level(&host.sound_of(4800, &[])[0]) < 1e-4, "all notes off");
}

#[test]
fn echoes_follow_the_tempo_of_the_song() {
    for (tempo, beat) in [(120.0, 24_000), (240.0, 12_000)] {
        let mut host = sine();
        host.set_tempo(tempo);
        let delay = [
            Event::Set("Delay On", 1.0),
            Event::Set("Delay Sync", 1.0),
            Event::Set("Delay Mix", 0.5),
        ];
        host.sound_of(48_000, &delay);
        host.sound_of(2400, &[Event::On(69, 1)]);
        let [sound, _] = host.sound_of(36_000, &[Event::Choke(69, 1)]);
        let loud = |at: usize| level(&sound[at..][..960]);
        let loudest = (960..35_000).step_by(240).max_by(|a, b| loud(*a).total_cmp(&loud(*b)));
        let echo = loudest.expect("places") + 480 + 1200;
        assert!(echo.abs_diff(beat) < 1800, "an echo after {echo} samples, a beat is {beat}");
    }
}

#[test]
fn voices_and_tail_are_told_to_the_host() {
    let mut host = Host::running();
    let voices = host.with_handle(|handle| {
        let info: PluginVoiceInfo = handle.get_extension().expect("voice info");
        info.get(handle).expect("voices").voice_capacity
    });
    assert_eq!(voices, 32);
    let has_tail = host.with_handle(|handle| handle.get_extension::<PluginTail>().is_some());
    assert!(has_tail);
    host.sound_of(512, &[Event::Set("Envelope 1 Release", 1.0), Event::On(60, 1)]);
    let held = host.tail();
    assert!(held > 48_000, "32 seconds of release, a tail of {held} samples");
}

#[test]
fn two_instances_do_not_hear_each_other() {
    let (mut one, mut two) = (sine(), sine());
    one.sound_of(4800, &[Event::On(69, 1), Event::Set("Oscillator 1 Tune", 0.625)]);
    let silence = two.sound_of(4800, &[]);
    assert!(silence.iter().flatten().all(|s| *s == 0.0));
    let heard = pitch(&two.sound_of(24_000, &[Event::On(69, 1)])[0][4800..]);
    assert!(cents(heard, 440.0).abs() < 1.0, "{heard} Hz");
    drop(one);
    assert!(level(&two.sound_of(4800, &[])[0]) > 0.01);
}

#[test]
fn every_rate_and_block_gives_finite_sound() {
    for rate in [8000.0, 11_025.0, 44_100.0, 96_000.0, 192_000.0, 768_000.0, 47_999.5] {
        let mut host = Host::new();
        host.start(rate, 2048);
        let sound = host.render(8192, &[2048, 1, 17], &[(5, Event::On(48, 1))]);
        assert!(sound.iter().flatten().all(|s| s.is_finite() && s.abs() < 4.0), "at {rate} Hz");
        assert!(sound.iter().flatten().any(|s| s.abs() > 1e-3), "silent at {rate} Hz");
    }
}

#[test]
fn what_no_host_should_send_gives_finite_sound() {
    let mut host = sine();
    let params: Vec<_> = ["Filter 1 Cutoff", "Oscillator 1 Tune", "Master Level"].into();
    for value in [f64::NAN, f64::INFINITY, -1e30, 1e30] {
        let mut events = vec![Event::On(60, 1), Event::On(60, 1), Event::Off(3, 9)];
        events.extend(params.iter().map(|&name| Event::Set(name, value)));
        events.extend(params.iter().map(|&name| Event::Modulate(name, value)));
        events.extend(params.iter().take(2).map(|&name| Event::ModulateNote(name, 1, value)));
        for kind in [
            NoteExpressionType::Tuning,
            NoteExpressionType::Pan,
            NoteExpressionType::Volume,
            NoteExpressionType::Pressure,
            NoteExpressionType::Brightness,
        ] {
            events.push(Event::Express(kind, 1, value));
        }
        let sound = host.sound_of(4800, &events);
        assert!(sound.iter().flatten().all(|s| s.is_finite()), "after {value}");
    }
    host.reset();
    let rest = host.sound_of(480, &[]);
    assert!(rest.iter().flatten().all(|s| *s == 0.0), "a reset is silence");
}
