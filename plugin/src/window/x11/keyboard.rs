//! The keyboard as X has it: borrowed for typing, given back, and keys nobody wanted passed on.

use std::sync::atomic::Ordering;

use keyboard_types::{Code, KeyState, KeyboardEvent, Modifiers};
use x11rb::connection::Connection;
use x11rb::errors::{ConnectionError, ReplyOrIdError};
use x11rb::protocol::xproto::{
    ConnectionExt as _, EventMask, InputFocus, KEY_PRESS_EVENT, KEY_RELEASE_EVENT, KeyButMask,
    KeyPressEvent, MapState, Window,
};

use super::{Done, Wire};

/// Remembers whose keyboard it is.
pub(super) struct Keyboard<'a> {
    wire: &'a Wire,
    owner: Option<Window>,
}

impl<'a> Keyboard<'a> {
    pub(super) fn new(wire: &'a Wire) -> Self {
        Self { wire, owner: None }
    }

    /// Gives the keyboard to the editor.
    pub(super) fn take(&mut self) -> Done {
        let owner = self.wire.connection.get_input_focus()?.reply()?.focus;
        self.take_from(owner)
    }

    /// Gives it to the editor again, unless the player has gone elsewhere: to another window of the
    /// desktop, or out of the editor.
    pub(super) fn hold(&mut self) -> Done {
        let owner = self.wire.connection.get_input_focus()?.reply()?.focus;
        if self.is_pointed_at()? && self.is_hosts(owner)? { self.take_from(owner) } else { Ok(()) }
    }

    /// Whether the pointer is over the editor.
    fn is_pointed_at(&self) -> Result<bool, ReplyOrIdError> {
        let (connection, editor) = (&self.wire.connection, self.wire.editor);
        let size = connection.get_geometry(editor)?;
        let at = connection.query_pointer(editor)?.reply()?;
        let size = size.reply()?;
        let within = |at: i16, side: u16| (0..i32::from(side)).contains(&i32::from(at));
        Ok(at.same_screen && within(at.win_x, size.width) && within(at.win_y, size.height))
    }

    fn take_from(&mut self, owner: Window) -> Done {
        let editor = self.wire.editor;
        // A window that is not shown cannot have it.
        let shown = self.wire.connection.get_window_attributes(editor)?.reply()?.map_state;
        if owner == editor || shown != MapState::VIEWABLE {
            return Ok(());
        }
        self.owner = Some(owner);
        self.hand(editor)
    }

    /// Whether a window is in the host's window around the editor, or none at all.
    fn is_hosts(&self, window: Window) -> Result<bool, ReplyOrIdError> {
        let none = [InputFocus::NONE, InputFocus::POINTER_ROOT].map(u32::from);
        let around = self.outermost(self.wire.editor)?;
        Ok(none.contains(&window) || self.outermost(window)? == around)
    }

    /// The window below the root that a window is in: the window manager's frame, if there is one.
    fn outermost(&self, mut window: Window) -> Result<Window, ReplyOrIdError> {
        loop {
            let parent = self.wire.connection.query_tree(window)?.reply()?.parent;
            if parent == self.wire.root || parent == x11rb::NONE {
                return Ok(window);
            }
            window = parent;
        }
    }

    /// Gives it back, if the editor still has it.
    pub(super) fn give_back(&mut self) -> Done {
        let Some(owner) = self.owner.take() else { return Ok(()) };
        if self.wire.connection.get_input_focus()?.reply()?.focus == self.wire.editor {
            self.hand(owner)?;
        }
        Ok(())
    }

    fn hand(&self, window: Window) -> Done {
        let (connection, now) = (&self.wire.connection, x11rb::CURRENT_TIME);
        Ok(connection.set_input_focus(InputFocus::PARENT, window, now)?.check()?)
    }
}

