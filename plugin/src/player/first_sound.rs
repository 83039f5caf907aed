//! From a sound that is dropped to a first patch that is heard. Order and counts are asserted;
//! times depend on the machine and are printed. `CULTIVAR_SOAK` sets the seconds to watch.

use std::time::Instant;

use cultivar_gui::{Command, Garden, GardenState};
use cultivar_library::examples::EXAMPLES;

use super::quiet::Quiet;
use super::*;
use crate::gardener::{Gardener, Task};
use crate::window::Repaint;

/// Tries within which the first node must be there.
const SOON: u64 = 300;
/// Pictures of the garden to be waited for.
const PICTURES: usize = 10;

/// What was seen from the drop on, in seconds since.
#[derive(Debug, Default)]
struct Journey {
    /// When each new picture of the garden came.
    pictures: Vec<f64>,
    /// When the first node was seen, and after how many tries at most.
    node: Option<(f64, u64)>,
    /// When it was heard.
    heard: Option<f64>,
}

impl Journey {
    /// The longest time without a new picture.
    fn longest_gap(&self) -> f64 {
        let from = std::iter::once(&0.0).chain(&self.pictures);
        from.zip(&self.pictures).fold(0.0, |most, (from, to)| most.max(to - from))
    }
}

/// Drops a sound, chooses the first node that is shown and plays it.
fn journey(path: std::path::PathBuf, seconds: f64) -> Journey {
    let (instrument, inlet) = Instrument::new();
    let instrument = Arc::new(instrument);
    let mut player = Player::new(instrument.clone(), inlet);
    player.start(48_000.0);
    let gardener = Gardener::new(instrument, Repaint::default());
    let mut host = Quiet(Transport::new(48_000.0), Default::default());
    let (mut left, mut right) = ([0.0; 64], [0.0; 64]);
    let mut journey = Journey::default();
    let mut last = Garden::default();
    let begin = Instant::now();
    assert!(gardener.ask(Task::Garden(Command::Grow { path })));
    loop {
        let now = begin.elapsed().as_secs_f64();
        let garden = gardener.garden();
        if garden.target.is_some() && garden != last {
            journey.pictures.push(now);
            last = garden;
            let strand = last.strands.iter().position(|strand| !strand.nodes.is_empty());
            if let Some(strand) = strand.filter(|_| journey.node.is_none()) {
                journey.node = Some((now, last.tries));
                for wish in [Command::Select { strand, node: 0 }, Command::Audition] {
                    assert!(gardener.ask(Task::Garden(wish)));
                }
            }
        }
        player.process(&mut left, &mut right, &mut host);
        if left.iter().any(|x| x.abs() > 1e-3) {
            journey.heard.get_or_insert(begin.elapsed().as_secs_f64());
        }
        let seen = journey.heard.is_some() && journey.pictures.len() >= PICTURES;
        let over = seen && now > seconds || last.state == GardenState::Settled;
        if over || now > seconds + 60.0 {
            return journey;
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
}

#[test]
fn a_dropped_sound_is_answered_by_a_patch_that_plays_and_by_news_of_the_growth() {
    let soak = std::env::var("CULTIVAR_SOAK").ok().and_then(|seconds| seconds.parse().ok());
    for example in EXAMPLES.iter().take(if soak.is_some() { EXAMPLES.len() } else { 1 }) {
        let name = format!("cultivar-first-{}-{}.wav", std::process::id(), example.name);
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, example.wav).expect("a file for a moment");
        let journey = journey(path.clone(), soak.unwrap_or(0.0));
        std::fs::remove_file(&path).expect("it was written");
        let (node, tries) = journey.node.expect("no node came");
        let heard = journey.heard.expect("no node was heard");
        println!(
            "{}: first node after {node:.2} s, heard after {heard:.2} s; {} pictures, at most \
             {:.2} s from one to the next",
            example.name,
            journey.pictures.len(),
            journey.longest_gap(),
        );
        assert!(tries <= SOON, "{tries} tries before there was anything to play");
        assert!(journey.pictures.len() >= PICTURES, "{journey:?}");
        assert!(heard >= node, "something was heard before it was there: {journey:?}");
    }
}
