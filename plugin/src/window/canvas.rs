//! egui's shapes on the window's OpenGL context.

use std::sync::Arc;

use baseview::dpi::PhysicalSize;
use baseview::gl::{GlConfig, GlContext};
use egui_glow::glow;

/// What a window must be able to draw with: no depth, no stencil, no multisampling; egui smooths
/// its own edges and speaks plain sRGB bytes.
pub(super) fn config() -> GlConfig {
    GlConfig { depth_bits: 0, stencil_bits: 0, srgb: false, ..GlConfig::default() }
}

/// The painter of one window; created, used and dropped on the window's thread.
pub(super) struct Canvas {
    gl: GlContext,
    painter: egui_glow::Painter,
}

impl Canvas {
    /// Compiles the shaders.
    pub(super) fn new(gl: GlContext) -> Result<Self, Box<dyn std::error::Error>> {
        let painter = current(&gl, || {
            // SAFETY: the context is current, so its functions may be loaded and called.
            let functions = unsafe {
                glow::Context::from_loader_function_cstr(|name| gl.get_proc_address(name))
            };
            egui_glow::Painter::new(Arc::new(functions), "", None, false)
        })??;
        Ok(Self { gl, painter })
    }

    /// Longest side of a texture in texels.
    pub(super) fn max_texture_side(&self) -> usize {
        self.painter.max_texture_side()
    }

    /// Draws one frame into the back buffer.
    pub(super) fn paint(
        &mut self,
        size: PhysicalSize<u32>,
        pixels_per_point: f32,
        primitives: &[egui::ClippedPrimitive],
        textures: &mut egui::TexturesDelta,
    ) -> Result<(), baseview::Error> {
        let painter = &mut self.painter;
        let size = [size.width, size.height];
        current(&self.gl, || {
            painter.clear(size, [0.07, 0.086, 0.1, 1.0]);
            painter.paint_and_update_textures(size, pixels_per_point, primitives, textures);
        })
    }

    /// Shows what was drawn.
    pub(super) fn show(&self) -> Result<(), baseview::Error> {
        current(&self.gl, || self.gl.swap_buffers())?
    }
}

impl Drop for Canvas {
    fn drop(&mut self) {
        let painter = &mut self.painter;
        if let Err(error) = current(&self.gl, || painter.destroy()) {
            tracing::warn!("the editor's OpenGL objects could not be freed: {error}");
        }
    }
}

/// Runs `draw` with the context current; the host's threads may have contexts of their own, so it
/// is given up afterwards.
fn current<T>(gl: &GlContext, draw: impl FnOnce() -> T) -> Result<T, baseview::Error> {
    // SAFETY: a window's context is only used on the window's thread, where this is called, and
    // is never left current.
    unsafe { gl.make_current()? };
    let drawn = draw();
    // SAFETY: as above.
    unsafe { gl.make_not_current()? };
    Ok(drawn)
}
