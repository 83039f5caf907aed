//! An envelope drawn, with points to drag.

use cultivar_patch::schema::{Env, ids};
use cultivar_patch::{Id, bowed};
use egui::{Color32, Pos2, Rect, Stroke, pos2};

use super::{drag_params, point, well};
use crate::desk::Desk;
use crate::paint::filled_curve;
use crate::theme::Palette;
use crate::view::{EnvelopeHead, Stage};

/// Width that the longest delay, attack, hold, decay and release take; all of it shrinks
/// where it would not fit.
const SHARES: [f32; 5] = [0.3, 0.6, 0.4, 0.75, 0.75];
/// Width of the sustain.
const PLATEAU: f32 = 0.18;
/// Points of each bowed line.
const STEPS: usize = 24;

/// The corners of an envelope on screen.
#[derive(Clone, Copy, Debug)]
struct Corners {
    frame: Rect,
    scale: f32,
    start: Pos2,
    rise: Pos2,
    peak: Pos2,
    fall: Pos2,
    settle: Pos2,
    let_go: Pos2,
    end: Pos2,
}

impl Corners {
    fn new(frame: Rect, env: &Env<f32>, ids: &Env<Id>) -> Self {
        let times = [env.delay, env.attack, env.hold, env.decay, env.release];
        let of = [ids.delay, ids.attack, ids.hold, ids.decay, ids.release];
        // Squares, so that the short times at the low end take little room.
        let shares: [f32; 5] = std::array::from_fn(|k| {
            let at = of[k].def().position(times[k]);
            SHARES[k] * at * at
        });
        let scale = frame.width() / (shares.iter().sum::<f32>() + PLATEAU + 0.04).max(1.0);
        let width = |k: usize| scale * shares[k];
        let low = frame.bottom();
        let level = low - frame.height() * env.sustain;
        let start = frame.left();
        let rise = start + width(0);
        let peak = rise + width(1);
        let fall = peak + width(2).max(7.0);
        let settle = fall + width(3);
        let let_go = settle + scale * PLATEAU;
        Corners {
            frame,
            scale,
            start: pos2(start, low),
            rise: pos2(rise, low),
            peak: pos2(peak, frame.top()),
            fall: pos2(fall, frame.top()),
            settle: pos2(settle, level),
            let_go: pos2(let_go, level),
            end: pos2(let_go + width(4), low),
        }
    }

    /// The time whose line of stage `k` is `width` wide.
    fn time(&self, k: usize, id: Id, width: f32) -> f32 {
        let share = (width / (self.scale * SHARES[k])).clamp(0.0, 1.0);
        id.def().at(share.sqrt())
    }

    fn stage(&self, stage: Stage) -> (Pos2, Pos2) {
        match stage {
            Stage::Delay => (self.start, self.rise),
            Stage::Attack => (self.rise, self.peak),
            Stage::Hold => (self.peak, self.fall),
            Stage::Decay => (self.fall, self.settle),
            Stage::Sustain => (self.settle, self.let_go),
            Stage::Release => (self.let_go, self.end),
        }
    }
}

fn bow(a: Pos2, b: Pos2, bow: f32) -> impl Iterator<Item = Pos2> {
    (0..=STEPS).map(move |n| {
        let t = n as f32 / STEPS as f32;
        pos2(a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * bowed(t, bow))
    })
}

/// Draws envelope `k` and lets its corners and bows be dragged.
pub(crate) fn envelope(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect, k: usize) {
    let p = Palette::of(ui);
    well(ui, rect);
    let ids = &ids().env[k];
    let env = desk.view.preset.patch.env[k];
    let frame = rect.shrink2(egui::vec2(10.0, 11.0));
    let c = Corners::new(frame, &env, ids);
    let painter = ui.painter().with_clip_rect(rect);
    painter.hline(rect.x_range(), frame.bottom(), Stroke::new(1.0, p.panel));
    let mut curve = vec![c.start];
    curve.extend(bow(c.rise, c.peak, env.attack_curve));
    curve.extend(bow(c.fall, c.settle, env.decay_curve));
    curve.extend(bow(c.let_go, c.end, env.release_curve));
    filled_curve(&painter, curve, frame.bottom(), p.leaf, 2.0);
    if let Some(head) = desk.view.live.envelopes[k] {
        playhead(&painter, rect, &c, head, p.text);
    }
    bows(ui, desk, ids, &env, &c);
    corners(ui, desk, ids, &c);
}

