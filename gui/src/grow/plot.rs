//! Where strands and nodes lie in the garden.

use std::f32::consts::{PI, TAU};

use egui::{Pos2, Rect};

use crate::paint::polar;
use crate::view::Garden;

/// The garden's circle: the angle names the strand, the radius is the score. Between 80 and 100,
/// where strands spend their lives, there is as much room as below.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plot {
    pub(super) centre: Pos2,
    pub(super) rim: f32,
    pub(super) disc: f32,
    strands: usize,
}

impl Plot {
    pub(super) fn new(rect: Rect, garden: &Garden) -> Self {
        let rim = rect.width().min(rect.height()) / 2.0 - 30.0;
        let centre = rect.center() + egui::vec2(0.0, 6.0);
        let strands = garden.strands.len().max(garden.strand_count).max(1);
        Plot { centre, rim, disc: rim * 0.225, strands }
    }

    /// Radius of a score, 0 to 100: from the edge of the disc to the rim.
    pub(super) fn radius(&self, score: f32) -> f32 {
        self.disc + (self.rim - self.disc) * way(score)
    }

    /// Direction of strand `s`, clockwise from the right.
    pub(super) fn base(&self, s: usize) -> f32 {
        -PI / 2.0 + 0.2 + s as f32 * TAU / self.strands as f32
    }

    /// A node by its score.
    pub(super) fn node(&self, s: usize, score: f32) -> Pos2 {
        self.at(s, way(score))
    }

    /// A point of a strand, 0 at the disc to 1 at the rim: strands sway a little, each in its own
    /// way, never into each other.
    fn at(&self, s: usize, t: f32) -> Pos2 {
        let reach = (PI / self.strands as f32 * 0.55).min(0.24);
        let sway =
            reach * (t * 3.1 + s as f32 * 1.7).sin() + 0.3 * reach * (t * 11.0 + s as f32).sin();
        let radius = self.disc + (self.rim - self.disc) * t;
        polar(self.centre, radius, self.base(s) + sway)
    }

    /// The line of a strand from the disc through scores.
    pub(super) fn line(&self, s: usize, scores: impl Iterator<Item = f32>) -> Vec<Pos2> {
        let mut from = 0.0;
        let mut line = vec![self.node(s, 0.0)];
        for score in scores {
            let (a, b) = (way(from), way(score));
            let steps = ((b - a).abs() * 50.0).ceil().max(1.0) as usize;
            let point = |k: usize| self.at(s, a + (b - a) * k as f32 / steps as f32);
            line.extend((1..=steps).map(point));
            from = score;
        }
        line
    }
}

/// How much wider steps are near the rim than in the middle; 1 for none.
const BEND: f32 = 0.6;

/// How far out a score of 0 to 100 is, 0 to 1.
fn way(score: f32) -> f32 {
    1.0 - (1.0 - (score / 100.0).clamp(0.0, 1.0)).powf(BEND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_says_the_score_and_strands_stay_apart() {
        let garden = Garden::default();
        let rect = Rect::from_min_size(Pos2::ZERO, egui::vec2(596.0, 520.0));
        let plot = Plot::new(rect, &garden);
        for s in 0..8 {
            for score in (0..=100).map(|v| v as f32) {
                let radius = plot.node(s, score).distance(plot.centre);
                let part = (radius - plot.disc) / (plot.rim - plot.disc);
                let read = 100.0 * (1.0 - (1.0 - part).max(0.0).powf(1.0 / BEND));
                assert!((read - score).abs() < 0.01);
                let near = plot.node(s, score).distance(plot.node((s + 1) % 8, score));
                assert!(near > 0.2 * radius, "strands {s} and {} at {score}", s + 1);
            }
        }
    }
}
