//! Keys and cursors, translated between egui, baseview, the host and X.

use baseview::MouseCursor;
use egui::CursorIcon;
use keyboard_types::{Key, KeyState, KeyboardEvent, Modifiers, NamedKey};
use nice_plug::editor::VirtualKeyCode;

/// The modifiers in egui's terms.
pub(super) fn modifiers(held: Modifiers) -> egui::Modifiers {
    let ctrl = held.contains(Modifiers::CONTROL);
    let mac_cmd = cfg!(target_os = "macos") && held.contains(Modifiers::META);
    egui::Modifiers {
        alt: held.contains(Modifiers::ALT),
        ctrl,
        shift: held.contains(Modifiers::SHIFT),
        mac_cmd,
        command: if cfg!(target_os = "macos") { mac_cmd } else { ctrl },
    }
}

/// The modifiers after this event: a modifier's own press does not count itself.
pub(super) fn modifiers_after(event: &KeyboardEvent) -> egui::Modifiers {
    let own = match event.key {
        Key::Named(NamedKey::Shift) => Modifiers::SHIFT,
        Key::Named(NamedKey::Control) => Modifiers::CONTROL,
        Key::Named(NamedKey::Alt) => Modifiers::ALT,
        Key::Named(NamedKey::Meta) => Modifiers::META,
        _ => Modifiers::empty(),
    };
    let mut held = event.modifiers;
    held.set(own, event.state == KeyState::Down);
    modifiers(held)
}

/// egui's key for what is printed on it in the player's layout; for layouts without Latin letters,
/// the key at that place.
pub(super) fn key(event: &KeyboardEvent) -> Option<egui::Key> {
    let logical = match &event.key {
        Key::Character(text) => egui::Key::from_name(text),
        Key::Named(name) => egui::Key::from_name(&name.to_string()),
    };
    logical.or_else(|| place(event))
}

/// egui's key for the place on the keyboard.
pub(super) fn place(event: &KeyboardEvent) -> Option<egui::Key> {
    egui::Key::from_name(&event.code.to_string())
}

/// What a key press types, if it types anything.
pub(super) fn text(event: &KeyboardEvent) -> Option<String> {
    let Key::Character(text) = &event.key else { return None };
    let held = event.modifiers;
    // AltGr reaches us as Control with Alt on Windows, and types.
    let command = held.contains(Modifiers::CONTROL) && !held.contains(Modifiers::ALT);
    let command = command || held.contains(Modifiers::META);
    // macOS reports keys without a character in a private block.
    let typed = |c: char| !c.is_control() && !('\u{f700}'..='\u{f8ff}').contains(&c);
    (event.state == KeyState::Down && !command && !text.is_empty() && text.chars().all(typed))
        .then(|| text.clone())
}

/// What the clipboard is asked for by a key press.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clip {
    Copy,
    Cut,
    Paste,
}

/// The clipboard's keys of the platform.
pub(super) fn clip(key: egui::Key, held: egui::Modifiers) -> Option<Clip> {
    let old = !cfg!(target_os = "macos");
    match key {
        egui::Key::C if held.command && !held.shift => Some(Clip::Copy),
        egui::Key::X if held.command && !held.shift => Some(Clip::Cut),
        egui::Key::V if held.command => Some(Clip::Paste),
        egui::Key::Copy => Some(Clip::Copy),
        egui::Key::Cut => Some(Clip::Cut),
        egui::Key::Paste => Some(Clip::Paste),
        egui::Key::Insert if old && held.ctrl => Some(Clip::Copy),
        egui::Key::Delete if old && held.shift => Some(Clip::Cut),
        egui::Key::Insert if old && held.shift => Some(Clip::Paste),
        _ => None,
    }
}

/// A key some hosts keep from the window and hand over by name.
pub(super) fn from_host(key: VirtualKeyCode) -> Option<egui::Key> {
    use VirtualKeyCode as V;
    Some(match key {
        V::Backspace => egui::Key::Backspace,
        V::Tab => egui::Key::Tab,
        V::Return | V::NumpadEnter => egui::Key::Enter,
        V::Escape => egui::Key::Escape,
        V::Space => egui::Key::Space,
        V::End => egui::Key::End,
        V::Home => egui::Key::Home,
        V::ArrowLeft => egui::Key::ArrowLeft,
        V::ArrowUp => egui::Key::ArrowUp,
        V::ArrowRight => egui::Key::ArrowRight,
        V::ArrowDown => egui::Key::ArrowDown,
        V::PageUp => egui::Key::PageUp,
        V::PageDown => egui::Key::PageDown,
        V::Insert => egui::Key::Insert,
        V::Delete => egui::Key::Delete,
        _ => return None,
    })
}

/// The host's modifiers in egui's terms.
pub(super) fn modifiers_from_host(held: nice_plug::editor::Modifiers) -> egui::Modifiers {
    use nice_plug::editor::Modifiers as H;
    let mac = cfg!(target_os = "macos");
    let command = held.contains(H::COMMAND);
    egui::Modifiers {
        alt: held.contains(H::ALT),
        ctrl: held.contains(H::CONTROL) || (command && !mac),
        shift: held.contains(H::SHIFT),
        mac_cmd: command && mac,
        command,
    }
}

