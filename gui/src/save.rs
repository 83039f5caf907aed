//! The dialog that saves a preset.

use egui::{Key, Modal, RichText};

use crate::Command;
use crate::desk::Desk;
use crate::theme::{Palette, Weight, font, size};

/// Draws the dialog while it is open.
pub(crate) fn show(ui: &mut egui::Ui, desk: &mut Desk) {
    let Some(mut saving) = desk.memory.saving.take() else { return };
    let p = Palette::of(ui);
    let (mut done, mut over) = (false, false);
    let frame = egui::Frame::window(ui.style()).inner_margin(egui::Margin::same(18));
    let modal = Modal::new(ui.scope_id().with("save dialog")).frame(frame).show(ui.ctx(), |ui| {
        ui.set_width(340.0);
        ui.label(RichText::new("Save the preset").font(font(size::LARGE, Weight::Bold)));
        ui.add_space(6.0);
        ui.label(RichText::new("Name").color(p.muted));
        let name = egui::TextEdit::singleline(&mut saving.name)
            .desired_width(f32::INFINITY)
            .char_limit(80)
            .margin(egui::Margin::symmetric(8, 6));
        let name = ui.add(name).accessible_name("Name of the preset");
        if saving.fresh {
            saving.fresh = false;
            name.request_focus();
        }
        ui.add_space(4.0);
        ui.label(RichText::new("Tags, with commas between them").color(p.muted));
        let tags = egui::TextEdit::singleline(&mut saving.tags)
            .desired_width(f32::INFINITY)
            .char_limit(200)
            .margin(egui::Margin::symmetric(8, 6));
        ui.add(tags).accessible_name("Tags of the preset");
        ui.add_space(10.0);
        let named = !saving.name.trim().is_empty();
        ui.horizontal(|ui| {
            let words =
                RichText::new("Save as new").color(p.on_leaf).font(font(size::BODY, Weight::Bold));
            let button = egui::Button::new(words).fill(p.leaf).min_size(egui::vec2(120.0, 30.0));
            done |= ui.add_enabled(named, button).clicked();
            let button = egui::Button::new("Save over").min_size(egui::vec2(92.0, 30.0));
            over |= ui.add_enabled(desk.view.current.is_some(), button).clicked();
            let button = egui::Button::new("Cancel").min_size(egui::vec2(80.0, 30.0));
            if ui.add(button).clicked() {
                ui.close();
            }
        });
        done |= named && ui.input(|i| i.key_pressed(Key::Enter));
    });
    if done {
        let tags = saving.tags.split(',').map(|tag| tag.trim().to_owned());
        desk.ask(Command::SaveAs {
            name: saving.name.trim().to_owned(),
            tags: tags.filter(|tag| !tag.is_empty()).collect(),
        });
    } else if over {
        desk.ask(Command::Save);
    } else if !modal.should_close() {
        desk.memory.saving = Some(saving);
    }
}
