//! What bends a sound adds harmonics, the right ones, and next to nothing between them.

mod stage;

use std::f64::consts::TAU;
use std::sync::Arc;

use cultivar_dsp::{Note, render};
use cultivar_patch::schema::Warp;
use cultivar_patch::{FRAME, Preset, Table, Wavetable};
use realfft::RealFftPlanner;
use stage::RATE;

/// Samples that are looked at, from `SKIP` on.
const WINDOW: usize = 1 << 15;
const SKIP: usize = 4800;
/// Bins of the window's main lobe on either side.
const LOBE: usize = 6;

/// One frame of harmonics that fall as one over their number.
fn table(harmonics: usize) -> Table {
    let samples = (0..FRAME).map(|n| cycle(n as f64 / FRAME as f64, harmonics) as f32);
    let table = Wavetable::new("tone", samples.collect());
    Table::Own(Arc::new(table.expect("a finite frame")))
}

/// The same, at a phase in turns.
fn cycle(phase: f64, harmonics: usize) -> f64 {
    (1..=harmonics).map(|k| (TAU * phase * k as f64).sin() / k as f64).sum()
}

/// An oscillator with a warp; the one that it may listen to is a sine, an octave above.
fn warped(warp: Warp, amount: f32, harmonics: usize) -> Preset {
    let mut preset = stage::sine();
    preset.tables[0] = table(harmonics);
    preset.tables[1] = table(1);
    let [osc, other, _] = &mut preset.patch.osc;
    (osc.warp, osc.bend, other.tune) = (warp.value(), amount, 12.0);
    (osc.level, preset.patch.env[0].attack) = (-12.0, -13.0);
    preset
}

fn hertz(key: f32) -> f64 {
    440.0 * 2f64.powf((f64::from(key) - 69.0) / 12.0)
}

/// Power per bin of a steady note, through a window whose side lobes lie below −92 dB (Harris,
/// 1978).
fn spectrum(preset: &Preset, key: f32) -> Vec<f64> {
    let seconds = (SKIP + WINDOW) as f32 / RATE;
    let note = Note { key, velocity: 1.0, gate: seconds, length: seconds };
    let [left, _] = render(preset, &note, RATE);
    let weight = |n: usize| {
        let turn = TAU * n as f64 / WINDOW as f64;
        0.358_75 - 0.488_29 * turn.cos() + 0.141_28 * (2.0 * turn).cos()
            - 0.011_68 * (3.0 * turn).cos()
    };
    let mut x: Vec<f64> =
        left[SKIP..].iter().enumerate().map(|(n, x)| f64::from(*x) * weight(n)).collect();
    x.resize(WINDOW, 0.0);
    let fft = RealFftPlanner::new().plan_fft_forward(WINDOW);
    let mut bins = fft.make_output_vec();
    fft.process(&mut x, &mut bins).expect("lengths of the plan");
    bins.iter().map(|bin| bin.norm_sqr()).collect()
}

/// What lies between the harmonics up to 20 kHz against the harmonics, in decibels.
fn alias(preset: &Preset, key: f32) -> f64 {
    let (mut between, mut harmonic) = (0.0, 0.0);
    let wide = f64::from(RATE) / WINDOW as f64;
    for (bin, power) in spectrum(preset, key).iter().enumerate().skip(20) {
        let hertz_here = bin as f64 * wide;
        let k = (hertz_here / hertz(key)).round();
        if hertz_here > 20_000.0 {
            break;
        }
        let near = k > 0.0 && (hertz_here - k * hertz(key)).abs() <= LOBE as f64 * wide;
        *if near { &mut harmonic } else { &mut between } += power;
    }
    10.0 * f64::log10(between / harmonic)
}

#[track_caller]
fn check(preset: &Preset, most: [f64; 3]) {
    let found = [60.0, 84.0, 96.0].map(|key| alias(preset, key));
    let fits = found.iter().zip(&most).all(|(found, most)| found <= most);
    assert!(fits, "{found:.1?} dB, not {most:?}");
}

#[test]
fn sync_is_clean() {
    check(&warped(Warp::Sync, 0.53, 1023), [-62.0, -62.0, -62.0]);
    check(&warped(Warp::Sync, 0.7, 1023), [-62.0, -62.0, -60.0]);
    check(&warped(Warp::Sync, 0.7, 1), [-62.0, -62.0, -58.0]);
}

