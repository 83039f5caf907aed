//! The six low-frequency oscillators and the two generators of random movement, one at a time.

use cultivar_patch::Id;
use cultivar_patch::schema::{LfoMode, Source, Sync, ids};
use egui::{Rect, vec2};

use super::random;
use crate::desk::Desk;
use crate::layout::Cut;
use crate::theme::{CHIP, PAD, Palette, TITLE};
use crate::widgets::{
    Knob, READY, chip, chip_width, dropdown, knob_row, panel, select, shape_editor, source_grip,
};
use crate::{Command, Gesture};

/// Draws the tabs, the chosen oscillator's shape and its knobs.
pub(crate) fn show(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    panel(ui, rect);
    let mut body = rect.shrink2(vec2(PAD, 0.0));
    body.max.y -= 8.0;
    let line = body.cut_top(TITLE + 3.0).shrink2(vec2(0.0, (TITLE + 3.0 - CHIP) / 2.0));
    tabs(ui, desk, line);
    let k = desk.memory.lfo.min(7);
    if k > 5 {
        random::show(ui, desk, body, k - 6);
        return;
    }
    let controls = body.cut_right((body.width() * 0.44).max(200.0));
    body.cut_right(8.0);
    shape_editor(ui, desk, body, k);
    shapes(ui, desk, body, k);
    knobs(ui, desk, controls, k);
}

fn tabs(ui: &mut egui::Ui, desk: &mut Desk, mut line: Rect) {
    for k in 0..6 {
        let chosen = desk.memory.lfo == k;
        let name = if k == 0 { "LFO 1".to_owned() } else { (k + 1).to_string() };
        let width = chip_width(ui, &name) - 2.0;
        let spoken = format!("Show LFO {}", k + 1);
        if chip(ui, line.cut_left(width), &name, &spoken, chosen).clicked() {
            desk.memory.lfo = k;
        }
        let source = Source::of(Source::Lfo1.value() + k as f32);
        source_grip(ui, desk, line.cut_left(13.0), source);
    }
    line.cut_left(6.0);
    for (k, source) in [Source::Random1, Source::Random2].into_iter().enumerate() {
        let chosen = desk.memory.lfo == 6 + k;
        let name = if k == 0 { "Random 1".to_owned() } else { (k + 1).to_string() };
        let width = chip_width(ui, &name) - 2.0;
        let spoken = format!("Show random {}", k + 1);
        if chip(ui, line.cut_left(width), &name, &spoken, chosen).clicked() {
            desk.memory.lfo = 6 + k;
        }
        source_grip(ui, desk, line.cut_left(13.0), source);
    }
}

/// Ready shapes and the grid, in the corner of the drawing.
fn shapes(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect, k: usize) {
    let mut corner = Rect::from_min_size(rect.right_top() + vec2(-124.0, 4.0), vec2(120.0, 19.0));
    let mut wish = None;
    let menu = corner.cut_right(70.0);
    dropdown(ui, menu, &format!("Shape menu of LFO {}", k + 1), "Shapes", |ui| {
        for (name, shape) in READY {
            if ui.button(name).clicked() {
                wish = Some(shape());
            }
        }
    });
    corner.cut_right(4.0);
    let snap = chip(ui, corner, "Grid", "Snap to the grid", desk.memory.snap);
    if snap.on_hover_text("Points keep to the grid; Shift turns it round").clicked() {
        desk.memory.snap = !desk.memory.snap;
    }
    if let Some(shape) = wish {
        desk.ask(Command::SetShape { lfo: k, shape, gesture: Gesture::Once });
    }
}

fn knobs(ui: &mut egui::Ui, desk: &mut Desk, mut rect: Rect, k: usize) {
    let p = Palette::of(ui);
    let lfo = &ids().lfo[k];
    let mut line = rect.cut_top(CHIP);
    let width = line.width();
    for (id, share) in [(lfo.mode, 0.355), (lfo.sync, 0.305), (lfo.polarity, 0.34)] {
        let mut cell = line.cut_left(width * share);
        cell.cut_right(if id == lfo.polarity { 0.0 } else { 4.0 });
        select(ui, desk, cell, id);
    }
    let mut upper = rect.cut_top(rect.height() * 0.58);
    let columns = rect;
    let cell = upper.cut_left(upper.width() / 4.0);
    rate(ui, desk, cell, [lfo.sync, lfo.rate, lfo.division]);
    knob_row(ui, desk, upper, &[lfo.phase, lfo.delay, lfo.fade].map(|id| Knob::new(id, p.mauve)));
    let small = |id| Knob::small(id, p.mauve);
    small(lfo.key).show(ui, desk, columns.column(0, 4, 0.0));
    small(lfo.stereo).show(ui, desk, columns.column(1, 4, 0.0));
    if LfoMode::of(desk.value(lfo.mode)) == LfoMode::Sustain {
        small(lfo.hold).show(ui, desk, columns.column(2, 4, 0.0));
    }
}

/// A rate in hertz or, where it keeps time with the song, in beats.
pub(super) fn rate(
    ui: &mut egui::Ui,
    desk: &mut Desk,
    cell: Rect,
    [sync, rate, division]: [Id; 3],
) {
    if Sync::of(desk.value(sync)) == Sync::Tempo {
        let room = cell.width().clamp(56.0, 84.0);
        let field = Rect::from_center_size(cell.center(), vec2(room, CHIP));
        select(ui, desk, field, division);
    } else {
        Knob::new(rate, Palette::of(ui).mauve).show(ui, desk, cell);
    }
}
