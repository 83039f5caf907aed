//! The macros, what is played by hand, and the first routes.

use cultivar_patch::schema::{Source, ids};
use egui::{Align2, Rect, Sense, WidgetInfo, pos2, vec2};

use crate::Command;
use crate::desk::Desk;
use crate::layout::Cut;
use crate::memory::Tab;
use crate::paint::text_in;
use crate::theme::{PAD, Palette, Weight, font, size};
use crate::widgets::{Knob, amount_text, panel, source_chip, source_colour, source_grip};

/// What the hand that plays moves, in short.
const PLAYED: [(Source, &str); 8] = [
    (Source::Velocity, "Vel"),
    (Source::Lift, "Lift"),
    (Source::Key, "Key"),
    (Source::Wheel, "Wheel"),
    (Source::Bend, "Bend"),
    (Source::Pressure, "Press"),
    (Source::Slide, "Slide"),
    (Source::Random, "Rnd"),
];

/// Draws eight macros, below them what is played and, beside them, the routes that were made
/// first.
pub(crate) fn show(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    let p = Palette::of(ui);
    panel(ui, rect);
    let mut body = rect.shrink2(vec2(PAD - 4.0, 6.0));
    let routes = body.cut_right(body.width() * 0.36);
    ui.painter().vline(body.right() + 3.0, body.y_range(), egui::Stroke::new(1.0, p.line));
    let played = body.cut_bottom(18.0);
    for (k, (source, name)) in PLAYED.into_iter().enumerate() {
        source_chip(ui, desk, played.column(k, PLAYED.len(), 3.0), source, name);
    }
    body.cut_bottom(2.0);
    for k in 0..8 {
        let mut cell = body.column(k, 8, 0.0);
        let grip = cell.cut_bottom(14.0);
        let own = &desk.view.preset.macros[k];
        let name = if own.is_empty() { format!("M{}", k + 1) } else { own.clone() };
        let naming = desk.memory.naming.as_ref().is_some_and(|(at, _)| *at == k);
        let knob = Knob::small(ids().macros[k].value, p.amber);
        let shown = if naming { "" } else { name.as_str() };
        knob.named(shown).show(ui, desk, cell);
        if naming {
            rename(
                ui,
                desk,
                Rect::from_center_size(
                    pos2(cell.center().x, cell.bottom() - 7.0),
                    vec2(cell.width() + 8.0, 16.0),
                ),
                k,
            );
        }
        source_grip(ui, desk, grip, Source::of(Source::Macro1.value() + k as f32));
    }
    first_routes(ui, desk, routes.shrink2(vec2(8.0, 0.0)));
}

fn rename(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect, k: usize) {
    let Some((_, mut name)) = desk.memory.naming.take() else { return };
    let field = egui::TextEdit::singleline(&mut name)
        .font(font(size::TINY, Weight::Regular))
        .align(Align2::CENTER_CENTER)
        .char_limit(16)
        .margin(vec2(2.0, 0.0));
    let response = ui.put(rect, field).accessible_name(format!("Name of macro {}", k + 1));
    if !response.has_focus() && !response.lost_focus() {
        response.request_focus();
    }
    if !response.lost_focus() {
        desk.memory.naming = Some((k, name));
    } else if !ui.input(|i| i.key_pressed(egui::Key::Escape)) {
        desk.ask(Command::NameMacro { index: k, name: name.trim().to_owned() });
    }
}

fn first_routes(ui: &mut egui::Ui, desk: &mut Desk, mut rect: Rect) {
    let p = Palette::of(ui);
    let response = ui.interact(rect, ui.scope_id().with("first routes"), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, "Show all routes"));
    if response.clicked() {
        desk.memory.tab = Tab::Routes;
    }
    let ink = if response.hovered() { p.text } else { p.muted };
    let title = format!("Routes  {} / 32", desk.wires.len());
    let write = |rect: Rect, align: Align2, words: &str, ink| {
        text_in(ui.painter(), rect, align, words, size::TINY, Weight::Regular, ink);
    };
    write(rect.cut_top(17.0), Align2::LEFT_CENTER, &title, ink);
    if desk.wires.is_empty() {
        write(rect, Align2::LEFT_TOP, "Drag a handle onto a knob", p.faint);
        return;
    }
    let rows = (rect.height() / 15.5).floor().max(1.0) as usize;
    for wire in desk.wires.iter().take(rows) {
        let mut row = rect.cut_top(15.5);
        let source = desk.source_name(wire.source);
        write(row.cut_left(54.0), Align2::LEFT_CENTER, &source, source_colour(p, wire.source));
        let Some(id) = wire.destination else { continue };
        write(row.cut_right(52.0), Align2::RIGHT_CENTER, &amount_text(id, wire.amount), p.muted);
        let to = format!("→ {}", desk.short_name(id));
        write(row, Align2::LEFT_CENTER, &to, p.text);
    }
}
