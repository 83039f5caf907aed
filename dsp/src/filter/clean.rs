//! The clean responses: one or two stereo state-variable sections.
//!
//! Trapezoidal integration (Andrew Simper, "Solving the continuous SVF equations using
//! trapezoidal integration and equivalent currents", 2013), stepped in state-space form so that
//! two multiply-adds carry a sample to the next.

use std::f32::consts::FRAC_PI_2;

use cultivar_patch::schema::Model;

use super::still::Groups;
use super::{Wanted, damping, prewarped, settle};
use crate::math::{Block, CONTROL, COUNT, Ramp, Span, exp2};
use crate::oscillator::kernel::Lanes;

/// Damping of the first section of a 24 dB response, so that without resonance both sections
/// together are near a Butterworth response.
const FIRST_DAMPING: f32 = 1.848;
/// Half the distance of two notches, in octaves.
const NOTCH_HALF: f32 = 0.5;

/// Band and low state, left and right each.
pub(super) type Four = [f32; 4];

/// One section of second order.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Section {
    /// Prewarped frequency.
    g: Ramp,
    /// Damping.
    k: Ramp,
    state: Four,
    groups: Groups,
}

/// What a response takes of input, band and low.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Mix {
    pub(super) input: f32,
    /// Times the damping.
    pub(super) band: f32,
    pub(super) low: f32,
}

impl Mix {
    /// The band alone, as loud in its middle as what comes in.
    pub(super) const BAND: Mix = Mix { input: 0.0, band: 1.0, low: 0.0 };

    fn of(model: Model, morph: f32) -> Self {
        let (input, band, low) = match model {
            Model::Band12 | Model::Band24 => (0.0, 1.0, 0.0),
            Model::High12 | Model::High24 => (1.0, -1.0, -1.0),
            Model::Notch12 | Model::Notch24 => (1.0, -1.0, 0.0),
            Model::Morph12 | Model::Morph24 => {
                let [low, band, high] = shares(morph);
                (high, band - high, low - high)
            }
            _ => (0.0, 0.0, 1.0),
        };
        Mix { input, band, low }
    }
}

/// Shares of low, band and high on the way from low-pass (0) over band-pass (0.5) to high-pass
/// (1). Neighbours are a quarter of a turn apart at the corner, so that equal power of the shares
/// is an even level there.
pub(super) fn shares(morph: f32) -> [f32; 3] {
    let near = |place: f32| (1.0 - 2.0 * (morph.clamp(0.0, 1.0) - place).abs()).max(0.0);
    [0.0, 0.5, 1.0].map(|place| (FRAC_PI_2 * near(place)).sin())
}

/// The lines of a mix.
#[derive(Clone, Copy, Debug, Default)]
struct Blend {
    input: Ramp,
    band: Ramp,
    low: Ramp,
}

impl Blend {
    fn aim(&mut self, span: &Span, fresh: bool, mix: Mix) {
        let lines = [&mut self.input, &mut self.band, &mut self.low];
        for (line, end) in lines.into_iter().zip([mix.input, mix.band, mix.low]) {
            if fresh {
                *line = Ramp::still(end);
            }
            line.aim(span, end);
        }
    }

    #[inline(always)]
    fn is_still(&self) -> bool {
        self.input.is_still() && self.band.is_still() && self.low.is_still()
    }

    #[inline(always)]
    fn at(&self, count: f32) -> Mix {
        Mix { input: self.input.at(count), band: self.band.at(count), low: self.low.at(count) }
    }
}

/// One step of a section: how states and input make the next states and the output.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Step {
    pub(super) band_of_band: f32,
    /// What band has of input, low of band, and (less than nothing) band of low.
    pub(super) cross: f32,
    pub(super) low_of_low: f32,
    pub(super) low_of_input: f32,
    pub(super) out_of_band: f32,
}

impl Step {
    #[inline(always)]
    pub(super) fn of(g: f32, k: f32, mix: Mix) -> Self {
        let a1 = 1.0 / (1.0 + g * (g + k));
        let (a2, a3) = (g * a1, g * g * a1);
        Step {
            band_of_band: 2.0 * a1 - 1.0,
            cross: 2.0 * a2,
            low_of_low: 1.0 - 2.0 * a3,
            low_of_input: 2.0 * a3,
            out_of_band: 0.5 * mix.band * k,
        }
    }

