//! Asking an open window for a new frame, and how long its frames take.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use baseview::WindowWaker;

/// Asks the editor's window for a new frame when what it shows has changed. Cheap, callable from
/// any thread but the audio thread, does nothing while the window is closed. However often it is
/// called, at most 30 frames a second come of it.
#[derive(Clone, Default)]
pub struct Repaint(Arc<Bell>);

#[derive(Default)]
struct Bell {
    rung: AtomicBool,
    waker: Mutex<Option<WindowWaker>>,
}

impl Repaint {
    /// Asks for a frame.
    pub fn request(&self) {
        if !self.0.rung.swap(true, Ordering::AcqRel) {
            self.wake();
        }
    }

    /// Makes the window look around, as after something was put into its inbox.
    pub(super) fn wake(&self) {
        let waker = self.0.waker.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(waker) = waker.as_ref() {
            waker.request_poll();
        }
    }

    /// From now on requests go to this window, or nowhere.
    pub(super) fn connect(&self, waker: Option<WindowWaker>) {
        *self.0.waker.lock().unwrap_or_else(PoisonError::into_inner) = waker;
        self.0.rung.store(false, Ordering::Release);
    }

    /// Whether a frame was asked for since the last look.
    pub(super) fn take(&self) -> bool {
        self.0.rung.swap(false, Ordering::AcqRel)
    }
}

/// How long frames take, measured from the first egui call to the last OpenGL call.
#[derive(Debug, Default)]
pub struct Pace {
    frames: AtomicU32,
    last: AtomicU32,
    worst: AtomicU32,
}

impl Pace {
    /// Frames drawn so far.
    pub fn frames(&self) -> u32 {
        self.frames.load(Ordering::Relaxed)
    }

    /// The last frame in milliseconds.
    pub fn last_ms(&self) -> f32 {
        self.last.load(Ordering::Relaxed) as f32 * 1e-3
    }

    /// The slowest frame in milliseconds, the first two (fonts, shaders) left out.
    pub fn worst_ms(&self) -> f32 {
        self.worst.load(Ordering::Relaxed) as f32 * 1e-3
    }

    pub(super) fn note(&self, took: Duration) {
        let micros = took.as_micros().min(u128::from(u32::MAX)) as u32;
        self.last.store(micros, Ordering::Relaxed);
        if self.frames.fetch_add(1, Ordering::Relaxed) >= 2 {
            self.worst.fetch_max(micros, Ordering::Relaxed);
        }
    }
}
