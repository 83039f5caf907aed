//! Twelve children round their parents, as the hours round a clock and the keys of an octave.

use std::f32::consts::{PI, TAU};

use egui::{Align2, Color32, Pos2, Rect, Response, Sense, Stroke, WidgetInfo, pos2, vec2};

use super::{KEYS, child_hue, hue, keys, kin_hue, new_hue, parents};
use crate::desk::Desk;
use crate::icons::{Icon, icon};
use crate::layout::Cut;
use crate::paint::{arc, height, polar, speak, text, text_in, text_width, waveform};
use crate::theme::{Palette, Weight, size};
use crate::view::{CHILDREN, ChildView, Family, FamilyState};
use crate::widgets::{icon_button, main_button, panel, plain_button, switch, tag};
use crate::{Breeding, Command};

/// Where children are round their parents.
#[derive(Clone, Copy)]
struct Clock {
    centre: Pos2,
    /// Radius of the circle of children.
    reach: f32,
    /// Radius of the disc of the parents.
    seed: f32,
    /// Radius of a child.
    child: f32,
}

impl Clock {
    fn new(rect: Rect) -> Self {
        let half = rect.width().min(rect.height() - 62.0) / 2.0;
        let child = half * 0.118;
        let reach = half - child - 6.0;
        Clock { centre: rect.center() - vec2(0.0, 17.0), reach, seed: half * 0.24, child }
    }

    /// Direction of a child: C at the top, clockwise.
    fn angle(k: usize) -> f32 {
        -PI / 2.0 + k as f32 * TAU / CHILDREN as f32
    }

    fn child(&self, k: usize) -> Pos2 {
        polar(self.centre, self.reach, Self::angle(k))
    }

    /// A branch from the seed to a child, with a bow.
    fn branch(&self, k: usize) -> Vec<Pos2> {
        let from = polar(self.centre, self.seed + 4.0, Self::angle(k) - 0.32);
        let to = polar(self.centre, self.reach - self.child - 3.0, Self::angle(k));
        let bend = polar(self.centre, 0.72 * self.reach, Self::angle(k) - 0.3);
        let point = |t: f32| {
            let (a, b) = (from + (bend - from) * t, bend + (to - bend) * t);
            a + (b - a) * t
        };
        (0..=24).map(|n| point(n as f32 / 24.0)).collect()
    }
}

/// Draws the clock; children are heard by a click and become the seed by two.
pub(super) fn show(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    let family = desk.view.family;
    let bed = ui.interact(rect, ui.scope_id().with("family"), Sense::click());
    bed.widget_info(|| WidgetInfo::labeled(egui::Role::Group, true, "Family"));
    if bed.clicked() {
        bed.request_focus();
    }
    keys::steer(ui, desk, &bed);
    let clock = Clock::new(rect);
    if family.state == FamilyState::Empty {
        invite(ui, desk, rect, &clock);
    } else {
        let fresh = family.state != FamilyState::Breeding;
        for k in 0..CHILDREN {
            match family.children.get(k) {
                Some(child) => branch(ui, &clock, k, child, family, fresh),
                None => place(ui, &clock, k),
            }
        }
        seed(ui, desk, &clock);
        for (k, child) in family.children.iter().enumerate().take(CHILDREN) {
            show_child(ui, desk, &clock, &bed, k, child);
        }
        head(ui, desk, rect);
    }
    foot(ui, desk, rect);
}

/// A place that no child has taken yet.
fn place(ui: &egui::Ui, clock: &Clock, k: usize) {
    let p = Palette::of(ui);
    let at = clock.child(k);
    ui.painter().circle_stroke(at, clock.child, Stroke::new(1.0, p.line));
    let (align, points) = (Align2::CENTER_CENTER, size::TINY);
    text(ui.painter(), at, align, KEYS[k], points, Weight::Regular, p.faint);
}

fn branch(ui: &egui::Ui, clock: &Clock, k: usize, child: &ChildView, family: &Family, fresh: bool) {
    let p = Palette::of(ui);
    let hue = child_hue(p, family, child).gamma_multiply(if fresh { 1.0 } else { 0.35 });
    let line = clock.branch(k);
    if family.selected == Some(k) {
        ui.painter().line(line.clone(), Stroke::new(10.0, hue.gamma_multiply(0.16)));
    }
    ui.painter().line(line, Stroke::new(3.0, hue));
}

