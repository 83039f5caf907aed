//! Two voices of one note, for the two sides of a morph.

use super::Voice;
use crate::sound::{Side, Sound};
use crate::timbre::Belongings;

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

    /// Calls `f` for the voice of the right ear and for the twin, where they sound.
    pub(super) fn with_others(&mut self, sound: &Sound, f: impl Fn(&mut Voice, &Sound)) {
        if let Some(right) = self.right_ear() {
            f(right, sound);
        }
        self.with_twin(sound, f);
    }

    /// The voice of the right ear and the twin, where they sound.
    pub(super) fn others(&mut self) -> impl Iterator<Item = &mut Voice> {
        let right = self.right_ear.as_deref_mut().filter(|_| self.heard == super::Heard::Left);
        right.into_iter().chain(self.twin.as_deref_mut().filter(|_| self.twinned))
    }

    /// Has a twin for as long as its sound has one. A side that comes in goes on from where the
    /// other one is: equal pitches are equal in phase, and nothing has to settle.
    pub(crate) fn follow(&mut self, sound: &Sound) {
        // Without the others and its belongings a voice is a plain value; copying it allocates
        // nothing.
        let Some(mut twin) = self.twin.take() else { return };
        let (mut right, mut twins_right) = (self.right_ear.take(), twin.right_ear.take());
        let lend = |voice: &mut Box<Voice>| voice.timbre.lend();
        let mut own = [self.timbre.lend(), twin.timbre.lend()];
        let lent = |ear: &mut Option<Box<Voice>>| ear.as_mut().map(lend).unwrap_or_default();
        let mut rights = [lent(&mut right), lent(&mut twins_right)];
        let mut changed = [false; 2];
        match sound.incoming() {
            Some(Side::Odd) => {
                *twin = Voice { twinned: false, ..self.clone() };
                twins_right.clone_from(&right);
                changed[1] = true;
            }
            Some(Side::Even) if self.twinned => {
                let Voice { life, which, sound, order, velocity, expression, moves, .. } = *self;
                let (above, home) = (self.above, self.home);
                let head = Voice { life, which, sound, order, velocity, ..(*twin).clone() };
                *self = Voice { expression, moves, above, home, lift: self.lift, ..head };
                right.clone_from(&twins_right);
                changed[0] = true;
            }
            _ => {}
        }
        let ears = [&mut right, &mut twins_right];
        remember(&mut own, changed);
        remember(&mut rights, changed);
        for ((ear, own), changed) in ears.into_iter().zip(rights).zip(changed) {
            if let Some(ear) = ear {
                ear.timbre.take(own, changed);
            }
        }
        let [even, odd] = own;
        self.timbre.take(even, changed[0]);
        twin.timbre.take(odd, changed[1]);
        twin.right_ear = twins_right;
        (self.twin, self.right_ear) = (Some(twin), right);
        self.twinned = sound.twin().is_some();
    }
}

/// The one of two that has changed remembers what the other one does.
fn remember([even, odd]: &mut [Belongings; 2], changed: [bool; 2]) {
    match changed {
        [true, _] => even.remember(odd),
        [_, true] => odd.remember(even),
        _ => {}
    }
}
