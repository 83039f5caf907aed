//! Which of the instrument's own tables, alone or two together, come nearest to the harmonics of
//! a target, and along which way through them.

use std::sync::{Arc, LazyLock, OnceLock};

use cultivar_dsp::factory;
use cultivar_patch::{FRAME, Point};
use realfft::RealFftPlanner;

use crate::distance::log2;
use crate::stop::go_on;
use crate::target::HOP;
use crate::{Stop, Target};

/// Harmonics that are compared.
const HARMONICS: usize = 40;
/// Range of a spectrum in decibels.
const RANGE: f32 = 55.0;
/// Places of the target at which it is compared.
const TIMES: usize = 12;

/// Levels of the harmonics in decibels below the strongest.
type Spectrum = [f32; HARMONICS];

/// A stock table and the way through it.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    pub(crate) table: &'static str,
    /// Position over the target's duration.
    pub(crate) points: Vec<Point>,
}

/// One or two stock tables that come near a target.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    pub(crate) first: Path,
    /// The other table and its level in decibels below the first.
    pub(crate) second: Option<(Path, f32)>,
    /// Mean difference in decibels.
    pub(crate) apart: f32,
}

/// A moment of the target.
struct Moment {
    /// Part of the duration.
    x: f32,
    spectrum: Spectrum,
    /// Harmonics below half the rate.
    count: usize,
    weight: f32,
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
    let scale = 10.0 * std::f32::consts::LOG10_2;
    power.map(|p| (scale * log2(p / peak + 1e-9)).max(-RANGE))
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

/// Tables that are tried with a second one.
const FIRSTS: usize = 4;
/// Levels of the second table below the first, in decibels.
const BELOW: [f32; 3] = [3.0, 10.0, 18.0];

/// Tables measured in one step of a search.
const STEP: usize = 6;

/// The search for the ways that come nearest to a target, in small steps: building and measuring
/// all tables takes long.
pub(crate) struct Search {
    moments: Vec<Moment>,
    /// The nearest first, once done.
    pub(crate) ways: Vec<Way>,
    alone: usize,
    firsts: Vec<Path>,
}

impl Search {
    /// What is to be searched for; nothing where it is stopped.
    pub(crate) fn new(target: &Target, stop: Stop) -> Option<Self> {
        let end = target.duration;
        let places = (0..TIMES).map(|k| (k as f32 / (TIMES - 1) as f32).powf(1.5));
        let peak = target.level.iter().fold(-120.0f32, |a, b| a.max(*b));
        let mut moments = Vec::with_capacity(TIMES);
        for x in places {
            go_on(stop)?;
            if let Some((spectrum, count)) = harmonics(target, x * end) {
                let weight = (target.level_at(x * end) - peak + 50.0).max(1.0);
                moments.push(Moment { x, spectrum, count, weight });
            }
        }
        // Without pitch there is no way.
        let alone = if moments.len() < 3 { factory::names().len() } else { 0 };
        Some(Search { moments, ways: Vec::new(), alone, firsts: Vec::new() })
    }

    /// Takes a step: a few tables alone, or all beside one of the best. Gives whether it is done.
    /// A step that is stopped is taken another time.
    pub(crate) fn step(&mut self, stop: Stop) -> bool {
        let count = factory::names().len();
        if self.alone < count {
            let end = (self.alone - self.alone % STEP + STEP).min(count);
            while self.alone < end && !stop() {
                self.ways.push(alone(self.alone, &self.moments));
                self.alone += 1;
            }
            if self.alone == count {
                self.sort();
                self.firsts = self.ways.iter().take(FIRSTS).map(|way| way.first.clone()).collect();
            }
        } else if let Some(first) = self.firsts.pop() {
            let beside = (0..count).map(|k| {
                go_on(stop)?;
                Some(together(&first, k, &self.moments))
            });
            let Some(mut pairs) = beside.collect::<Option<Vec<Way>>>() else {
                self.firsts.push(first);
                return false;
            };
            pairs.sort_by(|a, b| a.apart.total_cmp(&b.apart));
            self.ways.extend(pairs.into_iter().take(FIRSTS));
            self.sort();
        }
        self.alone >= count && self.firsts.is_empty()
    }

