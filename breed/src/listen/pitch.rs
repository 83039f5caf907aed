//! The pitch track: YIN's difference function, several candidates, and the best path through
//! them.
//!
//! Sources: A. de Cheveigné, H. Kawahara, "YIN, a fundamental frequency estimator for speech
//! and music" (2002); P. Boersma, "Accurate short-term analysis of the fundamental frequency"
//! (1993) for candidates with costs and the path.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use crate::Stop;
use crate::stop::go_on;
use crate::target::{HOP, Pitch};

/// Lowest pitch in hertz.
const LOWEST: f32 = 30.0;
/// Highest pitch in hertz.
const HIGHEST: f32 = 4400.0;
/// Candidates of one frame.
const CANDIDATES: usize = 8;
/// Aperiodicity above which a dip is no candidate.
const HOPELESS: f32 = 0.7;
/// Cost of a frame without pitch: as good as a dip of this depth.
const UNVOICED: f32 = 0.32;
/// Cost per octave below the highest pitch; decides between a period and its multiples.
const DEEP: f32 = 0.012;
/// Cost per octave of change between two frames.
const LEAP: f32 = 0.6;
/// Cost of beginning or ending a voiced stretch.
const TURN: f32 = 0.14;
/// Decibels below the loudest frame under which no pitch is looked for.
const FAINT: f32 = 60.0;

/// What the pitch track says about the whole sound.
pub struct Heard {
    /// Fractional MIDI number; 60 where there is no pitch.
    pub note: f32,
    /// 0 to 1.
    pub confidence: f32,
    /// Share of the loud part with a pitch.
    pub voiced: f32,
    /// Aperiodicity weighted by level, 0 to 1.
    pub noisiness: f32,
}

/// MIDI number of a frequency in hertz.
pub fn note_of(frequency: f32) -> f32 {
    69.0 + 12.0 * (frequency / 440.0).log2()
}

/// Frequency in hertz of a MIDI number.
pub fn frequency_of(note: f32) -> f32 {
    440.0 * ((note - 69.0) / 12.0).exp2()
}

/// Pitch every [`HOP`] seconds between 30 Hz and 4.4 kHz; one point per point of `level`.
/// Nothing where it is stopped.
pub fn track(samples: &[f32], rate: f32, level: &[f32], stop: Stop) -> Option<Vec<Pitch>> {
    let mut yin = Yin::new(rate, samples.len());
    let loudest = level.iter().copied().fold(f32::MIN, f32::max);
    let dips = |(k, &level): (usize, &f32)| {
        go_on(stop)?;
        let centre = (k as f32 * HOP * rate) as usize;
        Some(if level < loudest - FAINT { Vec::new() } else { yin.dips(samples, centre) })
    };
    let frames: Vec<Vec<Dip>> = level.iter().enumerate().map(dips).collect::<Option<_>>()?;
    go_on(stop)?;
    let path = best_path(&frames);
    let chosen: Vec<Option<Dip>> =
        path.iter().zip(&frames).map(|(c, dips)| c.and_then(|c| dips.get(c).copied())).collect();
    let point = |k: usize| {
        go_on(stop)?;
        let time = k as f32 * HOP;
        Some(match chosen[k] {
            Some(dip) => {
                let period = centred(samples, time * rate, dip.period);
                let confidence = (1.0 - dip.depth).clamp(0.01, 1.0);
                Pitch { time, note: note_of(rate / period), confidence }
            }
            None => Pitch { time, note: 0.0, confidence: 0.0 },
        })
    };
    (0..chosen.len()).map(point).collect()
}