/// The parents in the middle.
fn seed(ui: &egui::Ui, desk: &Desk, clock: &Clock) {
    let p = Palette::of(ui);
    let family = desk.view.family;
    let painter = ui.painter();
    painter.circle_filled(clock.centre, clock.seed, p.moss);
    let total: f32 = family.parents.iter().map(|parent| parent.weight).sum();
    let parts = family.parents.iter().map(|parent| parent.weight / total.max(f32::MIN_POSITIVE));
    let parts = parts.zip(&family.parents).map(|(part, parent)| (part, hue(p, parent.hue)));
    ring(ui, clock.centre, clock.seed, 2.5, parts);
    let words = match family.parents.len() {
        1 => "seed".to_owned(),
        n => format!("{n} parents"),
    };
    let line = |y: f32, words: &str, points: f32, weight, ink| {
        let room = vec2(1.7 * clock.seed, 16.0);
        let row = Rect::from_center_size(clock.centre + vec2(0.0, y), room);
        text_in(painter, row, Align2::CENTER_CENTER, words, points, weight, ink);
    };
    line(-9.0, &words, size::SMALL, Weight::Regular, p.muted);
    let first = family.parents.first().map_or("", |parent| parent.name.as_str());
    line(8.0, first, size::BODY, Weight::Bold, p.text);
}

/// A ring of parts that add up to 1, each in its hue, from the top clockwise.
fn ring(
    ui: &egui::Ui,
    centre: Pos2,
    radius: f32,
    width: f32,
    parts: impl Iterator<Item = (f32, Color32)>,
) {
    let mut from = -PI / 2.0;
    for (part, hue) in parts.filter(|(part, _)| *part > 0.0) {
        let to = from + TAU * part;
        // Long arcs need more points than one call draws.
        let pieces = ((to - from) / 0.8).ceil().max(1.0);
        for piece in 0..pieces as usize {
            let at = |n: usize| from + (to - from) * n as f32 / pieces;
            arc(ui.painter(), centre, radius, at(piece), at(piece + 1), Stroke::new(width, hue));
        }
        from = to;
    }
}

fn show_child(
    ui: &mut egui::Ui,
    desk: &mut Desk,
    clock: &Clock,
    bed: &Response,
    k: usize,
    child: &ChildView,
) {
    let p = Palette::of(ui);
    let at = clock.child(k);
    let family = desk.view.family;
    let chosen = family.selected == Some(k);
    let room = Rect::from_center_size(at, vec2(2.0, 2.0) * clock.child);
    let response = ui.interact(room, ui.scope_id().with(("child", k)), Sense::click());
    let name = format!("{}: {}", KEYS[k], child.name);
    response.widget_info(|| WidgetInfo::selected(egui::Role::RadioButton, true, chosen, &name));
    let hot = response.hovered() || response.has_focus();
    let sounds =
        desk.view.family.on_keys && (0..128).any(|key| key % CHILDREN == k && desk.view.keys[key]);
    let hue = child_hue(p, family, child);
    let fill = match (sounds, hot || chosen) {
        (true, _) => p.panel.lerp_to_gamma(hue, 0.45),
        (false, true) => p.lifted,
        (false, false) => p.raised,
    };
    ui.painter().circle_filled(at, clock.child, fill);
    let new = (f32::from(child.new) / 100.0, new_hue(p));
    let shares = child.shares.iter().enumerate();
    let parts = shares.map(|(k, share)| (f32::from(*share) / 100.0, kin_hue(p, family, k)));
    ring(ui, at, clock.child, if chosen { 3.0 } else { 2.0 }, parts.chain([new]));
    if chosen {
        let halo = Stroke::new(1.2, hue.gamma_multiply(0.6));
        ui.painter().circle_stroke(at, clock.child + 6.0, halo);
    }
    let wave = Rect::from_center_size(at - vec2(0.0, 6.0), vec2(1.35, 0.62) * clock.child);
    waveform(ui.painter(), wave, &child.peaks, height(&child.peaks), hue);
    let below = at + vec2(0.0, 0.56 * clock.child);
    let ink = if hot || chosen { p.text } else { p.muted };
    text(ui.painter(), below, Align2::CENTER_CENTER, KEYS[k], size::TINY, Weight::Bold, ink);
    love(ui, desk, clock, k, child, hot || chosen);
    if response.clicked() {
        bed.request_focus();
        desk.ask(Command::Breed(Breeding::Select(k)));
    }
    if response.double_clicked() {
        desk.ask(Command::Breed(Breeding::Plant(k)));
    }
    response.context_menu(|ui| menu(ui, desk, k, child));
    response.on_hover_text(format!("{}\nclick to hear it, twice to plant it", child.name));
}

