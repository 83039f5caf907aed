//! Noise as a few bands, each with its own level over time.
//!
//! Source: D. Lee, H. Seung, "Algorithms for non-negative matrix factorization" (2000): the
//! power in the ear's bands over time as a sum of fixed spectra under moving levels. The
//! spectra are then narrowed down to what a noise band of the instrument can be.

use cultivar_patch::MAX_POINTS;
use cultivar_patch::schema::ids;

use super::curve::Polyline;
use super::draft::Draft;
use super::layer::level_line;
use crate::Stop;
use crate::listen::Spectrum;
use crate::listen::pitch::note_of;
use crate::stop::go_on;
use crate::target::HOP;

/// Bands of the ear that are looked at.
const EARS: usize = 36;
/// Widths in octaves that a noise band is tried with.
const WIDTHS: [f32; 11] = [0.12, 0.2, 0.3, 0.45, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0, 6.0];
/// Level in decibels of a noise band at 0 dB.
const FULL: f32 = -3.01;

/// A noise band and its level over time.
#[derive(Clone, Debug)]
pub(crate) struct Band {
    /// Middle as a MIDI number.
    centre: f32,
    /// In octaves.
    width: f32,
    /// Level in decibels every [`HOP`] seconds.
    pub(crate) level: Vec<f32>,
}

/// The power of a sound in bands of the ear: one row per [`HOP`] seconds.
pub(crate) struct Map {
    rows: Vec<[f32; EARS]>,
    /// Middles of the bands in hertz.
    middles: [f32; EARS],
    /// Per bin: the lower band it lies in and its share of the next one.
    places: Vec<(usize, f32)>,
    rate: f32,
}

impl Map {
    /// The map of a sound, with `between` only of what lies between the harmonics of a root in
    /// hertz; nothing where it is stopped.
    pub(crate) fn of(samples: &[f32], rate: f32, between: Option<f32>, stop: Stop) -> Option<Map> {
        let least = if between.is_some() { 0.04 } else { 0.02 };
        let size = ((least * rate) as usize).next_power_of_two().max(64);
        let mut spectrum = Spectrum::new(size);
        let erb = |f: f32| 21.4 * (1.0 + 0.004_37 * f).log10();
        let hertz = |e: f32| (10.0_f32.powf(e / 21.4) - 1.0) / 0.004_37;
        let (low, high) = (erb(40.0_f32.max(rate / size as f32)), erb((0.48 * rate).min(18_000.0)));
        let step = (high - low) / (EARS - 1) as f32;
        let middles: [f32; EARS] = std::array::from_fn(|k| hertz(low + k as f32 * step));
        let places: Vec<(usize, f32)> = (0..=size / 2)
            .map(|bin| {
                let place = (erb(bin as f32 * rate / size as f32) - low) / step;
                let place = place.clamp(0.0, (EARS - 1) as f32);
                let band = (place as usize).min(EARS - 2);
                (band, place - band as f32)
            })
            .collect();
        let mut power = Vec::new();
        let count = (samples.len() as f32 / (rate * HOP)) as usize + 1;
        let row = |k: usize| {
            go_on(stop)?;
            spectrum.power(samples, (k as f32 * HOP * rate) as isize, &mut power);
            let mut row = [0.0; EARS];
            if let Some(root) = between {
                row = quiet(&power, &places);
                let under = |hertz: &f32| *hertz < 2.5 * root;
                let low = middles.iter().position(|m| !under(m)).unwrap_or(EARS);
                row[..low].fill(0.0);
                return Some(row);
            }
            // Of a sine, whose bins add up to 3/2 of its amplitude squared, half is power.
            for (power, &(band, share)) in power.iter().zip(&places) {
                row[band] += power * (1.0 - share) / 3.0;
                row[band + 1] += power * share / 3.0;
            }
            Some(row)
        };
        let rows = (0..count).map(row).collect::<Option<_>>()?;
        Some(Map { rows, middles, places, rate })
    }

