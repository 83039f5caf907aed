//! What holds for every model of the filter.

use cultivar_patch::schema::{Filter as Knobs, Model};

use super::rig::{RATE, knobs, noise, play};
use super::*;
use crate::math::hash;
use crate::oscillator::kernel::Plain;

/// All models.
fn models() -> impl Iterator<Item = Model> {
    (0..Model::OPTIONS.len()).map(|k| Model::of(k as f32))
}

/// Whether it goes on by itself at full resonance.
fn oscillates(model: Model) -> bool {
    matches!(model, Model::Ladder | Model::Diode | Model::Dirty)
}

/// Resonance, morph and drive at the ends of their ranges.
fn corners() -> impl Iterator<Item = [f32; 3]> {
    (0..8).map(|k| [0, 1, 2].map(|bit| (k >> bit & 1) as f32))
}

#[test]
fn noise_at_24_decibels_stays_bounded_while_the_cutoff_jumps() {
    let loud = 16.0;
    for model in models() {
        for [resonance, morph, drive] in corners() {
            for rate in [8_000.0, 48_000.0, 768_000.0] {
                let usual = Knobs { morph, drive: 36.0 * drive, ..knobs(model, 60.0, resonance) };
                let jumps = |tick: usize| {
                    let cutoff = if tick.is_multiple_of(2) { 8.0 } else { 136.0 };
                    Knobs { cutoff, ..usual }
                };
                let random = |tick: usize| {
                    let part = hash(tick as u32) as f32 / u32::MAX as f32;
                    Knobs { cutoff: 8.0 + 128.0 * part, ..usual }
                };
                let wave = |n| loud * noise(n);
                let mut filter = Filter::new();
                let jumped = play(&mut filter, 300, rate, jumps, wave);
                let drawn = play(&mut filter, 300, rate, random, wave);
                let most = jumped.iter().chain(&drawn).fold(0.0f32, |most, x| most.max(x.abs()));
                let finite = jumped.iter().chain(&drawn).all(|x| x.is_finite());
                assert!(finite && most < 100.0 * loud, "{model:?} {usual:?} at {rate}: {most}");
            }
        }
    }
}

#[test]
fn steady_noise_stays_bounded() {
    for model in models() {
        for [resonance, morph, drive] in corners() {
            for (rate, cutoff) in [(8_000.0, 136.0), (48_000.0, 8.0), (48_000.0, 90.0)] {
                let knobs = Knobs { morph, drive: 36.0 * drive, ..knobs(model, cutoff, resonance) };
                let out = play(&mut Filter::new(), 600, rate, |_| knobs, |n| 16.0 * noise(n));
                let most = out.iter().fold(0.0f32, |most, x| most.max(x.abs()));
                assert!(most < 1000.0, "{model:?} {knobs:?} at {rate}: {most}");
            }
        }
    }
}

/// Nothing of what goes in lies at no frequency, and hardly anything of what comes out does.
#[test]
fn nothing_pushes_to_one_side() {
    for model in models() {
        for [resonance, morph, drive] in corners() {
            // A comb keeps for long what its beginning pushed.
            let resonance = if model == Model::CombPlus { 0.5 * resonance } else { resonance };
            let knobs = Knobs { morph, drive: 36.0 * drive, ..knobs(model, 84.0, resonance) };
            let wave = |n: usize| 0.5 * (n as f32 * (std::f32::consts::TAU / 480.0)).sin();
            let out = play(&mut Filter::new(), 3000, RATE, |_| knobs, wave);
            let late = &out[out.len() - 48_000..];
            let mean = late.iter().map(|&x| f64::from(x)).sum::<f64>() / late.len() as f64;
            assert!(mean.abs() < 0.02, "{model:?} {knobs:?}: {mean}");
        }
    }
}

#[test]
fn silence_follows_silence() {
    for model in models() {
        for [resonance, morph, drive] in corners() {
            // A comb rings for as long as it says; others oscillate.
            let long = oscillates(model) || matches!(model, Model::CombPlus | Model::CombMinus);
            let resonance = if long { 0.5 * resonance } else { resonance };
            let knobs = Knobs { morph, drive: 36.0 * drive, ..knobs(model, 84.0, resonance) };
            let wave = |n| if n < 320 { noise(n) } else { 0.0 };
            let out = play(&mut Filter::new(), 6000, RATE, |_| knobs, wave);
            assert!(out[180_000..].iter().all(|&x| x == 0.0), "{model:?} {knobs:?}");
        }
    }
}

