//! Which of the instrument's own tables comes nearest to the harmonics of a target, and along
//! which way through the table.

use std::sync::{Arc, LazyLock, OnceLock};

use cultivar_dsp::factory;
use cultivar_patch::{FRAME, Point};
use realfft::RealFftPlanner;

use crate::Target;
use crate::target::HOP;

/// Harmonics that are compared.
const HARMONICS: usize = 40;
/// Range of a spectrum in decibels.
const RANGE: f32 = 55.0;
/// Places of the target at which it is compared.
const TIMES: usize = 12;

/// Levels of the harmonics in decibels below the strongest.
type Spectrum = [f32; HARMONICS];

/// A stock table and the way through it that comes near a target.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    pub(crate) table: &'static str,
    /// Position over the target's duration.
    pub(crate) points: Vec<Point>,
    /// Mean difference in decibels.
    pub(crate) apart: f32,
}

/// Spectra of all frames of a factory table, computed once.
fn spectra(index: usize) -> Arc<Vec<Spectrum>> {
    static ALL: LazyLock<Vec<OnceLock<Arc<Vec<Spectrum>>>>> =
        LazyLock::new(|| factory::names().iter().map(|_| OnceLock::new()).collect());
    let measure = || {
        let fft = RealFftPlanner::<f32>::new().plan_fft_forward(FRAME);
        let (mut wave, mut bins) = (fft.make_input_vec(), fft.make_output_vec());
        let table = factory::table(factory::names()[index]);
        let frames = table.iter().flat_map(|t| (0..t.len()).map(|k| t.frame(k)));
        let spectrum = |frame: &[f32]| {
            wave.copy_from_slice(frame);
            let done = fft.process(&mut wave, &mut bins);
            debug_assert!(done.is_ok());
            levels(std::array::from_fn(|h| bins[h + 1].norm_sqr()))
        };
        Arc::new(frames.map(spectrum).collect())
    };
    ALL[index].get_or_init(measure).clone()
}

fn levels(power: Spectrum) -> Spectrum {
    let peak = power.iter().fold(1e-20f32, |a, b| a.max(*b));
    power.map(|p| (10.0 * (p / peak + 1e-9).log10()).max(-RANGE))
}

/// The harmonics of a target around a time; nothing where it has no pitch. Harmonics beyond
/// half the rate are `None`.
fn harmonics(target: &Target, time: f32) -> Option<(Spectrum, usize)> {
    let pitch = target.pitch.get((time / HOP) as usize).filter(|p| p.confidence > 0.4)?;
    let hertz = 440.0 * ((pitch.note - 69.0) / 12.0).exp2();
    let span = (4.0 / hertz).clamp(0.02, 0.12);
    let first = ((time - 0.5 * span).max(0.0) * target.rate) as usize;
    let last = (first + (span * target.rate) as usize).min(target.samples.len());
    let samples = target.samples.get(first..last).filter(|s| s.len() > 32)?;
    let count = ((0.45 * target.rate / hertz) as usize).clamp(1, HARMONICS);
    let mut power = [0.0; HARMONICS];
    for (h, power) in power.iter_mut().take(count).enumerate() {
        let turn = std::f64::consts::TAU * f64::from(hertz * (h + 1) as f32 / target.rate);
        let (mut re, mut im) = (0.0, 0.0);
        for (k, sample) in samples.iter().enumerate() {
            let window = (std::f64::consts::PI * k as f64 / samples.len() as f64).sin().powi(2);
            let (sin, cos) = (turn * k as f64).sin_cos();
            re += window * cos * f64::from(*sample);
            im += window * sin * f64::from(*sample);
        }
        *power = (re * re + im * im) as f32;
    }
    Some((levels(power), count))
}

/// The ways that come nearest to the target, the nearest first; none for a target without pitch.
pub(crate) fn ways(target: &Target) -> Vec<Way> {
    let end = target.duration;
    let places = (0..TIMES).map(|k| (k as f32 / (TIMES - 1) as f32).powf(1.5));
    let peak = target.level.iter().fold(-120.0f32, |a, b| a.max(*b));
    let heard: Vec<(f32, Spectrum, usize, f32)> = places
        .filter_map(|x| {
            let (spectrum, count) = harmonics(target, x * end)?;
            let weight = (target.level_at(x * end) - peak + 50.0).max(1.0);
            Some((x, spectrum, count, weight))
        })
        .collect();
    if heard.len() < 3 {
        return Vec::new();
    }
    let mut ways: Vec<Way> = (0..factory::names().len()).map(|index| way(index, &heard)).collect();
    ways.sort_by(|a, b| a.apart.total_cmp(&b.apart));
    ways
}

fn way(index: usize, heard: &[(f32, Spectrum, usize, f32)]) -> Way {
    let frames = spectra(index);
    let (mut sum, mut weights) = (0.0, 1e-9);
    let mut points = Vec::with_capacity(heard.len());
    for (x, spectrum, count, weight) in heard {
        let apart = |frame: &Spectrum| {
            let pairs = frame.iter().zip(spectrum).take(*count);
            let (mut sum, mut all) = (0.0, 1e-9);
            for (a, b) in pairs {
                let loud = a.max(*b) / RANGE + 1.0;
                sum += loud * (a - b).abs();
                all += loud;
            }
            sum / all
        };
        let each = frames.iter().map(apart).enumerate();
        let (best, least) = each.min_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((0, RANGE));
        let y = best as f32 / (frames.len().max(2) - 1) as f32;
        points.push(Point { x: *x, y, bow: 0.0 });
        sum += weight * least;
        weights += weight;
    }
    Way { table: factory::names()[index], points, apart: sum / weights }
}
