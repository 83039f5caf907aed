//! Steering the garden by keys, while it has the focus.

use egui::{EventFilter, Key, Response};

use crate::Command;
use crate::desk::Desk;
use crate::view::GardenState;

/// Digits in the order of the strands.
const DIGITS: [Key; 8] =
    [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7, Key::Num8];

/// Makes a node the one that keys play, and lets it be heard where no key sounds.
pub(super) fn choose(desk: &mut Desk, strand: usize, node: usize) {
    desk.ask(Command::Select { strand, node });
    if !desk.view.keys.contains(&true) {
        desk.memory.target_heard = false;
        desk.ask(Command::Audition);
    }
}

/// 1 to 8 choose a strand, left and right a node, Enter plays it, Space plays target and match by
/// turns, S saves it, P rests.
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
            choose(desk, s, last(s));
        }
    }
    if let Some((strand, node)) = desk.view.garden.selected.filter(|(s, _)| *s < strands.len()) {
        if pressed(Key::ArrowLeft) && node > 0 {
            choose(desk, strand, node - 1);
        }
        if pressed(Key::ArrowRight) && node < last(strand) {
            choose(desk, strand, node + 1);
        }
        if pressed(Key::Enter) {
            desk.ask(Command::Audition);
        }
        if pressed(Key::S) && !desk.memory.settings.computer_keys {
            desk.ask(Command::SaveNode { strand, node });
        }
    }
    if pressed(Key::Space) {
        // The target and the match by turns.
        let matched = desk.view.garden.selected.is_some() && desk.memory.target_heard;
        desk.memory.target_heard = !matched;
        desk.ask(if matched { Command::Audition } else { Command::PlayTarget });
    }
    if pressed(Key::P) && !desk.memory.settings.computer_keys {
        let growing = desk.view.garden.state == GardenState::Growing;
        desk.ask(if growing { Command::Pause } else { Command::Resume });
    }
}