#[test]
fn however_a_block_is_cut_the_samples_are_the_same() {
    for model in models() {
        let knobs = |tick: usize| Knobs {
            cutoff: 40.0 + (tick * 7 % 60) as f32,
            morph: (tick % 5) as f32 * 0.25,
            drive: if tick % 4 < 2 { 0.0 } else { 12.0 },
            mix: 0.7,
            // Another model now and then.
            model: if tick % 9 == 8 { Model::Ladder.value() } else { model.value() },
            ..knobs(model, 60.0, 0.7)
        };
        let (mut whole, mut cut) = (Filter::new(), Filter::new());
        for tick in 0..60 {
            let sound = [0, 1].map(|side| -> Block {
                std::array::from_fn(|n| noise(2 * (tick * CONTROL + n) + side))
            });
            let (mut all, mut parts) = (sound, sound);
            whole.aim(&Span::WHOLE, &knobs(tick), 0.0, RATE);
            cut.aim(&Span::WHOLE, &knobs(tick), 0.0, RATE);
            whole.render::<Plain>(0, CONTROL, &mut all);
            let mut base = 0;
            while base < CONTROL {
                let len =
                    (1 + hash((tick * CONTROL + base) as u32) as usize % 20).min(CONTROL - base);
                let mut part = [[0.0; CONTROL]; 2];
                for (part, sound) in part.iter_mut().zip(&sound) {
                    part[..len].copy_from_slice(&sound[base..][..len]);
                }
                cut.render::<Plain>(base, len, &mut part);
                for (parts, part) in parts.iter_mut().zip(&part) {
                    parts[base..][..len].copy_from_slice(&part[..len]);
                }
                base += len;
            }
            assert!(all == parts, "{model:?} in interval {tick}");
        }
    }
}

#[test]
fn the_sides_know_nothing_of_each_other() {
    for model in models() {
        let knobs = Knobs { drive: 12.0, morph: 0.3, ..knobs(model, 80.0, 0.9) };
        let (mut pair, mut alone) = (Filter::new(), Filter::new());
        for tick in 0..60 {
            let left: Block = std::array::from_fn(|n| noise(tick * CONTROL + n));
            let right: Block = std::array::from_fn(|n| noise(9999 + tick * CONTROL + n));
            let (mut both, mut one) = ([left, right], [left, [0.0; CONTROL]]);
            for (filter, sides) in [(&mut pair, &mut both), (&mut alone, &mut one)] {
                filter.aim(&Span::WHOLE, &knobs, 0.0, RATE);
                filter.render::<Plain>(0, CONTROL, sides);
            }
            assert!(both[0] == one[0] && one[1] == [0.0; CONTROL], "{model:?}");
        }
    }
}

/// A sine of this pitch steps by 0.006 at most, full of resonance by a little more; a cut-off
/// would step by up to 1.
#[test]
fn another_model_within_a_note_fades_in() {
    let wave = |n: usize| (n as f32 * 0.006).sin();
    for from in models() {
        for to in models() {
            let usual = Knobs { morph: 0.2, ..knobs(from, 96.0, 0.1) };
            for change in [40, 46, 51] {
                let knobs = |tick: usize| {
                    let model = if tick < change { from } else { to };
                    Knobs { model: model.value(), ..usual }
                };
                let out = play(&mut Filter::new(), 100, RATE, knobs, wave);
                let late = &out[20 * CONTROL..];
                let step = late.windows(2).map(|p| (p[1] - p[0]).abs()).fold(0.0, f32::max);
                assert!(step < 0.12, "{from:?} to {to:?}: {step}");
            }
        }
    }
}

#[test]
fn nothing_of_a_note_is_left_in_the_next() {
    for model in models() {
        let knobs = Knobs { drive: 6.0, mix: 0.8, ..knobs(model, 70.0, 0.8) };
        let mut filter = Filter::new();
        let first = play(&mut filter, 200, RATE, |_| knobs, noise);
        filter.start();
        let again = play(&mut filter, 200, RATE, |_| knobs, noise);
        assert!(first == again, "{model:?}");
    }
}

#[test]
fn dry_sound_passes_as_it_is() {
    for model in models() {
        let knobs = Knobs { mix: 0.0, ..knobs(model, 70.0, 0.8) };
        let out = play(&mut Filter::new(), 20, RATE, |_| knobs, noise);
        assert!(out.iter().enumerate().all(|(n, &x)| x == noise(n)), "{model:?}");
    }
}

/// Half dry, half through a model at twice the rate and wide open: both at the same time.
#[test]
fn the_dry_sound_is_as_late_as_the_filtered_one() {
    let knobs = Knobs { mix: 0.5, ..knobs(Model::Dirty, 136.0, 0.0) };
    let wet = Knobs { mix: 1.0, ..knobs };
    let small = |n| if n == 0 { 1e-3 } else { 0.0 };
    let level = |knobs: Knobs<f32>, hertz| {
        let answer = play(&mut Filter::new(), 300, RATE, |_| knobs, small);
        super::rig::gain(&answer, hertz) + 60.0
    };
    for hertz in [100.0, 1000.0, 3000.0] {
        let apart = level(knobs, hertz) - level(wet, hertz);
        assert!(apart.abs() < 1.0, "{apart} dB at {hertz} Hz");
    }
}
