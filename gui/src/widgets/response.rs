//! The response of a filter.

use cultivar_patch::Id;
use cultivar_patch::schema::{Filter, FxFilter, Model};
use egui::{Rect, Sense, WidgetInfo};

use super::{Axes, drag_params, well};
use crate::desk::Desk;
use crate::paint::filled_curve;
use crate::responses::Response;
use crate::theme::Palette;

/// The knobs that the response of a filter depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FilterIds {
    on: Id,
    model: Id,
    cutoff: Id,
    resonance: Id,
    morph: Id,
    mix: Id,
}

impl From<&Filter<Id>> for FilterIds {
    fn from(ids: &Filter<Id>) -> Self {
        let Filter { on, model, cutoff, resonance, morph, mix, .. } = *ids;
        FilterIds { on, model, cutoff, resonance, morph, mix }
    }
}

impl From<&FxFilter<Id>> for FilterIds {
    fn from(ids: &FxFilter<Id>) -> Self {
        let FxFilter { on, model, cutoff, resonance, morph, mix, .. } = *ids;
        FilterIds { on, model, cutoff, resonance, morph, mix }
    }
}

/// Draws the response of a filter, called `name` aloud; dragging moves cutoff and resonance.
pub(crate) fn response(
    ui: &mut egui::Ui,
    desk: &mut Desk,
    rect: Rect,
    name: &str,
    filter: FilterIds,
) {
    let p = Palette::of(ui);
    well(ui, rect);
    let hand = ui.interact(rect, ui.scope_id().with(("response", filter.on)), Sense::drag());
    hand.widget_info(|| WidgetInfo::labeled(egui::Role::Image, true, name));
    let axes = Axes::new(rect, 24.0, -42.0);
    let motion = hand.drag_motion();
    let cutoff = desk.value(filter.cutoff) + axes.way(motion)[0];
    let resonance = desk.value(filter.resonance) - motion.y / rect.height();
    drag_params(desk, &hand, &[(filter.cutoff, cutoff), (filter.resonance, resonance)]);

    let painter = ui.painter().with_clip_rect(rect);
    axes.grid(&painter, p);
    let on = desk.on(filter.on);
    let now = |id| desk.view.live.value(id).filter(|_| on).unwrap_or(desk.value(id));
    let response = Response {
        model: Model::of(desk.value(filter.model)),
        cutoff: now(filter.cutoff),
        resonance: now(filter.resonance),
        morph: now(filter.morph),
        mix: now(filter.mix),
    };
    let slot = ui.scope_id().with(("gain", filter.on));
    let sampled = || Axes::sampled(|note| response.db(note));
    let gains = desk.memory.curves.get(slot, response.key(), sampled);
    let ink = if on { p.coral } else { p.faint.gamma_multiply(0.6) };
    filled_curve(&painter, axes.line(&gains), rect.bottom(), ink, 1.8);
    hand.on_hover_text("Drag: left and right for the cutoff, up and down for the resonance");
}
