//! The tray of parents, how they are mixed, and the way to a new litter.

use egui::{Align2, CornerRadius, Popup, Rect, ScrollArea, Sense, WidgetInfo, vec2};

use super::hue;
use crate::desk::Desk;
use crate::icons::Icon;
use crate::layout::Cut;
use crate::paint::{height, speak, text, text_in, waveform};
use crate::theme::{CHIP, PAD, Palette, TITLE, WELL_ROUND, Weight, size};
use crate::view::{FamilyState, MOST_PARENTS, Mix, ParentCard, Section};
use crate::widgets::{chip, icon_button, main_button, panel, slide};
use crate::{Breeding, Command};

/// Height of a card with its waveform, and of one without.
const CARD: [f32; 2] = [88.0, 40.0];

/// Draws the panel.
pub(super) fn show(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    panel(ui, rect);
    let mut body = rect.shrink2(vec2(PAD, 6.0));
    let mut title = body.cut_top(TITLE);
    let p = Palette::of(ui);
    let plus = title.cut_right(52.0);
    text_in(ui.painter(), title, Align2::LEFT_CENTER, "Parents", size::BODY, Weight::Bold, p.text);
    add(ui, desk, plus, "Add a parent", "+ add");
    body.cut_top(4.0);
    let family = desk.view.family;
    let able = family.state != FamilyState::Breeding && !family.parents.is_empty();
    let name = if family.litters.is_empty() { "First litter" } else { "New litter" };
    let foot = body.cut_bottom(40.0).shrink2(vec2(0.0, 4.0));
    if main_button(ui, foot, name, able).clicked() && able {
        desk.ask(Command::Breed(Breeding::NewLitter));
    }
    body.cut_bottom(6.0);
    controls(ui, desk, body.cut_bottom(164.0));
    body.cut_bottom(6.0);
    cards(ui, desk, body);
}

/// A button that opens the list of what may become a parent.
pub(super) fn add(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect, name: &str, shown: &str) {
    let p = Palette::of(ui);
    let room = desk.view.family.parents.len() < MOST_PARENTS;
    let response = ui.interact(rect, ui.scope_id().with(("add parent", name)), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, room, name));
    let ink = match (room, response.hovered() || response.has_focus()) {
        (false, _) => p.faint,
        (true, true) => p.text,
        (true, false) => p.leaf,
    };
    text_in(ui.painter(), rect, Align2::RIGHT_CENTER, shown, size::SMALL, Weight::Medium, ink);
    if !room {
        response.on_hover_text("Eight parents are the most");
        return;
    }
    let behaviour = egui::PopupCloseBehavior::CloseOnClickOutside;
    Popup::menu(&response).width(250.0).close_behavior(behaviour).show(|ui| choose(ui, desk));
}

/// The list of what may become a parent: the sound being edited, and all presets.
fn choose(ui: &mut egui::Ui, desk: &mut Desk) {
    let p = Palette::of(ui);
    let mut wish = None;
    let edited = format!("This sound: {}", desk.view.preset.meta.name);
    if ui.button(edited).clicked() {
        wish = Some(Breeding::AddEdited);
    }
    let search = egui::TextEdit::singleline(&mut desk.memory.parent_search)
        .hint_text("Search presets")
        .desired_width(f32::INFINITY)
        .margin(vec2(8.0, 5.0));
    ui.add(search).accessible_name("Search for a parent");
    ui.add_space(2.0);
    let words = desk.memory.parent_search.clone();
    let rows = desk.view.presets.iter().filter(|row| crate::presets::fits(row, &words));
    ScrollArea::vertical().max_height(330.0).auto_shrink([false, true]).show(ui, |ui| {
        for row in rows {
            let name = egui::RichText::new(&row.name).color(p.text);
            let button = egui::Button::new(name).fill(p.raised).min_size(vec2(236.0, 22.0));
            if ui.add(button).on_hover_text(row.tags.join(", ")).clicked() {
                wish = Some(Breeding::AddPreset(row.id.clone()));
            }
        }
    });
    if let Some(wish) = wish {
        desk.ask(Command::Breed(wish));
        ui.close();
    }
}

/// The cards; small ones where there are many.
fn cards(ui: &mut egui::Ui, desk: &mut Desk, mut rect: Rect) {
    let p = Palette::of(ui);
    let parents = &desk.view.family.parents;
    let tall = parents.len() as f32 * (CARD[0] + 6.0) <= rect.height() + 6.0;
    if parents.is_empty() {
        let words = "Two sounds or more, or one alone: children of one are variations of it.";
        let font = crate::theme::font(size::SMALL, Weight::Regular);
        let galley = ui.painter().layout(words.into(), font, p.faint, rect.width() - 8.0);
        ui.painter().galley(rect.min + vec2(0.0, 8.0), galley, p.faint);
    }
    for (k, parent) in parents.iter().enumerate() {
        let place = rect.cut_top(if tall { CARD[0] } else { CARD[1] });
        rect.cut_top(if tall { 6.0 } else { 3.0 });
        card(ui, desk, place, k, parent, tall);
    }
}

