//! The garden before there is a target.

use egui::{Align2, Rect, Stroke, pos2, vec2};

use crate::desk::Desk;
use crate::layout::Cut;
use crate::paint::{arc, polar, speak, text};
use crate::theme::{Palette, Weight, size};
use crate::widgets::{chip_width, main_button, plain_button};
use crate::{Command, Purpose};

/// Draws the invitation to drop a sound, the examples and the way to a file.
pub(super) fn show(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    let p = Palette::of(ui);
    let centre = rect.center() - vec2(0.0, 84.0);
    bulb(ui, centre);
    let line = |y: f32, words: &str, points: f32, weight, ink| {
        let at = pos2(rect.center().x, centre.y + y);
        let rect = text(ui.painter(), at, Align2::CENTER_CENTER, words, points, weight, ink);
        speak(ui, rect, words);
    };
    line(104.0, "Drop a sound here", size::SCORE, Weight::Bold, p.text);
    line(132.0, "WAV, FLAC, AIFF, MP3, OGG — or try one:", size::BODY, Weight::Regular, p.muted);
    let names = &desk.view.garden.examples;
    let widths: Vec<f32> = names.iter().map(|name| chip_width(ui, name) + 14.0).collect();
    let total = widths.iter().sum::<f32>() + 8.0 * (names.len().max(1) - 1) as f32;
    let mut row =
        Rect::from_center_size(pos2(rect.center().x, centre.y + 166.0), vec2(total, 28.0));
    for (k, (name, width)) in names.iter().zip(widths).enumerate() {
        let button = plain_button(ui, row.cut_left(width), name, true);
        row.cut_left(8.0);
        if button.on_hover_text("Grow towards this example").clicked() {
            desk.ask(Command::GrowExample(k));
        }
    }
    let load = Rect::from_center_size(pos2(rect.center().x, centre.y + 212.0), vec2(120.0, 32.0));
    if main_button(ui, load, "Load a sound…", true).clicked() {
        desk.ask(Command::OpenFileDialog(Purpose::Target));
    }
    let at = pos2(rect.center().x, rect.bottom() - 20.0);
    let words = "Patches of this synthesizer grow towards what you drop.";
    text(ui.painter(), at, Align2::CENTER_CENTER, words, size::SMALL, Weight::Regular, p.faint);
}

/// The ghost of a bulb with eight sprouts.
fn bulb(ui: &egui::Ui, centre: egui::Pos2) {
    let p = Palette::of(ui);
    let painter = ui.painter();
    for k in 0..8 {
        let angle = -std::f32::consts::FRAC_PI_2 + k as f32 * std::f32::consts::TAU / 8.0;
        let bend = if k % 2 == 0 { 0.22 } else { -0.16 };
        let length = [66.0, 52.0, 72.0, 48.0, 60.0, 46.0, 70.0, 54.0][k];
        let hue = p.strands[k].gamma_multiply(0.45);
        let line = (0..=14).map(|n| {
            let t = n as f32 / 14.0;
            polar(centre, 40.0 + (length - 40.0 + 16.0) * t, angle + bend * t * t)
        });
        painter.line(line.collect(), Stroke::new(2.0, hue));
        painter.circle_filled(polar(centre, length + 16.0, angle + bend), 3.0, hue);
    }
    painter.circle_filled(centre, 36.0, p.pool.gamma_multiply(0.6));
    for k in 0..24 {
        let from = k as f32 * std::f32::consts::TAU / 24.0;
        let ink = p.target.gamma_multiply(0.7);
        arc(painter, centre, 36.0, from, from + 0.16, Stroke::new(1.5, ink));
    }
    crate::icons::icon(
        painter,
        crate::icons::Icon::Plus,
        centre,
        1.6,
        p.target.gamma_multiply(0.8),
    );
}
