//! An oscillator.

use cultivar_patch::Table;
use cultivar_patch::schema::ids;
use egui::{Rect, vec2};

use crate::desk::Desk;
use crate::icons::Icon;
use crate::layout::Cut;
use crate::theme::Palette;
use crate::widgets::{Knob, dropdown, icon_button, knob_row, section, select, waterfall, well};
use crate::{Command, Purpose};

/// Draws oscillator `k`.
pub(crate) fn show(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect, k: usize) {
    let p = Palette::of(ui);
    let osc = &ids().osc[k];
    let hue = p.osc(k);
    let title = ["Oscillator A", "Oscillator B", "Oscillator C"][k];
    let (mut line, mut body) = section(ui, desk, rect, title, hue, Some(osc.on));
    let off = !desk.on(osc.on);
    let slim = vec2(0.0, 4.0);
    select(ui, desk, line.cut_right(84.0).shrink2(slim), osc.to);
    line.cut_right(5.0);
    select(ui, desk, line.cut_right(78.0).shrink2(slim), osc.warp);
    line.cut_right(5.0);
    table(ui, desk, line.shrink2(slim), k);

    let picture = body.cut_left((body.width() * 0.345).min(240.0));
    well(ui, picture);
    let lit = if off { p.faint.gamma_multiply(0.6) } else { hue };
    waterfall(ui, desk, picture, k, lit);
    body.cut_left(8.0);
    let unwarped = desk.value(osc.warp) < 0.5;
    let large = |id| Knob::new(id, hue).dim(off);
    let small = |id| Knob::small(id, hue).dim(off);
    let first = [
        large(osc.position),
        large(osc.bend).named("Warp").dim(off || unwarped),
        large(osc.level),
        large(osc.pan),
        large(osc.tune),
        large(osc.voices),
        large(osc.detune).dim(off || desk.value(osc.voices) < 1.5),
    ];
    let upper = body.cut_top(body.height() * 0.57);
    body.cut_top(2.0);
    knob_row(ui, desk, upper, &first);
    let second = [osc.phase, osc.scatter, osc.key, osc.fine, osc.blend, osc.spread];
    for (id, column) in second.into_iter().zip([0, 1, 3, 4, 5, 6]) {
        let single = desk.value(osc.voices) < 1.5 && [osc.blend, osc.spread].contains(&id);
        small(id).dim(off || single).show(ui, desk, body.column(column, 7, 0.0));
    }
}

/// The wavetable's name, its neighbours in the list, a menu of all of them.
fn table(ui: &mut egui::Ui, desk: &mut Desk, mut rect: Rect, k: usize) {
    let p = Palette::of(ui);
    let list = desk.view.factory_tables;
    let current = match &desk.view.preset.tables[k] {
        Table::Factory(id) => list.iter().position(|table| table.id == *id),
        Table::Own(_) => None,
    };
    let name = ["A", "B", "C"][k];
    let mut wish = None;
    let step = |by: usize| match current {
        Some(at) => (at + by) % list.len().max(1),
        None => 0,
    };
    let next = format!("Next wavetable of {name}");
    if icon_button(ui, rect.cut_right(18.0), Icon::Right, &next, p.muted, true).clicked() {
        wish = list.get(step(1));
    }
    let previous = format!("Previous wavetable of {name}");
    if icon_button(ui, rect.cut_right(18.0), Icon::Left, &previous, p.muted, true).clicked() {
        wish = list.get(step(list.len().saturating_sub(1)));
    }
    rect.cut_right(2.0);
    let shown = current.map_or(desk.view.tables[k].name(), |at| list[at].title.as_str());
    let mut open_file = false;
    dropdown(ui, rect, &format!("Wavetable {name}"), shown, |ui| {
        open_file = ui.button("Load a file…").clicked();
        ui.separator();
        for (at, table) in list.iter().enumerate() {
            if ui.selectable_label(current == Some(at), table.title.as_str()).clicked() {
                wish = Some(table);
                ui.close();
            }
        }
    });
    if open_file {
        desk.ask(Command::OpenFileDialog(Purpose::Table(k)));
    }
    if let Some(table) = wish {
        desk.ask(Command::SetTable { osc: k, table: Table::Factory(table.id.clone()) });
    }
}
