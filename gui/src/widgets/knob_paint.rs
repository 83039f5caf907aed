//! How a knob looks.

use std::f32::consts::PI;

use cultivar_patch::{Unit, schema::Source};
use egui::{Align2, Color32, Pos2, Rect, Response, Stroke, pos2, vec2};

use super::knob::{Form, Knob};
use crate::desk::{Desk, Wire};
use crate::paint::{arc, polar, text_in};
use crate::theme::{Palette, WELL_ROUND, Weight, size};

/// Angle of the least value, clockwise from the right.
const FROM: f32 = 0.75 * PI;
/// Angle from the least to the greatest value.
const TURN: f32 = 1.5 * PI;

fn angle(position: f32) -> f32 {
    FROM + TURN * position
}

impl Knob<'_> {
    pub(super) fn paint(&self, ui: &mut egui::Ui, desk: &mut Desk, response: &Response) {
        let hot = response.hovered() || response.dragged() || response.has_focus();
        if self.form == Form::Field {
            self.paint_field(ui, desk, response, hot);
            return;
        }
        let p = Palette::of(ui);
        let cell = response.rect;
        let (r, lines) = match self.form {
            Form::Large => (14.0, 25.0),
            _ => (11.0, 13.0),
        };
        let top = cell.center().y - (2.0 * r + 3.0 + lines) / 2.0;
        let centre = pos2(cell.center().x, top + r + 1.5);
        self.paint_modulation(ui, desk, response, centre, r);
        self.paint_dial(ui, desk, centre, r, hot);
        let pointed = desk.memory.pointed.filter(|(id, _)| *id == self.id);
        if let Some((_, until)) = pointed {
            let left = (until - ui.input(|i| i.time)) as f32;
            if left > 0.0 {
                let ink = p.amber.gamma_multiply(left.min(1.0));
                ui.painter().circle_stroke(centre, r + 7.0, Stroke::new(2.0, ink));
                ui.ctx().request_repaint_after_secs(0.05);
            }
        }
        if response.has_focus() {
            ui.painter().circle_stroke(centre, r + 7.0, Stroke::new(1.0, p.target));
        }
        let name_y = centre.y + r + 9.5;
        let row = |y: f32| {
            Rect::from_center_size(pos2(cell.center().x, y), vec2(cell.width() + 4.0, 14.0))
        };
        if self.is_typed(desk) {
            self.type_in(ui, desk, row(name_y));
            return;
        }
        let shown = desk.shown(self.id);
        let name = self.name.unwrap_or(self.id.def().name);
        let write = |y: f32, words: &str, size: f32, ink: Color32| {
            text_in(ui.painter(), row(y), Align2::CENTER_CENTER, words, size, Weight::Regular, ink);
        };
        if self.form == Form::Small && hot {
            write(name_y, &shown, size::TINY, p.text);
        } else {
            write(name_y, name, size::TINY, if self.dim { p.faint } else { p.muted });
        }
        if self.form == Form::Large {
            write(name_y + 12.0, &shown, size::TINY - 0.5, if hot { p.text } else { p.faint });
        }
    }

    fn paint_field(&self, ui: &mut egui::Ui, desk: &mut Desk, response: &Response, hot: bool) {
        let p = Palette::of(ui);
        let cell = response.rect;
        ui.painter().rect_filled(cell, WELL_ROUND, if hot { p.lifted } else { p.ground });
        self.paint_modulation_frame(ui, desk, response);
        if self.is_typed(desk) {
            self.type_in(ui, desk, cell.shrink2(vec2(8.0, 2.0)));
            return;
        }
        let inner = cell.shrink2(vec2(7.0, 0.0));
        let def = self.id.def();
        let value = desk.shown(self.id);
        let name = self.name.unwrap_or(def.name);
        let write = |align: Align2, words: &str, ink: Color32| {
            text_in(ui.painter(), inner, align, words, size::TINY, Weight::Regular, ink);
        };
        write(Align2::LEFT_CENTER, name, p.muted);
        write(Align2::RIGHT_CENTER, &value, if self.dim { p.faint } else { p.text });
    }

    fn paint_modulation_frame(&self, ui: &egui::Ui, desk: &Desk, response: &Response) {
        let p = Palette::of(ui);
        let dragged = egui::DragAndDrop::payload::<Source>(ui.ctx());
        let wired = desk.wires_to(self.id).next().is_some();
        let glow = match () {
            () if dragged.is_some() && self.id.def().modulated && response.contains_pointer() => {
                0.9
            }
            () if dragged.is_some() && self.id.def().modulated => 0.35,
            () if wired => 0.6,
            () => return,
        };
        let line = Stroke::new(1.0, p.mauve.gamma_multiply(glow));
        ui.painter().rect_stroke(response.rect, WELL_ROUND, line, egui::StrokeKind::Inside);
    }

    fn paint_dial(&self, ui: &egui::Ui, desk: &Desk, centre: Pos2, r: f32, hot: bool) {
        let p = Palette::of(ui);
        let painter = ui.painter();
        let def = self.id.def();
        let value = desk.value(self.id);
        let at = def.position(value);
        let hue = if self.dim { p.faint.gamma_multiply(0.6) } else { self.hue };
        arc(painter, centre, r, angle(0.0), angle(1.0), Stroke::new(3.0, p.line));
        use Unit::{Bipolar, Cents, Pan, Semitones, Slope};
        let centred = matches!(def.unit, Bipolar | Pan | Semitones | Cents | Slope);
        let origin = if centred { def.position(0.0) } else { 0.0 };
        if (at - origin).abs() > 0.004 {
            let (from, to) = (angle(origin.min(at)), angle(origin.max(at)));
            arc(painter, centre, r, from, to, Stroke::new(3.0, hue));
        }
        painter.circle_filled(centre, r - 4.5, if hot { p.lifted } else { p.raised });
        let ink = if self.dim { p.faint } else { p.text };
        let needle = [r - 8.5, r - 3.5].map(|radius| polar(centre, radius, angle(at)));
        painter.line_segment(needle, Stroke::new(2.0, ink));
        if desk.view.saved.is_some_and(|saved| saved[self.id] != value) {
            painter.circle_filled(centre + vec2(r + 1.5, -r + 1.0), 1.7, p.amber);
        }
    }

    /// How far routes reach, where they hold the value now, and whether a source would fit.
    fn paint_modulation(
        &self,
        ui: &egui::Ui,
        desk: &Desk,
        response: &Response,
        centre: Pos2,
        r: f32,
    ) {
        let p = Palette::of(ui);
        let painter = ui.painter();
        let def = self.id.def();
        let at = def.position(desk.value(self.id));
        let wires: Vec<Wire> =
            desk.wires_to(self.id).filter(|wire| wire.source != Source::None).collect();
        let lit = desk.memory.source_hovered;
        if lit.is_some_and(|source| wires.iter().any(|wire| wire.source == source)) {
            painter.circle_filled(centre, r + 7.0, p.mauve.gamma_multiply(0.25));
        }
        if egui::DragAndDrop::has_payload_of_type::<Source>(ui.ctx()) && def.modulated {
            let strength = if response.contains_pointer() { 1.0 } else { 0.35 };
            let line = Stroke::new(1.5, p.mauve.gamma_multiply(strength));
            painter.circle_stroke(centre, r + 5.5, line);
        }
        for wire in &wires {
            let low = if both_ways(desk, wire.source) { at - wire.amount } else { at };
            let high = at + wire.amount;
            let (low, high) = (low.min(high).clamp(0.0, 1.0), low.max(high).clamp(0.0, 1.0));
            arc(painter, centre, r + 4.0, angle(low), angle(high), Stroke::new(2.0, p.mauve));
        }
        if let Some(live) = desk.view.live.value(self.id).filter(|_| !wires.is_empty()) {
            let head = polar(centre, r + 4.0, angle(def.position(live)));
            painter.circle_filled(head, 2.2, p.text);
        }
    }
}

/// Whether a source moves its destinations both up and down.
fn both_ways(desk: &Desk, source: Source) -> bool {
    let lfo = source.value() - Source::Lfo1.value();
    match source {
        Source::Key | Source::Random | Source::Slide | Source::Bend => true,
        Source::Random1 | Source::Random2 => true,
        _ if (0.0..6.0).contains(&lfo) => desk.view.preset.patch.lfo[lfo as usize].polarity < 0.5,
        _ => false,
    }
}
