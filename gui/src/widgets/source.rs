//! Modulation sources to be dragged onto knobs.

use cultivar_patch::schema::Source;
use egui::{Align2, Color32, CornerRadius, CursorIcon, Rect, Response, Sense, WidgetInfo};

use crate::desk::Desk;
use crate::icons::{Icon, icon};
use crate::paint::text;
use crate::theme::{Palette, Weight, size};

/// The hue of a source's kind.
pub(crate) fn source_colour(p: &Palette, source: Source) -> Color32 {
    match source.value() as usize {
        _ if matches!(source, Source::Random1 | Source::Random2) => p.mauve,
        1..=4 => p.leaf,
        5..=10 => p.mauve,
        11..=18 => p.amber,
        _ => p.target,
    }
}

/// Makes `response` a handle of `source`: dragging it begins a route, hovering shows where its
/// routes go.
fn offer(ui: &egui::Ui, desk: &mut Desk, response: &Response, source: Source) {
    response.dnd_set_drag_payload(source);
    if response.hovered() || response.dragged() {
        desk.memory.source_hovering = Some(source);
    }
    if response.dragged() {
        ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
        if let Some(at) = ui.ctx().pointer_interact_pos() {
            let p = Palette::of(ui);
            let top =
                egui::LayerId::new(egui::Order::Tooltip, ui.scope_id().with("dragged source"));
            let painter = ui.ctx().layer_painter(top);
            painter.circle_filled(at, 9.0, source_colour(p, source).gamma_multiply(0.35));
            painter.circle_filled(at, 4.0, source_colour(p, source));
        }
    } else if response.hovered() {
        ui.ctx().set_cursor_icon(CursorIcon::Grab);
    }
}

fn handle(ui: &egui::Ui, desk: &mut Desk, rect: Rect, source: Source) -> Response {
    let response =
        ui.interact(rect, ui.scope_id().with(("source", source.value() as u32)), Sense::drag());
    let name = format!("Drag {} onto a knob", desk.source_name(source));
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &name));
    offer(ui, desk, &response, source);
    response
}

/// A grip of six dots that is dragged onto a knob.
pub(crate) fn source_grip(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect, source: Source) {
    let p = Palette::of(ui);
    let response = handle(ui, desk, rect, source);
    let hot = response.hovered() || response.dragged();
    let used = desk.wires.iter().filter(|wire| wire.source == source).count();
    let ink = if hot || used > 0 { source_colour(p, source) } else { p.faint };
    icon(ui.painter(), Icon::Grip, rect.center(), if hot { 1.15 } else { 1.0 }, ink);
    let routes = if used == 1 { "1 route".into() } else { format!("{used} routes") };
    let name = desk.source_name(source);
    response.on_hover_text(format!("{name}: drag onto a knob to modulate it ({routes})"));
}

/// A chip of a source that is dragged onto a knob.
pub(crate) fn source_chip(
    ui: &mut egui::Ui,
    desk: &mut Desk,
    rect: Rect,
    source: Source,
    name: &str,
) {
    let p = Palette::of(ui);
    let response = handle(ui, desk, rect, source);
    let hot = response.hovered() || response.dragged();
    let used = desk.wires.iter().any(|wire| wire.source == source);
    let ink = if hot || used { source_colour(p, source) } else { p.muted };
    let fill = if hot { p.lifted } else { p.ground };
    ui.painter().rect_filled(rect, CornerRadius::same((rect.height() / 2.0) as u8), fill);
    text(
        ui.painter(),
        rect.center(),
        Align2::CENTER_CENTER,
        name,
        size::TINY,
        Weight::Regular,
        ink,
    );
    let full = desk.source_name(source);
    response.on_hover_text(format!("{full}: drag onto a knob to modulate it"));
}
