//! The shape of a low-frequency oscillator, drawn by hand.

use cultivar_patch::schema::{LfoMode, ids};
use cultivar_patch::{MAX_POINTS, Point, Shape, bowed};
use egui::{Pos2, Rect, Sense, Stroke, WidgetInfo, pos2};

use super::{drag_params, point, well};
use crate::desk::Desk;
use crate::paint::{between, filled_curve};
use crate::theme::Palette;
use crate::{Command, Gesture};

/// Lines of the grid across and up.
const GRID: [usize; 2] = [8, 4];

/// Draws a shape.
type Draw = fn() -> Shape;

/// Shapes to begin with.
pub(crate) const READY: [(&str, Draw); 6] = [
    ("Sine", sine),
    ("Triangle", Shape::triangle),
    ("Saw up", || line(&[(0.0, 0.0), (1.0, 1.0)])),
    ("Saw down", || line(&[(0.0, 1.0), (1.0, 0.0)])),
    ("Square", || line(&[(0.0, 1.0), (0.5, 1.0), (0.5, 0.0), (1.0, 0.0)])),
    ("Steps", steps),
];

fn line(points: &[(f32, f32)]) -> Shape {
    Shape::new(points.iter().map(|(x, y)| Point { x: *x, y: *y, bow: 0.0 }))
}

/// Eight bows that meet a sine at their ends and in their middles.
fn sine() -> Shape {
    let height = |x: f32| 0.5 + 0.5 * (std::f32::consts::TAU * x).sin();
    let corner = |k: usize| {
        let (x, next) = (k as f32 / 8.0, (k + 1) as f32 / 8.0);
        let middle = (height(x + 1.0 / 16.0) - height(x)) / (height(next) - height(x));
        let bow = if k < 8 { -0.2 * (1.0 / middle - 1.0).ln() } else { 0.0 };
        Point { x, y: height(x), bow }
    };
    Shape::new((0..=8).map(corner))
}

/// Eight levels in no order.
fn steps() -> Shape {
    let levels = [0.55, 0.9, 0.2, 0.7, 0.05, 1.0, 0.4, 0.3];
    let edges = levels
        .iter()
        .enumerate()
        .flat_map(|(k, y)| [k, k + 1].map(|edge| Point { x: edge as f32 / 8.0, y: *y, bow: 0.0 }));
    Shape::new(edges)
}

/// Draws shape `k`: points are dragged, added by a double-click on nothing, taken away by a
/// double-click on them; the middle of a line is dragged to bend it.
pub(crate) fn shape_editor(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect, k: usize) {
    let p = Palette::of(ui);
    well(ui, rect);
    let frame = rect.shrink2(egui::vec2(9.0, 10.0));
    let ground = ui.interact(rect, ui.scope_id().with(("shape", k)), Sense::click());
    ground.widget_info(|| {
        WidgetInfo::labeled(egui::Role::Image, true, format!("Shape of LFO {}", k + 1))
    });
    let painter = ui.painter().with_clip_rect(rect);
    for n in 0..=GRID[0] {
        let x = frame.left() + frame.width() * n as f32 / GRID[0] as f32;
        painter.vline(x, frame.y_range(), Stroke::new(1.0, p.panel));
    }
    for n in 0..=GRID[1] {
        let y = frame.top() + frame.height() * n as f32 / GRID[1] as f32;
        painter.hline(frame.x_range(), y, Stroke::new(1.0, p.panel));
    }
    let shape = &desk.view.preset.shapes[k];
    let points = shape.points();
    let screen = |x: f32, y: f32| {
        pos2(frame.left() + frame.width() * x, frame.bottom() - frame.height() * y)
    };
    let mut curve: Vec<Pos2> = Vec::new();
    for pair in points.windows(2) {
        let steps = if pair[0].bow.abs() < 1e-3 { 1 } else { 14 };
        let on_line = |n: usize| {
            let t = n as f32 / steps as f32;
            let y = pair[0].y + (pair[1].y - pair[0].y) * bowed(t, pair[0].bow);
            screen(pair[0].x + (pair[1].x - pair[0].x) * t, y)
        };
        curve.extend((0..=steps).map(on_line));
    }
    filled_curve(&painter, curve, frame.bottom(), p.mauve, 2.0);
    if let Some(at) = desk.view.live.lfos[k] {
        let head = screen(at, shape.at(at));
        painter.vline(head.x, rect.y_range(), Stroke::new(1.0, p.text.gamma_multiply(0.45)));
        painter.circle_filled(head, 3.2, p.text);
    }
    let place = |at: Pos2| {
        let x = (at.x - frame.left()) / frame.width();
        let y = (frame.bottom() - at.y) / frame.height();
        (x.clamp(0.0, 1.0), y.clamp(0.0, 1.0))
    };
    if let Some(at) = ground.interact_pointer_pos().filter(|_| ground.double_clicked()) {
        add(ui, desk, k, place(at));
    }
    bend(ui, desk, k, &screen);
    drag(ui, desk, k, &screen, &place);
    hold(ui, desk, k, &screen, &place);
    ground.on_hover_text("Double-click adds a point or takes one away; drag lines to bend them");
}

fn snapped(ui: &egui::Ui, desk: &Desk, (x, y): (f32, f32)) -> (f32, f32) {
    if desk.memory.snap == ui.input(|i| i.modifiers.shift) {
        return (x, y);
    }
    let snap = |v: f32, lines: usize| (v * 2.0 * lines as f32).round() / (2.0 * lines as f32);
    (snap(x, GRID[0]), snap(y, GRID[1]))
}

