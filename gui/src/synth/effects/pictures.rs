//! What each effect does, drawn from its parameters.

use std::f32::consts::TAU;

use cultivar_patch::schema::{Curve, Division, Stages, Sync};
use egui::{Color32, Rect, Stroke, pos2};

use crate::curves::distorted;
use crate::desk::Desk;
use crate::paint::filled_curve;
use crate::responses::{flanger_db, phaser_db};
use crate::theme::Palette;
use crate::widgets::Axes;

/// Greatest way of a phaser's notches to either side, in semitones.
const SWEEP: f32 = 24.0;

/// A straight line and what the curve makes of it.
pub(super) fn distortion(ui: &mut egui::Ui, desk: &Desk, rect: Rect, ink: Color32) {
    let p = Palette::of(ui);
    let d = &desk.view.preset.patch.distortion;
    let frame = rect.shrink(8.0);
    let painter = ui.painter().with_clip_rect(rect);
    painter.hline(frame.x_range(), frame.center().y, Stroke::new(1.0, p.panel));
    painter.vline(frame.center().x, frame.y_range(), Stroke::new(1.0, p.panel));
    let gain = 10.0_f32.powf(d.drive / 20.0);
    let curve = Curve::of(d.curve);
    let points = (0..=120).map(|n| {
        let x = n as f32 / 60.0 - 1.0;
        let y = (1.0 - d.mix) * x + d.mix * distorted(curve, gain * x);
        let across = frame.left() + frame.width() * (x + 1.0) / 2.0;
        pos2(across, frame.center().y - y.clamp(-1.1, 1.1) * frame.height() * 0.44)
    });
    painter.line(points.collect(), Stroke::new(1.8, ink));
}

/// The notches in the middle of their way and, faintly, at its ends.
pub(super) fn phaser(ui: &mut egui::Ui, desk: &Desk, rect: Rect, ink: Color32) {
    let h = desk.view.preset.patch.phaser;
    let stages = Stages::of(h.stages).count();
    let way = SWEEP * h.depth;
    combs(ui, rect, ink, |part, note| {
        phaser_db(stages, h.centre + way * part, h.feedback, h.mix, note)
    });
}

/// The comb in the middle of its way and, faintly, at its ends.
pub(super) fn flanger(ui: &mut egui::Ui, desk: &Desk, rect: Rect, ink: Color32) {
    let l = desk.view.preset.patch.flanger;
    combs(ui, rect, ink, |part, note| {
        let delay = (l.delay + 1.5 * l.depth * part).exp2();
        flanger_db(delay, l.feedback, l.mix, note)
    });
}

/// A response that moves: `db` at a part of its way, −1 to 1, and a pitch.
fn combs(ui: &egui::Ui, rect: Rect, ink: Color32, db: impl Fn(f32, f32) -> f32) {
    let painter = ui.painter().with_clip_rect(rect);
    let axes = Axes::new(rect, 15.0, -27.0);
    axes.grid(&painter, Palette::of(ui));
    for part in [-1.0, 1.0] {
        let line = axes.line(&Axes::sampled(|note| db(part, note)));
        painter.line(line, Stroke::new(1.0, ink.gamma_multiply(0.28)));
    }
    let line = axes.line(&Axes::sampled(|note| db(0.0, note)));
    filled_curve(&painter, line, rect.bottom(), ink, 1.8);
}

/// Two moving delays over the time of two turns.
pub(super) fn chorus(ui: &mut egui::Ui, desk: &Desk, rect: Rect, ink: Color32) {
    let c = &desk.view.preset.patch.chorus;
    let frame = rect.shrink(8.0);
    let painter = ui.painter().with_clip_rect(rect);
    let turns = 1.5 + 0.35 * (c.rate + 5.0);
    for (side, phase) in [0.0, 0.25].into_iter().enumerate() {
        for echo in 0..3 {
            let fade = c.feedback.abs().powi(echo) * if side == 0 { 1.0 } else { 0.55 };
            if fade < 0.05 {
                continue;
            }
            let points = (0..=120).map(|n| {
                let t = n as f32 / 120.0;
                let swing = 0.34 * c.depth * (TAU * (turns * t + phase)).sin();
                let middle = 0.5 - 0.06 * echo as f32;
                pos2(
                    frame.left() + frame.width() * t,
                    frame.top() + frame.height() * (middle - swing),
                )
            });
            let line = Stroke::new(1.8, ink.gamma_multiply(fade * (0.35 + 0.65 * c.mix)));
            painter.line(points.collect(), line);
        }
    }
}

