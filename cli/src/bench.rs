//! How fast the engine is: named loads, each as one line of JSON.
//!
//! 48 kHz, blocks of 64, one thread; note 60 or a chord of sixteen at velocity 0.8, held all
//! the time. `x_wall` and `x_cpu` are seconds of sound per second of the clock and of the
//! processor's work for this thread; loads named `match_` are patches of one second each,
//! changed and rendered: one at a time, or, in `match_batch_1s`, many in one call on every core.
//! In `match_growth_1s` they are the tries of a growth towards a sound of a second: proposed,
//! rendered, heard, compared and counted on one thread.
//! A name may end in `_os1`, `_os2` or `_os4`: the engine then works that many times as fast.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::{Arc, Barrier};
use std::time::Instant;

use anyhow::{Context, bail};
use cpu_time::ThreadTime;
use cultivar_breed::{Growth, Settings, Target, proposers};
use cultivar_dsp::{Engine, Event, Note, Oversampling, Sound, Studio, Timed, Which};
use cultivar_library::factory;
use cultivar_patch::schema::{Model, To, ids};
use cultivar_patch::{Id, Preset, defs};
use serde_json::{Value, json};

const RATE: f32 = 48_000.0;
const BLOCK: usize = 64;
const CHORD: [i16; 16] = [36, 40, 43, 47, 48, 52, 55, 59, 60, 64, 67, 71, 72, 76, 79, 83];

/// A load: its name, its preset, and how many notes sound.
struct Load {
    name: &'static str,
    preset: fn() -> Preset,
    notes: usize,
}

const LOADS: &[Load] = &[
    Load { name: "v1_silence", preset: silence, notes: 1 },
    Load { name: "v1_fx_only", preset: || effects(silence()), notes: 1 },
    Load { name: "v1_1osc", preset: one, notes: 1 },
    Load { name: "v1_1osc_filter", preset: one_filter, notes: 1 },
    Load { name: "v1_1osc_ladder24", preset: one_steep, notes: 1 },
    Load { name: "v16_1osc", preset: one, notes: 16 },
    Load { name: "v16_1osc_filter", preset: one_filter, notes: 16 },
    Load { name: "v1_2osc8uni_2filters", preset: two, notes: 1 },
    Load { name: "v1_2osc8uni_2filters_fx", preset: || effects(two()), notes: 1 },
    Load { name: "v16_2osc8uni_2filters", preset: two, notes: 16 },
    Load { name: "v16_2osc8uni_2filters_fx", preset: || effects(two()), notes: 16 },
    Load { name: "v1_3osc16uni_filter", preset: three, notes: 1 },
];

const MATCHES: [&str; 4] = ["match_setparams_1s", "match_loadpatch_1s", BATCH, GROWTH];
const GROWTH: &str = "match_growth_1s";
const BATCH: &str = "match_batch_1s";
/// Candidates of one call.
const CANDIDATES: usize = 32;
/// Seconds of each.
const NOTE: Note = Note { key: 60.0, velocity: 0.8, gate: 0.8, length: 1.0 };

fn silence() -> Preset {
    let mut preset = Preset::init();
    preset.patch.osc[0].on = 0.0;
    preset.patch.voice.count = 32.0;
    preset
}

fn oscillators(count: usize, voices: f32) -> Preset {
    let mut preset = silence();
    for osc in &mut preset.patch.osc[..count] {
        (osc.on, osc.voices, osc.scatter, osc.level) = (1.0, voices, 1.0, -12.0);
    }
    preset
}

fn filter(preset: &mut Preset, k: usize, model: Model) {
    let filter = &mut preset.patch.filter[k];
    (filter.on, filter.model) = (1.0, model.value());
    (filter.cutoff, filter.resonance) = (90.0, 0.5);
}

fn one() -> Preset {
    oscillators(1, 1.0)
}

fn one_filter() -> Preset {
    let mut preset = one();
    filter(&mut preset, 0, Model::Low12);
    preset
}

fn one_steep() -> Preset {
    let mut preset = one();
    filter(&mut preset, 0, Model::Low24);
    preset
}

fn two() -> Preset {
    let mut preset = oscillators(2, 8.0);
    filter(&mut preset, 0, Model::Low12);
    filter(&mut preset, 1, Model::Low24);
    for osc in &mut preset.patch.osc[..2] {
        osc.to = To::Both.value();
    }
    preset.patch.voice.filters = cultivar_patch::schema::Filters::Parallel.value();
    preset
}

