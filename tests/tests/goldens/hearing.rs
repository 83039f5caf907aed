//! Measuring a sound: power by octave and stretch of time, pitch, width, end.

use std::f64::consts::{PI, TAU};

use realfft::RealFftPlanner;

use crate::portrait::{FLOOR, Portrait, Slice};

/// Octaves, from the one around [`LOWEST`].
pub(crate) const BANDS: usize = 10;
/// Middle of the lowest octave, in hertz.
const LOWEST: f64 = 31.25;
/// Lowest pitch, in hertz.
const AUDIBLE: f64 = 20.0;
/// How much of the power around it a partial must hold to give the pitch.
const CLEAR: f64 = 0.2;
/// Width and balance are told as far as this, in decibels.
const ASIDE: f32 = 40.0;
/// How far under its loudest a sound has ended, in decibels, heard through a window of seconds.
const ENDED: f64 = -60.0;
const WINDOW: f64 = 0.01;

/// The portrait of a sound whose key is held for `gate` seconds, cut at `edges` (seconds).
pub(crate) fn portrait(sides: &[Vec<f32>; 2], rate: f64, gate: f64, edges: &[f64]) -> Portrait {
    let [left, right] = sides;
    let frame = |seconds: f64| ((seconds * rate) as usize).min(left.len());
    let (mut middle, mut aside) = (0.0, 0.0);
    for (l, r) in left.iter().zip(right) {
        middle += f64::from(l + r).powi(2);
        aside += f64::from(l - r).powi(2);
    }
    let frames = left.len() as f64;
    let [l, r] = [power(left), power(right)];
    let peak = left.iter().chain(right).fold(0.0f32, |peak, x| peak.max(x.abs()));
    let mid: Vec<f32> = left.iter().zip(right).map(|(l, r)| 0.5 * (l + r)).collect();
    let mut ear = Ear::default();
    let figures = [
        Some(decibels(0.5 * (l + r) / frames)),
        Some(decibels(f64::from(peak).powi(2))),
        ear.pitch(&mid[frame(0.2 * gate)..frame(gate)], rate),
        Some(ratio(aside, middle)),
        Some(ratio(l, r)),
        Some(end(sides, rate)),
    ];
    let slices = edges.windows(2).map(|edge| {
        let range = frame(edge[0])..frame(edge[1]);
        let mut powers = [0.0; BANDS];
        for side in sides {
            ear.octaves(&side[range.clone()], rate, &mut powers);
        }
        Slice { start: edge[0] as f32, levels: powers.map(|power| decibels(0.5 * power)) }
    });
    let slices = slices.collect();
    Portrait { figures, slices }
}

fn power(samples: &[f32]) -> f64 {
    samples.iter().map(|x| f64::from(*x).powi(2)).sum()
}

fn decibels(power: f64) -> f32 {
    (10.0 * power.max(1e-12).log10()).max(f64::from(FLOOR)) as f32
}

fn ratio(a: f64, b: f64) -> f32 {
    let ratio = 10.0 * ((a + 1e-12) / (b + 1e-12)).log10();
    ratio.clamp(-f64::from(ASIDE), ASIDE.into()) as f32
}

/// Seconds after which the sound stays under its end.
fn end(sides: &[Vec<f32>; 2], rate: f64) -> f32 {
    let window = (WINDOW * rate) as usize;
    let powers = sides[0].chunks(window).zip(sides[1].chunks(window));
    let powers: Vec<f64> = powers.map(|(l, r)| power(l) + power(r)).collect();
    let loudest = powers.iter().copied().fold(0.0, f64::max);
    let ended = loudest * 10f64.powf(ENDED / 10.0);
    let last = powers.iter().rposition(|power| *power > ended);
    last.map_or(0.0, |last| ((last + 1) as f64 * WINDOW) as f32)
}

/// Spectra of stretches of any length.
#[derive(Default)]
struct Ear {
    planner: RealFftPlanner<f64>,
}

impl Ear {
    /// Power of every bin under a Hann window, both halves of the spectrum together.
    fn spectrum(&mut self, samples: &[f32]) -> Vec<f64> {
        let length = samples.len();
        let fft = self.planner.plan_fft_forward(length);
        let hann = |n: usize| 0.5 - 0.5 * (TAU * (n as f64 + 0.5) / length as f64).cos();
        let windowed = samples.iter().enumerate().map(|(n, x)| hann(n) * f64::from(*x));
        let mut windowed: Vec<f64> = windowed.collect();
        let mut bins = fft.make_output_vec();
        fft.process(&mut windowed, &mut bins).expect("lengths agree");
        // Mean square of the samples: the window's own is 3/8.
        let scale = 2.0 / (0.375 * (length as f64).powi(2));
        bins.iter().map(|bin| scale * bin.norm_sqr()).collect()
    }

    /// Adds the power of each octave. Neighbouring octaves share what lies between their middles
    /// by its place in pitch, so that no partial jumps from one to the next.
    fn octaves(&mut self, samples: &[f32], rate: f64, powers: &mut [f64; BANDS]) {
        let width = rate / samples.len() as f64;
        for (k, power) in self.spectrum(samples).into_iter().enumerate().skip(1) {
            let place = (k as f64 * width / LOWEST).log2().clamp(0.0, (BANDS - 1) as f64);
            let lower = (place as usize).min(BANDS - 2);
            let share = (0.5 * PI * (place - lower as f64)).sin().powi(2);
            powers[lower] += (1.0 - share) * power;
            powers[lower + 1] += share * power;
        }
    }

    /// The MIDI note of the strongest partial, where it stands out.
    fn pitch(&mut self, samples: &[f32], rate: f64) -> Option<f32> {
        let bins = self.spectrum(samples);
        let lowest = (AUDIBLE * samples.len() as f64 / rate) as usize;
        let top = (lowest..bins.len() - 1).max_by(|&a, &b| bins[a].total_cmp(&bins[b]))?;
        let around = bins[top - 1] + bins[top] + bins[top + 1];
        if around <= CLEAR * bins.iter().sum::<f64>() || around < 1e-9 {
            return None;
        }
        // The maximum of the parabola through three bins in decibels.
        let [a, b, c] = [top - 1, top, top + 1].map(|k| bins[k].max(1e-30).ln());
        let place = top as f64 + 0.5 * (a - c) / (a - 2.0 * b + c);
        let hertz = place * rate / samples.len() as f64;
        Some((69.0 + 12.0 * (hertz / 440.0).log2()) as f32)
    }
}
