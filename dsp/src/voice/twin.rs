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
        // Without the others and own frames a voice is a plain value; copying it allocates
        // nothing.
        let Some(mut twin) = self.twin.take() else { return };
        let (mut right, mut twins_right) = (self.right_ear.take(), twin.right_ear.take());
        let lend = |voice: &mut Box<Voice>| voice.timbre.lend_sheets();
        let sheets = [self.timbre.lend_sheets(), twin.timbre.lend_sheets()];
        let rights = [right.as_mut().map(lend), twins_right.as_mut().map(lend)];
        let incoming = sound.incoming();
        match incoming {
            Some(Side::Odd) => {
                *twin = Voice { twinned: false, ..self.clone() };
                twins_right.clone_from(&right);
            }
            Some(Side::Even) if self.twinned => {
                let Voice { life, which, sound, order, velocity, expression, moves, .. } = *self;
                let head = Voice { life, which, sound, order, velocity, ..(*twin).clone() };
                *self = Voice { expression, moves, lift: self.lift, ..head };
                right.clone_from(&twins_right);
            }
            _ => {}
        }
        let changed = [Side::Even, Side::Odd].map(|side| incoming == Some(side));
        for ((ear, sheets), changed) in
            [&mut right, &mut twins_right].into_iter().zip(rights).zip(changed)
        {
            if let (Some(ear), Some(sheets)) = (ear, sheets) {
                ear.timbre.take_sheets(sheets, changed);
            }
        }
        let [even, odd] = sheets;
        self.timbre.take_sheets(even, changed[0]);
        twin.timbre.take_sheets(odd, changed[1]);
        twin.right_ear = twins_right;
        (self.twin, self.right_ear) = (Some(twin), right);
        self.twinned = sound.twin().is_some();
    }
}
