//! The pitched patch: frames of harmonics, and curves of level, place and pitch.

use cultivar_patch::schema::ids;
use cultivar_patch::{Table, bowed};

use super::curve::Polyline;
use super::draft::Draft;
use super::frames::{self, FRAME_RMS};
use super::harmonics::{Harmonics, Tune, period};
use crate::Target;
use crate::listen::envelope;
use crate::target::HOP;

/// Seconds between two points of a level contour that is drawn.
pub(crate) const FINE: f32 = 0.0025;
/// Error in decibels that a level curve may leave.
const TOLERANCE: f32 = 0.25;
/// Range of a level curve below its peak in decibels.
const DEPTH: f32 = 71.0;
/// Bow of the release: an exponential that falls by 78 dB.
const BOW: f32 = 0.9;

/// A patch of `count` frames of harmonics whose level, place and pitch follow the target.
pub(crate) fn harmonic(target: &Target, name: &str, count: usize) -> Option<Draft> {
    let tune = Tune::of(target, cultivar_patch::MAX_POINTS);
    let harmonics = Harmonics::of(target, &tune);
    let places = harmonics.places(count);
    let rows: Vec<Vec<f32>> = places.iter().map(|&p| harmonics.at(p)).collect();
    let mut draft = Draft::new(target, name);
    let osc = ids().osc[0];
    draft.preset.patch.osc[0].on = 1.0;
    draft.preset.tables[0] = Table::Own(frames::table(name, &rows)?);
    draft.tune(target, 0, tune.note);
    let contour = contour(target);
    let level = release(&mut draft, target, &contour);
    let peak = level.iter().copied().fold(f32::MIN, f32::max);
    draft.loudness(peak, FRAME_RMS);
    let line = level_line(&level, peak, cultivar_patch::MAX_POINTS);
    draft.follow(osc.level, &line, FINE);
    draft.follow(osc.position, &place_line(&places, target.pitch.len() - 1), HOP);
    let base = draft.preset.patch.osc[0].tune;
    let mut tuned = tune.line;
    tuned.corners.iter_mut().for_each(|c| c.1 += base);
    draft.follow(osc.tune, &tuned, HOP);
    Some(draft)
}

/// The level contour every [`FINE`] seconds, blind to single cycles of the sound.
pub(crate) fn contour(target: &Target) -> Vec<f32> {
    envelope::contour(&target.samples, target.rate, FINE, period(target).max(0.005))
}

/// The corners of the curve of place: frame `k` of the table at `places[k]`.
fn place_line(places: &[f32], end: usize) -> Polyline {
    let last = (places.len().max(2) - 1) as f32;
    let mut corners: Vec<(usize, f32)> = Vec::with_capacity(places.len());
    for (k, place) in places.iter().enumerate() {
        let corner = (place.round() as usize, k as f32 / last);
        match corners.last_mut() {
            Some(before) if before.0 >= corner.0 => before.1 = corner.1,
            _ => corners.push(corner),
        }
    }
    if let Some(&(first, height)) = corners.first()
        && first > 0
    {
        corners.insert(0, (0, height));
    }
    if corners.last().is_none_or(|c| c.0 < end) {
        corners.push((end, 1.0));
    }
    corners.truncate(cultivar_patch::MAX_POINTS);
    Polyline { corners }
}

/// Draws a level contour relative to `peak`, in decibels from the depth of silence to 0.
pub(crate) fn level_line(level: &[f32], peak: f32, corners: usize) -> Polyline {
    let heights: Vec<f32> = level.iter().map(|l| (l - peak).max(-DEPTH - 1.0)).collect();
    let weight: Vec<f32> = heights
        .iter()
        .map(|h| if *h > -50.0 { 1.0 } else { (1.0 + (h + 50.0) / 25.0).max(0.2) })
        .collect();
    let mut line = Polyline::fit(&heights, &weight, corners, TOLERANCE);
    // Silence is the least level of the schema, well under anything that was measured.
    for corner in &mut line.corners {
        corner.1 = if corner.1 < -DEPTH { -72.0 } else { corner.1.min(0.0) };
    }
    line
}

/// Sets the release of the amplifier after the target's release point, and gives the contour
/// that remains for the level curve once the release is taken out of it.
pub(crate) fn release(draft: &mut Draft, target: &Target, contour: &[f32]) -> Vec<f32> {
    let from = (target.release / FINE).round() as usize;
    if target.release >= target.duration - 0.01 || from + 4 >= contour.len() {
        return contour.to_vec();
    }
    let start = contour[from];
    let tail: Vec<f32> = contour[from..].iter().map(|l| l - start).collect();
    let heard = tail.iter().position(|&l| l < -50.0).unwrap_or(tail.len()).max(4);
    let (sum, squares) = tail[..heard.min(tail.len())]
        .iter()
        .enumerate()
        .fold((0.0, 1e-9), |(s, q), (k, l)| (s + k as f32 * l, q + (k * k) as f32));
    let slope = (-sum / squares / FINE).max(5.0);
    let depth = 10.0 * BOW * 20.0 / std::f32::consts::LN_10;
    let length = (depth / slope).clamp(0.002, 20.0);
    let amp = &mut draft.preset.patch.env[0];
    amp.release = length.log2();
    amp.release_curve = BOW;
    let mut rest = contour.to_vec();
    let mut last = 0.0;
    for (k, level) in tail.iter().enumerate() {
        let fallen = 1.0 - bowed((k as f32 * FINE / length).min(1.0), BOW);
        let fallen = 20.0 * fallen.max(1e-9).log10();
        if fallen > -50.0 && *level > -60.0 {
            last = (level - fallen).clamp(-9.0, 9.0);
        }
        rest[from + k] = start + last;
    }
    rest
}
