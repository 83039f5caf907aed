//! What is heard in sounds whose truth is known.

use std::f32::consts::TAU;

use cultivar_breed::listen::pitch::{frequency_of, note_of};
use cultivar_breed::{Doubt, Refusal, Target};

const RATE: f32 = 44_100.0;

/// `seconds` of a sum of harmonics with the given amplitudes.
fn tone(frequency: f32, amplitudes: &[f32], seconds: f32) -> Vec<f32> {
    let sample = |k: usize| {
        let turn = f64::from(frequency) * k as f64 / f64::from(RATE);
        let harmonic =
            |(h, a): (usize, &f32)| a * (TAU * ((turn * (h + 1) as f64).fract() as f32)).sin();
        0.3 * amplitudes.iter().enumerate().map(harmonic).sum::<f32>()
    };
    (0..(seconds * RATE) as usize).map(sample).collect()
}

/// Uniform noise of the given amplitude, the same every time.
fn noise(amplitude: f32, length: usize) -> Vec<f32> {
    let mut state = 1_u32;
    let mut next = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        amplitude * (f64::from(state) / f64::from(u32::MAX) * 2.0 - 1.0) as f32
    };
    (0..length).map(|_| next()).collect()
}

fn check_note(samples: &[f32], note: f32, cents: f32) {
    let target = Target::listen(samples, RATE).expect("a tone is a target");
    let off = 100.0 * (target.note - note);
    assert!(off.abs() <= cents, "note {note} heard as {}, {off} cents off", target.note);
    assert!(target.confidence > 0.8, "note {note}: confidence {}", target.confidence);
}

#[test]
fn sines_and_saws_from_32_hz_to_4_khz_are_heard_within_three_cents() {
    for step in 0..22 {
        let frequency = 32.0 * (4_000.0_f32 / 32.0).powf(step as f32 / 21.0);
        check_note(&tone(frequency, &[1.0], 0.4), note_of(frequency), 3.0);
        let partials = ((18_000.0 / frequency) as usize).clamp(1, 60);
        let saw: Vec<f32> = (1..=partials).map(|h| 1.0 / h as f32).collect();
        check_note(&tone(frequency, &saw, 0.4), note_of(frequency), 3.0);
    }
}

#[test]
fn a_missing_fundamental_is_heard() {
    check_note(&tone(110.0, &[0.0, 0.0, 1.0, 0.8, 0.6, 0.4], 0.5), 45.0, 5.0);
}

#[test]
fn a_fifth_is_heard_at_its_notes_and_followed_at_its_period() {
    let fifth = tone(130.8, &[0.0, 1.0, 0.8, 0.0, 0.0, 0.3], 0.6);
    let target = Target::listen(&fifth, RATE).unwrap();
    assert!((target.note - 60.0).abs() < 0.05, "heard {}", target.note);
    assert!((target.period - 48.0).abs() < 0.05, "the period is {}", target.period);
}

#[test]
fn vibrato_is_followed() {
    let mut turn = 0.0;
    let note = |time: f32| 64.0 + 0.5 * (TAU * 5.0 * time).sin();
    let samples: Vec<f32> = (0..RATE as usize)
        .map(|k| {
            turn += frequency_of(note(k as f32 / RATE)) / RATE;
            0.4 * (TAU * turn).sin() + 0.2 * (2.0 * TAU * turn).sin()
        })
        .collect();
    let target = Target::listen(&samples, RATE).unwrap();
    for pitch in target.pitch.iter().filter(|p| p.time > 0.05 && p.time < 0.95) {
        let truth = note(pitch.time + target.onset);
        let off = (pitch.note - truth).abs();
        assert!(off < 0.12, "at {} s heard {} for {truth}", pitch.time, pitch.note);
    }
}

#[test]
fn a_tone_in_noise_keeps_its_note_and_noise_has_none() {
    let mut samples = tone(220.0, &[1.0, 0.5, 0.3], 0.6);
    let hiss = noise(0.15, samples.len());
    samples.iter_mut().zip(&hiss).for_each(|(s, n)| *s += n);
    let target = Target::listen(&samples, RATE).unwrap();
    assert!((target.note - 57.0).abs() < 0.1, "heard {}", target.note);
    let target = Target::listen(&noise(0.3, 30_000), RATE).unwrap();
    assert!(target.doubts.contains(&Doubt::NoPitch), "noise was heard as {}", target.note);
    assert!(target.noisiness > 0.8);
    assert!(!target.doubts.iter().any(|d| matches!(d, Doubt::Polyphonic { .. })));
}

#[test]
fn a_release_is_found_where_the_key_is_let_go() {
    let mut samples = tone(200.0, &[1.0, 0.5], 1.3);
    for (k, s) in samples.iter_mut().enumerate() {
        let since = k as f32 / RATE - 0.9;
        *s *= if since > 0.0 { (-since / 0.04).exp() } else { 1.0 };
    }
    let held = Target::listen(&samples, RATE).unwrap();
    assert!((held.release - 0.9).abs() < 0.03, "release at {}", held.release);
    for (k, s) in samples.iter_mut().enumerate() {
        *s = tone_at(k) * (-(k as f32) / RATE / 0.2).exp();
    }
    let plucked = Target::listen(&samples, RATE).unwrap();
    assert_eq!(plucked.release, plucked.duration, "a decay has no release point");
}

