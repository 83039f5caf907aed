//! Laws of the chain as a whole.

use cultivar_patch::schema::{Division, Sync};

use super::super::oversample;
use super::*;

#[test]
fn without_effects_only_the_level_counts() {
    let x = noise(0.5, 4096);
    assert_eq!(through(&x, &patch(|_| {})), x);
    let quiet = through(&x, &patch(|p| p.master.level = -20.0));
    assert!((rms(&quiet[0]) / rms(&x[0]) - 0.1).abs() < 1e-5);
    let none = through(&x, &patch(|p| p.master.level = -72.0));
    assert!(none.iter().flatten().all(|y| *y == 0.0));
}

#[test]
fn every_effect_is_unity_without_mix() {
    let x = noise(0.5, 8192);
    for effect in 1..4 {
        let dry = patch(|p| {
            [p.chorus.on, p.delay.on, p.reverb.on] = [1, 2, 3].map(|k| (k == effect) as u8 as f32);
            [p.chorus.mix, p.delay.mix, p.reverb.mix] = [0.0; 3];
        });
        assert_eq!(through(&x, &dry), x, "effect {effect}");
    }
    let dry = patch(|p| {
        p.distortion.on = 1.0;
        p.distortion.mix = 0.0;
    });
    let y = through(&x, &dry);
    let late = oversample::LATENCY;
    assert_eq!(y[0][late..], x[0][..x[0].len() - late]);
}

#[test]
fn the_cut_of_segments_changes_nothing() {
    let x = noise(0.4, seconds(0.5));
    let patches = |t: usize| {
        patch(|p| {
            // Everything moves, and every effect is off for a while.
            let wave = (t as f32 * 0.05).sin();
            let on = |k: usize| if (t / 40) % 5 == k { 0.0 } else { 1.0 };
            p.distortion.on = on(0);
            p.distortion.curve = (t / 60) as f32 % 4.0;
            p.distortion.drive = 20.0 + 20.0 * wave;
            p.chorus.on = on(1);
            p.chorus.feedback = 0.9 * wave;
            p.delay.on = on(2);
            p.delay.time = -5.0 + 3.0 * wave;
            p.delay.cross = 0.5 + 0.5 * wave;
            p.reverb.on = on(3);
            p.reverb.size = 0.5 + 0.5 * wave;
            p.reverb.predelay = -6.0 + wave;
        })
    };
    let whole = run(RATE, &x, patches);
    let mut chain = Chain::new(RATE);
    let mut cut = x.clone();
    let (mut place, mut seed) = (0, 7u32);
    while place < cut[0].len() {
        if place % TICK == 0 {
            chain.control(&patches(place / TICK), 120.0);
        }
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let most = TICK - place % TICK;
        let end = (place + 1 + (seed >> 16) as usize % most).min(cut[0].len());
        let [left, right] = &mut cut;
        chain.render(&mut left[place..end], &mut right[place..end]);
        place = end;
    }
    assert_eq!(whole, cut);
}

#[test]
fn a_reset_chain_is_a_new_chain() {
    let x = noise(0.4, 9600);
    let all = patch(|p| {
        p.distortion.on = 1.0;
        p.chorus.on = 1.0;
        p.delay.on = 1.0;
        p.reverb.on = 1.0;
    });
    let render = |chain: &mut Chain| {
        let mut out = x.clone();
        let [left, right] = &mut out;
        for (l, r) in left.chunks_mut(TICK).zip(right.chunks_mut(TICK)) {
            chain.control(&all, 120.0);
            chain.render(l, r);
        }
        out
    };
    let mut chain = Chain::new(RATE);
    let first = render(&mut chain);
    chain.reset();
    assert!(chain.silent());
    assert_eq!(first, render(&mut chain));
}