/// Echoes to the left and to the right over three seconds, at 120 beats a minute where synced.
pub(super) fn delay(ui: &mut egui::Ui, desk: &Desk, rect: Rect, ink: Color32) {
    let p = Palette::of(ui);
    let d = &desk.view.preset.patch.delay;
    let frame = rect.shrink(8.0);
    let painter = ui.painter().with_clip_rect(rect);
    painter.hline(frame.x_range(), frame.center().y, Stroke::new(1.0, p.panel));
    let time = match Sync::of(d.sync) {
        Sync::Time => d.time.exp2(),
        Sync::Tempo => Division::of(d.division).beats() * 0.5,
    };
    let half = frame.height() * 0.46;
    let bar = |t: f32, side: f32, level: f32, ink: Color32| {
        let x = frame.left() + 2.0 + frame.width() * t / 3.0;
        let y = frame.center().y;
        let tip = y - side * half * level;
        painter.line_segment([pos2(x, y), pos2(x, tip)], Stroke::new(2.4, ink));
        painter.circle_filled(pos2(x, tip), 2.2, ink);
    };
    bar(0.0, 1.0, 1.0, p.faint);
    bar(0.0, -1.0, 1.0, p.faint);
    let mut level = d.mix.sqrt();
    for echo in 1..64 {
        let t = echo as f32 * time;
        if t > 3.0 || level < 0.02 {
            break;
        }
        // Ping-pong takes the echo away from one side after the other.
        let (left, right) = if echo % 2 == 1 { (1.0, 1.0 - d.cross) } else { (1.0 - d.cross, 1.0) };
        bar(t, 1.0, level * left, ink);
        bar(t, -1.0, level * right, ink);
        level *= d.feedback;
    }
}

/// The tail over four seconds: its loudness, and how its high end dies.
pub(super) fn reverb(ui: &mut egui::Ui, desk: &Desk, rect: Rect, ink: Color32) {
    let r = &desk.view.preset.patch.reverb;
    let frame = rect.shrink(8.0);
    let painter = ui.painter().with_clip_rect(rect);
    let (wait, decay) = (r.predelay.exp2(), r.decay.exp2());
    let high = decay * (0.15 + 0.85 * ((r.damp - 40.0) / 96.0).clamp(0.0, 1.0));
    let tail = |decay: f32| {
        let points = (0..=110).map(|n| {
            let t = n as f32 / 110.0 * 4.0;
            // Decibels, 60 of them over the height.
            let loud = if t < wait { 0.0 } else { 1.0 - (t - wait) / decay };
            let y = frame.bottom() - frame.height() * 0.92 * loud.max(0.0) * (0.4 + 0.6 * r.mix);
            pos2(frame.left() + frame.width() * t / 4.0, y)
        });
        points.collect::<Vec<_>>()
    };
    filled_curve(&painter, tail(decay), frame.bottom(), ink, 1.8);
    painter.line(tail(high), Stroke::new(1.2, ink.gamma_multiply(0.5)));
    let grains = (6.0 + 40.0 * r.size) as usize;
    for n in 0..grains {
        let t = wait + decay * (n as f32 + 0.5) / grains as f32;
        let loud = 1.0 - (t - wait) / decay;
        let x = frame.left() + frame.width() * t / 4.0;
        let top = frame.bottom() - frame.height() * 0.8 * loud * (0.4 + 0.6 * r.mix);
        painter.vline(x, top..=frame.bottom(), Stroke::new(1.0, ink.gamma_multiply(0.22)));
    }
}
