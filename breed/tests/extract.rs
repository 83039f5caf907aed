//! What is cut from sounds whose truth is known.

use std::f32::consts::TAU;

use cultivar_breed::extract::{self, Variant, extract, variants};
use cultivar_breed::{NEVER, Target};
use cultivar_patch::{Table, Wavetable};

const RATE: f32 = 44_100.0;

/// A second of harmonics of 220 Hz with these amplitudes.
fn tone(amplitudes: &[f32]) -> Vec<f32> {
    let sample = |k: usize| {
        let turn = 220.0 * k as f32 / RATE;
        let harmonic = |(h, a): (usize, &f32)| a * (TAU * (turn * (h + 1) as f32).fract()).sin();
        0.2 * amplitudes.iter().enumerate().map(harmonic).sum::<f32>()
    };
    (0..RATE as usize).map(sample).collect()
}

fn own(table: &Table) -> &Wavetable {
    match table {
        Table::Own(table) => table,
        Table::Factory(name) => panic!("{name} was not cut from the target"),
    }
}

#[test]
fn partials_keep_their_amplitudes_within_a_decibel() {
    let amplitudes = [1.0, 0.5, 0.0, 0.3, 0.1, 0.05, 0.02];
    let target = Target::listen(&tone(&amplitudes), RATE).unwrap();
    let preset = extract(&target, Variant::Harmonic).unwrap();
    let table = own(&preset.tables[0]);
    let frame = table.frame(table.len() / 2);
    let partial = |h: usize| {
        let turn = |k: usize| (TAU * (h * k % 2048) as f32 / 2048.0).sin();
        frame.iter().enumerate().map(|(k, s)| s * turn(k)).sum::<f32>() / 1024.0
    };
    for (h, amplitude) in amplitudes.iter().enumerate() {
        let relative = partial(h + 1) / partial(1);
        if *amplitude > 0.0 {
            let db = 20.0 * (relative / amplitude).log10();
            assert!(db.abs() < 1.0, "partial {} is {db} dB off", h + 1);
        } else {
            assert!(relative.abs() < 0.01, "partial {} is not there: {relative}", h + 1);
        }
    }
}

#[test]
fn the_same_target_gives_the_same_presets() {
    let target = Target::listen(&tone(&[1.0, 0.4]), RATE).unwrap();
    let (first, second) = (variants(&target), variants(&target));
    assert!(first.len() >= 2);
    for (a, b) in first.iter().zip(&second) {
        assert_eq!(a.preset, b.preset, "{:?}", a.variant);
    }
    assert_ne!(first[0].preset.meta.uuid, first[1].preset.meta.uuid);
}

#[test]
fn every_value_of_an_extracted_patch_is_legal() {
    let mut samples = tone(&[1.0, 0.4, 0.3]);
    for (k, s) in samples.iter_mut().enumerate() {
        *s *= (-(k as f32) / RATE / 0.15).exp();
    }
    let target = Target::listen(&samples, RATE).unwrap();
    for candidate in variants(&target) {
        let patch = &candidate.preset.patch;
        for (value, def) in patch.leaves().iter().zip(cultivar_patch::defs()) {
            assert_eq!(*value, def.legal(*value), "{} of {:?}", def.id, candidate.variant);
        }
    }
}

#[test]
fn no_target_makes_extraction_panic() {
    let mut state = 5_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 16_777_216.0
    };
    for case in 0..60 {
        let rate = 1_000.0 * 192.0_f32.powf(next());
        let length = (0.01 * rate) as usize + 1 + (next() * next() * 20_000.0) as usize;
        let step = next();
        let samples: Vec<f32> = (0..length)
            .map(|k| match case % 5 {
                0 => next() - 0.5,
                1 => (k as f32 * step).sin(),
                2 => f32::from(u8::from(k == length / 2)),
                3 => (k as f32 * step * k as f32 / length as f32).sin() * next(),
                _ => 1.0,
            })
            .collect();
        if let Ok(target) = Target::listen(&samples, rate) {
            for candidate in variants(&target) {
                let leaves = candidate.preset.patch.leaves();
                assert!(leaves.iter().all(|v| v.is_finite()), "{:?}", candidate.variant);
            }
        }
    }
}

/// The target's note of a preset, in mono.
fn played(target: &Target, preset: &cultivar_patch::Preset) -> Vec<f32> {
    let [left, right] = cultivar_dsp::render(preset, &target.played(), target.rate);
    left.iter().zip(&right).map(|(l, r)| 0.5 * (l + r)).collect()
}

/// A plucked tone with a breath of noise, let go after 0.7 s.
fn plucked() -> Vec<f32> {
    let mut state = 9_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 8_388_608.0 - 1.0
    };
    let mut samples = tone(&[1.0, 0.6, 0.3, 0.2, 0.1]);
    for (k, s) in samples.iter_mut().enumerate() {
        let time = k as f32 / RATE;
        let fall =
            (-time / 0.5).exp() * if time > 0.7 { (-(time - 0.7) / 0.03).exp() } else { 1.0 };
        *s = fall * (*s + 0.01 * noise());
    }
    samples
}

#[test]
fn the_engine_plays_what_was_extracted() {
    let target = Target::listen(&plucked(), RATE).unwrap();
    assert!((target.release - 0.7).abs() < 0.03, "release at {}", target.release);
    let mut judge = cultivar_breed::Judge::new(&target);
    for (variant, least) in [
        (Variant::Harmonic, 85.0),
        (Variant::Breathy, 92.0),
        (Variant::Partials, 90.0),
        (Variant::Grains, 95.0),
    ] {
        let preset = extract(&target, variant).unwrap();
        let sound = played(&target, &preset);
        let score = judge.distance(&sound).score;
        assert!(score > least, "{variant:?} scores {score}");
        let rms = |s: &[f32]| (s.iter().map(|s| s * s).sum::<f32>() / s.len() as f32).sqrt();
        let louder = 20.0 * (rms(&sound) / rms(&target.samples)).log10();
        assert!(louder.abs() < 1.0, "{variant:?} is {louder} dB louder");
    }
}

#[test]
fn polish_mends_levels_and_curves() {
    let target = Target::listen(&plucked(), RATE).unwrap();
    let mut judge = cultivar_breed::Judge::new(&target);
    let mut preset = extract(&target, Variant::Harmonic).unwrap();
    let good = judge.distance(&played(&target, &preset)).envelope;
    preset.patch.master.level -= 9.0;
    let points = preset.shapes[0]
        .points()
        .iter()
        .map(|p| cultivar_patch::Point { y: (p.y - 0.5 * p.x).max(0.0), ..*p });
    preset.shapes[0] = cultivar_patch::Shape::new(points.collect::<Vec<_>>());
    let spoilt = judge.distance(&played(&target, &preset)).envelope;
    assert!(spoilt > 2.0 * good, "{good} spoilt to {spoilt}");
    let preset =
        extract::polish(&target, &preset, &mut |p| Some(played(&target, p)), NEVER).unwrap();
    let sound = played(&target, &preset);
    let mended = judge.distance(&sound).envelope;
    assert!(mended < 0.5 * (good + spoilt), "{good} spoilt to {spoilt}, mended to {mended}");
    let power = |s: &[f32]| s.iter().map(|s| s * s).sum::<f32>();
    let louder = 10.0 * (power(&sound) / power(&target.samples)).log10();
    assert!(louder.abs() < 0.5, "{louder} dB louder");
}
