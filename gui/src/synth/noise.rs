//! Noise and its four bands.

use cultivar_patch::schema::{SILENCE_DB, ids};
use egui::{Rect, pos2, vec2};

use crate::desk::Desk;
use crate::layout::Cut;
use crate::paint::filled_curve;
use crate::theme::{CHIP, Palette, WELL_ROUND};
use crate::widgets::{Knob, chip, dot, drag_params, knob_row, point, section, select, well};

/// Lowest and highest pitch drawn.
const PITCHES: [f32; 2] = [16.0, 136.0];
/// Greatest and least level drawn, in decibels.
const LEVELS: [f32; 2] = [12.0, -60.0];

/// Width of a band's switch and tab.
const TAB: f32 = 38.0;

/// Draws the spectrum of the noise, its knobs and, below them, those of the chosen band.
pub(crate) fn show(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    let p = Palette::of(ui);
    let noise = &ids().noise;
    let (mut line, mut body) = section(ui, desk, rect, "Noise", p.mauve, Some(noise.on));
    let slim = vec2(0.0, 4.0);
    select(ui, desk, line.cut_right(78.0).shrink2(slim), noise.to);
    line.cut_right(8.0);
    let picture = body.cut_left(body.width() * 0.36);
    well(ui, picture);
    spectrum(ui, desk, picture);
    body.cut_left(6.0);
    bands(ui, desk, line.shrink2(slim));

    let band = &ids().band[desk.memory.band.min(3)];
    let off = !desk.on(noise.on);
    let knob = |id| Knob::new(id, p.mauve).dim(off);
    let upper = body.cut_top(body.height() / 2.0);
    // The knobs of the band stand on a ground of their own.
    ui.painter().rect_filled(body.expand2(vec2(2.0, 3.0)), WELL_ROUND, p.bed);
    knob_row(ui, desk, upper, &[noise.level, noise.colour, noise.spread, noise.pan].map(knob));
    let off = !desk.on(band.on);
    let knob = |id| Knob::new(id, p.mauve).dim(off);
    knob_row(ui, desk, body, &[band.level, band.centre, band.width, band.key].map(knob));
}

/// The tabs of the bands, each with its switch.
fn bands(ui: &mut egui::Ui, desk: &mut Desk, line: Rect) {
    let p = Palette::of(ui);
    let width = 4.0 * TAB;
    let mut row =
        Rect::from_min_max(pos2((line.right() - width).max(line.left()), line.top()), line.max);
    for k in 0..4 {
        let mut cell = row.cut_left(TAB);
        let chosen = desk.memory.band == k;
        dot(ui, desk, pos2(cell.left() + 7.0, cell.center().y), ids().band[k].on, p.mauve);
        cell.cut_left(15.0);
        cell.cut_right(2.0);
        let tab = Rect::from_center_size(cell.center(), vec2(cell.width(), CHIP - 1.0));
        let (name, spoken) = ((k + 1).to_string(), format!("Show noise band {}", k + 1));
        if chip(ui, tab, &name, &spoken, chosen).clicked() {
            desk.memory.band = k;
        }
    }
}

/// Level of the noise over pitch: the slope of all of it, the hill of each band.
fn spectrum(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    let p = Palette::of(ui);
    let patch = &desk.view.preset.patch;
    let frame = rect.shrink(4.0);
    let x =
        |note: f32| frame.left() + frame.width() * (note - PITCHES[0]) / (PITCHES[1] - PITCHES[0]);
    let y = |db: f32| {
        frame.top() + frame.height() * (LEVELS[0] - db.max(LEVELS[1])) / (LEVELS[0] - LEVELS[1])
    };
    let painter = ui.painter().with_clip_rect(rect);
    let noise = &patch.noise;
    if noise.on >= 0.5 && noise.level > SILENCE_DB {
        // Slopes turn round 1 kHz, near the middle of the ear.
        let level = |note: f32| noise.level + noise.colour * (note - 83.2) / 12.0;
        let points = PITCHES.map(|note| pos2(x(note), y(level(note))));
        filled_curve(&painter, points.to_vec(), frame.bottom(), p.mauve, 1.4);
    }
    for (k, band) in patch.band.iter().enumerate() {
        if band.on < 0.5 {
            continue;
        }
        let chosen = desk.memory.band == k;
        let sigma = 6.0 * band.width;
        let hill = (0..=80).map(|n| {
            let note = PITCHES[0] + (PITCHES[1] - PITCHES[0]) * n as f32 / 80.0;
            let t = (note - band.centre) / sigma;
            pos2(x(note), y(band.level - 6.0 * t * t))
        });
        let ink = p.mauve.gamma_multiply(if chosen { 1.0 } else { 0.5 });
        filled_curve(&painter, hill.collect(), frame.bottom(), ink, if chosen { 1.8 } else { 1.2 });
    }
    for k in 0..4 {
        let band = desk.view.preset.patch.band[k];
        if band.on < 0.5 {
            continue;
        }
        let at = pos2(x(band.centre), y(band.level));
        let (response, pointer) = point(ui, at, 3.2, &format!("Noise band {}", k + 1), p.mauve);
        let at = pointer.unwrap_or(at);
        let centre = PITCHES[0] + (at.x - frame.left()) / frame.width() * (PITCHES[1] - PITCHES[0]);
        let level = LEVELS[0] - (at.y - frame.top()) / frame.height() * (LEVELS[0] - LEVELS[1]);
        if response.drag_started() || response.clicked() {
            desk.memory.band = k;
        }
        let band = &ids().band[k];
        drag_params(desk, &response, &[(band.centre, centre), (band.level, level)]);
    }
}
