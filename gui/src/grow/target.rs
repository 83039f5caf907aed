//! The target: its sound, what was heard in it, what growth leaves as it is.

use egui::{Align2, CornerRadius, Rect, Sense, Stroke, StrokeKind, WidgetInfo, pos2, vec2};

use crate::desk::Desk;
use crate::icons::{Icon, icon};
use crate::layout::Cut;
use crate::paint::{text, text_in, text_width, waveform};
use crate::theme::{PAD, Palette, TITLE, WELL_ROUND, Weight, size};
use crate::view::{GardenState, Section, TargetView};
use crate::widgets::{panel, plain_button, switch, tag, well};
use crate::{Command, Purpose};

/// Draws the panel.
pub(super) fn show(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    let p = Palette::of(ui);
    panel(ui, rect);
    let mut body = rect.shrink2(vec2(PAD, 6.0));
    let mut title = body.cut_top(TITLE);
    let written = title.cut_left(50.0);
    text_in(ui.painter(), written, Align2::LEFT_CENTER, "Target", size::BODY, Weight::Bold, p.text);
    let target = desk.view.garden.target.as_ref();
    let name = target.map_or("none yet", |target| target.name.as_str());
    text_in(ui.painter(), title, Align2::RIGHT_CENTER, name, size::SMALL, Weight::Regular, p.muted);
    body.cut_top(4.0);
    let picture = body.cut_top(96.0);
    well(ui, picture);
    body.cut_top(9.0);
    match target {
        Some(target) => {
            sound(ui, picture, target);
            body = heard(ui, desk, body, target);
        }
        None => {
            let words = "The sound you drop is drawn here.";
            text_in(
                ui.painter(),
                picture,
                Align2::CENTER_CENTER,
                words,
                size::SMALL,
                Weight::Regular,
                p.faint,
            );
            body.cut_top(4.0);
        }
    }
    if target.is_some() {
        if plain_button(ui, body.cut_top(30.0), "Load another sound…", true).clicked() {
            desk.ask(Command::OpenFileDialog(Purpose::Target));
        }
        body.cut_top(14.0);
    }
    let foot = body.cut_bottom(16.0);
    body = locks(ui, desk, body);
    if target.is_some() {
        keys(ui, body.cut_bottom(38.0));
    }
    let words = "Nothing leaves this computer.";
    text_in(ui.painter(), foot, Align2::LEFT_CENTER, words, size::TINY, Weight::Regular, p.faint);
}

/// The waveform, dim where it is not matched.
fn sound(ui: &egui::Ui, rect: Rect, target: &TargetView) {
    let p = Palette::of(ui);
    let frame = rect.shrink2(vec2(7.0, 5.0));
    let x = |t: f32| frame.left() + frame.width() * t.clamp(0.0, 1.0);
    let (onset, end) = (x(target.onset), x(target.end.max(target.onset)));
    let painter = ui.painter();
    waveform(painter, frame, &target.peaks, p.target.gamma_multiply(0.35));
    let matched = Rect::from_x_y_ranges(onset..=end, rect.y_range());
    waveform(&painter.with_clip_rect(matched), frame, &target.peaks, p.target);
    for at in [onset, end] {
        painter.vline(at, rect.shrink(3.0).y_range(), Stroke::new(1.4, p.text));
        painter.circle_filled(pos2(at, rect.top() + 3.0), 2.8, p.text);
    }
}