fn three() -> Preset {
    let mut preset = oscillators(3, 16.0);
    filter(&mut preset, 0, Model::Low12);
    preset
}

fn effects(mut preset: Preset) -> Preset {
    preset.patch.chorus.on = 1.0;
    preset.patch.reverb.on = 1.0;
    preset
}

/// The names of all loads.
pub(crate) fn list() -> Vec<&'static str> {
    LOADS.iter().map(|load| load.name).chain(MATCHES).collect()
}

/// Runs a load for a number of seconds of sound and reports its speed.
pub(crate) fn run(name: &str, seconds: f64) -> anyhow::Result<Value> {
    if !seconds.is_finite() || seconds <= 0.0 {
        bail!("{seconds} is no number of seconds");
    }
    let ending = |faster: Oversampling| {
        let plain = name.strip_suffix(&format!("_os{}", faster.factor()))?;
        Some((plain, faster))
    };
    let ended = Oversampling::ALL.into_iter().find_map(ending);
    let (plain, oversampling) = ended.unwrap_or((name, Oversampling::None));
    let measured = if plain == BATCH {
        batches(seconds, oversampling)?
    } else if plain == GROWTH {
        growth(seconds)?
    } else if MATCHES.contains(&plain) {
        patches(plain, seconds, oversampling)?
    } else {
        let load = LOADS.iter().find(|load| load.name == plain);
        let load = load.with_context(|| format!("no load is called {name}: see --list"))?;
        held(load, seconds, oversampling)?
    };
    let Measured { sound, wall, cpu, allocations, peak } = measured;
    let mut line = json!({
        "engine": "cultivar",
        "load": name,
        "sr": RATE,
        "os": oversampling.factor(),
        "seconds": sound,
        "x_wall": sound / wall,
        "x_cpu": sound / cpu,
        "allocs": allocations,
        "peak": peak,
    });
    if MATCHES.contains(&plain) {
        line["patches_per_s"] = json!(sound / wall);
        line["cpu_ms_per_patch"] = json!(1e3 * cpu / sound);
    }
    Ok(line)
}

struct Measured {
    /// Seconds of sound rendered.
    sound: f64,
    wall: f64,
    cpu: f64,
    allocations: u64,
    peak: f32,
}

/// Measures `work`, which returns the seconds of sound it made and their peak.
fn measure(work: impl FnOnce() -> (f64, f32)) -> Measured {
    let (wall, cpu, before) = (Instant::now(), ThreadTime::now(), allocations());
    let (sound, peak) = work();
    let allocations = allocations() - before;
    let (wall, cpu) = (wall.elapsed().as_secs_f64(), cpu.elapsed().as_secs_f64());
    Measured { sound, wall, cpu: cpu.max(1e-9), allocations, peak }
}

/// Notes held all the time.
fn held(load: &Load, seconds: f64, oversampling: Oversampling) -> anyhow::Result<Measured> {
    let mut engine = Engine::oversampled(RATE, oversampling, 1);
    if engine.play(Sound::new(&(load.preset)(), engine.sound_rate())).is_err() {
        bail!("the engine has no room for a sound");
    }
    let keys = if load.notes == 1 { &[60][..] } else { &CHORD[..load.notes] };
    let on = |&key| Timed { at: 0, event: Event::On(Which { id: -1, channel: 0, key }, 0.8) };
    let events: Vec<Timed> = keys.iter().map(on).collect();
    let (mut left, mut right) = ([0.0; BLOCK], [0.0; BLOCK]);
    engine.render(&events, &mut left, &mut right);
    for _ in 0..(0.25 * RATE) as usize / BLOCK {
        engine.render(&[], &mut left, &mut right);
    }
    engine.peaks();
    let blocks = (seconds * f64::from(RATE) / BLOCK as f64).ceil() as usize;
    Ok(measure(|| {
        for _ in 0..blocks {
            engine.render(&[], &mut left, &mut right);
        }
        let [l, r] = engine.peaks();
        (blocks as f64 * BLOCK as f64 / f64::from(RATE), l.max(r))
    }))
}

