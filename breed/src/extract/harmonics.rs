//! The harmonics of a pitched sound over time, measured over a few of its own cycles.

use realfft::RealFftPlanner;

use super::curve::Polyline;
use super::warp::Warped;
use crate::listen::pitch::{frequency_of, note_of};
use crate::stop::go_on;
use crate::target::HOP;
use crate::{Stop, Target};

/// Fewest cycles of a measuring window.
const CYCLES: usize = 3;
/// Semitones of a pitch curve that nobody hears.
const STILL: f32 = 0.03;

/// Pitch as the patch will play it.
pub struct Tune {
    /// The note of the patch as a fractional MIDI number.
    pub note: f32,
    /// Semitones above the note, over the contour of [`HOP`] steps.
    pub line: Polyline,
    /// Fractional MIDI numbers along the line, every [`HOP`] seconds.
    pub notes: Vec<f32>,
}

impl Tune {
    /// The pitch of a target without gaps, as a line of at most `corners` corners.
    pub fn of(target: &Target, corners: usize) -> Tune {
        let note = target.period;
        let bridged = bridged(target);
        let deviation: Vec<f32> = bridged.iter().map(|(n, _)| n - note).collect();
        let weight: Vec<f32> = bridged.iter().map(|(_, weight)| *weight).collect();
        let mut line = Polyline::fit(&deviation, &weight, corners, STILL);
        for corner in &mut line.corners {
            corner.1 = corner.1.clamp(-36.0, 36.0);
        }
        let (low, high) = line.range();
        if high - low < 2.0 * STILL {
            let middle = 0.5 * (low + high);
            line.corners.iter_mut().for_each(|c| c.1 = middle);
        }
        let notes = (0..deviation.len()).map(|k| note + line.at(k as f32)).collect();
        Tune { note, line, notes }
    }

    /// One pitch for the whole sound.
    pub fn steady(target: &Target, note: f32) -> Tune {
        let last = target.pitch.len().max(2) - 1;
        let line = Polyline { corners: vec![(0, 0.0), (last, 0.0)] };
        Tune { note, line, notes: vec![note; last + 1] }
    }
}

/// The pitch track with outliers removed and gaps bridged by straight lines: note and weight.
fn bridged(target: &Target) -> Vec<(f32, f32)> {
    let loudest = target.level.iter().copied().fold(f32::MIN, f32::max);
    let track = &target.pitch;
    let median = |k: usize, side: usize| {
        let near = &track[k.saturating_sub(side)..(k + side + 1).min(track.len())];
        let mut notes: Vec<f32> =
            near.iter().filter(|p| p.confidence > 0.0).map(|p| p.note).collect();
        notes.sort_by(f32::total_cmp);
        notes.get(notes.len() / 2).copied()
    };
    let sure = |k: usize| {
        let pitch = track[k];
        let around = median(k, 20)?;
        let weight = ((target.level[k] - loudest) / 25.0).exp() * pitch.confidence.powi(2);
        // A leap of an octave that does not last is an error, not a melody.
        let lasting = (pitch.note - around).abs() < 7.0;
        (pitch.confidence > 0.0 && lasting).then(|| (median(k, 2).unwrap_or(pitch.note), weight))
    };
    let sure: Vec<Option<(f32, f32)>> = (0..track.len()).map(sure).collect();
    let known: Vec<usize> = (0..sure.len()).filter(|&k| sure[k].is_some()).collect();
    let value = |k: usize| sure[k].map_or(target.period, |s| s.0);
    let between = |k: usize| {
        let next = known.partition_point(|&j| j < k);
        match (next.checked_sub(1).map(|j| known[j]), known.get(next)) {
            (Some(a), Some(&b)) => {
                value(a) + (value(b) - value(a)) * (k - a) as f32 / (b - a) as f32
            }
            (Some(a), None) => value(a),
            (None, Some(&b)) => value(b),
            (None, None) => target.period,
        }
    };
    sure.iter().enumerate().map(|(k, s)| s.unwrap_or_else(|| (between(k), 1e-3))).collect()
}

/// Amplitudes of the harmonics every [`HOP`] seconds.
pub struct Harmonics {
    /// One row per step, the fundamental first.
    pub rows: Vec<Vec<f32>>,
    /// Power of everything within each window.
    power: Vec<f32>,
}

