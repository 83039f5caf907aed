//! How to grow: on and off, how long, how boldly, how many, from which seed.

use egui::{Align2, Key, Rect, Sense, WidgetInfo, vec2};

use super::clock;
use crate::desk::Desk;
use crate::icons::{Icon, icon};
use crate::layout::Cut;
use crate::paint::{text, text_in};
use crate::theme::{CHIP, PAD, Palette, Weight, font, size};
use crate::view::{Effort, GardenState};
use crate::widgets::{chip, icon_button, panel, slide};
use crate::{Command, Purpose};

/// Draws the bar.
pub(super) fn show(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    panel(ui, rect);
    let mut row = rect.shrink2(vec2(PAD, 0.0));
    grow_button(ui, desk, row.cut_left(46.0));
    row.cut_left(8.0);
    efforts(ui, desk, row.cut_left(4.0 * 50.0));
    row.cut_left(14.0);
    let mut right = row.cut_right(280.0);
    row.cut_right(18.0);
    let bold = row.cut_right(318.0_f32.min(row.width() * 0.62));
    row.cut_right(18.0);
    progress(ui, desk, row);
    surprise(ui, desk, bold);
    seed(ui, desk, right.cut_right(148.0));
    strands(ui, desk, right);
}

/// The round button.
fn grow_button(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    let p = Palette::of(ui);
    let (name, which, enabled) = match desk.view.garden.state {
        GardenState::Growing => ("Let growth rest", Icon::Pause, true),
        GardenState::Analysing => ("Listening to the target", Icon::Play, false),
        GardenState::Empty => ("Load a sound to grow towards", Icon::Folder, true),
        _ => ("Grow on", Icon::Play, true),
    };
    let response = ui.interact(rect, ui.scope_id().with("grow"), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, enabled, name));
    let hot = enabled && (response.hovered() || response.has_focus());
    let fill = match (enabled, hot) {
        (false, _) => p.raised,
        (true, true) => p.leaf.lerp_to_gamma(p.text, 0.25),
        (true, false) => p.leaf,
    };
    ui.painter().circle_filled(rect.center(), 18.0, fill);
    let at = rect.center() + vec2(if which == Icon::Play { 0.8 } else { 0.0 }, 0.0);
    icon(ui.painter(), which, at, 1.15, if enabled { p.on_leaf } else { p.faint });
    if enabled && response.clicked() {
        desk.ask(match desk.view.garden.state {
            GardenState::Growing => Command::Pause,
            GardenState::Empty => Command::OpenFileDialog(Purpose::Target),
            _ => Command::Resume,
        });
    }
    response.on_hover_text(name);
}

fn efforts(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    let line = Rect::from_center_size(rect.center(), vec2(rect.width(), CHIP + 1.0));
    for (k, effort) in Effort::ALL.into_iter().enumerate() {
        let chosen = desk.view.garden.effort == effort;
        let spoken = match effort {
            Effort::Endless => "Grow until stopped".to_owned(),
            _ => format!("Grow for {}", effort.label()),
        };
        let cell = line.column(k, 4, 4.0);
        if chip(ui, cell, effort.label(), &spoken, chosen).on_hover_text(&spoken).clicked() {
            desk.ask(Command::SetEffort(effort));
        }
    }
}

fn progress(ui: &egui::Ui, desk: &Desk, mut rect: Rect) {
    let p = Palette::of(ui);
    let garden = desk.view.garden;
    let shown = clock(garden.seconds);
    let time = rect.cut_right(34.0);
    text_in(
        ui.painter(),
        time,
        Align2::RIGHT_CENTER,
        &shown,
        size::SMALL,
        Weight::Regular,
        p.muted,
    );
    let rail = Rect::from_center_size(rect.center(), vec2(rect.width(), 4.0));
    ui.painter().rect_filled(rail, 2.0, p.ground);
    let part = (garden.seconds / garden.effort.seconds()).clamp(0.0, 1.0);
    let mut done = rail;
    done.max.x = rail.left() + rail.width() * part;
    let ink =
        if garden.state == GardenState::Growing { p.leaf.gamma_multiply(0.7) } else { p.stem };
    ui.painter().rect_filled(done, 2.0, ink);
}

