//! Twelve children held as a cluster while litters are bred beside it: what each block takes of
//! its time. `cargo run --profile bench -p cultivar-plugin --example cluster -- [SECONDS]`
//!
//! Blocks come at the pace of 48 kHz, as in a host. The wall's time has everything in it that
//! kept the thread from running; the work's is what the thread itself did.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cpu_time::ThreadTime;
use cultivar_breed::Rng;
use cultivar_dsp::{Note, Studio};
use cultivar_gui::{Breeding, FamilyState};
use cultivar_library::factory;
use cultivar_patch::Preset;
use cultivar_plugin::Cultivar;
use cultivar_plugin::gardener::{Gardener, Task};
use cultivar_plugin::handover::KeyPress;
use cultivar_plugin::instrument::Instrument;
use cultivar_plugin::player::Player;
use cultivar_plugin::window::Repaint;
use nice_plug::context::process::Transport;

use self::quiet::Quiet;

#[path = "../src/player/quiet.rs"]
mod quiet;

const RATE: f32 = 48_000.0;
const BLOCKS: [usize; 3] = [64, 128, 512];
const KEYS: std::ops::Range<u8> = 60..72;
/// How long the cluster is held.
const HELD: Duration = Duration::from_millis(1500);
/// Families of random factory presets, besides that of the heaviest.
const FAMILIES: usize = 5;

/// Shares of the time of a block.
#[derive(Default)]
struct Shares(Vec<f64>);

impl std::fmt::Display for Shares {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let at = |part: f64| 100.0 * sorted[((sorted.len() - 1) as f64 * part) as usize];
        let [p50, p99, max] = [at(0.5), at(0.99), at(1.0)];
        write!(f, "p50 {p50:5.1} %  p99 {p99:5.1} %  max {max:5.1} %")
    }
}

/// An instance, played at the pace of a host.
struct Stage {
    instrument: Arc<Instrument>,
    gardener: Gardener,
    player: Player,
    host: Quiet,
    block: usize,
    wall: Shares,
    work: Shares,
    litters: usize,
    /// Voices of all blocks together.
    voices: usize,
}

impl Stage {
    fn new(block: usize) -> Self {
        let (instrument, inlet) = Instrument::new();
        let instrument = Arc::new(instrument);
        let mut player = Player::new(instrument.clone(), inlet);
        player.start(RATE);
        Stage {
            gardener: Gardener::new(instrument.clone(), Repaint::default()),
            player,
            instrument,
            host: Quiet(Transport::new(RATE), Default::default()),
            block,
            wall: Shares::default(),
            work: Shares::default(),
            litters: 0,
            voices: 0,
        }
    }

    fn ask(&self, wish: Breeding) {
        self.gardener.ask(Task::Breed(wish));
    }

    /// Plays until `done`.
    fn play(&mut self, mut done: impl FnMut(&mut Stage) -> bool, measured: bool) {
        let (mut left, mut right) = (vec![0.0; self.block], vec![0.0; self.block]);
        let time = Duration::from_secs_f64(self.block as f64 / f64::from(RATE));
        let mut due = Instant::now();
        while !done(self) {
            let (wall, work) = (Instant::now(), ThreadTime::now());
            self.player.process(&mut left, &mut right, &mut self.host);
            let (work, wall) = (work.elapsed(), wall.elapsed());
            if measured {
                self.work.0.push(work.as_secs_f64() / time.as_secs_f64());
                self.wall.0.push(wall.as_secs_f64() / time.as_secs_f64());
                self.voices += self.instrument.outlet.shown().voices;
            }
            due = (due + time).max(Instant::now() - time);
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
        }
    }

    fn play_until_born(&mut self) {
        self.play(
            |stage| {
                let family = stage.gardener.family();
                family.state == FamilyState::Ready && family.error.is_none()
            },
            false,
        );
    }

    /// Holds the children of these presets while they have more.
    fn hold(&mut self, parents: &[&str], seconds: f64) {
        parents.iter().for_each(|name| self.ask(Breeding::AddPreset(format!("factory:{name}"))));
        let count = parents.len();
        self.play(|stage| stage.gardener.family().parents.len() == count, false);
        self.ask(Breeding::OnKeys(true));
        self.ask(Breeding::NewLitter);
        self.play_until_born();
        // They come onto their keys with the next block.
        let mut blocks = 0..8;
        self.play(|_| blocks.next().is_none(), false);
        let (begin, before) = (Instant::now(), self.gardener.family().litters.len());
        let (mut asked, mut struck) = (begin, None::<Instant>);
        self.play(
            |stage| {
                // Where one litter is born, the next is asked for.
                if asked.elapsed() > Duration::from_millis(20) {
                    asked = Instant::now();
                    if stage.gardener.family().state == FamilyState::Ready {
                        stage.ask(Breeding::NewLitter);
                    }
                }
                // Struck again: the newest children, while the older ones ring.
                if struck.is_none_or(|struck| struck.elapsed() > HELD) {
                    struck = Some(Instant::now());
                    let outlet = &stage.instrument.outlet;
                    KEYS.for_each(|key| outlet.press(KeyPress::Up(key)));
                    KEYS.for_each(|key| outlet.press(KeyPress::Down(key, 0.8)));
                }
                begin.elapsed().as_secs_f64() > seconds
            },
            true,
        );
        self.litters += self.gardener.family().litters.len() - before;
    }
}

/// Seconds of work for a second of a preset.
fn weight(preset: &Preset) -> f64 {
    let mut studio = Studio::new(RATE);
    let note = Note { gate: 1.0, length: 1.0, ..Note::default() };
    let (mut left, mut right) = (vec![0.0; RATE as usize], vec![0.0; RATE as usize]);
    studio.render(preset, &note, &mut left, &mut right);
    let begin = ThreadTime::now();
    studio.render(preset, &note, &mut left, &mut right);
    begin.elapsed().as_secs_f64()
}

fn main() {
    let seconds = std::env::args().nth(1).and_then(|s| s.parse().ok()).unwrap_or(5.0);
    let weighed = factory::presets().iter().map(|preset| (weight(preset), &*preset.meta.name));
    let mut presets: Vec<(f64, &str)> = weighed.collect();
    presets.sort_by(|a, b| b.0.total_cmp(&a.0));
    let names: Vec<&str> = presets.iter().map(|(_, name)| *name).collect();
    println!("heaviest: {:?}", &presets[..3]);
    for block in BLOCKS {
        for heavy in [false, true] {
            let mut rng = Rng::new(7);
            let mut all = Stage::new(block);
            for _ in 0..if heavy { 2 } else { FAMILIES } {
                let random: Vec<&str> = (0..3).filter_map(|_| rng.pick(&names).copied()).collect();
                let mut stage = Stage::new(block);
                stage.hold(if heavy { &names[..3] } else { &random }, seconds);
                all.wall.0.append(&mut stage.wall.0);
                all.work.0.append(&mut stage.work.0);
                all.litters += stage.litters;
                all.voices += stage.voices;
            }
            let voices = all.voices as f64 / all.work.0.len() as f64;
            let of = if heavy { "the heaviest" } else { "random ones" };
            println!(
                "{block} samples, children of {of}, {voices:.1} voices, {} litters beside:",
                all.litters
            );
            println!("    work {}", all.work);
            println!("    wall {}", all.wall);
        }
    }
}
