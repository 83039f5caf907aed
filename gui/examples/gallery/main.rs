//! Pictures of every page and state of the editor: `cargo run -p cultivar-gui --example gallery
//! -- FOLDER [NAME]`.

mod data;
mod raster;

use std::path::Path;

use cultivar_gui::{
    Family, FamilyState, GardenState, Memory, Page, SIZE, Session, Tab, View, show,
};
use cultivar_patch::Id;
use cultivar_patch::schema::{Bands, LfoMode, Model, Spectral, Stack, Sync, Wander, Warp};
use data::Data;
use egui::{Event, PointerButton, Pos2, RawInput, Rect, pos2};
use raster::Raster;

/// Pixels per point.
const SCALE: f32 = 1.5;

/// One picture: its name, the data, where the player looks, what the hand does.
struct Scene {
    name: &'static str,
    data: Data,
    memory: Memory,
    size: egui::Vec2,
    pointer: Option<Pos2>,
    click: Option<(Pos2, PointerButton)>,
    hovered: Option<&'static str>,
}

impl Scene {
    fn new(name: &'static str, page: Page) -> Self {
        let mut memory = Memory::default();
        memory.settings.page = page;
        Scene {
            name,
            data: Data::new(),
            memory,
            size: SIZE,
            pointer: None,
            click: None,
            hovered: None,
        }
    }