    /// Power under which a place in the map is not heard beside its loudest.
    fn floor(&self) -> f32 {
        self.rows.iter().flatten().copied().fold(1e-12, f32::max) * 1e-6
    }

    /// Mean difference to another map in decibels.
    pub(crate) fn error(&self, other: &Map) -> f32 {
        let floor = self.floor();
        let pairs = self.rows.iter().flatten().zip(other.rows.iter().flatten());
        let apart = |(a, b): (&f32, &f32)| 10.0 * (a.max(floor) / b.max(floor)).log10().abs();
        pairs.map(apart).sum::<f32>() / (self.rows.len() * EARS) as f32
    }

    /// How many decibels this map lies above another on the mean where a noise band sounds.
    pub(crate) fn off(&self, other: &Map, centre: f32, width: f32) -> f32 {
        let bell = self.bell(centre, width);
        let top = bell.iter().copied().fold(1e-20, f32::max);
        let floor = self.floor();
        let (mut sum, mut total) = (0.0, 1e-20);
        for (row, other) in self.rows.iter().zip(&other.rows) {
            for b in (0..EARS).filter(|&b| bell[b] > 0.1 * top) {
                let weight = row[b].max(other[b]).max(floor).powf(0.15) * bell[b] / top;
                sum += weight * 10.0 * (row[b].max(floor) / other[b].max(floor)).log10();
                total += weight;
            }
        }
        sum / total
    }

    /// How white noise of power 1 within a noise band spreads over the ear's bands.
    fn bell(&self, centre: f32, width: f32) -> [f32; EARS] {
        let ratio = width.exp2();
        let damping = (ratio - 1.0) / ratio.sqrt() / 0.643_6;
        let bend = |f: f32| (std::f32::consts::PI * (f / self.rate).min(0.49)).tan();
        let middle = bend(centre);
        let mut bell = [0.0; EARS];
        let step = 0.5 * self.rate / (self.places.len() - 1) as f32;
        for (bin, &(band, share)) in self.places.iter().enumerate().skip(1) {
            let x = bend(bin as f32 * step) / middle;
            let once = (damping * x).powi(2) / ((1.0 - x * x).powi(2) + (damping * x).powi(2));
            bell[band] += once * once * (1.0 - share);
            bell[band + 1] += once * once * share;
        }
        let total: f32 = bell.iter().sum::<f32>().max(1e-20);
        bell.map(|b| b / total)
    }
}

fn quiet(power: &[f32], places: &[(usize, f32)]) -> [f32; EARS] {
    let mut row = [0.0; EARS];
    let mut near: Vec<f32> = Vec::new();
    for (band, row) in row.iter_mut().enumerate() {
        let share = |bin: usize| match places[bin] {
            (k, share) if k == band => 1.0 - share,
            (k, share) if k + 1 == band => share,
            _ => 0.0,
        };
        let first = places.partition_point(|p| p.0 + 1 < band);
        let last = places.partition_point(|p| p.0 <= band);
        let mass: f32 = (first..last).map(share).sum();
        near.clear();
        near.extend(&power[first.saturating_sub(1)..(last + 1).min(power.len())]);
        near.sort_by(f32::total_cmp);
        *row = near[near.len() / 2] / 0.69 * mass / 3.0;
    }
    row
}

