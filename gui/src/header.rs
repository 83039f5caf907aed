//! The header: what is being edited, the pages, how the instrument is doing.

use cultivar_patch::schema::ids;
use egui::{Align2, CornerRadius, Rect, Sense, WidgetInfo, pos2, vec2};

use crate::Command;
use crate::desk::Desk;
use crate::icons::{Icon, icon, logo};
use crate::layout::Cut;
use crate::memory::{Page, Saving};
use crate::paint::{text, text_in};
use crate::theme::{Palette, Weight, font, size};
use crate::view::Side;
use crate::way;
use crate::widgets::{Knob, icon_button, switch};

/// Draws the header.
pub(crate) fn show(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    let p = Palette::of(ui);
    ui.painter().rect_filled(rect, 0.0, p.panel);
    ui.painter().hline(rect.x_range(), rect.bottom(), egui::Stroke::new(1.0, p.line));
    let mut rest = rect.shrink2(vec2(12.0, 9.0));
    let brand = rest.cut_left(112.0);
    logo(ui.painter(), pos2(brand.left() + 11.0, rect.top() + 29.0), p);
    let at = pos2(brand.left() + 36.0, rect.center().y);
    text(
        ui.painter(),
        at,
        Align2::LEFT_CENTER,
        "cultivar",
        size::LARGE + 1.0,
        Weight::Bold,
        p.text,
    );
    // What is left when everything else has its place.
    let field = if desk.view.preset.partner.is_some() || desk.view.way_to.is_some() {
        rest.cut_left((rest.width() - 680.0).clamp(200.0, 400.0)).expand2(vec2(0.0, 5.0))
    } else {
        rest.cut_left((rest.width() - 780.0).clamp(200.0, 320.0))
    };
    name_field(ui, desk, field);
    rest.cut_left(8.0);
    favourite(ui, desk, rest.cut_left(26.0));
    save(ui, desk, rest.cut_left(46.0));
    rest.cut_left(4.0);
    let undo = icon_button(ui, rest.cut_left(24.0), Icon::Undo, "Undo", p.muted, desk.view.undo);
    if desk.view.undo && undo.clicked() {
        desk.ask(Command::Undo);
    }
    let redo = icon_button(ui, rest.cut_left(24.0), Icon::Redo, "Redo", p.muted, desk.view.redo);
    if desk.view.redo && redo.clicked() {
        desk.ask(Command::Redo);
    }
    rest.cut_left(8.0);
    sides(ui, desk, rest.cut_left(48.0));
    rest.cut_left(16.0);
    pages(ui, desk, rest.cut_left(224.0));
    let gear = rest.cut_right(24.0);
    settings(ui, desk, gear);
    rest.cut_right(8.0);
    health(ui, desk, rest);
}

fn name_field(ui: &mut egui::Ui, desk: &mut Desk, mut rect: Rect) {
    let p = Palette::of(ui);
    let response = ui.interact(rect, ui.scope_id().with("preset name"), Sense::click());
    let name = &desk.view.preset.meta.name;
    response.widget_info(|| {
        let shown = format!("Preset {name}");
        WidgetInfo::selected(egui::Role::Button, true, desk.memory.presets_open, shown)
    });
    let lit = response.hovered() || desk.memory.presets_open;
    ui.painter().rect_filled(rect, CornerRadius::same(13), if lit { p.lifted } else { p.raised });
    if icon_button(ui, rect.cut_left(28.0), Icon::Left, "Previous preset", p.muted, true).clicked()
    {
        desk.ask(Command::PreviousPreset);
    }
    if icon_button(ui, rect.cut_right(28.0), Icon::Right, "Next preset", p.muted, true).clicked() {
        desk.ask(Command::NextPreset);
    }
    if desk.memory.renaming.is_some() {
        rename(ui, desk, rect);
        return;
    }
    if response.clicked() {
        desk.memory.presets_open = !desk.memory.presets_open;
    }
    let shown = if desk.view.dirty { format!("{name} •") } else { name.clone() };
    let ends = rect.shrink2(vec2(0.0, 2.0));
    match (desk.view.way_to, &desk.view.preset.partner) {
        (Some(to), _) => way::coming(ui, desk, ends, &shown, to),
        (None, Some(partner)) => way::show(ui, desk, ends, &shown, &partner.preset),
        (None, None) => {
            let (points, ink) = (size::BODY + 0.5, p.text);
            text_in(ui.painter(), rect, Align2::CENTER_CENTER, &shown, points, Weight::Medium, ink);
        }
    }
    response.context_menu(|ui| {
        if ui.button("Rename…").clicked() {
            desk.memory.renaming = Some(name.clone());
        }
        if ui.button("Begin anew").clicked() {
            desk.ask(Command::Init);
        }
    });
    response.on_hover_text(if desk.view.dirty {
        "Changed since it was saved. Click for the list of presets."
    } else {
        "Click for the list of presets."
    });
}

