//! The way from the playing preset to a partner, made on a thread that may take its time.

use std::sync::Arc;

use crossbeam_channel::Sender;
use cultivar_breed::{Stop, morph};
use cultivar_patch::Preset;

use crate::gardener::News;
use crate::instrument::Instrument;
use crate::window::Repaint;

/// Makes what the playing preset needs to morph to `to`, and sends it to the editor, which shows
/// meanwhile that it is being made. Says whether it was, or stopped.
pub(crate) fn find(
    instrument: &Instrument,
    to: &Preset,
    news: &Sender<News>,
    repaint: &Repaint,
    stop: Stop,
) -> bool {
    let from = {
        let mut document = instrument.document();
        document.way_to = Some(to.meta.name.clone());
        instrument.preset(&document)
    };
    repaint.request();
    let _told = Told { instrument, repaint };
    let Some(partner) = morph::partner(&from, to, stop) else { return false };
    let (of, partner) = (from.meta.uuid, Arc::new(partner));
    instrument.prepare(&Preset { partner: Some(partner.clone()), ..from });
    news.send(News::Partner(of, partner)).is_ok()
}

/// Says in the end that no way is being made any more, whatever comes between.
struct Told<'a> {
    instrument: &'a Instrument,
    repaint: &'a Repaint,
}

impl Drop for Told<'_> {
    fn drop(&mut self) {
        self.instrument.document().way_to = None;
        self.repaint.request();
    }
}
