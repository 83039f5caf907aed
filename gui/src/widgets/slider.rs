//! Horizontal sliders.

use cultivar_patch::Id;
use egui::{Color32, Rect, Response, Sense, WidgetInfo, pos2, vec2};

use super::knob::Knob;
use super::knob_menu;
use crate::Gesture;
use crate::desk::Desk;
use crate::theme::Palette;

/// A slider over 0 to 1; the new value while it is held, or after an arrow key.
pub(crate) fn slide(
    ui: &mut egui::Ui,
    rect: Rect,
    name: &str,
    value: f32,
    origin: f32,
    hue: Color32,
) -> (Response, Option<f32>) {
    let p = Palette::of(ui);
    let response = ui.interact(rect, ui.scope_id().with(("slide", name)), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::slider(true, f64::from(value), name));
    let rail = Rect::from_center_size(rect.center(), vec2(rect.width() - 12.0, 4.0));
    let x = |t: f32| rail.left() + rail.width() * t.clamp(0.0, 1.0);
    let painter = ui.painter();
    painter.rect_filled(rail, 2.0, p.line);
    let (low, high) = (x(origin.min(value)), x(origin.max(value)));
    let filled = Rect::from_min_max(pos2(low, rail.top()), pos2(high, rail.bottom()));
    painter.rect_filled(filled, 2.0, hue);
    let hot = response.hovered() || response.dragged() || response.has_focus();
    painter.circle_filled(pos2(x(value), rail.center().y), if hot { 7.0 } else { 6.0 }, p.text);
    let mut moved = None;
    if response.dragged() || response.clicked() {
        let at = response.interact_pointer_pos().map(|at| (at.x - rail.left()) / rail.width());
        moved = at.map(|at| at.clamp(0.0, 1.0));
    }
    if response.has_focus() {
        let arrows = egui::EventFilter { horizontal_arrows: true, ..Default::default() };
        ui.memory_mut(|m| m.set_focus_lock_filter(response.id, arrows));
        let step = ui.input(|i| {
            i.num_presses(egui::Key::ArrowRight) as f32 - i.num_presses(egui::Key::ArrowLeft) as f32
        });
        if step != 0.0 {
            moved = Some((value + 0.02 * step).clamp(0.0, 1.0));
        }
    }
    (response, moved)
}

/// A slider for a parameter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ParamSlider {
    pub(crate) id: Id,
    pub(crate) hue: Color32,
}

impl ParamSlider {
    /// Draws the slider over `rect` and lets the player move it.
    pub(crate) fn show(self, ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
        let def = desk.show(self.id);
        let field = Knob::field(self.id, self.hue);
        if field.is_typed(desk) {
            field.type_in(ui, desk, rect);
            return;
        }
        let value = desk.value(self.id);
        let name = desk.destination_name(self.id);
        let origin = if def.min < 0.0 { def.position(0.0) } else { 0.0 };
        let at = def.position(value);
        let (response, moved) = slide(ui, rect, &name, at, origin, self.hue);
        if response.drag_started() {
            desk.set(self.id, value, Gesture::Begin);
        }
        if response.double_clicked() {
            desk.set(self.id, def.default, Gesture::Once);
        } else if let Some(at) = moved.filter(|at| def.at(*at) != value) {
            let gesture = if response.dragged() { Gesture::Change } else { Gesture::Once };
            desk.set(self.id, def.at(at), gesture);
        }
        if response.drag_stopped() {
            desk.set(self.id, value, Gesture::End);
        }
        if response.secondary_clicked() || response.context_menu_opened() {
            knob_menu::show(desk, &response, self.id);
        } else if !response.dragged() {
            response.on_hover_ui(|ui| knob_menu::tip(ui, desk, self.id));
        }
    }
}
