//! Curves of the distortion, averaged between neighbouring samples.
//!
//! Instead of the curve's value at each sample, its mean over the straight line from the sample
//! before is taken, by the difference of the antiderivative at both ends (Parker, Zavalishin and
//! Le Bivic, DAFx 2016): harmonics that would fold back are weakened by a further sinc.

use cultivar_patch::schema::Curve;

use super::oversample::FAST;

/// Between ends closer than this, in relation to their size, the curve is taken as straight: the
/// difference of the antiderivative would drown in rounding.
const CLOSE: f32 = 2e-3;

/// Applies `curve` to the samples of `x` from the second on; the first is the last one of the
/// block before.
#[inline(always)]
pub(super) fn bend(curve: Curve, x: &[f32], out: &mut [f32]) {
    match curve {
        Curve::Soft => average::<Soft>(x, out),
        Curve::Hard => average::<Hard>(x, out),
        Curve::Fold => average::<Fold>(x, out),
        Curve::Tube => average::<Tube>(x, out),
    }
}

/// The curve at one point.
pub(super) fn value(curve: Curve, x: f32) -> f32 {
    match curve {
        Curve::Soft => Soft::at(x).0,
        Curve::Hard => Hard::at(x).0,
        Curve::Fold => Fold::at(x).0,
        Curve::Tube => Tube::at(x).0,
    }
}

/// A curve and its antiderivative at one point. A trait, so that it is inlined into the loops
/// and they are vectorised.
trait Shape {
    fn at(x: f32) -> (f32, f32);
}

#[inline(always)]
fn average<S: Shape>(x: &[f32], out: &mut [f32]) {
    let mut values = [0.0; FAST + 1];
    let mut areas = [0.0; FAST + 1];
    for ((value, area), x) in values.iter_mut().zip(&mut areas).zip(x) {
        (*value, *area) = S::at(*x);
    }
    let x = &x[..=out.len()];
    for (n, y) in out.iter_mut().enumerate().take(FAST) {
        let width = x[n + 1] - x[n];
        let close = width.abs() < CLOSE * (1.0 + x[n].abs());
        let mean = (areas[n + 1] - areas[n]) / if close { 1.0 } else { width };
        let middle = 0.5 * (values[n] + values[n + 1]);
        *y = if close { middle } else { mean };
    }
}

/// Hyperbolic tangent.
struct Soft;

impl Shape for Soft {
    #[inline(always)]
    fn at(x: f32) -> (f32, f32) {
        tanh(x)
    }
}

/// Straight to ±1, then flat.
struct Hard;

impl Shape for Hard {
    #[inline(always)]
    fn at(x: f32) -> (f32, f32) {
        let y = x.clamp(-1.0, 1.0);
        (y, 0.5 * y * y + x.abs() - y.abs())
    }
}

/// A triangle wave, with slope 1 at 0 and period 4.
struct Fold;

impl Shape for Fold {
    #[inline(always)]
    fn at(x: f32) -> (f32, f32) {
        let turns = 0.25 * x;
        let p = turns - round(turns);
        let (far, near) = (0.5 - p.abs(), p.abs());
        let y = 4.0 * near.min(far).copysign(p);
        (y, if near < 0.25 { 8.0 * p * p } else { 1.0 - 8.0 * far * far })
    }
}

/// Exponential towards +1, hyperbolic tangent towards −0.6.
struct Tube;

impl Shape for Tube {
    #[inline(always)]
    fn at(x: f32) -> (f32, f32) {
        const RAIL: f32 = 0.6;
        let e = exp(if x > 0.0 { -x } else { (2.0 / RAIL) * x });
        let (low, low_area) = tanh_of(e, x.abs() * (1.0 / RAIL));
        if x > 0.0 { (1.0 - e, x + e - 1.0) } else { (-RAIL * low, RAIL * RAIL * low_area) }
    }
}

