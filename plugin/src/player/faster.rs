//! Another oversampling while notes are held.

use std::collections::BTreeMap;

use cultivar_dsp::Oversampling;
use cultivar_patch::{Preset, Table};

use super::*;

const RATE: f32 = 48_000.0;
const BLOCK: usize = 256;

/// A player of a full sine that comes and goes slowly.
fn player() -> (Arc<Instrument>, Player) {
    let (instrument, inlet) = Instrument::new();
    let instrument = Arc::new(instrument);
    instrument.load(&mut instrument.document(), sine(0.0));
    let mut player = Player::new(instrument.clone(), inlet);
    player.start(RATE);
    (instrument, player)
}

/// A full sine at a level in decibels.
fn sine(level: f32) -> Preset {
    let mut preset = Preset::init();
    preset.tables = std::array::from_fn(|_| Table::Factory("sine".into()));
    (preset.patch.env[0].attack, preset.patch.env[0].release) = (0.0, -4.0);
    preset.patch.master.level = level - 6.0;
    preset
}

fn oversample(instrument: &Instrument, oversampling: Oversampling) {
    instrument.oversample(&mut instrument.document(), oversampling);
}

/// The left side of the next blocks.
fn render(player: &mut Player, blocks: usize) -> Vec<f32> {
    let mut sound = Vec::new();
    let mut host = quiet::Quiet(Transport::new(RATE), Default::default());
    for _ in 0..blocks {
        let (mut left, mut right) = ([0.0; BLOCK], [0.0; BLOCK]);
        player.process(&mut left, &mut right, &mut host);
        assert!(!player.failed);
        sound.extend(left);
    }
    sound
}

fn peak(sound: &[f32]) -> f32 {
    sound.iter().fold(0.0, |peak, x| peak.max(x.abs()))
}

fn sound_rate(player: &Player) -> f32 {
    player.engine.as_ref().map_or(0.0, |engine| engine.sound_rate())
}

#[test]
fn a_held_note_goes_on_at_another_oversampling() {
    let (instrument, mut player) = player();
    instrument.outlet.press(KeyPress::Down(45, 1.0));
    render(&mut player, 250);
    let before = render(&mut player, 20);
    let steepest = |x: &[f32]| x.windows(2).fold(0.0f32, |most, w| most.max((w[1] - w[0]).abs()));
    for oversampling in [Oversampling::Fourfold, Oversampling::Twice, Oversampling::None] {
        oversample(&instrument, oversampling);
        let between = render(&mut player, 20);
        assert_eq!(sound_rate(&player), RATE * oversampling.factor() as f32);
        assert!(steepest(&between) < 1.5 * steepest(&before), "{oversampling:?}: a click");
        assert!(player.leaving.is_none(), "the other engine is gone");
        let after = render(&mut player, 20);
        assert!((peak(&after) / peak(&before) - 1.0).abs() < 0.02, "{oversampling:?}");
        instrument.outlet.free();
    }
    instrument.outlet.press(KeyPress::Up(45));
    render(&mut player, 100);
    assert_eq!(player.engine.as_ref().map(|engine| engine.voices()), Some(0));
}

#[test]
fn whoever_changes_his_mind_hears_the_last_wish() {
    let (instrument, mut player) = player();
    instrument.outlet.press(KeyPress::Down(45, 1.0));
    render(&mut player, 250);
    for _ in 0..3 {
        for oversampling in Oversampling::ALL {
            oversample(&instrument, oversampling);
            render(&mut player, 1);
        }
    }
    render(&mut player, 40);
    assert_eq!(sound_rate(&player), 4.0 * RATE);
    assert!(peak(&render(&mut player, 4)) > 0.2);
    assert!(player.waiting.is_none() && player.leaving.is_none());
}

#[test]
fn a_preset_that_overtakes_the_engine_plays_in_it() {
    let (instrument, mut player) = player();
    oversample(&instrument, Oversampling::Twice);
    instrument.load(&mut instrument.document(), sine(-20.0));
    render(&mut player, 1);
    assert_eq!(sound_rate(&player), 2.0 * RATE);
    instrument.outlet.press(KeyPress::Down(45, 1.0));
    render(&mut player, 250);
    let loud = peak(&render(&mut player, 20));
    assert!((0.02..0.03).contains(&loud), "{loud}: not the one that was loaded");
    // Edits and knobs reach it.
    let level = cultivar_patch::schema::ids().master.level;
    player.engine.as_mut().expect("it was started").set(level, 0.0);
    assert!(peak(&render(&mut player, 40)) > 0.3);
}

#[test]
fn oversampling_is_saved_with_the_project_and_kept_by_the_next_engine() {
    let (instrument, mut player) = player();
    oversample(&instrument, Oversampling::Twice);
    render(&mut player, 1);
    let fields = instrument.serialize_fields();
    let (other, mut others) = self::player();
    others.inlet.set_stopped(false);
    render(&mut others, 1);
    other.deserialize_fields(&fields);
    render(&mut others, 1);
    assert_eq!(sound_rate(&others), 2.0 * RATE);
    others.start(44_100.0);
    assert_eq!(sound_rate(&others), 88_200.0);
    // A project of an earlier version knows of none, and a wild one is not believed.
    for wish in [None, Some(3), Some(4_000_000)] {
        let session = with_wish(&fields, wish);
        other.deserialize_fields(&session);
        render(&mut others, 1);
        assert_eq!(sound_rate(&others), 44_100.0, "{wish:?}");
    }
}

/// The fields of a project whose session wishes for so many samples.
fn with_wish(fields: &BTreeMap<String, String>, wish: Option<u64>) -> BTreeMap<String, String> {
    let mut fields = fields.clone();
    let session = fields.get_mut("session").expect("a session");
    let mut json: serde_json::Value = serde_json::from_str(session).expect("json");
    let words = json.as_object_mut().expect("an object");
    words.remove("oversampling").expect("it is there");
    if let Some(wish) = wish {
        words.insert("oversampling".into(), wish.into());
    }
    *session = json.to_string();
    fields
}
