//! What a note must be, by the laws of physics and the words of the schema.

use cultivar_dsp::{Engine, Event, Note, Sound, Timed, Which, render};
use cultivar_patch::{Preset, Table};

const RATE: f32 = 48000.0;

fn sine() -> Preset {
    let mut preset = Preset::init();
    preset.tables = std::array::from_fn(|_| Table::Factory("sine".into()));
    preset.patch.voice.velocity = 0.0;
    preset.patch.osc[0].level = 0.0;
    preset.patch.master.level = 0.0;
    preset
}

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

fn peak(x: &[f32]) -> f32 {
    x.iter().fold(0.0, |peak, x| peak.max(x.abs()))
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
    let mut preset = Preset::init();
    for osc in &mut preset.patch.osc {
        (osc.on, osc.voices, osc.scatter) = (1.0, 5.0, 1.0);
    }
    preset.patch.filter[0].on = 1.0;
    preset.patch.filter[0].drive = 12.0;
    preset.patch.noise.on = 1.0;
    preset.patch.noise.colour = -3.0;
    preset.patch.band[1].on = 1.0;
    preset.patch.route[0].source = cultivar_patch::schema::Source::Lfo1.value();
    preset.patch.route[0].destination = cultivar_patch::schema::ids().osc[0].tune.as_destination();
    preset.patch.route[0].amount = 0.1;
    let on = |key| Event::On(Which { id: -1, channel: 0, key }, 0.7);
    let events = [
        Timed { at: 5, event: on(60) },
        Timed { at: 77, event: on(67) },
        Timed { at: 500, event: Event::Bend(Which::channel(0), 0.3) },
        Timed { at: 1003, event: Event::Off(Which::key(0, 60)) },
        Timed { at: 1200, event: Event::Set(cultivar_patch::schema::ids().filter[0].cutoff, 60.0) },
    ];
    let cut = |sizes: &[usize]| {
        let mut engine = Engine::new(RATE, 7);
        assert!(engine.play(Sound::new(&preset, RATE)).is_ok());
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
