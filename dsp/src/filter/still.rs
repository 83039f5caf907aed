//! A section that stands still, eight samples at a time.
//!
//! While coefficients stay, the samples of a group are one product: what the states before the
//! group still answer, and the impulse response over its inputs (block state-space form; Barnes
//! and Shinnaka, "Block-shift invariance and block implementation of discrete-time filters",
//! 1980). No sample waits for the one before, so that all lanes work.

use super::clean::{Four, Mix, Step};
use crate::math::alike;
use crate::oscillator::kernel::Lanes;

/// Samples of a group.
const GROUP: usize = 8;
/// One side of a group.
type Samples = [f32; GROUP];

/// What a section answers to its states and to a group of inputs.
#[derive(Clone, Copy, Debug, Default)]
struct Answer {
    /// As many zeros, then the impulse response.
    impulse: [f32; 2 * GROUP],
    /// Outputs from one of band and of low, samples later.
    of_band: Samples,
    of_low: Samples,
    /// States a group later: band of band and of low, low of band and of low.
    carry: [f32; 4],
    /// What each input adds to band and to low a group later.
    to_band: Samples,
    to_low: Samples,
}

impl Answer {
    fn of(step: &Step, mix: Mix) -> Self {
        let Step { band_of_band, cross, low_of_low, low_of_input, out_of_band } = *step;
        // Outputs take the states before and after a sample.
        let out_of_low = 0.5 * mix.low;
        let mut answer = Answer::default();
        answer.impulse[GROUP] = mix.input + out_of_band * cross + out_of_low * low_of_input;
        let mut row = [
            out_of_band + out_of_band * band_of_band + out_of_low * cross,
            out_of_low - out_of_band * cross + out_of_low * low_of_low,
        ];
        for n in 0..GROUP {
            (answer.of_band[n], answer.of_low[n]) = (row[0], row[1]);
            if n + 1 < GROUP {
                answer.impulse[GROUP + n + 1] = row[0] * cross + row[1] * low_of_input;
            }
            row = [row[0] * band_of_band + row[1] * cross, row[1] * low_of_low - row[0] * cross];
        }
        let next = |[band, low]: [f32; 2]| {
            [band_of_band * band - cross * low, cross * band + low_of_low * low]
        };
        let mut input = [cross, low_of_input];
        let (mut of_band, mut of_low) = ([1.0, 0.0], [0.0, 1.0]);
        for n in (0..GROUP).rev() {
            (answer.to_band[n], answer.to_low[n]) = (input[0], input[1]);
            (input, of_band, of_low) = (next(input), next(of_band), next(of_low));
        }
        answer.carry = [of_band[0], of_low[0], of_band[1], of_low[1]];
        answer
    }

    #[inline(always)]
    fn outputs<L: Lanes>(&self, [band, low]: [f32; 2], inputs: &Samples) -> Samples {
        // A closure would be a function of its own, without the instructions of `L`.
        let mut out = self.of_low;
        for (out, of_band) in out.iter_mut().zip(&self.of_band) {
            *out = L::fused(*of_band, band, *out * low);
        }
        for (k, x) in inputs.iter().enumerate() {
            let impulse = &self.impulse[GROUP - k..][..GROUP];
            for (out, h) in out.iter_mut().zip(impulse) {
                *out = L::fused(*h, *x, *out);
            }
        }
        out
    }

    #[inline(always)]
    fn states(&self, [band, low]: [f32; 2], inputs: &Samples) -> [f32; 2] {
        let [a, b, c, d] = self.carry;
        [
            a * band + b * low + product(&self.to_band, inputs),
            c * band + d * low + product(&self.to_low, inputs),
        ]
    }
}

/// The sum of the products, by halves.
#[inline(always)]
fn product(a: &Samples, b: &Samples) -> f32 {
    let all: Samples = std::array::from_fn(|n| a[n] * b[n]);
    let half: [f32; 4] = std::array::from_fn(|n| all[n] + all[n + 4]);
    (half[0] + half[2]) + (half[1] + half[3])
}

/// Groups of a section, counted from where its lines were drawn last: wherever a host cuts its
/// blocks, each sample is worked out by the same sums.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Groups {
    answer: Answer,
    /// What the answer was made for.
    of: Option<(Step, Mix)>,
    /// Inputs of a group that is not yet whole, zeros after them; left and right.
    inputs: [Samples; 2],
    /// How many they are.
    place: usize,
}

impl Groups {
    /// Filters in place; `state` is the one before the group that is not yet whole.
    #[inline(always)]
    pub(super) fn run<L: Lanes>(
        &mut self,
        state: &mut Four,
        step: Step,
        mix: Mix,
        mut left: &mut [f32],
        mut right: &mut [f32],
    ) {
        if self.of != Some((step, mix)) {
            self.of = Some((step, mix));
            self.answer = Answer::of(&step, mix);
        }
        if self.place == 0 {
            let whole = left.len() / GROUP * GROUP;
            let (l, r) = (&mut left[..whole], &mut right[..whole]);
            let [a, b, c, d] = *state;
            if alike(&[a, c], &[b, d]) && alike(l, r) {
                let [band, low] = self.run_whole::<L>([a, c], l);
                *state = [band, band, low, low];
                r.copy_from_slice(l);
            } else {
                let ([a, c], [b, d]) =
                    (self.run_whole::<L>([a, c], l), self.run_whole::<L>([b, d], r));
                *state = [a, b, c, d];
            }
            (left, right) = (&mut left[whole..], &mut right[whole..]);
        }
        if !left.is_empty() {
            self.run_parts::<L>(state, left, right);
        }
    }