/// The period near `period` that fits best right around `centre`: a short window whose two
/// halves lie evenly about it, where YIN's long one blurs a glide and hears it late.
fn centred(samples: &[f32], centre: f32, period: f32) -> f32 {
    const REACH: f32 = 0.07;
    // Enough cycles to tell lags apart, few enough to follow a vibrato.
    let cycles = (140.0 / period).clamp(1.0, 24.0).round();
    let lag = period * cycles;
    let window = (2.0 * lag).clamp(64.0, 1_600.0) as usize;
    let reach = ((REACH * period).max(1.5) / cycles.sqrt()) as usize + 1;
    let near = lag.round() as usize;
    if near > 450 || near <= reach + 1 {
        return period;
    }
    let difference = |lag: usize| {
        let start = (centre as usize).saturating_sub((window + lag) / 2);
        let start = start.min(samples.len().saturating_sub(window + lag));
        let span = &samples[start..(start + window + lag).min(samples.len())];
        if span.len() < window + lag {
            return f64::INFINITY;
        }
        let pairs = span.iter().zip(&span[lag..]);
        let (error, energy) = pairs.fold((0.0_f32, 1e-20_f32), |(e, p), (a, b)| {
            (e + (a - b) * (a - b), p + a * a + b * b)
        });
        f64::from(error / energy)
    };
    let lags: Vec<f64> = (near - reach - 1..=near + reach + 1).map(difference).collect();
    let inner = 1..lags.len() - 1;
    let Some(best) = inner.min_by(|&a, &b| lags[a].total_cmp(&lags[b])) else { return period };
    let (a, b, c) = (lags[best - 1], lags[best], lags[best + 1]);
    let bend = a - 2.0 * b + c;
    if !bend.is_finite() || bend <= 0.0 || b > a.min(c) {
        return period;
    }
    let shift = 0.5 * (a - c) / bend;
    (((near - reach - 1 + best) as f64 + shift) / f64::from(cycles)) as f32
}

/// Sums a pitch track up: the weighted median note, and how sure it is.
pub fn note(track: &[Pitch], level: &[f32]) -> Heard {
    let loudest = level.iter().copied().fold(f32::MIN, f32::max);
    let mut total = 0.0;
    let mut periodic = 0.0;
    let mut voiced = 0.0;
    let mut notes: Vec<(f32, f32)> = Vec::new();
    for (pitch, level) in track.iter().zip(level) {
        let weight = if *level > loudest - 40.0 { ((level - loudest) / 20.0).exp() } else { 0.0 };
        total += weight;
        periodic += weight * pitch.confidence;
        if pitch.confidence > 0.0 {
            voiced += weight;
            notes.push((pitch.note, weight * pitch.confidence * pitch.confidence));
        }
    }
    let voiced = if total > 0.0 { voiced / total } else { 0.0 };
    let periodic = if total > 0.0 { periodic / total } else { 0.0 };
    let noisiness = (1.0 - periodic).clamp(0.0, 1.0);
    match weighted_median(&mut notes) {
        Some(note) if voiced > 0.15 => Heard { note, confidence: periodic, voiced, noisiness },
        _ => Heard { note: 60.0, confidence: 0.0, voiced, noisiness },
    }
}

/// The value below which lies half of the weight.
fn weighted_median(values: &mut [(f32, f32)]) -> Option<f32> {
    values.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = 0.5 * values.iter().map(|v| v.1).sum::<f32>();
    let mut sum = 0.0;
    values.iter().find_map(|&(value, weight)| {
        sum += weight;
        (sum >= half).then_some(value)
    })
}

/// A dip of the normalised difference function: a period the frame may have.
#[derive(Clone, Copy, Debug)]
struct Dip {
    /// In samples.
    period: f32,
    /// Aperiodicity: 0 periodic, about 1 noise.
    depth: f32,
}

/// YIN's normalised difference function, by FFT.
struct Yin {
    window: usize,
    shortest: usize,
    longest: usize,
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    head: Vec<f32>,
    whole: Vec<f32>,
    head_bins: Vec<Complex<f32>>,
    whole_bins: Vec<Complex<f32>>,
    difference: Vec<f32>,
    raw: Vec<f32>,
}

impl Yin {
    fn new(rate: f32, length: usize) -> Self {
        let longest = ((rate / LOWEST) as usize).min(length / 2).max(4);
        let window = ((1.3 * longest as f32) as usize).min(length.saturating_sub(longest)).max(4);
        let size = (window + longest).next_power_of_two();
        let mut planner = RealFftPlanner::new();
        let forward = planner.plan_fft_forward(size);
        let inverse = planner.plan_fft_inverse(size);
        Yin {
            window,
            shortest: ((rate / HIGHEST) as usize).max(2),
            longest,
            head: forward.make_input_vec(),
            whole: forward.make_input_vec(),
            head_bins: forward.make_output_vec(),
            whole_bins: forward.make_output_vec(),
            difference: vec![1.0; longest],
            raw: vec![0.0; longest],
            forward,
            inverse,
        }
    }

