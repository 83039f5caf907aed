//! Times and decays of chorus, delay and reverb.

use cultivar_patch::schema::{Division, Sync};

use super::*;

#[test]
fn echoes_come_in_time_and_fade_by_the_feedback() {
    for (sync, time, division, expected) in [
        (Sync::Time, -2.0, Division::D1_4, 0.25),
        (Sync::Time, -4.0, Division::D1_4, 0.0625),
        (Sync::Tempo, 0.0, Division::D1_8d, 0.375),
        (Sync::Tempo, 0.0, Division::D1_16, 0.125),
    ] {
        let y = through(
            &click(seconds(2.0)),
            &patch(|p| {
                p.delay.on = 1.0;
                p.delay.sync = sync.value();
                p.delay.time = time;
                p.delay.division = division.value();
                p.delay.feedback = 0.5;
                p.delay.tone = 136.0;
                p.delay.mix = 1.0;
            }),
        );
        for echo in 1..4 {
            let place = seconds(expected * echo as f32);
            let level = 0.5 * 0.5f32.powi(echo - 1);
            let heard = y[0][place];
            assert!((heard / level - 1.0).abs() < 0.01, "{sync:?} echo {echo}: {heard} of {level}");
            assert!(peak(&y[0][place - 200..place]) < 0.01 * level, "{sync:?} before {echo}");
        }
    }
}

#[test]
fn a_length_in_beats_beyond_the_memory_is_halved_until_it_fits() {
    let y = through(
        &click(seconds(9.0)),
        &patch(|p| {
            p.delay.on = 1.0;
            p.delay.sync = Sync::Tempo.value();
            p.delay.division = Division::D8_1.value();
            p.delay.tone = 136.0;
            p.delay.mix = 1.0;
        }),
    );
    assert!((y[0][seconds(8.0)] - 0.5).abs() < 0.01);
}

#[test]
fn crossed_echoes_change_sides() {
    let y = through(
        &click(seconds(1.0)),
        &patch(|p| {
            p.delay.on = 1.0;
            p.delay.time = -3.0;
            p.delay.cross = 1.0;
            p.delay.feedback = 0.9;
            p.delay.tone = 136.0;
            p.delay.mix = 1.0;
        }),
    );
    for echo in 1..6 {
        let (loud, soft) = if echo % 2 == 1 { (0, 1) } else { (1, 0) };
        let place = seconds(0.125 * echo as f32);
        assert!(y[loud][place] > 0.2 && y[soft][place].abs() < 1e-3, "echo {echo}");
    }
}

#[test]
fn the_tone_of_the_delay_darkens_every_round() {
    let x = noise(0.5, seconds(0.05));
    let mut long: Stereo = [vec![0.0; seconds(1.2)], vec![0.0; seconds(1.2)]];
    long[0][..x[0].len()].copy_from_slice(&x[0]);
    let y = through(
        &long,
        &patch(|p| {
            p.delay.on = 1.0;
            p.delay.feedback = 0.9;
            p.delay.tone = 84.0;
            p.delay.mix = 1.0;
            p.delay.time = -2.0;
        }),
    );
    let treble = |echo: f32| {
        let bins = spectrum(&y[0][seconds(0.25 * echo)..][..2048]);
        let mean = |from: usize, to: usize| bins[from..to].iter().sum::<f32>() / (to - from) as f32;
        mean(300, 500) - mean(10, 30)
    };
    assert!(treble(2.0) < treble(1.0) - 10.0 && treble(1.0) < -10.0);
}

#[test]
fn a_changed_time_makes_no_click() {
    let x = sine(220.0, 0.3, seconds(1.0));
    let y = run(RATE, &x, |t| {
        patch(|p| {
            p.delay.on = 1.0;
            p.delay.mix = 1.0;
            p.delay.feedback = 0.3;
            p.delay.time = -4.0 + ((t / 100) % 3) as f32 * 0.7 + 0.1 * (t as f32 * 0.01).sin();
            p.reverb.on = 1.0;
            p.reverb.mix = 0.5;
            p.reverb.size = ((t / 200) % 2) as f32;
            p.reverb.predelay = -6.0 + ((t / 150) % 2) as f32;
        })
    });
    let step = |n: usize| (y[0][n + 1] - y[0][n]).abs();
    let steepest = (seconds(0.3)..x[0].len() - 1).map(step).fold(0.0, f32::max);
    assert!(steepest < 0.06, "{steepest}");
}

