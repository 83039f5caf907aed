//! How long a frame of the editor takes, drawn and cut into triangles:
//! `cargo run --profile bench -p cultivar-gui --example frames`.

#[path = "gallery/data.rs"]
#[allow(dead_code)]
mod data;

use std::time::Instant;

use cultivar_gui::{Memory, NodeView, Page, SIZE, Tab, show};
use data::Data;
use egui::{Event, Pos2, RawInput, Rect, pos2};

/// Frames that are timed, after as many that are not.
const FRAMES: usize = 1000;
/// Nodes of each of the eight strands.
const NODES: usize = 24;
/// Pixels per point.
const SCALE: f32 = 1.5;

/// The largest garden there is.
fn full() -> Data {
    let mut data = Data::new();
    for strand in &mut data.garden.strands {
        let node = |n| NodeView { score: 3.0 * n as f32 + 20.0, label: "Filter 1 cutoff".into() };
        strand.nodes = (0..NODES).map(node).collect();
    }
    data
}

/// Milliseconds of each frame while everything moves and the hand wanders about.
fn times(page: Page, tab: Tab) -> Vec<f64> {
    let mut data = full();
    let mut memory = Memory::default();
    (memory.tab, memory.settings.page) = (tab, page);
    let ctx = egui::Context::default();
    let mut commands = Vec::new();
    let mut frame = |k: usize| {
        let t = k as f32 / 30.0;
        data.live.values.iter_mut().for_each(|(_, value)| *value = 0.5 + 0.5 * t.sin());
        data.live.lfos = data.live.lfos.map(|_| Some(t.fract()));
        data.garden.tries += 40;
        data.garden.seconds += 1.0 / 30.0;
        let pointer = pos2(0.5 + 0.45 * (0.7 * t).sin(), 0.5 + 0.45 * (1.1 * t).cos());
        let mut input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, SIZE)),
            time: Some(f64::from(t)),
            events: vec![Event::PointerMoved((pointer.to_vec2() * SIZE).to_pos2())],
            ..Default::default()
        };
        let viewport = input.viewports.entry(egui::ViewportId::ROOT).or_default();
        viewport.native_pixels_per_point = Some(SCALE);
        let begin = Instant::now();
        let output = ctx.run_ui(input, |ui| show(ui, &data.view(), &mut memory, &mut commands));
        let triangles = ctx.tessellate(output.shapes, SCALE);
        let took = begin.elapsed();
        // The first frame only measures.
        assert!(k == 0 || !triangles.is_empty());
        commands.clear();
        took.as_secs_f64() * 1e3
    };
    (0..FRAMES).for_each(|k| _ = frame(k));
    (FRAMES..2 * FRAMES).map(frame).collect()
}

fn main() {
    let pages = [
        ("grow", Page::Grow, Tab::default()),
        ("synth", Page::Synth, Tab::default()),
        ("synth, effects", Page::Synth, Tab::Effects),
        ("synth, routes", Page::Synth, Tab::Routes),
    ];
    for (name, page, tab) in pages {
        let mut times = times(page, tab);
        times.sort_by(f64::total_cmp);
        let at = |share: f64| times[(share * (times.len() - 1) as f64) as usize];
        let (half, most, last) = (at(0.5), at(0.99), at(1.0));
        println!("{name}: {half:.2} ms (median), {most:.2} ms (99 %), {last:.2} ms (slowest)");
    }
}