/// Hyperbolic tangent and logarithm of the hyperbolic cosine, to 1e-6.
#[inline(always)]
fn tanh(x: f32) -> (f32, f32) {
    let (value, area) = tanh_of(exp(-2.0 * x.abs()), x.abs());
    (value.copysign(x), area)
}

/// The same of `size`, 0 or more, when e^(−2·size) is known.
#[inline(always)]
fn tanh_of(e: f32, size: f32) -> (f32, f32) {
    // ln(1 + e) = 2 artanh(e / (2 + e)), whose argument is at most a third.
    let z = e / (2.0 + e);
    let q = z * z;
    let series = 1.0 + q * (1.0 / 3.0 + q * (0.2 + q * (1.0 / 7.0 + q * (1.0 / 9.0 + q / 11.0))));
    ((1.0 - e) / (1.0 + e), size + 2.0 * z * series - std::f32::consts::LN_2)
}

/// The exponential of a number of 0 or less, to 3e-7; below −80 as at −80.
#[inline(always)]
fn exp(x: f32) -> f32 {
    const MAGIC: f32 = 12_582_912.0;
    let octaves = x.max(-80.0) * std::f32::consts::LOG2_E;
    let whole = octaves + MAGIC;
    let t = (octaves - (whole - MAGIC)) * std::f32::consts::LN_2;
    let series = 1.0 / 24.0 + t * (1.0 / 120.0 + t * (1.0 / 720.0));
    let part = 1.0 + t * (1.0 + t * (0.5 + t * (1.0 / 6.0 + t * series)));
    let power = whole.to_bits().wrapping_sub(MAGIC.to_bits()).wrapping_add(127) << 23;
    part * f32::from_bits(power)
}

/// The nearest whole number, for numbers up to 2^21.
#[inline(always)]
fn round(x: f32) -> f32 {
    const MAGIC: f32 = 12_582_912.0;
    (x + MAGIC) - MAGIC
}

#[cfg(test)]
mod tests {
    use cultivar_patch::schema::Curve;

    use super::{bend, exp, tanh, value};

    const ALL: [Curve; 4] = [Curve::Soft, Curve::Hard, Curve::Fold, Curve::Tube];

    #[test]
    fn functions_agree_with_the_library() {
        for k in -4000..4000 {
            let x = k as f32 * 0.01;
            let (t, area) = tanh(x);
            assert!((t - x.tanh()).abs() < 1e-6, "tanh {x}");
            let cosh = f64::from(x).cosh().ln() as f32;
            assert!((area - cosh).abs() < 1e-6 * (1.0 + cosh), "ln cosh {x}: {area} {cosh}");
            let e = -x.abs();
            assert!((exp(e) - e.exp()).abs() < 3e-7, "exp {e}");
        }
    }

    #[test]
    fn the_mean_over_a_step_is_the_integral_of_the_curve() {
        for curve in ALL {
            for (a, b) in [(0.0, 0.5), (-2.3, 1.9), (0.2, 7.0), (-11.0, -3.0), (0.99, 1.01)] {
                let mut out = [0.0];
                bend(curve, &[a, b], &mut out);
                let step = |k: i32| a + (b - a) * (k as f32 + 0.5) / 4096.0;
                let mean = (0..4096).map(|k| value(curve, step(k))).sum::<f32>() / 4096.0;
                assert!((out[0] - mean).abs() < 1e-3, "{curve:?} {a} {b}: {} {mean}", out[0]);
            }
        }
    }

    #[test]
    fn curves_are_bounded_and_start_with_slope_one() {
        for curve in ALL {
            for k in -1000..1000 {
                let x = (k as f32 * 0.04).powi(3);
                assert!(value(curve, x).abs() <= 1.000_001, "{curve:?} {x}");
            }
            let slope = (value(curve, 1e-3) - value(curve, -1e-3)) / 2e-3;
            assert!((slope - 1.0).abs() < 2e-3, "{curve:?} {slope}");
        }
    }
}
