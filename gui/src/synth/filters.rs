//! The two filters.

use cultivar_patch::schema::{Model, ids};
use egui::{Rect, vec2};

use crate::desk::Desk;
use crate::layout::Cut;
use crate::responses::morph_name;
use crate::theme::{GAP, Palette};
use crate::widgets::{Knob, knob_row, response, section, select};

/// Room for a cutoff in hertz.
const CUTOFF: f32 = 50.0;

/// Draws both filters side by side.
pub(crate) fn show(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    for k in 0..2 {
        filter(ui, desk, rect.column(k, 2, GAP), k);
    }
}

fn filter(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect, k: usize) {
    let p = Palette::of(ui);
    let filter = &ids().filter[k];
    let title = ["Filter 1", "Filter 2"][k];
    let (mut line, mut body) = section(ui, desk, rect, title, p.coral, Some(filter.on));
    let slim = vec2(0.0, 4.0);
    select(ui, desk, line.cut_right(98.0).shrink2(slim), filter.model);
    if k == 1 {
        line.cut_right(4.0);
        select(ui, desk, line.cut_right(74.0).shrink2(slim), ids().voice.filters);
    }
    let mut knobs = body.cut_bottom(57.0);
    body.cut_bottom(3.0);
    response(ui, desk, body, &format!("Response of filter {}", k + 1), filter.into());
    let off = !desk.on(filter.on);
    let knob = |id| Knob::new(id, p.coral).dim(off);
    knob(filter.cutoff).show(ui, desk, knobs.cut_left(CUTOFF));
    let mut rest = vec![knob(filter.resonance), knob(filter.drive)];
    let morph = morph_name(Model::of(desk.value(filter.model)));
    rest.extend(morph.map(|name| knob(filter.morph).named(name)));
    rest.extend([knob(filter.key), knob(filter.mix)]);
    knob_row(ui, desk, knobs, &rest);
}
