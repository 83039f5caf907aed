//! The way from one sound to another: exact ends, one note, no click.

mod stage;

use cultivar_dsp::{Engine, Event, Note, Sound, Timed, Which, render};
use cultivar_patch::schema::{Mode, Source, To, Warp, ids};
use cultivar_patch::{Preset, Table};
use stage::{Dice, RATE, busy, engine, morph, off, on, peak, perform, random_preset};

fn to(at: usize, position: f32) -> Timed {
    Timed { at, event: Event::Set(ids().morph.position, position) }
}

/// A preset of random legal values, heard and without a partner.
fn random(dice: &mut Dice) -> Preset {
    let mut preset = Preset { partner: None, ..random_preset(dice) };
    (preset.patch.osc[0].on, preset.patch.osc[0].level) = (1.0, -6.0);
    (preset.patch.env[0].delay, preset.patch.env[0].attack) = (-13.0, -9.0);
    (preset.patch.master.level, preset.patch.voice.count) = (-6.0, 8.0);
    preset
}

/// Notes that overlap, glide, bend and end, in uneven blocks.
fn play(engine: &mut Engine) -> (Vec<f32>, Vec<f32>) {
    let pedal = |at, down| Timed { at, event: Event::Sustain(Which::channel(0), down) };
    let bend = |at, x| Timed { at, event: Event::Bend(Which::channel(0), x) };
    let blocks = [
        (vec![on(5, 50), pedal(30, true), on(700, 57)], 1000),
        (vec![off(1, 50), bend(77, 0.6), on(99, 62)], 333),
        (vec![off(2, 57), pedal(400, false)], 2500),
        (vec![on(0, 45), bend(64, -0.3), off(1000, 62), off(1400, 45)], 4000),
    ];
    let (mut left, mut right) = (vec![], vec![]);
    for (events, frames) in blocks {
        let (l, r) = perform(engine, &events, frames);
        left.extend(l);
        right.extend(r);
    }
    (left, right)
}

#[test]
fn the_ends_are_the_two_sounds_bit_for_bit() {
    let mut dice = Dice(11);
    for round in 0..12 {
        let (mut a, mut b) = (random(&mut dice), random(&mut dice));
        if round == 0 {
            (a, b) = (stage::saw(), busy());
        }
        if round % 3 == 1 {
            (a.patch.voice.mode, b.patch.voice.mode) = (Mode::Mono.value(), Mode::Legato.value());
        }
        for (end, position) in [(&a, 0.0), (&b, 1.0)] {
            let alone = play(&mut engine(end));
            assert!(peak(&alone.0) > 1e-4, "round {round}");
            let way = play(&mut engine(&morph(&a, &b, position)));
            assert!(alone.0 == way.0 && alone.1 == way.1, "round {round} at {position}");
            let bits = |x: &[f32]| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&alone.0), bits(&way.0));
        }
        let middle = play(&mut engine(&morph(&a, &b, 0.6)));
        assert!(middle.0.iter().chain(&middle.1).all(|x| x.is_finite()));
    }
}

#[test]
fn a_preset_has_its_own_values_at_the_ends_whatever_was_played_before() {
    let (a, b) = (stage::saw(), busy());
    for (position, end) in [(0.0, &a), (1.0, &b)] {
        let mut engine = engine(&morph(&a, &b, 0.3));
        perform(&mut engine, &[on(0, 50), to(900, 0.9), off(2000, 50)], 4000);
        engine.set(ids().morph.position, position);
        perform(&mut engine, &[], 48_000);
        let note = Note { key: 60.0, velocity: 0.8, gate: 0.1, length: 0.2 };
        let [alone, _] = render(end, &note, RATE);
        let (way, _) = perform(&mut engine, &[on(0, 60), off(4800, 60)], 9600);
        // Another note of the engine draws other phases, so the levels are compared.
        let level = |x: &[f32]| 10.0 * (x.iter().map(|x| x * x).sum::<f32>() + 1e-9).log10();
        assert!((level(&alone) - level(&way)).abs() < 1.0, "{position}: {}", level(&way));
    }
}

/// Both sides play the same: whatever the way does, it must not be heard.
#[test]
fn a_way_from_a_sound_to_itself_is_the_sound() {
    let mut preset = stage::saw();
    let patch = &mut preset.patch;
    (patch.osc[0].voices, patch.osc[0].scatter) = (5.0, 1.0);
    (patch.osc[1].on, patch.osc[1].tune, patch.osc[1].warp) = (1.0, 7.0, Warp::Bend.value());
    (patch.noise.on, patch.filter[0].on, patch.filter[0].drive) = (1.0, 1.0, 6.0);
    (patch.reverb.on, patch.delay.on, patch.delay.time) = (1.0, 1.0, -5.0);
    patch.chorus.on = 1.0;
    // Something that the choice of sides can be told by, and nobody hears.
    let mut other = preset.clone();
    other.patch.osc[2].to = To::Direct.value();
    other.tables[2] = Table::Factory("sine".into());
    let events = [on(0, 50), on(5_000, 62), off(20_000, 50), off(30_000, 62)];
    let sweep = [to(2_000, 1.0), to(14_000, 0.3), to(17_000, 0.8), to(26_000, 0.0)];
    let (still, _) = perform(&mut engine(&preset), &events, 40_000);
    let mut all: Vec<Timed> = events.into_iter().chain(sweep).collect();
    all.sort_by_key(|event| event.at);
    let (way, _) = perform(&mut engine(&morph(&preset, &other, 0.0)), &all, 40_000);
    let apart = still.iter().zip(&way).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(apart < 2e-4 * peak(&still), "{apart} of {}", peak(&still));
}

