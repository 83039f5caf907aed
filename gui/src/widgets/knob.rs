//! A knob: value, modulation, and every way to change them.

use std::f32::consts::PI;

use cultivar_patch::{Id, Kind, Unit, schema::Source};
use egui::{Align2, Color32, Key, Rect, Response, Sense, Stroke, accesskit, pos2, vec2};

use super::knob_menu;
use crate::Gesture;
use crate::desk::Desk;
use crate::layout::Cut;
use crate::memory::{Held, Typing};
use crate::paint::{arc, polar, text_in};
use crate::theme::{Palette, Weight, size};

/// Angle of the least value, clockwise from the right.
const FROM: f32 = 0.75 * PI;
/// Angle from the least to the greatest value.
const TURN: f32 = 1.5 * PI;
/// Way of the pointer from the least to the greatest value, in points.
const THROW: f32 = 180.0;

/// A knob for one parameter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Knob<'a> {
    id: Id,
    name: Option<&'a str>,
    radius: f32,
    hue: Color32,
    valued: bool,
    dim: bool,
}

impl<'a> Knob<'a> {
    /// A knob of the usual size.
    pub(crate) fn new(id: Id, hue: Color32) -> Self {
        Knob { id, name: None, radius: 14.0, hue, valued: true, dim: false }
    }

    /// A smaller knob; its value takes the place of its name under the pointer.
    pub(crate) fn small(id: Id, hue: Color32) -> Self {
        Knob { radius: 11.0, valued: false, ..Knob::new(id, hue) }
    }

    /// Another name than the schema's.
    pub(crate) fn named(mut self, name: &'a str) -> Self {
        self.name = Some(name);
        self
    }

    /// Drawn as having no effect, because its module is off.
    pub(crate) fn dim(mut self, dim: bool) -> Self {
        self.dim = dim;
        self
    }

