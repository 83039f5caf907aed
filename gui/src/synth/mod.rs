//! The Synth page: the whole voice on one screen, the modulators beside it.

mod effects;
mod envelopes;
mod filters;
mod lfos;
mod macros;
mod noise;
mod osc;
mod random;
mod routes;
mod sample;

use cultivar_patch::schema::ids;
use egui::{Rect, vec2};

use crate::desk::Desk;
use crate::layout::Cut;
use crate::memory::Tab;
use crate::theme::{CHIP, GAP, Palette};
use crate::widgets::{Knob, chip, select};

/// Draws the page.
pub(crate) fn show(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    let mut right = rect.shrink2(vec2(8.0, 7.0));
    let mut left = right.cut_left((right.width() - GAP) * 0.517);
    right.cut_left(GAP);
    strip(ui, desk, left.cut_top(CHIP + 2.0));
    left.cut_top(GAP);
    match desk.memory.tab {
        Tab::Voice => {
            let height = (left.height() - 3.0 * GAP) * 0.243;
            desk.memory.osc_panels.clear();
            for k in 0..3 {
                let panel = left.cut_top(height);
                desk.memory.osc_panels.push(panel);
                osc::show(ui, desk, panel, k);
                left.cut_top(GAP);
            }
            noise::show(ui, desk, left.cut_left((left.width() - GAP) * 0.58));
            left.cut_left(GAP);
            sample::show(ui, desk, left);
        }
        Tab::Effects => effects::show(ui, desk, left),
        Tab::Routes => routes::show(ui, desk, left),
    }
    let free = right.height() - 3.0 * GAP;
    filters::show(ui, desk, right.cut_top(free * 0.295));
    right.cut_top(GAP);
    envelopes::show(ui, desk, right.cut_top(free * 0.275));
    right.cut_top(GAP);
    lfos::show(ui, desk, right.cut_top(free * 0.275));
    right.cut_top(GAP);
    macros::show(ui, desk, right);
}

/// The tabs, and how notes become voices.
fn strip(ui: &mut egui::Ui, desk: &mut Desk, mut rect: Rect) {
    let p = Palette::of(ui);
    let routes = format!("Routes {}", desk.wires.len());
    let tabs = [
        (Tab::Voice, "Voice", "Voice"),
        (Tab::Effects, "Effects", "Effects"),
        (Tab::Routes, routes.as_str(), "Routes"),
    ];
    for (tab, name, spoken) in tabs {
        let width = crate::widgets::chip_width(ui, name) + 6.0;
        let chosen = desk.memory.tab == tab;
        if chip(ui, rect.cut_left(width), name, spoken, chosen).clicked() {
            desk.memory.tab = tab;
        }
        rect.cut_left(4.0);
    }
    let voice = &ids().voice;
    rect.cut_left(10.0);
    let mode = rect.cut_left(78.0);
    select(ui, desk, mode, voice.mode);
    rect.cut_left(4.0);
    let fields = [
        (voice.count, "Voices"),
        (voice.glide, "Glide"),
        (voice.velocity, "Vel."),
        (voice.bend, "Bend"),
    ];
    for (k, (id, name)) in fields.into_iter().enumerate() {
        let cell = rect.column(k, fields.len(), 4.0);
        Knob::field(id, p.leaf).named(name).show(ui, desk, cell);
    }
}