/// The heart at the edge of a child: there where it is loved, faint where it may be.
fn love(ui: &mut egui::Ui, desk: &mut Desk, clock: &Clock, k: usize, child: &ChildView, hot: bool) {
    if !child.loved && !hot {
        return;
    }
    let p = Palette::of(ui);
    let at = clock.child(k) + vec2(0.92, -0.92) * clock.child;
    let place = Rect::from_center_size(at, vec2(18.0, 18.0));
    let name = if child.loved { "Love it no more" } else { "Love it" };
    let name = format!("{name}: {}", KEYS[k]);
    let ink = if child.loved { p.coral } else { p.faint };
    if icon_button(ui, place, Icon::Heart(child.loved), &name, ink, true).clicked() {
        desk.ask(Command::Breed(Breeding::Love { child: k, on: !child.loved }));
    }
}

fn menu(ui: &mut egui::Ui, desk: &mut Desk, k: usize, child: &ChildView) {
    ui.set_min_width(190.0);
    let acts = [
        ("Play", Breeding::Play(k)),
        (
            if child.loved { "Love it no more" } else { "Love it" },
            Breeding::Love { child: k, on: !child.loved },
        ),
        ("Keep it as a preset", Breeding::Keep(k)),
        ("Plant it as the seed", Breeding::Plant(k)),
        ("Make it a parent too", Breeding::AddChild(k)),
        ("Morph to it", Breeding::MorphTo(k)),
    ];
    for (name, wish) in acts {
        if ui.button(name).clicked() {
            desk.ask(Command::Breed(wish));
            ui.close();
        }
    }
}

/// Which litter it is, and whether keys play it.
fn head(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    let p = Palette::of(ui);
    let family = desk.view.family;
    let at = rect.left_top() + vec2(12.0, 12.0);
    let (words, ink) = match (family.state, family.litter.and_then(|k| family.litters.get(k))) {
        (FamilyState::Breeding, _) => ("breeding…".to_owned(), p.target),
        (_, Some(litter)) => (litter.title.clone(), p.leaf),
        (_, None) => ("no litter yet".to_owned(), p.muted),
    };
    let right = tag(ui, at, &words, ink, p.pool);
    speak(ui, Rect::from_min_max(at, pos2(right, at.y + 22.0)), &words);
    if family.children.is_empty() {
        return;
    }
    let words = "Play the family  C … B";
    let width = text_width(ui.painter(), words, size::SMALL, Weight::Medium) + 46.0;
    let row = Rect::from_min_size(pos2(rect.right() - width - 8.0, at.y), vec2(width, 22.0));
    let ink = if family.on_keys { p.leaf } else { p.muted };
    let (align, points) = (Align2::LEFT_CENTER, size::SMALL);
    text(ui.painter(), row.left_center(), align, words, points, Weight::Medium, ink);
    let on = family.on_keys;
    let wide = Rect::from_min_max(row.min, row.max + vec2(8.0, 0.0));
    let switch = switch(ui, wide, "Play the family", on, p.leaf);
    let hint = "Each key of the octave plays its own child";
    if switch.on_hover_text(hint).clicked() {
        desk.ask(Command::Breed(Breeding::OnKeys(!on)));
    }
}

