//! A short recording beside the oscillators.

use cultivar_patch::Clip;
use cultivar_patch::schema::ids;
use egui::{Rect, vec2};

use crate::desk::Desk;
use crate::layout::Cut;
use crate::theme::{CHIP, Palette};
use crate::widgets::{Chooser, Knob, Pick, knob_row, section, select};
use crate::{Command, Purpose};

/// Draws the recording's name and its knobs.
pub(crate) fn show(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    let p = Palette::of(ui);
    let sample = &ids().sample;
    let (mut line, mut body) = section(ui, desk, rect, "Sample", p.target, Some(sample.on));
    let slim = vec2(0.0, 4.0);
    select(ui, desk, line.cut_right(78.0).shrink2(slim), sample.to);
    line.cut_right(4.0);
    let arrows = line.cut_right(Chooser::ARROWS).shrink2(slim);
    let off = !desk.on(sample.on);
    let knob = |id| Knob::new(id, p.target).dim(off);
    let upper = body.cut_top(body.height() / 2.0);
    knob_row(ui, desk, upper, &[sample.level, sample.pan, sample.tune, sample.start].map(knob));
    body.cut_top(2.0);
    let mut field = body.cut_left(body.width() / 2.0);
    field.cut_right(4.0);
    let menu = |row| {
        let row = field.row(row, 2, 0.0);
        Rect::from_center_size(row.center(), vec2(row.width(), CHIP))
    };
    recording(ui, desk, menu(0), arrows);
    select(ui, desk, menu(1), sample.looped);
    knob_row(ui, desk, body, &[sample.fine, sample.key].map(knob));
}

/// The recording's name, its neighbours in the list, a menu of all of them.
fn recording(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect, arrows: Rect) {
    let list = desk.view.factory_recordings;
    let (current, shown) = match &desk.view.preset.clip {
        Clip::Factory(id) => {
            let current = list.iter().position(|recording| recording.id == *id);
            (current, current.map_or(id.as_str(), |at| list[at].title.as_str()))
        }
        Clip::Own(recording) => (None, recording.name()),
    };
    let (name, kind, file) = ("Recording", "recording", "Load a sound…");
    let chooser = Chooser { name, kind, file, list, current, shown };
    match chooser.show(ui, rect, arrows) {
        Some(Pick::File) => desk.ask(Command::OpenFileDialog(Purpose::Recording)),
        Some(Pick::Factory(id)) => desk.ask(Command::SetRecording(Clip::Factory(id))),
        None => {}
    }
}
