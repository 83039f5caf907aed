//! The family's line: its litters from the first to the last, and the way back to each.

use egui::{Align2, CornerRadius, Rect, ScrollArea, Sense, Stroke, WidgetInfo, pos2, vec2};

use super::KEYS;
use crate::desk::Desk;
use crate::layout::Cut;
use crate::paint::text_in;
use crate::theme::{PAD, Palette, TITLE, WELL_ROUND, Weight, size};
use crate::view::LitterRow;
use crate::widgets::panel;
use crate::{Breeding, Command};

/// Height of a row.
const ROW: f32 = 36.0;

/// Draws the panel, the newest litter first.
pub(super) fn show(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    let p = Palette::of(ui);
    panel(ui, rect);
    let mut body = rect.shrink2(vec2(PAD, 4.0));
    let title = body.cut_top(TITLE);
    let (align, points) = (Align2::LEFT_CENTER, size::BODY);
    text_in(ui.painter(), title, align, "Family line", points, Weight::Bold, p.text);
    let litters = &desk.view.family.litters;
    if litters.is_empty() {
        let words = "Every litter stays here, to go back to.";
        let line = body.cut_top(20.0);
        text_in(ui.painter(), line, align, words, size::SMALL, Weight::Regular, p.faint);
        return;
    }
    let mut ui = ui.new_child(egui::UiBuilder::new().max_rect(body));
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().auto_shrink(false).show_rows(
        &mut ui,
        ROW,
        litters.len(),
        |ui, range| {
            for line in range {
                let (_, room) = ui.allocate_space(vec2(ui.available_width(), ROW));
                let k = litters.len() - 1 - line;
                row(ui, desk, room, k, &litters[k]);
            }
        },
    );
}

fn row(ui: &mut egui::Ui, desk: &mut Desk, mut rect: Rect, k: usize, litter: &LitterRow) {
    let p = Palette::of(ui);
    let shown = desk.view.family.litter == Some(k);
    let response = ui.interact(rect, ui.scope_id().with(("litter", k)), Sense::click());
    let name = format!("Show {}", litter.title);
    response.widget_info(|| WidgetInfo::selected(egui::Role::ListBoxOption, true, shown, &name));
    let stem = rect.cut_left(20.0);
    let painter = ui.painter();
    let (top, bottom) = (stem.top(), stem.bottom());
    let x = stem.left() + 7.0;
    let last = k + 1 == desk.view.family.litters.len();
    let from = if last { stem.center().y } else { top };
    let to = if k == 0 { stem.center().y } else { bottom };
    painter.vline(x, from..=to, Stroke::new(1.5, p.stem));
    let ink = if shown { p.leaf } else { p.stem };
    let fill = if shown { p.leaf } else { p.panel };
    painter.circle(pos2(x, stem.center().y), 5.0, fill, Stroke::new(1.8, ink));
    if response.hovered() && !shown {
        painter.rect_filled(rect, CornerRadius::same(WELL_ROUND), p.raised);
    }
    let mut inner = rect.shrink2(vec2(6.0, 3.0));
    let mut upper = inner.cut_top(inner.height() / 2.0);
    let seed = format!("seed {:X}", litter.seed & 0xffff);
    let place = upper.cut_right(66.0);
    let write = |rect: Rect, align: Align2, words: &str, weight, ink| {
        text_in(painter, rect, align, words, size::TINY, weight, ink);
    };
    let ink = if shown { p.leaf } else { p.text };
    write(place, Align2::RIGHT_CENTER, &seed, Weight::Regular, p.faint);
    write(upper, Align2::LEFT_CENTER, &litter.title, Weight::Bold, ink);
    let planted = litter.planted.and_then(|(_, child)| KEYS.get(child));
    let names = litter.parents.join(" × ");
    let words = planted.map_or(names.clone(), |key| format!("{key}: {names}"));
    write(inner, Align2::LEFT_CENTER, &words, Weight::Regular, p.muted);
    if response.clicked() && !shown {
        desk.ask(Command::Breed(Breeding::ShowLitter(k)));
    }
}
