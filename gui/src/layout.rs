//! Cutting rectangles into rectangles.

use egui::{Rect, pos2, vec2};

/// A rectangle from which parts are cut.
pub(crate) trait Cut {
    /// Cuts off the left part.
    fn cut_left(&mut self, width: f32) -> Rect;
    /// Cuts off the right part.
    fn cut_right(&mut self, width: f32) -> Rect;
    /// Cuts off the upper part.
    fn cut_top(&mut self, height: f32) -> Rect;
    /// Cuts off the lower part.
    fn cut_bottom(&mut self, height: f32) -> Rect;
    /// The `k`-th of `n` equal columns with `gap` between them.
    fn column(&self, k: usize, n: usize, gap: f32) -> Rect;
    /// The `k`-th of `n` equal rows with `gap` between them.
    fn row(&self, k: usize, n: usize, gap: f32) -> Rect;
}

impl Cut for Rect {
    fn cut_left(&mut self, width: f32) -> Rect {
        let at = (self.left() + width).min(self.right());
        let part = Rect::from_min_max(self.min, pos2(at, self.bottom()));
        self.min.x = at;
        part
    }

    fn cut_right(&mut self, width: f32) -> Rect {
        let at = (self.right() - width).max(self.left());
        let part = Rect::from_min_max(pos2(at, self.top()), self.max);
        self.max.x = at;
        part
    }

    fn cut_top(&mut self, height: f32) -> Rect {
        let at = (self.top() + height).min(self.bottom());
        let part = Rect::from_min_max(self.min, pos2(self.right(), at));
        self.min.y = at;
        part
    }

    fn cut_bottom(&mut self, height: f32) -> Rect {
        let at = (self.bottom() - height).max(self.top());
        let part = Rect::from_min_max(pos2(self.left(), at), self.max);
        self.max.y = at;
        part
    }

    fn column(&self, k: usize, n: usize, gap: f32) -> Rect {
        let width = (self.width() - gap * (n - 1) as f32) / n as f32;
        let min = self.min + vec2(k as f32 * (width + gap), 0.0);
        Rect::from_min_size(min, vec2(width, self.height()))
    }

    fn row(&self, k: usize, n: usize, gap: f32) -> Rect {
        let height = (self.height() - gap * (n - 1) as f32) / n as f32;
        let min = self.min + vec2(0.0, k as f32 * (height + gap));
        Rect::from_min_size(min, vec2(self.width(), height))
    }
}