fn playhead(painter: &egui::Painter, rect: Rect, c: &Corners, head: EnvelopeHead, ink: Color32) {
    let (a, b) = c.stage(head.stage);
    let at = if head.stage == Stage::Sustain { 0.5 } else { head.at.clamp(0.0, 1.0) };
    let x = a.x + (b.x - a.x) * at;
    painter.vline(x, rect.y_range(), Stroke::new(1.0, ink.gamma_multiply(0.45)));
    let y = c.frame.bottom() - c.frame.height() * head.level.clamp(0.0, 1.0);
    painter.circle_filled(pos2(x, y), 3.2, ink);
}

/// A small point in the middle of each bowed line; dragging it up bends the line up.
fn bows(ui: &mut egui::Ui, desk: &mut Desk, ids: &Env<Id>, env: &Env<f32>, c: &Corners) {
    let hue = Palette::of(ui).leaf.gamma_multiply(0.7);
    let lines = [
        ("Attack bow", c.rise, c.peak, ids.attack_curve, env.attack_curve),
        ("Decay bow", c.fall, c.settle, ids.decay_curve, env.decay_curve),
        ("Release bow", c.let_go, c.end, ids.release_curve, env.release_curve),
    ];
    for (name, a, b, id, value) in lines {
        if (b.x - a.x).abs() < 18.0 || (b.y - a.y).abs() < 8.0 {
            continue;
        }
        let at = pos2((a.x + b.x) / 2.0, a.y + (b.y - a.y) * bowed(0.5, value));
        let (response, _) = point(ui, at, 2.2, name, hue);
        let towards = if b.y < a.y { -1.0 } else { 1.0 };
        let wish = value + towards * response.drag_motion().y / 60.0;
        drag_params(desk, &response, &[(id, wish)]);
        response.on_hover_text("Drag to bend the line");
    }
}

fn corners(ui: &mut egui::Ui, desk: &mut Desk, ids: &Env<Id>, c: &Corners) {
    let hue = Palette::of(ui).leaf;
    let height = |at: Pos2| (c.frame.bottom() - at.y) / c.frame.height();
    let mut handle = |name: &str, at: Pos2, wishes: &dyn Fn(Pos2) -> Vec<(Id, f32)>| {
        let (response, pointer) = point(ui, at, 4.0, name, hue);
        drag_params(desk, &response, &wishes(pointer.unwrap_or(at)));
        response.on_hover_text(name);
    };
    if c.rise.x - c.start.x > 1.0 {
        handle("Delay end", c.rise, &|at| {
            vec![(ids.delay, c.time(0, ids.delay, at.x - c.start.x))]
        });
    }
    handle("Release end", c.end, &|at| {
        vec![(ids.release, c.time(4, ids.release, at.x - c.let_go.x))]
    });
    handle("Decay end and sustain", c.settle, &|at| {
        vec![(ids.decay, c.time(3, ids.decay, at.x - c.fall.x)), (ids.sustain, height(at))]
    });
    handle("Hold end", c.fall, &|at| {
        // The least hold is drawn a little wide, to be taken hold of.
        let width = if at.x - c.peak.x < 8.0 { 0.0 } else { at.x - c.peak.x };
        vec![(ids.hold, c.time(2, ids.hold, width))]
    });
    handle("Attack peak", c.peak, &|at| vec![(ids.attack, c.time(1, ids.attack, at.x - c.rise.x))]);
}
