//! tmp
use cultivar_dsp::{Engine, Event, Sound, Timed, Which};
use cultivar_patch::Preset;
use cultivar_patch::schema::Model;
fn main() {
    let filter = std::env::args().nth(2).is_some();
    let mut preset = Preset::init();
    preset.patch.voice.count = 32.0;
    preset.patch.osc[0].level = -12.0;
    preset.patch.osc[0].scatter = 1.0;
    if filter {
        let f = &mut preset.patch.filter[0];
        (f.on, f.model, f.cutoff, f.resonance) = (1.0, Model::Low12.value(), 90.0, 0.5);
    }
    let mut e = Engine::new(48000.0, 1);
    let _ = e.play(Sound::new(&preset, 48000.0));
    let ev: Vec<Timed> = [36, 40, 43, 47, 48, 52, 55, 59, 60, 64, 67, 71, 72, 76, 79, 83]
        .iter()
        .map(|&key| Timed { at: 0, event: Event::On(Which { id: -1, channel: 0, key }, 0.8) })
        .collect();
    let (mut l, mut r) = ([0.0; 64], [0.0; 64]);
    e.render(&ev, &mut l, &mut r);
    let n: usize = std::env::args().nth(1).and_then(|x| x.parse().ok()).unwrap_or(10);
    for _ in 0..n * 750 {
        e.render(&[], &mut l, &mut r);
    }
    println!("{}", l[3]);
}
