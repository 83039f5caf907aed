//! The editor's window: what the host, the player and the desktop do goes in, egui pictures come out.
//!
//! An adapter of our own between nice-plug's `Editor`, baseview's windows and egui. It hands files
//! dragged over the window to egui, which the framework's own adapter does not, and answers for
//! them with [`App::accepts`]. On Linux the window runs on a thread of its own; on Windows and
//! macOS on the host's main thread. Nothing here waits for the audio thread or the gardener.

mod canvas;
#[cfg_attr(target_os = "linux", path = "x11/mod.rs")]
mod desktop;
pub mod dialog;
mod editor;
mod extent;
mod fault;
mod input;
mod keys;
mod repaint;
mod scene;
mod stage;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use baseview::dpi::PhysicalSize;
use nice_plug::editor::HostMainThreadCaller;

pub use editor::{Handle, OpenWindow, WindowEditor};
pub use extent::Extent;
pub use repaint::{Pace, Repaint};

/// What is shown in an editor's window. Made anew whenever the window opens, on its thread;
/// whatever must outlive the window belongs to the plug-in.
pub trait App: 'static {
    /// Draws one frame.
    ///
    /// Everything else goes through egui's own vocabulary: hovering and dropped files are in
    /// `RawInput`, `Context::set_zoom_factor` zooms (0.75 to 2; the window grows along),
    /// `ViewportCommand::InnerSize` resizes (points), `Context::copy_text` copies. A frame is drawn
    /// when input arrives, when egui asks for one, or after [`Repaint::request`]; never otherwise.
    fn ui(&mut self, ui: &mut egui::Ui);

    /// Whether a key is for the editor although nothing is being typed into. Keys nobody claims go
    /// on to the host.
    fn claims(&self, key: egui::Key, modifiers: egui::Modifiers) -> bool {
        let _ = (key, modifiers);
        false
    }

    /// Whether a click brings the keyboard to the editor even if nothing is typed into, as when the
    /// computer's keys play notes. Otherwise the host keeps it, and gets it back after typing.
    fn listens(&self) -> bool {
        false
    }

    /// Whether dropping these files would do anything; asked on any thread, must not block for long.
    /// Files that are refused still hover, so that the page can say why.
    fn accepts(files: &[PathBuf]) -> bool
    where
        Self: Sized;
}

/// Something that reaches the window from another thread.
#[derive(Debug)]
enum Incoming {
    /// A key the host took before the window saw it.
    Key(egui::Event),
    /// The clipboard's text, after it was asked for.
    Pasted(String),
    /// A drag of files, seen by the window's own connection to the desktop.
    #[cfg(target_os = "linux")]
    Drag(Drag),
}

/// A step of a drag of files; places are physical pixels from the window's top left corner.
#[derive(Debug)]
enum Drag {
    /// Files are held over the window.
    Over { files: Vec<PathBuf>, at: [f32; 2] },
    /// They are gone without a drop.
    Left,
    /// They were let go here.
    Dropped { files: Vec<PathBuf>, at: [f32; 2] },
}

/// What an open window shares with the host's thread and with the desktop's.
struct Shared {
    extent: Arc<Extent>,
    repaint: Repaint,
    pace: Arc<Pace>,
    inbox: Mutex<Vec<Incoming>>,
    /// Whether something is being typed into.
    typing: AtomicBool,
    /// Whether the host is closing the window.
    closing: AtomicBool,
    /// Calls the host's thread, if there is a host.
    call_host: Option<Mutex<Box<dyn HostMainThreadCaller>>>,
    /// The size the host is to be asked for, in physical pixels.
    asked: Mutex<Option<PhysicalSize<u32>>>,
}

impl Shared {
    /// Hands something to the window.
    fn send(&self, incoming: Incoming) {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner).push(incoming);
        self.repaint.wake();
    }

    /// Asks the host for another size; false if there is no host, or if baseview asks it.
    fn ask_host(&self, size: PhysicalSize<u32>) -> bool {
        if !cfg!(target_os = "linux") {
            return false;
        }
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = Some(size);
        self.call_host()
    }

    /// Makes the host's thread look around; false if there is no host.
    fn call_host(&self) -> bool {
        let Some(call) = &self.call_host else { return false };
        if self.closing.load(Ordering::Relaxed) {
            return true;
        }
        call.lock().unwrap_or_else(PoisonError::into_inner).call_main_thread();
        true
    }

    /// What was handed over since the last look.
    fn received(&self) -> Vec<Incoming> {
        std::mem::take(&mut *self.inbox.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
