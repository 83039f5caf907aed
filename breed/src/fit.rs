//! Fits what analysis knows onto a patch: pitch, level over time, noisiness.

use cultivar_patch::schema::{LfoMode, NO_TIME, Polarity, SILENCE_DB, Source, ids};
use cultivar_patch::{Id, Preset, Shape};

use crate::extract::curve::Polyline;
use crate::extract::harmonics::Tune;
use crate::genome::destination;
use crate::target::HOP;
use crate::{Rng, Target};

/// Bow of the decay that analysis sets: it falls by e^6, 52 dB.
const BOW: f32 = 0.6;
/// Nepers of that decay until it has fallen by 20 dB, over those of the whole.
const TO_20_DB: f32 = 0.384;
/// The LFO that draws levels.
const LEVEL_LFO: usize = 5;
/// The LFOs that draw the ways through the tables of the first two oscillators.
pub(crate) const PLACE_LFOS: [usize; 2] = [4, 3];
/// The LFO that draws pitch.
const PITCH_LFO: usize = 2;
/// Decibels below the loudest source at which another is hardly heard.
const FAINT: f32 = 36.0;
/// Range of a drawn level in decibels.
const DEPTH: f32 = 60.0;

/// Fits a patch to a target: in tune, with its envelope, as noisy as it.
pub(crate) fn fit(preset: &mut Preset, target: &Target, rng: &mut Rng) {
    tune(preset, target, rng);
    noisiness(preset, target, rng);
    if rng.chance(0.5) {
        envelope(preset, target);
    } else {
        draw_level(preset, target, 24);
    }
}

/// Tunes the first oscillator that sounds to the target, the others to it.
fn tune(preset: &mut Preset, target: &Target, rng: &mut Rng) {
    let cents = 100.0 * (target.note - f32::from(target.key()));
    let mut first = true;
    for osc in preset.patch.osc.iter_mut().filter(|osc| osc.on > 0.5) {
        if first {
            osc.tune =
                rng.pick(&[0.0, 0.0, 0.0, 0.0, 0.0, -12.0, 12.0]).copied().unwrap_or_default();
            osc.fine = 0.0;
            first = false;
        }
        osc.key = 1.0;
        osc.fine = (osc.fine.clamp(-12.0, 12.0) + cents).clamp(-100.0, 100.0);
    }
    // Sliding and falling pitches are seldom what the target does.
    for slot in 0..preset.patch.route.len() {
        let tunes = ids().osc.iter().any(|osc| destination(&preset.patch, slot) == Some(osc.tune));
        if tunes && target.confidence > 0.5 {
            preset.patch.route[slot].amount = 0.0;
        }
    }
}

/// Turns noise on for noisy targets and off for clean ones.
fn noisiness(preset: &mut Preset, target: &Target, rng: &mut Rng) {
    let patch = &mut preset.patch;
    let noisy = target.noisiness.clamp(0.0, 1.0);
    if target.voiced < 0.3 && rng.chance(0.8) {
        patch.noise.on = 1.0;
        patch.noise.level = patch.noise.level.max(-12.0);
        for band in &mut patch.band {
            band.on = f32::from(rng.chance(0.35));
            band.level = rng.between(-12.0, 6.0);
        }
        for osc in &mut patch.osc {
            osc.level -= rng.between(0.0, 30.0);
        }
    } else if rng.chance(1.0 - noisy) {
        patch.noise.on = 0.0;
        patch.band.iter_mut().for_each(|band| band.on = 0.0);
    }
}

/// Sets the amplifier's envelope from attack, decay, sustain and release of the target.
pub(crate) fn envelope(preset: &mut Preset, target: &Target) {
    let peak = target.level.iter().fold(-120.0f32, |a, b| a.max(*b));
    let held = (target.release - 0.02).max(0.0);
    let sustain = 10f32.powf((target.level_at(held) - peak) / 20.0);
    let one_decay = target.release >= target.duration - 0.01;
    let env = &mut preset.patch.env[0];
    env.delay = NO_TIME;
    env.hold = NO_TIME;
    env.attack = log_time(target.attack);
    env.decay_curve = BOW;
    env.release_curve = BOW;
    env.sustain = if one_decay && sustain < 0.3 { 0.0 } else { sustain.clamp(0.0, 1.0) };
    let until = if target.decay.is_finite() { target.decay } else { 2.0 * target.duration };
    env.decay = log_time(until / TO_20_DB).min(5.0);
    let tail = target.duration - target.release;
    env.release = log_time(tail.clamp(0.03, 2.0));
}

fn log_time(seconds: f32) -> f32 {
    seconds.max(1e-3).log2().clamp(NO_TIME, 4.0)
}

