//! All modulation routes.

use cultivar_patch::schema::{Source, ids};
use egui::{Align2, Rect, ScrollArea, vec2};

use crate::desk::Desk;
use crate::icons::Icon;
use crate::layout::Cut;
use crate::paint::text_in;
use crate::theme::{PAD, Palette, Weight, size};
use crate::widgets::{
    ParamSlider, amount_text, destination_menu, dropdown, icon_button, panel, source_menu,
};
use crate::{Command, Gesture};

/// Height of a row.
const ROW: f32 = 30.0;

/// Draws one row per route in use, and one more to begin a new one.
pub(crate) fn show(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    let p = Palette::of(ui);
    panel(ui, rect);
    let mut body = rect.shrink2(vec2(PAD, 8.0));
    let mut head = body.cut_top(22.0);
    head.cut_left(24.0);
    let columns = columns(head);
    for (name, cell) in ["Source", "Destination", "Amount", "", "Curve"].into_iter().zip(columns) {
        text_in(
            ui.painter(),
            cell,
            Align2::LEFT_CENTER,
            name,
            size::TINY,
            Weight::Regular,
            p.faint,
        );
    }
    let used: Vec<usize> = desk.wires.iter().map(|wire| wire.slot).collect();
    let free = (0..32).find(|slot| !used.contains(slot));
    let mut ui = ui.new_child(egui::UiBuilder::new().max_rect(body));
    ScrollArea::vertical().auto_shrink(false).show(&mut ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for slot in used.into_iter().chain(free) {
            let size = vec2(ui.available_width(), ROW);
            let (_, row) = ui.allocate_space(size);
            if ui.is_rect_visible(row) || desk.memory.seen.is_some() {
                route(ui, desk, row, slot, Some(slot) == free);
            }
        }
    });
}

fn columns(mut row: Rect) -> [Rect; 5] {
    let rest = row.width();
    let gap = |row: &mut Rect, width: f32| {
        let cell = row.cut_left(width - 6.0);
        row.cut_left(6.0);
        cell
    };
    [
        gap(&mut row, rest * 0.21),
        gap(&mut row, rest * 0.31),
        gap(&mut row, rest * 0.20),
        gap(&mut row, rest * 0.12),
        row,
    ]
}

fn route(ui: &mut egui::Ui, desk: &mut Desk, mut row: Rect, slot: usize, free: bool) {
    let p = Palette::of(ui);
    let route = &ids().route[slot];
    for id in [route.source, route.destination, route.amount, route.curve] {
        desk.show(id);
    }
    let number = row.cut_left(24.0);
    let ink = if free { p.faint } else { p.muted };
    let shown = (slot + 1).to_string();
    text_in(ui.painter(), number, Align2::LEFT_CENTER, &shown, size::TINY, Weight::Regular, ink);
    let [source, destination, amount, value, mut curve] = columns(row);
    let slim = vec2(0.0, 4.0);
    let playing = Source::of(desk.value(route.source));
    let name = if free { "New route…".into() } else { desk.source_name(playing) };
    let mut wish = None;
    dropdown(ui, source.shrink2(slim), &format!("Source of route {}", slot + 1), &name, |ui| {
        wish = source_menu(ui, desk);
        if wish.is_some() {
            ui.close();
        }
    });
    if let Some(source) = wish {
        desk.set(route.source, source.value(), Gesture::Once);
    }
    if free {
        return;
    }
    let wired = desk.wires.iter().find(|wire| wire.slot == slot).and_then(|wire| wire.destination);
    let name = wired.map_or("Choose…".into(), |id| desk.destination_name(id));
    let mut wish = None;
    dropdown(
        ui,
        destination.shrink2(slim),
        &format!("Destination of route {}", slot + 1),
        &name,
        |ui| {
            wish = destination_menu(ui);
        },
    );
    if let Some(id) = wish {
        desk.set(route.destination, id.as_destination(), Gesture::Once);
    }
    ParamSlider { id: route.amount, hue: p.mauve }.show(ui, desk, amount);
    let value_text = match wired {
        Some(id) => amount_text(id, desk.value(route.amount)),
        None => desk.shown(route.amount),
    };
    text_in(
        ui.painter(),
        value,
        Align2::LEFT_CENTER,
        &value_text,
        size::TINY,
        Weight::Regular,
        p.text,
    );
    let remove = curve.cut_right(22.0);
    ParamSlider { id: route.curve, hue: p.mauve }.show(ui, desk, curve);
    let name = format!("Remove route {}", slot + 1);
    if icon_button(ui, remove, Icon::Close, &name, p.muted, true).clicked() {
        desk.ask(Command::RemoveRoute { slot });
    }
}
