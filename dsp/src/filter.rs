//! A stereo state-variable filter with saturation in front.
//!
//! Trapezoidal integration (Andrew Simper, "Solving the continuous SVF equations using
//! trapezoidal integration and equivalent currents", 2013), stepped in state-space form so that
//! two multiply-adds carry a sample to the next.

use cultivar_patch::schema::{Filter as Knobs, Model};

use crate::math::{Block, CONTROL, COUNT, Ramp, Span, exp2, hertz};
use crate::saturation::Saturation;

/// Damping of the first section of a 24 dB response, so that without resonance both sections
/// together are near a Butterworth response.
const FIRST_DAMPING: f32 = 1.848;
/// Half the distance of two notches, in octaves.
const NOTCH_HALF: f32 = 0.5;

/// Damping (one over Q) at a resonance of 0 to 1: Q from 0.5 to 40, exponentially.
#[inline(always)]
pub(crate) fn damping(resonance: f32) -> f32 {
    2.0 * exp2(-6.322 * resonance)
}

/// Band and low state, left and right each.
type Four = [f32; 4];

/// One section of second order.
#[derive(Clone, Copy, Debug, Default)]
struct Section {
    /// Prewarped frequency.
    g: Ramp,
    /// Damping.
    k: Ramp,
    state: Four,
}

/// What a response takes of input, band and low.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Mix {
    input: f32,
    /// Times the damping.
    band: f32,
    low: f32,
}

impl Mix {
    fn of(model: Model) -> Self {
        let (input, band, low) = match model {
            Model::Low12 | Model::Low24 => (0.0, 0.0, 1.0),
            Model::Band12 | Model::Band24 => (0.0, 1.0, 0.0),
            Model::High12 | Model::High24 => (1.0, -1.0, -1.0),
            Model::Notch12 | Model::Notch24 => (1.0, -1.0, 0.0),
            _ => (0.0, 0.0, 1.0),
        };
        Mix { input, band, low }
    }
}

/// One step of a section: how states and input make the next states and the output.
#[derive(Clone, Copy)]
struct Step {
    band_of_band: f32,
    /// What band has of input, low of band, and (less than nothing) band of low.
    cross: f32,
    low_of_low: f32,
    low_of_input: f32,
    out_of_band: f32,
}