fn ask(desk: &mut Desk, lfo: usize, points: Vec<Point>, gesture: Gesture) {
    desk.ask(Command::SetShape { lfo, shape: Shape::new(points), gesture });
}

fn add(ui: &egui::Ui, desk: &mut Desk, k: usize, at: (f32, f32)) {
    let mut points = desk.view.preset.shapes[k].points().to_vec();
    if points.len() >= MAX_POINTS {
        desk.hint(ui.ctx(), "A shape has 64 points at most.");
        return;
    }
    let (x, y) = snapped(ui, desk, at);
    points.push(Point { x, y, bow: 0.0 });
    ask(desk, k, points, Gesture::Once);
}

/// The middles of lines.
fn bend(ui: &mut egui::Ui, desk: &mut Desk, k: usize, screen: &dyn Fn(f32, f32) -> Pos2) {
    let hue = Palette::of(ui).mauve.gamma_multiply(0.6);
    let points = desk.view.preset.shapes[k].points();
    for (n, pair) in points.windows(2).enumerate() {
        let (a, b) = (screen(pair[0].x, pair[0].y), screen(pair[1].x, pair[1].y));
        if b.x - a.x < 26.0 || (b.y - a.y).abs() < 8.0 {
            continue;
        }
        let at = pos2(between(a, b, 0.5).x, a.y + (b.y - a.y) * bowed(0.5, pair[0].bow));
        let (response, _) = point(ui, at, 2.0, &format!("Bow {}", n + 1), hue);
        let towards = if b.y < a.y { -1.0 } else { 1.0 };
        let bow = (pair[0].bow + towards * response.drag_motion().y / 60.0).clamp(-1.0, 1.0);
        let mut moved = points.to_vec();
        if response.double_clicked() {
            moved[n].bow = 0.0;
            ask(desk, k, moved, Gesture::Once);
        } else if let Some(gesture) = gesture(&response) {
            moved[n].bow = if gesture == Gesture::Change { bow } else { pair[0].bow };
            ask(desk, k, moved, gesture);
        }
    }
}

/// The corners.
fn drag(
    ui: &mut egui::Ui,
    desk: &mut Desk,
    k: usize,
    screen: &dyn Fn(f32, f32) -> Pos2,
    place: &dyn Fn(Pos2) -> (f32, f32),
) {
    let hue = Palette::of(ui).mauve;
    let points = desk.view.preset.shapes[k].points();
    let radius = if points.len() > 16 { 2.6 } else { 3.6 };
    for (n, corner) in points.iter().enumerate() {
        let name = format!("Point {}", n + 1);
        let (response, pointer) = point(ui, screen(corner.x, corner.y), radius, &name, hue);
        let mut moved = points.to_vec();
        let inner = n > 0 && n + 1 < points.len();
        if response.double_clicked() && inner {
            moved.remove(n);
            ask(desk, k, moved, Gesture::Once);
        } else if let Some(gesture) = gesture(&response) {
            if let Some(at) = pointer.filter(|_| gesture == Gesture::Change) {
                let (x, y) = snapped(ui, desk, place(at));
                moved[n].y = y;
                if inner {
                    moved[n].x = x.clamp(points[n - 1].x, points[n + 1].x);
                }
            }
            ask(desk, k, moved, gesture);
        }
    }
}

/// The place where the shape waits while the key is held, in the mode that waits.
fn hold(
    ui: &mut egui::Ui,
    desk: &mut Desk,
    k: usize,
    screen: &dyn Fn(f32, f32) -> Pos2,
    place: &dyn Fn(Pos2) -> (f32, f32),
) {
    let lfo = &ids().lfo[k];
    if LfoMode::of(desk.value(lfo.mode)) != LfoMode::Sustain {
        return;
    }
    let p = Palette::of(ui);
    let at = desk.value(lfo.hold);
    let (low, high) = (screen(at, 0.0), screen(at, 1.0));
    let line = Stroke::new(1.2, p.amber.gamma_multiply(0.7));
    ui.painter().extend(egui::Shape::dashed_line(&[high, low], line, 4.0, 3.0));
    // Below the shape, where no corner lies over it.
    let foot = low + egui::vec2(0.0, 4.0);
    let (response, pointer) = point(ui, foot, 4.0, &format!("Hold of LFO {}", k + 1), p.amber);
    let wish = pointer.map_or(at, |pointer| place(pointer).0);
    drag_params(desk, &response, &[(lfo.hold, wish)]);
    if response.double_clicked() {
        desk.set(lfo.hold, lfo.hold.def().default, Gesture::Once);
    }
    response.on_hover_text("Waits here while the key is held");
}

/// Where in a drag a response is; nothing where it is not dragged or does not move.
fn gesture(response: &egui::Response) -> Option<Gesture> {
    match () {
        () if response.drag_started() => Some(Gesture::Begin),
        () if response.drag_stopped() => Some(Gesture::End),
        () if response.dragged() && response.drag_motion() != egui::Vec2::ZERO => {
            Some(Gesture::Change)
        }
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sine_is_a_sine() {
        let shape = sine();
        for n in 0..=100 {
            let x = n as f32 / 100.0;
            let true_sine = 0.5 + 0.5 * (std::f32::consts::TAU * x).sin();
            assert!((shape.at(x) - true_sine).abs() < 0.012, "at {x}");
        }
    }
}
