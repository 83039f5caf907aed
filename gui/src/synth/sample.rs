//! A short recording beside the oscillators.

use cultivar_patch::schema::ids;
use egui::{Align2, Rect, vec2};

use crate::desk::Desk;
use crate::layout::Cut;
use crate::paint::text_in;
use crate::theme::{CHIP, Palette, WELL_ROUND, Weight, size};
use crate::widgets::{Knob, knob_row, section, select};

/// Draws the knobs of the recording.
pub(crate) fn show(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    let p = Palette::of(ui);
    let sample = &ids().sample;
    let (mut line, mut body) = section(ui, desk, rect, "Sample", p.target, Some(sample.on));
    select(ui, desk, line.cut_right(78.0).shrink2(vec2(0.0, 4.0)), sample.to);
    let off = !desk.on(sample.on);
    let knob = |id| Knob::new(id, p.target).dim(off);
    let upper = body.cut_top(body.height() / 2.0);
    knob_row(ui, desk, upper, &[sample.level, sample.pan, sample.tune, sample.start].map(knob));
    body.cut_top(2.0);
    let mut field = body.cut_left(body.width() / 2.0);
    field.cut_right(4.0);
    recording(ui, field.cut_top(field.height() / 2.0).shrink2(vec2(0.0, 2.0)));
    let menu = Rect::from_center_size(field.center(), vec2(field.width(), CHIP));
    select(ui, desk, menu, sample.looped);
    knob_row(ui, desk, body, &[sample.fine, sample.key].map(knob));
}

/// The name of the recording.
fn recording(ui: &egui::Ui, rect: Rect) {
    let p = Palette::of(ui);
    ui.painter().rect_filled(rect, WELL_ROUND, p.ground);
    let inner = rect.shrink2(vec2(7.0, 0.0));
    let words = "No recording";
    text_in(ui.painter(), inner, Align2::LEFT_CENTER, words, size::TINY, Weight::Regular, p.faint);
}