impl Step {
    #[inline(always)]
    fn of(g: f32, k: f32, mix: Mix) -> Self {
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
    fn take(&self, state: &mut Four, mix: Mix, [left, right]: [f32; 2]) -> [f32; 2] {
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
    fn aim(&mut self, span: &Span, fresh: bool, g: f32, k: f32) {
        if fresh {
            *self = Section { g: Ramp::still(g), k: Ramp::still(k), ..Section::default() };
        }
        self.g.aim(span, g);
        self.k.aim(span, k);
        // A decaying state must not reach numbers that processors are slow with.
        for state in &mut self.state {
            *state = if state.abs() < 1e-15 { 0.0 } else { *state };
        }
    }

    /// Filters in place.
    #[inline(always)]
    fn render(&mut self, mix: Mix, base: usize, left: &mut [f32], right: &mut [f32]) {
        if self.is_still() {
            let step = self.still(mix);
            return self.run(mix, left, right, |_| step);
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

    fn still(&self, mix: Mix) -> Step {
        Step::of(self.g.end, self.k.end, mix)
    }
}

/// Filters in place through two sections that stand still: in one loop, so that one works on a
/// sample while the other works on the next.
#[inline(always)]
fn cascade(sections: &mut [Section; 2], mix: Mix, left: &mut [f32], right: &mut [f32]) {
    let steps = sections.each_ref().map(|section| section.still(mix));
    let [mut first, mut second] = sections.each_ref().map(|section| section.state);
    for (left, right) in left.iter_mut().zip(right) {
        let between = steps[0].take(&mut first, mix, [*left, *right]);
        [*left, *right] = steps[1].take(&mut second, mix, between);
    }
    (sections[0].state, sections[1].state) = (first, second);
}

/// The state of one filter of one voice.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    sections: [Section; 2],
    mix: Mix,
    /// One or two sections.
    order: usize,
    saturation: Saturation,
    wet: Ramp,
    /// Pitch of the corner, resonance and model that the ends of the lines were made for.
    known: [f32; 3],
    /// Prewarped frequency and damping of both sections.
    ends: [(f32, f32); 2],
    fresh: bool,
}

impl Filter {
    pub(crate) fn new() -> Self {
        Filter {
            sections: [Section::default(); 2],
            mix: Mix::of(Model::Low12),
            order: 1,
            saturation: Saturation::default(),
            wet: Ramp::default(),
            known: [f32::NAN; 3],
            ends: [(0.1, 1.0); 2],
            fresh: true,
        }
    }

    /// A note begins.
    pub(crate) fn start(&mut self) {
        self.wet = Ramp::default();
        self.fresh = true;
    }

    /// Draws all lines to where the parameters want them at the end of the grid interval;
    /// `above` is how far the note lies above middle C, in semitones.
    #[inline(always)]
    pub(crate) fn aim(&mut self, span: &Span, knobs: &Knobs<f32>, above: f32, rate: f32) {
        let wanted = [knobs.cutoff + knobs.key * above, knobs.resonance, knobs.model];
        if wanted != self.known {
            self.known = wanted;
            self.tune(rate);
        }
        // What was not heard begins from rest.
        let fresh = self.fresh || !self.is_heard();
        for (section, (g, k)) in self.sections.iter_mut().zip(self.ends).take(self.order) {
            section.aim(span, fresh, g, k);
        }
        self.saturation.aim(span, fresh, knobs.drive);
        let wet = if knobs.on >= 0.5 { knobs.mix } else { 0.0 };
        if self.fresh {
            self.wet = Ramp::still(wet);
        }
        self.wet.aim(span, wet);
        self.fresh = false;
    }

    /// The note has begun.
    pub(crate) fn begun(&mut self) {
        self.fresh = false;
    }

    /// Whether anything of it is heard in this interval.
    #[inline(always)]
    pub(crate) fn is_heard(&self) -> bool {
        !self.wet.is_silent()
    }

    /// Works out the ends of the lines for the wanted corner, resonance and model.
    fn tune(&mut self, rate: f32) {
        let [note, resonance, model] = self.known;
        let (corner, model, k) = (hertz(note), Model::of(model), damping(resonance));
        let g = |octaves: f32| {
            let turns = (corner * exp2(octaves) / rate).clamp(1e-5, 0.49);
            (std::f32::consts::PI * turns).tan()
        };
        self.mix = Mix::of(model);
        self.order = 2;
        self.ends = match model {
            Model::Low24 | Model::High24 | Model::Band24 => {
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

    /// Filters `len` samples in place, `base` samples after the last aim.
    #[inline(always)]
    pub(crate) fn render(&mut self, base: usize, len: usize, sides: &mut [Block; 2]) {
        if !self.is_heard() {
            return;
        }
        let whole = self.wet.is_still() && self.wet.end == 1.0;
        let mut dry = *sides;
        if self.saturation.is_heard() {
            self.saturation.render(base, len, sides, &mut dry);
        }
        let [left, right] = sides;
        if self.order == 2 && self.sections.iter().all(Section::is_still) {
            cascade(&mut self.sections, self.mix, &mut left[..len], &mut right[..len]);
        } else {
            for section in &mut self.sections[..self.order] {
                section.render(self.mix, base, &mut left[..len], &mut right[..len]);
            }
        }
        if !whole {
            for (wet, dry) in [(left, &dry[0]), (right, &dry[1])] {
                for ((wet, dry), &count) in wet.iter_mut().zip(dry).zip(&COUNT[base..][..len]) {
                    *wet = dry + self.wet.at(count) * (*wet - dry);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cultivar_patch::Patch;

    /// Gain in decibels at a frequency, in steady state.
    fn response(model: Model, resonance: f32, cutoff: f32, at: f32) -> f32 {
        let knobs = Knobs {
            on: 1.0,
            model: model.value(),
            cutoff,
            resonance,
            ..Patch::<f32>::default().filter[0]
        };
        let mut filter = Filter::new();
        let (mut power, mut clock) = (0.0f64, 0u32);
        for tick in 0..600 {
            filter.aim(&Span::WHOLE, &knobs, 0.0, 48000.0);
            let left: Block = std::array::from_fn(|n| {
                let turns = f64::from(clock + n as u32) * f64::from(at) / 48000.0;
                (turns * std::f64::consts::TAU).sin() as f32
            });
            let mut sides = [left; 2];
            filter.render(0, CONTROL, &mut sides);
            let [left, _] = sides;
            clock += CONTROL as u32;
            if tick >= 300 {
                power += left.iter().map(|x| f64::from(x * x)).sum::<f64>();
            }
        }
        10.0 * (power / (300.0 * 32.0) * 2.0).log10() as f32
    }

    #[test]
    fn slopes_and_corners() {
        let corner = crate::math::hertz(72.0);
        let near = |a: f32, b: f32, by: f32| assert!((a - b).abs() < by, "{a} is not {b}");
        let flat = 0.08; // Q near 0.7
        near(response(Model::Low12, flat, 72.0, corner), -3.0, 0.3);
        near(response(Model::Low12, flat, 72.0, corner / 8.0), 0.0, 0.1);
        near(response(Model::Low12, flat, 72.0, corner * 4.0), -24.8, 1.0);
        near(response(Model::High12, flat, 72.0, corner / 8.0), -36.0, 1.0);
        near(response(Model::Low24, flat, 72.0, corner * 4.0), -49.6, 2.0);
        near(response(Model::Band12, 0.6, 72.0, corner), 0.0, 0.2);
        assert!(response(Model::Notch12, flat, 72.0, corner) < -50.0);
        assert!(response(Model::Low12, 1.0, 72.0, corner) > 30.0);
    }
}
