//! Painting egui's triangles into a picture without a graphics card.

use std::collections::HashMap;

use egui::epaint::{ClippedPrimitive, ImageData, Primitive, Vertex};
use egui::{Color32, TextureId, TexturesDelta};

/// Textures, and the canvas they are painted on.
#[derive(Default)]
pub(crate) struct Raster {
    textures: HashMap<TextureId, egui::ColorImage>,
}

impl Raster {
    /// Takes in what egui changed of its textures.
    pub(crate) fn update(&mut self, delta: &TexturesDelta) {
        for (id, change) in delta.set.iter().flat_map(|(id, all)| all.iter().map(move |c| (id, c)))
        {
            let ImageData::Color(image) = &change.image;
            match (change.pos, self.textures.get_mut(id)) {
                (Some([left, top]), Some(texture)) => {
                    let [width, height] = image.size;
                    for y in 0..height {
                        let to = (top + y) * texture.size[0] + left;
                        texture.pixels[to..to + width]
                            .copy_from_slice(&image.pixels[y * width..][..width]);
                    }
                }
                _ => {
                    self.textures.insert(*id, image.as_ref().clone());
                }
            }
        }
    }

    /// Paints primitives at `scale` pixels per point; three bytes per pixel, row after row.
    pub(crate) fn paint(
        &self,
        primitives: &[ClippedPrimitive],
        size: [usize; 2],
        scale: f32,
    ) -> Vec<u8> {
        let mut canvas = vec![[0.0_f32; 3]; size[0] * size[1]];
        for primitive in primitives {
            let Primitive::Mesh(mesh) = &primitive.primitive else { continue };
            let Some(texture) = self.textures.get(&mesh.texture_id) else { continue };
            let clip = primitive.clip_rect;
            let low = [clip.left(), clip.top()].map(|v| (v * scale).round().max(0.0) as usize);
            let high = [
                ((clip.right() * scale).round().max(0.0) as usize).min(size[0]),
                ((clip.bottom() * scale).round().max(0.0) as usize).min(size[1]),
            ];
            for corners in mesh.indices.chunks_exact(3) {
                let corners = [0, 1, 2].map(|k| mesh.vertices[corners[k] as usize]);
                triangle(&mut canvas, size[0], corners, texture, scale, low, high);
            }
        }
        canvas.into_iter().flatten().map(|v| (v * 255.0).round().clamp(0.0, 255.0) as u8).collect()
    }
}

fn triangle(
    canvas: &mut [[f32; 3]],
    width: usize,
    corners: [Vertex; 3],
    texture: &egui::ColorImage,
    scale: f32,
    low: [usize; 2],
    high: [usize; 2],
) {
    let at = corners.map(|v| (v.pos.x * scale, v.pos.y * scale));
    let edge = |a: (f32, f32), b: (f32, f32), p: (f32, f32)| {
        (b.0 - a.0) * (p.1 - a.1) - (b.1 - a.1) * (p.0 - a.0)
    };
    let area = edge(at[0], at[1], at[2]);
    if area == 0.0 {
        return;
    }
    let span = |values: [f32; 3], low: usize, high: usize| {
        let least = values.into_iter().fold(f32::MAX, f32::min).floor().max(low as f32) as usize;
        let most = values.into_iter().fold(f32::MIN, f32::max).ceil().max(0.0) as usize;
        least..most.min(high)
    };
    for y in span(at.map(|p| p.1), low[1], high[1]) {
        for x in span(at.map(|p| p.0), low[0], high[0]) {
            let p = (x as f32 + 0.5, y as f32 + 0.5);
            let w = [edge(at[1], at[2], p), edge(at[2], at[0], p), edge(at[0], at[1], p)];
            let w = w.map(|v| v / area);
            // The left and upper edges belong to a triangle, the others to its neighbour.
            if w.iter().any(|v| *v < 0.0) {
                continue;
            }
            let mix = |f: fn(&Vertex) -> f32| (0..3).map(|k| w[k] * f(&corners[k])).sum::<f32>();
            let texel = sample(texture, mix(|v| v.uv.x), mix(|v| v.uv.y));
            let ink = [
                mix(|v| f32::from(v.color.r())) / 255.0 * texel[0],
                mix(|v| f32::from(v.color.g())) / 255.0 * texel[1],
                mix(|v| f32::from(v.color.b())) / 255.0 * texel[2],
                mix(|v| f32::from(v.color.a())) / 255.0 * texel[3],
            ];
            let pixel = &mut canvas[y * width + x];
            for k in 0..3 {
                pixel[k] = ink[k] + pixel[k] * (1.0 - ink[3]);
            }
        }
    }
}

/// A texel between texels, 0 to 1 per channel.
fn sample(texture: &egui::ColorImage, u: f32, v: f32) -> [f32; 4] {
    let [width, height] = texture.size;
    let (x, y) = (u * width as f32 - 0.5, v * height as f32 - 0.5);
    let (fx, fy) = (x - x.floor(), y - y.floor());
    let texel = |dx: f32, dy: f32| {
        let x = (x.floor() + dx).clamp(0.0, width as f32 - 1.0) as usize;
        let y = (y.floor() + dy).clamp(0.0, height as f32 - 1.0) as usize;
        let c: Color32 = texture.pixels[y * width + x];
        [c.r(), c.g(), c.b(), c.a()].map(|v| f32::from(v) / 255.0)
    };
    let (a, b, c, d) = (texel(0.0, 0.0), texel(1.0, 0.0), texel(0.0, 1.0), texel(1.0, 1.0));
    std::array::from_fn(|k| {
        let upper = a[k] + (b[k] - a[k]) * fx;
        let lower = c[k] + (d[k] - c[k]) * fx;
        upper + (lower - upper) * fy
    })
}
