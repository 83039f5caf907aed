//! What an oscillator does with what it listens to, and where its copies lie: sidebands, formants
//! and chords by their formulas.

mod spectrum;
mod stage;

use cultivar_dsp::{Engine, Event, Note, Sound, Timed, Which, render};
use cultivar_patch::Preset;
use cultivar_patch::schema::{From, Stack, Warp};
use spectrum::{LOBE, WINDOW, hertz, power, spectrum, table};
use stage::{RATE, on, perform};

/// A sine that listens to another one, a fifth above unless said otherwise.
fn pair(warp: Warp, amount: f32) -> Preset {
    let mut preset = stage::sine();
    preset.tables = std::array::from_fn(|_| table(1));
    let [osc, other, _] = &mut preset.patch.osc;
    (osc.warp, osc.bend, other.tune) = (warp.value(), amount, 7.0);
    (osc.level, preset.patch.env[0].attack) = (-12.0, -13.0);
    preset
}

/// Decibels of a frequency in hertz against the carrier of a bare sine.
fn against_carrier(preset: &Preset, frequencies: &[f64]) -> Vec<f64> {
    let bare = spectrum(&pair(Warp::None, 0.0), 60.0);
    let bins = spectrum(preset, 60.0);
    let carrier = power(&bare, hertz(60.0));
    frequencies.iter().map(|&hertz| 10.0 * (power(&bins, hertz) / carrier).log10()).collect()
}

/// Bessel's function of the first kind, by its series.
fn bessel(order: i32, x: f64) -> f64 {
    let mut term = (1..=order).fold(1.0, |term, k| term * 0.5 * x / f64::from(k));
    let mut sum = term;
    for m in 1..60 {
        term *= -0.25 * x * x / (f64::from(m) * f64::from(m + order));
        sum += term;
    }
    sum
}

/// Sidebands at the carrier plus and minus whole multiples of the modulator must have the levels
/// of an index.
#[track_caller]
fn has_sidebands(warp: Warp, amount: f32, index: f64) {
    let (carrier, modulator) = (hertz(60.0), hertz(67.0));
    let orders = [0i32, 1, -1, 2, -2, 3, -3];
    let places = orders.map(|k| carrier + f64::from(k) * modulator);
    let found = against_carrier(&pair(warp, amount), &places);
    for (order, found) in orders.into_iter().zip(found) {
        let ideal = 20.0 * bessel(order.abs(), index).abs().log10();
        assert!((found - ideal).abs() < 0.1, "{warp:?} {order}: {found}, not {ideal} dB");
    }
}

#[test]
fn sidebands_of_a_sine_on_a_sine_are_bessels() {
    let ratio = 2f64.powf(7.0 / 12.0);
    for amount in [0.2, 0.4, 0.6] {
        // The greatest change of frequency, over the modulator's frequency.
        let deviation = 8.0 * f64::from(amount * amount);
        has_sidebands(Warp::Frequency, amount, deviation / ratio);
        let turns = 4.0 * f64::from(amount * amount);
        has_sidebands(Warp::Fm, amount, std::f64::consts::TAU * turns);
    }
}

#[test]
fn amplitude_and_ring_modulation_have_two_sidebands() {
    let (carrier, modulator) = (hertz(60.0), hertz(67.0));
    let places = [carrier, carrier + modulator, carrier - modulator, carrier + 2.0 * modulator];
    let ring = against_carrier(&pair(Warp::Ring, 1.0), &places);
    assert!(ring[0] < -70.0 && ring[3] < -70.0, "{ring:?}");
    assert!(ring[1..3].iter().all(|side| (side + 6.02).abs() < 0.05), "{ring:?}");
    for amount in [0.3, 1.0] {
        let found = against_carrier(&pair(Warp::Amplitude, amount), &places);
        let amount = f64::from(amount);
        // Both sidebands and the carrier together are as loud as the carrier alone.
        let level = -10.0 * (1.0 + 0.5 * amount * amount).log10();
        let side = level + 20.0 * (0.5 * amount).log10();
        let ideal = [level, side, side];
        let near = found.iter().zip(ideal).all(|(found, ideal)| (found - ideal).abs() < 0.05);
        assert!(near && found[3] < -70.0, "{found:?}, not {ideal:?}");
    }
}

