//! What moves slowly adds nothing far away from the harmonics that it moves.

mod stage;

use cultivar_dsp::{Note, render};
use cultivar_patch::schema::{Polarity, Source, ids};
use cultivar_patch::{Id, Point, Preset, Shape};
use realfft::RealFftPlanner;
use stage::{RATE, saw, sine};

/// Samples that are looked at, from `SKIP` on.
const WINDOW: usize = 1 << 17;
const SKIP: usize = 14_400;
/// Bins of the window's main lobe on either side.
const LOBE: usize = 11;

/// Bessel's function of order 0, modified.
fn bessel(x: f64) -> f64 {
    let terms = (1..120).scan(1.0, |term, k| {
        *term *= (0.5 * x / f64::from(k)).powi(2);
        Some(*term)
    });
    1.0 + terms.sum::<f64>()
}

/// The loudest line between 20 Hz and 20 kHz that is further than `guard` hertz from all
/// harmonics, against the fundamental, in decibels; and its frequency. Through Kaiser's window
/// at β = 30, whose side lobes lie below −220 dB.
fn spur(preset: &Preset, key: f32, guard: f64) -> (f64, f64) {
    let seconds = (SKIP + WINDOW) as f32 / RATE;
    let note = Note { key, velocity: 1.0, gate: seconds, length: seconds };
    let [left, _] = render(preset, &note, RATE);
    let weight = |n: usize| {
        let place = 2.0 * n as f64 / (WINDOW - 1) as f64 - 1.0;
        bessel(30.0 * (1.0 - place * place).max(0.0).sqrt())
    };
    let mut x: Vec<f64> =
        left[SKIP..].iter().enumerate().map(|(n, x)| f64::from(*x) * weight(n)).collect();
    x.resize(WINDOW, 0.0);
    let fft = RealFftPlanner::new().plan_fft_forward(WINDOW);
    let mut bins = fft.make_output_vec();
    fft.process(&mut x, &mut bins).expect("lengths of the plan");
    let power: Vec<f64> = bins.iter().map(|bin| bin.norm_sqr()).collect();
    let wide = f64::from(RATE) / WINDOW as f64;
    let line = |bin: usize| power[bin.saturating_sub(LOBE)..=bin + LOBE].iter().sum::<f64>();
    let fundamental = 440.0 * 2f64.powf((f64::from(key) - 69.0) / 12.0);
    let far = |bin: &usize| {
        let hertz = *bin as f64 * wide;
        let k = (hertz / fundamental).round();
        hertz > guard.max(20.0) && (hertz - k * fundamental).abs() > guard
    };
    let loudest = (20..(20_000.0 / wide) as usize)
        .filter(far)
        .max_by(|&a, &b| power[a].total_cmp(&power[b]))
        .expect("some bins");
    let decibels = 10.0 * (line(loudest) / line((fundamental / wide).round() as usize)).log10();
    (decibels, loudest as f64 * wide)
}

/// A shape near a sine, of four bows. Where two of them meet their bends differ, which is itself
/// heard: by −105 dB here, for exact values at every sample.
fn wave() -> Shape {
    let point = |(x, y, bow)| Point { x, y, bow };
    let points = [
        (0.0, 0.5, 0.15),
        (0.25, 1.0, -0.15),
        (0.5, 0.5, 0.15),
        (0.75, 0.0, -0.15),
        (1.0, 0.5, 0.0),
    ];
    Shape::new(points.map(point))
}

/// The preset with its first LFO on a parameter, over all of its range.
fn moved(mut preset: Preset, id: Id, round: bool) -> Preset {
    let patch = &mut preset.patch;
    patch[id] = id.def().min;
    patch.lfo[0].polarity = Polarity::Unipolar.value();
    patch.lfo[0].rate = if round { 5f32.log2() } else { 0.0 };
    patch.route[0].source = Source::Lfo1.value();
    patch.route[0].destination = id.as_destination();
    patch.route[0].amount = 1.0;
    preset.shapes[0] = if round { wave() } else { Shape::triangle() };
    preset
}

/// A parameter that is moved over all of its range, by a triangle once per second and by a wave
/// five times per second.
#[track_caller]
fn check(preset: &Preset, id: Id, most: f64) {
    for round in [false, true] {
        let (found, hertz) = spur(&moved(preset.clone(), id, round), 84.0, 250.0);
        assert!(found < most, "{found} dB at {hertz} Hz, wave: {round}");
    }
}

#[test]
fn a_still_sound_has_no_lines_but_its_own() {
    assert!(spur(&sine(), 84.0, 250.0).0 < -150.0);
    assert!(spur(&saw(), 57.0, 60.0).0 < -130.0);
}

#[test]
fn the_level_of_an_oscillator_moves_without_zipper() {
    check(&sine(), ids().osc[0].level, -100.0);
}

#[test]
fn the_level_of_everything_moves_without_zipper() {
    check(&sine(), ids().master.level, -100.0);
}

#[test]
fn the_level_of_the_voice_moves_without_zipper() {
    check(&sine(), ids().env[0].sustain, -100.0);
}

#[test]
fn places_move_without_zipper() {
    check(&sine(), ids().osc[0].pan, -93.0);
}

/// A saw of many harmonics through a resonant low-pass whose corner moves slowly. What a moving
/// filter does to a saw is itself broad: what lies between the harmonics is that of a filter
/// whose corner is right at every sample (worked out in double precision: −43 dB at 60 Hz from
/// the next harmonic for half the range, −68 dB at 100 Hz), and no more.
#[test]
fn a_cutoff_moves_without_zipper() {
    let mut preset = saw();
    preset.patch.osc[0].level = -12.0;
    (preset.patch.filter[0].on, preset.patch.filter[0].resonance) = (1.0, 0.5);
    let cutoff = ids().filter[0].cutoff;
    let mut preset = moved(preset, cutoff, false);
    (preset.patch.filter[0].cutoff, preset.patch.route[0].amount) = (60.0, 0.5);
    for (guard, most) in [(60.0, -43.0), (100.0, -66.0)] {
        let (found, hertz) = spur(&preset, 57.0, guard);
        assert!(found < most, "{found} dB at {hertz} Hz, beyond {guard} Hz");
    }
}