/// The `count` noise bands that come nearest to a sound, loudest first; fewer where some stay
/// silent; nothing where it is stopped.
pub(crate) fn bands(
    samples: &[f32],
    rate: f32,
    count: usize,
    between: Option<f32>,
    stop: Stop,
) -> Option<Vec<Band>> {
    let map = Map::of(samples, rate, between, stop)?;
    let spectra = factor(&map.rows, count, stop)?;
    let fitted = spectra.iter().map(|s| fit(&map, s, stop));
    let fitted: Vec<(f32, f32, [f32; EARS])> = fitted.collect::<Option<_>>()?;
    let bells: Vec<[f32; EARS]> = fitted.iter().map(|f| f.2).collect();
    let mut levels = start(&map.rows, count);
    for _ in 0..60 {
        go_on(stop)?;
        follow(&map.rows, &bells, &mut levels);
    }
    let band = |(k, &(centre, width, _)): (usize, &(f32, f32, [f32; EARS]))| Band {
        centre: note_of(centre).clamp(16.0, 136.0),
        width,
        level: levels.iter().map(|l| (10.0 * l[k].max(1e-14).log10()).max(-130.0)).collect(),
    };
    let mut bands: Vec<Band> = fitted.iter().enumerate().map(band).collect();
    let loudest = |band: &Band| band.level.iter().copied().fold(f32::MIN, f32::max);
    let top = bands.iter().map(loudest).fold(f32::MIN, f32::max);
    bands.retain(|band| loudest(band) > (top - 50.0).max(-100.0));
    bands.sort_by(|a, b| loudest(b).total_cmp(&loudest(a)));
    Some(bands)
}

/// Spectra of a non-negative factorisation that starts from neighbouring parts of the ear.
fn factor(rows: &[[f32; EARS]], count: usize, stop: Stop) -> Option<Vec<[f32; EARS]>> {
    let mut mean = [1e-20; EARS];
    for row in rows {
        mean.iter_mut().zip(row).for_each(|(m, p)| *m += p.powf(0.3));
    }
    let total: f32 = mean.iter().sum();
    let mut spectra = vec![[1e-3_f32; EARS]; count];
    let mut sum = 0.0;
    for (band, m) in mean.iter().enumerate() {
        let part = (((sum + 0.5 * m) / total) * count as f32) as usize;
        spectra[part.min(count - 1)][band] = 1.0;
        sum += m;
    }
    let mut levels = start(rows, count);
    for _ in 0..40 {
        go_on(stop)?;
        follow(rows, &spectra, &mut levels);
        go_on(stop)?;
        reshape(rows, &mut spectra, &levels);
    }
    Some(spectra)
}

fn start(rows: &[[f32; EARS]], count: usize) -> Vec<Vec<f32>> {
    rows.iter().map(|row| vec![row.iter().sum::<f32>() / count as f32 + 1e-15; count]).collect()
}

/// Sum of the spectra under the levels of one moment.
fn model(spectra: &[[f32; EARS]], levels: &[f32]) -> [f32; EARS] {
    let mut sum = [1e-15; EARS];
    for (spectrum, level) in spectra.iter().zip(levels) {
        sum.iter_mut().zip(spectrum).for_each(|(s, p)| *s += level * p);
    }
    sum
}

/// One step of the levels towards the map, spectra held.
fn follow(rows: &[[f32; EARS]], spectra: &[[f32; EARS]], levels: &mut [Vec<f32>]) {
    for (row, levels) in rows.iter().zip(levels) {
        let sum = model(spectra, levels);
        for (spectrum, level) in spectra.iter().zip(levels.iter_mut()) {
            let (mut up, mut down) = (0.0, 1e-20);
            for b in 0..EARS {
                up += spectrum[b] * row[b] / sum[b];
                down += spectrum[b];
            }
            *level *= up / down;
        }
    }
}

/// One step of the spectra towards the map, levels held; each adds up to 1 afterwards.
fn reshape(rows: &[[f32; EARS]], spectra: &mut [[f32; EARS]], levels: &[Vec<f32>]) {
    let mut up = vec![[0.0_f32; EARS]; spectra.len()];
    let mut down = vec![1e-20_f32; spectra.len()];
    // Every moment counts alike, whatever its level: quiet tails are heard too.
    for (row, levels) in rows.iter().zip(levels) {
        let power: f32 = row.iter().sum::<f32>();
        if power < 1e-12 {
            continue;
        }
        let weight = power.powf(-0.6);
        let sum = model(spectra, levels);
        for (k, level) in levels.iter().enumerate() {
            for b in 0..EARS {
                up[k][b] += weight * level * row[b] / sum[b];
            }
            down[k] += weight * level;
        }
    }
    for ((spectrum, up), down) in spectra.iter_mut().zip(&up).zip(&down) {
        spectrum.iter_mut().zip(up).for_each(|(s, u)| *s *= u / down);
        let total: f32 = spectrum.iter().sum::<f32>().max(1e-20);
        spectrum.iter_mut().for_each(|s| *s = (*s / total).max(1e-9));
    }
}

