//! Notches, combs and movement of phaser and flanger.

use cultivar_patch::schema::{Division, Stages, Sync};
use realfft::num_complex::Complex;

use super::*;

/// Switches an effect on and sets what its rate counts, its rate and its beats.
type Set = fn(&mut Patch<f32>, f32, f32, f32);

/// What dry and wet sound make in decibels, where the loop is left by `turned`.
fn mixed(turned: Complex<f64>, feedback: f64, mix: f64) -> f32 {
    let wet = (turned - feedback) / (1.0 - feedback * turned);
    (20.0 * (1.0 - mix + mix * wet).norm().max(1e-6).log10()) as f32
}

fn phased(stages: Stages, feedback: f32, mix: f32) -> Vec<f32> {
    let [left, right] = through(
        &click(seconds(1.0)),
        &patch(|p| {
            (p.phaser.on, p.phaser.depth, p.phaser.centre) = (1.0, 0.0, 81.0);
            (p.phaser.stages, p.phaser.feedback, p.phaser.mix) = (stages.value(), feedback, mix);
        }),
    );
    assert!(left == right);
    left
}

/// All-pass stages of first order whose corner is at 880 Hz, at a frequency in hertz.
fn stages(count: usize, hertz: f32) -> Complex<f64> {
    let tan = |hertz: f32| (std::f64::consts::PI * f64::from(hertz / RATE)).tan();
    Complex::cis(-2.0 * count as f64 * (tan(hertz) / tan(880.0)).atan())
}

#[test]
fn the_phaser_is_what_its_all_passes_make() {
    for (kind, feedback, mix) in [
        (Stages::S2, 0.0, 0.5),
        (Stages::S4, 0.6, 0.5),
        (Stages::S6, -0.7, 0.3),
        (Stages::S8, 0.3, 1.0),
        (Stages::S12, 0.9, 0.5),
    ] {
        let y = phased(kind, feedback, mix);
        let expected = |hertz| mixed(stages(kind.count(), hertz), feedback.into(), mix.into());
        let still = gain_at(&y, 1.0) - expected(1.0);
        for hertz in [50.0, 200.0, 500.0, 700.0, 1000.0, 3000.0, 9000.0, 18_000.0] {
            let (heard, expected) = (gain_at(&y, hertz) - still, expected(hertz));
            let wrong = (10f32.powf(heard / 20.0) - 10f32.powf(expected / 20.0)).abs();
            assert!(wrong < 2e-3, "{kind:?} at {hertz} Hz: {heard} dB, not {expected} dB");
        }
    }
}

#[test]
fn notches_lie_where_the_stages_turn_the_sound_round() {
    for kind in [Stages::S2, Stages::S4, Stages::S6, Stages::S8, Stages::S12] {
        let count = kind.count();
        for feedback in [0.0, 0.8] {
            let y = phased(kind, feedback, 0.5);
            for notch in 0..count / 2 {
                let angle = std::f32::consts::PI * (notch as f32 + 0.5) / count as f32;
                let g = (std::f32::consts::PI * 880.0 / RATE).tan() * angle.tan();
                let hertz = g.atan() * RATE / std::f32::consts::PI;
                let deep = gain_at(&y, hertz) - gain_at(&y, 1.0);
                assert!(deep < -50.0, "{kind:?} {feedback} at {hertz} Hz: {deep} dB");
            }
        }
    }
}

#[test]
fn the_flanger_is_a_comb_of_its_delay() {
    // 3.90625 ms: teeth 256 Hz apart.
    let comb = |feedback: f32, mix: f32| {
        let [y, _] = through(
            &click(seconds(2.0)),
            &patch(|p| {
                (p.flanger.on, p.flanger.depth, p.flanger.delay) = (1.0, 0.0, -8.0);
                (p.flanger.feedback, p.flanger.mix) = (feedback, mix);
            }),
        );
        y
    };
    for (feedback, mix) in [(0.0, 0.5), (0.7, 0.5), (-0.7, 0.5), (0.9, 0.3)] {
        let y = comb(feedback, mix);
        let expected = |hertz: f32| {
            let turned = Complex::cis(-std::f64::consts::TAU * f64::from(hertz) / 256.0);
            mixed(turned, feedback.into(), mix.into())
        };
        let still = gain_at(&y, 0.0) - expected(0.0);
        for hertz in [32.0, 128.0, 192.0, 256.0, 300.0, 1024.0, 2176.0, 5248.0, 8192.0] {
            let (heard, expected) = (gain_at(&y, hertz) - still, expected(hertz));
            let wrong = (10f32.powf(heard / 20.0) - 10f32.powf(expected / 20.0)).abs();
            assert!(wrong < 0.05, "{feedback} {mix} at {hertz} Hz: {heard} dB, not {expected} dB");
        }
        if mix == 0.5 {
            let notch = gain_at(&y, 128.0 * 9.0) - still;
            assert!(notch < -40.0, "the notch is {notch} dB deep");
        }
    }
    // Feedback narrows the peaks.
    let beside = |y: &[f32]| gain_at(y, 256.0 + 40.0) - gain_at(y, 256.0);
    assert!(beside(&comb(0.8, 0.5)) < beside(&comb(0.0, 0.5)) - 6.0);
}

