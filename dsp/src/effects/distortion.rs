//! Distortion at four times the sampling rate.

use std::sync::LazyLock;

use cultivar_patch::schema::{self, Curve};

use super::insert::Effect;
use super::oversample::{FAST, LATENCY, Oversampler};
use super::ramp::{Block, Ramp, Tone};
use super::{TICK, curves, within};

/// What rings on in its filters, in seconds.
pub(super) const TAIL: f32 = 0.01;

/// Most drive in decibels.
const DRIVE: usize = 48;
/// Amplitude of the sine that leaves as loud as it came, whatever the drive: −12 dBFS RMS.
const REFERENCE: f32 = 0.355;

/// Level that undoes what a curve adds, by curve and decibels of drive.
type Trims = [[f32; DRIVE + 1]; 4];

/// Worked out once, by whoever makes the first chain.
static TRIMS: LazyLock<Trims> = LazyLock::new(|| {
    [Curve::Soft, Curve::Hard, Curve::Fold, Curve::Tube]
        .map(|curve| std::array::from_fn(|decibels| trim(curve, decibels as f32)))
});

pub(super) struct Distortion {
    sample_rate: f32,
    trims: &'static Trims,
    sides: [Side; 2],
    curve: Option<Curve>,
    next_curve: Option<Curve>,
    drive: Ramp,
    trim: Ramp,
    mix: Ramp,
}

struct Side {
    oversampler: Oversampler,
    /// The driven samples of a tick at the fast rate, after the last one of the tick before.
    driven: [f32; FAST + 1],
    dry: [f32; LATENCY + TICK],
    tones: [Tone; 2],
    block: Block,
}

impl Distortion {
    pub(super) fn new(sample_rate: f32) -> Self {
        let side = || Side {
            oversampler: Oversampler::new(),
            driven: [0.0; FAST + 1],
            dry: [0.0; LATENCY + TICK],
            tones: Default::default(),
            block: Block::new(8.0, sample_rate),
        };
        Distortion {
            sample_rate,
            trims: &TRIMS,
            sides: [side(), side()],
            curve: None,
            next_curve: None,
            drive: Ramp::default(),
            trim: Ramp::default(),
            mix: Ramp::default(),
        }
    }
}

/// The level that brings a driven sine of the reference's amplitude back to its loudness.
fn trim(curve: Curve, decibels: f32) -> f32 {
    const STEPS: usize = 256;
    let drive = 10f32.powf(decibels / 20.0);
    let wave: [f32; STEPS] = std::array::from_fn(|n| {
        let turn = std::f32::consts::TAU * (n as f32 + 0.5) / STEPS as f32;
        curves::value(curve, drive * REFERENCE * turn.sin())
    });
    let mean = wave.iter().sum::<f32>() / STEPS as f32;
    let power = wave.iter().map(|y| (y - mean) * (y - mean)).sum::<f32>() / STEPS as f32;
    REFERENCE * std::f32::consts::FRAC_1_SQRT_2 / power.sqrt().max(0.05)
}

impl Effect for Distortion {
    type Values = schema::Distortion<f32>;

    fn aim(&mut self, values: &Self::Values, _tempo: f32) {
        let curve = Curve::of(values.curve);
        self.curve = self.next_curve.or(Some(curve));
        self.next_curve = Some(curve);
        let decibels = within(values.drive, 0.0, DRIVE as f32);
        let trims = &self.trims[curve as usize];
        let below = (decibels as usize).min(DRIVE - 1);
        let part = decibels - below as f32;
        self.drive.aim(10f32.powf(decibels / 20.0));
        self.trim.aim(trims[below] + part * (trims[below + 1] - trims[below]));
        self.mix.aim(within(values.mix, 0.0, 1.0));
        for side in &mut self.sides {
            side.block.flush();
            side.tones.iter_mut().for_each(|tone| tone.aim(values.tone, self.sample_rate));
        }
    }

    #[inline(always)]
    fn process(&mut self, at: usize, left: &mut [f32], right: &mut [f32]) {
        let (Some(curve), Some(next)) = (self.curve, self.next_curve) else {
            return;
        };
        for (side, x) in self.sides.iter_mut().zip([left, right]) {
            let n = x.len();
            let fast = 4 * n;
            let mut bent = [0.0; FAST];
            side.oversampler.up(x, &mut bent[..fast]);
            let first = 4 * at;
            for (k, (y, x)) in side.driven[1..].iter_mut().zip(&bent[..fast]).enumerate() {
                *y = x * self.drive.along(((first + k) as i32 + 1) as f32 * (1.0 / FAST as f32));
            }
            curves::bend(curve, &side.driven[..=fast], &mut bent[..fast]);
            if next != curve {
                let mut other = [0.0; FAST];
                curves::bend(next, &side.driven[..=fast], &mut other[..fast]);
                for (k, (y, x)) in bent[..fast].iter_mut().zip(&other).enumerate() {
                    *y += (x - *y) * (((first + k) as i32 + 1) as f32 / FAST as f32);
                }
            }
            side.driven[0] = side.driven[fast];
            let mut wet = [0.0; TICK];
            side.oversampler.down(&bent[..fast], &mut wet[..n]);
            side.dry[LATENCY..][..n].copy_from_slice(x);
            for (k, y) in x.iter_mut().enumerate() {
                let now = at + k;
                let blocked = side.block.next(wet[k] * self.trim.at(now));
                let toned = side.tones.iter_mut().fold(blocked, |x, tone| tone.next(now, x));
                let dry = side.dry[k];
                *y = dry + self.mix.at(now) * (toned - dry);
            }
            side.dry.copy_within(n..n + LATENCY, 0);
        }
    }

    fn clear(&mut self) {
        for side in &mut self.sides {
            side.oversampler.clear();
            side.driven.fill(0.0);
            side.dry.fill(0.0);
            side.tones.iter_mut().for_each(Tone::clear);
            side.block.clear();
        }
        self.curve = None;
        self.next_curve = None;
        for ramp in [&mut self.drive, &mut self.trim, &mut self.mix] {
            ramp.clear();
        }
    }

    fn memory(&self) -> usize {
        2 * LATENCY
    }
}
