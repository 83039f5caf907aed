//! The compressor: what becomes of every level.

use cultivar_patch::schema::{Bands, ids};
use egui::{Rect, Sense, Stroke, WidgetInfo, pos2};

use super::cards::{menu, picture};
use super::{Card, Knob, knob_row};
use crate::curves::compressed;
use crate::desk::Desk;
use crate::layout::Cut;
use crate::paint::filled_curve;
use crate::theme::Palette;
use crate::widgets::drag_params;

/// Height of the card.
pub(super) const HEIGHT: f32 = 150.0;
/// Least and greatest level drawn, in decibels.
const LEVELS: [f32; 2] = [-72.0, 6.0];

/// Draws the curve and two rows of knobs: what it does to levels, what it gives back.
pub(super) fn fill(ui: &mut egui::Ui, desk: &mut Desk, mut card: Card) {
    let c = &ids().compressor;
    menu(ui, desk, &mut card, 96.0, c.bands);
    let frame = picture(ui, &mut card, 0.28);
    curve(ui, desk, &card, frame);
    let upper = card.body.cut_top(card.body.height() / 2.0);
    let first = [c.threshold, c.ratio, c.lift, c.attack, c.release].map(|id| card.knob(desk, id));
    knob_row(ui, desk, upper, &first);
    let one = Bands::of(desk.value(c.bands)) == Bands::One;
    let dim = !desk.on(card.on) || one;
    let band = |id| Knob::new(id, card.hue).dim(dim);
    let plain = |id| card.knob(desk, id);
    let second = [band(c.low), band(c.mid), band(c.high), plain(c.gain), plain(c.mix)];
    knob_row(ui, desk, card.body, &second);
}

/// Level out over level in; dragging moves threshold and press.
fn curve(ui: &mut egui::Ui, desk: &mut Desk, card: &Card, rect: Rect) {
    let p = Palette::of(ui);
    let c = &ids().compressor;
    let hand = ui.interact(rect, ui.scope_id().with("levels"), Sense::drag());
    hand.widget_info(|| WidgetInfo::labeled(egui::Role::Image, true, "Levels of the compressor"));
    let motion = hand.drag_motion();
    let span = LEVELS[1] - LEVELS[0];
    let threshold = desk.value(c.threshold) + motion.x / rect.width() * span;
    let press = desk.value(c.ratio) + motion.y / rect.height();
    drag_params(desk, &hand, &[(c.threshold, threshold), (c.ratio, press)]);

    let part = |db: f32| (db - LEVELS[0]) / span;
    let place = |level: f32, out: f32| {
        let up = part(out).clamp(-0.1, 1.1);
        pos2(rect.left() + rect.width() * part(level), rect.bottom() - rect.height() * up)
    };
    let painter = ui.painter().with_clip_rect(rect);
    let (low, high) = (LEVELS[0], LEVELS[1]);
    painter.line_segment([place(low, low), place(high, high)], Stroke::new(1.0, p.line));
    let threshold = desk.value(c.threshold);
    let x = place(threshold, 0.0).x;
    painter.vline(x, rect.y_range(), Stroke::new(1.0, p.line));
    let (press, lift) = (desk.value(c.ratio), desk.value(c.lift));
    let (gain, mix) = (desk.value(c.gain), desk.value(c.mix));
    let out = |level: f32| {
        let wet = 10.0_f32.powf((compressed(level, threshold, press, lift) + gain) / 20.0);
        let dry = 10.0_f32.powf(level / 20.0);
        20.0 * (dry + (wet - dry) * mix).max(1e-6).log10()
    };
    let points = (0..=96).map(|n| low + (high - low) * n as f32 / 96.0);
    let points = points.map(|level| place(level, out(level))).collect();
    filled_curve(&painter, points, rect.bottom(), card.ink(ui, desk), 1.8);
    painter.circle_filled(place(threshold, out(threshold)), 3.0, card.ink(ui, desk));
    hand.on_hover_text("Drag: left and right for the threshold, down to press harder");
}