#[test]
fn every_oscillator_can_be_listened_to() {
    let (carrier, fifth, third) = (hertz(60.0), hertz(67.0), hertz(64.0));
    let places = [carrier + fifth, carrier + third, 2.0 * carrier];
    for (from, loud) in [(From::Next, 0), (From::Osc2, 0), (From::Osc3, 1), (From::Osc1, 2)] {
        let mut preset = pair(Warp::Ring, 1.0);
        (preset.patch.osc[0].from, preset.patch.osc[2].tune) = (from.value(), 4.0);
        let found = against_carrier(&preset, &places);
        for (k, found) in found.iter().enumerate() {
            let right = if k == loud { (found + 6.02).abs() < 0.1 } else { *found < -60.0 };
            assert!(right, "{from:?}: {found} dB at {k}");
        }
    }
}

#[test]
fn frequency_modulation_stays_in_tune() {
    // A modulator with narrow peaks, all on one side; a period of 200 samples.
    let mut preset = pair(Warp::Frequency, 0.5);
    preset.tables[1] = peaks();
    preset.patch.osc[1].tune = 12.0;
    let key = 69.0 + 12.0 * (240.0f32 / 440.0).log2();
    let note = Note { key, velocity: 1.0, gate: 1.5, length: 1.5 };
    let [left, _] = render(&preset, &note, RATE);
    let apart = 200 * 200;
    let (early, late) = (&left[4800..14_400], &left[4800 + apart..14_400 + apart]);
    let size: f32 = early.iter().map(|x| x * x).sum();
    let wrong: f32 = early.iter().zip(late).map(|(a, b)| (a - b) * (a - b)).sum();
    // A tenth of a cent would be 1 % of a turn by then.
    assert!(size > 1.0 && wrong / size < 1e-4, "{wrong} of {size}");
}

/// Ten cosines of one size.
fn peaks() -> cultivar_patch::Table {
    let sample = |n: usize| {
        let turn = std::f32::consts::TAU * n as f32 / cultivar_patch::FRAME as f32;
        (1..=10).map(|k| (turn * k as f32).cos()).sum::<f32>() * 0.2
    };
    let samples = (0..cultivar_patch::FRAME).map(sample).collect();
    let table = cultivar_patch::Wavetable::new("peaks", samples).expect("a finite frame");
    cultivar_patch::Table::Own(std::sync::Arc::new(table))
}

#[test]
fn formants_lie_where_the_amount_says() {
    for (octaves, most) in [(1.0, 2), (2.0, 4), (3.0, 8)] {
        let bins = spectrum(&pair(Warp::Formant, octaves / 3.0), 48.0);
        let size = |k: usize| power(&bins, k as f64 * hertz(48.0));
        let loudest = (1..40).max_by(|&a, &b| size(a).total_cmp(&size(b)));
        assert_eq!(loudest, Some(most));
        // Within a formant's width on either side.
        assert!(size(most + 4) < 0.01 * size(most), "{most}");
    }
}