/// The noise band nearest to a spectrum, compared as loudness: centre in hertz, width in
/// octaves, and its spread over the ear.
fn fit(map: &Map, spectrum: &[f32; EARS], stop: Stop) -> Option<(f32, f32, [f32; EARS])> {
    let loud = |p: f32| p.max(0.0).powf(0.3);
    let wanted = spectrum.map(loud);
    let mut best = (f32::INFINITY, map.middles[0], 1.0, [0.0; EARS]);
    for &centre in &map.middles {
        go_on(stop)?;
        for width in WIDTHS {
            let bell = map.bell(centre, width);
            let shape = bell.map(loud);
            let (dot, square) = shape
                .iter()
                .zip(&wanted)
                .fold((0.0, 1e-20), |(d, s), (a, b)| (d + a * b, s + a * a));
            let gain = dot / square;
            let error: f32 = shape.iter().zip(&wanted).map(|(a, b)| (gain * a - b).powi(2)).sum();
            if error < best.0 {
                best = (error, centre, width, bell);
            }
        }
    }
    Some((best.1, best.2, best.3))
}

/// Puts noise bands into a draft whose master level is set, each under a curve of its own as
/// long as there are oscillators for it; the rest move with the most alike.
pub(crate) fn add(draft: &mut Draft, bands: &[Band]) {
    let master = draft.preset.patch.master.level;
    let mut drawn: Vec<(usize, Polyline)> = Vec::new();
    draft.preset.patch.noise.spread = 0.0;
    for (k, band) in bands.iter().enumerate().take(draft.preset.patch.band.len()) {
        let to = ids().band[k];
        let knobs = &mut draft.preset.patch.band[k];
        knobs.on = 1.0;
        knobs.centre = band.centre;
        knobs.width = band.width;
        let line = level_line(&band.level, FULL + master, MAX_POINTS);
        if draft.has_curve() {
            if let Some(lfo) = draft.follow(to.level, &line, HOP) {
                drawn.push((lfo, line));
            }
        } else if let Some((lfo, like)) = nearest(&drawn, &line) {
            let (low, high) = like.range();
            let offset = line.range().1 - high;
            draft.preset.patch.band[k].level = to.level.def().legal(low + offset);
            draft.route(lfo, to.level, (high - low) / to.level.def().span());
        }
    }
}

/// Mean height of a line.
fn mean(line: &Polyline) -> f32 {
    let end = line.corners.last().map_or(1, |c| c.0).max(1);
    (0..=100).map(|k| line.at((k * end) as f32 / 100.0)).sum::<f32>() / 101.0
}

/// The line that runs most like `line`.
fn nearest<'a>(drawn: &'a [(usize, Polyline)], line: &Polyline) -> Option<(usize, &'a Polyline)> {
    let end = line.corners.last().map_or(1, |c| c.0).max(1);
    let apart = |other: &Polyline| {
        let offset = mean(line) - mean(other);
        let at = |k: usize| {
            let x = (k * end) as f32 / 100.0;
            (line.at(x) - other.at(x) - offset).abs()
        };
        (0..=100).map(at).sum::<f32>()
    };
    let best = drawn.iter().min_by(|a, b| apart(&a.1).total_cmp(&apart(&b.1)));
    best.map(|(lfo, line)| (*lfo, line))
}
