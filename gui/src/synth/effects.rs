//! The four effects, in the order the sound goes through them.

use cultivar_patch::Id;
use cultivar_patch::schema::{Sync, ids};
use egui::{Color32, Rect, vec2};

use super::pictures;
use crate::desk::Desk;
use crate::layout::Cut;
use crate::theme::{CHIP, GAP, Palette};
use crate::widgets::{Knob, knob_row, section, select, well};

type Picture = fn(&mut egui::Ui, &Desk, Rect, Color32);

/// Draws the effects one below the other.
pub(crate) fn show(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    let p = Palette::of(ui);
    let i = ids();
    let row = |k| rect.row(k, 4, GAP);
    let d = &i.distortion;
    let rest = effect(ui, desk, row(0), "Distortion", p.coral, d.on, pictures::distortion);
    let (mut line, body) = rest;
    select(ui, desk, line.cut_right(78.0).shrink2(vec2(0.0, 4.0)), d.curve);
    knobs(ui, desk, body, p.coral, d.on, &[d.drive, d.tone, d.mix]);

    let c = &i.chorus;
    let (_, body) = effect(ui, desk, row(1), "Chorus", p.leaf, c.on, pictures::chorus);
    knobs(ui, desk, body, p.leaf, c.on, &[c.rate, c.depth, c.delay, c.feedback, c.mix]);

    let d = &i.delay;
    let (mut line, mut body) = effect(ui, desk, row(2), "Delay", p.target, d.on, pictures::delay);
    select(ui, desk, line.cut_right(78.0).shrink2(vec2(0.0, 4.0)), d.sync);
    if Sync::of(desk.value(d.sync)) == Sync::Tempo {
        let cell = body.cut_left(body.width() * 0.27);
        let field = Rect::from_center_size(cell.center(), vec2(cell.width(), CHIP));
        select(ui, desk, field, d.division);
        knobs(ui, desk, body, p.target, d.on, &[d.feedback, d.tone, d.cross, d.mix]);
    } else {
        knobs(ui, desk, body, p.target, d.on, &[d.time, d.feedback, d.tone, d.cross, d.mix]);
    }

    let r = &i.reverb;
    let (_, body) = effect(ui, desk, row(3), "Reverb", p.mauve, r.on, pictures::reverb);
    knobs(ui, desk, body, p.mauve, r.on, &[r.size, r.decay, r.damp, r.predelay, r.width, r.mix]);
}

/// A panel with a picture; returns the rest of its title and the room for its knobs.
fn effect(
    ui: &mut egui::Ui,
    desk: &mut Desk,
    rect: Rect,
    title: &str,
    hue: Color32,
    on: Id,
    picture: Picture,
) -> (Rect, Rect) {
    let p = Palette::of(ui);
    let (line, mut body) = section(ui, desk, rect, title, hue, Some(on));
    let frame = body.cut_left((body.width() * 0.345).min(240.0));
    well(ui, frame);
    let ink = if desk.on(on) { hue } else { p.faint.gamma_multiply(0.6) };
    picture(ui, desk, frame, ink);
    body.cut_left(8.0);
    (line, body)
}

fn knobs(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect, hue: Color32, on: Id, list: &[Id]) {
    let dim = !desk.on(on);
    let knobs: Vec<Knob> = list.iter().map(|id| Knob::new(*id, hue).dim(dim)).collect();
    knob_row(ui, desk, rect, &knobs);
}
