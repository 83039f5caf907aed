//! Responses of second order: bells, shelves and cuts that keep their shape up to the top.
//!
//! Bells and cuts have the poles of their analogue models and zeros that make their power right
//! at nothing, at the middle and at half the sampling rate (Martin Vicanek, "Matched second
//! order digital filters", 2016): they are not cramped. Shelves come by the bilinear transform
//! (Robert Bristow-Johnson, "Cookbook formulae for audio equalizer biquad filter coefficients"),
//! which takes their flat ends where they belong.

use cultivar_patch::schema::BandShape;

use super::hertz;

/// Highest middle or corner, as a share of the sampling rate.
const HIGHEST: f64 = 0.46;

/// The transfer function of a section: (b0 + b1/z + b2/z²) / (1 + a1/z + a2/z²).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Response {
    pub(super) zeros: [f64; 3],
    pub(super) poles: [f64; 2],
}

impl Response {
    pub(super) const FLAT: Response = Response { zeros: [1.0, 0.0, 0.0], poles: [0.0; 2] };

    /// The flat response with the same poles.
    pub(super) fn flattened(&self) -> Self {
        let [a1, a2] = self.poles;
        Response { zeros: [1.0, a1, a2], ..*self }
    }

    pub(super) fn is_flat(&self) -> bool {
        self.zeros == [1.0, self.poles[0], self.poles[1]]
    }

    /// The response on the straight way to another one, which is stable where its ends are.
    #[inline(always)]
    pub(super) fn towards(&self, to: &Response, share: f64) -> Self {
        let between = |a: f64, b: f64| a + share * (b - a);
        Response {
            zeros: std::array::from_fn(|k| between(self.zeros[k], to.zeros[k])),
            poles: std::array::from_fn(|k| between(self.poles[k], to.poles[k])),
        }
    }

    /// The response that undoes this one.
    fn inverse(self) -> Self {
        let ([b0, b1, b2], [a1, a2]) = (self.zeros, self.poles);
        Response { zeros: [1.0 / b0, a1 / b0, a2 / b0], poles: [b1 / b0, b2 / b0] }
    }

    /// Times a shape: its poles from the damping of the model, half of one over Q, at an angle
    /// per sample; its zeros from the power of the model at nothing, at the middle and at half
    /// the sampling rate.
    fn matched(angle: f64, damping: f64, [low, middle, high]: [f64; 3]) -> Self {
        let [a1, a2] = poles(angle, damping);
        let high_share = (0.5 * angle).sin().powi(2);
        let low_share = 1.0 - high_share;
        let both = 4.0 * low_share * high_share;
        let [of_low, of_high, of_both] =
            [(1.0 + a1 + a2).powi(2), (1.0 - a1 + a2).powi(2), -4.0 * a2];
        let whole = of_low * low_share + of_high * high_share + of_both * both;
        let (b_low, b_high) = (of_low * low, of_high * high);
        let b_both = (whole * middle - b_low * low_share - b_high * high_share) / both;
        let (root_low, root_high) = (b_low.sqrt(), b_high.sqrt());
        let sum = 0.5 * (root_low + root_high);
        let b0 = 0.5 * (sum + (sum * sum + b_both).max(0.0).sqrt());
        let b1 = 0.5 * (root_low - root_high);
        Response { zeros: [b0, b1, -b_both / (4.0 * b0)], poles: [a1, a2] }
    }
}

/// The coefficients of two poles of an analogue model, at an angle per sample.
fn poles(angle: f64, damping: f64) -> [f64; 2] {
    let decay = (-damping * angle).exp();
    let sum = if damping <= 1.0 {
        2.0 * decay * ((1.0 - damping * damping).sqrt() * angle).cos()
    } else {
        let apart = (damping * damping - 1.0).sqrt();
        ((apart - damping) * angle).exp() + (-(apart + damping) * angle).exp()
    };
    [-sum, decay * decay]
}

/// One over Q of a bell so many octaves wide between the points of half its gain.
fn bell_damping(octaves: f64) -> f64 {
    2.0 * (0.5 * std::f64::consts::LN_2 * octaves).sinh()
}

