//! The response of a filter.

use cultivar_patch::schema::{Model, ids};
use egui::{Align2, Rect, Sense, Stroke, WidgetInfo, pos2};

use super::{drag_params, well};
use crate::curves::filter_db;
use crate::desk::Desk;
use crate::paint::{filled_curve, text};
use crate::theme::{Palette, Weight, size};

/// Lowest and highest pitch drawn, about 20 Hz to 20 kHz.
const PITCHES: [f32; 2] = [16.0, 136.0];
/// Greatest and least gain drawn, in decibels.
const GAINS: [f32; 2] = [24.0, -42.0];
/// Points of the curve.
const POINTS: usize = 150;

/// Draws the response of filter `k`; dragging moves cutoff and resonance.
pub(crate) fn response(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect, k: usize) {
    let p = Palette::of(ui);
    well(ui, rect);
    let filter = &ids().filter[k];
    let hand = ui.interact(rect, ui.scope_id().with(("response", k)), Sense::drag());
    let name = format!("Response of filter {}", k + 1);
    hand.widget_info(|| WidgetInfo::labeled(egui::Role::Image, true, &name));
    let motion = hand.drag_motion();
    let cutoff = desk.value(filter.cutoff) + motion.x / rect.width() * (PITCHES[1] - PITCHES[0]);
    let resonance = desk.value(filter.resonance) - motion.y / rect.height();
    drag_params(desk, &hand, &[(filter.cutoff, cutoff), (filter.resonance, resonance)]);

    let x =
        |note: f32| rect.left() + rect.width() * (note - PITCHES[0]) / (PITCHES[1] - PITCHES[0]);
    let y = |db: f32| rect.top() + rect.height() * (GAINS[0] - db) / (GAINS[0] - GAINS[1]);
    let painter = ui.painter().with_clip_rect(rect);
    for hertz in [100.0_f32, 1000.0, 10_000.0] {
        let note = 69.0 + 12.0 * (hertz / 440.0).log2();
        painter.vline(x(note), rect.y_range(), Stroke::new(1.0, p.panel));
        let words = if hertz < 1000.0 {
            "100"
        } else if hertz < 10_000.0 {
            "1k"
        } else {
            "10k"
        };
        let at = pos2(x(note) + 3.0, rect.bottom() - 2.0);
        text(&painter, at, Align2::LEFT_BOTTOM, words, size::TINY - 1.5, Weight::Regular, p.faint);
    }
    painter.hline(rect.x_range(), y(0.0), Stroke::new(1.0, p.panel));
    let on = desk.on(filter.on);
    let now = |id| desk.view.live.value(id).filter(|_| on).unwrap_or(desk.value(id));
    let model = Model::of(desk.value(filter.model));
    let (cutoff, resonance, mix) = (now(filter.cutoff), now(filter.resonance), now(filter.mix));
    let key = ([cutoff, resonance, mix].map(f32::to_bits), model as usize);
    let slot = ui.scope_id().with(("gain", k));
    let gains = desk.memory.curves.get(slot, key, || {
        let at = |n: usize| PITCHES[0] + (PITCHES[1] - PITCHES[0]) * n as f32 / (POINTS - 1) as f32;
        (0..POINTS).map(|n| filter_db(model, cutoff, resonance, mix, at(n))).collect()
    });
    let across = |n: usize| rect.left() + rect.width() * n as f32 / (POINTS - 1) as f32;
    let curve = gains.iter().enumerate().map(|(n, db)| pos2(across(n), y(db.clamp(-60.0, 40.0))));
    let ink = if on { p.coral } else { p.faint.gamma_multiply(0.6) };
    filled_curve(&painter, curve.collect(), rect.bottom(), ink, 1.8);
    hand.on_hover_text("Drag: left and right for the cutoff, up and down for the resonance");
}
