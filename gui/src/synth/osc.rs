//! An oscillator.

use cultivar_patch::schema::ids;
use egui::Rect;

use crate::desk::Desk;
use crate::layout::Cut;
use crate::theme::Palette;
use crate::widgets::{Knob, knob_row, section, select, well};

/// Draws oscillator `k`.
pub(crate) fn show(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect, k: usize) {
    let p = Palette::of(ui);
    let osc = &ids().osc[k];
    let hue = p.osc(k);
    let title = ["Oscillator A", "Oscillator B", "Oscillator C"][k];
    let (mut line, mut body) = section(ui, desk, rect, title, hue, Some(osc.on));
    let off = !desk.on(osc.on);
    select(ui, desk, line.cut_right(92.0).shrink2(egui::vec2(0.0, 4.0)), osc.to);
    line.cut_right(6.0);
    select(ui, desk, line.cut_right(84.0).shrink2(egui::vec2(0.0, 4.0)), osc.warp);
    well(ui, body.cut_left(190.0));
    body.cut_left(8.0);
    let large = |id| Knob::new(id, hue).dim(off);
    let small = |id| Knob::small(id, hue).dim(off);
    let first = [
        large(osc.position),
        large(osc.level),
        large(osc.pan),
        large(osc.tune),
        large(osc.voices),
        large(osc.detune),
        large(osc.bend).named("Warp"),
    ];
    let second = [
        small(osc.phase),
        small(osc.scatter),
        small(osc.key),
        small(osc.fine),
        small(osc.blend),
        small(osc.spread),
    ];
    let upper = body.cut_top(body.height() * 0.58);
    knob_row(ui, desk, upper, &first);
    knob_row(ui, desk, body, &second);
}
