//! Projects: saved, loaded, damaged.

use std::collections::BTreeMap;

use crate::host::{Event, Host};

fn values(host: &mut Host) -> BTreeMap<String, f64> {
    let names: Vec<String> = host.all_params().map(|p| p.name.clone()).collect();
    names.into_iter().map(|name| (name.clone(), host.value(&name))).collect()
}

/// A host whose parameters are all somewhere else than at their defaults.
fn moved() -> Host {
    let mut host = Host::running();
    let params: Vec<_> = host.all_params().cloned().collect();
    let events: Vec<Event> = (params.iter().enumerate())
        .map(|(k, param)| {
            let value = param.max * ((k * 37 + 11) % 101) as f64 / 101.0;
            Event::Set(
                param.name.clone().leak(),
                if param.max > 1.0 { value.round() } else { value },
            )
        })
        .collect();
    host.sound_of(512, &events);
    host
}

#[test]
fn what_the_host_automated_is_saved_and_comes_back_exactly() {
    let mut before = moved();
    let wanted = values(&mut before);
    let state = before.save();
    let mut after = Host::new();
    assert_ne!(values(&mut after), wanted);
    assert!(after.load(&state));
    assert_eq!(values(&mut after), wanted, "loaded before it runs");
    assert_eq!(after.save(), state, "the same bytes");

    let mut running = Host::running();
    running.sound_of(512, &[]);
    assert!(running.load(&state));
    assert_eq!(values(&mut running), wanted, "loaded while it runs");
    running.sound_of(512, &[]);
    assert_eq!(running.save(), state, "the same bytes after a block");
}

#[test]
fn a_loaded_state_sounds_as_it_was_saved() {
    let dark = [
        Event::Set("Filter 1 On", 1.0),
        Event::Set("Filter 1 Cutoff", 0.35),
        Event::Set("Oscillator 1 Tune", 0.46),
        Event::Set("Oscillator 2 On", 1.0),
    ];
    let mut before = Host::running();
    before.sound_of(512, &dark);
    let state = before.save();
    let mut reference = Host::new();
    assert!(reference.load(&state));
    reference.start(48_000.0, 1024);
    let wanted = reference.sound_of(9600, &[Event::On(60, 1)]);
    let mut after = Host::running();
    after.sound_of(480, &[]);
    assert!(after.load(&state));
    after.reset();
    let sound = after.sound_of(9600, &[Event::On(60, 1)]);
    assert_eq!(sound, wanted);
}

#[test]
fn a_state_cut_anywhere_or_of_random_bytes_changes_nothing() {
    let mut host = moved();
    let whole = Host::running().save();
    let wanted = values(&mut host);
    let mut cuts: Vec<usize> = (0..whole.len()).step_by(7).collect();
    cuts.extend([1, 7, 8, 9, whole.len() - 1]);
    for cut in cuts {
        host.load(&whole[..cut]);
        assert_eq!(values(&mut host), wanted, "cut at {cut} of {}", whole.len());
    }
    let mut seed = 1u64;
    for length in [0, 1, 8, 9, 100, 10_000] {
        for _ in 0..8 {
            let blob: Vec<u8> = (0..length)
                .map(|_| {
                    seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    (seed >> 56) as u8
                })
                .collect();
            host.load(&blob);
            assert_eq!(values(&mut host), wanted);
        }
    }
    let sound = host.sound_of(4800, &[Event::On(60, 1)]);
    assert!(sound.iter().flatten().all(|s| s.is_finite()));
}

/// A state with this JSON inside.
fn framed(json: &str) -> Vec<u8> {
    let mut bytes = (json.len() as u64).to_le_bytes().to_vec();
    bytes.extend(json.as_bytes());
    bytes
}

#[test]
fn states_of_others_change_nothing_and_states_of_tomorrow_are_read_as_far_as_known() {
    let mut host = moved();
    let wanted = values(&mut host);
    for foreign in [
        r#"{"version":"1","params":{"gain":{"f32":1e39}},"fields":{}}"#,
        r#"{"version":"1","params":{"filter.1.cutoff":{"f32":1e39}},"fields":{"sample":"\"\""}}"#,
        r#"{"version":"1","params":{},"fields":{"preset":"{}"}}"#,
        r#"{"version":"1","params":{},"fields":{"preset":"[[[[["}}"#,
    ] {
        host.load(&framed(foreign));
        assert_eq!(values(&mut host), wanted, "{foreign}");
    }
    let preset = r#"{\"format\":\"cultivar\",\"version\":99,\"name\":\"x\",\"params\":{\"filter.1.cutoff\":50.0,\"warp.9.glow\":3,\"filter.1.reson\":\"loud\",\"master.level\":1e30}}"#;
    let newer = format!(r#"{{"version":"9","params":{{}},"fields":{{"preset":"{preset}"}}}}"#);
    assert!(host.load(&framed(&newer)));
    let cutoff = host.value("Filter 1 Cutoff");
    assert!((cutoff - (50.0 - 8.0) / 128.0).abs() < 1e-6, "{cutoff}");
    assert_eq!(host.value("Master Level"), 1.0, "clamped");
    assert_eq!(host.value("Filter 1 On"), 0.0, "what is not mentioned is default");
    let saved = String::from_utf8_lossy(&host.save()).into_owned();
    assert!(saved.contains("warp.9.glow"), "what is not known here is kept");
}

#[test]
fn states_load_while_the_audio_thread_plays() {
    let (soft, loud) = {
        let mut host = Host::running();
        let level = |host: &mut Host, level, tune| {
            host.sound_of(
                64,
                &[Event::Set("Master Level", level), Event::Set("Oscillator 1 Tune", tune)],
            );
            host.save()
        };
        (level(&mut host, 0.5, 0.5), level(&mut host, 0.8, 0.625))
    };
    let mut host = Host::running();
    host.sound_of(512, &[Event::On(60, 1)]);
    host.while_playing(|host| {
        for k in 0..400 {
            assert!(host.load(if k % 2 == 0 { &soft } else { &loud }));
            let saved = host.save();
            assert!(saved == soft || saved == loud, "half of one and half of the other");
        }
    });
}
