//! Three bands that add up to a flat response.
//!
//! Crossovers of fourth order (Linkwitz and Riley, 1976), each twice a second-order Butterworth
//! filter. The low band also takes the all-pass that the upper crossover makes of what passes
//! it, so that all bands are in phase and their sum is the sound through two all-passes.

use super::{TICK, flush};

/// How many bands.
pub(super) const BANDS: usize = 3;
/// Where the low band ends and the middle one begins, in hertz.
const LOW: f32 = 120.0;
/// Where the middle band ends and the high one begins, in hertz.
const HIGH: f32 = 2500.0;
/// One over Q of a Butterworth filter.
const DAMPING: f32 = std::f32::consts::SQRT_2;

/// Left and right of one sound, then left and right of another.
type Four = [f32; 4];

pub(super) struct Crossover {
    low: Split,
    high: Split,
    /// Filters in the order in which sound passes them.
    sections: [Section; 4],
}

/// A corner, prewarped.
#[derive(Clone, Copy)]
struct Split {
    g: f32,
    scale: f32,
}

/// A state-variable filter of four sounds (Simper 2013).
#[derive(Clone, Copy, Default)]
struct Section {
    band: Four,
    low: Four,
}

impl Split {
    fn new(corner: f32, sample_rate: f32) -> Self {
        let g = (std::f32::consts::PI * (corner / sample_rate).min(0.45)).tan();
        Split { g, scale: 1.0 / (1.0 + g * (g + DAMPING)) }
    }
}

impl Section {
    /// Low-pass, band-pass (before its damping) and high-pass.
    #[inline(always)]
    fn next(&mut self, split: Split, x: Four) -> [Four; 3] {
        let Split { g, scale } = split;
        let mut out = [[0.0; 4]; 3];
        for k in 0..4 {
            let band = scale * (self.band[k] + g * (x[k] - self.low[k]));
            let low = self.low[k] + g * band;
            self.band[k] = 2.0 * band - self.band[k];
            self.low[k] = 2.0 * low - self.low[k];
            out[0][k] = low;
            out[1][k] = band;
            out[2][k] = x[k] - DAMPING * band - low;
        }
        out
    }
}

impl Crossover {
    pub(super) fn new(sample_rate: f32) -> Self {
        Crossover {
            low: Split::new(LOW, sample_rate),
            high: Split::new(HIGH, sample_rate),
            sections: [Section::default(); 4],
        }
    }

    pub(super) fn clear(&mut self) {
        self.sections = [Section::default(); 4];
    }

    /// To be called once a tick.
    pub(super) fn settle(&mut self) {
        for Section { band, low } in &mut self.sections {
            band.iter_mut().chain(low).for_each(|state| *state = flush(*state));
        }
    }

    /// Splits both sides into low, middle and high.
    #[inline(always)]
    pub(super) fn split(
        &mut self,
        left: &[f32],
        right: &[f32],
        bands: &mut [[[f32; TICK]; 2]; BANDS],
    ) {
        let mut sections = self.sections;
        for (n, (&l, &r)) in left.iter().zip(right).enumerate().take(TICK) {
            // What both filters of a crossover hear are its low and high halves, side by side.
            let [low, _, high] = sections[0].next(self.low, [l, r, l, r]);
            let [lows, _, highs] = sections[1].next(self.low, [low[0], low[1], high[2], high[3]]);
            let x = [lows[0], lows[1], highs[2], highs[3]];
            let [low, band, high] = sections[2].next(self.high, x);
            let turned: Four = std::array::from_fn(|k| x[k] - 2.0 * DAMPING * band[k]);
            let [lows, _, highs] = sections[3].next(self.high, [low[2], low[3], high[2], high[3]]);
            for side in 0..2 {
                bands[0][side][n] = turned[side];
                bands[1][side][n] = lows[side];
                bands[2][side][n] = highs[2 + side];
            }
        }
        self.sections = sections;
    }
}
