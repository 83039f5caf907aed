//! Dragging points of drawings.

use cultivar_patch::Id;
use egui::{Color32, Pos2, Rect, Response, Sense, Stroke, WidgetInfo, vec2};

use crate::Gesture;
use crate::desk::Desk;
use crate::theme::Palette;

/// Lets a drag of `response` set parameters to plain values.
pub(crate) fn drag_params(desk: &mut Desk, response: &Response, wishes: &[(Id, f32)]) {
    for (id, wish) in wishes {
        let value = desk.value(*id);
        if response.drag_started() {
            desk.set(*id, value, Gesture::Begin);
        }
        if response.dragged() && id.def().legal(*wish) != value {
            desk.set(*id, *wish, Gesture::Change);
        }
        if response.drag_stopped() {
            desk.set(*id, value, Gesture::End);
        }
    }
}

/// A round point that is dragged; `name` is what it is called aloud. Returns the response and
/// where the hand wants it.
pub(crate) fn point(
    ui: &mut egui::Ui,
    at: Pos2,
    radius: f32,
    name: &str,
    hue: Color32,
) -> (Response, Option<Pos2>) {
    let p = Palette::of(ui);
    let rect = Rect::from_center_size(at, vec2(16.0, 16.0));
    let response = ui.interact(rect, ui.scope_id().with(("point", name)), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, name));
    let hot = response.hovered() || response.dragged() || response.has_focus();
    let radius = if hot { radius + 1.5 } else { radius };
    ui.painter().circle(at, radius, if hot { hue } else { p.ground }, Stroke::new(1.6, hue));
    let Some(pointer) = response.interact_pointer_pos().filter(|_| response.dragged()) else {
        return (response, None);
    };
    // The point keeps the distance at which it was taken hold of.
    if response.drag_started() {
        let press = ui.input(|i| i.pointer.press_origin()).unwrap_or(pointer);
        ui.data_mut(|data| data.insert_temp(response.id, at - press));
    }
    let apart = ui.data(|data| data.get_temp::<egui::Vec2>(response.id)).unwrap_or_default();
    (response, Some(pointer + apart))
}
