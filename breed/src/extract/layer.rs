//! A layer: one oscillator that plays frames of harmonics under curves of level, place and
//! pitch.

use std::sync::Arc;

use cultivar_patch::schema::ids;
use cultivar_patch::{FRAME, MAX_POINTS, Table, Wavetable};

use super::curve::Polyline;
use super::draft::Draft;
use super::frames::{self, FRAME_RMS};
use super::harmonics::{Harmonics, Tune, period};
use super::release::Release;
use crate::listen::envelope;
use crate::listen::pitch::frequency_of;
use crate::stop::go_on;
use crate::target::HOP;
use crate::{Stop, Target};

/// Seconds between two points of a level contour that is drawn.
pub(crate) const FINE: f32 = 0.0025;
/// Error in decibels that a level curve may leave.
const TOLERANCE: f32 = 0.25;
/// Range of a level curve below its peak in decibels.
const DEPTH: f32 = 71.0;

/// One oscillator of an extracted patch.
pub(crate) struct Layer {
    tune: Tune,
    table: Arc<Wavetable>,
    /// Steps at which the frames lie.
    places: Vec<f32>,
    /// Level in decibels every [`FINE`] seconds.
    pub(crate) level: Vec<f32>,
}

impl Layer {
    /// The harmonics of `tune` in `count` frames, measured in windows of `window` seconds at
    /// least; only those in `only`, where it is given (the fundamental is 1).
    pub(crate) fn of(
        target: &Target,
        name: &str,
        tune: Tune,
        only: Option<&[usize]>,
        count: usize,
        window: f32,
        stop: Stop,
    ) -> Option<Layer> {
        let mut harmonics = Harmonics::of(target, &tune, window, stop)?;
        if let Some(only) = only {
            harmonics.keep(only);
        }
        let places = harmonics.places(count);
        let rows: Vec<Vec<f32>> = places.iter().map(|&p| harmonics.at(p)).collect();
        let mut level = contour(target);
        for (k, level) in level.iter_mut().enumerate() {
            *level += 10.0 * harmonics.share(k as f32 * FINE / HOP).max(1e-9).log10();
        }
        Some(Layer { table: frames::table(name, &rows)?, tune, places, level })
    }

    /// Puts the layer into oscillator `osc` of a draft whose loudest layer peaks at `peak`
    /// decibels.
    pub(crate) fn add(
        &self,
        draft: &mut Draft,
        target: &Target,
        osc: usize,
        peak: f32,
        release: &Release,
    ) {
        let to = ids().osc[osc];
        draft.preset.patch.osc[osc].on = 1.0;
        draft.preset.tables[osc] = Table::Own(self.table.clone());
        draft.tune(target, osc, self.tune.note);
        let mut level = self.level.clone();
        release.remove(&mut level, FINE);
        draft.follow(to.level, &level_line(&level, peak, MAX_POINTS), FINE);
        draft.follow(to.position, &place_line(&self.places, target.pitch.len() - 1), HOP);
        let base = draft.preset.patch.osc[osc].tune;
        let mut line = self.tune.line.clone();
        line.corners.iter_mut().for_each(|c| c.1 += base);
        draft.follow(to.tune, &line, HOP);
    }

    /// What the layer sounds like by itself; nothing where it is stopped.
    pub(crate) fn sound(&self, target: &Target, stop: Stop) -> Option<Vec<f32>> {
        let line = place_line(&self.places, target.pitch.len() - 1);
        let last = (self.table.len() - 1) as f32;
        let mut turn = 0.0_f64;
        const STEP: usize = 32;
        let mut out = Vec::with_capacity(target.samples.len());
        let level = |time: f32| {
            let place = (time / FINE).min((self.level.len() - 1) as f32);
            let (k, share) = (place as usize, place.fract());
            let next = self.level[(k + 1).min(self.level.len() - 1)];
            10.0_f32.powf((self.level[k] + share * (next - self.level[k])) / 20.0) / FRAME_RMS
        };
        let mut gain = level(0.0);
        while out.len() < target.samples.len() {
            go_on(stop)?;
            let time = (out.len() + STEP / 2) as f32 / target.rate;
            let place = line.at(time / HOP) * last;
            let note = self.tune.note + self.tune.line.at(time / HOP);
            let speed = f64::from(frequency_of(note) / target.rate);
            let next = level((out.len() + STEP) as f32 / target.rate);
            let slope = (next - gain) / STEP as f32;
            let frame = (place as usize).min(self.table.len() - 1);
            let (a, b) =
                (self.table.frame(frame), self.table.frame((frame + 1).min(self.table.len() - 1)));
            let share = place - frame as f32;
            for _ in 0..STEP.min(target.samples.len() - out.len()) {
                let (x, y) = (read(a, turn), read(b, turn));
                out.push(gain * (x + share * (y - x)));
                gain += slope;
                turn = (turn + speed).fract();
            }
            gain = next;
        }
        Some(out)
    }
}

/// A frame at a phase of 0 to 1, by third-order interpolation.
fn read(frame: &[f32], turn: f64) -> f32 {
    let place = turn * FRAME as f64;
    let k = place as usize;
    let t = (place - k as f64) as f32;
    let [a, b, c, d] = [FRAME - 1, 0, 1, 2].map(|n| frame[(k + n) % FRAME]);
    let (one, two) = (0.5 * (c - a), a - 2.5 * b + 2.0 * c - 0.5 * d);
    ((((0.5 * (d - a) + 1.5 * (b - c)) * t + two) * t) + one) * t + b
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
    if corners.last().is_none_or(|c| c.0 < end) {
        corners.push((end, 1.0));
    }
    corners.truncate(MAX_POINTS);
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
        corner.1 = if corner.1 < -DEPTH { -72.0 } else { corner.1.min(6.0) };
    }
    line
}
