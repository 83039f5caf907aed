//! Twice the sampling rate and back, for what bends a stereo sound: two chains of all-passes.
//!
//! An elliptic half-band filter as the sum of two all-pass branches (Lajos Gazsi, "Explicit
//! formulas for lattice wave digital filters", 1985): flat to 20 kHz at a rate of 48 kHz,
//! −80 dB above 28.8 kHz.

/// Coefficients of the all-passes, of the two branches by turns.
const COEFFICIENTS: [[f32; 2]; 3] =
    [[0.060_297_391, 0.215_971_44], [0.412_590_7, 0.604_358_6], [0.772_715_6, 0.923_886_1]];

/// Two branches by two sides.
type Four = [f32; 4];

/// The state of both branches for both sides.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Halfband {
    input: [Four; 3],
    output: [Four; 3],
}

impl Halfband {
    /// One step of both branches: `x` holds the input of the first branch, left and right, then
    /// that of the second.
    #[inline(always)]
    fn step(&mut self, mut x: Four) -> Four {
        for (k, coefficients) in COEFFICIENTS.iter().enumerate() {
            let (before, after) = (self.input[k], self.output[k]);
            self.input[k] = x;
            for lane in 0..4 {
                // Only the last product waits for the sample before.
                let coefficient = coefficients[lane / 2];
                x[lane] = (before[lane] + coefficient * x[lane]) - coefficient * after[lane];
            }
            self.output[k] = x;
        }
        x
    }

    /// Two samples, left and right each, for one.
    #[inline(always)]
    pub(crate) fn up(&mut self, x: [f32; 2]) -> [[f32; 2]; 2] {
        let [a, b, c, d] = self.step([x[0], x[1], x[0], x[1]]);
        [[a, b], [c, d]]
    }

    /// One sample, left and right, for two.
    #[inline(always)]
    pub(crate) fn down(&mut self, x: [[f32; 2]; 2]) -> [f32; 2] {
        let [a, b, c, d] = self.step([x[1][0], x[1][1], x[0][0], x[0][1]]);
        [0.5 * (a + c), 0.5 * (b + d)]
    }

    /// Puts states that are nearly nothing to rest.
    #[inline(always)]
    pub(crate) fn settle(&mut self) {
        for state in self.input.iter_mut().chain(&mut self.output).flatten() {
            *state = if state.abs() < 1e-15 { 0.0 } else { *state };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Level of a tone after the way up (its image removed by nothing) and down.
    fn through(turns: f64) -> f32 {
        let (mut up, mut down) = (Halfband::default(), Halfband::default());
        let mut power = 0.0f64;
        for n in 0..4000 {
            let x = (std::f64::consts::TAU * turns * f64::from(n)).sin() as f32;
            let [y, _] = down.down(up.up([x, x]));
            power += if n >= 2000 { f64::from(y * y) } else { 0.0 };
        }
        10.0 * (power / 1000.0).log10() as f32
    }

    #[test]
    fn hearing_passes_unchanged() {
        for turns in [0.01, 0.1, 0.3, 0.4] {
            assert!(through(turns).abs() < 0.01, "{turns}: {} dB", through(turns));
        }
    }

    #[test]
    fn images_go() {
        let mut up = Halfband::default();
        let mut image = [0.0f64; 2];
        let turns = 0.3;
        for n in 0..4000 {
            let x = (std::f64::consts::TAU * turns * f64::from(n)).sin() as f32;
            for (k, [y, _]) in up.up([x, x]).into_iter().enumerate() {
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
