//! The way from the playing preset to a partner, made on a thread that may take its time.

use std::sync::Arc;

use cultivar_breed::{Stop, morph};
use cultivar_patch::Preset;

use crate::gardener::News;
use crate::instrument::Instrument;

/// What the playing preset needs to morph to `to`, for the editor; nothing if stopped.
pub fn find(instrument: &Instrument, to: &Preset, stop: Stop) -> Option<News> {
    let document = instrument.document();
    let from = instrument.preset(&document);
    drop(document);
    let partner = morph::partner(&from, to, stop)?;
    Some(News::Partner(from.meta.uuid, Arc::new(partner)))
}
