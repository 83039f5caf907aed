//! A knob: value, modulation, and every way to change them.

use cultivar_patch::schema::{Source, ids};
use cultivar_patch::{Id, Kind};
use egui::{Align2, Color32, Key, Rect, Response, Sense, accesskit, vec2};

use super::knob_menu;
use crate::Gesture;
use crate::desk::Desk;
use crate::layout::Cut;
use crate::memory::{Held, Typing};
use crate::theme::{Weight, size};

/// Way of the pointer from the least to the greatest value, in points.
const THROW: f32 = 180.0;

/// A knob for one parameter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Knob<'a> {
    pub(super) id: Id,
    pub(super) name: Option<&'a str>,
    pub(super) form: Form,
    pub(super) hue: Color32,
    pub(super) dim: bool,
}

/// The forms of a knob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Name and value below the dial.
    Large,
    /// The value takes the place of the name under the pointer.
    Small,
    /// No dial: name and value in a line.
    Field,
}

impl<'a> Knob<'a> {
    /// A knob of the usual size.
    pub(crate) fn new(id: Id, hue: Color32) -> Self {
        Knob { id, name: None, form: Form::Large, hue, dim: false }
    }

    /// A smaller knob; its value takes the place of its name under the pointer.
    pub(crate) fn small(id: Id, hue: Color32) -> Self {
        Knob { form: Form::Small, ..Knob::new(id, hue) }
    }

    /// Name and value in a line, dragged like a knob.
    pub(crate) fn field(id: Id, hue: Color32) -> Self {
        Knob { form: Form::Field, ..Knob::new(id, hue) }
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

    /// Drag, double-click, wheel, keys, the way to typing.
    fn turn(&self, ui: &egui::Ui, desk: &mut Desk, response: &Response) {
        let def = self.id.def();
        let value = desk.value(self.id);
        let modifiers = ui.input(|i| i.modifiers);
        self.drag(ui, desk, response);
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

    /// A drag moves the value; with Alt it moves the amount of the first route to it.
    fn drag(&self, ui: &egui::Ui, desk: &mut Desk, response: &Response) {
        let modifiers = ui.input(|i| i.modifiers);
        if response.drag_started_by(egui::PointerButton::Primary) {
            let wire = desk.wires_to(self.id).next().filter(|_| modifiers.alt);
            let id = wire.map_or(self.id, |wire| ids().route[wire.slot].amount);
            let value = desk.value(id);
            let position = id.def().position(value);
            desk.memory.held = Some(Held { knob: self.id, id, position });
            desk.set(id, value, Gesture::Begin);
        }
        let Some(mut held) = desk.memory.held.filter(|held| held.knob == self.id) else { return };
        let (def, value) = (held.id.def(), desk.value(held.id));
        if response.dragged() {
            let motion = response.drag_motion();
            let fine = if modifiers.shift { 0.1 } else { 1.0 };
            held.position += fine * (motion.x - motion.y) / THROW;
            held.position = held.position.clamp(0.0, 1.0);
            desk.memory.held = Some(held);
            if motion != egui::Vec2::ZERO && def.at(held.position) != value {
                desk.set(held.id, def.at(held.position), Gesture::Change);
            }
        }
        if response.drag_stopped() {
            desk.memory.held = None;
            desk.set(held.id, value, Gesture::End);
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

    pub(super) fn is_typed(&self, desk: &Desk) -> bool {
        desk.memory.typing.as_ref().is_some_and(|typing| typing.id == self.id)
    }

    pub(super) fn type_in(&self, ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
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

/// A plain value some steps on: a whole step where values are whole, 2 % of the range elsewhere.
fn stepped(def: &cultivar_patch::Def, value: f32, steps: f32, fine: f32) -> f32 {
    match def.kind {
        Kind::Real => def.legal(value + steps * fine * 0.02 * def.span()),
        _ => def.legal(value + steps.signum()),
    }
}

/// Seconds after a list has scrolled in which the wheel goes on scrolling it.
const ROLLING: f64 = 0.4;

fn roll() -> egui::Id {
    egui::Id::unique("scrolled")
}

/// Notes that a list of widgets that take the wheel has scrolled.
pub(crate) fn scrolled(ui: &egui::Ui) {
    let now = ui.input(|i| i.time);
    ui.data_mut(|data| data.insert_temp(roll(), now));
}

/// Steps of the wheel over a widget; a list that the widget stands in does not scroll by them,
/// unless it is scrolling already.
pub(crate) fn wheel_steps(ui: &egui::Ui, response: &Response) -> f32 {
    if !response.hovered() {
        return 0.0;
    }
    let last = ui.data(|data| data.get_temp::<f64>(roll())).unwrap_or(f64::MIN);
    if ui.input(|i| i.time) - last < ROLLING {
        return 0.0;
    }
    ui.input_mut(|i| {
        i.smooth_scroll_delta = egui::Vec2::ZERO;
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
    let focused = response.has_focus();
    let mut steps = 0.0;
    ui.input(|i| {
        use accesskit::Action::{Decrement, Increment};
        steps += i.num_accesskit_action_requests(response.id, Increment) as f32;
        steps -= i.num_accesskit_action_requests(response.id, Decrement) as f32;
        if focused {
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