    /// Takes one sample, left and right.
    #[inline(always)]
    pub(super) fn take(&self, state: &mut Four, mix: Mix, [left, right]: [f32; 2]) -> [f32; 2] {
        let out_of_low = 0.5 * mix.low;
        let own = [self.band_of_band, self.band_of_band, self.low_of_low, self.low_of_low];
        let other = [-self.cross, -self.cross, self.cross, self.cross];
        let input = [self.cross, self.cross, self.low_of_input, self.low_of_input];
        let out = [self.out_of_band, self.out_of_band, out_of_low, out_of_low];
        let x = [left, right, left, right];
        let swapped = [state[2], state[3], state[0], state[1]];
        let next: Four =
            std::array::from_fn(|k| own[k] * state[k] + (other[k] * swapped[k] + input[k] * x[k]));
        let sum: Four = std::array::from_fn(|k| out[k] * (state[k] + next[k]));
        *state = next;
        [mix.input * left + (sum[0] + sum[2]), mix.input * right + (sum[1] + sum[3])]
    }
}

impl Section {
    #[inline(always)]
    pub(super) fn aim(&mut self, span: &Span, fresh: bool, g: f32, k: f32) {
        self.groups.close(&mut self.state);
        if fresh {
            (self.g, self.k, self.state) = (Ramp::still(g), Ramp::still(k), Four::default());
        }
        self.g.aim(span, g);
        self.k.aim(span, k);
        settle(&mut self.state);
    }

    /// Filters in place.
    #[inline(always)]
    pub(super) fn render<L: Lanes>(
        &mut self,
        mix: Mix,
        base: usize,
        left: &mut [f32],
        right: &mut [f32],
    ) {
        if self.is_still() {
            let step = Step::of(self.g.end, self.k.end, mix);
            return self.groups.run::<L>(&mut self.state, step, mix, left, right);
        }
        let mut steps = [[0.0; CONTROL]; 5];
        for (n, count) in COUNT.iter().enumerate() {
            let count = count + base as f32;
            let step = Step::of(self.g.at(count), self.k.at(count), mix);
            steps[0][n] = step.band_of_band;
            steps[1][n] = step.cross;
            steps[2][n] = step.low_of_low;
            steps[3][n] = step.low_of_input;
            steps[4][n] = step.out_of_band;
        }
        self.run(mix, left, right, |n| Step {
            band_of_band: steps[0][n],
            cross: steps[1][n],
            low_of_low: steps[2][n],
            low_of_input: steps[3][n],
            out_of_band: steps[4][n],
        });
    }

    /// Filters in place while the mix moves.
    #[inline(never)]
    fn render_moving(&mut self, blend: &Blend, base: usize, left: &mut [f32], right: &mut [f32]) {
        let mut state = self.state;
        let sides = left.iter_mut().zip(right);
        for ((left, right), &count) in sides.zip(&COUNT[base..]) {
            let mix = blend.at(count);
            let step = Step::of(self.g.at(count), self.k.at(count), mix);
            [*left, *right] = step.take(&mut state, mix, [*left, *right]);
        }
        self.state = state;
    }

    #[inline(always)]
    fn run(&mut self, mix: Mix, left: &mut [f32], right: &mut [f32], step: impl Fn(usize) -> Step) {
        let mut state = self.state;
        for (n, (left, right)) in left.iter_mut().zip(right).enumerate().take(CONTROL) {
            [*left, *right] = step(n).take(&mut state, mix, [*left, *right]);
        }
        self.state = state;
    }

    fn is_still(&self) -> bool {
        self.g.is_still() && self.k.is_still()
    }
}

/// The state of the clean responses.
#[derive(Clone, Debug)]
pub(super) struct Clean {
    sections: [Section; 2],
    blend: Blend,
    /// Sections that are heard, and how many were before.
    order: usize,
    before: usize,
    mix: Mix,
    /// Whether the mix begins where it is to be: another model fades over to this one.
    turned: bool,
    /// Prewarped frequency and damping of both sections.
    ends: [(f32, f32); 2],
}

impl Clean {
    pub(super) fn new() -> Self {
        Clean {
            sections: [Section::default(); 2],
            blend: Blend::default(),
            order: 1,
            before: 1,
            mix: Mix::of(Model::Low12, 0.0),
            turned: false,
            ends: [(0.1, 1.0); 2],
        }
    }

    /// What goes on from here as another model.
    pub(super) fn turned(&self) -> Self {
        Clean { turned: true, ..self.clone() }
    }

    /// Works out the ends of the lines.
    pub(super) fn tune(&mut self, wanted: &Wanted, rate: f32) {
        let (corner, model) = (wanted.corner(), Model::of(wanted.model));
        let k = damping(wanted.resonance);
        let g = |octaves: f32| prewarped(corner * exp2(octaves), rate);
        self.mix = Mix::of(model, wanted.morph);
        self.order = 2;
        self.ends = match model {
            Model::Low24 | Model::High24 | Model::Band24 | Model::Morph24 => {
                let g = g(0.0);
                [(g, k), (g, FIRST_DAMPING)]
            }
            Model::Notch24 => [(g(-NOTCH_HALF), k), (g(NOTCH_HALF), k)],
            _ => {
                self.order = 1;
                [(g(0.0), k); 2]
            }
        };
    }

