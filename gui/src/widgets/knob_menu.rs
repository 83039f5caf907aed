//! What a knob says and offers: its tooltip, its menu with the routes that move it.

use cultivar_patch::{Id, schema::ids};
use egui::{Response, RichText};

use super::select::source_menu;
use crate::desk::{Desk, Wire, module_name};
use crate::memory::Typing;
use crate::theme::{Palette, Weight, font, size};
use crate::{Command, Gesture};

/// The schema's sentence, the value, the routes.
pub(crate) fn tip(ui: &mut egui::Ui, desk: &Desk, id: Id) {
    let p = Palette::of(ui);
    let def = id.def();
    ui.set_max_width(260.0);
    ui.label(
        RichText::new(format!("{} · {}", module_name(def), def.name))
            .font(font(size::SMALL, Weight::Bold)),
    );
    ui.label(RichText::new(desk.shown(id)).color(p.leaf));
    ui.label(RichText::new(def.doc).color(p.muted));
    for wire in desk.wires_to(id) {
        let line = format!("{}  {}", desk.source_name(wire.source), amount_text(id, wire.amount));
        ui.label(RichText::new(line).color(p.mauve));
    }
}

/// A route's amount in the unit of what it moves.
pub(crate) fn amount_text(id: Id, amount: f32) -> String {
    use cultivar_patch::Unit;
    let def = id.def();
    let reach = amount * def.span();
    match def.unit {
        Unit::Semitones | Unit::Note => format!("{reach:+.1} st"),
        Unit::Decibels => format!("{reach:+.1} dB"),
        Unit::Cents => format!("{reach:+.0} ¢"),
        Unit::LogSeconds | Unit::LogHertz => format!("× {:.2}", reach.exp2()),
        _ => format!("{:+.0} %", amount * 100.0),
    }
    .replace('-', "−")
}

/// The menu of a knob.
pub(crate) fn show(desk: &mut Desk, response: &Response, id: Id) {
    response.context_menu(|ui| {
        let p = Palette::of(ui);
        let def = id.def();
        ui.set_min_width(210.0);
        let title = RichText::new(desk.destination_name(id));
        ui.label(title.font(font(size::SMALL, Weight::Bold)));
        if ui.button("Reset").clicked() {
            desk.set(id, def.default, Gesture::Once);
            ui.close();
        }
        if ui.button("Type a value…").clicked() {
            let text = def.text(desk.value(id));
            desk.memory.typing = Some(Typing { id, text, fresh: true });
            ui.close();
        }
        let macros = &ids().macros;
        let named = macros.iter().position(|m| m.value == id);
        if let Some(k) = named.filter(|_| ui.button("Rename…").clicked()) {
            desk.memory.naming = Some((k, desk.view.preset.macros[k].clone()));
            ui.close();
        }
        if !def.modulated {
            return;
        }
        ui.separator();
        let wires: Vec<Wire> = desk.wires_to(id).collect();
        for wire in wires {
            ui.horizontal(|ui| {
                let name = desk.source_name(wire.source);
                ui.label(RichText::new(&name).color(p.mauve));
                amount(ui, desk, wire, &name);
                if ui.button("Remove").clicked() {
                    desk.ask(Command::RemoveRoute { slot: wire.slot });
                }
            });
        }
        ui.menu_button("Modulate with", |ui| {
            if let Some(source) = source_menu(ui, desk) {
                desk.connect(ui.ctx(), source, id);
                ui.close();
            }
        });
    });
}

/// A number that is dragged: how far a route moves its destination.
fn amount(ui: &mut egui::Ui, desk: &mut Desk, wire: Wire, name: &str) {
    let id = ids().route[wire.slot].amount;
    let mut percent = wire.amount * 100.0;
    let field = egui::DragValue::new(&mut percent)
        .range(-100.0..=100.0)
        .speed(0.5)
        .max_decimals(0)
        .suffix(" %");
    let response = ui.add(field).accessible_name(format!("Amount of {name}"));
    if response.drag_started() {
        desk.set(id, wire.amount, Gesture::Begin);
    }
    if response.changed() {
        let gesture = if response.dragged() { Gesture::Change } else { Gesture::Once };
        desk.set(id, percent / 100.0, gesture);
    }
    if response.drag_stopped() {
        desk.set(id, wire.amount, Gesture::End);
    }
}
