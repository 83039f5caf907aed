//! Compressor: presses down what is loud and lifts what is quiet, in one band or three.
//!
//! Feed-forward, with the smoothing after the law, in decibels (Giannoulis, Massberg and Reiss,
//! "Digital dynamic range compressor design", 2012): a peak of either side is held and falls
//! slowly, the law makes a gain of it, and the gain follows in the time of the attack where it
//! falls and in that of the release where it rises.

use cultivar_patch::schema::{self, Bands};

use super::crossover::{BANDS, Crossover};
use super::dip::Dip;
use super::insert::Effect;
use super::ramp::Ramp;
use super::{TICK, flush, within};
use crate::math::exp2;

/// What rings on in the crossovers, in seconds.
const RING: f32 = 0.05;
/// Seconds in which a held peak falls by a factor of e.
const HOLD: f32 = 0.01;
/// Decibels over which the law bends at the threshold.
const KNEE: f32 = 6.0;
/// Most decibels of lift.
const MOST: f32 = 36.0;
/// Level in decibels below which nothing is lifted further.
const FLOOR: f32 = -60.0;
/// Decibels below the floor at which nothing is lifted at all: what is there is noise.
const DEPTH: f32 = 24.0;
/// Decibels of a factor of two.
const OCTAVE: f32 = 20.0 * std::f32::consts::LOG10_2;

pub(super) struct Compressor {
    sample_rate: f32,
    bands: Option<Bands>,
    dip: Dip,
    crossover: Crossover,
    hands: [Hand; BANDS],
    law: Law,
    mix: Ramp,
}

/// How level becomes gain.
#[derive(Default)]
struct Law {
    threshold: Ramp,
    press: Ramp,
    lift: Ramp,
    /// Shares of the way that a gain goes per sample, falling and rising.
    attack: f32,
    release: f32,
    /// What is left of a held peak a sample later.
    hold: f32,
}

/// The hand on one fader.
#[derive(Default)]
struct Hand {
    peak: f32,
    /// Gain in decibels.
    gain: f32,
    /// Gain beside the law, in decibels.
    makeup: Ramp,
}

/// Seconds for what rings in it to fall by 60 dB.
pub(super) fn tail(values: &schema::Compressor<f32>) -> f32 {
    if Bands::of(values.bands) == Bands::Three { RING } else { 0.0 }
}

/// How far a level lies above nothing, with a bend around it.
#[inline(always)]
fn above(decibels: f32) -> f32 {
    let bent = decibels.clamp(-0.5 * KNEE, 0.5 * KNEE) + 0.5 * KNEE;
    bent * bent * (0.5 / KNEE) + (decibels - 0.5 * KNEE).max(0.0)
}

/// The binary logarithm of a positive number, to 1e-6.
#[inline(always)]
fn log2(x: f32) -> f32 {
    let bits = x.to_bits();
    let whole = (bits >> 23) as i32 - 127;
    let part = f32::from_bits((bits & 0x7f_ffff) | 0x3f80_0000);
    let z = (part - std::f32::consts::SQRT_2) / (part + std::f32::consts::SQRT_2);
    let q = z * z;
    let series = 1.0 + q * (1.0 / 3.0 + q * (0.2 + q * (1.0 / 7.0)));
    whole as f32 + 0.5 + 2.0 * std::f32::consts::LOG2_E * z * series
}

impl Law {
    fn aim(&mut self, values: &schema::Compressor<f32>, sample_rate: f32) {
        self.threshold.aim(within(values.threshold, -60.0, 0.0));
        self.press.aim(within(values.ratio, 0.0, 1.0));
        self.lift.aim(within(values.lift, 0.0, 1.0));
        let pace = |log: f32| 1.0 - (-1.0 / (log.exp2() * sample_rate)).exp();
        self.attack = pace(within(values.attack, -12.0, -2.0));
        self.release = pace(within(values.release, -8.0, 1.0));
        self.hold = (-1.0 / (HOLD * sample_rate)).exp();
    }

    /// The gain of a level at sample `n` of the tick, both in decibels.
    #[inline(always)]
    fn gain(&self, level: f32, n: usize) -> f32 {
        let threshold = self.threshold.at(n);
        let lifted = (self.lift.at(n) * above(threshold - level.max(FLOOR))).min(MOST);
        let share = ((level - (FLOOR - DEPTH)) * (1.0 / DEPTH)).clamp(0.0, 1.0);
        lifted * share - self.press.at(n) * above(level - threshold)
    }

