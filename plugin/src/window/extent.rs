//! How large the editor is: points, zoom and the display's scale.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

use baseview::dpi::PhysicalSize;
use nice_plug::editor::ResizeHint;
use nice_plug::editor::dpi::{LogicalSize, NativeSize};

/// The editor's size in egui points and its zoom, remembered while no window is open. The plug-in
/// keeps both in the project.
#[derive(Debug)]
pub struct Extent {
    /// Width and height in points, two `f32`.
    points: AtomicU64,
    /// The player's zoom, an `f32`.
    zoom: AtomicU32,
    /// Physical pixels per logical pixel of the last window, an `f64`; zero before the first.
    scale: AtomicU64,
}

impl Extent {
    /// Smallest size in points.
    pub const MIN: [f32; 2] = [760.0, 500.0];
    /// Size in points the first time.
    pub const DEFAULT: [f32; 2] = [1120.0, 720.0];
    /// Smallest and largest zoom.
    pub const ZOOM: [f32; 2] = [0.75, 2.0];
    /// Larger than any screen, in points; what a file claims beyond is not believed.
    const MAX: f32 = 8192.0;

    /// A size in points and a zoom, both brought into their ranges.
    pub fn new(points: [f32; 2], zoom: f32) -> Self {
        let extent = Self { points: 0.into(), zoom: 0.into(), scale: 0.into() };
        extent.set_points(points);
        extent.set_zoom(zoom);
        extent
    }

    /// Width and height in points.
    pub fn points(&self) -> [f32; 2] {
        let bits = self.points.load(Relaxed);
        [f32::from_bits((bits >> 32) as u32), f32::from_bits(bits as u32)]
    }

    /// Changes the size while no window is open, as when a project is loaded.
    pub fn set_points(&self, points: [f32; 2]) {
        let fit = |i: usize| match points[i] {
            p if p.is_finite() => p.clamp(Self::MIN[i], Self::MAX),
            _ => Self::DEFAULT[i],
        };
        self.note_points([fit(0), fit(1)]);
    }

    /// The zoom, 0.75 to 2.
    pub fn zoom(&self) -> f32 {
        f32::from_bits(self.zoom.load(Relaxed))
    }

    /// Changes the zoom while no window is open; an open window is zoomed through egui.
    pub fn set_zoom(&self, zoom: f32) {
        let zoom = if zoom.is_finite() { zoom.clamp(Self::ZOOM[0], Self::ZOOM[1]) } else { 1.0 };
        self.zoom.store(zoom.to_bits(), Relaxed);
    }

    /// What the window turned out to be, even if a host made it smaller than it should be.
    pub(super) fn note_points(&self, [width, height]: [f32; 2]) {
        let bits = u64::from(width.to_bits()) << 32 | u64::from(height.to_bits());
        self.points.store(bits, Relaxed);
    }

    /// Physical pixels per logical pixel, as far as known.
    pub(super) fn scale(&self) -> f64 {
        match f64::from_bits(self.scale.load(Relaxed)) {
            0.0 => 1.0,
            scale => scale,
        }
    }

    /// Whether a window or the display has told the scale yet.
    pub(super) fn knows_scale(&self) -> bool {
        self.scale.load(Relaxed) != 0
    }

    pub(super) fn set_scale(&self, scale: f64) {
        if scale.is_finite() && scale > 0.0 {
            self.scale.store(scale.to_bits(), Relaxed);
        }
    }

    /// Width and height in logical pixels: points with the zoom in them.
    pub(super) fn logical(&self) -> LogicalSize<f64> {
        let [width, height] = self.points();
        let zoom = f64::from(self.zoom());
        LogicalSize::new(f64::from(width) * zoom, f64::from(height) * zoom)
    }

    /// The size hosts speak of: physical pixels, logical ones on macOS.
    pub(super) fn native(&self) -> NativeSize<u32> {
        NativeSize::from_size(self.logical().into(), self.scale())
    }

    /// The size in physical pixels.
    pub(super) fn physical(&self) -> PhysicalSize<u32> {
        self.logical().to_physical(self.scale())
    }

    /// What a host may make of it.
    pub(super) fn hint(&self) -> ResizeHint {
        let [width, height] = Self::MIN.map(|side| side * self.zoom());
        ResizeHint::RESIZABLE.with_min_logical_size(LogicalSize::new(width, height))
    }
}

impl Default for Extent {
    fn default() -> Self {
        Self::new(Self::DEFAULT, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonsense_from_a_project_becomes_a_usable_size() {
        let extent = Extent::new([f32::NAN, 3.0], f32::INFINITY);
        assert_eq!(extent.points(), [1120.0, 500.0]);
        assert_eq!(extent.zoom(), 1.0);
        let extent = Extent::new([1e30, 600.0], 9.0);
        assert_eq!(extent.points(), [8192.0, 600.0]);
        assert_eq!(extent.zoom(), 2.0);
    }

    #[test]
    fn zoom_and_scale_multiply_into_pixels() {
        let extent = Extent::new([800.0, 600.0], 1.5);
        extent.set_scale(2.0);
        assert_eq!(extent.physical(), PhysicalSize::new(2400, 1800));
    }

    #[test]
    fn the_smallest_window_keeps_its_points_at_any_zoom() {
        for zoom in [0.75, 1.0, 2.0] {
            let extent = Extent::new(Extent::DEFAULT, zoom);
            let least = extent.hint().adjust_size(NativeSize::new(1, 1), extent.native(), 1.0);
            assert_eq!(least, NativeSize::new((760.0 * zoom) as u32, (500.0 * zoom) as u32));
        }
    }
}
