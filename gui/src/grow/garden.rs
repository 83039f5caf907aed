//! The garden: strands of patches around their target.

use egui::{Align2, Color32, Rect, Sense, Shape, Stroke, WidgetInfo, pos2, vec2};

use super::plot::Plot;
use super::{clock, keys, nodes, thousands};
use crate::Command;
use crate::desk::Desk;
use crate::paint::{height, polar, speak, text, waveform};
use crate::theme::{CHIP, Palette, Weight, size};
use crate::view::{GardenState, StrandView};
use crate::widgets::{chip_width, tag, wheel_steps};

/// Draws rings, strands and the target in the middle; nodes are played by a click.
pub(super) fn show(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    let garden = desk.view.garden;
    let bed = ui.interact(rect, ui.scope_id().with("garden"), Sense::click());
    bed.widget_info(|| WidgetInfo::labeled(egui::Role::Group, true, "Garden"));
    if bed.clicked() {
        bed.request_focus();
    }
    keys::steer(ui, desk, &bed);
    let plot = Plot::new(rect, garden);
    rings(ui, desk, &plot);
    let resting = matches!(garden.state, GardenState::Paused | GardenState::Analysing);
    let chosen = garden.selected.map(|(s, _)| s);
    let order = (0..garden.strands.len()).filter(|s| Some(*s) != chosen).chain(chosen);
    for s in order.filter(|s| *s < garden.strands.len()) {
        stem(ui, desk, &plot, s, if resting { 0.55 } else { 1.0 });
    }
    nodes::show(ui, desk, &plot, &bed);
    disc(ui, desk, &plot, &bed);
    status(ui, desk, rect);
    played(ui, desk, rect);
    unlearned(ui, desk, rect);
}

fn rings(ui: &egui::Ui, desk: &Desk, plot: &Plot) {
    let p = Palette::of(ui);
    let painter = ui.painter();
    let dashed = |radius: f32, ink: Color32| {
        let steps = (radius * 0.9) as usize;
        for k in 0..steps {
            let angle = k as f32 * std::f32::consts::TAU / steps as f32;
            painter.circle_filled(polar(plot.centre, radius, angle), 0.7, ink);
        }
    };
    let ring = |radius: f32, words: &str| {
        // Halfway between the last strand and the first.
        let at = polar(plot.centre, radius, -std::f32::consts::FRAC_PI_2 - 0.19);
        let (align, points) = (Align2::CENTER_CENTER, size::TINY - 1.5);
        text(painter, at, align, words, points, Weight::Regular, p.faint);
    };
    for score in [50.0, 75.0, 90.0, 97.0] {
        let radius = plot.radius(score);
        dashed(radius, p.line.gamma_multiply(0.8));
        ring(radius, &format!("{score:.0}"));
    }
    painter.circle_stroke(plot.centre, plot.rim, Stroke::new(1.0, p.line));
    let random = plot.radius(desk.view.garden.random_score);
    painter.circle_stroke(plot.centre, random, Stroke::new(1.0, p.line.gamma_multiply(0.9)));
    let label = |radius: f32, words: &str| {
        let at = plot.centre - vec2(0.0, radius + 2.0);
        text(painter, at, Align2::CENTER_BOTTOM, words, size::TINY - 0.5, Weight::Regular, p.faint);
    };
    label(plot.rim, "as close as it repeats");
    ring(random, "random");
}

/// How a strand is drawn.
pub(super) fn look(p: &Palette, strand: &StrandView, strength: f32) -> Color32 {
    let hue = p.strands[strand.hue % 8];
    hue.gamma_multiply(if strand.withered { 0.38 } else { strength })
}

fn stem(ui: &egui::Ui, desk: &Desk, plot: &Plot, s: usize, strength: f32) {
    let p = Palette::of(ui);
    let garden = desk.view.garden;
    let strand = &garden.strands[s];
    let chosen = garden.selected.is_some_and(|(at, _)| at == s);
    let hue = look(p, strand, strength);
    let line = plot.line(s, strand.nodes.iter().map(|node| node.score));
    let width = 1.6 + 5.0 * strand.share.clamp(0.0, 1.0).sqrt() * 0.6;
    let painter = ui.painter();
    if chosen {
        painter.line(line.clone(), Stroke::new(width + 7.0, hue.gamma_multiply(0.16)));
    }
    if strand.withered {
        painter.extend(Shape::dashed_line(&line, Stroke::new(width, hue), 3.0, 4.0));
    } else {
        painter.line(line, Stroke::new(width, hue));
    }
}

