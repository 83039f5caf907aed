//! The equaliser: its curve with a point to drag for each band.

use cultivar_patch::schema::{self, BandShape, ids};
use egui::{Rect, Stroke, pos2, vec2};

use super::cards::picture;
use super::{Card, knob_row};
use crate::Gesture;
use crate::desk::Desk;
use crate::layout::Cut;
use crate::paint::filled_curve;
use crate::responses::{EqBand, equaliser_db};
use crate::theme::{CHIP, Palette};
use crate::widgets::{Axes, Knob, drag_params, point, select, wheel_steps};

/// Height of the card.
pub(super) const HEIGHT: f32 = 156.0;

/// Draws the curve and the knobs of the three bands.
pub(super) fn fill(ui: &mut egui::Ui, desk: &mut Desk, mut card: Card) {
    let off = !desk.on(card.on);
    let mix = card.line.cut_right(92.0).shrink2(vec2(0.0, 4.0));
    Knob::field(ids().eq.mix, card.hue).dim(off).show(ui, desk, mix);
    let frame = picture(ui, &mut card, 0.4);
    curve(ui, desk, &card, frame);
    for k in 0..3 {
        band(ui, desk, &card, card.body.column(k, 3, 6.0), k);
    }
}

fn band(ui: &mut egui::Ui, desk: &mut Desk, card: &Card, mut rect: Rect, k: usize) {
    let p = Palette::of(ui);
    let band = &ids().eq_band[k];
    if k > 0 {
        ui.painter().vline(
            rect.left() - 3.0,
            rect.shrink(10.0).y_range(),
            Stroke::new(1.0, p.line),
        );
    }
    select(ui, desk, rect.cut_top(CHIP).shrink2(vec2(2.0, 0.0)), band.shape);
    let upper = rect.cut_top(rect.height() * 0.58);
    let still = !raises(BandShape::of(desk.value(band.shape)));
    let off = !desk.on(card.on);
    let gain = card.knob(desk, band.gain).dim(off || still);
    knob_row(ui, desk, upper, &[card.knob(desk, band.frequency).named("Freq"), gain]);
    Knob::small(band.width, card.hue).dim(off || still).show(ui, desk, rect);
}

/// Whether a band has a gain and a width.
fn raises(shape: BandShape) -> bool {
    !matches!(shape, BandShape::LowCut | BandShape::HighCut)
}

fn sounding(desk: &Desk, band: &schema::EqBand<cultivar_patch::Id>) -> EqBand {
    let now = |id| desk.view.live.value(id).unwrap_or(desk.value(id));
    EqBand {
        shape: BandShape::of(desk.value(band.shape)),
        frequency: now(band.frequency),
        gain: now(band.gain),
        width: now(band.width),
    }
}

/// The curve of all bands, faintly that of each, and their points.
fn curve(ui: &mut egui::Ui, desk: &mut Desk, card: &Card, rect: Rect) {
    let p = Palette::of(ui);
    let axes = Axes::new(rect, 27.0, -27.0);
    let painter = ui.painter().with_clip_rect(rect);
    axes.grid(&painter, p);
    for db in [-12.0, 12.0] {
        painter.hline(rect.x_range(), axes.y(db), Stroke::new(1.0, p.panel.gamma_multiply(0.6)));
    }
    let ink = card.ink(ui, desk);
    let bands = ids().eq_band.map(|band| sounding(desk, &band));
    let mix = desk.value(ids().eq.mix);
    for band in &bands {
        let alone = axes.line(&Axes::sampled(|note| equaliser_db(&[*band], mix, note)));
        painter.line(alone, Stroke::new(1.0, ink.gamma_multiply(0.3)));
    }
    let all = axes.line(&Axes::sampled(|note| equaliser_db(&bands, mix, note)));
    filled_curve(&painter, all, axes.y(0.0), ink, 1.8);
    for (k, band) in ids().eq_band.iter().enumerate() {
        let raised = raises(BandShape::of(desk.value(band.shape)));
        let height = if raised { desk.value(band.gain) } else { 0.0 };
        let at = pos2(axes.x(desk.value(band.frequency)), axes.y(height));
        let (response, pointer) = point(ui, at, 4.0, &format!("Equaliser band {}", k + 1), ink);
        let [note, db] = axes.at(pointer.unwrap_or(at));
        let wishes = [(band.frequency, note), (band.gain, db)];
        drag_params(desk, &response, if raised { &wishes } else { &wishes[..1] });
        let steps = wheel_steps(ui, &response);
        if steps != 0.0 && raised {
            desk.set(band.width, desk.value(band.width) + 0.1 * steps, Gesture::Once);
        }
        if response.double_clicked() && raised {
            desk.set(band.gain, 0.0, Gesture::Once);
        }
        response.on_hover_text("Drag for frequency and gain; the wheel makes it wider");
    }
}
