//! The same note as the right ear hears it, where LFOs are ahead of the left one.

use super::{Heard, Voice};

impl Voice {
    /// The voice that the right ear hears, where it hears another than the left one.
    pub(crate) fn right_ear(&mut self) -> Option<&mut Voice> {
        self.right_ear.as_deref_mut().filter(|_| self.heard == Heard::Left)
    }

    /// From now on each ear hears a voice of its own, until the note ends: both sound alike, but
    /// for LFOs that are ahead in one of them.
    pub(super) fn widen(&mut self) {
        // Without the others and its belongings a voice is a plain value; copying it allocates
        // nothing.
        let (twin, right) = (self.twin.take(), self.right_ear.take());
        if let Some(mut right) = right {
            let (left, mut own) = (self.timbre.lend(), right.timbre.lend());
            *right = Voice { heard: Heard::Right, ..self.clone() };
            own.remember(&left);
            self.timbre.take(left, false);
            right.timbre.take(own, true);
            right.now.right = true;
            right.ahead.right = true;
            self.right_ear = Some(right);
            self.heard = Heard::Left;
        }
        self.twin = twin;
    }

    /// The first of the sides that are heard, and the one after the last.
    pub(super) fn sides(&self) -> (usize, usize) {
        match self.heard {
            Heard::Both => (0, 2),
            Heard::Left => (0, 1),
            Heard::Right => (1, 2),
        }
    }
}