/// What was heard, and the target to be heard.
fn heard(ui: &mut egui::Ui, desk: &mut Desk, mut body: Rect, target: &TargetView) -> Rect {
    let p = Palette::of(ui);
    let mut at = body.left_top();
    let listening = desk.view.garden.state == GardenState::Analysing;
    let kinds = target.kinds.iter().map(String::as_str);
    let words = [target.note.as_str(), target.length.as_str()].into_iter().chain(kinds);
    for (k, word) in words.filter(|word| !word.is_empty()).enumerate() {
        let width = text_width(ui.painter(), word, size::SMALL, Weight::Regular) + 18.0;
        if k > 0 && at.x + width > body.right() {
            at = pos2(body.left(), at.y + 26.0);
        }
        let ink = if k == 0 && !target.note.is_empty() { p.target } else { p.muted };
        at.x = tag(ui, at, word, ink, p.raised) + 5.0;
    }
    if listening && target.note.is_empty() {
        tag(ui, at, "listening…", p.target, p.pool);
    }
    body.cut_top(at.y - body.top() + 22.0 + 10.0);
    let mut row = body.cut_top(24.0);
    let rest = row.cut_right(84.0);
    let response = ui.interact(row, ui.scope_id().with("play target"), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, "Play target"));
    let hot = response.hovered() || response.has_focus();
    if hot {
        ui.painter().rect_filled(row, WELL_ROUND, p.lifted);
    }
    icon(ui.painter(), Icon::Play, pos2(row.left() + 9.0, row.center().y), 0.9, p.target);
    let at = pos2(row.left() + 21.0, row.center().y);
    text(
        ui.painter(),
        at,
        Align2::LEFT_CENTER,
        "Play target",
        size::BODY,
        Weight::Medium,
        p.target,
    );
    if response.clicked() {
        desk.ask(Command::PlayTarget);
    }
    let response = ui.interact(rest, ui.scope_id().with("play match"), Sense::click());
    let chosen = desk.view.garden.selected.is_some();
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, chosen, "Play match"));
    let ink = match () {
        () if !chosen => p.faint,
        () if response.hovered() => p.text,
        () => p.muted,
    };
    icon(ui.painter(), Icon::Play, pos2(rest.left() + 9.0, rest.center().y), 0.9, ink);
    let at = pos2(rest.left() + 21.0, rest.center().y);
    text(ui.painter(), at, Align2::LEFT_CENTER, "Match", size::BODY, Weight::Regular, ink);
    if chosen && response.clicked() {
        desk.ask(Command::Audition);
    }
    body.cut_top(10.0);
    body
}

/// Sections that growth leaves as they are.
fn locks(ui: &mut egui::Ui, desk: &mut Desk, mut body: Rect) -> Rect {
    let p = Palette::of(ui);
    let title = body.cut_top(20.0);
    text_in(
        ui.painter(),
        title,
        Align2::LEFT_CENTER,
        "Keep as it is",
        size::SMALL,
        Weight::Regular,
        p.muted,
    );
    for section in Section::ALL {
        let row = body.cut_top(26.0);
        body.cut_top(4.0);
        let on = desk.view.garden.locked.contains(&section);
        let round = CornerRadius::same(WELL_ROUND);
        ui.painter().rect_filled(row, round, if on { p.raised } else { p.ground });
        if !on {
            ui.painter().rect_stroke(row, round, Stroke::new(1.0, p.line), StrokeKind::Inside);
        }
        let at = pos2(row.left() + 12.0, row.center().y);
        let ink = if on { p.text } else { p.muted };
        text(
            ui.painter(),
            at,
            Align2::LEFT_CENTER,
            section.name(),
            size::SMALL,
            Weight::Regular,
            ink,
        );
        let name = format!("Keep {} as they are", section.name());
        if switch(ui, row, &name, on, p.amber).clicked() {
            desk.ask(Command::Lock { section, on: !on });
        }
    }
    body
}

/// The keys of the garden.
fn keys(ui: &egui::Ui, rect: Rect) {
    let p = Palette::of(ui);
    let lines = ["1–8 strand   ← → node", "Enter match   Space target"];
    for (k, line) in lines.into_iter().enumerate() {
        let row = rect.row(k, 2, 0.0);
        text_in(ui.painter(), row, Align2::LEFT_CENTER, line, size::TINY, Weight::Regular, p.faint);
    }
}
