//! Equaliser: three bands, each a bell, a shelf or a cut.

use cultivar_patch::Patch;
use cultivar_patch::schema::{BandShape, EqBand};

use super::insert::Effect;
use super::ramp::Ramp;
use super::response::{Response, decay, design};
use super::{TICK, within};

/// States below this are nothing: −160 dBFS.
const NOTHING: f64 = 1e-8;

pub(super) struct Eq {
    sample_rate: f32,
    bands: [Band; 3],
    mix: Ramp,
}

/// A section of second order in its transposed form, in double precision: in single precision
/// its lowest corners would be noisy.
#[derive(Clone, Copy)]
struct Band {
    /// The parameters that its response was made for.
    known: Option<[f32; 4]>,
    from: Response,
    to: Response,
    /// Two of each side.
    states: [[f64; 2]; 2],
}

/// Seconds for what rings in the bands to fall by 60 dB.
pub(super) fn tail(patch: &Patch<f32>) -> f32 {
    patch.eq_band.iter().map(|band| decay(knobs(band))).fold(0.0, f32::max)
}

/// The parameters of a band, within their ranges: shape, frequency, gain, width.
fn knobs(band: &EqBand<f32>) -> [f32; 4] {
    [
        BandShape::of(band.shape).value(),
        within(band.frequency, 8.0, 136.0),
        within(band.gain, -24.0, 24.0),
        within(band.width, 0.1, 4.0),
    ]
}

impl Band {
    const REST: Band =
        Band { known: None, from: Response::FLAT, to: Response::FLAT, states: [[0.0; 2]; 2] };

    fn aim(&mut self, values: &EqBand<f32>, sample_rate: f32) {
        let first = self.known.is_none();
        let resting = self.rests();
        self.from = self.to;
        let wanted = knobs(values);
        if self.known != Some(wanted) {
            self.known = Some(wanted);
            let response = design(wanted, sample_rate);
            // What is flat lets what is inside ring on.
            self.to = if response.is_flat() { self.to.flattened() } else { response };
        }
        if first {
            self.from = self.to;
        } else if resting {
            // From a flat response with the same poles, whose states are nothing.
            self.from = self.to.flattened();
        }
        let settled = self.states.as_flattened().iter().all(|state| state.abs() < NOTHING);
        if settled && self.from.is_flat() && self.to.is_flat() {
            self.states = [[0.0; 2]; 2];
        }
    }

    /// Whether it changes nothing.
    #[inline(always)]
    fn rests(&self) -> bool {
        self.states == [[0.0; 2]; 2] && self.from.is_flat() && self.to.is_flat()
    }

    #[inline(always)]
    fn process(&mut self, at: usize, sides: &mut [[f64; 2]]) {
        let still = self.from == self.to;
        let mut response = self.to;
        for (n, sides) in sides.iter_mut().enumerate() {
            if !still {
                response = self.from.towards(&self.to, (at + n + 1) as f64 * (1.0 / TICK as f64));
            }
            let Response { zeros: [b0, b1, b2], poles: [a1, a2] } = response;
            for (x, state) in sides.iter_mut().zip(&mut self.states) {
                let y = b0 * *x + state[0];
                *state = [b1 * *x - a1 * y + state[1], b2 * *x - a2 * y];
                *x = y;
            }
        }
    }
}

impl Eq {
    pub(super) fn new(sample_rate: f32) -> Self {
        Eq { sample_rate, bands: [Band::REST; 3], mix: Ramp::default() }
    }
}

impl Effect for Eq {
    type Values = Patch<f32>;

    fn aim(&mut self, values: &Self::Values, _tempo: f32) {
        for (band, values) in self.bands.iter_mut().zip(&values.eq_band) {
            band.aim(values, self.sample_rate);
        }
        self.mix.aim(within(values.eq.mix, 0.0, 1.0));
    }

    #[inline(always)]
    fn process(&mut self, at: usize, left: &mut [f32], right: &mut [f32]) {
        if self.bands.iter().all(Band::rests) {
            return;
        }
        let mut sides = [[0.0; 2]; TICK];
        let sides = &mut sides[..left.len()];
        for (both, (l, r)) in sides.iter_mut().zip(left.iter().zip(right.iter())) {
            *both = [f64::from(*l), f64::from(*r)];
        }
        for band in self.bands.iter_mut().filter(|band| !band.rests()) {
            band.process(at, sides);
        }
        for (n, (l, r)) in left.iter_mut().zip(right.iter_mut()).enumerate() {
            let mix = self.mix.at(at + n);
            *l += mix * (sides[n][0] as f32 - *l);
            *r += mix * (sides[n][1] as f32 - *r);
        }
    }

    fn clear(&mut self) {
        self.bands = [Band::REST; 3];
        self.mix.clear();
    }

    fn memory(&self) -> usize {
        TICK
    }
}