/// Seconds per 60 dB of a decaying octave around `hertz`, from −5 to −35 dB of the energy still
/// to come (Schroeder 1965).
fn decay_time(x: &[f32], hertz: f32) -> f32 {
    let (mut low, mut band, g) = (0.0f32, 0.0f32, (std::f32::consts::PI * hertz / RATE).tan());
    let mut filtered: Vec<f32> = x.to_vec();
    for _ in 0..2 {
        for y in &mut filtered {
            let v = (*y - low - (1.4 + g) * band) / (1.0 + g * (g + 1.4));
            band += 2.0 * g * v;
            low += 2.0 * g * (band - g * v);
            *y = band - g * v;
        }
    }
    let mut energy = vec![0.0f64; x.len()];
    let mut sum = 0.0;
    for (e, y) in energy.iter_mut().zip(&filtered).rev() {
        sum += f64::from(*y) * f64::from(*y);
        *e = sum;
    }
    let at = |level: f64| {
        let limit = sum * 10f64.powf(level / 10.0);
        energy.partition_point(|e| *e > limit) as f32 / RATE
    };
    2.0 * (at(-35.0) - at(-5.0))
}

#[test]
fn the_room_falls_by_sixty_decibels_in_its_time() {
    for size in [0.0, 0.5, 1.0] {
        for decay in [-1.0f32, 0.0, 1.0, 2.0] {
            let y = through(
                &click(seconds(1.5 * decay.exp2() + 0.5)),
                &patch(|p| {
                    p.reverb.on = 1.0;
                    p.reverb.size = size;
                    p.reverb.decay = decay;
                    p.reverb.damp = 136.0;
                    p.reverb.mix = 1.0;
                }),
            );
            for hertz in [250.0, 1000.0, 4000.0] {
                let ratio = decay_time(&y[0], hertz) / decay.exp2();
                assert!((ratio - 1.0).abs() < 0.1, "size {size} 2^{decay} s {hertz} Hz: {ratio}");
            }
        }
    }
}

#[test]
fn damping_shortens_the_high_end_alone() {
    let room = |damp: f32| {
        through(
            &click(seconds(3.0)),
            &patch(|p| {
                p.reverb.on = 1.0;
                p.reverb.damp = damp;
                p.reverb.mix = 1.0;
            }),
        )
    };
    let y = room(90.0);
    let (low, high) = (decay_time(&y[0], 250.0), decay_time(&y[0], 8000.0));
    assert!(low > 1.7 && high < 0.6, "{low} {high}");
}

#[test]
fn width_goes_from_one_point_to_two_ears() {
    let x = noise(0.3, seconds(1.0));
    let correlation = |width: f32| {
        let y = through(
            &[x[0].clone(), x[0].clone()],
            &patch(|p| {
                p.reverb.on = 1.0;
                p.reverb.mix = 1.0;
                p.reverb.width = width;
            }),
        );
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        dot(&y[0], &y[1]) / (dot(&y[0], &y[0]) * dot(&y[1], &y[1])).sqrt()
    };
    assert!((correlation(0.0) - 1.0).abs() < 1e-3);
    assert!(correlation(1.0).abs() < 0.25, "{}", correlation(1.0));
}

#[test]
fn the_room_waits_for_its_predelay() {
    let y = through(
        &click(seconds(0.5)),
        &patch(|p| {
            p.reverb.on = 1.0;
            p.reverb.mix = 1.0;
            p.reverb.predelay = -3.0;
        }),
    );
    let first = y[0].iter().position(|y| y.abs() > 1e-6).expect("it answers");
    assert_eq!(first, seconds(0.125));
}

#[test]
fn the_chorus_moves_at_its_rate_and_is_wide() {
    // The envelope of a sine through a full, slow chorus goes up and down with the movement.
    let x = sine(1000.0, 0.3, seconds(2.0));
    let moving = |depth: f32| {
        let y = through(
            &x,
            &patch(|p| {
                p.chorus.on = 1.0;
                p.chorus.depth = depth;
                p.chorus.rate = 0.0;
            }),
        );
        let levels: Vec<f32> = y[0][seconds(0.5)..].chunks(480).map(rms).collect();
        let sides = difference(&[y[0].clone(), vec![]], &[y[1].clone(), vec![]]);
        (
            levels.iter().fold(0.0f32, |a, b| a.max(*b))
                / levels.iter().fold(9.0f32, |a, b| a.min(*b)),
            sides,
        )
    };
    let (still, _) = moving(0.0);
    let (moved, sides) = moving(0.5);
    assert!(still < 1.01 && moved > 1.5 && sides > 0.05, "{still} {moved} {sides}");
}
