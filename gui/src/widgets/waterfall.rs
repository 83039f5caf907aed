//! A wavetable as a waterfall: its frames one behind the other, the one that sounds lit.

use std::sync::Arc;

use cultivar_patch::schema::{From, Spectral, Warp, ids};
use cultivar_patch::{FRAME, Wavetable};
use egui::{Color32, Pos2, Rect, Sense, Stroke, WidgetInfo, pos2};

use super::drag_params;
use crate::curves::{unrest, warped};
use crate::desk::Desk;
use crate::spectra::{COARSE, morphed};

/// Points of one drawn frame.
const POINTS: usize = 112;
/// Most frames drawn.
const LAYERS: usize = 11;

/// Draws the table of oscillator `k`; dragging up and down moves through it.
pub(crate) fn waterfall(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect, k: usize, hue: Color32) {
    let osc = &ids().osc[k];
    let response = ui.interact(rect, ui.scope_id().with(("table", k)), Sense::drag());
    let name = format!("Wavetable of oscillator {}", ["A", "B", "C"][k]);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Image, true, &name));
    let position = desk.value(osc.position);
    let way = response.drag_motion().y / rect.height();
    drag_params(desk, &response, &[(osc.position, position - way)]);

    let sounding = desk.view.live.value(osc.position).unwrap_or(position);
    let table = &desk.view.tables[k];
    let layers = table.len().min(LAYERS);
    let place = move |layer: usize| layer as f32 / (layers.max(2) - 1) as f32;
    let shape = Shape::of(desk, k);
    let slot = ui.scope_id().with(("frames", k));
    let back = desk.memory.curves.get(slot, shape.key(0.0), || {
        (0..layers).flat_map(|layer| shape.frame(place(layer))).collect()
    });
    let front =
        desk.memory.curves.get(slot.with("lit"), shape.key(sounding), || shape.frame(sounding));

    let stage = Stage::new(rect.shrink(8.0), layers);
    let painter = ui.painter().with_clip_rect(rect);
    for layer in (0..layers).rev() {
        let near = 1.0 - (place(layer) - sounding).abs();
        let ink = hue.gamma_multiply(0.12 + 0.2 * near * near);
        painter.line(
            stage.line(place(layer), &back[layer * POINTS..][..POINTS]),
            Stroke::new(1.0, ink),
        );
    }
    let lit = stage.line(sounding, &front);
    painter.line(lit.clone(), Stroke::new(5.0, hue.gamma_multiply(0.14)));
    painter.line(lit, Stroke::new(1.9, hue));
    response.on_hover_text(format!(
        "{} · {} frames; drag to move through them",
        table.name(),
        table.len()
    ));
}

/// Where frames stand in space.
struct Stage {
    rect: Rect,
    depth: egui::Vec2,
}

impl Stage {
    fn new(rect: Rect, layers: usize) -> Self {
        let reach = if layers > 1 { 0.22 + 0.012 * layers as f32 } else { 0.0 };
        let depth = egui::vec2(rect.width() * reach * 0.85, -rect.height() * reach * 1.35);
        Stage { rect, depth }
    }

    fn line(&self, place: f32, samples: &[f32]) -> Vec<Pos2> {
        let width = self.rect.width() - self.depth.x;
        let height = self.rect.height() + self.depth.y;
        let middle = self.rect.bottom() - height / 2.0 + self.depth.y * place;
        let left = self.rect.left() + self.depth.x * place;
        let point = |(n, sample): (usize, &f32)| {
            let x = left + width * n as f32 / (samples.len() - 1) as f32;
            pos2(x, middle - sample.clamp(-1.2, 1.2) * height * 0.46)
        };
        samples.iter().enumerate().map(point).collect()
    }
}

/// What an oscillator listens to.
enum Heard {
    /// The frame at a place of another table.
    Table(Arc<Wavetable>, f32),
    /// White noise.
    Noise,
}

impl Heard {
    fn by(desk: &Desk, k: usize) -> Self {
        let from = match From::of(desk.value(ids().osc[k].from)) {
            From::Next => (k + 1).min(2),
            From::Osc1 => 0,
            From::Osc2 => 1,
            From::Osc3 => 2,
            From::Noise => return Heard::Noise,
        };
        let place = desk.value(ids().osc[from].position);
        Heard::Table(desk.view.tables[from].clone(), place)
    }

    fn at(&self, phase: f32) -> f32 {
        match self {
            Heard::Table(table, place) => read(table, *place, phase),
            Heard::Noise => unrest((phase * FRAME as f32) as u32),
        }
    }
}

/// What the drawn frames of an oscillator depend on.
struct Shape {
    table: Arc<Wavetable>,
    heard: Heard,
    warp: Warp,
    bend: f32,
    spectral: Spectral,
    morph: f32,
}

impl Shape {
    fn of(desk: &Desk, k: usize) -> Self {
        let osc = &desk.view.preset.patch.osc[k];
        let now = |id, value| desk.view.live.value(id).unwrap_or(value);
        Shape {
            table: desk.view.tables[k].clone(),
            heard: Heard::by(desk, k),
            warp: Warp::of(osc.warp),
            bend: now(ids().osc[k].bend, osc.bend),
            spectral: Spectral::of(osc.spectral),
            morph: now(ids().osc[k].morph, osc.morph),
        }
    }

    /// Pointers name tables: a table never changes in its place.
    fn key(&self, place: f32) -> impl std::hash::Hash {
        let of = |table: &Arc<Wavetable>| Arc::as_ptr(table) as usize;
        let (heard, there) = match &self.heard {
            Heard::Table(table, place) => (of(table), *place),
            Heard::Noise => (0, 0.0),
        };
        let numbers = [self.bend, there, self.morph, place].map(f32::to_bits);
        (of(&self.table), heard, self.warp as usize, self.spectral as usize, numbers)
    }

    fn frame(&self, place: f32) -> Vec<f32> {
        let own = (self.spectral != Spectral::None && self.morph != 0.0).then(|| {
            let frame: Vec<f32> = (0..FRAME)
                .map(|n| read(&self.table, place, (n as f32 + 0.5) / FRAME as f32))
                .collect();
            morphed(&frame, self.spectral, self.morph)
        });
        let bent = |phase| warped(self.warp, self.bend, phase, |phase| self.heard.at(phase));
        let sample = |n: usize| {
            let (at, gain) = bent(n as f32 / (POINTS - 1) as f32 * 0.9999);
            let read = || read(&self.table, place, at);
            let drawn = |own: &Vec<f32>| own[((at * COARSE as f32) as usize).min(COARSE - 1)];
            gain * own.as_ref().map_or_else(read, drawn)
        };
        (0..POINTS).map(sample).collect()
    }
}

/// The table at `place` between its first and last frame and `phase` of the cycle, both 0 to 1.
fn read(table: &Wavetable, place: f32, phase: f32) -> f32 {
    let at = place.clamp(0.0, 1.0) * (table.len() - 1) as f32;
    let below = at as usize;
    let above = (below + 1).min(table.len() - 1);
    let n = ((phase * FRAME as f32) as usize).min(FRAME - 1);
    let (a, b) = (table.frame(below)[n], table.frame(above)[n]);
    a + (b - a) * (at - below as f32)
}
