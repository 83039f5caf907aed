//! Pages and widgets of the instrument, over plain data: a view in, commands out.
//!
//! The owner of the window calls [`show`] once a frame and fulfils or refuses the commands.
//! Nothing here knows hosts, threads, channels or files.

mod breed;
mod breeding;
mod command;
mod curves;
mod desk;
mod drop;
mod grow;
mod header;
mod icons;
mod keyboard;
mod layout;
mod memory;
mod notices;
mod paint;
mod presets;
mod responses;
mod save;
mod spectra;
mod synth;
mod theme;
mod tour;
mod view;
mod way;
mod widgets;

pub use breeding::Breeding;
pub use command::{Command, Ear, Gesture, Purpose};
pub use memory::{Memory, Page, Settings, Tab};
pub use theme::SIZE;
pub use view::{
    Aspect, CHILDREN, ChildView, Effort, EnvelopeHead, FactoryName, Family, FamilyState, Garden,
    GardenState, Help, Kin, LitterRow, Live, MOST_PARENTS, Mix, Moved, NodeView, Notice,
    ParentCard, PresetRow, Section, Session, Side, Stage, StrandView, TargetView, Tone, View,
};

use desk::Desk;
use layout::Cut;

/// Draws the editor over all of `ui` and adds what the player asks for to `commands`.
///
/// It needs at least [`SIZE`] logical points; the owner of the window sets egui's zoom factor
/// to [`zoom_for`] its size. Files over the window and dropped on it come from egui's raw input.
pub fn show(ui: &mut egui::Ui, view: &View<'_>, memory: &mut Memory, commands: &mut Vec<Command>) {
    if !theme::install(ui.ctx()) {
        ui.ctx().request_repaint();
        return;
    }
    let theme = if memory.settings.light { egui::Theme::Light } else { egui::Theme::Dark };
    if ui.ctx().theme() != theme {
        ui.ctx().set_theme(theme);
    }
    theme::pace(ui, memory.settings.reduced_motion);
    let p = theme::Palette::of(ui);
    let window = ui.max_rect();
    let mut rest = window;
    ui.painter().rect_filled(rest, 0.0, p.ground);
    let desk = &mut Desk::new(view, memory, commands);
    header::show(ui, desk, rest.cut_top(theme::HEADER));
    keyboard::show(ui, desk, rest.cut_bottom(theme::KEYBOARD));
    match desk.memory.settings.page {
        Page::Grow => grow::show(ui, desk, rest),
        Page::Breed => breed::show(ui, desk, rest),
        Page::Synth => synth::show(ui, desk, rest),
    }
    presets::show(ui, desk, window);
    save::show(ui, desk);
    tour::show(ui, desk, window);
    drop::show(ui, desk, rest);
    notices::show(ui, desk, window);
}

/// The zoom factor at which a window of `size` points (at zoom 1) holds the whole editor.
pub fn zoom_for(size: egui::Vec2) -> f32 {
    (size / SIZE).min_elem().clamp(0.25, 4.0)
}
