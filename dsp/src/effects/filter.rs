//! The voice's filter, for all voices together.
//!
//! A filter that sounds by itself would go on for ever after the last note: a while after the
//! last sound has come in it fades, as a note does that is over.

use cultivar_patch::schema::{self, Model};

use super::dip::Dip;
use super::insert::Effect;
use super::ramp::Ramp;
use super::{TICK, hertz, within};
use crate::filter::{Filter as Response, damping};
use crate::math::Span;
use crate::oscillator::kernel::Plain;

/// Seconds without input before it fades.
const PATIENCE: f32 = 2.0;
/// Seconds in which it fades.
const FADE: f32 = 2.0;
/// Seconds in which it comes back.
const RETURN: f32 = 0.01;
/// Seconds in which what it gave is forgotten.
const BETWEEN: f32 = 0.05;
/// Sound below this is none (−100 dBFS).
const NONE: f32 = 1e-5;
/// A whole tick after a whole tick.
const WHOLE: Span = Span { elapsed: TICK, over: true, left: TICK };

pub(super) struct Filter {
    sample_rate: f32,
    response: Response,
    model: Option<f32>,
    dip: Dip,
    /// Loudest input of the tick.
    heard: f32,
    /// Loudest output lately, before its share is taken.
    given: f32,
    /// Seconds in which it sounded without input.
    waited: f32,
    /// Share of what comes out without input.
    share: Ramp,
}

/// Seconds for what rings in it to fall by 60 dB.
pub(super) fn tail(values: &schema::FxFilter<f32>) -> f32 {
    let resonance = within(values.resonance, 0.0, 1.0);
    let corner = hertz(within(values.cutoff, 8.0, 136.0));
    let ring = 2.0 * 1000f32.ln() / (std::f32::consts::TAU * corner * damping(resonance).min(1.0));
    let longest = PATIENCE + FADE;
    match Model::of(values.model) {
        Model::Ladder | Model::Diode | Model::Dirty | Model::CombPlus | Model::CombMinus
            if resonance > 0.5 =>
        {
            longest
        }
        // A comb remembers a whole period for each bit of what another filter does.
        Model::CombPlus | Model::CombMinus => (10.0 * ring).min(longest),
        _ => (2.0 * ring).min(longest),
    }
}

impl Filter {
    pub(super) fn new(sample_rate: f32) -> Self {
        Filter {
            sample_rate,
            response: Response::new(),
            model: None,
            dip: Dip::new(sample_rate),
            heard: 0.0,
            given: 0.0,
            waited: 0.0,
            share: Ramp::default(),
        }
    }

    /// Whether it sounds as loud as it wishes.
    fn is_awake(&self) -> bool {
        self.share.along(0.0) >= 1.0 && self.share.aimed() >= 1.0
    }
}

impl Effect for Filter {
    type Values = schema::FxFilter<f32>;

    fn aim(&mut self, values: &Self::Values, _tempo: f32) {
        let tick = TICK as f32 / self.sample_rate;
        // Once it fades only sound brings it back: what rings on below all hearing would not end.
        let alone = self.given >= NONE || self.waited > PATIENCE;
        self.waited = if self.heard < NONE && alone { self.waited + tick } else { 0.0 };
        self.heard = 0.0;
        // Between its echoes a comb is silent.
        self.given *= 1.0 - tick / BETWEEN;
        let change = if self.waited > PATIENCE { -tick / FADE } else { tick / RETURN };
        let share = if self.model.is_some() { self.share.aimed() + change } else { 1.0 };
        self.share.aim(share.clamp(0.0, 1.0));

        if self.model != Some(values.model) && (self.model.is_none() || self.dip.is_shut()) {
            self.model = Some(values.model);
        }
        let model = self.model.unwrap_or(values.model);
        self.dip.aim(model != values.model);
        let knobs = schema::Filter {
            on: 1.0,
            model,
            cutoff: within(values.cutoff, 8.0, 136.0),
            resonance: within(values.resonance, 0.0, 1.0),
            drive: within(values.drive, 0.0, 36.0),
            morph: within(values.morph, 0.0, 1.0),
            key: 0.0,
            mix: within(values.mix, 0.0, 1.0) * self.dip.aimed(),
        };
        self.response.aim(&WHOLE, &knobs, 0.0, self.sample_rate);
    }

    #[inline(always)]
    fn process(&mut self, at: usize, left: &mut [f32], right: &mut [f32]) {
        let length = left.len();
        let mut sides = [[0.0; TICK]; 2];
        for (side, x) in sides.iter_mut().zip([&*left, &*right]) {
            side[..length].copy_from_slice(x);
            self.heard = x.iter().fold(self.heard, |most, x| most.max(x.abs()));
        }
        self.response.render::<Plain>(at, length, &mut sides);
        for (x, side) in [left, right].into_iter().zip(&sides) {
            x.copy_from_slice(&side[..length]);
            self.given = x.iter().fold(self.given, |most, x| most.max(x.abs()));
            if !self.is_awake() {
                for (n, x) in x.iter_mut().enumerate() {
                    *x *= self.share.at(at + n);
                }
            }
        }
    }

    fn clear(&mut self) {
        self.response.start();
        self.model = None;
        self.dip.clear();
        (self.heard, self.given, self.waited) = (0.0, 0.0, 0.0);
        self.share.clear();
    }

    fn memory(&self) -> usize {
        // The longest period of a comb.
        (0.1 * self.sample_rate) as usize
    }
}
