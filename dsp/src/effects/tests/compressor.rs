//! Law, times and bands of the compressor.

use cultivar_patch::schema::{Bands, Compressor};

use super::*;

/// Sets some of its knobs.
type Set = fn(&mut Compressor<f32>);

fn amplitude(decibels: f32) -> f32 {
    10f32.powf(decibels / 20.0)
}

fn pressed(x: &Stereo, set: impl Fn(&mut Compressor<f32>)) -> Stereo {
    through(
        x,
        &patch(|p| {
            p.compressor.on = 1.0;
            set(&mut p.compressor);
        }),
    )
}

/// Decibels that a held tone leaves with for each that it comes with.
fn leaves(level: f32, set: impl Fn(&mut Compressor<f32>)) -> f32 {
    let x = sine(1000.0, amplitude(level), seconds(1.5));
    let y = pressed(&x, set);
    decibels(rms(&y[0][seconds(1.0)..]) * std::f32::consts::SQRT_2)
}

#[test]
fn levels_follow_the_law() {
    for (level, press, lift, expected) in [
        // Pressed down above the threshold of −24 dB, left alone below.
        (-40.0, 0.5, 0.0, -40.0),
        (-24.0, 0.5, 0.0, -24.0 - 0.375),
        (-12.0, 0.5, 0.0, -18.0),
        (0.0, 0.5, 0.0, -12.0),
        (-6.0, 1.0, 0.0, -24.0),
        // Lifted below, left alone above.
        (-10.0, 0.0, 0.5, -10.0),
        (-44.0, 0.0, 0.5, -34.0),
        (-50.0, 0.0, 1.0, -24.0),
        // Both: nearer to the threshold from either side.
        (-44.0, 0.5, 0.5, -34.0),
        (-4.0, 0.5, 0.5, -14.0),
    ] {
        let heard = leaves(level, |c| (c.ratio, c.lift) = (press, lift));
        let near = (heard - expected).abs() < 0.5;
        assert!(near, "{level} dB, {press}, {lift}: {heard} dB, not {expected} dB");
    }
}

#[test]
fn lift_has_an_end_and_leaves_noise_where_it_is() {
    let lifted = |level: f32| leaves(level, |c| (c.threshold, c.lift) = (0.0, 1.0)) - level;
    assert!((lifted(-55.0) - 36.0).abs() < 0.5, "{}", lifted(-55.0));
    assert!((lifted(-72.0) - 18.0).abs() < 1.0, "{}", lifted(-72.0));
    assert!(lifted(-90.0).abs() < 0.1, "{}", lifted(-90.0));
}

#[test]
fn gain_follows_in_its_times() {
    let mut x = sine(4000.0, amplitude(-6.0), seconds(5.0));
    for side in &mut x {
        for (n, x) in side.iter_mut().enumerate() {
            let loud = (seconds(1.0)..seconds(3.0)).contains(&n);
            *x *= if loud { 1.0 } else { amplitude(-34.0) };
        }
    }
    let y = pressed(&x, |c| {
        (c.ratio, c.attack, c.release) = (1.0, -4.0, -1.0);
    });
    let gain = |time: f32| {
        let window = seconds(time)..seconds(time) + 60;
        decibels(rms(&y[0][window.clone()]) / rms(&x[0][window]))
    };
    let share = 1.0 - (-1.0f32).exp();
    assert!(gain(0.99).abs() < 0.1 && (gain(2.9) + 18.0).abs() < 0.3);
    assert!((gain(1.0 + 0.0625) + 18.0 * share).abs() < 0.4, "{}", gain(1.0625));
    // A held peak falls for some hundredths of a second before the gain may rise.
    assert!((gain(3.0 + 0.5) + 18.0 * (1.0 - share)).abs() < 0.6, "{}", gain(3.5));
}

#[test]
fn both_sides_move_together() {
    let loud = sine(1000.0, 0.9, seconds(0.5));
    let [quiet, _] = sine(700.0, 0.05, seconds(0.5));
    let y = pressed(&[loud[0].clone(), quiet.clone()], |c| c.ratio = 1.0);
    let tail = seconds(0.3)..seconds(0.5);
    let left = decibels(rms(&y[0][tail.clone()]) / rms(&loud[0][tail.clone()]));
    let right = decibels(rms(&y[1][tail.clone()]) / rms(&quiet[tail]));
    assert!((left - right).abs() < 0.1 && left < -15.0, "{left} {right}");
}

#[test]
fn three_bands_add_up_and_each_has_its_gain() {
    let response = |set: Set| {
        let [y, _] = pressed(&click(seconds(1.0)), |c| {
            (c.bands, c.ratio) = (Bands::Three.value(), 0.0);
            set(c);
        });
        move |hertz: f32| gain_at(&y, hertz)
    };
    let flat = response(|_| {});
    for k in 0..60 {
        let hertz = 20.0 * f32::exp2(k as f32 / 6.0);
        assert!(flat(hertz).abs() < 0.05, "{hertz} Hz: {} dB", flat(hertz));
    }
    let bands: [(Set, [f32; 3]); 3] = [
        (|c| c.low = 12.0, [12.0, 0.0, 0.0]),
        (|c| c.mid = -12.0, [0.0, -12.0, 0.0]),
        (|c| c.high = 12.0, [0.0, 0.0, 12.0]),
    ];
    for (set, expected) in bands {
        let heard = response(set);
        for (hertz, expected) in [30.0, 550.0, 12_000.0].into_iter().zip(expected) {
            assert!((heard(hertz) - expected).abs() < 0.3, "{hertz} Hz: {} dB", heard(hertz));
        }
    }
}

#[test]
fn a_loud_band_does_not_press_another() {
    let high = sine(8000.0, 0.01, seconds(1.0));
    let low = sine(50.0, 0.9, seconds(1.0));
    let both: Stereo =
        std::array::from_fn(|side| high[side].iter().zip(&low[side]).map(|(a, b)| a + b).collect());
    let treble = |bands: Bands| {
        let y = pressed(&both, |c| (c.bands, c.ratio) = (bands.value(), 1.0));
        gain_at(&y[0][seconds(0.5)..], 8000.0) - gain_at(&both[0][seconds(0.5)..], 8000.0)
    };
    let (one, three) = (treble(Bands::One), treble(Bands::Three));
    assert!(one < -15.0 && three.abs() < 0.2, "{one} {three}");
}

#[test]
fn without_press_and_lift_it_changes_nothing() {
    let x = noise(0.5, 4096);
    assert_eq!(pressed(&x, |c| c.ratio = 0.0), x);
    let louder = pressed(&x, |c| (c.ratio, c.gain) = (0.0, 12.0));
    assert!((decibels(rms(&louder[0]) / rms(&x[0])) - 12.0).abs() < 0.01);
}
