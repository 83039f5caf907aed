//! Twice the sampling rate and back: two chains of all-passes.
//!
//! An elliptic half-band filter as the sum of two all-pass branches (Lajos Gazsi, "Explicit
//! formulas for lattice wave digital filters", 1985).

use crate::oscillator::kernel::Lanes;

/// Coefficients of the all-passes, of the two branches by turns: flat to 20 kHz at a rate of
/// 48 kHz, −80 dB above 28.8 kHz.
const PLAIN: [[f32; 2]; 3] =
    [[0.060_297_391, 0.215_971_44], [0.412_590_7, 0.604_358_6], [0.772_715_6, 0.923_886_1]];
/// Flat to 20 kHz at a rate of 44.1 kHz, −104 dB above 24.1 kHz.
const STEEP: [[f32; 2]; 4] = [
    [0.037_365_117, 0.139_361_82],
    [0.281_346, 0.436_261_83],
    [0.584_461_2, 0.717_065_4],
    [0.834_582_04, 0.944_304],
];

/// Steps of a group.
const GROUP: usize = 4;
/// What goes through both branches in a group: of each step that of the first branch, then that
/// of the second; or the other way round.
type Group = [f32; 2 * GROUP];

/// What went in `STEPS` before each of a group, where `before` is the group before.
#[inline(always)]
fn past<const STEPS: usize>(before: &Group, group: &Group) -> Group {
    let (old, new) = (2 * STEPS, 2 * (GROUP - STEPS));
    let mut past = [0.0; 2 * GROUP];
    past[..old].copy_from_slice(&before[new..]);
    past[old..].copy_from_slice(&group[..new]);
    past
}

/// The all-passes of both branches for one side, `N` of each.
#[derive(Clone, Copy, Debug)]
struct Branches<const N: usize> {
    /// What went into and came out of each all-pass in the last group.
    input: [Group; N],
    output: [Group; N],
}

impl<const N: usize> Branches<N> {
    const REST: Self = Branches { input: [[0.0; 2 * GROUP]; N], output: [[0.0; 2 * GROUP]; N] };
    const COEFFICIENTS: &[[f32; 2]] = match N {
        3 => &PLAIN,
        4 => &STEEP,
        _ => panic!("no filter of this length"),
    };

    /// A group, whose steps begin with the second branch where it is `TURNED`.
    ///
    /// y = c·x + x₁ − c·y₁ four times into itself: only the last product waits for the group
    /// before, so that all lanes work.
    #[inline(always)]
    fn step<L: Lanes, const TURNED: bool>(&mut self, mut x: Group) -> Group {
        for k in 0..N {
            let (x4, y4) = (self.input[k], self.output[k]);
            let [x1, x2, x3] = [past::<1>(&x4, &x), past::<2>(&x4, &x), past::<3>(&x4, &x)];
            let mut y = [0.0; 2 * GROUP];
            for (lane, y) in y.iter_mut().enumerate() {
                let c = Self::COEFFICIENTS[k][(lane + usize::from(TURNED)) % 2];
                let inner = L::fused(-c, L::fused(-c, x3[lane], x2[lane]), x1[lane]);
                let ahead = L::fused(1.0 - c * c, inner, c * x[lane]);
                let ahead = L::fused(-c * c * c, x4[lane], ahead);
                *y = L::fused(c * c * c * c, y4[lane], ahead);
            }
            (self.input[k], self.output[k]) = (x, y);
            x = y;
        }
        x
    }
}

/// Twice the rate and back for one side.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Halfband<const N: usize = 3> {
    branches: Branches<N>,
    /// What went into a group that is not yet whole, zeros after it: wherever a host cuts its
    /// blocks, each sample is worked out by the same sums.
    begun: Group,
    /// How much of it that is.
    place: usize,
}

/// One that nothing gets through which would be heard after it.
pub(crate) type Steep = Halfband<4>;

impl<const N: usize> Default for Halfband<N> {
    fn default() -> Self {
        Halfband { branches: Branches::REST, begun: [0.0; 2 * GROUP], place: 0 }
    }
}

