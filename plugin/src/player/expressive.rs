//! Tunings of the project and MPE, as a host's events bring them.

use std::io::Write;

use cultivar_dsp::Zone;
use cultivar_patch::{Preset, Table};
use nice_plug::midi::{Channel, Key, VoiceID};

use super::quiet::Quiet;
use super::*;
use crate::scales::Scales;

const RATE: f32 = 48_000.0;
const BLOCK: usize = 24_000;

/// A player of a full sine.
fn player() -> (Arc<Instrument>, Player) {
    let (instrument, inlet) = Instrument::new();
    let instrument = Arc::new(instrument);
    let mut preset = Preset::init();
    preset.tables = std::array::from_fn(|_| Table::Factory("sine".into()));
    preset.patch.env[0].release = NO_TIME;
    instrument.load(&mut instrument.document(), preset);
    let mut player = Player::new(instrument.clone(), inlet);
    player.start(RATE);
    (instrument, player)
}

/// The left side of the next half second.
fn render(player: &mut Player, events: &[NoteEvent<()>]) -> Vec<f32> {
    let (mut left, mut right) = (vec![0.0; BLOCK], vec![0.0; BLOCK]);
    let mut host = Quiet(Transport::new(RATE), events.iter().copied().collect());
    player.process(&mut left, &mut right, &mut host);
    assert!(!player.failed);
    left
}

/// The pitch of a tone in MIDI note numbers, by the turns of its last quarter second.
fn pitch(x: &[f32]) -> f64 {
    let x = &x[x.len() / 2..];
    let rises = x.windows(2).enumerate().filter(|(_, w)| w[0] <= 0.0 && w[1] > 0.0);
    let at = |(k, w): (usize, &[f32])| k as f64 + f64::from(w[0] / (w[0] - w[1]));
    let times: Vec<f64> = rises.map(at).collect();
    assert!(times.len() > 2, "silence");
    let turn = (times[times.len() - 1] - times[0]) / (times.len() - 1) as f64;
    69.0 + 12.0 * (f64::from(RATE) / turn / 440.0).log2()
}

#[track_caller]
fn sounds_at(x: &[f32], wanted: f64) {
    let found = pitch(x);
    assert!((found - wanted).abs() < 0.002, "{found}, not {wanted}");
}

fn on(channel: u8, key: u8) -> NoteEvent<()> {
    let (voice_id, channel, key) = (VoiceID::Wildcard, Channel::Number(channel), Key::Number(key));
    NoteEvent::NoteOn { timing: 0, voice_id, channel, key, velocity: 1.0 }
}

fn bend(channel: u8, value: f32) -> NoteEvent<()> {
    NoteEvent::MidiPitchBend { timing: 0, channel, value: 0.5 + 0.5 * value }
}

/// A registered parameter takes a value.
fn registered(channel: u8, number: u8, value: u8) -> [NoteEvent<()>; 3] {
    [(101, 0), (100, number), (6, value)].map(|(cc, value)| NoteEvent::MidiCC {
        timing: 0,
        channel,
        cc,
        value: f32::from(value) / 127.0,
    })
}

#[test]
fn a_controller_switches_mpe_on_and_sets_its_ranges() {
    let (instrument, mut player) = player();
    let mut events = registered(0, 6, 15).to_vec();
    events.extend(registered(0, 0, 5));
    events.extend([on(2, 60), bend(2, 0.25), bend(0, 1.0)]);
    sounds_at(&render(&mut player, &events), 60.0 + 12.0 + 5.0);
    assert!(instrument.outlet.zones().is_on());
    // All members at once have another range.
    sounds_at(&render(&mut player, &registered(9, 0, 24)), 60.0 + 6.0 + 5.0);
    let whole = Zone { members: 15, bend: 24, master_bend: Some(5) };
    assert_eq!(instrument.outlet.zones().lower, whole);
    // Another engine has them, too.
    player.start(RATE);
    sounds_at(&render(&mut player, &[on(2, 60), bend(2, 0.25)]), 66.0);
    render(&mut player, &registered(0, 6, 0));
    assert!(!instrument.outlet.zones().is_on());
}

#[test]
fn the_zones_change_at_their_sample() {
    let (_, mut player) = player();
    let mut events = vec![on(2, 60), bend(2, 1.0)];
    events.extend(registered(0, 6, 15).map(|event| match event {
        NoteEvent::MidiCC { channel, cc, value, .. } => {
            NoteEvent::MidiCC { timing: 18_000, channel, cc, value }
        }
        other => other,
    }));
    let sound = render(&mut player, &events);
    let range = f64::from(player.known.voice.bend);
    sounds_at(&sound[..18_000], 60.0 + range);
    sounds_at(&sound[18_200..], 108.0);
}

#[test]
fn a_hand_switches_zones_on_while_notes_sound() {
    let (instrument, mut player) = player();
    render(&mut player, &[on(3, 60), bend(3, 0.5)]);
    instrument.outlet.set_zones(Zones::whole());
    sounds_at(&render(&mut player, &[]), 84.0);
    instrument.outlet.set_zones(Zones::OFF);
    sounds_at(&render(&mut player, &[]), 60.0 + 0.5 * f64::from(player.known.voice.bend));
}

/// Scales of one file.
fn scales(ending: &str, text: &str) -> Scales {
    let mut file = tempfile::Builder::new().suffix(ending).tempfile().expect("a file");
    file.write_all(text.as_bytes()).expect("written");
    Scales::default().with(file.path()).expect("sane")
}

#[test]
fn the_project_tunes_the_keys_of_every_engine() {
    let (instrument, mut player) = player();
    let scale = scales(".scl", "thirds\n1\n5/4\n");
    instrument.tune(&mut instrument.document(), scale).expect("sane");
    let third = 12.0 * 1.25f64.log2();
    sounds_at(&render(&mut player, &[on(0, 61)]), 60.0 + third);
    player.start(44_100.0);
    player.start(RATE);
    sounds_at(&render(&mut player, &[on(0, 58)]), 60.0 - 2.0 * third);
    // Another project has another tuning, or none.
    let fields = instrument.serialize_fields();
    instrument.tune(&mut instrument.document(), Scales::default()).expect("sane");
    sounds_at(&render(&mut player, &[]), 58.0);
    instrument.deserialize_fields(&fields);
    sounds_at(&render(&mut player, &[]), 60.0 - 2.0 * third);
    let (plain, _) = Instrument::new();
    instrument.deserialize_fields(&plain.serialize_fields());
    sounds_at(&render(&mut player, &[]), 58.0);
    instrument.outlet.free();
}

#[test]
fn zones_are_saved_with_the_project() {
    let (instrument, mut player) = player();
    render(&mut player, &registered(15, 6, 7));
    let fields = instrument.serialize_fields();
    let (other, _) = Instrument::new();
    other.deserialize_fields(&fields);
    assert_eq!(other.outlet.zones().upper, Zone::of(7));
    // A project of an earlier version knows of none.
    let mut fields = fields;
    let session = fields.get_mut("session").expect("a session");
    let mut json: serde_json::Value = serde_json::from_str(session).expect("json");
    json.as_object_mut().expect("an object").remove("zones").expect("they are there");
    *session = json.to_string();
    other.deserialize_fields(&fields);
    assert_eq!(other.outlet.zones(), Zones::OFF);
    assert!(other.document().notices.is_empty());
}