#[test]
fn switching_makes_no_click_and_off_costs_nothing() {
    let x = sine(220.0, 0.3, seconds(1.0));
    let switches: [fn(&mut Patch<f32>, f32); 4] = [
        |p, on| p.distortion.on = on,
        |p, on| p.chorus.on = on,
        |p, on| p.delay.on = on,
        |p, on| p.reverb.on = on,
    ];
    for (k, switch) in switches.into_iter().enumerate() {
        let y = run(RATE, &x, |t| patch(|p| switch(p, ((t / 500) % 2) as f32)));
        let step = |n: usize| (y[0][n + 1] - y[0][n]).abs();
        let steepest = (seconds(0.1)..x[0].len() - 1).map(step).fold(0.0, f32::max);
        assert!(steepest < 0.035, "effect {k} steps by {steepest}");
        let begin = 501 * TICK;
        assert_eq!(y[0][..500 * TICK], x[0][..500 * TICK], "effect {k}");
        let tail = (1000 + 20) * TICK..(1000 + 400) * TICK;
        assert_eq!(y[0][tail.clone()], x[0][tail], "effect {k} is off again");
        assert!(difference(&y, &x) > 0.02 && y[0][begin] != x[0][begin], "effect {k} is heard");
    }
}

#[test]
fn an_effect_that_was_off_remembers_nothing() {
    let x = click(seconds(1.0));
    let y = run(RATE, &x, |t| {
        patch(|p| {
            p.reverb.on = if (20..200).contains(&t) { 0.0 } else { 1.0 };
            p.delay.on = p.reverb.on;
            p.chorus.on = p.reverb.on;
        })
    });
    assert_eq!(peak(&y[0][300 * TICK..]), 0.0);
}

#[test]
fn silence_is_found_and_left_again() {
    let mut chain = Chain::new(RATE);
    let all = patch(|p| {
        p.distortion.on = 1.0;
        p.chorus.on = 1.0;
        p.delay.on = 1.0;
        p.reverb.on = 1.0;
    });
    let step = |chain: &mut Chain, level: f32| {
        let (mut l, mut r) = ([level; TICK], [level; TICK]);
        chain.control(&all, 120.0);
        chain.render(&mut l, &mut r);
        peak(&l)
    };
    assert!(chain.silent());
    step(&mut chain, 0.5);
    assert!(!chain.silent());
    let most = Chain::tail_seconds(&all, 120.0) * 3.0 * RATE / TICK as f32;
    let ticks = (0..most as usize).take_while(|_| {
        step(&mut chain, 0.0);
        !chain.silent()
    });
    let ticks = ticks.count();
    assert!(chain.silent(), "not silent after {ticks} ticks");
    assert_eq!(step(&mut chain, 0.0), 0.0);
    let woken = (0..3).map(|_| step(&mut chain, 0.5)).fold(0.0, f32::max);
    assert!(woken > 0.1 && !chain.silent());
}

#[test]
fn effects_keep_the_loudness_of_noise() {
    let x = noise(0.3, seconds(4.0));
    let level = |set: fn(&mut Patch<f32>)| {
        let y = through(&x, &patch(set));
        decibels(rms(&y[0][seconds(2.0)..]) / rms(&x[0]))
    };
    let chorus = level(|p| (p.chorus.on, p.chorus.mix) = (1.0, 1.0));
    let flanger = level(|p| {
        (p.chorus.on, p.chorus.mix, p.chorus.feedback) = (1.0, 1.0, -0.8);
    });
    let delay = level(|p| (p.delay.on, p.delay.feedback) = (1.0, 0.0));
    let reverb = level(|p| (p.reverb.on, p.reverb.mix, p.reverb.damp) = (1.0, 1.0, 136.0));
    for (name, level) in
        [("chorus", chorus), ("flanger", flanger), ("delay", delay), ("reverb", reverb)]
    {
        assert!(level.abs() < 3.0, "{name}: {level} dB");
    }
}

#[test]
fn hostile_values_and_sounds_come_out_as_numbers() {
    let values = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e30, -1e30, 0.0, 1e-40];
    let mut x = noise(1.0, seconds(0.5));
    for (n, y) in x[0].iter_mut().enumerate() {
        if n % 97 == 0 {
            *y = values[n / 97 % values.len()];
        }
    }
    for rate in [8_000.0, 44_100.0, 192_000.0] {
        let y = run(rate, &x, |t| {
            let mut seed = t as u32 + 1;
            let mut wild = Patch::from_fn(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                values[(seed >> 16) as usize % values.len()]
            });
            wild.distortion.on = 1.0;
            wild.chorus.on = 1.0;
            wild.delay.on = 1.0;
            wild.reverb.on = 1.0;
            wild
        });
        assert!(y.iter().flatten().all(|y| y.is_finite()));
    }
}

