//! The way from the preset to its partner, in the header.

use cultivar_patch::Preset;
use cultivar_patch::schema::ids;
use egui::{Align2, Rect, vec2};

use crate::Command;
use crate::desk::Desk;
use crate::icons::Icon;
use crate::layout::Cut;
use crate::paint::{speak, text, text_in, text_width};
use crate::theme::{Palette, Weight, size};
use crate::widgets::{ParamSlider, icon_button};

/// The way from the preset to its partner: a name at either end, the nearer one brighter.
pub(crate) fn show(
    ui: &mut egui::Ui,
    desk: &mut Desk,
    mut rect: Rect,
    name: &str,
    partner: &Preset,
) {
    let p = Palette::of(ui);
    let mut names = rect.cut_top(17.0);
    let cross = names.cut_right(18.0);
    let words = "Morph to it no more";
    if icon_button(ui, cross, Icon::Close, words, p.muted, true).clicked() {
        desk.ask(Command::RemovePartner);
    }
    names.min.x += 6.0;
    let near = desk.value(ids().morph.position);
    let (points, weight) = (size::SMALL + 0.5, Weight::Medium);
    let ink = |near: f32| p.muted.lerp_to_gamma(p.text, near);
    let (from, to) = (names.column(0, 2, 12.0), names.column(1, 2, 12.0));
    text_in(ui.painter(), from, Align2::LEFT_CENTER, name, points, weight, ink(1.0 - near));
    text_in(ui.painter(), to, Align2::RIGHT_CENTER, &partner.meta.name, points, weight, ink(near));
    speak(ui, to, &format!("Morphs to {}", partner.meta.name));
    ParamSlider { id: ids().morph.position, hue: p.leaf }.show(ui, desk, rect);
}

/// The way while it is being made: where it leads, and a light that runs along it.
pub(crate) fn coming(ui: &egui::Ui, desk: &Desk, mut rect: Rect, name: &str, to: &str) {
    let p = Palette::of(ui);
    let names = rect.cut_top(17.0).shrink2(vec2(6.0, 0.0));
    let (points, weight) = (size::SMALL + 0.5, Weight::Medium);
    text_in(
        ui.painter(),
        names.column(0, 2, 12.0),
        Align2::LEFT_CENTER,
        name,
        points,
        weight,
        p.text,
    );
    let end = names.column(1, 2, 12.0);
    text_in(ui.painter(), end, Align2::RIGHT_CENTER, to, points, weight, p.muted);
    let words = "making the way…";
    speak(ui, rect, &format!("Making the way to {to}…"));
    let width = text_width(ui.painter(), words, size::SMALL, Weight::Regular);
    let mut rail = Rect::from_center_size(rect.center(), vec2(rect.width() - 12.0, 4.0));
    let said = rail.cut_left(width);
    let (align, regular) = (Align2::LEFT_CENTER, Weight::Regular);
    text(ui.painter(), said.left_center(), align, words, size::SMALL, regular, p.target);
    rail.cut_left(8.0);
    ui.painter().rect_filled(rail, 2.0, p.line);
    if !desk.memory.settings.reduced_motion {
        let turns = ui.input(|i| i.time).fract() as f32;
        let light = |t: f32| rail.left() + rail.width() * t.clamp(0.0, 1.0);
        let (from, until) = (light(1.3 * turns - 0.3), light(1.3 * turns));
        let bar = Rect::from_x_y_ranges(from..=until, rail.y_range());
        ui.painter().rect_filled(bar, 2.0, p.target.gamma_multiply(0.8));
    }
}
