//! Twice the sampling rate and back for a stereo sound: two chains of all-passes.
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

/// Both branches of the left side, then of the right one.
type Four = [f32; 4];

/// The state of both branches for both sides; of each, `N` all-passes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Halfband<const N: usize = 3> {
    input: [Four; N],
    output: [Four; N],
}

/// One that nothing gets through which would be heard after it.
pub(crate) type Steep = Halfband<4>;

impl<const N: usize> Default for Halfband<N> {
    fn default() -> Self {
        Halfband { input: [[0.0; 4]; N], output: [[0.0; 4]; N] }
    }
}

impl<const N: usize> Halfband<N> {
    const COEFFICIENTS: &[[f32; 2]] = match N {
        3 => &PLAIN,
        4 => &STEEP,
        _ => panic!("no filter of this length"),
    };

    /// One step of both branches. Of each side `x` holds the input of the first branch, then that
    /// of the second; or the other way round where it is `TURNED`.
    #[inline(always)]
    fn step<L: Lanes, const TURNED: bool>(&mut self, mut x: Four) -> Four {
        for k in 0..N {
            let (before, after) = (self.input[k], self.output[k]);
            self.input[k] = x;
            for lane in 0..4 {
                // Only the last product waits for the sample before.
                let coefficient = Self::COEFFICIENTS[k][(lane + usize::from(TURNED)) % 2];
                let ahead = L::fused(coefficient, x[lane], before[lane]);
                x[lane] = L::fused(-coefficient, after[lane], ahead);
            }
            self.output[k] = x;
        }
        x
    }

    /// Two samples of each side for one.
    #[inline(always)]
    pub(crate) fn up<L: Lanes>(&mut self, [left, right]: [f32; 2]) -> [[f32; 2]; 2] {
        let [a, b, c, d] = self.step::<L, false>([left, left, right, right]);
        [[a, b], [c, d]]
    }

    /// One sample of each side for two.
    #[inline(always)]
    pub(crate) fn down<L: Lanes>(&mut self, [[a, b], [c, d]]: [[f32; 2]; 2]) -> [f32; 2] {
        let [a, b, c, d] = self.step::<L, true>([a, b, c, d]);
        [0.5 * (a + b), 0.5 * (c + d)]
    }

    /// Puts states that are nearly nothing to rest.
    #[inline(always)]
    pub(crate) fn settle(&mut self) {
        for state in self.input.iter_mut().chain(&mut self.output) {
            *state = state.map(|x| if x.abs() < 1e-15 { 0.0 } else { x });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oscillator::kernel::Plain;

    /// Level of a tone after the way up (its image removed by nothing) and down.
    fn through<const N: usize>(turns: f64) -> f32 {
        let (mut up, mut down) = (Halfband::<N>::default(), Halfband::<N>::default());
        let mut power = 0.0f64;
        for n in 0..4000 {
            let x = (std::f64::consts::TAU * turns * f64::from(n)).sin() as f32;
            let [y, _] = down.down::<Plain>(up.up::<Plain>([x, x]));
            power += if n >= 2000 { f64::from(y * y) } else { 0.0 };
        }
        10.0 * (power / 1000.0).log10() as f32
    }

    #[test]
    fn hearing_passes_unchanged() {
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
            let mut down = Steep::default();
            let mut power = 0.0f64;
            for n in 0..4000 {
                let at = |n: i32| (std::f64::consts::TAU * turns * f64::from(n)).sin() as f32;
                let [y, _] = down.down::<Plain>([[at(2 * n), at(2 * n + 1)]; 2]);
                power += if n >= 2000 { f64::from(y * y) } else { 0.0 };
            }
            let level = 10.0 * (power / 1000.0).log10();
            assert!(level < -102.0, "{turns}: {level} dB");
        }
    }

    #[test]
    fn images_go() {
        let mut up = Halfband::<3>::default();
        let mut image = [0.0f64; 2];
        let turns = 0.3;
        for n in 0..4000 {
            let x = (std::f64::consts::TAU * turns * f64::from(n)).sin() as f32;
            for (k, y) in up.up::<Plain>([x, x])[0].into_iter().enumerate() {
                let at = f64::from(2 * n) + k as f64;
                let angle = std::f64::consts::TAU * (0.5 - turns / 2.0) * at;
                if n >= 1000 {
                    image[0] += f64::from(y) * angle.cos();
                    image[1] += f64::from(y) * angle.sin();
                }
            }
        }
        let level = 20.0 * (image[0].hypot(image[1]) / 3000.0).log10();
        assert!(level < -75.0, "{level} dB");
    }
}
