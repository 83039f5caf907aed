//! Chips and switches.

use cultivar_patch::Id;
use egui::{
    Align2, Color32, CornerRadius, Rect, Response, Sense, Stroke, StrokeKind, WidgetInfo, pos2,
    vec2,
};

use crate::Gesture;
use crate::desk::Desk;
use crate::paint::{text, text_width};
use crate::theme::{Palette, Weight, size};

/// Width of a chip that says `name`.
pub(crate) fn chip_width(ui: &egui::Ui, name: &str) -> f32 {
    text_width(ui.painter(), name, size::SMALL, Weight::Regular) + 18.0
}

/// A chip that is chosen or not; `spoken` is its name aloud.
pub(crate) fn chip(
    ui: &mut egui::Ui,
    rect: Rect,
    name: &str,
    spoken: &str,
    chosen: bool,
) -> Response {
    let p = Palette::of(ui);
    let response = ui.interact(rect, ui.scope_id().with(("chip", spoken)), Sense::click());
    response.widget_info(|| WidgetInfo::selected(egui::Role::RadioButton, true, chosen, spoken));
    let lit = response.hovered() || response.has_focus();
    let fill = match (chosen, lit) {
        (true, _) => p.line,
        (false, true) => p.lifted,
        (false, false) => p.ground,
    };
    ui.painter().rect_filled(rect, CornerRadius::same((rect.height() / 2.0) as u8), fill);
    let ink = if chosen || lit { p.text } else { p.muted };
    let weight = if chosen { Weight::Medium } else { Weight::Regular };
    text(ui.painter(), rect.center(), Align2::CENTER_CENTER, name, size::SMALL, weight, ink);
    response
}

/// A chip that only tells; returns its right edge.
pub(crate) fn tag(
    ui: &egui::Ui,
    left_top: egui::Pos2,
    words: &str,
    ink: Color32,
    fill: Color32,
) -> f32 {
    let width = chip_width(ui, words);
    let rect = Rect::from_min_size(left_top, vec2(width, crate::theme::CHIP));
    ui.painter().rect_filled(rect, CornerRadius::same(11), fill);
    text(
        ui.painter(),
        rect.center(),
        Align2::CENTER_CENTER,
        words,
        size::SMALL,
        Weight::Regular,
        ink,
    );
    rect.right()
}

/// A sliding switch of 24 by 13 points at the right end of `row`; the whole row is clicked.
pub(crate) fn switch(ui: &mut egui::Ui, row: Rect, name: &str, on: bool, hue: Color32) -> Response {
    let p = Palette::of(ui);
    let response = ui.interact(row, ui.scope_id().with(("switch", name)), Sense::click());
    response.widget_info(|| WidgetInfo::selected(egui::Role::Switch, true, on, name));
    let track = Rect::from_center_size(pos2(row.right() - 22.0, row.center().y), vec2(24.0, 13.0));
    let painter = ui.painter();
    painter.rect_filled(track, CornerRadius::same(7), if on { hue } else { p.line });
    let knob = pos2(if on { track.right() - 6.5 } else { track.left() + 6.5 }, track.center().y);
    painter.circle_filled(knob, 4.7, if on { p.ground } else { p.muted });
    if response.has_focus() {
        painter.rect_stroke(row, 5.0, Stroke::new(1.0, p.target), StrokeKind::Inside);
    }
    response
}

/// The round switch of a module, before its title.
pub(crate) fn dot(ui: &mut egui::Ui, desk: &mut Desk, at: egui::Pos2, id: Id, hue: Color32) {
    let p = Palette::of(ui);
    let def = desk.show(id);
    let on = desk.on(id);
    let rect = Rect::from_center_size(at, vec2(20.0, 20.0));
    let response = ui.interact(rect, ui.scope_id().with(("dot", id)), Sense::click());
    let name = desk.destination_name(id);
    response.widget_info(|| WidgetInfo::selected(egui::Role::Switch, true, on, &name));
    let radius = if response.hovered() { 6.0 } else { 5.0 };
    if on {
        ui.painter().circle_filled(at, radius + 3.0, hue.gamma_multiply(0.18));
        ui.painter().circle_filled(at, radius, hue);
    } else {
        ui.painter().circle_stroke(at, radius - 0.7, Stroke::new(1.5, p.faint));
    }
    if response.has_focus() {
        ui.painter().circle_stroke(at, radius + 3.0, Stroke::new(1.0, p.target));
    }
    if response.clicked() {
        desk.set(id, if on { 0.0 } else { 1.0 }, Gesture::Once);
    }
    response.on_hover_text(format!(
        "{}\n{}: {}",
        def.doc,
        def.full_name(),
        def.text(if on { 1.0 } else { 0.0 })
    ));
}
