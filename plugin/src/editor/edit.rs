//! Edits of the preset: one value, one part, or all of it, each with its step of undo.

use std::sync::Arc;

use cultivar_gui::Gesture;
use cultivar_patch::{Id, Partner, Preset};

use super::Editor;
use crate::instrument::{same_clip, same_partner, same_table};

/// What the hand holds: the preset as it was before.
#[derive(Default)]
pub(super) struct Hand(Option<Preset>);

impl Editor {
    /// Sets one parameter.
    pub(super) fn set_param(&mut self, id: Id, value: f32, gesture: Gesture) {
        let params = &self.instrument.params;
        let host = params.pointer(id);
        if matches!(gesture, Gesture::Begin | Gesture::Once) {
            self.take_hold();
            host.inspect(|&param| self.host.begin(param));
        }
        if matches!(gesture, Gesture::Change | Gesture::Once) {
            self.instrument.params.write_one(id, value);
            host.inspect(|&param| self.host.set(param, id.def().position(value)));
        }
        if matches!(gesture, Gesture::End | Gesture::Once) {
            host.inspect(|&param| self.host.end(param));
            if self.let_go() && host.is_none() {
                self.host.touch(&self.instrument.params);
            }
        }
    }

    /// Sets several parameters as one step of undo.
    pub(super) fn set_params(&mut self, values: &[(Id, f32)]) {
        self.take_hold();
        for &(id, value) in values {
            self.instrument.params.write_one(id, value);
            if let Some(param) = self.instrument.params.pointer(id) {
                self.host.tell(param, id.def().position(value));
            }
        }
        if self.let_go() {
            self.host.touch(&self.instrument.params);
        }
    }

    /// Changes what is not a parameter: a table, a recording, a shape, a name.
    pub(super) fn change(&mut self, gesture: Gesture, change: impl FnOnce(&mut Preset)) {
        if matches!(gesture, Gesture::Begin | Gesture::Once) {
            self.take_hold();
        }
        {
            let mut document = self.instrument.document();
            let before = self.instrument.preset(&document);
            let mut preset = before.clone();
            change(&mut preset);
            if sounds_alike(&before, &preset) {
                document.preset = preset;
            } else {
                self.instrument.rebuild(&mut document, preset);
            }
        }
        if matches!(gesture, Gesture::End | Gesture::Once) && self.let_go() {
            self.host.touch(&self.instrument.params);
        }
    }

    /// Gives the preset a partner or takes it away, as one step of undo.
    pub(super) fn pair(&mut self, partner: Option<Arc<Partner>>) {
        self.take_hold();
        let (before, now) = {
            let mut document = self.instrument.document();
            let before = self.instrument.preset(&document);
            self.instrument.pair(&mut document, partner);
            (before.patch, document.preset.patch)
        };
        self.host.tell_changes(&self.instrument.params, &before, &now);
        if self.let_go() {
            self.host.touch(&self.instrument.params);
        }
    }

    /// Puts another preset in the place of this one, as one step of undo.
    pub(super) fn replace(&mut self, preset: Preset) {
        self.take_hold();
        self.apply(preset);
        self.let_go();
    }

    /// Puts another preset in the place of this one, without a step of undo.
    pub(super) fn apply(&mut self, preset: Preset) {
        let patch = preset.patch;
        let before = {
            let mut document = self.instrument.document();
            let before = self.instrument.preset(&document);
            if same_parts(&before, &preset) {
                // Only values differ: what is held follows them.
                document.preset = preset;
                self.instrument.params.write(&patch);
            } else {
                self.instrument.load(&mut document, preset);
            }
            before
        };
        self.host.tell_changes(&self.instrument.params, &before.patch, &patch);
        self.host.touch(&self.instrument.params);
    }

    /// One step back.
    pub(super) fn undo(&mut self) {
        let step = {
            let mut document = self.instrument.document();
            let now = self.instrument.preset(&document);
            document.undo(now)
        };
        step.into_iter().for_each(|preset| self.apply(preset));
    }

    /// One step forward.
    pub(super) fn redo(&mut self) {
        let step = {
            let mut document = self.instrument.document();
            let now = self.instrument.preset(&document);
            document.redo(now)
        };
        step.into_iter().for_each(|preset| self.apply(preset));
    }

    /// To the other side of A/B.
    pub(super) fn flip(&mut self) {
        let other = {
            let mut document = self.instrument.document();
            let now = self.instrument.preset(&document);
            document.flip(now)
        };
        self.apply(other);
    }

    fn take_hold(&mut self) {
        let document = self.instrument.document();
        self.hand.0 = Some(self.instrument.preset(&document));
    }

    /// Makes what the hand did a step of undo; whether it did anything.
    fn let_go(&mut self) -> bool {
        let Some(before) = self.hand.0.take() else { return false };
        let mut document = self.instrument.document();
        let now = self.instrument.preset(&document);
        let changed = !alike(&before, &now);
        if changed {
            document.remember(before);
        }
        changed
    }
}

/// Whether two presets are the same in every part.
pub(super) fn alike(a: &Preset, b: &Preset) -> bool {
    sounds_alike(a, b) && a.macros == b.macros && a.meta == b.meta
}

/// Whether two presets sound the same.
fn sounds_alike(a: &Preset, b: &Preset) -> bool {
    a.patch == b.patch && same_parts(a, b)
}

/// Whether two presets differ in nothing that sounds but values.
fn same_parts(a: &Preset, b: &Preset) -> bool {
    let tables = a.tables.iter().zip(&b.tables);
    same_partner(&a.partner, &b.partner)
        && a.shapes == b.shapes
        && same_clip(&a.clip, &b.clip)
        && tables.into_iter().all(|(a, b)| same_table(a, b))
}
