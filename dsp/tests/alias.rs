//! What bends a sound adds harmonics, the right ones, and next to nothing between them.

mod spectrum;
mod stage;

use std::f64::consts::TAU;

use cultivar_dsp::Oversampling;
use cultivar_patch::Preset;
use cultivar_patch::schema::{Model, Stack, Warp};
use realfft::RealFftPlanner;

use spectrum::{LOBE, WINDOW, cycle, hertz, oversampled, power, spectrum, table};
use stage::RATE;

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

/// What lies between the harmonics up to 20 kHz against the harmonics, in decibels.
fn alias(preset: &Preset, key: f32) -> f64 {
    between(&spectrum(preset, key), key)
}

/// The same of the spectrum of a key.
fn between(bins: &[f64], key: f32) -> f64 {
    let (mut between, mut harmonic) = (0.0, 0.0);
    let wide = f64::from(RATE) / WINDOW as f64;
    for (bin, power) in bins.iter().enumerate().skip(20) {
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
fn what_works_faster_is_cleaner_and_else_the_same() {
    let mut driven = warped(Warp::None, 0.0, 1023);
    let filter = &mut driven.patch.filter[0];
    (filter.on, filter.drive, filter.cutoff) = (1.0, 24.0, 130.0);
    (driven.patch.osc[0].level, driven.patch.master.level) = (0.0, -12.0);
    let loud = warped(Warp::Fm, 0.6, 63);
    for (preset, key) in [(&warped(Warp::Sync, 0.7, 1023), 96.0), (&driven, 96.0), (&loud, 84.0)] {
        let heard = Oversampling::ALL.map(|faster| oversampled(preset, key, faster));
        let [once, twice, fourfold] = heard.each_ref().map(|bins| between(bins, key));
        assert!(twice < once - 6.0, "{once:.1} dB, twice {twice:.1} dB");
        assert!(fourfold < twice + 1.0, "{twice:.1} dB, fourfold {fourfold:.1} dB");
        // The harmonics that are heard most are as strong.
        for k in (1..6).map(f64::from).filter(|k| k * hertz(key) < 19_000.0) {
            let levels = heard.each_ref().map(|bins| 10.0 * power(bins, k * hertz(key)).log10());
            let loudest = 10.0 * heard[0].iter().sum::<f64>().log10();
            for level in &levels[1..] {
                let far = (level - levels[0]).abs() > 0.9 && levels[0] > loudest - 12.0;
                assert!(!far, "harmonic {k}: {levels:.2?} dB");
            }
        }
    }
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
fn squeezed_cycles_are_clean() {
    check(&warped(Warp::Squeeze, 0.5, 1023), [-85.0, -84.0, -74.0]);
    check(&warped(Warp::Squeeze, 0.9, 1023), [-80.0, -68.0, -62.0]);
    check(&warped(Warp::Squeeze, 1.0, 1), [-77.0, -60.0, -47.0]);
}

#[test]
fn steps_are_clean() {
    check(&warped(Warp::Quantise, 0.4, 1023), [-62.0, -85.0, -85.0]);
    check(&warped(Warp::Quantise, 0.7, 1), [-68.0, -57.0, -53.0]);
    check(&warped(Warp::Quantise, 1.0, 1023), [-62.0, -56.0, -53.0]);
}

#[test]
fn formants_are_clean() {
    check(&warped(Warp::Formant, 0.15, 1023), [-71.0, -65.0, -62.0]);
    check(&warped(Warp::Formant, 0.5, 1023), [-71.0, -63.0, -60.0]);
    check(&warped(Warp::Formant, 0.9, 1), [-85.0, -77.0, -66.0]);
}

#[test]
fn linear_frequency_and_amplitude_modulation_are_clean() {
    check(&warped(Warp::Frequency, 0.3, 1), [-84.0, -84.0, -84.0]);
    check(&warped(Warp::Frequency, 0.4, 1023), [-82.0, -68.0, -64.0]);
    check(&warped(Warp::Frequency, 1.0, 1), [-84.0, -84.0, -84.0]);
    check(&warped(Warp::Amplitude, 1.0, 1023), [-85.0, -85.0, -85.0]);
}

/// Sixteen copies on sixteen harmonics, of a saw.
fn stacked(stack: Stack) -> Preset {
    let mut preset = warped(Warp::None, 0.0, 1023);
    (preset.patch.osc[0].stack, preset.patch.osc[0].voices) = (stack.value(), 16.0);
    preset
}

#[test]
fn stacks_are_clean() {
    check(&stacked(Stack::Harmonics), [-85.0, -85.0, -85.0]);
    check(&stacked(Stack::Odd), [-85.0, -85.0, -85.0]);
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

/// Loops that saturate what has been saturated before, up to the most drive.
#[test]
fn filters_that_saturate_within_are_clean() {
    for model in [Model::Ladder, Model::Diode, Model::Dirty] {
        let driven = |drive: f32, resonance: f32, most: [f64; 3]| {
            let mut preset = warped(Warp::None, 0.0, 1023);
            let filter = &mut preset.patch.filter[0];
            (filter.on, filter.model, filter.cutoff) = (1.0, model.value(), 100.0);
            (filter.drive, filter.resonance) = (drive, resonance);
            check(&preset, most);
        };
        driven(0.0, 0.8, [-84.0, -84.0, -84.0]);
        driven(20.0, 0.3, [-78.0, -72.0, -64.0]);
        driven(36.0, 0.3, [-72.0, -66.0, -54.0]);
        driven(36.0, 0.8, [-66.0, -56.0, -53.0]);
    }
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
    let found = |k: usize| power(&bins, k as f64 * hertz(60.0));
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
    is_drawn(Warp::Amplitude, 0.8, |t| f(t) * (1.0 + 0.8 * cycle(2.0 * t, 1)));
    // Eight times the amount squared is the greatest change of frequency.
    is_drawn(Warp::Frequency, 0.3, |t| f(t + 0.72 * (1.0 - (2.0 * TAU * t).cos()) / (2.0 * TAU)));
    is_drawn(Warp::Frequency, 0.5, |t| f(t + 2.0 * (1.0 - (2.0 * TAU * t).cos()) / (2.0 * TAU)));
    let squeezed = |t: f64, middle: f64| match t < middle {
        true => f(0.5 * t / middle),
        false => f(0.5 + 0.5 * (t - middle) / (1.0 - middle)),
    };
    is_drawn(Warp::Squeeze, 0.5, |t| squeezed(t, 0.26));
    is_drawn(Warp::Squeeze, 0.9, |t| squeezed(t, 0.068));
    is_drawn(Warp::Quantise, 0.875, |t| f(((8.0 * t).floor() + 0.5) / 8.0));
    is_drawn(Warp::Quantise, 0.75, |t| f(((16.0 * t).floor() + 0.5) / 16.0));
    let window = |t: f64, open: f64| 1.0 - (1.0 - open) * t * t * (3.0 - 2.0 * t);
    is_drawn(Warp::Formant, 0.5, |t| f((t * 2f64.powf(1.5)).fract()) * window(t, 0.0));
    is_drawn(Warp::Formant, 0.125, |t| f((t * 2f64.powf(0.375)).fract()) * window(t, 0.5));
}