#[test]
fn full_feedback_stays_within_bounds() {
    let x = sine(110.0, 1.0, seconds(6.0));
    let y = through(
        &x,
        &patch(|p| {
            p.distortion.on = 1.0;
            p.distortion.drive = 48.0;
            (p.chorus.on, p.chorus.feedback) = (1.0, 0.95);
            (p.delay.on, p.delay.feedback, p.delay.time, p.delay.mix) = (1.0, 0.98, -9.0, 1.0);
            (p.reverb.on, p.reverb.decay, p.reverb.mix) = (1.0, 6.0, 1.0);
        }),
    );
    assert!(peak(&y[0]) < 30.0, "{}", peak(&y[0]));
}

#[test]
fn tails_are_told_long_enough() {
    let patches = [
        patch(|p| p.reverb.on = 1.0),
        patch(|p| p.delay.on = 1.0),
        patch(|p| (p.chorus.on, p.chorus.feedback) = (1.0, 0.9)),
        patch(|p| (p.delay.on, p.reverb.on) = (1.0, 1.0)),
    ];
    for patch in &patches {
        let tail = Chain::tail_seconds(patch, 120.0);
        let y = through(&click(seconds(tail + 0.2)), patch);
        let (loud, rest) = (rms(&y[0][1..seconds(tail)]), rms(&y[0][seconds(tail)..]));
        assert!(tail > 0.02 && rest < 0.02 * loud, "{tail} s: {rest} of {loud}");
    }
    assert_eq!(Chain::tail_seconds(&Patch::default(), 120.0), 0.0);
}

#[test]
fn echoes_that_count_beats_are_told_as_long_as_the_tempo_makes_them() {
    let patch = patch(|p| {
        (p.delay.on, p.delay.feedback, p.delay.mix) = (1.0, 0.5, 1.0);
        p.delay.sync = Sync::Tempo.value();
        p.delay.division = Division::D1_4.value();
    });
    for tempo in [40.0, 120.0, 300.0] {
        let tail = Chain::tail_seconds(&patch, tempo);
        let [mut left, mut right] = click(seconds(tail + 3.0));
        let mut chain = Chain::new(RATE);
        for (l, r) in left.chunks_mut(TICK).zip(right.chunks_mut(TICK)) {
            chain.control(&patch, tempo);
            chain.render(l, r);
        }
        // −60 dB is ten halvings, each a beat after the last: the tail ends there, not later.
        let (half, end) = (seconds(0.5 * tail), seconds(tail));
        assert!(peak(&left[end..]) < 1.1e-3 * peak(&left), "{tempo} bpm: {tail} s are too few");
        assert!(peak(&left[half..end]) > 1e-3 * peak(&left), "{tempo} bpm: {tail} s are too many");
        assert!((tail * tempo / 60.0 - 10.966).abs() < 0.01, "{tail} s at {tempo} bpm");
    }
}

#[test]
fn every_parameter_is_heard() {
    let x = noise(0.3, seconds(0.6));
    let all = patch(|p| {
        p.distortion.on = 1.0;
        p.chorus.on = 1.0;
        p.delay.on = 1.0;
        p.delay.time = -4.0;
        p.reverb.on = 1.0;
        p.reverb.mix = 0.5;
    });
    let plain = through(&x, &all);
    let stems = ["distortion.", "chorus.", "delay.", "reverb.", "master."];
    for (k, def) in cultivar_patch::defs().iter().enumerate() {
        if !stems.iter().any(|stem| def.id.starts_with(stem)) {
            continue;
        }
        let id = cultivar_patch::Id(k as u16);
        let mut base = all;
        if def.id == "delay.division" {
            base.delay.sync = Sync::Tempo.value();
        }
        let plain = if base == all { plain.clone() } else { through(&x, &base) };
        let mut moved = base;
        moved[id] = if base[id] > 0.5 * (def.min + def.max) { def.min } else { def.max };
        if def.id == "delay.division" {
            moved[id] = Division::D1_16.value();
        }
        let change = difference(&through(&x, &moved), &plain);
        assert!(change > 1e-3, "{} changes the sound by {change}", def.id);
    }
}
