//! Panels with a title and a switch.

use cultivar_patch::Id;
use egui::{Align2, Color32, Rect, pos2, vec2};

use super::chip::dot;
use crate::desk::Desk;
use crate::layout::Cut;
use crate::paint::text;
use crate::theme::{PAD, Palette, ROUND, TITLE, WELL_ROUND, Weight, size};

/// Paints a panel.
pub(crate) fn panel(ui: &egui::Ui, rect: Rect) {
    ui.painter().rect_filled(rect, ROUND, Palette::of(ui).panel);
}

/// Paints a well for a drawing.
pub(crate) fn well(ui: &egui::Ui, rect: Rect) {
    ui.painter().rect_filled(rect, WELL_ROUND, Palette::of(ui).ground);
}

/// A panel with a title and, where the module has one, its switch. Returns the rest of the
/// title's line and the body.
pub(crate) fn section(
    ui: &mut egui::Ui,
    desk: &mut Desk,
    rect: Rect,
    title: &str,
    hue: Color32,
    switch: Option<Id>,
) -> (Rect, Rect) {
    let p = Palette::of(ui);
    panel(ui, rect);
    let mut body = rect.shrink2(vec2(PAD, 0.0));
    let mut line = body.cut_top(TITLE);
    body.max.y = (body.max.y - 6.0).max(body.min.y);
    let mut on = true;
    if let Some(id) = switch {
        dot(ui, desk, pos2(line.left() + 4.0, line.center().y), id, hue);
        line.min.x += 16.0;
        on = desk.on(id);
    }
    let ink = if on { p.text } else { p.muted };
    let written = text(
        ui.painter(),
        pos2(line.left(), line.center().y),
        Align2::LEFT_CENTER,
        title,
        size::BODY,
        Weight::Bold,
        ink,
    );
    line.min.x = written.right() + 10.0;
    (line, body)
}
