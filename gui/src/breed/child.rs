//! The chosen child: whose it is, and what may become of it.

use egui::{Align2, CornerRadius, Rect, pos2, vec2};

use super::{KEYS, child_hue, kin_hue, new_hue};
use crate::desk::Desk;
use crate::icons::Icon;
use crate::layout::Cut;
use crate::memory::Page;
use crate::paint::{speak, text, text_in};
use crate::theme::{PAD, Palette, WELL_ROUND, Weight, size};
use crate::view::{ChildView, Family};
use crate::widgets::{icon_button, main_button, panel, plain_button};
use crate::{Breeding, Command};

/// Draws the panel.
pub(super) fn show(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    let p = Palette::of(ui);
    panel(ui, rect);
    let mut body = rect.shrink2(vec2(PAD, 8.0));
    let family = desk.view.family;
    let chosen = family.selected.and_then(|k| Some((k, family.children.get(k)?)));
    let Some((k, child)) = chosen else {
        let words = if family.children.is_empty() {
            "Whose child it is, and what it has from whom, is told here."
        } else {
            "Click a child to hear it and to see whose it is."
        };
        let font = crate::theme::font(size::SMALL, Weight::Regular);
        let galley = ui.painter().layout(words.into(), font, p.faint, body.width() - 40.0);
        ui.painter().galley(body.center() - galley.size() / 2.0, galley, p.faint);
        return;
    };
    head(ui, desk, body.cut_top(28.0), k, child);
    body.cut_top(6.0);
    bar(ui, family, body.cut_top(14.0), child);
    body.cut_top(8.0);
    acts(ui, desk, body.cut_bottom(108.0), k);
    for (parent, share) in child.shares.iter().enumerate() {
        let name = family.kin.get(parent).map_or("a parent", |kin| kin.name.as_str());
        if body.height() > 22.0 && *share > 0 {
            share_row(ui, body.cut_top(22.0), kin_hue(p, family, parent), name, *share);
        }
    }
    if child.new > 0 && body.height() > 22.0 {
        share_row(ui, body.cut_top(22.0), new_hue(p), "new", child.new);
    }
    body.cut_top(8.0);
    sections(ui, desk, body, child);
}

fn head(ui: &mut egui::Ui, desk: &mut Desk, mut rect: Rect, k: usize, child: &ChildView) {
    let p = Palette::of(ui);
    let name = if child.loved { "Love it no more" } else { "Love it" };
    let ink = if child.loved { p.coral } else { p.muted };
    let heart = Icon::Heart(child.loved);
    if icon_button(ui, rect.cut_right(24.0), heart, name, ink, true).clicked() {
        desk.ask(Command::Breed(Breeding::Love { child: k, on: !child.loved }));
    }
    if icon_button(ui, rect.cut_right(24.0), Icon::Play, "Play it", p.muted, true).clicked() {
        desk.ask(Command::Breed(Breeding::Play(k)));
    }
    let key = rect.cut_left(26.0);
    let hue = child_hue(p, desk.view.family, child);
    let (align, points) = (Align2::LEFT_CENTER, size::BODY + 0.5);
    text(ui.painter(), key.left_center(), align, KEYS[k], points, Weight::Bold, hue);
    text_in(ui.painter(), rect, align, &child.name, points, Weight::Bold, p.text);
    speak(ui, rect, &format!("Child {}, {}", KEYS[k], child.name));
}

/// The shares side by side.
fn bar(ui: &egui::Ui, family: &Family, rect: Rect, child: &ChildView) {
    let p = Palette::of(ui);
    let shares = child.shares.iter().enumerate().map(|(k, share)| (*share, kin_hue(p, family, k)));
    let shares: Vec<_> =
        shares.chain([(child.new, new_hue(p))]).filter(|(share, _)| *share > 0).collect();
    let mut left = rect.left();
    for (k, (share, hue)) in shares.iter().enumerate() {
        let right = if k + 1 == shares.len() {
            rect.right()
        } else {
            left + rect.width() * f32::from(*share) / 100.0
        };
        let part = Rect::from_min_max(pos2(left, rect.top()), pos2(right - 1.0, rect.bottom()));
        let round = |end: bool| if end { WELL_ROUND } else { 0 };
        let (first, last) = (round(k == 0), round(k + 1 == shares.len()));
        let corners = CornerRadius { nw: first, sw: first, ne: last, se: last };
        ui.painter().rect_filled(part, corners, *hue);
        left = right;
    }
}

fn share_row(ui: &egui::Ui, mut row: Rect, hue: egui::Color32, name: &str, share: u8) {
    let p = Palette::of(ui);
    speak(ui, row, &format!("{name} {share} %"));
    ui.painter().circle_filled(row.cut_left(16.0).left_center() + vec2(5.0, 0.0), 4.0, hue);
    let (points, weight) = (size::SMALL, Weight::Regular);
    let shown = format!("{share} %");
    let place = row.cut_right(44.0);
    text_in(ui.painter(), place, Align2::RIGHT_CENTER, &shown, points, weight, p.muted);
    text_in(ui.painter(), row, Align2::LEFT_CENTER, name, points, weight, p.text);
}

/// Which section is whose.
fn sections(ui: &egui::Ui, desk: &Desk, mut body: Rect, child: &ChildView) {
    let p = Palette::of(ui);
    for (section, parent) in &child.sections {
        if body.height() < 17.0 {
            break;
        }
        let mut row = body.cut_top(17.0);
        let (points, weight) = (size::TINY, Weight::Regular);
        let name = row.cut_left(86.0);
        text_in(ui.painter(), name, Align2::LEFT_CENTER, section, points, weight, p.faint);
        let family = desk.view.family;
        let words = family.kin.get(*parent).map_or("a parent", |kin| kin.name.as_str());
        let hue = kin_hue(p, family, *parent);
        text_in(ui.painter(), row, Align2::LEFT_CENTER, words, points, weight, hue);
    }
}

/// What may become of it.
fn acts(ui: &mut egui::Ui, desk: &mut Desk, mut rect: Rect, k: usize) {
    if main_button(ui, rect.cut_top(32.0), "Keep", true).clicked() {
        desk.ask(Command::Breed(Breeding::Keep(k)));
    }
    rect.cut_top(6.0);
    let row = rect.cut_top(32.0);
    if plain_button(ui, row.column(0, 2, 6.0), "Plant as seed", true).clicked() {
        desk.ask(Command::Breed(Breeding::Plant(k)));
    }
    let morph = plain_button(ui, row.column(1, 2, 6.0), "Morph to it", true);
    let hint = format!("A slider from {} to this child", desk.view.preset.meta.name);
    if morph.on_hover_text(hint).clicked() {
        desk.ask(Command::Breed(Breeding::MorphTo(k)));
    }
    rect.cut_top(6.0);
    if plain_button(ui, rect.cut_top(32.0), "Open in Synth", true).clicked() {
        desk.ask(Command::Breed(Breeding::Open(k)));
        desk.memory.settings.page = Page::Synth;
    }
}
