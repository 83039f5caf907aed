//! What the host does between blocks is never heard.

use cultivar_dsp::{Engine, Sound};

use crate::stage::{LENGTH, RATE, difference_db, everything, perform, performance};

/// The samples are equal however blocks are cut, within rounding.
fn cut_alike(block: impl Fn(usize) -> usize, how: &str) {
    let preset = everything();
    let whole = perform(&preset, |_| LENGTH);
    let cut = perform(&preset, block);
    let worst = whole.iter().zip(&cut).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(worst <= 1e-6, "{how}: {worst}");
}

#[test]
fn single_samples() {
    cut_alike(|_| 1, "one by one");
}

#[test]
fn odd_blocks() {
    cut_alike(|_| 7, "sevens");
}

#[test]
fn usual_blocks() {
    cut_alike(|_| 64, "64");
    cut_alike(|_| 1024, "1024");
}

#[test]
fn random_blocks() {
    cut_alike(|number| 1 + (number * 7919) % 613, "random");
}

#[test]
fn equal_runs_are_equal_bit_by_bit() {
    let preset = everything();
    assert!(perform(&preset, |_| 256) == perform(&preset, |_| 256));
}

#[test]
fn another_seed_differs() {
    let preset = everything();
    let run = |seed| {
        let mut engine = Engine::new(RATE, seed);
        assert!(engine.play(Sound::new(&preset, RATE)).is_ok());
        let (mut left, mut right) = (vec![0.0; LENGTH], vec![0.0; LENGTH]);
        engine.render(&performance(), &mut left, &mut right);
        left
    };
    assert!(difference_db(&run(1), &run(2)) > -60.0);
}

#[test]
fn reset_is_as_good_as_new() {
    let preset = everything();
    let mut engine = Engine::new(RATE, 7);
    assert!(engine.play(Sound::new(&preset, RATE)).is_ok());
    let mut play = || {
        let (mut left, mut right) = (vec![0.0; LENGTH], vec![0.0; LENGTH]);
        engine.render(&performance(), &mut left, &mut right);
        engine.reset();
        left
    };
    let first = play();
    assert!(first == play(), "the second run differs from the first");
}