    /// The most likely periods of the frame around sample `centre`, best first.
    fn dips(&mut self, samples: &[f32], centre: usize) -> Vec<Dip> {
        let span = self.window + self.longest;
        let start = centre.saturating_sub(span / 2).min(samples.len().saturating_sub(span));
        let frame = &samples[start..(start + span).min(samples.len())];
        if frame.len() < span || !self.differ(frame) {
            return Vec::new();
        }
        let d = &self.difference;
        let mut dips: Vec<Dip> = (self.shortest.max(2)..d.len() - 1)
            .filter(|&t| d[t] < HOPELESS && d[t] <= d[t - 1] && d[t] < d[t + 1])
            .map(|t| self.dip(t))
            .collect();
        dips.sort_by(|a, b| a.cost().total_cmp(&b.cost()));
        dips.truncate(CANDIDATES);
        for dip in &mut dips {
            self.sharpen(dip);
        }
        dips
    }

    /// Fills the normalised difference function; false for a frame without energy.
    fn differ(&mut self, frame: &[f32]) -> bool {
        let mean = frame.iter().sum::<f32>() / frame.len() as f32;
        self.whole.fill(0.0);
        self.head.fill(0.0);
        for (k, sample) in frame.iter().enumerate() {
            self.whole[k] = sample - mean;
        }
        self.head[..self.window].copy_from_slice(&self.whole[..self.window]);
        let mut energies = Vec::with_capacity(frame.len() + 1);
        let mut energy = 0.0_f64;
        energies.push(0.0);
        for s in &self.whole[..frame.len()] {
            energy += f64::from(s * s);
            energies.push(energy);
        }
        // The buffers are made by the plans themselves, so their lengths always fit.
        let _ = self.forward.process(&mut self.head, &mut self.head_bins);
        let _ = self.forward.process(&mut self.whole, &mut self.whole_bins);
        for (bin, head) in self.whole_bins.iter_mut().zip(&self.head_bins) {
            *bin *= head.conj();
        }
        if let Some(bin) = self.whole_bins.first_mut() {
            bin.im = 0.0;
        }
        if let Some(bin) = self.whole_bins.last_mut() {
            bin.im = 0.0;
        }
        let _ = self.inverse.process(&mut self.whole_bins, &mut self.whole);
        let scale = 1.0 / self.whole.len() as f64;
        let first = energies[self.window];
        let mut sum = 0.0;
        for t in 1..self.longest {
            let shifted = energies[t + self.window] - energies[t];
            let d = (first + shifted - 2.0 * scale * f64::from(self.whole[t])).max(0.0);
            sum += d;
            self.raw[t] = d as f32;
            self.difference[t] = if sum > 0.0 { (d * t as f64 / sum) as f32 } else { 1.0 };
        }
        self.raw[0] = 0.0;
        self.difference[0] = 1.0;
        energy > 1e-12 * frame.len() as f64
    }

    /// The dip at lag `t`, between samples.
    fn dip(&self, t: usize) -> Dip {
        let sum = f64::from(self.raw[t]) / f64::from(self.difference[t].max(1e-9));
        // Around a short lag the samples are too far apart for a parabola.
        let step = if t < 64 { 0.125 } else { 1.0 };
        let at = |shift: f64| {
            if step == 1.0 {
                self.raw[(t as f64 + shift) as usize].into()
            } else {
                self.raw_at(t as f64 + shift)
            }
        };
        let coarse = (-7..=7).map(|k| f64::from(k) * 0.125);
        let near = if step == 1.0 {
            0.0
        } else {
            coarse.min_by(|&x, &y| at(x).total_cmp(&at(y))).unwrap_or(0.0)
        };
        let [a, b, c] = [at(near - step), at(near), at(near + step)];
        let bend = a - 2.0 * b + c;
        let shift = if bend > 0.0 { (0.5 * (a - c) / bend).clamp(-1.0, 1.0) } else { 0.0 };
        let lowest = (b - 0.25 * (a - c) * shift).max(0.0);
        let depth = if sum > 0.0 { (lowest / sum) as f32 } else { self.difference[t] };
        let period = (t as f64 + near + shift * step) as f32;
        Dip { period, depth: depth.min(self.difference[t]) }
    }