    fn clear(&mut self) {
        for ramp in [&mut self.threshold, &mut self.press, &mut self.lift] {
            ramp.clear();
        }
    }
}

impl Hand {
    /// Moves the fader over what `sides` hold from sample `at` of the tick on.
    #[inline(always)]
    fn ride(&mut self, law: &Law, mix: &Ramp, at: usize, sides: [&mut [f32]; 2]) {
        let [left, right] = sides;
        let length = left.len();
        let mut gains = [0.0; TICK];
        for ((gain, l), r) in gains.iter_mut().zip(left.iter()).zip(right.iter()) {
            *gain = l.abs().max(r.abs());
        }
        let mut peak = self.peak;
        for gain in &mut gains[..length] {
            peak = gain.max(peak * law.hold);
            *gain = peak;
        }
        self.peak = peak;
        for (n, gain) in gains.iter_mut().enumerate() {
            *gain = law.gain(OCTAVE * log2(gain.max(1e-9)), at + n);
        }
        let mut held = self.gain;
        for gain in &mut gains[..length] {
            let pace = if *gain < held { law.attack } else { law.release };
            held += pace * (*gain - held);
            *gain = held;
        }
        self.gain = held;
        for (n, gain) in gains.iter_mut().enumerate() {
            let now = at + n;
            let whole = exp2((*gain + self.makeup.at(now)) * (1.0 / OCTAVE));
            *gain = 1.0 + mix.at(now) * (whole - 1.0);
        }
        for side in [left, right] {
            side.iter_mut().zip(&gains).for_each(|(x, gain)| *x *= gain);
        }
    }

    fn clear(&mut self) {
        *self = Hand::default();
    }
}

impl Compressor {
    pub(super) fn new(sample_rate: f32) -> Self {
        Compressor {
            sample_rate,
            bands: None,
            dip: Dip::new(sample_rate),
            crossover: Crossover::new(sample_rate),
            hands: Default::default(),
            law: Law::default(),
            mix: Ramp::default(),
        }
    }

    fn forget(&mut self) {
        self.crossover.clear();
        self.hands.iter_mut().for_each(Hand::clear);
    }
}

impl Effect for Compressor {
    type Values = schema::Compressor<f32>;

    fn aim(&mut self, values: &Self::Values, _tempo: f32) {
        let wanted = Bands::of(values.bands);
        if self.bands != Some(wanted) && (self.bands.is_none() || self.dip.is_shut()) {
            self.bands = Some(wanted);
            self.forget();
        }
        self.dip.aim(self.bands != Some(wanted));
        self.law.aim(values, self.sample_rate);
        let gain = |of: f32| within(of, -24.0, 24.0);
        let own = match self.bands {
            Some(Bands::Three) => [values.low, values.mid, values.high].map(gain),
            _ => [0.0; BANDS],
        };
        for (hand, own) in self.hands.iter_mut().zip(own) {
            hand.makeup.aim(own + gain(values.gain));
            (hand.peak, hand.gain) = (flush(hand.peak), flush(hand.gain));
        }
        self.crossover.settle();
        self.mix.aim(within(values.mix, 0.0, 1.0));
    }

    #[inline(always)]
    fn process(&mut self, at: usize, left: &mut [f32], right: &mut [f32]) {
        let Compressor { crossover, hands, law, mix, .. } = self;
        if self.bands == Some(Bands::Three) {
            let mut bands = [[[0.0; TICK]; 2]; BANDS];
            crossover.split(left, right, &mut bands);
            left.fill(0.0);
            right.fill(0.0);
            let length = left.len();
            for (hand, [l, r]) in hands.iter_mut().zip(&mut bands) {
                let (l, r) = (&mut l[..length], &mut r[..length]);
                hand.ride(law, mix, at, [&mut *l, &mut *r]);
                left.iter_mut().zip(l).for_each(|(sum, x)| *sum += *x);
                right.iter_mut().zip(r).for_each(|(sum, x)| *sum += *x);
            }
        } else {
            hands[0].ride(law, mix, at, [&mut *left, &mut *right]);
        }
        if !self.dip.is_open() {
            self.dip.take(at, [left, right]);
        }
    }

    fn clear(&mut self) {
        self.bands = None;
        self.dip.clear();
        self.forget();
        self.law.clear();
        self.mix.clear();
    }

    fn memory(&self) -> usize {
        (RING * self.sample_rate) as usize
    }
}
