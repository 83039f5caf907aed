//! Gains, widths and slopes of the equaliser.

use cultivar_patch::schema::BandShape;

use super::*;

/// What the middle band makes of a click.
fn band(shape: BandShape, note: f32, gain: f32, width: f32) -> Vec<f32> {
    let [left, right] = through(
        &click(seconds(2.0)),
        &patch(|p| {
            p.eq.on = 1.0;
            let band = &mut p.eq_band[1];
            (band.shape, band.frequency, band.gain, band.width) =
                (shape.value(), note, gain, width);
        }),
    );
    assert!(left == right);
    left
}

fn hertz(note: f32) -> f32 {
    440.0 * ((note - 69.0) / 12.0).exp2()
}

#[test]
fn a_bell_raises_its_middle_by_its_gain_and_nothing_far_off() {
    for note in [45.0, 81.0, 110.0, 132.0] {
        for gain in [-24.0, -6.0, 3.0, 18.0] {
            let y = band(BandShape::Bell, note, gain, 0.5);
            let middle = gain_at(&y, hertz(note));
            assert!((middle - gain).abs() < 0.05, "{note}: {middle} dB, not {gain} dB");
            let far = gain_at(&y, if note > 81.0 { 30.0 } else { 20_000.0 });
            assert!(far.abs() < 0.1, "{note} {gain} dB: {far} dB far off");
        }
    }
}

#[test]
fn the_width_of_a_bell_is_that_of_half_its_gain() {
    for (note, near) in [(60.0, 0.05), (93.0, 0.1), (111.0, 0.4)] {
        for (gain, width) in [(12.0, 0.3), (12.0, 1.4), (-18.0, 1.4), (6.0, 2.0)] {
            let y = band(BandShape::Bell, note, gain, width);
            for side in [-0.5, 0.5] {
                let heard = gain_at(&y, hertz(note + 12.0 * side * width));
                assert!((heard - 0.5 * gain).abs() < near, "{note} {gain} dB {width}: {heard} dB");
            }
        }
    }
}

/// A wide bell near the top against its analogue model.
#[test]
fn the_top_is_not_cramped() {
    let (note, gain, width) = (119.0, 12.0, 2.0);
    let y = band(BandShape::Bell, note, gain, width);
    let root = 10f32.powf(gain / 40.0);
    let k = 2.0 * (0.5 * std::f32::consts::LN_2 * width).sinh();
    for at in [2000.0, 5000.0, 10_000.0, 15_000.0, 20_000.0] {
        let square = (at / hertz(note)).powi(2);
        let rest = (1.0 - square).powi(2);
        let power = (rest + (root * k).powi(2) * square) / (rest + (k / root).powi(2) * square);
        let (heard, model) = (gain_at(&y, at), 10.0 * power.log10());
        assert!((heard - model).abs() < 0.7, "{at} Hz: {heard} dB, not {model} dB");
    }
}

#[test]
fn shelves_are_level_at_both_ends_and_half_way_at_the_corner() {
    for (shape, raised, left_alone) in
        [(BandShape::LowShelf, 20.0, 16_000.0), (BandShape::HighShelf, 16_000.0, 20.0)]
    {
        for gain in [-24.0, -6.0, 6.0, 12.0, 24.0] {
            let y = band(shape, 77.0, gain, 1.4);
            assert!((gain_at(&y, raised) - gain).abs() < 0.2, "{shape:?} {gain} dB");
            assert!(gain_at(&y, left_alone).abs() < 0.2, "{shape:?} {gain} dB");
            assert!((gain_at(&y, hertz(77.0)) - 0.5 * gain).abs() < 0.05, "{shape:?} {gain} dB");
        }
        for (gain, width) in [(6.0, 2.0), (-6.0, 3.0), (12.0, 4.0)] {
            let y = band(shape, 77.0, gain, width);
            let slope = (gain_at(&y, hertz(77.6)) - gain_at(&y, hertz(76.4))) * 10.0;
            let expected = if shape == BandShape::LowShelf { -gain } else { gain } / width;
            assert!((slope - expected).abs() < 0.05, "{shape:?} {gain} dB {width}: {slope}");
        }
    }
}

#[test]
fn cuts_fall_by_twelve_decibels_per_octave() {
    let low = band(BandShape::LowCut, 81.0, 0.0, 1.4);
    let high = band(BandShape::HighCut, 81.0, 0.0, 1.4);
    for (y, way) in [(&low, -1.0), (&high, 1.0)] {
        for (octaves, expected) in [(-4.0, 0.0), (0.0, -3.01), (2.0, -24.1), (3.0, -36.1)] {
            let heard = gain_at(y, 880.0 * f32::exp2(way * octaves));
            assert!((heard - expected).abs() < 0.3, "{way} {octaves}: {heard} dB");
        }
    }
}

#[test]
fn what_lowers_undoes_what_raises() {
    let x = noise(0.3, seconds(0.5));
    for shape in [BandShape::Bell, BandShape::LowShelf, BandShape::HighShelf] {
        let set = |gain: f32| {
            patch(|p| {
                p.eq.on = 1.0;
                (p.eq_band[1].shape, p.eq_band[1].frequency) = (shape.value(), 100.0);
                p.eq_band[1].gain = gain;
            })
        };
        let back = through(&through(&x, &set(18.0)), &set(-18.0));
        let wrong = decibels(difference(&back, &x));
        assert!(wrong < -90.0, "{shape:?}: {wrong} dB");
    }
}

#[test]
fn flat_bands_change_nothing_and_turned_ones_make_no_click() {
    let x = noise(0.5, 4096);
    assert_eq!(through(&x, &patch(|p| p.eq.on = 1.0)), x);
    let x = sine(220.0, 0.3, seconds(1.0));
    let y = run(RATE, &x, |t| {
        patch(|p| {
            p.eq.on = 1.0;
            p.eq_band[0].gain = if (t / 200) % 2 == 0 { 0.0 } else { 6.0 };
            p.eq_band[1].frequency = 57.0 + ((t / 150) % 2) as f32 * 12.0;
            p.eq_band[1].gain = -6.0;
        })
    });
    let step = |n: usize| (y[0][n + 1] - y[0][n]).abs();
    let steepest = (seconds(0.1)..x[0].len() - 1).map(step).fold(0.0, f32::max);
    assert!(steepest < 0.025, "{steepest}");
}
