//! What a note must be, by the laws of physics and the words of the schema.

mod stage;

use cultivar_dsp::{Event, Note, Timed, Which, render};
use cultivar_patch::schema::ids;
use stage::{RATE, busy, engine, off, on, peak, sine};

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
    let cut = |sizes: &[usize]| {
        let mut engine = engine(&preset);
        let (mut left, mut right) = (vec![0.0; 4096], vec![0.0; 4096]);
        let mut from = 0;
        for size in sizes.iter().cycle() {
            let until = (from + size).min(4096);
            let mine: Vec<Timed> = events
                .iter()
                .filter(|e| (from..until).contains(&e.at))
                .map(|e| Timed { at: e.at - from, ..*e })
                .collect();
            engine.render(&mine, &mut left[from..until], &mut right[from..until]);
            from = until;
            if from == 4096 {
                break;
            }
        }
        (left, right)
    };
    let whole = cut(&[4096]);
    assert!(peak(&whole.0) > 0.01);
    for sizes in [&[1][..], &[7], &[64], &[33, 1, 480], &[1024]] {
        assert!(cut(sizes) == whole, "{sizes:?}");
    }
}
