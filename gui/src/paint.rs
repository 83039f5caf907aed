//! Painting by hand: text, arcs, curves, marks.

use std::f32::consts::{PI, TAU};

use egui::{
    Align2, Color32, Painter, Pos2, Rect, Shape, Stroke, epaint::PathShape, pos2, text::LayoutJob,
    vec2,
};

use crate::theme::{Weight, font};

/// Writes one line at `at`; returns the space it takes.
pub(crate) fn text(
    painter: &Painter,
    at: Pos2,
    align: Align2,
    words: &str,
    size: f32,
    weight: Weight,
    ink: Color32,
) -> Rect {
    painter.text(at, align, words, font(size, weight), ink)
}

/// Writes one line into `rect`, aligned to it and cut short with an ellipsis where too long.
pub(crate) fn text_in(
    painter: &Painter,
    rect: Rect,
    align: Align2,
    words: &str,
    size: f32,
    weight: Weight,
    ink: Color32,
) {
    let mut job = LayoutJob::simple_singleline(words.to_owned(), font(size, weight), ink);
    job.wrap = egui::text::TextWrapping::truncate_at_width(rect.width().max(1.0));
    let galley = painter.layout_job(job);
    let at = align.align_size_within_rect(galley.size(), rect).min;
    painter.galley(at, galley, ink);
}

/// Lets painted words be read aloud: they become a label at `rect`.
pub(crate) fn speak(ui: &egui::Ui, rect: Rect, words: &str) {
    let id = ui.scope_id().with(("spoken", rect.min.x as i32, rect.min.y as i32));
    let response = ui.interact(rect, id, egui::Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, words));
}

/// Width of one line.
pub(crate) fn text_width(painter: &Painter, words: &str, size: f32, weight: Weight) -> f32 {
    painter.layout_no_wrap(words.to_owned(), font(size, weight), Color32::WHITE).size().x
}

/// A point at `angle` (clockwise from the right) and `radius` around `centre`.
pub(crate) fn polar(centre: Pos2, radius: f32, angle: f32) -> Pos2 {
    centre + radius * vec2(angle.cos(), angle.sin())
}

/// An arc from angle `from` to angle `to` around `centre`.
pub(crate) fn arc(painter: &Painter, centre: Pos2, radius: f32, from: f32, to: f32, line: Stroke) {
    let steps = ((to - from).abs() * radius / 2.5).ceil().clamp(2.0, 64.0) as usize;
    let point = |k: usize| polar(centre, radius, from + (to - from) * k as f32 / steps as f32);
    painter.line((0..=steps).map(point).collect(), line);
}

/// A curve with what lies under it, down to `floor`, faintly filled.
pub(crate) fn filled_curve(
    painter: &Painter,
    points: Vec<Pos2>,
    floor: f32,
    ink: Color32,
    width: f32,
) {
    let fill = ink.gamma_multiply(0.12);
    let mut mesh = egui::Mesh::default();
    for point in &points {
        mesh.colored_vertex(*point, fill);
        mesh.colored_vertex(pos2(point.x, floor), fill);
    }
    for k in 0..(points.len().max(1) - 1) as u32 {
        mesh.add_triangle(2 * k, 2 * k + 1, 2 * k + 2);
        mesh.add_triangle(2 * k + 1, 2 * k + 3, 2 * k + 2);
    }
    painter.add(mesh);
    painter.line(points, Stroke::new(width, ink));
}

/// Vertical strokes of a sound: least and greatest sample of equal slices, times `scale`.
pub(crate) fn waveform(
    painter: &Painter,
    rect: Rect,
    peaks: &[[f32; 2]],
    scale: f32,
    ink: Color32,
) {
    let columns = (rect.width() / 1.6).floor().max(1.0) as usize;
    let (middle, half) = (rect.center().y, rect.height() * 0.48);
    for column in 0..columns {
        let from = column * peaks.len() / columns;
        let to = ((column + 1) * peaks.len() / columns).max(from + 1).min(peaks.len());
        let slice = &peaks[from.min(to)..to];
        let low = slice.iter().map(|p| p[0]).fold(0.0, f32::min).max(-1.0 / scale) * scale;
        let high = slice.iter().map(|p| p[1]).fold(0.0, f32::max).min(1.0 / scale) * scale;
        let x = rect.left() + (column as f32 + 0.5) * 1.6;
        let (top, bottom) = (middle - high * half - 0.4, middle - low * half + 0.4);
        painter.vline(x, top..=bottom, Stroke::new(1.1, ink));
    }
}

/// The factor by which a sound is drawn as high as there is room for.
pub(crate) fn height(peaks: &[[f32; 2]]) -> f32 {
    let ends = peaks.iter().flatten();
    0.96 / ends.fold(0.02, |top: f32, end| top.max(end.abs()))
}

/// The mark of strand `kind` (0 to 7), so that colour is never the only cue.
pub(crate) fn mark(painter: &Painter, kind: usize, at: Pos2, r: f32, ink: Color32) {
    let star = |points: usize, inner: f32, turn: f32| {
        let corners = (0..points * 2).map(|k| {
            let radius = if k % 2 == 0 { r * 1.2 } else { r * inner };
            polar(at, radius, turn + k as f32 * PI / points as f32)
        });
        let corners: Vec<Pos2> = corners.collect();
        // A star is not convex: a fan from its middle fills it.
        let mut mesh = egui::Mesh::default();
        mesh.colored_vertex(at, ink);
        corners.iter().for_each(|corner| mesh.colored_vertex(*corner, ink));
        let n = corners.len() as u32;
        (0..n).for_each(|k| mesh.add_triangle(0, 1 + k, 1 + (k + 1) % n));
        painter.add(mesh);
        painter.add(PathShape::closed_line(corners, Stroke::new(0.8, ink)));
    };
    let polygon = |n: usize, turn: f32, radius: f32| {
        let corners = (0..n).map(|k| polar(at, radius, turn + k as f32 * TAU / n as f32));
        let line = Stroke::new(1.0, ink);
        painter.add(Shape::convex_polygon(corners.collect(), ink, line));
    };
    match kind % 8 {
        0 => {
            painter.circle_filled(at, r, ink);
        }
        1 => polygon(3, -PI / 2.0, r * 1.15),
        2 => polygon(4, PI / 4.0, r * 1.15),
        3 => polygon(4, 0.0, r * 1.15),
        4 => star(5, 0.55, -PI / 2.0),
        5 => polygon(5, -PI / 2.0, r * 1.1),
        6 => star(4, 0.45, -PI / 2.0),
        _ => polygon(6, -PI / 2.0, r * 1.1),
    }
}

/// The point at `t` (0 to 1) of the line from `a` to `b`.
pub(crate) fn between(a: Pos2, b: Pos2, t: f32) -> Pos2 {
    a + (b - a) * t
}