#[test]
fn pulses_are_clean() {
    check(&warped(Warp::Pulse, 0.5, 1023), [-62.0, -62.0, -60.0]);
    check(&warped(Warp::Pulse, 0.2, 1023), [-60.0, -60.0, -55.0]);
}

#[test]
fn mirrors_are_clean() {
    check(&warped(Warp::Mirror, 0.5, 1023), [-62.0, -60.0, -58.0]);
    check(&warped(Warp::Mirror, 0.15, 1023), [-60.0, -55.0, -52.0]);
    check(&warped(Warp::Mirror, 1.0, 1023), [-62.0, -60.0, -58.0]);
}

#[test]
fn bends_are_clean() {
    check(&warped(Warp::Bend, 0.5, 1023), [-80.0, -80.0, -80.0]);
}

#[test]
fn frequency_and_ring_modulation_are_clean() {
    check(&warped(Warp::Fm, 0.3, 1), [-80.0, -80.0, -80.0]);
    check(&warped(Warp::Fm, 0.4, 1023), [-68.0, -63.0, -57.0]);
    check(&warped(Warp::Ring, 1.0, 1023), [-80.0, -80.0, -80.0]);
}

#[test]
fn a_driven_filter_is_clean() {
    let mut preset = warped(Warp::None, 0.0, 1023);
    let filter = &mut preset.patch.filter[0];
    (filter.on, filter.cutoff, filter.drive, filter.resonance) = (1.0, 100.0, 20.0, 0.3);
    check(&preset, [-72.0, -68.0, -62.0]);
    preset.patch.osc[0].level = -4.0;
    check(&preset, [-72.0, -67.0, -60.0]);
}

/// Harmonics of a warped cycle must be those of the cycle itself, drawn with many points.
#[track_caller]
fn is_drawn(warp: Warp, amount: f32, draw: impl Fn(f64) -> f64) {
    let points = 1 << 14;
    let mut drawn: Vec<f64> = (0..points).map(|n| draw(n as f64 / points as f64)).collect();
    let fft = RealFftPlanner::new().plan_fft_forward(points);
    let mut ideal = fft.make_output_vec();
    fft.process(&mut drawn, &mut ideal).expect("lengths of the plan");
    let bins = spectrum(&warped(warp, amount, 3), 60.0);
    let found = |k: usize| {
        let middle = (k as f64 * hertz(60.0) * WINDOW as f64 / f64::from(RATE)).round() as usize;
        bins[middle - LOBE..=middle + LOBE].iter().sum::<f64>()
    };
    let size = |k: usize| 10.0 * ideal[k].norm_sqr().log10();
    let loudest = (1..30).max_by(|&a, &b| size(a).total_cmp(&size(b))).expect("thirty harmonics");
    let level = size(loudest) - 10.0 * found(loudest).log10();
    for k in (1..30).filter(|&k| size(k) > size(loudest) - 50.0) {
        let off = 10.0 * found(k).log10() + level - size(k);
        assert!(off.abs() < 0.4, "{warp:?}, harmonic {k}: {off} dB");
    }
}

#[test]
fn warps_draw_what_they_say() {
    let f = |phase: f64| cycle(phase, 3);
    is_drawn(Warp::Sync, 0.53, |t| f((t * 2f64.powf(3.0 * 0.53)).fract()));
    is_drawn(Warp::Pulse, 0.5, |t| if t < 0.52 { f(t / 0.52) } else { 0.0 });
    is_drawn(Warp::Mirror, 0.5, |t| if t < 0.75 { f(t / 0.75) } else { f((1.0 - t) / 0.25) });
    is_drawn(Warp::Bend, 0.5, |t| {
        let x = 2.0 * t - 1.0;
        f(0.5 + 0.5 * x * 3.0 / (1.0 + 2.0 * x.abs()))
    });
    is_drawn(Warp::Fm, 0.3, |t| f(t + 4.0 * 0.09 * cycle(2.0 * t, 1)));
    is_drawn(Warp::Ring, 0.8, |t| f(t) * (0.2 + 0.8 * cycle(2.0 * t, 1)));
}
