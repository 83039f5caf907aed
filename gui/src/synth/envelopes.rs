//! The four envelopes, one at a time.

use cultivar_patch::schema::{Source, ids};
use egui::{Rect, vec2};

use crate::desk::Desk;
use crate::layout::Cut;
use crate::theme::{CHIP, PAD, Palette, TITLE};
use crate::widgets::{Knob, chip, chip_width, envelope, knob_row, panel, source_grip};

/// Draws the tabs, the chosen envelope and its knobs.
pub(crate) fn show(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    let p = Palette::of(ui);
    panel(ui, rect);
    let mut body = rect.shrink2(vec2(PAD, 0.0));
    body.max.y -= 8.0;
    let mut line = body.cut_top(TITLE + 3.0).shrink2(vec2(0.0, (TITLE + 3.0 - CHIP) / 2.0));
    for (k, source) in
        [Source::Env1, Source::Env2, Source::Env3, Source::Env4].into_iter().enumerate()
    {
        let name = ["Env 1 · amp", "Env 2", "Env 3", "Env 4"][k];
        let width = chip_width(ui, name);
        let spoken = format!("Show envelope {}", k + 1);
        if chip(ui, line.cut_left(width), name, &spoken, desk.memory.env == k).clicked() {
            desk.memory.env = k;
        }
        source_grip(ui, desk, line.cut_left(14.0), source);
        line.cut_left(3.0);
    }
    let k = desk.memory.env.min(3);
    let mut knobs = body.cut_right((body.width() * 0.44).max(200.0));
    body.cut_right(8.0);
    envelope(ui, desk, body, k);
    let env = &ids().env[k];
    let small = |id| Knob::small(id, p.leaf);
    let upper = knobs.cut_top(knobs.height() / 2.0);
    let first = [env.attack, env.decay, env.sustain, env.release, env.delay];
    let first = first.map(|id| Knob::new(id, p.leaf));
    knob_row(ui, desk, upper, &first);
    // Each bow stands below its time.
    let bows = [env.attack_curve, env.decay_curve, env.release_curve, env.hold];
    for (id, column) in bows.into_iter().zip([0, 1, 3, 4]) {
        small(id).show(ui, desk, knobs.column(column, 5, 0.0));
    }
}