/// What went wrong, or what can be done.
fn foot(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    let p = Palette::of(ui);
    let family = desk.view.family;
    let row = Rect::from_center_size(
        pos2(rect.center().x, rect.bottom() - 20.0),
        vec2(rect.width() - 24.0, 34.0),
    );
    if let Some(error) = &family.error {
        let width = text_width(ui.painter(), error, size::SMALL, Weight::Medium) + 70.0;
        let size = vec2(width.min(row.width()), row.height());
        let mut banner = Rect::from_center_size(row.center(), size);
        panel(ui, banner);
        ui.painter().rect_filled(banner, 6.0, p.error.gamma_multiply(0.12));
        let line = Stroke::new(1.0, p.error.gamma_multiply(0.7));
        ui.painter().rect_stroke(banner, 6.0, line, egui::StrokeKind::Inside);
        let close = banner.cut_right(32.0);
        let dot = banner.cut_left(24.0);
        ui.painter().circle_filled(dot.center(), 3.5, p.error);
        let (align, points) = (Align2::LEFT_CENTER, size::SMALL);
        text_in(ui.painter(), banner, align, error, points, Weight::Medium, p.error);
        speak(ui, banner, error);
        if icon_button(ui, close, Icon::Close, "Close the message", p.muted, true).clicked() {
            desk.ask(Command::Breed(Breeding::Dismiss));
        }
        return;
    }
    let loved = family.children.iter().filter(|child| child.loved).count();
    if loved > 0 && family.state == FamilyState::Ready {
        let words = match loved {
            1 => "A litter of the loved one".to_owned(),
            n => format!("A litter of the {n} loved ones"),
        };
        let place = Rect::from_center_size(row.center(), vec2(200.0, 28.0));
        let heart = pos2(place.left() + 16.0, place.center().y);
        if plain_button(ui, place, &words, true).clicked() {
            desk.ask(Command::Breed(Breeding::FromLoved));
        }
        icon(ui.painter(), Icon::Heart(true), heart, 0.8, p.coral);
        return;
    }
    let words = match family.state {
        FamilyState::Ready => "click a child to hear it · twice to plant it as the new seed",
        FamilyState::Waiting => "the first litter has twelve children",
        _ => return,
    };
    let at = row.center();
    text(ui.painter(), at, Align2::CENTER_CENTER, words, size::SMALL, Weight::Regular, p.faint);
}

/// The page before there are parents.
fn invite(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect, clock: &Clock) {
    let p = Palette::of(ui);
    let centre = rect.center() - vec2(0.0, 84.0);
    let ghost = Clock { centre, reach: 92.0, seed: 34.0, child: 9.0 };
    for k in 0..CHILDREN {
        let hue = p.strands[k % 3].gamma_multiply(0.45);
        ui.painter().line(ghost.branch(k), Stroke::new(1.6, hue));
        ui.painter().circle_filled(ghost.child(k), 5.0, hue);
    }
    ui.painter().circle(centre, ghost.seed, p.moss, Stroke::new(1.5, p.leaf.gamma_multiply(0.7)));
    icon(ui.painter(), Icon::Plus, centre, 1.6, p.leaf);
    let line = |y: f32, words: &str, points: f32, weight, ink| {
        let at = pos2(rect.center().x, centre.y + y);
        let rect = text(ui.painter(), at, Align2::CENTER_CENTER, words, points, weight, ink);
        speak(ui, rect, words);
    };
    line(134.0, "Cross two sounds", size::SCORE, Weight::Bold, p.text);
    let words = "Twelve children, one on each key of the octave.";
    line(162.0, words, size::BODY, Weight::Regular, p.muted);
    let wide = 190.0_f32.min(clock.reach);
    let mut row = Rect::from_center_size(pos2(rect.center().x, centre.y + 198.0), vec2(wide, 32.0));
    if main_button(ui, row.cut_top(32.0), "Begin with this sound", true).clicked() {
        desk.ask(Command::Breed(Breeding::AddEdited));
    }
    let under = Rect::from_center_size(pos2(rect.center().x, centre.y + 236.0), vec2(122.0, 20.0));
    parents::add(ui, desk, under, "Choose a parent", "or choose a preset…");
}
