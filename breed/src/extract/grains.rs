//! The sound itself as a wavetable: long frames between which a steady sweep crossfades.
//!
//! A sweep that moves by one frame per cycle plays `(1 − φ) F[n](φ) + φ F[n+1](φ)` at phase `φ`
//! of cycle `n`. The frames `F` for which that comes nearest to the sound follow from one small
//! linear system per phase. Played at another pitch, the frames become grains: the sound is
//! shifted, its course in time stays.

use std::sync::Arc;

use cultivar_patch::schema::ids;
use cultivar_patch::{FRAME, MAX_FRAMES, Wavetable};

use super::curve::Polyline;
use super::draft::Draft;
use super::harmonics::Tune;
use super::layer::{FINE, contour};
use super::release::Release;
use super::warp::Warped;
use crate::listen::pitch::{frequency_of, note_of};
use crate::stop::go_on;
use crate::target::HOP;
use crate::{Stop, Target};

/// Pull of the frames towards silence. It keeps neighbours from growing large and opposite
/// halfway through a cycle, where only their sum is heard.
const PULL: f32 = 0.01;

/// Hertz of the cycles that are cut: a whole part of the target's own pitch, where it has one
/// and that keeps the highest part of the spectrum; otherwise as low as frames can be.
fn grain(target: &Target) -> f32 {
    let lowest = target.rate / FRAME as f32;
    let most = (MAX_FRAMES - 2) as f32 / target.duration;
    let pitch = frequency_of(target.period);
    let parts = (1..=16).rev().map(|n| pitch / n as f32).filter(|f| (lowest..=most).contains(f));
    let enough = 0.47 * target.rate;
    let carried = |f: f32| carried(f, target.rate).min(enough);
    let best = parts.max_by(|&a, &b| carried(a).total_cmp(&carried(b)).then(b.total_cmp(&a)));
    match best {
        Some(part) if target.confidence > 0.0 && carried(part) > 0.9 * enough => part,
        _ => lowest,
    }
}

/// Hertz of the highest harmonic that an oscillator plays at a pitch: it keeps 1023 harmonics,
/// or fewer by half octaves as long as they reach beyond what may fold back.
fn carried(frequency: f32, rate: f32) -> f32 {
    let reach = (0.5 * rate).max(rate - 20_000.0).min(28_000.0);
    let levels = (0..21).map(|level| 1023.0 * (-0.5 * level as f32).exp2());
    levels.map(|harmonics| harmonics * frequency).find(|&top| top <= reach).unwrap_or(0.0)
}

/// Frames of a sound and how they are played.
pub(crate) struct Grains {
    /// Pitch of the frames as a fractional MIDI number.
    pub(crate) note: f32,
    /// The frames, with their peak at 1.
    pub(crate) table: Arc<Wavetable>,
    /// Level in decibels at which they play the sound.
    pub(crate) level: f32,
    /// Seconds of one sweep.
    pub(crate) seconds: f32,
}

/// Cuts `samples`, which last as long as the target, into frames.
pub(crate) fn cut(target: &Target, name: &str, samples: &[f32], stop: Stop) -> Option<Grains> {
    let frequency = grain(target);
    let tune = Tune::steady(target, note_of(frequency));
    let warped = Warped::new(samples, target.rate, &tune.notes, HOP, FRAME, stop)?;
    let cycles = warped.samples.len().div_ceil(FRAME).clamp(1, MAX_FRAMES - 1);
    let (table, level) = solve(name, &warped.samples, cycles, stop)?;
    Some(Grains { note: tune.note, table, level, seconds: cycles as f32 / frequency })
}

/// The curve of place that plays grains, in one step.
pub(crate) fn sweep() -> Polyline {
    Polyline { corners: vec![(0, 0.0), (1, 1.0)] }
}

/// The patch that plays a target as frames of its own samples.
pub(crate) fn grains(target: &Target, name: &str, stop: Stop) -> Option<Draft> {
    let release = Release::of(target, &contour(target), FINE);
    let mut samples = target.samples.clone();
    release.make_up(&mut samples, target.rate);
    let Grains { note, table, level, seconds } = cut(target, name, &samples, stop)?;
    let mut draft = Draft::new(target, name);
    release.set(&mut draft);
    draft.preset.patch.osc[0].on = 1.0;
    draft.preset.tables[0] = cultivar_patch::Table::Own(table);
    draft.tune(target, 0, note);
    draft.follow(ids().osc[0].position, &sweep(), seconds);
    draft.loudness(level, 1.0);
    Some(draft)
}

