//! A stereo state-variable filter with saturation in front.
//!
//! Trapezoidal integration (Andrew Simper, "Solving the continuous SVF equations using
//! trapezoidal integration and equivalent currents", 2013), stepped in state-space form so that
//! two multiply-adds carry a sample to the next.

use cultivar_patch::schema::{Filter as Knobs, Model};

use crate::math::{Block, CONTROL, COUNT, Ramp, Span, exp2, gain, hertz};

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

/// One section of second order.
#[derive(Clone, Copy, Debug, Default)]
struct Section {
    /// Prewarped frequency.
    g: Ramp,
    /// Damping.
    k: Ramp,
    /// States: band and low, left and right.
    band: [f32; 2],
    low: [f32; 2],
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
        };
        Mix { input, band, low }
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
        for state in self.band.iter_mut().chain(&mut self.low) {
            *state = if state.abs() < 1e-15 { 0.0 } else { *state };
        }
    }

    /// Filters in place.
    #[inline(always)]
    fn render(&mut self, mix: Mix, base: usize, sides: [&mut [f32]; 2]) {
        let len = sides[0].len();
        let mut steps = [[0.0; CONTROL]; 5];
        let [bb, bl, ll, b0, l0] = &mut steps;
        let mut k = [0.0; CONTROL];
        for (n, &count) in COUNT[base..][..len].iter().enumerate() {
            let g = self.g.at(count);
            k[n] = self.k.at(count);
            let a1 = 1.0 / (1.0 + g * (g + k[n]));
            let (a2, a3) = (g * a1, g * g * a1);
            bb[n] = 2.0 * a1 - 1.0;
            bl[n] = 2.0 * a2;
            ll[n] = 1.0 - 2.0 * a3;
            b0[n] = 2.0 * a2;
            l0[n] = 2.0 * a3;
        }
        let [left, right] = sides;
        let (mut band, mut low) = (self.band, self.low);
        for n in 0..len {
            let input = [left[n], right[n]];
            let mut out = [0.0; 2];
            for side in 0..2 {
                let next_band = bb[n] * band[side] + (b0[n] * input[side] - bl[n] * low[side]);
                let next_low = ll[n] * low[side] + (bl[n] * band[side] + l0[n] * input[side]);
                out[side] = mix.input * input[side]
                    + mix.band * k[n] * 0.5 * (band[side] + next_band)
                    + mix.low * 0.5 * (low[side] + next_low);
                (band[side], low[side]) = (next_band, next_low);
            }
            (left[n], right[n]) = (out[0], out[1]);
        }
        (self.band, self.low) = (band, low);
    }
}

/// The state of one filter of one voice.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    sections: [Section; 2],
    mix: Mix,
    /// One or two sections.
    order: usize,
    drive: Ramp,
    wet: Ramp,
    fresh: bool,
}

impl Filter {
    pub(crate) fn new() -> Self {
        Filter {
            sections: [Section::default(); 2],
            mix: Mix::of(Model::Low12),
            order: 1,
            drive: Ramp::still(1.0),
            wet: Ramp::still(1.0),
            fresh: true,
        }
    }

    /// A note begins.
    pub(crate) fn start(&mut self) {
        self.fresh = true;
    }

    /// Draws all lines to where the parameters want them at the end of the grid interval;
    /// `above` is how far the note lies above middle C, in semitones.
    #[inline(always)]
    pub(crate) fn aim(&mut self, span: &Span, knobs: &Knobs<f32>, above: f32, rate: f32) {
        let model = Model::of(knobs.model);
        let corner = hertz(knobs.cutoff + knobs.key * above);
        let g = |octaves: f32| {
            let turns = (corner * exp2(octaves) / rate).clamp(1e-5, 0.49);
            (std::f32::consts::PI * turns).tan()
        };
        let k = damping(knobs.resonance);
        let fresh = self.fresh;
        self.mix = Mix::of(model);
        self.order = 1;
        let second = match model {
            Model::Low24 | Model::High24 | Model::Band24 => Some((0.0, FIRST_DAMPING)),
            Model::Notch24 => Some((NOTCH_HALF, k)),
            _ => None,
        };
        match second {
            None => self.sections[0].aim(span, fresh, g(0.0), k),
            Some((apart, damping)) => {
                self.order = 2;
                self.sections[0].aim(span, fresh, g(-apart), k.min(damping));
                self.sections[1].aim(span, fresh, g(apart), damping);
            }
        }
        let drive = gain(knobs.drive);
        if fresh {
            (self.drive, self.wet) = (Ramp::still(drive), Ramp::still(knobs.mix));
        }
        self.drive.aim(span, drive);
        self.wet.aim(span, knobs.mix);
        self.fresh = false;
    }

    /// Filters `len` samples in place, `base` samples after the last aim.
    #[inline(always)]
    pub(crate) fn render(&mut self, base: usize, len: usize, left: &mut Block, right: &mut Block) {
        let dry = (*left, *right);
        if !(self.drive.is_still() && self.drive.end == 1.0) {
            saturate(&self.drive, base, &mut left[..len]);
            saturate(&self.drive, base, &mut right[..len]);
        }
        for section in &mut self.sections[..self.order] {
            section.render(self.mix, base, [&mut left[..len], &mut right[..len]]);
        }
        if !(self.wet.is_still() && self.wet.end == 1.0) {
            for (wet, dry) in [(left, &dry.0), (right, &dry.1)] {
                for ((wet, dry), &count) in wet.iter_mut().zip(dry).zip(&COUNT[base..][..len]) {
                    *wet = dry + self.wet.at(count) * (*wet - dry);
                }
            }
        }
    }
}

/// Saturates in place: straight at a drive of 1, at higher ones steeper in the middle and
/// bounded at the rails.
#[inline(always)]
fn saturate(drive: &Ramp, base: usize, sound: &mut [f32]) {
    for (x, &count) in sound.iter_mut().zip(&COUNT[base..]) {
        let d = drive.at(count);
        *x = d * *x / (1.0 + (d * d - 1.0) * *x * *x).sqrt();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cultivar_patch::Patch;

    /// Gain in decibels at a frequency, in steady state.
    fn response(model: Model, resonance: f32, cutoff: f32, at: f32) -> f32 {
        let knobs =
            Knobs { model: model.value(), cutoff, resonance, ..Patch::<f32>::default().filter[0] };
        let mut filter = Filter::new();
        let (mut power, mut clock) = (0.0f64, 0u32);
        for tick in 0..600 {
            filter.aim(&Span::WHOLE, &knobs, 0.0, 48000.0);
            let mut left: Block = std::array::from_fn(|n| {
                let turns = f64::from(clock + n as u32) * f64::from(at) / 48000.0;
                (turns * std::f64::consts::TAU).sin() as f32
            });
            let mut right = left;
            filter.render(0, CONTROL, &mut left, &mut right);
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

    #[test]
    fn saturation_is_straight_without_drive_and_bounded_with() {
        let mut x = [0.3, -2.0, 0.01];
        saturate(&Ramp::still(1.0), 0, &mut x);
        assert_eq!(x, [0.3, -2.0, 0.01]);
        saturate(&Ramp::still(60.0), 0, &mut x);
        assert!(x.iter().all(|x| x.abs() < 1.01));
    }
}