/// What is left of `x` above 3 kHz or so: third differences.
fn edges(x: &[f32]) -> f32 {
    x.windows(4).map(|x| (x[3] - 3.0 * x[2] + 3.0 * x[1] - x[0]).abs()).fold(0.0, f32::max)
}

/// Two sounds of few harmonics that differ in all that is chosen.
fn smooth_pair() -> [Preset; 2] {
    let (mut a, mut b) = (stage::sine(), stage::sine());
    a.patch.osc[0].level = -6.0;
    let patch = &mut b.patch;
    (patch.osc[0].on, patch.osc[1].on, patch.osc[1].tune) = (0.0, 1.0, 12.0);
    (patch.osc[1].level, patch.osc[1].voices) = (-9.0, 3.0);
    (patch.osc[2].on, patch.osc[2].level, patch.osc[2].phase) = (1.0, -12.0, 0.5);
    (patch.filter[0].on, patch.filter[0].cutoff) = (1.0, 60.0);
    (patch.chorus.on, patch.reverb.on) = (1.0, 1.0);
    patch.master.level = -3.0;
    [a, b]
}

#[test]
fn sweeps_under_held_notes_do_not_click() {
    let [a, b] = smooth_pair();
    let chord = [on(0, 38), on(0, 45), on(0, 53)];
    for (a, b) in [(&a, &b), (&b, &a)] {
        let still = |position| {
            let mut engine = engine(&morph(a, b, position));
            perform(&mut engine, &chord, 12_000);
            edges(&perform(&mut engine, &[], 48_000).0)
        };
        let quiet = [0.0, 0.4, 0.55, 1.0].map(still).into_iter().fold(0.0, f32::max);
        // At once from end to end, in steps of a host's blocks, and back half-way.
        let jumps = vec![to(100, 1.0), to(12_000, 0.0), to(24_000, 0.5), to(24_900, 0.1)];
        let steps = (0..75).map(|k| to(512 * k, k as f32 / 75.0)).collect();
        for sweep in [jumps, steps] {
            let mut engine = engine(&morph(a, b, 0.0));
            perform(&mut engine, &chord, 12_000);
            let (left, _) = perform(&mut engine, &sweep, 48_000);
            let click = 20.0 * (edges(&left) - quiet).max(1e-9).log10();
            assert!(click < -60.0, "{click} dB over {}", 20.0 * quiet.log10());
        }
    }
}

/// A note that was held for long has what the partner's envelopes are by then, not their start.
#[test]
fn envelopes_of_the_partner_are_as_old_as_the_note() {
    let (a, mut b) = (stage::sine(), stage::sine());
    let ids = ids();
    b.patch.route[0].source = Source::Env2.value();
    b.patch.route[0].destination = ids.osc[0].level.as_destination();
    (b.patch.route[0].amount, b.patch.osc[0].level) = (0.5, -40.0);
    (b.patch.env[1].decay, b.patch.env[1].sustain) = (-2.0, 0.0);
    let mut engine = engine(&morph(&a, &b, 0.0));
    perform(&mut engine, &[on(0, 60)], 48_000);
    perform(&mut engine, &[to(0, 1.0)], 12_000);
    let (left, _) = perform(&mut engine, &[], 4_800);
    assert!((peak(&left) - 0.01).abs() < 0.001, "{}", peak(&left));
}

#[test]
fn a_sweep_is_the_same_however_blocks_are_cut() {
    let preset = morph(&busy(), &stage::saw(), 0.1);
    let events = [on(0, 50), to(300, 0.7), on(2_000, 57), to(5_000, 0.2), off(9_000, 50)];
    let whole = perform(&mut engine(&preset), &events, 12_000);
    for block in [1, 31, 64, 499] {
        let mut engine = engine(&preset);
        let (mut left, mut right) = (vec![], vec![]);
        for start in (0..12_000).step_by(block) {
            let frames = block.min(12_000 - start);
            let now = events.iter().filter(|e| (start..start + frames).contains(&e.at));
            let now: Vec<Timed> = now.map(|e| Timed { at: e.at - start, ..*e }).collect();
            let (l, r) = perform(&mut engine, &now, frames);
            left.extend(l);
            right.extend(r);
        }
        assert!((left, right) == whole, "blocks of {block}");
    }
}

#[test]
fn a_note_with_two_sides_is_one_note() {
    let mut a = stage::sine();
    a.patch.voice.count = 3.0;
    let preset = morph(&a, &busy(), 0.4);
    let mut engine = engine(&preset);
    let events: Vec<Timed> = (0..6).map(|k| on(400 * k, 40 + k as i16)).collect();
    perform(&mut engine, &events, 4_000);
    assert_eq!(engine.voices(), 3);
    assert_eq!(engine.ended().len(), 3);
    perform(&mut engine, &[Timed { at: 0, event: Event::AllNotesOff }], 40_000);
    assert_eq!(engine.voices(), 0);
    assert_eq!(engine.ended().len(), 3);
}

#[test]
fn a_partner_comes_and_goes_under_a_held_note() {
    let (a, b) = (stage::sine(), stage::saw());
    let mut engine = engine(&a);
    let (before, _) = perform(&mut engine, &[on(0, 45)], 9_600);
    for preset in [morph(&a, &b, 0.7), morph(&a, &b, 0.2), a.clone()] {
        assert!(engine.exchange(Sound::new(&preset, RATE)).is_some());
        let (left, _) = perform(&mut engine, &[], 24_000);
        assert!(peak(&left) > 0.5 && peak(&left) < 1.5 * peak(&before));
        assert_eq!(engine.voices(), 1);
    }
    let (after, _) = perform(&mut engine, &[off(0, 45)], 24_000);
    assert!(peak(&after[20_000..]) == 0.0 && engine.voices() == 0);
}