/// The table of `cycles + 1` frames whose sweep plays `samples`, with its peak at 1, and the
/// level in decibels at which it does.
fn solve(name: &str, samples: &[f32], cycles: usize, stop: Stop) -> Option<(Arc<Wavetable>, f32)> {
    let count = cycles + 1;
    let steady = steady(samples, cycles, stop)?;
    let mut frames = vec![0.0_f32; count * FRAME];
    let mut scratch = vec![0.0; count];
    let mut right = vec![0.0; count];
    for phase in 0..FRAME {
        go_on(stop)?;
        wanted(samples, phase, &mut right);
        right.iter_mut().zip(&steady).for_each(|(r, s)| *r -= s);
        nearest(phase, &mut right, &mut scratch);
        for (frame, value) in frames.chunks_exact_mut(FRAME).zip(&right) {
            frame[phase] = *value;
        }
    }
    let peak = frames.iter().fold(0.0_f32, |peak, s| peak.max(s.abs())).max(1e-9);
    // Sixteen bits are enough for what was sixteen bits mostly, and keep presets small.
    frames.iter_mut().for_each(|s| *s = (*s / peak * 32_767.0).round() / 32_768.0);
    let table = Wavetable::new(name, frames).ok()?;
    Some((Arc::new(table), 20.0 * peak.log10()))
}

/// What the frames are asked for at one phase of all cycles: the samples, spread over the two
/// frames that each of them is heard through.
fn wanted(samples: &[f32], phase: usize, right: &mut [f32]) {
    let b = phase as f32 / FRAME as f32;
    right.fill(0.0);
    for cycle in 0..right.len() - 1 {
        let sample = samples.get(cycle * FRAME + phase).copied().unwrap_or(0.0);
        right[cycle] += (1.0 - b) * sample;
        right[cycle + 1] += b * sample;
    }
}

/// Turns what is asked for at one phase into the values of the frames: a tridiagonal system.
fn nearest(phase: usize, right: &mut [f32], diagonal: &mut [f32]) {
    let b = phase as f32 / FRAME as f32;
    let a = 1.0 - b;
    let (beside, last) = (a * b, right.len() - 1);
    for (k, d) in diagonal.iter_mut().enumerate() {
        *d = PULL + if k < last { a * a } else { 0.0 } + if k > 0 { b * b } else { 0.0 };
    }
    for k in 1..=last {
        let share = beside / diagonal[k - 1];
        diagonal[k] -= share * beside;
        right[k] -= share * right[k - 1];
    }
    let mut next = 0.0;
    for k in (0..=last).rev() {
        next = (right[k] - beside * next) / diagonal[k];
        right[k] = next;
    }
}

/// What has to be taken from the request at every phase so that no frame has a constant part,
/// which oscillators do not play: the multipliers of that constraint, by conjugate gradients.
fn steady(samples: &[f32], cycles: usize, stop: Stop) -> Option<Vec<f32>> {
    // The system changes so little from phase to phase that it is taken at every eighth.
    const EVERY: usize = 8;
    let count = cycles + 1;
    let mut scratch = vec![0.0; count];
    let mut right = vec![0.0; count];
    let mut sum = |every: usize, request: &mut dyn FnMut(usize, &mut [f32])| {
        let mut sum = vec![0.0_f32; count];
        for phase in (0..FRAME).step_by(every) {
            go_on(stop)?;
            request(phase, &mut right);
            nearest(phase, &mut right, &mut scratch);
            sum.iter_mut().zip(&right).for_each(|(s, r)| *s += every as f32 * r);
        }
        Some(sum)
    };
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let mut rest = sum(1, &mut |phase, right| wanted(samples, phase, right))?;
    let mut found = vec![0.0; count];
    let mut direction = rest.clone();
    let mut size = dot(&rest, &rest);
    let enough = 1e-8 * size;
    for _ in 0..40 {
        if size <= enough {
            break;
        }
        let moved = sum(EVERY, &mut |_, right| right.copy_from_slice(&direction))?;
        let step = size / dot(&direction, &moved).max(1e-20);
        for k in 0..count {
            found[k] += step * direction[k];
            rest[k] -= step * moved[k];
        }
        let now = dot(&rest, &rest);
        let share = now / size;
        direction.iter_mut().zip(&rest).for_each(|(d, r)| *d = r + share * *d);
        size = now;
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sweep_plays_the_sound() {
        let mut state = 7_u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 8_388_608.0 - 1.0
        };
        let hum = |k: usize| (k as f32 * 0.005).sin();
        let samples: Vec<f32> = (0..20 * FRAME).map(|k| noise() + hum(k)).collect();
        let (table, level) = solve("t", &samples, 20, crate::NEVER).unwrap();
        let gain = 10.0_f32.powf(level / 20.0);
        let (mut error, mut power) = (0.0, 0.0);
        for (k, s) in samples.iter().enumerate() {
            let (n, phase) = (k / FRAME, k % FRAME);
            let share = phase as f32 / FRAME as f32;
            let (a, b) = (table.frame(n)[phase], table.frame(n + 1)[phase]);
            error += (gain * (a + share * (b - a)) - s).powi(2);
            power += s * s;
        }
        let db = 10.0 * (error / power).log10();
        assert!(db < -18.0, "hum and noise come out with an error of {db} dB");
        for frame in 0..table.len() {
            let constant = table.frame(frame).iter().sum::<f32>() / FRAME as f32;
            assert!(constant.abs() < 2e-3, "frame {frame} has a constant part of {constant}");
        }
    }
}
