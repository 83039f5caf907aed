//! What the garden wants from the player: help with a doubtful target, an error, a choice.

use egui::{Align2, Color32, CornerRadius, Rect, Stroke, StrokeKind, pos2, vec2};

use crate::Command;
use crate::desk::Desk;
use crate::icons::Icon;
use crate::layout::Cut;
use crate::paint::{speak, text_in, text_width};
use crate::theme::{Palette, ROUND, Weight, size};
use crate::view::{GardenState, Help};
use crate::widgets::{chip_width, icon_button, plain_button};

/// Draws banners at the foot of the garden, one above the other, where something calls for them.
pub(super) fn show(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    let p = Palette::of(ui);
    let garden = desk.view.garden;
    let mut rest = rect;
    if let Some(words) = &garden.error {
        let mut row = frame(ui, &mut rest, p.error, words, 34.0);
        close(ui, desk, row.cut_right(28.0));
        write(ui, row, words, p.error);
    }
    if garden.state == GardenState::Settled {
        settled(ui, desk, &mut rest);
    }
    if let Some(told) = garden.help.as_ref() {
        help(ui, desk, &mut rest, told);
    }
}

/// What is doubtful about the target, and the ways out.
fn help(ui: &mut egui::Ui, desk: &mut Desk, rest: &mut Rect, told: &Help) {
    let p = Palette::of(ui);
    let ink = if told.calm { p.target } else { p.amber };
    let widths: Vec<f32> = told.fixes.iter().map(|fix| chip_width(ui, fix) + 8.0).collect();
    let room = widths.iter().map(|width| width + 6.0).sum::<f32>() + 32.0;
    let mut row = frame(ui, rest, ink, &told.text, room);
    // While an error is shown, that is what closes.
    let end = row.cut_right(28.0);
    if desk.view.garden.error.is_none() {
        close(ui, desk, end);
    }
    for (k, (fix, width)) in told.fixes.iter().zip(&widths).enumerate().rev() {
        let button = row.cut_right(*width).shrink2(vec2(0.0, 6.0));
        row.cut_right(6.0);
        if plain_button(ui, button, fix, true).clicked() {
            desk.ask(Command::Fix(k));
        }
    }
    write(ui, row, &told.text, ink);
}

fn close(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    let p = Palette::of(ui);
    if icon_button(ui, rect, Icon::Close, "Close the message", p.muted, true).clicked() {
        desk.ask(Command::Dismiss);
    }
}

/// The best strand is offered.
fn settled(ui: &mut egui::Ui, desk: &mut Desk, rest: &mut Rect) {
    let p = Palette::of(ui);
    let strands = desk.view.garden.strands.iter().enumerate();
    let tips = strands.filter_map(|(s, strand)| {
        let node = strand.nodes.len().checked_sub(1)?;
        Some((s, node, strand.nodes[node].score))
    });
    let Some((strand, node, score)) = tips.max_by(|a, b| a.2.total_cmp(&b.2)) else { return };
    let words = format!("Best is strand {} with {score:.0}. Keep it?", strand + 1);
    let mut row = frame(ui, rest, p.leaf, &words, 172.0);
    let more = row.cut_right(78.0).shrink2(vec2(0.0, 6.0));
    row.cut_right(6.0);
    let keep = row.cut_right(78.0).shrink2(vec2(0.0, 6.0));
    row.cut_right(6.0);
    write(ui, row, &words, p.leaf);
    if plain_button(ui, keep, "Keep it", true).clicked() {
        if desk.view.garden.selected != Some((strand, node)) {
            desk.ask(Command::Select { strand, node });
        }
        desk.ask(Command::Keep);
    }
    if plain_button(ui, more, "Grow on", true).clicked() {
        desk.ask(Command::Resume);
    }
}

/// Cuts a banner off the foot of `rest`, wide enough for `words` and `room`, and paints it;
/// returns what is within.
fn frame(ui: &egui::Ui, rest: &mut Rect, ink: Color32, words: &str, room: f32) -> Rect {
    let p = Palette::of(ui);
    let wanted = text_width(ui.painter(), words, size::SMALL, Weight::Medium) + room + 40.0;
    let width = wanted.min(rest.width() - 24.0);
    let place = rest.cut_bottom(if rest.height() < 60.0 { 0.0 } else { 44.0 });
    let banner = Rect::from_center_size(place.center() - vec2(0.0, 6.0), vec2(width, 38.0));
    let round = CornerRadius::same(ROUND + 2);
    ui.painter().rect_filled(banner, round, p.raised);
    ui.painter().rect_filled(banner, round, ink.gamma_multiply(0.10));
    let line = Stroke::new(1.0, ink.gamma_multiply(0.7));
    ui.painter().rect_stroke(banner, round, line, StrokeKind::Inside);
    ui.painter().circle_filled(pos2(banner.left() + 15.0, banner.center().y), 3.5, ink);
    let mut inner = banner.shrink2(vec2(8.0, 0.0));
    inner.cut_left(18.0);
    inner
}

fn write(ui: &egui::Ui, rect: Rect, words: &str, ink: Color32) {
    text_in(ui.painter(), rect, Align2::LEFT_CENTER, words, size::SMALL, Weight::Medium, ink);
    speak(ui, rect, words);
}
