//! Buttons.

use egui::{Align2, Color32, Rect, Response, Sense, WidgetInfo};

use crate::icons::{Icon, icon};
use crate::paint::text;
use crate::theme::{Palette, WELL_ROUND, Weight, size};

fn press(ui: &egui::Ui, rect: Rect, name: &str, enabled: bool) -> Response {
    let sense = if enabled { Sense::click() } else { Sense::hover() };
    let response = ui.interact(rect, ui.scope_id().with(("button", name)), sense);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, enabled, name));
    response
}

/// A button that is only an icon; `name` is what it is called aloud and in its tooltip.
pub(crate) fn icon_button(
    ui: &mut egui::Ui,
    rect: Rect,
    which: Icon,
    name: &str,
    ink: Color32,
    enabled: bool,
) -> Response {
    let p = Palette::of(ui);
    let response = press(ui, rect, name, enabled);
    let ink = match () {
        () if !enabled => p.faint.gamma_multiply(0.5),
        () if response.hovered() => p.text,
        () => ink,
    };
    if response.has_focus() {
        ui.painter().rect_filled(rect, WELL_ROUND, p.lifted);
    }
    icon(ui.painter(), which, rect.center(), (rect.height() / 24.0).min(1.1), ink);
    response.on_hover_text(name)
}

/// The button of the page's main act.
pub(crate) fn main_button(ui: &mut egui::Ui, rect: Rect, name: &str, enabled: bool) -> Response {
    let p = Palette::of(ui);
    let response = press(ui, rect, name, enabled);
    let lit = response.hovered() || response.has_focus();
    let fill = match () {
        () if !enabled => p.raised,
        () if lit => p.leaf.lerp_to_gamma(p.text, 0.25),
        () => p.leaf,
    };
    ui.painter().rect_filled(rect, WELL_ROUND + 1, fill);
    let ink = if enabled { p.on_leaf } else { p.faint };
    text(
        ui.painter(),
        rect.center(),
        Align2::CENTER_CENTER,
        name,
        size::BODY + 0.5,
        Weight::Bold,
        ink,
    );
    response
}

/// Any other button.
pub(crate) fn plain_button(ui: &mut egui::Ui, rect: Rect, name: &str, enabled: bool) -> Response {
    let p = Palette::of(ui);
    let response = press(ui, rect, name, enabled);
    let lit = response.hovered() || response.has_focus();
    ui.painter().rect_filled(rect, WELL_ROUND + 1, if lit { p.lifted } else { p.raised });
    let ink = if enabled { p.text } else { p.faint };
    text(
        ui.painter(),
        rect.center(),
        Align2::CENTER_CENTER,
        name,
        size::SMALL,
        Weight::Regular,
        ink,
    );
    response
}
