//! How loud a sound is: the loudness of its loudest moments.
//!
//! Source: ITU-R BS.1770-4, whose two filters are given for 48 kHz.

/// The sampling rate for which the filters are.
pub(crate) const RATE: f32 = 48_000.0;
/// Seconds of a moment.
const MOMENT: f32 = 0.4;

/// A filter of second order: its coefficients over the input and over the output.
type Biquad = ([f64; 3], [f64; 2]);

const SHELF: Biquad =
    ([1.535_124_86, -2.691_696_19, 1.198_392_81], [-1.690_659_293, 0.732_480_774]);
const HIGH: Biquad = ([1.0, -2.0, 1.0], [-1.990_047_455, 0.990_072_25]);

/// Loudness of the loudest 0.4 seconds of both sides at 48 kHz, in LUFS; −120 for silence.
pub(crate) fn loudness(left: &[f32], right: &[f32]) -> f32 {
    let window = (MOMENT * RATE) as usize;
    let mut powers = vec![0.0f64; left.len().max(right.len()) + 1];
    for side in [left, right] {
        let mut states = [[0.0f64; 2]; 2];
        for (power, sample) in powers[1..].iter_mut().zip(side) {
            let mut x = f64::from(*sample);
            for ((b, a), s) in [SHELF, HIGH].into_iter().zip(&mut states) {
                let y = b[0] * x + s[0];
                *s = [b[1] * x - a[0] * y + s[1], b[2] * x - a[1] * y];
                x = y;
            }
            *power += x * x;
        }
    }
    let mut sum = 0.0;
    for power in &mut powers {
        sum += *power;
        *power = sum;
    }
    let moment = |end: usize| powers[end] - powers[end.saturating_sub(window)];
    let most = (0..powers.len()).map(moment).fold(0.0, f64::max);
    (-0.691 + 10.0 * (most / window as f64).max(1e-12).log10()) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sine_of_full_scale_in_one_ear_has_minus_3_lufs() {
        let sine = |k: usize| (std::f32::consts::TAU * 997.0 * k as f32 / RATE).sin();
        let tone: Vec<f32> = (0..30_000).map(sine).collect();
        let silence = vec![0.0; tone.len()];
        assert!((loudness(&tone, &silence) + 3.01).abs() < 0.05);
        let quiet: Vec<f32> = tone.iter().map(|s| 0.1 * s).collect();
        assert!((loudness(&quiet, &quiet) + 20.0).abs() < 0.05);
        assert!(loudness(&silence, &[]) <= -120.0);
    }
}