    /// Draws the knob in the middle of `cell` and lets the player turn it.
    pub(crate) fn show(self, ui: &mut egui::Ui, desk: &mut Desk, cell: Rect) -> Response {
        let def = desk.show(self.id);
        let response =
            ui.interact(cell, ui.scope_id().with(("knob", self.id)), Sense::click_and_drag());
        self.turn(ui, desk, &response);
        let value = desk.value(self.id);
        let full_name = desk.destination_name(self.id);
        response.widget_info(|| {
            egui::WidgetInfo::slider(ui.is_enabled(), f64::from(value), &full_name)
        });
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_value(def.text(value));
            node.set_min_numeric_value(f64::from(def.min));
            node.set_max_numeric_value(f64::from(def.max));
            node.add_action(accesskit::Action::Increment);
            node.add_action(accesskit::Action::Decrement);
        });
        self.paint(ui, desk, &response);
        self.receive(ui, desk, &response);
        if response.secondary_clicked() || response.context_menu_opened() {
            knob_menu::show(desk, &response, self.id);
        } else if !response.dragged() {
            response.clone().on_hover_ui(|ui| knob_menu::tip(ui, desk, self.id));
        }
        response
    }

    /// Drag, double-click, wheel, keys, typing.
    fn turn(&self, ui: &egui::Ui, desk: &mut Desk, response: &Response) {
        let def = self.id.def();
        let value = desk.value(self.id);
        let modifiers = ui.input(|i| i.modifiers);
        if response.drag_started_by(egui::PointerButton::Primary) {
            desk.memory.held = Some(Held { id: self.id, position: def.position(value) });
            desk.set(self.id, value, Gesture::Begin);
        }
        let held = desk.memory.held.filter(|held| held.id == self.id);
        if let Some(mut held) = held.filter(|_| response.dragged()) {
            let motion = response.drag_motion();
            let fine = if modifiers.shift { 0.1 } else { 1.0 };
            held.position += fine * (motion.x - motion.y) / THROW;
            held.position = held.position.clamp(0.0, 1.0);
            desk.memory.held = Some(held);
            if motion != egui::Vec2::ZERO && def.at(held.position) != value {
                desk.set(self.id, def.at(held.position), Gesture::Change);
            }
        }
        if held.is_some() && response.drag_stopped() {
            desk.memory.held = None;
            desk.set(self.id, value, Gesture::End);
        }
        let typed = response.double_clicked() && modifiers.command
            || response.has_focus() && ui.input(|i| i.key_pressed(Key::Enter));
        if typed {
            desk.memory.typing = Some(Typing { id: self.id, text: def.text(value), fresh: true });
        } else if response.double_clicked() {
            desk.set(self.id, def.default, Gesture::Once);
        }
        if response.has_focus() {
            let arrows = egui::EventFilter {
                vertical_arrows: true,
                horizontal_arrows: true,
                ..Default::default()
            };
            ui.memory_mut(|m| m.set_focus_lock_filter(response.id, arrows));
        }
        let steps = wheel_steps(ui, response) + key_steps(ui, response);
        if steps != 0.0 {
            let fine = if modifiers.shift { 0.1 } else { 1.0 };
            desk.set(self.id, stepped(def, value, steps, fine), Gesture::Once);
        }
    }

    /// A modulation source over the knob, or let go over it.
    fn receive(&self, ui: &egui::Ui, desk: &mut Desk, response: &Response) {
        if !self.id.def().modulated {
            return;
        }
        if let Some(source) = response.dnd_release_payload::<Source>() {
            desk.connect(ui.ctx(), *source, self.id);
        }
    }

    fn paint(&self, ui: &mut egui::Ui, desk: &mut Desk, response: &Response) {
        let p = Palette::of(ui);
        let def = self.id.def();
        let r = self.radius;
        let hot = response.hovered() || response.dragged() || response.has_focus();
        let cell = response.rect;
        let lines = if self.valued { 25.0 } else { 13.0 };
        let top = cell.center().y - (2.0 * r + 3.0 + lines) / 2.0;
        let centre = pos2(cell.center().x, top + r + 1.5);
        self.paint_dial(ui, desk, response, centre, hot);

        let painter = ui.painter();
        let label_at = pos2(cell.center().x, centre.y + r + 9.5);
        let label = self.name.unwrap_or(def.name);
        let shown = def.text(desk.value(self.id));
        let ink = if self.dim { p.faint } else { p.muted };
        let row = |y: f32| {
            Rect::from_center_size(pos2(cell.center().x, y), vec2(cell.width() + 4.0, 14.0))
        };
        if self.is_typed(desk) {
            self.type_in(ui, desk, row(label_at.y));
            return;
        }
        let swapped = !self.valued && hot;
        let upper = if swapped { shown.as_str() } else { label };
        let upper_ink = if swapped { p.text } else { ink };
        text_in(
            painter,
            row(label_at.y),
            Align2::CENTER_CENTER,
            upper,
            size::TINY,
            Weight::Regular,
            upper_ink,
        );
        if self.valued {
            let ink = if hot { p.text } else { p.faint };
            text_in(
                painter,
                row(label_at.y + 12.0),
                Align2::CENTER_CENTER,
                &shown,
                size::TINY - 0.5,
                Weight::Regular,
                ink,
            );
        }
    }

    fn paint_dial(
        &self,
        ui: &egui::Ui,
        desk: &Desk,
        response: &Response,
        centre: egui::Pos2,
        hot: bool,
    ) {
        let p = Palette::of(ui);
        let painter = ui.painter();
        let def = self.id.def();
        let r = self.radius;
        let at = def.position(desk.value(self.id));
        let angle = |t: f32| FROM + TURN * t;
        let hue = if self.dim { p.faint.gamma_multiply(0.6) } else { self.hue };
        let source = desk.memory.source_hovered;
        let wires: Vec<_> = desk.wires_to(self.id).collect();
        if source.is_some_and(|source| wires.iter().any(|wire| wire.source == source)) {
            painter.circle_filled(centre, r + 7.0, p.mauve.gamma_multiply(0.22));
        }
        let dragged = egui::DragAndDrop::payload::<Source>(ui.ctx());
        if dragged.is_some() && def.modulated {
            let strong = if response.contains_pointer() { 0.9 } else { 0.3 };
            painter.circle_stroke(
                centre,
                r + 5.5,
                Stroke::new(1.5, p.mauve.gamma_multiply(strong)),
            );
        }
        arc(painter, centre, r, angle(0.0), angle(1.0), Stroke::new(3.0, p.line));
        let centred = matches!(
            def.unit,
            Unit::Bipolar | Unit::Pan | Unit::Semitones | Unit::Cents | Unit::Slope
        );
        let origin = if centred { def.position(0.0) } else { 0.0 };
        if (at - origin).abs() > 0.004 {
            arc(
                painter,
                centre,
                r,
                angle(origin.min(at)),
                angle(origin.max(at)),
                Stroke::new(3.0, hue),
            );
        }
        for wire in wires.iter().filter(|wire| wire.source != Source::None) {
            let low = if both_ways(desk, wire.source) { at - wire.amount } else { at };
            let high = at + wire.amount;
            let (low, high) = (low.min(high).clamp(0.0, 1.0), low.max(high).clamp(0.0, 1.0));
            arc(painter, centre, r + 4.0, angle(low), angle(high), Stroke::new(2.0, p.mauve));
        }
        painter.circle_filled(centre, r - 4.5, if hot { p.lifted } else { p.raised });
        let ink = if self.dim { p.faint } else { p.text };
        let needle = [polar(centre, r - 8.5, angle(at)), polar(centre, r - 3.5, angle(at))];
        painter.line_segment(needle, Stroke::new(2.0, ink));
        if let Some(live) = desk.view.live.value(self.id).filter(|_| !wires.is_empty()) {
            painter.circle_filled(polar(centre, r + 4.0, angle(def.position(live))), 2.2, p.text);
        }
        let saved = desk.view.saved.map(|saved| saved[self.id]);
        if saved.is_some_and(|saved| saved != desk.value(self.id)) {
            painter.circle_filled(centre + vec2(r + 1.5, -r + 1.0), 1.7, p.amber);
        }
        if response.has_focus() {
            painter.circle_stroke(centre, r + 7.0, Stroke::new(1.0, p.target));
        }
    }

    fn is_typed(&self, desk: &Desk) -> bool {
        desk.memory.typing.as_ref().is_some_and(|typing| typing.id == self.id)
    }

    fn type_in(&self, ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
        let Some(mut typing) = desk.memory.typing.take() else { return };
        let field = egui::TextEdit::singleline(&mut typing.text)
            .font(crate::theme::font(size::TINY, Weight::Regular))
            .align(Align2::CENTER_CENTER)
            .margin(vec2(2.0, 0.0));
        let response = ui.put(rect.expand2(vec2(6.0, 1.0)), field);
        response.widget_info(|| {
            let name = format!("Type {}", desk.destination_name(self.id));
            egui::WidgetInfo::labeled(egui::Role::TextInput, true, name)
        });
        if typing.fresh {
            typing.fresh = false;
            response.request_focus();
            desk.memory.typing = Some(typing);
        } else if response.lost_focus() {
            let escaped = ui.input(|i| i.key_pressed(Key::Escape));
            if let Some(value) = self.id.def().parse(&typing.text).filter(|_| !escaped) {
                desk.set(self.id, value, Gesture::Once);
            }
        } else {
            desk.memory.typing = Some(typing);
        }
    }
}

