//! A recording in a voice: off it is not there, and blocks may be cut anywhere.

mod stage;

use std::sync::Arc;

use cultivar_dsp::{Event, Note, Sound, Timed, Which, factory, render};
use cultivar_patch::schema::{Looped, To, ids};
use cultivar_patch::{Clip, Id, Kind, Preset, Recording};
use stage::{RATE, busy, engine, morph, off, on, peak, perform};

/// A recording of a constant, long enough for all tests.
fn constant(height: f32) -> Clip {
    let recording = Recording::new("constant", 48_000, vec![vec![height; 90_000]], 60.0, None);
    Clip::Own(Arc::new(recording.expect("legal")))
}

/// Nothing but a recording.
fn alone(clip: Clip) -> Preset {
    let mut preset = stage::sine();
    preset.clip = clip;
    preset.patch.osc[0].on = 0.0;
    let sample = &mut preset.patch.sample;
    (sample.on, sample.level, sample.to) = (1.0, 0.0, To::Direct.value());
    preset
}

#[test]
fn off_it_is_as_if_it_were_not_there() {
    let mut with = busy();
    with.patch.sample.on = 0.0;
    let mut without = with.clone();
    without.clip = Clip::Factory("glass".into());
    let sample = &mut without.patch.sample;
    (sample.level, sample.tune, sample.start, sample.to) = (6.0, 12.0, 0.5, To::Both.value());
    let note = Note { length: 0.5, ..Note::default() };
    assert!(render(&with, &note, RATE) == render(&without, &note, RATE));
    with.patch.sample.on = 1.0;
    assert!(render(&with, &note, RATE) != render(&without, &note, RATE));
}

#[test]
fn no_knob_of_the_sample_is_dead() {
    let base = busy();
    let ids = ids();
    let play = |preset: &Preset| perform(&mut engine(preset), &[on(0, 67)], 6_400);
    let usual = play(&base);
    for id in (ids.sample.on.0..=ids.sample.to.0).map(Id) {
        let mut preset = base.clone();
        let (def, value) = (id.def(), base.patch[id]);
        let real = def.at(if def.position(value) < 0.5 { 0.83 } else { 0.21 });
        preset.patch[id] = match def.kind {
            Kind::Real => real,
            _ if value > def.min => value - 1.0,
            _ => value + 1.0,
        };
        assert!(play(&preset) != usual, "{} is dead", def.id);
    }
}

#[test]
fn the_same_however_blocks_are_cut() {
    for looped in [Looped::Once, Looped::Forward, Looped::Alternate] {
        let mut preset = busy();
        preset.patch.sample.looped = looped.value();
        let bend = |at, x| Timed { at, event: Event::Bend(Which::channel(0), x) };
        let events = [on(3, 50), bend(333, 0.8), on(1_000, 77), bend(2_077, -0.4), off(5_000, 50)];
        let whole = perform(&mut engine(&preset), &events, 8_000);
        for block in [1, 31, 64, 499] {
            let mut engine = engine(&preset);
            let (mut left, mut right) = (vec![], vec![]);
            for start in (0..8_000).step_by(block) {
                let frames = block.min(8_000 - start);
                let now = events.iter().filter(|e| (start..start + frames).contains(&e.at));
                let now: Vec<Timed> = now.map(|e| Timed { at: e.at - start, ..*e }).collect();
                let (l, r) = perform(&mut engine, &now, frames);
                left.extend(l);
                right.extend(r);
            }
            assert!((left, right) == whole, "{looped:?} in blocks of {block}");
        }
    }
}

#[test]
fn every_factory_recording_sounds_and_what_plays_once_ends() {
    for id in factory::recordings::names() {
        let mut preset = alone(Clip::Factory((*id).into()));
        preset.patch.sample.key = 0.0;
        let note = Note { gate: 4.0, length: 4.0, ..Note::default() };
        let [left, right] = render(&preset, &note, RATE);
        let loud = peak(&left).max(peak(&right));
        assert!((0.3..2.0).contains(&loud), "{id}: {loud}");
        assert_eq!(peak(&left[190_000..]).max(peak(&right[190_000..])), 0.0, "{id}");
    }
}

#[test]
fn on_the_way_to_another_recording_each_has_its_half() {
    let (a, b) = (alone(constant(0.25)), alone(constant(0.75)));
    let at = |position| {
        let (left, _) = perform(&mut engine(&morph(&a, &b, position)), &[on(0, 60)], 9_600);
        left[9_000]
    };
    let height = |clip: &Preset| perform(&mut engine(clip), &[on(0, 60)], 9_600).0[9_000];
    assert!(at(0.0) == height(&a) && at(1.0) == height(&b));
    assert!((at(0.2) / height(&a) - 1.0).abs() < 1e-3 && (at(0.9) / height(&b) - 1.0).abs() < 1e-3);
    let ways: Vec<f32> = (0..=20).map(|k| at(k as f32 / 20.0)).collect();
    assert!(ways.windows(2).all(|w| w[1] > w[0] - 1e-4), "{ways:?}");
}

#[test]
fn another_recording_takes_the_place_of_one_that_plays() {
    let (a, b) = (alone(constant(0.25)), alone(constant(0.75)));
    let mut engine = engine(&a);
    perform(&mut engine, &[on(0, 60)], 9_600);
    assert!(engine.exchange(Sound::new(&b, RATE)).is_some());
    let (left, _) = perform(&mut engine, &[], 4_800);
    assert!((left[4_000] - 0.75).abs() < 0.01, "{}", left[4_000]);
}
