//! What the player changes about the target, and taking it back.

use std::time::{Duration, Instant};

use cultivar_gui::{Ear, GardenState};

use super::bed::Bed;
use super::bounds::Offspring;
use super::doubts::{About, Fix, Question};
use super::hearing::{Hearing, Note};
use super::picture;
use super::plot::{CALM, Plot};
use super::sample::Sample;

/// Changes of the target that can be taken back.
const STEPS: usize = 4;

/// What grew before the player changed something.
pub(super) struct Past {
    sample: Sample,
    bed: Bed,
    state: GardenState,
    answered: Vec<About>,
}

impl Plot {
    /// Does what a question offers.
    pub(super) fn fix(&mut self, k: usize) {
        let Some(question) = self.questions.front() else { return };
        let Some((_, fix)) = question.fixes.get(k).cloned() else { return };
        let about = question.about;
        match fix {
            Fix::Undo => self.undo(),
            Fix::Agree(hearing) => {
                self.answer(about);
                if let Some(sample) = &self.sample
                    && let Ok(sample) = sample.again(hearing, &|| self.shared.stopped())
                {
                    self.take(sample);
                }
            }
            Fix::Hear(hearing) => self.hear_again(hearing, Duration::ZERO, Some(about)),
        }
    }

    fn answer(&mut self, about: About) {
        self.answered.push(about);
        self.questions.retain(|question| question.about != about);
    }

    /// Takes back an error or, where there is none, a question.
    pub(super) fn dismiss(&mut self) {
        if self.error.take().is_none()
            && let Some(question) = self.questions.front()
        {
            self.answer(question.about);
        }
    }

    /// Listens to another part of the sound, in parts of the whole.
    pub(super) fn listen_to(&mut self, from: f32, to: f32) {
        let Some(sample) = &self.sample else { return };
        let seconds = sample.sound.seconds();
        let part = Some([from, to].map(|at| at.clamp(0.0, 1.0) * seconds));
        let hearing = Hearing { part, ..sample.hearing.clone() };
        self.hear_again(hearing, CALM, None);
    }

    /// Hears the target at another note.
    pub(super) fn hear_as(&mut self, ear: Ear) {
        let Some(sample) = &self.sample else { return };
        let note = match ear {
            Ear::Own => Note::Heard,
            Ear::Texture => Note::Texture,
            Ear::Shift(by) => {
                // Octaves keep the cents: they are what was heard.
                let now = sample.target.note;
                let now = if by % 12 == 0 { now } else { now.round() };
                Note::Key((now + by as f32).clamp(0.0, 127.0))
            }
        };
        let hearing = Hearing { note, ..sample.hearing.clone() };
        self.hear_again(hearing, CALM, None);
    }

    /// Hears the target in another way, and grows anew after a while; answers a question by
    /// that. Can be taken back.
    fn hear_again(&mut self, hearing: Hearing, wait: Duration, about: Option<About>) {
        let Some(sample) = &self.sample else { return };
        if hearing == sample.hearing {
            return;
        }
        match sample.again(hearing, &|| self.shared.stopped()) {
            Err(refusal) => {
                let path = sample.sound.path.clone();
                self.fail(&path, &refusal.to_string());
            }
            Ok(heard) => {
                let words = changed(&sample.hearing, &heard);
                self.remember();
                self.answered.extend(about);
                self.take(heard);
                self.questions.push_front(Question::changed(words));
                self.state = GardenState::Growing;
                self.replant = Some(Instant::now() + wait);
            }
        }
    }

    /// Grows all anew from a node. Can be taken back.
    pub(super) fn regrow(&mut self, strand: usize, node: usize) {
        let Some(preset) = self.preset_of(strand, node) else { return };
        self.remember();
        let words = format!("All grows anew from strand {}, node {}", strand + 1, node + 1);
        self.questions.retain(|question| question.about != About::Change);
        self.questions.push_front(Question::changed(words));
        self.sow(vec![Box::new(Offspring::new(preset))]);
    }

    /// Makes what grows now something to go back to.
    fn remember(&mut self) {
        if let (Some(sample), Some(bed)) = (&self.sample, self.bed.take()) {
            let (state, answered) = (self.state.clone(), self.answered.clone());
            self.past.push(Past { sample: sample.clone(), bed, state, answered });
            if self.past.len() > STEPS {
                self.past.remove(0);
            }
        }
    }

    /// Takes the last change of the target back, with all that grew before it.
    fn undo(&mut self) {
        let Some(Past { sample, bed, state, answered }) = self.past.pop() else { return };
        self.replant = None;
        self.answered = answered;
        self.take(sample);
        self.judges.clear();
        (self.bed, self.state) = (Some(bed), state);
    }
}

/// What has changed in how a sample is heard, for the player.
fn changed(before: &Hearing, now: &Sample) -> String {
    let note = || picture::note_name(f32::from(now.target.key()));
    match &now.hearing {
        hearing if hearing.mended != before.mended => "Its clipped peaks are mended".into(),
        hearing if hearing.part != before.part => {
            format!("Another part is matched: {:.1} s", now.target.duration)
        }
        Hearing { note: Note::Texture, .. } => "It is heard as a texture".into(),
        Hearing { note: Note::Key(_), .. } => format!("Its key is {}", note()),
        Hearing { note: Note::Heard, .. } => "It is heard as it was at first".into(),
    }
}