    /// The difference function between lags: it is as band-limited as the sound.
    fn raw_at(&self, lag: f64) -> f64 {
        let whole = lag.floor();
        let part = lag - whole;
        if part < 1e-9 {
            return self.raw[(whole as usize).min(self.raw.len() - 1)].into();
        }
        let sine = (std::f64::consts::PI * part).sin() / std::f64::consts::PI;
        (-9_i64..=10)
            .map(|k| {
                let place = (whole as i64 + k).unsigned_abs() as usize;
                let x = k as f64 - part;
                let window = 0.5 + 0.5 * (std::f64::consts::PI * x / 11.0).cos();
                let sign = if k % 2 == 0 { -1.0 } else { 1.0 };
                let value = f64::from(self.raw[place.min(self.raw.len() - 1)]);
                value * sign * sine / x * window
            })
            .sum()
    }

    /// Measures a short period over several cycles, where that stays as deep.
    fn sharpen(&self, dip: &mut Dip) {
        let mut cycles = 2.0;
        while dip.period < 96.0 && cycles <= 16.0 {
            let near = (dip.period * cycles).round() as usize;
            if near + 2 >= self.longest || near + 2 > 400 {
                return;
            }
            let lags = near - 1..=near + 1;
            let Some(t) = lags.min_by(|&a, &b| self.raw[a].total_cmp(&self.raw[b])) else { return };
            let far = self.dip(t);
            if far.depth > dip.depth + 0.05 || self.raw[t] > self.raw[t - 1].min(self.raw[t + 1]) {
                return;
            }
            dip.period = far.period / cycles;
            cycles *= 2.0;
        }
    }
}

impl Dip {
    /// Depth, and a little more for longer periods.
    fn cost(self) -> f32 {
        self.depth + DEEP * self.period.log2()
    }
}

/// The cheapest way through the candidates of all frames; nothing where there is no pitch.
fn best_path(frames: &[Vec<Dip>]) -> Vec<Option<usize>> {
    let mut costs: Vec<f32> = Vec::new();
    let mut back: Vec<Vec<u8>> = Vec::with_capacity(frames.len());
    let mut last: &[Dip] = &[];
    for (k, dips) in frames.iter().enumerate() {
        // State 0 is no pitch, state 1 + c is candidate c.
        let mut next = Vec::with_capacity(dips.len() + 1);
        let mut from = Vec::with_capacity(dips.len() + 1);
        for state in 0..=dips.len() {
            let own = if state == 0 { UNVOICED } else { dips[state - 1].cost() };
            let step = |before: usize| match (before, state) {
                (0, 0) => 0.0,
                (0, _) | (_, 0) => TURN,
                (b, s) => LEAP * (last[b - 1].period / dips[s - 1].period).log2().abs(),
            };
            let best = (0..costs.len())
                .map(|before| (costs[before] + step(before), before))
                .min_by(|a, b| a.0.total_cmp(&b.0));
            let (cost, before) = best.unwrap_or((0.0, 0));
            next.push(cost + own);
            from.push(before as u8);
        }
        debug_assert!(k == 0 || costs.len() == last.len() + 1);
        costs = next;
        back.push(from);
        last = dips;
    }
    let cheapest = (0..costs.len()).min_by(|&a, &b| costs[a].total_cmp(&costs[b]));
    let mut state = cheapest.unwrap_or(0);
    let mut path = vec![None; frames.len()];
    for k in (0..frames.len()).rev() {
        path[k] = state.checked_sub(1);
        state = usize::from(back[k][state]);
    }
    path
}