/// Passes a key on to the host's window around the editor, if there is one.
pub(super) fn send_on(wire: &Wire, event: &KeyboardEvent) -> Result<(), ConnectionError> {
    let parent = wire.parent.load(Ordering::Relaxed);
    let Some(detail) = place(event.code).filter(|_| parent != 0) else { return Ok(()) };
    let pressed = event.state == KeyState::Down;
    let key = KeyPressEvent {
        response_type: if pressed { KEY_PRESS_EVENT } else { KEY_RELEASE_EVENT },
        detail,
        sequence: 0,
        time: x11rb::CURRENT_TIME,
        root: wire.root,
        event: parent,
        child: x11rb::NONE,
        root_x: 0,
        root_y: 0,
        event_x: 0,
        event_y: 0,
        state: state(event.modifiers),
        same_screen: true,
    };
    let mask = if pressed { EventMask::KEY_PRESS } else { EventMask::KEY_RELEASE };
    wire.connection.send_event(true, parent, mask, key)?;
    wire.connection.flush()
}

/// Runs of neighbouring keys, each with the first number: the kernel's plus eight.
const RUNS: [(u8, &[Code]); 6] = [
    (9, &MAIN),
    (94, &[Code::IntlBackslash, Code::F11, Code::F12, Code::IntlRo]),
    (100, &[Code::Convert, Code::KanaMode, Code::NonConvert]),
    (104, &[Code::NumpadEnter, Code::ControlRight, Code::NumpadDivide, Code::PrintScreen]),
    (108, &[Code::AltRight]),
    (110, &CURSOR),
];

#[rustfmt::skip]
const MAIN: [Code; 83] = {
    use Code::*;
    [
        Escape, Digit1, Digit2, Digit3, Digit4, Digit5, Digit6, Digit7, Digit8, Digit9, Digit0,
        Minus, Equal, Backspace,
        Tab, KeyQ, KeyW, KeyE, KeyR, KeyT, KeyY, KeyU, KeyI, KeyO, KeyP, BracketLeft, BracketRight,
        Enter, ControlLeft,
        KeyA, KeyS, KeyD, KeyF, KeyG, KeyH, KeyJ, KeyK, KeyL, Semicolon, Quote, Backquote,
        ShiftLeft, Backslash,
        KeyZ, KeyX, KeyC, KeyV, KeyB, KeyN, KeyM, Comma, Period, Slash, ShiftRight,
        NumpadMultiply, AltLeft, Space, CapsLock,
        F1, F2, F3, F4, F5, F6, F7, F8, F9, F10,
        NumLock, ScrollLock,
        Numpad7, Numpad8, Numpad9, NumpadSubtract,
        Numpad4, Numpad5, Numpad6, NumpadAdd,
        Numpad1, Numpad2, Numpad3, Numpad0, NumpadDecimal,
    ]
};

#[rustfmt::skip]
const CURSOR: [Code; 10] = {
    use Code::*;
    [Home, ArrowUp, PageUp, ArrowLeft, ArrowRight, End, ArrowDown, PageDown, Insert, Delete]
};

/// The number of a key's place.
fn place(code: Code) -> Option<u8> {
    RUNS.iter().find_map(|(first, codes)| {
        let at = codes.iter().position(|c| *c == code)?;
        Some(first + at as u8)
    })
}

/// The modifiers as X writes them into an event.
fn state(held: Modifiers) -> KeyButMask {
    let pairs = [
        (Modifiers::SHIFT, KeyButMask::SHIFT),
        (Modifiers::CAPS_LOCK, KeyButMask::LOCK),
        (Modifiers::CONTROL, KeyButMask::CONTROL),
        (Modifiers::ALT, KeyButMask::MOD1),
        (Modifiers::NUM_LOCK, KeyButMask::MOD2),
        (Modifiers::META, KeyButMask::MOD4),
    ];
    let masks = pairs.iter().filter(|(modifier, _)| held.contains(*modifier));
    masks.fold(KeyButMask::default(), |state, (_, mask)| state | *mask)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_have_the_numbers_x_gives_them() {
        // As `xmodmap -pke` prints them for any evdev keyboard.
        let known = [
            (Code::Escape, 9),
            (Code::KeyA, 38),
            (Code::KeyZ, 52),
            (Code::Space, 65),
            (Code::F10, 76),
            (Code::Numpad0, 90),
            (Code::NumpadDecimal, 91),
            (Code::F12, 96),
            (Code::NumpadEnter, 104),
            (Code::AltRight, 108),
            (Code::Home, 110),
            (Code::Delete, 119),
        ];
        for (code, number) in known {
            assert_eq!(place(code), Some(number), "{code}");
        }
        assert_eq!(place(Code::Unidentified), None);
    }
}
