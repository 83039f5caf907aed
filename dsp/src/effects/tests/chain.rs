//! Laws of the chain as a whole.

use cultivar_patch::schema::{Bands, Division, Model, Sync};

use super::super::oversample;
use super::*;
use crate::isa::Isa;

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
    for effect in 1..9 {
        let dry = patch(|p| {
            *switches(p)[effect] = 1.0;
            p.eq_band[1].gain = 12.0;
            (p.fx_filter.mix, p.phaser.mix, p.flanger.mix) = (0.0, 0.0, 0.0);
            (p.chorus.mix, p.eq.mix, p.compressor.mix) = (0.0, 0.0, 0.0);
            (p.delay.mix, p.reverb.mix) = (0.0, 0.0);
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
            let off = (t / 40) % 10;
            for (k, on) in switches(p).into_iter().enumerate() {
                *on = if k == off { 0.0 } else { 1.0 };
            }
            (p.distortion.place, p.eq.place) = (1.0 + (t / 70 % 9) as f32, 1.0);
            p.distortion.curve = (t / 60) as f32 % 4.0;
            p.distortion.drive = 20.0 + 20.0 * wave;
            p.chorus.feedback = 0.9 * wave;
            p.delay.time = -5.0 + 3.0 * wave;
            p.delay.cross = 0.5 + 0.5 * wave;
            (p.fx_filter.cutoff, p.fx_filter.resonance) = (80.0 + 30.0 * wave, 0.8);
            (p.fx_filter.drive, p.fx_filter.model) = (12.0, (t / 90 % 17) as f32);
            (p.phaser.rate, p.phaser.stages) = (2.0, (t / 80 % 5) as f32);
            (p.flanger.rate, p.flanger.delay) = (2.0, -10.0 + 3.0 * wave);
            (p.eq_band[0].gain, p.eq_band[1].frequency) = (12.0 * wave, 80.0 + 40.0 * wave);
            p.eq_band[1].gain = 9.0;
            (p.compressor.bands, p.compressor.lift) = ((t / 50 % 2) as f32, 0.3);
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
fn all_instruction_sets_sound_the_same() {
    let x = noise(0.3, seconds(0.3));
    let all = patch(|p| {
        every(p);
        p.eq_band[1].gain = 6.0;
        (p.fx_filter.drive, p.compressor.bands) = (6.0, Bands::Three.value());
    });
    let play = |lanes: Isa| {
        let mut chain = Chain::new(RATE);
        chain.lanes = lanes;
        let mut out = x.clone();
        let [left, right] = &mut out;
        for (l, r) in left.chunks_mut(TICK).zip(right.chunks_mut(TICK)) {
            chain.control(&all, 120.0);
            chain.render(l, r);
        }
        out
    };
    let plain = play(Isa::Plain);
    let near = |other: Stereo| {
        let wrong: Vec<f32> = plain[0].iter().zip(&other[0]).map(|(a, b)| a - b).collect();
        let wrong = decibels(rms(&wrong) / rms(&plain[0]));
        assert!(wrong < -90.0, "{wrong} dB");
    };
    near(play(Isa::detect()));
    #[cfg(target_arch = "x86_64")]
    if matches!(Isa::detect(), Isa::Avx512) {
        near(play(Isa::Avx2));
    }
}

#[test]
fn a_reset_chain_is_a_new_chain() {
    let x = noise(0.4, 9600);
    let all = patch(every);
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
    for k in 0..9 {
        let y = run(RATE, &x, |t| {
            patch(|p| {
                *switches(p)[k] = ((t / 500) % 2) as f32;
                (p.eq_band[1].gain, p.eq_band[1].frequency) = (6.0, 57.0);
                p.fx_filter.cutoff = 60.0;
            })
        });
        let step = |n: usize| (y[0][n + 1] - y[0][n]).abs();
        let steepest = (seconds(0.1)..x[0].len() - 1).map(step).fold(0.0, f32::max);
        assert!(steepest < 0.035, "effect {k} steps by {steepest}");
        let begin = 500 * TICK..520 * TICK;
        assert_eq!(y[0][..500 * TICK], x[0][..500 * TICK], "effect {k}");
        let tail = (1000 + 20) * TICK..(1000 + 400) * TICK;
        assert_eq!(y[0][tail.clone()], x[0][tail], "effect {k} is off again");
        let heard = difference(&y, &x) > 0.02 && y[0][begin.clone()] != x[0][begin];
        assert!(heard, "effect {k} is not heard");
    }
}

#[test]
fn an_effect_that_was_off_remembers_nothing() {
    let x = click(seconds(1.0));
    let y = run(RATE, &x, |t| {
        patch(|p| {
            let on = if (20..200).contains(&t) { 0.0 } else { 1.0 };
            switches(p).into_iter().for_each(|switch| *switch = on);
        })
    });
    assert_eq!(peak(&y[0][300 * TICK..]), 0.0);
}

#[test]
fn silence_is_found_and_left_again() {
    let mut chain = Chain::new(RATE);
    let all = patch(every);
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
    let woken = (0..6).map(|_| step(&mut chain, 0.5)).fold(0.0, f32::max);
    assert!(woken > 0.1 && !chain.silent(), "{woken}");
}

#[test]
fn effects_keep_the_loudness_of_noise() {
    let x = noise(0.3, seconds(4.0));
    let level = |set: fn(&mut Patch<f32>)| {
        let y = through(&x, &patch(set));
        decibels(rms(&y[0][seconds(2.0)..]) / rms(&x[0]))
    };
    let chorus = level(|p| (p.chorus.on, p.chorus.mix) = (1.0, 1.0));
    let round = level(|p| {
        (p.chorus.on, p.chorus.mix, p.chorus.feedback) = (1.0, 1.0, -0.8);
    });
    let phaser = level(|p| p.phaser.on = 1.0);
    let flanger = level(|p| p.flanger.on = 1.0);
    let delay = level(|p| (p.delay.on, p.delay.feedback) = (1.0, 0.0));
    let reverb = level(|p| (p.reverb.on, p.reverb.mix, p.reverb.damp) = (1.0, 1.0, 136.0));
    for (name, level) in [
        ("chorus", chorus),
        ("chorus that comes round", round),
        ("phaser", phaser),
        ("flanger", flanger),
        ("delay", delay),
        ("reverb", reverb),
    ] {
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
            every(&mut wild);
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
        patch(|p| (p.phaser.on, p.phaser.feedback, p.phaser.centre) = (1.0, 0.9, 60.0)),
        patch(|p| (p.flanger.on, p.flanger.feedback) = (1.0, 0.9)),
        patch(|p| (p.fx_filter.on, p.fx_filter.cutoff, p.fx_filter.resonance) = (1.0, 40.0, 0.9)),
        patch(|p| {
            (p.eq.on, p.eq_band[1].frequency) = (1.0, 40.0);
            (p.eq_band[1].gain, p.eq_band[1].width) = (24.0, 0.2);
        }),
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
        every(p);
        p.delay.time = -4.0;
        p.eq_band.iter_mut().for_each(|band| band.gain = 6.0);
        p.reverb.mix = 0.5;
    });
    let plain = through(&x, &all);
    let stems = [
        "distortion.",
        "fx_filter.",
        "phaser.",
        "flanger.",
        "chorus.",
        "eq.",
        "eq_band.",
        "compressor.",
        "delay.",
        "reverb.",
        "master.",
    ];
    // Whether a model has a use for its morph is the filter's matter.
    let others = ["fx_filter.morph"];
    for (k, def) in cultivar_patch::defs().iter().enumerate() {
        let stem = stems.iter().any(|stem| def.id.starts_with(stem));
        if !stem || others.contains(&def.id.as_str()) {
            continue;
        }
        let id = cultivar_patch::Id(k as u16);
        let mut base = all;
        let division = def.id.ends_with(".division");
        if division {
            let tempo = Sync::Tempo.value();
            (base.delay.sync, base.phaser.sync, base.flanger.sync) = (tempo, tempo, tempo);
        }
        if ["compressor.low", "compressor.mid", "compressor.high"].contains(&def.id.as_str()) {
            base.compressor.bands = Bands::Three.value();
        }
        let plain = if base == all { plain.clone() } else { through(&x, &base) };
        let mut moved = base;
        moved[id] = if base[id] > 0.5 * (def.min + def.max) { def.min } else { def.max };
        if division {
            moved[id] = Division::D1_16.value();
        }
        if def.id.ends_with(".place") {
            // To the other side of the compressor: what is linear may change places unheard.
            moved[id] = if base[id] < base.compressor.place { def.max } else { def.min };
        }
        if def.id == "fx_filter.model" {
            moved[id] = Model::High12.value();
        }
        let heard = through(&x, &moved);
        assert!(heard.iter().flatten().all(|y| y.is_finite()), "{}", def.id);
        let change = difference(&heard, &plain);
        assert!(change > 1e-3, "{} changes the sound by {change}", def.id);
    }
}