/// The preset's name while it is typed.
fn rename(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    let Some(mut name) = desk.memory.renaming.take() else { return };
    let field = egui::TextEdit::singleline(&mut name)
        .font(font(size::BODY + 0.5, Weight::Medium))
        .align(Align2::CENTER_CENTER)
        .char_limit(80)
        .margin(vec2(4.0, 2.0));
    let response = ui.put(rect.shrink2(vec2(0.0, 2.0)), field).accessible_name("New name");
    if !response.has_focus() && !response.lost_focus() {
        response.request_focus();
    }
    if !response.lost_focus() {
        desk.memory.renaming = Some(name);
    } else if !ui.input(|i| i.key_pressed(egui::Key::Escape)) && !name.trim().is_empty() {
        desk.ask(Command::Rename(name.trim().to_owned()));
    }
}

fn favourite(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    let p = Palette::of(ui);
    let row = desk.view.current.and_then(|k| desk.view.presets.get(k));
    let on = row.is_some_and(|row| row.favourite);
    let ink = if on { p.coral } else { p.muted };
    let name = if on { "Not a favourite any more" } else { "Make it a favourite" };
    let heart = icon_button(ui, rect, Icon::Heart(on), name, ink, row.is_some());
    if let Some(row) = row.filter(|_| heart.clicked()) {
        desk.ask(Command::Favourite { id: row.id.clone(), on: !on });
    }
}

fn save(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    let p = Palette::of(ui);
    let response = ui.interact(rect, ui.scope_id().with("save"), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, "Save"));
    let lit = response.hovered() || response.has_focus();
    let ink = if lit { p.text } else { p.muted };
    text(
        ui.painter(),
        rect.center(),
        Align2::CENTER_CENTER,
        "Save",
        size::SMALL + 0.5,
        Weight::Regular,
        ink,
    );
    let mut as_new = response.clicked();
    response.context_menu(|ui| {
        if ui.button("Save").clicked() {
            desk.ask(Command::Save);
        }
        as_new |= ui.button("Save as…").clicked();
        if ui.button("Load a file…").clicked() {
            desk.ask(Command::OpenFileDialog(crate::Purpose::Preset));
        }
        if ui.button("Begin anew").clicked() {
            desk.ask(Command::Init);
        }
    });
    if as_new {
        let meta = &desk.view.preset.meta;
        desk.memory.saving =
            Some(Saving { name: meta.name.clone(), tags: meta.tags.join(", "), fresh: true });
    }
}

