//! Physics and laws of the effects.

mod chain;
mod compressor;
mod distortion;
mod eq;
mod filter;
mod sweep;
mod time;
mod turns;

use std::f32::consts::TAU;

use cultivar_patch::Patch;
use realfft::RealFftPlanner;

use super::{Chain, TICK};

const RATE: f32 = 48_000.0;

/// A stretch of stereo sound.
type Stereo = [Vec<f32>; 2];

/// A patch whose master passes everything, and whose effects are what `set` makes them.
fn patch(set: impl Fn(&mut Patch<f32>)) -> Patch<f32> {
    let mut patch = Patch::default();
    patch.master.level = 0.0;
    set(&mut patch);
    patch
}

/// Switches all nine on.
fn every(p: &mut Patch<f32>) {
    switches(p).into_iter().for_each(|on| *on = 1.0);
}

/// The switches of all nine, in the order of the schema.
fn switches(p: &mut Patch<f32>) -> [&mut f32; 9] {
    [
        &mut p.distortion.on,
        &mut p.fx_filter.on,
        &mut p.phaser.on,
        &mut p.flanger.on,
        &mut p.chorus.on,
        &mut p.eq.on,
        &mut p.compressor.on,
        &mut p.delay.on,
        &mut p.reverb.on,
    ]
}

/// Runs `x` through a fresh chain, with `patches(t)` at every tick.
fn run(rate: f32, x: &Stereo, patches: impl Fn(usize) -> Patch<f32>) -> Stereo {
    let mut chain = Chain::new(rate);
    let mut out = x.clone();
    let [left, right] = &mut out;
    for (t, (l, r)) in left.chunks_mut(TICK).zip(right.chunks_mut(TICK)).enumerate() {
        chain.control(&patches(t), 120.0);
        chain.render(l, r);
    }
    out
}

fn through(x: &Stereo, patch: &Patch<f32>) -> Stereo {
    run(RATE, x, |_| *patch)
}

fn seconds(s: f32) -> usize {
    (s * RATE) as usize
}

fn click(length: usize) -> Stereo {
    let mut x = vec![0.0; length];
    x[0] = 0.5;
    [x.clone(), x]
}

fn sine(hertz: f32, level: f32, length: usize) -> Stereo {
    let x: Vec<f32> = (0..length)
        .map(|n| level * ((n as f64 * f64::from(hertz / RATE)).fract() as f32 * TAU).sin())
        .collect();
    [x.clone(), x]
}

/// Even noise of ±`level`, different on both sides.
fn noise(level: f32, length: usize) -> Stereo {
    let side = |seed: u32| {
        let mut state = seed;
        let next = |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            level * ((state >> 8) as f32 / 8_388_608.0 - 1.0)
        };
        (0..length).map(next).collect()
    };
    [side(1), side(2)]
}

fn rms(x: &[f32]) -> f32 {
    (x.iter().map(|y| y * y).sum::<f32>() / x.len() as f32).sqrt()
}

fn decibels(ratio: f32) -> f32 {
    20.0 * ratio.max(1e-12).log10()
}

fn peak(x: &[f32]) -> f32 {
    x.iter().fold(0.0, |peak, y| peak.max(y.abs()))
}

/// Level in decibels of the answer to a click (of 0.5) at a frequency in hertz.
fn gain_at(answer: &[f32], hertz: f32) -> f32 {
    let angle = std::f64::consts::TAU * f64::from(hertz) / f64::from(RATE);
    let (mut re, mut im) = (0.0, 0.0);
    for (n, y) in answer.iter().enumerate() {
        let (sin, cos) = (angle * n as f64).sin_cos();
        re += f64::from(*y) * cos;
        im += f64::from(*y) * sin;
    }
    decibels((2.0 * re.hypot(im)) as f32)
}

/// The greatest difference between two sounds.
fn difference(a: &Stereo, b: &Stereo) -> f32 {
    let pairs = a.iter().flatten().zip(b.iter().flatten());
    pairs.fold(0.0, |most, (x, y)| most.max((x - y).abs()))
}

/// Level in decibels by bin of a Hann-windowed spectrum; a sine of amplitude 1 has 0 dB.
fn spectrum(x: &[f32]) -> Vec<f32> {
    let length = x.len();
    let fft = RealFftPlanner::<f32>::new().plan_fft_forward(length);
    let window = |n: usize| 0.5 - 0.5 * (TAU * n as f32 / length as f32).cos();
    let mut input: Vec<f32> = x.iter().enumerate().map(|(n, y)| y * window(n)).collect();
    let mut bins = fft.make_output_vec();
    fft.process(&mut input, &mut bins).expect("lengths agree");
    bins.iter().map(|bin| decibels(bin.norm() * 4.0 / length as f32)).collect()
}
