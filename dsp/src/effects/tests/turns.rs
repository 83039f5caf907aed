//! The order of the effects, and its change while they sound.

use super::*;

/// All nine, each with a place of its own.
fn all(places: [f32; 9]) -> Patch<f32> {
    patch(|p| {
        every(p);
        p.delay.time = -4.0;
        p.eq_band[1].gain = 9.0;
        [
            p.distortion.place,
            p.fx_filter.place,
            p.phaser.place,
            p.flanger.place,
            p.chorus.place,
            p.eq.place,
            p.compressor.place,
            p.delay.place,
            p.reverb.place,
        ] = places;
    })
}

#[test]
fn places_make_the_order_and_equal_places_leave_that_of_the_schema() {
    let x = noise(0.3, seconds(0.3));
    let order = through(&x, &all([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]));
    assert_eq!(order, through(&x, &all([4.0; 9])));
    assert_eq!(order, through(&x, &all([1.0, 1.0, 2.0, 2.0, 2.0, 3.0, 9.0, 9.0, 9.0])));
    let turned = through(&x, &all([9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0]));
    assert!(difference(&order, &turned) > 0.01);
}

#[test]
fn an_equaliser_before_the_distortion_is_not_one_after_it() {
    let x = sine(220.0, 0.3, seconds(0.5));
    let spectrum = |first: bool| {
        let y = through(
            &x,
            &patch(|p| {
                (p.distortion.on, p.eq.on, p.eq_band[1].gain) = (1.0, 1.0, 18.0);
                (p.eq_band[1].frequency, p.eq_band[1].width) = (57.0, 1.0);
                p.eq.place = if first { 1.0 } else { 2.0 };
                p.distortion.place = if first { 2.0 } else { 1.0 };
            }),
        );
        let tail = &y[0][seconds(0.1)..];
        gain_at(tail, 660.0) - gain_at(tail, 220.0)
    };
    // Before it, the tone is bent more; after it, only raised above its harmonics.
    let (before, after) = (spectrum(true), spectrum(false));
    assert!(before > after + 12.0, "{before} {after}");
}

#[test]
fn another_order_comes_without_a_click() {
    let x = sine(220.0, 0.3, seconds(1.5));
    let sets: [fn(&mut Patch<f32>); 2] = [
        |p| (p.distortion.on, p.eq.on, p.eq_band[1].gain) = (1.0, 1.0, 9.0),
        |p| {
            (p.distortion.on, p.delay.on, p.reverb.on) = (1.0, 1.0, 1.0);
            (p.delay.feedback, p.delay.time) = (0.0, -8.0);
        },
    ];
    for set in sets {
        let y = run(RATE, &x, |t| {
            patch(|p| {
                set(p);
                p.distortion.place = if (t / 400) % 2 == 0 { 1.0 } else { 9.0 };
            })
        });
        // The bend of the wave: a step of a thousandth would show in it.
        let sharpest = |range: std::ops::Range<usize>| {
            let bend = |n: usize| (y[0][n + 1] - 2.0 * y[0][n] + y[0][n - 1]).abs();
            range.map(bend).fold(0.0, f32::max)
        };
        let still = (0..3).map(|k| {
            let from = (400 * k + 200) * TICK;
            sharpest(from..from + 190 * TICK)
        });
        let still = still.fold(0.0, f32::max);
        let change = sharpest(390 * TICK..460 * TICK).max(sharpest(790 * TICK..860 * TICK));
        assert!(change < still + 1e-3, "{change} after {still}");
        // It was heard, and it is whole again.
        let level = |tick: usize| rms(&y[0][tick * TICK..][..4 * TICK]);
        assert!(level(398) > 0.05 && level(445) > 0.5 * level(398));
    }
}

#[test]
fn effects_remember_across_a_change_of_order() {
    let y = run(RATE, &click(seconds(1.0)), |t| {
        patch(|p| {
            (p.delay.on, p.delay.time, p.delay.mix) = (1.0, -1.0, 1.0);
            (p.eq.on, p.delay.tone) = (1.0, 136.0);
            p.delay.place = if t < 200 { 8.0 } else { 1.0 };
        })
    });
    assert!((y[0][seconds(0.5)] - 0.5).abs() < 0.01, "{}", y[0][seconds(0.5)]);
}

#[test]
fn an_effect_that_is_off_changes_its_place_unheard() {
    let x = noise(0.3, 400 * TICK);
    let set = |place: f32| {
        patch(|p| {
            (p.eq.on, p.eq_band[1].gain, p.compressor.on) = (1.0, 6.0, 1.0);
            p.reverb.place = place;
        })
    };
    let y = run(RATE, &x, |t| set(if t < 200 { 9.0 } else { 1.0 }));
    assert_eq!(y, through(&x, &set(9.0)));
}
