//! The target's sound: its waveform, and the part of it that is listened to.

use egui::{CursorIcon, Rect, Sense, Stroke, WidgetInfo, pos2, vec2};

use crate::Command;
use crate::desk::Desk;
use crate::paint::{height, waveform};
use crate::theme::Palette;
use crate::view::{GardenState, TargetView};

/// Least part of a sound that can be chosen.
const LEAST: f32 = 0.004;

/// Draws the waveform, dim where it is not matched, between two handles that can be dragged.
pub(super) fn show(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect, target: &TargetView) {
    let frame = rect.shrink2(vec2(7.0, 5.0));
    let heard = [target.onset, target.end.max(target.onset)];
    let mut part = desk.memory.part.unwrap_or(heard);
    draw_sound(ui, rect, frame, target, part);
    let listening = desk.view.garden.state == GardenState::Analysing;
    let mut held = false;
    for (k, name) in ["Start of the target", "End of the target"].into_iter().enumerate() {
        let at = pos2(frame.left() + frame.width() * part[k].clamp(0.0, 1.0), rect.center().y);
        let grip = Rect::from_center_size(at, vec2(12.0, rect.height())).intersect(rect);
        let sense = if listening { Sense::hover() } else { Sense::click_and_drag() };
        let response = ui.interact(grip, ui.scope_id().with(name), sense);
        response.widget_info(|| WidgetInfo::slider(!listening, f64::from(part[k]), name));
        let steps = arrows(ui, &response);
        let hand = response.interact_pointer_pos().filter(|_| response.dragged());
        let wish = hand.map(|hand| (hand.x - frame.left()) / frame.width());
        if let Some(to) = wish.or((steps != 0.0).then(|| part[k] + 0.01 * steps)) {
            let (low, high) = if k == 0 { (0.0, part[1] - LEAST) } else { (part[0] + LEAST, 1.0) };
            part[k] = to.clamp(low.min(high), high.max(low));
        }
        held |= response.dragged();
        let done = response.drag_stopped() || steps != 0.0;
        if done && part != heard {
            desk.ask(Command::Listen { from: part[0], to: part[1] });
        }
        draw_handle(ui, rect, &response, frame.left() + frame.width() * part[k].clamp(0.0, 1.0));
        response
            .on_hover_cursor(CursorIcon::ResizeHorizontal)
            .on_hover_text("Drag to choose the part that is matched");
    }
    desk.memory.part = held.then_some(part);
}

/// Steps asked of a handle that has the focus.
fn arrows(ui: &egui::Ui, response: &egui::Response) -> f32 {
    if !response.has_focus() {
        return 0.0;
    }
    let arrows = egui::EventFilter { horizontal_arrows: true, ..Default::default() };
    ui.memory_mut(|m| m.set_focus_lock_filter(response.id, arrows));
    ui.input(|i| {
        i.num_presses(egui::Key::ArrowRight) as f32 - i.num_presses(egui::Key::ArrowLeft) as f32
    })
}

fn draw_handle(ui: &egui::Ui, rect: Rect, response: &egui::Response, x: f32) {
    let p = Palette::of(ui);
    let hot = response.hovered() || response.dragged() || response.has_focus();
    let width = if hot { 2.2 } else { 1.4 };
    ui.painter().vline(x, rect.shrink(3.0).y_range(), Stroke::new(width, p.text));
    let at = pos2(x, rect.top() + 3.0);
    ui.painter().circle_filled(at, if hot { 4.0 } else { 2.8 }, p.text);
}

fn draw_sound(ui: &egui::Ui, rect: Rect, frame: Rect, target: &TargetView, part: [f32; 2]) {
    let p = Palette::of(ui);
    let painter = ui.painter();
    let x = |t: f32| frame.left() + frame.width() * t.clamp(0.0, 1.0);
    let scale = height(&target.peaks);
    waveform(painter, frame, &target.peaks, scale, p.target.gamma_multiply(0.35));
    let matched = Rect::from_x_y_ranges(x(part[0])..=x(part[1]), rect.y_range());
    waveform(&painter.with_clip_rect(matched), frame, &target.peaks, scale, p.target);
}
