//! Prints how even the ways between random factory presets are, whether sweeps click, and how
//! long making a way takes: `cargo run --profile bench -p cultivar-breed --example morph -- 200`

use std::time::Instant;

use cultivar_breed::{Rng, morph};
use cultivar_dsp::{Engine, Event, Note, Sound, Timed, Which, render};
use cultivar_patch::schema::ids;
use cultivar_patch::{Preset, factory};

const RATE: f32 = 48_000.0;
const STEPS: usize = 33;
const NOTE: Note = Note { key: 57.0, velocity: 0.8, gate: 0.7, length: 1.0 };

fn hear(preset: &Preset) -> Vec<f32> {
    let [left, right] = render(preset, &NOTE, 24_000.0);
    left.iter().zip(&right).map(|(l, r)| 0.5 * (l + r)).collect()
}

/// How far the sharpest millisecond stands out of the 30 around it: the level of its third
/// differences, beyond once and a half of the greatest there.
fn click(x: &[f32]) -> f32 {
    let edge = |x: &[f32]| (x[3] - 3.0 * x[2] + 3.0 * x[1] - x[0]).powi(2);
    let edges: Vec<f32> = x.windows(4).map(edge).collect();
    let sharp: Vec<f32> = edges.chunks(48).map(|x| (x.iter().sum::<f32>() / 48.0).sqrt()).collect();
    let out = |k: usize| {
        let around = (k.saturating_sub(15)..(k + 16).min(sharp.len()))
            .filter(|n| n.abs_diff(k) > 1)
            .map(|n| sharp[n]);
        sharp[k] - 1.5 * around.fold(0.0, f32::max)
    };
    (0..sharp.len()).map(out).fold(0.0, f32::max)
}

/// A chord held for two seconds while the position goes as told.
fn hold(preset: &Preset, position: impl Fn(usize) -> f32) -> Vec<f32> {
    let mut engine = Engine::new(RATE, 1);
    if engine.play(Sound::new(preset, RATE)).is_err() {
        return Vec::new();
    }
    let mut all = Vec::new();
    for block in 0..240 {
        let (mut left, mut right) = ([0.0; 512], [0.0; 512]);
        let set = Event::Set(ids().morph.position, position(block));
        let mut events = vec![Timed { at: 0, event: set }];
        if block == 0 {
            let on = |key| Timed { at: 0, event: Event::On(Which::key(0, key), 0.8) };
            events.extend([48, 55, 64].map(on));
        }
        engine.render(&events, &mut left, &mut right);
        all.extend(left);
    }
    // The beginning of the notes is theirs.
    all.split_off(48 * 512)
}

fn main() {
    let count = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(200);
    let presets: Vec<Preset> = factory::presets()
        .iter()
        .filter_map(|(_, text)| Some(Preset::from_json(text).ok()?.preset))
        .collect();
    // A folder for the sweeps as raw samples, to be looked at.
    let folder = std::env::args().nth(2);
    let mut rng = Rng::new(33);
    let (mut ratios, mut took, mut clicks) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..count {
        let [a, b] = [0; 2].map(|_| &presets[rng.below(presets.len())]);
        if a.meta.uuid == b.meta.uuid {
            continue;
        }
        let began = Instant::now();
        let way = morph::morph(a, b);
        took.push(1000.0 * began.elapsed().as_secs_f32());
        if let Some(folder) = &folder {
            let name = way.meta.name.replace(' ', "_");
            let chirp = hold(&way, |k| (k as f32 - 60.0) / 150.0);
            let bytes: Vec<u8> = chirp.iter().flat_map(|x| x.to_le_bytes()).collect();
            let _ = std::fs::write(format!("{folder}/{name}.f32"), bytes);
        }
        let place = |k: usize| k as f32 / (STEPS - 1) as f32;
        let sounds: Vec<Vec<f32>> = (0..STEPS).map(|k| hear(&morph::at(&way, place(k)))).collect();
        let exact = sounds[0] == hear(a) && sounds[STEPS - 1] == hear(b);
        let sizes = morph::steps(&sounds, 24_000.0);
        let mean = sizes.iter().sum::<f32>() / sizes.len() as f32;
        let (at, most) = sizes
            .iter()
            .copied()
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .unwrap_or_default();
        // What the sounds on the way have of their own.
        let still = (0..=10).map(|k| click(&hold(&way, |_| k as f32 / 10.0)));
        let still = still.fold(0.0, f32::max);
        let sweep = click(&hold(&way, |k| (k as f32 - 60.0) / 150.0));
        let jump = click(&hold(&way, |k| if (80..160).contains(&k) { 1.0 } else { 0.0 }));
        let level = |x: f32| 20.0 * (x - still).max(1e-9).log10();
        ratios.push(most / mean);
        clicks.push(level(sweep).max(level(jump)));
        println!(
            "{:.2} at {at:2}, mean {mean:.3}, sweep {:6.1} dB, jump {:6.1} dB, {:3.0} ms{} {}",
            most / mean,
            level(sweep),
            level(jump),
            took[took.len() - 1],
            if exact { "" } else { ", ENDS DIFFER" },
            way.meta.name
        );
    }
    for (name, mut x) in [("max/mean step", ratios), ("click dB", clicks), ("ms a way", took)] {
        x.sort_by(f32::total_cmp);
        let place = |p: f32| x[((x.len() - 1) as f32 * p) as usize];
        println!(
            "{name}: median {:.2}, 95 % {:.2}, most {:.2}",
            place(0.5),
            place(0.95),
            place(1.0)
        );
    }
}