/// Switches off what is hardly heard: sources that nothing raises and that are [`FAINT`] below the
/// loudest, effects and filters that are hardly mixed in. It costs as much as what is heard.
pub fn prune(preset: &mut Preset) {
    let ids = ids();
    let moved: Vec<Id> = (0..preset.patch.route.len())
        .filter(|slot| preset.patch.route[*slot].amount != 0.0)
        .filter(|slot| Source::of(preset.patch.route[*slot].source) != Source::None)
        .filter_map(|slot| destination(&preset.patch, slot))
        .collect();
    let oscs = ids.osc.iter().map(|osc| (osc.on, osc.level));
    let bands = ids.band.iter().map(|band| (band.on, band.level));
    let sources: Vec<(Id, Id)> =
        oscs.chain(bands).chain([(ids.noise.on, ids.noise.level)]).collect();
    let patch = &mut preset.patch;
    let on = sources.iter().filter(|(on, _)| patch[*on] > 0.5);
    let levels = on.map(|(_, level)| patch[*level]);
    let loudest = levels.fold(SILENCE_DB, f32::max);
    let filters = ids.filter.iter().map(|filter| (filter.on, filter.mix));
    let faint = sources.into_iter().map(|(on, level)| (on, level, loudest - FAINT));
    let effects = ids.effects().map(|effect| (*effect.on, *effect.mix));
    let dry = filters.chain(effects).map(|(on, mix)| (on, mix, 0.03));
    for (on, what, least) in faint.chain(dry).collect::<Vec<_>>() {
        if patch[what] < least && !moved.contains(&what) {
            patch[on] = 0.0;
        }
    }
}

/// Draws the level of the target, with at most `corners` corners, over the levels of all sources;
/// the amplifier then only opens and closes.
pub fn draw_level(preset: &mut Preset, target: &Target, corners: usize) {
    let peak = target.level.iter().fold(-120.0f32, |a, b| a.max(*b));
    let below: Vec<f32> = target.level.iter().map(|l| (l - peak).max(-DEPTH)).collect();
    let weight: Vec<f32> = below.iter().map(|l| (1.2 + l / DEPTH).min(1.0)).collect();
    let line = Polyline::fit(&below, &weight, corners, 0.5);
    let env = &mut preset.patch.env[0];
    env.delay = NO_TIME;
    env.hold = NO_TIME;
    env.attack = NO_TIME;
    env.sustain = 1.0;
    env.release = log_time((target.duration - target.release).clamp(0.06, 1.0));
    let ids = ids();
    let mut levels: Vec<Id> =
        (0..3).filter(|k| preset.patch.osc[*k].on > 0.5).map(|k| ids.osc[k].level).collect();
    levels.extend((0..4).filter(|k| preset.patch.band[*k].on > 0.5).map(|k| ids.band[k].level));
    if preset.patch.noise.on > 0.5 {
        levels.push(ids.noise.level);
    }
    draw(preset, LEVEL_LFO, line.shape(-DEPTH, 0.0), length(&line));
    for id in levels {
        let def = id.def();
        // The knob is the loudest place, the curve takes away from it.
        let top = preset.patch[id];
        preset.patch[id] = (top - DEPTH).max(SILENCE_DB);
        route(preset, LEVEL_LFO, id, (top - preset.patch[id]) / def.span());
    }
}

/// Draws the pitch of the target, where it moves, over the tuning of the oscillators that sound.
pub fn draw_pitch(preset: &mut Preset, target: &Target, corners: usize) {
    let tune = Tune::of(target, corners);
    let (low, high) = tune.line.range();
    if target.confidence < 0.3 || high - low < 0.08 {
        return;
    }
    draw(preset, PITCH_LFO, tune.line.shape(low, high), length(&tune.line));
    for k in (0..3).filter(|k| preset.patch.osc[*k].on > 0.5).collect::<Vec<_>>() {
        let id = ids().osc[k].tune;
        preset.patch[id] = id.def().legal(preset.patch[id] + low);
        route(preset, PITCH_LFO, id, (high - low) / id.def().span());
    }
}

/// Seconds that a line over a contour lasts.
fn length(line: &Polyline) -> f32 {
    line.corners.last().map_or(1, |c| c.0).max(1) as f32 * HOP
}

/// Makes an LFO draw a shape once in `seconds`.
pub(crate) fn draw(preset: &mut Preset, lfo: usize, shape: Shape, seconds: f32) {
    preset.shapes[lfo] = shape;
    let settings = &mut preset.patch.lfo[lfo];
    settings.mode = LfoMode::Once.value();
    settings.polarity = Polarity::Unipolar.value();
    settings.sync = 0.0;
    settings.phase = 0.0;
    settings.delay = NO_TIME;
    settings.fade = NO_TIME;
    settings.rate = (-seconds.log2()).clamp(-6.0, 6.0);
    for route in preset.patch.route.iter_mut() {
        if route.source == lfo_source(lfo) {
            route.source = Source::None.value();
        }
    }
}

fn lfo_source(lfo: usize) -> f32 {
    (Source::Lfo1 as usize + lfo) as f32
}

/// Lets an LFO move a parameter by a part of its range, in a free route.
pub(crate) fn route(preset: &mut Preset, lfo: usize, to: Id, amount: f32) {
    let free = |r: &&mut cultivar_patch::schema::Route<f32>| Source::of(r.source) == Source::None;
    if let Some(route) = preset.patch.route.iter_mut().find(free) {
        route.source = lfo_source(lfo);
        route.destination = to.as_destination();
        route.amount = amount.clamp(-1.0, 1.0);
        route.curve = 0.0;
    }
}