/// The pointer's picture.
pub(super) fn cursor(icon: CursorIcon) -> MouseCursor {
    match icon {
        CursorIcon::Default | CursorIcon::ContextMenu => MouseCursor::Default,
        CursorIcon::None => MouseCursor::Hidden,
        CursorIcon::Help => MouseCursor::Help,
        CursorIcon::PointingHand | CursorIcon::Grab => MouseCursor::Hand,
        CursorIcon::Grabbing => MouseCursor::HandGrabbing,
        CursorIcon::Progress => MouseCursor::PtrWorking,
        CursorIcon::Wait => MouseCursor::Working,
        CursorIcon::Cell => MouseCursor::Cell,
        CursorIcon::Crosshair => MouseCursor::Crosshair,
        CursorIcon::Text => MouseCursor::Text,
        CursorIcon::VerticalText => MouseCursor::VerticalText,
        CursorIcon::Alias => MouseCursor::Alias,
        CursorIcon::Copy => MouseCursor::Copy,
        CursorIcon::Move => MouseCursor::Move,
        CursorIcon::NoDrop => MouseCursor::PtrNotAllowed,
        CursorIcon::NotAllowed => MouseCursor::NotAllowed,
        CursorIcon::AllScroll => MouseCursor::AllScroll,
        CursorIcon::ResizeHorizontal => MouseCursor::EwResize,
        CursorIcon::ResizeVertical => MouseCursor::NsResize,
        CursorIcon::ResizeNeSw => MouseCursor::NeswResize,
        CursorIcon::ResizeNwSe => MouseCursor::NwseResize,
        CursorIcon::ResizeEast => MouseCursor::EResize,
        CursorIcon::ResizeSouthEast => MouseCursor::SeResize,
        CursorIcon::ResizeSouth => MouseCursor::SResize,
        CursorIcon::ResizeSouthWest => MouseCursor::SwResize,
        CursorIcon::ResizeWest => MouseCursor::WResize,
        CursorIcon::ResizeNorthWest => MouseCursor::NwResize,
        CursorIcon::ResizeNorth => MouseCursor::NResize,
        CursorIcon::ResizeNorthEast => MouseCursor::NeResize,
        CursorIcon::ResizeColumn => MouseCursor::ColResize,
        CursorIcon::ResizeRow => MouseCursor::RowResize,
        CursorIcon::ZoomIn => MouseCursor::ZoomIn,
        CursorIcon::ZoomOut => MouseCursor::ZoomOut,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use keyboard_types::Code;

    fn press(key: Key, code: Code, modifiers: Modifiers) -> KeyboardEvent {
        KeyboardEvent { state: KeyState::Down, key, code, modifiers, ..Default::default() }
    }

    fn letter(text: &str, code: Code, modifiers: Modifiers) -> KeyboardEvent {
        press(Key::Character(text.into()), code, modifiers)
    }

    #[test]
    fn letters_follow_the_layout_and_commands_the_place_where_there_are_no_latin_letters() {
        let azerty = letter("a", Code::KeyQ, Modifiers::empty());
        assert_eq!(key(&azerty), Some(egui::Key::A));
        assert_eq!(place(&azerty), Some(egui::Key::Q));
        let cyrillic = letter("с", Code::KeyC, Modifiers::CONTROL);
        assert_eq!(key(&cyrillic), Some(egui::Key::C));
        let arrow = press(Key::Named(NamedKey::ArrowLeft), Code::ArrowLeft, Modifiers::empty());
        assert_eq!(key(&arrow), Some(egui::Key::ArrowLeft));
        let enter = press(Key::Named(NamedKey::Enter), Code::NumpadEnter, Modifiers::empty());
        assert_eq!(key(&enter), Some(egui::Key::Enter));
    }

    #[test]
    fn commands_type_nothing_and_altgr_types() {
        assert_eq!(text(&letter("é", Code::Digit2, Modifiers::empty())).as_deref(), Some("é"));
        assert_eq!(text(&letter("c", Code::KeyC, Modifiers::CONTROL)), None);
        let altgr = Modifiers::CONTROL | Modifiers::ALT;
        assert_eq!(text(&letter("@", Code::KeyQ, altgr)).as_deref(), Some("@"));
        assert_eq!(text(&letter("\u{1b}", Code::Escape, Modifiers::empty())), None);
        assert_eq!(text(&letter("\u{f700}", Code::ArrowUp, Modifiers::empty())), None);
        let mut release = letter("a", Code::KeyA, Modifiers::empty());
        release.state = KeyState::Up;
        assert_eq!(text(&release), None);
    }

    #[test]
    fn a_modifier_counts_from_its_own_press_to_its_own_release() {
        let mut shift = press(Key::Named(NamedKey::Shift), Code::ShiftLeft, Modifiers::empty());
        assert!(modifiers_after(&shift).shift);
        shift.state = KeyState::Up;
        shift.modifiers = Modifiers::SHIFT;
        assert!(!modifiers_after(&shift).shift);
    }
}