/// The target in the middle: a click plays it, the wheel sets how loud.
fn disc(ui: &mut egui::Ui, desk: &mut Desk, plot: &Plot, bed: &egui::Response) {
    let p = Palette::of(ui);
    let garden = desk.view.garden;
    let room = Rect::from_center_size(plot.centre, vec2(plot.disc, plot.disc) * 1.5);
    let response = ui.interact(room, ui.scope_id().with("seed disc"), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, "Target in the garden"));
    let hot = response.hovered() || response.has_focus();
    let painter = ui.painter();
    let ring = Stroke::new(if hot { 2.5 } else { 1.5 }, p.target);
    painter.circle(plot.centre, plot.disc, p.pool, ring);
    let gain = garden.target_gain;
    if let Some(target) = &garden.target {
        let scale = height(&target.peaks) * 10.0_f32.powf(gain / 20.0);
        let well = Rect::from_center_size(plot.centre, vec2(plot.disc * 1.4, plot.disc * 0.75));
        let ink = p.target.gamma_multiply(if hot { 1.0 } else { 0.9 });
        waveform(painter, well, &target.peaks, scale, ink);
    }
    if gain != 0.0 || hot {
        let at = plot.centre + vec2(0.0, plot.disc * 0.62);
        let words = format!("{gain:+.0} dB").replace('-', "−").replace("+0", "0");
        text(painter, at, Align2::CENTER_CENTER, &words, size::TINY, Weight::Regular, p.muted);
    }
    if response.clicked() {
        bed.request_focus();
        desk.memory.target_heard = true;
        desk.ask(Command::PlayTarget);
    }
    let steps = wheel_steps(ui, &response);
    let wish = if response.double_clicked() { 0.0 } else { (gain + steps).clamp(-24.0, 12.0) };
    if wish != gain {
        desk.ask(Command::SetTargetGain(wish));
    }
    response.on_hover_text("Play the target; turn the wheel to set how loud");
}

/// What the keys play while a node is chosen.
fn played(ui: &egui::Ui, desk: &Desk, rect: Rect) {
    let p = Palette::of(ui);
    let garden = desk.view.garden;
    let Some((s, n)) = garden.selected.filter(|(s, _)| *s < garden.strands.len()) else { return };
    let (words, ink) = if garden.auditioning {
        let hue = p.strands[garden.strands[s].hue % 8];
        (format!("Keys play strand {}, node {}", s + 1, n + 1), hue)
    } else {
        ("Keys play the preset".to_owned(), p.faint)
    };
    let at = pos2(rect.left() + 14.0, rect.top() + 47.0);
    let (align, points) = (Align2::LEFT_CENTER, size::SMALL);
    let written = text(ui.painter(), at, align, &words, points, Weight::Regular, ink);
    speak(ui, written, &words);
}

/// That the learned model takes no part, and why.
fn unlearned(ui: &egui::Ui, desk: &Desk, rect: Rect) {
    let Some(why) = &desk.view.garden.model_off else { return };
    let p = Palette::of(ui);
    let words = "model off · searching without it";
    let at = pos2(rect.right() - 12.0 - chip_width(ui, words), rect.top() + 38.0);
    let right = tag(ui, at, words, p.muted, p.raised);
    let chip = Rect::from_min_max(at, pos2(right, at.y + CHIP));
    let response = ui.interact(chip, ui.scope_id().with("model off"), Sense::hover());
    let spoken = format!("{words}: {why}");
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Label, true, &spoken));
    response.on_hover_text(why);
}

/// What the garden is doing, and how many strands are at it.
fn status(ui: &egui::Ui, desk: &Desk, rect: Rect) {
    let p = Palette::of(ui);
    let garden = desk.view.garden;
    let work = format!("{} tries · {}", thousands(garden.tries), clock(garden.seconds));
    let (words, ink) = match &garden.state {
        GardenState::Analysing => ("listening to the target".to_owned(), p.target),
        GardenState::Growing => (format!("growing · {work}"), p.target),
        GardenState::Paused => (format!("resting · {work}"), p.muted),
        GardenState::Settled => (format!("settled · {work}"), p.leaf),
        GardenState::Empty => return,
    };
    let at = rect.left_top() + vec2(12.0, 12.0);
    let right = tag(ui, at, &words, ink, p.pool);
    speak(ui, Rect::from_min_max(at, pos2(right, at.y + 22.0)), &words);
    let withered = garden.strands.iter().filter(|strand| strand.withered).count();
    let mut count = match garden.strands.len() {
        0 => return,
        1 => "1 strand".to_owned(),
        n => format!("{n} strands"),
    };
    if withered > 0 {
        count += &format!(" · {withered} withered");
    }
    let at = pos2(rect.right() - 14.0, rect.top() + 23.0);
    text(ui.painter(), at, Align2::RIGHT_CENTER, &count, size::SMALL, Weight::Regular, p.faint);
}
