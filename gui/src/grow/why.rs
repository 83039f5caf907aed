//! Why the chosen patch is close: its score, what it shares with the target, what helped.

use egui::{Align2, CornerRadius, Rect, Sense, Stroke, WidgetInfo, pos2, vec2};

use crate::desk::Desk;
use crate::layout::Cut;
use crate::memory::Page;
use crate::paint::{mark, speak, text, text_in};
use crate::theme::{PAD, Palette, WELL_ROUND, Weight, size};
use crate::view::{Aspect, Garden, GardenState, Moved, Section};
use crate::widgets::{main_button, panel, plain_button};
use crate::{Breeding, Command};

/// Draws the panel.
pub(super) fn show(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    let p = Palette::of(ui);
    panel(ui, rect);
    let garden = desk.view.garden;
    let mut body = rect.shrink2(vec2(PAD, 8.0));
    let chosen = garden.selected.and_then(|(s, n)| {
        let strand = garden.strands.get(s)?;
        Some((s, strand, n, strand.nodes.get(n)?))
    });
    let Some((s, strand, n, node)) = chosen else {
        if garden.target.is_none() {
            steps(ui, body);
            return;
        }
        let words = if garden.strands.is_empty() {
            "What a patch shares with the target is told here."
        } else {
            "Click a node to hear it and to see why it is close."
        };
        let job = egui::text::LayoutJob::simple(
            words.into(),
            crate::theme::font(size::SMALL, Weight::Regular),
            p.faint,
            body.width() - 40.0,
        );
        let galley = ui.painter().layout_job(job);
        let at = body.center() - galley.size() / 2.0;
        ui.painter().galley(at, galley, p.faint);
        return;
    };
    let hue = p.strands[strand.hue % 8];
    let mut head = body.cut_top(28.0);
    mark(ui.painter(), s, pos2(head.left() + 7.0, head.center().y), 6.0, hue);
    let score = head.cut_right(70.0);
    text_in(
        ui.painter(),
        score,
        Align2::RIGHT_CENTER,
        &format!("{:.0}", node.score),
        size::SCORE,
        Weight::Bold,
        hue,
    );
    head.cut_left(22.0);
    let name = format!("Strand {}", s + 1);
    text_in(ui.painter(), head, Align2::LEFT_CENTER, &name, size::BODY + 0.5, Weight::Bold, p.text);
    let step = format!("node {} of {}", n + 1, strand.nodes.len());
    let left = head.left() + 66.0;
    let room = Rect::from_min_max(pos2(left, head.top()), head.max);
    text_in(ui.painter(), room, Align2::LEFT_CENTER, &step, size::SMALL, Weight::Regular, p.faint);
    speak(ui, room, &format!("{name}, {step}, score {:.0}", node.score));
    body.cut_top(8.0);

    acts(ui, desk, body.cut_bottom(64.0));
    for aspect in &garden.aspects {
        likeness(ui, body.cut_top(24.0), aspect);
    }
    body.cut_top(10.0);
    ui.painter().hline(body.x_range(), body.top(), Stroke::new(1.0, p.line));
    body.cut_top(6.0);
    let lacks = lacking(garden);
    let reserved = if lacks.is_some() { 72.0 } else { 0.0 };
    if !garden.moved.is_empty() {
        heading(ui, body.cut_top(24.0), "What helped");
    } else if !node.label.is_empty() {
        heading(ui, body.cut_top(24.0), "Where it comes from");
        origin(ui, body.cut_top(28.0), &node.label);
        body.cut_top(5.0);
    }
    for (k, moved) in garden.moved.iter().enumerate() {
        if body.height() < 42.0 + reserved {
            break;
        }
        helped(ui, desk, body.cut_top(38.0), k, moved);
        body.cut_top(5.0);
    }
    if let Some(aspect) = lacks.filter(|_| body.height() >= reserved) {
        body.cut_top(3.0);
        heading(ui, body.cut_top(24.0), "Still missing");
        missing(ui, desk, body.cut_top(38.0), aspect);
    }
}

/// What brought a node about, in a few words.
fn origin(ui: &egui::Ui, row: Rect, label: &str) {
    let p = Palette::of(ui);
    ui.painter().rect_filled(row, CornerRadius::same(WELL_ROUND), p.raised);
    let (words, align) = (row.shrink2(vec2(10.0, 0.0)), Align2::LEFT_CENTER);
    text_in(ui.painter(), words, align, label, size::SMALL, Weight::Regular, p.text);
    speak(ui, row, label);
}