#[test]
fn movements_keep_their_time() {
    let x = sine(1000.0, 0.3, seconds(3.2));
    let effects: [Set; 2] = [
        |p, sync, rate, division| {
            (p.phaser.on, p.phaser.depth) = (1.0, 0.5);
            (p.phaser.sync, p.phaser.rate, p.phaser.division) = (sync, rate, division);
        },
        |p, sync, rate, division| {
            (p.flanger.on, p.flanger.depth, p.flanger.delay) = (1.0, 0.3, -11.0);
            (p.flanger.sync, p.flanger.rate, p.flanger.division) = (sync, rate, division);
        },
    ];
    // At 120 beats per minute a dotted quarter is three quarters of a second.
    for (sync, rate, division, period) in [
        (Sync::Time, 0.0, Division::D1_4, 1.0),
        (Sync::Time, 1.0, Division::D1_4, 0.5),
        (Sync::Tempo, 0.0, Division::D1_4d, 0.75),
        (Sync::Tempo, 0.0, Division::D1_2, 1.0),
    ] {
        for (k, set) in effects.iter().enumerate() {
            let y = through(&x, &patch(|p| set(p, sync.value(), rate, division.value())));
            let frame = seconds(0.002);
            for side in &y {
                let levels: Vec<f32> = side[seconds(0.5)..].chunks(frame).map(rms).collect();
                let apart = |time: f32| {
                    let lag = seconds(time) / frame;
                    let pairs = levels.iter().zip(&levels[lag..]).take(seconds(1.5) / frame);
                    pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
                };
                let (whole, half) = (apart(period), apart(0.4 * period));
                assert!(whole < 1e-3 && half > 0.02, "{k} {sync:?} {period} s: {whole} {half}");
            }
            assert!(difference(&[y[0].clone(), vec![]], &[y[1].clone(), vec![]]) > 0.05);
        }
    }
}

#[test]
fn wild_movement_stays_within_bounds() {
    let x = noise(1.0, seconds(4.0));
    for feedback in [-0.95, 0.95] {
        let y = run(RATE, &x, |t| {
            patch(|p| {
                (p.phaser.on, p.phaser.rate, p.phaser.depth) = (1.0, 3.0, 1.0);
                (p.phaser.centre, p.phaser.feedback) = (40.0, feedback);
                p.phaser.stages = ((t / 300) % 5) as f32;
                (p.flanger.on, p.flanger.rate, p.flanger.depth) = (1.0, 3.0, 1.0);
                (p.flanger.delay, p.flanger.feedback) = (-6.0 - (t % 700) as f32 * 0.01, feedback);
            })
        });
        let most = peak(&y[0]);
        assert!(most < 60.0, "{feedback}: {most}");
    }
}

#[test]
fn more_stages_come_without_a_click() {
    let x = sine(220.0, 0.3, seconds(1.0));
    let y = run(RATE, &x, |t| {
        patch(|p| {
            (p.phaser.on, p.phaser.depth, p.phaser.centre) = (1.0, 0.0, 60.0);
            p.phaser.stages = ((t / 250) % 5) as f32;
        })
    });
    let step = |n: usize| (y[0][n + 1] - y[0][n]).abs();
    let steepest = (seconds(0.1)..x[0].len() - 1).map(step).fold(0.0, f32::max);
    assert!(steepest < 0.3 * TAU * 220.0 / RATE * 1.5, "{steepest}");
}