/// One over Q of a shelf, for it to rise within so many octaves as steeply as its middle, as
/// far as it can without a bump.
fn shelf_damping(root: f64, decibels: f64, octaves: f64) -> f64 {
    let slope = 40.0 * std::f64::consts::LOG10_2 * octaves / decibels;
    let square = (slope * (root * root - 1.0) - (root - 1.0).powi(2)) / root;
    square.max(2.0).sqrt()
}

/// The response of a band: its shape, its frequency as MIDI note number, its gain in decibels
/// and its width in octaves.
pub(super) fn design([shape, note, gain, octaves]: [f32; 4], sample_rate: f32) -> Response {
    let turns = (f64::from(hertz(note)) / f64::from(sample_rate)).min(HIGHEST);
    let angle = std::f64::consts::TAU * turns;
    let (shape, octaves) = (BandShape::of(shape), f64::from(octaves));
    // What lowers undoes what raises by as much.
    let decibels = f64::from(gain.abs());
    let root = 10f64.powf(decibels / 40.0);
    let top = (std::f64::consts::PI / angle).powi(2);
    let raised = match shape {
        BandShape::HighCut => {
            return Response::matched(angle, BUTTERWORTH, [1.0, 0.5, 1.0 / (1.0 + top * top)]);
        }
        BandShape::LowCut => return low_cut(angle),
        _ if decibels == 0.0 => return Response::FLAT,
        BandShape::Bell => {
            let k = bell_damping(octaves);
            let power = |square: f64| {
                let rest = (1.0 - square).powi(2);
                (rest + (root * k).powi(2) * square) / (rest + (k / root).powi(2) * square)
            };
            Response::matched(angle, 0.5 * k / root, [1.0, power(1.0), power(top)])
        }
        BandShape::LowShelf => shelf(angle, root, shelf_damping(root, decibels, octaves), 1.0),
        BandShape::HighShelf => shelf(angle, root, shelf_damping(root, decibels, octaves), -1.0),
    };
    if gain < 0.0 { raised.inverse() } else { raised }
}

/// Half of one over Q of the flattest cut.
const BUTTERWORTH: f64 = std::f64::consts::FRAC_1_SQRT_2;

/// A high-pass with both zeros at nothing, right at its corner.
fn low_cut(angle: f64) -> Response {
    let [a1, a2] = poles(angle, BUTTERWORTH);
    let high = (0.5 * angle).sin().powi(2);
    let low = 1.0 - high;
    let power =
        (1.0 + a1 + a2).powi(2) * low + (1.0 - a1 + a2).powi(2) * high - 16.0 * a2 * low * high;
    let b0 = (0.5 * power).sqrt() / (4.0 * high);
    Response { zeros: [b0, -2.0 * b0, b0], poles: [a1, a2] }
}

/// A raising shelf: of the low end for a sign of 1, of the high end for −1.
fn shelf(angle: f64, root: f64, damping: f64, sign: f64) -> Response {
    let (sin, cos) = angle.sin_cos();
    let bend = sin * damping * root.sqrt();
    let (sum, difference, cos) = (root + 1.0, root - 1.0, sign * cos);
    let a0 = sum + difference * cos + bend;
    let zero = root / a0;
    Response {
        zeros: [
            zero * (sum - difference * cos + bend),
            2.0 * sign * zero * (difference - sum * cos),
            zero * (sum - difference * cos - bend),
        ],
        poles: [-2.0 * sign * (difference + sum * cos) / a0, (sum + difference * cos - bend) / a0],
    }
}

/// Seconds for what rings in a band to fall by 60 dB.
pub(super) fn decay([shape, note, gain, octaves]: [f32; 4]) -> f32 {
    let root = 10f64.powf(f64::from(gain.abs()) / 40.0);
    let octaves = f64::from(octaves);
    let damping = match BandShape::of(shape) {
        BandShape::LowCut | BandShape::HighCut => 2.0 * BUTTERWORTH,
        _ if gain == 0.0 => return 0.0,
        BandShape::Bell if gain > 0.0 => bell_damping(octaves) / root,
        BandShape::Bell => bell_damping(octaves) * root,
        _ => std::f64::consts::SQRT_2 / root.sqrt(),
    };
    // Real poles are the slower, the more they are damped.
    let slowest = if damping <= 2.0 { damping } else { damping - (damping * damping - 4.0).sqrt() };
    (1000f64.ln() / (std::f64::consts::PI * slowest)) as f32 / hertz(note)
}
