//! News for the player, in the lower right corner, over the keyboard.

use egui::{Align2, CornerRadius, Order, Rect, Stroke, StrokeKind, vec2};

use crate::Command;
use crate::desk::Desk;
use crate::icons::Icon;
use crate::layout::Cut;
use crate::paint::{speak, text_in, text_width};
use crate::theme::{Palette, ROUND, Weight, size};
use crate::view::Tone;
use crate::widgets::icon_button;

/// Most notices shown at once; the newest count.
const MOST: usize = 4;

/// Draws the notices, the newest at the bottom, and the editor's own hint below them.
pub(crate) fn show(ui: &mut egui::Ui, desk: &mut Desk, window: Rect) {
    let p = Palette::of(ui);
    let now = ui.input(|i| i.time);
    desk.memory.hint = desk.memory.hint.take().filter(|(_, until)| *until > now);
    let mut lines: Vec<(String, egui::Color32, Option<usize>)> = Vec::new();
    let skip = desk.view.notices.len().saturating_sub(MOST);
    for (k, notice) in desk.view.notices.iter().enumerate().skip(skip) {
        let ink = match notice.tone {
            Tone::Good => p.leaf,
            Tone::Warning => p.amber,
            Tone::Error => p.error,
        };
        lines.push((notice.text.clone(), ink, Some(k)));
    }
    if let Some((words, until)) = &desk.memory.hint {
        lines.push((words.clone(), p.amber, None));
        ui.ctx().request_repaint_after_secs((until - now) as f32);
    }
    if lines.is_empty() {
        return;
    }
    let widest = lines
        .iter()
        .map(|(words, ..)| text_width(ui.painter(), words, size::SMALL, Weight::Medium));
    let width = (widest.fold(0.0, f32::max) + 66.0).min(window.width() - 40.0);
    let height = 40.0 * lines.len() as f32;
    let corner = window.right_bottom() - vec2(width + 10.0, 4.0 + height);
    let area =
        egui::Area::new(ui.scope_id().with("notices")).order(Order::Tooltip).fixed_pos(corner);
    area.show(ui.ctx(), |ui| {
        let (_, mut rect) = ui.allocate_space(vec2(width, height));
        for (words, ink, place) in lines {
            let row = rect.cut_top(40.0).shrink2(vec2(0.0, 3.0));
            let round = CornerRadius::same(ROUND + 1);
            ui.painter().rect_filled(row, round, p.raised);
            ui.painter().rect_stroke(
                row,
                round,
                Stroke::new(1.0, ink.gamma_multiply(0.6)),
                StrokeKind::Inside,
            );
            let mut inner = row.shrink2(vec2(12.0, 0.0));
            let dot = inner.cut_left(16.0);
            ui.painter().circle_filled(dot.left_center() + vec2(4.0, 0.0), 3.5, ink);
            if let Some(k) = place {
                let name = format!("Close notice {}", k + 1);
                if icon_button(ui, inner.cut_right(22.0), Icon::Close, &name, p.muted, true)
                    .clicked()
                {
                    desk.ask(Command::CloseNotice(k));
                }
            }
            speak(ui, inner, &words);
            text_in(
                ui.painter(),
                inner,
                Align2::LEFT_CENTER,
                &words,
                size::SMALL,
                Weight::Medium,
                p.text,
            );
        }
    });
}