    fn set(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    fn state(self, state: GardenState) -> Self {
        self.set(|scene| scene.data.garden.state = state)
    }
}

/// A voice with everything on, its oscillators warped and their harmonics morphed.
fn voice(name: &'static str, warps: [Warp; 3]) -> Scene {
    Scene::new(name, Page::Synth).set(|s| {
        let patch = &mut s.data.preset.patch;
        let kinds = [Spectral::Stretch, Spectral::Smear, Spectral::Tilt];
        for ((osc, warp), kind) in patch.osc.iter_mut().zip(warps).zip(kinds) {
            (osc.on, osc.warp, osc.bend) = (1.0, warp.value(), 0.45);
            (osc.spectral, osc.morph, osc.voices) = (kind.value(), 0.4, 4.0);
            osc.stack = Stack::Minor7.value();
        }
        patch.sample.on = 1.0;
    })
}

fn filters(scene: &mut Scene, first: Model, second: Model) {
    for (filter, model) in scene.data.preset.patch.filter.iter_mut().zip([first, second]) {
        (filter.model, filter.resonance, filter.morph) = (model.value(), 0.6, 0.3);
    }
}

fn scenes() -> Vec<Scene> {
    [effects(), voices(), synth(), breed_and_grow()].into_iter().flatten().collect()
}

fn effects() -> Vec<Scene> {
    let synth = |name| Scene::new(name, Page::Synth);
    vec![
        synth("effects").set(|s| s.memory.tab = Tab::Effects),
        synth("effects-light").set(|s| {
            s.memory.tab = Tab::Effects;
            s.memory.settings.light = true;
        }),
        synth("effects-all").set(|s| {
            s.memory.tab = Tab::Effects;
            s.size.y = 1240.0;
            let patch = &mut s.data.preset.patch;
            for id in (0..patch.leaves().len() as u16).map(Id) {
                if id.def().id.ends_with(".on") {
                    patch[id] = 1.0;
                }
            }
            patch.fx_filter.model = Model::Vowel.value();
            patch.compressor.lift = 0.3;
            patch.compressor.bands = Bands::Three.value();
            (patch.flanger.place, patch.distortion.place) = (1.0, 4.0);
        }),
        synth("effects-off").set(|s| {
            s.memory.tab = Tab::Effects;
            s.data.preset = cultivar_patch::Preset::init();
        }),
    ]
}

fn voices() -> Vec<Scene> {
    let synth = |name| Scene::new(name, Page::Synth);
    vec![
        synth("synth"),
        voice("voice-listening", [Warp::Fm, Warp::Quantise, Warp::Squeeze])
            .set(|s| filters(s, Model::Ladder, Model::Diode)),
        voice("voice-formant", [Warp::Formant, Warp::Amplitude, Warp::Frequency]).set(|s| {
            filters(s, Model::Vowel, Model::Phaser);
            s.memory.settings.light = true;
        }),
        synth("lfo-sustain").set(|s| {
            s.data.preset.patch.lfo[0].mode = LfoMode::Sustain.value();
            s.data.preset.patch.lfo[0].hold = 0.62;
            filters(s, Model::CombPlus, Model::CombMinus);
        }),
        synth("random").set(|s| {
            s.memory.lfo = 6;
            s.data.preset.patch.random[0].shape = Wander::Perlin.value();
            filters(s, Model::Morph24, Model::Dirty);
        }),
        synth("random-lorenz").set(|s| {
            s.memory.lfo = 7;
            let random = &mut s.data.preset.patch.random[1];
            random.shape = Wander::Lorenz.value();
            (random.sync, random.shared) = (Sync::Tempo.value(), 1.0);
        }),
    ]
}

fn synth() -> Vec<Scene> {
    let grow = |name| Scene::new(name, Page::Grow);
    let synth = |name| Scene::new(name, Page::Synth);
    vec![
        synth("routes").set(|s| s.memory.tab = Tab::Routes),
        synth("synth-light").set(|s| s.memory.settings.light = true),
        synth("tooltip").set(|s| s.pointer = Some(pos2(250.0, 135.0))),
        synth("presets").set(|s| s.memory.presets_open = true),
        synth("presets-menu").set(|s| {
            s.memory.presets_open = true;
            s.click = Some((pos2(504.0, 255.0), PointerButton::Primary));
        }),
        synth("morph").set(|s| s.data = std::mem::replace(&mut s.data, Data::new()).with_partner()),
        synth("morph-coming").set(|s| s.data.way_to = Some("Cathedral Dust".into())),
        synth("save").set(|s| s.click = Some((pos2(385.0, 22.0), PointerButton::Primary))),
        synth("settings").set(|s| {
            s.click = Some((pos2(1096.0, 22.0), PointerButton::Primary));
            s.data.session =
                Session { mpe: true, tuning: Some("31 equal steps".into()), oversampling: 2 };
        }),
        synth("menu").set(|s| s.click = Some((pos2(240.0, 126.0), PointerButton::Secondary))),
        synth("lfo").set(|s| s.memory.lfo = 1),
        synth("table-menu").set(|s| s.click = Some((pos2(230.0, 96.0), PointerButton::Primary))),
        synth("recording-menu")
            .set(|s| s.click = Some((pos2(400.0, 593.0), PointerButton::Primary))),
        synth("filter-menu").set(|s| s.click = Some((pos2(782.0, 66.0), PointerButton::Primary))),
        synth("wide").set(|s| s.size = egui::vec2(1500.0, 860.0)),
        synth("tour").set(|s| s.memory.tour = Some(0)),
        grow("tour-drop").set(|s| s.memory.tour = Some(1)),
        synth("init").set(|s| {
            s.data.preset = cultivar_patch::Preset::init();
            s.data.live = Default::default();
        }),
    ]
}

fn breed_and_grow() -> Vec<Scene> {
    let grow = |name| Scene::new(name, Page::Grow);
    let breed = |name| Scene::new(name, Page::Breed).set(|s| s.data.family = data::family());
    let empty = |name| {
        grow(name).set(|s| {
            s.data.garden =
                cultivar_gui::Garden { examples: data::examples(), ..Default::default() };
        })
    };
    vec![
        breed("breed").set(|s| s.data.keys = std::array::from_fn(|key| key == 67)),
        breed("breed-light").set(|s| s.memory.settings.light = true),
        breed("breed-empty").set(|s| s.data.family = Family::default()),
        breed("breed-waiting").set(|s| {
            let Family { parents, .. } = data::family();
            let parents = parents.into_iter().take(2).collect();
            s.data.family = Family { parents, state: FamilyState::Waiting, ..Family::default() };
        }),
        breed("breed-breeding").set(|s| s.data.family.state = FamilyState::Breeding),
        breed("breed-many").set(|s| {
            let mut more = s.data.family.parents.clone();
            more.extend(s.data.family.parents.clone());
            s.data.family.parents = more;
        }),
        breed("breed-error").set(|s| {
            s.data.family.error = Some("No parent can be heard: Rust Choir".into());
            s.data.family.parents[2].trouble = "it cannot be heard".into();
        }),
        grow("grow").set(|s| s.pointer = Some(pos2(766.0, 343.0))),
        grow("grow-light").set(|s| s.memory.settings.light = true),
        empty("grow-empty"),
        empty("grow-drag").set(|s| s.hovered = Some("/sounds/kick.wav")),
        empty("grow-drag-bad").set(|s| s.hovered = Some("/films/holiday.mp4")),
        grow("grow-analysing").state(GardenState::Analysing).set(|s| s.data.garden.strands.clear()),
        grow("grow-model-off").set(|s| {
            s.data.garden.model_off = Some("flow.onnx: its bytes are not those of its card".into())
        }),
        grow("grow-paused").state(GardenState::Paused),
        grow("grow-settled").state(GardenState::Settled),
        grow("grow-help").set(|s| {
            let fixes = ["Key is C3", "Key is G3", "It is a texture"].map(str::to_owned).into();
            let text = "3 notes sound at once: C3, E3, G3".into();
            s.data.garden.help = Some(cultivar_gui::Help { text, fixes, calm: false });
        }),
        grow("grow-menu").set(|s| s.click = Some((pos2(651.4, 316.7), PointerButton::Secondary))),
        grow("grow-error")
            .set(|s| s.data = std::mem::replace(&mut s.data, Data::new()).with_notices())
            .set(|s| s.data.garden.error = Some("kick.wav: it is not an audio file".into())),
    ]
}

/// Runs a scene for a few frames and paints the last one.
fn picture(scene: &mut Scene) -> (Vec<u8>, [usize; 2], f64) {
    let ctx = egui::Context::default();
    let mut raster = Raster::default();
    let size = scene.size;
    let pixels = [size.x * SCALE, size.y * SCALE].map(|v| v.round() as usize);
    let mut primitives = Vec::new();
    let mut millis = f64::MAX;
    for frame in 0..12 {
        let mut input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, size)),
            time: Some(f64::from(frame) * 0.2),
            ..Default::default()
        };
        let viewport = input.viewports.entry(egui::ViewportId::ROOT).or_default();
        viewport.native_pixels_per_point = Some(SCALE);
        if let Some(at) = scene.pointer.filter(|_| frame < 3) {
            input.events.push(Event::PointerMoved(at));
        }
        if let Some((pos, button)) = scene.click.filter(|_| frame == 4 || frame == 5) {
            let modifiers = egui::Modifiers::NONE;
            input.events.push(Event::PointerMoved(pos));
            input.events.push(Event::PointerButton { pos, button, pressed: frame == 4, modifiers });
        }
        if let Some(path) = scene.hovered {
            let path = Some(path.into());
            input.hovered_files.push(egui::HoveredFile { path, mime: String::new() });
        }
        let view: View<'_> = scene.data.view();
        let begin = std::time::Instant::now();
        let mut output =
            ctx.run_ui(input, |ui| show(ui, &view, &mut scene.memory, &mut Vec::new()));
        raster.update(&output.textures_delta);
        output.textures_delta.clear();
        primitives = ctx.tessellate(output.shapes, SCALE);
        if frame > 3 {
            millis = millis.min(begin.elapsed().as_secs_f64() * 1e3);
        }
    }
    (raster.paint(&primitives, pixels, SCALE), pixels, millis)
}