impl<const N: usize> Halfband<N> {
    /// Two samples for each of `from`.
    #[inline(always)]
    pub(crate) fn up<L: Lanes>(&mut self, from: &[f32], to: &mut [f32]) {
        for (pair, x) in to.as_chunks_mut::<2>().0.iter_mut().zip(from) {
            *pair = [*x; 2];
        }
        self.run::<L, false>(&mut to[..2 * from.len()]);
    }

    /// A sample for each two of `from`, which is at most an interval long and lost.
    #[inline(always)]
    pub(crate) fn down<L: Lanes>(&mut self, from: &mut [f32], to: &mut [f32]) {
        self.run::<L, true>(&mut from[..2 * to.len()]);
        for (x, [a, b]) in to.iter_mut().zip(from.as_chunks::<2>().0) {
            *x = 0.5 * (a + b);
        }
    }

    #[inline(always)]
    fn run<L: Lanes, const TURNED: bool>(&mut self, mut line: &mut [f32]) {
        if self.place == 0 {
            let (whole, rest) = line.as_chunks_mut::<{ 2 * GROUP }>();
            let mut branches = self.branches;
            for group in whole {
                *group = branches.step::<L, TURNED>(*group);
            }
            self.branches = branches;
            line = rest;
        }
        if !line.is_empty() {
            self.run_parts::<L, TURNED>(line);
        }
    }

    /// Parts of groups.
    #[inline(always)]
    fn run_parts<L: Lanes, const TURNED: bool>(&mut self, mut line: &mut [f32]) {
        while !line.is_empty() {
            let part = self.place..(self.place + line.len()).min(2 * GROUP);
            let (now, later) = line.split_at_mut(part.len());
            self.begun[part.clone()].copy_from_slice(now);
            let mut after = self.branches;
            now.copy_from_slice(&after.step::<L, TURNED>(self.begun)[part.clone()]);
            if part.end == 2 * GROUP {
                (self.branches, self.begun) = (after, [0.0; 2 * GROUP]);
            }
            self.place = part.end % (2 * GROUP);
            line = later;
        }
    }

