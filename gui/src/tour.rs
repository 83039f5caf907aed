//! The first minute: three hints beside what they speak of, dismissed for ever.

use egui::{Align2, CornerRadius, Order, Pos2, Rect, Shape, Stroke, StrokeKind, pos2, vec2};

use crate::Command;
use crate::desk::Desk;
use crate::layout::Cut;
use crate::paint::{speak, text, text_in};
use crate::theme::{HEADER, KEYBOARD, Palette, ROUND, Weight, size};
use crate::widgets::{main_button, plain_button};

/// What is said, where, from the left of the window and from its top or, below zero, its bottom.
const HINTS: [(&str, &str, [f32; 2]); 3] = [
    (
        "Play it",
        "These keys, a MIDI keyboard, or the computer's own keys: switch those on in the settings.",
        [560.0, -KEYBOARD],
    ),
    (
        "Drop a sound",
        "Any sound dropped on this window is grown towards. Strands of patches appear on the Grow page.",
        [640.0, HEADER],
    ),
    (
        "Keep what you like",
        "The heart and Save keep a patch; the list behind its name finds it again.",
        [430.0, HEADER],
    ),
];

/// Draws the hint that comes next, if the tour is under way.
pub(crate) fn show(ui: &mut egui::Ui, desk: &mut Desk, window: Rect) {
    let Some(step) = desk.memory.tour else { return };
    let Some((title, words, [x, y])) = HINTS.get(step) else { return };
    let below = *y < 0.0;
    let at = pos2(window.left() + x, if below { window.bottom() + y } else { window.top() + y });
    let size = vec2(316.0, 112.0);
    let middle = at + vec2(0.0, if below { -size.y / 2.0 - 12.0 } else { size.y / 2.0 + 12.0 });
    let frame = Rect::from_center_size(middle, size);
    let id = ui.scope_id().with("tour");
    let area = egui::Area::new(id).order(Order::Foreground).fixed_pos(frame.min);
    let mut end = false;
    area.show(ui.ctx(), |ui| {
        let (_, frame) = ui.allocate_space(size);
        bubble(ui, frame, at, below);
        end = contents(ui, desk, frame.shrink2(vec2(14.0, 10.0)), step, (title, words));
    });
    if end {
        desk.memory.tour = None;
        desk.ask(Command::TourSeen);
    }
}

/// The frame, with its point at what is spoken of.
fn bubble(ui: &egui::Ui, frame: Rect, at: Pos2, below: bool) {
    let p = Palette::of(ui);
    let painter = ui.painter();
    let round = CornerRadius::same(ROUND + 2);
    let line = Stroke::new(1.0, p.leaf.gamma_multiply(0.7));
    painter.rect_filled(frame.expand(3.0), round, p.ground.gamma_multiply(0.5));
    painter.rect_filled(frame, round, p.raised);
    painter.rect_stroke(frame, round, line, StrokeKind::Inside);
    let edge = if below { frame.bottom() } else { frame.top() };
    let tip = at + vec2(0.0, if below { -3.0 } else { 3.0 });
    let foot = [pos2(at.x - 8.0, edge), pos2(at.x + 8.0, edge)];
    painter.add(Shape::convex_polygon(vec![foot[0], tip, foot[1]], p.raised, line));
    let seam = if below { -1.0 } else { 1.0 };
    painter.hline(at.x - 7.0..=at.x + 7.0, edge + 0.5 * seam, Stroke::new(2.0, p.raised));
}

/// The words and the buttons; whether the tour is over.
fn contents(
    ui: &mut egui::Ui,
    desk: &mut Desk,
    mut body: Rect,
    step: usize,
    (title, words): (&str, &str),
) -> bool {
    let p = Palette::of(ui);
    let last = step + 1 == HINTS.len();
    let head = body.cut_top(18.0);
    text_in(ui.painter(), head, Align2::LEFT_CENTER, title, size::BODY, Weight::Bold, p.text);
    let count = format!("{} of {}", step + 1, HINTS.len());
    text(
        ui.painter(),
        head.right_center(),
        Align2::RIGHT_CENTER,
        &count,
        size::TINY,
        Weight::Regular,
        p.faint,
    );
    let mut foot = body.cut_bottom(26.0);
    let font = crate::theme::font(size::SMALL, Weight::Regular);
    let galley = ui.painter().layout(words.to_owned(), font, p.muted, body.width());
    ui.painter().galley(body.min + vec2(0.0, 4.0), galley, p.muted);
    speak(ui, body, words);
    let next = if last { "Done" } else { "Next" };
    let next = main_button(ui, foot.cut_right(72.0), next, true).clicked();
    foot.cut_right(6.0);
    let skip = !last && plain_button(ui, foot.cut_right(72.0), "Skip", true).clicked();
    if next && !last {
        desk.memory.tour = Some(step + 1);
    }
    skip || (next && last)
}