#[test]
fn chords_sound_at_their_intervals() {
    let chords: [(Stack, f32, &[f64]); 6] = [
        (Stack::Octaves, 3.0, &[-12.0, 0.0, 12.0]),
        (Stack::Fifth, 2.0, &[0.0, 7.0]),
        (Stack::Power, 3.0, &[0.0, 7.0, 12.0]),
        (Stack::Minor, 3.0, &[0.0, 3.0, 7.0]),
        (Stack::Major7, 4.0, &[0.0, 4.0, 7.0, 11.0]),
        (Stack::Minor7, 4.0, &[0.0, 3.0, 7.0, 10.0]),
    ];
    for (stack, copies, notes) in chords {
        let mut preset = pair(Warp::None, 0.0);
        let osc = &mut preset.patch.osc[0];
        (osc.stack, osc.voices, osc.spread) = (stack.value(), copies, 0.0);
        let bins = spectrum(&preset, 60.0);
        let all: f64 = bins.iter().sum();
        let mut heard = 0.0;
        for note in notes {
            let place = hertz(60.0) * 2f64.powf(note / 12.0) * WINDOW as f64 / f64::from(RATE);
            let near = place as usize - LOBE..place as usize + LOBE;
            let weight: f64 = bins[near.clone()].iter().sum();
            let found: f64 = near.map(|k| k as f64 * bins[k]).sum::<f64>() / weight;
            assert!((found - place).abs() < 0.02, "{stack:?}, {note}: bin {found}, not {place}");
            let share = weight / all * notes.len() as f64;
            assert!((share - 1.0).abs() < 0.02, "{stack:?}, {note}: {share}");
            heard += weight;
        }
        assert!(heard / all > 0.9999, "{stack:?}: {heard} of {all}");
    }
}

#[test]
fn harmonic_stacks_sound_at_harmonics() {
    for (stack, step) in [(Stack::Harmonics, 1), (Stack::Odd, 2)] {
        let mut preset = pair(Warp::None, 0.0);
        let osc = &mut preset.patch.osc[0];
        (osc.stack, osc.voices, osc.spread) = (stack.value(), 5.0, 0.0);
        let bins = spectrum(&preset, 60.0);
        let first = power(&bins, hertz(60.0));
        for k in 0..5 {
            let ratio = f64::from(1 + step * k);
            let found = 10.0 * (power(&bins, ratio * hertz(60.0)) / first).log10();
            assert!((found + 20.0 * ratio.log10()).abs() < 0.1, "{stack:?}, {k}: {found} dB");
        }
    }
}

/// Three oscillators that listen all around.
fn round() -> Preset {
    let mut preset = stage::saw();
    let ways = [
        (Warp::Frequency, From::Noise),
        (Warp::Frequency, From::Osc1),
        (Warp::Quantise, From::Next),
    ];
    for (osc, (warp, from)) in preset.patch.osc.iter_mut().zip(ways) {
        (osc.on, osc.level, osc.bend) = (1.0, -12.0, 0.4);
        (osc.warp, osc.from) = (warp.value(), from.value());
        (osc.voices, osc.stack) = (5.0, Stack::Major7.value());
    }
    preset
}

#[test]
fn cuts_change_nothing_for_those_who_listen() {
    let preset = round();
    let whole = perform(&mut stage::engine(&preset), &[on(3, 50)], 4096);
    let mut engine = stage::engine(&preset);
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for (k, len) in [17, 1, 30, 64, 99, 3, 512].iter().cycle().enumerate() {
        let begin = [on(3, 50)];
        let (l, r) = perform(&mut engine, if k == 0 { &begin } else { &[] }, *len);
        left.extend(l);
        right.extend(r);
        if left.len() >= 4096 {
            break;
        }
    }
    assert!(left[..4096] == whole.0 && right[..4096] == whole.1);
}

#[test]
fn noise_that_is_listened_to_is_drawn_for_every_note() {
    for warp in [Warp::Fm, Warp::Ring, Warp::Frequency, Warp::Amplitude] {
        let mut preset = pair(warp, 0.5);
        preset.patch.osc[0].from = From::Noise.value();
        let play = |engine: &mut Engine| perform(engine, &[on(0, 60)], 2400).0;
        let mut engine = Engine::new(RATE, 5);
        assert!(engine.play(Sound::new(&preset, RATE)).is_ok());
        let first = play(&mut engine);
        let off = Timed { at: 0, event: Event::Choke(Which::ANY) };
        perform(&mut engine, &[off], 4800);
        let second = play(&mut engine);
        let mut other = Engine::new(RATE, 5);
        assert!(other.play(Sound::new(&preset, RATE)).is_ok());
        assert!(play(&mut other) == first, "{warp:?}");
        let apart = first.iter().zip(&second).filter(|(a, b)| (*a - *b).abs() > 1e-3).count();
        assert!(apart > 1200, "{warp:?}: {apart}");
    }
}
