//! Pitch from left to right and decibels upwards.

use egui::{Align2, Painter, Pos2, Rect, Stroke, pos2};

use crate::paint::text;
use crate::theme::{Palette, Weight, size};

/// Lowest and highest pitch drawn, about 20 Hz to 20 kHz.
const PITCHES: [f32; 2] = [16.0, 136.0];
/// Points of a curve.
const POINTS: usize = 150;

/// Least width at which lines have names.
const ROOMY: f32 = 180.0;

/// The axes of a drawing over `rect`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Axes {
    rect: Rect,
    /// Greatest and least gain drawn, in decibels.
    gains: [f32; 2],
}

impl Axes {
    /// Axes from one gain at the top to another at the bottom, in decibels.
    pub(crate) fn new(rect: Rect, top: f32, bottom: f32) -> Self {
        Axes { rect, gains: [top, bottom] }
    }

    /// Where a pitch stands.
    pub(crate) fn x(&self, note: f32) -> f32 {
        self.rect.left() + self.rect.width() * (note - PITCHES[0]) / (PITCHES[1] - PITCHES[0])
    }

    /// Where a gain stands.
    pub(crate) fn y(&self, db: f32) -> f32 {
        let [top, bottom] = self.gains;
        self.rect.top() + self.rect.height() * (top - db) / (top - bottom)
    }

    /// How many semitones and decibels a way on screen is.
    pub(crate) fn way(&self, way: egui::Vec2) -> [f32; 2] {
        let [top, bottom] = self.gains;
        let semitones = way.x / self.rect.width() * (PITCHES[1] - PITCHES[0]);
        [semitones, -way.y / self.rect.height() * (top - bottom)]
    }

    /// The pitch and the gain at a place.
    pub(crate) fn at(&self, place: Pos2) -> [f32; 2] {
        let [semitones, db] = self.way(place - self.rect.left_top());
        [PITCHES[0] + semitones, self.gains[0] + db]
    }

    /// Lines at 0 dB and at powers of ten of hertz, with their names where there is room.
    pub(crate) fn grid(&self, painter: &Painter, p: &Palette) {
        for (hertz, words) in [(100.0_f32, "100"), (1000.0, "1k"), (10_000.0, "10k")] {
            let x = self.x(69.0 + 12.0 * (hertz / 440.0).log2());
            painter.vline(x, self.rect.y_range(), Stroke::new(1.0, p.panel));
            if self.rect.width() < ROOMY {
                continue;
            }
            let at = pos2(x + 3.0, self.rect.bottom() - 2.0);
            let size = size::TINY - 1.5;
            text(painter, at, Align2::LEFT_BOTTOM, words, size, Weight::Regular, p.faint);
        }
        painter.hline(self.rect.x_range(), self.y(0.0), Stroke::new(1.0, p.panel));
    }

    /// Values of a curve over all pitches.
    pub(crate) fn sampled(db: impl Fn(f32) -> f32) -> Vec<f32> {
        let note = |n: usize| PITCHES[0] + (PITCHES[1] - PITCHES[0]) * Self::part(n, POINTS);
        (0..POINTS).map(|n| db(note(n))).collect()
    }

    /// The points of a sampled curve.
    pub(crate) fn line(&self, gains: &[f32]) -> Vec<Pos2> {
        let across = |n: usize| self.rect.left() + self.rect.width() * Self::part(n, gains.len());
        // Far outside it is all the same how far.
        let [top, bottom] = self.gains;
        let limited = |db: f32| db.clamp(bottom - 18.0, top + 16.0);
        gains.iter().enumerate().map(|(n, db)| pos2(across(n), self.y(limited(*db)))).collect()
    }

    fn part(n: usize, of: usize) -> f32 {
        n as f32 / (of - 1) as f32
    }
}