    fn sort(&mut self) {
        self.ways.sort_by(|a, b| a.apart.total_cmp(&b.apart));
    }
}

/// The path through one table.
fn alone(index: usize, moments: &[Moment]) -> Way {
    let (points, apart) = path(index, moments, |_, frame| *frame);
    Way { first: Path { table: factory::names()[index], points }, second: None, apart }
}

/// The best path and level of a second table beside a first.
fn together(first: &Path, index: usize, moments: &[Moment]) -> Way {
    let known = factory::names().iter().position(|name| *name == first.table).unwrap_or_default();
    let frames = spectra(known);
    let power = |spectrum: &Spectrum| spectrum.map(|db| 10f32.powf(0.1 * db));
    let base: Vec<Spectrum> = first
        .points
        .iter()
        .map(|p| power(&frames[(p.y * (frames.len() - 1) as f32).round() as usize]))
        .collect();
    let table = factory::names()[index];
    let tried = BELOW.map(|below| {
        let gain = 10f32.powf(-0.1 * below);
        // Powers add up: phases differ from harmonic to harmonic.
        let sum = |k: usize, frame: &Spectrum| {
            let other = power(frame);
            levels(std::array::from_fn(|h| base[k][h] + gain * other[h]))
        };
        let (points, apart) = path(index, moments, sum);
        Way { first: first.clone(), second: Some((Path { table, points }, below)), apart }
    });
    let [a, b, c] = tried;
    let nearer = |a: Way, b: Way| if b.apart < a.apart { b } else { a };
    nearer(nearer(a, b), c)
}

/// The frames of a table that come nearest to each moment, once `heard` (of the moment's number
/// and the frame) has made of them what is heard; and the mean difference.
fn path(
    index: usize,
    moments: &[Moment],
    heard: impl Fn(usize, &Spectrum) -> Spectrum,
) -> (Vec<Point>, f32) {
    let frames = spectra(index);
    let (mut sum, mut weights) = (0.0, 1e-9);
    let mut points = Vec::with_capacity(moments.len());
    for (k, moment) in moments.iter().enumerate() {
        let each = frames.iter().map(|frame| apart(&heard(k, frame), moment)).enumerate();
        let (best, least) = each.min_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((0, RANGE));
        let y = best as f32 / (frames.len().max(2) - 1) as f32;
        points.push(Point { x: moment.x, y, bow: 0.0 });
        sum += moment.weight * least;
        weights += moment.weight;
    }
    (points, sum / weights)
}

/// Mean difference of two spectra in decibels; loud harmonics count more.
fn apart(spectrum: &Spectrum, moment: &Moment) -> f32 {
    let (mut sum, mut all) = (0.0, 1e-9);
    for (a, b) in spectrum.iter().zip(&moment.spectrum).take(moment.count) {
        let loud = a.max(*b) / RANGE + 1.0;
        sum += loud * (a - b).abs();
        all += loud;
    }
    sum / all
}

#[cfg(test)]
mod tests {
    use super::*;
    use cultivar_patch::{Preset, Table};

    fn ways(target: &Target) -> Vec<Way> {
        let mut search = Search::new(target, crate::NEVER).unwrap();
        while !search.step(crate::NEVER) {}
        search.ways
    }

    #[test]
    fn the_table_that_was_played_is_found() {
        let names = factory::names();
        for k in [3, names.len() / 2, names.len() - 2] {
            let mut preset = Preset::init();
            preset.tables[0] = Table::Factory(names[k].into());
            preset.patch.osc[0].position = 0.5;
            let note = cultivar_dsp::Note { key: 48.0, velocity: 0.8, gate: 0.5, length: 0.5 };
            let [left, _] = cultivar_dsp::render(&preset, &note, 32_000.0);
            let target = Target::listen(&left, 32_000.0).unwrap();
            let ways = ways(&target);
            let place =
                ways.iter().filter(|w| w.second.is_none()).position(|w| w.first.table == names[k]);
            assert!(place.is_some_and(|place| place < 3), "{}: {place:?}", names[k]);
            assert!(ways[0].apart <= ways[1].apart);
        }
    }

    #[test]
    fn noise_has_no_way() {
        let mut rng = crate::Rng::new(1);
        let noise: Vec<f32> = (0..16_000).map(|_| 0.3 * rng.normal()).collect();
        assert!(ways(&Target::listen(&noise, 32_000.0).unwrap()).is_empty());
    }
}
