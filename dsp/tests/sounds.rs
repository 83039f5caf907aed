//! How sounds come to an engine, take each other's place, and go.

mod stage;

use cultivar_dsp::{Event, SOUNDS, Sound, Timed, Which};
use cultivar_patch::schema::ids;
use cultivar_patch::{Point, Shape};
use stage::{RATE, engine, off, on, peak, perform, step};

#[test]
fn a_change_of_sound_keeps_held_notes_and_retires_the_old_sound() {
    let preset = stage::sine();
    let mut quiet = preset.clone();
    quiet.patch.osc[0].level = -20.0;
    let mut engine = engine(&preset);
    perform(&mut engine, &[on(0, 45)], 4800);
    assert!(engine.play(Sound::new(&quiet, RATE)).is_ok());
    assert!(engine.retired().is_none());
    let (left, _) = perform(&mut engine, &[], 4800);
    assert!(peak(&left) > 0.9);
    perform(&mut engine, &[off(0, 45)], 48000);
    assert!(engine.retired().is_some());
    let (left, _) = perform(&mut engine, &[on(0, 45)], 4800);
    assert!((peak(&left) - 0.1).abs() < 0.01);
    assert!(engine.audition(Sound::new(&preset, RATE)).is_ok());
    let (left, _) = perform(&mut engine, &[], 4800);
    assert!(peak(&left[2400..]) > 0.9 && step(&left) < 0.03);
}

#[test]
fn an_edited_sound_takes_the_place_of_the_playing_one() {
    let preset = stage::sine();
    let mut edited = preset.clone();
    edited.patch.osc[0].level = -20.0;
    let mut engine = engine(&preset);
    perform(&mut engine, &[on(0, 45)], 4801);
    assert!(engine.exchange(Sound::new(&edited, RATE)).is_some());
    let (left, _) = perform(&mut engine, &[], 9600);
    assert!((peak(&left[4800..]) - 0.1).abs() < 0.001);
    assert!(step(&left) < 0.05, "{}", step(&left));
    assert!(engine.exchange(Sound::new(&edited, 44_100.0)).is_some());
}

#[test]
fn an_edit_of_a_shape_lets_envelopes_and_values_in_motion_go_on() {
    let mut preset = stage::sine();
    preset.patch.env[0].attack = 0.0;
    let mut engine = engine(&preset);
    perform(&mut engine, &[on(0, 45)], 24_000);
    let level = ids().osc[0].level;
    engine.set(level, -6.0);
    perform(&mut engine, &[], 9_600);
    let (before, _) = perform(&mut engine, &[], 4_800);
    for k in 0..20 {
        let mut edited = preset.clone();
        edited.shapes[0] = Shape::new([Point { x: 0.0, y: k as f32 / 20.0, bow: 0.0 }]);
        assert!(engine.exchange(Sound::new(&edited, RATE)).is_some());
        // What the player knows to be set, and the sound does not.
        engine.set(level, -6.0);
        let (now, _) = perform(&mut engine, &[], 480);
        assert!(step(&now) < 1.5 * step(&before), "edit {k}: {}", step(&now));
    }
    let (after, _) = perform(&mut engine, &[], 4_800);
    assert!(peak(&after) > 0.9 * peak(&before), "the attack began anew");
    assert!(engine.voices() == 1 && engine.retired().is_none());
}

/// Presets that ring for a minute come one after the other, each played and let go.
#[test]
fn the_newest_sound_plays_however_long_the_others_ring() {
    let mut ringing = stage::sine();
    (ringing.patch.reverb.on, ringing.patch.reverb.decay) = (1.0, 6.0);
    ringing.patch.reverb.mix = 0.5;
    let mut engine = engine(&ringing);
    let block = 256;
    let mut longest = 0;
    for k in 0..3 * SOUNDS {
        let (mut sound, mut waited) = (Sound::new(&ringing, RATE), 0);
        while let Err(refused) = engine.play(sound) {
            sound = refused;
            let (left, _) = perform(&mut engine, &[], block);
            assert!(step(&left) < 0.25, "sound {k}: {}", step(&left));
            waited += block;
            drop(engine.retired());
        }
        longest = longest.max(waited);
        let which = Which { id: k as i32, channel: 0, key: 45 };
        let begin = Timed { at: 0, event: Event::On(which, 0.1) };
        let end = Timed { at: 128, event: Event::Off(which) };
        let (left, _) = perform(&mut engine, &[begin, end], block);
        assert!(step(&left) < 0.25, "sound {k}: {}", step(&left));
        drop(engine.retired());
    }
    assert!(longest <= (0.04 * RATE) as usize, "a sound waited for {longest} samples");
    // None of this was for want of tails.
    assert!(std::iter::from_fn(|| engine.retired()).count() <= SOUNDS);
    let (left, _) = perform(&mut engine, &[], 48_000);
    assert!(peak(&left[47_000..]) > 1e-3, "the youngest ring on");
}

#[test]
fn a_sound_that_has_to_leave_fades_with_its_notes_and_tells_their_end() {
    let mut engine = engine(&stage::sine());
    let mut quiet = stage::sine();
    quiet.patch.osc[0].level = -40.0;
    // A held note on each of as many sounds as there may be, the first the loudest.
    for k in 0..SOUNDS {
        let which = Which { id: k as i32, channel: 0, key: 45 };
        perform(&mut engine, &[Timed { at: 0, event: Event::On(which, 1.0) }], 480);
        assert!(engine.play(Sound::new(&quiet, RATE)).is_ok(), "sound {k}");
    }
    let (left, _) = perform(&mut engine, &[], 2_400);
    assert!(step(&left) < 0.03, "the first note was cut off: {}", step(&left));
    assert!(peak(&left[..440]) > 0.5 && peak(&left[1_500..]) < 0.5);
    assert_eq!(engine.ended().iter().map(|which| which.id).collect::<Vec<_>>(), [0]);
    assert_eq!(engine.voices(), SOUNDS - 1);
    assert!(engine.retired().is_some() && engine.retired().is_none());
}