fn heading(ui: &egui::Ui, rect: Rect, words: &str) {
    let p = Palette::of(ui);
    text_in(ui.painter(), rect, Align2::LEFT_CENTER, words, size::BODY, Weight::Bold, p.text);
}

/// How it goes, before there is anything to tell.
fn steps(ui: &egui::Ui, mut body: Rect) {
    let p = Palette::of(ui);
    heading(ui, body.cut_top(28.0), "How it goes");
    body.cut_top(6.0);
    let steps = [
        ("Drop a sound", "A note, a drum, a voice: up to ten seconds are heard.", p.target),
        (
            "Watch patches grow",
            "The longer a strand, the closer it comes. Rest on a node to hear it.",
            p.leaf,
        ),
        ("Play them meanwhile", "Click a node and the keys play it. Growth goes on.", p.amber),
        ("Keep what you like", "It becomes a patch like any other, every knob open.", p.mauve),
    ];
    for (k, (title, words, ink)) in steps.into_iter().enumerate() {
        let mut row = body.cut_top(64.0);
        let number = row.cut_left(34.0);
        let at = pos2(number.left() + 11.0, number.top() + 13.0);
        ui.painter().circle_filled(at, 11.0, ink.gamma_multiply(0.16));
        let digit = (k + 1).to_string();
        text(ui.painter(), at, Align2::CENTER_CENTER, &digit, size::SMALL, Weight::Bold, ink);
        heading(ui, row.cut_top(24.0), title);
        let font = crate::theme::font(size::SMALL, Weight::Regular);
        let galley = ui.painter().layout(words.to_owned(), font, p.muted, row.width());
        ui.painter().galley(row.min, galley, p.muted);
    }
}

/// The aspect that is farthest from the target, where one is far.
fn lacking(garden: &Garden) -> Option<&Aspect> {
    let far = garden.aspects.iter().filter_map(|a| Some((a, a.likeness?)));
    far.filter(|(_, likeness)| *likeness < 0.8).min_by(|a, b| a.1.total_cmp(&b.1)).map(|(a, _)| a)
}

/// What is still missing, and what a click on it does about that.
fn missing(ui: &mut egui::Ui, desk: &mut Desk, row: Rect, aspect: &Aspect) {
    let p = Palette::of(ui);
    let garden = desk.view.garden;
    let section = match aspect.name.as_str() {
        "Envelope" => Section::Envelopes,
        "Brightness" => Section::Filters,
        "Movement" => Section::Modulation,
        _ => Section::Oscillators,
    };
    let (words, wish) = if garden.locked.contains(&section) {
        let words = format!("Try: let {} grow too", section.name().to_lowercase());
        (words, Some(Command::Lock { section, on: false }))
    } else if garden.state == GardenState::Growing {
        ("Still growing".to_owned(), None)
    } else {
        ("Try: grow on".to_owned(), Some(Command::Resume))
    };
    let response = ui.interact(row, ui.scope_id().with("missing"), Sense::click());
    let name = format!("{}: {words}", aspect.name);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, wish.is_some(), &name));
    let hot = response.hovered() && wish.is_some();
    let fill = if hot { p.lifted } else { p.raised };
    ui.painter().rect_filled(row, CornerRadius::same(WELL_ROUND), fill);
    let mut inner = row.shrink2(vec2(10.0, 4.0));
    let lack = 100.0 * (1.0 - aspect.likeness.unwrap_or(1.0));
    let lost = format!("−{lack:.0}");
    let place = inner.cut_right(48.0);
    text_in(ui.painter(), place, Align2::RIGHT_CENTER, &lost, size::BODY, Weight::Bold, p.amber);
    let upper = inner.cut_top(inner.height() / 2.0);
    let write = |rect: Rect, words: &str, points: f32, ink| {
        text_in(ui.painter(), rect, Align2::LEFT_CENTER, words, points, Weight::Regular, ink);
    };
    write(upper, &aspect.name, size::SMALL, p.text);
    write(inner, &words, size::TINY, p.muted);
    if let Some(wish) = wish.filter(|_| response.clicked()) {
        desk.ask(wish);
    }
}