impl Harmonics {
    /// Measures the harmonics of a target along a pitch line, in windows of at least `window`
    /// seconds; nothing where it is stopped.
    pub fn of(target: &Target, tune: &Tune, window: f32, stop: Stop) -> Option<Harmonics> {
        let notes = tune.notes.iter().copied();
        let (low, high) = notes.fold((f32::MAX, f32::MIN), |(l, h), n| (l.min(n), h.max(n)));
        let (low, high) = (frequency_of(low), frequency_of(high));
        let cycle = ((target.rate / low) as usize + 1).next_power_of_two().clamp(16, 2048);
        let middle = frequency_of(tune.note);
        let most = (0.49 * target.rate / high.min(1.1 * middle)) as usize;
        let most = most.min(cycle / 2 - 1).clamp(1, 1023);
        let cycles = ((middle * window).round() as usize).max(CYCLES);
        let warped = Warped::new(&target.samples, target.rate, &tune.notes, HOP, cycle, stop)?;
        let size = cycles * cycle;
        let fft = RealFftPlanner::new().plan_fft_forward(size);
        let (mut input, mut output) = (fft.make_input_vec(), fft.make_output_vec());
        let mut scratch = fft.make_scratch_vec();
        let turn = std::f32::consts::TAU / size as f32;
        let window: Vec<f32> = (0..size).map(|k| 0.5 - 0.5 * (turn * k as f32).cos()).collect();
        let measure = |k: usize| {
            go_on(stop)?;
            let centre = warped.turn(k as f32 * HOP) * cycle as f64;
            let start = centre as isize - (size / 2) as isize;
            for (n, (input, window)) in input.iter_mut().zip(&window).enumerate() {
                let place = usize::try_from(start + n as isize).ok();
                let sample = place.and_then(|p| warped.samples.get(p)).copied();
                *input = sample.unwrap_or(0.0) * window;
            }
            // The buffers are made by the plan itself, so their lengths always fit.
            let _ = fft.process_with_scratch(&mut input, &mut output, &mut scratch);
            let scale = 4.0 / size as f32;
            let row = (1..=most).map(|h| output[h * cycles].norm() * scale);
            // Of a sine, whose bins add up to 3/2 of its amplitude squared, half is power.
            let power = output.iter().map(|bin| bin.norm_sqr()).sum::<f32>() * scale * scale / 3.0;
            Some((row.collect::<Vec<f32>>(), power))
        };
        let measured: Option<Vec<_>> = (0..tune.notes.len()).map(measure).collect();
        let (rows, power) = measured?.into_iter().unzip();
        Some(Harmonics { rows, power })
    }

    /// Silences all harmonics but some; the fundamental is 1.
    pub fn keep(&mut self, only: &[usize]) {
        for row in &mut self.rows {
            for (k, amplitude) in row.iter_mut().enumerate() {
                if !only.contains(&(k + 1)) {
                    *amplitude = 0.0;
                }
            }
        }
    }

    /// Share of the harmonics in the power at a fractional step, 0 to 1.
    pub fn share(&self, place: f32) -> f32 {
        let share = |k: usize| {
            let k = k.min(self.rows.len() - 1);
            let own: f32 = 0.5 * self.rows[k].iter().map(|a| a * a).sum::<f32>();
            (own / self.power[k].max(1e-20)).min(1.0)
        };
        let k = place as usize;
        share(k) + (share(k + 1) - share(k)) * place.fract()
    }

    /// Places for `count` frames as steps: half of their density even, half where the
    /// spectrum changes.
    pub fn places(&self, count: usize) -> Vec<f32> {
        let loud = |k: usize| self.rows[k].iter().map(|a| a.sqrt()).collect::<Vec<f32>>();
        let mut before = loud(0);
        let mut change = Vec::with_capacity(self.rows.len());
        for k in 1..self.rows.len() {
            let now = loud(k);
            change.push(now.iter().zip(&before).map(|(a, b)| (a - b).abs()).sum::<f32>());
            before = now;
        }
        quantiles(&change, count)
    }

    /// The row at a fractional step.
    pub fn at(&self, place: f32) -> Vec<f32> {
        let k = (place as usize).min(self.rows.len() - 1);
        let next = &self.rows[(k + 1).min(self.rows.len() - 1)];
        let share = (place - k as f32).clamp(0.0, 1.0);
        self.rows[k].iter().zip(next).map(|(a, b)| a + (b - a) * share).collect()
    }
}

/// `count` places over `change.len()` steps, first and last included, between which lie equal
/// parts of half even, half changing ground.
fn quantiles(change: &[f32], count: usize) -> Vec<f32> {
    let steps = change.len().max(1) as f32;
    let total: f32 = change.iter().sum::<f32>().max(1e-20);
    let mut ground = vec![0.0];
    let mut sum = 0.0;
    for c in change {
        sum += 0.5 / steps + 0.5 * c / total;
        ground.push(sum);
    }
    let end = sum.max(1e-9);
    let place = |k: usize| {
        let wanted = end * k as f32 / (count.max(2) - 1) as f32;
        let next = ground.partition_point(|&g| g < wanted).clamp(1, ground.len().max(2) - 1);
        let (a, b) = (ground[next - 1], ground.get(next).copied().unwrap_or(end));
        (next - 1) as f32 + if b > a { ((wanted - a) / (b - a)).clamp(0.0, 1.0) } else { 0.0 }
    };
    (0..count).map(place).collect()
}

/// Seconds of one cycle of a target's note, for windows that do not hear single cycles.
pub fn period(target: &Target) -> f32 {
    1.0 / frequency_of(if target.confidence > 0.0 { target.period } else { note_of(250.0) })
}
