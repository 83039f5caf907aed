//! The list of presets: search, favourites, load.

use egui::{
    Align2, CornerRadius, Key, Order, Popup, Rect, RectAlign, ScrollArea, Sense, Stroke,
    StrokeKind, WidgetInfo, pos2, vec2,
};

use crate::Command;
use crate::Purpose;
use crate::desk::Desk;
use crate::icons::{Icon, icon};
use crate::layout::Cut;
use crate::paint::text_in;
use crate::theme::{HEADER, KEYBOARD, Palette, ROUND, Weight, font, size};
use crate::view::PresetRow;
use crate::widgets::{chip, icon_button, plain_button};

/// Height of a row.
const ROW: f32 = 38.0;
/// Width of the panel.
const WIDTH: f32 = 420.0;

/// Draws the list below the preset's name while it is open.
pub(crate) fn show(ui: &mut egui::Ui, desk: &mut Desk, window: Rect) {
    if !desk.memory.presets_open {
        return;
    }
    let p = Palette::of(ui);
    let top = window.top() + HEADER + 4.0;
    let height = window.height() - HEADER - KEYBOARD - 18.0;
    let frame = Rect::from_min_size(pos2(window.left() + 116.0, top), vec2(WIDTH, height));
    let area = egui::Area::new(ui.scope_id().with("presets"))
        .order(Order::Foreground)
        .fixed_pos(frame.min)
        .accessible_name("Presets");
    let shown = area.show(ui.ctx(), |ui| {
        let rect = ui.allocate_exact_size(frame.size(), Sense::click()).0;
        let shadow = egui::Shadow {
            offset: [0, 8],
            blur: 24,
            spread: 0,
            color: egui::Color32::from_black_alpha(110),
        };
        ui.painter().add(shadow.as_shape(rect, CornerRadius::same(ROUND + 2)));
        ui.painter().rect_filled(rect, ROUND + 2, p.panel);
        ui.painter().rect_stroke(rect, ROUND + 2, Stroke::new(1.0, p.line), StrokeKind::Inside);
        contents(ui, desk, rect.shrink(10.0));
    });
    let outside = shown.response.clicked_elsewhere()
        && ui
            .ctx()
            .pointer_interact_pos()
            .is_some_and(|at| !frame.contains(at) && at.y > window.top() + HEADER);
    if outside || ui.input(|i| i.key_pressed(Key::Escape)) {
        desk.memory.presets_open = false;
    }
}

fn contents(ui: &mut egui::Ui, desk: &mut Desk, mut rect: Rect) {
    let p = Palette::of(ui);
    let mut line = rect.cut_top(28.0);
    let hearts = line.cut_right(30.0);
    line.cut_right(4.0);
    let field = egui::TextEdit::singleline(&mut desk.memory.search)
        .font(font(size::BODY, Weight::Regular))
        .hint_text("Search names and tags")
        .margin(egui::Margin { left: 26, right: 8, top: 6, bottom: 4 });
    ui.put(line, field).accessible_name("Search presets");
    icon(ui.painter(), Icon::Search, pos2(line.left() + 14.0, line.center().y), 0.9, p.muted);
    let on = desk.memory.only_favourites;
    let name = if on { "Show all presets" } else { "Show favourites only" };
    let ink = if on { p.coral } else { p.muted };
    if icon_button(ui, hearts, Icon::Heart(on), name, ink, true).clicked() {
        desk.memory.only_favourites = !on;
    }
    rect.cut_top(6.0);
    tags(ui, desk, rect.cut_top(24.0));
    rect.cut_top(6.0);
    let mut foot = rect.cut_bottom(30.0);
    rect.cut_bottom(6.0);
    rows(ui, desk, rect);
    if plain_button(ui, foot.cut_left(96.0), "Begin anew", true).clicked() {
        desk.ask(Command::Init);
        desk.memory.presets_open = false;
    }
    foot.cut_left(6.0);
    if plain_button(ui, foot.cut_left(96.0), "Load a file…", true).clicked() {
        desk.ask(Command::OpenFileDialog(Purpose::Preset));
    }
    let count = format!("{} presets", desk.view.presets.len());
    text_in(
        ui.painter(),
        foot,
        Align2::RIGHT_CENTER,
        &count,
        size::SMALL,
        Weight::Regular,
        p.faint,
    );
}

/// The commonest tags, as chips that search for them.
fn tags(ui: &mut egui::Ui, desk: &mut Desk, mut line: Rect) {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for tag in desk.view.presets.iter().flat_map(|row| &row.tags) {
        match counts.iter_mut().find(|(known, _)| known == tag) {
            Some((_, count)) => *count += 1,
            None => counts.push((tag, 1)),
        }
    }
    counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    for (tag, _) in counts {
        let width = crate::widgets::chip_width(ui, tag);
        if width > line.width() {
            break;
        }
        let chosen = desk.memory.search == tag;
        let spoken = format!("Search for {tag}");
        if chip(ui, line.cut_left(width), tag, &spoken, chosen).clicked() {
            desk.memory.search = if chosen { String::new() } else { tag.to_owned() };
        }
        line.cut_left(4.0);
    }
}

/// Whether every word of `search` begins a word of the preset's name, tags or origin.
pub(crate) fn fits(row: &PresetRow, search: &str) -> bool {
    let text = format!("{} {} {}", row.name, row.tags.join(" "), row.origin).to_lowercase();
    search.to_lowercase().split_whitespace().all(|word| text.contains(word))
}