fn sides(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    let p = Palette::of(ui);
    let rect = rect.shrink2(vec2(0.0, 2.0));
    ui.painter().rect_filled(rect, 4.0, p.raised);
    for (k, (side, name)) in [(Side::A, "A"), (Side::B, "B")].into_iter().enumerate() {
        let half = rect.column(k, 2, 0.0);
        let chosen = desk.view.side == side;
        let response = ui.interact(half, ui.scope_id().with(("side", k)), Sense::click());
        let spoken = format!("Sound {name}");
        response
            .widget_info(|| WidgetInfo::selected(egui::Role::RadioButton, true, chosen, &spoken));
        if chosen {
            ui.painter().rect_filled(half, 4.0, p.line);
        }
        let ink = if chosen || response.hovered() { p.text } else { p.faint };
        text(
            ui.painter(),
            half.center(),
            Align2::CENTER_CENTER,
            name,
            size::SMALL,
            Weight::Bold,
            ink,
        );
        if response.clicked() && !chosen {
            desk.ask(Command::SwitchSide(side));
        }
        response.context_menu(|ui| {
            if ui.button("Copy this sound to the other side").clicked() {
                desk.ask(Command::CopySide);
            }
        });
        response.on_hover_text("Two sounds to compare; right-click to copy one to the other");
    }
}

fn pages(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    let p = Palette::of(ui);
    let all = [(Page::Grow, "Grow"), (Page::Breed, "Breed"), (Page::Synth, "Synth")];
    for (k, (page, name)) in all.into_iter().enumerate() {
        let tab = rect.column(k, all.len(), 4.0);
        let chosen = desk.memory.settings.page == page;
        let response = ui.interact(tab, ui.scope_id().with(("page", k)), Sense::click());
        response.widget_info(|| WidgetInfo::selected(egui::Role::Tab, true, chosen, name));
        if chosen {
            ui.painter().rect_filled(tab, CornerRadius::same(13), p.moss);
        }
        let ink = match (chosen, response.hovered() || response.has_focus()) {
            (true, _) => p.leaf,
            (false, true) => p.text,
            (false, false) => p.muted,
        };
        let weight = if chosen { Weight::Bold } else { Weight::Regular };
        text(
            ui.painter(),
            tab.center(),
            Align2::CENTER_CENTER,
            name,
            size::BODY + 0.5,
            weight,
            ink,
        );
        if response.clicked() && !chosen {
            desk.memory.settings.page = page;
            desk.ask(Command::SettingsChanged);
        }
    }
}

/// Voices, share of the processor, peaks.
fn health(ui: &mut egui::Ui, desk: &mut Desk, mut rect: Rect) {
    let p = Palette::of(ui);
    let bars = rect.cut_right(64.0);
    for (k, peak) in desk.view.peaks.into_iter().enumerate() {
        let mut bar = Rect::from_center_size(
            bars.center() + vec2(0.0, k as f32 * 6.0 - 3.0),
            vec2(bars.width(), 4.0),
        );
        ui.painter().rect_filled(bar, 2.0, p.ground);
        let decibels = 20.0 * peak.max(1e-6).log10();
        let at = ((decibels + 48.0) / 54.0).clamp(0.0, 1.0);
        bar.max.x = bar.left() + bar.width() * at;
        let hue = if peak > 1.0 {
            p.error
        } else if peak > 0.7 {
            p.amber
        } else {
            p.leaf
        };
        ui.painter().rect_filled(bar, 2.0, hue);
    }
    let meter = ui.interact(bars, ui.scope_id().with("meter"), Sense::hover());
    meter.on_hover_text("Peak of the output, −48 to +6 dB, left and right");
    rect.cut_right(8.0);
    let level = Rect::from_center_size(rect.cut_right(96.0).center(), vec2(96.0, 22.0));
    Knob::field(ids().master.level, p.leaf).show(ui, desk, level);
    rect.cut_right(4.0);
    let load = rect.cut_right(46.0);
    let percent = format!("{:.0} %", desk.view.cpu * 100.0);
    let hot = if desk.view.cpu > 0.8 { p.coral } else { p.muted };
    text_in(ui.painter(), load, Align2::RIGHT_CENTER, &percent, size::SMALL, Weight::Regular, hot);
    let cpu = ui.interact(load, ui.scope_id().with("cpu"), Sense::hover());
    cpu.on_hover_text("Share of the time the host gives for a block of sound");
    let voices = match desk.view.voices {
        1 => "1 voice".into(),
        n => format!("{n} voices"),
    };
    if rect.width() >= 60.0 {
        let at = rect.cut_right(70.0);
        let (align, points) = (Align2::RIGHT_CENTER, size::SMALL);
        text_in(ui.painter(), at, align, &voices, points, Weight::Regular, p.muted);
    }
}

