//! tmp
use cultivar_dsp::{Note, Studio};
use cultivar_patch::schema::{Model, ids};
use cultivar_patch::{Preset, defs};
fn main() {
    let mut preset = Preset::init();
    preset.patch.osc[0].on = 1.0;
    preset.patch.osc[0].level = -12.0;
    preset.patch.osc[0].scatter = 1.0;
    let f = &mut preset.patch.filter[0];
    (f.on, f.model, f.cutoff, f.resonance) = (1.0, Model::Low12.value(), 90.0, 0.5);
    let i = ids();
    let turned = [
        i.filter[0].cutoff,
        i.filter[0].resonance,
        i.filter[0].drive,
        i.osc[0].position,
        i.osc[0].detune,
        i.osc[0].level,
        i.env[0].attack,
        i.env[0].decay,
        i.env[0].sustain,
        i.env[0].release,
    ];
    let mut studio = Studio::new(48000.0);
    let note = Note { key: 60.0, velocity: 0.8, gate: 0.8, length: 1.0 };
    let (mut l, mut r) = (vec![0.0; 48000], vec![0.0; 48000]);
    let mut state = 1u64;
    let n: usize = std::env::args().nth(1).and_then(|x| x.parse().ok()).unwrap_or(200);
    let t = std::time::Instant::now();
    let mut sum = 0.0;
    for _ in 0..n {
        for id in turned {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            preset.patch[id] =
                defs()[usize::from(id.0)].at((state >> 40) as f32 / (1 << 24) as f32);
        }
        studio.render(&preset, &note, &mut l, &mut r);
        sum += l[20000];
    }
    println!("{} patches/s {sum}", n as f64 / t.elapsed().as_secs_f64());
}