fn rows(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    let p = Palette::of(ui);
    let search = desk.memory.search.clone();
    let wanted =
        |row: &PresetRow| (!desk.memory.only_favourites || row.favourite) && fits(row, &search);
    let list: Vec<usize> =
        (0..desk.view.presets.len()).filter(|k| wanted(&desk.view.presets[*k])).collect();
    if list.is_empty() {
        let words = if desk.view.presets.is_empty() {
            "Presets you save or keep are listed here."
        } else {
            "No preset has these words."
        };
        text_in(
            ui.painter(),
            rect,
            Align2::CENTER_CENTER,
            words,
            size::SMALL,
            Weight::Regular,
            p.faint,
        );
        return;
    }
    step(ui, desk, &list);
    let mut ui = ui.new_child(egui::UiBuilder::new().max_rect(rect));
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().auto_shrink(false).show_rows(&mut ui, ROW, list.len(), |ui, range| {
        for k in range {
            let (_, room) = ui.allocate_space(vec2(ui.available_width(), ROW));
            row(ui, desk, room.shrink2(vec2(0.0, 1.0)), list[k]);
        }
    });
}

/// Up and down load the preset before and after the current one in the list as it is shown.
fn step(ui: &egui::Ui, desk: &mut Desk, list: &[usize]) {
    let (up, down) = ui.input(|i| (i.key_pressed(Key::ArrowUp), i.key_pressed(Key::ArrowDown)));
    let at = list.iter().position(|k| Some(*k) == desk.view.current);
    let next = match (at, up, down) {
        (Some(at), true, false) => at.checked_sub(1),
        (Some(at), false, true) => Some(at + 1),
        (None, _, true) => Some(0),
        _ => None,
    };
    if let Some(k) = next.and_then(|next| list.get(next)) {
        desk.ask(Command::LoadPreset(desk.view.presets[*k].id.clone()));
    }
}

fn row(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect, k: usize) {
    let p = Palette::of(ui);
    let preset = &desk.view.presets[k];
    let current = desk.view.current == Some(k);
    let response = ui.interact(rect, ui.scope_id().with(("preset", k)), Sense::click());
    response.widget_info(|| {
        let name = format!("Load {}", preset.name);
        WidgetInfo::selected(egui::Role::ListBoxOption, true, current, name)
    });
    let hot = response.hovered() || response.has_focus();
    let fill = match (current, hot) {
        (true, _) => p.moss,
        (false, true) => p.raised,
        (false, false) => p.panel,
    };
    ui.painter().rect_filled(rect, CornerRadius::same(5), fill);
    let mut inner = rect.shrink2(vec2(10.0, 4.0));
    let more = inner.cut_right(24.0);
    let heart = inner.cut_right(24.0);
    let play = inner.cut_right(24.0);
    let upper = inner.cut_top(inner.height() / 2.0);
    let weight = if current { Weight::Bold } else { Weight::Medium };
    text_in(ui.painter(), upper, Align2::LEFT_CENTER, &preset.name, size::BODY, weight, p.text);
    let parts = [preset.origin.clone(), preset.tags.join(", ")];
    let below = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
    text_in(ui.painter(), inner, Align2::LEFT_CENTER, &below, size::TINY, Weight::Regular, p.muted);
    let on = preset.favourite;
    let name = format!("{} {}", if on { "Unmark" } else { "Mark" }, preset.name);
    let ink = if on { p.coral } else { p.faint };
    if icon_button(ui, heart, Icon::Heart(on), &name, ink, true).clicked() {
        desk.ask(Command::Favourite { id: preset.id.clone(), on: !on });
    }
    let name = format!("More of {}", preset.name);
    let more = icon_button(ui, more, Icon::More, &name, p.faint, true);
    Popup::menu(&more).align(RectAlign::BOTTOM_END).show(|ui| menu(ui, desk, &preset.id));
    response.context_menu(|ui| menu(ui, desk, &preset.id));
    let name = format!("Hear {}", preset.name);
    if icon_button(ui, play, Icon::Play, &name, p.faint, true).clicked() {
        desk.ask(Command::HearPreset(preset.id.clone()));
    }
    if response.clicked() {
        desk.ask(Command::LoadPreset(preset.id.clone()));
    }
    if response.double_clicked() {
        desk.memory.presets_open = false;
    }
}

/// What may be done with the preset of a row.
fn menu(ui: &mut egui::Ui, desk: &mut Desk, id: &str) {
    ui.set_min_width(130.0);
    if ui.button("Load").clicked() {
        desk.ask(Command::LoadPreset(id.to_owned()));
    }
    let hint = format!("A slider from {} to this preset", desk.view.preset.meta.name);
    if ui.button("Morph to it").on_hover_text(hint).clicked() {
        desk.ask(Command::MorphTo(id.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_to_be_somewhere() {
        let row = PresetRow {
            name: "Glasswing Pluck".into(),
            tags: vec!["bright".into()],
            origin: "grown from cedar.wav".into(),
            ..PresetRow::default()
        };
        assert!(fits(&row, "") && fits(&row, "GLASS bri") && fits(&row, "cedar"));
        assert!(!fits(&row, "glass dark"));
    }
}