/// One aspect: its name and a bar.
fn likeness(ui: &egui::Ui, mut row: Rect, aspect: &Aspect) {
    let p = Palette::of(ui);
    let spoken = match aspect.likeness {
        Some(likeness) => format!("{} {:.0}", aspect.name, likeness * 100.0),
        None => format!("{}: {}", aspect.name, aspect.note),
    };
    speak(ui, row, &spoken);
    let name = row.cut_left(88.0);
    text_in(
        ui.painter(),
        name,
        Align2::LEFT_CENTER,
        &aspect.name,
        size::SMALL,
        Weight::Regular,
        p.muted,
    );
    let number = row.cut_right(30.0);
    let bar = Rect::from_center_size(row.center(), vec2(row.width(), 10.0));
    let round = CornerRadius::same(5);
    ui.painter().rect_filled(bar, round, p.ground);
    match aspect.likeness {
        Some(likeness) => {
            let likeness = likeness.clamp(0.0, 1.0);
            let mut full = bar;
            full.max.x = bar.left() + (bar.width() * likeness).max(10.0);
            let hue = if likeness > 0.8 {
                p.leaf
            } else if likeness > 0.5 {
                p.amber
            } else {
                p.coral
            };
            ui.painter().rect_filled(full, round, hue);
            let shown = format!("{:.0}", likeness * 100.0);
            text_in(
                ui.painter(),
                number,
                Align2::RIGHT_CENTER,
                &shown,
                size::TINY,
                Weight::Regular,
                p.muted,
            );
        }
        None => {
            let at = bar.center();
            text(
                ui.painter(),
                at,
                Align2::CENTER_CENTER,
                &aspect.note,
                size::TINY - 1.0,
                Weight::Regular,
                p.faint,
            );
        }
    }
}

/// One change that helped; a click shows its knob.
fn helped(ui: &mut egui::Ui, desk: &mut Desk, row: Rect, k: usize, moved: &Moved) {
    let p = Palette::of(ui);
    let response = ui.interact(row, ui.scope_id().with(("moved", k)), Sense::click());
    let name = format!("{}: {}", moved.title, moved.text);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, moved.id.is_some(), &name));
    let hot = response.hovered() && moved.id.is_some();
    ui.painter().rect_filled(
        row,
        CornerRadius::same(WELL_ROUND),
        if hot { p.lifted } else { p.raised },
    );
    let mut inner = row.shrink2(vec2(10.0, 4.0));
    let gain = inner.cut_right(48.0);
    let words = format!("{:+.1}", moved.gain).replace('-', "−");
    let hue = if moved.gain >= 0.0 { p.leaf } else { p.coral };
    text_in(ui.painter(), gain, Align2::RIGHT_CENTER, &words, size::BODY + 0.5, Weight::Bold, hue);
    let upper = inner.cut_top(inner.height() / 2.0);
    text_in(
        ui.painter(),
        upper,
        Align2::LEFT_CENTER,
        &moved.title,
        size::SMALL,
        Weight::Regular,
        p.text,
    );
    text_in(
        ui.painter(),
        inner,
        Align2::LEFT_CENTER,
        &moved.text,
        size::TINY,
        Weight::Regular,
        p.muted,
    );
    if let Some(id) = moved.id.filter(|_| response.clicked()) {
        desk.memory.settings.page = Page::Synth;
        desk.memory.point_at(id, ui.input(|i| i.time));
    }
}

/// Keep it, or work on it.
fn acts(ui: &mut egui::Ui, desk: &mut Desk, mut rect: Rect) {
    if main_button(ui, rect.cut_top(32.0), "Keep this patch", true).clicked() {
        desk.ask(Command::Keep);
    }
    rect.cut_top(6.0);
    if plain_button(ui, rect.column(0, 2, 6.0), "Breed with…", true).clicked()
        && let Some((strand, node)) = desk.view.garden.selected
    {
        desk.ask(Command::Breed(Breeding::AddNode { strand, node }));
        desk.memory.settings.page = Page::Breed;
    }
    if plain_button(ui, rect.column(1, 2, 6.0), "Open in Synth", true).clicked() {
        desk.ask(Command::OpenInSynth);
        desk.memory.settings.page = Page::Synth;
    }
}
