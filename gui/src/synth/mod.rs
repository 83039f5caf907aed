//! The Synth page: the whole voice on one screen, the modulators beside it.

mod filters;
mod osc;

use egui::Rect;

use crate::desk::Desk;
use crate::layout::Cut;
use crate::theme::GAP;

/// Draws the page.
pub(crate) fn show(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    let mut rest = rect.shrink(8.0);
    let mut left = rest.cut_left((rest.width() - GAP) * 0.515);
    rest.cut_left(GAP);
    let height = (left.height() - 3.0 * GAP) / 4.0;
    for k in 0..3 {
        osc::show(ui, desk, left.cut_top(height), k);
        left.cut_top(GAP);
    }
    filters::show(ui, desk, rest.cut_top(168.0));
}
