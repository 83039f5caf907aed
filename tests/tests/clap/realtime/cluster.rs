//! Twelve children held as a cluster while new litters are planted.

use std::time::Duration;

use clack_host::prelude::EventBuffer;
use cultivar_gui::Breeding;
use cultivar_tests::watch::{Seen, watch};

use crate::growth::alone;
use crate::host::Event;
use crate::windowless::Instance;

const PARENTS: [&str; 3] = ["Warm Pad", "Reese", "Glass Pad"];
const KEYS: std::ops::Range<u16> = 60..72;
const BLOCK: usize = 256;
/// Blocks between what the player does.
const WHILE: usize = 60;
/// Most by which held notes may differ, −60 dBFS.
const CLICK: f32 = 1e-3;

/// A player at a host.
struct Stage {
    instance: Instance,
    /// Block after block, its left side and its right.
    heard: Vec<f32>,
    /// What the audio thread did that it must not, by block.
    seen: Vec<(usize, Seen)>,
}

impl Stage {
    /// With a first litter on the keys.
    fn new() -> Self {
        let instance = Instance::running();
        instance.add_parents(&PARENTS);
        instance.ask(Breeding::OnKeys(true));
        instance.ask(Breeding::NewLitter);
        instance.wait_for_litters(1);
        let mut stage = Stage { instance, heard: Vec::new(), seen: Vec::new() };
        stage.play(4);
        stage
    }

    fn block(&mut self, events: &[Event]) {
        let mut buffer = EventBuffer::new();
        events.iter().for_each(|event| event.push(&mut buffer, 0, &self.instance));
        let (mut sound, mut seen) = ([vec![0.0; BLOCK], vec![0.0; BLOCK]], Seen::default());
        self.instance.block_into(&mut sound, &buffer, |process| seen = watch(process));
        if seen != Seen::default() {
            self.seen.push((self.blocks(), seen));
        }
        sound.into_iter().for_each(|side| self.heard.extend(side));
    }

    fn play(&mut self, blocks: usize) {
        (0..blocks).for_each(|_| self.block(&[]));
    }

    /// Strikes the cluster.
    fn strike(&mut self) {
        self.block(&KEYS.map(|key| Event::On(key, key.into())).collect::<Vec<_>>());
    }

    /// Lets the cluster go.
    fn let_go(&mut self) {
        self.block(&KEYS.map(|key| Event::Off(key, key.into())).collect::<Vec<_>>());
    }

    /// Plays on until there are so many litters.
    fn play_until_born(&mut self, litters: usize, mut block: impl FnMut(&mut Stage)) {
        while self.instance.gardener().family().litters.len() < litters {
            assert!(self.blocks() < 40_000, "litter {litters} did not come");
            block(self);
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn blocks(&self) -> usize {
        self.heard.len() / (2 * BLOCK)
    }

    /// What was heard in these blocks.
    fn within(&self, blocks: std::ops::Range<usize>) -> &[f32] {
        &self.heard[blocks.start * 2 * BLOCK..blocks.end * 2 * BLOCK]
    }

    /// Level of the last blocks in decibels of full scale.
    fn level(&self) -> f32 {
        let recent = self.within(self.blocks() - WHILE..self.blocks());
        let power: f32 = recent.iter().map(|x| x * x).sum();
        10.0 * (power / recent.len() as f32).log10()
    }
}

#[test]
fn a_held_cluster_does_not_hear_that_new_litters_are_planted() {
    let _alone = alone();
    let mut planting = Stage::new();
    planting.strike();
    let wishes = [Breeding::NewLitter, Breeding::Plant(4), Breeding::NewLitter];
    for (litters, wish) in (2..).zip(wishes) {
        planting.play(WHILE);
        planting.instance.ask(wish);
        planting.play_until_born(litters, |stage| stage.play(1));
        planting.play(WHILE);
        assert!(planting.level() > -40.0, "the cluster has died away");
    }
    let held = planting.blocks();
    let loud = planting.level();
    let end = |stage: &mut Stage| {
        stage.let_go();
        stage.play(2 * WHILE);
        stage.strike();
        stage.play(WHILE);
    };
    end(&mut planting);

    // The same notes with nothing planted.
    let mut resting = Stage::new();
    resting.strike();
    resting.play(held - resting.blocks());
    end(&mut resting);

    let last = held + 1 + 2 * WHILE;
    let apart = |blocks: std::ops::Range<usize>| {
        let pairs = planting.within(blocks.clone()).iter().zip(resting.within(blocks));
        pairs.fold(0.0f32, |most, (a, b)| most.max((a - b).abs()))
    };
    let seam = apart(0..last);
    println!("3 litters in {held} blocks at {loud:.0} dBFS: {:.0} dBFS apart", 20.0 * seam.log10());
    assert!(seam <= CLICK, "{seam}");
    assert!(apart(last..resting.blocks()) > CLICK, "new notes are not those of the new litter");
    assert!(planting.seen.is_empty(), "{:?}", planting.seen);
    assert!(resting.seen.is_empty(), "{:?}", resting.seen);
}

#[test]
fn litters_come_onto_keys_that_come_and_go_without_an_allocation() {
    let _alone = alone();
    let mut stage = Stage::new();
    for litters in 2..7 {
        stage.instance.ask(Breeding::NewLitter);
        stage.play_until_born(litters, |stage| {
            let key = |back: usize| 48 + (stage.blocks() / 10).wrapping_sub(back) as u16 % 24;
            let (struck, old) = (key(0), key(12));
            match stage.blocks() % 10 {
                0 => stage.block(&[Event::Off(old, old.into()), Event::On(struck, struck.into())]),
                _ => stage.play(1),
            }
        });
    }
    assert!(stage.level() > -60.0, "nothing sounds");
    assert!(stage.heard.iter().all(|x| x.is_finite()));
    assert!(stage.seen.is_empty(), "{:?}", stage.seen);
}
