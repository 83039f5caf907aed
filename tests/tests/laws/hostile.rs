//! Whatever a patch says, what comes out is numbers, and not too loud.

use cultivar_dsp::{Engine, Event, Sound, Timed, Which};
use cultivar_patch::{Id, Preset, defs};

use crate::stage::{RATE, everything};

/// A small, good-enough generator: the tests must not depend on the engine's own.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> f32 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1u64 << 24) as f32
    }
}

fn finite_and_tame(preset: &Preset, what: &str) {
    let mut engine = Engine::new(RATE, 3);
    assert!(engine.play(Sound::new(preset, RATE)).is_ok());
    let on = |key| Timed { at: 0, event: Event::On(Which::key(0, key), 1.0) };
    let (mut left, mut right) = ([0.0f32; 2400], [0.0f32; 2400]);
    engine.render(&[on(24), on(60), on(127)], &mut left, &mut right);
    for sample in left.iter().chain(&right) {
        assert!(sample.is_finite(), "{what}: not a number");
        assert!(sample.abs() < 1e3, "{what}: {sample}");
        assert!(!sample.is_subnormal(), "{what}: subnormal");
    }
}

#[test]
fn any_legal_patch() {
    let mut dice = Dice(1);
    for round in 0..150 {
        let mut preset = Preset::init();
        for (leaf, def) in preset.patch.leaves_mut().iter_mut().zip(defs()) {
            *leaf = def.at(dice.next());
        }
        preset.patch.osc[0].on = 1.0;
        finite_and_tame(&preset, &format!("random patch {round}"));
    }
}

#[test]
fn both_ends_of_every_parameter() {
    for at in 0..defs().len() {
        for end in [defs()[at].min, defs()[at].max] {
            let mut preset = everything();
            preset.patch[Id(at as u16)] = end;
            finite_and_tame(&preset, &defs()[at].id);
        }
    }
}

#[test]
fn values_that_are_no_values() {
    for (at, def) in defs().iter().enumerate() {
        for poison in [f32::NAN, f32::INFINITY, -1e30] {
            let mut preset = everything();
            preset.patch[Id(at as u16)] = poison;
            finite_and_tame(&preset, &format!("{} = {poison}", def.id));
        }
    }
}

#[test]
fn poison_in_every_event_passes_within_a_block() {
    let preset = everything();
    let mut engine = Engine::new(RATE, 3);
    assert!(engine.play(Sound::new(&preset, RATE)).is_ok());
    let any = Which::ANY;
    let (mut left, mut right) = ([0.0f32; 512], [0.0f32; 512]);
    for poison in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e30] {
        let events = [
            Event::On(Which::key(0, 60), poison),
            Event::Bend(any, poison),
            Event::Wheel(any, poison),
            Event::Pressure(any, poison),
            Event::Slide(any, poison),
            Event::Tuning(any, poison),
            Event::Volume(any, poison),
            Event::Pan(any, poison),
            Event::Set(Id(5), poison),
            Event::Modulate(any, Id(5), poison),
            Event::On(Which { id: -9, channel: 99, key: 30_000 }, 0.5),
        ];
        for event in events {
            engine.render(&[Timed { at: 9_999, event }], &mut left, &mut right);
            engine.render(&[], &mut left, &mut right);
            assert!(left.iter().chain(&right).all(|s| s.is_finite()), "{event:?}");
        }
    }
}

#[test]
fn odd_sample_rates() {
    for rate in [1.0, 8_000.0, 11_025.0, 22_050.0, 44_056.9, 96_000.0, 192_000.0, 768_000.0] {
        let mut engine = Engine::new(rate, 3);
        // The engine keeps to rates that exist; sounds follow it.
        let sound = Sound::new(&everything(), engine.rate());
        assert!(engine.play(sound).is_ok());
        let (mut left, mut right) = (vec![0.0f32; 4096], vec![0.0f32; 4096]);
        let on = Timed { at: 0, event: Event::On(Which::key(0, 69), 0.8) };
        engine.render(&[on], &mut left, &mut right);
        assert!(left.iter().chain(&right).all(|s| s.is_finite()), "at {rate} Hz");
    }
}