fn surprise(ui: &mut egui::Ui, desk: &mut Desk, mut rect: Rect) {
    let p = Palette::of(ui);
    let close = rect.cut_left(38.0);
    let far = rect.cut_right(66.0);
    let write = |rect: Rect, align: Align2, words: &str| {
        text_in(ui.painter(), rect, align, words, size::SMALL, Weight::Regular, p.muted);
    };
    write(close, Align2::RIGHT_CENTER, "close");
    write(far, Align2::LEFT_CENTER, "surprising");
    let now = desk.view.garden.surprise;
    let rail = Rect::from_center_size(rect.center(), vec2(rect.width() - 8.0, 24.0));
    let (response, moved) = slide(ui, rail, "Close to surprising", now, 0.0, p.mauve);
    if let Some(at) = moved.filter(|at| *at != now) {
        desk.ask(Command::SetSurprise(at));
    }
    response.on_hover_text("How boldly patches change: close to the target, or surprising");
}

fn strands(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    let p = Palette::of(ui);
    let count = desk.view.garden.strand_count;
    let mut row = Rect::from_center_size(rect.center(), vec2(rect.width(), 22.0));
    text_in(
        ui.painter(),
        row.cut_left(50.0),
        Align2::LEFT_CENTER,
        "Strands",
        size::SMALL,
        Weight::Regular,
        p.muted,
    );
    if icon_button(ui, row.cut_left(20.0), Icon::Left, "Fewer strands", p.muted, count > 1)
        .clicked()
        && count > 1
    {
        desk.ask(Command::SetStrands(count - 1));
    }
    let number = row.cut_left(18.0);
    text(
        ui.painter(),
        number.center(),
        Align2::CENTER_CENTER,
        &count.to_string(),
        size::BODY,
        Weight::Medium,
        p.text,
    );
    if icon_button(ui, row.cut_left(20.0), Icon::Right, "More strands", p.muted, count < 8)
        .clicked()
        && count < 8
    {
        desk.ask(Command::SetStrands(count + 1));
    }
}

/// The seed as hexadecimal digits, to be typed or thrown.
fn seed(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    let p = Palette::of(ui);
    let seed = desk.view.garden.seed;
    let mut row = Rect::from_center_size(rect.center(), vec2(rect.width(), 22.0));
    let dice = row.cut_right(24.0);
    text_in(
        ui.painter(),
        row.cut_left(34.0),
        Align2::LEFT_CENTER,
        "Seed",
        size::SMALL,
        Weight::Regular,
        p.muted,
    );
    row.cut_right(4.0);
    let mut typed = desk.memory.seed_text.take().unwrap_or_else(|| format!("{seed:X}"));
    let field = egui::TextEdit::singleline(&mut typed)
        .font(font(size::SMALL, Weight::Regular))
        .char_limit(16)
        .align(Align2::LEFT_CENTER)
        .margin(vec2(6.0, 2.0));
    let response = ui.put(row, field).accessible_name("Seed");
    if response.has_focus() {
        desk.memory.seed_text = Some(typed);
    } else if response.lost_focus() && !ui.input(|i| i.key_pressed(Key::Escape)) {
        match u64::from_str_radix(typed.trim(), 16) {
            Ok(new) if new != seed => desk.ask(Command::SetSeed(new)),
            Ok(_) => {}
            Err(_) => desk.hint(ui.ctx(), "A seed is written with 0–9 and A–F."),
        }
    }
    if icon_button(ui, dice, Icon::Dice, "Another seed", p.muted, true).clicked() {
        // The next number of the multiplicative sequence of Knuth: any other seed will do.
        desk.ask(Command::SetSeed(
            seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1) >> 44,
        ));
    }
}
