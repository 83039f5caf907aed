//! What a note must be, by the laws of physics and the words of the schema.

mod stage;

use cultivar_dsp::{CONTROL, Event, Note, Timed, Which, render};
use cultivar_patch::schema::{LfoMode, Polarity, Source, ids};
use cultivar_patch::{Point, Shape};
use stage::{RATE, busy, engine, in_cuts, off, on, peak, perform, sine};

fn note(key: f32, seconds: f32) -> Note {
    Note { key, velocity: 1.0, gate: seconds, length: seconds }
}

/// Frequency of a steady tone near `guess`, from the phases of two windows far apart.
fn frequency(x: &[f32], guess: f64) -> f64 {
    let window = 16384;
    let phase = |from: usize| {
        let (mut re, mut im) = (0.0f64, 0.0f64);
        for (n, &x) in x[from..from + window].iter().enumerate() {
            let hann = 0.5 - 0.5 * (std::f64::consts::TAU * n as f64 / window as f64).cos();
            let angle = std::f64::consts::TAU * guess / f64::from(RATE) * (from + n) as f64;
            re += f64::from(x) * hann * angle.cos();
            im -= f64::from(x) * hann * angle.sin();
        }
        im.atan2(re)
    };
    let apart = 8192;
    let turn = std::f64::consts::TAU;
    let drift = (phase(4800 + apart) - phase(4800) + 0.5 * turn).rem_euclid(turn) - 0.5 * turn;
    guess + drift / turn * f64::from(RATE) / apart as f64
}

#[test]
fn pitch_is_right_within_a_tenth_of_a_cent() {
    for key in [24.0, 36.0, 60.0, 69.37, 84.0, 108.0, 120.0] {
        let [left, _] = render(&sine(), &note(key, 1.0), RATE);
        let ideal = 440.0 * 2f64.powf((f64::from(key) - 69.0) / 12.0);
        let cents = 1200.0 * (frequency(&left, ideal) / ideal).log2();
        assert!(cents.abs() < 0.1, "key {key}: {cents} cents");
    }
}

#[test]
fn levels_are_decibels_all_the_way_through() {
    let mut preset = sine();
    for (osc, master, ideal) in [(0.0, 0.0, 1.0), (-6.0206, 0.0, 0.5), (-20.0, -20.0, 0.01)] {
        preset.patch.osc[0].level = osc;
        preset.patch.master.level = master;
        let [left, right] = render(&preset, &note(60.0, 0.5), RATE);
        for side in [left, right] {
            let decibels = 20.0 * (peak(&side[9600..]) / ideal).log10();
            assert!(decibels.abs() < 0.01, "{osc} {master}: {decibels} dB");
        }
    }
    preset.patch.osc[0].level = -72.0;
    assert_eq!(peak(&render(&preset, &note(60.0, 0.5), RATE)[0]), 0.0);
}

#[test]
fn cuts_change_nothing() {
    let preset = busy();
    let events = [
        on(5, 60),
        on(77, 67),
        Timed { at: 500, event: Event::Bend(Which::channel(0), 0.3) },
        off(1003, 60),
        Timed { at: 1200, event: Event::Set(ids().filter[0].cutoff, 60.0) },
    ];
    let cut = |sizes: &[usize]| in_cuts(&preset, &events, 4096, sizes);
    let whole = cut(&[4096]);
    assert!(peak(&whole.0) > 0.01);
    for sizes in [&[1][..], &[7], &[64], &[33, 1, 480], &[1024]] {
        assert!(cut(sizes) == whole, "{sizes:?}");
    }
}

/// Loudness in decibels around a moment, of a sine whose peaks are dense.
fn loudness(x: &[f32], seconds: f32) -> f32 {
    let middle = (seconds * RATE) as usize;
    20.0 * peak(&x[middle - 24..middle + 24]).log10()
}

#[test]
fn a_one_shot_lfo_draws_the_level_it_shows() {
    let mut preset = sine();
    let p = |x, y| Point { x, y, bow: 0.0 };
    let line = Shape::new([p(0.0, 0.0), p(0.001, 0.9), p(0.3, 0.4), p(0.5, 0.8), p(1.0, 0.2)]);
    preset.shapes[2] = line.clone();
    let patch = &mut preset.patch;
    patch.osc[0].level = -72.0;
    patch.lfo[2].mode = LfoMode::Once.value();
    patch.lfo[2].polarity = Polarity::Unipolar.value();
    patch.lfo[2].rate = -1.0;
    patch.route[0].source = Source::Lfo3.value();
    patch.route[0].destination = ids().osc[0].level.as_destination();
    patch.route[0].amount = 1.0;
    patch.env[0].attack = -13.0;
    let [left, _] = render(&preset, &note(100.0, 2.2), RATE);
    for seconds in [0.004, 0.05, 0.3, 0.6, 0.8, 1.0, 1.5, 1.9, 2.1] {
        let ideal = -72.0 + 78.0 * line.at(seconds / 2.0);
        let heard = loudness(&left, seconds);
        assert!((heard - ideal).abs() < 0.4, "at {seconds} s: {heard} dB, not {ideal}");
    }
}

#[test]
fn envelopes_keep_their_times() {
    let mut preset = sine();
    let env = &mut preset.patch.env[0];
    (env.attack, env.decay, env.sustain, env.release) = (-3.0, -2.0, 0.5, -3.0);
    (env.attack_curve, env.decay_curve, env.release_curve) = (0.0, 0.0, 0.0);
    for rate in [8_000.0, 44_100.0, 192_000.0] {
        let gate = Note { key: 84.0, velocity: 1.0, gate: 0.5, length: 0.75 };
        let [left, _] = render(&preset, &gate, rate);
        let level = |seconds: f32| {
            let middle = (seconds * rate) as usize;
            let around = (0.001 * rate) as usize;
            peak(&left[middle - around..middle + around])
        };
        let cases = [(0.0625, 0.5), (0.125, 1.0), (0.25, 0.75), (0.45, 0.5), (0.5625, 0.25)];
        for (seconds, ideal) in cases {
            let off = (level(seconds) - ideal).abs();
            assert!(off < 0.02, "at {seconds} s, {rate} Hz: {}", level(seconds));
        }
        // Nothing is left at the next point of the control grid.
        let end = (0.625 * rate) as usize + CONTROL;
        assert_eq!(peak(&left[end..]), 0.0);
    }
}

#[test]
fn velocity_glide_bend_and_tuning_do_what_they_say() {
    let mut preset = sine();
    let mut soft = note(60.0, 0.5);
    soft.velocity = 0.5;
    preset.patch.voice.velocity = 1.0;
    let [left, _] = render(&preset, &soft, RATE);
    assert!((peak(&left[9600..]) - 0.25).abs() < 0.001);
    let mut engine = engine(&preset);
    let events = [
        on(0, 60),
        Timed { at: 0, event: Event::Bend(Which::channel(0), 0.5) },
        Timed { at: 0, event: Event::Tuning(Which::key(0, 60), 0.25) },
    ];
    let (left, _) = perform(&mut engine, &events, 48_000);
    let ideal = 440.0 * 2f64.powf((61.25 - 69.0) / 12.0);
    let cents = 1200.0 * (frequency(&left, ideal) / ideal).log2();
    assert!(cents.abs() < 0.1, "{cents}");
}
