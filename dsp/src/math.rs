//! Units and numbers of the signal path: decibels, semitones, time, control ramps.

use cultivar_patch::schema::{NO_TIME, SILENCE_DB};

/// Samples between two decisions: everything slower than audio is decided on this grid of the
/// engine's own sample count and runs in straight lines between.
pub const CONTROL: usize = 32;

/// One grid interval of samples.
pub(crate) type Block = [f32; CONTROL];

/// 0, 1, 2, …: the sample numbers of a grid interval.
pub(crate) const COUNT: Block = {
    let mut count = [0.0; CONTROL];
    let mut n = 0;
    while n < CONTROL {
        count[n] = n as f32;
        n += 1;
    }
    count
};

/// 2 to the power of `x`, within 2e-7 of the value for |x| ≤ 126, which it is clamped to.
#[inline(always)]
pub(crate) fn exp2(x: f32) -> f32 {
    let x = x.clamp(-126.0, 126.0);
    let whole = (x + 12_582_912.0) - 12_582_912.0;
    let t = x - whole;
    let p = 1.000_000_0
        + t * (std::f32::consts::LN_2
            + t * (0.240_226_5
                + t * (0.055_504_1 + t * (0.009_618_13 + t * (0.001_333_56 + t * 0.000_154_0)))));
    p * f32::from_bits((((whole as i32) + 127) << 23) as u32)
}

/// Amplitude of a level in decibels; the least level of the schema is silence.
#[inline(always)]
pub(crate) fn amplitude(decibels: f32) -> f32 {
    if decibels <= SILENCE_DB { 0.0 } else { gain(decibels) }
}

/// Amplitude of a gain in decibels.
#[inline(always)]
pub(crate) fn gain(decibels: f32) -> f32 {
    exp2(decibels * (std::f32::consts::LOG2_10 / 20.0))
}

/// Frequency in hertz of a pitch in MIDI note numbers.
#[inline(always)]
pub(crate) fn hertz(note: f32) -> f32 {
    440.0 * exp2((note - 69.0) * (1.0 / 12.0))
}

/// Seconds of a time whose plain value is its binary logarithm; the least is none.
#[inline(always)]
pub(crate) fn seconds(log: f32) -> f32 {
    if log <= NO_TIME { 0.0 } else { exp2(log) }
}

/// Amplitudes left and right of a place between −1 and 1: equal power, 1 in the middle.
#[inline(always)]
pub(crate) fn pan(place: f32) -> (f32, f32) {
    if place == 0.0 {
        return (1.0, 1.0);
    }
    let angle = (place.clamp(-1.0, 1.0) + 1.0) * std::f32::consts::FRAC_PI_4;
    let (sin, cos) = angle.sin_cos();
    (cos * std::f32::consts::SQRT_2, sin * std::f32::consts::SQRT_2)
}

/// The part of a grid interval that lines are drawn over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    /// Samples that the lines drawn last have run.
    pub(crate) elapsed: usize,
    /// Whether they have reached their ends.
    pub(crate) over: bool,
    /// Samples that the next ones are to run.
    pub(crate) left: usize,
}

impl Span {
    /// A whole interval after a whole interval.
    pub(crate) const WHOLE: Span = Span { elapsed: CONTROL, over: true, left: CONTROL };
}

/// A straight line over what is left of a grid interval.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ramp {
    /// Value at the sample where the line was drawn.
    pub(crate) start: f32,
    /// Change per sample.
    pub(crate) step: f32,
    /// Value at the end of the interval.
    pub(crate) end: f32,
}

impl Ramp {
    /// A line that stays where it is.
    pub(crate) fn still(value: f32) -> Self {
        Ramp { start: value, step: 0.0, end: value }
    }

    /// Draws the line anew, from where it is to `end`.
    #[inline(always)]
    pub(crate) fn aim(&mut self, span: &Span, end: f32) {
        self.start =
            if span.over { self.end } else { self.start + self.step * span.elapsed as f32 };
        self.step = (end - self.start) / span.left as f32;
        self.end = end;
    }

    /// The value `count` samples after the line was drawn.
    #[inline(always)]
    pub(crate) fn at(&self, count: f32) -> f32 {
        self.start + self.step * count
    }

    /// The line from `count` samples later on.
    #[inline(always)]
    pub(crate) fn later(&self, count: f32) -> Self {
        Ramp { start: self.at(count), ..*self }
    }

    /// Whether the line is at nothing from end to end.
    #[inline(always)]
    pub(crate) fn is_silent(&self) -> bool {
        self.start == 0.0 && self.end == 0.0
    }

    /// Whether the line stays where it is.
    #[inline(always)]
    pub(crate) fn is_still(&self) -> bool {
        self.step == 0.0
    }
}

/// Whether both sides are the same, sample by sample: what is worked out for one serves both.
#[inline(always)]
pub(crate) fn alike(left: &[f32], right: &[f32]) -> bool {
    let sides = left.iter().zip(right);
    sides.fold(0, |apart, (l, r)| apart | (l.to_bits() ^ r.to_bits())) == 0
}

/// Greatest amplitude, worked out in lanes.
#[inline(always)]
pub(crate) fn peak(side: &[f32]) -> f32 {
    let (groups, rest) = side.as_chunks::<16>();
    let greater = |a: f32, b: f32| if b.abs() > a { b.abs() } else { a };
    let mut most = [0.0; 16];
    for group in groups {
        most.iter_mut().zip(group).for_each(|(most, x)| *most = greater(*most, *x));
    }
    // By halves: no lane waits for all before it.
    for half in [8, 4, 2, 1] {
        for k in 0..half {
            most[k] = greater(most[k], most[k + half]);
        }
    }
    rest.iter().fold(most[0], |a, b| greater(a, *b))
}

/// A well-mixed hash of 32 bits (Chris Wellons' `lowbias32` construction).
#[inline(always)]
pub(crate) fn hash(mut x: u32) -> u32 {
    x = (x ^ (x >> 16)).wrapping_mul(0x7feb_352d);
    x = (x ^ (x >> 15)).wrapping_mul(0x846c_a68b);
    x ^ (x >> 16)
}

/// A number between −1 and 1 made of a hash.
#[inline(always)]
pub(crate) fn bipolar(hash: u32) -> f32 {
    hash as i32 as f32 * (1.0 / 2_147_483_648.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_two_are_right() {
        for k in -2000..2000 {
            let x = k as f32 * 0.0173;
            let error = f64::from(exp2(x)) / 2f64.powf(f64::from(x)) - 1.0;
            assert!(error.abs() < 3e-7, "2^{x}: {error}");
        }
    }

    #[test]
    fn the_middle_is_unity_and_power_is_equal() {
        for k in -10..=10 {
            let (l, r) = pan(k as f32 / 10.0);
            assert!((l * l + r * r - 2.0).abs() < 1e-5);
        }
        assert!((pan(0.0).0 - 1.0).abs() < 1e-6);
    }

    #[test]
    fn levels_follow_decibels() {
        assert_eq!(amplitude(SILENCE_DB), 0.0);
        assert!((amplitude(-6.0) - 0.501_187).abs() < 1e-5);
        assert!((hertz(69.0) - 440.0).abs() < 1e-4);
        assert_eq!(seconds(NO_TIME), 0.0);
    }
}
