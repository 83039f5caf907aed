//! What is being edited: the preset, its history, the other side of A/B.

use std::collections::VecDeque;
use std::sync::Arc;

use cultivar_gui::{Notice, PresetRow, Tone};
use cultivar_patch::Preset;

use crate::scales::Scales;
use crate::state::{Session, Snapshot};

/// Most steps that can be undone.
const STEPS: usize = 256;
/// Most notices that wait to be read.
const NOTICES: usize = 32;

/// The preset and what belongs to editing it. Lives as long as the instance, not the editor.
pub struct Document {
    /// The preset as last loaded or edited here. Host parameters may have moved since.
    pub preset: Preset,
    /// The preset as it was loaded or saved.
    pub saved: Preset,
    /// The row it was loaded from or saved as.
    pub row: Option<String>,
    /// The player's presets, in order.
    pub rows: Arc<Vec<PresetRow>>,
    /// The name of the preset that the way is being made to, while it is.
    pub way_to: Option<String>,
    /// News for the player, oldest first.
    pub notices: Vec<Notice>,
    /// What the editor remembers.
    pub session: Session,
    /// The family as the breeder wrote it down, or as it came with a project; empty for none.
    pub family: Arc<str>,
    /// How often the breeder has written another one.
    pub family_edits: u64,
    /// Whether a family came that the breeder has not taken up.
    pub recall: bool,
    /// The files that the keys are tuned by.
    pub scales: Arc<Scales>,
    /// The preset on the other side of A/B.
    pub other: Preset,
    /// Whether the other side is A.
    pub on_b: bool,
    past: VecDeque<Preset>,
    future: Vec<Preset>,
}

impl Document {
    /// A new one on `preset`.
    pub fn new(preset: Preset) -> Self {
        Document {
            other: preset.clone(),
            saved: preset.clone(),
            preset,
            row: None,
            rows: Arc::default(),
            way_to: None,
            notices: Vec::new(),
            session: Session::default(),
            family: Arc::default(),
            family_edits: 0,
            recall: false,
            scales: Arc::default(),
            on_b: false,
            past: VecDeque::new(),
            future: Vec::new(),
        }
    }

    /// What a project keeps, with `preset` as it sounds now.
    pub fn snapshot(&self, preset: Preset) -> Snapshot {
        Snapshot {
            preset,
            session: self.session.clone(),
            family: self.family.clone(),
            scales: self.scales.clone(),
        }
    }

    /// Makes the state before an edit something to go back to.
    pub fn remember(&mut self, before: Preset) {
        self.future.clear();
        if self.past.back() != Some(&before) {
            self.past.push_back(before);
        }
        if self.past.len() > STEPS {
            self.past.pop_front();
        }
    }

    /// The preset one step back; `now` is where redo leads.
    pub fn undo(&mut self, now: Preset) -> Option<Preset> {
        let before = self.past.pop_back()?;
        self.future.push(now);
        Some(before)
    }

    /// The preset one step forward; `now` is where undo leads.
    pub fn redo(&mut self, now: Preset) -> Option<Preset> {
        let after = self.future.pop()?;
        self.past.push_back(now);
        Some(after)
    }

    /// Whether there is a step back.
    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// Whether there is a step forward.
    pub fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }

    /// The preset of the other side; `now` takes its place.
    pub fn flip(&mut self, now: Preset) -> Preset {
        self.on_b = !self.on_b;
        std::mem::replace(&mut self.other, now)
    }

    /// Tells the player something.
    pub fn notice(&mut self, tone: Tone, text: impl Into<String>) {
        if self.notices.len() == NOTICES {
            self.notices.remove(0);
        }
        self.notices.push(Notice { tone, text: text.into() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(cutoff: f32) -> Preset {
        let mut preset = Preset::init();
        preset.meta.uuid = uuid::Uuid::nil();
        preset.patch.filter[0].cutoff = cutoff;
        preset
    }

    #[test]
    fn undo_and_redo_walk_the_same_way() {
        let mut document = Document::new(at(10.0));
        document.remember(at(10.0));
        document.remember(at(20.0));
        assert_eq!(document.undo(at(30.0)), Some(at(20.0)));
        assert_eq!(document.undo(at(20.0)), Some(at(10.0)));
        assert_eq!(document.undo(at(10.0)), None);
        assert_eq!(document.redo(at(10.0)), Some(at(20.0)));
        document.remember(at(20.0));
        assert!(!document.can_redo(), "an edit after an undo ends what was undone");
    }

    #[test]
    fn history_forgets_the_oldest_steps_only() {
        let mut document = Document::new(at(10.0));
        (0..STEPS + 9).for_each(|k| document.remember(at(k as f32 / 4.0)));
        let steps = std::iter::from_fn(|| document.undo(at(0.0))).count();
        assert_eq!(steps, STEPS);
    }

    #[test]
    fn flipping_twice_is_nothing() {
        let mut document = Document::new(at(10.0));
        let b = document.flip(at(15.0));
        assert_eq!((&b, document.on_b), (&at(10.0), true));
        assert_eq!((document.flip(b), document.on_b), (at(15.0), false));
    }
}
