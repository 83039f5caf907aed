//! Keys by the number X gives their place, which is the kernel's plus eight.

use keyboard_types::{Code, Modifiers};
use x11rb::protocol::xproto::KeyButMask;

/// Runs of neighbouring keys, each with its first number.
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
pub(super) fn of(code: Code) -> Option<u8> {
    RUNS.iter().find_map(|(first, codes)| {
        let at = codes.iter().position(|c| *c == code)?;
        Some(first + at as u8)
    })
}

/// The modifiers as X writes them into an event.
pub(super) fn state(held: Modifiers) -> KeyButMask {
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
            assert_eq!(of(code), Some(number), "{code}");
        }
        assert_eq!(of(Code::Unidentified), None);
    }
}