fn settings(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    let p = Palette::of(ui);
    let response = ui.interact(rect, ui.scope_id().with("settings"), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, "Settings"));
    let lit = response.hovered() || response.has_focus();
    icon(ui.painter(), Icon::Gear, rect.center(), 1.0, if lit { p.text } else { p.muted });
    let before = desk.memory.settings;
    egui::Popup::menu(&response)
        .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| {
            ui.set_min_width(290.0);
            let settings = &mut desk.memory.settings;
            for (name, setting) in [
                ("Light theme", &mut settings.light),
                ("Reduced motion", &mut settings.reduced_motion),
                ("Computer keyboard plays (A W S E …)", &mut settings.computer_keys),
                ("Nodes sound under the pointer", &mut settings.hover_sound),
            ] {
                if switch_row(ui, name, *setting) {
                    *setting = !*setting;
                }
            }
            ui.separator();
            ui.label(egui::RichText::new("Size").color(p.muted));
            ui.horizontal_wrapped(|ui| {
                for percent in [75, 100, 125, 150, 175, 200] {
                    let zoom = percent as f32 / 100.0;
                    let chosen = (settings.zoom - zoom).abs() < 0.01;
                    if ui.selectable_label(chosen, format!("{percent} %")).clicked() {
                        settings.zoom = zoom;
                    }
                }
            });
            ui.separator();
            playing(ui, desk);
            ui.separator();
            if ui.button("Stop all notes").clicked() {
                desk.ask(Command::Panic);
            }
        });
    if desk.memory.settings != before {
        if desk.memory.settings.zoom != before.zoom {
            desk.ask(Command::Zoom(desk.memory.settings.zoom));
        }
        desk.ask(Command::SettingsChanged);
    }
    response.on_hover_text("Settings");
}

/// How the keys play in this project.
fn playing(ui: &mut egui::Ui, desk: &mut Desk) {
    let session = &desk.view.session;
    if switch_row(ui, "MPE: each note bends by itself", session.mpe) {
        desk.ask(Command::ToggleMpe);
    }
    ui.label(egui::RichText::new("Tuning").color(Palette::of(ui).muted));
    if let Some(name) = &session.tuning {
        ui.add(egui::Button::selectable(true, name).truncate());
    }
    ui.horizontal(|ui| {
        let equal = session.tuning.is_none();
        if ui.selectable_label(equal, "Equal temperament").clicked() && !equal {
            desk.ask(Command::ClearTuning);
        }
        if ui.button("Load a scale…").clicked() {
            desk.ask(Command::OpenFileDialog(crate::Purpose::Tuning));
        }
    });
    ui.label(egui::RichText::new("Oversampling").color(Palette::of(ui).muted));
    ui.horizontal(|ui| {
        for factor in [1, 2, 4] {
            let chosen = factor == session.oversampling;
            if ui.selectable_label(chosen, format!("{factor}×")).clicked() && !chosen {
                desk.ask(Command::Oversample(factor));
            }
        }
    });
}

/// A line of the settings with its switch; whether it was clicked.
fn switch_row(ui: &mut egui::Ui, name: &str, on: bool) -> bool {
    let p = Palette::of(ui);
    let (_, row) = ui.allocate_space(vec2(290.0, 26.0));
    let at = row.left_center() + vec2(6.0, 0.0);
    text(ui.painter(), at, Align2::LEFT_CENTER, name, size::BODY, Weight::Regular, p.text);
    switch(ui, row, name, on, p.leaf).clicked()
}
