//! Nodes of strands: what they look like, and what can be done with them.

use egui::{Align2, Color32, Pos2, Rect, Response, Sense, Stroke, WidgetInfo, vec2};

use super::garden::look;
use super::keys::choose;
use super::plot::Plot;
use crate::desk::Desk;
use crate::memory::Page;
use crate::paint::{mark, text};
use crate::theme::{Palette, Weight, font, size};
use crate::view::GardenState;
use crate::{Breeding, Command};

/// Seconds for which the pointer rests on a node before it is heard.
const REST: f64 = 0.3;

/// Draws the nodes of all strands; a click plays one, resting on it lets it be heard, the other
/// button opens its menu.
pub(super) fn show(ui: &mut egui::Ui, desk: &mut Desk, plot: &Plot, bed: &Response) {
    let mut under = None;
    for s in 0..desk.view.garden.strands.len() {
        under = strand(ui, desk, plot, bed, s).or(under);
    }
    listen(ui, desk, under);
}

/// Lets the node on which the pointer rests be heard, until it goes elsewhere.
fn listen(ui: &egui::Ui, desk: &mut Desk, under: Option<(usize, usize)>) {
    let now = ui.input(|i| i.time);
    // Who plays keys does not want to be interrupted.
    let free = desk.memory.settings.hover_sound && !desk.view.keys.contains(&true);
    let before = desk.memory.node_hovered;
    let same = before.filter(|(s, n, ..)| Some((*s, *n)) == under);
    desk.memory.node_hovered = match (under, same) {
        (Some((s, n)), None) => {
            ui.ctx().request_repaint_after_secs(REST as f32);
            Some((s, n, now, false))
        }
        (Some((strand, node)), Some((.., since, false))) if free && now - since >= REST => {
            desk.ask(Command::Preview { strand, node });
            Some((strand, node, since, true))
        }
        (_, same) => same,
    };
    if same.is_none() && before.is_some_and(|(.., heard)| heard) {
        desk.ask(Command::StopClip);
    }
}

/// The nodes of one strand; the one under the pointer.
fn strand(
    ui: &mut egui::Ui,
    desk: &mut Desk,
    plot: &Plot,
    bed: &Response,
    s: usize,
) -> Option<(usize, usize)> {
    let mut under = None;
    let p = Palette::of(ui);
    let garden = desk.view.garden;
    let strand = &garden.strands[s];
    let resting = matches!(garden.state, GardenState::Paused);
    let hue = look(p, strand, if resting { 0.6 } else { 1.0 });
    let last = strand.nodes.len().saturating_sub(1);
    for (n, node) in strand.nodes.iter().enumerate() {
        let at = plot.node(s, node.score);
        let chosen = garden.selected == Some((s, n));
        let side = if n == last { 18.0 } else { 11.0 };
        let room = Rect::from_center_size(at, vec2(side, side));
        let response = ui.interact(room, ui.scope_id().with(("node", s, n)), Sense::click());
        response.widget_info(|| {
            let name = format!("Strand {} node {}, score {:.0}", s + 1, n + 1, node.score);
            WidgetInfo::selected(egui::Role::RadioButton, true, chosen, name)
        });
        if response.clicked() {
            // From here on keys steer the garden, and the node plays by itself.
            bed.request_focus();
            desk.memory.node_hovered = Some((s, n, f64::INFINITY, false));
            choose(desk, s, n);
        }
        if response.hovered() {
            under = Some((s, n));
        }
        response.context_menu(|ui| menu(ui, desk, s, n));
        let hot = response.hovered() || response.has_focus();
        let painter = ui.painter();
        if n == last {
            tip(ui, desk, plot, s, at, chosen || hot, hue);
        } else {
            let radius = if chosen || hot { 4.2 } else { 2.7 };
            let fill = if chosen { hue } else { p.bed };
            painter.circle(at, radius, fill, Stroke::new(1.4, hue));
        }
        if chosen {
            painter.circle_stroke(at, 15.0, Stroke::new(1.2, hue.gamma_multiply(0.7)));
            let breath = if desk.memory.settings.reduced_motion { 0.0 } else { breath(ui) };
            painter.circle_stroke(at, 21.0 + breath, Stroke::new(0.9, hue.gamma_multiply(0.3)));
        }
        let label = node.label.clone();
        let score = node.score;
        response.on_hover_ui_at_pointer(|ui| {
            ui.label(egui::RichText::new(format!("Strand {}, node {}", s + 1, n + 1)).strong());
            let line = format!("{score:.0} · click plays it");
            ui.label(egui::RichText::new(line).color(p.muted));
            if !label.is_empty() {
                ui.label(egui::RichText::new(label).color(p.muted));
            }
        });
    }
    under
}

/// What can be done with a node.
fn menu(ui: &mut egui::Ui, desk: &mut Desk, strand: usize, node: usize) {
    let p = Palette::of(ui);
    ui.set_min_width(200.0);
    let title = format!("Strand {}, node {}", strand + 1, node + 1);
    ui.label(egui::RichText::new(title).font(font(size::SMALL, Weight::Bold)).color(p.text));
    let acts = [
        ("Play as the target was played", Command::Preview { strand, node }),
        ("Save as a preset", Command::SaveNode { strand, node }),
        ("Make it a parent", Command::Breed(Breeding::AddNode { strand, node })),
        ("Regrow from here", Command::Regrow { strand, node }),
        ("Copy the patch as text", Command::CopyNode { strand, node }),
    ];
    for (name, command) in acts {
        if ui.button(name).clicked() {
            desk.ask(command);
            ui.close();
        }
    }
    if ui.button("Open in Synth").clicked() {
        desk.ask(Command::Select { strand, node });
        desk.ask(Command::OpenInSynth);
        desk.memory.settings.page = Page::Synth;
        ui.close();
    }
}

/// Slow breathing, in points; it moves when something else repaints.
fn breath(ui: &egui::Ui) -> f32 {
    ui.input(|i| (i.time * 2.4).sin() as f32 * 1.5)
}

/// The last node of a strand: its mark and its score.
fn tip(ui: &egui::Ui, desk: &Desk, plot: &Plot, s: usize, at: Pos2, strong: bool, hue: Color32) {
    let p = Palette::of(ui);
    let strand = &desk.view.garden.strands[s];
    let chosen = desk.view.garden.selected.is_some_and(|(strand, _)| strand == s);
    mark(ui.painter(), s, at, if strong { 7.5 } else { 6.0 }, hue);
    let Some(node) = strand.nodes.last() else { return };
    let out = (at - plot.centre).normalized();
    let ink = if strand.withered { p.faint } else { p.strands[strand.hue % 8] };
    let (points, weight) =
        if chosen { (size::BODY, Weight::Bold) } else { (size::TINY + 0.5, Weight::Medium) };
    let away = at + out * if chosen { 31.0 } else { 19.0 };
    text(
        ui.painter(),
        away,
        Align2::CENTER_CENTER,
        &format!("{:.0}", node.score),
        points,
        weight,
        ink,
    );
}