fn tone_at(k: usize) -> f32 {
    0.4 * (TAU * (200.0 * k as f32 / RATE)).sin()
}

#[test]
fn silence_around_a_sound_is_cut_off() {
    let mut samples = vec![0.0; 20_000];
    samples.extend(tone(300.0, &[1.0], 0.5));
    samples.extend(vec![0.0; 50_000]);
    let target = Target::listen(&samples, RATE).unwrap();
    assert!((target.onset - 20_000.0 / RATE).abs() < 0.004, "onset {}", target.onset);
    assert!((target.duration - 0.5).abs() < 0.01, "duration {}", target.duration);
}

#[test]
fn a_chord_is_doubted_and_a_note_is_not() {
    let mut chord = tone(261.6, &[1.0, 0.5, 0.25], 0.8);
    for frequency in [329.6, 392.0] {
        let note = tone(frequency, &[1.0, 0.5, 0.25], 0.8);
        chord.iter_mut().zip(&note).for_each(|(s, n)| *s += n);
    }
    let target = Target::listen(&chord, RATE).unwrap();
    let several =
        target.doubts.iter().any(|d| matches!(d, Doubt::Polyphonic { notes } if notes.len() == 3));
    assert!(several, "{:?}", target.doubts);
    for amplitudes in [&[1.0, 0.5, 0.25][..], &[0.1, 0.0, 1.0, 0.8, 0.6, 0.4], &[1.0, 0.0, 0.7]] {
        let target = Target::listen(&tone(120.0, amplitudes, 0.8), RATE).unwrap();
        assert_eq!(target.doubts, [], "{amplitudes:?}");
    }
}

#[test]
fn high_rates_are_brought_down() {
    let high = 192_000.0;
    let samples: Vec<f32> =
        (0..96_000).map(|k| 0.4 * (TAU * ((440.0 * k as f32 / high) % 1.0)).sin()).collect();
    let target = Target::listen(&samples, high).unwrap();
    assert_eq!(target.rate, 48_000.0);
    assert!((target.duration - 0.5).abs() < 0.002);
    assert!((target.note - 69.0).abs() < 0.03, "heard {}", target.note);
}

#[test]
fn impossible_sounds_are_refused_with_a_reason() {
    let listen = |samples: &[f32], rate: f32| Target::listen(samples, rate).unwrap_err();
    assert_eq!(listen(&[], RATE), Refusal::Empty);
    assert_eq!(listen(&[0.0; 4_000], RATE), Refusal::Silent);
    assert!(matches!(listen(&[0.5], RATE), Refusal::TooShort(_)));
    assert_eq!(listen(&[f32::NAN; 4_000], RATE), Refusal::NotFinite);
    for rate in [0.0, -1.0, 999.0, 1e6, f32::NAN, f32::INFINITY] {
        assert!(matches!(listen(&[0.5; 4_000], rate), Refusal::Rate(_)));
    }
    let mut broken = tone(440.0, &[1.0], 0.3);
    broken[777] = f32::NAN;
    broken[888] = f32::INFINITY;
    let target = Target::listen(&broken, RATE).unwrap();
    assert!(target.doubts.contains(&Doubt::Damaged { samples: 2 }), "{:?}", target.doubts);
    assert!(target.samples.iter().all(|s| s.is_finite()));
}

#[test]
fn any_samples_at_any_rate_are_heard_or_refused() {
    let hostile = [0.0, -0.0, 1.0, -1.0, 1e-30, 1e30, f32::MAX, f32::NAN, f32::INFINITY, 1e-5];
    let mut random = noise(1.0, 4_000).into_iter().cycle();
    for case in 0..400 {
        let mut next = || 0.5 + 0.5 * random.next().unwrap_or(0.0);
        let length = (next() * next() * 9_000.0) as usize;
        let rate = 1_000.0 * 768.0_f32.powf(next());
        let strange = next();
        let samples: Vec<f32> = (0..length)
            .map(|k| match case % 4 {
                0 => next() - 0.5,
                1 if next() < strange => hostile[(next() * 9.99) as usize],
                2 => hostile[(next() * 9.99) as usize],
                3 => (k as f32 * strange).sin(),
                _ => 0.1,
            })
            .collect();
        if let Ok(target) = Target::listen(&samples, rate) {
            assert!(target.samples.iter().all(|s| s.is_finite() && s.abs() <= 4.0));
            assert!(target.note.is_finite() && target.duration > 0.0);
            assert!(target.level.iter().all(|l| l.is_finite()));
            assert!(target.release <= target.duration && target.rate <= 50_000.0);
            assert_eq!(target, Target::listen(&samples, rate).unwrap());
        }
    }
}
