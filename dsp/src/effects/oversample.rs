//! Four times the sampling rate and back, by linear-phase half-band filters.

use std::f32::consts::PI;

use super::TICK;

/// Samples of a tick at four times the rate.
pub(super) const FAST: usize = 4 * TICK;
/// Delay of the way up and down in samples, with the half sample at the fast rate that
/// averaging between neighbours costs in between.
pub(super) const LATENCY: usize = 36;

/// Half the length of the filter at twice the rate: flat to 0.41 of the slow rate, −80 dB from
/// 0.59 on.
const FIRST: usize = 31;
/// Half the length of the filter up to four times the rate.
const SECOND: usize = 9;
/// Length of the filter down from there; even, to make up for the half sample in between.
const DOWN: usize = 22;

/// Interpolates by two.
struct Up {
    /// Weights of the taps beside the middle, from the outside in.
    weights: Vec<f32>,
    line: Vec<f32>,
}

/// Decimates by two: every other sample, even and odd ones apart.
struct Down {
    even_weights: Vec<f32>,
    odd_weights: Vec<f32>,
    even: Vec<f32>,
    odd: Vec<f32>,
}

/// The way of one channel up and down.
pub(super) struct Oversampler {
    ups: [Up; 2],
    downs: [Down; 2],
}

impl Up {
    fn new(middle: usize, longest: usize) -> Self {
        let taps = kaiser(2 * middle + 1);
        let weights = taps.iter().step_by(2).take(middle.div_ceil(2)).map(|h| 2.0 * h).collect();
        Up { weights, line: vec![0.0; middle + longest] }
    }

    #[inline(always)]
    fn run(&mut self, x: &[f32], out: &mut [f32]) {
        let (middle, n) = (self.history(), x.len());
        self.line[middle..][..n].copy_from_slice(x);
        let mut side = [0.0; 2 * TICK];
        for (j, weight) in self.weights.iter().enumerate() {
            let late = &self.line[middle - j..][..n];
            let early = &self.line[j..][..n];
            for ((y, a), b) in side[..n].iter_mut().zip(late).zip(early) {
                *y += weight * (a + b);
            }
        }
        let centre = &self.line[middle - (middle - 1) / 2..][..n];
        for ((pair, side), centre) in out.chunks_exact_mut(2).zip(&side).zip(centre) {
            pair[0] = *side;
            pair[1] = *centre;
        }
        self.line.copy_within(n..n + middle, 0);
    }

    /// Samples of the past that it needs.
    fn history(&self) -> usize {
        2 * self.weights.len() - 1
    }
}

impl Down {
    fn new(taps: &[f32], longest: usize) -> Self {
        let even_weights: Vec<f32> = taps.iter().step_by(2).copied().collect();
        let odd_weights: Vec<f32> = taps.iter().skip(1).step_by(2).copied().collect();
        let even = vec![0.0; even_weights.len() - 1 + longest];
        let odd = vec![0.0; odd_weights.len() + longest];
        Down { even_weights, odd_weights, even, odd }
    }

    #[inline(always)]
    fn run(&mut self, x: &[f32], out: &mut [f32]) {
        let n = out.len();
        let (evens, odds) = (self.even_weights.len() - 1, self.odd_weights.len());
        for (k, pair) in x.chunks_exact(2).enumerate() {
            self.even[evens + k] = pair[0];
            self.odd[odds + k] = pair[1];
        }
        out.fill(0.0);
        for (j, weight) in self.even_weights.iter().enumerate() {
            add(*weight, &self.even[evens - j..][..n], out);
        }
        for (j, weight) in self.odd_weights.iter().enumerate().filter(|(_, w)| **w != 0.0) {
            add(*weight, &self.odd[odds - 1 - j..][..n], out);
        }
        self.even.copy_within(n..n + evens, 0);
        self.odd.copy_within(n..n + odds, 0);
    }
}

#[inline(always)]
fn add(weight: f32, x: &[f32], out: &mut [f32]) {
    for (y, x) in out.iter_mut().zip(x) {
        *y += weight * x;
    }
}

impl Oversampler {
    pub(super) fn new() -> Self {
        Oversampler {
            ups: [Up::new(FIRST, TICK), Up::new(SECOND, 2 * TICK)],
            downs: [Down::new(&kaiser(DOWN), 2 * TICK), Down::new(&kaiser(2 * FIRST + 1), TICK)],
        }
    }

    pub(super) fn clear(&mut self) {
        self.ups.iter_mut().for_each(|up| up.line.fill(0.0));
        for down in &mut self.downs {
            down.even.fill(0.0);
            down.odd.fill(0.0);
        }
    }

    /// Four samples for each of `x`.
    #[inline(always)]
    pub(super) fn up(&mut self, x: &[f32], out: &mut [f32]) {
        let mut twice = [0.0; 2 * TICK];
        let twice = &mut twice[..2 * x.len()];
        self.ups[0].run(x, twice);
        self.ups[1].run(twice, out);
    }

    /// One sample for each four of `x`.
    #[inline(always)]
    pub(super) fn down(&mut self, x: &[f32], out: &mut [f32]) {
        let mut twice = [0.0; 2 * TICK];
        let twice = &mut twice[..2 * out.len()];
        self.downs[0].run(x, twice);
        self.downs[1].run(twice, out);
    }
}

/// A low-pass at a quarter of the rate of −80 dB: a sinc under Kaiser's window, of sum 1.
fn kaiser(length: usize) -> Vec<f32> {
    const BETA: f32 = 7.86;
    let middle = (length - 1) as f32 / 2.0;
    let tap = |k: usize| {
        let x = k as f32 - middle;
        let sinc = if x == 0.0 { 0.5 } else { (0.5 * PI * x).sin() / (PI * x) };
        let place = x / (middle + 1.0);
        // Exact zeros where the sinc crosses zero keep the filter half-band.
        let sinc = if x != 0.0 && x % 2.0 == 0.0 { 0.0 } else { sinc };
        sinc * bessel(BETA * (1.0 - place * place).sqrt())
    };
    let mut taps: Vec<f32> = (0..length).map(tap).collect();
    // The middle tap of a half-band filter is one half, and so is the sum of the others.
    let centre = if length % 2 == 1 { std::mem::take(&mut taps[length / 2]) } else { 0.0 };
    let rest = if centre > 0.0 { 0.5 } else { 1.0 };
    let sum: f32 = taps.iter().sum();
    taps.iter_mut().for_each(|tap| *tap *= rest / sum);
    if centre > 0.0 {
        taps[length / 2] = 0.5;
    }
    taps
}

/// The modified Bessel function of order 0, by its series.
fn bessel(x: f32) -> f32 {
    let quarter = 0.25 * x * x;
    let (mut sum, mut term) = (1.0, 1.0);
    for k in 1..32 {
        term *= quarter / (k * k) as f32;
        sum += term;
    }
    sum
}