/// Rare colours rounded to every fourth: nobody sees it, and the file is half as large.
fn thinned(bytes: &[u8]) -> Vec<u8> {
    let mut counts = std::collections::HashMap::<[u8; 3], usize>::new();
    let pixel = |p: &[u8]| [p[0], p[1], p[2]];
    bytes.chunks_exact(3).for_each(|p| *counts.entry(pixel(p)).or_default() += 1);
    let keep = |p: [u8; 3]| if counts[&p] > 400 { p } else { p.map(|v| v & 0xf8 | v >> 5) };
    bytes.chunks_exact(3).flat_map(|p| keep(pixel(p))).collect()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| "docs/pictures".into());
    let only = arguments.next();
    std::fs::create_dir_all(&folder)?;
    for mut scene in scenes() {
        if only.as_deref().is_some_and(|only| only != scene.name) {
            continue;
        }
        let (bytes, [width, height], millis) = picture(&mut scene);
        let path = Path::new(&folder).join(format!("{}.png", scene.name));
        let bytes = thinned(&bytes);
        let file = std::io::BufWriter::new(std::fs::File::create(&path)?);
        let mut encoder = png::Encoder::new(file, width as u32, height as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_compression(png::Compression::High);
        encoder.set_filter(png::Filter::NoFilter);
        encoder.write_header()?.write_image_data(&bytes)?;
        println!("{}  {millis:.1} ms a frame", path.display());
    }
    Ok(())
}
