//! The on-screen keyboard, C2 to C7, and the computer's.

use egui::{Align2, Key, Pos2, Rect, Sense, WidgetInfo, pos2};

use crate::Command;
use crate::desk::Desk;
use crate::paint::text;
use crate::theme::{Palette, Weight};

/// Lowest and highest key.
const KEYS: std::ops::RangeInclusive<u8> = 36..=96;
/// Keys of the computer from middle C upwards, as on a piano.
const ROW: [Key; 18] = [
    Key::A,
    Key::W,
    Key::S,
    Key::E,
    Key::D,
    Key::F,
    Key::T,
    Key::G,
    Key::Y,
    Key::H,
    Key::U,
    Key::J,
    Key::K,
    Key::O,
    Key::L,
    Key::P,
    Key::Semicolon,
    Key::Quote,
];

fn black(key: u8) -> bool {
    matches!(key % 12, 1 | 3 | 6 | 8 | 10)
}

/// The place of every key, black ones last.
fn places(rect: Rect) -> Vec<(u8, Rect)> {
    let whites = KEYS.filter(|key| !black(*key)).count();
    let width = rect.width() / whites as f32;
    let mut left = rect.left();
    let (mut white, mut sharp) = (Vec::with_capacity(whites), Vec::new());
    for key in KEYS {
        if black(key) {
            let min = pos2(left - width * 0.3, rect.top() + 2.0);
            let size = egui::vec2(width * 0.6, rect.height() * 0.6);
            sharp.push((key, Rect::from_min_size(min, size)));
        } else {
            let max = pos2(left + width - 0.7, rect.bottom() - 2.0);
            white.push((key, Rect::from_min_max(pos2(left + 0.7, rect.top() + 2.0), max)));
            left += width;
        }
    }
    white.append(&mut sharp);
    white
}

/// Draws the keyboard and lets the mouse play it; the lower a key is struck, the harder.
pub(crate) fn show(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    let p = Palette::of(ui);
    let painter = ui.painter().with_clip_rect(rect);
    painter.rect_filled(
        rect,
        0.0,
        if ui.visuals().dark_mode { p.ground.gamma_multiply(0.8) } else { p.line },
    );
    let response = ui.interact(rect, ui.scope_id().with("keyboard"), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Keyboard, true, "Keyboard"));
    let places = places(rect);
    for (key, place) in &places {
        let sounding = desk.view.keys[usize::from(*key)];
        let fill = match (sounding, black(*key)) {
            (true, _) => p.struck,
            (false, true) => p.ebony,
            (false, false) => p.ivory,
        };
        painter.rect_filled(*place, 2.0, fill);
        let family = desk.view.family;
        let child = family.children.get(usize::from(key % 12)).filter(|_| family.on_keys);
        if let Some(child) = child {
            // On keys that sound, the hue would be lost.
            let hue = if sounding { p.ebony } else { crate::breed::child_hue(p, family, child) };
            let up = if black(*key) { 9.0 } else { 20.0 };
            painter.circle_filled(pos2(place.center().x, place.bottom() - up), 3.2, hue);
        }
        if key % 12 == 0 {
            let at = pos2(place.center().x, place.bottom() - 4.0);
            let name = format!("C{}", key / 12 - 1);
            let ink = egui::Color32::from_gray(90);
            text(&painter, at, Align2::CENTER_BOTTOM, &name, 9.5, Weight::Regular, ink);
        }
    }
    mouse(desk, &response, &places);
    computer(ui, desk);
}

fn mouse(desk: &mut Desk, response: &egui::Response, places: &[(u8, Rect)]) {
    let down = response.is_pointer_button_down_on();
    let at = response.interact_pointer_pos().filter(|_| down);
    let hit = |at: Pos2| places.iter().rev().find(|(_, place)| place.contains(at));
    let struck = at.and_then(hit);
    let before = desk.memory.mouse_key;
    let now = match at {
        // Between two keys the last one goes on.
        Some(_) => struck.map(|(key, _)| *key).or(before),
        None => None,
    };
    if now == before {
        return;
    }
    if let Some(key) = before {
        desk.ask(Command::Stop { key });
    }
    if let (Some(key), Some((_, place)), Some(at)) = (now, struck, at) {
        let velocity = (0.25 + 0.75 * (at.y - place.top()) / place.height()).clamp(0.1, 1.0);
        desk.ask(Command::Play { key, velocity });
    }
    desk.memory.mouse_key = now;
}

/// The computer's keyboard, where the player has switched it on and types no text.
fn computer(ui: &egui::Ui, desk: &mut Desk) {
    let free = desk.memory.settings.computer_keys && !ui.ctx().text_edit_focused();
    if !free {
        for (_, key) in std::mem::take(&mut desk.memory.computer_keys_down) {
            desk.ask(Command::Stop { key });
        }
        return;
    }
    let events = ui.input(|i| if i.modifiers.any() { Vec::new() } else { i.events.clone() });
    for event in events {
        let egui::Event::Key { key: pressed, pressed: down, repeat: false, .. } = event else {
            continue;
        };
        match pressed {
            Key::Z if down => desk.memory.octave = (desk.memory.octave - 1).max(-4),
            Key::X if down => desk.memory.octave = (desk.memory.octave + 1).min(3),
            _ => {}
        }
        let held = &mut desk.memory.computer_keys_down;
        if !down {
            if let Some(at) = held.iter().position(|(key, _)| *key == pressed) {
                let (_, key) = held.remove(at);
                desk.ask(Command::Stop { key });
            }
        } else if let Some(step) = ROW.iter().position(|key| *key == pressed) {
            let key = (60 + 12 * desk.memory.octave + step as i32).clamp(0, 127) as u8;
            held.push((pressed, key));
            desk.ask(Command::Play { key, velocity: 0.8 });
        }
    }
}