    /// Puts states that are nearly nothing to rest.
    #[inline(always)]
    pub(crate) fn settle(&mut self) {
        let Branches { input, output } = &mut self.branches;
        for states in [input, output] {
            for state in states.as_flattened_mut() {
                *state = if state.abs() < 1e-15 { 0.0 } else { *state };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oscillator::kernel::Plain;

    /// A sine of so many turns per sample.
    fn sine(turns: f64, len: usize) -> Vec<f32> {
        (0..len).map(|n| (std::f64::consts::TAU * turns * n as f64).sin() as f32).collect()
    }

    /// All of a sound at twice the rate, in pieces as told.
    fn up<const N: usize>(from: &[f32], cuts: &[usize]) -> Vec<f32> {
        let (mut filter, mut to) = (Halfband::<N>::default(), vec![0.0; 2 * from.len()]);
        for piece in pieces(from.len(), cuts) {
            filter.up::<Plain>(&from[piece.clone()], &mut to[2 * piece.start..2 * piece.end]);
        }
        to
    }

    /// All of a sound at half the rate.
    fn down<const N: usize>(mut from: Vec<f32>, cuts: &[usize]) -> Vec<f32> {
        let (mut filter, mut to) = (Halfband::<N>::default(), vec![0.0; from.len() / 2]);
        for piece in pieces(to.len(), cuts) {
            let two = &mut from[2 * piece.start..2 * piece.end];
            filter.down::<Plain>(two, &mut to[piece]);
        }
        to
    }

    fn pieces(len: usize, cuts: &[usize]) -> Vec<std::ops::Range<usize>> {
        let (mut all, mut at) = (Vec::new(), 0);
        for cut in cuts.iter().cycle() {
            all.push(at..(at + cut).min(len));
            at += cut;
            if at >= len {
                break;
            }
        }
        all
    }

    /// Level in decibels of a sine, once the filters have settled.
    fn level(sound: &[f32]) -> f32 {
        let heard = &sound[sound.len() / 2..];
        let power: f64 = heard.iter().map(|x| f64::from(x * x)).sum();
        10.0 * (2.0 * power / heard.len() as f64).log10() as f32
    }

    /// The slow way, step by step: the outputs of both branches.
    fn serial<const N: usize>(pairs: &[[f32; 2]], turned: usize) -> Vec<[f64; 2]> {
        let mut states = [[[0.0f64; 2]; 2]; N];
        let mut pass = |pair: &[f32; 2]| {
            let mut x = pair.map(f64::from);
            for (k, state) in states.iter_mut().enumerate() {
                for lane in 0..2 {
                    let c = f64::from(Branches::<N>::COEFFICIENTS[k][(lane + turned) % 2]);
                    let [before, after] = state[lane];
                    let y = c * x[lane] + before - c * after;
                    state[lane] = [x[lane], y];
                    x[lane] = y;
                }
            }
            x
        };
        pairs.iter().map(&mut pass).collect()
    }

    fn noise(len: usize) -> Vec<f32> {
        (0..len as u32).map(|n| crate::math::bipolar(crate::math::hash(n))).collect()
    }

    #[test]
    fn groups_are_the_steps_one_by_one() {
        let sound = noise(640);
        let close = |a: f32, b: f64| assert!((f64::from(a) - b).abs() < 3e-6, "{a} is not {b}");
        let twice: Vec<[f32; 2]> = sound.iter().map(|x| [*x; 2]).collect();
        for (a, b) in up::<3>(&sound, &[32]).iter().zip(serial::<3>(&twice, 0).as_flattened()) {
            close(*a, *b);
        }
        let pairs = sound.as_chunks::<2>().0;
        for (a, [b, c]) in down::<4>(sound.clone(), &[32]).iter().zip(serial::<4>(pairs, 1)) {
            close(*a, 0.5 * (b + c));
        }
    }

    #[test]
    fn cuts_change_no_sample() {
        let sound = noise(640);
        let whole = up::<3>(&sound, &[32]);
        for cuts in [&[1][..], &[7, 25], &[3, 5, 8, 16], &[31, 1]] {
            assert!(up::<3>(&sound, cuts) == whole, "{cuts:?}");
            let both = [cuts, &[32]].map(|cuts| down::<4>(whole.clone(), cuts));
            assert!(both[0] == both[1], "{cuts:?}");
        }
    }

    #[test]
    fn hearing_passes_unchanged() {
        fn through<const N: usize>(turns: f64) -> f32 {
            level(&down::<N>(up::<N>(&sine(turns, 4000), &[32]), &[32]))
        }
        for turns in [0.01, 0.1, 0.3, 0.4] {
            assert!(through::<3>(turns).abs() < 0.01, "{turns}: {} dB", through::<3>(turns));
        }
        for turns in [0.01, 0.1, 0.3, 20.0 / 44.1] {
            assert!(through::<4>(turns).abs() < 0.01, "{turns}: {} dB", through::<4>(turns));
        }
    }

    #[test]
    fn what_would_fold_back_below_20_khz_does_not_come_down() {
        // Turns at the high rate: just above 24.1 kHz where the low rate is 44.1 kHz, and on.
        for turns in [0.2735, 0.3, 0.37, 0.45, 0.499] {
            let level = level(&down::<4>(sine(turns, 8000), &[32]));
            assert!(level < -102.0, "{turns}: {level} dB");
        }
    }

    #[test]
    fn images_go() {
        let mut image = [0.0f64; 2];
        let turns = 0.3;
        for (n, y) in up::<3>(&sine(turns, 4000), &[32]).into_iter().enumerate().skip(2000) {
            let angle = std::f64::consts::TAU * (0.5 - turns / 2.0) * n as f64;
            image[0] += f64::from(y) * angle.cos();
            image[1] += f64::from(y) * angle.sin();
        }
        let level = 20.0 * (image[0].hypot(image[1]) / 3000.0).log10();
        assert!(level < -75.0, "{level} dB");
    }
}
