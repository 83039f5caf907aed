//! The desktop around the window, where baseview already speaks to all of it but the clipboard.

use std::path::PathBuf;
use std::sync::Arc;

use baseview::WindowContext;
use keyboard_types::KeyboardEvent;

use super::{Incoming, Shared};

/// Physical pixels per logical pixel by the desktop's settings; windows find out by themselves here.
pub(super) fn scale() -> Option<f64> {
    None
}

/// The clipboard; drags and keys come and go through baseview here.
pub(super) struct Desktop {
    shared: Arc<Shared>,
}

impl Desktop {
    pub(super) fn connect(
        _window: &WindowContext,
        shared: Arc<Shared>,
        _accepts: fn(&[PathBuf]) -> bool,
    ) -> Self {
        Self { shared }
    }

    /// Puts text into the clipboard.
    pub(super) fn copy(&self, text: String) {
        if let Err(error) = arboard::Clipboard::new().and_then(|mut board| board.set_text(text)) {
            tracing::warn!("the clipboard did not take the text: {error}");
        }
    }

    /// Asks for the clipboard's text.
    pub(super) fn paste(&self) {
        match arboard::Clipboard::new().and_then(|mut board| board.get_text()) {
            Ok(text) => self.shared.send(Incoming::Pasted(text)),
            Err(error) => tracing::debug!("nothing to paste: {error}"),
        }
    }

    /// Gives the keyboard to the window.
    pub(super) fn take_keyboard(&self, window: &WindowContext) {
        if let Err(error) = window.focus() {
            tracing::debug!("no keyboard: {error}");
        }
    }

    /// Gives it to the window again.
    pub(super) fn hold_keyboard(&self, window: &WindowContext) {
        self.take_keyboard(window);
    }

    /// Gives it back; the host does that here when it is clicked.
    pub(super) fn return_keyboard(&self) {}

    /// Passes a key on; the answer to baseview's event does that here.
    pub(super) fn send_on(&self, _event: &KeyboardEvent) {}

    /// Looks who the window's ancestors are; only X asks for that.
    pub(super) fn look(&self) {}
}
