//! The last closed-form step: what the engine plays is measured, and curves and levels are
//! corrected by what is off.

use cultivar_patch::schema::{LfoMode, Source, ids};
use cultivar_patch::{Id, MAX_POINTS, Preset};

use super::bands::Map;
use super::curve::Polyline;
use super::layer::FINE;
use crate::listen::envelope;
use crate::listen::pitch::frequency_of;
use crate::stop::go_on;
use crate::{Stop, Target};

/// Most rounds of rendering and correcting.
const ROUNDS: usize = 3;
/// Share of what is off that one round corrects.
const DAMPING: f32 = 0.8;
/// Most decibels that one round corrects.
const MOST: f32 = 6.0;
/// Decibels below the peak of the target down to which levels are compared.
const DEPTH: f32 = 60.0;

/// Corrects the loudness, the level curve and the noise bands of a preset so that what
/// `render` makes of it (mono, at the target's rate, the target's note) has the target's
/// levels. Keeps the best of what was rendered, so that it never ends up farther off. Nothing
/// where it is stopped, or `render` gives nothing.
pub fn polish(
    target: &Target,
    preset: &Preset,
    render: &mut dyn FnMut(&Preset) -> Option<Vec<f32>>,
    stop: Stop,
) -> Option<Preset> {
    let window = (1.0 / frequency_of(target.period)).clamp(0.005, 0.03) + 0.02 * target.noisiness;
    let contour = |sound: &[f32]| envelope::contour(sound, target.rate, FINE, window);
    let mut preset = preset.clone();
    let wanted = contour(&target.samples);
    let map = Map::of(&target.samples, target.rate, None, stop)?;
    let mut best: Option<(f32, Preset)> = None;
    for round in 0..=ROUNDS {
        let mut sound = render(&preset)?;
        sound.resize(target.samples.len(), 0.0);
        let heard = contour(&sound);
        let heard_map = Map::of(&sound, target.rate, None, stop)?;
        let off = error(&wanted, &heard) + map.error(&heard_map);
        if best.as_ref().is_none_or(|b| off < b.0) {
            best = Some((off, preset.clone()));
        }
        if round == ROUNDS {
            break;
        }
        correct_loudness(&mut preset, &target.samples, &sound);
        correct_bands(&mut preset, &map, &heard_map);
        go_on(stop)?;
        correct_level(&mut preset, &wanted, &heard);
    }
    best.map(|(_, best)| best)
}

/// Mean difference of two level contours in decibels, where the first is loud enough to count.
fn error(wanted: &[f32], heard: &[f32]) -> f32 {
    let floor = wanted.iter().copied().fold(f32::MIN, f32::max) - DEPTH;
    let pairs = wanted.iter().zip(heard).map(|(w, h)| (w.max(floor) - h.max(floor)).abs());
    pairs.sum::<f32>() / wanted.len() as f32
}

fn power(samples: &[f32]) -> f32 {
    samples.iter().map(|s| s * s).sum::<f32>().max(1e-20)
}

/// Brings the power of the whole to the target's.
fn correct_loudness(preset: &mut Preset, wanted: &[f32], heard: &[f32]) {
    let off = 10.0 * (power(wanted) / power(heard)).log10();
    let id = ids().master.level;
    preset.patch[id] = id.def().legal(preset.patch[id] + off.clamp(-24.0, 24.0));
}

/// A level under a one-shot curve of its own.
struct Drawn {
    level: Id,
    lfo: usize,
    route: usize,
}

/// The curve of the level of the first oscillator, or of the loudest noise band where no
/// oscillator has one; nothing where other routes share it.
fn drawn(preset: &Preset) -> Option<Drawn> {
    let patch = &preset.patch;
    let oscillators = ids().osc.iter().zip(&patch.osc);
    let bands = ids().band.iter().zip(&patch.band);
    let levels = oscillators
        .filter(|(_, osc)| osc.on >= 0.5)
        .map(|(id, _)| id.level)
        .chain(bands.filter(|(_, band)| band.on >= 0.5).map(|(id, _)| id.level));
    let curve = |level: Id| {
        let drives =
            |route: &usize| Id::from_destination(patch.route[*route].destination) == Some(level);
        let route = (0..patch.route.len()).find(drives)?;
        let source = patch.route[route].source;
        let lfo = (Source::of(source) as usize).checked_sub(Source::Lfo1 as usize)?;
        let once = LfoMode::of(patch.lfo.get(lfo)?.mode) == LfoMode::Once;
        let alone = patch.route.iter().filter(|r| r.source == source).count() == 1;
        (once && alone).then_some(Drawn { level, lfo, route })
    };
    let mut levels = levels;
    levels.find_map(curve)
}

/// Adds what the level contour lacks to the level curve.
fn correct_level(preset: &mut Preset, wanted: &[f32], heard: &[f32]) {
    let Some(Drawn { level, lfo, route }) = drawn(preset) else { return };
    let (def, patch) = (level.def(), &preset.patch);
    let seconds = (-patch.lfo[lfo].rate).exp2();
    let steps = (seconds / FINE).round().max(1.0) as usize;
    let (base, depth) = (patch[level], patch.route[route].amount * def.span());
    let floor = wanted.iter().copied().fold(f32::MIN, f32::max) - DEPTH;
    let off = |k: usize| match (wanted.get(k), heard.get(k)) {
        (Some(&w), Some(&h)) if w > floor => (w - h).clamp(-MOST, MOST),
        _ => 0.0,
    };
    // Loudness as a whole was corrected already: what remains is the shape.
    let middle = {
        let loud = |k: &usize| wanted[*k] > floor + 0.5 * DEPTH;
        let (sum, count) =
            (0..wanted.len()).filter(loud).fold((0.0, 1e-6), |(s, n), k| (s + off(k), n + 1.0));
        sum / count
    };
    let height = |k: usize| {
        let drawn = base + depth * preset.shapes[lfo].at(k as f32 / steps as f32);
        if drawn <= def.min + 0.5 {
            return def.min;
        }
        let near = (off(k.saturating_sub(1)) + 2.0 * off(k) + off(k + 1)) / 4.0;
        (drawn + DAMPING * (near - middle)).clamp(def.min, def.max)
    };
    let contour: Vec<f32> = (0..=steps).map(height).collect();
    let top = contour.iter().copied().fold(f32::MIN, f32::max);
    let weight: Vec<f32> =
        contour.iter().map(|h| if h - top > -50.0 { 1.0 } else { 0.3 }).collect();
    let line = Polyline::fit(&contour, &weight, MAX_POINTS, 0.2);
    let (low, high) = line.range();
    let (low, high) = (low.clamp(def.min, def.max), high.clamp(def.min, def.max));
    if high - low < 1e-3 {
        return;
    }
    preset.patch[level] = low;
    preset.patch.route[route].amount = (high - low) / def.span();
    preset.shapes[lfo] = line.shape(low, high);
}

/// Moves the level of every noise band by what is off where it sounds.
fn correct_bands(preset: &mut Preset, wanted: &Map, heard: &Map) {
    for (k, id) in ids().band.iter().enumerate() {
        let band = preset.patch.band[k];
        if band.on < 0.5 || band.level <= id.level.def().min {
            continue;
        }
        let off = wanted.off(heard, frequency_of(band.centre), band.width);
        let moved = band.level + DAMPING * off.clamp(-MOST, MOST);
        preset.patch.band[k].level = id.level.def().legal(moved.max(id.level.def().min + 1.0));
    }
}