/// Whether a source moves its destinations both up and down.
fn both_ways(desk: &Desk, source: Source) -> bool {
    let first = Source::Lfo1.value();
    let lfo = source.value() - first;
    match source {
        Source::Key | Source::Random | Source::Slide | Source::Bend => true,
        _ if (0.0..6.0).contains(&lfo) => desk.view.preset.patch.lfo[lfo as usize].polarity < 0.5,
        _ => false,
    }
}

/// A plain value some steps on: a whole step where values are whole, 2 % of the range elsewhere.
fn stepped(def: &cultivar_patch::Def, value: f32, steps: f32, fine: f32) -> f32 {
    match def.kind {
        Kind::Real => def.legal(value + steps * fine * 0.02 * def.span()),
        _ => def.legal(value + steps.signum()),
    }
}

/// Steps of the wheel over a widget.
pub(crate) fn wheel_steps(ui: &egui::Ui, response: &Response) -> f32 {
    if !response.hovered() {
        return 0.0;
    }
    ui.input(|i| {
        let wheel = i.events.iter().map(|event| match event {
            egui::Event::MouseWheel { unit: egui::MouseWheelUnit::Point, delta, .. } => {
                delta.y / 40.0
            }
            egui::Event::MouseWheel { delta, .. } => delta.y,
            _ => 0.0,
        });
        wheel.sum()
    })
}

fn key_steps(ui: &egui::Ui, response: &Response) -> f32 {
    let mut steps = 0.0;
    ui.input(|i| {
        use accesskit::Action::{Decrement, Increment};
        steps += i.num_accesskit_action_requests(response.id, Increment) as f32;
        steps -= i.num_accesskit_action_requests(response.id, Decrement) as f32;
        if response.has_focus() {
            steps += (i.num_presses(Key::ArrowUp) + i.num_presses(Key::ArrowRight)) as f32;
            steps -= (i.num_presses(Key::ArrowDown) + i.num_presses(Key::ArrowLeft)) as f32;
        }
    });
    steps
}

/// A row of knobs over the width of `rect`.
pub(crate) fn knob_row(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect, knobs: &[Knob]) {
    for (k, knob) in knobs.iter().enumerate() {
        knob.show(ui, desk, rect.column(k, knobs.len(), 0.0));
    }
}
