//! A generator of random movement.

use cultivar_patch::schema::{Division, Sync, Wander, ids};
use egui::{Rect, Sense, Stroke, WidgetInfo, pos2, vec2};

use super::lfos::rate;
use crate::Gesture;
use crate::curves::unrest;
use crate::desk::Desk;
use crate::layout::Cut;
use crate::theme::{CHIP, Palette};
use crate::widgets::{select, switch, well};

/// Seconds that are drawn.
const SECONDS: f32 = 4.0;
/// Most numbers that are drawn.
const MOST: f32 = 48.0;
/// Points of a line.
const POINTS: usize = 240;

/// Draws how generator `k` moves, and its controls.
pub(crate) fn show(ui: &mut egui::Ui, desk: &mut Desk, mut rect: Rect, k: usize) {
    let p = Palette::of(ui);
    let random = &ids().random[k];
    let mut controls = rect.cut_right((rect.width() * 0.44).max(200.0));
    rect.cut_right(8.0);
    movement(ui, desk, rect, k);
    let mut line = controls.cut_top(CHIP);
    let mut shape = line.cut_left(line.width() * 0.6);
    shape.cut_right(4.0);
    select(ui, desk, shape, random.shape);
    select(ui, desk, line, random.sync);
    let speed = controls.cut_left(controls.width() * 0.4);
    rate(ui, desk, speed, [random.sync, random.rate, random.division]);
    let row = Rect::from_center_size(controls.center(), vec2(controls.width(), CHIP));
    shared(ui, desk, row, k);
    ui.painter().vline(controls.left(), controls.shrink(14.0).y_range(), Stroke::new(1.0, p.line));
}

/// The switch that makes all notes move alike.
fn shared(ui: &mut egui::Ui, desk: &mut Desk, row: Rect, k: usize) {
    let p = Palette::of(ui);
    let id = ids().random[k].shared;
    let (def, on) = (desk.show(id), desk.on(id));
    let at = pos2(row.left() + 12.0, row.center().y);
    let words = if on { "For all notes" } else { "Per note" };
    let font = crate::theme::font(crate::theme::size::SMALL, crate::theme::Weight::Regular);
    ui.painter().text(at, egui::Align2::LEFT_CENTER, words, font, p.muted);
    let response = switch(ui, row, &desk.destination_name(id), on, p.mauve);
    if response.clicked() {
        desk.set(id, if on { 0.0 } else { 1.0 }, Gesture::Once);
    }
    response.on_hover_text(def.doc);
}

/// Some seconds of the movement, at 120 beats a minute where it keeps time with the song.
fn movement(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect, k: usize) {
    let p = Palette::of(ui);
    well(ui, rect);
    let response = ui.interact(rect, ui.scope_id().with(("movement", k)), Sense::hover());
    response.widget_info(|| {
        WidgetInfo::labeled(egui::Role::Image, true, format!("Movement of random {}", k + 1))
    });
    let frame = rect.shrink2(vec2(9.0, 10.0));
    let painter = ui.painter().with_clip_rect(rect);
    painter.hline(frame.x_range(), frame.center().y, Stroke::new(1.0, p.panel));
    let random = &desk.view.preset.patch.random[k];
    let numbers = match Sync::of(random.sync) {
        Sync::Time => SECONDS * random.rate.exp2(),
        Sync::Tempo => SECONDS * 2.0 / Division::of(random.division).beats(),
    };
    let numbers = numbers.min(MOST);
    let shape = Wander::of(random.shape);
    let key = (shape as usize, numbers.to_bits());
    let slot = ui.scope_id().with(("wandering", k));
    let heights = desk.memory.curves.get(slot, key, || wander(shape, numbers, 100 * k as u32));
    let ink = if desk.on(ids().random[k].shared) { 1.0 } else { 0.8 };
    let points = heights.iter().enumerate().map(|(n, y)| {
        let x = frame.left() + frame.width() * n as f32 / (heights.len() - 1) as f32;
        pos2(x, frame.center().y - y * frame.height() * 0.48)
    });
    painter.line(points.collect(), Stroke::new(1.8, p.mauve.gamma_multiply(ink)));
    response.on_hover_text(format!("{SECONDS} seconds of one movement of many"));
}

/// The heights, −1 to 1, of a movement over so many numbers.
fn wander(shape: Wander, numbers: f32, seed: u32) -> Vec<f32> {
    let at = |n: usize| numbers * n as f32 / (POINTS - 1) as f32;
    match shape {
        Wander::Steps => (0..POINTS).map(|n| unrest(seed + at(n) as u32)).collect(),
        Wander::Perlin => (0..POINTS).map(|n| perlin(at(n), seed)).collect(),
        Wander::Lorenz => lorenz(numbers, seed),
    }
}

/// Gradient noise (Ken Perlin, "An image synthesizer", 1985), of which half is all there is.
fn perlin(at: f32, seed: u32) -> f32 {
    let (n, t) = (at as u32, at.fract());
    let (a, b) = (unrest(seed + n) * t, unrest(seed + n + 1) * (t - 1.0));
    let fade = t * t * t * (t * (6.0 * t - 15.0) + 10.0);
    2.0 * (a + (b - a) * fade)
}

/// Lorenz's attractor, once round a wing for every number (Edward Lorenz, "Deterministic
/// nonperiodic flow", 1963).
fn lorenz(numbers: f32, seed: u32) -> Vec<f32> {
    /// Time once round a wing, about.
    const ROUND: f32 = 0.75;
    const STEPS: usize = 12;
    let step = ROUND * numbers / (POINTS * STEPS) as f32;
    let (mut x, mut y, mut z) = (1.0 + 0.1 * unrest(seed), 1.0, 24.0);
    let mut advance = || {
        let way = (10.0 * (y - x), x * (28.0 - z) - y, x * y - 8.0 / 3.0 * z);
        (x, y, z) = (x + step * way.0, y + step * way.1, z + step * way.2);
        (x / 20.0).clamp(-1.0, 1.0)
    };
    (0..POINTS * STEPS).map(|_| advance()).step_by(STEPS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn movements_stay_within_their_range_and_move() {
        for shape in [Wander::Steps, Wander::Perlin, Wander::Lorenz] {
            for numbers in [2.0, 8.0, MOST] {
                let heights = wander(shape, numbers, 7);
                assert!(heights.iter().all(|y| y.abs() <= 1.0), "{shape:?}");
                let (low, high) =
                    heights.iter().fold((0.0_f32, 0.0_f32), |(a, b), y| (a.min(*y), b.max(*y)));
                assert!(high - low > 0.1, "{shape:?} moves from {low} to {high}");
            }
        }
    }

    #[test]
    fn gradient_noise_is_nothing_at_every_number() {
        for n in 0..20 {
            assert!(perlin(n as f32, 3).abs() < 1e-6);
        }
    }
}
