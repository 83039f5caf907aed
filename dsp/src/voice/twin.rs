//! Two voices of one note, for the two sides of a morph.

use super::Voice;
use crate::sound::{Side, Sound};

impl Voice {
    /// The twin with its sound, where both sides sound.
    pub(crate) fn twin<'v, 's>(
        &'v mut self,
        sound: &'s Sound,
    ) -> Option<(&'v mut Voice, &'s Sound)> {
        Some((self.twin.as_deref_mut().filter(|_| self.twinned)?, sound.twin()?))
    }

    /// Calls `f` for the twin, where both sides sound.
    pub(super) fn with_twin(&mut self, sound: &Sound, f: impl FnOnce(&mut Voice, &Sound)) {
        if let Some((twin, sound)) = self.twin(sound) {
            f(twin, sound);
        }
    }

    /// Has a twin for as long as its sound has one. A side that comes in goes on from where the
    /// other one is: equal pitches are equal in phase, and nothing has to settle.
    pub(crate) fn follow(&mut self, sound: &Sound) {
        // Without its twin a voice is a plain value; copying it allocates nothing.
        let Some(mut twin) = self.twin.take() else { return };
        match sound.incoming() {
            Some(Side::Odd) => *twin = Voice { twinned: false, ..self.clone() },
            Some(Side::Even) if self.twinned => {
                let Voice { life, which, sound, order, velocity, expression, moves, .. } = *self;
                let (above, home) = (self.above, self.home);
                let head = Voice { life, which, sound, order, velocity, ..(*twin).clone() };
                *self = Voice { expression, moves, above, home, ..head };
            }
            _ => {}
        }
        self.twin = Some(twin);
        self.twinned = sound.twin().is_some();
    }
}
