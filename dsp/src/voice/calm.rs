//! A voice in which nothing moves: it goes on from grid point to grid point without being drawn.

use super::{Heard, Voice};
use crate::math::{CONTROL, Span};
use crate::sound::Sound;

impl Voice {
    /// Whether nothing moves in what has just been drawn, and nothing will until somebody touches
    /// the note: then [`go_on`](Voice::go_on) may take the place of the next drawing.
    pub(super) fn is_calm(&self, span: &Span, sound: &Sound) -> bool {
        let whole = span.over && span.elapsed == CONTROL && span.left == CONTROL;
        whole
            && sound.routes.is_empty()
            && self.heard == Heard::Both
            && !self.twinned
            && self.now == self.ahead
            && [&self.left, &self.right].iter().all(|arc| arc.is_still())
            && self.timbre.is_calm(&self.patch)
    }

    /// Whether it may go on without being drawn.
    pub(super) fn stays_calm(&self, sound: &Sound) -> bool {
        self.calm && !self.touched && self.moves.is_empty() && sound.moves.is_empty()
    }

    /// Goes on from a grid point to the next.
    pub(super) fn go_on(&mut self) {
        (self.drawn_at, self.stale) = (0, false);
        self.timbre.go_on();
    }
}
