//! Icons, drawn.

use std::f32::consts::PI;

use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, pos2, vec2};

use crate::paint::{arc, polar};
use crate::theme::Palette;

/// The icons of the editor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Icon {
    Heart(bool),
    Undo,
    Redo,
    Gear,
    Left,
    Right,
    Up,
    Down,
    Play,
    Pause,
    Close,
    Plus,
    Search,
    Grip,
    More,
    Dice,
    Folder,
}

/// Draws an icon around `at`, about 14 points wide at size 1.
pub(crate) fn icon(painter: &Painter, which: Icon, at: Pos2, size: f32, ink: Color32) {
    let line = Stroke::new(1.5 * size.max(0.8), ink);
    let p = |x: f32, y: f32| at + vec2(x, y) * size;
    let path = |points: Vec<Pos2>| {
        painter.line(points, line);
    };
    let fill = |points: Vec<Pos2>| {
        painter.add(Shape::convex_polygon(points, ink, Stroke::NONE));
    };
    match which {
        Icon::Heart(full) => heart(painter, at, size, ink, full),
        Icon::Undo | Icon::Redo => {
            let s = if which == Icon::Undo { 1.0 } else { -1.0 };
            arc(painter, p(0.0, 1.0), 5.0 * size, PI * 1.05, PI * 1.9, line);
            if s > 0.0 {
                path(vec![p(-5.8, -3.6), p(-5.0, 0.6), p(-0.9, -0.4)]);
            } else {
                path(vec![p(5.8, -3.6), p(4.8, -0.4), p(0.9, -1.0)]);
            }
        }
        Icon::Gear => {
            painter.circle_stroke(at, 4.4 * size, line);
            for k in 0..8 {
                let angle = k as f32 * PI / 4.0;
                path(vec![polar(at, 5.0 * size, angle), polar(at, 6.9 * size, angle)]);
            }
            painter.circle_filled(at, 1.4 * size, ink);
        }
        Icon::Left => path(vec![p(2.0, -4.0), p(-2.0, 0.0), p(2.0, 4.0)]),
        Icon::Right => path(vec![p(-2.0, -4.0), p(2.0, 0.0), p(-2.0, 4.0)]),
        Icon::Up => path(vec![p(-3.0, 1.5), p(0.0, -1.5), p(3.0, 1.5)]),
        Icon::Down => path(vec![p(-3.0, -1.5), p(0.0, 1.5), p(3.0, -1.5)]),
        Icon::Play => fill(vec![p(-4.0, -5.5), p(5.5, 0.0), p(-4.0, 5.5)]),
        Icon::Pause => {
            for x in [-4.6, 1.2] {
                painter.rect_filled(Rect::from_min_max(p(x, -6.0), p(x + 3.4, 6.0)), 1.0, ink);
            }
        }
        Icon::Close => {
            path(vec![p(-3.5, -3.5), p(3.5, 3.5)]);
            path(vec![p(-3.5, 3.5), p(3.5, -3.5)]);
        }
        Icon::Plus => {
            path(vec![p(-4.5, 0.0), p(4.5, 0.0)]);
            path(vec![p(0.0, -4.5), p(0.0, 4.5)]);
        }
        Icon::Search => {
            painter.circle_stroke(p(-1.2, -1.2), 4.0 * size, line);
            path(vec![p(1.9, 1.9), p(5.0, 5.0)]);
        }
        Icon::Grip => {
            for (x, y) in
                [(-2.2, -3.4), (2.2, -3.4), (-2.2, 0.0), (2.2, 0.0), (-2.2, 3.4), (2.2, 3.4)]
            {
                painter.circle_filled(p(x, y), 1.1 * size, ink);
            }
        }
        Icon::More => {
            for x in [-4.5, 0.0, 4.5] {
                painter.circle_filled(p(x, 0.0), 1.3 * size, ink);
            }
        }
        Icon::Dice => {
            let frame = Rect::from_center_size(at, vec2(11.0, 11.0) * size);
            painter.rect_stroke(frame, 2.5, line, egui::StrokeKind::Middle);
            for (x, y) in [(-2.4, -2.4), (2.4, 2.4), (0.0, 0.0)] {
                painter.circle_filled(p(x, y), 1.1 * size, ink);
            }
        }
        Icon::Folder => {
            let corners =
                [(-6.0, -4.0), (-2.0, -4.0), (-0.5, -2.2), (6.0, -2.2), (6.0, 5.0), (-6.0, 5.0)];
            let mut outline: Vec<Pos2> = corners.iter().map(|(x, y)| p(*x, *y)).collect();
            outline.push(outline[0]);
            path(outline);
        }
    }
}

fn heart(painter: &Painter, at: Pos2, size: f32, ink: Color32, full: bool) {
    // Two half circles over a point.
    let p = |x: f32, y: f32| at + vec2(x, y) * size;
    let lobe = |x: f32, k: usize| {
        let angle = PI * (1.15 - 1.15 * k as f32 / 15.0 + if x < 0.0 { 0.0 } else { -0.15 });
        p(x + 3.1 * angle.cos(), -1.6 - 3.1 * angle.sin())
    };
    let mut outline: Vec<Pos2> = (0..=15).map(|k| lobe(-2.9, k)).collect();
    outline.extend((0..=15).map(|k| lobe(2.9, k)));
    outline.push(p(0.0, 6.0));
    if full {
        let mut mesh = egui::Mesh::default();
        mesh.colored_vertex(at + vec2(0.0, 0.2 * size), ink);
        outline.iter().for_each(|point| mesh.colored_vertex(*point, ink));
        let n = outline.len() as u32;
        (0..n).for_each(|k| mesh.add_triangle(0, 1 + k, 1 + (k + 1) % n));
        painter.add(mesh);
    }
    let line = Stroke::new(1.2, ink);
    painter.add(egui::epaint::PathShape::closed_line(outline, line));
}

/// The leaf of the instrument, about 30 points wide.
pub(crate) fn logo(painter: &Painter, at: Pos2, p: &Palette) {
    let blade = |tip: Pos2, bend: egui::Vec2, fill: Color32| {
        let edge = |side: f32| {
            let middle = at + (tip - at) * 0.5 + bend * side;
            (0..=12).map(move |k| {
                let t = k as f32 / 12.0;
                let a = at + (middle - at) * t;
                a + (middle + (tip - middle) * t - a) * t
            })
        };
        let mut outline: Vec<Pos2> = edge(1.0).collect();
        outline.extend(edge(-1.0).collect::<Vec<_>>().into_iter().rev());
        painter.add(Shape::convex_polygon(outline, fill, Stroke::new(1.0, p.leaf)));
    };
    blade(at + vec2(15.0, -18.0), vec2(-7.0, -5.5), p.leaf);
    blade(at + vec2(-10.0, -10.0), vec2(5.0, -4.0), p.stem);
    painter.line_segment([at, pos2(at.x, at.y + 4.5)], Stroke::new(1.6, p.leaf));
}