    /// Filters whole groups of one side; gives the states after them.
    #[inline(always)]
    fn run_whole<L: Lanes>(&self, mut own: [f32; 2], side: &mut [f32]) -> [f32; 2] {
        for group in side.as_chunks_mut::<GROUP>().0 {
            let out = self.answer.outputs::<L>(own, group);
            own = self.answer.states(own, group);
            *group = out;
        }
        own
    }

    /// The same for parts of groups.
    #[inline(always)]
    fn run_parts<L: Lanes>(&mut self, state: &mut Four, left: &mut [f32], right: &mut [f32]) {
        let mut at = 0;
        while at < left.len() {
            let part = self.place..(self.place + left.len() - at).min(GROUP);
            let len = part.len();
            for (k, side) in [&mut *left, &mut *right].into_iter().enumerate() {
                let own = [state[k], state[k + 2]];
                self.inputs[k][part.clone()].copy_from_slice(&side[at..][..len]);
                let out = self.answer.outputs::<L>(own, &self.inputs[k]);
                side[at..][..len].copy_from_slice(&out[part.clone()]);
                if part.end == GROUP {
                    let own = self.answer.states(own, &self.inputs[k]);
                    (state[k], state[k + 2]) = (own[0], own[1]);
                    self.inputs[k] = [0.0; GROUP];
                }
            }
            self.place = part.end % GROUP;
            at += len;
        }
    }

    /// Brings the state to where the outputs are: other coefficients may follow.
    #[inline(always)]
    pub(super) fn close(&mut self, state: &mut Four) {
        if self.place > 0 {
            self.close_part(state);
        }
    }

    #[inline(never)]
    fn close_part(&mut self, state: &mut Four) {
        if let Some((step, mix)) = self.of {
            for n in 0..self.place {
                step.take(state, mix, [self.inputs[0][n], self.inputs[1][n]]);
            }
        }
        (self.inputs, self.place) = ([[0.0; GROUP]; 2], 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oscillator::kernel::Plain;

    /// The slow way: sample by sample.
    fn serial(step: &Step, mix: Mix, inputs: &[[f32; 2]]) -> Vec<[f32; 2]> {
        let mut state = Four::default();
        inputs.iter().map(|x| step.take(&mut state, mix, *x)).collect()
    }

    fn inputs() -> Vec<[f32; 2]> {
        let noise = |n: u32| crate::math::bipolar(crate::math::hash(n));
        (0..640).map(|n| [noise(n), noise(n + 7777)]).collect()
    }

    /// Groups, cut as told, closed where a cut is 0.
    fn grouped(step: Step, mix: Mix, inputs: &[[f32; 2]], cuts: &[usize]) -> Vec<[f32; 2]> {
        let (mut groups, mut state) = (Groups::default(), Four::default());
        let mut out = Vec::new();
        for cut in cuts.iter().cycle() {
            if *cut == 0 {
                groups.close(&mut state);
                continue;
            }
            let rest = &inputs[out.len()..];
            let rest = &rest[..rest.len().min(*cut)];
            let [mut left, mut right] =
                [0, 1].map(|k| rest.iter().map(|x| x[k]).collect::<Vec<_>>());
            groups.run::<Plain>(&mut state, step, mix, &mut left, &mut right);
            out.extend(left.into_iter().zip(right).map(|(l, r)| [l, r]));
            if out.len() == inputs.len() {
                return out;
            }
        }
        out
    }

    #[test]
    fn groups_are_the_samples_one_by_one() {
        let inputs = inputs();
        let mixes = [(0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, -1.0, -1.0), (1.0, -1.0, 0.0)];
        for (g, k) in [(0.001, 2.0), (0.1, 0.05), (0.5, 1.0), (8.0, 0.3)] {
            for (input, band, low) in mixes {
                let mix = Mix { input, band, low };
                let step = Step::of(g, k, mix);
                let ideal = serial(&step, mix, &inputs);
                for cuts in [&[32][..], &[7, 1, 24], &[13, 0, 19]] {
                    let out = grouped(step, mix, &inputs, cuts);
                    let pairs = out.iter().flatten().zip(ideal.iter().flatten());
                    let worst = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                    assert!(worst < 2e-5, "{g} {k} {mix:?} {cuts:?}: {worst}");
                }
            }
        }
    }

    #[test]
    fn cuts_change_no_sample() {
        let (inputs, mix) = (inputs(), Mix { input: 1.0, band: -0.5, low: 0.25 });
        let step = Step::of(0.2, 0.1, mix);
        let whole = grouped(step, mix, &inputs, &[32]);
        for cuts in [&[1][..], &[7, 25], &[3, 5, 8, 16], &[31, 1]] {
            assert!(grouped(step, mix, &inputs, cuts) == whole, "{cuts:?}");
        }
    }
}
