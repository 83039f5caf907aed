//! The target: its sound, what was heard in it, what growth leaves as it is.

use egui::{Align2, CornerRadius, Rect, Sense, Stroke, StrokeKind, WidgetInfo, pos2, vec2};

use super::sound;
use crate::desk::Desk;
use crate::icons::{Icon, icon};
use crate::layout::Cut;
use crate::paint::{text, text_in, text_width};
use crate::theme::{CHIP, PAD, Palette, TITLE, WELL_ROUND, Weight, size};
use crate::view::{GardenState, Section, TargetView};
use crate::widgets::{dropdown, panel, plain_button, switch, tag, well, wheel_steps};
use crate::{Command, Ear, Purpose};

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
            sound::show(ui, desk, picture, target);
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

/// What was heard, and the target to be heard.
fn heard(ui: &mut egui::Ui, desk: &mut Desk, mut body: Rect, target: &TargetView) -> Rect {
    let p = Palette::of(ui);
    body = chips(ui, desk, body, target);
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
        desk.memory.target_heard = true;
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

/// What was heard, in a word each: the note, which can be set right, the length, the kind.
fn chips(ui: &mut egui::Ui, desk: &mut Desk, mut body: Rect, target: &TargetView) -> Rect {
    let p = Palette::of(ui);
    let mut at = body.left_top();
    if desk.view.garden.state == GardenState::Analysing {
        tag(ui, at, "listening…", p.target, p.pool);
    } else {
        let shown = if target.note.is_empty() { "no pitch" } else { &target.note };
        let width = text_width(ui.painter(), shown, size::SMALL, Weight::Regular) + 32.0;
        note(ui, desk, Rect::from_min_size(at, vec2(width, CHIP)), target, shown);
        at.x += width + 5.0;
        let kinds = target.kinds.iter().map(String::as_str);
        for word in std::iter::once(target.length.as_str()).chain(kinds) {
            let width = text_width(ui.painter(), word, size::SMALL, Weight::Regular) + 18.0;
            if at.x + width > body.right() {
                at = pos2(body.left(), at.y + 26.0);
            }
            at.x = tag(ui, at, word, p.muted, p.raised) + 5.0;
        }
    }
    body.cut_top(at.y - body.top() + 22.0 + 10.0);
    body
}

/// The note as it is heard: a click opens a menu that sets it right, the wheel moves it.
fn note(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect, target: &TargetView, shown: &str) {
    let p = Palette::of(ui);
    let pitched = !target.note.is_empty();
    let ways = [
        ("A semitone higher", Ear::Shift(1), true),
        ("A semitone lower", Ear::Shift(-1), true),
        ("An octave higher", Ear::Shift(12), true),
        ("An octave lower", Ear::Shift(-12), true),
        ("No pitch: a texture", Ear::Texture, pitched || !target.by_hand),
        ("As it was heard", Ear::Own, target.by_hand),
    ];
    let mut wish = None;
    let response = dropdown(ui, rect, "Note of the target", shown, |ui| {
        for (name, ear, _) in ways.into_iter().filter(|(.., fits)| *fits) {
            if ui.button(name).clicked() {
                wish = Some(ear);
                ui.close();
            }
        }
    });
    // The target's own colour, brighter where the player has chosen.
    let ring = if target.by_hand { 0.9 } else { 0.35 };
    let ink = Stroke::new(1.0, p.target.gamma_multiply(ring));
    let round = CornerRadius::same((rect.height() / 2.0) as u8);
    ui.painter().rect_stroke(rect, round, ink, StrokeKind::Inside);
    // Touchpads turn in small parts of a step.
    let turned = ui.data(|d| d.get_temp(response.id)).unwrap_or(0.0) + wheel_steps(ui, &response);
    ui.data_mut(|d| d.insert_temp(response.id, turned.fract()));
    if turned.abs() >= 1.0 {
        wish = Some(Ear::Shift(turned as i32));
    }
    if let Some(ear) = wish {
        desk.ask(Command::Hear(ear));
    }
    let words = if target.by_hand { "The note you chose" } else { "The note that was heard" };
    response.on_hover_text(format!("{words}: click or turn the wheel to set it right"));
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
    let lines = ["1–8 strand   ← → node", "Enter match   Space target · match"];
    for (k, line) in lines.into_iter().enumerate() {
        let row = rect.row(k, 2, 0.0);
        text_in(ui.painter(), row, Align2::LEFT_CENTER, line, size::TINY, Weight::Regular, p.faint);
    }
}
