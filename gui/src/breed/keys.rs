//! Steering the family by keys, while it has the focus.

use egui::{EventFilter, Key, Response};

use crate::desk::Desk;
use crate::view::FamilyState;
use crate::{Breeding, Command};

/// Arrows go round the clock, Enter and Space play, F loves, S keeps, N has another litter.
pub(super) fn steer(ui: &egui::Ui, desk: &mut Desk, family: &Response) {
    if !family.has_focus() {
        return;
    }
    let arrows =
        EventFilter { horizontal_arrows: true, vertical_arrows: true, ..Default::default() };
    ui.memory_mut(|m| m.set_focus_lock_filter(family.id, arrows));
    let pressed = |key: Key| ui.input(|i| i.key_pressed(key));
    let view = desk.view.family;
    let count = view.children.len();
    let on = usize::from(pressed(Key::ArrowRight) || pressed(Key::ArrowDown));
    let back = usize::from(pressed(Key::ArrowLeft) || pressed(Key::ArrowUp));
    if count > 0 && on != back {
        let next = view.selected.map_or(0, |at| (at + count + on - back) % count);
        desk.ask(Command::Breed(Breeding::Select(next)));
    }
    let letters = !desk.memory.settings.computer_keys;
    if let Some(child) = view.selected.filter(|k| *k < count) {
        if pressed(Key::Enter) || pressed(Key::Space) {
            desk.ask(Command::Breed(Breeding::Play(child)));
        }
        if letters && pressed(Key::F) {
            let on = !view.children[child].loved;
            desk.ask(Command::Breed(Breeding::Love { child, on }));
        }
        if letters && pressed(Key::S) {
            desk.ask(Command::Breed(Breeding::Keep(child)));
        }
    }
    let able = matches!(view.state, FamilyState::Waiting | FamilyState::Ready);
    if letters && able && pressed(Key::N) {
        desk.ask(Command::Breed(Breeding::NewLitter));
    }
}