/// The knobs that a search turns in every candidate.
fn turned() -> [Id; 10] {
    let ids = ids();
    [
        ids.filter[0].cutoff,
        ids.filter[0].resonance,
        ids.filter[0].drive,
        ids.osc[0].position,
        ids.osc[0].detune,
        ids.osc[0].level,
        ids.env[0].attack,
        ids.env[0].decay,
        ids.env[0].sustain,
        ids.env[0].release,
    ]
}

/// Turns them anywhere.
fn turn(preset: &mut Preset, state: &mut u64) {
    for id in turned() {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let def = &defs()[usize::from(id.0)];
        preset.patch[id] = def.at((*state >> 40) as f32 / (1 << 24) as f32);
    }
}

/// Patch after patch, one second of each: the inner loop of a search.
fn patches(name: &str, seconds: f64, oversampling: Oversampling) -> anyhow::Result<Measured> {
    let mut preset = one_filter();
    let mut studio = Studio::oversampled(RATE, oversampling);
    let mut sides = [vec![0.0; RATE as usize], vec![0.0; RATE as usize]];
    let mut state = 1u64;
    let mut patch = |preset: &mut Preset| {
        turn(preset, &mut state);
        let [left, right] = &mut sides;
        studio.render(preset, &NOTE, left, right);
        left.iter().fold(0.0f32, |peak, x| peak.max(x.abs()))
    };
    patch(&mut preset);
    let count = seconds.ceil().max(3.0) as usize * 50;
    Ok(measure(|| {
        let mut peak = 0.0f32;
        for _ in 0..count {
            if name == "match_loadpatch_1s" {
                preset = one_filter();
            }
            peak = peak.max(patch(&mut preset));
        }
        (count as f64, peak)
    }))
}

/// Tries of a growth that is under way.
fn growth(seconds: f64) -> anyhow::Result<Measured> {
    let [left, right] = cultivar_dsp::render(&one_filter(), &NOTE, RATE);
    let mono: Vec<f32> = left.iter().zip(&right).map(|(l, r)| 0.5 * (l + r)).collect();
    let target = Arc::new(Target::listen(&mono, RATE)?);
    let patches = factory::presets().to_vec();
    let settings = Settings { donors: patches.clone(), ..Settings::default() };
    let mut growth = Growth::new(target, settings, proposers(true, patches));
    growth.step(200);
    let count = seconds.ceil().max(3.0) as u64 * 50;
    Ok(measure(|| (count as f64, growth.step(count).score / 100.0)))
}

/// Many patches a call, a studio on every core.
fn batches(seconds: f64, oversampling: Oversampling) -> anyhow::Result<Measured> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let rounds = (seconds.ceil() as usize).max(3);
    let ready = Barrier::new(cores);
    let work = |seed: u64| -> Measured {
        let (mut studio, mut state) = (Studio::oversampled(RATE, oversampling), seed);
        let mut presets = vec![one_filter(); CANDIDATES];
        let mut out = vec![0.0; CANDIDATES * 2 * studio.samples(&NOTE)];
        studio.render_each(&presets[..1], &NOTE, &mut out, &|| false);
        ready.wait();
        measure(|| {
            for _ in 0..rounds {
                presets.iter_mut().for_each(|preset| turn(preset, &mut state));
                studio.render_each(&presets, &NOTE, &mut out, &|| false);
            }
            let peak = out.iter().fold(0.0f32, |peak, x| peak.max(x.abs()));
            ((rounds * CANDIDATES) as f64, peak)
        })
    };
    let work = &work;
    let all: Vec<Measured> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (1..=cores as u64).map(|seed| scope.spawn(move || work(seed))).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    if all.len() < cores {
        bail!("a thread broke off");
    }
    let most = |of: fn(&Measured) -> f64| all.iter().map(of).fold(0.0, f64::max);
    Ok(Measured {
        sound: all.iter().map(|one| one.sound).sum(),
        wall: most(|one| one.wall),
        cpu: all.iter().map(|one| one.cpu).sum(),
        allocations: all.iter().map(|one| one.allocations).sum(),
        peak: most(|one| f64::from(one.peak)) as f32,
    })
}

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

/// Allocations of this thread so far.
fn allocations() -> u64 {
    ALLOCATIONS.with(Cell::get)
}

/// The system's allocator, counting.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: everything is passed on to the system's allocator; counting touches no memory of it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // A thread that is going away no longer counts.
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        // SAFETY: passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: passed on.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        // SAFETY: passed on.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        // SAFETY: passed on.
        unsafe { System.realloc(at, layout, size) }
    }
}