/// One parent: its name, its sound, how much it counts.
fn card(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect, k: usize, parent: &ParentCard, tall: bool) {
    let p = Palette::of(ui);
    let hue = hue(p, parent.hue);
    let round = CornerRadius::same(WELL_ROUND);
    ui.painter().rect_filled(rect, round, p.raised);
    let mut bar = rect;
    bar.max.x = rect.left() + 3.5;
    ui.painter().rect_filled(bar, CornerRadius { ne: 0, se: 0, ..round }, hue);
    let mut inner = rect.shrink2(vec2(12.0, if tall { 6.0 } else { 3.0 }));
    let mut head = inner.cut_top(17.0);
    let cross = head.cut_right(18.0);
    let remove = format!("Remove parent {}, {}", k + 1, parent.name);
    if icon_button(ui, cross, Icon::Close, &remove, p.faint, true).clicked() {
        desk.ask(Command::Breed(Breeding::RemoveParent(k)));
    }
    text_in(
        ui.painter(),
        head,
        Align2::LEFT_CENTER,
        &parent.name,
        size::SMALL + 0.5,
        Weight::Bold,
        p.text,
    );
    speak(ui, head, &parent.name);
    if tall {
        let line = inner.cut_top(13.0);
        let (words, ink) = match parent.trouble.as_str() {
            "" => (&parent.origin, p.muted),
            _ => (&parent.trouble, p.coral),
        };
        let (align, points) = (Align2::LEFT_CENTER, size::TINY);
        text_in(ui.painter(), line, align, words, points, Weight::Regular, ink);
        let wave = inner.cut_top(24.0);
        waveform(ui.painter(), wave, &parent.peaks, height(&parent.peaks), hue.gamma_multiply(0.8));
    }
    let total: f32 = desk.view.family.parents.iter().map(|parent| parent.weight).sum();
    let percent = format!("{:.0} %", 100.0 * parent.weight / total.max(f32::MIN_POSITIVE));
    let mut row = inner.cut_bottom(16.0);
    let share = row.cut_right(38.0);
    text(
        ui.painter(),
        share.right_center(),
        Align2::RIGHT_CENTER,
        &percent,
        size::SMALL,
        Weight::Regular,
        p.text,
    );
    row.min.x -= 6.0;
    let name = format!("Weight of parent {}, {}", k + 1, parent.name);
    let (_, moved) = slide(ui, row, &name, parent.weight, 0.0, hue);
    if let Some(weight) = moved.filter(|weight| *weight != parent.weight) {
        desk.ask(Command::Breed(Breeding::SetWeight { parent: k, weight }));
    }
}

/// How they are mixed and changed, and what stays.
fn controls(ui: &mut egui::Ui, desk: &mut Desk, mut rect: Rect) {
    let p = Palette::of(ui);
    let family = desk.view.family;
    let label = |ui: &egui::Ui, rect: Rect, words: &str| {
        let (align, points) = (Align2::LEFT_CENTER, size::SMALL);
        text_in(ui.painter(), rect, align, words, points, Weight::Regular, p.muted);
    };
    label(ui, rect.cut_top(20.0), "How they mix");
    let row = rect.cut_top(CHIP + 2.0);
    for (k, mix) in Mix::ALL.into_iter().enumerate() {
        let chosen = family.mix == mix;
        let cell = row.column(k, 3, 4.0);
        let response = chip(ui, cell, mix.name(), mix.doc(), chosen);
        if response.on_hover_text(mix.doc()).clicked() {
            desk.ask(Command::Breed(Breeding::SetMix(mix)));
        }
    }
    rect.cut_top(6.0);
    let mut head = rect.cut_top(20.0);
    let shown = format!("{:.0} %", 100.0 * family.mutation);
    let value = head.cut_right(40.0);
    label(ui, head, "Mutation");
    let at = value.right_center();
    text(ui.painter(), at, Align2::RIGHT_CENTER, &shown, size::SMALL, Weight::Regular, p.text);
    let row = rect.cut_top(20.0).expand2(vec2(6.0, 0.0));
    let (response, moved) = slide(ui, row, "Mutation", family.mutation, 0.0, p.mauve);
    if let Some(amount) = moved.filter(|amount| *amount != family.mutation) {
        desk.ask(Command::Breed(Breeding::SetMutation(amount)));
    }
    response.on_hover_text("How much children are changed after their parents were mixed");
    rect.cut_top(6.0);
    let first = family.parents.first().map_or("the first parent", |parent| parent.name.as_str());
    label(ui, rect.cut_top(20.0), &format!("As in {first}"));
    let row = rect.cut_top(CHIP + 2.0);
    let names = ["Osc", "Flt", "Env", "Mod", "FX"];
    for (k, (section, name)) in Section::ALL.into_iter().zip(names).enumerate() {
        let on = family.locked.contains(&section);
        let cell = row.column(k, 5, 4.0);
        if lock(ui, cell, name, section, on, first) {
            desk.ask(Command::Breed(Breeding::Lock { section, on: !on }));
        }
    }
}

/// A chip that keeps a section; whether it was clicked.
fn lock(
    ui: &mut egui::Ui,
    rect: Rect,
    name: &str,
    section: Section,
    on: bool,
    first: &str,
) -> bool {
    let p = Palette::of(ui);
    let spoken = format!("{} as in the first parent", section.name());
    let response = ui.interact(rect, ui.scope_id().with(("lock", name)), Sense::click());
    response.widget_info(|| WidgetInfo::selected(egui::Role::Switch, true, on, &spoken));
    let lit = response.hovered() || response.has_focus();
    let (fill, ink) = match (on, lit) {
        (true, _) => (p.amber, p.ground),
        (false, true) => (p.lifted, p.text),
        (false, false) => (p.ground, p.muted),
    };
    ui.painter().rect_filled(rect, CornerRadius::same((rect.height() / 2.0) as u8), fill);
    let (at, weight) = (rect.center(), if on { Weight::Bold } else { Weight::Regular });
    text(ui.painter(), at, Align2::CENTER_CENTER, name, size::TINY + 0.5, weight, ink);
    let words = format!("All children have their {} from {first}", section.name().to_lowercase());
    response.on_hover_text(words).clicked()
}
