//! Loudness, harmonics and aliases of the distortion.

use cultivar_patch::schema::Curve;

use super::*;

#[test]
fn drive_changes_the_tone_and_not_the_loudness() {
    let x = sine(110.0, 0.355, seconds(0.5));
    for curve in 0..4 {
        for drive in [0.0, 6.0, 12.0, 24.0, 36.0, 48.0] {
            let y = through(
                &x,
                &patch(|p| {
                    p.distortion.on = 1.0;
                    p.distortion.curve = curve as f32;
                    p.distortion.drive = drive;
                }),
            );
            let level = decibels(rms(&y[0][seconds(0.2)..]) / rms(&x[0]));
            assert!(level.abs() < 1.2, "curve {curve} at {drive} dB: {level} dB");
        }
    }
}

#[test]
fn distortion_makes_the_harmonics_of_its_curve() {
    let length = 16_384;
    let hertz = RATE * 192.0 / length as f32;
    let harmonic = |curve: Curve, k: usize| {
        let y = through(
            &sine(hertz, 0.4, length + 4096),
            &patch(|p| {
                p.distortion.on = 1.0;
                p.distortion.curve = curve.value();
                p.distortion.drive = 14.0;
            }),
        );
        let bins = spectrum(&y[0][4096..]);
        bins[192 * k] - bins[192]
    };
    for curve in [Curve::Soft, Curve::Hard, Curve::Fold] {
        assert!(harmonic(curve, 2) < -70.0 && harmonic(curve, 3) > -30.0, "{curve:?}");
    }
    assert!(harmonic(Curve::Tube, 2) > -30.0);
}

#[test]
fn distortion_hardly_aliases() {
    let length = 32_768;
    let base = 851; // 1247 Hz: its harmonics and their images do not meet.
    let hertz = RATE * base as f32 / length as f32;
    for (curve, limit) in
        [(Curve::Soft, -75.0), (Curve::Hard, -70.0), (Curve::Fold, -55.0), (Curve::Tube, -70.0)]
    {
        let y = through(
            &sine(hertz, 0.4, length + 4096),
            &patch(|p| {
                p.distortion.on = 1.0;
                p.distortion.curve = curve.value();
                p.distortion.drive = 24.0;
            }),
        );
        let bins = spectrum(&y[0][4096..]);
        let top = bins[base];
        let between = |k: &usize| (k % base).min(base - k % base) > 8;
        let alias = (200..13_600).filter(between).map(|k| bins[k]).fold(-200.0, f32::max);
        assert!(alias - top < limit, "{curve:?} aliases at {} dB", alias - top);
    }
}

#[test]
fn the_tone_of_the_distortion_falls_by_twelve_decibels_per_octave() {
    let length = 16_384;
    let level = |hertz: f32, tone: f32| {
        let y = through(
            &sine(hertz, 0.05, length),
            &patch(|p| {
                p.distortion.on = 1.0;
                p.distortion.drive = 0.0;
                p.distortion.tone = tone;
            }),
        );
        decibels(rms(&y[0][8192..]) / (0.05 * std::f32::consts::FRAC_1_SQRT_2))
    };
    assert!(level(10_000.0, 136.0).abs() < 0.3 && level(100.0, 136.0).abs() < 0.3);
    let slope = level(2000.0, 60.0) - level(4000.0, 60.0);
    assert!((slope - 12.0).abs() < 1.5, "{slope}");
}
