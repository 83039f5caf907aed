//! The nine effects, one below the other in the order the sound goes through them.

mod cards;
mod compressor;
mod equaliser;
mod order;
mod pictures;

use cultivar_patch::Id;
use egui::{Color32, Rect, ScrollArea, vec2};

use crate::desk::Desk;
use crate::icons::Icon;
use crate::layout::Cut;
use crate::theme::{GAP, Palette, TITLE};
use crate::widgets::{Knob, icon_button, knob_row, panel, scrolled, section};
use cards::EFFECTS;

/// Height of an effect that is off.
const SLIM: f32 = TITLE;
/// Width of the grip by which a card is dragged.
const GRIP: f32 = 16.0;

/// An effect as a card of the rack.
struct Effect {
    title: &'static str,
    on: Id,
    place: Id,
    hue: fn(&Palette) -> Color32,
    /// Height of the card.
    height: f32,
    /// Draws what differs between effects.
    fill: fn(&mut egui::Ui, &mut Desk, Card),
}

/// Where an effect draws.
struct Card {
    on: Id,
    hue: Color32,
    /// The rest of the title's line.
    line: Rect,
    body: Rect,
}

impl Card {
    /// The colour of its picture.
    fn ink(&self, ui: &egui::Ui, desk: &Desk) -> Color32 {
        if desk.on(self.on) { self.hue } else { Palette::of(ui).faint.gamma_multiply(0.6) }
    }

    fn knob<'a>(&self, desk: &Desk, id: Id) -> Knob<'a> {
        Knob::new(id, self.hue).dim(!desk.on(self.on))
    }

    /// A row of knobs over what is left of the body.
    fn knobs(&self, ui: &mut egui::Ui, desk: &mut Desk, list: &[Id]) {
        let knobs: Vec<Knob> = list.iter().map(|id| self.knob(desk, *id)).collect();
        knob_row(ui, desk, self.body, &knobs);
    }
}

/// Draws the effects; those that are off are a line each.
pub(crate) fn show(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    let order = order::of(desk);
    let mut ui = ui.new_child(egui::UiBuilder::new().max_rect(rect));
    let rack = ScrollArea::vertical().auto_shrink(false).show(&mut ui, |ui| {
        ui.spacing_mut().item_spacing.y = GAP;
        let mut rows = Vec::new();
        for &k in &order {
            let height = if open(desk, k) { EFFECTS[k].height } else { SLIM };
            rows.push(ui.allocate_space(vec2(ui.available_width(), height)).1);
        }
        let mut wish = None;
        for (turn, &k) in order.iter().enumerate() {
            let row = rows[turn];
            if is_pointed_at(desk, k) {
                ui.scroll_to_rect(row, None);
            }
            if ui.is_rect_visible(row) || desk.memory.seen.is_some() {
                card(ui, desk, row, k);
            }
            wish = wish.or(order::moved(ui, desk, &rows, turn, EFFECTS[k].title));
        }
        if let Some((from, to)) = wish {
            order::set(desk, &order, from, to);
        }
    });
    // A wheel that is scrolling does not stop at the first knob that comes under the pointer.
    if desk.memory.rack != rack.state.clamped_offset().y {
        desk.memory.rack = rack.state.clamped_offset().y;
        scrolled(&ui);
    }
}

/// Whether an effect shows all it has: when it is on, and when something of it is pointed at.
fn open(desk: &Desk, k: usize) -> bool {
    desk.on(EFFECTS[k].on) || is_pointed_at(desk, k)
}

fn is_pointed_at(desk: &Desk, k: usize) -> bool {
    let module = |id: Id| id.def().id.split('.').next().map(|word| word.trim_end_matches("_band"));
    desk.memory.pointed.is_some_and(|(id, _)| module(id) == module(EFFECTS[k].on))
}

fn card(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect, k: usize) {
    let effect = &EFFECTS[k];
    desk.show(effect.place);
    let hue = (effect.hue)(Palette::of(ui));
    panel(ui, rect);
    let mut inner = rect;
    inner.cut_left(GRIP - 4.0);
    let (mut line, body) = section(ui, desk, inner, effect.title, hue, Some(effect.on));
    // The buttons that move it up and down stand there.
    line.cut_right(order::BUTTONS);
    if open(desk, k) {
        (effect.fill)(ui, desk, Card { on: effect.on, hue, line, body });
    }
}
