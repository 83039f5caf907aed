//! The gardener at work on real files.

mod asked;
mod heard;
mod refused;

use std::f32::consts::TAU;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use cultivar_formats::{Depth, write_wav};
use cultivar_gui::{Command, Garden, GardenState, Notice, Tone};
use tempfile::TempDir;

use super::{Gardener, News, Task};
use crate::clip::Clip;
use crate::handover::Inlet;
use crate::instrument::Instrument;
use crate::window::Repaint;

const RATE: u32 = 24_000;

/// Held by every test that grows: there are only so many cores.
static ALONE: Mutex<()> = Mutex::new(());

/// A gardener with a folder of its own.
struct Yard {
    gardener: Gardener,
    folder: TempDir,
    inlet: Inlet,
    _alone: MutexGuard<'static, ()>,
}

impl Yard {
    fn new() -> Self {
        Yard::within(tempfile::tempdir().expect("a folder"))
    }

    fn within(folder: TempDir) -> Self {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let (instrument, inlet) = Instrument::new();
        let home = Some(folder.path().join("home"));
        let gardener = Gardener::at(home, Arc::new(instrument), Repaint::default());
        Yard { gardener, folder, inlet, _alone: alone }
    }

    fn ask(&self, command: Command) {
        assert!(self.gardener.ask(Task::Garden(command)));
    }

    fn garden(&self) -> Garden {
        self.gardener.garden()
    }

    /// Writes a sound and lets it be grown towards.
    fn drop_sound(&self, name: &str, samples: &[f32]) -> PathBuf {
        let path = self.folder.path().join(name);
        write_wav(&path, &[samples], RATE, Depth::Float32).expect("a file");
        self.ask(Command::Grow { path: path.clone() });
        path
    }

    /// Waits until the garden is so.
    fn wait(&self, what: &str, done: impl Fn(&Garden) -> bool) -> Garden {
        let begin = Instant::now();
        loop {
            let garden = self.garden();
            if done(&garden) {
                return garden;
            }
            let late = begin.elapsed() > Duration::from_secs(30);
            assert!(!late, "{what} did not come: {:?}, {:?}", garden.state, garden.error);
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Waits for a node.
    fn grown(&self) -> Garden {
        self.wait("a node", |g| g.strands.iter().any(|strand| !strand.nodes.is_empty()))
    }

    /// Waits for a clip on its way to the player's ears.
    fn clip(&mut self, what: &str) -> Clip {
        let begin = Instant::now();
        loop {
            if let Some(clip) = self.inlet.take_clip() {
                return *clip;
            }
            assert!(begin.elapsed() < Duration::from_secs(30), "{what} was not heard");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn notices(&self) -> Vec<Notice> {
        let news = self.gardener.news();
        news.filter_map(|n| if let News::Notice(notice) = n { Some(notice) } else { None })
            .collect()
    }

    /// The place of an offer in the question.
    fn offer(&self, name: &str) -> Command {
        let help = self.garden().help.expect("a question");
        let k = help.fixes.iter().position(|fix| fix == name);
        Command::Fix(k.unwrap_or_else(|| panic!("{name} is not among {:?}", help.fixes)))
    }
}

/// A second of decaying harmonics for each frequency.
fn tones(frequencies: &[f32], seconds: f32) -> Vec<f32> {
    let sample = |k: usize| {
        let t = k as f32 / RATE as f32;
        let wave = |f: &f32| (1..4).map(|h| (TAU * f * h as f32 * t).sin() / h as f32).sum::<f32>();
        0.2 * (-1.5 * t).exp() * frequencies.iter().map(wave).sum::<f32>()
    };
    (0..(seconds * RATE as f32) as usize).map(sample).collect()
}

fn hiss(seconds: f32) -> Vec<f32> {
    let mut state = 1u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..(seconds * RATE as f32) as usize).map(|_| 0.3 * noise()).collect()
}
