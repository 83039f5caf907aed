//! The family in the project: kept there, and taken up again.

use std::sync::atomic::Ordering;
use std::time::Instant;

use cultivar_gui::{Notice, Tone};

use super::Worker;
use super::family::Family;
use super::file::{self, Written};
use crate::gardener::News;

impl Worker {
    /// Takes up the family that came with a project.
    pub(super) fn recall(&mut self) {
        let text = {
            let mut document = self.common.instrument.document();
            if !std::mem::take(&mut document.recall) {
                return;
            }
            document.family.clone()
        };
        let stop = || self.common.stop.load(Ordering::Relaxed);
        let begin = Instant::now();
        self.family = match file::read(&text, &stop) {
            Ok(family) => family.unwrap_or_default(),
            Err(why) => {
                let text = format!("The project's family cannot be read: {why}");
                self.say(Tone::Error, format!("{text}."));
                Family { error: Some(text), ..Family::default() }
            }
        };
        // What cannot be read stays in the project until there is another family.
        self.kept = self.archive.write(&self.family, &stop).map_or_else(String::new, |w| w.text);
        self.put_on_keys();
        tracing::debug!("the family of the project after {:?}", begin.elapsed());
    }

    /// Keeps the family with the project.
    pub(super) fn remember(&mut self) {
        let stop = || self.common.stop.load(Ordering::Relaxed);
        let Some(Written { text, short }) = self.archive.write(&self.family, &stop) else { return };
        if short && !std::mem::replace(&mut self.short, short) {
            let text = "This litter is too large for the project: keep the children you like.";
            self.say(Tone::Warning, text.into());
        }
        self.short = short;
        if text != self.kept {
            let mut document = self.common.instrument.document();
            // Another project may have come meanwhile.
            if !document.recall {
                document.family = text.as_str().into();
                document.family_edits += 1;
            }
            drop(document);
            self.kept = text;
        }
    }

    fn say(&self, tone: Tone, text: String) {
        let _ = self.desk.news.send(News::Notice(Notice { tone, text }));
    }
}
