//! An oscillator.

use cultivar_patch::Table;
use cultivar_patch::schema::{Warp, ids};
use egui::{Rect, vec2};

use crate::desk::Desk;
use crate::layout::Cut;
use crate::theme::Palette;
use crate::widgets::{Chooser, Knob, Pick, knob_row, section, select, waterfall, well};
use crate::{Command, Purpose};

/// Height of the menus below the picture.
const MENUS: f32 = 22.0;

/// Draws oscillator `k`.
pub(crate) fn show(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect, k: usize) {
    let p = Palette::of(ui);
    let osc = &ids().osc[k];
    let hue = p.osc(k);
    let title = ["Oscillator A", "Oscillator B", "Oscillator C"][k];
    let (mut line, mut body) = section(ui, desk, rect, title, hue, Some(osc.on));
    let slim = vec2(0.0, 4.0);
    let heard = Warp::of(desk.value(osc.warp)).listens().then_some((osc.from, 82.0));
    for (id, width) in [(osc.to, 78.0), (osc.stack, 86.0)].into_iter().chain(heard) {
        select(ui, desk, line.cut_right(width).shrink2(slim), id);
        line.cut_right(4.0);
    }
    table(ui, desk, line.shrink2(slim), k);
    let mut picture = body.cut_left((body.width() * 0.345).min(240.0));
    body.cut_left(8.0);
    well(ui, picture);
    bends(ui, desk, picture.cut_bottom(MENUS), k);
    let lit = if desk.on(osc.on) { hue } else { p.faint.gamma_multiply(0.6) };
    waterfall(ui, desk, picture, k, lit);
    knobs(ui, desk, body, k);
}

/// What is done to the table: to its harmonics, and to the phase that reads it.
fn bends(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect, k: usize) {
    let osc = &ids().osc[k];
    let mut row = rect.shrink2(vec2(3.0, 0.0));
    row.max.y -= 3.0;
    for (column, id) in [osc.spectral, osc.warp].into_iter().enumerate() {
        select(ui, desk, row.column(column, 2, 2.0), id);
    }
}

fn knobs(ui: &mut egui::Ui, desk: &mut Desk, mut rect: Rect, k: usize) {
    let osc = &ids().osc[k];
    let hue = Palette::of(ui).osc(k);
    let off = !desk.on(osc.on);
    let large = |id| Knob::new(id, hue).dim(off);
    let idle = |id| off || desk.value(id) < 0.5;
    let single = off || desk.value(osc.voices) < 1.5;
    let first = [
        large(osc.position),
        large(osc.morph).dim(idle(osc.spectral)),
        large(osc.bend).named("Warp").dim(idle(osc.warp)),
        large(osc.level),
        large(osc.pan),
        large(osc.tune),
        large(osc.voices),
        large(osc.detune).dim(single),
    ];
    let upper = rect.cut_top(rect.height() * 0.57);
    rect.cut_top(2.0);
    knob_row(ui, desk, upper, &first);
    let second = [
        (osc.phase, 0),
        (osc.scatter, 1),
        (osc.key, 3),
        (osc.fine, 4),
        (osc.curve, 5),
        (osc.spread, 6),
        (osc.blend, 7),
    ];
    for (id, column) in second {
        let dim = if column > 4 { single } else { off };
        Knob::small(id, hue).dim(dim).show(ui, desk, rect.column(column, 8, 0.0));
    }
}

/// The wavetable's name, its neighbours in the list, a menu of all of them.
fn table(ui: &mut egui::Ui, desk: &mut Desk, mut rect: Rect, k: usize) {
    let list = desk.view.factory_tables;
    let current = match &desk.view.preset.tables[k] {
        Table::Factory(id) => list.iter().position(|table| table.id == *id),
        Table::Own(_) => None,
    };
    let shown = current.map_or(desk.view.tables[k].name(), |at| list[at].title.as_str());
    let letter = ["A", "B", "C"][k];
    let chooser = Chooser {
        name: &format!("Wavetable {letter}"),
        kind: &format!("wavetable of {letter}"),
        file: "Load a file…",
        list,
        current,
        shown,
    };
    let arrows = rect.cut_right(Chooser::ARROWS);
    rect.cut_right(2.0);
    match chooser.show(ui, rect, arrows) {
        Some(Pick::File) => desk.ask(Command::OpenFileDialog(Purpose::Table(k))),
        Some(Pick::Factory(id)) => {
            desk.ask(Command::SetTable { osc: k, table: Table::Factory(id) });
        }
        None => {}
    }
}
