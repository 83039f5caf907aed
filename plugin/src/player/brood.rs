//! Sounds on the keys of the octave.

use cultivar_patch::Preset;

use super::*;

const RATE: f32 = 48_000.0;
const BLOCK: usize = 256;

/// Twelve presets, each so many decibels softer than the one before, that ring for a second.
fn litter(loudest: f32) -> Arc<[Preset]> {
    let preset = |key: usize| {
        let mut preset = Preset::init();
        preset.patch.master.level = loudest - 2.0 * key as f32;
        preset.patch.env[0].release = 0.0;
        preset
    };
    (0..12).map(preset).collect()
}

fn player() -> (Arc<Instrument>, Player) {
    let (instrument, inlet) = Instrument::new();
    let instrument = Arc::new(instrument);
    let mut player = Player::new(instrument.clone(), inlet);
    player.start(RATE);
    (instrument, player)
}

fn press(player: &mut Player, event: Event) {
    player.events.push(Timed { at: 0, event });
}

/// The left side of the next blocks.
fn render(player: &mut Player, blocks: usize) -> Vec<f32> {
    let mut sound = Vec::new();
    for _ in 0..blocks {
        let (mut left, mut right) = (vec![0.0; BLOCK], vec![0.0; BLOCK]);
        player.change_sound();
        player.put_on_keys();
        player.render_part(&mut left, &mut right);
        player.return_sounds();
        sound.extend(left);
    }
    sound
}

/// Peak in decibels of a key that is struck and let go.
fn strike(player: &mut Player, key: i16) -> f32 {
    press(player, Event::AllSoundOff);
    render(player, 8);
    press(player, Event::On(Which::key(0, key), 1.0));
    let peak = render(player, 40).iter().fold(0.0f32, |peak, x| peak.max(x.abs()));
    press(player, Event::Off(Which::key(0, key)));
    20.0 * peak.log10()
}

#[test]
fn each_key_of_the_octave_plays_its_own_sound_while_that_is_wished() {
    let (instrument, mut player) = player();
    let own = strike(&mut player, 60);
    instrument.put_on_keys(litter(-12.0));
    assert!((strike(&mut player, 65) - own).abs() < 1.0, "nobody has wished it yet");
    instrument.outlet.set_on_keys(true);
    let first = strike(&mut player, 60);
    for key in [61, 66, 71] {
        let wanted = first - 2.0 * (key - 60) as f32;
        assert!((strike(&mut player, key) - wanted).abs() < 1.0, "key {key}");
    }
    assert!((strike(&mut player, 71 - 24) - (first - 22.0)).abs() < 1.0, "in every octave");
    instrument.outlet.set_on_keys(false);
    assert!((strike(&mut player, 71) - own).abs() < 1.0);
    instrument.outlet.set_on_keys(true);
    // Another engine gets them too.
    player.start(44_100.0);
    let again = strike(&mut player, 71);
    assert!((again - (first - 22.0)).abs() < 1.0, "{again} dB");
}

#[test]
fn held_keys_do_not_hear_that_a_new_litter_is_planted() {
    let held = |planted: usize| {
        let (instrument, mut player) = player();
        instrument.put_on_keys(litter(-20.0));
        instrument.outlet.set_on_keys(true);
        render(&mut player, 1);
        (60..72).for_each(|key| press(&mut player, Event::On(Which::key(0, key), 0.8)));
        let mut sound = render(&mut player, 20);
        for k in 0..planted {
            instrument.put_on_keys(litter(-40.0 - k as f32));
            sound.extend(render(&mut player, 5));
        }
        sound.extend(render(&mut player, 5 * (4 - planted)));
        assert!(planted == 0 || player.brood.is_none(), "they wait for ever");
        assert_eq!(player.shown.voices.max(12), 12);
        // New notes are those of the newest litter.
        (60..72).for_each(|key| press(&mut player, Event::Off(Which::key(0, key))));
        render(&mut player, 40);
        (sound, strike(&mut player, 60))
    };
    let (alone, _) = held(0);
    assert!(alone.iter().any(|x| x.abs() > 0.05), "twelve notes sound");
    let (planted, newest) = held(1);
    assert_eq!(planted, alone, "not a sample differs");
    let (many, last) = held(4);
    assert_eq!(many, alone, "not even under four litters");
    assert!((newest - last - 3.0).abs() < 0.5, "{newest} dB and {last} dB");
}

#[test]
fn all_sounds_come_back_to_be_freed() {
    let (instrument, mut player) = player();
    for k in 0..40 {
        instrument.put_on_keys(litter(-20.0 - k as f32));
        if k % 3 == 0 {
            render(&mut player, 2);
            instrument.outlet.free();
        }
    }
    render(&mut player, 400);
    instrument.outlet.free();
    assert!(player.brood.is_none());
    let engine = player.engine.as_mut().expect("it was started");
    assert!(engine.retired().is_none(), "a sound is left that nobody plays");
}
