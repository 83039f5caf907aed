//! What each effect shows.

use std::sync::LazyLock;

use cultivar_patch::Id;
use cultivar_patch::schema::{Model, Sync, ids};
use egui::{Rect, vec2};

use super::{Card, Effect, compressor, equaliser, pictures};
use crate::desk::Desk;
use crate::layout::Cut;
use crate::responses::morph_name;
use crate::theme::CHIP;
use crate::widgets::{response, select, well};

/// Height of a card with one row of knobs.
const ONE: f32 = 97.0;

/// The effects in the order of the schema.
pub(super) static EFFECTS: LazyLock<[Effect; 9]> = LazyLock::new(|| {
    let i = ids();
    let effect =
        |title, on, place, hue, height, fill| Effect { title, on, place, hue, height, fill };
    let (d, f, h, l) = (&i.distortion, &i.fx_filter, &i.phaser, &i.flanger);
    let (c, e, m, y, r) = (&i.chorus, &i.eq, &i.compressor, &i.delay, &i.reverb);
    [
        effect("Distortion", d.on, d.place, |p| p.coral, ONE, distortion),
        effect("Filter", f.on, f.place, |p| p.coral, ONE, filter),
        effect("Phaser", h.on, h.place, |p| p.mauve, ONE, phaser),
        effect("Flanger", l.on, l.place, |p| p.target, ONE, flanger),
        effect("Chorus", c.on, c.place, |p| p.leaf, ONE, chorus),
        effect("Equaliser", e.on, e.place, |p| p.amber, equaliser::HEIGHT, equaliser::fill),
        effect("Compressor", m.on, m.place, |p| p.leaf, compressor::HEIGHT, compressor::fill),
        effect("Delay", y.on, y.place, |p| p.target, ONE, delay),
        effect("Reverb", r.on, r.place, |p| p.mauve, ONE, reverb),
    ]
});

/// Cuts the room of a picture from the body.
pub(super) fn picture(ui: &egui::Ui, card: &mut Card, share: f32) -> Rect {
    let frame = card.body.cut_left(card.body.width() * share);
    well(ui, frame);
    card.body.cut_left(8.0);
    frame
}

/// A menu in the title's line.
pub(super) fn menu(ui: &mut egui::Ui, desk: &mut Desk, card: &mut Card, width: f32, id: Id) {
    select(ui, desk, card.line.cut_right(width).shrink2(vec2(0.0, 4.0)), id);
    card.line.cut_right(4.0);
}

/// A rate or time: the knob, or a menu of lengths in the title's line where it keeps time with
/// the song; returns the knob.
fn timed(
    ui: &mut egui::Ui,
    desk: &mut Desk,
    card: &mut Card,
    [sync, free, division]: [Id; 3],
) -> Option<Id> {
    menu(ui, desk, card, 72.0, sync);
    if Sync::of(desk.value(sync)) == Sync::Time {
        return Some(free);
    }
    let cell = card.body.cut_left(84.0);
    select(ui, desk, Rect::from_center_size(cell.center(), vec2(cell.width(), CHIP)), division);
    None
}

fn distortion(ui: &mut egui::Ui, desk: &mut Desk, mut card: Card) {
    let d = &ids().distortion;
    menu(ui, desk, &mut card, 78.0, d.curve);
    let frame = picture(ui, &mut card, 0.28);
    pictures::distortion(ui, desk, frame, card.ink(ui, desk));
    card.knobs(ui, desk, &[d.drive, d.tone, d.mix]);
}

fn filter(ui: &mut egui::Ui, desk: &mut Desk, mut card: Card) {
    let f = &ids().fx_filter;
    menu(ui, desk, &mut card, 98.0, f.model);
    let frame = picture(ui, &mut card, 0.28);
    response(ui, desk, frame, "Response of the filter effect", f.into());
    let mut knobs = vec![f.cutoff, f.resonance, f.drive]
        .into_iter()
        .map(|id| card.knob(desk, id))
        .collect::<Vec<_>>();
    let morph = morph_name(Model::of(desk.value(f.model)));
    knobs.extend(morph.map(|name| card.knob(desk, f.morph).named(name)));
    knobs.push(card.knob(desk, f.mix));
    super::knob_row(ui, desk, card.body, &knobs);
}

fn phaser(ui: &mut egui::Ui, desk: &mut Desk, mut card: Card) {
    let h = &ids().phaser;
    let frame = picture(ui, &mut card, 0.28);
    pictures::phaser(ui, desk, frame, card.ink(ui, desk));
    let rate = timed(ui, desk, &mut card, [h.sync, h.rate, h.division]);
    menu(ui, desk, &mut card, 48.0, h.stages);
    let rest = [h.depth, h.centre, h.feedback, h.stereo, h.mix];
    card.knobs(ui, desk, &rate.into_iter().chain(rest).collect::<Vec<_>>());
}

fn flanger(ui: &mut egui::Ui, desk: &mut Desk, mut card: Card) {
    let l = &ids().flanger;
    let frame = picture(ui, &mut card, 0.28);
    pictures::flanger(ui, desk, frame, card.ink(ui, desk));
    let rate = timed(ui, desk, &mut card, [l.sync, l.rate, l.division]);
    let rest = [l.depth, l.delay, l.feedback, l.stereo, l.mix];
    card.knobs(ui, desk, &rate.into_iter().chain(rest).collect::<Vec<_>>());
}

fn chorus(ui: &mut egui::Ui, desk: &mut Desk, mut card: Card) {
    let c = &ids().chorus;
    let frame = picture(ui, &mut card, 0.28);
    pictures::chorus(ui, desk, frame, card.ink(ui, desk));
    card.knobs(ui, desk, &[c.rate, c.depth, c.delay, c.feedback, c.mix]);
}

fn delay(ui: &mut egui::Ui, desk: &mut Desk, mut card: Card) {
    let d = &ids().delay;
    let frame = picture(ui, &mut card, 0.28);
    pictures::delay(ui, desk, frame, card.ink(ui, desk));
    let time = timed(ui, desk, &mut card, [d.sync, d.time, d.division]);
    let rest = [d.feedback, d.tone, d.cross, d.mix];
    card.knobs(ui, desk, &time.into_iter().chain(rest).collect::<Vec<_>>());
}

fn reverb(ui: &mut egui::Ui, desk: &mut Desk, mut card: Card) {
    let r = &ids().reverb;
    let frame = picture(ui, &mut card, 0.28);
    pictures::reverb(ui, desk, frame, card.ink(ui, desk));
    card.knobs(ui, desk, &[r.size, r.decay, r.damp, r.predelay, r.width, r.mix]);
}
