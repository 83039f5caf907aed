//! Steering the garden by keys, while it has the focus.

use egui::{EventFilter, Key, Response};

use crate::Command;
use crate::desk::Desk;
use crate::view::GardenState;

/// Digits in the order of the strands.
const DIGITS: [Key; 8] =
    [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7, Key::Num8];

/// 1 to 8 choose a strand, left and right a node, Enter plays it, Space the target, P rests.
pub(super) fn steer(ui: &egui::Ui, desk: &mut Desk, garden: &Response) {
    if !garden.has_focus() {
        return;
    }
    let arrows = EventFilter { horizontal_arrows: true, ..Default::default() };
    ui.memory_mut(|m| m.set_focus_lock_filter(garden.id, arrows));
    let strands = &desk.view.garden.strands;
    let last = |s: usize| strands[s].nodes.len().saturating_sub(1);
    let pressed = |key: Key| ui.input(|i| i.key_pressed(key));
    for (s, digit) in DIGITS.into_iter().enumerate().take(strands.len()) {
        if pressed(digit) {
            desk.ask(Command::Select { strand: s, node: last(s) });
        }
    }
    if let Some((strand, node)) = desk.view.garden.selected.filter(|(s, _)| *s < strands.len()) {
        if pressed(Key::ArrowLeft) && node > 0 {
            desk.ask(Command::Select { strand, node: node - 1 });
        }
        if pressed(Key::ArrowRight) && node < last(strand) {
            desk.ask(Command::Select { strand, node: node + 1 });
        }
        if pressed(Key::Enter) {
            desk.ask(Command::Audition);
        }
    }
    if pressed(Key::Space) {
        desk.ask(Command::PlayTarget);
    }
    if pressed(Key::P) && !desk.memory.settings.computer_keys {
        let growing = desk.view.garden.state == GardenState::Growing;
        desk.ask(if growing { Command::Pause } else { Command::Resume });
    }
}