    #[inline(always)]
    pub(super) fn aim(&mut self, span: &Span, fresh: bool) {
        for (n, (section, (g, k))) in
            self.sections.iter_mut().zip(self.ends).take(self.order).enumerate()
        {
            section.aim(span, fresh || n >= self.before, g, k);
        }
        self.before = self.order;
        let jumps = std::mem::take(&mut self.turned);
        self.blend.aim(span, fresh || jumps, self.mix);
    }

    /// Whether its lines stay where they are.
    pub(super) fn is_still(&self) -> bool {
        self.blend.is_still() && self.sections[..self.order].iter().all(Section::is_still)
    }

    /// Puts states that are nearly nothing to rest.
    pub(super) fn settle(&mut self) {
        for section in &mut self.sections[..self.order] {
            section.groups.close(&mut section.state);
            settle(&mut section.state);
        }
    }

    /// Filters `len` samples in place, `base` samples after the last aim.
    #[inline(always)]
    pub(super) fn render<L: Lanes>(&mut self, base: usize, len: usize, sides: &mut [Block; 2]) {
        let [left, right] = sides.each_mut().map(|side| &mut side[..len]);
        if !self.blend.is_still() {
            for section in &mut self.sections[..self.order] {
                section.render_moving(&self.blend, base, left, right);
            }
        } else {
            for section in &mut self.sections[..self.order] {
                section.render::<L>(self.mix, base, left, right);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::rig::{self, gain, impulse, knobs, noise, play};
    use super::super::{Filter, Knobs};
    use super::*;

    /// Gain in decibels at some times a corner at 523 Hz.
    fn response(model: Model, resonance: f32, times: f64) -> f64 {
        gain(&impulse(&knobs(model, 72.0, resonance)), times * rig::pitch(72.0))
    }

    #[test]
    fn slopes_and_corners() {
        let near = |a: f64, b: f64, by: f64| assert!((a - b).abs() < by, "{a} is not {b}");
        let flat = 0.08; // Q near 0.7
        near(response(Model::Low12, flat, 1.0), -3.0, 0.3);
        near(response(Model::Low12, flat, 0.125), 0.0, 0.1);
        near(response(Model::Low12, flat, 4.0), -24.8, 1.0);
        near(response(Model::High12, flat, 0.125), -36.0, 1.0);
        near(response(Model::Low24, flat, 4.0), -49.6, 2.0);
        near(response(Model::Band12, 0.6, 1.0), 0.0, 0.2);
        assert!(response(Model::Notch12, flat, 1.0) < -50.0);
        assert!(response(Model::Low12, 1.0, 1.0) > 30.0);
    }

    #[test]
    fn a_morph_stops_at_the_three_responses() {
        let through = |model, morph| {
            let knobs = Knobs { morph, ..knobs(model, 80.0, 0.4) };
            play(&mut Filter::new(), 40, rig::RATE, |_| knobs, noise)
        };
        let stops = [
            (Model::Morph12, [Model::Low12, Model::Band12, Model::High12]),
            (Model::Morph24, [Model::Low24, Model::Band24, Model::High24]),
        ];
        for (model, ideals) in stops {
            for (morph, ideal) in [0.0, 0.5, 1.0].into_iter().zip(ideals) {
                assert!(through(model, morph) == through(ideal, 0.0), "{model:?} at {morph}");
            }
        }
    }

    /// At the corner of a filter with a Q of 1 all three are as loud, and so is what lies between.
    #[test]
    fn a_morph_keeps_its_level_and_moves_evenly() {
        let mut before = None;
        for k in 0..=40 {
            let morph = k as f32 / 40.0;
            let answer = impulse(&Knobs { morph, ..knobs(Model::Morph12, 72.0, 1.0 / 6.322) });
            let [low, corner, high] =
                [0.1, 1.0, 10.0].map(|times| gain(&answer, times * rig::pitch(72.0)));
            assert!(corner.abs() < 0.1, "{corner} dB at {morph}");
            if let Some((low_before, high_before)) = before {
                assert!(low < low_before + 1e-3 || morph > 0.5, "{low} after {low_before} dB");
                assert!(high > high_before - 1e-3 || morph <= 0.5, "{high} after {high_before} dB");
            }
            before = Some((low, high));
        }
    }

    /// Drawing the morph back and forth adds nothing that jumps.
    #[test]
    fn a_moved_morph_does_not_click() {
        let knobs = |tick: usize| Knobs {
            morph: (tick / 8 % 2) as f32,
            ..knobs(Model::Morph24, 72.0, 0.2)
        };
        let wave = |n| (n as f32 * 0.01).sin();
        let out = play(&mut Filter::new(), 200, rig::RATE, knobs, wave);
        let step = out.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
        assert!(step < 0.06, "{step}");
    }
}
