//! What one window draws: a frame of the editor, or the panel that says why there is none.

use std::sync::Arc;
use std::time::Duration;

use baseview::dpi::PhysicalSize;
use baseview::{MouseCursor, WindowSize};
use egui::{OutputCommand, ViewportCommand};
use nice_plug::context::gui::GuiContext;

use super::canvas::Canvas;
use super::editor::Make;
use super::fault::{self, guarded};
use super::stage::log;
use super::{App, Extent, Shared, keys};

/// What is drawn and with what.
pub(super) struct Scene<A: App> {
    pub(super) ctx: egui::Context,
    /// The editor, or why there is none any more.
    pub(super) app: Result<A, String>,
    pub(super) canvas: Canvas,
    cursor: MouseCursor,
    make: Make<A>,
    host: GuiContext,
}

/// What a frame asks of the window once the frame is done.
pub(super) struct Wishes {
    pub(super) size: Option<PhysicalSize<u32>>,
    pub(super) focus: bool,
    pub(super) cursor: Option<MouseCursor>,
    pub(super) copied: Vec<String>,
    pub(super) again: Duration,
}

impl<A: App> Scene<A> {
    /// Makes the editor for a window that can draw.
    pub(super) fn new(
        shared: &Arc<Shared>,
        canvas: Canvas,
        make: Make<A>,
        host: GuiContext,
    ) -> Self {
        let ctx = context(shared);
        let app = guarded(|| make(&ctx, host.clone()));
        Self { ctx, app, canvas, cursor: MouseCursor::Default, make, host }
    }

    /// One frame of the editor, or of the panel that says why there is none.
    pub(super) fn run(&mut self, shared: &Arc<Shared>, raw: egui::RawInput) -> egui::FullOutput {
        let again = raw.clone();
        if let Ok(app) = &mut self.app {
            let ctx = &self.ctx;
            match guarded(|| ctx.run_ui(raw, |ui| app.ui(ui))) {
                Ok(output) => return output,
                Err(reason) => self.break_down(shared, reason),
            }
        }
        let reason = self.app.as_ref().err().cloned().unwrap_or_default();
        let mut reopen = false;
        let output = self.ctx.run_ui(again, |ui| reopen |= fault::panel(ui, &reason));
        if reopen {
            self.ctx = context(shared);
            let (make, ctx, host) = (&self.make, &self.ctx, &self.host);
            self.app = guarded(|| make(ctx, host.clone()));
            shared.repaint.request();
        }
        output
    }

    fn break_down(&mut self, shared: &Arc<Shared>, reason: String) {
        tracing::error!("the editor stopped: {reason}");
        // egui was left in the middle of a frame.
        self.ctx = context(shared);
        let app = std::mem::replace(&mut self.app, Err(reason));
        log(guarded(|| drop(app)));
    }

    /// Draws the frame and gathers what it asks of the window.
    pub(super) fn finish(
        &mut self,
        shared: &Shared,
        size: WindowSize,
        output: egui::FullOutput,
    ) -> Wishes {
        let pixels_per_point = output.pixels_per_point;
        let primitives = self.ctx.tessellate(output.shapes, pixels_per_point);
        let mut textures = output.textures_delta;
        if let Err(error) =
            self.canvas.paint(size.physical, pixels_per_point, &primitives, &mut textures)
        {
            tracing::error!("the editor cannot be drawn: {error}");
        }
        let mut wishes = Wishes {
            size: zoomed(&self.ctx, &shared.extent, size),
            focus: false,
            cursor: None,
            copied: Vec::new(),
            again: Duration::MAX,
        };
        let cursor = keys::cursor(output.platform_output.cursor_icon);
        if cursor != self.cursor {
            self.cursor = cursor;
            wishes.cursor = Some(cursor);
        }
        for command in output.platform_output.commands {
            if let OutputCommand::CopyText(text) = command {
                wishes.copied.push(text);
            }
        }
        for viewport in output.viewport_output.into_values() {
            wishes.again = wishes.again.min(viewport.repaint_delay);
            for command in viewport.commands {
                match command {
                    ViewportCommand::InnerSize(points) => {
                        let least = egui::Vec2::from(Extent::MIN);
                        wishes.size = Some(pixels(points.max(least), pixels_per_point));
                    }
                    ViewportCommand::Focus => wishes.focus = true,
                    _ => {}
                }
            }
        }
        wishes
    }
}

/// An egui context for this window, at the player's zoom.
fn context(shared: &Arc<Shared>) -> egui::Context {
    let ctx = egui::Context::default();
    let zoom = shared.extent.zoom();
    ctx.options_mut(|options| {
        options.zoom_factor = zoom;
        // Ctrl + and − belong to the host.
        options.zoom_with_keyboard = false;
    });
    ctx
}

/// The window's new size when the player has changed the zoom: the same points, larger or smaller.
fn zoomed(ctx: &egui::Context, extent: &Extent, size: WindowSize) -> Option<PhysicalSize<u32>> {
    let wanted = ctx.zoom_factor();
    if wanted == extent.zoom() {
        return None;
    }
    extent.set_zoom(wanted);
    let zoom = extent.zoom();
    if zoom != wanted {
        ctx.set_zoom_factor(zoom);
    }
    Some(pixels(extent.points().into(), size.scale_factor as f32 * zoom))
}

fn pixels(points: egui::Vec2, pixels_per_point: f32) -> PhysicalSize<u32> {
    let size = points * pixels_per_point;
    PhysicalSize::new(size.x.round() as u32, size.y.round() as u32)
}
